"""A broker process behind TLS of its own, and behind a proxy that ends it: what changes outside it takes by itself."""

import json
import ssl

import anyio
import httpx2
import pytest

from broker.main.certificate import facts
from tests.certified import certificate
from tests.served import asking
from tests.talk import call, post, true_soon

READ = "bank__account_read"


def config(bank, text):
    bank.config.write_text(bank.config.read_text().replace("[server]\n", f"[server]\n{text}", 1))


def ours(bank):
    return httpx2.AsyncClient(verify=ssl.create_default_context(cafile=bank.folder / "cert.pem"))


async def reads(client, url, token, **headers):
    body, said = call(READ, {"account_id": 1})
    answer = await post(client, url, body, {**said, "Authorization": f"Bearer {token}", **headers})
    return answer.status_code


@pytest.mark.requirement("certificate")
async def test_a_certificate_is_renewed_under_a_broker_that_serves(fresh_bank):
    certificate(fresh_bank.folder)
    config(fresh_bank, 'host = "localhost"\ntls_cert = "cert.pem"\ntls_key = "key.pem"\n')
    (task,) = await anyio.to_thread.run_sync(fresh_bank.grants, [asking()])
    with fresh_bank.serving() as broker:
        async with ours(fresh_bank) as before:
            assert await reads(before, broker.url, task.token) == 200
            certificate(fresh_bank.folder)
            await true_soon(lambda: "certificate.taken" in fresh_bank.kinds("certificate."))
            async with ours(fresh_bank) as after:  # who believes the new one alone
                assert await reads(after, broker.url, task.token) == 200
            assert await reads(before, broker.url, task.token) == 200  # over the connection that stands
        (cert, key), good = certificate(fresh_bank.folder), None
        await true_soon(lambda: fresh_bank.kinds("certificate.").count("certificate.taken") == 2)
        good = facts(cert).digest
        key.write_text("half a ke")
        await true_soon(lambda: "certificate.kept" in fresh_bank.kinds("certificate."))
        async with ours(fresh_bank) as client:
            assert await reads(client, broker.url, task.token) == 200
    taken = [one["sha256"] for one in fresh_bank.log if one["kind"] == "certificate.taken"]
    assert taken[-1] == good
    assert "certificate kept" in fresh_bank.say("err").read_text()


@pytest.mark.requirement("proxies")
async def test_behind_a_proxy_the_port_off_loopback_is_for_it_alone(fresh_bank):
    config(fresh_bank, 'host = "0.0.0.0"\nurl = "https://broker.example/mcp"\nproxies = ["127.0.0.1"]\n')
    (task,) = await anyio.to_thread.run_sync(fresh_bank.grants, [asking()])
    with fresh_bank.serving() as broker:
        url = broker.url.replace("0.0.0.0", "127.0.0.1")
        said = {"Host": "broker.example", "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
        async with httpx2.AsyncClient() as proxy:
            assert await reads(proxy, url, task.token, **said) == 200
            assert await reads(proxy, url, task.token, **{**said, "X-Forwarded-Proto": "http"}) == 400
            assert await reads(proxy, url, task.token, Host="broker.example") == 400
            assert await reads(proxy, url, task.token, **{**said, "Host": "evil.example"}) == 421
            told = (
                await proxy.get(url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp"), headers=said)
            ).json()
            assert told["resource"] == "https://broker.example/mcp"
        other = httpx2.AsyncHTTPTransport(local_address="127.0.0.2")
        async with httpx2.AsyncClient(transport=other) as client:
            with pytest.raises(httpx2.TransportError):
                await reads(client, url, task.token, **said)
        assert await anyio.to_thread.run_sync(broker.terminate) == 0
    (counted,) = fresh_bank.kinds("strangers.")[-1:] or [None]
    assert counted == "strangers.counted"
    why = json.dumps([one for one in fresh_bank.log if one["kind"] == "strangers.counted"])
    assert "a connection in clear text from no named proxy" in why
    assert "forwarded: in clear text outside" in why
