"""Fraud proofs: what a log, or a witness, signed and could not have signed if it were honest, in one file.

A proof holds signed checkpoints and what it takes to see that they contradict each other, and nothing that has to be
believed: no time at which something was fetched, no word of whoever found it. There are seven accusations::

    fork       two roots of one size
    rewrite    the larger tree begins with another tree than the smaller one (a changed entry, a rewritten tail)
    rollback   a smaller tree, said later to be the largest
    withheld   an entry that was in the log: later another stands in its place, or the log ends before it
    chain      entries in one signed tree that do not follow one another (design §2.3)
    omission   a completeness index that was logged, and does not have an entry that it covers
    misindex   a completeness index that was logged, and is not that of the entries that it covers

All but the last three convict whoever signed both checkpoints, a witness as well as the log; what is said of *later*
rests on the times in the accused's own cosignatures (C2SP tlog-cosignature: "as of the specified time, the largest
tree"). A
proof that does not lead to the signed root shows nothing, as anyone can break a proof; so a *failing* consistency proof
is never enough here, and a rewrite is shown by a proof that holds, from another root than the one that was signed.
Judging never raises over what an accuser can write; only a file that is no fraud proof is malformed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from ledger.errors import MalformedError, RefusedError
from ledger.signing.canonical import (
    decode_base64,
    decode_base64url,
    digest,
    encode_base64,
    format_json,
    parse_canonical,
)
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.checkpoint import SignedCheckpoint, open_any_checkpoint, parse_checkpoint, parse_decimal
from ledger.tlog.entry import chain_fault, parse_header
from ledger.tlog.finding import Finding
from ledger.tlog.index import (
    IndexProof,
    format_index_proof,
    format_record,
    hash_records,
    index_fault,
    index_of,
    parse_index_proof,
    place_of,
)
from ledger.tlog.merkle import (
    EMPTY_EDGE,
    HASH_SIZE,
    Address,
    Hash,
    Nodes,
    consistency_indexes,
    edge_indexes,
    format_hash,
    leaf_hash,
    parse_hash,
    prove_consistency,
    read_edge,
    verify_consistency,
    verify_inclusion,
)
from ledger.tlog.note import NOTE_LIMIT, VerifierKey, format_verifier_key, parse_note, parse_verifier_key

FRAUD_LIMIT: Final = 64 * NOTE_LIMIT
"""The most bytes that a fraud proof may have: a misindex carries every header that the index covers."""

FRAUD_START: Final = b'{"accusation":"'
"""How every fraud proof begins, and nothing else that is verified."""

KEYS_LIMIT: Final = 100
"""The most keys that a fraud proof may name."""

HASHES_LIMIT: Final = 124
"""The most hashes that a proof in it may have: no tree is larger than 2^62."""

_SCHEMA: Final = "fraud.v1"
_COSIGNATURE: Final = "C2SP tlog-cosignature"
_CONSISTENCY: Final = "RFC 6962 §2.1.2"
_INCLUSION: Final = "RFC 6962 §2.1.1"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that is in a signed tree.

    Attributes:
        header: its line.
        inclusion: from the leaf's sibling up to the root's child.
    """

    header: bytes
    inclusion: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf that is in a signed tree, of which only the hash is known."""

    value: Hash
    inclusion: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Fork:
    """Two roots of one size.

    Attributes:
        keys: of whoever is said to have signed, as the accuser has them; a judge may know others.
        first: a signed checkpoint.
        second: the other.
    """

    keys: tuple[VerifierKey, ...]
    first: bytes
    second: bytes


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A larger tree that does not begin with the smaller one.

    Attributes:
        keys: as in `Fork`.
        first: the signed checkpoint of the smaller tree.
        second: that of the larger one.
        root: of the tree with which the larger one does begin, at the size of the smaller one.
        consistency: the proof of that, from ``root`` to the root of ``second``.
    """

    keys: tuple[VerifierKey, ...]
    first: bytes
    second: bytes
    root: Hash
    consistency: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Rollback:
    """A smaller tree, said later to be the largest.

    Attributes:
        keys: as in `Fork`.
        first: the signed checkpoint of the larger tree, which was signed before.
        second: that of the smaller one, which was signed after.
    """

    keys: tuple[VerifierKey, ...]
    first: bytes
    second: bytes


@dataclass(frozen=True, slots=True)
class Withheld:
    """An entry that was in the log and is not any more.

    Attributes:
        keys: as in `Fork`.
        first: the signed checkpoint whose tree has the entry, such as that of a receipt.
        second: the one whose tree has another leaf in its place, or which was signed later and ends before it.
        index: of the entry.
        entry: what was there.
        other: what is there in the second tree, or None where that ends before it.
    """

    keys: tuple[VerifierKey, ...]
    first: bytes
    second: bytes
    index: int
    entry: Entry
    other: Leaf | None


@dataclass(frozen=True, slots=True)
class Chain:
    """Entries in one signed tree that do not follow one another.

    Attributes:
        keys: as in `Fork`.
        first: the signed checkpoint.
        index: of the entry that does not follow.
        entry: that entry.
        before: the entry at ``index - 1``; None where ``index`` is 0.
    """

    keys: tuple[VerifierKey, ...]
    first: bytes
    index: int
    entry: Entry
    before: Entry | None


@dataclass(frozen=True, slots=True)
class Logged:
    """A statement of a completeness index, as it stands in a signed tree.

    Attributes:
        index: of its entry.
        entry: its header, in the tree of the checkpoint.
        statement: the compact JWS that the header names.
    """

    index: int
    entry: Entry
    statement: bytes


@dataclass(frozen=True, slots=True)
class Omission:
    """A completeness index in which an entry that it covers is not what the log has there.

    Attributes:
        keys: as in `Fork`.
        first: the signed checkpoint.
        logged: the statement of the index.
        index: of the entry that it does not have, below the index's size.
        omitted: that entry.
        proof: a completeness proof out of that index, in which the entry's own place is empty, or which shows another
            record for it.
    """

    keys: tuple[VerifierKey, ...]
    first: bytes
    logged: Logged
    index: int
    omitted: Entry
    proof: IndexProof


@dataclass(frozen=True, slots=True)
class Misindex:
    """A completeness index whose root is not what the entries that it covers give.

    Attributes:
        keys: as in `Fork`.
        first: the signed checkpoint.
        logged: the statement of the index.
        headers: every header that it covers, in order.
        consistency: the proof that the tree of ``first`` begins with these (RFC 6962 §2.1.2).
    """

    keys: tuple[VerifierKey, ...]
    first: bytes
    logged: Logged
    headers: tuple[bytes, ...]
    consistency: tuple[Hash, ...]


FraudProof = Fork | Rewrite | Rollback | Withheld | Chain | Omission | Misindex
"""A self-contained accusation."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a fraud proof shows.

    Attributes:
        accusation: in a word.
        origin: of the log.
        convicted: the keys whose holder signed what contradicts itself; none where the accusation does not stand.
        sentence: what was shown, or why nothing was.
        findings: what is wrong with the accusation, where it does not stand.
    """

    accusation: str
    origin: str
    convicted: tuple[VerifierKey, ...]
    sentence: str
    findings: tuple[Finding, ...]

    @property
    def is_shown(self) -> bool:
        """Whether anybody is convicted."""
        return bool(self.convicted)


# --- making -----------------------------------------------------------------------------------------------------------


def contradiction(one: SignedCheckpoint, other: SignedCheckpoint) -> Fork | Rollback | None:
    """Return how two checkpoints of one log contradict each other by themselves, or None where they do not."""
    if one.checkpoint.origin != other.checkpoint.origin:
        return None
    keys = tuple(cosigned.key for cosigned in one.signed if cosigned.key in other.signers)
    proofs = (Fork(keys, one.raw, other.raw), Rollback(keys, one.raw, other.raw), Rollback(keys, other.raw, one.raw))
    return next((proof for proof in proofs if keys and judge(proof, keys).is_shown), None)


def rewrite_indexes(old: int, new: int) -> tuple[Address, ...]:
    """Return where the nodes of the larger tree stand that `make_rewrite` needs."""
    return (*consistency_indexes(old, new), *edge_indexes(old))


def make_rewrite(smaller: SignedCheckpoint, larger: SignedCheckpoint, nodes: Nodes) -> Rewrite | None:
    """Return the proof that the larger tree does not begin with the smaller one, or None where nothing shows it.

    Args:
        smaller: the checkpoint of the smaller tree, not empty.
        larger: that of the larger one.
        nodes: of the larger tree, at least those at `rewrite_indexes`; they need not be what the log signed.
    """
    old, new = smaller.checkpoint.size, larger.checkpoint.size
    keys = tuple(cosigned.key for cosigned in smaller.signed if cosigned.key in larger.signers)
    proof = Rewrite(
        keys, smaller.raw, larger.raw, read_edge(old, nodes).root, prove_consistency(old, new, nodes)
    )  # fmt: skip
    return proof if keys and judge(proof, keys).is_shown else None


# --- judging ----------------------------------------------------------------------------------------------------------


def judge(proof: FraudProof, keys: Sequence[VerifierKey]) -> Judgement:
    """Return whom a fraud proof convicts, of those whose keys the judge knows.

    Args:
        proof: the accusation.
        keys: those known to be the log's and its witnesses'. The keys that the proof names are the accuser's word: by
            them, it is shown only that whoever holds them contradicted himself.
    """
    accusation = type(proof).__name__.lower()
    # 1. Every checkpoint is one, of the same log, and every signature by a known key under it is good.
    raws = (proof.first,) if isinstance(proof, Chain | Omission | Misindex) else (proof.first, proof.second)
    try:
        opened = [open_any_checkpoint(raw, keys) for raw in raws]
    except (MalformedError, RefusedError) as error:
        return _acquitted(accusation, "", "fraud.checkpoint", error.message, "C2SP tlog-checkpoint")
    origins = {signed.checkpoint.origin for signed in opened}
    if len(origins) > 1:
        sentence = f"The checkpoints are of two logs, {' and '.join(sorted(origins))}."
        return _acquitted(accusation, "", "fraud.origin", sentence, "C2SP tlog-checkpoint")
    origin, first, second = opened[0].checkpoint.origin, opened[0], opened[-1]
    # 2. What they say, with what else is in the proof, contradicts itself.
    shown = _shown(proof, first, second)
    if isinstance(shown, Finding):
        return Judgement(accusation, origin, (), shown.sentence, (shown,))
    # 3. Somebody signed both; as chain and index are no witness's to check, these convict the log alone.
    convicted = tuple(key for key in keys if key in first.signers and key in second.signers and shown.convicts(key))
    if not convicted:
        sentence = "No known key signed all that contradicts itself, at the times that it would take."
        return _acquitted(accusation, origin, "fraud.signers", sentence, _COSIGNATURE)
    return Judgement(accusation, origin, convicted, shown.sentence, ())


@dataclass(frozen=True, slots=True)
class _Shown:
    """A contradiction, in a sentence, and whom of those who signed both sides it convicts."""

    sentence: str
    convicts: Callable[[VerifierKey], bool]


def _shown(proof: FraudProof, first: SignedCheckpoint, second: SignedCheckpoint) -> _Shown | Finding:
    """Return the contradiction that a proof shows, whoever signed it, or what it lacks."""
    match proof:
        case Fork():
            return _fork(first, second)
        case Rewrite():
            return _rewrite(proof, first, second)
        case Rollback():
            return _rollback(first, second)
        case Withheld():
            return _withheld(proof, first, second)
        case Chain():
            return _chain(proof, first)
        case Omission():
            return _omission(proof, first)
        case Misindex():
            return _misindex(proof, first)
    assert_never(proof)


def _fork(first: SignedCheckpoint, second: SignedCheckpoint) -> _Shown | Finding:
    one, other = first.checkpoint, second.checkpoint
    if one.size != other.size or one.root == other.root:
        return Finding("fraud.fork", _of(one.size), "The checkpoints are not two roots of one size.", _CONSISTENCY)
    sentence = f"Two roots of {one.size} entries were signed, {format_hash(one.root)} and {format_hash(other.root)}."
    return _Shown(sentence, _anyone)


def _rewrite(proof: Rewrite, first: SignedCheckpoint, second: SignedCheckpoint) -> _Shown | Finding:
    old, new = first.checkpoint, second.checkpoint
    # With 0 there is nothing to begin with, and with equal sizes no proof that says anything: those are forks.
    if not 0 < old.size < new.size or proof.root == old.root:
        sentence = "The checkpoints are not a smaller tree and a larger one with another beginning."
        return Finding("fraud.rewrite", _of(new.size), sentence, _CONSISTENCY)
    if not verify_consistency(
        old=old.size, new=new.size, proof=proof.consistency, old_root=proof.root, new_root=new.root
    ):
        sentence = "The proof does not lead to the root of the larger tree; a broken proof shows nothing."
        return Finding("fraud.proof", _of(new.size), sentence, _CONSISTENCY)
    sentence = (
        f"The signed tree of {new.size} entries begins with {format_hash(proof.root)} at {old.size} entries, "
        f"where {format_hash(old.root)} was signed."
    )
    return _Shown(sentence, _anyone)


def _rollback(first: SignedCheckpoint, second: SignedCheckpoint) -> _Shown | Finding:
    large, small = first.checkpoint.size, second.checkpoint.size
    if small >= large:
        return Finding("fraud.rollback", _of(small), "The later checkpoint is not of a smaller tree.", _COSIGNATURE)
    sentence = f"After {large} entries had been signed, {small} were said to be all."
    return _Shown(sentence, _later(first, second))


def _withheld(proof: Withheld, first: SignedCheckpoint, second: SignedCheckpoint) -> _Shown | Finding:
    subject, leaf = f"entry {proof.index}", leaf_hash(proof.entry.header)
    if not _stands(first, proof.index, leaf, proof.entry.inclusion):
        sentence = f"The proof does not lead from entry {proof.index} to the root of the first checkpoint."
        return Finding("fraud.proof", subject, sentence, _INCLUSION)
    if proof.other is None:
        if proof.index < second.checkpoint.size:
            sentence = f"The second checkpoint has {second.checkpoint.size} entries, and so does not end before it."
            return Finding("fraud.withheld", subject, sentence, _COSIGNATURE)
        sentence = f"Entry {proof.index} was in the log, and after that {second.checkpoint.size} entries were all."
        return _Shown(sentence, _later(first, second))
    if proof.other.value == leaf:
        return Finding("fraud.withheld", subject, "The same leaf stands in both trees.", _INCLUSION)
    if not _stands(second, proof.index, proof.other.value, proof.other.inclusion):
        sentence = f"The proof does not lead from leaf {proof.index} to the root of the second checkpoint."
        return Finding("fraud.proof", subject, sentence, _INCLUSION)
    sentence = f"Entry {proof.index} is another in the tree of {second.checkpoint.size} entries than it was."
    return _Shown(sentence, _anyone)


def _chain(proof: Chain, signed: SignedCheckpoint) -> _Shown | Finding:
    subject, source = f"entry {proof.index}", "design §2.3"
    places = [(proof.index, proof.entry), *([] if proof.before is None else [(proof.index - 1, proof.before)])]
    if (proof.before is None) != (proof.index == 0):
        return Finding("fraud.chain", subject, "An entry but the first is held against the one before it.", source)
    if not all(_stands(signed, index, leaf_hash(entry.header), entry.inclusion) for index, entry in places):
        return Finding("fraud.proof", subject, "The proofs do not lead to the root of the checkpoint.", _INCLUSION)
    header = parse_header(proof.entry.header)
    before = None if proof.before is None else parse_header(proof.before.header)
    fault = chain_fault(before, header)
    # Two headers may follow one another and still both stand in the wrong place.
    if fault is None and header.index != proof.index:
        fault = f"Entry {proof.index} is numbered {header.index}."
    if fault is None:
        return Finding("fraud.chain", subject, "The entries follow one another as they should.", source)
    origin = signed.checkpoint.origin
    return _Shown(f"The signed tree breaks the chain. {fault}", lambda key: key.name == origin)


@dataclass(frozen=True, slots=True)
class _Index:
    """What a logged statement says of its index."""

    size: int
    root: Hash


def _omission(proof: Omission, signed: SignedCheckpoint) -> _Shown | Finding:
    subject, source = f"entry {proof.logged.index}", "design §2.3"
    said = _logged(proof.logged, signed)
    if isinstance(said, Finding):
        return said
    leaf = leaf_hash(proof.omitted.header)
    if not proof.index < said.size or not _stands(signed, proof.index, leaf, proof.omitted.inclusion):
        sentence = f"Entry {proof.index} is not shown to be one that the index of {said.size} entries covers."
        return Finding("fraud.proof", subject, sentence, _INCLUSION)
    header = parse_header(proof.omitted.header)
    record = format_record(kind=header.kind, subject=header.subject, index=proof.index, leaf=leaf)
    place = place_of(record)
    # Of what the proof shows, nothing is taken for a header at hand: so its place is empty, or it is another's.
    fault = index_fault(proof.proof, size=said.size, root=said.root, members=(), ranges=(place,))
    others = [one for one in proof.proof.neighbours if index_of(one) == proof.index and one != record]
    if fault is not None and fault.code != "index.gap":
        return Finding("fraud.proof", subject, fault.sentence, source)
    if fault is not None and not others:
        sentence = f"The proof does not show that entry {proof.index} is missing from the index."
        return Finding("fraud.omission", subject, sentence, source)
    what = "files under another name, or with another hash," if others else "omits"
    return _Shown(
        f"The index of {said.size} entries that entry {proof.logged.index} logs {what} entry {proof.index}, "
        f"of kind {header.kind}, about {header.subject}.",
        lambda key: key.name == signed.checkpoint.origin,
    )


def _misindex(proof: Misindex, signed: SignedCheckpoint) -> _Shown | Finding:
    subject, source = f"entry {proof.logged.index}", "design §2.3"
    said = _logged(proof.logged, signed)
    if isinstance(said, Finding):
        return said
    leaves = [leaf_hash(raw) for raw in proof.headers]
    begins = EMPTY_EDGE.extend(leaves)[0].root
    new = signed.checkpoint
    if len(leaves) != said.size or not verify_consistency(
        old=said.size, new=new.size, proof=proof.consistency, old_root=begins, new_root=new.root
    ):
        sentence = f"The headers are not the first {said.size} entries of the signed tree."
        return Finding("fraud.proof", subject, sentence, _CONSISTENCY)
    headers = [parse_header(raw) for raw in proof.headers]
    records = sorted(
        format_record(kind=header.kind, subject=header.subject, index=index, leaf=leaf)
        for index, (header, leaf) in enumerate(zip(headers, leaves, strict=True))
    )
    root = hash_records(records).root
    if root == said.root:
        return Finding("fraud.misindex", subject, "The root is the one that these entries give.", source)
    sentence = (
        f"The index of {said.size} entries that entry {proof.logged.index} logs has the root "
        f"{format_hash(said.root)}, where these entries give {format_hash(root)}."
    )
    return _Shown(sentence, lambda key: key.name == new.origin)


def _logged(logged: Logged, signed: SignedCheckpoint) -> _Index | Finding:
    """Return what an index statement says, once it is seen to be in the signed tree; or what it lacks."""
    subject = f"entry {logged.index}"
    if not _stands(signed, logged.index, leaf_hash(logged.entry.header), logged.entry.inclusion):
        sentence = "The proof does not lead from the statement of the index to the root of the checkpoint."
        return Finding("fraud.proof", subject, sentence, _INCLUSION)
    header = parse_header(logged.entry.header)
    if header.kind != "index" or digest(logged.statement) != header.statement:
        sentence = "The statement is not that of an index, or not the one that its header names."
        return Finding("fraud.statement", subject, sentence, "design §2.2")
    size, root = said_index(logged.statement)
    if not 0 < size <= logged.index:
        # More than stands before it, or nothing, cannot be held against entries; that it was logged is told by others.
        sentence = f"The index is of {size} entries, and {logged.index} stand before its statement."
        return Finding("fraud.statement", subject, sentence, "design §2.2")
    return _Index(size, root)


def said_index(statement: bytes) -> tuple[int, Hash]:
    """Return size and root that the statement of an index says; its signature is not looked at.

    Raises:
        MalformedError: it is no such statement.
    """
    what = "the statement of the index"
    payload = parse_canonical(open_envelope(statement, typ=STATEMENT, what=what).payload, what=what)
    match payload:
        case {"schema": "index.v1", "body": {"size": int(size), "root": str(root)}} if not isinstance(size, bool):
            raw = decode_base64url(root, what="the root of the index")
            if len(raw) == HASH_SIZE:
                return size, Hash(raw)
    raise MalformedError("The statement is not that of an index, with its size and root; give the one that was logged.")


def _stands(signed: SignedCheckpoint, index: int, leaf: Hash, inclusion: Sequence[Hash]) -> bool:
    said = signed.checkpoint
    return verify_inclusion(leaf=leaf, index=index, size=said.size, proof=inclusion, root=said.root)


def _later(first: SignedCheckpoint, second: SignedCheckpoint) -> Callable[[VerifierKey], bool]:
    """Return what tells whether a key signed the second checkpoint later than the first, by its own times.

    A time of 0 says nothing of the largest tree (tlog-cosignature), and within one second anything may be honest.
    """
    before = {cosigned.key: cosigned.at for cosigned in first.signed}
    after = {cosigned.key: cosigned.at for cosigned in second.signed}

    def convicts(key: VerifierKey) -> bool:
        earlier, later = before.get(key), after.get(key)
        return bool(earlier) and later is not None and earlier is not None and earlier < later

    return convicts


def _anyone(_: VerifierKey) -> bool:
    return True


def _acquitted(accusation: str, origin: str, code: str, sentence: str, source: str) -> Judgement:
    return Judgement(accusation, origin, (), sentence, (Finding(code, accusation, sentence, source),))


def _of(size: int) -> str:
    return f"checkpoint {size}"


# --- writing and reading ----------------------------------------------------------------------------------------------


def format_fraud(proof: FraudProof) -> bytes:
    """Return a fraud proof as canonical JSON (RFC 8785); `parse_fraud` is the inverse.

    Raises:
        MalformedError: a member is not what a fraud proof can carry.
    """
    members: dict[str, object] = {
        "accusation": type(proof).__name__.lower(),
        "first": _text(proof.first),
        "keys": [format_verifier_key(key) for key in proof.keys],
        "schema": _SCHEMA,
    }
    if not isinstance(proof, Chain | Omission | Misindex):
        members["second"] = _text(proof.second)
    match proof:
        case Fork() | Rollback():
            pass
        case Rewrite():
            members |= {"consistency": _hashes(proof.consistency), "root": format_hash(proof.root)}
        case Withheld():
            other = None if proof.other is None else _leaf_members(proof.other)
            members |= {"entry": _entry_members(proof.entry), "index": proof.index, "other": other}
        case Chain():
            before = None if proof.before is None else _entry_members(proof.before)
            members |= {"before": before, "entry": _entry_members(proof.entry), "index": proof.index}
        case Omission():
            members |= {
                "index": proof.index, "logged": _logged_members(proof.logged),
                "omitted": _entry_members(proof.omitted), "proof": encode_base64(format_index_proof(proof.proof)),
            }  # fmt: skip
        case Misindex():
            members |= {
                "consistency": _hashes(proof.consistency),
                "headers": encode_base64(b"".join(raw + b"\n" for raw in proof.headers)),
                "logged": _logged_members(proof.logged),
            }  # fmt: skip
        case _:
            assert_never(proof)
    raw = format_json(members)
    if parse_fraud(raw) != proof:
        message = "The fraud proof could not be read back; give its parts as they were signed."
        raise MalformedError(message)
    return raw


def parse_fraud(raw: bytes) -> FraudProof:
    """Return the fraud proof that a file holds; only what `format_fraud` writes is accepted.

    Well-formed is all that it then is: whether it shows anything is for `judge` to say.

    Raises:
        MalformedError: naming the member that is missing, unknown or not of its form.
    """
    value = parse_canonical(raw, what="the fraud proof", limit=FRAUD_LIMIT)
    if not isinstance(value, dict) or value.get("schema") != _SCHEMA:
        message = f"A fraud proof is a JSON object whose schema is {_SCHEMA}; give one as pledger monitor wrote it."
        raise MalformedError(message)
    members = {name: member for name, member in value.items() if name != "schema"}
    match members:
        case {"accusation": "fork", "first": first, "keys": keys, "second": second, **rest} if not rest:
            return Fork(_keys(keys), _note(first), _note(second))
        case {"accusation": "rollback", "first": first, "keys": keys, "second": second, **rest} if not rest:
            return Rollback(_keys(keys), _note(first), _note(second))
        case {
            "accusation": "rewrite", "consistency": proof, "first": first, "keys": keys, "root": root,
            "second": second, **rest,
        } if not rest:  # fmt: skip
            return Rewrite(_keys(keys), _note(first), _note(second), _hash(root), _path(proof))
        case {
            "accusation": "withheld", "entry": entry, "first": first, "index": index, "keys": keys, "other": other,
            "second": second, **rest,
        } if not rest:  # fmt: skip
            known = None if other is None else _leaf(other)
            return Withheld(_keys(keys), _note(first), _note(second), _index(index), _entry(entry), known)
        case {
            "accusation": "chain", "before": before, "entry": entry, "first": first, "index": index, "keys": keys,
            **rest,
        } if not rest:  # fmt: skip
            known_before = None if before is None else _entry(before)
            return Chain(_keys(keys), _note(first), _index(index), _entry(entry), known_before)
        case {
            "accusation": "omission", "first": first, "index": index, "keys": keys, "logged": logged,
            "omitted": omitted, "proof": str(shown), **rest,
        } if not rest:  # fmt: skip
            index_proof = parse_index_proof(decode_base64(shown, what="completeness proof of the fraud proof"))
            return Omission(
                _keys(keys), _note(first), _logged_of(logged), _index(index), _entry(omitted), index_proof
            )  # fmt: skip
        case {
            "accusation": "misindex", "consistency": proof, "first": first, "headers": str(headers), "keys": keys,
            "logged": logged, **rest,
        } if not rest:  # fmt: skip
            return Misindex(_keys(keys), _note(first), _logged_of(logged), _lines(headers), _path(proof))
    message = (
        "The fraud proof accuses of nothing known, or its members are not exactly those of its accusation; mend it."
    )
    raise MalformedError(message)


def _text(note: bytes) -> str:
    try:
        return note.decode("utf-8")
    except UnicodeDecodeError as error:
        message = "A checkpoint of the fraud proof is not text; give the bytes that were signed."
        raise MalformedError(message) from error


def _hashes(values: Sequence[Hash]) -> list[str]:
    return [format_hash(value) for value in values]


def _entry_members(entry: Entry) -> dict[str, object]:
    return {"header": _text(entry.header), "inclusion": _hashes(entry.inclusion)}


def _leaf_members(leaf: Leaf) -> dict[str, object]:
    return {"inclusion": _hashes(leaf.inclusion), "leaf": format_hash(leaf.value)}


def _logged_members(logged: Logged) -> dict[str, object]:
    return {**_entry_members(logged.entry), "index": logged.index, "statement": _text(logged.statement)}


def _logged_of(value: object) -> Logged:
    match value:
        case {
            "header": header, "inclusion": inclusion, "index": index, "statement": str(statement), **rest,
        } if not rest:  # fmt: skip
            said_index(statement.encode())
            entry = _entry({"header": header, "inclusion": inclusion})
            return Logged(_index(index), entry, statement.encode())
    message = "The logged index of the fraud proof is not an index, a header, its inclusion proof and a statement."
    raise MalformedError(message)


def _lines(text: str) -> tuple[bytes, ...]:
    """Return headers, each with a line feed at its end; base64, as a million escapes would be a burden to read."""
    raw = decode_base64(text, what="headers of the fraud proof")
    if raw and not raw.endswith(b"\n"):
        raise MalformedError("The last header of the fraud proof does not end in a line feed; give them all.")
    lines = tuple(raw.split(b"\n")[:-1])
    for line in lines:
        parse_header(line)
    return lines


def _note(value: object) -> bytes:
    """Return a checkpoint that is at least one; who signed it is looked at by `judge`."""
    if not isinstance(value, str):
        message = "A checkpoint of the fraud proof is not text; give the bytes that were signed."
        raise MalformedError(message)
    raw = value.encode()
    parse_checkpoint(parse_note(raw).text)
    return raw


def _keys(value: object) -> tuple[VerifierKey, ...]:
    if (
        not isinstance(value, list)
        or not 0 < len(value) <= KEYS_LIMIT
        or not all(isinstance(one, str) for one in value)
    ):
        message = f"The keys of the fraud proof are not 1 to {KEYS_LIMIT} verifier keys; mend them."
        raise MalformedError(message)
    keys = tuple(parse_verifier_key(one) for one in value)
    if len(set(keys)) < len(keys):
        raise MalformedError("The fraud proof names a key twice; name it once.")
    return keys


def _hash(value: object) -> Hash:
    return parse_hash(value if isinstance(value, str) else "", what="hash of the fraud proof")


def _path(value: object) -> tuple[Hash, ...]:
    if not isinstance(value, list) or len(value) > HASHES_LIMIT:
        message = f"A proof in the fraud proof is not a list of at most {HASHES_LIMIT} hashes; give the proof alone."
        raise MalformedError(message)
    return tuple(map(_hash, value))


def _index(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedError("The index of the fraud proof is not a whole number; mend it.")
    return parse_decimal(str(value), what="index of the fraud proof")


def _entry(value: object) -> Entry:
    match value:
        case {"header": str(header), "inclusion": inclusion, **rest} if not rest:
            parse_header(header.encode())
            return Entry(header.encode(), _path(inclusion))
    raise MalformedError("An entry of the fraud proof is not a header and its inclusion proof; mend it.")


def _leaf(value: object) -> Leaf:
    match value:
        case {"inclusion": inclusion, "leaf": leaf, **rest} if not rest:
            return Leaf(_hash(leaf), _path(inclusion))
    raise MalformedError("A leaf of the fraud proof is not a hash and its inclusion proof; mend it.")
