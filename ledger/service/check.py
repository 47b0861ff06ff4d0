"""Checking the log: everything recomputed from the bytes, by other means than those that wrote it.

In one pass over the entries, in memory that does not grow: form, spelling, chain, count, time and leaf of each header
(``tlog.recheck``, which shares nothing with the writer); each statement against its header, its signature, and its
author's role where it stands; each checkpoint, its signatures, and the root over exactly that many entries. As one pass
gives every root, all checkpoints are consistent with one another when none is found at fault. Then the stored nodes of
the tree, level by level, what is only there to find things by, and the files that evidence names.

What is seen are findings, in the order of the entries, so the first names the first entry that is wrong. It changes
nothing. Source: design §2.3, §2.5; issue of the first story, point 3.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Final

from ledger.assessment.authority import Authority, found, refuse_wrong_key
from ledger.assessment.view import Said
from ledger.errors import PledgerError, RefusedError
from ledger.model.evidence import Evidence
from ledger.model.retraction import Retraction
from ledger.model.statement import CharterStatement, KeyStatement, Statement, kind_of, parse_statement, plain
from ledger.service.collector import collect_young, uncollected
from ledger.service.evidence import check_files
from ledger.service.ports import Blobs, Progress, Reading
from ledger.signing.envelope import STATEMENT, Envelope, open_envelope, verify_envelope
from ledger.signing.key import PublicKey
from ledger.tlog.checkpoint import log_keys, open_checkpoint, parse_checkpoint
from ledger.tlog.finding import Finding
from ledger.tlog.note import VerifierKey, parse_note
from ledger.tlog.recheck import Checked as Rechecked
from ledger.tlog.recheck import recheck_entries
from ledger.tlog.stored import Row

LIMIT: Final = 1000
"""Findings that are listed; all of them are counted."""

CHUNK: Final = 256
"""Entries that one thread opens and verifies at a time."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a ledger gave.

    Attributes:
        size: entries that were read.
        root: over all of them, recomputed.
        checkpoints: how many were verified.
        erased: how many statements a logged erasure has removed.
        findings: what was wrong, in the order of the entries; the first names the first entry that is wrong.
        unlisted: how many findings there were beyond those.
    """

    size: int
    root: bytes
    checkpoints: int
    erased: int
    findings: tuple[Finding, ...]
    unlisted: int

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def check_log(
    reading: Reading,
    blobs: Blobs,
    *,
    genesis: str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Checked:
    """Return what recomputing a whole ledger gives.

    Args:
        reading: a snapshot; it is read once, in order.
        blobs: the files that evidence names; each is read whole.
        genesis: the charter's name as it is known from elsewhere, where it is.
        executor: of threads that verify signatures; without one it is done here.
        progress: told how many entries of how many are done.
    """
    with uncollected():
        return _Check(reading, blobs, genesis=genesis, executor=executor, progress=progress).run()


@dataclass(slots=True)
class _Read:
    """An entry's statement, opened by a thread: what it says, or why it cannot be read, and whose signature is good."""

    row: Row
    envelope: Envelope | None = None
    statement: Statement | None = None
    fault: str | None = None
    signer: str | None = None


@dataclass(slots=True)
class _Found:
    """Findings, as they come."""

    listed: list[Finding] = field(default_factory=list)
    unlisted: int = 0

    def add(self, *findings: Finding) -> None:
        room = LIMIT - len(self.listed)
        self.listed += findings[:room]
        self.unlisted += max(0, len(findings) - room)

    def see(self, code: str, subject: str, sentence: str, source: str) -> None:
        self.add(Finding(code, subject, sentence, source))


class _Check:
    """One check of one ledger, step by step.

    Attributes:
        authority: the keys and roles as of the entry before the one at hand; None before the charter.
        due: the next checkpoint that has not been compared with the root of its size.
        current: the entry at hand.
    """

    def __init__(
        self,
        reading: Reading,
        blobs: Blobs,
        *,
        genesis: str | None,
        executor: Executor | None,
        progress: Progress | None,
    ) -> None:
        self.reading = reading
        self.blobs = blobs
        self.genesis = genesis
        self.executor = executor
        self.progress = progress
        self.found = _Found()
        self.authority: Authority | None = None
        self.keys: tuple[VerifierKey, ...] = ()
        self.checkpoints = 0
        self.erased = 0
        self.size = 0
        self.current: _Read
        self._due_iterator = reading.checkpoints()
        self.due = next(self._due_iterator, None)

    def run(self) -> Checked:
        """Return the answer."""
        head = self.reading.head()
        total = self.reading.last() + 1
        root = hashlib.sha256(b"").digest()
        # 1. Entries, statements and checkpoints, in one pass.
        recent: list[Row] = []
        for one in recheck_entries(self._headers(total), sizes=_Due(self), leaves=self._leaves()):
            read = self.current
            self.found.add(*one.findings)
            self._check_row(one, read.row)
            self._check_statement(read)
            self.size = one.place + 1
            if one.root is not None:
                root = one.root
                self._check_checkpoint(one.root)
            recent.append(read.row)
            if len(recent) == CHUNK or self.size == total:
                self._check_marks(recent)
                recent = []
                collect_young()
                if self.progress is not None:
                    self.progress(self.size, total)
        # 2. What is left of the checkpoints signs more entries than there are.
        while self.due is not None:
            sentence = f"A checkpoint signs {self.due[0]} entries, and the log has {self.size}: it was cut short."
            self.found.see("tree.truncated", f"checkpoint {self.due[0]}", sentence, "design §2.4")
            self._next_due()
        # 3. The head is the last of them.
        self._check_head(head.size, head.checkpoint, head.received)
        # 4. Stored nodes, and what things are found by.
        self._check_nodes()
        self._check_counts()
        found = self.found
        return Checked(self.size, root, self.checkpoints, self.erased, tuple(found.listed), found.unlisted)

    # --- entries ------------------------------------------------------------------------------------------------------

    def _read_rows(self, total: int) -> Iterator[_Read]:
        """Yield the entries with their statements opened; threads work a few chunks ahead."""
        rows = self.reading.rows(0, total)
        chunks = iter(lambda: list(islice(rows, CHUNK)), [])
        if self.executor is None:
            for chunk in chunks:
                yield from _open_chunk(chunk, self.authority)
            return
        waiting = [self.executor.submit(_open_chunk, chunk, self.authority) for chunk in islice(chunks, 1)]
        while waiting:
            done = waiting.pop(0).result()
            # The first chunk goes alone: once its charter and keys are known, the others are verified by the threads.
            ahead = 4 - len(waiting) if self.authority is not None or self.size else 0
            yield from done
            waiting += [
                self.executor.submit(_open_chunk, chunk, self.authority) for chunk in islice(chunks, max(1, ahead))
            ]

    def _headers(self, total: int) -> Iterator[bytes]:
        """Yield the headers, keeping the entry of the one that was given last at hand."""
        for read in self._read_rows(total):
            self.current = read
            yield read.row.header

    def _leaves(self) -> Iterator[bytes]:
        """Yield the stored leaf hash of the entry at hand, asked for once after each header."""
        while True:
            yield self.current.row.leaf

    def _check_row(self, one: Rechecked, row: Row) -> None:
        """See whether the columns that an entry is found by say what its header says."""
        if one.members is None:
            return
        stored = {
            "author": row.author, "index": row.index, "kind": row.kind, "received": row.received,
            "statement": f"sha256:{row.statement.hex()}", "subject": row.subject,
        }  # fmt: skip
        for name, value in stored.items():
            if one.members[name] != value:
                sentence = f"The store files entry {one.place} under the {name} {value}, and its header says otherwise."
                self.found.see("entry.column-mismatch", f"entry {one.place}", sentence, "design §4")

    def _check_statement(self, read: _Read) -> None:
        """See whether a statement is the one that its header names, and whether its author could say it there."""
        row, subject = read.row, f"entry {read.row.index}"
        if row.jws is None:
            if not self.reading.erased(row.index):
                sentence = f"The statement of entry {row.index} is gone, and no erasure of it is logged."
                self.found.see("statement.missing", subject, sentence, "design §2.3")
            self.erased += 1
            return
        if hashlib.sha256(row.jws).digest() != row.statement or b'"size":%d,' % len(row.jws) not in row.header:
            sentence = f"The statement kept for entry {row.index} is not the one that its header names."
            self.found.see("statement.digest-mismatch", subject, sentence, "design §2.3")
            return
        envelope, statement = read.envelope, read.statement
        if envelope is None or statement is None:
            self.found.see("statement.form", subject, read.fault or "The statement cannot be read.", "design §2.2")
            return
        if (kind_of(statement), statement.subject, envelope.kid) != (row.kind, row.subject, row.author):
            sentence = f"Kind, subject or author of entry {row.index} are not those of its statement."
            self.found.see("statement.header-mismatch", subject, sentence, "design §2.3")
        if hashlib.sha256(envelope.payload).digest() != row.payload:
            sentence = f"The payload's digest that entry {row.index} is filed under is not that of its payload."
            self.found.see("statement.payload-mismatch", subject, sentence, "design §2.2")
        try:
            self._judge(row, envelope, statement, read.signer)
        except PledgerError as error:
            self.found.see("statement.refused", subject, error.message, "design §2.2, §5")
        if isinstance(statement.body, Evidence):
            self._check_evidence(statement.body, subject)

    def _judge(self, row: Row, envelope: Envelope, statement: Statement, signer: str | None) -> None:
        """Raise where a statement should not have been admitted at its index: genesis, signature, role."""
        if isinstance(statement, CharterStatement):
            if row.index:
                raise RefusedError(f"Entry {row.index} is a charter, and the charter is entry 0.")
            self._found(found(envelope, statement))
            return
        if self.authority is None:
            if row.index == 0:
                raise RefusedError("Entry 0 is not a charter, so nothing says whose keys count.")
            return  # one finding about the charter is enough
        if statement.genesis != self.authority.genesis:
            raise RefusedError(f"The statement of entry {row.index} was made for another ledger, {statement.genesis}.")
        key = self.authority.key(envelope.kid)
        if key is not None and signer != key.kid and not verify_envelope(envelope, key):
            raise RefusedError(f"The signature of entry {row.index} is not by the key {key.kid} that it names.")
        self._judge_author(Said(row.index, envelope.name, envelope.kid, row.received, statement))

    def _judge_author(self, said: Said) -> None:
        authority, statement = self.authority, said.statement
        if authority is None:
            return
        if isinstance(statement, KeyStatement):
            refuse_wrong_key(authority, said.author, statement, index=said.index)
            self.authority = authority.after(said.index, statement)
            return
        authority.refuse_unless_may(said.author, said.kind, index=said.index)
        names = [statement.corrects] if statement.corrects is not None else []
        if isinstance(statement.body, Retraction):
            names.append(statement.body.statement)
        for name in names:
            self._judge_target(name, said, authority)

    def _judge_target(self, name: str, said: Said, authority: Authority) -> None:
        """Raise unless what a statement mends or retracts is before it, on its subject, and by its author."""
        key = bytes.fromhex(name.removeprefix("sha256:"))
        index = self.reading.named((key,)).get(key)
        target = None if index is None else self.reading.row(index)
        if target is None or target.index >= said.index or target.subject != said.subject:
            raise RefusedError(
                f"Entry {said.index} mends or retracts {name}, which is no earlier statement on its subject."
            )
        if target.author != said.author and "operator" not in authority.roles_at(said.author, said.index):
            raise RefusedError(f"Entry {said.index} mends or retracts {name}, which {target.author} signed.")

    def _found(self, authority: Authority) -> None:
        """Begin with the charter's keys."""
        if self.genesis is not None and authority.genesis != self.genesis:
            sentence = f"The charter of the log is {authority.genesis}, and the ledger was opened as {self.genesis}."
            self.found.see("charter.other", "entry 0", sentence, "design §2.2")
        self.authority = authority
        first, second = (PublicKey.from_jwk(plain(jwk)) for jwk in authority.charter.checkpoint)
        self.keys = log_keys(authority.charter.origin, ed25519=first, mldsa=second)

    def _check_evidence(self, body: Evidence, subject: str) -> None:
        """See whether the files that evidence names are held, whole and unchanged."""
        try:
            check_files(body, self.blobs)
            self.blobs.open(body.raw.digest).close()
        except PledgerError as error:
            self.found.see("evidence.file", subject, error.message, "design §2.2")

    # --- checkpoints --------------------------------------------------------------------------------------------------

    def _check_checkpoint(self, root: bytes) -> None:
        """See whether the checkpoint that is due is signed by the log, and signs what was recomputed."""
        if self.due is None or self.due[0] != self.size:
            return
        size, note = self.due
        subject = f"checkpoint {size}"
        try:
            signed = (
                open_checkpoint(note, log=self.keys).checkpoint
                if self.keys
                else parse_checkpoint(parse_note(note).text)
            )
        except PledgerError as error:
            self.found.see("checkpoint.refused", subject, error.message, "C2SP tlog-checkpoint")
        else:
            if signed.size != size or signed.root != root:
                sentence = f"The checkpoint kept for {size} entries does not sign the root that they have."
                self.found.see("tree.root-mismatch", subject, sentence, "RFC 6962 §2.1")
            self.checkpoints += 1
        self._next_due()

    def _next_due(self) -> None:
        self.due = next(self._due_iterator, None)

    def _check_head(self, size: int, checkpoint: bytes, received: str) -> None:
        """See whether the head row is the last checkpoint and the last entry."""
        if size != self.size:
            sentence = f"The head says {size} entries, and there are {self.size}."
            self.found.see("head.size", "head", sentence, "design §2.5")
        if size and self.reading.checkpoint_over(size) != checkpoint:
            sentence = f"The head's checkpoint is not the one that is kept for {size} entries."
            self.found.see("head.checkpoint", "head", sentence, "design §2.5")
        if self.size and self.current.row.received != received:
            sentence = f"The head says that the last entry was received at {received}, and that entry says otherwise."
            self.found.see("head.received", "head", sentence, "design §2.5")

    # --- what is stored to be quick -----------------------------------------------------------------------------------

    def _check_nodes(self) -> None:
        """See whether every complete node above the leaves is stored, once, and is the hash of its children."""
        level, width = 1, self.size >> 1
        while width:
            children = self.reading.level(level - 1)
            expected = (
                (index, hashlib.sha256(b"\x01" + left[1] + right[1]).digest())
                for index, (left, right) in enumerate(islice(zip(children, children, strict=False), width))
            )
            for wanted, stored in zip_longest(expected, self.reading.level(level)):
                if wanted != stored:
                    index = (wanted or stored or (0, b""))[0]
                    sentence = (
                        f"Node {index} of level {level} of the tree is not the hash of its children; rebuild the nodes."
                    )
                    self.found.see("node.mismatch", f"node {level}/{index}", sentence, "RFC 6962 §2.1")
                    break
            level, width = level + 1, width >> 1

    def _check_counts(self) -> None:
        """See whether the tables hold as many rows as the entries ask for, and whether none was added or lost."""
        counts = self.reading.counts()
        nodes = sum(self.size >> level for level in range(1, self.size.bit_length()))
        expected = {"entry": self.size, "statement": self.size - self.erased, "node": nodes}
        for table, count in expected.items():
            if counts[table] != count:
                sentence = f"The table {table} has {counts[table]} rows where {count} are expected."
                self.found.see("store.count", table, sentence, "design §4")

    def _check_marks(self, chunk: list[Row]) -> None:
        named = self.reading.named([row.statement for row in chunk])
        repeats = self.reading.said([(row.author, row.payload) for row in chunk if row.payload is not None])
        for row in chunk:
            if named.get(row.statement) != row.index:
                sentence = f"Entry {row.index} is not found by its statement's name, or another entry has that name."
                self.found.see("store.mark", f"entry {row.index}", sentence, "design §4")
            if row.payload is not None and repeats.get((row.author, row.payload)) != row.index:
                sentence = f"Entry {row.index} is not found by its payload, or says what an entry before it says."
                self.found.see("store.repeat", f"entry {row.index}", sentence, "design §2.2")


class _Due:
    """The sizes at which a root is wanted: those of the checkpoints, read along with the entries, and the last one."""

    def __init__(self, check: _Check) -> None:
        self._check = check
        self._last = check.reading.last() + 1

    def __contains__(self, size: object) -> bool:
        return size == self._last or (self._check.due is not None and self._check.due[0] == size)

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _open_chunk(rows: list[Row], authority: Authority | None) -> list[_Read]:
    """Return entries with their statements opened, and their signatures verified where the key is known by now."""
    return [_open(row, authority) for row in rows]


def _open(row: Row, authority: Authority | None) -> _Read:
    read = _Read(row)
    if row.jws is None:
        return read
    what = f"the statement of entry {row.index}"
    try:
        read.envelope = open_envelope(row.jws, typ=STATEMENT, what=what)
        read.statement = parse_statement(read.envelope.payload, what=what)
    except PledgerError as error:
        read.fault = error.message
        return read
    key = None if authority is None else authority.key(read.envelope.kid)
    if key is not None and verify_envelope(read.envelope, key):
        read.signer = key.kid
    return read
