"""What a plain MCP server says, in every version of the protocol; nothing but the standard library."""

MODERN = "2026-07-28"
VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", MODERN)
LISTS = {
    "tools/list": "tools",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
    "prompts/list": "prompts",
}
OFFERS = {"tools": {"listChanged": True}, "resources": {"listChanged": True}, "prompts": {"listChanged": True}}
TOOLS = ("echo", "say", "hang", "die", "born", "environ")
NAMED = {
    "tools/list": [{"name": name, "inputSchema": {"type": "object"}} for name in TOOLS],
    "resources/list": [{"name": "note", "uri": "note://one"}],
    "resources/templates/list": [{"name": "notes", "uriTemplate": "note://{name}"}],
    "prompts/list": [{"name": "greet"}],
}
SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
SELF = {"io.modelcontextprotocol/serverInfo": {"name": "I am somebody", "version": "1"}}


def result(version, /, **said):
    """A result as this version frames it; a modern server says who it is on each of them."""
    return {"resultType": "complete", "_meta": SELF, **said} if version == MODERN else said


def text(version, said):
    return result(version, content=[{"type": "text", "text": said}])


def opening(version, method, offers=OFFERS):
    """The answer to `server/discover` or `initialize`; None: a server of this version does not know it."""
    if method == "server/discover" and version == MODERN:
        return result(version, supportedVersions=[MODERN], capabilities=offers, ttlMs=0, cacheScope="private")
    if method == "initialize" and version != MODERN:
        return {
            "protocolVersion": version,
            "capabilities": offers,
            "serverInfo": {"name": "I am somebody", "version": "1"},
        }
    return None


def page(version, method, listed, cursor=None):
    """One page of a list; `cursor`: of the next."""
    more = {} if cursor is None else {"nextCursor": cursor}
    cached = {"ttlMs": 0, "cacheScope": "public"} if version == MODERN else {}
    return result(version, **{LISTS[method]: listed}, **more, **cached)


def answered(number, said):
    return {"jsonrpc": "2.0", "id": number, "result": said}


def refused(number, code=-32601, message="a SECRET of the server"):
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


def notice(method, **params):
    return {"jsonrpc": "2.0", "method": method, "params": params}


def acknowledged(message):
    """The first frame of a subscription."""
    return notice(
        "notifications/subscriptions/acknowledged",
        notifications=message["params"]["notifications"],
        _meta={SUBSCRIPTION: message["id"]},
    )


def changed(subscription=None):
    meta = {} if subscription is None else {"_meta": {SUBSCRIPTION: subscription}}
    return notice("notifications/tools/list_changed", **meta)
