"""The strongest objection to a score, chosen by rule, so that nobody picks a weaker one (E8, E6, E2).

What turns the band by the smallest change comes first; of changes that are equally small, the one about the level that
rests on the weakest ground. Where no change that was tried turns it, the objection is that ground itself. Ground is
weak, from the weakest on: where the level is unknown, where an assessor attests another, where an element counts one
half, and where one entry alone carries it.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from ledger.assessment.enforceability.pillar import DIMENSIONS
from ledger.assessment.result import Cite, DimensionResult, Level, Objection, Side, Turn
from ledger.model.attestation import Dimension

RULE: Final = (
    "chosen by rule: the smallest change that turns the band, and of equally small ones that of the level on the "
    "weakest ground (unknown, attested otherwise, an element that counts one half, one entry alone)"
)
"""How it is chosen, in a sentence."""


class Ground(NamedTuple):
    """What a level rests on: its place from the weakest, 0, and why."""

    place: int
    says: str


_SideName = Literal["written", "practised"]

_FIRM: Final = 4
"""The place of ground on which nothing is weak."""


def objection(dimensions: Sequence[DimensionResult], written: Side, practised: Side, halved: str | None) -> Objection:
    """Return the strongest objection to a score as practised; as written, where the two are alike.

    Args:
        halved: the elements of precision that count one half, in words; null where none does (E1).

    Source: E8, E6, E2.
    """
    name: _SideName = "written" if written == practised else "practised"
    side = {"written": written, "practised": practised}[name]
    levels: dict[Dimension, Level] = {one.dimension: getattr(one, name) for one in dimensions}
    grounds = {one: ground(level, halved if one == "P" else None) for one, level in levels.items()}
    turn = _turn(side, grounds)
    if turn is not None:
        return _turned(turn, side, name, grounds, levels)
    weakest = min(DIMENSIONS, key=lambda one: grounds[one].place)
    if grounds[weakest].place == _FIRM:
        says = "nothing that was tried turns the band, and no level rests on weak ground"
        return Objection(rule="none", side=name, dimension=None, becomes=None, words=says, cites=())
    says = (
        f"nothing that was tried turns the band; {_name(weakest)} rests on the weakest ground: {grounds[weakest].says}"
    )
    return Objection(
        rule="weakest ground", side=name, dimension=weakest, becomes=None, words=says,
        cites=_cites(levels[weakest]),
    )  # fmt: skip


def ground(level: Level, halved: str | None) -> Ground:
    """Return what a level rests on.

    Args:
        halved: for precision, the elements that count one half.
    """
    if level.low < level.high:
        return Ground(0, f"it is known only as {level.low} to {level.high}")
    others = [one for one in level.attested if one.rule.rpartition(".")[2] != str(level.low)]
    if others:
        return Ground(1, f"an assessor attests {others[0].rule.rpartition('.')[2]} where {level.low} is derived")
    if halved is not None:
        return Ground(2, f"counted one half: {halved}")
    entries = {cite.entry for cite in _cites(level)}
    if len(entries) == 1:
        return Ground(3, f"entry {entries.pop()} alone carries it")
    return Ground(_FIRM, "several entries carry it")


def _turn(side: Side, grounds: Mapping[Dimension, Ground]) -> Turn | None:
    """Return the smallest change that turns the band; of equally small ones that on the weakest ground, then the first.

    A change of the method's choices has no ground of its own and comes after those of levels.
    """
    if side.robustness is None or not side.robustness.first:
        return None

    def place(turn: Turn) -> int:
        return min((grounds[one].place for one in _moved(turn)), default=_FIRM + 1)

    return min(side.robustness.first, key=place)


def _moved(turn: Turn) -> list[Dimension]:
    """Return the dimensions that a change moves; its sentences begin with their letter."""
    return [one for one in DIMENSIONS for change in turn.changes if change.startswith(f"{one} one level")]


def _turned(
    turn: Turn,
    side: Side,
    name: _SideName,
    grounds: Mapping[Dimension, Ground],
    levels: Mapping[Dimension, Level],
) -> Objection:
    moved = _moved(turn)
    before = " to ".join(dict.fromkeys((side.low_band, side.high_band)))
    after = " to ".join(dict.fromkeys((turn.low_band, turn.high_band)))
    points = " to ".join(dict.fromkeys((turn.low, turn.high)))
    says = f"{' and '.join(turn.changes)}: {after} ({points}) instead of {before}"
    if moved:
        says += f"; {_name(moved[0])}: {grounds[moved[0]].says}"
    return Objection(
        rule="turns the band", side=name, dimension=moved[0] if moved else None,
        becomes=(turn.low_band, turn.high_band), words=says,
        cites=_cites(levels[moved[0]]) if moved else (),
    )  # fmt: skip


def _name(one: Dimension) -> str:
    return f"{one} ({DIMENSIONS[one]})"


def _cites(level: Level) -> tuple[Cite, ...]:
    return tuple(dict.fromkeys(cite for why in level.reasons for cite in why.cites))
