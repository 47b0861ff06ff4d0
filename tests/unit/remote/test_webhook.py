"""Where a webhook may go: into the public network, by https, and to the address that was judged."""

from typing import Any

import pytest

from ledger.errors import MalformedError, RefusedError, UnavailableError
from ledger.remote import webhook
from ledger.remote.exchange import Reply
from ledger.remote.webhook import parse_networks, send

PRIVATE = {
    "this machine": ["127.0.0.1"],
    "this machine, IPv6": ["::1"],
    "nowhere": ["0.0.0.0"],  # noqa: S104  # an address to be refused
    "nowhere, IPv6": ["::"],
    "a private network": ["10.1.2.3"],
    "another": ["172.16.0.1"],
    "a third": ["192.168.1.1"],
    "a carrier's": ["100.64.0.1"],
    "a link's own, with its cloud's secrets": ["169.254.169.254"],
    "a link's own, IPv6": ["fe80::1%eth0"],
    "a site's own, IPv6": ["fd00::1"],
    "many": ["224.0.0.1"],
    "many, IPv6": ["ff02::1"],
    "all": ["255.255.255.255"],
    "IPv4 in IPv6": ["::ffff:127.0.0.1"],
    "IPv4 by translation": ["64:ff9b::7f00:1"],
    "IPv4 by 6to4": ["2002:7f00:1::"],
    "one of several": ["93.184.215.14", "10.0.0.1"],
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return what would have been sent."""
    sent: list[dict[str, Any]] = []

    def request(parts: Any, method: str, path: str, body: bytes, **more: Any) -> Reply:
        sent.append({"host": parts.hostname, "method": method, "path": path, "body": body, **more})
        return Reply(204, {}, b"")

    monkeypatch.setattr(webhook, "request", request)
    return sent


@pytest.mark.parametrize("case", PRIVATE)
def test_nothing_goes_into_a_network_that_is_not_public(case: str, asked: list[dict[str, Any]]) -> None:
    """Every address of the host has to be public, however it is spelt (RFC 6890)."""
    with pytest.raises(RefusedError, match="not in the public network"):
        send("https://receiver.example/in", b"{}", {}, look_up=lambda _host, _port: PRIVATE[case])
    assert asked == []


def test_connection_goes_to_the_address_that_was_judged(asked: list[dict[str, Any]]) -> None:
    """A name is looked up once: what it means a moment later changes nothing (rebinding)."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    send("https://receiver.example/in", b"{}", {"webhook-id": "m"}, look_up=lambda _host, _port: next(answers))
    (one,) = asked
    assert (one["to"], one["host"], one["method"], one["path"]) == ("93.184.215.14", "receiver.example", "POST", "/in")
    assert one["headers"]["webhook-id"] == "m"


def test_named_network_is_allowed_in_the_clear(asked: list[dict[str, Any]]) -> None:
    """Whoever runs the server may name a network of its own; nothing else is told by plain http."""
    networks = parse_networks(["10.0.0.0/8", "fd00::/8"])
    send("http://inside.example/in", b"{}", {}, allowed=networks, look_up=lambda _host, _port: ["10.1.2.3"])
    assert len(asked) == 1
    with pytest.raises(RefusedError, match="in the clear"):
        send("http://out.example/", b"{}", {}, allowed=networks, look_up=lambda _host, _port: ["93.184.215.14"])
    with pytest.raises(RefusedError, match="not in the public network"):
        send("https://in.example/", b"{}", {}, allowed=networks, look_up=lambda _host, _port: ["192.168.0.1"])


def test_host_without_an_address_is_unavailable() -> None:
    """It may have one later, so the message is tried again."""
    with pytest.raises(UnavailableError, match="has no address"):
        send("https://receiver.example/", b"{}", {}, look_up=lambda _host, _port: [])


@pytest.mark.parametrize("text", ["10.0.0.1/8", "ten", "10.0.0.0/33", ""])
def test_network_is_written_as_one(text: str) -> None:
    """Host bits are 0, so that nobody allows more than they read."""
    with pytest.raises(MalformedError, match="none"):
        parse_networks([text])
