"""Fraud proofs about a completeness index: what convicts the log, and what does not (design §2.3, docs/watching.md)."""

from dataclasses import replace

import pytest

from ledger.errors import MalformedError
from ledger.signing.canonical import digest, encode_base64url, format_json
from ledger.signing.envelope import STATEMENT, seal
from ledger.tlog.checkpoint import Checkpoint, sign_checkpoint
from ledger.tlog.entry import Header, format_header, parse_header
from ledger.tlog.fraud import (
    Entry,
    FraudProof,
    Logged,
    Misindex,
    Omission,
    format_fraud,
    judge,
    parse_fraud,
    said_index,
)
from ledger.tlog.index import (
    IndexProof,
    Range,
    ShownRecords,
    format_record,
    hash_records,
    locate,
    make_index_proof,
)
from ledger.tlog.merkle import (
    EMPTY_EDGE,
    Hash,
    Nodes,
    consistency_indexes,
    inclusion_indexes,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
)
from tests.unit.tlog.small_log import (
    AT,
    ED25519,
    LOG_KEYS,
    MLDSA,
    ORIGIN,
    WITNESS_1,
    WITNESS_KEYS,
    by_address,
    small_log,
)

COVERED = 9
"""Entries that the index covers, of twelve that stand before its statement."""


def records(headers: list[bytes]) -> list[bytes]:
    """Return the index of these entries."""
    said = [parse_header(raw) for raw in headers]
    return sorted(
        format_record(kind=one.kind, subject=one.subject, index=one.index, leaf=leaf_hash(raw))
        for one, raw in zip(said, headers, strict=True)
    )


def index_statement(root: Hash, size: int = COVERED, schema: str = "index.v1") -> bytes:
    """Return the statement of an index."""
    payload = {
        "anchor": None, "body": {"root": encode_base64url(root), "size": size}, "corrects": None,
        "genesis": "sha256:" + "0" * 64, "issued": "2019-03-01T00:00:00Z", "schema": schema, "subject": ORIGIN,
    }  # fmt: skip
    return seal(format_json(payload), WITNESS_1, typ=STATEMENT).raw


class Log:
    """A log of 13 entries, the last of which logs an index."""

    def __init__(self, statement: bytes, *, kind: str = "index") -> None:
        self.headers = small_log(12)[0]
        header = Header(
            author="A" * 42 + "E", index=12, kind=kind, prev=leaf_hash(self.headers[-1]),
            received="2019-03-01T00:00:00Z", size=len(statement), statement=digest(statement), subject=ORIGIN,
        )  # fmt: skip
        self.headers.append(format_header(header))
        edge, nodes = EMPTY_EDGE.extend([leaf_hash(raw) for raw in self.headers])
        self.nodes: Nodes = by_address(nodes)
        self.first = sign_checkpoint(Checkpoint(ORIGIN, 13, edge.root), ed25519=ED25519, mldsa=MLDSA, at=AT)
        self.logged = Logged(12, self.entry(12), statement)

    def entry(self, index: int) -> Entry:
        """Return an entry in the signed tree."""
        nodes: Nodes = {one: self.nodes[one] for one in inclusion_indexes(index, 13)}
        return Entry(self.headers[index], prove_inclusion(index, 13, nodes))

    def misindex(self, size: int = COVERED) -> Misindex:
        """Accuse it of a wrong root."""
        nodes: Nodes = {one: self.nodes[one] for one in consistency_indexes(size, 13)}
        proof = prove_consistency(size, 13, nodes)
        return Misindex(LOG_KEYS, self.first, self.logged, tuple(self.headers[:size]), proof)

    def omission(self, index: int, proof: IndexProof) -> Omission:
        """Accuse it of an index that lacks an entry."""
        return Omission(LOG_KEYS, self.first, self.logged, index, self.entry(index), proof)


HEADERS = small_log(12)[0]
HONEST = records(HEADERS[:COVERED])
HONEST_LOG = Log(index_statement(hash_records(HONEST).root))
GONE = 4
CHEATING = [one for one in records(HEADERS[:COVERED]) if one != records([HEADERS[GONE]])[0]]
"""An index without entry 4; it has another entry instead, so that its size is what it says."""
CHEATING = sorted([*CHEATING, format_record(kind="party", subject="zz", index=2**40, leaf=leaf_hash(b"x"))])
CHEATING_LOG = Log(index_statement(hash_records(CHEATING).root))
CHANGED = sorted(
    [
        *(one for one in HONEST if one != records([HEADERS[GONE]])[0]),
        format_record(kind="commitment", subject="elsewhere", index=GONE, leaf=leaf_hash(HEADERS[GONE])),
    ]
)
CHANGED_LOG = Log(index_statement(hash_records(CHANGED).root))


EVERYTHING = Range(b"0", b"3")


def shown(index: list[bytes], covered: Range = EVERYTHING) -> ShownRecords:
    """Return what a proof of an index shows to whoever was given it."""
    found = locate(index, [covered])
    proof = make_index_proof(12, found, hash_records(index, found.gaps).hashes)
    return ShownRecords(proof, size=len(index), members=found.members)


def denial(index: list[bytes], entry: int = GONE) -> IndexProof:
    """Return the part of such a proof that shows an entry to be missing."""
    found = shown(index).denial(records([HEADERS[entry]])[0])
    assert found is not None
    return found


OMISSION = CHEATING_LOG.omission(GONE, denial(CHEATING))
MISINDEX = CHEATING_LOG.misindex()
CONVICTING: dict[str, FraudProof] = {
    "an index without an entry": OMISSION,
    "an index that files an entry elsewhere": CHANGED_LOG.omission(GONE, denial(CHANGED)),
    "a root that the entries do not give": MISINDEX,
    "a root of nothing": Log(index_statement(Hash(bytes(32)))).misindex(),
}


@pytest.mark.parametrize("phrase", CONVICTING)
def test_log_is_convicted_and_nobody_else(phrase: str) -> None:
    """Whoever signed the tree with a false index is convicted; what a log holds is no witness's to check."""
    judged = judge(CONVICTING[phrase], [*LOG_KEYS, *WITNESS_KEYS])
    assert judged.is_shown, judged.findings
    assert set(judged.convicted) == set(LOG_KEYS)
    assert judged.origin == ORIGIN
    assert judged.accusation in {"omission", "misindex"}


@pytest.mark.parametrize("phrase", CONVICTING)
def test_proof_has_one_spelling(phrase: str) -> None:
    """Formatting and parsing undo each other."""
    assert parse_fraud(format_fraud(CONVICTING[phrase])) == CONVICTING[phrase]


OTHER = Hash(b"\x01" * 32)
ACQUITTING: dict[str, tuple[FraudProof, str]] = {
    "an honest root": (HONEST_LOG.misindex(), "fraud.misindex"),
    "fewer headers than the index covers": (
        replace(MISINDEX, headers=MISINDEX.headers[:-1]), "fraud.proof"),
    "headers that are not the log's": (
        replace(MISINDEX, headers=(*MISINDEX.headers[:-1], HEADERS[9])), "fraud.proof"),
    "no proof that the tree begins with them": (replace(MISINDEX, consistency=()), "fraud.proof"),
    "an honest index that has the entry": (
        HONEST_LOG.omission(GONE, IndexProof(12, ((GONE, 1),), (HONEST[GONE],), ())), "fraud.proof"),
    "a proof in which the entry's place is not shown": (
        HONEST_LOG.omission(GONE, shown(HONEST, Range(b"2", b"3")).proof), "fraud.omission"),
    "an entry that the index does not cover": (
        replace(OMISSION, index=9, omitted=CHEATING_LOG.entry(9)), "fraud.proof"),
    "an entry that is not the log's": (
        replace(OMISSION, omitted=Entry(HEADERS[5], OMISSION.omitted.inclusion)), "fraud.proof"),
    "a proof with another hash": (
        replace(OMISSION, proof=replace(OMISSION.proof, hashes=(OTHER, *OMISSION.proof.hashes[1:]))), "fraud.proof"),
    "an index that is not in the tree": (
        replace(OMISSION, logged=replace(OMISSION.logged, entry=Entry(OMISSION.logged.entry.header, ()))),
        "fraud.proof"),
    "a statement that was not logged": (
        replace(MISINDEX, logged=replace(MISINDEX.logged, statement=index_statement(OTHER))), "fraud.statement"),
    "an entry of another kind": (Log(index_statement(OTHER), kind="party").misindex(), "fraud.statement"),
    "an index of more than stands before it": (
        Log(index_statement(OTHER, size=13)).misindex(), "fraud.statement"),
    "an index of nothing": (Log(index_statement(OTHER, size=0)).misindex(), "fraud.statement"),
}  # fmt: skip


@pytest.mark.parametrize("phrase", ACQUITTING)
def test_what_shows_nothing_convicts_nobody(phrase: str) -> None:
    """An accusation that does not hold is answered with a code, and never raises."""
    proof, code = ACQUITTING[phrase]
    judged = judge(proof, LOG_KEYS)
    assert judged.convicted == ()
    assert [one.code for one in judged.findings] == [code]


def test_strangers_keys_convict_nobody() -> None:
    """Whose signature under the checkpoint is not known is not judged."""
    judged = judge(OMISSION, WITNESS_KEYS)
    assert not judged.is_shown


MALFORMED = {
    "a statement that is no index": lambda raw: raw.replace(OMISSION.logged.statement, b"x.y.z"),
    "a completeness proof that is none": lambda raw: raw.replace(b'"proof":"cGxl', b'"proof":"AAAA'),
    "a member more": lambda raw: raw.replace(b'"schema"', b'"root":"","schema"'),
    "a member less": lambda raw: raw.replace(b'"index":4,"keys"', b'"keys"'),
    "an index that is no number": lambda raw: raw.replace(b'"index":4,', b'"index":"4",'),
}


@pytest.mark.parametrize("phrase", MALFORMED)
def test_malformed_omission_is_refused(phrase: str) -> None:
    """Only what the formatter writes is a fraud proof."""
    raw = format_fraud(OMISSION)
    changed = MALFORMED[phrase](raw)
    assert changed != raw
    with pytest.raises(MalformedError):
        parse_fraud(changed)


def test_headers_of_a_misindex_are_lines() -> None:
    """Headers that do not end in a line feed, or are none, are refused."""
    raw = format_fraud(MISINDEX)
    for text in (b"AA==", b"e30K"):
        start = raw.index(b'"headers":"') + len(b'"headers":"')
        changed = raw[:start] + text + raw[raw.index(b'"', start) :]
        with pytest.raises(MalformedError):
            parse_fraud(changed)


@pytest.mark.parametrize(
    "statement", [b"", b"a.b.c", index_statement(OTHER, schema="party.v1"), index_statement(Hash(b"short"))]
)
def test_what_says_no_index_is_malformed(statement: bytes) -> None:
    """Size and root are read from the statement of an index alone."""
    with pytest.raises(MalformedError):
        said_index(statement)
