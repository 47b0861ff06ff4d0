"""Monitoring: a log, its mirrors and its witnesses held against one another and against what was seen before.

Every checkpoint that anybody shows is a sighting. Sightings of one log must all be beginnings of its largest tree;
where two contradict each other, that becomes a fraud proof, which anybody can judge offline (`ledger.tlog.fraud`). What
cannot be proved to others, such as an entry that is not served, is a finding: whoever reads it looks for himself.

One round is five steps: gather, hold against one another, prove each size from the next, read the new entries, look for
the entries that were promised. Nothing here is kept, fetched or timed; what was seen before comes in, and goes out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, pairwise, product
from typing import Final, Protocol

from ledger.assessment.succession import is_each
from ledger.errors import MalformedError, PledgerError, RefusedError
from ledger.service.index import header_records, index_roots
from ledger.service.ports import Reading
from ledger.service.site import CHECKPOINT, Source, read_headers, read_nodes, read_statement, read_whole
from ledger.signing.canonical import digest
from ledger.tlog.checkpoint import KeysAt, SignedCheckpoint, open_any_checkpoint
from ledger.tlog.entry import HEADER_LIMIT, Header, chain_fault, parse_header
from ledger.tlog.finding import Finding
from ledger.tlog.fraud import (
    FRAUD_LIMIT,
    Chain,
    Entry,
    FraudProof,
    Leaf,
    Logged,
    Misindex,
    Omission,
    Withheld,
    contradiction,
    judge,
    make_rewrite,
    rewrite_indexes,
    said_index,
)
from ledger.tlog.index import IndexProof, ShownRecords, format_record, index_of
from ledger.tlog.merkle import (
    Address,
    Edge,
    Hash,
    Nodes,
    consistency_indexes,
    edge_indexes,
    inclusion_indexes,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    read_edge,
    verify_consistency,
    verify_inclusion,
)
from ledger.tlog.note import NOTE_LIMIT, VerifierKey
from ledger.tlog.tile import ENTRIES, TILE_WIDTH, Tile

GROUP: Final = TILE_WIDTH
"""Entries that are hashed at once, those of one bundle."""

_SOURCE: Final = "issue of the log, part 1"
_HARMLESS: Final = frozenset({"source.unread", "checkpoint.refused"})
"""Findings about somebody else than the log whose entries were read, and that do not cast doubt on them."""


HEADERS_ROOM: Final = FRAUD_LIMIT * 2 // 3
"""The most bytes of headers that a fraud proof is made of: base64 takes a third more, and the rest is small."""


class Tree(Protocol):
    """A log as somebody serves it."""

    @property
    def name(self) -> str:
        """Who serves it, as a sentence names it."""

    def checkpoint(self) -> bytes:
        """Return its checkpoint, signed."""

    def nodes(self, addresses: Iterable[Address], size: int) -> Nodes:
        """Return nodes of its tree, which has that size."""

    def headers(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield its entries of a range; ``stop`` is the size of its tree."""

    def statement(self, header: Header) -> bytes | None:
        """Return the statement that a header names, or None where it is not served."""


class SiteTree:
    """The log that a static site serves.

    Attributes:
        source: the site.
    """

    def __init__(self, source: Source) -> None:
        self.source = source

    @property
    def name(self) -> str:
        """Who serves it, as a sentence names it."""
        return self.source.name

    def checkpoint(self) -> bytes:
        """Return the site's checkpoint."""
        raw = read_whole(self.source, CHECKPOINT, limit=NOTE_LIMIT)
        if raw is None:
            raise MalformedError(f"{self.name} has no {CHECKPOINT}; give a ledger's static site.")
        return raw

    def nodes(self, addresses: Iterable[Address], size: int) -> Nodes:
        """Return nodes from the site's tiles."""
        return read_nodes(self.source, addresses, size)

    def headers(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield entries from the site's bundles."""
        for number in range(start // TILE_WIDTH, -(-stop // TILE_WIDTH)):
            first = number * TILE_WIDTH
            bundle = read_headers(self.source, Tile(ENTRIES, number, min(TILE_WIDTH, stop - first)))
            yield from bundle[max(0, start - first) :]

    def statement(self, header: Header) -> bytes | None:
        """Return a statement from the site."""
        return read_statement(self.source, header)


class StoreTree:
    """The log in a store of our own, by one snapshot of it.

    Attributes:
        name: of the ledger, as a sentence names it.
    """

    def __init__(self, reading: Reading, name: str) -> None:
        self.name = name
        self._reading = reading

    def checkpoint(self) -> bytes:
        """Return the checkpoint of the head."""
        return self._reading.head().checkpoint

    def nodes(self, addresses: Iterable[Address], size: int) -> Nodes:  # noqa: ARG002  # a store needs no tree's size
        """Return nodes from the store.

        Raises:
            MalformedError: one is not there.
        """
        wanted = tuple(addresses)
        found = self._reading.nodes(wanted)
        if len(found) < len(set(wanted)):
            raise MalformedError(f"The tree of {self.name} is not whole; run pledger log check.")
        return found

    def headers(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield entries from the store."""
        for row in self._reading.rows(start, stop):
            yield row.header

    def statement(self, header: Header) -> bytes | None:
        """Return a statement from the store."""
        row = self._reading.row(header.index)
        return row.jws if row is not None else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A checkpoint that somebody shows, as it came.

    Attributes:
        name: who shows it, as a sentence names it.
        raw: the signed checkpoint.
    """

    name: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Promised:
    """An entry that somebody holds a receipt or a proof for.

    Attributes:
        name: of the file, as a sentence names it.
        index: of the entry.
        entry: its header and its inclusion proof.
        raw: the signed checkpoint that the proof leads to.
    """

    name: str
    index: int
    entry: Entry
    raw: bytes


@dataclass(frozen=True, slots=True)
class Carried:
    """What an audit's bundle shows of a completeness index, which the log's own entries are held against.

    Attributes:
        name: of the file, as a sentence names it.
        proof: its completeness proof.
        members: the records of its headers; those beyond the index are passed over.
    """

    name: str
    proof: IndexProof
    members: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A checkpoint that was shown, its signatures verified.

    Attributes:
        name: who showed it.
        signed: what it says, and who signed it.
    """

    name: str
    signed: SignedCheckpoint


@dataclass(frozen=True, slots=True)
class Watched:
    """What one round of watching a log gave.

    Attributes:
        origin: the log's name.
        sightings: all checkpoints that were shown and are the log's; its own is the last.
        largest: the one to hold the next round against: as it was seen before, where this round brought no larger one
            that is proved to continue it.
        entries: how many new entries were read, chained and hashed.
        findings: what is wrong, or could not be looked at.
        proofs: what of it is proved to anybody.
    """

    origin: str
    sightings: tuple[Sighting, ...]
    largest: SignedCheckpoint | None
    entries: int
    findings: tuple[Finding, ...]
    proofs: tuple[FraudProof, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def watch(  # noqa: PLR0913, one round is held against many things
    origin: str,
    keys: Sequence[VerifierKey],
    trees: Sequence[Tree],
    *,
    shown: Sequence[Shown] = (),
    promised: Sequence[Promised] = (),
    carried: Sequence[Carried] = (),
    known: bytes | None = None,
    known_keys: Sequence[VerifierKey] = (),
    keys_at: KeysAt | None = None,
) -> Watched:
    """Return what one round of watching a log gives.

    Args:
        origin: of the log.
        keys: of the log, whose name is the origin, and of its witnesses.
        trees: who serves the log; the first is the log itself, the others are its mirrors.
        shown: checkpoints that others show, such as witnesses.
        promised: entries for which somebody holds a receipt.
        carried: what audits of the log show of its completeness index.
        known: the largest checkpoint of an earlier round.
        known_keys: of the log as that round knew them: by these the checkpoint was seen, whatever is shown now.
        keys_at: where the log has replaced its keys, gives those that sign its checkpoint of a size; ``keys`` has all.
    """
    return _Round(origin, keys, known, keys_at, known_keys).run(trees, shown, promised, carried)


class _Round:
    """One round, step by step."""

    def __init__(
        self,
        origin: str,
        keys: Sequence[VerifierKey],
        known: bytes | None,
        keys_at: KeysAt | None = None,
        known_keys: Sequence[VerifierKey] = (),
    ) -> None:
        self.origin = origin
        self.keys = tuple(keys)
        self.keys_at = keys_at
        self.findings: list[Finding] = []
        self.proofs: list[FraudProof] = []
        self.sightings: list[Sighting] = []
        self.replaced: list[Sighting] = []
        self.log: Tree | None = None
        self.trees: list[tuple[Tree, SignedCheckpoint]] = []
        self.entries = 0
        self.logged: list[bytes] = []
        self.has_known = known is not None
        before = tuple(known_keys)
        self.known = self._open(Shown("what was seen before", known), before) if known is not None else None

    def run(
        self, trees: Sequence[Tree], shown: Sequence[Shown], promised: Sequence[Promised], carried: Sequence[Carried]
    ) -> Watched:
        # 1. Whoever shows a checkpoint of the log is heard, and what is not the log's is said.
        self.log = trees[0] if trees else None
        self._gather(trees, shown, promised)
        # 2. Two that contradict each other by themselves: forks and rollbacks.
        self._compare()
        self._look_behind()
        # 3. Each size is the beginning of the next.
        self._chain_sizes()
        # 4. The entries themselves, from the largest tree.
        largest = self._largest()
        if largest is not None and not self.proofs:
            self._read_entries(*largest)
            # What was logged of its index is what these entries give.
            if not self.findings or all(finding.code in _HARMLESS for finding in self.findings):
                self._check_indexes(*largest, carried)
        # 5. What was promised is there.
        for one in promised:
            self._look_for(one)
        return Watched(
            self.origin, tuple(self.sightings), self._held(largest), self.entries, tuple(self.findings),
            tuple(self.proofs),
        )  # fmt: skip

    def _held(self, largest: tuple[Tree, SignedCheckpoint] | None) -> SignedCheckpoint | None:
        """Return what the next round is held against: never less than before, and nothing that is in doubt."""
        is_doubted = bool(self.proofs) or any(finding.code not in _HARMLESS for finding in self.findings)
        if largest is None or is_doubted or (self.has_known and self.known is None):
            return self.known
        return largest[1]

    # --- 1. gathering -------------------------------------------------------------------------------------------------

    def _gather(self, trees: Sequence[Tree], shown: Sequence[Shown], promised: Sequence[Promised]) -> None:
        for one in shown:
            self._open(one)
        for promise in promised:
            self._open(Shown(promise.name, promise.raw))
        # The log comes last, as it may grow while the others are asked: whoever is ahead of it then is ahead for good.
        for tree in (*trees[1:], *trees[:1]):
            try:
                raw = tree.checkpoint()
            except PledgerError as error:
                self._note("source.unread", tree.name, error.message, _SOURCE)
                continue
            signed = self._open(Shown(tree.name, raw))
            if signed is not None:
                self.trees.append((tree, signed))
        self.trees.sort(key=lambda one: one[0] is not self.log)

    def _open(self, shown: Shown, before: tuple[VerifierKey, ...] = ()) -> SignedCheckpoint | None:
        """Return a checkpoint that the log signed, or None and a finding; ``before`` are keys that signed it then."""
        keys_at = None if before else self.keys_at
        try:
            signed = open_any_checkpoint(shown.raw, (*self.keys, *(key for key in before if key not in self.keys)))
            if signed.checkpoint.origin != self.origin or not any(key.name == self.origin for key in signed.signers):
                message = f"It is of {signed.checkpoint.origin}, or the log {self.origin} did not sign it."
                raise RefusedError(message)
            size = signed.checkpoint.size
            if keys_at is not None and not signed.signers & set(keys_at(size)):
                # It is no checkpoint of the log; but what its keys signed in their own time may convict them.
                self.replaced.append(Sighting(shown.name, signed))
                message = f"It is of {size} entries, and the keys that signed it do not sign for {self.origin} there."
                raise RefusedError(message)
        except (MalformedError, RefusedError) as error:
            self._note("checkpoint.refused", shown.name, error.message, "C2SP tlog-checkpoint")
            return None
        named = [key for key in (before or self.keys if keys_at is None else keys_at(size)) if key.name == self.origin]
        if not is_each(named, signed.signers):
            # It is heard all the same, as it may contradict another; a stranger with one of two keys is not the log.
            sentence = f"It is of {size} entries, and only one of the algorithms whose keys are known has signed it."
            self._note("checkpoint.partial", shown.name, sentence, "design §2.4")
        self.sightings.append(Sighting(shown.name, signed))
        return signed

    # --- 2. and 3. one against another --------------------------------------------------------------------------------

    def _compare(self) -> None:
        """Hold every two sightings against each other, and each against what replaced keys signed besides."""
        for one, other in product(self.replaced, self.sightings):
            proof = contradiction(one.signed, other.signed)
            if proof is not None:
                self._accuse(proof, f"{one.name} and {other.name}")
        for one, other in combinations(self.sightings, 2):
            if one.signed.raw == other.signed.raw:
                continue
            proof = contradiction(one.signed, other.signed)
            if proof is not None:
                self._accuse(proof, f"{one.name} and {other.name}")
                continue
            first, second = one.signed.checkpoint, other.signed.checkpoint
            if first.size == second.size and first.root != second.root:
                # By one of two keys each, or by keys before and after a rotation: it convicts nobody, and is no log.
                sentence = f"{one.name} and {other.name} show two roots of its size, and no known key signed both."
                self._note("tree.other", f"checkpoint {first.size}", sentence, "RFC 6962 §2.1.2")

    def _look_behind(self) -> None:
        """Say where the log itself shows less than was seen of it; a mirror or a witness may be behind."""
        largest = max(self.sightings, key=lambda one: one.signed.checkpoint.size, default=None)
        for tree, served in self.trees[:1]:
            if tree is self.log and largest is not None and served.checkpoint.size < largest.signed.checkpoint.size:
                sentence = (
                    f"It serves {served.checkpoint.size} entries, and {largest.name} showed "
                    f"{largest.signed.checkpoint.size}."
                )
                self._note("log.behind", tree.name, sentence, _SOURCE)

    def _chain_sizes(self) -> None:
        """Prove each size that was seen from the next larger one."""
        by_size: dict[int, dict[Hash, SignedCheckpoint]] = {}
        for sighting in self.sightings:
            said = sighting.signed.checkpoint
            by_size.setdefault(said.size, {}).setdefault(said.root, sighting.signed)
        by_size.pop(0, None)
        for old, new in pairwise(sorted(by_size)):
            for smaller, larger in product(by_size[old].values(), by_size[new].values()):
                self._prove(smaller, larger)

    def _prove(self, smaller: SignedCheckpoint, larger: SignedCheckpoint) -> None:
        """Find somebody whose tree has the larger root, and see with which smaller one it begins."""
        old, new = smaller.checkpoint, larger.checkpoint
        said: list[str] = []
        for tree, own in self.trees:
            if own.checkpoint.size < new.size:
                continue
            try:
                nodes = tree.nodes(rewrite_indexes(old.size, new.size), own.checkpoint.size)
            except PledgerError as error:
                said.append(error.message)
                continue
            begins, proof = read_edge(old.size, nodes).root, prove_consistency(old.size, new.size, nodes)
            if not verify_consistency(old=old.size, new=new.size, proof=proof, old_root=begins, new_root=new.root):
                said.append(f"The tree that {tree.name} serves does not lead to the signed root.")
            elif begins == old.root:
                return
            else:
                rewrite = make_rewrite(smaller, larger, nodes)
                if rewrite is not None:
                    self._accuse(rewrite, tree.name)
                    return
                said.append(f"What {tree.name} serves begins with another tree, and nobody known signed both.")
        reason = " ".join(said) or "Nobody serves a tree of that size."
        sentence = f"That it continues the one of {old.size} entries is not proved. {reason}"
        self._note("tree.unproved", f"checkpoint {new.size}", sentence, "RFC 6962 §2.1.2")

    # --- 4. entries ---------------------------------------------------------------------------------------------------

    def _largest(self) -> tuple[Tree, SignedCheckpoint] | None:
        """Return who serves the largest tree, the log before its mirrors."""
        return max(self.trees, key=lambda one: one[1].checkpoint.size, default=None)

    def _read_entries(self, tree: Tree, signed: SignedCheckpoint) -> None:
        """Read the entries since what was seen before: each well-formed, chained, and together the signed tree."""
        said = signed.checkpoint
        start = min(self.known.checkpoint.size, said.size) if self.known is not None else 0
        try:
            edge = read_edge(start, tree.nodes(edge_indexes(start), said.size))
            last = next(tree.headers(start - 1, said.size)) if start else None
            edge = self._extend(edge, last, tree, signed)
        except StopIteration:
            self._note("entry.withheld", f"entry {start - 1}", f"{tree.name} does not serve it.", "design §2.3")
            return
        except PledgerError as error:
            self._note("entry.withheld", f"entries from {start}", error.message, "design §2.3")
            return
        self.entries = edge.size - start
        if edge.size != said.size or edge.root != said.root:
            sentence = f"The {edge.size} entries that {tree.name} serves are not the {said.size} that were signed."
            self._note("entry.withheld", f"checkpoint {said.size}", sentence, "design §2.3")

    def _extend(self, edge: Edge, last: bytes | None, tree: Tree, signed: SignedCheckpoint) -> Edge:
        previous = parse_header(last) if last is not None else None
        leaves: list[Hash] = []
        for raw in tree.headers(edge.size, signed.checkpoint.size):
            index = edge.size + len(leaves)
            header = parse_header(raw[: HEADER_LIMIT + 1])
            fault = chain_fault(previous, header)
            if fault is not None:
                self._break_chain(tree, signed, index, raw, last, fault)
                # What follows is chained to what was served, so that one break is told once.
                self._refuse_break(fault)
            leaves.append(leaf_hash(raw))
            if header.kind == "index":
                self.logged.append(raw)
            if len(leaves) == GROUP:
                edge, leaves = edge.extend(leaves)[0], []
            previous, last = header, raw
        return edge.extend(leaves)[0] if leaves else edge

    def _break_chain(
        self, tree: Tree, signed: SignedCheckpoint, index: int, raw: bytes, last: bytes | None, fault: str
    ) -> None:
        """Accuse the log of a broken chain, where its signed tree has those very entries."""
        before = None if last is None else Entry(last, self._inclusion(tree, signed, index - 1))
        proof = Chain(self.keys_of(signed), signed.raw, index, Entry(raw, self._inclusion(tree, signed, index)), before)
        if judge(proof, self.keys).is_shown:
            self._accuse(proof, tree.name)
        else:
            self._note(
                "entry.other", f"entry {index}", f"{tree.name} serves what was not signed. {fault}", "design §2.3"
            )

    def _refuse_break(self, fault: str) -> None:
        raise MalformedError(f"The entries after a break of the chain were not read. {fault}")

    # --- 4. the completeness index ------------------------------------------------------------------------------------

    def _check_indexes(self, tree: Tree, signed: SignedCheckpoint, carried: Sequence[Carried]) -> None:
        """Hold each new index statement, and what audits show of older ones, against the entries that it covers."""
        size = signed.checkpoint.size
        found: dict[int, tuple[bytes, bytes]] = {}
        try:
            for raw in self.logged:
                self._find_index(raw, tree, found)
            for one in carried:
                if one.proof.entry < size and one.proof.entry not in found:
                    self._find_index(next(iter(tree.headers(one.proof.entry, size))), tree, found)
            sizes = {entry: said_index(statement)[0] for entry, (_, statement) in found.items()}
            records = header_records(islice(tree.headers(0, size), max(sizes.values(), default=0)))
            roots = index_roots(records, sizes.values())
            for entry, (raw, statement) in found.items():
                logged = Logged(entry, Entry(raw, self._inclusion(tree, signed, entry)), statement)
                # What an audit shows is enough to convict, however long the log is.
                if not self._omits(tree, signed, logged, carried) and said_index(statement)[1] != roots[sizes[entry]]:
                    self._misindexes(tree, signed, logged)
        except (PledgerError, StopIteration) as error:
            sentence = error.message if isinstance(error, PledgerError) else f"{tree.name} does not serve its entries."
            self._note("index.unread", "index", sentence, "design §2.3")

    def _find_index(self, raw: bytes, tree: Tree, found: dict[int, tuple[bytes, bytes]]) -> None:
        """Add header and statement of a logged index; say so where there is none, or one of more than stands before."""
        header = parse_header(raw)
        subject = f"entry {header.index}"
        statement = tree.statement(header) if header.kind == "index" else None
        if statement is None or digest(statement) != header.statement:
            self._note("index.unread", subject, f"{tree.name} does not serve the statement of an index.", "design §2.3")
            return
        size, _ = said_index(statement)
        if not 0 < size <= header.index:
            sentence = f"An index of {size} entries is logged, and {header.index} stand before it."
            self._note("index.size", subject, sentence, "design §2.3")
            return
        found[header.index] = raw, statement

    def _omits(self, tree: Tree, signed: SignedCheckpoint, logged: Logged, carried: Sequence[Carried]) -> bool:
        """Accuse the log where an audit shows an index without one of the log's entries, or with another in its stead.

        Tell whether that was done.
        """
        total = signed.checkpoint.size
        size, _ = said_index(logged.statement)
        for one in carried:
            if one.proof.entry != logged.index:
                continue
            shown = ShownRecords(one.proof, size=size, members=[raw for raw in one.members if index_of(raw) < size])
            for raw in islice(tree.headers(0, total), size):
                header = parse_header(raw)
                record = format_record(
                    kind=header.kind, subject=header.subject, index=header.index, leaf=leaf_hash(raw)
                )  # fmt: skip
                denial = shown.denial(record)
                if denial is not None:
                    omitted = Entry(raw, self._inclusion(tree, signed, header.index))
                    proof = Omission(self.keys_of(signed), signed.raw, logged, header.index, omitted, denial)
                    if judge(proof, self.keys).is_shown:
                        self._accuse(proof, one.name)
                        return True
        return False

    def _misindexes(self, tree: Tree, signed: SignedCheckpoint, logged: Logged) -> None:
        """Accuse the log of an index whose root is not what its entries give, where the entries fit into a proof."""
        total = signed.checkpoint.size
        size, _ = said_index(logged.statement)
        headers: list[bytes] = []
        room = HEADERS_ROOM
        for raw in islice(tree.headers(0, total), size):
            room -= len(raw) + 1
            if room < 0:
                break
            headers.append(raw)
        nodes = tree.nodes(consistency_indexes(size, total), total)
        proof = Misindex(
            self.keys_of(signed), signed.raw, logged, tuple(headers), prove_consistency(size, total, nodes)
        )  # fmt: skip
        if room >= 0 and judge(proof, self.keys).is_shown:
            self._accuse(proof, tree.name)
            return
        sentence = (
            f"The index of {size} entries that entry {logged.index} logs is not that of these entries, which are too "
            "many for a proof of that. A bundle that rests on it may prove it: watch with that as a source."
        )
        self._note("index.root-mismatch", f"entry {logged.index}", sentence, "design §2.3")

    # --- 5. promises --------------------------------------------------------------------------------------------------

    def _look_for(self, promise: Promised) -> None:
        """Look for an entry that was promised, in every tree that is served."""
        first = next((one.signed for one in self.sightings if one.signed.raw == promise.raw), None)
        leaf = leaf_hash(promise.entry.header)
        if first is None:
            return  # its checkpoint was refused, and that was said
        said = first.checkpoint
        if not verify_inclusion(
            leaf=leaf, index=promise.index, size=said.size, proof=promise.entry.inclusion, root=said.root
        ):
            sentence = f"Its proof does not lead from entry {promise.index} to the root that was signed."
            self._note("inclusion.root-mismatch", promise.name, sentence, "RFC 6962 §2.1.1")
            return
        for tree, signed in self.trees:
            self._look_in(tree, signed, promise, first, leaf)

    def _look_in(
        self, tree: Tree, signed: SignedCheckpoint, promise: Promised, first: SignedCheckpoint, leaf: Hash
    ) -> None:
        size, index, other = signed.checkpoint.size, promise.index, None
        if index < size:
            try:
                other = Leaf(tree.nodes([Address(0, index)], size)[0, index], self._inclusion(tree, signed, index))
            except PledgerError as error:
                self._note("entry.withheld", f"entry {index}", error.message, "design §2.3")
                return
            if other.value == leaf:
                return
        elif tree is not self.log:
            return  # a mirror may be behind
        keys = tuple(key for key in self.keys if key in first.signers and key in signed.signers)
        proof = Withheld(keys, first.raw, signed.raw, index, promise.entry, other)
        if judge(proof, self.keys).is_shown:
            self._accuse(proof, tree.name)
            return
        sentence = f"It was promised ({promise.name}), and what {tree.name} serves does not have it."
        self._note("entry.withheld", f"entry {index}", sentence, "design §2.3")

    # --- saying it ----------------------------------------------------------------------------------------------------

    def keys_of(self, signed: SignedCheckpoint) -> tuple[VerifierKey, ...]:
        """Return the known keys that signed a checkpoint."""
        return tuple(one.key for one in signed.signed)

    def _inclusion(self, tree: Tree, signed: SignedCheckpoint, index: int) -> tuple[Hash, ...]:
        size = signed.checkpoint.size
        return prove_inclusion(index, size, tree.nodes(inclusion_indexes(index, size), size))

    def _accuse(self, proof: FraudProof, subject: str) -> None:
        """Add a fraud proof, with the finding that tells of it, once."""
        judged = judge(proof, self.keys)
        if proof not in self.proofs:
            self.proofs.append(proof)
            self._note(f"log.{judged.accusation}", subject, judged.sentence, "design §2.4")

    def _note(self, code: str, subject: str, sentence: str, source: str) -> None:
        finding = Finding(code, subject, sentence, source)
        if finding not in self.findings:
            self.findings.append(finding)
