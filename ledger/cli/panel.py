"""The panel of a score: a page that a person can read, band first, each sentence with the entries that it rests on.

It chooses what is said first and reckons nothing: the band, the seven dimensions with a sentence each, what is unknown,
what would raise it, the strongest objection, and beside it what is never in the score (E10).
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledger.cli.status import percent, side_words
from ledger.report.document import bands

if TYPE_CHECKING:
    from ledger.assessment.result import (
        CommitmentResult,
        Credibility,
        Depth,
        DimensionResult,
        Level,
        Performance,
        Raise,
        Reason,
        Robustness,
        TermResult,
    )

BEST: Final = 3
"""How many of the changes that would raise a score are told at first."""

FIRST: Final = 3
"""How many of credibility's rules are told at first: its prior, what closes a term, how lateness weighs."""

BLANK: Final = ""


def heading(result: "CommitmentResult") -> str:
    """Return the band by itself, as written and, where it differs, as practised: it is read before points (E7)."""
    sides = (result.score.written, result.score.practised)
    written, practised = (" to ".join(dict.fromkeys(bands(one))) for one in sides)
    return f"{written}, as written and practised" if written == practised else f"{written}; practised: {practised}"


def panel_lines(result: "CommitmentResult", credited: "Sequence[Credibility]") -> Iterator[str]:
    """Yield the panel, line by line; an empty line sets its parts apart."""
    yield from _bands(result)
    yield BLANK
    yield "Why, dimension by dimension (levels 0 to 4)"
    yield from (_dimension(one) for one in result.score.dimensions)
    yield BLANK
    yield "What is unknown"
    yield from _listed(result.score.unknown, nothing="nothing that would narrow the score")
    yield BLANK
    yield from _best(result)
    yield BLANK
    yield from _against(result)
    yield BLANK
    yield "Beside it, never in it"
    yield from _beside(result, credited)


def whole_lines(result: "CommitmentResult", credited: "Sequence[Credibility]") -> Iterator[str]:
    """Yield everything that the panel leaves out: all reasons and entries, all gains, all trials and rules."""
    for one in result.score.dimensions:
        yield from _reasons(one)
    yield from _sturdy(result)
    ranked = _ranked(result)
    if len(ranked) > BEST:
        yield "What one level more would add besides, as written (what words are at fault: pledger lint):"
        yield from (_gain(one) for one in ranked[BEST:])
    yield from (f"Depth of {term.id}, {depth.words}" for term in result.terms for depth in term.depths)
    for party in credited:
        yield f"Credibility of {party.words}"
        yield from (f"  Counted: {trial.commitment}: {_share(trial.fulfilment)}" for trial in party.counted)
        yield from (f"  Left out: {why}" for why in party.left_out)
        yield from (f"  Rule: {rule}" for rule in party.rules)


# --- the score --------------------------------------------------------------------------------------------------------


def _bands(result: "CommitmentResult") -> Iterator[str]:
    found = result.score
    yield f"{result.title} ({result.subject})"
    yield f"  As written:   {side_words(found.written)}"
    yield f"  As practised: {side_words(found.practised)}"
    if reason := found.written.why_no_point or found.practised.why_no_point:
        yield f"  No single point: {reason}"
    for says in dict.fromkeys(gate.says for gate in found.gates):
        where = " and ".join(dict.fromkeys(gate.side for gate in found.gates if gate.says == says))
        yield f"  Gate: {says} (E5, {where})"
    if found.written.robustness is not None:
        yield f"  Robust: the band as written holds in {_runs(found.written.robustness)}"
    if found.practised.robustness not in {None, found.written.robustness}:
        yield f"  Robust: the band as practised holds in {_runs(found.practised.robustness)}"
    yield f"  Method {found.method}; bands are read before points, and ranks within a band mean nothing."


def _runs(robust: "Robustness | None") -> str:
    """Return in how many runs a band holds; there is a robustness wherever there is a score."""
    if robust is None:
        raise AssertionError("robustness is reckoned with every side of a score")
    return f"{robust.holds:,} of {robust.runs:,} runs ({percent(robust.share)})"


def _dimension(one: "DimensionResult") -> str:
    """Return a dimension in a sentence: its level, and the reason that decides it, with the entries."""
    written, practised = level(one.written), level(one.practised)
    said = written if written == practised else f"{written} written, {practised} practised"
    # As practised the last reason tells what was seen; before it stand those of the text.
    reason = one.practised.reasons[-1] if one.practised.observed and written != practised else one.written.reasons[0]
    attested = f"; attested: {one.written.attested[0].rule}" if one.written.attested else ""
    return f"  {one.dimension} {one.name} {said}: {_reason(reason)}{attested}"


def level(one: "Level") -> str:
    """Return a level, or the two ends of what it may be."""
    return str(one.low) if one.low == one.high else f"{one.low} to {one.high}"


def _reason(reason: "Reason") -> str:
    entries = sorted({cite.entry for cite in reason.cites})
    cited = f" [{'entry' if len(entries) == 1 else 'entries'} {', '.join(map(str, entries))}]" if entries else ""
    return f"{reason.says} ({reason.rule}){cited}"


def _listed(lines: "Sequence[str]", *, nothing: str) -> Iterator[str]:
    yield from (f"  {line}" for line in lines or (nothing,))


def _best(result: "CommitmentResult") -> Iterator[str]:
    """Yield what would raise the written score most, best first (E9)."""
    ranked = _ranked(result)
    yield "What one level more would add, as written, best first (E9; the words at fault: pledger lint)"
    yield from (_gain(one) for one in ranked[:BEST])
    if not ranked:
        yield "  nothing: every dimension stands at its highest"
    elif len(ranked) > BEST:
        yield f"  and {len(ranked) - BEST} more with --all"


def _ranked(result: "CommitmentResult") -> "list[Raise]":
    """Return what would raise the score, by the gain that is sure, then by what is possible, then by the table."""
    return sorted(result.score.raises, key=lambda one: (Fraction(one.gain[0]), Fraction(one.gain[1])), reverse=True)


def _gain(one: "Raise") -> str:
    now, gain = (" to ".join(dict.fromkeys(map(str, ends))) for ends in (one.level, one.gain))
    return f"  {one.dimension}, now {now}: {gain} points: {one.earns}"


def _against(result: "CommitmentResult") -> Iterator[str]:
    from ledger.assessment.enforceability.objection import RULE

    objection = result.score.objection
    yield "The strongest objection to it"
    if objection is None:
        yield "  none was looked for"
        return
    entries = sorted({cite.entry for cite in objection.cites})
    cited = f" [{'entry' if len(entries) == 1 else 'entries'} {', '.join(map(str, entries))}]" if entries else ""
    yield f"  As {objection.side}: {objection.words}{cited}"
    yield f"  ({RULE})"


# --- beside it --------------------------------------------------------------------------------------------------------


def _beside(result: "CommitmentResult", credited: "Sequence[Credibility]") -> Iterator[str]:
    beside = result.beside
    if beside is not None:
        yield f"  Story: {beside.quadrant.words}"
        yield from _performance(beside.performance)
    for one in credited:
        yield f"  Credibility of {one.words}"
        yield from (f"    {rule}" for rule in one.rules[:FIRST])
    yield from (line for term in result.terms if term.kind == "quantity" for line in _depths(term))
    if beside is not None:
        yield from (f"  Lever: {lever.words}" for lever in beside.leverage)
        if not beside.leverage:
            yield "  Lever: none is named"


def _depths(term: "TermResult") -> Iterator[str]:
    """Yield how deep a target is, a line for each channel that can tell, or why none can (E10)."""
    channels: dict[str, list[Depth]] = {}
    for depth in term.depths:
        channels.setdefault(f"{depth.source}/{depth.channel}", []).append(depth)
    told = {where: [one for one in several if one.value is not None] for where, several in channels.items()}
    for where, several in told.items():
        if several:
            target = _amount(several[0].target, term.unit)
            yield f"  Depth of {term.id} by {where}, of {target}: {', '.join(_deep(one, term.unit) for one in several)}"
    if not any(told.values()):
        whys = dict.fromkeys(f"{one.counterfactual.replace('_', ' ')}: {one.reason}" for one in term.depths)
        yield f"  Depth of {term.id}: not known: {'; '.join(whys) or 'no admissible figures'}"


def _deep(one: "Depth", unit: str | None) -> str:
    """Return how much of a target lies above one counterfactual, or below it."""
    value = Fraction(one.value or 0)
    side = "below" if value < 0 else "above"
    name = {"baseline": "the baseline", "last_year": "last year", "trend": "the trend"}[one.counterfactual]
    return f"{percent(str(abs(value)))} {side} {name} ({_amount(one.amount, unit)}, {one.period})"


def _amount(amount: str | None, unit: str | None) -> str:
    from ledger.assessment.reconcile.amount import in_words

    return in_words(Fraction(amount or 0), unit)


def _performance(kept: "Performance") -> Iterator[str]:
    yield f"  Performance: {kept.words}"
    yield from (f"    {line.term}: {line.words}" for line in kept.terms)


def _share(ends: tuple[str, str]) -> str:
    return " to ".join(dict.fromkeys(map(percent, ends)))


# --- the whole --------------------------------------------------------------------------------------------------------


def _reasons(one: "DimensionResult") -> Iterator[str]:
    yield f"{one.dimension} {one.name}"
    yield from (f"  written: {_reason(reason)}" for reason in one.written.reasons)
    if one.practised.observed:
        yield from (f"  practised: {_reason(reason)}" for reason in one.practised.reasons)
    yield from (f"  attested: {_reason(reason)}" for reason in (*one.written.attested, *one.practised.attested))


def _sturdy(result: "CommitmentResult") -> Iterator[str]:
    """Yield how far the bands depend on the method's choices and on single levels, practised where it differs (E8)."""
    written, practised = result.score.written.robustness, result.score.practised.robustness
    if written is not None:
        yield f"Robust: the band as written {written.words}."
    if practised is not None and practised != written:
        yield f"Robust: the band as practised {practised.words}."
