"""Checking the log: everything recomputed from the bytes, by other means than those that wrote it.

In one pass over the entries, in memory that does not grow: form, spelling, chain, count, time and leaf of each header
(``tlog.recheck``, which shares nothing with the writer); each statement against its header, its signature, and its
author's role where it stands; each checkpoint, its signatures, and the root over exactly that many entries. As one pass
gives every root, all checkpoints are consistent with one another when none is found at fault. Then the stored nodes of
the tree, level by level, what is only there to find things by, and the files that evidence names.

Of a log whose first entries were checked before, and are known to be the same bytes still, only what follows can be
checked: from the edge of their tree, their last leaf and the authority that they give.

What is seen are findings, in the order of the entries, so the first names the first entry that is wrong. It changes
nothing. Source: design §2.3, §2.5; issue of the first story, point 3.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from operator import itemgetter
from typing import Final

from ledger.assessment.authority import Authority, found, refuse_wrong_key, signer
from ledger.errors import MalformedError, PledgerError, RefusedError
from ledger.model.erasure import LASTING, Erasure
from ledger.model.evidence import Evidence
from ledger.model.retraction import Retraction
from ledger.model.statement import KINDS, CharterStatement, KeyStatement, Statement, parse_statement
from ledger.service.collector import collect_young, uncollected
from ledger.service.evidence import check_files
from ledger.service.index import logged_indexes, stored_records, wrong_indexes
from ledger.service.naming import files_named
from ledger.service.pool import work_ahead
from ledger.service.ports import Blobs, Elsewhere, Progress, Reading
from ledger.service.scene import Folded, fold_authority, read_said
from ledger.service.stretch import (
    HEIGHT,
    STRETCH,
    WEIGHED,
    Said,
    Seen,
    Stretch,
    are_nodes,
    keys_of,
    look,
    look_elsewhere,
    see,
)
from ledger.signing.canonical import encode_base64url
from ledger.signing.envelope import STATEMENT, Envelope, open_envelope, verify_envelope
from ledger.signing.key import PublicKey
from ledger.tlog.checkpoint import open_checkpoint, parse_checkpoint
from ledger.tlog.finding import Finding
from ledger.tlog.merkle import edge_indexes, read_edge
from ledger.tlog.note import parse_note
from ledger.tlog.recheck import Checked as Rechecked
from ledger.tlog.recheck import Walk, read_header
from ledger.tlog.stored import Row

LIMIT: Final = 1000
"""Findings that are listed; all of them are counted."""

_ALL: Final = tuple(KINDS)

_REBUILD: Final = "do not go on with this copy: rebuild the ledger from its static site with pledger log import."


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
    elsewhere: Elsewhere | None = None,
    progress: Progress | None = None,
    excused: Collection[str] = frozenset(),
    after: int = 0,
) -> Checked:
    """Return what recomputing a ledger gives: the whole of it, or what follows the entries that were checked before.

    Args:
        reading: a snapshot; it is read in order.
        blobs: the files that evidence names; each is read whole.
        genesis: the charter's name as it is known from elsewhere, where it is.
        executor: of processes that look at stretches of the log by themselves; without one it is done here.
        elsewhere: how these read the same store; without it all is done here.
        progress: told how many entries of how many are done.
        excused: digests of files that need not be held: in a copy, those that a licence or an erasure kept back.
        after: how many entries were checked before, under a checkpoint that is kept.
    """
    check = _Check(reading, blobs, genesis=genesis, executor=executor, elsewhere=elsewhere, progress=progress)
    check.excused = excused
    check.after = after
    with uncollected():
        return check.run()


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
        keys: all that the log's statements name for signing; whether one counts is for the authority to say.
        authority: the keys and roles as of the entry before the one at hand; None before the charter.
        due: the next checkpoint that has not been compared with the root of its size.
        excused: files that need not be held.
        after: entries that were checked before.
        erasures: what the log's erasures name, each with the entry and the subject of the first that does.
        named: entries whose statements they name, by the stretch that these are in.
        walk: the entries that were passed, their chain and their tree.
        received: when the last of them was, as its column says.
        is_doubtful: a stored node of the levels that a stretch has is missing, or is another than it must be.
    """

    def __init__(
        self,
        reading: Reading,
        blobs: Blobs,
        *,
        genesis: str | None,
        executor: Executor | None,
        elsewhere: Elsewhere | None,
        progress: Progress | None,
    ) -> None:
        self.reading = reading
        self.blobs = blobs
        self.genesis = genesis
        self.executor = executor
        self.elsewhere = elsewhere
        self.progress = progress
        self.found = _Found()
        self.keys: Mapping[str, PublicKey] = {}
        self.authority: Authority | None = None
        self.checkpoints = 0
        self.erased = 0
        self.walk = Walk()
        self.received = ""
        self.is_doubtful = False
        self.excused: Collection[str] = frozenset()
        self.after = 0
        self.erasures: dict[str, tuple[int, str]] = {}
        self.named: dict[int, set[int]] = {}
        self._due_iterator = reading.checkpoints()
        self.due = next(self._due_iterator, None)

    @property
    def size(self) -> int:
        """How many entries were passed."""
        return self.walk.size

    def run(self) -> Checked:
        """Return the answer."""
        head = self.reading.head()
        total = self.reading.last() + 1
        self.keys = keys_of(self.reading)
        # An erasure comes after what it erases, so that all of them are read first; they are judged in their place.
        self._read_erasures(total)
        if self.after:
            self._go_on_after(self.after)
        # 1. Entries, statements and checkpoints, in one pass.
        for start, stop, stretch in self._stretches(total):
            if stretch is None or not self._join(start, stretch):
                self._pass(start, stop)
            collect_young()
            if self.progress is not None:
                self.progress(stop, total)
        # 2. What is left of the checkpoints signs more entries than there are.
        while self.due is not None:
            sentence = f"A checkpoint signs {self.due[0]} entries, and the log has {self.size}: it was cut short."
            self.found.see("tree.truncated", f"checkpoint {self.due[0]}", sentence, "design §2.4")
            self._next_due()
        # 3. The head is the last of them.
        self._check_head(head.size, head.checkpoint, head.received)
        # 4. Roots of the completeness index, where any were logged.
        self._check_indexes()
        # 5. Stored nodes, and what things are found by.
        counts = self.reading.counts()
        self._check_nodes(counts)
        self._check_counts(counts)
        # 6. What was erased is not kept.
        self._check_erased_since()
        self._check_removed()
        found = self.found
        return Checked(self.size, self.walk.root(), self.checkpoints, self.erased, tuple(found.listed), found.unlisted)

    # --- entries ------------------------------------------------------------------------------------------------------

    def _go_on_after(self, size: int) -> None:
        """Stand where entries end that were checked before: their tree has to be the one that was signed then."""
        last, note = self.reading.row(size - 1), self.reading.checkpoint_over(size)
        nodes = self.reading.nodes(edge_indexes(size))
        if last is None or note is None or len(nodes) < len(edge_indexes(size)):
            raise MalformedError(f"The store does not hold the {size} entries that were checked before.", size=size)
        edge = read_edge(size, nodes)
        if edge.root != parse_checkpoint(parse_note(note).text).root:
            message = f"The store does not hold the {size} entries that were checked before; check all of it."
            raise MalformedError(message, size=size)
        self.walk = Walk.after(size, peaks=edge.hashes, before=last.leaf, received=last.received)
        self.received = last.received
        self.authority = fold_authority(self.reading, Folded(), upto=size).authority
        while self.due is not None and self.due[0] <= size:
            self._next_due()

    def _stretches(self, total: int) -> Iterator[tuple[int, int, Stretch | None]]:
        """Yield the ranges of the log in order, each with what it shows where nothing in it is wrong by itself.

        Helpers look ahead of this process, each through a snapshot of its own, which may be a later one: entries stay
        as they are, and a statement that was erased in between is looked for here again.
        """
        first = self.after - self.after % STRETCH
        ranges = ((max(start, self.after), min(start + STRETCH, total)) for start in range(first, total, STRETCH))
        if self.executor is None or self.elsewhere is None:
            yield from ((start, stop, self._look(start, stop)) for start, stop in ranges)
            return
        elsewhere = self.elsewhere
        calls = ((elsewhere, start, stop) for start, stop in ranges)
        here = lambda _, start, stop: self._look(start, stop)  # noqa: E731, what a helper would do, done here
        for (_, start, stop), stretch in work_ahead(self.executor, look_elsewhere, calls, here=here):
            yield start, stop, stretch

    def _look(self, start: int, stop: int) -> Stretch | None:
        if start % STRETCH:
            return None
        return look(self.reading, start, stop, self.keys)

    def _join(self, start: int, stretch: Stretch) -> bool:
        """Go on by a stretch that follows, and whose authors may say what they say; tell whether it is one."""
        authority, odd = self.authority, stretch.odd
        if authority is None or start != self.size or not self.walk.follows(stretch.prev, stretch.received[0]):
            return False
        if any(genesis != authority.genesis for genesis in stretch.geneses):
            return False
        # What is still held though it was erased is told of in its place.
        if not self.named.get(start, set()) <= {index for index, seen in odd if seen.digest is None}:
            return False
        try:
            for author, kind, *places in stretch.authors:
                for index in places:  # no key is granted in a stretch, and none ends, so its roles hold in between
                    authority.refuse_unless_may(author, kind, index=index)
        except RefusedError:
            return False
        rows = [self.reading.row(index) for index, _ in odd]
        judged = [(row, seen) for row, (_, seen) in zip(rows, odd, strict=True) if row is not None]
        if any((row.jws is None) is not (seen.digest is None) for row, seen in judged):
            return False
        leaves = [stretch.leaves[at : at + 32] for at in range(0, len(stretch.leaves), 32)]
        for row, seen in judged:
            self._go_on(leaves[self.size - start : row.index + 1 - start], stretch)
            self._check_statement(row, seen)
            self._check_due()
        self._go_on(leaves[self.size - start :], stretch, is_whole=self.size == start)
        self._check_due()
        self.received = stretch.received[1]
        return True

    def _go_on(self, leaves: Sequence[bytes], stretch: Stretch, *, is_whole: bool = False) -> None:
        """Pass entries of a stretch, and compare the checkpoints on the way, but for one over all of them."""
        received = stretch.received[1]
        while self.due is not None and self.size < self.due[0] < self.size + len(leaves):
            taken, is_whole = self.due[0] - self.size, False
            self.walk.join(leaves[:taken], received)
            leaves = leaves[taken:]
            self._check_due()
        if leaves:
            self.walk.join(leaves, received, peak=stretch.peak if is_whole else None)

    def _pass(self, start: int, stop: int) -> None:
        """Pass the entries of a range one by one, each judged in its place."""
        rows: list[Row] = []
        for row in self.reading.rows(start, stop):
            one = self.walk.entry(read_header(row.header), stored=row.leaf)
            self.found.add(*one.findings)
            self._check_row(one, row)
            self._check_statement(row, see(row, self.keys))
            self._check_due()
            self.received = row.received
            rows.append(row)
        self._check_marks(rows)
        is_whole = self.size == stop and len(rows) == stop - start
        if not is_whole or are_nodes(self.reading, start, [row.leaf for row in rows]) is None:
            self.is_doubtful = True

    def _check_row(self, one: Rechecked, row: Row) -> None:
        """See whether the columns that an entry is found by say what its header says."""
        members = one.members
        if members is None:
            return
        digest = f"sha256:{row.statement.hex()}"
        stored = (row.author, row.index, row.kind, row.received, digest, row.subject)
        if stored == _filed(members):
            return
        for name, value in zip(_FILED, stored, strict=True):
            if members[name] != value:
                sentence = f"The store files entry {one.place} under the {name} {value}, and its header says otherwise."
                self.found.see("entry.column-mismatch", f"entry {one.place}", sentence, "design §4")

    def _check_statement(self, row: Row, seen: Seen) -> None:
        """See whether a statement is the one that its header names, and whether its author could say it there."""
        subject, said = f"entry {row.index}", seen.said
        if row.jws is None:
            self._check_absent(row)
            self.erased += 1
            return
        if self.erasures:
            self._check_kept(row)
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
            self._check_evidence(statement.body, row.index)

    def _judge(self, row: Row, said: Said, envelope: Envelope | None, statement: Statement | None) -> None:
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
        key = signer(self.authority, said.author, statement)
        if key is not None and not said.is_signed and (envelope is None or not verify_envelope(envelope, key)):
            raise RefusedError(f"The signature of entry {row.index} is not by the key {key.kid} that it names.")
        self._judge_author(row, said, envelope, statement)

    def _judge_author(self, row: Row, said: Said, envelope: Envelope | None, statement: Statement | None) -> None:
        authority, index = self.authority, row.index
        if authority is None:
            return
        if envelope is not None and isinstance(statement, KeyStatement):
            refuse_wrong_key(authority, envelope, statement, index=index)
            self._judge_hand_over(statement, index)
            self.authority = authority.after(index, statement, name=f"sha256:{row.statement.hex()}")
            return
        authority.refuse_unless_may(said.author, said.kind, index=index)
        if statement is not None and isinstance(statement.body, Erasure):
            self._judge_erasure(statement.body, said.subject, index)
        names = [said.corrects] if said.corrects is not None else []
        if statement is not None and isinstance(statement.body, Retraction):
            names.append(statement.body.statement)
        for target in names:
            self._judge_target(target, index, said, authority)

    def _judge_hand_over(self, statement: KeyStatement, index: int) -> None:
        """Raise where the checkpoint that an appointment carries is not of this log's past."""
        if statement.body.last_checkpoint is None or statement.anchor is None:
            return
        size = statement.anchor.size
        nodes = self.reading.nodes(edge_indexes(size))
        if (
            len(nodes) < len(edge_indexes(size))
            or encode_base64url(read_edge(size, nodes).root) != statement.anchor.root
        ):
            message = f"The last checkpoint that the appointment of entry {index} carries is not of this log."
            raise RefusedError(message, index=index)

    def _judge_target(self, name: str, index: int, said: Said, authority: Authority) -> None:
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

    def _check_evidence(self, body: Evidence, index: int) -> None:
        """See whether the files that evidence names are held, whole and unchanged, but those erased since."""
        files = (body.raw.digest, body.observations.digest)
        excused = {one for one in files if one in self.excused or self._erasure(one, after=index) is not None}
        try:
            check_files(body, self.blobs, excused=excused)
            if body.raw.digest not in excused or self.blobs.size(body.raw.digest) is not None:
                self.blobs.open(body.raw.digest).close()
        except PledgerError as error:
            self.found.see("evidence.file", f"entry {index}", error.message, "design §2.2")

    # --- erasures -----------------------------------------------------------------------------------------------------

    def _read_erasures(self, total: int) -> None:
        """Remember what the log's erasures name; one that cannot be read excuses nothing, and is found in its place."""
        for row in self.reading.rows(0, total, kinds=("erasure",)):
            with suppress(PledgerError):
                said = read_said(row)
                if said is not None and isinstance(said.statement.body, Erasure):
                    for digest in said.statement.body.digests:
                        self.erasures.setdefault(digest, (row.index, said.subject))
        for index in self.reading.named([bytes.fromhex(digest[7:]) for digest in self.erasures]).values():
            self.named.setdefault(index - index % STRETCH, set()).add(index)

    def _erasure(self, digest: str, *, after: int, about: str | None = None) -> int | None:
        """Return the entry that erased a digest, if it is logged after an entry, and about that subject where given."""
        by, subject = self.erasures.get(digest, (-1, ""))
        return by if by > after and about in {None, subject} else None

    def _check_absent(self, row: Row) -> None:
        """See whether a statement that is not held was erased: by a logged erasure, and by the door of the store."""
        subject = f"entry {row.index}"
        by = self._erasure(f"sha256:{row.statement.hex()}", after=row.index, about=row.subject)
        if by is None or row.kind in LASTING:
            sentence = f"The statement of entry {row.index} is gone, and no erasure of it is logged."
            self.found.see("statement.missing", subject, sentence, "design §2.3")
        elif not self.reading.erased(row.index):
            sentence = (
                f"The statement of entry {row.index} is gone, as entry {by} says, and the store notes no erasure."
            )
            self.found.see("erasure.unnoted", subject, sentence, "design §2.3")

    def _check_kept(self, row: Row) -> None:
        """See whether a statement that is held was erased."""
        by = self._erasure(f"sha256:{row.statement.hex()}", after=row.index, about=row.subject)
        if by is not None and row.kind not in LASTING:
            sentence = f"The statement of entry {row.index} was erased by entry {by}, and is still held; {_REBUILD}"
            self.found.see("erasure.unfinished", f"entry {row.index}", sentence, "design §2.3")

    def _judge_erasure(self, body: Erasure, subject: str, index: int) -> None:
        """Raise where an erasure names what it may not: a later statement, another subject's, or one that lasts."""
        named = self.reading.named([bytes.fromhex(digest[7:]) for digest in body.digests])
        for digest in body.digests:
            if self.erasures.get(digest, (index, ""))[0] < index:
                raise RefusedError(f"Entry {index} erases {digest}, which was erased before.")
            place = named.get(bytes.fromhex(digest[7:]))
            target = None if place is None else self.reading.row(place)
            if target is None:
                self._judge_erased_file(digest, subject, index)
                continue
            if target.index >= index or target.subject != subject or target.kind in LASTING:
                message = (
                    f"Entry {index} erases {digest}, which is no earlier statement on its subject, or one that lasts."
                )
                raise RefusedError(message)

    def _judge_erased_file(self, digest: str, subject: str, index: int) -> None:
        """Raise unless an earlier statement on the erasure's subject names the file, or may have named it.

        What was erased names nothing any more, so that only its subject is left to go by.
        """
        for row in self.reading.about(subject, _ALL):
            is_gone = row.jws is None or self._erasure(f"sha256:{row.statement.hex()}", after=row.index) is not None
            if row.index < index and (is_gone or _names_file(row, digest)):
                return
        message = f"Entry {index} erases {digest}, which no earlier statement on its subject, {subject}, names."
        raise RefusedError(message)

    def _check_erased_since(self) -> None:
        """See whether statements among those that were checked before are gone, where a later entry erases them."""
        for index in sorted(set[int]().union(*self.named.values()) if self.after else ()):
            row = self.reading.row(index) if index < self.after else None
            if row is not None:
                (self._check_absent if row.jws is None else self._check_kept)(row)

    def _check_removed(self) -> None:
        """See whether files that were erased are still held."""
        for digest, (by, _) in self.erasures.items():
            if self.blobs.size(digest) is not None:
                sentence = (
                    f"The file {digest}, which entry {by} erased, is still held; any command that opens the ledger "
                    "removes it."
                )
                self.found.see("erasure.unfinished", f"entry {by}", sentence, "design §2.3")

    # --- checkpoints --------------------------------------------------------------------------------------------------

    def _check_due(self) -> None:
        """See whether the checkpoint over the entries so far, where there is one, is signed and signs their root."""
        if self.due is None or self.due[0] != self.size:
            return
        (size, note), root = self.due, self.walk.root()
        subject = f"checkpoint {size}"
        try:
            signed = (
                open_checkpoint(note, log=self.authority.checkpoint_keys_at(size)).checkpoint
                if self.authority is not None
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
        if self.size and self.received != received:
            sentence = f"The head says that the last entry was received at {received}, and that entry says otherwise."
            self.found.see("head.received", "head", sentence, "design §2.5")

    def _check_indexes(self) -> None:
        """See whether each index statement names the root that the entries below it give (design §2.3)."""
        try:
            logged = [(entry, body) for entry, body in logged_indexes(self.reading) if entry >= self.after]
            for entry, body in logged:
                if body.size > min(entry, self.size):
                    sentence = f"Entry {entry} logs an index of {body.size} entries, more than stand before it."
                    self.found.see("index.size", f"entry {entry}", sentence, "design §2.3")
            known = [(entry, body) for entry, body in logged if body.size <= min(entry, self.size)]
            # What the store files entries under was held against their headers before.
            records = stored_records(self.reading, max((body.size for _, body in known), default=0))
            for entry, body, root in wrong_indexes(known, records):
                sentence = (
                    f"The index of {body.size} entries that entry {entry} logs has another root than these entries "
                    f"give, {encode_base64url(root)}."
                )
                self.found.see("index.root-mismatch", f"entry {entry}", sentence, "design §2.3")
        except MalformedError as error:
            self.found.see("index.unread", "index", error.message, "design §2.3")

    # --- what is stored to be quick -----------------------------------------------------------------------------------

    def _check_nodes(self, counts: Mapping[str, int]) -> None:
        """See whether every complete node above the leaves is stored, once, and is the hash of its children.

        Those within a stretch were looked at with it; where one was not as it must be, or there are some too many, all
        of them are looked at in their order.
        """
        if self.after:
            self._check_grown()
            return
        level = 1 if self.is_doubtful or counts["node"] != self._node_count() else HEIGHT + 1
        width = self.size >> level
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

    def _check_grown(self) -> None:
        """See whether the nodes that the entries since have completed are the hashes of their children."""
        for level in range(1, self.size.bit_length()):
            fresh = range(self.after >> level, self.size >> level)
            below = self.reading.nodes((level - 1, child) for index in fresh for child in (2 * index, 2 * index + 1))
            stored = self.reading.nodes((level, index) for index in fresh)
            for index in fresh:
                left, right = below.get((level - 1, 2 * index)), below.get((level - 1, 2 * index + 1))
                joined = None if left is None or right is None else hashlib.sha256(b"\x01" + left + right).digest()
                if joined is None or stored.get((level, index)) != joined:
                    sentence = f"Node {index} of level {level} of the tree is not the hash of its children."
                    self.found.see("node.mismatch", f"node {level}/{index}", sentence, "RFC 6962 §2.1")
                    break

    def _node_count(self) -> int:
        """Return how many complete nodes above the leaves the entries have."""
        return sum(self.size >> level for level in range(1, self.size.bit_length()))

    def _check_counts(self, counts: Mapping[str, int]) -> None:
        """See whether the tables hold as many rows as the entries ask for, and whether none was added or lost."""
        expected = {"entry": self.size, "node": self._node_count()}
        if not self.after:  # else those that were erased before were not counted
            expected["statement"] = self.size - self.erased
        for table, count in expected.items():
            if counts[table] != count:
                sentence = f"The table {table} has {counts[table]} rows where {count} are expected."
                self.found.see("store.count", table, sentence, "design §4")

    def _check_marks(self, chunk: list[Row]) -> None:
        """See whether each entry is found by its statement's name and by what it says, before any other."""
        if self.reading.finds_each(chunk):
            return
        named = self.reading.named([row.statement for row in chunk])
        repeats = self.reading.said([(row.author, row.payload) for row in chunk if row.payload is not None])
        for row in chunk:
            if named.get(row.statement) != row.index:
                sentence = f"Entry {row.index} is not found by its statement's name, or another entry has that name."
                self.found.see("store.mark", f"entry {row.index}", sentence, "design §4")
            if row.payload is not None and repeats.get((row.author, row.payload)) != row.index:
                sentence = f"Entry {row.index} is not found by its payload, or says what an entry before it says."
                self.found.see("store.repeat", f"entry {row.index}", sentence, "design §2.2")


_FILED: Final = ("author", "index", "kind", "received", "statement", "subject")
"""The members of a header that its entry is filed under."""

_filed: Final = itemgetter(*_FILED)


def _names_file(row: Row, digest: str) -> bool:
    """Tell whether the statement of an entry names a file; what cannot be read names none."""
    with suppress(PledgerError):
        said = read_said(row)
        return said is not None and digest in files_named(said)
    return False
