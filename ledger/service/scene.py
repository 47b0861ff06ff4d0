"""The scene of an admission: what the ledger holds at one size, and what statements earlier in the batch add.

It looks things up and remembers what it found, so that a thousand statements about one commitment read it once. It
decides nothing and writes nothing. Source: design §2.5 (check outside the lock; again under it if the head has moved).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

from ledger.assessment.authority import Authority, found
from ledger.assessment.view import Fact, Known, Said, look
from ledger.errors import ConflictError, NotFoundError
from ledger.model.commitment import Commitment
from ledger.model.determination import View
from ledger.model.erasure import Erasure
from ledger.model.statement import KINDS, CharterStatement, Kind, Statement, parse_statement
from ledger.model.term import Term
from ledger.service.naming import files_named, needles
from ledger.service.ports import Blobs, Reading
from ledger.signing.envelope import STATEMENT, Envelope, open_envelope
from ledger.tlog.merkle import edge_indexes, read_edge
from ledger.tlog.stored import Row

ALWAYS = View(size=2**53 - 1, as_of="9999-12-31")
"""A view that sees whatever was said; what a subject is at admission does not wait for a day to come."""

_ALL: Final = tuple(KINDS)

_OF_TERMS: Final[frozenset[Kind]] = frozenset({"commitment", "amendment", "retraction"})
"""Kinds of statements by which a commitment's terms change."""

_FAR: Final[frozenset[Kind]] = _OF_TERMS | {"erasure", "key"}
"""Kinds of statements that change more than what stands of their own kind about their subject."""


class Opened(NamedTuple):
    """A statement whose envelope was opened and whose meaning was read; nothing was looked up for it.

    Attributes:
        signer: the thumbprint of the key under which the signature was found valid already; None where that is still
            to be done.
    """

    envelope: Envelope
    said: Said
    payload: bytes
    signer: str | None = None


def read_said(row: Row) -> Said | None:
    """Return the statement of an entry; None where it was erased."""
    if row.jws is None:
        return None
    envelope, statement = _read(row.jws, row.index)
    return Said(row.index, envelope.name, envelope.kid, row.received, statement)


@lru_cache(maxsize=256)
def _read(jws: bytes, index: int) -> tuple[Envelope, Statement]:
    """Return a logged statement read; a few are remembered, as most refer to the same commitment and parties."""
    envelope = open_envelope(jws, typ=STATEMENT, what=f"the statement of entry {index}")
    return envelope, parse_statement(envelope.payload, what=f"entry {index}")


@dataclass(frozen=True, slots=True)
class Folded:
    """What every admission asks of the whole log, up to ``size``.

    Attributes:
        authority: the keys and roles; None before the charter.
        erased: every digest that a logged erasure names, with that entry's index.
    """

    size: int = 0
    authority: Authority | None = None
    erased: Mapping[str, int] = field(default_factory=dict)


def fold_authority(reading: Reading, before: Folded, *, upto: int | None = None) -> Folded:
    """Return the authority, and what was erased, at the snapshot's end, folded on from where they were known.

    Or after the log's first ``upto`` entries.

    The log's own statements were admitted by the same rules, so they are not judged again; ``log check`` does that.
    """
    authority, erased = before.authority, before.erased
    size = reading.head().size if upto is None else upto
    for row in reading.rows(before.size, size, kinds=("charter", "key", "erasure")):
        said = read_said(row)
        if said is None or row.jws is None:
            message = (
                f"The {row.kind} of entry {row.index} is gone from the store, and none can be erased; do not write to "
                "it: run pledger log check, and restore the ledger from a copy."
            )
            raise ConflictError(message, index=row.index)
        if isinstance(said.statement, CharterStatement):
            authority = found(open_envelope(row.jws, typ=STATEMENT), said.statement)
        elif authority is not None:
            authority = authority.after(said.index, said.statement, name=said.name)
        erased = _with(erased, said)
    return Folded(size, authority, erased)


def _with(erased: Mapping[str, int], said: Said) -> Mapping[str, int]:
    """Return what was erased once a statement stands."""
    body = said.statement.body
    return {**dict.fromkeys(body.digests, said.index), **erased} if isinstance(body, Erasure) else erased


class Scene:
    """What is known where the next entry would stand.

    Attributes:
        now: the moment of the admission.
        size: number of entries, those of the batch so far included: the index of the next one.
        authority: the keys and roles at that index; None before the charter.
        blobs: the files that are held.
        erased: every digest that an erasure names, with its index.
        checked: evidence files found good already, by the digests of the statement's claim.
    """

    def __init__(
        self,
        reading: Reading,
        authority: Authority | None,
        *,
        now: str,
        blobs: Blobs,
        erased: Mapping[str, int] | None = None,
    ) -> None:
        self.now = now
        self.authority = authority
        self.erased: Mapping[str, int] = erased or {}
        self.blobs = blobs
        self.checked: set[tuple[object, ...]] = set()
        self.base = reading.head().size
        self._reading = reading
        self._count = 0
        self._fresh: defaultdict[tuple[Kind, str], list[Said]] = defaultdict(list)
        self._by_name: dict[str, Said | None] = {}
        self._known: dict[tuple[Kind, str], Known] = {}
        self._terms: dict[str, Mapping[str, tuple[Term, ...]]] = {}
        self._roots: dict[int, bytes | None] = {}
        self._firsts: dict[tuple[str, bytes], int | None] = {}
        self._allowed: set[tuple[str, Kind]] = set()

    @property
    def size(self) -> int:
        """The index of the next entry."""
        return self.base + self._count

    @property
    def published(self) -> Reading:
        """The snapshot itself: what was published, without the statements of the batch."""
        return self._reading

    def copy(self) -> "Scene":
        """Return the same scene again, so that what is added to one of the two is not in the other."""
        other = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, (dict, set)):
                setattr(other, name, value.copy())
        fresh = ((key, list(several)) for key, several in self._fresh.items())
        other._fresh = defaultdict(list, fresh)  # noqa: SLF001, another of our own kind
        return other

    def add(self, said: Said, *, repeat: tuple[str, bytes] | None = None) -> None:
        """Let a statement of the batch stand, so that those after it may refer to it, or are known to repeat it."""
        kind, subject = said.kind, said.subject
        if repeat is not None:
            self._firsts[repeat] = said.index
        self._count += 1
        self._fresh[kind, subject].append(said)
        self._by_name[said.name] = said
        # What stands of a kind changes by statements of that kind, and by retractions.
        self._known.pop((kind, subject), None)
        if kind in _FAR:
            self._change(said, kind)

    def _change(self, said: Said, kind: Kind) -> None:
        """Forget what a statement changes beyond what stands of its kind about its subject."""
        if kind == "retraction":
            for key in [key for key in self._known if key[1] == said.subject]:
                del self._known[key]
        if kind in _OF_TERMS:
            self._terms.clear()
        if kind == "erasure":
            # What it erases is gone for whatever follows it in the batch.
            self.erased = _with(self.erased, said)
            self._known.clear()
            self._terms.clear()
        if kind == "key" and self.authority is not None:
            self.authority = self.authority.after(said.index, said.statement, name=said.name)
            self._allowed.clear()

    def refuse_unless_may(self, author: str, kind: Kind, authority: Authority) -> None:
        """Raise unless a key may sign statements of a kind at the next index; asked again only once a key changes.

        Args:
            authority: the scene's own, which there is by now.

        Raises:
            RefusedError: as the authority says.
        """
        if (author, kind) not in self._allowed:
            authority.refuse_unless_may(author, kind, index=self.size)
            self._allowed.add((author, kind))

    def repeats(self, pairs: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], int]:
        """Return which of these pairs of key and payload digest stand, with the first entry's index of each."""
        unknown = [pair for pair in pairs if pair not in self._firsts]
        if unknown:
            self._firsts.update(dict.fromkeys(unknown))
            self._firsts.update(self._reading.said(unknown))
        return {pair: first for pair in pairs if (first := self._firsts[pair]) is not None}

    def statement(self, name: str) -> Said | None:
        """Return the statement of that name, mended, retracted or not; None where there is none, or it was erased."""
        if name in self.erased:
            return None
        if name not in self._by_name:
            key = bytes.fromhex(name.removeprefix("sha256:"))
            index = self._reading.named((key,)).get(key)
            row = None if index is None else self._reading.row(index)
            self._by_name[name] = None if row is None else read_said(row)
        return self._by_name[name]

    def known(self, kind: Kind, subject: str) -> Known:
        """Return what stands of one kind about one subject, corrections and retractions applied (R1)."""
        key = (kind, subject)
        known = self._known.get(key)
        if known is None:
            kinds: tuple[Kind, Kind] = (kind, "retraction")
            logged = (read_said(row) for row in self._reading.about(subject, kinds))
            said = [one for one in logged if one is not None and one.name not in self.erased]
            fresh = (
                one for name in kinds for one in self._fresh.get((name, subject), ()) if one.name not in self.erased
            )
            known = self._known[key] = look([*said, *sorted(fresh, key=attrgetter("index"))], ALWAYS)
        return known

    def naming(self, digests: Collection[str]) -> Mapping[str, tuple[Said, ...]]:
        """Return, for each of these files, the statements that name it and are not erased, in order."""
        found: dict[str, tuple[Said, ...]] = dict.fromkeys(digests, ())
        sought = needles(digests)
        rows = self._reading.rows(0, self.base) if sought else iter(())
        logged = (read_said(row) for row in rows if any(needle in (row.jws or b"") for needle in sought))
        fresh = sorted((one for several in self._fresh.values() for one in several), key=attrgetter("index"))
        for said in chain((one for one in logged if one is not None), fresh):
            if said.name not in self.erased:
                for digest in found.keys() & files_named(said):
                    found[digest] = (*found[digest], said)
        return found

    def has_erased(self, subject: str) -> bool:
        """Tell whether a statement about a subject was erased before."""
        about = self._reading.about(subject, _ALL)
        return any(row.jws is None or f"sha256:{row.statement.hex()}" in self.erased for row in about)

    def has_party(self, subject: str) -> bool:
        """Tell whether a party of that name stands."""
        return subject in self.known("party", subject).parties

    def has_instrument(self, subject: str) -> bool:
        """Tell whether an instrument of that name stands."""
        return subject in self.known("instrument", subject).instruments

    def commitment(self, subject: str) -> Fact[Commitment] | None:
        """Return the commitment of that name that stands, or None."""
        return self.known("commitment", subject).commitments.get(subject)

    def terms(self, subject: str) -> Mapping[str, tuple[Term, ...]]:
        """Return every term that a commitment has or ever had, by its id: its own first, then what amendments brought.

        Raises:
            NotFoundError: there is no such commitment.
        """
        if subject not in self._terms:
            found = self.commitment(subject)
            if found is None:
                message = f"There is no commitment {subject}; record it first, or mend the subject."
                raise NotFoundError(message, subject=subject)
            names = (subject, found.body.instrument)
            amended = [fact for name in names for fact in self.known("amendment", name).amendments.get(name, ())]
            terms: dict[str, tuple[Term, ...]] = {}
            for term in chain(found.body.terms, *(fact.body.terms for fact in amended)):
                terms[term.id] = (*terms.get(term.id, ()), term)
            self._terms[subject] = terms
        return self._terms[subject]

    def has_name(self, kind: Kind, subject: str) -> bool:
        """Tell whether a party, instrument or commitment of that name stands."""
        known = self.known(kind, subject)
        return subject in known.parties or subject in known.instruments or subject in known.commitments

    def root(self, size: int) -> bytes | None:
        """Return the root of the log's first ``size`` entries, of those that were published; None beyond them."""
        if size not in self._roots:
            found = None
            if 0 < size <= self.base:
                found = read_edge(size, self._reading.nodes(edge_indexes(size))).root
            self._roots[size] = found
        return self._roots[size]
