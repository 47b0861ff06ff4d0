"""An open ledger: what the faces ask, each by one call.

Source: design §3.
"""

import re
import secrets
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from operator import attrgetter
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, Final, Self

from ledger.assessment.authority import Authority, void
from ledger.assessment.erased import bearing_on_any, find_erased
from ledger.assessment.succession import replace_keys
from ledger.assessment.view import Known, Said, look
from ledger.errors import (
    ConflictError,
    ForkError,
    MalformedError,
    NotFoundError,
    PledgerError,
    RefusedError,
    UsageError,
)
from ledger.model.audit import Audit
from ledger.model.charter import Role
from ledger.model.determination import Determination, View
from ledger.model.evidence import SALT_BYTES
from ledger.model.index import Index
from ledger.model.statement import Statement, plain
from ledger.runtime.appointment import (
    Changes,
    draft,
    find_checkpoint_key,
    find_key,
    read_draft,
    refuse_wrong_approvals,
    seal_appointment,
)
from ledger.runtime.database import open_store
from ledger.runtime.engine import chosen_engine, columnar_copies
from ledger.runtime.file import Chunks
from ledger.runtime.keyring import Keyring, KnownKey, MakeKey, Passphrase, checkpoint_signer, known_key, official_keys
from ledger.runtime.recalled import Recalled, Told
from ledger.runtime.restricted import Salted, find_salt, salt_imported
from ledger.runtime.said import evidence_body, grant_body, make_statement
from ledger.runtime.settings import (
    BLOBS,
    COSIGNED,
    DESK,
    KEYS,
    POLICY,
    PUBLISHED,
    Config,
    chosen_day,
    read_config,
    read_withheld,
    system_clock,
)
from ledger.runtime.site import own_site
from ledger.service.check import Checked, check_log
from ledger.service.compose import compose
from ledger.service.group import Group
from ledger.service.hearing import read_decisive
from ledger.service.pool import pool
from ledger.service.ports import Clock, Progress, Reading, Store
from ledger.service.publish import Publication, Publisher, make_receipt, refuse_contradiction
from ledger.service.repeat import Spoken
from ledger.service.scene import Folded, fold_authority, read_said
from ledger.signing.envelope import STATEMENT, Envelope, seal
from ledger.signing.key import Algorithm, PrivateKey, Signer
from ledger.store.blobs import DirectoryBlobs, Kept
from ledger.store.fresh import replace_file
from ledger.store.published import PublishedFile
from ledger.tlog.checkpoint import Checkpoint, parse_checkpoint
from ledger.tlog.entry import Header, parse_header
from ledger.tlog.finding import Finding
from ledger.tlog.merkle import Hash, consistency_indexes, inclusion_indexes, prove_consistency, prove_inclusion
from ledger.tlog.note import VerifierKey, parse_note
from ledger.tlog.policy import Policy, format_policy, parse_policy
from ledger.tlog.proof import Receipt, TlogProof
from ledger.tlog.stored import Head, Row

if TYPE_CHECKING:  # heavier rooms are imported by the functions that need them; here only their names
    from ledger.assessment.history import History, ResultAt, Window
    from ledger.assessment.history import Stretch as HistoryStretch
    from ledger.assessment.link import Together
    from ledger.assessment.result import CommitmentResult, Credibility, Erased
    from ledger.assessment.selection import Engine
    from ledger.assessment.series import Figure
    from ledger.ingest.document import Draft
    from ledger.ingest.imported import Imported
    from ledger.model.value import Days
    from ledger.service.closed import Closures
    from ledger.service.cosign import Ask, Cosigned, Wait
    from ledger.service.erase import Removed
    from ledger.service.export import Export, Form
    from ledger.service.export_log import Exported
    from ledger.service.interval import Dating
    from ledger.service.live import LiveSite
    from ledger.service.since import Since
    from ledger.service.stamp import Ask as AskTime
    from ledger.service.stamp import Asked as AskedTime
    from ledger.store.columnar import ColumnarCopies
    from ledger.store.postgres import PostgresStore
    from ledger.store.sql import SqlStore
    from ledger.tlog.interval import Interval


def open_ledger(
    directory: Path,
    *,
    at: Clock = system_clock,
    passphrase: Passphrase = None,
    store: str | None = None,
    engine: str | None = None,
) -> "Ledger":
    """Open the ledger in a directory, once it is seen not to contradict itself.

    Args:
        directory: where it is.
        at: the clock.
        passphrase: opens the key files.
        store: the address of its database, where that is one of PostgreSQL, instead of the one that is written down.
        engine: what draws the figures, by its name; see ``chosen_engine``.

    Raises:
        NotFoundError: there is no ledger.
        MalformedError: the database is not one, or is damaged.
        ConflictError: what is stored contradicts what was signed; nothing may be written or answered from it.
        UnavailableError: the database is locked.
    """
    ledger = _opened(directory, at=at, passphrase=passphrase, store=store)
    ledger.engine_name = engine
    try:
        ledger.refuse_contradiction()
        ledger.finish_erasures()
    except BaseException:
        ledger.close()
        raise
    return ledger


def check_ledger(
    directory: Path, *, at: Clock = system_clock, progress: Progress | None = None, executor: Executor | None = None
) -> Checked:
    """Return what recomputing the ledger in a directory gives; it is opened whatever it holds."""
    ledger = _opened(directory, at=at, passphrase=None)
    try:
        return ledger.check(progress=progress, executor=executor)
    finally:
        ledger.close()


def _opened(directory: Path, *, at: Clock, passphrase: Passphrase, store: str | None = None) -> "Ledger":
    config = read_config(directory)
    return Ledger(directory, config, open_store(directory, config, store=store), at=at, passphrase=passphrase)


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submission gave.

    Attributes:
        receipts: one for each evidence statement, in the order of the series.
        imported: what was read, with the rows that were rejected.
    """

    receipts: tuple[Receipt, ...]
    imported: "Imported"


class Ledger:
    """An open ledger: what the faces ask, each by one call.

    Attributes:
        directory: where it is.
        origin: the log's name.
        genesis: the charter's name.
        keyring: the private keys that are here.
        blobs: evidence files and observations.
        witnesses: those that its configuration names.
        timestamps: the time-stamping authorities that it names.
        engine_name: what draws its figures, where it was chosen.
    """

    def __init__(
        self, directory: Path, config: Config, store: "SqlStore | PostgresStore", *, at: Clock, passphrase: Passphrase
    ) -> None:
        self.directory = directory
        self.origin = config.origin
        self.genesis = config.genesis
        self.witnesses = config.witnesses
        self.timestamps = config.timestamps
        self.keyring = Keyring(directory / KEYS, passphrase)
        self.blobs = DirectoryBlobs(directory / BLOBS, forget=lambda digest: self._copies().remove(digest))
        self.engine_name: str | None = None
        self.clock = at
        self._published = PublishedFile(directory / PUBLISHED)
        self._store: Store = store
        self._close = store.close
        self._folded = Folded()
        self._publisher: Publisher | None = None
        self._group: Group | None = None
        self._begin_group = Lock()
        self._answering = Lock()
        self._signers: dict[str, Signer] = {}
        self._recalled = Recalled(store.reading)
        self._last_known: tuple[tuple[View, int], Known] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go."""
        self._close()

    def refuse_contradiction(self) -> None:
        """Raise where what is stored contradicts what was signed (design §2.5).

        Raises:
            ConflictError: the sentence says what contradicts what, and what to do.
        """
        # Before the snapshot: it is noted after the commit, so that no snapshot taken now is behind it.
        published = self._published.last()
        with self._store.reading() as reading:
            refuse_contradiction(reading, origin=self.origin, genesis=self.genesis, published=published)
            head = reading.head()
        # Whoever committed it may have died before it was noted, and its receipts may be asked for already.
        self._published.advance(head.size, head.checkpoint)
        if self.witnesses:
            self._refuse_turned_back()
        if len(self.authority().tenures) > 1:
            # Whoever appointed other checkpoint keys may have died before they were in the policy.
            with suppress(NotFoundError, ConflictError, MalformedError):
                self._write_policy()

    def check(self, *, progress: Progress | None = None, executor: Executor | None = None) -> Checked:
        """Return what recomputing everything from the bytes gives, held against the last checkpoint that left."""
        with self._store.reading() as reading:
            checked = check_log(
                reading, self.blobs, genesis=self.genesis, executor=executor, elsewhere=self._store.elsewhere(),
                progress=progress, excused=read_withheld(self.directory),
            )  # fmt: skip
            published = self._published.last()
            try:
                refuse_contradiction(reading, origin=self.origin, genesis=self.genesis, published=published)
            except PledgerError as error:
                # An old copy is sound in itself. Where more is wrong than that, it has been said already.
                if not checked.findings:
                    found = Finding("head.contradicted", "the head", error.message, "design §2.5")
                    checked = replace(checked, findings=(found,))
            if checked.is_sound:
                # By its own keys and tree, so that nothing can be said of it before these are known to be right.
                checked = replace(checked, findings=self._check_beside(reading))
        return checked

    def _check_beside(self, reading: Reading) -> tuple[Finding, ...]:
        """Return what is wrong with the cosigned checkpoints and the timestamps that lie beside a sound log."""
        from ledger.service.beside import check_beside

        try:
            witnesses = [one.key for one in self.witnesses]
            return tuple(check_beside(reading, self._dating(), keys_at=self.log_keys, witnesses=witnesses))
        except PledgerError as error:
            return (Finding("beside.unread", "what lies beside the log", error.message, "design §2.4"),)

    # --- reading the log ----------------------------------------------------------------------------------------------

    def head(self) -> Head:
        """Return where the log ends: its size, its checkpoint, and when the last entry was received."""
        with self._leaving() as reading:
            return reading.head()

    @contextmanager
    def _leaving(self) -> Iterator[Reading]:
        """Return a snapshot of which a checkpoint may leave: it is noted first, as who committed it may have died."""
        with self._store.reading() as reading:
            head = reading.head()
            self._published.advance(head.size, head.checkpoint)
            yield reading

    def checkpoint(self) -> Checkpoint:
        """Return what the last checkpoint says."""
        return parse_checkpoint(parse_note(self.head().checkpoint).text)

    def policy(self, size: int | None = None) -> bytes:
        """Return the policy by which the log's checkpoints are verified (C2SP tlog-policy).

        It is the one that is written down, with the keys in force in the place of those that they replaced; with the
        witnesses that the configuration names, where it names any, and the quorum of them that is asked for.

        Args:
            size: of the checkpoint that is to be verified; the head's, if not given.

        Raises:
            NotFoundError: the file is gone.
            MalformedError: more witnesses are asked for than are configured.
            ConflictError: it names neither the keys in force nor any that they replaced.
        """
        path = self.directory / POLICY
        try:
            raw = path.read_bytes()
        except OSError as error:
            message = f"The policy {path} cannot be read: {error.strerror}; restore it from a copy."
            raise NotFoundError(message, path=str(path)) from error
        authority, given = self.authority(), parse_policy(raw)
        named = {log.key for log in given.logs}
        if not any(named >= set(tenure.checkpoint) for tenure in authority.tenures):
            message = f"The policy {path} does not name the checkpoint keys of the charter; restore it from a copy."
            raise ConflictError(message, path=str(path))
        upto = authority.tenure.since + 1 if size is None else size
        wanted = set(authority.checkpoint_keys_at(upto))
        former = {key for tenure in authority.tenures for key in tenure.checkpoint} - wanted
        if not named >= wanted or named & former:
            given = replace_keys(given, authority, size=upto)
            raw = format_policy(given)
        if not self.witnesses:
            return raw
        return format_policy(replace(self.witness_policy(size), logs=given.logs))

    def log_keys(self, size: int | None = None) -> tuple[VerifierKey, VerifierKey]:
        """Return the keys that sign the log's checkpoint of a size; of the head and what follows, if none is given."""
        authority = self.authority()
        return authority.tenure.checkpoint if size is None else authority.checkpoint_keys_at(size)

    def entry(self, index: int) -> bytes:
        """Return the header of an entry.

        Raises:
            NotFoundError: there is no such entry.
        """
        return self._row(index).header

    def headers(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the headers of a range of entries, in order."""
        with self._store.reading() as reading:
            yield from (row.header for row in reading.rows(start, reading.head().size if stop is None else stop))

    def rows(self, start: int = 0, stop: int | None = None, *, kinds: Sequence[str] = ()) -> Iterator[Row]:
        """Yield whole entries of a range, of these kinds where any are named, in order."""
        with self._store.reading() as reading:
            yield from reading.rows(start, reading.head().size if stop is None else stop, kinds=kinds)

    def index_of(self, statement: str) -> int | None:
        """Return the index of the entry with a statement of that digest, or None."""
        key = _digest_bytes(statement)
        with self._store.reading() as reading:
            return reading.named((key,)).get(key)

    def statement(self, statement: str | int) -> bytes:
        """Return a statement's JWS, by its digest or by its entry's index.

        Raises:
            NotFoundError: there is none, or it was erased.
        """
        index = statement if isinstance(statement, int) else self.index_of(statement)
        if index is None:
            raise NotFoundError(
                f"There is no statement {statement} in this ledger; mend the digest.", statement=statement
            )
        jws = self._row(index).jws
        if jws is None:
            raise NotFoundError(
                f"The statement of entry {index} was erased; its header and its proofs stand.", index=index
            )
        return jws

    def blob(self, digest: str) -> BinaryIO:
        """Return a file that is held, its digest checked, for reading."""
        return self.blobs.open(digest)

    def keep(self, stream: BinaryIO, *, expected: str | None = None) -> Kept:
        """Keep a file by its digest, so that a statement can name it."""
        return self.blobs.put(stream, expected=expected)

    def receipt(self, index: int) -> Receipt:
        """Return the receipt of an entry: the one that was given first, under the first checkpoint that covers it.

        Where the ledger has witnesses, it is under the first that a quorum of them has cosigned, if there is one.
        """
        with self._leaving() as reading:
            receipt = make_receipt(reading, _row(reading.row(index), index))
        return self._as_witnessed((receipt,))[0] if self.witnesses else receipt

    def prove(self, index: int, *, size: int | None = None) -> TlogProof:
        """Return the proof that an entry is in the log, under its last checkpoint, or under the one of a size.

        Raises:
            NotFoundError: there is no such entry, or no checkpoint of that size.
        """
        with self._leaving() as reading:
            row = _row(reading.row(index), index)
            note = reading.head().checkpoint if size is None else _checkpoint_of(reading.checkpoint_over(size), size)
            covered = parse_checkpoint(parse_note(note).text).size
            hashes = prove_inclusion(index, covered, reading.nodes(inclusion_indexes(index, covered)))
        return TlogProof(index, hashes, note, row.header)

    def prove_consistency(self, old: int, new: int | None = None) -> tuple[Hash, ...]:
        """Return the proof that the log of ``new`` entries (all of them, if not given) begins with that of ``old``."""
        with self._store.reading() as reading:
            size = reading.head().size
            upto = size if new is None else new
            if upto > size:
                raise NotFoundError(f"The log has {size} entries, not {upto}; give a size that it has.", size=size)
            return prove_consistency(old, upto, reading.nodes(consistency_indexes(old, upto)))

    def authority(self) -> Authority:
        """Return the keys and roles at the head."""
        with self._store.reading() as reading:
            self._folded = fold_authority(reading, self._folded)
        if self._folded.authority is None:
            message = f"The log in {self.directory} has no charter; run pledger log check."
            raise ConflictError(message, directory=str(self.directory))
        return self._folded.authority

    # --- what was said ------------------------------------------------------------------------------------------------

    def said(self, size: int | None = None) -> tuple[Said, ...]:
        """Return every statement of the log's first ``size`` entries (all of them, if not given), but those erased."""
        return self._recalled.whole(self.head().size if size is None else size).said

    def view(self, as_of: str | None = None, size: int | None = None) -> View:
        """Return a view: today and everything, unless a day or a size says otherwise (R1).

        Raises:
            UsageError: the day is none, or the log is not of that size.
        """
        day = self.clock()[:10] if as_of is None else chosen_day(as_of)
        entries = self.head().size
        if size is not None and not 0 <= size <= entries:
            raise UsageError(f"The log has {entries} entries; give a size from 0 to that.", size=size)
        return View(size=entries if size is None else size, as_of=day)

    def known(self, view: View) -> Known:
        """Return what a view knows; what was signed with a compromised key after it was lost does not count (R1).

        The last one is remembered: one question asks for it several times, and several who ask mean the same view. Of
        a commitment's positions those are there on which a result rests; whoever holds them against another draft
        takes all of them (``whole_known``).
        """
        key = (view, self.erasures())
        last = self._last_known
        if last is None or last[0] != key:
            last = self._last_known = (key, self._known(view))
        return last[1]

    def _known(self, view: View) -> Known:
        said, heard, absent, later = self._recalled.upto(view.size)
        gone = void((*said, *heard), view.size, self._authority_at(view.size))
        if heard:
            with self._store.reading() as reading:
                said = (*said, *read_decisive(reading, heard, said, view, gone))
            said = tuple(sorted(said, key=attrgetter("index")))
        return _looked(said, view, absent=absent, later=later, gone=gone)

    def whole_known(self, view: View) -> Known:
        """Return what a view knows, with every position on every commitment."""
        said, _, absent, later = self._recalled.whole(view.size)
        gone = void(said, view.size, self._authority_at(view.size))
        return _looked(said, view, absent=absent, later=later, gone=gone)

    def erased(self, view: View) -> "tuple[Erased, ...]":
        """Return what a view would know, had no logged erasure removed it (R1)."""
        with self._store.reading() as reading:
            has_erasures = any(True for _ in reading.rows(0, reading.head().size, kinds=("erasure",)))
        return self.known(view).erased if has_erasures else ()

    def _authority_at(self, size: int) -> Authority:
        """Return the keys and roles as the first ``size`` entries have them."""
        head = self.authority()
        if all(grant.compromised is False for grants in head.grants.values() for grant in grants):
            return head
        authority = head.founding
        for row in self.rows(0, size, kinds=("key",)):
            if (said := read_said(row)) is not None:
                authority = authority.after(said.index, said.statement, name=said.name)
        return authority

    def engine(self) -> "Engine":
        """Return what draws this ledger's figures; its columnar copies are kept beside them.

        Raises:
            UsageError: there is no engine of the name that was chosen.
            UnavailableError: it is not installed.
        """
        return chosen_engine(self.engine_name, self._copies)

    def _copies(self) -> "ColumnarCopies":
        return columnar_copies(self.directory, is_held=lambda digest: self.blobs.size(digest) is not None)

    def results(
        self, view: View, subjects: Sequence[str] = (), *, engine: "Engine | None" = None
    ) -> "tuple[CommitmentResult, ...]":
        """Return what the method says of each commitment at a view: of these, or of all that it knows, by name.

        Args:
            engine: what draws the figures; else the one chosen for this ledger.
        """
        from ledger.service.determine import assess_all

        return assess_all(self.known(view), subjects, engine=engine or self.engine(), open_observations=self.blobs.open)

    def subjects(self, view: View, *, party: str | None = None, instrument: str | None = None) -> tuple[str, ...]:
        """Return the commitments that a party owes, or that an instrument gives force to, by name (R16).

        Raises:
            NotFoundError: the view knows no such party or instrument.
        """
        from ledger.assessment.link import subjects_of

        known = self.known(view)
        # A party may be named by a pledge long before somebody records who it is.
        named = {side for fact in known.commitments.values() for side in (*fact.body.obligors, *fact.body.obligees)}
        parties, instruments = named | set(known.parties), set(known.instruments)
        for kind, name, there in (("party", party, parties), ("instrument", instrument, instruments)):
            if name is not None and name not in there:
                message = f"No {kind} {name} is known at size {view.size} on {view.as_of}; mend the name, or the view."
                raise NotFoundError(message, subject=name)
        return subjects_of(known, party=party, instrument=instrument)

    def together(
        self, view: View, *, party: str | None = None, instrument: str | None = None, engine: "Engine | None" = None
    ) -> "tuple[tuple[CommitmentResult, ...], Together]":
        """Return the results of what a party owes, or an instrument gives force to, and their totals (R16).

        Raises:
            NotFoundError: the view knows no such party or instrument.
        """
        from ledger.assessment.link import totals

        subjects = self.subjects(view, party=party, instrument=instrument)
        results = self.results(view, subjects, engine=engine) if subjects else ()
        return results, totals(self.known(view), results)

    def credibility(self, party: str, view: View, *, engine: "Engine | None" = None) -> "Credibility":
        """Return how far a party has kept its own word, over all its commitments that a view knows (E10).

        Raises:
            NotFoundError: the view knows no such party.
        """
        from ledger.assessment.beside.credibility import credibility

        subjects = self.subjects(view, party=party)
        results = self.results(view, subjects, engine=engine) if subjects else ()
        return credibility(self.known(view), party, results)

    def history(self, subject: str, view: View, *, engine: "Engine | None" = None) -> "History":
        """Return how the terms of a commitment came to be what they are at a view, by day and by entry (R1).

        Args:
            engine: as of ``results``.

        Raises:
            NotFoundError: the view does not know the commitment.
        """
        from ledger.assessment.history import history

        self.results(view, (subject,), engine=engine)  # refuses a commitment that is not known
        told, result_at = self._retelling(subject, engine)
        return history(told.said, subject, view, result_at, heard=told.heard)

    def history_within(
        self, subject: str, view: View, *, window: "Window", engine: "Engine | None" = None
    ) -> "HistoryStretch":
        """Return a stretch of the history of a commitment, which is all of it that is reckoned.

        Args:
            window: from which day and which entry on, and how many of each.
            engine: as of ``results``.
        """
        from ledger.assessment.history import history_within

        told, result_at = self._retelling(subject, engine)
        return history_within(told.said, subject, view, result_at, window=window, heard=told.heard)

    def _retelling(self, subject: str, engine: "Engine | None") -> "tuple[Told, ResultAt]":
        """Return what the log says, and what reckons a commitment from it at any view.

        Positions in brief are left out of the reckoning: an outcome and its figures rest on none of them (R11, R12).
        """
        from ledger.service.retelling import Retelling

        told = self._recalled.upto(self.head().size)
        again = Retelling(told.said, told.absent, self._authority_at, engine or self.engine(), self.blobs.open)
        return told, lambda at: again.result_at(subject, at)

    def figures(self, series: str, view: View, *, vintages: bool = False) -> "Iterator[Figure]":
        """Return the figures of a series that a view knows: of each point the newest, or those of all vintages (R2).

        Raises:
            NotFoundError: the view knows no such series.
        """
        from ledger.assessment.series import figures_of

        return figures_of(self.known(view), series, self.blobs.open, vintages=vintages)

    def erased_of(self, index: int) -> "tuple[Erased, ...]":
        """Return what logged erasures removed of an entry: its statement, or files that it names."""
        with self._store.reading() as reading:
            row = _row(reading.row(index), index)
            rows = (row, *reading.rows(index + 1, reading.head().size, kinds=("erasure",)))
            said = [one for each in rows if (one := read_said(each)) is not None]
        absent = [parse_header(row.header)] if row.jws is None else []
        return tuple(one for one in find_erased(said, absent) if one.entry == index)

    def erased_since(self, index: int) -> "tuple[Erased, ...]":
        """Return what a determination or an audit could rest on and was erased after it: why its digest is another now.

        Of an entry of another kind, and of one that was erased, there is nothing to say.
        """
        said = read_said(self._row(index))
        body = said.statement.body if said is not None else None
        if said is None or not isinstance(body, Audit | Determination):
            return ()
        subjects = (said.subject, *(body.subjects if isinstance(body, Audit) else ()))
        return tuple(one for one in bearing_on_any(self.known(body.view), subjects) if one.by > index)

    def since(self, note: bytes) -> "Since":
        """Return the erasures logged since an earlier checkpoint of this log, whose signatures were verified before.

        Raises:
            ConflictError: it is of another log, or of more entries.
            ForkError: this log does not begin with the entries that it signs; the error carries both.
        """
        from ledger.service.since import since_in_store

        with self._store.reading() as reading:
            return since_in_store(reading, note)

    # --- writing ------------------------------------------------------------------------------------------------------

    def compose(self, statement: Statement, key: Signer) -> Envelope:
        """Return a statement signed for this ledger, anchored in its last checkpoint; nothing is recorded."""
        return seal(compose(statement, genesis=self.genesis, anchor=self.checkpoint()), key, typ=STATEMENT)

    def record(self, drafts: "Sequence[Draft]", *, key: str = DESK) -> tuple[Receipt, ...]:
        """Sign drafts and publish them, all or none; a later one may refer to an earlier one.

        Args:
            drafts: as ``ledger.ingest.document`` reads them.
            key: the name of the key that signs.

        Returns:
            A receipt for each draft, in their order. What the same key has said before in the same words, and what
            stands, is not said again: its first receipt comes back.
        """
        from ledger.ingest.document import check_draft

        now = self.clock()
        statements = [check_draft(draft, issued=now) for draft in drafts]
        open_moments = [draft.issued is None for draft in drafts]
        return self.say(statements, open_moments, key=key)

    def state(self, statements: Sequence[Statement], *, key: str = DESK) -> tuple[Receipt, ...]:
        """Sign statements and publish them, all or none; as ``record``, for what was not drafted by hand.

        Each is new, whatever was said before, but for the very same payload.
        """
        signer = self.keyring.get(key)
        anchor = self.checkpoint()
        raws = [
            seal(compose(statement, genesis=self.genesis, anchor=anchor), signer, typ=STATEMENT).raw
            for statement in statements
        ]
        return self.hand_in(raws)

    def hand_in(self, raws: Sequence[bytes]) -> tuple[Receipt, ...]:
        """Publish signed statements, all or none, and return their receipts; the one way to write what was said here.

        Raises:
            PledgerError: as ``publish`` and ``receipts``.
        """
        return self.receipts(self.publish(raws))

    def say(self, statements: Sequence[Statement], open_moments: Sequence[bool], *, key: str) -> tuple[Receipt, ...]:
        """State what has not been said before; what has, gets the receipt that it has."""
        author = self.keyring.get(key).kid
        with self._store.reading() as reading:
            spoken = Spoken(reading, author=author)
            firsts = [
                spoken.find(statement, is_open=is_open)
                for statement, is_open in zip(statements, open_moments, strict=True)
            ]
        fresh = [statement for statement, first in zip(statements, firsts, strict=True) if first is None]
        given = iter(self.state(fresh, key=key) if fresh else ())
        receipts = tuple(next(given) if first is None else self.receipt(first) for first in firsts)
        # What was published when its witnesses did not answer may get its receipt now.
        return receipts if fresh else self._answered(receipts)

    def publish(self, raws: Iterable[bytes]) -> Publication:
        """Publish signed statements, all or none."""
        before = self.log_keys()
        publication = self._writer().publish(raws)
        if any(row.kind == "key" for row in publication.rows) and self.log_keys() != before:
            # A crash before this leaves the policy of the keys that were replaced, which the next opening mends.
            self._write_policy()
        return publication

    def publish_groups(self, raws: Iterable[bytes], *, size: int | None = None) -> Iterator[Publication]:
        """Yield what each commit published, of many signed statements; processes verify ahead of what is written."""
        with pool() as executor:
            if size is None:
                yield from self._writer().publish_groups(raws, executor=executor)
            else:
                yield from self._writer().publish_groups(raws, size=size, executor=executor)

    def hand_over(self, raws: Iterable[bytes]) -> tuple[Receipt, ...]:
        """Publish signed statements, all or none, and return their receipts; for any number of threads at once.

        What several threads hand over while a commit runs shares the next one and its checkpoint. Each gets its own
        receipts or its own refusal, and nobody's is another's fault. Who asks witnesses or authorities asks for all
        that wait: after the first, there is mostly nothing left to ask.

        Raises:
            PledgerError: as ``publish`` and ``receipts``.
        """
        return self.answer((self.group().publish(raws),))

    def group(self) -> Group:
        """Return the writer that any number of threads may share."""
        with self._begin_group:
            if self._group is None:
                self._group = Group(self._writer())
        return self._group

    def answer(self, publications: Sequence[Publication]) -> tuple[Receipt, ...]:
        """Return the receipts of what the shared writer published in one commit, in order; for any thread."""
        if any(row.kind == "key" for one in publications for row in one.rows):
            with self._answering:
                self._write_policy()
        with self._answering if self.witnesses or self.timestamps else nullcontext():
            return self.receipts(*publications)

    def receipts(self, *publications: Publication) -> tuple[Receipt, ...]:
        """Return a receipt for each statement of publications, in their order."""
        fresh = {receipt.index: receipt for one in publications for receipt in one.receipts()}
        receipts = tuple(
            fresh[place.index] if place.index in fresh else self.receipt(place.index)
            for one in publications
            for place in one.places
        )
        return self._answered(receipts)

    def live_site(self) -> "LiveSite":
        """Return the static site that ``export_log`` writes, answered out of the store as it stands."""
        from ledger.service.live import LiveSite

        return LiveSite(self._leaving, self.blobs, policy=self.policy, dating=self._dating)

    def closures(self) -> "Closures":
        """Return what finds the entries that belong to a commitment by index, and remembers them."""
        from ledger.service.closed import Closures

        return Closures(self._store.reading, self.blobs, authority_at=self._authority_at, engine=self.engine)

    def submit(
        self,
        stream: BinaryIO,
        *,
        name: str,
        mapping: bytes,
        mapping_name: str,
        published: date | None = None,
        source: Mapping[str, object] | None = None,
        key: str = DESK,
    ) -> Submitted:
        """Import a file of figures by a mapping, keep it, and publish one evidence statement for each series in it.

        Args:
            stream: the raw file, seekable; it is read twice.
            name: of the file, for messages.
            mapping: the bytes of the mapping (``format_mapping`` gives those of a shipped one).
            mapping_name: of the mapping, for messages.
            published: the day on which the publisher released the file, where the file does not say it.
            source: members of the statements' ``source`` that differ from what the mapping gives.
            key: the name of the key that signs.

        Raises:
            MalformedError: the file is not what the mapping says; nothing was recorded.
            NotFoundError, ConflictError: as ``with_parties``.
        """
        from ledger.ingest.tabular import parse_any_mapping, read_evidence

        mapping = self.with_parties(mapping, name=mapping_name)
        imported = read_evidence(stream, parse_any_mapping(mapping, name=mapping_name), name=name, published=published)
        self.refuse_erased((imported.digest,))
        salt = b"" if imported.mapping.redistribute else self._salt(imported, stream)
        imported = salt_imported(imported, stream, salt)
        # A key that may not say it leaves no files behind.
        self.authority().refuse_unless_may(self.keyring.get(key).kid, "evidence", index=self.head().size)
        # So does what cannot be said: a file's name, for one, may be none that a statement can hold.
        now = self.clock()
        bodies = [
            (series.subject, evidence_body(imported, series, now=now, extra=source or {})) for series in imported.series
        ]
        statements = [make_statement("evidence", subject, body, issued=now) for subject, body in bodies]
        figures = (one.observations.digest for one in imported.series)
        self.refuse_erased((imported.digest, imported.mapping.digest, *figures))
        # Files first: what a crash leaves of them is named by no statement, and harms nobody.
        self.blobs.put(Salted(salt, stream), expected=imported.digest)
        self.blobs.put(Chunks(iter([mapping])), expected=imported.mapping.digest)
        for series in imported.series:
            self.blobs.put(Chunks(series.observations.chunks()), expected=series.observations.digest)
        return Submitted(self.say(statements, [True] * len(statements), key=key), imported)

    def with_parties(self, mapping: bytes, *, name: str) -> bytes:
        """Return a mapping with the parties filled in that it names by their codes alone, as the ledger knows them now.

        Raises:
            NotFoundError: nothing known leads from those codes to parties.
            ConflictError: two parties carry one code.
        """
        from ledger.assessment.party import party_codes
        from ledger.ingest.party import asked_systems, optional_systems, with_parties

        systems = asked_systems(mapping, name=name)
        if not systems:
            return mapping
        optional = optional_systems(mapping, name=name)
        codes = party_codes(self.known(self.view()), systems, self.blobs.open, optional=optional)
        return with_parties(mapping, codes.parties, source=codes.words)

    def _salt(self, imported: "Imported", stream: BinaryIO) -> bytes:
        """Return what a file that may not travel is kept behind: random, or as before where it is kept already."""
        subjects = dict.fromkeys(series.subject for series in imported.series)
        with self._store.reading() as reading:
            rows = [row for subject in subjects for row in reading.about(subject, ("evidence",))]
        said = (one for row in rows if (one := read_said(row)) is not None)
        return find_salt(said, imported, stream, self.blobs.open) or secrets.token_bytes(SALT_BYTES)

    def determine(self, subject: str, view: View, *, key: str = DESK) -> "tuple[Receipt, CommitmentResult]":
        """Record a determination of one commitment at a view; its receipt and the result that it names come back."""
        from ledger.service.determine import determination

        (result,) = self.results(view, (subject,))
        body = plain(determination(result, view))
        statement = make_statement("determination", subject, body, issued=self.clock())
        return self.say([statement], [True], key=key)[0], result

    def index(self) -> "tuple[Receipt, Index]":
        """Log the root of the completeness index over all entries; its receipt and what it says come back.

        Where nothing was recorded since the last one, that one is the answer.
        """
        from ledger.service.index import index_body, logged_indexes

        with self._store.reading() as reading:
            size, logged = reading.head().size, logged_indexes(reading)
            body = None if logged and logged[-1][0] == size - 1 else index_body(reading, size)
        if body is None:
            return self.receipt(logged[-1][0]), logged[-1][1]
        statement = make_statement("index", self.origin, body, issued=self.clock())
        (receipt,) = self.state([statement], key="operator")
        return receipt, Index.model_validate(body)

    def erase(
        self,
        index: int,
        *,
        ground: str,
        reason: str,
        is_body: bool = True,
        files: Sequence[str] = (),
        affects: Sequence[int] = (),
        key: str = "operator",
    ) -> "Removed":
        """Erase the statement of an entry, or files that it names, by a logged statement of the operator's.

        Args:
            ground: the law or order by which it is demanded; ``reason`` why. Both stay in the log.
            is_body: erase the statement itself.
            files: digests of files that it names.
            affects: other entries that name these files, and stand without them: all of them.
            key: the name of the key that signs.

        Raises:
            NotFoundError: the entry, or a file, is not there.
            ConflictError: it was erased before, or what it mends would stand again.
            RefusedError: its kind is not erased, another key signs, or other statements name a file.
        """
        from ledger.service.erase import Removed, plan_erasure

        with self._store.reading() as reading:
            planned = plan_erasure(
                reading, self.blobs, index, is_body=is_body, files=files, affects=affects, ground=ground, reason=reason
            )
        statement = make_statement("erasure", planned.subject, planned.body, issued=self.clock())
        (receipt,) = self.state([statement], key=key)
        return Removed(receipt, planned, is_purged=self._store.purge())

    def refuse_erased(self, digests: Iterable[str]) -> None:
        """Raise where a file was erased: it is not kept again, not even until a statement that names it is refused.

        Raises:
            ConflictError: the sentence names the entry that erased it.
        """
        self.authority()
        for digest in digests:
            if (by := self._folded.erased.get(digest)) is not None:
                message = f"The file {digest} was erased by entry {by}, and is not kept again; leave it out."
                raise ConflictError(message, digest=digest, by=by)

    def erasures(self) -> int:
        """Return how many bodies and files logged erasures name; while it is the same, a view gives the same answer."""
        self.authority()
        return len(self._folded.erased)

    def finish_erasures(self) -> tuple[str, ...]:
        """Remove what logged erasures name and a crash left; the digests of files that were still there come back."""
        from ledger.service.erase import finish

        return finish(self._store, self.blobs)

    @contextmanager
    def export(
        self,
        view: View,
        subjects: Sequence[str],
        *,
        engine: "Engine | None" = None,
        form: "Form" = "auto",
        period: "Days | None" = None,
        shape: str | None = None,
    ) -> "Iterator[Export]":
        """Conduct an audit of commitments at a view; its bundle can be written while the ``with`` block lasts.

        Args:
            engine: what draws the figures; else the one chosen for this ledger.
            form: of the headers in its bundle; by itself, as the log is long.
            period: what falls due in it is audited; all, where it is null.
            shape: of the result; the newest, if none is given.

        Raises:
            NotFoundError: a subject is no commitment that the view knows; or an index is needed, and none is logged.
        """
        from ledger.audit.shape import SHAPE
        from ledger.service.export import export

        drawn_by = engine or self.engine()
        with self._leaving() as reading:
            policy = self.policy(reading.head().size)
            yield export(
                reading, self.blobs, policy=policy, view=view, subjects=subjects, engine=drawn_by, form=form,
                dating=self._dating(), period=period, shape=shape or SHAPE,
            )  # fmt: skip

    def export_log(self, directory: Path, *, restricted: bool = False, progress: Progress | None = None) -> "Exported":
        """Bring the static site in a directory up to the log's head (design §2.4).

        Args:
            directory: new, empty, or of an earlier export.
            restricted: write the files too whose licence does not let them travel.
            progress: told how many entries of how many are done.
        """
        from ledger.service.export_log import export_log

        site = own_site(directory)
        with self._leaving() as reading:
            return export_log(
                reading, self.blobs, site, policy=self.policy(reading.head().size), keys_at=self.log_keys,
                dating=self._dating(), restricted=restricted, progress=progress,
            )  # fmt: skip

    def _writer(self) -> Publisher:
        """Return the publisher; checkpoint keys are read when they are first needed."""
        if self._publisher is None:
            self._publisher = Publisher(
                self._store, self.blobs, origin=self.origin, sign=checkpoint_signer(self._checkpoint_key),
                clock=self.clock, published=self._published,
            )  # fmt: skip
        return self._publisher

    def _checkpoint_key(self, key: VerifierKey) -> Signer:
        """Return what signs for a key of the log, read once.

        Raises:
            NotFoundError, RefusedError: it is not here.
        """
        if key.kid not in self._signers:
            self._signers[key.kid] = find_checkpoint_key(self.keyring, key)
        return self._signers[key.kid]

    def _row(self, index: int) -> Row:
        with self._store.reading() as reading:
            return _row(reading.row(index), index)

    # --- witnesses ----------------------------------------------------------------------------------------------------

    def witness_policy(self, size: int | None = None) -> Policy:
        """Return the policy by which this ledger counts: its log's keys, its witnesses, and the quorum asked of them.

        Args:
            size: of the checkpoint that is to be counted; the head's, if not given.

        Raises:
            MalformedError: more witnesses are asked for than are configured, or one is configured twice.
        """
        from ledger.service.cosign import witness_policy

        authority = self.authority()
        tenure = authority.tenure if size is None else authority.tenure_at(size - 1)
        return witness_policy(tenure.checkpoint, self.witnesses, quorum=tenure.quorum)

    def cosign(self, *, ask: "Ask | None" = None, wait: "Wait" = time.sleep, attempts: int | None = None) -> "Cosigned":
        """Ask the witnesses to cosign the last checkpoint, and keep what they give.

        Args:
            ask: sends a request to a witness; over HTTP, if not given.
            wait: lets time pass before one is asked again.
            attempts: how often one is asked that does not answer.
        """
        from ledger.remote.witness import add_checkpoint
        from ledger.service.cosign import ATTEMPTS, cosign
        from ledger.store.cosigned import CosignedDirectory

        kept, head = CosignedDirectory(self.directory / COSIGNED), self._refuse_turned_back()
        before = [size for size in kept.sizes() if size <= head.size]
        cosigned = cosign(
            kept.get(head.size) or head.checkpoint, self.witness_policy(), ask=ask or add_checkpoint,
            prove=self.prove_consistency, wait=wait, last=max(before, default=0), attempts=attempts or ATTEMPTS,
        )  # fmt: skip
        if cosigned.given:
            kept.keep(head.size, cosigned.note)
        self._write_policy()
        return cosigned

    def _write_policy(self) -> None:
        """Bring the policy that is written down up to date: whoever is given it has to know the witnesses."""
        path = self.directory / POLICY
        # Where it cannot be, the old one stays, and this is tried again after the next publication.
        with suppress(OSError, PledgerError):
            raw = self.policy()
            if path.read_bytes() != raw:
                replace_file(path, raw)

    def _refuse_turned_back(self) -> Head:
        """Return the head; raise where witnesses have cosigned more than that, or another checkpoint of its size.

        A ledger that was restored from an old copy does not know what it has published since; its witnesses' word does.

        Raises:
            ConflictError: there is a cosigned checkpoint of a larger size.
            ForkError: there is one of this size, over other entries.
        """
        from ledger.store.cosigned import CosignedDirectory

        kept = CosignedDirectory(self.directory / COSIGNED)
        # Before the head: what another process has cosigned meanwhile is in a head that is read after it.
        largest = max(kept.sizes(), default=0)
        head = self.head()
        if largest > head.size:
            message = (
                f"The log in {self.directory} has {head.size} entries, and witnesses have cosigned {largest} of it: "
                "it is an old copy. Do not write to it: restore the latest copy."
            )
            raise ConflictError(message, size=head.size, cosigned=largest)
        note = kept.get(head.size)
        if note is not None and parse_note(note).text != parse_note(head.checkpoint).text:
            message = (
                f"Another checkpoint of {head.size} entries was cosigned than the one in {self.directory}: the log has "
                "forked. Do not write to it: keep both, and restore the copy that was published."
            )
            raise ForkError(message, held=head.checkpoint.decode(), cosigned=note.decode())
        return head

    def _answered(self, receipts: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
        """Return receipts as the charter lets them be given: at once, or once the quorum has cosigned (design §2.5).

        Raises:
            UnavailableError: the charter waits for the quorum, and it is not reached; what was published stands.
        """
        from ledger.service.cosign import refuse_short

        if receipts and self.timestamps:
            # An authority that is down, or a root that is not there, takes nothing from what is published.
            with suppress(PledgerError):
                self.stamp()
        is_awaited = self.authority().tenure.answer_after == "quorum"
        if not receipts or not (self.witnesses or is_awaited):
            return receipts
        cosigned = self.cosign(attempts=None if is_awaited else 1)
        if is_awaited:
            refuse_short(cosigned)
        return self._as_witnessed(receipts)

    def _as_witnessed(self, receipts: Sequence[Receipt]) -> tuple[Receipt, ...]:
        """Return receipts, each under the first checkpoint over its entry that a quorum of the witnesses has cosigned.

        Without any it keeps the checkpoint that it has, and says that none of so many witnesses has cosigned that.
        """
        from ledger.service.cosign import witnessed_receipt
        from ledger.store.cosigned import CosignedDirectory
        from ledger.tlog.policy import open_by_policy

        kept = CosignedDirectory(self.directory / COSIGNED)
        sizes = kept.sizes()
        found: list[Receipt] = []
        for receipt in receipts:
            under, note = receipt, receipt.checkpoint
            policy = self.witness_policy(parse_checkpoint(parse_note(note).text).size)
            for size in sizes[bisect_right(sizes, receipt.index) :]:
                cosigned = kept.get(size)
                with suppress(RefusedError):
                    of_size = self.witness_policy(size)
                    open_by_policy(cosigned or b"", of_size)
                    policy = of_size
                    proof = self.prove(receipt.index, size=size)
                    under = replace(receipt, inclusion=proof.hashes, checkpoint=proof.checkpoint)
                    note = cosigned or note
                    break
            found.append(witnessed_receipt(under, note, policy))
        return tuple(found)

    # --- timestamps ---------------------------------------------------------------------------------------------------

    def stamp(self, *, ask: "AskTime | None" = None) -> "tuple[AskedTime, ...]":
        """Ask the time-stamping authorities to stamp the last checkpoint, and keep what they give.

        Args:
            ask: sends a request to an authority; over HTTP, if not given.

        Raises:
            UnavailableError: timestamps cannot be verified or kept here.
            NotFoundError: the root of a configured authority is not there.
        """
        from ledger.remote.timestamp import ask_timestamp
        from ledger.runtime.stamping import known_authorities, stamped
        from ledger.service.stamp import stamp

        checkpoint = parse_checkpoint(parse_note(self._refuse_turned_back().checkpoint).text)
        return stamp(
            checkpoint, known_authorities(self.directory, self.timestamps), stamped(self.directory),
            ask=ask or ask_timestamp, nonce=lambda: secrets.randbits(63),
        )  # fmt: skip

    def interval(self, index: int) -> "Interval":
        """Return between which moments an entry came to be, as far as it is proved, and on whose word.

        Raises:
            NotFoundError: there is no such entry.
        """
        from ledger.service.interval import interval_of

        policy, dating = parse_policy(self.policy()), self._dating()
        with self._leaving() as reading:
            return interval_of(reading, _row(reading.row(index), index), policy=policy, dating=dating)

    def _dating(self) -> "Dating":
        """Return who has dated the log's checkpoints."""
        from ledger.runtime.stamping import known_authorities, stamped
        from ledger.service.interval import Dating
        from ledger.store.cosigned import CosignedDirectory

        kept = CosignedDirectory(self.directory / COSIGNED)
        authorities = known_authorities(self.directory, self.timestamps)
        return Dating(kept.get, kept.sizes(), authorities, stamped(self.directory))

    # --- keys ---------------------------------------------------------------------------------------------------------

    def new_key(
        self, name: str, algorithm: Algorithm = "Ed25519", *, make_key: MakeKey = PrivateKey.generate
    ) -> PrivateKey:
        """Make a key and keep it here under a new name; the ledger knows it once it is granted."""
        key = make_key(algorithm)
        self.keyring.add(name, key)
        return key

    def keys(self) -> tuple[KnownKey, ...]:
        """Return every key that the ledger ever knew, and every key file here that it does not know, by thumbprint."""
        authority, size = self.authority(), self.head().size
        files = self.keyring.kids()
        known = list(official_keys(authority, files))
        for kid, grants in authority.grants.items():
            known.append(known_key(grants[-1].key, grants[-1], sorted(authority.roles_at(kid, size)), files))
        seen = {one.kid for one in known}
        strangers = [self.keyring.get(name).public for kid, name in files.items() if kid not in seen]
        known += (known_key(key, None, (), files) for key in strangers)
        return tuple(sorted(known, key=lambda one: one.kid))

    def grant(
        self, name: str, roles: Sequence[Role], *, party: str | None = None, holder: str | None = None
    ) -> Receipt:
        """Grant roles to a key that is kept here; the operator signs, and the key proves that it is here."""
        body = grant_body(self.keyring.get(name), genesis=self.genesis, roles=roles, party=party, holder=holder)
        return self._state_key(self.keyring.get(name).kid, body, key=self._operator())

    def rotate(self, old: str, new: str) -> Receipt:
        """Put a new key in the place of an old one, both kept here; the old one signs, the new one proves itself."""
        before, after = self.keyring.get(old), self.keyring.get(new)
        roles = sorted(self.authority().roles_at(before.kid, self.head().size))
        body = grant_body(after, genesis=self.genesis, roles=roles, party=None, holder=None)
        return self._state_key(after.kid, {**body, "event": "rotate", "replaces": before.kid}, key=old)

    def revoke(
        self, key: str, *, reason: str, compromised: bool = False, effective_index: int | None = None
    ) -> Receipt:
        """End a key, named by its file here or by its thumbprint; the operator signs.

        Args:
            key: a name or a thumbprint.
            reason: why.
            compromised: others may hold it; then it may end at an earlier index.
            effective_index: the first index at which it no longer counts; that of the revocation, if not given.
        """
        kid = self.keyring.get(key).kid if key in self.keyring.names() else key
        body = {"event": "revoke", "reason": reason, "compromised": compromised, "effective_index": effective_index}
        return self._state_key(kid, body, key=self._operator())

    def draft_appointment(self, changes: Changes) -> bytes:
        """Return the payload by which the root keys appoint who runs the log, for their holders to approve.

        Raises:
            MalformedError: nothing would change.
        """
        head = self.head()
        return draft(changes, self.authority(), note=head.checkpoint, issued=self.clock())

    def appoint(self, payload: bytes, approvals: Sequence[str]) -> Receipt:
        """Publish an appointment that the root keys approved; the operator that it appoints signs, whose key is here.

        Its checkpoint, and all that follow, are signed by the checkpoint keys that it appoints; the policy names them.

        Raises:
            MalformedError: the payload is no draft of an appointment, or an approval cannot be read.
            NotFoundError: the operator's key, or a checkpoint key, is not here.
            ConflictError: another appointment came before it.
            RefusedError: one approval is not by a root key or not over this draft, however many others are; too few
                root keys approve, or a proof does not hold.
        """
        refuse_wrong_approvals(payload, approvals, self.authority())
        operator = find_key(self.keyring, read_draft(payload).subject, usual=_OPERATOR)
        return self.hand_in([seal_appointment(payload, approvals, operator).raw])[0]

    def _operator(self) -> str:
        """Return the name of the operator's key; where it is not here, that under which it usually is."""
        kid = self.authority().operator.kid
        if _OPERATOR in self.keyring.names() and self.keyring.get(_OPERATOR).kid == kid:
            return _OPERATOR
        return self.keyring.kids().get(kid, _OPERATOR)

    def _state_key(self, kid: str, body: Mapping[str, object], *, key: str) -> Receipt:
        return self.state([make_statement("key", kid, body, issued=self.clock())], key=key)[0]


_OPERATOR: Final = "operator"
"""The name under which ``init`` keeps the operator's key."""


def format_mapping(name: str) -> bytes:
    """Return the bytes of a mapping that is shipped.

    Raises:
        NotFoundError: there is none of that name; the sentence lists those there are.
    """
    from ledger.ingest.mapping import find_format
    from ledger.ingest.table import table_bytes, table_names

    if name in table_names():
        return table_bytes(name)
    find_format(name)
    return (resources.files("ledger.ingest") / "formats" / f"{name}.toml").read_bytes()


def _looked(
    said: Sequence[Said], view: View, *, absent: Sequence[Header], later: Sequence[Said], gone: frozenset[int]
) -> Known:
    # What a later entry erased is not there for an earlier view either.
    erased = find_erased((*said, *later), absent)
    return look((one for one in said if one.index not in gone), view, erased=erased)


def _digest_bytes(digest: str) -> bytes:
    if re.fullmatch(r"sha256:[0-9a-f]{64}", digest) is None:
        raise UsageError(f"{digest[:80]!r} is not a digest; write sha256: and 64 lower-case hexadecimal digits.")
    return bytes.fromhex(digest[7:])


def _row(row: Row | None, index: int) -> Row:
    if row is None:
        raise NotFoundError(f"There is no entry {index}; see pledger log show for those there are.", index=index)
    return row


def _checkpoint_of(note: bytes | None, size: int) -> bytes:
    if note is None or parse_checkpoint(parse_note(note).text).size != size:
        raise NotFoundError(
            f"There is no checkpoint of {size} entries; give a size at which one was signed.", size=size
        )
    return note
