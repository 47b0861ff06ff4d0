"""Checkpoints: their lines, their two signatures, and whose they must be (C2SP tlog-checkpoint; design §2.4)."""

from dataclasses import replace

import pytest

from ledger.errors import MalformedError, RefusedError
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import (
    Checkpoint,
    add_signatures,
    cosign_checkpoint,
    format_checkpoint,
    log_keys,
    open_any_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from ledger.tlog.merkle import EMPTY_ROOT, Hash
from ledger.tlog.note import Note, Signature, SignatureType, VerifierKey, format_note, parse_note
from tests.unit.tlog.small_log import (
    AT,
    ED25519,
    LOG_KEYS,
    MLDSA,
    ORIGIN,
    WITNESS_1,
    WITNESS_2,
    WITNESS_KEYS,
    grown,
    signed,
)

TEXT = b"example.com/promises\n5\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
CHECKPOINT = Checkpoint(ORIGIN, 5, Hash(bytes(range(32))))


def test_checkpoint_is_three_lines() -> None:
    """Origin, size and root, a line each (tlog-checkpoint, *Note text*)."""
    assert format_checkpoint(CHECKPOINT) == TEXT
    assert parse_checkpoint(TEXT) == CHECKPOINT


def test_extension_lines_are_kept() -> None:
    """What others put below the root is read and written as it stands."""
    text = TEXT + b"moon 1\nWaxing gibbous\n"
    extended = replace(CHECKPOINT, extensions=("moon 1", "Waxing gibbous"))
    assert parse_checkpoint(text) == extended
    assert format_checkpoint(extended) == text


def test_empty_log_has_the_empty_root() -> None:
    """A checkpoint of size 0 is possible, with one root only (tlog-witness)."""
    assert parse_checkpoint(format_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT))).size == 0


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param(TEXT, b"", "three lines", id="nothing"),
        pytest.param(b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", b"", "three lines", id="two lines"),
        pytest.param(b"8=\n", b"8=", "three lines", id="no newline at the end"),
        pytest.param(b"example.com/promises", b"", "three lines", id="no origin"),
        pytest.param(b"8=\n", b"8=\n\n", "three lines", id="empty extension line"),
        pytest.param(b"\n5\n", b"\r\n5\n", "three lines", id="carriage return"),
        pytest.param(b"example", b"\xff", "UTF-8", id="not UTF-8"),
        pytest.param(b"\n5\n", b"\n05\n", "size of the checkpoint", id="leading zero"),
        pytest.param(b"\n5\n", b"\n-5\n", "size of the checkpoint", id="negative size"),
        pytest.param(b"\n5\n", b"\n+5\n", "size of the checkpoint", id="plus sign"),
        pytest.param(b"\n5\n", b"\n1_000\n", "size of the checkpoint", id="underscore"),
        pytest.param(b"\n5\n", b"\n 5\n", "size of the checkpoint", id="space"),
        pytest.param(b"\n5\n", "\n٥\n".encode(), "size of the checkpoint", id="digit of another script"),
        pytest.param(b"\n5\n", b"\n0x5\n", "size of the checkpoint", id="hexadecimal"),
        pytest.param(b"\n5\n", b"\n4611686018427387905\n", "size of the checkpoint", id="beyond 2^62"),
        pytest.param(b"\n5\n", b"\n" + b"9" * 5000 + b"\n", "size of the checkpoint", id="endless size"),
        pytest.param(b"\n5\n", b"\n0\n", "empty tree", id="no entries and yet a root"),
        pytest.param(b"h8=", b"h9=", "root of the checkpoint", id="stray bits in the root"),
        pytest.param(b"h8=", b"h8", "root of the checkpoint", id="root without padding"),
        pytest.param(b"AAECAwQF", b"", "26 bytes", id="short root"),
    ],
)
def test_checkpoint_of_another_form_is_refused(old: bytes, new: bytes, reason: str) -> None:
    """Only what the formatter writes is accepted (tlog-checkpoint; design §2.1)."""
    assert old in TEXT
    with pytest.raises(MalformedError, match=reason):
        parse_checkpoint(TEXT.replace(old, new))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"origin": ""}, "three lines", id="no origin"),
        pytest.param({"origin": "two\nlines"}, "size of the checkpoint", id="origin of two lines"),
        pytest.param({"origin": "\ud800"}, "surrogate", id="half a surrogate pair"),
        pytest.param({"size": -1}, "size of the checkpoint", id="negative size"),
        pytest.param({"size": 0}, "empty tree", id="size zero with a root"),
        pytest.param({"root": Hash(b"short")}, "5 bytes", id="short root"),
        pytest.param({"extensions": ("",)}, "three lines", id="empty extension"),
        pytest.param({"extensions": ("a\nb",)}, "line break", id="extension of two lines"),
    ],
)
def test_checkpoint_that_could_not_be_read_back_is_not_written(change: dict[str, object], reason: str) -> None:
    """The formatter refuses what the parser would refuse (style §3)."""
    with pytest.raises(MalformedError, match=reason):
        format_checkpoint(replace(CHECKPOINT, **change))  # type: ignore[arg-type]


def test_checkpoint_is_signed_twice_ed25519_first() -> None:
    """An Ed25519 line, then an ML-DSA-44 cosignature, both in the log's name (design §2.4)."""
    note = parse_note(signed(5))
    assert [signature.name for signature in note.signatures] == [ORIGIN, ORIGIN]
    assert [signature.id for signature in note.signatures] == [key.id for key in LOG_KEYS]
    assert note.signatures[0].value == ED25519.sign(note.text)
    assert note.signatures[1].value[:8] == AT.to_bytes(8, "big")
    assert len(note.signatures[1].value) == 8 + 2420


def test_signed_checkpoint_opens_with_both_keys() -> None:
    """Opening verifies both signatures and gives the time of the second."""
    opened = open_checkpoint(signed(5), log=LOG_KEYS)
    assert opened.checkpoint == Checkpoint(ORIGIN, 5, grown(5)[0].root)
    assert [(one.key, one.at) for one in opened.signed] == [(LOG_KEYS[0], None), (LOG_KEYS[1], AT)]


def test_witnesses_of_both_kinds_are_verified() -> None:
    """Cosignatures of type 0x04 and 0x06 stand under the log's own and name their times (tlog-cosignature)."""
    raw = signed(5)
    lines = [
        cosign_checkpoint(raw, name=WITNESS_KEYS[0].name, key=WITNESS_1, at=AT + 1),
        cosign_checkpoint(raw, name=WITNESS_KEYS[1].name, key=WITNESS_2, at=AT + 2),
    ]
    opened = open_checkpoint(add_signatures(raw, lines), log=LOG_KEYS, witnesses=WITNESS_KEYS)
    assert [(one.key, one.at) for one in opened.signed[2:]] == [(WITNESS_KEYS[0], AT + 1), (WITNESS_KEYS[1], AT + 2)]
    assert opened.signers == {*LOG_KEYS, *WITNESS_KEYS}


def test_adding_a_signature_twice_changes_nothing() -> None:
    """A cosignature that stands already is not added again."""
    raw = signed(5)
    line = cosign_checkpoint(raw, name=WITNESS_KEYS[0].name, key=WITNESS_1, at=AT)
    once = add_signatures(raw, [line])
    assert add_signatures(once, [line]) == once


def test_bad_cosignature_of_a_known_witness_spoils_the_checkpoint() -> None:
    """A known key with a bad signature is an error; to who does not know the key it is nothing."""
    raw = add_signatures(signed(5), [Signature(WITNESS_KEYS[0].name, WITNESS_KEYS[0].id, bytes(72))])
    assert open_checkpoint(raw, log=LOG_KEYS).checkpoint.size == 5
    with pytest.raises(RefusedError, match="witness"):
        open_checkpoint(raw, log=LOG_KEYS, witnesses=WITNESS_KEYS)


@pytest.mark.parametrize("missing", [0, 1], ids=["Ed25519", "ML-DSA-44"])
def test_checkpoint_with_one_of_two_signatures_is_refused(missing: int) -> None:
    """Both of the log's keys must have signed: one of them alone could be stripped or broken (design §2.4)."""
    note = parse_note(signed(5))
    kept = tuple(one for number, one in enumerate(note.signatures) if number != missing)
    with pytest.raises(RefusedError, match="lacks the signature"):
        open_checkpoint(format_note(Note(note.text, kept)), log=LOG_KEYS)


def test_checkpoint_of_another_log_is_refused() -> None:
    """The origin is the name of the log's keys; another log's checkpoint proves nothing here."""
    other = Checkpoint("example.org/other", 5, grown(5)[0].root)
    raw = sign_checkpoint(other, ed25519=ED25519, mldsa=MLDSA, at=AT)
    with pytest.raises(RefusedError, match="No key that is known"):
        open_checkpoint(raw, log=LOG_KEYS)
    named = [VerifierKey("example.org/other", key.type, key.public) for key in LOG_KEYS]
    assert open_checkpoint(raw, log=named).checkpoint.origin == "example.org/other"


def test_key_may_not_sign_for_another_origin() -> None:
    """A signature of a log's key under another origin is verified and yet refused."""
    text = format_checkpoint(Checkpoint("example.org/other", 5, grown(5)[0].root))
    stolen = Signature(ORIGIN, LOG_KEYS[0].id, ED25519.sign(text))
    raw = format_note(Note(text, (stolen,)))
    assert open_any_checkpoint(raw, LOG_KEYS[:1]).checkpoint.origin == "example.org/other"
    with pytest.raises(RefusedError, match=r"is of example\.org/other, not of example\.com/promises"):
        open_checkpoint(raw, log=LOG_KEYS[:1])


def test_swapped_root_is_refused() -> None:
    """A root other than the signed one does not verify."""
    with pytest.raises(RefusedError, match="is not valid"):
        open_checkpoint(signed(5).replace(b"\n5\n", b"\n6\n"), log=LOG_KEYS)


def test_checkpoint_with_extension_lines_is_not_signed() -> None:
    """The ML-DSA-44 signature would not cover them, so the two signatures would say different things."""
    with pytest.raises(MalformedError, match="extension lines"):
        sign_checkpoint(replace(CHECKPOINT, extensions=("x",)), ed25519=ED25519, mldsa=MLDSA, at=AT)


def test_wrong_keys_sign_no_checkpoint() -> None:
    """Each line is made with a key of its own algorithm."""
    with pytest.raises(MalformedError, match="is for ML-DSA-44"):
        sign_checkpoint(CHECKPOINT, ed25519=MLDSA, mldsa=ED25519, at=AT)


def test_origin_that_is_no_key_name_is_not_signed() -> None:
    """Our key's name is the origin, so the origin must be fit for a signature line."""
    with pytest.raises(MalformedError, match="not a key name"):
        sign_checkpoint(replace(CHECKPOINT, origin="go.sum database tree"), ed25519=ED25519, mldsa=MLDSA, at=AT)


def test_log_keys_stand_in_the_order_of_their_lines() -> None:
    """The Ed25519 key comes first (design §2.4)."""
    assert [key.type for key in LOG_KEYS] == [SignatureType.ED25519, SignatureType.MLDSA44_COSIGNATURE]
    with pytest.raises(MalformedError, match="is for ES256"):
        log_keys(ORIGIN, ed25519=PrivateKey.from_seed("ES256", bytes(31) + b"\x05").public, mldsa=MLDSA.public)
