"""``pledger status``: what became of each pledge at a view, on three axes that are never folded into one (R11, R12)."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.option import AsOf, Csv, EngineName, Instrument, Json, LedgerDirectory, Party, Size
from ledger.cli.output import Progress, answer, csv_table, note, refuse_both, say, table
from ledger.cli.place import open_chosen, view_words
from ledger.errors import UsageError
from ledger.report.document import bands, ends, status_document, together_document

if TYPE_CHECKING:
    from ledger.assessment.link import Together
    from ledger.assessment.result import CommitmentResult, Erased, Score, Side, SourceResult, TermResult
    from ledger.model.ratio import Ratio

EXAMPLES: Final = """\
\b
Examples:
  pledger status --as-of 2021-12-31
  pledger status phase-one-annex-6-1 --as-of 2026-08-27
  pledger status --as-of 2021-12-31 --size 40 --json
  pledger status --party cn --as-of 2026-08-27
  pledger status --as-of 2021-12-31 --csv
"""

ANSWER: Final = {
    "view": "`size` and `as_of`: what was known (R1)",
    "commitments": (
        "each `subject`, `title`, `date`, `instrument`, `obligors`, `obligees`, `validity` with "
        "`validity_reason`, `disposition`, `terms`, `score` and `band` (`written` and `practised` as pairs: low, "
        "high), `stances`, `cites`, `links` (R16); a term has `id`, `kind`, `outcome`, `reason`, `days_late`, `grade`, "
        "`coverage`, `sources_missing`, `readings`, `ratios` (typed: `kind`, `source`, `channel`, `measure`, "
        "`value`, `words` and what they are reckoned from), `flips` and `deciding` (what would turn or decide it, "
        "R13), `discrepancies` (R8), `depths` (E10), and the further members of the schema `commitment-"
        "result.v1`; `beside` is performance, leverage and quadrant (E10); `erased` lists what all this could rest on, "
        "had it not been erased"
    ),
    "erased": "what the view would know, had no logged erasure removed it: `entry`, `kind`, `subject`, `what`, `by` …",
}
TOGETHER: Final = ANSWER | {
    "totals": (
        "terms of several commitments together, one flow counted once (R16): "
        "`series`, `unit`, `bound`, `target_is`, `owed_low` and `owed_high`, `terms`, `channels` (each `low` and "
        "`high`, `terms`, `without`), `once`, `words`"
    ),
    "left_out": "with `totals`: what is in none of them, each with the reason",
    "credibility": (
        "with `--party`, of that party (E10): `trials`, `mean` and `interval` (low and high), `counted`, `left_out`, "
        "`rules`, `words`; null without it"
    ),
}
CSV: Final = (
    "commitment", "title", "date", "validity", "disposition", "term", "term_title", "kind", "outcome", "reason", "due",
    "days_late", "grade", "coverage", "unit", "bound", "term_target", "target_is", "measure", "reporter", "partner",
    "basis", "source", "channel", "frequency", "vintage", "votes", "why_not", "source_outcome", "low", "high",
    "baseline", "target", "shortfall", "source_coverage", "gross", "gross_high", "incremental", "incremental_high",
    "pace", "pace_high",
)  # fmt: skip
"""The columns of ``--csv``: a row for each term and each channel of its sources; of a term without any, one."""

NUMBERS: Final = (
    "days_late", "coverage", "term_target", "low", "high", "baseline", "target", "shortfall", "source_coverage",
    "gross", "gross_high", "incremental", "incremental_high", "pace", "pace_high",
)  # fmt: skip
"""Those that hold figures: amounts in the term's unit, shares as fractions of one."""

COLUMNS: Final = (
    "Commitment, enforceability, terms",
    "Outcome",
    "Share of the target, or why",
    "Validity",
    "Disposition",
)
WHOLE: Final = ("Outcome", "Validity", "Disposition")


def status(  # noqa: PLR0917, a command's options are its arguments
    subject: Annotated[
        str | None, typer.Argument(metavar="SUBJECT", help="A commitment; else all of them.", show_default=False)
    ] = None,
    as_of: AsOf = None,
    size: Size = None,
    engine: EngineName = None,
    ledger: LedgerDirectory = None,
    party: Party = None,
    instrument: Instrument = None,
    csv: Csv = False,
    json: Json = False,
) -> None:
    """Show what became of each term at a view: outcome, validity and disposition, with the ratios in words.

    With --csv, a row for each term and each channel of its sources; amounts are in the term's unit, ratios fractions.
    """
    refuse_both(csv=csv, json=json)
    is_chosen = party is not None or instrument is not None
    if subject is not None and is_chosen:
        raise UsageError("Give a commitment, or --party and --instrument, not both.")
    with open_chosen(ledger, engine=engine) as opened, Progress("Reconciling pledges and evidence"):
        view = opened.view(as_of, size)
        erased = opened.erased(view)
        if is_chosen:
            results, together = opened.together(view, party=party, instrument=instrument)
            credited = opened.credibility(party, view) if party is not None else None
        else:
            results, together = opened.results(view, () if subject is None else (subject,)), None
            credited = None
    if csv:
        note(view_words(view))
        csv_table(CSV, csv_rows(results), numbers=NUMBERS)
        return
    if json:
        answer(status_document(view, results, erased) | together_document(together, credited))
        return
    say(view_words(view))
    say(*erased_lines(erased if subject is None else results[0].erased))
    if not results:
        say("No commitment is known at this view; record one with pledger record FILE.")
        return
    tell_table(results)
    if subject is not None:
        for result in results:
            say(*detail_lines(result))
    if together is not None:
        say(*together_lines(together))
    if credited is not None:
        say(f"Credibility of {credited.words}", *(f"  {rule}" for rule in credited.rules))


def together_lines(together: "Together") -> Iterator[str]:
    """Yield totals over several commitments in words, with how every shared flow was counted (R16)."""
    for one in together.totals:
        yield f"Together, {one.series}: {one.words}"
        yield f"  {', '.join(one.terms)}"
        yield from (f"  {said}" for said in one.once)
        for channel in one.channels:
            if channel.without:
                yield f"  {channel.source}/{channel.channel} has no figures of {', '.join(channel.without)}"
    if not together.totals:
        yield "No two terms of these are of one series, unit, bound and kind of target, so that there is no total."
    yield from (f"In no total: {why}" for why in together.left_out)


def erased_lines(erased: "Iterable[Erased]") -> Iterator[str]:
    """Yield what was erased, and so is not in the result (R1)."""
    from ledger.audit.emphasis import erased_words

    for one in erased:
        yield f"Erased: {erased_words(one)}"


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


def csv_rows(results: "Iterable[CommitmentResult]") -> Iterator[list[str]]:
    """Yield a row in the columns of ``CSV`` for each term and each channel; what is not known is an empty cell."""
    for result in results:
        for term in result.terms:
            of_term = (
                result.subject, result.title, result.date, result.validity, result.disposition, term.id, term.title,
                term.kind, term.outcome, term.reason, term.due, term.days_late, term.grade, term.coverage, term.unit,
                term.bound, term.target, term.target_is,
            )  # fmt: skip
            channels = [_of_channel(source) for reading in term.readings for source in reading.sources]
            for of_channel in channels or [(None,) * (len(CSV) - len(of_term))]:
                yield ["" if cell is None else str(cell) for cell in (*of_term, *of_channel)]


def _of_channel(source: "SourceResult") -> tuple[object, ...]:
    """Return what one channel says of a term, in the last columns of ``CSV``."""
    ratios = {ratio.kind: (ratio.value, ratio.high) for ratio in source.ratios}
    return (
        source.measure, source.reporter, source.partner, source.basis, source.source, source.channel, source.frequency,
        source.vintage, "yes" if source.votes else "no", source.why_not, source.outcome, source.low, source.high,
        source.baseline, source.target, source.shortfall, source.coverage,
        *(end for kind in ("gross", "incremental", "pace") for end in ratios.get(kind, (None, None))),
    )  # fmt: skip


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
    for link in result.links:
        yield f"  Link: {link.words}{f' ({link.fault})' if link.fault else ''}"
    for term in result.terms:
        yield f"{term.id}: {term.title}"
        yield f"  {term.outcome.replace('_', ' ')}{f': {term.reason}' if term.reason else ''}"
        if term.grade is not None or term.coverage is not None:
            yield f"  Grade {term.grade or 'none'}, coverage {percent(term.coverage)}"
        if term.days_late:
            yield f"  Reached by {term.reached}, at most {term.days_late} days late"
        if term.erased:
            entries = ", ".join(str(cite.entry) for cite in term.erased)
            yield f"  Reckoned without what was erased: {'entry' if len(term.erased) == 1 else 'entries'} {entries}"
        if term.sources_missing:
            yield f"  Sources missing: {', '.join(term.sources_missing)}"
        yield from (f"  {ratio.words}" for ratio in term.ratios)
        yield from _turning(term)
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


def _turning(term: "TermResult") -> Iterator[str]:
    """Yield what would turn a term or decide it, what it may come to, and how far sources are apart (R8, R13, R14)."""
    yield from (f"  Turns on its {flip.changes}: {flip.words}" for flip in term.flips)
    yield from (f"  Would be decided by: {need}" for need in term.deciding)
    for source in (source for reading in term.readings for source in reading.sources):
        if source.projection is not None and source.why_not != "has no figure of the period":
            yield f"  Projection, {source.source}/{source.channel}: {source.projection.words}"
    yield from (f"  Apart: {sentence}" for one in term.discrepancies if one.gap != "0" for sentence in one.words)


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
