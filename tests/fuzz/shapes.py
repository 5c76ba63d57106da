"""Hostile requests, the same for the same seed: each is an honest one with one thing wrong, or noise."""

import json
from dataclasses import dataclass, field, replace
from random import Random  # noqa: TID251 - seeded: the same attack must come again

from tests.fuzz import texts
from tests.fuzz.wire import MAX_BODY, Shot

MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "fuzz", "version": "0"},
}
TOOLS = ("account_read", "pay", "write", "ask_the_void")


@dataclass(slots=True)
class Sender:
    """What an attacker holds."""

    random: Random
    tokens: dict  # good ones, of living tasks -> a session of the older protocol, of that task
    foreign: list  # handles of other tasks
    stale: list = field(default_factory=list)  # tokens of ours that have run out

    def shot(self):
        random = self.random
        make = random.choice(ATTACKS)
        shot = make(self)
        return replace(shot, name=make.__name__)

    # --- an honest request, to be spoilt

    def arguments(self, tool):
        match tool:
            case "account_read":
                return {"account_id": self.random.choice([1, 1, 2, 3, 99])}
            case "pay":
                return {"account_id": 1, "amount": self.random.randint(1, 10_000) / 100}
            case "write":
                return {"to": self.random.choice(self.foreign), "subject": "Hello"}
            case _:
                return {}

    def call(self, tool=None, arguments=None, name=None):
        tool = self.random.choice(TOOLS[:2]) if tool is None else tool
        arguments = self.arguments(tool) if arguments is None else arguments
        return {"name": f"bank__{tool}" if name is None else name, "arguments": arguments}

    def message(self, method="tools/call", params=None, **more):
        params = self.call() if params is None else params
        return {"jsonrpc": "2.0", "id": self.random.randint(1, 1 << 30), "method": method, "params": params, **more}

    def http(self, message, *, modern=None, token=None, **more):
        """`message`: as a value or as bytes; in one of the two eras."""
        modern = self.random.random() < 0.6 if modern is None else modern
        if isinstance(message, dict) and isinstance(message.get("params"), dict) and modern:
            message = {**message, "params": {"_meta": META, **message["params"]}}
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        return Shot(name="", body=body, headers=self.headers(message, modern=modern, token=token), **more)

    def _any_session(self):
        return self.random.choice([*self.tokens.values(), b"made-up"])

    def headers(self, message, *, modern, token=None):
        token = self.random.choice(list(self.tokens)) if token is None else token
        found = [
            (b"host", b"127.0.0.1:8750"),
            (b"content-type", b"application/json"),
            (b"accept", b"application/json, text/event-stream"),
        ]
        if token:
            found.append((b"authorization", b"Bearer " + (token if isinstance(token, bytes) else token.encode())))
        if not modern:
            mine = self.tokens.get(token)
            stray = mine is None or self.random.random() < 0.1
            return (*found, (b"mcp-session-id", self._any_session() if stray else mine))
        found.append((b"mcp-protocol-version", MODERN.encode()))
        method = message.get("method") if isinstance(message, dict) else "tools/call"
        if isinstance(method, str) and method.isascii() and method.isprintable():
            found.append((b"mcp-method", method.encode()))
        params = message.get("params") if isinstance(message, dict) else None
        named = params.get("name") if isinstance(params, dict) else None
        if isinstance(named, str) and named.isascii() and named.isprintable():
            found.append((b"mcp-name", named.encode()))
        return tuple(found)


def honest(s):
    return s.http(s.message())


def bytes_of_noise(s):
    return s.http(s.random.randbytes(s.random.choice([0, 1, 7, 100, 3_000])))


def broken_json(s):
    whole = json.dumps(s.message())
    text = s.random.choice(texts.BROKEN_JSON)
    if text is None:
        return s.http(whole[: s.random.randrange(len(whole))].encode())
    return s.http(text.replace("WHOLE", whole).encode("utf-8", "surrogatepass"))


def strange_values_in_json(s):
    said = s.random.choice(texts.RAW_VALUES)
    return s.http(json.dumps(s.message(params=s.call("pay"))).replace('"amount":', f'"amount": {said}, "x":').encode())


def a_key_twice(s):
    return s.http(json.dumps(s.message(params=s.call("pay"))).replace('"amount":', '"amount": 1, "amount":').encode())


def deeply_nested(s):
    depth = s.random.choice([20, 31, 32, 33, 100, 3_000])
    opening, closing = s.random.choice([("[", "]"), ('{"a":', "}")])
    value = opening * depth + "1" + closing * depth
    return s.http(json.dumps(s.message(params=s.call("pay"))).replace('"amount":', f'"x": {value}, "amount":').encode())


def too_long(s):
    return s.http(s.message(padding="x" * (MAX_BODY + s.random.randint(-500, 5_000))))


def not_a_request(s):
    odd = s.random.choice(texts.ODD_VALUES)
    spoilt = dict(s.message())
    match s.random.randrange(7):
        case 0:
            spoilt["jsonrpc"] = odd
        case 1:
            spoilt["id"] = odd
        case 2:
            spoilt["method"] = odd
        case 3:
            spoilt["params"] = odd
        case 4:
            del spoilt[s.random.choice(sorted(spoilt))]
        case 5:
            spoilt[s.random.choice(["result", "error", "x", "_meta"])] = odd
        case _:
            return s.http(json.dumps(s.random.choice([odd, [spoilt], [spoilt, spoilt], []])).encode())
    return s.http(spoilt)


def another_method(s):
    method = s.random.choice(texts.METHODS)
    message = s.message(method, s.random.choice([{}, s.call(), {"uri": "file:///etc/passwd"}, {"cursor": "x" * 99}]))
    if method.startswith("notifications/"):
        del message["id"]
    return s.http(message)


def a_session_opened(s):
    params = {"protocolVersion": s.random.choice(texts.VERSIONS), "capabilities": {}, "clientInfo": {"name": "f"}}
    if s.random.random() < 0.5:
        params["clientInfo"]["version"] = "0"
    token = s.random.choice(list(s.tokens))
    shot = s.http(s.message("initialize", params), modern=False, token=token, opens=token)
    return without_session(shot)


def without_session(shot):
    return replace(shot, headers=tuple(one for one in shot.headers if one[0] != b"mcp-session-id"))


def odd_meta(s):
    odd = s.random.choice(texts.ODD_VALUES)
    meta = s.random.choice([odd, {}, {**META, s.random.choice([*META, "progressToken", "traceparent"]): odd}])
    return s.http(s.message(params={**s.call(), "_meta": meta}))


def odd_headers(s):
    shot = s.http(s.message())
    headers = list(shot.headers)
    name, value = s.random.choice(texts.HEADERS)
    match s.random.randrange(3):
        case 0:
            headers = [one for one in headers if one[0] != name]
        case 1:
            headers = [*(one for one in headers if one[0] != name), (name, value)]
        case _:
            headers.append((name, value))
    return replace(shot, headers=tuple(headers))


def another_http_method(s):
    shot = s.http(s.message(), method=s.random.choice(["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"]))
    made_up = [one for one in shot.headers if one[0] != b"mcp-session-id"]
    return replace(shot, headers=(*made_up, (b"mcp-session-id", b"made-up")))


def odd_arguments(s):
    tool = s.random.choice(TOOLS)
    arguments = s.arguments(tool)
    odd = s.random.choice([*texts.ODD_VALUES, *texts.PAYLOADS])
    match s.random.randrange(4):
        case 0 if arguments:
            arguments[s.random.choice(sorted(arguments))] = odd
        case 1:
            arguments[s.random.choice(texts.NAMES)] = odd
        case 2 if arguments:
            del arguments[s.random.choice(sorted(arguments))]
        case _:
            arguments = odd
    return s.http(s.message(params={"name": f"bank__{tool}", "arguments": arguments}))


def odd_text(s):
    return s.http(s.message(params=s.call("write", {"to": s.random.choice(texts.ADDRESSES), "subject": _payload(s)})))


def handles_of_others(s):
    handle = s.random.choice([*s.foreign, "hdl-email-" + "a" * 26, "hdl-", "hdl-email-x", "HDL-EMAIL-" + "a" * 26])
    handle = s.random.choice([handle, f"{handle} ", f"x {handle}", handle.upper(), [handle]])
    tool, name = s.random.choice([("write", "to"), ("write", "subject"), ("pay", "account_id")])
    return s.http(s.message(params=s.call(tool, {**s.arguments(tool), name: handle})))


def tools_not_there(s):
    return s.http(s.message(params=s.call("pay", name=s.random.choice(texts.TOOLS))))


def _payload(s):
    return s.random.choice(texts.PAYLOADS)


def a_forged_token(s):
    good = s.random.choice(list(s.tokens))
    at = s.random.randrange(len(good))
    forged = [
        good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :],
        good[:at],
        good.partition("~")[0],
        good + "~" + good.rpartition("~")[2],
        "~".join(reversed(good.split("~"))),
        *texts.TOKENS,
        *s.stale,
    ]
    one = s.random.choice(forged)
    # The last letter of a signature may carry spare bits: base64 with another spelling is forged all the same.
    return s.http(s.message(), token=b"" if one == good else one, stranger=True)


def no_token(s):
    shot = s.http(s.random.choice([s.message(), b"", b"{"]), token=b"x", stranger=True)
    headers = [one for one in shot.headers if one[0] != b"authorization"]
    good = s.random.choice(list(s.tokens)).encode()
    bearer = b"Bearer " + good
    wrong = [[], [b"Basic eDp5"], [b"Bearer"], [b"Bearer ", bearer], [bearer, bearer], [good], [b"DPoP " + good]]
    more = s.random.choice(wrong)
    return replace(shot, headers=(*headers, *((b"authorization", one) for one in more)))


def gone_before_the_end(s):
    return s.http(s.message(), leaves_after=s.random.choice([0, 1, 2]))


def gone_before_the_answer(s):
    message = s.random.choice([s.message(), s.message("tools/list", {})])
    return s.http(message, modern=True, waits=False)


ATTACKS = (
    *(honest, odd_arguments, odd_arguments, odd_text, handles_of_others, tools_not_there),
    *(bytes_of_noise, broken_json, strange_values_in_json, a_key_twice, deeply_nested, too_long, not_a_request),
    *(another_method, a_session_opened, odd_meta, odd_headers, another_http_method, a_forged_token, no_token),
    *(gone_before_the_end, gone_before_the_answer),
)
