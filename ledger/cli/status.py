"""``pledger status``: what became of each pledge at a view, on three axes that are never folded into one (R11, R12)."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.option import AsOf, Json, LedgerDirectory, Size
from ledger.cli.output import Progress, answer, say, table
from ledger.cli.place import open_chosen, view_document, view_words

if TYPE_CHECKING:
    from ledger.assessment.result import CommitmentResult, Score, Side, TermResult
    from ledger.model.determination import View
    from ledger.model.ratio import Ratio

EXAMPLES: Final = """\
\b
Examples:
  pledger status --as-of 2021-12-31
  pledger status phase-one-annex-6-1 --as-of 2026-08-27
  pledger status --as-of 2021-12-31 --size 40 --json
"""

ANSWER: Final = {
    "view": "`size` and `as_of`: what was known (R1)",
    "commitments": (
        "each `subject`, `title`, `date`, `instrument`, `obligors`, `obligees`, `validity` with "
        "`validity_reason`, `disposition`, `terms`, `score` and `band` (`written` and `practised` as pairs: low, "
        "high), `stances`, `cites`; a term has `id`, `kind`, `outcome`, `reason`, `days_late`, `grade`, "
        "`coverage`, `sources_missing`, `readings`, `ratios` (typed: `kind`, `source`, `channel`, `measure`, "
        "`value`, `words` and what they are reckoned from), and the further members of the schema `commitment-"
        "result.v1`"
    ),
}
COLUMNS: Final = (
    "Commitment, enforceability, terms",
    "Outcome",
    "Share of the target, or why",
    "Validity",
    "Disposition",
)
WHOLE: Final = ("Outcome", "Validity", "Disposition")


def status(
    subject: Annotated[
        str | None, typer.Argument(metavar="SUBJECT", help="A commitment; else all of them.", show_default=False)
    ] = None,
    as_of: AsOf = None,
    size: Size = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Show what became of each term at a view: outcome, validity and disposition, with the ratios in words."""
    with open_chosen(ledger) as opened, Progress("Reconciling pledges and evidence"):
        view = opened.view(as_of, size)
        results = opened.results(view, () if subject is None else (subject,))
    if json:
        answer(status_document(view, results))
        return
    say(view_words(view))
    if not results:
        say("No commitment is known at this view; record one with pledger record FILE.")
        return
    tell_table(results)
    if subject is not None:
        for result in results:
            say(*detail_lines(result))


def status_document(view: "View", results: "Iterable[CommitmentResult]") -> dict[str, object]:
    """Return the status as ``--json`` gives it: view and commitments, ratios as fractions."""
    return {"view": view_document(view), "commitments": [commitment_document(result) for result in results]}


def commitment_document(result: "CommitmentResult") -> dict[str, object]:
    """Return one commitment: the three axes, its terms whole, and its score and band, written and practised."""
    from ledger.model.statement import plain

    return {
        "subject": result.subject,
        "title": result.title,
        "date": result.date,
        "instrument": result.instrument,
        "obligors": list(result.obligors),
        "obligees": list(result.obligees),
        "validity": result.validity,
        "validity_reason": result.validity_reason,
        "disposition": result.disposition,
        "terms": [plain(term) for term in result.terms],
        "score": {"written": ends(result.score.written), "practised": ends(result.score.practised)},
        "band": {"written": bands(result.score.written), "practised": bands(result.score.practised)},
        "stances": [plain(stance) for stance in result.stances],
        "cites": [plain(cite) for cite in result.cites],
    }


def tell_table(results: "Iterable[CommitmentResult]") -> None:
    """Print the table of commitments and their terms."""
    table(COLUMNS, status_rows(results), whole=WHOLE)


def status_rows(results: "Iterable[CommitmentResult]") -> Iterator[tuple[str, ...]]:
    """Yield a row for each commitment, with what holds for the whole of it, and below it one for each of its terms."""
    for place, result in enumerate(results):
        if place:
            yield ()
        standing = (result.validity.replace("_", " "), result.disposition.replace("_", " "))
        yield (f"{result.title}\n{result.subject}\n{score_words(result.score)}", "", "", *standing)
        for term in result.terms:
            yield (f"  {term.id}", term.outcome.replace("_", " "), in_short(term), "", "")


def in_short(term: "TermResult") -> str:
    """Return in a few words what an outcome rests on: the figures that vote, else the first words of the reason."""
    voting = [ratio for ratio in deciding_ratios(term) if ratio.value is not None]
    parts = [f"{_share(ratio)} by {ratio.measure} ({ratio.source})" for ratio in voting]
    if not parts and term.reason is not None:
        first = term.reason.split("; ", 1)[0]
        head = first.split(": ", 1)[0]
        # A head of one word is a name ("us-census: figures cover …"), and says nothing by itself.
        parts.append(head if " " in head else first)
    if term.days_late:
        parts.append(f"at most {term.days_late} days late")
    return ", ".join(dict.fromkeys(parts))


def deciding_ratios(term: "TermResult") -> "list[Ratio]":
    """Return the gross ratio of each channel that votes, reading by reading (R7, R8)."""
    return [
        ratio
        for reading in term.readings
        for source in reading.sources
        if source.votes
        for ratio in source.ratios
        if ratio.kind == "gross"
    ]


def detail_lines(result: "CommitmentResult") -> Iterator[str]:
    """Yield everything that is said about one commitment's terms, in words."""
    yield f"{result.title}: {', '.join(result.obligors)} to {', '.join(result.obligees) or 'nobody in particular'}"
    yield f"  Validity: {result.validity.replace('_', ' ')} ({result.validity_reason})"
    for term in result.terms:
        yield f"{term.id}: {term.title}"
        yield f"  {term.outcome.replace('_', ' ')}{f': {term.reason}' if term.reason else ''}"
        if term.grade is not None or term.coverage is not None:
            yield f"  Grade {term.grade or 'none'}, coverage {percent(term.coverage)}"
        if term.days_late:
            yield f"  Reached by {term.reached}, at most {term.days_late} days late"
        if term.sources_missing:
            yield f"  Sources missing: {', '.join(term.sources_missing)}"
        yield from (f"  {ratio.words}" for ratio in term.ratios)
        yield from (f"  {direction.words}" for direction in term.directions)
        if term.trigger is not None:
            yield f"  Trigger {term.trigger.state.replace('_', ' ')}: {term.trigger.reason}"
            yield f"  Consequence: {term.trigger.consequence.replace('_', ' ')}"
            yield from (f"    {happened}" for happened in term.trigger.happened)
        for moved in term.moved:
            said = f": {moved.reason}" if moved.reason else ""
            outcome = moved.outcome.replace("_", " ")
            yield f"  On the terms that {moved.party} alone says ({moved.says}): {outcome}{said}"
        yield from (f"  {finding}" for finding in term.findings)
        yield from (f"  Imputed: {imputed}" for imputed in term.imputed)
        yield from _not_counted(term)


def _not_counted(term: "TermResult") -> Iterator[str]:
    """Yield what was looked at and not counted, with the reason, each reason once (R4)."""
    entries: dict[tuple[str, str], list[str]] = {}
    for one in term.not_admissible:
        entries.setdefault((one.series, one.reason), []).append(str(one.entry))
    for (series, reason), several in entries.items():
        yield f"  Not counted: {series} ({'entry' if len(several) == 1 else 'entries'} {', '.join(several)}): {reason}"


def score_words(score: "Score") -> str:
    """Return a score in words: the band first (E7), written, and practised where it differs."""
    written, practised = side_words(score.written), side_words(score.practised)
    return written if written == practised else f"{written}, practised: {practised}"


def side_words(side: "Side") -> str:
    """Return one side of a score: its bands, and its interval of points in brackets."""
    return f"{' to '.join(dict.fromkeys(bands(side)))} ({' to '.join(dict.fromkeys(ends(side)))})"


def _share(ratio: "Ratio") -> str:
    """Return a ratio as a percentage; as two where something straddles the period's edge (R10)."""
    return percent(ratio.value) if ratio.high is None else f"{percent(ratio.value)} to {percent(ratio.high)}"


def percent(share: str | None) -> str:
    """Return a fraction of one as a percentage to one place, rounded half-even; "unknown" where there is none."""
    if share is None:
        return "unknown"
    tenths = round(abs(Fraction(share)) * 1000)
    sign = "-" if Fraction(share) < 0 and tenths else ""
    return f"{sign}{tenths // 10}.{tenths % 10} %"


def ends(side: "Side") -> list[str]:
    """Return the two ends of a score, low and high; equal ends are a point."""
    return [side.low, side.high]


def bands(side: "Side") -> list[str]:
    """Return the bands of the two ends (E7)."""
    return [side.low_band, side.high_band]
