"""A small readable ledger for the tests of enforceability and of the opinion: drafts in, a view out."""

import copy
import json
from typing import Any

from ledger.assessment.enforceability import score
from ledger.assessment.enforceability.case import Case
from ledger.assessment.result import (
    CommitmentResult,
    DimensionResult,
    Level,
    ReadingResult,
    Score,
    SourceResult,
    TermLevels,
    TermResult,
    TriggerResult,
)
from ledger.assessment.standing import standing
from ledger.assessment.view import Known, Said, look
from ledger.model.determination import View
from ledger.model.statement import parse_statement

Draft = tuple[str, str, dict[str, Any]]
"""Kind, subject, body."""

SUBJECT = "pledge"
SOURCE: dict[str, Any] = {
    "title": "A document",
    "publisher": "A ministry",
    "role": "joint",
    "via": {"copy_read": "the page", "how": "excerpt"},
}
PLACE = {"locator": "article 1"}
ALL_SHOWN: dict[str, Any] = dict.fromkeys(("actor", "action", "quantity", "timing", "reference", "scope"), PLACE)
READING = {"type": "export", "reporter": "us", "partner": "cn"}
READINGS = [{"type": kind, "reporter": "us", "partner": "cn"} for kind in ("order", "export")]
SCOPE = {"title": "soybeans", "classification": "HS", "revision": "2017", "codes": ["1201"]}
INDICATOR: dict[str, Any] = {
    "publisher": "A statistics office",
    "authority": "us-census",
    "standing": "official",
    "public": True,
    "scope_share": "1",
    "lag_months": 2,
}
BEST_INDICATOR: dict[str, Any] = {**INDICATOR, "named": True, "method_named": True}
REMEDY = {"kind": "self_judged", "tied_to_test": False, "shown": PLACE}
LEVER = {"subject": "tariffs", "title": "the tariff threat"}


def changed(body: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with members replaced; ``...`` removes one."""
    new = {**copy.deepcopy(body), **changes}
    return {name: value for name, value in new.items() if value is not ...}


def quantity(**changes: Any) -> dict[str, Any]:
    """Return a term of 5 Mt in 2019, all six elements shown."""
    return changed(
        {
            "id": "soy",
            "kind": "quantity",
            "title": "5 Mt of soybeans",
            "actor": "cn",
            "unit": "Mt",
            "bound": "at_least",
            "target": "5",
            "measure": READING,
            "scope": SCOPE,
            "period": {"start": "2019-01-01", "end": "2019-12-31"},
            "shown": ALL_SHOWN,
        },
        changes,
    )


def action(**changes: Any) -> dict[str, Any]:
    """Return a term to publish a law by a day, all six elements shown."""
    return changed(
        {
            "id": "law",
            "kind": "action",
            "title": "publish the law",
            "actor": "cn",
            "act": "publish the law",
            "scope": SCOPE,
            "deadline": "2019-12-31",
            "shown": ALL_SHOWN,
        },
        changes,
    )


def conditional(*, trigger: dict[str, Any] | None = None, consequence: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a threat: if the talks fail by a day, as a named judge says, duties rise; everything shown."""
    clause = {
        "title": "the talks fail",
        "actor": "us",
        "act": "the talks fail",
        "judge": "us",
        "scope": SCOPE,
        "deadline": "2019-03-02",
        "shown": ALL_SHOWN,
    }
    then = {
        "title": "duties rise",
        "actor": "us",
        "act": "raise duties",
        "target": "25",
        "unit": "percent",
        "bound": "exactly",
        "scope": SCOPE,
        "deadline": "2019-03-02",
        "shown": ALL_SHOWN,
    }
    return {
        "id": "rise",
        "kind": "conditional",
        "title": "duties rise",
        "actor": "us",
        "trigger": changed(clause, trigger or {}),
        "consequence": changed(then, consequence or {}),
    }


def commitment(**changes: Any) -> Draft:
    """Return a commitment of ``cn`` to ``us``, made in a joint binding text, with "shall"."""
    body = {
        "title": "Soybeans",
        "instrument": "text",
        "date": "2019-01-31",
        "obligors": ["cn"],
        "obligees": ["us"],
        "quotes": [{"text": "China shall buy five million tons of soybeans in 2019.", "language": "en"}],
        "verb": {"words": "shall buy", "strength": "shall", "shown": PLACE},
        "performance": {"by": "state buyers", "control": "1"},
        "indicators": [BEST_INDICATOR],
        "terms": [quantity()],
        "source": SOURCE,
    }
    return "commitment", SUBJECT, changed(body, changes)


def instrument(**changes: Any) -> Draft:
    """Return a treaty of ``cn`` and ``us`` that answers every question as strongly as it can."""
    body = {
        "title": "A treaty",
        "form": "treaty",
        "issuers": ["cn", "us"],
        "binding": "yes",
        "announced": "2019-01-31",
        "signed": "2019-01-31",
        "in_force": "2019-01-31",
        "expires": "none",
        "escapes": "none",
        "forum": {"kind": "court", "deadlines": True, "binding": True, "consent": "compulsory", "shown": PLACE},
        "remedy": {"kind": "fixed", "tied_to_test": True, "shown": PLACE},
        "exit": {"unilateral": False, "shown": PLACE},
        "procedure": "none",
        "source": SOURCE,
    }
    return "instrument", "text", changed(body, changes)


WORDS: dict[str, Any] = {
    "form": "statement",
    "binding": "silent",
    "signed": "none",
    "in_force": "none",
    "expires": "none",
    "escapes": "none",
    "forum": "none",
    "remedy": "none",
    "exit": "none",
}
"""What makes an instrument words of the day."""


def position(party: str, stance: str, day: str = "2019-01-31", **changes: Any) -> Draft:
    """Return a position on the pledge."""
    return "position", SUBJECT, changed({"party": party, "stance": stance, "date": day, "source": SOURCE}, changes)


def amendment(change: str, *by: str, subject: str = SUBJECT, day: str = "2019-06-01", **changes: Any) -> Draft:
    """Return an amendment that is announced and takes effect on a day."""
    body = {"change": change, "by": list(by), "announced": day, "effective": day, "reason": "as said", "source": SOURCE}
    return "amendment", subject, changed(body, changes)


def act(name: str, by: str, day: str, **changes: Any) -> Draft:
    """Return an enforcement action."""
    return "action", SUBJECT, changed({"act": name, "by": [by], "date": day, "what": name, "source": SOURCE}, changes)


def attestation(about: str, **changes: Any) -> Draft:
    """Return an attestation by an assessor."""
    body = {"about": about, "date": "2020-06-01", "reason": "looked and compared", "source": SOURCE}
    return "attestation", SUBJECT, changed(body, changes)


def evidence(*, published: str, imputed: str | None = None) -> Draft:
    """Return an evidence statement; its figures do not matter here."""
    digest = "sha256:" + "0" * 64
    body = {
        "title": "Exports",
        "publisher": "A statistics office",
        "authority": "us-census",
        "channel": "monthly",
        "standing": "official",
        "authority_of": "us",
        "vintage": {"published": published, "imputed": imputed},
        "covers": {"start": "2019-01-01", "end": "2019-12-31"},
        "dimensions": {
            "measure": "export",
            "reporter": "us",
            "partner": "cn",
            "classifications": ["HS"],
            "frequencies": ["M"],
            "units": ["t"],
        },
        "raw": {"digest": digest, "size": 1, "media_type": "text/csv"},
        "importer": {"name": "tabular", "version": "1", "mapping": digest, "mapping_name": "census"},
        "observations": {"digest": digest, "size": 1, "count": 1},
        "rejected": {"count": 0},
        "source": SOURCE,
    }
    return "evidence", "series:export/us/cn", body


def name_of(index: int) -> str:
    """Return the name of the statement at an index."""
    return f"sha256:{index:064x}"


def known(*drafts: Draft, as_of: str = "2021-06-30") -> Known:
    """Return what a view knows of drafts that were logged in this order."""
    said = []
    for index, (kind, subject, body) in enumerate(drafts):
        payload = {
            "anchor": None,
            "body": body,
            "corrects": None,
            "genesis": None,
            "issued": "2019-01-31T00:00:00Z",
            "schema": f"{kind}.v1",
            "subject": subject,
        }
        statement = parse_statement(json.dumps(payload).encode())
        said.append(Said(index, name_of(index), "author", "2019-01-31T00:00:00Z", statement))
    return look(said, View(size=len(said), as_of=as_of))


def case(*drafts: Draft, results: tuple[TermResult, ...] = (), as_of: str = "2021-06-30") -> Case:
    """Return the case of the commitment among the drafts."""
    seen = known(*drafts, as_of=as_of)
    return Case(seen, SUBJECT, standing(seen, SUBJECT), {one.id: one for one in results})


def scored(*drafts: Draft, results: tuple[TermResult, ...] = (), as_of: str = "2021-06-30") -> Score:
    """Return the score of the commitment among the drafts."""
    seen = known(*drafts, as_of=as_of)
    return score(seen, SUBJECT, standing(seen, SUBJECT), results)


def spelt(level: Level) -> str:
    """Return a level as a table prints it: ``3``, or ``2-3``."""
    return str(level.low) if level.low == level.high else f"{level.low}-{level.high}"


def profile(dimensions: tuple[DimensionResult, ...], *, side: str = "written") -> str:
    """Return seven levels in one line: ``P2 V3 K2 O1 A0 R2 X0``."""
    return " ".join(f"{one.dimension}{spelt(getattr(one, side))}" for one in dimensions)


# --- results, as reconciliation gives them ---------------------------------------------------------------------------


def source_result(**changes: Any) -> SourceResult:
    """Return what one official source says of 2019: all of the year and of the scope."""
    whole: dict[str, Any] = {
        "source": "us-census",
        "channel": "monthly",
        "frequency": "A",
        "measure": "export",
        "reporter": "us",
        "partner": "cn",
        "basis": "",
        "votes": True,
        "why_not": None,
        "outcome": "met",
        "reason": None,
        "low": "5",
        "high": "5",
        "baseline": None,
        "target": "5",
        "shortfall": "0",
        "coverage": "1",
        "period_coverage": "1",
        "scope_coverage": "1",
        "coverage_weighed_by": "leaf codes",
        "vintage": "2020-02-05",
        "reached": None,
        "days_late": None,
        "grade": "E3",
        "flags": (),
        "points": ({"start": "2019-01-01", "end": "2019-12-31", "value": "5", "status": "A"},),
        "revisions": (),
        "ratios": (),
        "cites": (),
    }
    return SourceResult.model_validate(changed(whole, changes))


def reading_result(*sources: SourceResult, **changes: Any) -> ReadingResult:
    """Return a reading with its sources."""
    whole: dict[str, Any] = {
        "measure": "export",
        "reporter": "us",
        "partner": "cn",
        "named_source": None,
        "outcome": "met",
        "reason": None,
        "votes": True,
        "days_late": None,
        "reached": None,
        "low": "5",
        "high": "5",
        "causes": (),
        "sources_missing": (),
        "sources": sources,
    }
    return ReadingResult.model_validate({**whole, **changes})


def term_result(*readings: ReadingResult, **changes: Any) -> TermResult:
    """Return a due material term of 5 Mt that was met."""
    whole: dict[str, Any] = {
        "id": "soy",
        "title": "5 Mt of soybeans",
        "kind": "quantity",
        "material": True,
        "outcome": "met",
        "reason": None,
        "due": "2019-12-31",
        "is_due": True,
        "days_late": None,
        "reached": None,
        "grade": "E3",
        "coverage": "1",
        "unit": "Mt",
        "bound": "at_least",
        "target": "5",
        "target_is": "absolute",
        "scope": "soybeans",
        "period": "2019",
        "sources_missing": (),
        "readings": readings,
        "ratios": (),
        "not_admissible": (),
        "moved": (),
        "directions": (),
        "trigger": None,
        "imputed": (),
        "contested": (),
        "findings": (),
        "cites": (),
    }
    return TermResult.model_validate({**whole, **changes})


def triggered(state: str, consequence: str) -> TermResult:
    """Return the result of a threat."""
    trigger = TriggerResult.model_validate(
        {"state": state, "reason": "as attested", "consequence": consequence, "happened": (), "cites": ()}
    )
    return term_result(id="rise", kind="conditional", trigger=trigger)


def commitment_result(*terms: TermResult, subject: str = SUBJECT, precision: int = 4) -> CommitmentResult:
    """Return one commitment with these terms, whose terms all have the same precision."""
    whole = scored(commitment(), instrument())
    level = Level(low=precision, high=precision, observed=False, reasons=(), attested=())
    levels = tuple(TermLevels(term=one.id, P=(level, level), V=(level, level), K=(level, level)) for one in terms)
    return CommitmentResult(
        subject=subject,
        title="Soybeans",
        instrument="text",
        date="2019-01-31",
        obligors=("cn",),
        obligees=("us",),
        validity="in_force",
        validity_reason="as said",
        disposition="none",
        terms=terms,
        score=whole.model_copy(update={"terms": levels}),
        stances=(),
        cites=(),
    )
