"""The catalogue: numbers, days and lists as people write them, and no word missing or left over."""

import re
from importlib import resources
from typing import Any, get_args

import pytest

from ledger.assessment.result import (
    Direction,
    DocketAct,
    DocketDay,
    DocketStage,
    ListedCode,
    Stance,
    TermResult,
    TriggerResult,
)
from ledger.audit.annex import CLAUSES
from ledger.audit.opinion import OpinionCode
from ledger.audit.result import Change
from ledger.errors import NotFoundError
from ledger.model.attestation import Dimension
from ledger.model.determination import Band, Disposition, Outcome, Validity
from ledger.model.evidence import Standing
from ledger.model.instrument import Form
from ledger.model.ratio import Ratio
from ledger.model.unit import UNITS
from ledger.model.value import Measure, PartyRole, Source, Via
from ledger.report.wording import Catalogue, catalogue

EN = catalogue("en")

AMOUNTS = {
    "whole": ("12", "12"),
    "zero": ("0", "0"),
    "grouped": ("13934014000", "13,934,014,000"),
    "two places": ("27.335339028", "27.34"),
    "half goes to the even digit below": ("2.125", "2.12"),
    "half goes to the even digit above": ("2.135", "2.14"),
    "zeros at the end go": ("1.2", "1.2"),
    "one place from a thousand": ("1457.96", "1,458"),
    "four places below one": ("0.33333", "0.3333"),
    "negative": ("-1234.56", "−1,234.6"),
    "negative that rounds to nothing": ("-0.00001", "0"),
    "no decimal stays as it is": ("about 5", "about 5"),
    "exponent stays as it is": ("1e5", "1e5"),
}


@pytest.mark.parametrize(("text", "written"), AMOUNTS.values(), ids=AMOUNTS.keys())
def test_amount_is_grouped_and_rounded_half_even(text: str, written: str) -> None:
    """Amounts are rounded half-even (method, *Arithmetic*), by fractions, and grouped."""
    assert EN.amount(text) == written


PERCENTS = [("1", "100.0 %"), ("0.8135", "81.4 %"), ("0.0005", "0.0 %"), ("0.0015", "0.2 %"), ("1.0625", "106.2 %"),
            ("0", "0.0 %"), ("?", "?")]  # fmt: skip


@pytest.mark.parametrize(("share", "written"), PERCENTS)
def test_percentage_has_one_place(share: str, written: str) -> None:
    """A percentage is rounded half-even to one place (method, *Arithmetic*)."""
    assert EN.percent(share) == written


DAYS = {
    "a day": ("2019-01-31", "31 January 2019"),
    "a period": ("2020-01-01/2020-12-31", "1 January 2020 to 31 December 2020"),
    "an open period": ("2020-01-01/..", "from 1 January 2020 on"),
    "a day in a sentence": ("2019-05-10: the rate became 25 %", "10 May 2019: the rate became 25 %"),
    "no month": ("2019-13-01", "2019-13-01"),
    "no day at all": ("soon", "soon"),
}


@pytest.mark.parametrize(("text", "written"), DAYS.values(), ids=DAYS.keys())
def test_days_are_written_out(text: str, written: str) -> None:
    """A day is written with its month in words, wherever it stands; what is no day is left alone."""
    assert EN.days(text) == written


def test_list_has_commas_and_an_and() -> None:
    """Several things are one phrase."""
    assert [EN.listed(items) for items in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_quantity_names_its_unit() -> None:
    """A unit has its short form, and one without a short form its code."""
    assert EN.quantity("33.47", "GUSD") == "33.47 bn USD"
    assert EN.quantity("12", "Mt") == "12 Mt"
    assert EN.quantity("12", None) == "12"


def test_missing_word_is_a_broken_invariant() -> None:
    """A key that the catalogue does not have is our own fault and says so."""
    with pytest.raises(AssertionError, match=r"no words for no\.such"):
        EN.say("no.such")


@pytest.mark.parametrize("language", ["xx", "", "../en", "EN", "en.toml"])
def test_unknown_language_is_refused(language: str) -> None:
    """A language without a catalogue is not found, and no path can be smuggled in."""
    with pytest.raises(NotFoundError, match="no catalogue of words"):
        catalogue(language)


def _choices(model: type[Any], field: str) -> tuple[str, ...]:
    return get_args(model.model_fields[field].annotation)


FAMILIES = {
    "outcome": get_args(Outcome),
    "validity": get_args(Validity),
    "disposition": get_args(Disposition),
    "band": get_args(Band),
    "band_plain": get_args(Band),
    "dimension": get_args(Dimension),
    "question": get_args(Dimension),
    "opinion.name": get_args(OpinionCode),
    "opinion.plain": get_args(OpinionCode),
    "form": get_args(Form),
    "measure": get_args(Measure),
    "standing": get_args(Standing),
    "role": get_args(PartyRole),
    "how": _choices(Via, "how"),
    "certainty": _choices(Source, "certainty"),
    "kind": _choices(TermResult, "kind"),
    "stance": _choices(Stance, "stance"),
    "trigger": _choices(TriggerResult, "state"),
    "consequence": _choices(TriggerResult, "consequence"),
    "observed": _choices(Direction, "observed"),
    "stage": _choices(DocketStage, "state"),
    "timing": _choices(DocketAct, "timing"),
    "day_state": _choices(DocketDay, "state"),
    "listed": _choices(ListedCode, "why"),
    "change": _choices(Change, "kind"),
    "term": _choices(Ratio, "kind"),
    "proration": _choices(Ratio, "proration"),
    "bound": ("at_least", "at_most", "exactly"),
    "field": CLAUSES,
    "month": tuple(f"{number:02d}" for number in range(1, 13)),
    "month.short": tuple(f"{number:02d}" for number in range(1, 13)),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_value_of_a_closed_set_has_a_word(family: str) -> None:
    """Nothing that a result can say is without words."""
    assert [value for value in FAMILIES[family] if f"{family}.{value}" not in EN.keys] == []


def test_every_unit_with_a_short_form_is_known() -> None:
    """The catalogue has no unit that the model does not know."""
    assert {key.removeprefix("unit.") for key in EN.keys if key.startswith("unit.")} <= set(UNITS)


def _written() -> str:
    """All templates and modules of the report."""
    room = resources.files("ledger.report")
    files = [*room.iterdir(), *room.joinpath("templates").iterdir()]
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.name.endswith((".py", ".html")))


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    """The catalogue holds what the report says, no more and no less."""
    text = _written()
    said = set(re.findall(r"""(?:say|count)\(\s*f?["']([a-z_.]+)["']\s*[,)]""", text))
    assert {key for key in said if key not in EN.keys and f"{key}.one" not in EN.keys} == set()
    quoted = set(re.findall(r"""["']([A-Za-z_]+(?:\.[A-Za-z_-]+)+)["']""", text))
    families = (
        *(f"{family}." for family in FAMILIES),
        "unit.", "status.", "term.", "changes.", "findings.reply_", "picture.days_", "sheet.",
        "table.", "column.", "cell.", "truth.",  # held by tests/unit/report/table
        "engagement.step_", "follow_up.", "pdf.",  # the last are held by tests/unit/report/pdf
        "emphasis.title", "scope.title", "changes.title", "instruments.title", "evidence.title", "verify.title",
    )  # fmt: skip
    used = quoted | {f"{key}.{end}" for key in quoted for end in ("one", "many")}
    assert {key for key in EN.keys if key not in used and not key.startswith(families)} == set()


def test_chinese_has_every_word_and_the_same_places() -> None:
    """A further language is complete, and each of its sentences takes the same facts (issue of the audit)."""
    zh = catalogue("zh")
    assert EN.keys - zh.keys == set()
    assert {key for key in zh.keys - EN.keys if not key.startswith("unit.")} == set()
    places = re.compile(r"\{(\w+)\}")
    theirs = dict(zip(sorted(zh.keys), zh.texts, strict=True))
    ours = dict(zip(sorted(EN.keys), EN.texts, strict=True))
    assert [key for key, text in ours.items() if set(places.findall(text)) != set(places.findall(theirs[key]))] == []


def test_chinese_knows_every_unit() -> None:
    """An amount is never left with a code that its readers do not know."""
    assert [unit for unit in UNITS if f"unit.{unit}" not in catalogue("zh").keys] == []


def test_chinese_writes_numbers_days_and_lists_its_own_way() -> None:
    """Percentages without a space, days by year, month and day, lists with their own comma."""
    zh = catalogue("zh")
    assert zh.percent("0.8135") == "81.4%"
    assert zh.day("2020-02-29") == "2020年2月29日"
    assert zh.days("2020-01-01/..") == "2020年1月1日起"
    assert zh.listed(("甲", "乙", "丙")) == "甲、乙和丙"
    assert zh.quantity("33.47", "GUSD") == "33.47 十亿美元"


def test_places_of_a_sentence_are_filled_and_nothing_in_them_is_read() -> None:
    """Braces in what is filled in are not places."""
    words = Catalogue("en", {"a.b": "{who} said it"})
    assert words.say("a.b", who="{0.__class__}") == "{0.__class__} said it"
