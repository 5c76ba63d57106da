"""Clients that know nothing of this broker but its URL open tasks, step up and are refused, by the SDK's own OAuth."""

import anyio
import pytest
from mcp import MCPError

from broker.edge.oauth.clients import ASSERTION as VOUCHED
from broker.edge.oauth.subjects import ASSERTION, CREDENTIALS
from tests.oauth_flows import FLOWS, PAYMENT, Kept, by_key, connected, vouched
from tests.oauth_world import HIDDEN, PAY, READ, SECRET, fill, free_port, signing_in
from tests.piped import speaking
from tests.served import home
from tests.talk import ERAS, Session, http, one_call

PATIENCE = 60


@pytest.fixture(scope="module")
def login():
    with signing_in() as one:
        yield one


@pytest.fixture(scope="module")
def asked(tmp_path_factory, launcher, login):
    """A bank whose agents come by OAuth, and its broker."""
    port = free_port()
    with (
        home(tmp_path_factory.mktemp("asked") / "bank", launcher, lambda folder: fill(folder, port, login.url)) as bank,
        bank.serving("--port", str(port)) as broker,
    ):
        yield bank, broker.url


@pytest.mark.requirement("step-up")
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("flow", FLOWS)
async def test_the_sdk_s_own_client_does_it_without_a_line_of_ours(flow, era, asked, login):
    with anyio.fail_after(PATIENCE):
        await FLOWS[flow](asked[1], login, era)


async def _token(url, scope):
    """As a client asks that knows no more than OAuth 2.0."""
    form = {"grant_type": "client_credentials", "scope": scope}
    async with http(auth=("robot-secret", SECRET)) as client:
        answer = await client.post(url.replace("/mcp", "/token"), data=form)
    return answer.json()["access_token"]


@pytest.mark.requirement("step-up")
async def test_a_tool_that_is_elsewhere_is_told_with_where_and_one_that_is_never_theirs_is_not_there(asked):
    bank, url = asked
    token = await _token(url, "reading")
    before = len(bank.kinds("call."))
    told = await one_call(url, token, PAY, PAYMENT)
    assert told.status_code == 403
    parts = {
        "error": "insufficient_scope",
        "scope": "paying:service",
        "resource_metadata": url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp"),
    }
    assert told.headers["www-authenticate"] == "Bearer " + ", ".join(f'{name}="{one}"' for name, one in parts.items())
    assert told.json()["error"]["data"]["refused"] == "unknown_tool"
    never, absent = [await one_call(url, token, name, {}) for name in (HIDDEN, "bank__whole_bonk")]
    assert (never.status_code, never.json()["error"]["code"]) == (absent.status_code, -32602)
    assert never.content.replace(b"bank__whole_bank", b"bank__whole_bonk") == absent.content
    assert {**never.headers, "date": ""} == {**absent.headers, "date": ""}
    assert bank.kinds("call.")[before:] == ["call.denied"] * 3  # one each
    assert [one["detail"] for one in bank.log[-2:]] == ["not in the grant"] * 2


@pytest.mark.requirement("step-up")
@pytest.mark.parametrize("era", ERAS)
async def test_whoever_cannot_step_up_reads_which_scope_has_it(asked, era):
    _, url = asked
    env = {"BROKER_TOKEN": await _token(url, "reading")}
    async with speaking("--url", url, era=era, env=env) as client:
        with pytest.raises(MCPError) as told:
            await client.call_tool(PAY, PAYMENT)
        assert told.value.error.data["refused"] == "unknown_tool"
        assert told.value.error.message.startswith("not in this task; scope `paying` has it")
        assert not (await client.call_tool(READ, {"account_id": 1})).is_error


@pytest.mark.requirement("step-up-session")
async def test_a_session_goes_over_to_the_task_that_its_client_was_told_to_ask_for_and_to_no_other(asked):
    _, url = asked
    reading, paying = await _token(url, "reading"), await _token(url, "reading paying:service")
    call = {"name": READ, "arguments": {"account_id": 1}}
    async with http() as client:
        session = await Session(client, url).opened(reading)
        assert (await session.ask(paying, "tools/call", call))[0].status_code == 404  # nobody was told anything
        assert (await session.ask(reading, "tools/call", {"name": PAY, "arguments": PAYMENT}))[0].status_code == 403
        response, said = await session.ask(paying, "tools/call", call)
        assert (response.status_code, said["result"]["isError"]) == (200, False)
        assert (await session.ask(reading, "tools/call", call))[0].status_code == 404  # it is the other task's now
        assert (await session.ask(paying, "tools/list", {}))[0].status_code == 200


@pytest.mark.requirement("step-up-session")
async def test_whoever_is_told_in_another_s_session_takes_nothing_from_it(asked):
    _, url = asked
    call = {"name": READ, "arguments": {"account_id": 1}}
    key = by_key(url, Kept())
    async with connected(url, key, "legacy"):
        theirs = key.context.current_tokens.access_token
    async with http() as client:
        session = await Session(client, url).opened(await _token(url, "reading"))
        assert (await session.ask(theirs, "tools/call", {"name": PAY, "arguments": PAYMENT}))[0].status_code == 403
        assert (await session.ask(theirs, "tools/call", call))[0].status_code == 404
        assert (await session.named_by(theirs, READ, {"account_id": 1})).status_code == 200
        assert (await session.named_by(theirs, PAY, PAYMENT)).status_code == 403
        assert (await session.ask(await _token(url, "reading"), "tools/call", call))[0].status_code == 200


@pytest.mark.requirement("exchange-once")
async def test_what_is_used_once_is_used_once_over_two_processes(asked, login):
    bank, url = asked
    secret = {"client_id": "robot-secret", "client_secret": SECRET}
    jag = login.id_jag(url.removesuffix("/mcp"), url)
    by_jag = {"grant_type": ASSERTION, "assertion": jag, "scope": "reading", **secret}
    by_key = {"grant_type": CREDENTIALS, "client_assertion_type": VOUCHED, "client_assertion": await vouched(url)}
    with bank.serving() as other:
        async with http() as client:
            for form in (by_jag, by_key):
                answers = []
                async with anyio.create_task_group() as tasks:
                    for place in (url, other.url) * 3:
                        tasks.start_soon(_posted, client, place, form, answers)
                assert sorted(one.status_code == 200 for one in answers) == [False] * 5 + [True]


async def _posted(client, url, form, answers):
    answers.append(await client.post(url.replace("/mcp", "/token"), data=form))
