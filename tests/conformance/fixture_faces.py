"""The fixture's resources and prompts, and the small answers of a server: completion, subscription, log level."""

import re

from mcp import MCPError, types

# One white pixel, and a twentieth of a second of silence with no samples at all.
PICTURE = types.ImageContent(
    type="image",
    data="iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP8DwABBAEA5Xz2SgAAAABJRU5ErkJggg==",
    mime_type="image/png",
)
SOUND = types.AudioContent(
    type="audio", data="UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=", mime_type="audio/wav"
)
_TEMPLATE = "test://template/{id}/data"
_AT = re.compile(r"test://template/([^/]+)/data")
_FRESH = {"ttl_ms": 0, "cache_scope": "private"}

PROMPTS = (
    types.Prompt(name="test_simple_prompt", description="One message."),
    types.Prompt(
        name="test_prompt_with_arguments",
        description="One message, made of two arguments.",
        arguments=[types.PromptArgument(name=name, required=True) for name in ("arg1", "arg2")],
    ),
    types.Prompt(
        name="test_prompt_with_embedded_resource",
        description="A resource, and what to do with it.",
        arguments=[types.PromptArgument(name="resourceUri", required=True)],
    ),
    types.Prompt(name="test_prompt_with_image", description="A picture, and what to do with it."),
)


def reading(name, about, schema):
    """A tool that says of itself that it changes nothing."""
    hints = types.ToolAnnotations(read_only_hint=True)
    return types.Tool(name=name, description=about, input_schema=schema, annotations=hints)


def said(text):
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)])


def embedded(uri, text, kind="text/plain"):
    inside = types.TextResourceContents(uri=uri, mime_type=kind, text=text)
    return types.EmbeddedResource(type="resource", resource=inside)


def spoken(*content):
    blocks = [types.TextContent(type="text", text=one) if isinstance(one, str) else one for one in content]
    return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=one) for one in blocks])


def prompt(name, arguments):
    match name:
        case "test_simple_prompt":
            return spoken("This is a simple prompt for testing.")
        case "test_prompt_with_arguments":
            first, second = arguments.get("arg1"), arguments.get("arg2")
            return spoken(f"Prompt with arguments: arg1='{first}', arg2='{second}'")
        case "test_prompt_with_embedded_resource":
            one = embedded(arguments.get("resourceUri", ""), "Embedded resource content for testing.")
            return spoken(one, "Please process the embedded resource above.")
        case "test_prompt_with_image":
            return spoken(PICTURE, "Please analyze the image above.")
        case "test_coming_and_going_prompt":
            return spoken("Here.")
        case _:
            raise MCPError(types.INVALID_PARAMS, "Unknown prompt")


async def list_resources(_context, _params):
    found = [
        types.Resource(uri=f"test://{place}", name=place, description=f"A {place}.", mime_type=kind)
        for place, kind in (
            ("static-text", "text/plain"),
            ("static-binary", "image/png"),
            ("watched-resource", "text/plain"),
        )
    ]
    return types.ListResourcesResult(resources=found, **_FRESH)


async def list_templates(_context, _params):
    one = types.ResourceTemplate(
        uri_template=_TEMPLATE, name="template", description="A page for each id.", mime_type="application/json"
    )
    return types.ListResourceTemplatesResult(resource_templates=[one], **_FRESH)


async def read_resource(_context, params):
    uri = str(params.uri)
    by_id = _AT.fullmatch(uri)
    match uri:
        case "test://static-text":
            inside = _page(uri, "This is the content of the static text resource.")
        case "test://watched-resource":
            inside = _page(uri, "Nothing has changed.")
        case "test://static-binary":
            inside = types.BlobResourceContents(uri=uri, mime_type=PICTURE.mime_type, blob=PICTURE.data)
        case _ if by_id:
            text = f'{{"id":"{by_id[1]}","templateTest":true,"data":"Data for ID: {by_id[1]}"}}'
            inside = _page(uri, text, "application/json")
        case _:
            raise MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": uri})
    return types.ReadResourceResult(contents=[inside], **_FRESH)


def _page(uri, text, kind="text/plain"):
    return types.TextResourceContents(uri=uri, mime_type=kind, text=text)


async def complete(_context, params):
    values = [one for one in ("paris", "park", "party", "test") if one.startswith(params.argument.value)]
    return types.CompleteResult(completion=types.Completion(values=values, total=len(values), has_more=False))


async def subscribed(_context, _params):
    return types.EmptyResult()


async def level_set(_context, _params):
    return types.EmptyResult()
