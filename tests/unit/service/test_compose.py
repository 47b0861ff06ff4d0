"""Composing: what is signed says everything; only the ledger and the checkpoint are filled in (design §2.2)."""

import json

from ledger.assessment.authority import found
from ledger.model.statement import CharterStatement, parse_draft, parse_statement
from ledger.service.compose import compose, seal_charter
from ledger.signing.canonical import encode_base64url
from ledger.signing.envelope import APPROVAL, open_envelope
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.merkle import Hash
from tests.unit.service.scenario import KEYS, POSITION, START, charter_body

DRAFT = {
    "schema": "position.v1", "subject": "grain", "body": POSITION, "anchor": None, "corrects": None, "genesis": None,
    "issued": START,
}  # fmt: skip


def test_genesis_and_anchor_are_filled_in_and_nothing_else_changes() -> None:
    """The anchor is base64url of the root and its size; the body stays word for word (design §2.2)."""
    statement = parse_draft(json.dumps(DRAFT).encode(), what="draft")
    root = Hash(bytes(range(32)))
    payload = json.loads(compose(statement, genesis="sha256:" + "1" * 64, anchor=Checkpoint("o", 5, root)))
    assert payload["anchor"] == {"root": encode_base64url(root), "size": 5}
    assert payload["genesis"] == "sha256:" + "1" * 64
    assert {name: payload["body"][name] for name in POSITION if name != "source"} == {
        name: value for name, value in POSITION.items() if name != "source"
    }


def test_every_member_is_written_out() -> None:
    """What a draft leaves to its default is signed in full, so that no later default changes it (design §2.2)."""
    statement = parse_draft(json.dumps(DRAFT).encode(), what="draft")
    payload = compose(statement, genesis="sha256:" + "1" * 64, anchor=None)
    body = json.loads(payload)["body"]
    assert (body["about"], body["terms"], body["quote"]) == ("pledge", "all", None)
    assert parse_statement(payload).body == statement.body


def test_charter_carries_the_approvals_of_its_roots() -> None:
    """Each approval is over the charter without approvals; the authority it founds is its operator's (design §2.2)."""
    envelope = seal_charter(charter_body("A test"), issued=START, operator=KEYS["operator"], roots=(KEYS["root"],))
    statement = parse_statement(envelope.payload)
    assert isinstance(statement, CharterStatement)
    (approval,) = (open_envelope(text.encode(), typ=APPROVAL) for text in statement.body.approvals)
    assert approval.kid == KEYS["root"].kid
    assert "approvals" not in json.loads(approval.payload)["body"]
    assert found(envelope, statement).operator == KEYS["operator"].public
