"""Signed notes and verifier keys: strict both ways, unknown signers ignored, known ones held to it (signed-note)."""

import base64
import hashlib

import pytest

from ledger.errors import MalformedError, RefusedError
from ledger.signing.key import PrivateKey
from ledger.tlog.note import (
    NOTE_LIMIT,
    Note,
    Signature,
    SignatureType,
    VerifierKey,
    format_note,
    format_signature,
    format_verifier_key,
    open_note,
    parse_note,
    parse_signatures,
    parse_verifier_key,
    sign_text,
)
from tests.unit.tlog.small_log import ED25519, MLDSA

NAME = "example.com/promises"
KEY = VerifierKey(NAME, SignatureType.ED25519, ED25519.public)
TEXT = b"one\n\ntwo\n"
GOOD = format_note(Note(TEXT, (sign_text(TEXT, name=NAME, key=ED25519),)))
STRANGER = Signature("example.org/other", b"\x01\x02\x03\x04", b"anything")


def test_key_id_is_the_head_of_a_hash() -> None:
    """The id is SHA-256(name ‖ 0x0A ‖ type ‖ public key), its first four bytes (signed-note, *Signatures*)."""
    expected = hashlib.sha256(NAME.encode() + b"\n\x01" + ED25519.public.raw).digest()[:4]
    assert KEY.id == expected


def test_one_key_has_another_id_for_another_type() -> None:
    """Name, type and key make the id, so that one key can serve two types without ambiguity."""
    other = VerifierKey(NAME, SignatureType.ED25519_COSIGNATURE, ED25519.public)
    assert other.id != KEY.id
    assert other.kid == KEY.kid


def test_verifier_key_is_read_back() -> None:
    """Formatting and parsing a vkey undo each other, for every type."""
    keys = (
        KEY,
        VerifierKey("w", SignatureType.ED25519_COSIGNATURE, ED25519.public),
        VerifierKey("w", SignatureType.MLDSA44_COSIGNATURE, MLDSA.public),
    )
    for key in keys:
        assert parse_verifier_key(format_verifier_key(key)) == key


def _vkey(material: bytes, name: str = NAME) -> str:
    """Return a vkey whose id fits its material."""
    identifier = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4].hex()
    return f"{name}+{identifier}+{base64.b64encode(material).decode()}"


VKEY = format_verifier_key(KEY)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "name.id.key", id="nothing"),
        pytest.param(NAME, "name.id.key", id="name alone"),
        pytest.param(VKEY + "\n", "name.id.key", id="newline"),
        pytest.param(VKEY.replace(KEY.id.hex(), "00000000"), "id 00000000", id="other id"),
        pytest.param(VKEY.replace(KEY.id.hex(), KEY.id.hex().upper()), "name.id.key", id="capitals in the id"),
        pytest.param(VKEY.replace(NAME, "example.com/x"), "is not that of its name", id="other name"),
        pytest.param(VKEY.replace(NAME, "example com"), "not a key name", id="space in the name"),
        pytest.param(VKEY.replace(NAME, "example\u3000com"), "not a key name", id="ideographic space in the name"),
        pytest.param(VKEY.replace(NAME, "a+b"), "name.id.key", id="plus in the name"),
        pytest.param(VKEY.rstrip("=") + "==", "one spelling", id="other padding"),
        pytest.param(_vkey(b"\x02" + ED25519.public.raw), "type 0x02", id="type of ECDSA"),
        pytest.param(_vkey(b"\x01" + ED25519.public.raw[:31]), "31 bytes", id="short key"),
        pytest.param(_vkey(b"\x06" + ED25519.public.raw), "32 bytes", id="Ed25519 key as ML-DSA-44"),
        pytest.param(_vkey(b"\x01" + bytes(32)), "small order|order|weak", id="key of small order"),
        pytest.param(_vkey(b"\x01" + b"k" * 8000), "name.id.key", id="endless key"),
    ],
)
def test_verifier_key_of_another_form_is_refused(text: str, reason: str) -> None:
    """A vkey is accepted only as it is written, its id checked (signed-note, *Verifier keys*)."""
    with pytest.raises(MalformedError, match=reason):
        parse_verifier_key(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x00b", "\ud800"])
def test_name_that_no_note_could_carry_is_refused(name: str) -> None:
    """A key name is not empty and has neither Unicode spaces nor plus signs (signed-note, *Format*)."""
    with pytest.raises(MalformedError, match="not a key name"):
        VerifierKey(name, SignatureType.ED25519, ED25519.public)


def test_key_of_another_algorithm_is_refused() -> None:
    """A type of signature takes keys of its algorithm."""
    with pytest.raises(MalformedError, match="is for ML-DSA-44, and signature type 0x01"):
        VerifierKey(NAME, SignatureType.ED25519, MLDSA.public)


def test_note_is_read_back() -> None:
    """Parsing undoes formatting; empty lines in the text stay in the text."""
    note = parse_note(GOOD)
    assert note.text == TEXT
    assert [signature.name for signature in note.signatures] == [NAME]
    assert format_note(note) == GOOD


def _line(name: str, raw: bytes) -> bytes:
    return f"— {name} {base64.b64encode(raw).decode()}\n".encode()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(b"", "blank line", id="nothing"),
        pytest.param(b"text\n", "blank line", id="text alone"),
        pytest.param(b"text\n\n", "signature line", id="no signature"),
        pytest.param(GOOD[:-1], "signature line", id="no newline at the end"),
        pytest.param(GOOD + b"more\n", "line 2", id="line after the signatures"),
        pytest.param(b"\x01" + GOOD, "control character at byte 0", id="control character in the text"),
        pytest.param(GOOD.replace(b"two", b"t\two"), "control character", id="tab in the text"),
        pytest.param(GOOD.replace(b"two\n", b"two\r\n"), "control character", id="carriage return"),
        pytest.param(b"\xff" + GOOD, "UTF-8 at byte 0", id="not UTF-8"),
        pytest.param(GOOD.replace("— ".encode(), b"- "), "line 1", id="hyphen for the dash"),
        pytest.param(GOOD.replace("— ".encode(), "—  ".encode()), "not a key name", id="two spaces"),
        pytest.param(b"text\n\n" + _line("", b"12345"), "not a key name", id="no name"),
        pytest.param(b"text\n\n" + _line("a+b", b"12345"), "not a key name", id="plus in the name"),
        pytest.param(b"text\n\n" + _line("a\u2003b", b"12345"), "not a key name", id="wide space in the name"),
        pytest.param(b"text\n\n" + _line("a", b"1234"), "no signature", id="id alone"),
        pytest.param("text\n\n— a\n".encode(), "line 1", id="no base64"),
        pytest.param("text\n\n— a \n".encode(), "no signature", id="empty base64"),
        pytest.param("text\n\n— a MTIzNDU\n".encode(), "one spelling", id="no padding"),
        pytest.param("text\n\n— a MTIzNDV=\n".encode(), "one spelling", id="stray bits"),
        pytest.param("text\n\n— a MTIzNDU= \n".encode(), "one spelling", id="space at the end"),
        pytest.param(b"text\n\n" + _line("a", b"12345") * 101, "101 signatures", id="101 signatures"),
        pytest.param(b"t" * NOTE_LIMIT + GOOD, "is the most", id="too long"),
    ],
)
def test_note_of_another_form_is_refused(raw: bytes, reason: str) -> None:
    """A note is accepted only as it is written (signed-note, *Format*; design §2.1)."""
    with pytest.raises(MalformedError, match=reason):
        parse_note(raw)


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        pytest.param(Note(b"text", (STRANGER,)), "blank line|ends in a newline", id="text without newline"),
        pytest.param(Note(b"text\n", ()), "signature line", id="no signature"),
        pytest.param(Note(b"text\x07\n", (STRANGER,)), "control character", id="control character"),
        pytest.param(Note(b"text\n", (Signature("a b", b"1234", b"5"),)), "not a key name", id="name with a space"),
        pytest.param(Note(b"text\n", (Signature("a", b"123", b"45"),)), "four bytes", id="short id"),
        pytest.param(Note(b"text\n", (Signature("a", b"1234", b""),)), "four bytes", id="no value"),
    ],
)
def test_note_that_could_not_be_read_back_is_not_written(note: Note, reason: str) -> None:
    """The formatter refuses what the parser would refuse (style §3)."""
    with pytest.raises(MalformedError, match=reason):
        format_note(note)


def test_signature_lines_stand_alone_as_a_witness_answers_with_them() -> None:
    """A witness answers with lines and no text (tlog-witness)."""
    assert parse_signatures(format_signature(STRANGER).encode()) == (STRANGER,)


def test_signature_by_an_unknown_key_is_ignored() -> None:
    """Signatures by keys that are not known say nothing (signed-note, *Signatures*)."""
    note = parse_note(GOOD)
    opened = open_note(format_note(Note(TEXT, (STRANGER, *note.signatures))), [KEY])
    assert [key for key, _ in opened.signed] == [KEY]
    assert opened.note.signatures[0] == STRANGER


def test_signature_with_a_known_name_and_another_id_is_unknown() -> None:
    """Name and id together name the key; one of them alone does not (signed-note, *Signatures*)."""
    note = parse_note(GOOD)
    namesake = Signature(NAME, b"\x00\x00\x00\x00", b"anything")
    assert open_note(format_note(Note(TEXT, (*note.signatures, namesake))), [KEY]).signed[0][0] == KEY


def test_bad_signature_by_a_known_key_spoils_the_note() -> None:
    """A known key with a bad signature is an error, whoever else signed (signed-note, *Signatures*)."""
    other = PrivateKey.from_seed("Ed25519", bytes(31) + b"\x09")
    second = VerifierKey("second.example", SignatureType.ED25519, other.public)
    bad = Signature(second.name, second.id, bytes(64))
    raw = format_note(Note(TEXT, (*parse_note(GOOD).signatures, bad)))
    assert open_note(raw, [KEY]).signed
    with pytest.raises(RefusedError, match=r"second\.example\+[0-9a-f]{8} is not valid"):
        open_note(raw, [KEY, second])


def test_signature_under_another_text_is_refused() -> None:
    """A signature is over the whole text, its last newline included."""
    with pytest.raises(RefusedError, match="is not valid for this note"):
        open_note(GOOD.replace(b"two", b"three"), [KEY])


def test_repeated_signature_counts_once_and_each_repeat_is_verified() -> None:
    """A signer is named once, and a bad repeat is still a bad signature (signed-note, *Signatures*)."""
    good = parse_note(GOOD).signatures[0]
    assert len(open_note(format_note(Note(TEXT, (good, good))), [KEY]).signed) == 1
    bad = Signature(good.name, good.id, bytes(64))
    with pytest.raises(RefusedError, match="is not valid"):
        open_note(format_note(Note(TEXT, (good, bad))), [KEY])


def test_note_that_no_known_key_signed_is_refused() -> None:
    """If no signature from a known key verifies, the note is rejected (signed-note, *Signatures*)."""
    with pytest.raises(RefusedError, match="No key that is known"):
        open_note(GOOD, [])


def test_keys_that_a_line_cannot_tell_apart_are_refused() -> None:
    """Two known keys of one name and id would let a signature mean either."""

    class Twin(VerifierKey):
        """A key that claims the id of another."""

        @property
        def id(self) -> bytes:
            return KEY.id

    other = PrivateKey.from_seed("Ed25519", bytes(31) + b"\x09")
    with pytest.raises(RefusedError, match="Two known keys"):
        open_note(GOOD, [KEY, Twin(NAME, SignatureType.ED25519, other.public)])
