"""Appointments for the house of tests: drafted on its last checkpoint, approved and signed by fixed keys."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.assessment.tenure import approval_payload, possession_payload
from ledger.model.statement import parse_statement, plain
from ledger.signing.canonical import encode_base64url, format_json
from ledger.signing.envelope import APPROVAL, POSSESSION, STATEMENT, seal
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import parse_checkpoint
from ledger.tlog.note import parse_note
from tests.unit.service.scenario import KEYS, START, House


def possession(genesis: str, key: PrivateKey, office: str) -> str:
    """Return a new key's proof of possession."""
    payload = possession_payload(genesis=genesis, thumbprint=key.kid, roles=(office,))
    return seal(payload, key, typ=POSSESSION).raw.decode()


def operator(genesis: str, name: str) -> dict[str, Any]:
    """Return the members that appoint an operator."""
    return {"jwk": KEYS[name].public.jwk, "possession": possession(genesis, KEYS[name], "operator")}


def checkpoint_keys(house: House, *names: str, note: bytes | None = None) -> dict[str, Any]:
    """Return the members that appoint checkpoint keys."""
    return {
        "checkpoint": [KEYS[name].public.jwk for name in names],
        "checkpoint_possession": [possession(house.genesis, KEYS[name], "checkpoint") for name in names],
        "last_checkpoint": (note or house.store.state.head.checkpoint).decode(),
    }


def roots(*names: str) -> list[dict[str, str]]:
    """Return root keys as JWKs."""
    return [KEYS[name].public.jwk for name in names]


def appointment(
    house: House,
    body: Mapping[str, Any],
    *,
    by: Sequence[str] = ("root",),
    key: str = "operator",
    follows: str | None = None,
    approvals: Sequence[str] | None = None,
    **changes: Any,
) -> bytes:
    """Return an appointment, signed.

    Args:
        body: what it changes.
        by: names of the root keys that approve.
        key: name of the operator's key that signs, and is the subject.
        follows: what it follows; the last appointment of the house, if not given.
        approvals: instead of those of ``by``.
        changes: members of the statement that differ, such as ``subject`` and ``genesis``.
    """
    head = parse_checkpoint(parse_note(house.store.state.head.checkpoint).text)
    whole: dict[str, Any] = {
        "schema": "key.v1", "subject": KEYS[key].kid, "issued": START, "corrects": None, "genesis": house.genesis,
        "anchor": {"root": encode_base64url(head.root), "size": head.size},
        "body": {"event": "appoint", "follows": follows or last(house), **body}, **changes,
    }  # fmt: skip
    raw = format_json(json.loads(json.dumps(whole)))
    drafted = plain(parse_statement(raw))
    signers = sorted((KEYS[name] for name in by), key=lambda one: one.kid)
    given = [seal(approval_payload(drafted), one, typ=APPROVAL).raw.decode() for one in signers]
    approved = {**drafted, "body": {**drafted["body"], "approvals": given if approvals is None else list(approvals)}}  # type: ignore[dict-item]
    return seal(format_json(approved), KEYS[key], typ=STATEMENT).raw


def last(house: House) -> str:
    """Return the name of the last appointment, or of the charter."""
    authority = house.publisher._fold().authority
    assert authority is not None
    return authority.tenure.name
