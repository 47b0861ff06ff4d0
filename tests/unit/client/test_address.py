"""Addresses of served ledgers: what they may be, and where a token may go."""

import pytest

from ledger.client.address import copy_name, read_address, refuse_in_the_clear
from ledger.errors import MalformedError, RefusedError
from ledger.runtime.settings import address_of

PLACES = {
    "http://127.0.0.1:8420": "http://127.0.0.1:8420",
    "HTTPS://ledger.example/talks": "https://ledger.example/talks",
    "http:/ledger.example": "http://ledger.example",
    "mine": None,
    "/srv/ledger": None,
    "http": None,
    "./http:/x": None,
}


@pytest.mark.parametrize("text", PLACES)
def test_address_is_told_from_a_directory(text: str) -> None:
    """What begins with http or https is an address, also as a path that has lost a slash (design §3)."""
    assert address_of(text) == PLACES[text]


WRONG = {
    "no host": "http://",
    "another scheme": "ftp://ledger.example",
    "a user": "https://me@ledger.example",
    "a query": "https://ledger.example?token=x",
    "a fragment": "https://ledger.example#log",
    "a port that is none": "https://ledger.example:99999",
    "a blank": "https://ledger.example/a b",
    "no ASCII": "https://lédger.example",
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_address_is_refused(case: str) -> None:
    """Anything but scheme, host, port and path is refused, so that no secret hides in an address."""
    with pytest.raises(MalformedError, match="not the address of a served ledger"):
        read_address(WRONG[case])


@pytest.mark.parametrize("url", ["https://ledger.example", "http://127.0.0.1:1", "http://[::1]:1", "http://localhost"])
def test_token_may_go_where_nobody_listens(url: str) -> None:
    """To https anywhere, and to this machine by plain http."""
    refuse_in_the_clear(read_address(url))


@pytest.mark.parametrize("url", ["http://ledger.example", "http://10.0.0.1", "http://localhost.example"])
def test_token_is_not_sent_in_the_clear(url: str) -> None:
    """Over a network it goes by https or not at all."""
    with pytest.raises(RefusedError, match="in the clear"):
        refuse_in_the_clear(read_address(url))


@pytest.mark.parametrize(
    "url", ["https://a.example/../../etc", "https://a.example/" + "x" * 900, "http://[::1]:1/%2e%2e"]
)
def test_no_address_leads_out_of_the_copies(url: str) -> None:
    """The name of a copy is one part of a path, whatever the address holds."""
    name = copy_name(read_address(url))
    assert "/" not in name
    assert name not in {"", ".", ".."}
    assert len(name) <= 200
