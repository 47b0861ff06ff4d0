"""Laws of the signing room: inverses, one spelling, and no changed byte that verifies (design §2.1, §2.2)."""

import base64
import json
from typing import Any
from unicodedata import is_normalized, normalize

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.errors import MalformedError
from ledger.signing import canonical
from ledger.signing.envelope import STATEMENT, open_envelope, seal, verify_envelope
from ledger.signing.key import ALGORITHMS, Algorithm, PrivateKey, PublicKey

LARGEST = 2**53 - 1

names = st.text(st.characters(max_codepoint=127), max_size=6)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(lambda text: normalize("NFC", text))
integers = st.integers(-LARGEST, LARGEST)
leaves = st.none() | st.booleans() | integers | texts
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4))

# What is put into a good text to see whether the quick way and the careful way still agree.
PIECES = [
    b"",
    *(bytes([byte]) for byte in b'{}[]:,"\\0123456789.-+eE \n\tntfu'),
    *(b"1.0", b"-0", b"0.0", b"1e0", b"1E5", b"01", b"9007199254740991", b"9007199254740992", b"18446744073709551616"),
    *(b"NaN", b"null", b"true", b'"a"', b'"a":1', b'{"a":1,"a":1}', b',"a":1', b"[[", b"]]", b"[" * 31, b"]" * 31),
    *(rb"\u0061", rb"\u00e9", rb"\u001F", rb"\u001f", rb"\/", rb"\n", rb"\ud800", rb"\ud83d\ude02", rb"\u0000"),
    *("é".encode(), "e\u0301".encode(), "\u0301".encode(), "\u212b".encode(), "\U0001f602".encode(), "大豆".encode()),
    *(b"\x00", b"\x1f", b"\x7f", b"\x80", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xef\xbb\xbf"),
]
changes = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), st.sampled_from(PIECES)), min_size=0, max_size=3)


def changed(raw: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The text with pieces put in place of some of its bytes."""
    for place, length, piece in edits:
        start = place % (len(raw) + 1)
        raw = raw[:start] + piece + raw[start + length :]
    return raw


def oracle(raw: bytes) -> Any:
    """The value of an admitted text by the standard library's reader, written independently of ours.

    Raises:
        ValueError: design §2.1 does not admit the text.
    """

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(found)
        if len(members) < len(found) or any(not name.isascii() for name in members):
            raise ValueError(found)
        return members

    def integer(digits: str) -> int:
        if digits == "-0" or abs(int(digits)) > LARGEST:
            raise ValueError(digits)
        return int(digits)

    def refuse(word: str) -> Any:
        raise ValueError(word)

    def depth(value: Any) -> int:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return 0 if inner is None else 1 + max(map(depth, inner), default=0)

    def texts_of(value: Any) -> list[str]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [value] if isinstance(value, str) else [text for item in inner for text in texts_of(item)]

    value = json.loads(
        raw.decode("utf-8"), object_pairs_hook=pairs, parse_int=integer, parse_float=refuse, parse_constant=refuse
    )
    for text in texts_of(value):
        text.encode("utf-8")
        if not is_normalized("NFC", text):
            raise ValueError(text)
    if depth(value) > 32:
        raise ValueError(depth)
    return value


def kinds(value: Any) -> Any:
    """The value with the type of every part beside it: 1, 1.0 and true are equal in Python."""
    if isinstance(value, dict):
        return {name: kinds(item) for name, item in value.items()}
    return [kinds(item) for item in value] if isinstance(value, list) else (type(value), value)


@given(values)
def test_format_and_parse_undo_each_other(value: Any) -> None:
    """What is written is read back equal, by both readers, and written again to the same bytes (design §2.1)."""
    raw = canonical.format_json(value)
    assert kinds(canonical.parse_canonical(raw, what="it")) == kinds(value)
    assert kinds(canonical.parse_json(raw, what="it")) == kinds(value)
    assert canonical.format_json(canonical.parse_json(raw, what="it")) == raw


@given(values)
def test_written_form_is_the_reference_implementations(value: Any) -> None:
    """The quick way writes what the RFC 8785 reference writes."""
    assert canonical.format_json(value) == rfc8785.dumps(value)


@given(values, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_any_spelling_is_read_and_only_one_is_canonical(value: Any, indent: Any, escaped: bool) -> None:
    """Every layout gives the value; the canonical reader takes it exactly when its bytes are the written ones."""
    raw = json.dumps(value, indent=indent, ensure_ascii=escaped).encode()
    assert kinds(canonical.parse_json(raw, what="it")) == kinds(value)
    if raw == rfc8785.dumps(value):
        assert kinds(canonical.parse_canonical(raw, what="it")) == kinds(value)
    else:
        with pytest.raises(MalformedError, match="RFC 8785"):
            canonical.parse_canonical(raw, what="it")


@settings(max_examples=1000)
@given(values, changes)
@example(value=[1], edits=[(2, 0, b".0")])
@example(value=[0], edits=[(1, 0, b"-")])
@example(value={"a": 1}, edits=[(6, 0, b',"a":1')])
@example(value="\n\u0303", edits=[])
@example(value=[[[[]]]], edits=[(4, 0, b"[" * 29 + b"]" * 29)])
@example(value=[[[[]]]], edits=[(4, 0, b"[" * 28 + b"]" * 28)])
def test_readers_admit_exactly_what_the_rules_admit(value: Any, edits: list[tuple[int, int, bytes]]) -> None:
    """On good and broken texts both readers agree with an independent one, and the quick way with the careful one."""
    raw = changed(rfc8785.dumps(value), edits)
    try:
        expected = oracle(raw)
    except (ValueError, RecursionError):
        for read in (canonical.parse_json, canonical.parse_canonical):
            with pytest.raises(MalformedError):
                read(raw, what="it")
        assert canonical._read_quickly(raw) is canonical._UNSURE
        return
    assert kinds(canonical.parse_json(raw, what="it")) == kinds(expected)
    quick = canonical._read_quickly(raw)
    if raw == rfc8785.dumps(expected):
        assert kinds(canonical.parse_canonical(raw, what="it")) == kinds(expected)
        assert quick is canonical._UNSURE or kinds(quick) == kinds(expected)
    else:
        assert quick is canonical._UNSURE
        with pytest.raises(MalformedError, match="RFC 8785"):
            canonical.parse_canonical(raw, what="it")


@given(st.binary(max_size=64))
def test_reader_ends_in_a_value_or_a_refusal(raw: bytes) -> None:
    """No bytes get anything out of the reader but a value or a malformed (style §7)."""
    refusal = "none"
    try:
        canonical.parse_json(raw, what="it")
    except MalformedError as refused:
        refusal = refused.message
    assert refusal.isprintable()


@given(st.binary(max_size=40))
def test_base64_is_undone_by_its_reader(raw: bytes) -> None:
    """Encoding and decoding undo each other, in both alphabets (RFC 4648)."""
    assert canonical.decode_base64url(canonical.encode_base64url(raw), what="it") == raw
    assert canonical.decode_base64(canonical.encode_base64(raw), what="it") == raw


@given(st.text(st.sampled_from("AQgwZz09+/-_= \n.\x00é"), max_size=9))
def test_base64_has_exactly_one_spelling(text: str) -> None:
    """A text is taken exactly when writing its bytes gives it back (design §2.1)."""
    for_url = text.translate(str.maketrans("-_", "+/")) + "=="
    for read, padded in ((canonical.decode_base64url, for_url), (canonical.decode_base64, text)):
        try:
            lax = base64.b64decode(padded.encode("ascii", "replace"))
        except ValueError:
            lax = b""
        url = base64.urlsafe_b64encode(lax).decode().rstrip("=")
        if text == (url if read is canonical.decode_base64url else base64.b64encode(lax).decode()):
            assert read(text, what="it") == lax
        else:
            with pytest.raises(MalformedError, match="one spelling"):
                read(text, what="it")


@given(st.sampled_from(ALGORITHMS), st.binary(max_size=80), st.binary(max_size=80))
def test_a_signature_is_for_one_message(algorithm: Algorithm, message: bytes, other: bytes) -> None:
    """A signature verifies for its message and for no other (design §2.2)."""
    key = PrivateKey.from_seed(algorithm, bytes(range(32)))
    signature = key.sign(message)
    assert key.public.verify(signature, message)
    assert key.public.verify(signature, other) == (message == other)


@given(st.binary(min_size=32, max_size=32))
def test_an_ed25519_key_is_taken_or_refused_and_comes_back_the_same(raw: bytes) -> None:
    """Any 32 bytes are a key that keeps its bytes, or malformed (RFC 8032 §5.1.3)."""
    try:
        key = PublicKey.from_raw("Ed25519", raw)
    except MalformedError:
        return
    assert PublicKey.from_jwk(key.jwk).raw == raw


@given(values, st.sampled_from(ALGORITHMS))
def test_sealing_and_opening_undo_each_other(value: Any, algorithm: Algorithm) -> None:
    """Whatever canonical content is sealed opens to the same bytes and verifies (design §2.2)."""
    key = PrivateKey.from_seed(algorithm, bytes(range(32)))
    payload = canonical.format_json(value)
    opened = open_envelope(seal(payload, key, typ=STATEMENT).raw, typ=STATEMENT)
    assert opened.payload == payload
    assert verify_envelope(opened, key.public)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_no_flipped_bit_of_an_envelope_verifies(algorithm: Algorithm) -> None:
    """Each of the eight bits of each byte, flipped alone, makes it malformed or unverified (style §10)."""
    key = PrivateKey.from_seed(algorithm, bytes(range(32)))
    raw = seal(canonical.format_json({"target": "5000000"}), key, typ=STATEMENT).raw
    passed = []
    for place in range(len(raw)):
        for bit in range(8):
            bad = raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :]
            try:
                opened = open_envelope(bad, typ=STATEMENT)
            except MalformedError:
                continue
            if verify_envelope(opened, key.public):
                passed.append((place, bit))
    assert not passed


@given(st.data())
def test_no_changed_bytes_of_an_envelope_verify(data: st.DataObject) -> None:
    """Pieces put in, taken out or exchanged never verify as the same statement (design §2.2)."""
    key = PrivateKey.from_seed("Ed25519", bytes(range(32)))
    sealed = seal(canonical.format_json({"target": "5000000"}), key, typ=STATEMENT)
    pieces = st.binary(max_size=3) | st.sampled_from([b"=", b".", b"\n", b"-", b"_", b"A", b"eyJ"])
    edits = data.draw(st.lists(st.tuples(st.integers(0, len(sealed.raw)), st.integers(0, 3), pieces), max_size=3))
    bad = changed(sealed.raw, edits)
    try:
        opened = open_envelope(bad, typ=STATEMENT)
    except MalformedError:
        assert bad != sealed.raw
        return
    assert verify_envelope(opened, key.public) == (bad == sealed.raw)
