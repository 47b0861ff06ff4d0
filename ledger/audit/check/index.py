"""Steps 6 to 8 where a bundle carries, instead of all headers, those of its closure and an index proof (design §2.3).

The headers are then: those of the closure among the entries that the index covers, and after these every header to the
end of the log, the *tail*, in which the statement of the index stands itself. All of them are shown to be in the
signed tree by one proof, and those of the closure to be all that the index has of it. What cannot be checked without
the other headers is named: the chain between them, the anchors, and that the index itself is honest, for which there
are monitors.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.assessment.authority import Authority
from ledger.assessment.succession import beginnings
from ledger.audit.bundle import CONSISTENCY, HEADERS, INCLUSION, INDEX, LINES_LIMIT, TAIL_LIMIT
from ledger.audit.check.case import FINDINGS_LIMIT, Case, Indexed
from ledger.audit.check.log import read_lines
from ledger.audit.closure import Closure, in_closure
from ledger.errors import MalformedError
from ledger.model.statement import IndexStatement
from ledger.signing.canonical import decode_base64url
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.entry import Header, chain_fault, leaf_hash, parse_header
from ledger.tlog.index import INDEX_LIMIT, closure_ranges, format_record, index_fault, parse_index_proof
from ledger.tlog.merkle import HASH_SIZE, Hash, verify_consistency
from ledger.tlog.multiproof import root_of_many

CONSISTENCY_LIMIT: Final = 1 << 20
"""The most bytes of the proofs for replaced keys: those of some five hundred appointments."""

INCLUSION_LIMIT: Final = 1 << 24
"""The most bytes of an inclusion proof of many entries: half a million hashes."""

UNCHECKED: Final = (
    "index: the chain between the headers of the closure, as the others are not here",
    "index: that the root which the operator logged is that of the log's entries; monitors and log check recompute it",
    "index: the checkpoints that authors had seen (anchors), but for their sizes",
)
"""What is left out wherever an index stands for the other headers."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A header as it was read, with its leaf hash."""

    header: Header
    leaf: Hash


def is_indexed(case: Case) -> bool:
    """Whether an index stands for headers that the bundle does not carry."""
    return case.bundle.find(INDEX) is not None


def check_indexed_log(case: Case, checkpoint: Checkpoint) -> None:
    """Steps 6 and 7. Check the chain as far as it goes and the tree, and keep the headers whose statements are here."""
    for one in UNCHECKED:
        case.notes.skip(one)
    lines = _read(case)
    case.headers = [line.header for line in lines if line.header.statement in case.opened]
    # 6. Each header counts on from the one before it, and follows it where it is the next.
    _check_chain(case, lines)
    # 7. All of them are in the tree that is signed,
    _check_inclusion(case, checkpoint, lines)
    # and the last ones are its end, from where the index ends.
    _check_index(case, checkpoint, lines)


def check_ranges(case: Case, closure: Closure) -> None:
    """Step 8. Find entries of the closure that the index has, and whose headers are not here."""
    indexed = case.indexed
    if indexed is None:
        return
    for header in indexed.below:
        if not in_closure(header, closure):
            sentence = "The header is here and belongs to no statement of this audit."
            case.notes.find(8, "index.surplus", f"entry {header.index}", sentence)
    ranges = closure_ranges(closure.subjects, closure.traders)
    fault = index_fault(
        indexed.proof, size=indexed.size, root=indexed.root, members=indexed.members, ranges=ranges
    )  # fmt: skip
    if fault is not None:
        case.notes.find(8, fault.code, INDEX, fault.sentence)


def check_beginnings(case: Case, checkpoint: Checkpoint, authority: Authority) -> None:
    """Step 7. See that the log begins with each tree that keys signed before they were replaced.

    With all headers that is seen from them. Here a proof stands for it, so that who knows replaced keys is led on;
    where there is none, as in bundles of before, only a policy of the keys in force is any use.
    """
    if not is_indexed(case) or case.bundle.find(CONSISTENCY) is None:
        return
    heads = beginnings(authority, checkpoint.size)
    try:
        proofs = parse_proofs(case.bundle.read(CONSISTENCY, limit=CONSISTENCY_LIMIT))
    except MalformedError as error:
        case.notes.find(7, "consistency.malformed", CONSISTENCY, error.message)
        return
    if not heads or len(proofs) != len(heads):
        sentence = f"There are {len(proofs)} proofs for the {len(heads)} times that the keys were replaced."
        case.notes.find(7, "consistency.mismatch", CONSISTENCY, sentence)
        return
    for head, proof in zip(heads, proofs, strict=True):
        if verify_consistency(
            old=head.size, new=checkpoint.size, proof=proof, old_root=head.root, new_root=checkpoint.root
        ):
            case.roots[head.size] = head.root
        else:
            sentence = (
                f"The log does not begin with the {head.size} entries that its keys signed as they were replaced."
            )
            case.notes.find(7, "consistency.mismatch", CONSISTENCY, sentence)


def format_proofs(proofs: Iterable[Sequence[Hash]]) -> bytes:
    """Return consistency proofs one after the other, each its number of hashes, in one byte, and these."""
    return b"".join(bytes([len(proof)]) + b"".join(proof) for proof in proofs)


def parse_proofs(raw: bytes) -> tuple[tuple[Hash, ...], ...]:
    """Return the proofs that ``format_proofs`` wrote.

    Raises:
        MalformedError: the bytes end within one.
    """
    proofs: list[tuple[Hash, ...]] = []
    place = 0
    while place < len(raw):
        begin, place = place + 1, place + 1 + HASH_SIZE * raw[place]
        if place > len(raw):
            raise MalformedError("The consistency proofs end within one of them; get the bundle whole.")
        proofs.append(tuple(Hash(raw[at : at + HASH_SIZE]) for at in range(begin, place, HASH_SIZE)))
    return tuple(proofs)


def _read(case: Case) -> list[_Line]:
    """Return the headers that can be read, in their order."""
    lines: list[_Line] = []
    faulty = 0
    for place, raw in enumerate(read_lines(case)):
        if place == LINES_LIMIT or faulty == FINDINGS_LIMIT:
            case.lines = place
            sentence = f"There are more than {LINES_LIMIT} headers, or too many wrong ones; the rest were not read."
            case.notes.find(7, "tree.size", HEADERS, sentence)
            break
        try:
            lines.append(_Line(parse_header(raw), leaf_hash(raw)))
        except MalformedError as error:
            faulty += 1
            case.notes.find(6, "entry.form", f"line {place + 1} of {HEADERS}", error.message)
    return lines


def _check_chain(case: Case, lines: list[_Line]) -> None:
    before: _Line | None = None
    for line in lines:
        place = f"entry {line.header.index}"
        previous = before.header if before is not None else None
        if previous is not None and line.header.index <= previous.index:
            case.notes.find(6, "chain.index", place, f"It stands after entry {previous.index}.")
        elif previous is None or before is None or line.header.index == previous.index + 1:
            leaf = before.leaf if before is not None else None
            fault = chain_fault(previous, line.header, previous_leaf=leaf)
            if fault is not None:
                case.notes.find(6, "chain.prev", place, fault)
        elif line.header.received < previous.received:
            case.notes.find(6, "chain.time", place, f"It was received before entry {previous.index}.")
        before = line


def _check_inclusion(case: Case, checkpoint: Checkpoint, lines: list[_Line]) -> None:
    try:
        raw = case.bundle.read(INCLUSION, limit=INCLUSION_LIMIT)
    except MalformedError as error:
        case.notes.find(7, "inclusion.malformed", INCLUSION, error.message)
        return
    hashes = [Hash(raw[place : place + HASH_SIZE]) for place in range(0, len(raw), HASH_SIZE)]
    leaves = [(line.header.index, line.leaf) for line in lines]
    if root_of_many(leaves, checkpoint.size, hashes) != checkpoint.root:
        sentence = f"The proof does not lead from the {len(lines)} headers to the root that the checkpoint signs."
        case.notes.find(7, "inclusion.root-mismatch", INCLUSION, sentence)
    case.roots[checkpoint.size] = checkpoint.root


def _check_index(case: Case, checkpoint: Checkpoint, lines: list[_Line]) -> None:
    """Find out which index is meant, and whether the headers go on from where it ends."""
    notes = case.notes
    try:
        proof = parse_index_proof(case.bundle.read(INDEX, limit=INDEX_LIMIT))
    except MalformedError as error:
        notes.find(7, "index.malformed", INDEX, error.message)
        return
    header = next((line.header for line in lines if line.header.index == proof.entry), None)
    one = case.opened.get(header.statement) if header is not None else None
    if (
        header is None
        or one is None
        or not isinstance(one.statement, IndexStatement)
        or (header.kind, one.statement.subject) != ("index", checkpoint.origin)
    ):
        sentence = "The bundle does not hold the header and the statement of the index that its proof is about."
        notes.find(7, "index.missing", f"entry {proof.entry}", sentence)
        return
    size = one.statement.body.size
    if size > header.index:
        sentence = f"The index is of {size} entries, which is more than stand before it."
        notes.find(7, "index.size", f"entry {header.index}", sentence)
    tail = [line.header.index for line in lines if line.header.index >= size]
    if tail != list(range(size, checkpoint.size)) or len(tail) > TAIL_LIMIT:
        sentence = (
            f"After the index of {size} entries, the headers to the {checkpoint.size} that are signed have to follow, "
            f"at most {TAIL_LIMIT}; {len(tail)} of them are here."
        )
        notes.find(7, "tree.size", HEADERS, sentence)
    below = tuple(line for line in lines if line.header.index < size)
    members = tuple(
        format_record(kind=line.header.kind, subject=line.header.subject, index=line.header.index, leaf=line.leaf)
        for line in below
    )
    case.indexed = Indexed(
        proof=proof, size=size, root=Hash(decode_base64url(one.statement.body.root, what="the root of the index")),
        statement=header.statement, below=tuple(line.header for line in below), members=members,
    )  # fmt: skip
