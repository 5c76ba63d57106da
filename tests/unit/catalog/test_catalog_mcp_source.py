"""How a server is reached, word by word: what a file says of it is read closely, and no secret stands in it."""

import pytest

from broker.catalog.refs import ref
from broker.catalog.report import Wrong
from tests.mcp_kit import TOOLS, Files

VENDOR = "vendor: {name: somebody}\n"


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def test_what_is_right_loads(files):
    for reach in (
        "url: https://mcp.vendor.example/mcp",
        "url: https://mcp.vendor.example:8443",
        "url: http://127.0.0.1:8000/mcp",
        "url: http://localhost/mcp",
        "url: 'http://[::1]:8000/mcp'",
        "url: https://a.example/\nauth: {kind: bearer, token: env:TOKEN}",
        "url: https://a.example/\nauth: {kind: basic, user: env:USER, password: 'file:keys/a'}",
        "url: https://a.example/\nauth: {kind: header, name: X-Api-Key, value: env:KEY}",
        "command: [server, --flag, 'two words']\nenv: {API_KEY: env:KEY}\ncwd: data\nintegrity: " + "a" * 64,
    ):
        files.write(TOOLS, f"{VENDOR}{reach}\n")
        assert files.problems() == [], reach


BROKEN = {
    "neither": ("", "expected the key `command`"),
    "both": ("command: [a]\nurl: https://a.example/", "url: a server is run by `command` or reached at `url`"),
    "no vendor": (None, "expected the key `vendor`"),
    "a command of one text": ("command: server --flag", "command: expected a list of words"),
    "a command of nothing": ("command: []", "command: expected a list of words"),
    "an empty word": ("command: ['']", "command[0]: expected text"),
    "what fetches": ("command: [npx, -y, server]", "command: expected a program: `npx` fetches what it runs"),
    "what fetches, by its path": ("command: [/usr/bin/uvx, server]", "command: expected a program: `uvx` fetches"),
    "clear text on a network": ("url: http://a.example/mcp", "url: expected `https`"),
    "loopback by name alone": ("url: http://localhost.evil.example/", "url: expected `https`"),
    "a user in it": ("url: https://me:secret@a.example/", "url: expected an `https://` URL without user"),
    "a query": ("url: https://a.example/?key=secret", "url: expected an `https://` URL without user"),
    "a fragment": ("url: https://a.example/#x", "url: expected an `https://` URL without user"),
    "another scheme": ("url: ftp://a.example/", "url: expected an `https://` URL"),
    "a variable that is not there": ("url: ${NOWHERE}", "url: "),
    "an environment of a URL": ("url: https://a.example/\nenv: {A: env:A}", "env: `env` belongs to `command`"),
    "a folder of a URL": ("url: https://a.example/\ncwd: data", "cwd: `cwd` belongs to `command`"),
    "a digest of a URL": ("url: https://a.example/\nintegrity: " + "a" * 64, "integrity: `integrity` belongs to"),
    "auth of a command": ("command: [a]\nauth: {kind: bearer, token: env:A}", "auth: `auth` belongs to `url`"),
    "a digest that is none": ("command: [a]\nintegrity: latest", "integrity: expected 64 hexadecimal digits"),
    "a secret itself": ("command: [a]\nenv: {KEY: sk-live-1234}", "env.KEY: expected where it is kept"),
    "no name of a variable": ("command: [a]\nenv: {A-B: env:A}", "env.A-B: expected the name of a variable"),
    "a bearer's secret itself": (
        "url: https://a.example/\nauth: {kind: bearer, token: secret}",
        "auth.token: expected where it is kept",
    ),
    "a bearer without a token": ("url: https://a.example/\nauth: {kind: bearer}", "auth: expected the key `token`"),
    "a key of another kind of auth": (
        "url: https://a.example/\nauth: {kind: bearer, token: env:A, user: env:B}",
        "auth.user: `user` is not of `bearer`",
    ),
    "no kind of auth": ("url: https://a.example/\nauth: {token: env:A}", "auth: expected the key `kind`"),
    "a kind that is planned": (
        "url: https://a.example/\nauth: {kind: oauth2_client}",
        "auth.kind: `oauth2_client` is not available yet",
    ),
    "a kind that is none": ("url: https://a.example/\nauth: {kind: digest}", "auth.kind: expected one of"),
    "no name of a header": (
        "url: https://a.example/\nauth: {kind: header, name: 'A B', value: env:A}",
        "auth.name: expected the name of a header",
    ),
}


@pytest.mark.requirement("all-at-once")
@pytest.mark.parametrize(("reach", "said"), BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_told_with_its_place_and_its_mend(files, reach, said):
    files.write(TOOLS, "url: https://a.example/\n" if reach is None else f"{VENDOR}{reach}\n")
    found = files.problems()
    assert [one for one in found if one.removeprefix(": ").startswith(said)], found


def test_a_secret_that_stands_in_the_file_is_not_repeated(files):
    files.write(TOOLS, f"{VENDOR}command: [a]\nenv: {{KEY: sk-live-1234}}\n")
    assert "sk-live-1234" not in str(files.problems())


@pytest.mark.parametrize("text", ["env:KEY", "env:_a1", "file:keys/token", "file:/run/secrets/a b"])
def test_a_reference_says_where(text):
    assert ref(text) == text


@pytest.mark.parametrize(
    "text", ["", "KEY", "env:", "env:1A", "env:A-B", "file:", "file:a\n", "ENV:A", "env:A b", "$A"]
)
def test_anything_else_is_taken_for_a_secret_and_not_repeated(text):
    assert ref(text) == Wrong("expected where it is kept: `env:NAME` or `file:path`", "never the secret itself")


def test_a_server_on_the_network_is_somebody_elses_until_the_file_says_otherwise(files):
    assert files.spec().external
    files.write(f"boundary: internal\n{TOOLS}")
    assert not files.spec().external
    files.write(TOOLS, f"{VENDOR}command: [server]\n")
    assert not files.spec().external
