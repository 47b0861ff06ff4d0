"""October 2020: one farm line of Phase One, and five percentages that can all be defended, out of one small ledger.

In October 2020 the US Trade Representative and the Department of Agriculture said that China had bought about 71 % of
what it owed of farm goods for that year. They counted orders, against the whole year's target. By exports to the end
of October it was 52.5 % of the year, 63.0 % of ten twelfths of it by days, 71.3 % of what a year like 2017 would have
had by then, and less than nothing of the increase. The two that read 71 are not the same and may not be compared.

The figures by month are genuine and read from the folder of shared data; beside them stands a smaller ledger of the
rounded figures that a public tracker printed at the time. Every expected value was reckoned by hand from these.
"""

import csv
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from io import BytesIO
from itertools import combinations
from pathlib import Path

import pytest

from ledger.assessment.result import CommitmentResult, TermResult
from ledger.cli.main import main
from ledger.errors import MalformedError
from ledger.model.ratio import Ratio
from ledger.report.phrasebook import phrasebook
from ledger.runtime import open_ledger
from tests.end_to_end.small import drafts, small_ledger
from tests.unit.report.composed import composed

AS_OF = "2020-12-04"
"""The day on which the Census Bureau published the trade of October 2020."""

TEXT = """
kind: party
subject: cn
issued: 2020-01-15T00:00:00Z
body: {kind: state, names: {en: China}, iso3166: CN}
---
kind: party
subject: us
issued: 2020-01-15T00:00:00Z
body: {kind: state, names: {en: United States}, iso3166: US}
---
kind: instrument
subject: phase-one
body:
  title: Economic and Trade Agreement
  form: executive_agreement
  issuers: [us, cn]
  binding: null
  announced: 2020-01-15
  source: {title: The agreement, publisher: USTR, role: joint, via: {copy_read: reprint, how: excerpt}}
---
kind: commitment
subject: farm-2020
body:
  title: 12.5 billion USD more of farm goods than in 2017
  instrument: phase-one
  date: 2020-01-15
  obligors: [cn]
  obligees: [us]
  quotes: [{text: "exceed the corresponding 2017 baseline amount by no less than $12.5 billion", language: en}]
  verb: null
  terms:
    - kind: quantity
      id: agriculture
      title: agriculture in 2020
      actor: cn
      unit: GUSD
      bound: at_least
      target: "12.5"
      target_is: increment
      baseline: {period: {start: 2017-01-01, end: 2017-12-31}}
      period: {start: 2020-01-01, end: 2020-12-31}
      scope: {title: agriculture, classification: annex-6.1, codes: [agriculture]}
      readings:
        - {type: order, reporter: us, partner: cn}
        - {type: export, reporter: us, partner: cn}
        - {type: import, reporter: cn, partner: us}
      shown:
        actor: {locator: article 6.2.1}
        action: {locator: article 6.2.1}
        quantity: {locator: annex 6.1}
        timing: {locator: annex 6.1}
        reference: {quote: 0, words: the corresponding 2017 baseline amount}
        scope: {locator: annex 6.1}
  source: {title: The agreement, publisher: USTR, role: joint, via: {copy_read: reprint, how: excerpt}}
---
kind: baseline
subject: farm-2020
body:
  title: 2017, as the interim report's target of 33.4 less 12.5 has it
  terms: all
  authority: ustr-usda
  channel: interim-report
  period: {start: 2017-01-01, end: 2017-12-31}
  unit: GUSD
  value: "20.9"
  summed: false
  published: 2020-01-15
  source: {title: Interim report, publisher: USTR and USDA, role: obligee, via: {copy_read: Agri-Pulse, how: excerpt}}
---
kind: baseline
subject: farm-2020
body:
  title: 2017, from the Census Bureau's own figures
  terms: all
  authority: us-census
  channel: exports
  period: {start: 2017-01-01, end: 2017-12-31}
  unit: GUSD
  summed: true
  published: 2020-01-15
  source: {title: The agreement, publisher: USTR, role: joint, via: {copy_read: reprint, how: excerpt}}
---
kind: baseline
subject: farm-2020
body:
  title: 2017, as the tracker's Chinese target of 36.6 less 12.5 has it
  terms: all
  authority: cn-customs
  channel: imports
  period: {start: 2017-01-01, end: 2017-12-31}
  unit: GUSD
  value: "24.1"
  summed: false
  published: 2020-01-15
  source: {title: Tracker, publisher: PIIE, role: third_party, via: {copy_read: WOWO, how: excerpt}}
"""

MAPPING = """
name = "{channel}"
title = "{title}"
publisher = "{publisher}"
authority = "{authority}"
channel = "{channel}"
standing = "{standing}"
authority_of = "{owner}"
licence = "Facts, with their publisher named"
redistribute = true
header = ["first_day", "last_day", "usd_bn"]

[period]
start = "first_day"
end = "last_day"
frequency = "M"

[[series]]
measure = "{measure}"
reporter = "{reporter}"
partner = "{partner}"
classification = "annex-6.1"
code = "agriculture"
unit = "GUSD"
basis = "{basis}"
value = "usd_bn"
"""

Row = tuple[str, str, str]

TRACKER: Sequence[Row] = (
    ("2017-01-01", "2017-10-31", "15.4"),
    ("2017-11-01", "2017-12-31", "5.5"),
    ("2020-01-01", "2020-10-31", "17.5"),
)
"""PIIE's rounded figures of US exports as reported on 30 November 2020: 17.5 to October 2020 where 24.6 was due.

The 15.4 of 2017 is its 24.6 ÷ 33.4 of 20.9, to one place; 33.4 less 12.5 is 20.9.
"""

ORDERS: Sequence[Row] = (("2020-01-01", "2020-10-23", "23.6"),)
"""USTR and USDA, interim report of 23 October 2020: exports and outstanding sales together, as Agri-Pulse quotes it."""

IMPORTS: Sequence[Row] = (("2020-01-01", "2020-10-31", "15.6"),)
"""PIIE's rounded figure of Chinese imports as reported on 30 November 2020."""

CHANNELS: dict[str, tuple[str, dict[str, str]]] = {
    "orders": ("2020-10-23", {
        "title": "Farm goods bought, as reported", "publisher": "USTR and USDA", "authority": "ustr-usda",
        "channel": "interim-report", "standing": "statement", "owner": "us", "measure": "order", "reporter": "us",
        "partner": "cn", "basis": "",
    }),
    "exports": ("2020-12-04", {
        "title": "US exports of farm goods to China", "publisher": "US Census Bureau", "authority": "us-census",
        "channel": "exports", "standing": "official", "owner": "us", "measure": "export", "reporter": "us",
        "partner": "cn", "basis": "FAS",
    }),
    "imports": ("2020-11-30", {
        "title": "Chinese imports of farm goods", "publisher": "China Customs, as PIIE has them",
        "authority": "cn-customs", "channel": "imports", "standing": "official", "owner": "cn", "measure": "import",
        "reporter": "cn", "partner": "us", "basis": "CIF",
    }),
}  # fmt: skip
"""The day on which each became known, and whose it is."""

FIVE: dict[str, tuple[str, str, str]] = {
    "orders of the year's target": ("order", "gross", "none"),
    "exports of the year's target": ("export", "gross", "none"),
    "exports of the target to date by days": ("export", "pace", "linear"),
    "exports of the target to date by season": ("export", "pace", "seasonal"),
    "exports of the increase": ("export", "incremental", "none"),
}
"""The five: what was counted, by which ratio, and how it was prorated."""


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of the rounded figures."""
    return made(tmp_path_factory.mktemp("tracker") / "ledger", TRACKER)


@pytest.fixture(scope="module")
def months(shared_data: Path) -> dict[str, int]:
    """US exports of farm goods to China by month, in USD, from the genuine table."""
    path = shared_data / "phase-one-annex-6-1" / "phase_one_sector_monthly_us_exports_2017-01_2021-11_DERIVED.csv"
    if not path.is_file():
        pytest.skip(f"no table of exports by sector at {path}")
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["sector"] == "Agriculture"]
    return {row["month"]: int(row["us_exports_usd"]) for row in rows}


@pytest.fixture(scope="module")
def census(tmp_path_factory: pytest.TempPathFactory, months: dict[str, int]) -> Path:
    """A ledger of the genuine figures by month, to October 2020."""
    rows = [
        (f"{month}-01", _last(month), f"{value // 10**9}.{value % 10**9:09}".rstrip("0").rstrip("."))
        for month, value in months.items()
        if month <= "2020-10"
    ]
    return made(tmp_path_factory.mktemp("census") / "ledger", rows)


def _last(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    after = date(year + number // 12, number % 12 + 1, 1)
    return date.fromordinal(after.toordinal() - 1).isoformat()


def made(directory: Path, exports: Sequence[Row]) -> Path:
    """Make a ledger of the pledge, with what was said of it and these exports."""
    with small_ledger(directory) as ledger:
        ledger.record(drafts(TEXT))
        for name, rows in (("orders", ORDERS), ("exports", exports), ("imports", IMPORTS)):
            published, facts = CHANNELS[name]
            table = "first_day,last_day,usd_bn\n" + "".join(",".join(row) + "\n" for row in rows)
            ledger.submit(
                BytesIO(table.encode()), name=f"{name}.csv", mapping=MAPPING.format(**facts).encode(),
                mapping_name=name, published=date.fromisoformat(published),
            )  # fmt: skip
    return directory


def term_of(directory: Path, as_of: str = AS_OF) -> TermResult:
    """What became of the term."""
    from ledger.runtime import open_ledger

    with open_ledger(directory) as ledger:
        result: CommitmentResult
        (result,) = ledger.results(ledger.view(as_of), ("farm-2020",))
    (term,) = result.terms
    return term


def five(term: TermResult) -> dict[str, Ratio]:
    """The five ratios, by name."""
    by: dict[tuple[str, str, str], Ratio] = {(one.measure, one.kind, one.proration): one for one in term.ratios}
    return {name: by[key] for name, key in FIVE.items()}


BY_HAND = {
    "orders of the year's target": "0.706587",
    "exports of the year's target": "0.523952",
    "exports of the target to date by days": "0.628743",
    "exports of the target to date by season": "0.711078",
    "exports of the increase": "-0.272",
}
"""23.6 ÷ 33.4; 17.5 ÷ 33.4; 17.5 ÷ (33.4 · 305 ÷ 366); 17.5 ÷ (33.4 · 15.4 ÷ 20.9); (17.5 − 20.9) ÷ 12.5."""


@pytest.mark.parametrize("name", FIVE)
def test_all_five_come_out_of_the_rounded_figures(tracker: Path, name: str) -> None:
    """One farm line on one day, five percentages, each reckoned by hand (R7, R9)."""
    assert five(term_of(tracker))[name].value == BY_HAND[name]


def test_all_five_come_out_of_the_genuine_figures(census: Path, months: dict[str, int]) -> None:
    """The same five from 46 genuine months, reckoned again from the raw table in whole dollars (R7, R9)."""
    base = sum(value for month, value in months.items() if month[:4] == "2017")
    seen = sum(value for month, value in months.items() if "2020-01" <= month <= "2020-10")
    then = sum(value for month, value in months.items() if "2017-01" <= month <= "2017-10")
    assert (base, seen, then) == (20_969_792_856, 17_566_724_102, 15_442_919_932)
    owed, increase = base + 12_500_000_000, 12_500_000_000
    expected = {
        "orders of the year's target": (236, 334),
        "exports of the year's target": (seen, owed),
        "exports of the target to date by days": (seen * 366, owed * 305),
        "exports of the target to date by season": (seen * base, owed * then),
        "exports of the increase": (seen - base, increase),
    }
    found = five(term_of(census))
    for name, (above, below) in expected.items():
        value = found[name].value
        assert value is not None
        assert abs(Fraction(value) - Fraction(above, below)) <= Fraction(1, 2 * 10**6), name


def test_two_of_the_five_read_seventy_one_percent_and_are_not_alike(census: Path) -> None:
    """70.7 % of the year in orders, 71.3 % of the season in exports: near by accident, and never compared (R7)."""
    found = five(term_of(census))
    orders, season = found["orders of the year's target"], found["exports of the target to date by season"]
    assert (orders.value, season.value) == ("0.706587", "0.712693")
    with pytest.raises(MalformedError, match="cannot be compared: kind differs"):
        orders.less(season)


PARTS = {
    ("orders of the year's target", "exports of the year's target"): "measure",
    ("orders of the year's target", "exports of the target to date by days"): "kind",
    ("exports of the target to date by days", "exports of the target to date by season"): "proration",
    ("exports of the year's target", "exports of the increase"): "kind",
}


def test_no_two_of_the_five_may_be_compared(tracker: Path) -> None:
    """Every pair is refused, and the part that differs is named (R7)."""
    found = five(term_of(tracker))
    for one, other in combinations(FIVE, 2):
        with pytest.raises(MalformedError, match="cannot be compared") as caught:
            found[one].less(found[other])
        assert caught.value.facts["part"] == PARTS.get((one, other), caught.value.facts["part"])
        assert caught.value.facts["part"] in {"kind", "measure", "proration"}


def test_the_same_count_by_the_other_side_is_refused_by_its_measure(tracker: Path) -> None:
    """15.6 of 36.6 by Chinese imports is a sixth percentage, of another measure, source and basis (R7)."""
    term = term_of(tracker)
    ours, theirs = (
        next(one for one in term.ratios if (one.measure, one.kind) == (measure, "gross"))
        for measure in ("export", "import")
    )
    assert theirs.value == "0.42623"
    assert ours.unlike(theirs) == "measure"
    assert ours.unlike(theirs.model_copy(update={"measure": "export"})) == "reporter"
    assert ours.unlike(ours.model_copy(update={"basis": "CIF"})) == "basis"
    assert ours.unlike(ours.model_copy(update={"source": "cn-customs"})) == "source"
    assert ours.unlike(ours.model_copy(update={"vintage": "2021-02-05"})) == "vintage"


ORDERED = "net orders with CN reported by US of annex-6.1 agriculture by ustr-usda/interim-report, 2020: "
EXPORTED = "US exports to CN (FAS) of annex-6.1 agriculture by us-census/exports, 2020: "
WORDS = (
    f"{ORDERED}23.6 of 33.4 bn USD owed = 70.7 %",
    f"{EXPORTED}17.5 of 33.4 bn USD owed = 52.4 %",
    f"{EXPORTED}17.5 of 27.83 bn USD due by 2020-10-31, reckoned by days = 62.9 %",
    f"{EXPORTED}17.5 of 24.61 bn USD due by 2020-10-31, reckoned by the season of 2017 = 71.1 %",
    f"{EXPORTED}17.5 less the baseline of 20.9 is -3.4 of 12.5 bn USD owed above it = -27.2 %",
)


@pytest.mark.parametrize("words", WORDS)
def test_each_is_printed_in_words(tracker: Path, capsys: pytest.CaptureFixture[str], words: str) -> None:
    """What was divided by what, whose, and until when, in one sentence of the terminal (R7)."""
    assert main(["status", "farm-2020", "--as-of", AS_OF, "--ledger", str(tracker)]) == 0
    assert words in " ".join(capsys.readouterr().out.split())


def test_none_of_them_is_a_verdict(tracker: Path) -> None:
    """Before its deadline no percentage decides the term: by exports it is behind, by both prorations (R9, R11)."""
    term = term_of(tracker)
    assert {reading.measure: reading.outcome for reading in term.readings}["export"] == "off_pace"
    assert term.flips == ()
    assert "15.9 bn USD more would meet it" in " ".join(term.deciding)


def test_all_that_is_composed_of_it_is_said_in_chinese(tracker: Path) -> None:
    """No sentence of the audit is without its counterpart (issue of the audit, point 1)."""
    book = phrasebook("zh")
    assert book is not None
    with open_ledger(tracker) as ledger, ledger.export(ledger.view(AS_OF), ["farm-2020"]) as export:
        said = list(dict.fromkeys(composed(export.result)))
    assert len(said) > 30
    assert [text for text in said if book.say(text) is None] == []


def test_on_the_day_of_the_claim_exports_to_october_were_not_known(tracker: Path) -> None:
    """On 26 October nobody had the trade of October: the view knows the claim, and none of the exports (R1)."""
    term = term_of(tracker, "2020-10-26")
    assert [one.measure for one in term.ratios if one.kind == "gross"] == ["order"]
