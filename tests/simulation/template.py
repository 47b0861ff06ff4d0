"""The ledger that every run begins with, and the statements that are said in it: fixed keys, fixed moments.

It is made once by `ledger.runtime.init`, with a store in memory, and copied for each run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest.mock import patch

from ledger import runtime
from ledger.assessment.authority import Authority
from ledger.ingest.document import check_draft
from ledger.model.statement import Statement
from ledger.runtime import make_statement
from ledger.runtime.appointment import Changes, approve, draft, seal_appointment
from ledger.runtime.said import grant_body
from ledger.service.compose import compose
from ledger.signing.canonical import digest
from ledger.signing.envelope import STATEMENT, seal
from ledger.signing.key import PrivateKey
from ledger.store.sql import SqlStore
from ledger.tlog.note import VerifierKey, format_verifier_key
from ledger.tlog.witness import Cosigner
from tests.end_to_end.small import drafts, fixed_keys
from tests.unit.service.fake import MemoryStore, State
from tests.unit.service.scenario import POSITION, evidence

START: Final = "2026-01-02T03:04:05Z"
ORIGIN: Final = "example.org/small"
SERIES: Final = "series:export/bb/aa"
DESK: Final = PrivateKey.from_seed("Ed25519", b"\x03" * 32)
"""The third of the fixed keys, which is the desk's."""

OPERATOR: Final = PrivateKey.from_seed("Ed25519", b"\x02" * 32)
"""The second of the fixed keys, which is the operator's."""

ROOT: Final = PrivateKey.from_seed("Ed25519", b"\x01" * 32)
"""The first of the fixed keys: the root key that approves appointments."""

STRANGER: Final = PrivateKey.from_seed("Ed25519", b"\x63" * 32)
COSIGNER: Final = Cosigner("witness.example/w", PrivateKey.from_seed("Ed25519", b"\x77" * 32))

RECORDERS: Final = tuple(
    PrivateKey.from_seed(("Ed25519", "ES256", "Ed25519", "ML-DSA-44")[number % 4], bytes([0x20 + number]) * 32)
    for number in range(24)
)
"""Keys that are granted a role one day, put in each other's place, and revoked."""

SPARES: Final = tuple(
    (PrivateKey.from_seed("Ed25519", bytes([number]) * 32), PrivateKey.from_seed("ML-DSA-44", bytes([number]) * 32))
    for number in (0x50, 0x51, 0x52)
)
"""Pairs of checkpoint keys that lie ready, to be appointed one after another."""

RULES: Final = ("alone", "watched", "quorum")
"""A ledger without witnesses; one that asks a witness; one whose every receipt waits for the witness's cosignature."""


@dataclass(frozen=True)
class Template:
    """A ledger with a pledge in it.

    Attributes:
        state: of its store.
        files: of its directory, by path.
        genesis: the name of its charter.
        keys: by which its checkpoints are verified.
    """

    state: State
    files: Mapping[str, bytes]
    genesis: str
    keys: tuple[VerifierKey, VerifierKey]


@dataclass(frozen=True)
class Batch:
    """Statements that are published together.

    Attributes:
        raws: as signed.
        files: what has to be held first, by digest.
        is_bad: it must be refused, whatever happens.
    """

    raws: tuple[bytes, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    is_bad: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the statements."""
        return tuple(map(digest, self.raws))


@cache
def template(rules: str) -> Template:
    """Return the ledger that runs under these rules begin with."""
    memory: Any = MemoryStore()
    memory.close = lambda: None
    asked: dict[str, Any] = {"quorum": 1, "answer_after": "quorum"} if rules == "quorum" else {}
    with (
        TemporaryDirectory() as folder,
        patch.object(SqlStore, "create", return_value=memory),
        patch.object(SqlStore, "open", return_value=memory),
    ):
        directory = Path(folder) / "ledger"
        made = runtime.init(directory, origin=ORIGIN, at=lambda: START, make_key=fixed_keys(), **asked)
        made.publish([_sealed(check_draft(draft, issued=START), made.genesis) for draft in drafts()])
        made.refuse_contradiction()
        for number, pair in enumerate(SPARES):
            for key in pair:
                made.keyring.add(f"spare-{number}-{key.algorithm.lower()}", key)
        if rules != "alone":
            vkey = format_verifier_key(COSIGNER.verifier)
            with (directory / "pledger.toml").open("a", encoding="utf-8") as file:
                file.write(f'\n[[witness]]\nurl = "https://witness.example"\nvkey = "{vkey}"\n')
        paths = [path for path in sorted(directory.rglob("*")) if path.is_file()]
        files = {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths}
        return Template(memory.state, files, made.genesis, made.log_keys())


def position(note: str, genesis: str, *, subject: str = "grain", key: PrivateKey = DESK) -> bytes:
    """Return a position, signed."""
    return _sealed(make_statement("position", subject, {**POSITION, "note": note}, issued=START), genesis, key)


def figures(note: str, genesis: str) -> Batch:
    """Return evidence with files of its own."""
    number = sum(note.encode()) % 900 + 1
    raw = f"month,tonnes\n2020-01,{number}\n# {note}\n".encode()
    rows = (
        "classification,code,unit,basis,frequency,start,end,status,value\n"
        f"HS,10,t,FOB,M,2020-01-01,2020-01-31,A,{number}\n"
    ).encode()
    body = evidence(raw, rows, covers={"start": "2020-01-01", "end": "2020-01-31"}, redistribute=True)
    statement = make_statement("evidence", SERIES, body, issued=START)
    return Batch((_sealed(statement, genesis),), {digest(raw): raw, digest(rows): rows, digest(b"mapping"): b"mapping"})


def erasure(subject: str, digests: Sequence[str], genesis: str) -> Batch:
    """Return the erasure of a statement and files of its own."""
    body = {"digests": list(digests), "ground": "a court order", "reason": "it named a person"}
    return Batch((_sealed(make_statement("erasure", subject, body, issued=START), genesis, OPERATOR),))


def grant(key: PrivateKey, genesis: str) -> Batch:
    """Return the grant of a recorder's role to a key."""
    body = grant_body(key, genesis=genesis, roles=("recorder",), party=None, holder=None)
    return Batch((_sealed(make_statement("key", key.kid, body, issued=START), genesis, OPERATOR),))


def rotation(old: PrivateKey, new: PrivateKey, genesis: str) -> Batch:
    """Return the statement by which a key puts another in its own place."""
    body = grant_body(new, genesis=genesis, roles=("recorder",), party=None, holder=None)
    said = make_statement("key", new.kid, {**body, "event": "rotate", "replaces": old.kid}, issued=START)
    return Batch((_sealed(said, genesis, old),))


def revocation(key: PrivateKey, genesis: str, *, effective_index: int | None) -> Batch:
    """Return the end of a key; at an earlier index where it was compromised."""
    is_lost = effective_index is not None
    body = {"event": "revoke", "reason": "it ends", "compromised": is_lost, "effective_index": effective_index}
    return Batch((_sealed(make_statement("key", key.kid, body, issued=START), genesis, OPERATOR),))


def appointment(authority: Authority, pair: tuple[PrivateKey, PrivateKey], *, note: bytes) -> Batch:
    """Return the appointment of other checkpoint keys, approved by the root key."""
    payload = draft(Changes(checkpoint=pair), authority, note=note, issued=START)
    return Batch((seal_appointment(payload, [approve(payload, ROOT)], OPERATOR).raw,))


def _sealed(statement: Statement, genesis: str, key: PrivateKey = DESK) -> bytes:
    return seal(compose(statement, genesis=genesis, anchor=None), key, typ=STATEMENT).raw
