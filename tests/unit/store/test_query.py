"""Marks: short pointers to digests, which only point (performance: no index over whole random digests)."""

from hashlib import sha256

from ledger.store.query import name_mark, repeat_mark


def test_mark_of_a_name_is_its_first_64_bits_signed() -> None:
    """The database holds signed numbers, so a first byte from 80 on is negative."""
    assert name_mark(bytes.fromhex("0000000000000001") + bytes(24)) == 1
    assert name_mark(bytes.fromhex("ffffffffffffffff") + bytes(24)) == -1
    assert name_mark(bytes.fromhex("8000000000000000") + bytes(24)) == -(2**63)


def test_mark_of_a_repeat_depends_on_key_and_payload() -> None:
    """It is the first 64 bits of SHA-256 over the key's thumbprint and the payload's digest (design §2.2)."""
    expected = int.from_bytes(sha256(b"a" * 43 + bytes(32)).digest()[:8], "big", signed=True)
    assert repeat_mark("a" * 43, bytes(32)) == expected
    assert repeat_mark("b" * 43, bytes(32)) != expected
    assert repeat_mark("a" * 43, bytes(31) + b"\x01") != expected
