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
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from typing import Final, NamedTuple

from ledger.assessment.authority import Authority, found, refuse_wrong_key
from ledger.errors import PledgerError, RefusedError
from ledger.model.evidence import Evidence
from ledger.model.retraction import Retraction
from ledger.model.statement import CharterStatement, KeyStatement, Kind, Statement, kind_of, parse_statement, plain
from ledger.service.collector import collect_young, uncollected
from ledger.service.evidence import check_files
from ledger.service.pool import chunks, work_ahead
from ledger.service.ports import Blobs, Progress, Reading
from ledger.signing.batch import keys_of
from ledger.signing.envelope import STATEMENT, Envelope, open_envelope, verify_envelope
from ledger.signing.key import PublicKey
from ledger.tlog.checkpoint import log_keys, open_checkpoint, parse_checkpoint
from ledger.tlog.finding import Finding
from ledger.tlog.note import VerifierKey, parse_note
from ledger.tlog.recheck import Checked as Rechecked
from ledger.tlog.recheck import Read, read_header, recheck_read
from ledger.tlog.stored import Row

LIMIT: Final = 1000
"""Findings that are listed; all of them are counted."""

CHUNK: Final = 256
"""Entries whose marks are looked for at a time."""

WEIGHED: Final[frozenset[Kind]] = frozenset({"charter", "key", "evidence", "retraction"})
"""Kinds whose bodies say something about the log or its files; of all others the bodies need only be of their form."""


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
    excused: Collection[str] = frozenset(),
) -> Checked:
    """Return what recomputing a whole ledger gives.

    Args:
        reading: a snapshot; it is read once, in order.
        blobs: the files that evidence names; each is read whole.
        genesis: the charter's name as it is known from elsewhere, where it is.
        executor: of processes that look at entries by themselves; without one it is done here.
        progress: told how many entries of how many are done.
        excused: digests of files that need not be held: in a copy, those that a licence or an erasure kept back.
    """
    check = _Check(reading, blobs, genesis=genesis, executor=executor, progress=progress)
    check.excused = excused
    with uncollected():
        return check.run()


class _Said(NamedTuple):
    """What a statement says that can be judged without its body.

    Attributes:
        payload: SHA-256 of the payload.
        is_signed: a key that was at hand signed it.
    """

    author: str
    kind: Kind
    subject: str
    genesis: str | None
    corrects: str | None
    payload: bytes
    is_signed: bool


class _Seen(NamedTuple):
    """What an entry shows by itself, in the form in which it travels from the process that looked.

    Attributes:
        header: as it was read.
        digest: SHA-256 of the statement's bytes; None where they were erased.
        said: what it says, or None where it cannot be read.
        fault: why it cannot, as a sentence.
    """

    header: Read
    digest: bytes | None
    said: _Said | None
    fault: str


_Sent = tuple[int, bytes, bytes | None]
"""Of an entry, what is sent to be looked at: its index, its header, and its statement."""


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
        excused: files that need not be held.
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
        self.current: tuple[Row, _Seen]
        self.excused: Collection[str] = frozenset()
        self._due_iterator = reading.checkpoints()
        self.due = next(self._due_iterator, None)

    def run(self) -> Checked:
        """Return the answer."""
        head = self.reading.head()
        total = self.reading.last() + 1
        root = hashlib.sha256(b"").digest()
        # 1. Entries, statements and checkpoints, in one pass.
        recent: list[Row] = []
        for one in recheck_read(self._headers(total), sizes=_Due(self), leaves=self._leaves()):
            row, seen = self.current
            self.found.add(*one.findings)
            self._check_row(one, row)
            self._check_statement(row, seen)
            self.size = one.place + 1
            if one.root is not None:
                root = one.root
                self._check_checkpoint(one.root)
            recent.append(row)
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

    def _headers(self, total: int) -> Iterator[Read]:
        """Yield the headers as they were read, keeping the entry of the one that was given last at hand."""
        rows = self.reading.rows(0, total)
        # The first entries are looked at here: with their charter and keys known, others can verify what follows.
        return chain(self._seen(islice(rows, CHUNK), None), self._seen(rows, self.executor))

    def _seen(self, rows: Iterator[Row], executor: Executor | None) -> Iterator[Read]:
        given: deque[list[Row]] = deque()
        for _, chunk in work_ahead(executor, _see, self._calls(rows, given)):
            for row, seen in zip(given.popleft(), chunk, strict=True):
                self.current = (row, seen)
                yield seen.header

    def _calls(self, rows: Iterator[Row], given: deque[list[Row]]) -> Iterator[tuple[list[_Sent], Sequence[PublicKey]]]:
        """Yield what is sent of the entries, chunk by chunk, with the keys known by now; the entries stay in order."""
        for chunk in chunks(rows, lambda row: len(row.jws or b"")):
            given.append(chunk)
            find = _no_key if self.authority is None else self.authority.key
            keys = keys_of((row.jws for row in chunk if row.jws is not None), find)
            yield [(row.index, row.header, row.jws) for row in chunk], keys

    def _leaves(self) -> Iterator[bytes]:
        """Yield the stored leaf hash of the entry at hand, asked for once after each header."""
        while True:
            yield self.current[0].leaf

    def _check_row(self, one: Rechecked, row: Row) -> None:
        """See whether the columns that an entry is found by say what its header says."""
        members = one.members
        if members is None:
            return
        stored = {
            "author": row.author, "index": row.index, "kind": row.kind, "received": row.received,
            "statement": f"sha256:{row.statement.hex()}", "subject": row.subject,
        }  # fmt: skip
        if stored.items() <= members.items():
            return
        for name, value in stored.items():
            if members[name] != value:
                sentence = f"The store files entry {one.place} under the {name} {value}, and its header says otherwise."
                self.found.see("entry.column-mismatch", f"entry {one.place}", sentence, "design §4")

    def _check_statement(self, row: Row, seen: _Seen) -> None:
        """See whether a statement is the one that its header names, and whether its author could say it there."""
        subject, said = f"entry {row.index}", seen.said
        if row.jws is None:
            if not self.reading.erased(row.index):
                sentence = f"The statement of entry {row.index} is gone, and no erasure of it is logged."
                self.found.see("statement.missing", subject, sentence, "design §2.3")
            self.erased += 1
            return
        if seen.digest != row.statement or b'"size":%d,' % len(row.jws) not in row.header:
            sentence = f"The statement kept for entry {row.index} is not the one that its header names."
            self.found.see("statement.digest-mismatch", subject, sentence, "design §2.3")
            return
        if said is None:
            self.found.see("statement.form", subject, seen.fault, "design §2.2")
            return
        if (said.kind, said.subject, said.author) != (row.kind, row.subject, row.author):
            sentence = f"Kind, subject or author of entry {row.index} are not those of its statement."
            self.found.see("statement.header-mismatch", subject, sentence, "design §2.3")
        if said.payload != row.payload:
            sentence = f"The payload's digest that entry {row.index} is filed under is not that of its payload."
            self.found.see("statement.payload-mismatch", subject, sentence, "design §2.2")
        envelope = statement = None
        if said.kind in WEIGHED or not said.is_signed:
            envelope = open_envelope(row.jws, typ=STATEMENT)
            statement = parse_statement(envelope.payload)
        try:
            self._judge(row, said, envelope, statement)
        except PledgerError as error:
            self.found.see("statement.refused", subject, error.message, "design §2.2, §5")
        if statement is not None and isinstance(statement.body, Evidence):
            self._check_evidence(statement.body, subject)

    def _judge(self, row: Row, said: _Said, envelope: Envelope | None, statement: Statement | None) -> None:
        """Raise where a statement should not have been admitted at its index: genesis, signature, role."""
        if envelope is not None and isinstance(statement, CharterStatement):
            if row.index:
                raise RefusedError(f"Entry {row.index} is a charter, and the charter is entry 0.")
            self._found(found(envelope, statement))
            return
        if self.authority is None:
            if row.index == 0:
                raise RefusedError("Entry 0 is not a charter, so nothing says whose keys count.")
            return  # one finding about the charter is enough
        if said.genesis != self.authority.genesis:
            raise RefusedError(f"The statement of entry {row.index} was made for another ledger, {said.genesis}.")
        key = self.authority.key(said.author)
        if key is not None and not said.is_signed and (envelope is None or not verify_envelope(envelope, key)):
            raise RefusedError(f"The signature of entry {row.index} is not by the key {key.kid} that it names.")
        self._judge_author(row.index, said, statement)

    def _judge_author(self, index: int, said: _Said, statement: Statement | None) -> None:
        authority = self.authority
        if authority is None:
            return
        if isinstance(statement, KeyStatement):
            refuse_wrong_key(authority, said.author, statement, index=index)
            self.authority = authority.after(index, statement)
            return
        authority.refuse_unless_may(said.author, said.kind, index=index)
        names = [said.corrects] if said.corrects is not None else []
        if statement is not None and isinstance(statement.body, Retraction):
            names.append(statement.body.statement)
        for name in names:
            self._judge_target(name, index, said, authority)

    def _judge_target(self, name: str, index: int, said: _Said, authority: Authority) -> None:
        """Raise unless what a statement mends or retracts is before it, on its subject, and by its author."""
        key = bytes.fromhex(name.removeprefix("sha256:"))
        place = self.reading.named((key,)).get(key)
        target = None if place is None else self.reading.row(place)
        if target is None or target.index >= index or target.subject != said.subject:
            raise RefusedError(f"Entry {index} mends or retracts {name}, which is no earlier statement on its subject.")
        if target.author != said.author and "operator" not in authority.roles_at(said.author, index):
            raise RefusedError(f"Entry {index} mends or retracts {name}, which {target.author} signed.")

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
            check_files(body, self.blobs, excused=self.excused)
            if body.raw.digest not in self.excused or self.blobs.size(body.raw.digest) is not None:
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
        if self.size and self.current[0].received != received:
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


def _no_key(_kid: str) -> None:
    """Return nothing: before the charter no key is known."""


def _see(entries: Sequence[_Sent], keys: Sequence[PublicKey]) -> list[_Seen]:
    """Return what entries show by themselves, in order; signatures are verified where the key is given."""
    known = {key.kid: key for key in keys}
    return [_see_one(index, header, jws, known) for index, header, jws in entries]


def _see_one(index: int, header: bytes, jws: bytes | None, known: Mapping[str, PublicKey]) -> _Seen:
    read = read_header(header)
    if jws is None:
        return _Seen(read, None, None, "")
    what = f"the statement of entry {index}"
    try:
        envelope = open_envelope(jws, typ=STATEMENT, what=what)
        statement = parse_statement(envelope.payload, what=what)
    except PledgerError as error:
        return _Seen(read, hashlib.sha256(jws).digest(), None, error.message)
    key = known.get(envelope.kid)
    said = _Said(
        author=envelope.kid, kind=kind_of(statement), subject=statement.subject, genesis=statement.genesis,
        corrects=statement.corrects, payload=hashlib.sha256(envelope.payload).digest(),
        is_signed=key is not None and verify_envelope(envelope, key),
    )  # fmt: skip
    return _Seen(read, bytes.fromhex(envelope.name[7:]), said, "")
