"""For the suite alone: a token where it sends none, the suite's names for the broker's, and nothing else.

It stands in front of the broker's own ASGI application. What it has no name for passes through byte by byte.
"""

import json
from dataclasses import dataclass

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_LISTS = ("tools", "prompts")
_PLACES = ("uri", "uriTemplate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    outward: dict[str, str]  # the suite's name of a tool or a prompt -> the broker's
    scheme: str  # of the suite's URIs
    places: str  # what the broker puts before them

    def asked(self, message):
        """A request in the broker's names."""
        return self._walked(message, self.outward, self._out)

    def told(self, message):
        """An answer in the suite's names."""
        return self._walked(message, {theirs: ours for ours, theirs in self.outward.items()}, self._in)

    def header(self, value):
        """What `Mcp-Name` says."""
        return self.outward.get(value, self._out(value))

    def _out(self, uri):
        return self.places + uri if uri.startswith(self.scheme) else uri

    def _in(self, uri):
        return uri.removeprefix(self.places)

    def _walked(self, message, names, place):
        match message:
            case {"params": {"name": str(name)} as params, **rest}:  # tools/call, prompts/get
                return {**rest, "params": {**params, "name": names.get(name, name)}}
            case {"params": {"ref": {"name": str(name)} as ref} as params, **rest}:  # completion/complete
                return {**rest, "params": {**params, "ref": {**ref, "name": names.get(name, name)}}}
            case {"result": dict(result), **rest}:
                listed = {key: [_named(one, names) for one in result[key]] for key in _LISTS if key in result}
                return {**rest, "result": _placed({**result, **listed}, place)}
            case _:
                return _placed(message, place)


def _named(one, names):
    return {**one, "name": names.get(one["name"], one["name"])}


def _placed(value, place):
    match value:
        case dict():
            return {
                key: place(one) if key in _PLACES and isinstance(one, str) else _placed(one, place)
                for key, one in value.items()
            }
        case list():
            return [_placed(one, place) for one in value]
        case _:
            return value


class Shim:
    def __init__(self, app, *, token, names):
        self._app, self._token, self._names = app, token, names

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received = await _whole(receive)
        if received is None:
            return
        body = _rewritten(received, self._names.asked)
        headers = [self._header(*one) for one in scope["headers"] if one[0] != b"content-length"]
        if received:
            headers.append((b"content-length", b"%d" % len(body)))
        if (scope["client"] or ("",))[0] in _LOOPBACK and not any(name == b"authorization" for name, _ in headers):
            headers.append((b"authorization", b"Bearer " + self._token.encode()))
        answer = _Answer(send, self._names)
        await self._app({**scope, "headers": headers}, _again(body, receive), answer)

    def _header(self, name, value):
        return (name, self._names.header(value.decode("latin-1")).encode("latin-1") if name == b"mcp-name" else value)


class _Answer:
    """Sends on what the broker answers: each line of a stream as it is complete, JSON when it is whole."""

    def __init__(self, send, names):
        self._send, self._names = send, names
        self._start = None  # of an answer that is held back until its length is known
        self._is_stream = False
        self._rest = b""

    async def __call__(self, message):
        match message["type"]:
            case "http.response.start":
                kind = next((value for name, value in message["headers"] if name.lower() == b"content-type"), b"")
                self._is_stream = kind.startswith(b"text/event-stream")
                if self._is_stream:
                    await self._send(message)
                else:
                    self._start = message
            case "http.response.body" if self._is_stream:
                whole, mark, self._rest = (self._rest + message.get("body", b"")).rpartition(b"\n")
                if not message.get("more_body", False):
                    whole, mark, self._rest = whole + mark + self._rest, b"", b""
                await self._send({**message, "body": b"\n".join(map(self._line, whole.split(b"\n"))) + mark})
            case "http.response.body":
                self._rest += message.get("body", b"")
                if not message.get("more_body", False):
                    await self._whole()
            case _:
                await self._send(message)

    def _line(self, line):
        start, mark, said = line.partition(b"data: ")
        return line if start or not mark else mark + _rewritten(said, self._names.told)

    async def _whole(self):
        body = _rewritten(self._rest, self._names.told)
        headers = [
            (name, b"%d" % len(body) if name.lower() == b"content-length" else value)
            for name, value in self._start["headers"]
        ]
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _rewritten(body, change):
    """The same bytes where nothing in them has another name."""
    try:
        message = json.loads(body)
    except ValueError:
        return body
    changed = change(message)
    return body if changed == message else json.dumps(changed, ensure_ascii=False, separators=(",", ":")).encode()


async def _whole(receive):
    """None: whoever asked has gone."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _again(body, receive):
    first = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay():
        return first.pop() if first else await receive()

    return replay
