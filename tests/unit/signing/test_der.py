"""DER is read in its one spelling, and nothing else is (ITU-T X.690)."""

import pytest

from ledger.errors import MalformedError
from ledger.signing.der import (
    DEPTH_LIMIT,
    OCTETS,
    SEQUENCE,
    format_der,
    format_integer,
    format_oid,
    parse_der,
)

NULL = b"\x05\x00"


def nested(depth: int) -> bytes:
    """Return an empty sequence inside of sequences, ``depth`` in all."""
    raw = b""
    for _ in range(depth):
        raw = format_der(SEQUENCE, raw)
    return raw


@pytest.mark.parametrize(
    ("number", "raw"),
    [
        (0, b"\x02\x01\x00"),
        (127, b"\x02\x01\x7f"),
        (128, b"\x02\x02\x00\x80"),
        (256, b"\x02\x02\x01\x00"),
        (2**63 - 1, b"\x02\x08\x7f" + b"\xff" * 7),
        (2**63, b"\x02\x09\x00\x80" + b"\x00" * 7),
    ],
)
def test_whole_number_is_written_with_its_sign_bit(number: int, raw: bytes) -> None:
    """A number takes as few bytes as hold it and a zero sign bit (X.690 §8.3)."""
    assert format_integer(number) == raw


@pytest.mark.parametrize(
    ("dotted", "raw"),
    [
        ("2.16.840.1.101.3.4.2.1", "0609608648016503040201"),
        ("1.2.840.113549.1.7.2", "06092a864886f70d010702"),
        ("0.0", "060100"),
        ("2.999", "06028837"),
    ],
)
def test_object_identifier_is_written_in_groups_of_seven_bits(dotted: str, raw: str) -> None:
    """The first two numbers share one group (X.690 §8.19; the last example is the standard's)."""
    assert format_oid(dotted) == bytes.fromhex(raw)


@pytest.mark.parametrize(
    "dotted", ["", "1", "1.", ".1", "3.1", "1.40", "1.02", "1.-2", "1.2.x", "1.٣", "1." * 101 + "1"]
)
def test_what_is_no_object_identifier_is_refused(dotted: str) -> None:
    """An identifier has at least two numbers in their one spelling, and not more than 200 characters."""
    with pytest.raises(MalformedError, match="object identifier"):
        format_oid(dotted)


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65_535, 65_536])
def test_value_is_read_back_as_it_was_written(size: int) -> None:
    """Parse and format undo each other, on either side of each form of length."""
    inner = format_der(OCTETS, b"x" * size)
    read = parse_der(format_der(SEQUENCE, inner, NULL), what="value")
    assert [part.raw for part in read.parts] == [inner, NULL]
    assert [part.start for part in read.parts] == [len(read.raw) - len(inner) - 2, len(read.raw) - 2]
    assert read.parts[0].content == b"x" * size


MALFORMED = {
    "nothing": (b"", "0 values"),
    "two values": (NULL + NULL, "2 values"),
    "a tag alone": (b"\x05", "not DER"),
    "a tag of many octets": (b"\x1f\x05\x00", "not DER"),
    "an indefinite length": (b"\x30\x80\x05\x00\x00\x00", "length that is not DER"),
    "a long form for a short length": (b"\x04\x81\x01x", "length that is not DER"),
    "a length with a leading zero": (b"\x04\x82\x00\x81" + b"x" * 129, "length that is not DER"),
    "a length of five bytes": (b"\x04\x85\x01\x00\x00\x00\x00x", "length that is not DER"),
    "a length that is cut off": (b"\x04\x82\x01", "length that is not DER"),
    "a value that is cut off": (b"\x04\x02x", "ends inside"),
    "a part that leads outside": (b"\x30\x03\x04\x02x" + b"y", "ends inside"),
    "one level too deep": (nested(DEPTH_LIMIT + 1), "nested"),
}


@pytest.mark.parametrize(("raw", "reason"), MALFORMED.values(), ids=MALFORMED)
def test_anything_but_the_one_spelling_is_refused(raw: bytes, reason: str) -> None:
    """Whatever a stranger wrote is DER, whole and of bounded depth, or malformed."""
    with pytest.raises(MalformedError, match=reason):
        parse_der(raw, what="value")


def test_deepest_nesting_that_is_read() -> None:
    """As deep as the limit is read; an empty sequence has nothing inside that would be deeper."""
    read = parse_der(nested(DEPTH_LIMIT), what="value")
    for _ in range(DEPTH_LIMIT - 1):
        (read,) = read.parts
    assert read.parts == ()
