"""What a witness is asked and what it answers: each status, in the order of the specification (C2SP tlog-witness)."""

import base64
import hashlib

import pytest

from ledger.errors import MalformedError
from ledger.tlog.checkpoint import Checkpoint, open_any_checkpoint, sign_checkpoint
from ledger.tlog.merkle import EMPTY_ROOT, Hash, consistency_indexes, prove_consistency
from ledger.tlog.note import Note, Signature, format_note, parse_note, parse_signatures
from ledger.tlog.witness import (
    PROOF_LINES,
    REQUEST_LIMIT,
    AddCheckpoint,
    Answer,
    Cosigner,
    Granted,
    Kept,
    Refusal,
    decide,
    format_request,
    grant,
    origin_path,
    parse_origin_path,
    parse_request,
    parse_size_answer,
)
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

COSIGNERS = (Cosigner("witness.example/1", WITNESS_1), Cosigner("witness.example/2", WITNESS_2))
OTHER_ROOT = Hash(bytes(32))
NODES = grown(13)[1]

EXAMPLE = b"""old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\xe2\x80\x94 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\xe2\x80\x94 example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
"""  # noqa: E501  # the specification's own lines


def kept(size: int) -> Kept:
    """Return what a witness keeps that cosigned the small log at a size."""
    return Kept(size, grown(size)[0].root, AT, signed(size))


def proof(old: int, new: int) -> tuple[Hash, ...]:
    """Return the consistency proof between two sizes of the small log."""
    return prove_consistency(old, new, {one: NODES[one] for one in consistency_indexes(old, new)})


def other(size: int, root: Hash = OTHER_ROOT) -> bytes:
    """Return a checkpoint that the log signed over another tree."""
    return sign_checkpoint(Checkpoint(ORIGIN, size, root), ed25519=ED25519, mldsa=MLDSA, at=AT)


def resigned(text: bytes) -> bytes:
    """Return a note of any text, with a good Ed25519 signature of the log under it."""
    return format_note(Note(text, (Signature(ORIGIN, LOG_KEYS[0].id, ED25519.sign(text)),)))


def test_example_of_the_specification_is_read_and_written() -> None:
    """The request body that the specification gives is the one spelling of what it says (tlog-witness)."""
    request = parse_request(EXAMPLE)
    assert request.old == 20852014
    assert len(request.proof) == 4
    assert base64.b64encode(request.proof[3]) == b"/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0="
    assert parse_note(request.checkpoint).text.startswith(b"example.com/behind-the-sofa\n20852163\n")
    assert format_request(request) == EXAMPLE


HASH_LINE = "A" * 43 + "=\n"
BODIES = {
    "nothing": (b"", "no empty line"),
    "no checkpoint": (b"old 0\n\n", "no blank line"),
    "no old line": (b"\n\n" + signed(1), "does not begin with a line of old"),
    "another word": (b"new 0\n\n" + signed(1), "does not begin with a line of old"),
    "no size": (b"old \n\n" + signed(1), "old size of the request"),
    "leading zero": (b"old 01\n\n" + signed(1), "old size of the request"),
    "a sign": (b"old +1\n\n" + signed(1), "old size of the request"),
    "underscore": (b"old 1_0\n\n" + signed(1), "old size of the request"),
    "other digits": ("old ٣\n\n".encode() + signed(1), "plain ASCII"),
    "beyond 2^62": (b"old 4611686018427387905\n\n" + signed(1), "old size of the request"),
    "carriage returns": (b"old 0\r\n\r\n" + signed(1), "old size of the request"),
    "short hash": (b"old 1\nAAAA\n\n" + signed(2), "hash 1 of the request"),
    "hash without padding": (b"old 1\n" + b"A" * 43 + b"\n\n" + signed(2), "hash 1 of the request"),
    "stray bits in a hash": (b"old 1\n" + b"A" * 42 + b"B=\n\n" + signed(2), "hash 1 of the request"),
    "64 hashes": (f"old 1\n{HASH_LINE * 64}\n".encode() + signed(2), "has 64 lines, and 63 is the most"),
    "too long": (b"old 0\n\n" + b"x" * REQUEST_LIMIT, "is the most"),
    "no signature": (b"old 0\n\n" + parse_note(signed(1)).text, "no blank line"),
}


@pytest.mark.parametrize(("body", "reason"), BODIES.values(), ids=BODIES)
def test_request_of_another_form_is_malformed(body: bytes, reason: str) -> None:
    """Whatever the formatter would not write is refused with its line (tlog-witness, 400)."""
    with pytest.raises(MalformedError, match=reason):
        parse_request(body)


def test_request_may_have_63_hashes() -> None:
    """63 lines of proof are the most (tlog-witness); the next number is refused above."""
    assert len(parse_request(f"old 1\n{HASH_LINE * PROOF_LINES}\n".encode() + signed(2)).proof) == 63


GRANTED = {
    "the first checkpoint": (AddCheckpoint(0, (), signed(7)), None),
    "the first one, of no entries": (AddCheckpoint(0, (), signed(0)), None),
    "a larger one": (AddCheckpoint(7, proof(7, 12), signed(12)), kept(7)),
    "from a power of two": (AddCheckpoint(8, proof(8, 13), signed(13)), kept(8)),
    "the same again": (AddCheckpoint(7, (), signed(7)), kept(7)),
    "after one of no entries": (AddCheckpoint(0, (), signed(3)), kept(0)),
    "no entries again": (AddCheckpoint(0, (), signed(0)), kept(0)),
}


@pytest.mark.parametrize(("request_", "last"), GRANTED.values(), ids=GRANTED)
def test_checkpoint_that_continues_what_was_cosigned_is_granted(request_: AddCheckpoint, last: Kept | None) -> None:
    """A consistent, signed checkpoint of a known log may be cosigned (tlog-witness, 200)."""
    assert isinstance(decide(request_, log=LOG_KEYS, kept=last), Granted)


FORKED = other(7)
ALIEN = sign_checkpoint(Checkpoint("example.com/other", 7, OTHER_ROOT), ed25519=ED25519, mldsa=MLDSA, at=AT)
EMPTY = f"{ORIGIN}\n0\n{base64.b64encode(bytes(32)).decode()}\n".encode()
FALSIFIED = signed(7).replace(b"\n7\n", b"\n6\n")
UNSIGNED = format_note(Note(parse_note(signed(7)).text, (Signature("somebody.example", b"1234", bytes(64)),)))
HALF_BAD = format_note(
    Note(
        parse_note(signed(7)).text,
        (parse_note(signed(7)).signatures[0], Signature(ORIGIN, LOG_KEYS[1].id, bytes(2428))),
    )
)
REFUSED: dict[str, tuple[AddCheckpoint, Kept | None, int]] = {
    "no checkpoint in the note": (AddCheckpoint(0, (), resigned(b"hello\n")), None, 400),
    "a size that is none": (AddCheckpoint(0, (), resigned(b"x\n07\nAAAA\n")), None, 400),
    "another log": (AddCheckpoint(0, (), ALIEN), None, 404),
    "no signature of the log": (AddCheckpoint(0, (), UNSIGNED), None, 403),
    "a changed text": (AddCheckpoint(0, (), FALSIFIED), None, 403),
    "one good signature and one bad": (AddCheckpoint(0, (), HALF_BAD), None, 403),
    "an old size beyond the new": (AddCheckpoint(8, (), signed(7)), kept(8), 400),
    "an old size beyond the new, of none cosigned": (AddCheckpoint(8, (), signed(7)), None, 400),
    "an old size that is too small": (AddCheckpoint(3, proof(3, 12), signed(12)), kept(7), 409),
    "an old size that is too large": (AddCheckpoint(9, proof(9, 12), signed(12)), kept(7), 409),
    "an old size where none was cosigned": (AddCheckpoint(3, proof(3, 12), signed(12)), None, 409),
    "zero where one was cosigned": (AddCheckpoint(0, (), signed(12)), kept(7), 409),
    "a smaller one, with its own size": (AddCheckpoint(3, (), signed(3)), kept(7), 409),
    "no entries with another root": (AddCheckpoint(0, (), resigned(EMPTY)), None, 422),
    "a proof from zero": (AddCheckpoint(0, (OTHER_ROOT,), signed(7)), None, 422),
    "a proof of the same size": (AddCheckpoint(7, (OTHER_ROOT,), signed(7)), kept(7), 422),
    "no proof": (AddCheckpoint(7, (), signed(12)), kept(7), 422),
    "a proof of another size": (AddCheckpoint(7, proof(6, 12), signed(12)), kept(7), 422),
    "a proof that is too long": (AddCheckpoint(7, (*proof(7, 12), OTHER_ROOT), signed(12)), kept(7), 422),
    "another root of the same size": (AddCheckpoint(7, (), FORKED), kept(7), 422),
    "another tree": (AddCheckpoint(7, proof(7, 12), other(12)), kept(7), 422),
}


@pytest.mark.parametrize(("request_", "last", "status"), REFUSED.values(), ids=REFUSED)
def test_checkpoint_that_may_not_be_cosigned_gets_its_status(
    request_: AddCheckpoint, last: Kept | None, status: int
) -> None:
    """Each refusal has the status that the specification gives it, in its order of checks (tlog-witness)."""
    decided = decide(request_, log=LOG_KEYS, kept=last)
    assert isinstance(decided, Refusal)
    assert decided.status == status
    assert decided.answer.status == status
    assert decided.contradicts == (request_.checkpoint == FORKED)


def test_unknown_log_comes_before_its_signature() -> None:
    """A witness without keys for the origin knows nothing of it (tlog-witness, 404)."""
    decided = decide(AddCheckpoint(0, (), signed(7)), log=(), kept=None)
    assert isinstance(decided, Refusal)
    assert decided.status == 404


def test_conflict_answers_the_size_and_its_media_type() -> None:
    """409 holds the size cosigned last in decimal, a newline, and text/x.tlog.size (tlog-witness)."""
    decided = decide(AddCheckpoint(0, (), signed(12)), log=LOG_KEYS, kept=kept(7))
    assert isinstance(decided, Refusal)
    assert decided.answer == Answer(409, "text/x.tlog.size", b"7\n")
    assert parse_size_answer(decided.answer) == 7


SIZES: dict[str, Answer] = {
    "another media type": Answer(409, "text/plain", b"7\n"),
    "no newline": Answer(409, "text/x.tlog.size", b"7"),
    "a leading zero": Answer(409, "text/x.tlog.size", b"07\n"),
    "two lines": Answer(409, "text/x.tlog.size", b"7\n8\n"),
    "no digits": Answer(409, "text/x.tlog.size", b"\n"),
    "no text": Answer(409, "text/x.tlog.size", b"\xff\n"),
}


@pytest.mark.parametrize("answer", SIZES.values(), ids=SIZES)
def test_conflict_of_another_form_is_malformed(answer: Answer) -> None:
    """A size comes in one spelling and under its own media type (tlog-witness)."""
    with pytest.raises(MalformedError, match="witness"):
        parse_size_answer(answer)


def test_both_kinds_of_cosignature_are_answered() -> None:
    """An Ed25519 key gives 0x04, an ML-DSA-44 key 0x06, both with the time, over the whole tree (tlog-cosignature)."""
    granted = decide(AddCheckpoint(0, (), signed(7)), log=LOG_KEYS, kept=None)
    assert isinstance(granted, Granted)
    keeping, answer = grant(granted, cosigners=COSIGNERS, at=AT + 60)
    assert answer.status == 200
    assert [one.verifier for one in COSIGNERS] == list(WITNESS_KEYS)
    lines = parse_signatures(answer.body)
    assert [(one.name, one.id) for one in lines] == [(key.name, key.id) for key in WITNESS_KEYS]
    opened = open_any_checkpoint(keeping.note, (*LOG_KEYS, *WITNESS_KEYS))
    assert {(cosigned.key, cosigned.at) for cosigned in opened.signed} == {
        (LOG_KEYS[0], None), (LOG_KEYS[1], AT), (WITNESS_KEYS[0], AT + 60), (WITNESS_KEYS[1], AT + 60),
    }  # fmt: skip
    assert (keeping.size, keeping.root, keeping.at) == (7, grown(7)[0].root, AT + 60)


def test_signatures_of_strangers_are_not_kept() -> None:
    """Signatures by unknown keys are ignored, and so not handed on (tlog-witness)."""
    stranger = Signature("somebody.example", b"1234", bytes(64))
    note = parse_note(signed(7))
    raw = format_note(Note(note.text, (stranger, *note.signatures)))
    granted = decide(AddCheckpoint(0, (), raw), log=LOG_KEYS, kept=None)
    assert isinstance(granted, Granted)
    assert granted.note == note


def test_time_zero_is_never_signed() -> None:
    """A checkpoint's cosignature names its time (tlog-witness: it MUST NOT be zero)."""
    granted = decide(AddCheckpoint(0, (), signed(7)), log=LOG_KEYS, kept=None)
    assert isinstance(granted, Granted)
    with pytest.raises(MalformedError, match="names its time"):
        grant(granted, cosigners=COSIGNERS, at=0)


def test_path_of_a_log_is_the_hash_of_its_origin() -> None:
    """The monitoring path is the lower-case SHA-256 of the origin (tlog-witness, *Monitor Retrieval Mechanism*)."""
    wanted = hashlib.sha256(b"example.com/promises").hexdigest()
    assert origin_path(ORIGIN) == f"/{wanted}/checkpoint"
    assert parse_origin_path(origin_path(ORIGIN)) == wanted


@pytest.mark.parametrize("path", ["", "/", "/checkpoint", f"/{'A' * 64}/checkpoint", f"/{'a' * 63}/checkpoint", "//"])
def test_other_paths_name_no_log(path: str) -> None:
    """Only 64 lower-case hexadecimal digits are the hash of an origin (tlog-witness)."""
    assert parse_origin_path(path) is None


UNWRITABLE: dict[str, AddCheckpoint] = {
    "a negative size": AddCheckpoint(-1, (), signed(1)),
    "a size beyond 2^62": AddCheckpoint(2**62 + 1, (), signed(1)),
    "64 hashes": AddCheckpoint(1, (OTHER_ROOT,) * 64, signed(2)),
    "a hash of 31 bytes": AddCheckpoint(1, (Hash(bytes(31)),), signed(2)),
    "no checkpoint": AddCheckpoint(0, (), b"hello"),
}


@pytest.mark.parametrize("request_", UNWRITABLE.values(), ids=UNWRITABLE)
def test_request_that_could_not_be_read_back_is_not_written(request_: AddCheckpoint) -> None:
    """The formatter writes only what the parser accepts (style §3)."""
    with pytest.raises(MalformedError):
        format_request(request_)


def test_root_of_no_entries_is_the_hash_of_nothing() -> None:
    """The empty tree's root is that of RFC 6962 §2.1, and nothing else is cosigned at size 0."""
    assert hashlib.sha256(b"").digest() == EMPTY_ROOT
