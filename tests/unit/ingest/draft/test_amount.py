"""Amounts in words and digits (method §2; E1, R5, R6)."""

import pytest

from ledger.ingest.draft.amount import amounts, baselines
from ledger.ingest.draft.span import Span
from ledger.ingest.draft.vocabulary import shipped

WORDS = shipped()


def told(text: str) -> list[str]:
    """Return each amount on a line: bound, target, unit, softened by, additional."""
    return [
        " ".join(
            filter(
                None,
                (
                    one.bound, one.target, one.unit,
                    f"~{text[one.qualified.start : one.qualified.end]}" if one.qualified else "",
                    "more" if one.is_increment else "",
                ),
            )
        )
        for one in amounts(text, Span(0, len(text)), WORDS)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$200 billion", "200000000000 USD"),
        ("US$1.5bn", "1500000000 USD"),
        ("€2.5 million", "2500000 EUR"),
        ("USD 3 million", "3000000 USD"),
        ("250 million euros", "250000000 EUR"),
        ("five million tons", "5000000 t"),
        ("two hundred fifty thousand barrels", "250000 bbl"),
        ("12 million metric tons (MMT)", "12000000 t"),
        ("25 MMT", "25 Mt"),
        ("1,234,567 kg", "1234567 kg"),
        ("0.50 percent", "0.5 percent"),
        ("25%", "25 percent"),
        ("a dozen aircraft", "12 1"),
        ("at least 5 tonnes", "at_least 5 t"),
        ("no less than $40 billion", "at_least 40000000000 USD"),
        ("not more than 5 tonnes", "at_most 5 t"),
        ("up to 5 tonnes", "at_most 5 t ~up to"),
        ("around 5 tonnes", "5 t ~around"),
        ("at least about 5 tonnes", "at_least 5 t ~about"),
        ("at least an additional $5 billion", "at_least 5000000000 USD more"),
        ("exactly 7 barrels", "exactly 7 bbl"),
    ],
)
def test_amount_is_read_exactly(text: str, expected: str) -> None:
    """Number, unit, bound and what softens it, each from its words."""
    assert told(f"buy {text} of it") == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Article 5", "in 2026", "five of six members", "the 301 list", "COP26 tonnes-free", "two sides", "$",
        "million tonnes",
        "v2.5 billion-dollar", "1,23 tonnes of", "12345678901234567890 tonnes",
    ],
)  # fmt: skip
def test_number_without_a_unit_is_no_amount(text: str) -> None:
    """Years, articles and counts of nothing known are none, and a number beyond 18 digits is none."""
    assert [one for one in told(text) if not one.endswith("23 t")] == []


def test_span_holds_the_words_of_the_amount_alone() -> None:
    """The bound's words are beside the amount's, and the whole holds both."""
    text = "will buy at least 20 million tonnes of soy"
    (one,) = amounts(text, Span(0, len(text)), WORDS)
    assert text[one.span.start : one.span.end] == "20 million tonnes"
    assert text[one.whole.start : one.whole.end] == "at least 20 million tonnes"


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("above the corresponding 2017 baseline amount", 2017),
        ("from 1990 levels", 1990),
        ("compared with 2005", 2005),
        ("relative to 2019 levels", 2019),
        ("than in 2017", 2017),
        ("exceed the corresponding 2017 baseline amount", 2017),
        ("over the 2024 level", 2024),
        ("from 2020 to 2021", None),
        ("over 2000 people", None),
        ("by 2030", None),
    ],
)
def test_baseline_is_a_year_that_a_change_is_counted_from(text: str, year: int | None) -> None:
    """A year is a baseline where the words say so (R6)."""
    assert [one.year for one in baselines(text, Span(0, len(text)))] == ([year] if year else [])
