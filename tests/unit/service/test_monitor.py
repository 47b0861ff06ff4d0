"""One round of watching a log: what is proved to anybody, what is only found, what is no fault (issue of the log)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from ledger.errors import MalformedError, UnavailableError
from ledger.service.monitor import Promised, Shown, Watched, watch
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import Checkpoint, add_signatures, cosign_checkpoint, log_keys, sign_checkpoint
from ledger.tlog.entry import Header
from ledger.tlog.fraud import Entry, judge
from ledger.tlog.merkle import EMPTY_EDGE, Address, Nodes, leaf_hash, prove_inclusion
from ledger.tlog.note import Note, format_note, parse_note
from tests.unit.tlog.small_log import (
    AT,
    ED25519,
    LOG_KEYS,
    MLDSA,
    ORIGIN,
    WITNESS_1,
    WITNESS_KEYS,
    base64url,
    by_address,
    line,
    small_log,
)

KEYS = (*LOG_KEYS, *WITNESS_KEYS)
HEADERS = small_log(12)[0]


def rewritten(start: int) -> list[bytes]:
    """Return the small log with other entries from one on."""
    headers = HEADERS[:start]
    for index in range(start, len(HEADERS)):
        headers.append(line(index, base64url(leaf_hash(headers[-1])), subject="another"))
    return headers


def checkpoint(headers: Sequence[bytes], size: int, *, at: int = AT, origin: str = ORIGIN) -> bytes:
    """Return the checkpoint that the log signs over the first entries."""
    edge = EMPTY_EDGE.extend([leaf_hash(header) for header in headers[:size]])[0]
    return sign_checkpoint(Checkpoint(origin, size, edge.root), ed25519=ED25519, mldsa=MLDSA, at=at)


@dataclass
class Served:
    """A log as a fake serves it.

    Attributes:
        size: of the checkpoint that it shows, signed over ``entries`` unless another is given.
        entries: what it serves; the tree is over ``leaves`` where those are given.
        is_down: it does not answer.
    """

    size: int
    entries: list[bytes] = field(default_factory=lambda: list(HEADERS))
    name: str = "the log"
    raw: bytes | None = None
    leaves: list[bytes] | None = None
    is_down: bool = False

    def checkpoint(self) -> bytes:
        """Return its checkpoint."""
        if self.is_down:
            message = "It does not answer; try again."
            raise UnavailableError(message)
        return self.raw or checkpoint(self.leaves or self.entries, self.size)

    def nodes(self, addresses: Iterable[Address], size: int) -> Nodes:
        """Return nodes of its tree."""
        whole = [leaf_hash(header) for header in (self.leaves or self.entries)[:size]]
        found = by_address(EMPTY_EDGE.extend(whole)[1])
        try:
            return {(one[0], one[1]): found[one] for one in addresses}
        except KeyError as error:
            message = "A tile is missing; get the site whole."
            raise MalformedError(message) from error

    def headers(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield its entries."""
        if len(self.entries) < stop:
            yield from self.entries[start:]
            message = f"Entry {len(self.entries)} is missing; get the site whole."
            raise MalformedError(message)
        yield from self.entries[start:stop]

    def statement(self, header: Header) -> bytes | None:
        """Return nothing: no body is looked at here."""
        del header
        return None


def look(
    *served: Served, known: bytes | None = None, shown: Sequence[Shown] = (), promised: Sequence[Promised] = ()
) -> Watched:
    """Return what a round gives."""
    return watch(ORIGIN, KEYS, served, shown=shown, promised=promised, known=known)


def codes(watched: Watched) -> list[str]:
    """Return the codes of its findings."""
    return [finding.code for finding in watched.findings]


def promise(index: int, size: int, headers: list[bytes] | None = None) -> Promised:
    """Return the promise of an entry of a log, under its checkpoint of a size."""
    chosen = headers or HEADERS
    whole = [leaf_hash(header) for header in chosen[:size]]
    path = prove_inclusion(index, size, by_address(EMPTY_EDGE.extend(whole)[1]))
    return Promised("receipt.json", index, Entry(chosen[index], path), checkpoint(chosen, size))


SOUND = {
    "a log seen first": look(Served(9)),
    "a log that grew": look(Served(12), known=checkpoint(HEADERS, 7)),
    "a log that stood still": look(Served(7), known=checkpoint(HEADERS, 7)),
    "a log that is empty": look(Served(0)),
    "a log that began": look(Served(5), known=checkpoint(HEADERS, 0)),
    "a mirror that is behind": look(Served(12), Served(8, name="mirror")),
    "a witness that is behind": look(Served(12), shown=[Shown("witness", checkpoint(HEADERS, 8))]),
    "a promise that is kept": look(Served(12), promised=[promise(6, 7), promise(0, 9), promise(11, 12)]),
}


@pytest.mark.parametrize("watched", SOUND.values(), ids=SOUND)
def test_honest_log_is_sound(watched: Watched) -> None:
    """A log that only grows, and others that lag behind it, are nothing to speak of."""
    assert watched.is_sound, watched.findings
    assert watched.proofs == ()
    assert watched.largest is not None


def test_new_entries_alone_are_read() -> None:
    """What was read before is not read again; what is remembered is the larger checkpoint."""
    watched = look(Served(12), known=checkpoint(HEADERS, 7))
    assert watched.entries == 5
    assert watched.largest is not None
    assert watched.largest.checkpoint.size == 12


AGAIN = checkpoint(HEADERS, 9)
FORKED = checkpoint(rewritten(8), 9)
LATER = AT + 1000
BROKEN = [*HEADERS[:5], line(5, base64url(bytes(32))), *HEADERS[6:]]
PROVED = {
    "a fork shown to a witness": (look(Served(9), shown=[Shown("witness", FORKED)]), "log.fork"),
    "a fork shown to a mirror": (look(Served(9), Served(9, rewritten(4), "mirror")), "log.fork"),
    "a fork since it was seen": (look(Served(9, rewritten(8)), known=AGAIN), "log.fork"),
    "a rewritten tail": (look(Served(12, rewritten(8)), known=AGAIN), "log.rewrite"),
    "a rewritten tail, told by a mirror": (look(Served(12, rewritten(3)), Served(8, name="mirror")), "log.rewrite"),
    "a smaller log, signed later": (
        look(Served(8, raw=checkpoint(HEADERS, 8, at=LATER)), known=AGAIN), "log.rollback",
    ),
    "another entry than was promised": (look(Served(12, rewritten(8)), promised=[promise(8, 9)]), "log.withheld"),
    "a log that ends before a promise": (
        look(Served(8, raw=checkpoint(HEADERS, 8, at=LATER)), promised=[promise(8, 9)]), "log.withheld",
    ),
    "a broken chain": (look(Served(9, BROKEN)), "log.chain"),
}  # fmt: skip


@pytest.mark.parametrize(("watched", "code"), PROVED.values(), ids=PROVED)
def test_what_contradicts_itself_becomes_a_fraud_proof(watched: Watched, code: str) -> None:
    """Each is a finding and a proof that convicts the log by its own keys, and nothing in doubt is remembered."""
    assert code in codes(watched)
    assert watched.proofs
    assert all(judge(proof, LOG_KEYS).is_shown for proof in watched.proofs)
    assert watched.largest is None or watched.largest.raw == AGAIN


ALIEN = checkpoint(HEADERS, 9, origin="example.com/other")
FALSIFIED = AGAIN.replace(b"\n9\n", b"\n8\n")


def alone(raw: bytes, place: int) -> bytes:
    """Return a checkpoint with one of its signatures."""
    note = parse_note(raw)
    return format_note(Note(note.text, note.signatures[place : place + 1]))


FOUND = {
    "a fork of which each side has one of two signatures": (
        look(Served(9, raw=alone(AGAIN, 0)), shown=[Shown("witness", alone(FORKED, 1))]), "tree.other",
    ),
    "a log that one of two keys has signed": (look(Served(9, raw=alone(AGAIN, 0))), "checkpoint.partial"),
    "the same since it was seen": (
        look(Served(9, rewritten(8), raw=alone(FORKED, 1)), known=alone(AGAIN, 0)), "tree.other",
    ),
    "a log that does not answer": (look(Served(9, is_down=True)), "source.unread"),
    "a checkpoint of another log": (look(Served(9), shown=[Shown("x", ALIEN)]), "checkpoint.refused"),
    "a checkpoint that was changed": (look(Served(9), shown=[Shown("x", FALSIFIED)]), "checkpoint.refused"),
    "no checkpoint": (look(Served(9), shown=[Shown("x", b"hello")]), "checkpoint.refused"),
    "a log that shows an old checkpoint": (look(Served(8), known=AGAIN), "log.behind"),
    "a log behind its mirror": (look(Served(8), Served(9, name="mirror")), "log.behind"),
    "a larger checkpoint that nobody serves": (
        look(Served(9), shown=[Shown("witness", checkpoint(HEADERS, 12))]), "tree.unproved",
    ),
    "a tree that is not the signed one": (
        look(Served(12, raw=checkpoint(HEADERS, 12), leaves=rewritten(8)), known=AGAIN), "tree.unproved",
    ),
    "entries that are not served": (look(Served(9, HEADERS[:7], leaves=HEADERS)), "entry.withheld"),
    "entries that are not the signed ones": (look(Served(9, rewritten(4), leaves=HEADERS)), "entry.withheld"),
    "entries that are none": (look(Served(9, [b"x"] * 9, leaves=HEADERS)), "entry.withheld"),
    "entries that do not follow what was signed": (look(Served(9, BROKEN, leaves=HEADERS)), "entry.other"),
    "a promise not kept yet": (look(Served(9), promised=[promise(10, 12)]), "entry.withheld"),
    "a promise that was never made": (
        look(Served(9), promised=[replace(promise(4, 9), index=5)]), "inclusion.root-mismatch",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("watched", "code"), FOUND.values(), ids=FOUND)
def test_what_cannot_be_proved_is_found(watched: Watched, code: str) -> None:
    """What only this round saw is told, and accuses nobody (no false proof is ever written)."""
    assert code in codes(watched)
    assert watched.proofs == ()
    assert not watched.is_sound


def test_trouble_of_others_does_not_stop_the_memory() -> None:
    """A mirror that is down, or a stranger's checkpoint, casts no doubt on what was read of the log."""
    watched = look(Served(12), Served(9, name="mirror", is_down=True), known=AGAIN, shown=[Shown("x", ALIEN)])
    assert codes(watched) == ["checkpoint.refused", "source.unread"]
    assert watched.largest is not None
    assert watched.largest.checkpoint.size == 12


def test_memory_that_is_spoilt_is_not_overwritten() -> None:
    """A remembered checkpoint that does not verify is told, and nothing takes its place silently."""
    watched = look(Served(12), known=FALSIFIED)
    assert codes(watched) == ["checkpoint.refused"]
    assert watched.largest is None


def test_witness_that_signed_both_is_convicted_too() -> None:
    """A witness that cosigned two logs is as guilty as the log (tlog-cosignature)."""

    def cosigned(raw: bytes) -> bytes:
        return add_signatures(raw, [cosign_checkpoint(raw, name="witness.example/1", key=WITNESS_1, at=AT)])

    watched = look(Served(9, raw=cosigned(AGAIN)), shown=[Shown("witness", cosigned(FORKED))])
    assert set(judge(watched.proofs[0], KEYS).convicted) == {*LOG_KEYS, WITNESS_KEYS[0]}


# --- keys that were replaced ------------------------------------------------------------------------------------------

NEW_ED25519 = PrivateKey.from_seed("Ed25519", bytes(31) + b"\x11")
NEW_MLDSA = PrivateKey.from_seed("ML-DSA-44", bytes(31) + b"\x12")
NEW_KEYS = log_keys(ORIGIN, ed25519=NEW_ED25519.public, mldsa=NEW_MLDSA.public)

BRANCHES: dict[str, tuple[int, list[str]]] = {
    "signed before they handed over a smaller tree as the largest": (AT + 50, ["checkpoint.refused", "log.rollback"]),
    "signed after they had handed it over": (AT + 150, ["checkpoint.refused"]),
}


@pytest.mark.parametrize("phrase", BRANCHES)
def test_replaced_keys_are_convicted_by_what_they_handed_over_and_by_nothing_less(phrase: str) -> None:
    """A branch beyond their time is no checkpoint; it convicts them where they contradict themselves (watching.md)."""
    at, expected = BRANCHES[phrase]
    handed_over = Shown("the appointment of entry 8", checkpoint(HEADERS, 8, at=AT + 100))
    branch = Shown("a stranger", checkpoint(rewritten(8), 10, at=at))
    edge = EMPTY_EDGE.extend([leaf_hash(header) for header in HEADERS])[0]
    head = Checkpoint(ORIGIN, 12, edge.root)
    log = Served(12, raw=sign_checkpoint(head, ed25519=NEW_ED25519, mldsa=NEW_MLDSA, at=AT + 200))
    found = watch(
        ORIGIN, (*LOG_KEYS, *NEW_KEYS), [log], shown=[handed_over, branch],
        keys_at=lambda size: LOG_KEYS if size <= 8 else NEW_KEYS,
    )  # fmt: skip
    assert sorted(codes(found)) == expected
    assert [judge(proof, LOG_KEYS).is_shown for proof in found.proofs] == [True] * (len(expected) - 1)
    assert not any(judge(proof, NEW_KEYS).is_shown for proof in found.proofs)
