"""The strongest objection: what turns the band first, else the weakest ground, chosen by rule (E8, E6, E2)."""

import pytest

from ledger.assessment.enforceability.objection import ground, objection
from ledger.assessment.enforceability.pillar import DIMENSIONS, band, gated, points
from ledger.assessment.enforceability.robustness import robustness
from ledger.assessment.result import Cite, DimensionResult, Level, Objection, Pillars, Reason, Side
from ledger.model.attestation import Dimension

NAME = "sha256:" + "0" * 64


def level(low: int, high: int | None = None, *, entries: int = 2, attested: int | None = None) -> Level:
    """A level that rests on so many entries."""
    cites = tuple(Cite(entry=entry, statement=NAME) for entry in range(entries))
    other = (Reason(rule=f"P.{attested}", says="attested", cites=()),) if attested is not None else ()
    reasons = (Reason(rule="P.2", says="so", cites=cites),)
    return Level(low=low, high=low if high is None else high, observed=False, reasons=reasons, attested=other)


def side(levels: dict[Dimension, Level]) -> Side:
    """The score of seven levels, with its robustness."""
    low, high = ({one: getattr(level, end) for one, level in levels.items()} for end in ("low", "high"))
    pillars = Pillars(B=("0", "1"), N=("0", "1"), Q=("0", "1"))
    return Side(
        low=points(gated(low)), high=points(gated(high)), low_band=band(gated(low)), high_band=band(gated(high)),
        pillars=pillars, point=True, why_no_point=None, robustness=robustness(low, high),
    )  # fmt: skip


def against(written: dict[Dimension, Level], practised: dict[Dimension, Level] | None = None, *,
            halved: str | None = None) -> Objection:  # fmt: skip
    """The objection to a score."""
    seen = written if practised is None else practised
    dimensions = [
        DimensionResult(dimension=one, name=name, written=written[one], practised=seen[one])
        for one, name in DIMENSIONS.items()
    ]
    return objection(dimensions, side(written), side(seen), halved)


def all_at(number: int, **others: Level) -> dict[Dimension, Level]:
    """Seven equal levels, but for some."""
    return {one: others.get(one, level(number)) for one in DIMENSIONS}


GROUNDS: dict[str, tuple[Level, str | None, int, str]] = {
    "known only as an interval": (level(1, 3, attested=0), "scope", 0, "it is known only as 1 to 3"),
    "attested otherwise": (level(2, attested=1), "scope", 1, "an assessor attests 1 where 2 is derived"),
    "attested the same": (level(2, attested=2), None, 4, "several entries carry it"),
    "counted one half": (level(2), "scope (qualified)", 2, "counted one half: scope (qualified)"),
    "one entry alone": (level(2, entries=1), None, 3, "entry 0 alone carries it"),
    "two entries": (level(2, entries=2), None, 4, "several entries carry it"),
}


@pytest.mark.parametrize(("one", "halved", "place", "says"), GROUNDS.values(), ids=GROUNDS)
def test_ground_is_weak_in_a_fixed_order(one: Level, halved: str | None, place: int, says: str) -> None:
    """Unknown before attested otherwise, before one half, before one entry alone (E6, E2, E1)."""
    assert ground(one, halved) == (place, says)


def test_what_turns_the_band_is_said_first() -> None:
    """All at 2 only P one level down turns the band, by its gate (E8, E5; test_robustness)."""
    found = against(all_at(2))
    assert (found.rule, found.dimension, found.becomes) == ("turns the band", "P", ("political", "political"))
    assert found.words.startswith("P one level down: political (35) instead of soft-monitored")


def test_of_equally_small_changes_the_weakest_ground_is_chosen() -> None:
    """P2 V3 K2 O1 A0 R2 X0 is turned by eleven single changes; that of the level on one entry alone is told (E8)."""
    line = dict(zip(DIMENSIONS, (2, 3, 2, 1, 0, 2, 0), strict=True))
    firm = {one: level(number) for one, number in line.items()}
    assert against(firm).dimension == "P"
    found = against({**firm, "K": level(2, entries=1)})
    assert (found.dimension, "entry 0 alone carries it" in found.words) == ("K", True)
    assert [cite.entry for cite in found.cites] == [0]


def test_where_nothing_turns_the_weakest_ground_is_the_objection() -> None:
    """All at 4 no single change turns the band; what rests on an attested difference is named (E2)."""
    found = against(all_at(4, X=level(4, attested=2)))
    assert (found.rule, found.dimension, found.becomes) == ("weakest ground", "X", None)
    assert "an assessor attests 2 where 4 is derived" in found.words


def test_where_nothing_is_weak_it_says_so() -> None:
    """There need not be an objection, and none is invented (E8)."""
    found = against(all_at(4))
    assert (found.rule, found.dimension, found.cites) == ("none", None, ())


def test_the_objection_is_to_the_score_as_practised() -> None:
    """Where practice differs, what stands at the view is what is objected to (E3)."""
    assert against(all_at(4), all_at(2)).side == "practised"
    assert against(all_at(4)).side == "written"


def test_halves_are_precisions_alone() -> None:
    """A hedge weakens P and no other ground (E1)."""
    assert against(all_at(4), halved="scope (qualified)").dimension == "P"
