"""Words that talk to a model rather than describe a tool: orders, secrecy, false frames, files of secrets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from broker.catalog.borrowed import plain
from broker.catalog.signs import Sign
from broker.catalog.visible import visible

_SHOWN: Final = 80  # characters of what was found that are repeated
_FEW: Final = r"(?:\W+\w+){0,4}?\W+"  # up to four words between

# Each is looked for in plain small letters on one line. Bounded gaps only: the time is linear.
_PHRASES: Final = tuple(
    (sign, about, re.compile(pattern))
    for sign, about, pattern in (
        (
            Sign.ORDER,
            "sets aside what the model was told",
            (
                rf"\b(?:ignor|disregard|forget|overrid|bypass)\w*{_FEW}"
                r"(?:instruction|rule|guideline|prompt|polic|directive|constraint|restriction|safeguard|guardrail)\w*"
            ),
        ),
        (
            Sign.ORDER,
            "says what the model is or is to do from now on",
            (
                r"\byou are (?:now|no longer)\b|\bfrom now on\b|\bpretend (?:to be|that|you)\b|\bnew instructions?\b"
                r"|\b(?:developer|god|jailbreak) mode\b|\bas an ai\b|\byou (?:must|should) (?:always|first|never)\b"
            ),
        ),
        (
            Sign.ORDER,
            "gives orders for other calls",
            (
                rf"\b(?:before|after|prior to|instead of|whenever|every time)(?:\W+\w+){{0,2}}?\W+"
                rf"(?:us|call|invok|run|execut)(?:e|es|ed|ing)?{_FEW}(?:tools?|functions?)\b"
            ),
        ),
        (
            Sign.ORDER,
            "asks for what the model knows besides",
            (
                r"\b(?:conversation|chat|message)s? (?:history|log|context|transcript)\b|\bsystem prompts?\b"
                r"|\byour (?:own )?(?:instructions?|prompt|context|memory|conversation|previous|hidden)\b"
                r"|\b(?:previous|prior|earlier) (?:messages?|conversations?|turns?|prompts?)\b"
            ),
        ),
        (
            Sign.ORDER,
            "asks for the contents of something else",
            (
                r"\b(?:pass|send|put|include|forward|attach|upload|post|append|provide)\b"
                r"[^.]{0,30}?\b(?:its|their|the|file) (?:\w+ ){0,2}?contents?\b"
            ),
        ),
        (
            Sign.SECRECY,
            "keeps something from the user",
            (
                r"\b(?:do not|don't|dont|never|must not|should not|avoid|without)(?:\W+\w+){0,2}?\W+"
                r"(?:tell|mention|inform|notif|reveal|disclos|alert|show|say|explain|report)\w*"
                rf"{_FEW}(?:users?|humans?|anyone|anybody|person|people|operator|customer|him|her|them|this|that|it)\b"
            ),
        ),
        (
            Sign.SECRECY,
            "wants no question asked",
            (
                r"\bwithout (?:ask|confirm|approv|permission|consent|tell|inform|notif)\w*"
                r"|\b(?:secretly|covertly)\b|\b(?:keep|kept) (?:\w+ ){0,3}?(?:secret|hidden)\b"
                r"|\b(?:silently|quietly) (?:read|send|forward|upload|copy|pass|includ|call|invok|collect|post|log)"
            ),
        ),
        (
            Sign.FRAME,
            "a frame that looks like the model's own",
            (
                r"</?\s*(?:important|information|system|secret|instructions?|assistant|critical|urgent|hidden"
                r"|think|thinking|tool_calls?|function_calls?|tool_results?)\s*/?>|</(?:user|human|tool|context|prompt)>"
                r"|\[/?(?:inst|system|important|hidden)\b[^\]]{0,40}[\]:]|<\|[a-z_]{1,40}\|>|<</?sys>>"
                r"|(?:^|\s)(?:#{1,6} ?|\*\*)(?:system|instructions?|important|assistant)\b:?"
            ),
        ),
        (
            Sign.SECRET,
            "names a file of secrets",
            (
                r"\.ssh\b|\bid_(?:rsa|dsa|ecdsa|ed25519)\b|\.aws/|\.kube/|\.docker/config|\.gnupg|\.(?:net|npm|pypi)rc\b"
                r"|/etc/(?:passwd|shadow)\b|(?<![\w.])\.env\b|\bmcp(?:_servers)?\.json\b|\.cursor/|\bclaude_desktop_config\b"
                r"|\.bash_history\b|\.git-credentials\b|\b169\.254\.169\.254\b|\bwallet\.dat\b"
            ),
        ),
        (
            Sign.MARKUP,
            "text that a page does not show",
            (
                r"<!--|\[//\]: ?#|\[comment\]: ?<|display: ?none|visibility: ?hidden|font-size: ?0|opacity: ?0(?:\D|$)"
                r"|color: ?(?:white|#fff|transparent)|<(?:script|style|template|noscript|details|iframe)\b|\shidden ?>"
            ),
        ),
        (
            Sign.MARKUP,
            "a picture or link that is loaded when shown",
            r"!\[[^\]]{0,100}\]\(|<img\b|\bjavascript:|\bdata:\w",
        ),
        (Sign.URL, "holds an address", r"\b(?:https?|wss?|ftp)://[^\s\"'<>)\]]{1,200}|\bwww\.[a-z0-9-]{1,63}\.[a-z]"),
    )
)
_NAME: Final = re.compile(r"[A-Za-z0-9]+(?:[_.-]+[A-Za-z0-9]+)*")
_NAMED: Final = re.compile(r"[`'\"]([A-Za-z0-9_.-]{2,64})[`'\"]|\b([A-Za-z0-9_.-]{2,64}) tool\b")


def phrases(text: str, others: Collection[str]) -> Iterator[tuple[Sign, str]]:
    """Each phrase at most once. `others`: names of tools that are not this one's to speak of."""
    read = plain(text)
    for sign, about, pattern in _PHRASES:
        if found := pattern.search(read):
            yield sign, f"{about}: `{_short(found[0])}`"
    if spoken := sorted(_spoken_of(text, others)):
        yield Sign.TOOL, f"speaks of other tools: {', '.join(f'`{visible(name)}`' for name in spoken[:4])}"


def _spoken_of(text: str, others: Collection[str]) -> set[str]:
    """Those of `others` that stand in it: a name like `read_file` anywhere, one like `search` where it names a tool."""
    if not others:
        return set()
    words = {word[0] for word in _NAME.finditer(text)}
    quoted = {one for found in _NAMED.finditer(text) for one in found.groups() if one}
    return {name for name in others if name in quoted or (name in words and not name.isalpha())}


def _short(text: str) -> str:
    return visible(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
