"""The ground that measurements stand on: a ledger with fixed keys, and signed statements to publish in it.

The statements are positions on one commitment, each of its own words, about 1.2 KB as a JWS: the smallest that refer
to something else and so go through every check of an admission. Everything here goes by the product's own front door
(draft, seal, publish). Nothing here is measured.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from ledger.assessment.tenure import approval_payload, possession_payload
from ledger.service.pool import pool
from ledger.service.publish import Publisher
from ledger.signing.canonical import format_json
from ledger.signing.envelope import APPROVAL, POSSESSION, STATEMENT, Envelope, seal
from ledger.signing.key import Algorithm, PrivateKey
from ledger.store.blobs import DirectoryBlobs
from ledger.store.postgres import PostgresStore
from ledger.store.sql import SqlStore
from ledger.tlog.checkpoint import Checkpoint, log_keys, sign_checkpoint
from ledger.tlog.note import VerifierKey

ORIGIN: Final = "ledger.example/bench"
NOW: Final = "2026-01-01T00:00:00Z"
"""The moment at which everything here happens."""

_SOURCE: Final = {
    "title": "Minutes of the second working group, as published",
    "publisher": "The ministry that took part",
    "role": "obligor",
    "via": {"copy_read": "the page as it stood", "how": "excerpt"},
}


def _key(name: str, algorithm: Algorithm = "Ed25519") -> PrivateKey:
    return PrivateKey.from_seed(algorithm, hashlib.sha256(name.encode()).digest())


ROOT: Final = _key("root")
OPERATOR: Final = _key("operator")
RECORDER: Final = _key("recorder")
ED25519: Final = _key("checkpoint")
MLDSA: Final = _key("checkpoint, too", "ML-DSA-44")


class Ledger:
    """A ledger in a directory, with its charter, a recorder's key, two parties, an instrument and a commitment.

    Attributes:
        genesis: the name of the charter.
        store: its database; a file of the directory, unless another is given.
        blobs: its files.
        publisher: its writer.
        keys: the verifier keys of its checkpoints.
    """

    def __init__(self, directory: Path, store: SqlStore | PostgresStore | None = None) -> None:
        self.store = SqlStore.create(directory / "ledger.db") if store is None else store
        self.blobs = DirectoryBlobs(directory / "blobs")
        self.publisher = Publisher(self.store, self.blobs, origin=ORIGIN, sign=sign, clock=lambda: NOW)
        self.keys: tuple[VerifierKey, ...] = log_keys(ORIGIN, ed25519=ED25519.public, mldsa=MLDSA.public)
        charter = _charter()
        self.genesis = str(charter.name)
        self.publisher.publish([charter.raw])
        self.publisher.publish([_grant(self.genesis).raw])
        self.publisher.publish([self._seal(kind, subject, body).raw for kind, subject, body in STANDING])

    @property
    def size(self) -> int:
        """The number of entries."""
        with self.store.reading() as reading:
            return reading.head().size

    def statements(self, count: int, *, first: int = 0) -> Iterator[bytes]:
        """Yield signed positions, numbered from ``first`` on; the same number gives the same bytes."""
        for number in range(first, first + count):
            yield self._seal("position", "soybeans-2019", position(number)).raw

    def fill(self, size: int, *, batch: int = 2000) -> None:
        """Publish statements until the log has so many entries; their numbers do not meet those of a measurement."""
        with pool() as executor:
            raws = self.statements(size - self.size, first=10**9 + self.size)
            for _ in self.publisher.publish_groups(raws, size=batch, executor=executor):
                pass

    def close(self) -> None:
        """Let the files go."""
        self.store.close()

    def _seal(self, kind: str, subject: str, body: Mapping[str, object]) -> Envelope:
        return seal(format_json(statement(kind, subject, body, genesis=self.genesis)), RECORDER, typ=STATEMENT)


def sign(checkpoint: Checkpoint, at: int, _keys: Sequence[VerifierKey] = ()) -> bytes:
    """Return a checkpoint signed with both keys of the ledger."""
    return sign_checkpoint(checkpoint, ed25519=ED25519, mldsa=MLDSA, at=at)


def statement(kind: str, subject: str, body: Mapping[str, object], *, genesis: str | None) -> dict[str, object]:
    """Return a statement before it is signed."""
    return {
        "anchor": None, "body": body, "corrects": None, "genesis": genesis, "issued": "2025-12-31T23:59:59Z",
        "schema": f"{kind}.v1", "subject": subject,
    }  # fmt: skip


def _charter() -> Envelope:
    body: dict[str, object] = {
        "origin": ORIGIN, "title": "A ledger to be measured", "operator": OPERATOR.public.jwk,
        "root": [ROOT.public.jwk], "threshold": 1, "methods": ["2026.1"], "quorum": 0, "answer_after": "commit",
        "checkpoint": [ED25519.public.jwk, MLDSA.public.jwk],
    }  # fmt: skip
    draft = statement("charter", ORIGIN, body, genesis=None)
    approval = seal(approval_payload(draft), ROOT, typ=APPROVAL)
    approved = {**body, "approvals": [approval.raw.decode("ascii")]}
    return seal(format_json({**draft, "body": approved}), OPERATOR, typ=STATEMENT)


def _grant(genesis: str) -> Envelope:
    kid, roles = RECORDER.kid, ["recorder"]
    proof = seal(possession_payload(genesis=genesis, thumbprint=kid, roles=roles), RECORDER, typ=POSSESSION)
    body = {"event": "grant", "jwk": RECORDER.public.jwk, "roles": roles, "possession": proof.raw.decode("ascii")}
    return seal(format_json(statement("key", kid, body, genesis=genesis)), OPERATOR, typ=STATEMENT)


def position(number: int) -> dict[str, object]:
    """Return the body of a position; each number gives other words."""
    said = f"In round {number:,} we confirmed once more the five million tonnes of soybeans, to be shipped by December."
    return {
        "party": "cn", "stance": "affirms", "date": "2019-02-01", "terms": ["soy"], "states": ["number", "product"],
        "quote": {"text": said, "language": "en", "speaker": "cn", "locator": f"paragraph {number % 97}"},
        "source": _SOURCE,
    }  # fmt: skip


STANDING: Final[tuple[tuple[str, str, dict[str, object]], ...]] = (
    ("party", "cn", {"kind": "state", "names": {"en": "China"}, "iso3166": "CN"}),
    ("party", "us", {"kind": "state", "names": {"en": "United States"}, "iso3166": "US"}),
    (
        "instrument", "talks-2019",
        {
            "title": "A transcript", "form": "transcript", "issuers": ["us"], "binding": "silent",
            "announced": "2019-01-31", "exit": "none", "forum": "none", "remedy": "none", "escapes": "none",
            "source": _SOURCE,
        },
    ),
    (
        "commitment", "soybeans-2019",
        {
            "title": "Soybeans", "instrument": "talks-2019", "date": "2019-01-31", "obligors": ["cn"],
            "obligees": ["us"], "quotes": [{"text": "We shall buy five million tonnes.", "language": "en"}],
            "verb": {"words": "shall buy", "strength": "shall", "shown": {"quote": 0, "words": "shall buy"}},
            "terms": [
                {
                    "id": "soy", "kind": "quantity", "title": "5 Mt of soybeans", "actor": "cn", "unit": "Mt",
                    "bound": "at_least", "target": "5",
                    "measure": {"type": "export", "reporter": "us", "partner": "cn", "basis": "FAS"},
                    "period": {"start": "2019-02-01", "end": "2019-12-31"},
                    "shown": {"quantity": {"quote": 0, "words": "five million tonnes"}},
                },
            ],
            "source": _SOURCE,
        },
    ),
)  # fmt: skip
"""What the statements that are measured refer to."""
