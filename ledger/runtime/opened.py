"""An open ledger: what the faces ask, each by one call.

Source: design §3.
"""

import re
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from ledger.assessment.authority import Authority, void
from ledger.assessment.view import Known, Said, look
from ledger.errors import (
    ConflictError,
    ForkError,
    NotFoundError,
    PledgerError,
    RefusedError,
    UsageError,
)
from ledger.model.charter import Role
from ledger.model.determination import View
from ledger.model.statement import Statement, plain
from ledger.runtime.file import Chunks
from ledger.runtime.keyring import Keyring, KnownKey, MakeKey, checkpoint_signer, known_key
from ledger.runtime.said import evidence_body, grant_body, make_statement
from ledger.runtime.settings import (
    BLOBS,
    COSIGNED,
    DATABASE,
    DESK,
    KEYS,
    POLICY,
    PUBLISHED,
    Config,
    read_config,
    read_withheld,
    system_clock,
)
from ledger.runtime.site import own_site
from ledger.service.check import Checked, check_log
from ledger.service.compose import compose
from ledger.service.pool import pool
from ledger.service.ports import Clock, Progress, Reading, Store
from ledger.service.publish import Publication, Publisher, make_receipt, refuse_contradiction
from ledger.service.repeat import Spoken
from ledger.service.scene import Folded, fold_authority, read_said
from ledger.signing.envelope import STATEMENT, Envelope, seal
from ledger.signing.key import Algorithm, PrivateKey, PublicKey
from ledger.store.blobs import DirectoryBlobs, Kept
from ledger.store.published import PublishedFile
from ledger.tlog.checkpoint import Checkpoint, log_keys, parse_checkpoint
from ledger.tlog.finding import Finding
from ledger.tlog.merkle import Hash, consistency_indexes, inclusion_indexes, prove_consistency, prove_inclusion
from ledger.tlog.note import VerifierKey, parse_note
from ledger.tlog.policy import Policy, parse_policy
from ledger.tlog.proof import Receipt, TlogProof
from ledger.tlog.stored import Head, Row

if TYPE_CHECKING:  # heavier rooms are imported by the functions that need them; here only their names
    from ledger.assessment.result import CommitmentResult
    from ledger.assessment.selection import Engine
    from ledger.ingest.document import Draft
    from ledger.ingest.imported import Imported
    from ledger.service.cosign import Ask, Cosigned, Wait
    from ledger.service.export import Export
    from ledger.service.export_log import Exported
    from ledger.store.sql import SqlStore


def open_ledger(directory: Path, *, at: Clock = system_clock, passphrase: bytes | None = None) -> "Ledger":
    """Open the ledger in a directory, once it is seen not to contradict itself.

    Raises:
        NotFoundError: there is no ledger.
        MalformedError: the database is not one, or is damaged.
        ConflictError: what is stored contradicts what was signed; nothing may be written or answered from it.
        UnavailableError: the database is locked.
    """
    ledger = _opened(directory, at=at, passphrase=passphrase)
    try:
        ledger.refuse_contradiction()
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


def _opened(directory: Path, *, at: Clock, passphrase: bytes | None) -> "Ledger":
    from ledger.store.sql import SqlStore

    config = read_config(directory)
    store = SqlStore.open(directory / DATABASE)
    return Ledger(directory, config, store, at=at, passphrase=passphrase)


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
    """

    def __init__(
        self, directory: Path, config: Config, store: "SqlStore", *, at: Clock, passphrase: bytes | None
    ) -> None:
        self.directory = directory
        self.origin = config.origin
        self.genesis = config.genesis
        self.witnesses = config.witnesses
        self.keyring = Keyring(directory / KEYS, passphrase)
        self.blobs = DirectoryBlobs(directory / BLOBS)
        self.clock = at
        self._published = PublishedFile(directory / PUBLISHED)
        self._store: Store = store
        self._close = store.close
        self._folded = Folded()
        self._publisher: Publisher | None = None

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

    def check(self, *, progress: Progress | None = None, executor: Executor | None = None) -> Checked:
        """Return what recomputing everything from the bytes gives, held against the last checkpoint that left."""
        with self._store.reading() as reading:
            checked = check_log(
                reading, self.blobs, genesis=self.genesis, executor=executor, progress=progress,
                excused=read_withheld(self.directory),
            )  # fmt: skip
            published = self._published.last()
            try:
                refuse_contradiction(reading, origin=self.origin, genesis=self.genesis, published=published)
            except PledgerError as error:
                # An old copy is sound in itself. Where more is wrong than that, it has been said already.
                if not checked.findings:
                    found = Finding("head.contradicted", "the head", error.message, "design §2.5")
                    checked = replace(checked, findings=(found,))
        return checked

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

    def policy(self) -> bytes:
        """Return the policy by which the log's checkpoints are verified, as it is written down (C2SP tlog-policy).

        Raises:
            NotFoundError: the file is gone.
            ConflictError: it does not name the keys of the charter.
        """
        path = self.directory / POLICY
        try:
            raw = path.read_bytes()
        except OSError as error:
            message = f"The policy {path} cannot be read: {error.strerror}; restore it from a copy."
            raise NotFoundError(message, path=str(path)) from error
        if not {log.key for log in parse_policy(raw).logs} >= set(self.log_keys()):
            message = f"The policy {path} does not name the checkpoint keys of the charter; restore it from a copy."
            raise ConflictError(message, path=str(path))
        return raw

    def log_keys(self) -> tuple[VerifierKey, VerifierKey]:
        """Return the keys that sign the log's checkpoints, from the charter."""
        first, second = (PublicKey.from_jwk(plain(jwk)) for jwk in self.authority().charter.checkpoint)
        return log_keys(self.origin, ed25519=first, mldsa=second)

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
        return tuple(said for row in self.rows(0, size) if (said := read_said(row)) is not None)

    def view(self, as_of: str | None = None, size: int | None = None) -> View:
        """Return a view: today and everything, unless a day or a size says otherwise (R1).

        Raises:
            UsageError: the day is none, or the log is not of that size.
        """
        day = self.clock()[:10] if as_of is None else as_of
        try:
            if date.fromisoformat(day).isoformat() != day:
                raise ValueError(day)
        except ValueError as error:
            raise UsageError(f"{day!r} is not a day; write it as YYYY-MM-DD.", as_of=day) from error
        entries = self.head().size
        if size is not None and not 0 <= size <= entries:
            raise UsageError(f"The log has {entries} entries; give a size from 0 to that.", size=size)
        return View(size=entries if size is None else size, as_of=day)

    def known(self, view: View) -> Known:
        """Return what a view knows; what was signed with a compromised key after it was lost does not count (R1)."""
        said = self.said(view.size)
        gone = void(said, view.size, self._authority_at(view.size))
        return look((one for one in said if one.index not in gone), view)

    def _authority_at(self, size: int) -> Authority:
        """Return the keys and roles as the first ``size`` entries have them."""
        head = self.authority()
        if all(grant.compromised is False for grants in head.grants.values() for grant in grants):
            return head
        authority = Authority(genesis=head.genesis, charter=head.charter, operator=head.operator)
        for row in self.rows(0, size, kinds=("key",)):
            if (said := read_said(row)) is not None:
                authority = authority.after(said.index, said.statement)
        return authority

    def results(
        self, view: View, subjects: Sequence[str] = (), *, engine: "Engine | None" = None
    ) -> "tuple[CommitmentResult, ...]":
        """Return what the method says of each commitment at a view: of these, or of all that it knows, by name.

        Args:
            engine: what draws the figures; DuckDB where it is installed, else the standard library's sqlite3.
        """
        from ledger.service.determine import assess_all

        return assess_all(
            self.known(view), subjects, engine=engine or chosen_engine(), open_observations=self.blobs.open
        )

    # --- writing ------------------------------------------------------------------------------------------------------

    def compose(self, statement: Statement, key: PrivateKey) -> Envelope:
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
        return self._say(statements, open_moments, key=key)

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
        return self.receipts(self.publish(raws))

    def _say(self, statements: Sequence[Statement], open_moments: Sequence[bool], *, key: str) -> tuple[Receipt, ...]:
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
        return self._writer().publish(raws)

    def publish_groups(self, raws: Iterable[bytes], *, size: int | None = None) -> Iterator[Publication]:
        """Yield what each commit published, of many signed statements; processes verify ahead of what is written."""
        with pool() as executor:
            if size is None:
                yield from self._writer().publish_groups(raws, executor=executor)
            else:
                yield from self._writer().publish_groups(raws, size=size, executor=executor)

    def receipts(self, publication: Publication) -> tuple[Receipt, ...]:
        """Return a receipt for each statement of a publication, in its order."""
        fresh = {receipt.index: receipt for receipt in publication.receipts()}
        receipts = tuple(
            fresh[place.index] if place.index in fresh else self.receipt(place.index) for place in publication.places
        )
        return self._answered(receipts)

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
        """
        from ledger.ingest.mapping import parse_mapping
        from ledger.ingest.tabular import read_evidence

        imported = read_evidence(stream, parse_mapping(mapping, name=mapping_name), name=name, published=published)
        stream.seek(0)
        # A key that may not say it leaves no files behind.
        self.authority().refuse_unless_may(self.keyring.get(key).kid, "evidence", index=self.head().size)
        # So does what cannot be said: a file's name, for one, may be none that a statement can hold.
        now = self.clock()
        bodies = [
            (series.subject, evidence_body(imported, series, now=now, extra=source or {})) for series in imported.series
        ]
        statements = [make_statement("evidence", subject, body, issued=now) for subject, body in bodies]
        # Files first: what a crash leaves of them is named by no statement, and harms nobody.
        self.blobs.put(stream, expected=imported.digest)
        self.blobs.put(Chunks(iter([mapping])), expected=imported.mapping.digest)
        for series in imported.series:
            self.blobs.put(Chunks(series.observations.chunks()), expected=series.observations.digest)
        return Submitted(self._say(statements, [True] * len(statements), key=key), imported)

    def determine(self, subject: str, view: View, *, key: str = DESK) -> "tuple[Receipt, CommitmentResult]":
        """Record a determination of one commitment at a view; its receipt and the result that it names come back."""
        from ledger.service.determine import determination

        (result,) = self.results(view, (subject,))
        body = plain(determination(result, view))
        statement = make_statement("determination", subject, body, issued=self.clock())
        return self._say([statement], [True], key=key)[0], result

    @contextmanager
    def export(self, view: View, subjects: Sequence[str], *, engine: "Engine | None" = None) -> "Iterator[Export]":
        """Conduct an audit of commitments at a view; its bundle can be written while the ``with`` block lasts.

        Args:
            engine: what draws the figures; DuckDB where it is installed, else the standard library's sqlite3.

        Raises:
            NotFoundError: a subject is no commitment that the view knows.
        """
        from ledger.service.export import export

        drawn_by = engine or chosen_engine()
        with self._leaving() as reading:
            policy = self.policy()
            yield export(reading, self.blobs, policy=policy, view=view, subjects=subjects, engine=drawn_by)

    def export_log(self, directory: Path, *, restricted: bool = False, progress: Progress | None = None) -> "Exported":
        """Bring the static site in a directory up to the log's head (design §2.4).

        Args:
            directory: new, empty, or of an earlier export.
            restricted: write the files too whose licence does not let them travel.
            progress: told how many entries of how many are done.
        """
        from ledger.service.export_log import export_log
        from ledger.store.cosigned import CosignedDirectory

        site, keys, policy = own_site(directory), self.log_keys(), self.policy()
        kept = CosignedDirectory(self.directory / COSIGNED)
        with self._leaving() as reading:
            return export_log(
                reading, self.blobs, site, policy=policy, keys=keys, cosigned=kept.get, restricted=restricted,
                progress=progress,
            )  # fmt: skip

    def _writer(self) -> Publisher:
        """Return the publisher; its checkpoint keys are read when it is first needed."""
        if self._publisher is None:
            first, second = self.keyring.get("checkpoint-ed25519"), self.keyring.get("checkpoint-mldsa")
            if (first.public, second.public) != tuple(key.public for key in self.log_keys()):
                message = (
                    f"The checkpoint keys in {self.keyring.directory} are not "
                    "those of the charter; bring the right files."
                )
                raise RefusedError(message, directory=str(self.keyring.directory))
            self._publisher = Publisher(
                self._store, self.blobs, origin=self.origin, sign=checkpoint_signer(first, second), clock=self.clock,
                published=self._published,
            )  # fmt: skip
        return self._publisher

    def _row(self, index: int) -> Row:
        with self._store.reading() as reading:
            return _row(reading.row(index), index)

    # --- witnesses ----------------------------------------------------------------------------------------------------

    def witness_policy(self) -> Policy:
        """Return the policy by which this ledger counts: its log's keys, its witnesses, its charter's quorum of them.

        Raises:
            MalformedError: the charter asks for more witnesses than are configured, or one is configured twice.
        """
        from ledger.service.cosign import witness_policy

        return witness_policy(self.log_keys(), self.witnesses, quorum=self.authority().charter.quorum)

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
        return cosigned

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

        is_awaited = self.authority().charter.answer_after == "quorum"
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

        policy, kept = self.witness_policy(), CosignedDirectory(self.directory / COSIGNED)
        sizes = kept.sizes()
        found: list[Receipt] = []
        for receipt in receipts:
            under, note = receipt, receipt.checkpoint
            for size in sizes[bisect_right(sizes, receipt.index) :]:
                cosigned = kept.get(size)
                with suppress(RefusedError):
                    open_by_policy(cosigned or b"", policy)
                    proof = self.prove(receipt.index, size=size)
                    under = replace(receipt, inclusion=proof.hashes, checkpoint=proof.checkpoint)
                    note = cosigned or note
                    break
            found.append(witnessed_receipt(under, note, policy))
        return tuple(found)

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
        known = [known_key(authority.operator, None, ("operator",), files)]
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
        return self._state_key(self.keyring.get(name).kid, body, key="operator")

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
        return self._state_key(kid, body, key="operator")

    def _state_key(self, kid: str, body: Mapping[str, object], *, key: str) -> Receipt:
        return self.state([make_statement("key", kid, body, issued=self.clock())], key=key)[0]


def chosen_engine() -> "Engine":
    """Return what runs ``selection.sql`` here: DuckDB where it is installed, else the standard library's sqlite3."""
    if find_spec("duckdb") is not None:
        from ledger.store.columns import ColumnEngine

        return ColumnEngine()
    from ledger.audit.engine import SqliteEngine

    return SqliteEngine()


def format_mapping(name: str) -> bytes:
    """Return the bytes of a mapping that is shipped.

    Raises:
        NotFoundError: there is none of that name; the sentence lists those there are.
    """
    from ledger.ingest.mapping import find_format

    find_format(name)
    return (resources.files("ledger.ingest") / "formats" / f"{name}.toml").read_bytes()


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
