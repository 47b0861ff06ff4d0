"""Documents: what ``--json`` prints and what HTTP answers, made in one place so that both have one shape.

Objects, never bare lists; ratios and shares are fractions of one as decimal texts, digests and hashes are texts.
Nothing is looked up or reckoned here, and nothing is left out. Source: design §3.
"""

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:  # models are imported by the functions that need them, so that help comes at once
    from ledger.assessment.enforceability.lint import Lint, LintFinding
    from ledger.assessment.history import History
    from ledger.assessment.link import Together
    from ledger.assessment.result import Cite, CommitmentResult, Credibility, DimensionResult, Erased, Reason, Side
    from ledger.assessment.series import Figure, Listed
    from ledger.audit.result import AuditResult
    from ledger.model.determination import View
    from ledger.tlog.interval import Interval
    from ledger.tlog.proof import Receipt, TlogProof
    from ledger.tlog.stored import Row


def view_document(view: "View") -> dict[str, object]:
    """Return a view as every answer gives it."""
    return {"size": view.size, "as_of": view.as_of}


def status_document(
    view: "View", results: "Iterable[CommitmentResult]", erased: "Iterable[Erased]" = ()
) -> dict[str, object]:
    """Return the status as ``--json`` gives it: view and commitments, ratios as fractions."""
    from ledger.model.statement import plain

    return {
        "view": view_document(view),
        "commitments": [commitment_document(result) for result in results],
        "erased": [plain(one) for one in erased],
    }


def together_document(together: "Together | None", credibility: "Credibility | None" = None) -> dict[str, object]:
    """Return totals over several commitments as ``--json`` gives them; nothing where none were asked for.

    Args:
        credibility: of the party whose commitments they are, where one was named (E10).
    """
    from ledger.model.statement import plain

    if together is None:
        return {}
    return {
        "totals": [plain(one) for one in together.totals],
        "left_out": list(together.left_out),
        "credibility": plain(credibility) if credibility is not None else None,
    }


def commitment_document(result: "CommitmentResult") -> dict[str, object]:
    """Return one commitment: the three axes, its terms whole, and its score and band, written and practised."""
    from ledger.model.statement import plain

    return {
        "subject": result.subject,
        "title": result.title,
        "date": result.date,
        "instrument": result.instrument,
        "obligors": list(result.obligors),
        "obligees": list(result.obligees),
        "validity": result.validity,
        "validity_reason": result.validity_reason,
        "disposition": result.disposition,
        "terms": [plain(term) for term in result.terms],
        "score": {"written": ends(result.score.written), "practised": ends(result.score.practised)},
        "band": {"written": bands(result.score.written), "practised": bands(result.score.practised)},
        "stances": [plain(stance) for stance in result.stances],
        "cites": [plain(cite) for cite in result.cites],
        "links": [plain(link) for link in result.links],
        "erased": [plain(one) for one in result.erased],
        "beside": plain(result.beside) if result.beside is not None else None,
    }


def ends(side: "Side") -> list[str]:
    """Return the two ends of a score, low and high; equal ends are a point."""
    return [side.low, side.high]


def bands(side: "Side") -> list[str]:
    """Return the bands of the two ends (E7)."""
    return [side.low_band, side.high_band]


def history_document(told: "History") -> dict[str, object]:
    """Return a history as ``--json`` gives it."""
    from ledger.model.statement import plain

    return {
        "view": view_document(told.view),
        "subject": told.subject,
        "by_day": [plain(step) for step in told.by_day],
        "by_entry": [plain(step) for step in told.by_entry],
    }


def score_document(
    view: "View", result: "CommitmentResult", credibility: "Iterable[Credibility]" = ()
) -> dict[str, object]:
    """Return the score as ``--json`` gives it; levels are whole numbers, points and pillars decimal texts.

    Args:
        credibility: of its obligors, where it was asked for (E10).
    """
    from ledger.model.statement import plain

    found = result.score
    return {
        "view": view_document(view),
        "method": found.method,
        "subject": result.subject,
        "title": result.title,
        "score": {"written": ends(found.written), "practised": ends(found.practised)},
        "band": {"written": bands(found.written), "practised": bands(found.practised)},
        "point": {
            "written": found.written.point, "practised": found.practised.point,
            "why_not": found.written.why_no_point or found.practised.why_no_point,
        },
        "dimensions": {one.dimension: _dimension(one) for one in found.dimensions},
        "pillars": {"written": plain(found.written.pillars), "practised": plain(found.practised.pillars)},
        "gates": [plain(gate) for gate in found.gates],
        "erosion": list(found.erosion),
        "robustness": {
            side: plain(one.robustness) if one.robustness is not None else None
            for side, one in (("written", found.written), ("practised", found.practised))
        },
        "raises": [plain(one) for one in found.raises],
        "unknown": list(found.unknown),
        "objection": plain(found.objection) if found.objection is not None else None,
        "terms": [plain(term) for term in found.terms],
        "beside": beside_document(result, credibility),
        "erased": [plain(one) for one in result.erased],
    }  # fmt: skip


def beside_document(result: "CommitmentResult", credibility: "Iterable[Credibility]" = ()) -> dict[str, object]:
    """Return what stands beside a score and never in it (E10)."""
    from ledger.model.statement import plain

    beside = plain(result.beside) if result.beside is not None else {}
    return {
        **beside,
        "depth": {term.id: [plain(one) for one in term.depths] for term in result.terms if term.kind == "quantity"},
        "credibility": [plain(one) for one in credibility],
    }


def _dimension(one: "DimensionResult") -> dict[str, object]:
    return {
        "dimension": one.dimension,
        "name": one.name,
        "written": [one.written.low, one.written.high],
        "practised": [one.practised.low, one.practised.high],
        "observed": one.practised.observed,
        "reasons": {"written": _reason_list(one.written.reasons), "practised": _reason_list(one.practised.reasons)},
        "attested": _reason_list((*one.written.attested, *one.practised.attested)),
    }


def _reason_list(reasons: "tuple[Reason, ...]") -> list[dict[str, object]]:
    return [
        {"rule": one.rule, "code": one.code, "says": one.says, "cites": [_cite(cite) for cite in one.cites]}
        for one in reasons
    ]


def _cite(cite: "Cite") -> dict[str, object]:
    return {"entry": cite.entry, "statement": cite.statement, "field": cite.field}


def receipt_document(receipt: "Receipt") -> dict[str, object]:
    """Return a receipt as plain JSON data: index, header, inclusion proof, checkpoint, and ``witnessed`` k of n."""
    from ledger.tlog.proof import format_receipt

    return cast("dict[str, object]", json.loads(format_receipt(receipt)))


def listed_document(view: "View", listed: "Iterable[Listed]") -> dict[str, object]:
    """Return which series a view knows."""
    return {"view": view_document(view), "series": [one._asdict() for one in listed]}


def figures_document(view: "View", figures: "Iterable[Figure]") -> dict[str, object]:
    """Return the figures of one series."""
    return {"view": view_document(view), "figures": [one._asdict() for one in figures]}


def audit_document(view: "View", result: "AuditResult") -> dict[str, object]:
    """Return what an audit concludes; where it was written to stands beside it."""
    opinion = result.opinion
    return {
        "view": view_document(view),
        "method": result.method,
        "title": result.title,
        "subjects": list(result.subjects),
        "opinion": {
            "code": opinion.code, "name": opinion.name, "rule": opinion.rule, "because": list(opinion.because),
        },
    }  # fmt: skip


Place = Callable[["LintFinding"], tuple[str, int] | None]
"""Gives file and line of what a finding of the lint cites."""


def lint_document(one: "Lint", place: Place) -> dict[str, object]:
    """Return what the lint says of a commitment, each finding with the file and line that it is about, or nulls."""
    from ledger.model.statement import plain

    findings: list[dict[str, object]] = []
    for found in one.findings:
        at = place(found)
        where = {"file": at[0] if at is not None else None, "line": at[1] if at is not None else None}
        findings.append(plain(found) | where)
    return plain(one) | {"findings": findings}


def header_document(raw: bytes) -> dict[str, object]:
    """Return a header's members, in the order of their names."""
    return dict(json.loads(raw))


def payload_document(jws: bytes | None) -> dict[str, object] | None:
    """Return what a statement says, as it was signed; None where it was erased."""
    from ledger.signing.envelope import STATEMENT, open_envelope

    return None if jws is None else dict(json.loads(open_envelope(jws, typ=STATEMENT).payload))


def entry_document(
    row: "Row", interval: "Interval", *, erased: "Iterable[Erased]", since: "Iterable[Erased]"
) -> dict[str, object]:
    """Return an entry whole: header, statement, when it came to be, and what was erased of it or under it."""
    from ledger.model.statement import plain

    return {
        "header": header_document(row.header),
        "leaf": hash_text(row.leaf),
        "jws": row.jws.decode("ascii") if row.jws is not None else None,
        "payload": payload_document(row.jws),
        "interval": interval.document(),
        "erased": [plain(one) for one in erased],
        "unreproducible": [plain(one) for one in since],
    }


def proof_document(proof: "TlogProof", header: bytes) -> dict[str, object]:
    """Return a proof that an entry is in the log, its parts and the whole as a C2SP tlog-proof."""
    from ledger.tlog.proof import format_proof

    return {
        "entry": proof.index,
        "header": header.decode("ascii"),
        "inclusion": [hash_text(one) for one in proof.hashes],
        "checkpoint": proof.checkpoint.decode("utf-8"),
        "proof": format_proof(proof).decode("utf-8"),
    }


def consistency_document(old: int, new: int, hashes: Iterable[bytes]) -> dict[str, object]:
    """Return a proof that the log of ``new`` entries begins with that of ``old`` (RFC 6962 §2.1.2)."""
    return {"old": old, "new": new, "consistency": [hash_text(one) for one in hashes]}


def hash_text(raw: bytes) -> str:
    """Return a hash of the tree as notes and proofs spell it."""
    from ledger.signing.canonical import encode_base64

    return encode_base64(raw)
