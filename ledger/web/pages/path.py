"""The way from a leaf up to the root: the hashes that a proof gives and those that follow from it, and their picture.

The steps are those of RFC 9162 §2.1.3.2, told one by one, so that whoever looks can go along. That a proof holds is
said by ``ledger.tlog.merkle``; here it is only drawn.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from ledger.tlog.merkle import Hash, node_hash

WIDTH: Final = 600
STEP: Final = 74
BOX: Final = 176
_SHOWN: Final = 12


class Stage(NamedTuple):
    """One hash on the way.

    Attributes:
        value: of the node that was reached.
        given: the hash from the proof that was taken along to reach it; None at the leaf.
        side: on which side the given one stands, ``left`` or ``right``; empty at the leaf.
    """

    value: Hash
    given: Hash | None
    side: str


def inclusion_path(leaf: Hash, *, index: int, size: int, hashes: Sequence[Hash]) -> tuple[Stage, ...]:
    """Return the stages from a leaf to the root of a tree.

    Source: RFC 9162 §2.1.3.2.
    """
    stages = [Stage(leaf, None, "")]
    place, last = index, size - 1
    for one in hashes:
        if place % 2 or place == last:
            stages.append(Stage(node_hash(one, stages[-1].value), one, "left"))
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            stages.append(Stage(node_hash(stages[-1].value, one), one, "right"))
        place, last = place >> 1, last >> 1
    return tuple(stages)


def draw_path(stages: Sequence[Stage], *, size: int) -> str:
    """Return the picture of a way, the root at the top: what the proof gives in one colour, what follows in another."""
    height = STEP * (len(stages) - 1) + 54
    middle = WIDTH / 2
    parts: list[str] = []
    places = [(middle, float(height - 44 - STEP * number)) for number in range(len(stages))]
    for number, stage in enumerate(stages):
        at, top = places[number]
        if number:
            below, under = places[number - 1]
            given = _beside(below, stage.side)
            parts += [_line(below, under, at, top + 34), _line(given, under, at, top + 34)]
            parts.append(_box(given, under, _short(stage.given), "given", "from the proof"))
    for number, stage in enumerate(stages):
        at, top = places[number]
        said = "leaf" if not number else f"root of {size}" if number == len(stages) - 1 else "reckoned"
        parts.append(_box(at, top, _short(stage.value), "reckoned", said))
    text = f"The leaf and {len(stages) - 1} hashes of the proof lead to the root of the tree of {size} entries."
    title = "<title>The way from the leaf to the root</title>"
    return (
        f'<svg class="path" role="img" aria-label="{text}" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" xmlns="http://www.w3.org/2000/svg">{title}{"".join(parts)}</svg>'
    )


def _beside(x: float, side: str) -> float:
    """Return where the hash that a proof gives stands, beside one that was reckoned."""
    return x - BOX - 20 if side == "left" else x + BOX + 20


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="way" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"/>'


def _box(x: float, y: float, text: str, kind: str, said: str) -> str:
    return (
        f'<g class="{kind}"><rect x="{x - BOX / 2:g}" y="{y:g}" width="{BOX}" height="34" rx="4"/>'
        f'<text x="{x:g}" y="{y + 14:g}" text-anchor="middle">{text}</text>'
        f'<text class="said" x="{x:g}" y="{y + 27:g}" text-anchor="middle">{said}</text></g>'
    )


def _short(value: Hash | None) -> str:
    return f"{value.hex()[:_SHOWN]}…" if value is not None else ""
