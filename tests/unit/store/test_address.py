"""Addresses of PostgreSQL: read strictly, and never shown with what is secret in them (style §7)."""

import pytest

from ledger.errors import UsageError
from ledger.store.address import check_address, has_secrets, without_secrets

SHOWN = {
    "postgresql://host/ledger": "postgresql://host/ledger",
    "postgres://owner@host:5433/ledger?sslmode=verify-full": "postgres://owner@host:5433/ledger?sslmode=verify-full",
    "postgresql://owner:hunter2@host/ledger": "postgresql://owner@host/ledger",
    "postgresql://owner:hunt%40er2@host/ledger": "postgresql://owner@host/ledger",
    "postgresql://owner:hunt@er2@host/ledger": "postgresql://owner@host/ledger",
    "postgresql://:hunter2@host/ledger": "postgresql://@host/ledger",
    "postgresql://owner@host/ledger?password=hunter2": "postgresql://owner@host/ledger",
    "postgresql://owner@host/ledger?PassWord=hunter2&sslmode=require": "postgresql://owner@host/ledger?sslmode=require",
    "postgresql://owner@host/ledger?sslkey=k&sslpassword=hunter2": "postgresql://owner@host/ledger?sslkey=k",
    "postgresql://owner:hunter2@one:1,two:2/ledger": "postgresql://owner@one:1,two:2/ledger",
    "postgresql://owner:hunter2@/ledger?host=/run/postgresql": "postgresql://owner@/ledger?host=/run/postgresql",
    "postgresql:///ledger": "postgresql:///ledger",
    "postgresql://owner:hunter2@[::1]:5432/ledger": "postgresql://owner@[::1]:5432/ledger",
}


@pytest.mark.parametrize("url", SHOWN)
def test_address_is_shown_without_its_secrets(url: str) -> None:
    """What is written down and printed has user, hosts, database and options, and no password in any place."""
    shown = without_secrets(check_address(url))
    assert shown == SHOWN[url]
    assert "hunter2" not in shown
    assert has_secrets(url) is (shown != url)
    assert not has_secrets(shown)


REFUSED = {
    "nothing": "",
    "a path": "ledger.db",
    "a file": "file:///ledger.db",
    "another engine": "mysql://owner@host/ledger",
    "a driver of a library's": "postgresql+psycopg://owner@host/ledger",
    "no slashes": "postgresql:ledger",
    "a space": "postgresql://owner@host/led ger",
    "a line break": 'postgresql://owner@host/ledger\norigin = "x"',
    "a zero": "postgresql://owner@host/ledger\x00",
    "a text that turns round": "postgresql://owner@host/\u202eregdel",
    "a port that is none": "postgresql://owner@host:port/ledger",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_address_is_refused(case: str) -> None:
    """The sentence says what one looks like, and does not repeat it: a password may be in it."""
    with pytest.raises(UsageError, match=r"no address of a store; write postgresql://USER@HOST/DATABASE") as caught:
        check_address(REFUSED[case])
    assert "owner" not in str(caught.value)
