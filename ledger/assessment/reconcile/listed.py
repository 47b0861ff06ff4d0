"""What is listed of a channel and not counted: codes that no table has, and codes that lie astride the scope (R3).

Each with its value in the days that are asked about, and its share of all that the channel has in that classification:
a parent is never added to its children, in the whole neither.
"""

from collections.abc import Iterable
from fractions import Fraction

from ledger.assessment.observation import LIMB
from ledger.assessment.reconcile.amount import exact_or_rounded, fraction_text, percent
from ledger.assessment.reconcile.span import Span
from ledger.assessment.result import ListedCode
from ledger.assessment.scope import MAPPED, UNMAPPED
from ledger.assessment.selection import Row
from ledger.model.unit import UNITS, base_unit, convert, measurement

MOST = 50
"""Codes of a channel that are listed; the flag counts the others."""

_Key = tuple[str, str]


def listed_codes(rows: Iterable[Row], window: Span, *, unit: str) -> tuple[ListedCode, ...]:
    """Return the codes that are listed, those of the largest value first.

    Args:
        rows: of the line that lists, of one channel.
        window: only periods that lie in it.
        unit: of the term; what is in another dimension is listed in its own, where the term's is money and it is, too.
    """
    wholes: dict[_Key, Fraction] = {}
    parts: dict[tuple[str, str, str, int], Fraction] = {}
    for row in rows:
        base = _base(row, unit)
        if base is None or not Span(row.day_from, row.day_to).within(window):
            continue
        value = (Fraction(row.high * LIMB + row.low) + Fraction(row.nano, LIMB)) * convert(
            Fraction(1), unit=UNITS[row.unit], to=base
        )
        if row.kind == MAPPED:
            key = (row.classification, base)
            wholes[key] = wholes.get(key, Fraction(0)) + value
        else:
            part = (row.classification, row.code, base, row.kind)
            parts[part] = parts.get(part, Fraction(0)) + value
    ordered = sorted(parts.items(), key=lambda item: (-abs(item[1]), item[0]))
    return tuple(
        ListedCode(
            classification=classification,
            code=code,
            why="unmapped" if kind == UNMAPPED else "astride",
            value=exact_or_rounded(value),
            unit=base,
            share=_share(value, wholes.get((classification, base), Fraction(0))),
        )
        for (classification, code, base, kind), value in ordered
    )


def listed_in_words(codes: Iterable[ListedCode]) -> tuple[str, ...]:
    """Return one sentence for each reason for which codes are listed."""
    said = []
    for why, words in (
        ("unmapped", "that no table leads from"),
        ("astride", "that lie partly in the scope, so that the figure is an interval"),
    ):
        ours = [code for code in codes if code.why == why]
        if ours:
            shares = [Fraction(code.share) for code in ours if code.share is not None]
            whole = percent(sum(shares, Fraction(0)))
            share = f", {whole} of the channel's figures" if len(shares) == len(ours) else ""
            names = ", ".join(f"{code.classification} {code.code}" for code in ours[:5])
            more = f" and {len(ours) - 5} more" if len(ours) > 5 else ""
            said.append(f"{'codes' if len(ours) > 1 else 'a code'} {words}: {names}{more}{share}")
    return tuple(said)


def _base(row: Row, unit: str) -> str | None:
    """Return the unit to list a row in; null where it says nothing about what the term counts."""
    theirs, ours = measurement(UNITS[row.unit]), measurement(unit)
    if theirs.dimension == ours.dimension:
        return unit
    is_money = theirs.dimension.startswith("money") and ours.dimension.startswith("money")
    return base_unit(theirs.code) if is_money else None


def _share(value: Fraction, whole: Fraction) -> str | None:
    return fraction_text(value / whole) if whole > 0 else None
