"""Fulfilment by sector: shares of each term's own level by one channel, and increments over the baseline (R7)."""

from fractions import Fraction
from typing import Any

import pytest

from ledger.report.fulfilment import (
    Fulfilment,
    above_words,
    fulfilments_of,
    increments_chart,
    share_words,
    shares_chart,
)
from ledger.report.wording import catalogue
from tests.unit.report.example import data, figures, ratio, reading, result, term

EN = catalogue("en")


def sector(name: str, share: str | None, *, of: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A term of 2020 that owes 10 above a baseline of 20, with one source, or with none where no share is given."""
    asked = {"unit": "GUSD", "target": "10", "target_is": "increment", "period": "2020-01-01/2020-12-31", **(of or {})}
    if share is None:
        return term(name, name, "not_assessable", readings=[reading("export", "not_assessable", [])], **asked)
    high = str(Fraction(share) * 30)
    came: dict[str, Any] = {"low": high, "high": high, "baseline": "20", "target": "30"}
    source = figures("us-census", "yearly", [], ratios=[ratio("gross", share, "words")], **{**came, **more})
    return term(name, name, "not_met", readings=[reading("export", "not_met", [source])], **asked)


def drawn(*terms: dict[str, Any]) -> tuple[Fulfilment, ...]:
    """The pictures of a commitment with these terms."""
    whole = data()
    whole["commitments"][0]["terms"] = list(terms)
    return tuple(fulfilments_of(result(whole).commitments[0]))


def test_terms_stand_in_the_order_of_the_commitment() -> None:
    """Every measured term has a bar, and one without figures keeps its row (R7)."""
    (one,) = drawn(sector("goods", "0.5"), sector("services", None), sector("energy", "0.9"))
    assert [bar.term.id for bar in one.bars] == ["goods", "services", "energy"]
    assert [bar.share for bar in one.bars] == [(Fraction(1, 2),) * 2, None, (Fraction(9, 10),) * 2]


def test_increment_is_what_came_on_top_of_the_baseline() -> None:
    """15 of 30 is 5 below a baseline of 20; 27 is 7 above it, of 10 that were owed."""
    (one,) = drawn(sector("goods", "0.5"), sector("energy", "0.9"))
    assert [bar.above for bar in one.bars] == [(Fraction(-5),) * 2, (Fraction(7),) * 2]
    assert [bar.owed_above for bar in one.bars] == [Fraction(10), Fraction(10)]
    assert [above_words(bar, EN) for bar in one.bars] == ["−5 of 10", "7 of 10"]


def test_interval_has_both_ends_in_words() -> None:
    """Where a total is an interval, so is its share (R10)."""
    goods = sector("goods", "0.5")
    goods["readings"][0]["sources"][0]["ratios"][0]["high"] = "0.6"
    (one,) = drawn(goods, sector("energy", "0.9"))
    assert share_words(one.bars[0], EN) == "50.0 % to 60.0 %, not met"


UNDRAWN: dict[str, list[dict[str, Any]]] = {
    "one term alone": [sector("goods", "0.5")],
    "one with figures and one without": [sector("goods", "0.5"), sector("services", None)],
    "a channel that decides nothing": [sector("goods", "0.5", votes=False), sector("energy", "0.9", votes=False)],
    "two sources that are not alike": [sector("goods", "0.5"), sector("energy", "0.9", basis="CIF")],
    "a direction without a number": [sector("goods", "0.5", of={"kind": "trend"}), sector("energy", "0.9")],
}


@pytest.mark.parametrize("case", UNDRAWN)
def test_no_picture_where_nothing_can_stand_beside_each_other(case: str) -> None:
    """A picture has one measure, flow, price basis, source and channel, and at least two terms (R7)."""
    assert drawn(*UNDRAWN[case]) == ()


@pytest.mark.parametrize("other", [{"unit": "Mt"}, {"target_is": "absolute"}])
def test_increments_of_unlike_terms_share_no_scale(other: dict[str, Any]) -> None:
    """Amounts of two units, or levels beside increments, never meet on an axis (R7)."""
    (one,) = drawn(sector("goods", "0.5"), sector("energy", "0.9", of=other))
    assert one.unit is None


def test_scale_of_shares_holds_everything_and_all_of_it() -> None:
    """The scale begins at nothing and reaches at least to all that was owed."""
    (one,) = drawn(sector("goods", "0.5"), sector("energy", "0.9"))
    spec = shares_chart(one, EN)
    low, high = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert (low, high) == (0.0, 1.04)


def test_scale_of_increments_reaches_below_nothing() -> None:
    """What fell below the baseline is drawn below nothing, and the increase that was owed is in the picture."""
    (one,) = drawn(sector("goods", "0.5"), sector("energy", "0.9"))
    low, high = increments_chart(one, EN)["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert low < -5 < 10 < high


def test_what_was_owed_differs_from_what_was_seen_in_shape() -> None:
    """A bar and a diamond, a bar and a dashed line: nothing is told by colour alone (WCAG 1.4.1)."""
    (one,) = drawn(sector("goods", "0.5"), sector("energy", "0.9"))
    marks = [layer["mark"] for layer in increments_chart(one, EN)["layer"]]
    assert [mark for mark in marks if mark.get("shape") == "diamond"]
    owed = [layer["mark"] for layer in shares_chart(one, EN)["layer"] if layer["mark"].get("strokeDash")]
    assert [mark["type"] for mark in owed] == ["rule"]


def test_every_bar_is_told_in_words_beside_it() -> None:
    """The figures stand at the right of their bars; of a term without any, that it has none."""
    (one,) = drawn(sector("goods", "0.5"), sector("services", None), sector("energy", "0.9"))
    texts = next(layer for layer in shares_chart(one, EN)["layer"] if layer["mark"]["type"] == "text")
    assert [row["text"] for row in texts["data"]["values"]] == ["50.0 %, not met", "no figures", "90.0 %, not met"]
