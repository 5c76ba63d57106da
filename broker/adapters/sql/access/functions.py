"""The functions that PostgreSQL's views mask with, as SQL that an admin reads before running it.

They do what `actions/shapes` does, by what the transaction says. The bodies of the SQL ones are bound when they are
made, and the others pin their own search_path: nobody's can change what they call. None runs with its owner's rights.
"""

from __future__ import annotations

from typing import Final

from broker.adapters.sql.access.ground import Step, quoted

_READS: Final = "LANGUAGE sql STABLE PARALLEL SAFE"
_STEPS: Final = "LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog"

# {s}: the schema of the masked views. Values come in under the collation "C": patterns fail under a nondeterministic
# one, and no locale has a say in what is shown.
_FUNCTIONS: Final = (
    (
        "What the transaction says is to be done with values of a class.",
        r"""CREATE FUNCTION {s}.action(class text) RETURNS text
  {reads}
  RETURN current_setting('broker.act_' || translate(class, '-', '_'), true)""",
    ),
    (
        "The last four of at least eight letters and digits.",
        r"""CREATE FUNCTION {s}.last4(class text, value text) RETURNS text
  {steps} AS $$
DECLARE
  plain constant text := regexp_replace(value, '[^0-9A-Za-z]+', '', 'g');
BEGIN
  IF value ~ '^[*]{{4}}[0-9A-Za-z]{{4}}$' THEN
    RETURN value;
  ELSIF value = '[' || class || ']' OR value ~ '[^ -~]' OR length(plain) < 8 THEN
    RETURN '[' || class || ']';
  END IF;
  RETURN '****' || right(plain, 4);
END $$""",
    ),
    (
        "What follows the @ of an address.",
        r"""CREATE FUNCTION {s}.domain(class text, value text) RETURNS text
  {steps} AS $$
DECLARE
  address constant text := btrim(value);
  host constant text := split_part(address, '@', 2);
BEGIN
  IF address ~ '^[!-?A-~]*@[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?$'
     AND strpos(address, '@') < 66 AND length(host) < 254 THEN
    RETURN '@' || lower(host);
  END IF;
  RETURN '[' || class || ']';
END $$""",
    ),
    (
        "What stand-ins are made of: HMAC-SHA-256 in the letters a-p, with the key's inner and outer pad of 64 bytes.",
        r"""CREATE FUNCTION {s}.letters(pads bytea, said bytea, bytes integer) RETURNS text
  {reads}
  RETURN translate(
    encode(substr(sha256(substr(pads, 65) || sha256(substr(pads, 1, 64) || said)), 1, bytes), 'hex'),
    '0123456789abcdef', 'abcdefghijklmnop')""",
    ),
    (
        "",
        r"""CREATE FUNCTION {s}.spelled(part text) RETURNS bytea
  {reads}
  RETURN int8send(octet_length(part)) || convert_to(part, 'UTF8')""",
    ),
    (
        "One spelling for what people write differently.",
        r"""CREATE FUNCTION {s}.canonical(class text, value text) RETURNS text
  {reads}
  RETURN CASE
    WHEN class IN ('phone', 'card')
      THEN coalesce(nullif(regexp_replace(value, '[^0-9]+', '', 'g'), ''), value)
    WHEN class = 'iban'
      THEN lower(regexp_replace(value, '[\x09-\x0d\x1c-\x20]+', '', 'g'))
    WHEN class IN ('email', 'person')
      THEN btrim(lower(regexp_replace(value, '[\x09-\x0d\x1c-\x20]+', ' ', 'g')))
    ELSE btrim(value, E' \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f')
  END""",
    ),
    (
        "Equal values look equal within one task. What it was given before stays: the last letters seal it.",
        r"""CREATE FUNCTION {s}.pseudonym(class text, value text) RETURNS text
  {steps} AS $$
DECLARE
  pads constant bytea := decode(current_setting('broker.pads', true), 'hex');  -- this transaction's
  start constant text := 'psn-' || class || '-';
  kind constant bytea := {s}.spelled(class);
  seal constant bytea := {s}.spelled('seal') || kind || int8send(20);
  said bytea;
  name text := substr(value, length(start) + 1, 20);
BEGIN
  IF value = '[' || class || ']' THEN
    RETURN value;
  ELSIF length(value) = length(start) + 32 AND left(value, length(start)) = start
        AND right(value, 12) = {s}.letters(pads, seal || convert_to(name, 'UTF8'), 6) THEN
    RETURN value;
  END IF;
  said := convert_to({s}.canonical(class, value), 'UTF8');
  said := {s}.spelled('pseudonym') || kind || int8send(octet_length(said)) || said;
  name := {s}.letters(pads, said, 10);
  RETURN start || name || {s}.letters(pads, seal || convert_to(name, 'UTF8'), 6);
END $$""",
    ),
    (
        "A text as it may be seen. Null stays null, and where nothing is said of its class there is nothing else.",
        r"""CREATE FUNCTION {s}.masked(class text, value text) RETURNS text
  {reads}
  RETURN CASE WHEN value IS NOT NULL THEN
    CASE {s}.action(class)
      WHEN 'show' THEN value
      WHEN 'redact' THEN '[' || class || ']'
      WHEN 'pseudonym' THEN {s}.pseudonym(class, value COLLATE "C")
      WHEN 'last4' THEN {s}.last4(class, value COLLATE "C")
      WHEN 'domain' THEN {s}.domain(class, value COLLATE "C")
    END
  END""",
    ),
    (
        "What is no text: shown, or null.",
        r"""CREATE FUNCTION {s}.masked(class text, value anyelement) RETURNS anyelement
  {reads} AS $$
  SELECT CASE WHEN pg_catalog.texteq({s}.action($1), 'show') THEN $2 END
$$""",
    ),
)
_ROWS: Final = (
    (
        "Whether the transaction reaches every row.",
        r"""CREATE FUNCTION {s}.every_row() RETURNS boolean
  {reads}
  RETURN current_setting('broker.subject', true) = '*'""",
    ),
    (
        "Else: whose rows. Where nobody was named there is no row.",
        r"""CREATE FUNCTION {s}.subject() RETURNS {type}
  {steps} AS $$
BEGIN
  RETURN nullif(nullif(current_setting('broker.subject', true), '*'), '');
END $$""",
    ),
)


def functions(schema: str) -> tuple[Step, ...]:
    return _spelled(_FUNCTIONS, schema, "")


def row_functions(schema: str, subject: str) -> tuple[Step, ...]:
    """`subject`: the quoted place of the column that names it. Its type is what rows are compared with."""
    return _spelled(_ROWS, schema, f"{subject}%TYPE")


def _spelled(texts: tuple[tuple[str, str], ...], schema: str, of: str) -> tuple[Step, ...]:
    words = {"s": quoted(schema), "reads": _READS, "steps": _STEPS, "type": of}
    return tuple(Step(text.format(**words), about=about) for about, text in texts)
