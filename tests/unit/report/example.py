"""One readable audit result for the tests of reports: four commitments, round figures, every part of a page in use.

The words are those of the first story; the figures are rounded by hand. What a test wants otherwise it changes in the
plain data (`data`) before it is read.
"""

import copy
import json
from typing import Any

from ledger.audit.result import AuditResult

STATEMENT = "sha256:" + "ab" * 32


def cite(entry: int, field: str | None = None) -> dict[str, Any]:
    """What rests on one entry."""
    return {"entry": entry, "statement": f"sha256:{entry:064x}", "field": field}


def source(title: str, publisher: str, role: str = "joint", **more: Any) -> dict[str, Any]:
    """Where something was read."""
    return {
        "title": title, "publisher": publisher, "role": role,
        "via": {"copy_read": "a stored copy of the page", "how": "excerpt"}, **more,
    }  # fmt: skip


def level(low: int, high: int, rule: str, says: str, *, observed: bool = False) -> dict[str, Any]:
    """A level with one reason."""
    reasons = [{"rule": rule, "says": says, "cites": [cite(4)]}]
    return {"low": low, "high": high, "observed": observed, "reasons": reasons, "attested": []}


NAMES = {
    "P": "precision", "V": "verifiability", "K": "acknowledgement and control", "O": "obligation",
    "A": "answerability", "R": "remedy", "X": "durability",
}  # fmt: skip


def score(levels: str, *, low: str, high: str, bands: tuple[str, str], unknown: tuple[str, ...] = ()) -> dict[str, Any]:
    """A score whose levels are given as ``P4 V4 K3-4 …``; practised K is one lower where it can be."""
    dimensions = []
    for part in levels.split():
        name, rungs = part[0], part[1:].split("-")
        ends = int(rungs[0]), int(rungs[-1])
        written = level(*ends, f"{name}.{part[1:]}", f"the text and its instrument give {part}")
        practised = written
        if name == "K" and ends[0]:
            says = "the latest position leaves the number out"
            practised = level(ends[0] - 1, ends[1], "K.practised", says, observed=True)
        dimensions.append({"dimension": name, "name": NAMES[name], "written": written, "practised": practised})
    side = {
        "low": low, "high": high, "low_band": bands[0], "high_band": bands[1],
        "pillars": {"B": ["0.916667", "1"], "N": ["0.625", "0.625"], "Q": ["0.5", "0.5"]},
        "point": low == high, "why_no_point": None if low == high else "an unknown level leaves an interval",
    }  # fmt: skip
    return {
        "method": "2026.1", "dimensions": dimensions, "terms": [], "written": side, "practised": side,
        "erosion": ["0", "1.5"], "unknown": list(unknown),
        "gates": [
            {"rule": "E5", "cap": "40", "side": "written", "end": "both", "says": "A = 0 with R ≤ 1 caps at 40.0"}
        ],
    }  # fmt: skip


def ratio(kind: str, value: str, words: str, **more: Any) -> dict[str, Any]:
    """A ratio with its sentence."""
    return {
        "kind": kind, "term": "agriculture-2020", "measure": "export", "reporter": "us", "partner": "cn",
        "basis": "FOB", "source": "us-census", "channel": "un-comtrade", "vintage": "2021-06-25",
        "scope": "annex-6.1 agriculture", "period": {"start": "2020-01-01", "end": "2020-12-31"}, "coverage": "1",
        "unit": "GUSD", "numerator": "27.228",
        "denominator": "target", "denominator_value": "33.47", "proration": "none", "value": value, "words": words,
        **more,
    }  # fmt: skip


def figures(name: str, channel: str, values: list[tuple[str, str, str]], **more: Any) -> dict[str, Any]:
    """One channel of one source with its points."""
    return {
        "source": name, "channel": channel, "frequency": "M", "measure": "export", "reporter": "us", "partner": "cn",
        "basis": "FOB", "votes": True, "why_not": None, "outcome": "not_met", "reason": None, "low": None, "high": None,
        "baseline": None, "target": None, "shortfall": None, "coverage": "1", "period_coverage": "1",
        "scope_coverage": "1", "coverage_weighed_by": "leaf codes", "vintage": "2021-06-25", "reached": None,
        "days_late": None, "grade": "E3", "flags": [], "revisions": [], "ratios": [], "cites": [cite(20)],
        "points": [{"start": start, "end": end, "value": value, "status": "A"} for start, end, value in values], **more,
    }  # fmt: skip


def reading(measure: str, outcome: str, sources: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """One reading of a term."""
    return {
        "measure": measure, "reporter": "us", "partner": "cn", "named_source": None, "outcome": outcome, "reason": None,
        "votes": bool(sources), "days_late": None, "reached": None, "low": None, "high": None, "causes": [],
        "sources_missing": [], "sources": sources, **more,
    }  # fmt: skip


def term(name: str, title: str, outcome: str, **more: Any) -> dict[str, Any]:
    """One term."""
    return {
        "id": name, "title": title, "kind": "quantity", "material": True, "outcome": outcome, "reason": None,
        "due": None, "is_due": True, "days_late": None, "reached": None, "grade": "E3", "coverage": "1", "unit": None,
        "bound": None, "target": None, "target_is": None, "scope": None, "period": None, "sources_missing": [],
        "readings": [], "ratios": [], "not_admissible": [], "moved": [], "directions": [], "trigger": None,
        "imputed": [], "contested": [], "findings": [], "cites": [cite(4)], **more,
    }  # fmt: skip


def stance(party: str, name: str, what: str, words: str | None = None, **more: Any) -> dict[str, Any]:
    """One cell of the acknowledgement matrix."""
    known = what != "unknown"
    return {
        "party": party, "term": name, "stance": what, "about": "pledge", "date": "2020-01-15" if known else None,
        "words": words, "language": "en" if words else None, "translation": None,
        "cite": cite(9) if known else None, **more,
    }  # fmt: skip


MONTHS = [
    ("2020-01-01", "2020-03-31", "3.1"), ("2020-04-01", "2020-06-30", "4.2"),
    ("2020-07-01", "2020-09-30", "6.35"), ("2020-10-01", "2020-12-31", "13.578"),
]  # fmt: skip
WEEKS = [
    ("2025-10-31", "2025-11-06", "0.332"), ("2025-11-07", "2025-11-20", "1.6"), ("2025-11-21", "2025-12-04", "1.1"),
    ("2025-12-05", "2025-12-18", "2.3"), ("2025-12-19", "2026-01-01", "1.2"),
]  # fmt: skip

AGRICULTURE = term(
    "agriculture-2020", "agriculture, 2020", "not_met", unit="GUSD", bound="at_least", target="12.5",
    target_is="increment", scope="annex-6.1: agriculture", period="2020-01-01/2020-12-31", due="2020-12-31",
    sources_missing=["cn-customs"],
    readings=[reading(
        "export", "not_met",
        [
            figures(
                "us-census", "un-comtrade", MONTHS, low="27.228", high="27.228", baseline="20.97", target="33.47",
                shortfall="6.242",
                ratios=[
                    ratio("gross", "0.813505", "US exports (FOB) of agriculture, 2020: 27.23 of 33.47 bn USD = 81.4 %"),
                    ratio("incremental", "0.50064", "6.26 of the 12.5 bn USD promised above 2017 = 50.1 %"),
                ],
                revisions=[{"published": "2021-02-25", "actual": "27.335", "entry": 19}],
            ),
            figures(
                "us-census", "census-monthly", MONTHS[:3], low="13.65", high="13.65", baseline="20.97", target="33.47",
                coverage="0.75", period_coverage="0.75", votes=False, why_not="another channel covers more",
                outcome="not_assessable", reason="coverage",
            ),
        ],
        named_source="us-census", sources_missing=[],
    )],
    not_admissible=[
        {"entry": 30, "statement": STATEMENT, "series": "series:order/us/cn", "reason": "a sale is not a shipment"}
    ],
)  # fmt: skip

SOY = term(
    "soy-2025", "12 Mt of soybeans by the end of 2025", "disputed", reason="measure not agreed", unit="Mt",
    bound="at_least", target="12", target_is="absolute", scope="HS: 1201", period="2025-11-01/2025-12-31",
    due="2025-12-31", grade="E3", coverage="0.95",
    readings=[
        reading("order", "not_met", [figures(
            "usda-fas", "export-sales-weekly", WEEKS, measure="order", basis="", low="6.2", high="6.532", target="12",
            shortfall="5.468", coverage="0.95", frequency="W",
        )], low="6.2", high="6.532"),
        reading(
            "import", "not_assessable", [], reason="no admissible evidence in this ledger", reporter="cn", partner="us"
        ),
    ],
    moved=[{
        "party": "us", "says": "the deadline is the end of February 2026", "outcome": "met", "reason": None,
        "days_late": None, "cite": cite(41),
    }],
    findings=["F.moved: a deadline was moved by one side alone"],
)  # fmt: skip

THREAT = term(
    "raise", "raise the rate from 10 % to 25 %", "not_assessable", kind="conditional", reason="trigger undeterminable",
    due="2019-03-02", grade=None, coverage=None,
    trigger={
        "state": "undeterminable", "reason": "nobody was named to judge what is satisfactory",
        "consequence": "followed_late", "happened": ["2019-05-10: the rate became 25 %"], "cites": [cite(50)],
    },
)  # fmt: skip

TREND = term(
    "expand", "expand imports", "not_assessable", kind="trend", reason="no number", grade=None, coverage=None,
    is_due=False,
    directions=[{
        "source": "us-census", "channel": "soybeans-monthly",
        "before": "8.24", "before_period": "2018-02-01/2019-01-31",
        "after": "22.61", "after_period": "2019-02-01/2020-01-31", "observed": "increase",
        "words": "exports rose from 8.24 to 22.61 Mt", "cites": [cite(21)],
    }],
)  # fmt: skip

UNKNOWN = "A: whether an appeal has a time limit is unknown"


def commitment(
    subject: str, title: str, terms: list[dict[str, Any]], scored: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """One commitment."""
    return {
        "subject": subject, "title": title, "instrument": "phase-one", "date": "2020-01-15", "obligors": ["cn"],
        "obligees": ["us"], "validity": "in_force", "validity_reason": "signed and in force", "disposition": "none",
        "terms": terms, "score": scored, "cites": [cite(4)],
        "stances": [stance("cn", one["id"], "affirms", "shall ensure") for one in terms]
        + [stance("us", one["id"], "unknown") for one in terms], **more,
    }  # fmt: skip


def words(subject: str, *quotes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The words of one commitment."""
    return {
        "subject": subject, "quotes": list(quotes), "source": source("The agreement", "The parties", date="2020-01-15"),
        "note": None, "unknown": [], "cite": cite(4), **more,
    }  # fmt: skip


def _opinion() -> dict[str, Any]:
    part: dict[str, Any] = {
        "of": "A4", "terms": ["busan-soy-2025/soy-2025"],
        "why": ["busan-soy-2025/soy-2025: disputed: measure not agreed"], "count": 1, "due": 3, "value_share": None,
        "pervasive": True,
        "words": "1 of 3 due material terms cannot carry a conclusion (pervasive from a third): pervasive",
    }  # fmt: skip
    return {
        "code": "A4", "name": "disclaimer",
        "rule": "a pervasive part of the due material terms is disputed, awaiting or not assessable",
        "because": [part["words"], *part["why"]],
        "considered": [{
            "subject": "phase-one-annex-6-1", "term": "agriculture-2020", "title": "agriculture, 2020",
            "outcome": "not_met", "precision": 4, "coverages": ["1"], "grade": "E3", "target": "12.5", "unit": "GUSD",
        }],
        "running": [{
            "subject": "busan-soy-2025", "term": "soy-2026", "title": "25 Mt in 2026", "outcome": "on_pace",
            "due": "2026-12-31",
        }],
        "parts": [part],
        "sources_missing": [
            {"subject": "phase-one-annex-6-1", "term": "agriculture-2020", "source": "cn-customs", "excused": False}
        ],
    }  # fmt: skip


def _evidence(entry: int, title: str, authority: str, channel: str, *, used: bool) -> dict[str, Any]:
    return {
        "subject": "series:export/us/cn", "title": title, "publisher": "US Census Bureau", "authority": authority,
        "channel": channel, "standing": "official", "published": "2021-06-25", "imputed": None,
        "covers": ["2017-01-01", "2021-11-30"], "observations": "sha256:" + "cd" * 32, "count": 48,
        "raw": "sha256:" + "ef" * 32, "rejected": 2, "redistribute": True,
        "source": source(
            title, "US Census Bureau", "obligee", address="https://www.census.gov/foreign-trade/", date="2021-06-25"
        ),
        "used": used, "cite": cite(entry),
    }  # fmt: skip


def _finding(subject: str, name: str, outcome: str, condition: str) -> dict[str, Any]:
    return {
        "commitment": subject, "term": name, "outcome": outcome, "grade": "E3",
        "criteria": "At least 12.5 bn USD above the level of 2017 was owed in 2020.", "condition": condition,
        "cause": None, "effect": "6.24 bn USD are short; the agreement's consultation may be asked for.",
        "cites": [cite(20), cite(4)],
    }  # fmt: skip


DATA: dict[str, Any] = {
    "schema": "audit-result.v2",
    "origin": "example.com/promises",
    "genesis": "sha256:" + "12" * 32,
    "view": {"size": 118, "as_of": "2026-08-27"},
    "method": "2026.1",
    "title": "What was promised, what was done: purchases and tariffs, 2019 to 2026",
    "level": "automated, reproducible",
    "subjects": ["phase-one-annex-6-1", "busan-soy-2025", "us-tariff-threat-2019", "cn-imports-2019"],
    "opinion": _opinion(),
    "commitments": [
        commitment(
            "phase-one-annex-6-1", "Purchases of goods over 2017, by sector and year", [AGRICULTURE],
            score(
                "P4 V4 K3-4 O3 A2 R3 X1", low="58.9", high="60.6", bands=("soft-monitored", "firm"), unknown=(UNKNOWN,)
            ),
        ),
        commitment(
            "busan-soy-2025", "Soybeans: 12 Mt by the end of 2025, then 25 Mt a year",
            [
                SOY,
                term(
                    "soy-2026", "25 Mt of soybeans in 2026", "on_pace", unit="Mt", bound="at_least", target="25",
                    target_is="absolute", period="2026-01-01/2026-12-31", due="2026-12-31", is_due=False,
                    readings=[reading("export", "on_pace", [figures(
                        "usda-fgis", "inspections-monthly",
                        [("2026-01-01", "2026-01-31", "3.29"), ("2026-02-01", "2026-02-28", "2.44")],
                        low="5.73", high="5.73", target="25", outcome="on_pace", basis="",
                    )])],
                ),
            ],
            score("P4 V3 K1 O0 A0 R2 X1", low="17.2", high="17.2", bands=("rhetorical", "rhetorical")),
            instrument="wh-factsheet-2025-11-01", validity="claimed", date="2025-11-01",
            validity_reason="the obligor has affirmed the topic, not the number",
            stances=[
                stance("us", "soy-2025", "affirms", "purchase at least 12 million metric tons"),
                stance("cn", "soy-2025", "affirms_differently", "中国将鼓励企业按市场原则进口美国农产品", language="zh",
                       translation="China will encourage companies to import by market principles"),
                stance("us", "soy-2026", "affirms", "at least 25 MMT"),
                stance("cn", "soy-2026", "silent"),
                stance("us", "soy-2025", "affirms", "they completed their soybean purchases", about="finding"),
            ],
        ),
        commitment(
            "us-tariff-threat-2019", "A tariff rise unless the outcome is satisfactory", [THREAT],
            score("P2 V4 K4 O2 A0 R2 X0", low="36", high="36", bands=("political", "political")),
            obligors=["us"], obligees=[], validity="suspended", validity_reason="suspended on 2019-03-05",
            date="2018-12-19",
        ),
        commitment(
            "cn-imports-2019", "Expand imports “substantially”", [TREND],
            score("P0 V3 K4 O1 A0 R0 X0", low="19", high="19", bands=("rhetorical", "rhetorical")), date="2019-01-31",
        ),
    ],
    "words": [
        words("phase-one-annex-6-1", {
            "text": "China shall ensure that purchases exceed the corresponding 2017 baseline amount", "language": "en",
            "locator": "Article 6.2.1",
        }, unknown=["exit.cost"]),
        words("busan-soy-2025", {
            "text": "at least 25 MMT of U.S. soybeans in each of 2026, 2027, and 2028", "language": "en",
        }, source=source("Fact Sheet", "White House", "obligee", date="2025-11-01", certainty="reported")),
        words("us-tariff-threat-2019", {
            "text": "On March 2, 2019 at 12:01 a.m. Eastern Standard Time", "language": "en", "speaker": "us",
        }),
        words("cn-imports-2019", {
            "text": "中方将有力度地扩大自美农产品、能源产品、工业制成品、服务产品进口", "language": "zh",
            "speaker": "cn",
            "translation": {
                "text": "China will expand, with force, imports of US agricultural products", "language": "en",
                "translator": "the recorder",
            },
        }),
    ],
    "parties": [
        {"slug": "us", "kind": "state", "names": {"en": "United States", "zh": "美国"}, "cite": cite(3)},
        {"slug": "cn", "kind": "state", "names": {"en": "China", "zh": "中国"}, "cite": cite(2)},
    ],
    "instruments": [
        {
            "slug": "phase-one", "title": "Economic and Trade Agreement", "form": "executive_agreement",
            "issuers": ["cn", "us"], "announced": "2020-01-15", "in_force": "2020-02-14", "expires": None,
            "unknown": ["procedure time limits"], "source": source("The agreement", "The parties"), "cite": cite(5),
        },
        {
            "slug": "wh-factsheet-2025-11-01", "title": "Fact sheet of 1 November 2025", "form": "fact_sheet",
            "issuers": ["us"], "announced": "2025-11-01", "in_force": None, "expires": None, "unknown": [],
            "source": source("Fact Sheet", "White House", "obligee"), "cite": cite(6),
        },
    ],
    "findings": [
        _finding("phase-one-annex-6-1", "agriculture-2020", "not_met", "27.23 bn USD were exported, of 33.47 owed."),
        _finding("busan-soy-2025", "soy-2025", "disputed", "Orders reach 6.2 to 6.53 Mt; imports are not known."),
    ],
    "emphasis": ["The measure of the soybean pledge is not agreed: orders, exports and imports are each printed."],
    "replies": [
        {
            "commitment": "busan-soy-2025", "terms": ["soy-2025"], "party": "us", "about": "finding",
            "stance": "affirms", "date": "2026-01-20", "note": "about fulfilment, not about the pledge",
            "quote": {
                "text": "He told me that just this week they completed their soybean purchases", "language": "en"
            },
            "source": source("Interview", "AP", "third_party", address="news.example ; second"), "cite": cite(42),
        },
        {
            "commitment": "busan-soy-2025", "terms": [], "party": "cn", "about": "pledge", "stance": "silent",
            "date": "2025-11-13", "note": None, "quote": None, "cite": cite(40),
            "source": source("Press conference", "Ministry", "obligor"),
        },
    ],
    "evidence": [
        _evidence(20, "Annual exports by sector", "us-census", "un-comtrade", used=True),
        _evidence(30, "Weekly export sales", "usda-fas", "export-sales-weekly", used=False),
    ],
    "changes": [
        {
            "date": "2021-06-25", "kind": "revision", "subject": "series:export/us/cn",
            "says": "agriculture 2020 was 27.335 and became 27.228 bn USD", "cite": cite(20),
        },
    ],
    "not_covered": ["Services are not in the evidence."],
}  # fmt: skip


def data() -> dict[str, Any]:
    """A copy of the plain data, to be changed."""
    return copy.deepcopy(DATA)


def result(changed: dict[str, Any] | None = None) -> AuditResult:
    """The result that the data say."""
    return AuditResult.model_validate_json(json.dumps(changed or DATA))
