"""Whether the method holds against outcomes: sets are read by their mapping, figures are those worked by hand."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scripts.bench import validity
from scripts.bench.association import brier, gamma, interval, ranks, spearman
from scripts.bench.coding import draft_of, levels_of, quantity_of, term_of, verb_of
from scripts.bench.validity import SetError, predictions, read_set, tables

LEVELS = dict(zip("PVKOARX", ("p", "v", "k", "o", "a", "r", "x"), strict=True))
CODED: dict[str, Any] = {
    "name": "coded", "title": "A set coded by hand",
    "columns": {"id": "id", "obligor": "who", "status": "status", "made": "made", "stratum": "depth"},
    "fulfilment": {"kept": "1", "half": "1/2", "broken": "0"}, "undecided": {"statuses": ["open"]}, "levels": LEVELS,
}  # fmt: skip
ROWS = """\
id,who,status,made,depth,p,v,k,o,a,r,x
a,one,kept,2001,deep,4,4,4,4,4,4,4
b,one,broken,2002,deep,0,0,0,0,0,0,0
c,two,half,2003,flat,2,2,2,2,2,2,1-3
d,one,kept,2003,flat,2,3,2,1,0,2,0
e,one,open,2004,flat,2,2,2,2,2,2,2
"""


def test_a_set_coded_by_hand_is_scored_by_the_method() -> None:
    """Levels are those given, an interval keeps both ends, and what is undecided is counted apart (E6, E10)."""
    known = read_set(ROWS.encode(), CODED)
    assert [case.name for case in known.cases] == ["a", "b", "c", "d"]
    assert dict(known.undecided) == {"open": 1}
    assert (known.cases[2].low["X"], known.cases[2].high["X"]) == (1, 3)
    by_band = next(tables(known, resamples=20))
    counts = {str(row[0]): row[1] for row in by_band.rows}
    # 100; 5 (all at 0, gated); P2 V2 K2 O2 A2 R2 X1 is 48; the January 2019 pledge is 30.8
    assert counts == {"hard": 1, "firm": 0, "soft-monitored": 1, "political": 1, "rhetorical": 1}


def test_credibility_is_learnt_from_earlier_years_alone() -> None:
    """In 2003 obligor one has a kept and a broken promise behind it, two has none, whatever came in 2003 (E10)."""
    told = {one.case.name: one for one in predictions(read_set(ROWS.encode(), CODED).cases)}
    assert {name: one.trials for name, one in told.items()} == {"a": 0, "b": 1, "c": 0, "d": 2}
    assert (told["b"].mean, told["d"].mean, told["c"].mean) == (0.6, 0.5, 0.5)
    assert (told["a"].pooled, told["c"].pooled) == (None, 0.5)


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "another file": (ROWS, {"sha256": "0" * 64}, "is for 0000"),
    "a column that is not there": (ROWS.replace("who", "whom"), {}, "no column who"),
    "an empty file": ("", {}, "no column at all"),
    "a status that is not mapped": (ROWS.replace("half", "some"), {}, "Row 4 has the status 'some'"),
    "a level beyond four": (ROWS.replace("1-3", "5"), {}, "A level of X is '5'"),
    "a level that is no number": (ROWS.replace("1-3", "high"), {}, "A level of X is 'high'"),
}


@pytest.mark.parametrize(("rows", "more", "reason"), BAD.values(), ids=BAD)
def test_a_set_that_does_not_fit_its_mapping_is_refused(rows: str, more: dict[str, Any], reason: str) -> None:
    """The sentence says what does not fit."""
    with pytest.raises(SetError, match=reason):
        read_set(rows.encode(), CODED | more)


def test_the_program_prints_and_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables as JSON, levels as CSV, and a sentence for a file that is not there."""
    (tmp_path / "set.csv").write_text("words,who,status,kind,document\nBan it by 2030.,A,kept,act,speech\n", "utf-8")
    (tmp_path / "set.toml").write_text(
        'name = "s"\ntitle = "S"\n[columns]\nid = "words"\nwords = "words"\nobligor = "who"\nstatus = "status"\n'
        'kind = "kind"\ndocument = "document"\n[fulfilment]\nkept = "1"\n'
        '[documents.speech]\nform = "statement"\nforum = "none"\nremedy = "none"\nexit = "none"\nescapes = "none"\n',
        "utf-8",
    )
    monkeypatch.chdir(tmp_path)
    validity.main(["set.csv", "--map", "set.toml", "--quick", "--json"])
    assert json.loads(capsys.readouterr().out)["set"] == "s"
    validity.main(["set.csv", "--map", "set.toml", "--levels"])
    assert capsys.readouterr().out.startswith("id,P,V,K,O,A,R,X,low,high,kept\nBan it by 2030.,")
    with pytest.raises(SystemExit):
        validity.main(["nowhere.csv", "--map", "set.toml"])
    assert "No such file" in capsys.readouterr().err


# --- coding -----------------------------------------------------------------------------------------------------------

TERMS: dict[str, tuple[str, set[str], str]] = {
    "an act with its name": ("Pass a Zero Carbon Act.", {"action", "scope"}, "committing"),
    "a number by a year": ("Plant 100 million trees by 2028.", {"action", "quantity", "timing", "scope"}, "committing"),
    "an effort": ("Support farmers in their efforts.", set(), "hortatory"),
    "a day": ("Lift it from 1 April 2026.", {"action", "timing"}, "committing"),
    "the year of an Act is no number": ("Repeal the Therapeutic Products Act 2023.", {"action", "scope"}, "committing"),
    "when before what": ("From 1 July 2024, support farmers.", {"timing"}, "hortatory"),
    "a span": ("Review it within 100 days.", {"action", "timing"}, "committing"),
}


@pytest.mark.parametrize(("words", "shown", "strength"), TERMS.values(), ids=TERMS)
def test_a_promise_is_coded_by_its_words_alone(words: str, shown: set[str], strength: str) -> None:
    """Each element is shown by the words that show it, and a hortatory verb shows no act (E1, E2)."""
    term, verb = term_of(words, actor="a"), verb_of(words)
    assert set(term["shown"]) == shown
    assert verb is not None
    assert verb["strength"] == strength
    assert all(place["words"] in words for place in term["shown"].values())


def test_a_number_that_is_softened_is_marked() -> None:
    """What stands before a number, such as "up to", makes it count one half (E1)."""
    assert term_of("Fund up to 500 places.", actor="a")["marks"][0]["element"] == "quantity"
    assert term_of("Fund 500 places.", actor="a")["marks"] == []
    assert quantity_of("Do it in 2025.") is None


def test_the_drafts_are_scored_by_the_methods_own_rules() -> None:
    """A vague effort in a statement has P 0 and O 1; an act with name, number and year more, and no forum either."""
    clauses = dict.fromkeys(("forum", "remedy", "exit", "escapes"), "none")
    words_only = {"form": "statement", "binding": "silent", **clauses}
    vague, _ = levels_of(draft_of("Support farmers.", obligor="a", made="2020-01-01", document=words_only, kind={}))
    precise, _ = levels_of(
        draft_of("Plant 500 Kauri trees by 2028.", obligor="a", made="2020-01-01", document=words_only, kind={})
    )
    assert (vague["P"], vague["O"], vague["A"]) == (0, 1, 0)
    assert (precise["P"], precise["O"], precise["A"]) == (4, 2, 0)


# --- association ------------------------------------------------------------------------------------------------------

PAIRS: dict[str, tuple[list[tuple[float, float]], float | None, float | None]] = {
    "in one order": ([(1, 1), (2, 2), (3, 3)], 1.0, 1.0),
    "in opposite orders": ([(1, 3), (2, 2), (3, 1)], -1.0, -1.0),
    # concordant 2, discordant 1: gamma 1/3; ranks (1 2 3) and (2 1 3): rho 1 − 6·2/(3·8) = 1/2
    "mostly": ([(1, 2), (2, 1), (3, 3)], 1 / 3, 0.5),
    "one never varies": ([(1, 1), (1, 2)], None, None),
    "nothing": ([], None, None),
    # a tie in the first is no pair; 2 concordant of 2; ranks (1.5 1.5 3) and (1 2 3): 1.5 / √(1.5·2)
    "a tie": ([(1, 1), (1, 2), (2, 3)], 1.0, 1.5 / 3**0.5),
}


@pytest.mark.parametrize(("pairs", "by_pairs", "by_ranks"), PAIRS.values(), ids=PAIRS)
def test_association_is_as_worked_by_hand(
    pairs: list[tuple[float, float]], by_pairs: float | None, by_ranks: float | None
) -> None:
    """Gamma counts pairs, rho correlates ranks; neither says anything of what never varies."""
    assert gamma(pairs) == (pytest.approx(by_pairs) if by_pairs is not None else None)
    assert spearman(pairs) == (pytest.approx(by_ranks) if by_ranks is not None else None)


def test_strata_set_only_their_own_beside_each_other() -> None:
    """Over all the order is one way, within each group the other (Simpson's reversal)."""
    pairs = [(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (4.0, 3.0)]
    assert gamma(pairs) == pytest.approx((4 - 2) / 6)
    assert gamma(pairs, ["a", "a", "b", "b"]) == -1.0


def test_ties_share_the_middle_of_their_places() -> None:
    """Two that are alike in places two and three are both two and a half."""
    assert ranks([5, 7, 7, 9]) == [1, 2.5, 2.5, 4]


def test_brier_is_the_mean_square() -> None:
    """(0.5² + 0.2²) ÷ 2."""
    assert brier([(0.5, 1.0), (0.2, 0.0)]) == pytest.approx(0.145)
    assert brier([]) is None


def test_an_interval_is_the_same_every_time() -> None:
    """The seed is fixed; what most resamples cannot have has no interval."""
    values = [0.0, 0.0, 1.0, 1.0]

    def mean(some: Sequence[float]) -> float | None:
        return sum(some) / len(some)

    first = interval(values, mean, resamples=200)
    assert first == interval(values, mean, resamples=200)
    assert first is not None
    assert 0 <= first[0] < 0.5 < first[1] <= 1
    assert interval(values, lambda _: None, resamples=50) is None
