"""A small ledger as it is served, and what strangers hand in: signed with its keys, or with others."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from starlette.testclient import TestClient

from ledger.ingest.document import check_draft
from ledger.ingest.imported import Imported
from ledger.ingest.tabular import parse_any_mapping, read_evidence
from ledger.model.statement import Statement
from ledger.runtime import Ledger, init
from ledger.runtime.said import evidence_body, make_statement
from ledger.runtime.server import ServerSettings
from ledger.service.compose import compose
from ledger.signing.envelope import STATEMENT, Envelope, seal
from ledger.signing.key import PrivateKey, Signer
from ledger.web.app import application
from ledger.web.journal import Journal
from tests.end_to_end.small import FIGURES, MAPPING, START, drafts, fixed_keys, position

JOSE = {"content-type": "application/jose"}
LINES = {"content-type": "application/x-ndjson"}
PUBLISHED = date(2020, 5, 1)
DAY = "2021-01-01"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> str:
        """Return the moment it was set to."""
        return self.now


@dataclass(frozen=True)
class House:
    """A served ledger.

    Attributes:
        ledger: that is served.
        client: that asks.
        clock: the ledger's.
        journal: what the server wrote.
    """

    ledger: Ledger
    client: TestClient
    clock: Clock
    journal: io.StringIO

    def signed(self, number: int, *, key: Signer | None = None) -> Envelope:
        """Return a position of its own number, signed."""
        return self.sealed(check_draft(position(number)[0], issued=START), key=key)

    def sealed(self, statement: Statement, *, key: Signer | None = None, genesis: str | None = None) -> Envelope:
        """Return a statement signed for this ledger, or for another."""
        signer = key or self.ledger.keyring.get("desk")
        if genesis is None:
            return self.ledger.compose(statement, signer)
        return seal(compose(statement, genesis=genesis, anchor=None), signer, typ=STATEMENT)

    def evidence(self, figures: bytes = FIGURES, mapping: bytes = MAPPING) -> tuple[Envelope, Imported]:
        """Return a signed statement of evidence whose files are not there, and what was read."""
        read = parse_any_mapping(mapping, name="grain.toml")
        imported = read_evidence(io.BytesIO(figures), read, name="grain.csv", published=PUBLISHED)
        body = evidence_body(imported, imported.series[0], now=START, extra={})
        return self.sealed(make_statement("evidence", imported.series[0].subject, body, issued=START)), imported


@contextmanager
def served(
    directory: Path, *, with_figures: bool = True, store: str | None = None, **settings: object
) -> Iterator[House]:
    """Serve a small ledger with a pledge, and the figures for it; in a database of PostgreSQL, where one is given."""
    clock, journal = Clock(), io.StringIO()
    ledger = init(directory / "ledger", origin="example.org/small", at=clock, make_key=fixed_keys(), store=store)
    ledger.record(drafts())
    if with_figures:
        ledger.submit(
            io.BytesIO(FIGURES), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml", published=PUBLISHED
        )
    app = application(ledger, ServerSettings.model_validate(settings), journal=Journal(clock, journal))
    with TestClient(app) as client:
        yield House(ledger, client, clock, journal)
    ledger.close()


def stranger() -> PrivateKey:
    """Return a key that no ledger knows."""
    return PrivateKey.from_seed("Ed25519", bytes([250]) * 32)


def observations(imported: Imported) -> bytes:
    """Return the normalised figures of the first series."""
    return b"".join(imported.series[0].observations.chunks())
