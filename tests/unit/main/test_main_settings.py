"""What `broker.toml` may say, and what it means where it says nothing."""

import pytest

from broker.main.build import audience
from broker.model.faults import ConfigError
from broker.settings import Server, Settings, read

CERT = 'tls_cert = "c.pem"\n'
KEY = 'tls_key = "k.pem"\n'
URL = 'url = "https://broker.example/mcp"\n'
PROXIES = 'proxies = ["10.0.0.7"]\n'


def said(folder, text):
    path = folder / "broker.toml"
    path.write_text(text, encoding="utf-8")
    return read(path)


@pytest.mark.requirement("loopback")
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "broker.example", "", "127.0.0.1.evil.example"])
@pytest.mark.parametrize("half", ["", CERT, KEY], ids=["none", "certificate", "key"])
def test_a_network_needs_a_certificate_and_its_key(tmp_path, host, half):
    with pytest.raises(ConfigError, match="loopback only"):
        said(tmp_path, f'[server]\nhost = "{host}"\n{half}')
    for allowed in (f"{CERT}{KEY}", 'proxies = ["10.0.0.7", "10.1.0.0/16"]\n'):
        assert said(tmp_path, f'[server]\nhost = "{host}"\n{URL}{allowed}').server.host == host


@pytest.mark.requirement("public-url")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'host = "0.0.0.0"\n{CERT}{KEY}', "say it as `url`"),
        (f'host = ""\n{CERT}{KEY}', "say it as `url`"),
        (PROXIES, "say it as `url`"),
        (f'host = "0.0.0.0"\n{PROXIES}', "say it as `url`"),
        (f'host = "0.0.0.0"\n{PROXIES}url = "http://localhost/mcp"\n', "`url` is https"),
        (f'{CERT}{KEY}url = "http://localhost/mcp"\n', "`url` is https"),
        ('url = "http://broker.example/mcp"\n', "clear text"),
        ('url = "https://broker.example/"\n', "ends with /mcp"),
        ('url = "https://broker.example/mcp?x=1"\n', "ends with /mcp"),
        ('url = "https://me@broker.example/mcp"\n', "nothing before it"),
        ('url = "https://broker.example:port/mcp"\n', "no url"),
        ('url = "https:///mcp"\n', "with a host"),
        ('url = "//broker.example/mcp"\n', "is https"),
        (f'{URL}proxies = ["0.0.0.0/0"]\n', "not everybody"),
        (f'{URL}proxies = ["::/0"]\n', "not everybody"),
        (f'{URL}proxies = ["10.1.2.3/16"]\n', "server.proxies"),
        (f'{URL}proxies = ["proxy.example"]\n', "server.proxies"),
    ],
)
def test_where_nobody_could_tell_how_agents_reach_it_nothing_is_guessed(tmp_path, text, says):
    with pytest.raises(ConfigError) as failed:
        said(tmp_path, f"[server]\n{text}")
    assert says in str(failed.value)


@pytest.mark.requirement("whole-or-not")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"[server]\n{CERT}", "go together"),
        (f"[server]\n{KEY}", "go together"),
        ("[server]\norigin = []\n", "server.origin"),
        ("[policy]\n", "policy"),
        ("[server]\nport = 65536\n", "server.port"),
        ("[server]\nmax_body = 1023\n", "server.max_body"),
        ("[log]\ndeadline = 0\n", "log.deadline"),
        ('[governance]\noverdue = "ignore"\n', "governance.overdue"),
        ('[classes.badge]\nrank = 101\naction = "show"\n', "classes.badge.rank"),
        ('[classes.badge]\nrank = -1\naction = "show"\n', "classes.badge.rank"),
    ],
)
def test_a_setting_that_is_unknown_or_out_of_its_range_is_none(tmp_path, text, says):
    with pytest.raises(ConfigError) as failed:
        said(tmp_path, text)
    assert any(says in str(one) for one in failed.value.problems)


def test_what_is_not_said_is_the_safe_side(tmp_path):
    server = said(tmp_path, "").server
    assert (server.host, server.hosts, server.origins) == ("127.0.0.1", (), ())
    assert server.max_body == 1 << 20


@pytest.mark.parametrize(
    ("server", "url"),
    [
        (Server(), "http://127.0.0.1:8750/mcp"),
        (Server(host="::1", port=1), "http://[::1]:1/mcp"),
        (Server(host="broker.example", tls_cert="c", tls_key="k"), "https://broker.example:8750/mcp"),
        (Server(url="https://tools.example/mcp"), "https://tools.example/mcp"),
    ],
)
def test_tokens_are_for_the_address_that_agents_reach(tmp_path, server, url):
    found = audience(Settings(root=tmp_path, server=server))
    assert (found.url, found.issuer) == (url, url.removesuffix("/mcp"))
