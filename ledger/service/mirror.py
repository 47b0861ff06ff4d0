"""Mirroring: a verified copy of somebody's static site, kept up to date, that never follows a log which turns back.

Before anything is replaced, the site's new checkpoint is held against the copy: both signatures by the charter that
the copy began with, or by keys that its root keys appointed since; and the tree, which has to begin with the tree that
is held. Where it does not, or where the log has become shorter, both signed checkpoints are kept beside the copy and
the copy stays as it is. Entries, tiles, statements and files are then read strictly, as an import reads them, and the
checkpoint is written last. Roles and statement signatures are not judged here, but for those that lead to an
appointment of checkpoint keys; ``log import`` and ``log check`` do that. Source: issue of the log, part 1.
"""

from concurrent.futures import Executor
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from ledger.assessment.authority import Authority
from ledger.errors import ConflictError, ForkError, MalformedError, RefusedError
from ledger.model.erasure import LASTING
from ledger.service.carried import Carried, copy_timestamps
from ledger.service.index import index_roots, site_records
from ledger.service.ports import Progress
from ledger.service.site import (
    CHECKPOINT,
    POLICY,
    Checking,
    Entry,
    Front,
    Site,
    Source,
    Tiler,
    blob_path,
    erased_by,
    files_of,
    fold_keys,
    in_parallel,
    is_appointment,
    read_entries,
    read_front,
    read_nodes,
    read_past,
    read_statement,
    read_tiler,
    read_whole,
    refuse_other_past,
    statement_path,
    write_full,
    write_partial,
)
from ledger.signing.canonical import MAX_BYTES, Json, parse_canonical
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.entry import Header
from ledger.tlog.fraud import said_index
from ledger.tlog.merkle import edge_indexes, format_hash, read_edge
from ledger.tlog.tile import TILE_HEIGHT

FORK = "fork"
"""Where the copy keeps checkpoints that contradict it."""


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What bringing a copy up to date gave.

    Attributes:
        front: of the copy, as it stands now.
        before: entries that it had before.
        statements: how many were copied, ``files`` how many other files.
        absent: digests that a logged erasure, or a licence, keeps from being copied.
        erased: what the log's new entries erase, each with its erasure's entry; the copy has it no longer.
        timestamps: what of the site's timestamps was copied.
    """

    front: Front
    before: int
    statements: int
    files: int
    absent: tuple[str, ...]
    erased: tuple[tuple[str, int], ...]
    timestamps: Carried


def mirror(
    source: Source,
    site: Site,
    *,
    trusted: bytes | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Mirrored:
    """Bring a verified copy of a static site up to date, and return what was copied.

    Args:
        source: the site that is followed.
        site: the copy; empty, or made by an earlier call.
        trusted: a policy that the caller holds, which then has to accept every checkpoint.
        executor: of threads that fetch.
        progress: told how many entries of how many are done.

    Raises:
        ForkError: the log contradicts the copy, or has turned back; both checkpoints are kept in the copy's ``fork``.
        MalformedError: the site is not whole, or something in it is not what it should be.
        RefusedError: its checkpoint is not signed by the log that the copy is of.
        UnavailableError: the site cannot be read, or the copy not written; the copy stands as its checkpoint says.
    """
    with site.writing():
        return _Mirror(source, site, executor=executor, progress=progress).run(trusted)


class _Mirror:
    """One run, step by step.

    Attributes:
        erasing: what new entries name as erased: the last one that does, for each subject that they are about.
        again: statements logged after an entry that names them as erased, with their own.
        absent: statements that are not there, with their headers; ``missing``: needed files that are not, each with the
            entry that names it.
    """

    def __init__(self, source: Source, site: Site, *, executor: Executor | None, progress: Progress | None) -> None:
        self.source = source
        self.site = site
        self.executor = executor
        self.progress = progress
        self.statements = 0
        self.files = 0
        self.absent: dict[str, Header] = {}
        self.missing: dict[str, int] = {}
        self.restricted: set[str] = set()
        self.erasing: dict[str, dict[str, int]] = {}
        self.again: dict[str, int] = {}
        self.erased: dict[str, int] = {}
        self.has_appointments = False
        self.indexes: dict[int, bytes] = {}

    def run(self, trusted: bytes | None) -> Mirrored:
        # 1. What is held; its charter is the one that counts from then on.
        held = self._held()
        # 2. What is served, signed by the keys of that charter, or by those appointed since.
        served = read_front(self.source, trusted=trusted, held=held)
        before = held.checkpoint.size if held is not None else 0
        # 3. Nothing is replaced by what does not continue it.
        if held is not None:
            self._refuse_fork(held, served)
        # 4. Entries, tiles, statements and files.
        if served.checkpoint.size > before:
            self._copy(before, served)
        # Timestamps: what of them does not verify is left out and named, and stops nobody from following the log.
        size = served.checkpoint.size
        timestamps = copy_timestamps(
            self.source, self.site, lambda at: self._checkpoint(at, served.checkpoint), before=before, size=size
        )
        # 5. Durable, and the checkpoint last; of one size, the one that is served now, as its witnesses may be more.
        self.site.write(POLICY, served.policy)
        self.site.settle()
        self.site.publish(CHECKPOINT, served.note)
        absent = sorted(self.absent.keys() | self.missing.keys() | self.restricted)
        return Mirrored(
            served,
            before,
            self.statements,
            self.files,
            tuple(absent),
            tuple(sorted(self.erased.items())),
            timestamps,
        )

    def _checkpoint(self, size: int, last: Checkpoint) -> Checkpoint:
        """Return what the log's checkpoint of a size says, by the tiles of the copy."""
        nodes = read_nodes(self.site, edge_indexes(size), last.size)
        return Checkpoint(last.origin, size, read_edge(size, nodes).root)

    def _held(self) -> Front | None:
        """Return what the copy says of itself, or None where nothing is held yet."""
        there = self.site.open(CHECKPOINT)
        if there is None:
            return None
        there.close()
        return read_front(self.site)

    # --- is it still the same log -------------------------------------------------------------------------------------

    def _refuse_fork(self, held: Front, served: Front) -> None:
        """Raise where the served log does not begin with the held one."""
        old, new = held.checkpoint, served.checkpoint
        if new.size < old.size:
            nodes = read_nodes(self.site, edge_indexes(new.size), old.size)
            is_past = read_edge(new.size, nodes).root == new.root
            what = "has turned back to an earlier state" if is_past else "has another past than the one that is held"
            raise self._fork(held, served, f"{self.source.name} {what}, with {new.size} entries after {old.size}")
        if new.size == old.size and new.root != old.root:
            raise self._fork(held, served, f"{self.source.name} has signed two logs of {new.size} entries")
        if new.size > old.size:
            self._refuse_inconsistent(held, served)

    def _refuse_inconsistent(self, held: Front, served: Front) -> None:
        """Raise where the log does not begin with what is held, or does not prove that it does."""
        old, new = held.checkpoint, served.checkpoint
        begins, proof = read_past(self.source, old, new)
        if begins != old.root:
            sentence = f"{self.source.name} has signed {new.size} entries that do not begin with the {old.size} held"
            raise self._fork(held, served, sentence, proof=[format_hash(one) for one in proof])

    def _fork(self, held: Front, served: Front, sentence: str, proof: list[str] | None = None) -> ForkError:
        """Keep both checkpoints, and return the error that carries them."""
        paths = [self._keep(front.checkpoint, front.note) for front in (held, served)]
        message = f"{sentence}; both checkpoints are kept in {self.site.name}: {paths[0]} and {paths[1]}."
        facts = {"held": held.note.decode(), "served": served.note.decode(), "kept": paths}
        return ForkError(message, **facts, **({} if proof is None else {"consistency": proof}))

    def _keep(self, checkpoint: Checkpoint, note: bytes) -> str:
        path = f"{FORK}/{checkpoint.size}-{checkpoint.root.hex()[:16]}"
        self.site.publish(path, note)
        return path

    # --- copying ------------------------------------------------------------------------------------------------------

    def _copy(self, before: int, served: Front) -> None:
        """Copy what the log has grown by; nothing that the held checkpoint covers is touched."""
        new = served.checkpoint
        tiler = read_tiler(self.site, before) if before else Tiler(read_edge(0, {}))
        previous = tiler.edge.root
        for entries in read_entries(self.source, before, new.size):
            if entries:
                self._refuse_other_charter(entries[0], served.authority)
                write_full(self.site, tiler.extend([entry.raw for entry in entries]).tiles)
                self._copy_statements(entries)
                if self.progress is not None:
                    self.progress(tiler.edge.size, new.size)
        if tiler.edge.root != new.root:
            message = f"The entries of {self.source.name} do not have the root that its checkpoint signs; try again."
            raise MalformedError(message, size=new.size, held=format_hash(previous))
        write_partial(
            self.site, tiler,
            is_wanted=lambda tile: tile.width == (new.size >> TILE_HEIGHT * tile.level) % (1 << TILE_HEIGHT),
        )  # fmt: skip
        self._refuse_replaced_keys(served)
        self._refuse_wrong_index(new.size)
        self._settle_absent(before)

    def _refuse_replaced_keys(self, served: Front) -> None:
        """Raise where other keys have been appointed than those that signed: they counted before, and no longer."""
        if not self.has_appointments:
            return
        size = served.checkpoint.size
        authority = fold_keys(self.site, served.authority.founding, 1, size)
        if authority.checkpoint_keys_at(size) != served.keys:
            message = (
                f"The checkpoint of {self.source.name} is signed by keys that an appointment among its {size} entries "
                "has replaced; do not rely on it."
            )
            raise RefusedError(message, size=size)
        refuse_other_past(self.site, authority, served.checkpoint)

    def _refuse_wrong_index(self, size: int) -> None:
        """Raise where a completeness index is logged that is not that of the entries which it covers (design §2.3)."""
        known = [(entry, *said_index(raw)) for entry, raw in self.indexes.items()]
        covered = max((covers for _, covers, _ in known), default=0)
        roots = index_roots(islice(site_records(self.site, size), covered), [covers for _, covers, _ in known])
        for entry, covers, root in known:
            if covers > entry or roots[covers] != root:
                message = (
                    f"The completeness index that entry {entry} of {self.source.name} logs is not that of its entries; "
                    "do not rely on it. pledger monitor makes a proof of that."
                )
                raise MalformedError(message, index=entry)

    def _refuse_other_charter(self, entry: Entry, authority: Authority) -> None:
        if entry.header.index == 0 and entry.header.statement != authority.genesis:
            message = f"{self.source.name} changed its charter while it was read; try again, and do not rely on it."
            raise ConflictError(message, expected=authority.genesis, found=entry.header.statement)

    def _copy_statements(self, entries: tuple[Entry, ...]) -> None:
        """Copy the statements of a bundle and the files that they name."""
        jws = in_parallel(self.executor, self._fetch_statement, entries)
        for entry, raw in zip(entries, jws, strict=True):
            header = entry.header
            if raw is None:
                if header.kind in LASTING:
                    message = f"{self.source.name} lacks the {header.kind} of entry {header.index}; get the site whole."
                    raise MalformedError(message, index=header.index)
                self.absent[header.statement] = header
                continue
            if header.statement in self.erasing:
                self.again[header.statement] = header.index
            self.statements += self.site.write(statement_path(header.statement), raw)
            self._copy_files(entry, raw)

    def _fetch_statement(self, entry: Entry) -> bytes | None:
        """Return a statement: the copy's, where an earlier run was broken off after it, else the site's."""
        path = statement_path(entry.header.statement)
        there = self.site.open(path)
        if there is not None:
            there.close()
            try:
                return read_statement(self.site, entry.header)
            except MalformedError:
                self.site.remove(path)  # a crash may have left a file of the right name and the wrong bytes
        return read_statement(self.source, entry.header)

    def _copy_files(self, entry: Entry, raw: bytes) -> None:
        what = f"the statement of entry {entry.header.index}"
        payload: Json = parse_canonical(open_envelope(raw, typ=STATEMENT, what=what).payload, what=what)
        for digest in erased_by(entry.header.kind, payload):
            self.erasing.setdefault(digest, {})[entry.header.subject] = entry.header.index
        self.has_appointments |= is_appointment(entry.header.kind, payload)
        if entry.header.kind == "index":
            self.indexes[entry.header.index] = raw
        files = files_of(entry.header.kind, payload)
        self.restricted.update(files.restricted)
        for digest, size in files.needed.items():
            if not self._copy_file(digest, limit=size):
                self.missing[digest] = entry.header.index
        for digest in files.wanted:
            self._copy_file(digest, limit=None)

    def _copy_file(self, digest: str, *, limit: int | None) -> bool:
        """Copy a file; tell whether the copy has it."""
        path = blob_path(digest)
        if self._has(path, digest):
            return True
        stream = self.source.open(path)
        if stream is None:
            return False
        with stream:
            self.site.put(path, Checking(stream, digest) if limit is None else Checking(stream, digest, limit=limit))
        self.files += 1
        return True

    def _has(self, path: str, digest: str) -> bool:
        """Tell whether the copy has a file, whole; a crash may have left half of one."""
        there = self.site.open(path)
        if there is None:
            return False
        with there:
            checking = Checking(there, digest)
            try:
                while checking.read(1 << 20):
                    pass
            except MalformedError:
                return False
        return True

    def _settle_absent(self, before: int) -> None:
        """Raise for what is absent without an excuse; remove what the log erases or no longer lets travel."""
        # What was logged after its erasure is not excused by it, nor is a statement by an erasure about something else.
        unexcused = {
            name: header.index
            for name, header in self.absent.items()
            if self._erased_by(name, header.subject) < header.index
        }
        files = {name: index for name, index in self.missing.items() if self._erased_by(name) < index}
        if files.keys() - self.restricted:
            # An excuse for a file may stand in what was copied long ago; this is looked for only where it is needed.
            self.restricted.update(self._restricted_before(before))
        unexcused |= {name: index for name, index in files.items() if name not in self.restricted}
        for digest, index in sorted(unexcused.items()):
            message = f"{self.source.name} withholds {digest}, which entry {index} names and nothing logged removes."
            raise MalformedError(message, digest=digest, index=index)
        for digest in self.erasing:
            if not self._stays(digest):
                self.erased[digest] = self._erased_by(digest)
                self.site.remove(statement_path(digest))
        for digest in (*self.erased, *self.restricted):
            self.site.remove(blob_path(digest))

    def _erased_by(self, digest: str, subject: str | None = None) -> int:
        """Return the last entry that erases a digest, of those about a subject if one is given; -1 where none does."""
        said = self.erasing.get(digest, {})
        return max(said.values(), default=-1) if subject is None else said.get(subject, -1)

    def _stays(self, digest: str) -> bool:
        """Tell whether the copy holds a statement that nothing erases, whatever an entry says: the log may not have it.

        A charter, key, erasure or index is never erased, and any other only by what is about its subject and later.
        """
        raw = read_whole(self.site, statement_path(digest), limit=MAX_BYTES)
        if raw is None or sha256(raw).hexdigest() != digest[7:]:
            return False
        payload = parse_canonical(open_envelope(raw, typ=STATEMENT).payload, what="a statement")
        said = payload if isinstance(payload, dict) else {}
        kind, subject = str(said.get("schema")).partition(".")[0], str(said.get("subject"))
        return kind in LASTING or self._erased_by(digest, subject) <= self.again.get(digest, -1)

    def _restricted_before(self, before: int) -> set[str]:
        """Return the files that earlier evidence does not let travel, from the copy itself."""
        found: set[str] = set()
        for entries in read_entries(self.site, 0, before):
            for entry in entries:
                raw = read_statement(self.site, entry.header) if entry.header.kind == "evidence" else None
                if raw is not None:
                    payload = parse_canonical(open_envelope(raw, typ=STATEMENT).payload, what="evidence")
                    found.update(files_of("evidence", payload).restricted)
        return found
