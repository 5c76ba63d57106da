"""The text of a query as one tree: small, visible, one statement, each call a bare name.

Every size is looked at before something is built of it. The text goes no further: what runs is written from the tree.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from broker.adapters.sql.select.functions import ALLOWED, CALL
from broker.adapters.sql.select.hints import UnfitError, engine, said

MAX_LENGTH: Final = 8_000  # characters
MAX_TOKENS: Final = 3_000
MAX_NESTED: Final = 60  # parentheses, brackets and CASEs in each other: the parser goes down as deep
MAX_PREFIXES: Final = 24  # words in a row that are no operand, such as NOT NOT NOT: it goes down with each as well
MAX_LOOSE: Final = 3  # JOINs that wait for their ON: the parser reads what follows twice for each, 20 take it a minute

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HIDDEN: Final = frozenset({"Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # Unicode's general categories
_QUOTED: Final = frozenset({TokenType.STRING, TokenType.IDENTIFIER})
_OPENS: Final = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSES: Final = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_OPERANDS: Final = frozenset(
    {TokenType.VAR, TokenType.NUMBER, TokenType.STAR, TokenType.NULL, TokenType.TRUE, TokenType.FALSE}
) | (_QUOTED | _CLOSES)
_JOINS: Final = frozenset({TokenType.JOIN, TokenType.STRAIGHT_JOIN})
_TYPED: Final = frozenset({TokenType.ARRAY, TokenType.STRUCT, TokenType.MAP, TokenType.LIST, TokenType.OBJECT}) | {
    TokenType.NESTED,
    TokenType.LOWCARDINALITY,
    TokenType.NULLABLE,
    TokenType.RANGE,
}
_STARTS: Final = frozenset({TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN})
# Called with words between their arguments.
_SPELLED: Final[Mapping[str, frozenset[str]]] = {
    "sqlite": frozenset({"cast", "extract"}),
    "postgres": frozenset({"cast", "extract", "trim", "substring", "position"}),
}


def read(sql: str, dialect: str) -> exp.Expr:
    """The tree, of which nothing is known yet but its size. Raises UnfitError.

    What sqlglot raises besides its own errors, on texts that nobody writes, is the caller's to deny.
    """
    _visible(sql)
    grammar = Dialect.get_or_raise(dialect)
    try:
        tokens = grammar.tokenize(sql)
    except SqlglotError as error:
        raise UnfitError("a text, a name or a comment in it does not end") from error
    tokens = _one(tokens)
    _shallow(tokens)
    _joined(tokens)
    _plain(tokens)
    _bare(tokens, dialect, grammar)
    # What it takes for a command that it does not know it writes into its log, with the text. Set each time: whoever
    # configures logging may have set it back.
    logging.getLogger("sqlglot").disabled = True
    try:
        found = grammar.parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, sql)
    except ParseError as error:
        raise UnfitError(f"it is not SQL as {engine(dialect)} has it{_place(error)}") from error
    if len(found) != 1 or found[0] is None:
        raise UnfitError("write exactly one statement")
    return found[0]


def _visible(sql: str) -> None:
    if len(sql) > MAX_LENGTH:
        raise UnfitError(f"a query has at most {MAX_LENGTH} characters")
    # Text that a reviewer does not see as it runs: control, zero-width and direction characters, lone surrogates.
    if _CONTROL.search(sql) or (not sql.isascii() and any(unicodedata.category(one) in _HIDDEN for one in sql)):
        raise UnfitError("it holds a control character or one that cannot be seen")


def _one(tokens: Sequence[Token]) -> list[Token]:
    kept = list(tokens)
    while kept and kept[-1].token_type == TokenType.SEMICOLON:
        kept.pop()
    if not kept or any(token.token_type == TokenType.SEMICOLON for token in kept):
        raise UnfitError("write exactly one statement")
    if kept[0].token_type not in _STARTS:
        raise UnfitError("write a SELECT")
    if len(kept) > MAX_TOKENS:
        raise UnfitError(f"a query has at most {MAX_TOKENS} words")
    return kept


def _shallow(tokens: Sequence[Token]) -> None:
    nested = prefixes = 0
    for token in tokens:
        kind = token.token_type
        nested += (kind in _OPENS) - (kind in _CLOSES)
        prefixes = 0 if kind in _OPERANDS else prefixes + 1
        if nested > MAX_NESTED or prefixes > MAX_PREFIXES:
            raise UnfitError("write it less deeply nested")


def _joined(tokens: Sequence[Token]) -> None:
    """Few JOINs stand without their ON, wherever they stand: what is inside another is read again with it."""
    waiting: list[bool] = [False]  # at each depth of parentheses, whether the last JOIN had no ON yet
    loose = 0
    for at, token in enumerate(tokens):
        match token.token_type:
            case kind if kind in _JOINS:
                loose += waiting[-1]
                waiting[-1] = not _crosses(tokens[max(at - 2, 0) : at])
            case TokenType.ON | TokenType.USING | TokenType.SELECT:
                waiting[-1] = False
            case TokenType.L_PAREN:
                waiting.append(False)
            case TokenType.R_PAREN if len(waiting) > 1:
                waiting.pop()
            case _:
                pass
        if loose > MAX_LOOSE:
            raise UnfitError("write each JOIN with its ON, or as CROSS JOIN")


def _crosses(before: Sequence[Token]) -> bool:
    """CROSS behind a dot or an AS is a name, whatever follows."""
    kinds = [token.token_type for token in before]
    return len(kinds) == 2 and kinds[1] == TokenType.CROSS and kinds[0] in _OPERANDS  # noqa: PLR2004 - a pair


def _plain(tokens: Sequence[Token]) -> None:
    before: Token | None = None
    for token in tokens:
        if token.token_type not in _QUOTED and not token.text.isascii():
            # A letter that looks like another, or that folds to another, as the long s does.
            raise UnfitError(f"{said(token.text)} has letters beyond ASCII: put them in quotes")
        if before is not None and token.token_type == TokenType.LT and before.token_type in _TYPED:
            raise UnfitError(f"{said(before.text)} is no type that can be used here")  # they hold types that hold types
        adjacent = before is not None and before.token_type == TokenType.NUMBER and token.start == before.end + 1
        if before is not None and adjacent and (token.text[:1].isalnum() or token.text[:1] in {"_", "'", '"'}):
            # `1_000` is a number to newer engines and a number with a name to the parser.
            raise UnfitError(f"write {said(before.text + token.text)} with a space, or as digits alone")
        before = token


def _bare(tokens: Sequence[Token], dialect: str, grammar: Dialect) -> None:
    """Marks each call, so that it stays one by its own name: of functions that may be called, and of all that sqlglot
    would read as another.
    """
    names, spelled, known = ALLOWED[dialect], _SPELLED[dialect], grammar.parser_class
    for at, following in enumerate(tokens[1:]):
        token = tokens[at]
        if following.token_type != TokenType.L_PAREN or token.token_type in _QUOTED:
            continue
        name, upper = token.text.lower(), token.text.upper()
        taken = token.token_type == TokenType.VAR and (upper in known.FUNCTIONS or upper in known.FUNCTION_PARSERS)
        if name not in spelled and (name in names or taken):
            token.text = CALL + name
            token.token_type = TokenType.VAR


def _place(error: ParseError) -> str:
    where = error.errors[0] if error.errors else {}
    line, column = where.get("line"), where.get("col")
    return f", near line {line}, column {column}" if line and column else ""
