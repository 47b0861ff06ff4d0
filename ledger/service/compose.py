"""Composing: from what an author wants to say to the exact bytes that are signed (design §2.2).

Which ledger it is for and which checkpoint its author had seen are filled in; the words and terms are not touched, and
every member is written out, so that what is signed says all that it means. Nothing here signs or looks anything up.
"""

from typing import Any

from ledger.assessment.tenure import approval_payload
from ledger.model.charter import Charter
from ledger.model.statement import Anchor, CharterStatement, Statement, plain
from ledger.signing.canonical import CanonicalBytes, encode_base64url, format_json
from ledger.signing.envelope import APPROVAL, STATEMENT, Envelope, seal
from ledger.signing.key import Signer
from ledger.tlog.checkpoint import Checkpoint


def compose(statement: Statement, *, genesis: str, anchor: Checkpoint | None) -> CanonicalBytes:
    """Return the payload of a statement for one ledger.

    Args:
        statement: as drafted; its own genesis and anchor are replaced.
        genesis: the name of the ledger's charter.
        anchor: the checkpoint that its author had seen; None before there is one.
    """
    seen = None if anchor is None else Anchor(root=encode_base64url(anchor.root), size=anchor.size)
    return format_json(plain(statement.model_copy(update={"genesis": genesis, "anchor": seen})))


def seal_charter(body: Charter, *, issued: str, operator: Signer, roots: tuple[Signer, ...]) -> Envelope:
    """Return a charter, approved by its root keys and signed by its operator.

    Args:
        body: without approvals.
        issued: when, ``YYYY-MM-DDTHH:MM:SSZ``.
        operator: the key that ``body`` names as its operator.
        roots: those of its root keys that approve.
    """
    members: dict[str, Any] = {
        "schema": "charter.v1", "anchor": None, "corrects": None, "genesis": None, "issued": issued,
        "subject": body.origin, "body": body,
    }  # fmt: skip
    payload = approval_payload(plain(CharterStatement(**members)))
    signed = [seal(payload, key, typ=APPROVAL) for key in sorted(roots, key=lambda key: key.kid)]
    approvals = tuple(approval.raw.decode("ascii") for approval in signed)
    approved = CharterStatement(**{**members, "body": body.model_copy(update={"approvals": approvals})})
    return seal(format_json(plain(approved)), operator, typ=STATEMENT)
