"""``pledger score``: could a breach be shown, answered for, made costly? With the reason for every level (E1–E9)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.option import AsOf, EngineName, Json, LedgerDirectory, Size
from ledger.cli.output import Progress, answer, say, table
from ledger.cli.place import open_chosen, view_document, view_words
from ledger.cli.status import bands, ends, erased_lines, side_words

if TYPE_CHECKING:
    from ledger.assessment.result import Cite, CommitmentResult, DimensionResult, Level, Reason
    from ledger.model.determination import View

EXAMPLES: Final = """\
\b
Examples:
  pledger score cn-soy-5mt-2019 --as-of 2026-08-27
  pledger score phase-one-annex-6-1 --as-of 2026-08-27 --json
"""

ANSWER: Final = {
    "view": "`size` and `as_of`: what was known (R1)",
    "method": "version of the method",
    "subject": "the commitment",
    "title": "of the commitment",
    "score": "`written` and `practised`, each low and high, in points of 100 (E4)",
    "band": "`written` and `practised`, each low and high (E7)",
    "point": "whether `written` and `practised` may be printed as one number, and `why_not` (E6)",
    "dimensions": (
        "by letter (P V K O A R X): `dimension`, `name`, `written` and `practised` (levels: low, high), whether "
        "practice was `observed`, `reasons` (`written` and `practised`: `rule`, `code` of the lint's rule, `says`, "
        "`cites` with `entry`, `statement` and `field`), `attested`"
    ),
    "pillars": "`written` and `practised`: B, N and Q as fractions of one, low and high (E4)",
    "gates": "the caps that applied: `rule`, `cap`, `side`, `end`, `says` (E5)",
    "erosion": "written less practised, low and high",
    "robustness": (
        "`written` and `practised`: `runs`, `holds` and `share` (one level off at most), `together`, `together_holds` "
        "and `together_share` (all seven off by one at most), `turns` and `first` (what turns the band first), `words` "
        "(E8)"
    ),
    "raises": (
        "what one level more of each dimension is worth as written: `dimension`, `level`, `next`, `is_known`, `gain`, "
        "`earns`, `codes` of `pledger lint` (E9)"
    ),
    "unknown": "what would narrow the interval",
    "terms": "P, V and K of each material term",
    "erased": "what the score could rest on, had it not been erased",
}


def score(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A commitment.")],
    as_of: AsOf = None,
    size: Size = None,
    engine: EngineName = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Show how enforceable a pledge is, as written and as practised: seven levels, their reasons and entries."""
    with open_chosen(ledger, engine=engine) as opened, Progress("Scoring"):
        view = opened.view(as_of, size)
        (result,) = opened.results(view, (subject,))
    if json:
        answer(score_document(view, result))
        return
    say(view_words(view), *_heading(result), *erased_lines(result.erased))
    table(
        ("", "Dimension", "Written", "Practised", "Observed"),
        [
            (
                one.dimension,
                one.name,
                _level(one.written),
                _level(one.practised),
                "yes" if one.practised.observed else "as written",
            )
            for one in result.score.dimensions
        ],
    )
    for one in result.score.dimensions:
        say(*_reasons(one))
    say(*(f"Gate: {gate.says} ({gate.rule}, {gate.side})" for gate in result.score.gates))
    say(*(f"Unknown: {what}" for what in result.score.unknown))
    say(*_sturdy(result), *_raises(result))


def score_document(view: "View", result: "CommitmentResult") -> dict[str, object]:
    """Return the score as ``--json`` gives it; levels are whole numbers, points and pillars decimal texts."""
    from ledger.model.statement import plain

    found = result.score
    return {
        "view": view_document(view),
        "method": found.method,
        "subject": result.subject,
        "title": result.title,
        "score": {"written": ends(found.written), "practised": ends(found.practised)},
        "band": {"written": bands(found.written), "practised": bands(found.practised)},
        "point": {
            "written": found.written.point, "practised": found.practised.point,
            "why_not": found.written.why_no_point or found.practised.why_no_point,
        },
        "dimensions": {one.dimension: _dimension(one) for one in found.dimensions},
        "pillars": {"written": plain(found.written.pillars), "practised": plain(found.practised.pillars)},
        "gates": [plain(gate) for gate in found.gates],
        "erosion": list(found.erosion),
        "robustness": {
            side: plain(one.robustness) if one.robustness is not None else None
            for side, one in (("written", found.written), ("practised", found.practised))
        },
        "raises": [plain(one) for one in found.raises],
        "unknown": list(found.unknown),
        "terms": [plain(term) for term in found.terms],
        "erased": [plain(one) for one in result.erased],
    }  # fmt: skip


def _dimension(one: "DimensionResult") -> dict[str, object]:
    return {
        "dimension": one.dimension,
        "name": one.name,
        "written": [one.written.low, one.written.high],
        "practised": [one.practised.low, one.practised.high],
        "observed": one.practised.observed,
        "reasons": {"written": _reason_list(one.written.reasons), "practised": _reason_list(one.practised.reasons)},
        "attested": _reason_list((*one.written.attested, *one.practised.attested)),
    }


def _reason_list(reasons: "tuple[Reason, ...]") -> list[dict[str, object]]:
    return [
        {"rule": one.rule, "code": one.code, "says": one.says, "cites": [_cite(cite) for cite in one.cites]}
        for one in reasons
    ]


def _cite(cite: "Cite") -> dict[str, object]:
    return {"entry": cite.entry, "statement": cite.statement, "field": cite.field}


def _heading(result: "CommitmentResult") -> Iterator[str]:
    found = result.score
    yield f"{result.title} ({result.subject})"
    yield f"  As written:   {side_words(found.written)}"
    yield f"  As practised: {side_words(found.practised)}"
    if reason := found.written.why_no_point or found.practised.why_no_point:
        yield f"  No single point: {reason}"
    yield f"  Method {found.method}; bands are read before points, and ranks within a band mean nothing."


def _sturdy(result: "CommitmentResult") -> Iterator[str]:
    """Yield how far the bands depend on the method's choices and on single levels, practised where it differs (E8)."""
    written, practised = result.score.written.robustness, result.score.practised.robustness
    if written is not None:
        yield f"Robust: the band as written {written.words}."
    if practised is not None and practised != written:
        yield f"Robust: the band as practised {practised.words}."


def _raises(result: "CommitmentResult") -> Iterator[str]:
    """Yield what would raise the written score, dimension by dimension (E9)."""
    if result.score.raises:
        yield "What one level more would add, as written (what words are at fault: pledger lint):"
    for one in result.score.raises:
        level, gain = (" to ".join(dict.fromkeys(map(str, ends))) for ends in (one.level, one.gain))
        yield f"  {one.dimension}, now {level}: {gain} points: {one.earns}"


def _level(level: "Level") -> str:
    return str(level.low) if level.low == level.high else f"{level.low} to {level.high}"


def _reasons(one: "DimensionResult") -> Iterator[str]:
    yield f"{one.dimension} {one.name}"
    yield from _side_reasons("written", one.written.reasons)
    if one.practised.observed:
        yield from _side_reasons("practised", one.practised.reasons)
    yield from _side_reasons("attested", (*one.written.attested, *one.practised.attested))


def _side_reasons(side: str, reasons: "tuple[Reason, ...]") -> Iterator[str]:
    for reason in reasons:
        entries = sorted({cite.entry for cite in reason.cites})
        cited = f" [{'entry' if len(entries) == 1 else 'entries'} {', '.join(map(str, entries))}]" if entries else ""
        yield f"  {side}: {reason.says} ({reason.rule}){cited}"
