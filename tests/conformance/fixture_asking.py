"""The fixture's tools that want something of whoever calls: an answer of a person, a model's words, the roots."""

from collections.abc import Mapping
from dataclasses import dataclass

from mcp import MCPError, types
from mcp.shared.message import ServerMessageMetadata

from tests.conformance.fixture_faces import reading

_KINDS = {
    "elicitation/create": ("elicitation", types.ElicitResult),
    "sampling/createMessage": ("sampling", types.CreateMessageResult),
    "roots/list": ("roots", types.ListRootsResult),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What is asked at one time, by key. `spare`: what the caller cannot answer is left out, not refused."""

    asks: Mapping[str, types.InputRequest]
    spare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """One round after the other. `state`: each retry must bring back what the round before gave it."""

    each: tuple[Round, ...]
    state: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    rounds: Rounds
    tool: types.Tool | None = None
    prompt: types.Prompt | None = None


async def replied(context, params, rounds):
    """A text where everything was answered; the next question before that."""
    if context.protocol_version < "2026":
        return await _pushed(context, params, rounds)
    answers, turn = params.input_responses or {}, int(params.request_state or 0)
    one = rounds.each[turn]
    asks = _askable(context, one, params)
    if set(asks) <= set(answers) and (params.request_state is not None or not rounds.state):
        turn += 1
    if turn == len(rounds.each):
        return f"Answered: {sorted(answers)}"
    asks = asks if turn == 0 else _askable(context, rounds.each[turn], params)
    return types.InputRequiredResult(input_requests=asks, request_state=str(turn) if rounds.state else None)


async def _pushed(context, params, rounds):
    """On the older wire the server asks by requests of its own, while the call waits."""
    related = ServerMessageMetadata(related_request_id=context.request_id)
    said = []
    for one in rounds.each:
        for request in _askable(context, one, params).values():
            answer = await context.session.send_request(request, _KINDS[request.method][1], metadata=related)
            said.append(answer.model_dump_json(exclude_none=True))
    return f"Answered: {', '.join(said)}"


def _askable(context, one, params):
    """What the caller can answer. Raises MCPError -32021 where it cannot answer all that must be asked."""
    declared = context.session.client_capabilities or types.ClientCapabilities()
    needs = {key: _KINDS[request.method][0] for key, request in one.asks.items()}
    missing = {kind for kind in needs.values() if getattr(declared, kind) is None}
    asks = {key: _filled(one.asks[key], params) for key, kind in needs.items() if kind not in missing}
    if missing and not (one.spare and asks):
        required = {"requiredCapabilities": {kind: {} for kind in sorted(missing)}}
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, "The caller cannot be asked", required)
    return asks


def _filled(request, params):
    """The question with the caller's own words in it, where the tool takes some."""
    words = (params.arguments or {}).get("prompt") or (params.arguments or {}).get("message")
    if words is None:
        return request
    return _sampling(words) if request.method == "sampling/createMessage" else _form(words, _user())


def _form(message, properties):
    schema = {"type": "object", "properties": properties, "required": [*properties]}
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=message, requested_schema=schema))


def _sampling(words):
    content = types.TextContent(type="text", text=words)
    asked = types.SamplingMessage(role="user", content=content)
    return types.CreateMessageRequest(params=types.CreateMessageRequestParams(messages=[asked], max_tokens=100))


def _user():
    return {
        "username": {"type": "string", "description": "A name."},
        "email": {"type": "string", "description": "An address."},
    }


def _one(asks, *, spare=False, state=False):
    return Rounds(each=(Round(asks=asks, spare=spare),), state=state)


_TEXT, _NAME = {"type": "string"}, {"name": {"type": "string"}}
_CONFIRM = {"confirm": _form("Please confirm", {"ok": {"type": "boolean"}})}
_ROOTS = types.ListRootsRequest()
_ALL = {"user_name": _form("What is your name?", _NAME), "greeting": _sampling("Generate a greeting"), "roots": _ROOTS}
_DEFAULTS = {
    "name": {"type": "string", "default": "John Doe"},
    "age": {"type": "integer", "default": 30},
    "score": {"type": "number", "default": 95.5},
    "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
    "verified": {"type": "boolean", "default": True},
}
_TITLED = [{"const": f"value{n}", "title": f"Option {n}"} for n in (1, 2, 3)]
_ENUMS = {
    "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
    "titledSingle": {"type": "string", "oneOf": _TITLED},
    "legacyEnum": {"type": "string", "enum": ["opt1", "opt2"], "enumNames": ["Option One", "Option Two"]},
    "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
    "titledMulti": {"type": "array", "items": {"anyOf": _TITLED}},
}
_STEPS = Rounds(
    each=(
        Round(asks={"step1": _form("Step 1: What is your name?", _NAME)}),
        Round(asks={"step2": _form("Step 2: What is your favorite color?", {"color": _TEXT})}),
    ),
    state=True,
)
_BY_NAME = {
    "test_sampling": _one({"words": _sampling("")}),
    "test_elicitation": _one({"user": _form("", _user())}),
    "test_elicitation_sep1034_defaults": _one({"all": _form("Please look through the defaults", _DEFAULTS)}),
    "test_elicitation_sep1330_enums": _one({"all": _form("Please choose", _ENUMS)}),
    "test_missing_capability": _one({"words": _sampling("Hello")}),
    "test_streaming_elicitation": _one(_CONFIRM),
    "test_input_required_result_elicitation": _one({"user_name": _form("What is your name?", _NAME)}),
    "test_input_required_result_sampling": _one({"capital": _sampling("What is the capital of France?")}),
    "test_input_required_result_list_roots": _one({"client_roots": _ROOTS}),
    "test_input_required_result_request_state": _one(_CONFIRM, state=True),
    "test_input_required_result_multiple_inputs": _one(_ALL, state=True),
    "test_input_required_result_multi_round": _STEPS,
    "test_input_required_result_tampered_state": _one(_CONFIRM, state=True),
    "test_input_required_result_capabilities": _one(_ALL, spare=True),
}
_TAKES = {"test_sampling": "prompt", "test_elicitation": "message"}


def _schema(name):
    word = _TAKES.get(name)
    if word is None:
        return {"type": "object", "properties": {}}
    return {"type": "object", "properties": {word: _TEXT}, "required": [word]}


ASKING = tuple(
    Asking(rounds=rounds, tool=reading(name, "Asks before it answers.", _schema(name)))
    for name, rounds in _BY_NAME.items()
)
PROMPT = Asking(
    rounds=_one({"user_context": _form("What context should the prompt use?", {"context": _TEXT})}),
    prompt=types.Prompt(name="test_input_required_result_prompt", description="Asks before it answers."),
)
