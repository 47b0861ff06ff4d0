"""Answers that are remembered: made once for each key, by one of those who ask, within the bytes that are allowed."""

import threading

import pytest

from ledger.web.remembered import Remembered, body


def test_answer_is_made_once_for_a_key() -> None:
    """The second who asks gets the first one's bytes and tag."""
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"answer"

    kept = Remembered(100)
    assert kept.get("key", make) == kept.get("key", make) == body(b"answer")
    assert len(made) == 1


def test_several_who_ask_at_once_wait_for_the_first() -> None:
    """A view that takes long is reckoned by one of them."""
    made: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def make() -> bytes:
        made.append(1)
        begun.set()
        assert go_on.wait(10)
        return b"answer"

    kept = Remembered(100)
    threads = [threading.Thread(target=kept.get, args=("key", make)) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1


def test_bytes_are_bounded_and_what_was_used_last_stays() -> None:
    """Ten bytes hold two answers of five; the one not asked for goes."""
    kept = Remembered(10)
    for key in ("a", "b"):
        kept.get(key, lambda: b"12345")
    kept.get("a", lambda: b"other")
    kept.get("c", lambda: b"12345")
    assert kept.get("a", lambda: b"made anew").raw == b"12345"
    assert kept.get("b", lambda: b"made anew").raw == b"made anew"


def test_answer_that_is_too_large_is_given_and_not_kept() -> None:
    """Nothing is refused for being large."""
    kept = Remembered(3)
    assert kept.get("a", lambda: b"12345").raw == b"12345"
    assert kept.get("a", lambda: b"67890").raw == b"67890"


def test_failure_is_not_remembered() -> None:
    """Whoever asks after a failure asks anew."""
    kept = Remembered(10)

    def fail() -> bytes:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        kept.get("a", fail)
    assert kept.get("a", lambda: b"made").raw == b"made"


def test_tag_is_of_the_bytes() -> None:
    """SHA-256 of nothing is e3b0c442…, of which the first 32 digits are the tag (FIPS 180-4)."""
    assert body(b"").etag == '"e3b0c44298fc1c149afbf4c8996fb924"'
