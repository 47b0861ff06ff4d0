"""Pledge against payment: aid that was pledged, committed and paid, by the same engine as trade, without a line for it.

Genuine activity files of the IATI standard and a genuine export of OCHA's Financial Tracking Service become pledges and
figures through mappings alone; what is expected is summed from the files here. Small files of the same shape show what
the genuine ones do not: corrections, and two sides that report one flow. Source: the issue of evidence, points 6 and 7.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ledger.assessment.result import SourceResult, TermResult
from ledger.audit.engine import SqliteEngine
from ledger.ingest.document import Draft, read_drafts
from ledger.ingest.pledge import find_pledge_map, parse_pledge_map, read_pledges
from ledger.runtime import Ledger, format_mapping
from tests.end_to_end.small import small_ledger

Transaction = tuple[str, str, Decimal, str]
"""Type, day, value and currency."""

PARTIES = {
    "44000": "World Bank", "us-gov-1": "USAID", "xm-dac-41108": "IFAD", "aa-1": "A", "jo": "Jordan", "dz": "Algeria",
    "lr": "Liberia", "bb": "B", "de": "Germany", "ch": "Switzerland", "mt": "Malta", "no": "Norway", "ps": "Palestine",
}  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger that knows the parties."""
    pytest.importorskip("lxml", reason="the extra `tables` reads XML")
    with small_ledger(tmp_path / "ledger") as opened:
        opened.record([party for name, title in PARTIES.items() for party in drafts_of(name, title)])
        yield opened


def drafts_of(name: str, title: str) -> tuple[Draft, ...]:
    """A party."""
    text = f"""
kind: party
subject: '{name}'
issued: 2000-01-01T00:00:00Z
body: {{kind: organisation, names: {{en: {title}}}}}
"""
    return read_drafts(text.encode(), name="parties.yaml")


def pledge(ledger: Ledger, raw: bytes, *, mapping: str | None = None) -> tuple[Draft, ...]:
    """Record what a file pledges, by the shipped map of IATI or by one of the test's own; the drafts come back."""
    chosen = find_pledge_map("iati-commitments") if mapping is None else parse_pledge_map(mapping.encode(), name="m")
    found = read_pledges(io.BytesIO(raw), chosen, name="pledges").drafts
    ledger.record(found)
    return found


def pay(ledger: Ledger, raw: bytes, *, mapping: bytes | None = None, published: str | None = None) -> str:
    """Submit what a file says of money that moved; the first statement's name comes back."""
    day = None if published is None else date.fromisoformat(published)
    chosen = mapping or format_mapping("iati-activities")
    done = ledger.submit(io.BytesIO(raw), name="paid", mapping=chosen, mapping_name="paid.toml", published=day)
    return done.receipts[0].statement


def terms(ledger: Ledger, subject: str, as_of: str) -> list[TermResult]:
    """What became of a pledge."""
    (result,) = ledger.results(ledger.view(as_of), (subject,), engine=SqliteEngine())
    return list(result.terms)


def only(found: TermResult) -> SourceResult:
    """The one channel that was looked at."""
    (one,) = [source for reading in found.readings for source in reading.sources]
    return one


def transactions(path: Path) -> list[Transaction]:
    """Every transaction of an activity file, as it stands there."""
    found = []
    for activity in ET.parse(path).getroot().iter("iati-activity"):  # noqa: S314  # the test's own data
        for flow in activity.iter("transaction"):
            value, kind, day = flow.find("value"), flow.find("transaction-type"), flow.find("transaction-date")
            assert value is not None
            assert kind is not None
            assert day is not None
            currency = value.get("currency") or activity.get("default-currency") or ""
            found.append(
                (kind.get("code") or "", day.get("iso-date") or "", Decimal((value.text or "").strip()), currency)
            )
    return found


def summed(found: list[Transaction], kind: str, *, currency: str = "USD", until: str = "9999") -> Decimal:
    """The sum of one type of transaction in one currency, up to a day."""
    return sum(
        (value for code, day, value, unit in found if (code, unit) == (kind, currency) and day <= until), Decimal(0)
    )


# --- genuine activity files -------------------------------------------------------------------------------------------


def test_commitment_is_held_against_disbursements_and_falls_short(ledger: Ledger, shared_data: Path) -> None:
    """The commitment is owed by the planned end; what was disbursed by then decides, not what came later (R11)."""
    path = shared_data / "native-messages/iati/usaid-humanitarian-activity.xml"
    flows, raw = transactions(path), path.read_bytes()
    committed, paid = summed(flows, "2"), summed(flows, "3", until="2021-03-31")
    assert paid < summed(flows, "3") < committed == 2_000_000
    (_, draft) = pledge(ledger, raw)
    pay(ledger, raw)
    (found,) = terms(ledger, draft.subject, "2023-01-31")
    one = only(found)
    assert (found.target, found.due, found.outcome) == ("2000000", "2021-03-31", "not_met")
    assert (Decimal(one.low or "-1"), one.measure) == (paid, "disbursement")
    assert Decimal(one.shortfall or "-1") == committed - paid
    gross = next(ratio for ratio in one.ratios if ratio.kind == "gross")
    assert Fraction(gross.value or "0") == Fraction(round(Fraction(paid) / Fraction(committed) * 10**6), 10**6)
    assert found.reached is None


def test_commitment_is_no_payment(ledger: Ledger, shared_data: Path) -> None:
    """Commitments of the same file are figures of another measure: looked at, never counted as money paid (R4)."""
    path = shared_data / "native-messages/iati/usaid-humanitarian-activity.xml"
    (_, draft) = pledge(ledger, path.read_bytes())
    pay(ledger, path.read_bytes())
    (found,) = terms(ledger, draft.subject, "2023-01-31")
    assert [(one.series, one.reason) for one in found.not_admissible] == [
        ("series:order/us-gov-1/dz", "measures order; the term is read by disbursement")
    ]


def test_running_commitment_has_ratios_and_no_verdict(ledger: Ledger, shared_data: Path) -> None:
    """In the second of five years 231.75 of 500 million were disbursed: a pace, and nothing met or missed (R9, R11)."""
    path = shared_data / "native-messages/iati/worldbank-activity.xml"
    flows = transactions(path)
    assert (summed(flows, "2"), summed(flows, "3")) == (Decimal(500_000_000), Decimal(231_750_000))
    (_, draft) = pledge(ledger, path.read_bytes())
    pay(ledger, path.read_bytes())
    (found,) = terms(ledger, draft.subject, "2022-12-31")
    assert found.outcome in {"on_pace", "not_due"}
    assert only(found).low == "231750000"
    # 2021-06-30 to 2022-06-30 are 366 of 1,827 days: 100.164… million would have been even.
    pace = next(ratio for ratio in only(found).ratios if (ratio.kind, ratio.proration) == ("pace", "linear"))
    assert Fraction(pace.value or "0") == Fraction(
        round(Fraction(231_750_000 * 1827, 500_000_000 * 366) * 10**6), 10**6
    )


def test_repayments_are_not_taken_from_disbursements(ledger: Ledger, shared_data: Path) -> None:
    """Three transactions of type 5 are below zero; they are other flows and left out, by the mapping's word (R4)."""
    path = shared_data / "native-messages/iati/worldbank-activity.xml"
    assert summed(transactions(path), "5") < 0
    pledge(ledger, path.read_bytes())
    pay(ledger, path.read_bytes())
    assert only(terms(ledger, "44000-p175662", "2022-12-31")[0]).low == "231750000"


def test_currencies_are_counted_as_published(ledger: Ledger, shared_data: Path) -> None:
    """A loan in dollars and special drawing rights is two terms; without a rate neither is made of the other (R5)."""
    path = shared_data / "native-messages/iati/ifad-activity.xml"
    flows = transactions(path)
    assert {unit for _, _, _, unit in flows} == {"USD", "XDR"}
    (_, draft) = pledge(ledger, path.read_bytes())
    pay(ledger, path.read_bytes())
    found = {one.unit: one for one in terms(ledger, draft.subject, "2023-06-30")}
    for unit in ("USD", "XDR"):
        one = only(found[unit])
        begin = str(found[unit].period).split("/", maxsplit=1)[0]
        paid = summed(flows, "3", currency=unit) - summed(flows, "3", currency=unit, until=day_before(begin))
        assert Decimal(str(found[unit].target)) == summed(flows, "2", currency=unit)
        assert Decimal(one.low or "-1") == paid
        other = {"USD": "XDR", "XDR": "USD"}[unit]
        assert any(f"no rate of {other} to {unit}" in flag for flag in one.flags)


def test_disbursements_taken_back_lower_the_total(ledger: Ledger, shared_data: Path) -> None:
    """Two disbursements of the genuine file are below zero: what was paid is the sum of all of them (R4)."""
    path = shared_data / "native-messages/iati/ifad-activity.xml"
    back = [value for code, _, value, unit in transactions(path) if (code, unit) == ("3", "USD") and value < 0]
    assert back == [Decimal("-2347.41"), Decimal("-243.60")]
    (_, draft) = pledge(ledger, path.read_bytes())
    pay(ledger, path.read_bytes())
    dollars = next(one for one in terms(ledger, draft.subject, "2023-06-30") if one.unit == "USD")
    points = [Decimal(point.value) for point in only(dollars).points]
    assert sum(value for value in points if value < 0) == sum(back)
    assert Decimal(only(dollars).low or "0") == sum(points)


def test_summed_commitments_are_marked_as_imputed(ledger: Ledger, shared_data: Path) -> None:
    """Several commitments of one activity are one target that no text states: it says so (R17)."""
    path = shared_data / "native-messages/iati/ifad-activity.xml"
    (_, draft) = pledge(ledger, path.read_bytes())
    found = terms(ledger, draft.subject, "2023-06-30")
    assert all(any("the sum of" in said for said in one.imputed) for one in found)


def day_before(day: str) -> str:
    """The day before a day."""
    return date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat()


# --- a genuine export of the Financial Tracking Service ---------------------------------------------------------------

DONORS = {
    "Germany, Government of": "de", "Switzerland, Government of": "ch", "Malta, Government of": "mt",
    "Norway, Government of": "no",
}  # fmt: skip
KEEP = f"""
keep = [
  {{ column = "srcOrganization", equals = {list(DONORS)!r} }},
  {{ column = "destPlanId", equals = ["832"] }},
  {{ column = "onBoundary", equals = ["single"] }},
]
skip = [{{ column = "originalCurrency", equals = [""] }}]
"""
WORDS = "{ " + ", ".join(f'"{name}" = "{party}"' for name, party in DONORS.items()) + " }"

FTS_PLEDGES = f"""
name = "fts-pledges"
title = "What donors put forward for a plan"
columns = "named"
header = [
  "srcOrganization", "destPlanId", "destPlan", "onBoundary", "date", "originalAmount",
  "originalCurrency",
]
{KEEP}
[pledge]
subject = {{ column = "srcOrganization", slug = true }}
title = {{ column = "destPlan" }}
instrument = "plan-832"
date = "2020-01-01"
obligors = {{ column = "srcOrganization", words = {WORDS} }}
obligees = "ps"
words = {{ column = "destPlan" }}
language = "en"

[term]
sum = true
title = {{ column = "destPlan" }}
target = {{ column = "originalAmount" }}
unit = {{ column = "originalCurrency" }}
measure = "payment"
reporter = {{ column = "srcOrganization", words = {WORDS} }}
partner = "ps"
start = "2020-01-01"
end = "2021-12-31"
classification = "fts-plan"
codes = {{ column = "destPlanId" }}
locator = "flow"

[instrument]
title = {{ column = "destPlan" }}
form = "notice"
issuers = "ps"
announced = "2020-01-01"

[source]
title = "Financial Tracking Service"
publisher = "UN OCHA"
role = "third_party"
how = "byte_copy"
"""


def fts_figures() -> bytes:
    """How the flows are read as figures: by donor, in the currency of the donor, by status."""
    series = "".join(
        f"""
[[series]]
measure = "{measure}"
keep = [{{ column = "status", equals = ["{status}"] }}]
reporter = {{ column = "srcOrganization", words = {WORDS} }}
partner = "ps"
classification = "fts-plan"
code = {{ column = "destPlanId" }}
unit = {{ column = "originalCurrency" }}
value = "originalAmount"
repeats = "sum"
"""
        for measure, status in (("announced", "pledge"), ("order", "commitment"), ("payment", "paid"))
    )
    return f"""
name = "fts-by-donor"
title = "Flows by donor"
publisher = "UN OCHA Financial Tracking Service"
authority = "ocha-fts"
channel = "fts"
standing = "independent"
licence = "Attribution to OCHA FTS."
redistribute = true
columns = "named"
header = ["srcOrganization", "destPlanId", "onBoundary", "date", "status", "originalAmount", "originalCurrency"]
absent = "zero"
covers = "file"
{KEEP}
[period]
column = "date"
form = "day"
{series}""".encode()


def flows_by_status(path: Path, *, since: str = "0001") -> dict[str, Counter[str]]:
    """Amounts in the donor's currency by party and status, from a day on."""
    found: dict[str, Counter[str]] = {party: Counter() for party in DONORS.values()}
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            party = DONORS.get(row["srcOrganization"])
            is_kept = (row["destPlanId"], row["onBoundary"]) == ("832", "single") and row["originalCurrency"]
            if party is not None and is_kept and row["date"] >= since:
                found[party][row["status"]] += int(row["originalAmount"])
    return found


def test_pledged_committed_and_paid_are_three_things(ledger: Ledger, shared_data: Path) -> None:
    """What a donor put forward is owed; only what is paid counts; what is committed or pledged stands apart (R4)."""
    path = shared_data / "native-messages/fts/fts_incoming_funding_pse.csv"
    expected, since_2020 = flows_by_status(path), flows_by_status(path, since="2020-01-01")
    assert expected["de"]["commitment"] > 0 < expected["de"]["paid"]
    pledge(ledger, path.read_bytes(), mapping=FTS_PLEDGES)
    pay(ledger, path.read_bytes(), mapping=fts_figures())
    for name, party, unit in (("germany", "de", "EUR"), ("switzerland", "ch", "CHF"), ("norway", "no", "NOK")):
        (found,) = terms(ledger, f"{name}-government-of", "2021-03-31")
        assert (found.target, found.unit) == (str(sum(expected[party].values())), unit)
        assert only(found).low == str(since_2020[party]["paid"])
        assert [one.reason for one in found.not_admissible] == ["measures order; the term is read by payment"]


def test_pledge_of_which_nothing_was_paid_has_no_evidence(ledger: Ledger, shared_data: Path) -> None:
    """A pledge is no payment of itself: without one the term is not assessable, and says so (R4)."""
    path = shared_data / "native-messages/fts/fts_incoming_funding_pse.csv"
    assert flows_by_status(path)["mt"] == Counter(pledge=25_000, commitment=50_000)
    pledge(ledger, path.read_bytes(), mapping=FTS_PLEDGES)
    pay(ledger, path.read_bytes(), mapping=fts_figures())
    (found,) = terms(ledger, "malta-government-of", "2026-06-30")
    assert (found.outcome, found.reason) == ("not_assessable", "no admissible evidence in this ledger")
    assert {one.reason for one in found.not_admissible} == {
        "measures announced; the term is read by payment",
        "measures order; the term is read by payment",
    }


PLAN = """
kind: instrument
subject: plan
body:
  title: Humanitarian response plan
  form: notice
  issuers: [territory]
  binding: 'no'
  announced: 2020-01-01
  source: {title: Plan, publisher: Both, role: joint, via: {copy_read: page, how: excerpt}}
---
kind: commitment
subject: support
body:
  title: Pay for the plan
  instrument: plan
  date: 2020-01-01
  obligors: ["no"]
  obligees: [territory]
  quotes: [{text: pays a million dollars for the plan by the end of 2021, language: en}]
  verb: null
  terms:
    - kind: quantity
      id: paid
      title: Payment
      actor: "no"
      unit: USD
      bound: at_least
      target: 1000000
      measure: {type: payment, reporter: "no", partner: territory}
      period: {start: 2020-01-01, end: 2021-12-31}
      scope: {title: the plan, classification: fts-plan, codes: ['832']}
  source: {title: Plan, publisher: Both, role: joint, via: {copy_read: page, how: excerpt}}
"""


def test_term_names_a_donors_flows_by_the_shipped_format(ledger: Ledger, shared_data: Path) -> None:
    """The party whose name the service writes is the reporter of its flows: Norway's payments are counted (R3, R8)."""
    parties = drafts_of("territory", "occupied Palestinian territory")
    ledger.record([*parties, *read_drafts(PLAN.encode(), name="plan.yaml")])
    path = shared_data / "native-messages/fts/custom-search-locationid-171-year-2020-page-3.json"
    pay(ledger, path.read_bytes(), mapping=format_mapping("fts-flows-api"), published="2021-03-02")
    (found,) = terms(ledger, "support", "2021-03-31")
    flows = json.loads(path.read_bytes())["data"]["flows"]
    norway = [one for one in flows if one["status"] == "paid" and "Norway, Government of" in str(one["sourceObjects"])]
    paid = [one["amountUSD"] for one in norway if one["date"] >= "2020"]
    assert (only(found).source, only(found).channel) == ("ocha-fts", "fts-api")
    assert Decimal(only(found).low or "0") == sum(paid) > 0


# --- what the genuine files do not show -------------------------------------------------------------------------------


def activity(*flows: str) -> bytes:
    """An activity of A in B, of these transactions, each ``type day value``."""
    inner = "".join(
        f'<transaction><transaction-type code="{kind}"/><transaction-date iso-date="{day}"/>'
        f'<value currency="USD" value-date="{day}">{value}</value></transaction>'
        for kind, day, value in (flow.split() for flow in flows)
    )
    return (
        '<iati-activities version="2.03"><iati-activity><iati-identifier>AA-1-7</iati-identifier>'
        '<reporting-org ref="AA-1" type="10"><narrative>A</narrative></reporting-org>'
        '<title><narrative xml:lang="en">Wells</narrative></title>'
        '<activity-date type="3" iso-date="2020-12-31"/><recipient-country code="BB"/>'
        f"{inner}</iati-activity></iati-activities>"
    ).encode()


FIRST = activity("2 2020-01-01 100", "3 2020-06-30 60", "3 2020-12-31 40")


def test_commitment_that_was_paid_is_met(ledger: Ledger) -> None:
    """60 and 40 of 100 by the last day: met, and on the day on which the sum was there (R11)."""
    pledge(ledger, FIRST)
    pay(ledger, FIRST, published="2021-02-01")
    (found,) = terms(ledger, "aa-1-7", "2021-03-01")
    assert (found.outcome, found.reached) == ("met", "2020-12-31")


def test_cancelled_disbursement_turns_the_verdict(ledger: Ledger) -> None:
    """A payment taken back inside the period counts against what was paid: 100 less 30 is not 100 (R11)."""
    raw = activity("2 2020-01-01 100", "3 2020-06-30 60", "3 2020-11-30 40", "3 2020-12-31 -30")
    pledge(ledger, raw)
    pay(ledger, raw, published="2021-02-01")
    (found,) = terms(ledger, "aa-1-7", "2021-03-01")
    assert (found.outcome, only(found).low) == ("not_met", "70")


def test_corrected_file_supersedes_point_by_point(ledger: Ledger) -> None:
    """A later file that gives a day another figure wins from then on; the old answer stays (R2)."""
    pledge(ledger, FIRST)
    pay(ledger, FIRST, published="2021-02-01")
    pay(ledger, activity("2 2020-01-01 100", "3 2020-06-30 60", "3 2020-12-31 25"), published="2021-05-01")
    before, after = (terms(ledger, "aa-1-7", day)[0] for day in ("2021-03-01", "2021-06-01"))
    assert (before.outcome, only(before).low) == ("met", "100")
    assert (after.outcome, only(after).low) == ("not_met", "85")
    assert [(one.published, one.actual) for one in only(after).revisions] == [("2021-02-01", "100")]


def test_payment_that_a_later_file_moves_is_counted_once_when_the_first_is_withdrawn(ledger: Ledger) -> None:
    """A payment that is moved to another day is two points until the older file is retracted (R1, R2)."""
    pledge(ledger, activity("2 2020-01-01 100"))
    before = activity("3 2020-01-01 0", "3 2020-06-30 60")
    first = pay(ledger, before, published="2021-02-01")
    pay(ledger, activity("3 2020-01-01 0", "3 2020-07-01 60"), published="2021-05-01")
    assert only(terms(ledger, "aa-1-7", "2021-05-02")[0]).low == "120"
    ledger.record(read_drafts(RETRACTION.format(statement=first).encode(), name="retraction.yaml"))
    assert only(terms(ledger, "aa-1-7", "2021-05-02")[0]).low == "60"


RETRACTION = """
kind: retraction
subject: series:disbursement/aa-1/bb
body:
  statement: {statement}
  ground: withdrawn_by_publisher
  date: 2021-05-01
  reason: the file was published again, with the payment on another day
"""

RECEIPTS = b"""
name = "receipts"
title = "Receipts from abroad"
publisher = "Treasury of B"
authority = "treasury-bb"
channel = "receipts"
standing = "official"
authority_of = "bb"
licence = "free"
redistribute = true
header = ["day", "dollars"]
absent = "zero"

[period]
column = "day"
form = "day"

[[series]]
measure = "MEASURE"
reporter = "REPORTER"
partner = "PARTNER"
classification = "iati-activity"
code = "AA-1-7"
unit = "USD"
value = "dollars"
"""
OWED = """
kind: instrument
subject: wells
body:
  title: Agreement on wells
  form: treaty
  issuers: [aa-1, bb]
  binding: 'yes'
  announced: 2020-01-01
  source: {title: Agreement, publisher: Both, role: joint, via: {copy_read: page, how: excerpt}}
---
kind: commitment
subject: wells
body:
  title: Pay for wells
  instrument: wells
  date: 2020-01-01
  obligors: [aa-1]
  obligees: [bb]
  quotes: [{text: pays 100 dollars in 2020, language: en}]
  verb: null
  terms:
    - kind: quantity
      id: paid
      title: Payment in 2020
      actor: aa-1
      unit: USD
      bound: at_least
      target: 100
      READ
      period: {start: 2020-01-01, end: 2020-12-31}
      scope: {title: wells, classification: iati-activity, codes: [AA-1-7]}
      shown:
        actor: {locator: paragraph 1}
        action: {quote: 0, words: pays}
        quantity: {quote: 0, words: 100 dollars}
        timing: {quote: 0, words: in 2020}
        scope: {locator: paragraph 1}
  source: {title: Agreement, publisher: Both, role: joint, via: {copy_read: page, how: excerpt}}
"""
PAID = "{type: disbursement, reporter: aa-1, partner: bb, source: aa-1}"
RECEIVED = "{type: disbursement, reporter: bb, partner: aa-1, source: treasury-bb}"


def receive(ledger: Ledger, *lines: str) -> None:
    """Submit what the other side says it received."""
    words = {b"MEASURE": b"disbursement", b"REPORTER": b"bb", b"PARTNER": b"aa-1"}
    mapping = RECEIPTS
    for place, word in words.items():
        mapping = mapping.replace(place, word)
    raw = "\n".join(["day,dollars", *lines, ""]).encode()
    pay(ledger, raw, mapping=mapping, published="2021-02-01")


@pytest.mark.parametrize(
    ("received", "outcome", "low", "high"),
    [
        (("2020-01-01,0", "2020-07-02,60", "2020-12-31,40"), "met", "100", "100"),
        (("2020-01-01,0", "2020-07-02,60", "2020-12-31,15"), "disputed", "75", "100"),
    ],
    ids=["both sides alike", "the recipient had less"],
)
def test_one_flow_reported_by_both_sides_is_never_added(
    ledger: Ledger, received: tuple[str, ...], outcome: str, low: str, high: str
) -> None:
    """Funder and recipient each report the same money: two sources of one flow, an interval and not a sum (R8)."""
    ledger.record(read_drafts(OWED.replace("READ", f"named: [{PAID}, {RECEIVED}]").encode(), name="owed.yaml"))
    pay(ledger, FIRST, published="2021-02-01")
    receive(ledger, *received)
    (found,) = terms(ledger, "wells", "2021-03-01")
    lows = sorted(Decimal(one.low or "0") for reading in found.readings for one in reading.sources if one.votes)
    assert found.outcome == outcome
    assert (str(lows[0]), str(lows[-1]), len(lows)) == (low, high, 2)
    (gap,) = found.discrepancies
    assert Decimal(gap.gap).copy_abs() == Decimal(high) - Decimal(low)
