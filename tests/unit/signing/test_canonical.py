"""What the strict reader admits and refuses, and the one spelling that is written (design §2.1)."""

import hashlib
import json
from enum import StrEnum
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.signing import canonical

LARGEST = 2**53 - 1

# What is refused in any spelling: the text, and a piece of the reason.
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "breaks off at line 1, column 1 of the statement"),
    "only white space": (b" \n ", "breaks off at line 2, column 2"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "byte order mark"),
    "bytes that are not UTF-8": (b'{"a":"\xff"}', "not UTF-8 at byte 6"),
    "a surrogate encoded as UTF-8": (b'"\xed\xa0\x80"', "not UTF-8 at byte 1"),
    "an overlong encoding": (b'"\xc0\xaf"', "not UTF-8 at byte 1"),
    "UTF-16": ("{}".encode("utf-16-le"), "name in quotation marks is expected at line 1, column 2"),
    "a duplicate name": (b'{"a":1,"b":2,"a":3}', "The name 'a' occurs twice at $ of the statement"),
    "a duplicate name below": (b'{"x":[{"a":1,"a":1}]}', "occurs twice at $.x[0]"),
    "a duplicate name in another spelling": (b'{"a":1,"\\u0061":2}', "The name 'a' occurs twice"),
    "a duplicate name with equal values": (b'{"a":1,"a":1}', "occurs twice"),
    "a fraction": (b'{"body":{"terms":[{"target":1.5}]}}', "The number 1.5 is not an integer"),
    "a fraction, its place": (b'{"body":{"terms":[{"target":1.5}]}}', "at $.body.terms[0].target of the statement"),
    "a fraction of zero": (b"[1.0]", "The number 1.0"),
    "an exponent": (b"[1e3]", "The number 1e3"),
    "a capital exponent": (b"[1E3]", "The number 1E3"),
    "minus zero": (b"[-0]", "The number -0"),
    "minus zero as a fraction": (b"[-0.0]", "The number -0.0"),
    "a plus sign": (b"[+1]", "The number +1"),
    "a leading zero": (b"[01]", "The number 01"),
    "a leading point": (b"[.5]", "The number .5"),
    "a closing point": (b"[1.]", "The number 1."),
    "a bare minus": (b"[-]", "The number -"),
    "hexadecimal": (b"[0x1]", "Not a comma or a closing bracket stands"),
    "two to the 53rd": (b"[9007199254740992]", "lies outside ±(2^53-1) at $[0]"),
    "minus two to the 53rd": (b"[-9007199254740992]", "lies outside ±(2^53-1)"),
    "an integer of 17 digits": (b"[10000000000000000]", "is not an integer in its one spelling"),
    "an integer of 65 bits": (b"[18446744073709551616]", "is not an integer in its one spelling"),
    "NaN": (b"[NaN]", "The word 'NaN' is not JSON at $[0]"),
    "Infinity": (b"[Infinity]", "The word 'Infinity'"),
    "minus Infinity": (b"[-Infinity]", "The number -"),
    "a capital literal": (b"[True]", "The word 'True'"),
    "a literal with a tail": (b"[nullx]", "The word 'nullx'"),
    "a name that is not ASCII": ('{"größe":1}'.encode(), r"The name 'gr\xf6\xdfe' is not ASCII"),
    "an escaped name that is not ASCII": (b'{"\\u00e9":1}', r"The name '\xe9' is not ASCII"),
    "a name that is not text": (b"{1:2}", "name in quotation marks is expected"),
    "text that is not NFC": ('{"a":"e\u0301"}'.encode(), "not in NFC at $.a"),
    "escaped text that is not NFC": (b'["e\\u0301"]', "not in NFC at $[0]"),
    "a character that NFC replaces": ('["\u212b"]'.encode(), "not in NFC"),
    "half a surrogate pair": (b'["\\ud800"]', "Half a surrogate pair"),
    "the second half alone": (b'["\\udc00"]', "Half a surrogate pair"),
    "two first halves": (b'["\\ud800\\ud800"]', "Half a surrogate pair"),
    "a first half and a letter": (b'["\\ud800a"]', "Half a surrogate pair"),
    "an escape of two digits": (b'["\\x41"]', "An escape is not one of JSON's"),
    "an escape cut short": (b'["\\u12"]', "An escape is not one of JSON's"),
    "an escape at the end": (b'["\\', "An escape is not one of JSON's"),
    "a tab in a string": (b'["a\tb"]', "control character stands unescaped in a string at line 1, column 4"),
    "a line feed in a string": (b'["a\nb"]', "control character stands unescaped"),
    "a string not closed": (b'["abc', "A string is not closed at line 1, column 6"),
    "an array not closed": (b"[1,2", "breaks off at line 1, column 5"),
    "an object not closed": (b'{"a":1', "breaks off"),
    "an object cut after a colon": (b'{"a":', "breaks off"),
    "an object cut after a name": (b'{"a"', "breaks off"),
    "a comma too many in an array": (b"[1,]", "A value is expected"),
    "a comma too many in an object": (b'{"a":1,}', "name in quotation marks is expected"),
    "a missing comma": (b"[1 2]", "Not a comma or a closing bracket stands at line 1, column 4"),
    "a missing colon": (b'{"a" 1}', "Not a colon stands"),
    "a comment": (b"[1] // one", "Something follows the end of the value at line 1, column 5"),
    "two values": (b"{}{}", "Something follows the end of the value at line 1, column 3"),
    "a NUL after the value": (b"{}\x00", "Something follows the end"),
    "a form feed as white space": (b"\x0c{}", "A value is expected"),
    "a no-break space as white space": ("\u00a0{}".encode(), "A value is expected"),
    "single quotes": (b"{'a':1}", "name in quotation marks is expected"),
    "33 levels": (b"[" * 33 + b"]" * 33, "nest deeper than 32 levels"),
    "33 levels of objects": (b'{"a":' * 33 + b"1" + b"}" * 33, "nest deeper than 32 levels"),
    "a hostile nest of arrays": (b"[" * 100_000, "nest deeper than 32 levels"),
    "a hostile nest of objects": (b'{"a":' * 100_000, "nest deeper than 32 levels"),
    "a hostile number": (b"9" * 100_000, "is not an integer in its one spelling"),
    "a line further down": (b'{\n  "a": 1,\n  "b" 2\n}', "Not a colon stands at line 3, column 7"),
}

ADMITTED: dict[str, tuple[bytes, Any]] = {
    "null": (b"null", None),
    "true": (b"true", True),
    "false": (b" false ", False),
    "zero": (b"0", 0),
    "the largest integer": (b"9007199254740991", LARGEST),
    "the smallest integer": (b"-9007199254740991", -LARGEST),
    "an empty text": (b'""', ""),
    "an empty array": (b"[ ]", []),
    "an empty object": (b"{\t}", {}),
    "an empty name": (b'{"":1}', {"": 1}),
    "white space of four kinds": (b'\t{ "a"\r\n:\n[ 1 , 2 ] }\n', {"a": [1, 2]}),
    "every short escape": (rb'"\"\\\/\b\f\n\r\t"', '"\\/\b\f\n\r\t'),
    "a long escape in capitals": (rb'"\u00E9"', "é"),
    "a surrogate pair": (rb'"\ud83d\ude02"', "\U0001f602"),
    "NUL as an escape": (rb'"\u0000"', "\x00"),
    "DEL as itself": (b'"\x7f"', "\x7f"),
    "a mark that composes with the letter of an escape only in the raw text": ('"\\n\u0303"'.encode(), "\n\u0303"),
    "names in any order": (b'{"b":1,"a":2}', {"b": 1, "a": 2}),
    "32 levels": (b"[" * 32 + b"]" * 32, None),
}


@pytest.mark.parametrize(("raw", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_strict_reader_refuses(raw: bytes, reason: str) -> None:
    """What design §2.1 does not admit is malformed, with a sentence that names the document and the place."""
    with pytest.raises(MalformedError) as caught:
        canonical.parse_json(raw, what="the statement")
    assert reason in caught.value.message
    assert "of the statement; " in caught.value.message


@pytest.mark.parametrize(("raw", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_canonical_reader_refuses_for_the_same_reason(raw: bytes, reason: str) -> None:
    """The canonical reader explains what is not admitted before it complains about spelling (design §2.1)."""
    with pytest.raises(MalformedError) as caught:
        canonical.parse_canonical(raw, what="the statement")
    assert reason in caught.value.message


@pytest.mark.parametrize(("raw", "value"), ADMITTED.values(), ids=ADMITTED.keys())
def test_strict_reader_admits(raw: bytes, value: Any) -> None:
    """Any spelling of an admitted value is read (RFC 8259)."""
    found = canonical.parse_json(raw, what="the draft")
    if value is not None:
        assert found == value
        assert type(found) is type(value)


def test_a_refusal_carries_what_and_where_as_facts() -> None:
    """A program finds the document and the place in the facts, not in the sentence (style §7)."""
    with pytest.raises(MalformedError, match=r"1\.5") as caught:
        canonical.parse_json(b'{"body":{"terms":[{"target":1.5}]}}', what="the statement")
    assert caught.value.facts == {"what": "the statement", "place": "$.body.terms[0].target"}


def test_a_hostile_name_stays_short_and_printable() -> None:
    """Foreign text enters a sentence escaped and cut (design §2.1)."""
    raw = b'{"' + b"\\u001b[2J" * 500 + b'": 1.5}'
    with pytest.raises(MalformedError, match=r"1\.5") as caught:
        canonical.parse_json(raw, what="the statement")
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 250


@pytest.mark.parametrize("read", [canonical.parse_json, canonical.parse_canonical])
def test_size_limit_counts_bytes(read: Any) -> None:
    """One byte more than the limit is refused before it is looked at (design §2.1)."""
    raw = '"é"'.encode()
    assert read(raw, what="the statement", limit=4) == "é"
    with pytest.raises(MalformedError, match="is 4 bytes where at most 3 are accepted") as caught:
        read(raw, what="the statement", limit=3)
    assert caught.value.facts["limit"] == 3


CROWDED = {
    "numbers": b"[" + b"0," * 100_000 + b"0]",
    "arrays": b"[" + b"[]," * 66_667 + b"0]",
    "objects": b"[" + b"{}," * 66_667 + b"0]",
    "escapes": b'"' + b"\\n" * 100_001 + b'"',
}


@pytest.mark.parametrize("phrase", CROWDED)
def test_small_values_are_counted_before_they_are_read(phrase: str) -> None:
    """A short text of very many values would fill the memory: it is refused unread, whatever its size (design §2.1)."""
    raw = CROWDED[phrase]
    for read in (canonical.parse_json, canonical.parse_canonical):
        with pytest.raises(MalformedError, match="more than 100000 commas, brackets, braces and escapes in the draft"):
            read(raw, what="the draft", parts=100_000)
        assert read(raw, what="the draft", parts=len(raw)) is not None


NOT_CANONICAL: dict[str, tuple[bytes, int]] = {
    "a space": (b'{"a": 1}', 5),
    "a closing line feed": (b"{}\n", 2),
    "an opening space": (b" {}", 0),
    "names out of order": (b'{"b":1,"a":2}', 2),
    "names out of order below": (b'[{"a":{"b":1,"a":2}}]', 8),
    "a name before its prefix": (b'{"aa":1,"a":2}', 3),
    "an escaped solidus": (rb'"\/"', 1),
    "an escaped letter": (rb'"\u0061"', 1),
    "a character escaped that need not be": (rb'"\u00e9"', 1),
    "a control character in capitals": (rb'"\u001B"', 6),
    "a line feed in the long escape": (rb'"\u000a"', 2),
    "a surrogate pair as escapes": (rb'"\ud83d\ude02"', 1),
    "DEL as an escape": (rb'"\u007f"', 1),
}


@pytest.mark.parametrize(("raw", "place"), NOT_CANONICAL.values(), ids=NOT_CANONICAL.keys())
def test_canonical_reader_refuses_another_spelling(raw: bytes, place: int) -> None:
    """Equal content has one spelling, and a refusal names the first byte that leaves it (RFC 8785)."""
    canonical.parse_json(raw, what="the statement")
    with pytest.raises(MalformedError, match=rf"RFC 8785 .* at byte {place} of the statement"):
        canonical.parse_canonical(raw, what="the statement")


CANONICAL: dict[str, tuple[Any, str]] = {
    "literals": ([None, True, False], "[null,true,false]"),
    "integers": ([0, -1, LARGEST, -LARGEST], "[0,-1,9007199254740991,-9007199254740991]"),
    "sorted names": ({"b": 1, "a": 2, "B": 3, "aa": 4, "": 5}, '{"":5,"B":3,"a":2,"aa":4,"b":1}'),
    "short escapes": ('\b\t\n\f\r"\\', r'"\b\t\n\f\r\"\\"'),
    "long escapes in small letters": ("\x00\x0b\x1b\x1f", r'"\u0000\u000b\u001b\u001f"'),
    "no escape where none is needed": ("/\x7f\u2028é€\U0001f602", '"/\x7f\u2028é€\U0001f602"'),
    "a tuple as an array": ({"a": (1, ())}, '{"a":[1,[]]}'),
    "a mark after an escape": ("\n\u0303", '"\\n\u0303"'),
}


@pytest.mark.parametrize(("value", "text"), CANONICAL.values(), ids=CANONICAL.keys())
def test_writer_writes_rfc_8785(value: Any, text: str) -> None:
    """The written form is the one that RFC 8785 §3.2 spells out, and it is read back."""
    raw = canonical.format_json(value)
    assert raw == text.encode()
    assert canonical.format_json(canonical.parse_canonical(raw, what="it")) == raw


class Colour(StrEnum):
    """Text that is also a member of an enumeration."""

    RED = "red"


def test_writer_takes_an_enumerations_text() -> None:
    """A member of an enumeration of texts is written as its text (style §9)."""
    assert canonical.format_json({"colour": Colour.RED, "all": [Colour.RED]}) == b'{"all":["red"],"colour":"red"}'


UNWRITABLE: dict[str, tuple[Any, str]] = {
    "a float": ({"a": [1.5]}, "The number 1.5 is a float at $.a[0]"),
    "a whole float": (1.0, "The number 1.0 is a float at $ "),
    "NaN": ([float("nan")], "The number nan is a float"),
    "infinity": ([float("inf")], "is a float"),
    "two to the 53rd": ({"n": 2**53}, "outside ±(2^53-1) at $.n"),
    "minus two to the 53rd": (-(2**53), "outside ±(2^53-1)"),
    "an integer of 65 bits": ([2**64], "outside ±(2^53-1)"),
    "a name that is not ASCII": ({"x": {"é": 1}}, r"The name '\xe9' is not ASCII text at $.x"),
    "a name that is a number": ({"x": {1: 1}}, "The name 1 is not ASCII text at $.x"),
    "text that is not NFC": ({"a": "e\u0301"}, "not in NFC at $.a"),
    "half a surrogate pair": (["\ud800"], "Half a surrogate pair stands at $[0]"),
    "bytes": ({"a": b"x"}, "A bytes is not JSON at $.a"),
    "a set": ([{1}], "A set is not JSON"),
    "33 levels": (json.loads("[" * 33 + "]" * 33), "nest deeper than 32 levels"),
}


@pytest.mark.parametrize(("value", "reason"), UNWRITABLE.values(), ids=UNWRITABLE.keys())
def test_writer_refuses_what_the_reader_would(value: Any, reason: str) -> None:
    """Nothing is written that could not be read back (design §2.1)."""
    with pytest.raises(MalformedError) as caught:
        canonical.format_json(value)
    assert reason in caught.value.message


def test_writer_refuses_a_value_that_holds_itself() -> None:
    """A circle has no end to its depth (design §2.1)."""
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(MalformedError, match="nest deeper than 32 levels"):
        canonical.format_json(circle)


@pytest.fixture(params=["pybase64", "the standard library"])
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decode base64 by the extra, and by what is always there: whoever reads gives the same answers."""
    swift = pytest.importorskip("pybase64") if request.param == "pybase64" else None
    monkeypatch.setattr(canonical, "_SWIFT", swift)


# RFC 4648 §10, without padding for base64url.
BASE64 = {b"": "", b"f": "Zg==", b"fo": "Zm8=", b"foo": "Zm9v", b"foob": "Zm9vYg==", b"fooba": "Zm9vYmE="}


@pytest.mark.parametrize(("raw", "text"), BASE64.items())
@pytest.mark.usefixtures("decoder")
def test_base64_in_both_alphabets(raw: bytes, text: str) -> None:
    """The vectors of RFC 4648 §10 come out and go in, as text and as bytes."""
    bare = text.rstrip("=")
    assert canonical.encode_base64(raw) == text
    assert canonical.encode_base64url(raw) == bare
    assert canonical.decode_base64(text, what="it") == canonical.decode_base64(text.encode(), what="it") == raw
    assert canonical.decode_base64url(bare, what="it") == canonical.decode_base64url(bare.encode(), what="it") == raw


@pytest.mark.usefixtures("decoder")
def test_base64_alphabets_differ_in_two_characters() -> None:
    """``-_`` is base64url's and ``+/`` is base64's, and neither reader takes the other's (RFC 4648 §5)."""
    raw = b"\xfb\xff\xbf"
    assert canonical.encode_base64url(raw) == "-_-_"
    assert canonical.encode_base64(raw) == "+/+/"
    with pytest.raises(MalformedError, match="base64 text of the note"):
        canonical.decode_base64("-_-_", what="the note")
    with pytest.raises(MalformedError, match="base64url text of the payload"):
        canonical.decode_base64url("+/+/", what="the payload")


BAD_BASE64URL = {
    "padding": "Zg==",
    "padding of a whole group": "Zm9v=",
    "trailing bits of four": "Zh",
    "trailing bits of two": "Zm9",
    "an impossible length": "Z",
    "an impossible length of five": "Zm9vY",
    "a space": "Zm 9v",
    "a closing line feed": "Zm9v\n",
    "the other alphabet": "+/+/",
    "both alphabets": "Zm9v+_-/",
    "text behind the padding": "Zg==Zm9v",
    "a dot": "Zm.v",
    "an exclamation mark": "Zm!v",
    "a letter that is not ASCII": "Zmév",
    "a full-width letter": "Zm9\uff36",
    "a NUL": "Zm9\x00",
}


@pytest.mark.parametrize("text", BAD_BASE64URL.values(), ids=BAD_BASE64URL.keys())
@pytest.mark.usefixtures("decoder")
def test_base64url_has_one_spelling(text: str) -> None:
    """Padding, white space, foreign characters and stray bits are refused (design §2.2)."""
    with pytest.raises(MalformedError, match="base64url text of the payload is not in its one spelling"):
        canonical.decode_base64url(text, what="the payload")


BAD_BASE64 = {
    "no padding": "Zg",
    "half the padding": "Zg=",
    "too much padding": "Zg===",
    "padding of a whole group": "Zm9v====",
    "padding in the middle": "Zg==Zg==",
    "only padding": "====",
    "trailing bits": "Zh==",
    "a line feed": "Zm9v\n",
    "a space": "Zm 9v",
    "the other alphabet": "_-__",
    "a letter that is not ASCII": "Zmév",
}


@pytest.mark.parametrize("text", BAD_BASE64.values(), ids=BAD_BASE64.keys())
@pytest.mark.usefixtures("decoder")
def test_base64_has_one_spelling(text: str) -> None:
    """Base64 in notes and proofs is accepted only as the formatter writes it (design §2.1)."""
    with pytest.raises(MalformedError, match="base64 text of the note is not in its one spelling"):
        canonical.decode_base64(text, what="the note")


def test_digest_is_the_sha_256_in_small_hexadecimal() -> None:
    """A digest is spelt ``sha256:`` and 64 digits (FIPS 180-4's example for "abc")."""
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert canonical.digest(b"abc") == f"sha256:{abc}"
    assert canonical.digest(b"") == f"sha256:{hashlib.sha256().hexdigest()}"
