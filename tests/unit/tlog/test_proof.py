"""Proofs that are handed out: tlog-proof and receipt, their forms, and what verifying them says (design §2.4)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.signing.canonical import Digest
from ledger.tlog.checkpoint import add_signatures, cosign_checkpoint
from ledger.tlog.entry import leaf_hash
from ledger.tlog.merkle import Hash, format_hash, prove_inclusion
from ledger.tlog.policy import Log, Policy, Witness
from ledger.tlog.proof import (
    PROOF_LIMIT,
    Receipt,
    TlogProof,
    format_proof,
    format_receipt,
    parse_proof,
    parse_receipt,
    receipt_proof,
    verify_proof,
    verify_receipt,
)
from tests.unit.tlog.small_log import AT, LOG_KEYS, WITNESS_1, WITNESS_KEYS, grown, signed, small_log

SIZE, INDEX = 7, 4
HEADER = small_log(SIZE)[0][INDEX]
STATEMENT = Digest(json.loads(HEADER)["statement"])


def _receipt() -> Receipt:
    return Receipt(
        header=HEADER,
        index=INDEX,
        statement=STATEMENT,
        inclusion=prove_inclusion(INDEX, SIZE, grown(SIZE)[1]),
        checkpoint=signed(SIZE),
    )


RECEIPT = _receipt()
COSIGNED = add_signatures(
    RECEIPT.checkpoint, [cosign_checkpoint(RECEIPT.checkpoint, name=WITNESS_KEYS[0].name, key=WITNESS_1, at=AT)]
)
POLICY = Policy((Log(LOG_KEYS[0]),), tuple(Witness(key.name, key) for key in WITNESS_KEYS), (), WITNESS_KEYS[0].name)
LEAF = leaf_hash(HEADER)


def test_proof_is_lines_as_the_specification_has_them() -> None:
    """Version, index, hashes, an empty line, the checkpoint verbatim (tlog-proof, *Format*)."""
    proof = TlogProof(INDEX, RECEIPT.inclusion, RECEIPT.checkpoint)
    lines = ["c2sp.org/tlog-proof@v1", "index 4", *map(format_hash, RECEIPT.inclusion), "", ""]
    assert format_proof(proof) == "\n".join(lines).encode() + RECEIPT.checkpoint
    assert parse_proof(format_proof(proof)) == proof


def test_extra_data_has_a_line_of_its_own() -> None:
    """Opaque data stands in the second line, in base64 (tlog-proof, *Format*)."""
    proof = TlogProof(INDEX, RECEIPT.inclusion, RECEIPT.checkpoint, b"more")
    assert format_proof(proof).split(b"\n")[1] == b"extra bW9yZQ=="
    assert parse_proof(format_proof(proof)) == proof


def test_log_of_one_entry_needs_no_hashes() -> None:
    """The index line is followed by the empty line at once."""
    proof = TlogProof(0, (), signed(1))
    assert format_proof(proof).startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com/promises\n1\n")
    assert parse_proof(format_proof(proof)) == proof


RAW = format_proof(TlogProof(INDEX, RECEIPT.inclusion, RECEIPT.checkpoint))
FIRST_HASH = format_hash(RECEIPT.inclusion[0]).encode()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param(RAW, b"", "empty line", id="nothing"),
        pytest.param(b"@v1", b"@v2", "does not begin with", id="another version"),
        pytest.param(b"index 4", b"index 04", "index of the proof", id="leading zero"),
        pytest.param(b"index 4", b"index -4", "index of the proof", id="negative index"),
        pytest.param(b"index 4", b"index  4", "index of the proof", id="two spaces"),
        pytest.param(b"index 4", b"Index 4", "no index line", id="capital letter"),
        pytest.param(b"index 4\n", b"", "no index line", id="no index"),
        pytest.param(b"index 4", b"extra \nindex 4", "extra line of the proof is empty", id="empty extra data"),
        pytest.param(b"index 4", b"extra ?\nindex 4", "extra line", id="extra data not base64"),
        pytest.param(b"index 4", b"extra bQ==\nextra bQ==\nindex 4", "no index line", id="extra data twice"),
        pytest.param(FIRST_HASH, FIRST_HASH[:-1], "hash 1 of the proof", id="hash without padding"),
        pytest.param(FIRST_HASH, b"AAAA", "hash 1 of the proof is 3 bytes", id="short hash"),
        pytest.param(FIRST_HASH, "ä".encode(), "plain ASCII", id="letter beyond ASCII"),
        pytest.param(FIRST_HASH, b"\n".join([FIRST_HASH] * 70), "hashes, and 62", id="endless proof"),
        pytest.param(b"\n\nexample", b"\nexample", "hash|ASCII|index", id="no empty line"),
        pytest.param(b"\n7\n", b"\n07\n", "size of the checkpoint", id="checkpoint of another form"),
        pytest.param("— example".encode(), b"example", "Signature line 1", id="checkpoint not signed"),
        pytest.param(RAW, b"x" * (PROOF_LIMIT + 1), "is the most", id="too long"),
    ],
)
def test_proof_of_another_form_is_refused(old: bytes, new: bytes, reason: str) -> None:
    """Only what the formatter writes is accepted, and the line is named (tlog-proof; design §2.1)."""
    assert old in RAW
    with pytest.raises(MalformedError, match=reason):
        parse_proof(RAW.replace(old, new))


@pytest.mark.parametrize(
    "change",
    [{"index": -1}, {"extra": b""}, {"hashes": (Hash(b"short"),)}, {"checkpoint": b"nothing signed"}],
    ids=["negative index", "empty extra data", "short hash", "no checkpoint"],
)
def test_proof_that_could_not_be_read_back_is_not_written(change: dict[str, Any]) -> None:
    """The formatter refuses what the parser would refuse (style §3)."""
    with pytest.raises(MalformedError):
        format_proof(replace(TlogProof(INDEX, RECEIPT.inclusion, RECEIPT.checkpoint), **change))


def test_proof_verifies_under_a_policy() -> None:
    """Log's signature, quorum and inclusion hold, so nothing is found (tlog-proof, *Verifying a tlog proof*)."""
    assert verify_proof(TlogProof(INDEX, RECEIPT.inclusion, COSIGNED), leaf=LEAF, policy=POLICY) == ()


def test_proof_short_of_the_quorum_is_found_out() -> None:
    """Without the witness the checkpoint is refused (tlog-proof, step 3)."""
    findings = verify_proof(TlogProof(INDEX, RECEIPT.inclusion, RECEIPT.checkpoint), leaf=LEAF, policy=POLICY)
    assert [finding.code for finding in findings] == ["checkpoint.refused"]
    assert "short of the quorum" in findings[0].sentence


@pytest.mark.parametrize("change", [{"index": 5}, {"hashes": ()}], ids=["another index", "no hashes"])
def test_proof_of_something_else_is_found_out(change: dict[str, Any]) -> None:
    """The inclusion proof must lead from this leaf, at this index, to the signed root (tlog-proof, step 4)."""
    proof = replace(TlogProof(INDEX, RECEIPT.inclusion, COSIGNED), **change)
    assert [finding.code for finding in verify_proof(proof, leaf=LEAF, policy=POLICY)] == ["inclusion.root-mismatch"]


def test_proof_of_another_leaf_is_found_out() -> None:
    """The leaf comes from the verifier, not from the proof (tlog-proof, step 1)."""
    proof = TlogProof(INDEX, RECEIPT.inclusion, COSIGNED)
    findings = verify_proof(proof, leaf=leaf_hash(small_log(SIZE)[0][5]), policy=POLICY)
    assert [finding.code for finding in findings] == ["inclusion.root-mismatch"]


def test_receipt_is_canonical_json_and_read_back() -> None:
    """Six members in the order of their names; parsing undoes formatting (RFC 8785, style §3)."""
    raw = format_receipt(RECEIPT)
    value = json.loads(raw)
    assert list(value) == ["checkpoint", "header", "inclusion", "index", "statement", "witnessed"]
    assert value["header"] == HEADER.decode()
    assert value["witnessed"] == {"k": 0, "n": 0}
    assert parse_receipt(raw) == RECEIPT


def _without(name: str) -> dict[str, Any]:
    value = json.loads(format_receipt(RECEIPT))
    del value[name]
    return dict(value)


def _with(**members: object) -> dict[str, Any]:
    return {**json.loads(format_receipt(RECEIPT)), **members}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param([], "A receipt is a JSON object", id="array"),
        pytest.param(_without("header"), "A receipt is a JSON object", id="no header"),
        pytest.param(_with(more=1), "A receipt is a JSON object", id="one member more"),
        pytest.param(_with(index="4"), "not of its type", id="index as text"),
        pytest.param(_with(index=True), "not of its type", id="truth for an index"),
        pytest.param(_with(index=-1), "index of the receipt", id="negative index"),
        pytest.param(_with(statement=None), "not of its type", id="no statement"),
        pytest.param(_with(witnessed={"k": 1, "n": 0}), "not of its type, or counts more", id="one of none"),
        pytest.param(_with(witnessed={"k": -1, "n": 0}), "not of its type, or counts more", id="minus one"),
        pytest.param(_with(witnessed={"k": 0}), "not of its type", id="k of nothing"),
        pytest.param(_with(witnessed={"k": 0, "n": 0, "m": 0}), "not of its type", id="a third count"),
        pytest.param(_with(inclusion=["AAAA"]), "hash 1 of the receipt is 3 bytes", id="short hash"),
        pytest.param(_with(inclusion=[None]), "hash 1 of the receipt is 0 bytes", id="hash that is no text"),
        pytest.param(_with(inclusion=["AAAA"] * 63), "63 hashes", id="endless proof"),
        pytest.param(_with(header="{}"), "is missing", id="header without members"),
        pytest.param(_with(checkpoint="text\n"), "blank line", id="checkpoint that is no note"),
    ],
)
def test_receipt_of_another_form_is_refused(value: object, reason: str) -> None:
    """Only what the formatter writes is accepted, and the member is named (design §2.1)."""
    raw = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    with pytest.raises(MalformedError, match=reason):
        parse_receipt(raw)


def test_receipt_in_another_spelling_is_refused() -> None:
    """A space is enough for it not to be canonical (RFC 8785)."""
    with pytest.raises(MalformedError, match="the receipt"):
        parse_receipt(format_receipt(RECEIPT).replace(b'"index":', b'"index": '))


@pytest.mark.parametrize(
    "change",
    [{"header": b"\xff"}, {"checkpoint": b"\xff"}, {"index": -1}, {"witnesses": (2, 1)}, {"inclusion": (Hash(b"x"),)}],
    ids=["header not text", "checkpoint not text", "negative index", "two of one", "short hash"],
)
def test_receipt_that_could_not_be_read_back_is_not_written(change: dict[str, Any]) -> None:
    """The formatter refuses what the parser would refuse (style §3)."""
    with pytest.raises(MalformedError):
        format_receipt(replace(RECEIPT, **change))


def test_sound_receipt_has_no_findings() -> None:
    """Header, checkpoint and inclusion agree, and the statement at hand is the one named (design §2.4)."""
    assert verify_receipt(RECEIPT, log=LOG_KEYS) == ()
    assert verify_receipt(RECEIPT, log=LOG_KEYS, statement=STATEMENT) == ()


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        pytest.param({"index": 3}, ["receipt.index-mismatch"], id="another index"),
        pytest.param({"statement": "sha256:" + "0" * 64}, ["receipt.statement-mismatch"], id="another statement"),
        pytest.param({"inclusion": ()}, ["inclusion.root-mismatch"], id="no proof"),
        pytest.param({"header": b"{}"}, ["receipt.header"], id="no header"),
        pytest.param({"checkpoint": b"text\n"}, ["checkpoint.refused"], id="no checkpoint"),
        pytest.param({"checkpoint": signed(5)}, ["inclusion.root-mismatch"], id="checkpoint of another size"),
        pytest.param({"header": HEADER.replace(b"1234", b"1235")}, ["inclusion.root-mismatch"], id="changed header"),
        pytest.param(
            {"header": small_log(SIZE)[0][5]},
            ["receipt.index-mismatch", "receipt.statement-mismatch", "inclusion.root-mismatch"],
            id="header of another entry",
        ),
        pytest.param(
            {"checkpoint": RECEIPT.checkpoint.replace(b"\n7\n", b"\n8\n")},
            ["checkpoint.refused"],
            id="changed checkpoint",
        ),
    ],
)
def test_spoilt_receipt_is_found_out(change: dict[str, Any], codes: list[str]) -> None:
    """Verifying answers with findings that name what does not agree (style §7)."""
    assert [finding.code for finding in verify_receipt(replace(RECEIPT, **change), log=LOG_KEYS)] == codes


def test_receipt_for_another_statement_is_found_out() -> None:
    """A sound receipt proves nothing about a statement that it does not name."""
    findings = verify_receipt(RECEIPT, log=LOG_KEYS, statement=Digest("sha256:" + "0" * 64))
    assert [finding.code for finding in findings] == ["receipt.other-statement"]


def test_quorum_is_asked_for_where_a_policy_is_given() -> None:
    """The verifier's policy decides; the receipt's own count must not say more than stands there."""
    assert verify_receipt(replace(RECEIPT, checkpoint=COSIGNED, witnesses=(1, 2)), log=LOG_KEYS, policy=POLICY) == ()
    short = verify_receipt(replace(RECEIPT, witnesses=(1, 2)), log=LOG_KEYS, policy=POLICY)
    assert [finding.code for finding in short] == ["checkpoint.quorum", "receipt.witnessed-mismatch"]


def test_receipt_becomes_a_proof_that_any_client_reads() -> None:
    """The header is the extra data from which the leaf is made (tlog-proof, *Format*)."""
    proof = receipt_proof(RECEIPT)
    assert proof.extra == HEADER
    assert parse_proof(format_proof(proof)) == proof
