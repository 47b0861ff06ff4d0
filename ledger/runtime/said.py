"""Statements of our own making: grants, and the evidence that an import gives.

Source: design §2.2.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ledger.assessment.tenure import possession_payload
from ledger.model.statement import Statement
from ledger.signing.envelope import POSSESSION, seal
from ledger.signing.key import Signer

if TYPE_CHECKING:  # heavier rooms are imported by the functions that need them; here only their names
    from ledger.ingest.imported import Imported, ImportedSeries


def make_statement(kind: str, subject: str, body: Mapping[str, object], *, issued: str) -> Statement:
    """Return a statement of our own making, read by the same parser as everybody's; genesis and anchor are null."""
    from ledger.model.statement import parse_draft
    from ledger.signing.canonical import format_json

    whole = {
        "anchor": None, "body": dict(body), "corrects": None, "genesis": None, "issued": issued, "schema": f"{kind}.v1",
        "subject": subject,
    }  # fmt: skip
    return parse_draft(format_json(whole), what=f"{kind} {subject}")


def grant_body(
    key: Signer, *, genesis: str, roles: Sequence[str], party: str | None, holder: str | None
) -> dict[str, Any]:
    """Return the body of a grant, with the key's own proof of possession."""
    proof = seal(possession_payload(genesis=genesis, thumbprint=key.kid, roles=roles), key, typ=POSSESSION)
    return {
        "event": "grant", "jwk": key.public.jwk, "party": party, "holder": holder, "roles": list(roles),
        "possession": proof.raw.decode("ascii"),
    }  # fmt: skip


def evidence_body(
    imported: "Imported", series: "ImportedSeries", *, now: str, extra: Mapping[str, object]
) -> dict[str, Any]:
    """Return the body of the evidence statement of one imported series."""
    mapping = imported.mapping
    raw = {
        "digest": imported.digest, "size": imported.size, "media_type": imported.media_type,
        "salted": not mapping.redistribute,
    }  # fmt: skip
    rejected = [{"row": row.row, "column": row.column, "reason": row.reason} for row in imported.rejected[:100]]
    source = {
        "title": mapping.title, "publisher": mapping.publisher, "role": "third_party", "retrieved": now,
        "digest": imported.digest, "via": {"copy_read": imported.name, "how": "byte_copy"},
    }  # fmt: skip
    found = series.observations
    return {
        "title": mapping.title,
        "publisher": mapping.publisher,
        "authority": series.authority,
        "channel": mapping.channel,
        "standing": mapping.standing,
        "authority_of": series.authority_of,
        "dimensions": {
            "measure": series.measure, "reporter": series.reporter, "partner": series.partner,
            "classifications": list(series.classifications), "frequencies": list(series.frequencies),
            "units": list(series.units), "table": series.table,
        },
        "vintage": {"published": series.published, "imputed": series.imputed},
        "covers": {"start": series.start, "end": series.end},
        "absent": mapping.absent,
        "currencies": mapping.currencies,
        "raw": raw,
        "importer": {
            "name": imported.importer, "version": imported.version, "mapping": mapping.digest,
            "mapping_name": mapping.name,
        },
        "observations": {"digest": found.digest, "size": found.size, "count": found.count},
        "rejected": {"count": imported.rejected_count, "rows": rejected},
        "redistribute": mapping.redistribute,
        "licence": mapping.licence,
        "source": {**source, **extra},
    }  # fmt: skip
