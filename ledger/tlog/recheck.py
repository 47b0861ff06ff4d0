"""The log recomputed from the bytes of its headers, by other means than those that wrote it (design §2.3, §2.5).

This is what ``log check`` relies on, and so it shares nothing with `ledger.tlog.entry` and `ledger.tlog.merkle`: it
reads a line by a form of its own, asks the standard library's JSON what is wrong where a line is not of it, and folds
the tree on a stack of its own. In one pass and in memory that does not grow, it checks each header's form and spelling,
the chain, the count and the order of time, and gives the root at every size asked for. What it sees are findings, in
the order of the entries, so that the first names the first entry that is wrong. It does not read statements and
verifies no signature.
"""

import base64
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from ledger.tlog.finding import Finding

FINDINGS_LIMIT: Final = 1000
"""How many findings a `Recheck` keeps; it counts the others."""

_SOURCE: Final = "design §2.3"
_TEMPLATE: Final = (
    '{"author":"%s","index":%d,"kind":"%s","prev":"%s","received":"%s","size":%d,"statement":"%s","subject":"%s"}'
)
NAMES: Final = ("author", "index", "kind", "prev", "received", "size", "statement", "subject")
"""The members of a header, in their order."""
_TYPES: Final = (str, int, str, str, str, int, str, str)
_LONGEST: Final = 4096
_decode: Final = json.JSONDecoder().raw_decode
_LARGEST: Final = 2**53 - 1
_FORMS: Final = (
    "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]",
    "0|[1-9][0-9]*",
    "[a-z]{1,32}",
    "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]",
    "[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z",
    "[1-9][0-9]*",
    "sha256:[0-9a-f]{64}",
    # All that can be seen of ASCII but the two characters that JSON escapes.
    r"[\x21\x23-\x5b\x5d-\x7e]{1,1024}",
)
# No form admits a character that JSON escapes, so that a line of these forms has the one spelling there is.
_WRITTEN: Final = (
    f'"{name}":({form})' if kind is int else f'"{name}":"({form})"'
    for name, form, kind in zip(NAMES, _FORMS, _TYPES, strict=True)
)
_match: Final = re.compile(rf"\{{{','.join(_WRITTEN)}\}}").fullmatch


class Checked(NamedTuple):
    """One entry, recomputed.

    Attributes:
        place: its index, counted here and not read from it.
        leaf: its leaf hash.
        members: what its header says, or None where it cannot be read.
        findings: what is wrong with it.
        root: root of the tree that ends with it, where that size was asked for.
    """

    place: int
    leaf: bytes
    members: Mapping[str, object] | None
    findings: tuple[Finding, ...]
    root: bytes | None


@dataclass(frozen=True, slots=True)
class Recheck:
    """What recomputing a whole log gave.

    Attributes:
        size: number of entries.
        root: root over all of them.
        findings: what was wrong, in the order of the entries, then of the sizes asked for.
        unlisted: how many findings there were beyond those.
    """

    size: int
    root: bytes
    findings: tuple[Finding, ...]
    unlisted: int = 0

    @property
    def first(self) -> Finding | None:
        """The finding that names the first entry that is wrong, or None where nothing is."""
        return self.findings[0] if self.findings else None


class Read(NamedTuple):
    """A header that was read on its own: all that can be seen of an entry without those before it.

    Attributes:
        leaf: its leaf hash.
        members: what it says, in the order of ``NAMES``, or None where it cannot be read.
        fault: what is wrong with its form or spelling, as a sentence.
    """

    leaf: bytes
    members: tuple[object, ...] | None
    fault: str | None


def read_header(raw: bytes) -> Read:
    """Return what can be seen of one header; processes may share this, as it needs nothing of the others."""
    members, fault = _read(raw)
    return Read(hashlib.sha256(b"\x00" + raw).digest(), members, fault)


def recheck_entries(
    headers: Iterable[bytes], *, sizes: Collection[int] = (), leaves: Iterable[bytes] | None = None
) -> Iterator[Checked]:
    """Return an iterator over the entries, each recomputed, in order.

    Args:
        headers: lines of all entries, from entry 0 on.
        sizes: at which the root is wanted.
        leaves: leaf hashes as stored, where they are at hand: a changed header is then named itself, not only the one
            after it, whose ``prev`` no longer fits.
    """
    return _recheck(headers, sizes=sizes, leaves=leaves, walk=Walk())


def _recheck(
    headers: Iterable[bytes], *, sizes: Collection[int], leaves: Iterable[bytes] | None, walk: "Walk"
) -> Iterator[Checked]:
    """Yield each entry recomputed, the caller's walk one entry further."""
    stored = None if leaves is None else iter(leaves)
    for raw in headers:
        one = read_header(raw)
        checked = walk.entry(one, stored=one.leaf if stored is None else next(stored, None))
        yield checked._replace(root=walk.root()) if walk.size in sizes else checked


class Walk:
    """A pass over the entries, from entry 0 on: what the next has to follow on, and the tree of those so far.

    Attributes:
        size: entries that were passed.
        before: leaf hash of the last of them, 32 zeros before the first.
        received: the latest moment that one of them gave.
    """

    def __init__(self) -> None:
        self.size = 0
        self.before = bytes(32)
        self.received = ""
        self._stack = _Stack()

    @classmethod
    def after(cls, size: int, *, peaks: Sequence[bytes], before: bytes, received: str) -> "Walk":
        """Return a pass that goes on from entries that were passed before.

        Args:
            size: how many.
            peaks: roots of the complete subtrees that this size decomposes into, the largest first.
            before: leaf hash of the last of them; ``received`` when that was.
        """
        made = cls()
        made.size, made.before, made.received = size, before, received
        heights = [height for height in reversed(range(size.bit_length())) if size >> height & 1]
        for height, peak in zip(heights, peaks, strict=True):
            made._stack.push(peak, height=height)
        return made

    def entry(self, read: Read, *, stored: bytes | None) -> Checked:
        """Return the next entry recomputed, without a root; ``stored`` is the leaf hash that is kept for it."""
        leaf, values, fault = read
        index, received = self.size, self.received
        findings = [] if fault is None else [_finding("entry.form", index, fault)]
        if stored != leaf:
            sentence = f"The header of entry {index} does not hash to the leaf that is stored for it."
            findings.append(_finding("entry.leaf-mismatch", index, sentence))
        members = None
        if values is not None:
            members = dict(zip(NAMES, values, strict=True))
            prev = _spelt(self.before)
            if not (members["index"] == index and members["prev"] == prev and str(members["received"]) >= received):
                findings += _chain_findings(members, index=index, prev=prev, received=received)
            # A moment that is none would make all that follow look late.
            self.received = max(received, str(members["received"])) if fault is None else received
        self._stack.push(leaf)
        self.before = leaf
        self.size = index + 1
        return Checked(index, leaf, members, tuple(findings), None)

    def follows(self, prev: str, received: str) -> bool:
        """Tell whether a header with this ``prev``, received then, follows on the entries so far."""
        return prev == _spelt(self.before) and received >= self.received

    def join(self, leaves: Sequence[bytes], received: str, *, peak: bytes | None = None) -> None:
        """Go on by entries that were looked at as a stretch of their own, and that follow on one another.

        Args:
            leaves: their leaf hashes.
            received: when the last of them was.
            peak: root over them, where they are a complete subtree at its place: a power of two of them, at a multiple
                of that number.
        """
        if peak is None:
            for leaf in leaves:
                self._stack.push(leaf)
        else:
            self._stack.push(peak, height=len(leaves).bit_length() - 1)
        self.before, self.received = leaves[-1], received
        self.size += len(leaves)

    def root(self) -> bytes:
        """Return the root over the entries so far."""
        return self._stack.root()


def look_along(headers: Iterable[bytes], *, start: int) -> tuple[list[Read], bool]:
    """Return headers read, from an entry on, and whether each is of its form and follows on the one before it.

    What the first of them follows on is for `Walk.follows` to say, so that several stretches are looked at at once.
    """
    found: list[Read] = []
    expected = received = None
    for index, raw in enumerate(headers, start):
        one = read_header(raw)
        found.append(one)
        members = one.members
        if one.fault is not None or members is None or members[1] != index:
            return found, False
        if expected is not None and (members[3] != expected or str(members[4]) < str(received)):
            return found, False
        expected, received = _spelt(one.leaf), members[4]
    return found, True


def _spelt(leaf: bytes) -> str:
    """Return a leaf hash as ``prev`` has it."""
    return base64.urlsafe_b64encode(leaf).rstrip(b"=").decode()


def recheck_log(
    headers: Iterable[bytes], *, heads: Mapping[int, bytes] | None = None, leaves: Iterable[bytes] | None = None
) -> Recheck:
    """Return what recomputing a whole log gives.

    Args:
        headers: lines of all entries, from entry 0 on.
        heads: size and root of checkpoints that the log must agree with.
        leaves: leaf hashes as stored, where they are at hand.
    """
    heads = heads or {}
    found: list[Finding] = []
    unlisted, walk = 0, Walk()
    for checked in _recheck(headers, sizes=heads.keys(), leaves=leaves, walk=walk):
        fresh = [*checked.findings, *_head_findings(checked.place + 1, checked.root, heads)]
        room = FINDINGS_LIMIT - len(found)
        found += islice(fresh, room)
        unlisted += max(0, len(fresh) - room)
    found += _absent_findings(walk.size, heads)
    return Recheck(walk.size, walk.root(), tuple(found), unlisted)


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes by the definition, word for word; slow, and meant for checking.

    Source: RFC 6962 §2.1: split at the largest power of two that is smaller than the number of leaves.
    """
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:])).digest()


class _Stack:
    """Complete subtrees of falling height, kept for one pass: joining two of one height makes the next."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, bytes]] = []

    def push(self, joined: bytes, *, height: int = 0) -> None:
        rows = self.rows
        while rows and rows[-1][0] == height:
            joined = hashlib.sha256(b"\x01" + rows.pop()[1] + joined).digest()
            height += 1
        rows.append((height, joined))

    def root(self) -> bytes:
        if not self.rows:
            return hashlib.sha256(b"").digest()
        folded = self.rows[-1][1]
        for _, left in reversed(self.rows[:-1]):
            folded = hashlib.sha256(b"\x01" + left + folded).digest()
        return folded


def _read(raw: bytes) -> tuple[tuple[object, ...] | None, str | None]:
    """Return the members of a header that can be read, and what is wrong with its form or spelling.

    A line that is of the form is read by that; of any other, JSON's own reader finds out what is wrong with it.
    """
    if len(raw) > _LONGEST:
        return None, f"The header is longer than {_LONGEST} bytes."
    try:
        text = raw.decode("utf-8")
    except ValueError:
        return None, "The header is not JSON."
    if (found := _match(text)) is None:
        return _read_closely(text, raw)
    author, number, kind, prev, received, size, statement, subject = found.groups()
    members = (author, int(number), kind, prev, received, int(size), statement, subject)
    return members, _meaning_fault(members)


def _read_closely(text: str, raw: bytes) -> tuple[tuple[object, ...] | None, str]:
    """Return the members of a line that is not of the form, as far as it can be read, and its first fault."""
    try:
        # What follows the value is seen below: it does not come out again when the line is written.
        value, _ = _decode(text)
    except (ValueError, RecursionError):
        return None, "The header is not JSON."
    if type(value) is not dict or tuple(value) != NAMES:
        return None, "The header does not hold its eight members in their order."
    members = tuple(value.values())
    if tuple(map(type, members)) != _TYPES:
        return None, "A member of the header is not of its type."
    # Whatever was escaped, doubled, spaced or reordered comes out otherwise when it is written again.
    if (_TEMPLATE % members).encode("utf-8", "replace") != raw:
        return members, "The header is not spelt as RFC 8785 spells it."
    for name, value, form in zip(NAMES, members, _FORMS, strict=True):
        if not re.fullmatch(form, str(value)):
            return members, f"The header's member {name} is not of its form."
    message = "the forms of a header hold one by one and not together"
    raise AssertionError(message)


def _meaning_fault(members: tuple[str, int, str, str, str, int, str, str]) -> str | None:
    """Return the first member that is of its form and means nothing, as a sentence."""
    _, index, _, _, received, size, _, _ = members
    if max(index, size) > _LARGEST:
        return f"The header's member {'index' if index > _LARGEST else 'size'} is not of its form."
    return None if _is_moment(received) else "The header's member received names no moment."


@lru_cache(maxsize=1024)
def _is_moment(text: str) -> bool:
    """Return whether the text names a moment; many entries share one, so a few are remembered."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _chain_findings(members: Mapping[str, object], *, index: int, prev: str, received: str) -> list[Finding]:
    """Return where an entry does not follow on the one before it: by count, by hash, or in time."""
    findings = []
    if members["index"] != index:
        sentence = f"Entry {index} is numbered {members['index']}."
        findings.append(_finding("chain.index", index, sentence))
    if members["prev"] != prev:
        sentence = (
            f"Entry {index} does not name the leaf hash of entry {index - 1}: one of the two was changed."
            if index
            else "Entry 0 names an entry before it."
        )
        findings.append(_finding("chain.prev", index, sentence))
    if str(members["received"]) < received:
        sentence = f"Entry {index} was received at {members['received']}, after an entry received at {received}."
        findings.append(_finding("chain.time", index, sentence))
    return findings


def _head_findings(size: int, root: bytes | None, heads: Mapping[int, bytes]) -> list[Finding]:
    """Return the finding that the tree of a size is not the one that was signed."""
    if root is None or root == heads[size]:
        return []
    sentence = f"The first {size} entries do not have the root that the checkpoint of that size signs."
    return [Finding("tree.root-mismatch", f"checkpoint {size}", sentence, "RFC 6962 §2.1")]


def _absent_findings(size: int, heads: Mapping[int, bytes]) -> list[Finding]:
    """Return a finding for each head that no entry led to: the log is shorter, or the empty tree has another root."""
    findings = [
        Finding(
            "tree.truncated",
            f"checkpoint {head}",
            f"A checkpoint signs {head} entries, and the log has {size}.",
            _SOURCE,
        )
        for head in sorted(heads)
        if head > size
    ]
    return _head_findings(0, _Stack().root() if 0 in heads else None, heads) + findings


def _finding(code: str, index: int, sentence: str) -> Finding:
    return Finding(code, f"entry {index}", sentence, _SOURCE)
