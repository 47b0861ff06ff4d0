"""Limits on how often: a bucket for each name, filled at a rate, emptied by whoever asks."""

import pytest

from ledger.web import limit
from ledger.web.limit import Limit, name_of


class Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the seconds it was set to."""
        return self.now


def test_burst_is_let_through_and_the_next_is_told_when() -> None:
    """A full bucket of three lets three pass at once; the fourth waits for one token at two a second."""
    clock = Seconds()
    bucket = Limit(2, 3, clock=clock)
    assert [bucket.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_bucket_fills_with_time_and_no_further_than_its_burst() -> None:
    """After a second at two a second there are two more; after an hour three, as many as it holds."""
    clock = Seconds()
    bucket = Limit(2, 3, clock=clock)
    for _ in range(3):
        bucket.take("a")
    clock.now = 1.0
    assert [bucket.take("a") for _ in range(3)] == [0, 0, 0.5]
    clock.now = 3600.0
    assert [bucket.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_names_do_not_share_a_bucket() -> None:
    """Who asks too often keeps nobody else out."""
    bucket = Limit(1, 1, clock=Seconds())
    assert (bucket.take("a"), bucket.take("a"), bucket.take("b")) == (0, 1, 0)


def test_token_that_is_given_back_can_be_taken_again() -> None:
    """What is charged elsewhere is not charged here; a bucket never holds more than its burst."""
    bucket = Limit(1, 2, clock=Seconds())
    bucket.take("a")
    bucket.give_back("a")
    bucket.give_back("a")
    bucket.give_back("nobody")
    assert [bucket.take("a") for _ in range(3)] == [0, 0, 1]


def test_rate_of_nothing_is_no_limit() -> None:
    """A rate of 0 lets everybody pass, as the settings say."""
    bucket = Limit(0, 1, clock=Seconds())
    assert {bucket.take("a") for _ in range(100)} == {0}


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more names than are remembered, the one seen longest ago is forgotten, and its bucket is full again."""
    monkeypatch.setattr(limit, "KNOWN", 2)
    bucket = Limit(1, 1, clock=Seconds())
    for name in ("a", "b", "c"):
        bucket.take(name)
    assert (bucket.take("c"), bucket.take("a")) == (1, 0)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("testclient", "unknown"),
        ("", "unknown"),
    ],
)
def test_address_is_counted_as_its_owner(address: str, name: str) -> None:
    """An IPv6 network of 64 bits is one caller: whoever has one has all of its addresses."""
    assert name_of(address) == name
