"""Tables about terms: what was owed and what came of it, by source, and the figures that this rests on (method §6).

Every row names its commitment and term; below the term also the measure, the flow, the source and the channel, so that
unlike figures never stand in one row (R7).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from ledger.assessment.result import CommitmentResult, ReadingResult, SourceResult, TermResult
from ledger.audit.result import AuditResult
from ledger.model.ratio import Ratio
from ledger.report.table.column import Cell, Row, Table, columns, entries, number, together, truth

_TERM: Final = "commitment term"
_FLOW: Final = "measure:word reporter:party partner:party"
_SOURCE: Final = f"{_TERM} {_FLOW} basis source channel frequency"


class _Read(NamedTuple):
    """One channel of one source, and whose term it is read for."""

    commitment: CommitmentResult
    term: TermResult
    reading: ReadingResult
    source: SourceResult

    @property
    def key(self) -> Row:
        """The cells that name it, in the columns of ``_SOURCE``."""
        one = self.source
        flow = (one.measure, one.reporter, one.partner)
        return (
            self.commitment.subject, self.term.id, *flow, one.basis or None, one.source, one.channel, one.frequency,
        )  # fmt: skip


def _terms(result: AuditResult) -> Iterator[tuple[CommitmentResult, TermResult]]:
    return ((commitment, term) for commitment in result.commitments for term in commitment.terms)


def _read(result: AuditResult) -> Iterator[_Read]:
    for commitment, term in _terms(result):
        for reading in term.readings:
            yield from (_Read(commitment, term, reading, source) for source in reading.sources)


def _value(source: SourceResult, kind: str, end: str = "value") -> Cell:
    """Return the ratio of one kind; of several paces the first, as the report prints it first."""
    ratio = next((one for one in source.ratios if one.kind == kind), None)
    return None if ratio is None else ratio.value if end == "value" else ratio.high


def _outcomes(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        owed = (term.title, term.bound, term.target, term.target_is, term.unit)
        ends = (number(term.days_late), commitment.disposition, term.grade)
        sources = [source for reading in term.readings for source in reading.sources]
        for one in sources:
            yield (
                commitment.subject, term.id, *owed, one.measure, one.source, one.channel, one.target, one.low, one.high,
                _value(one, "gross"), _value(one, "incremental"), _value(one, "pace"), truth(one.votes), one.outcome,
                term.outcome, *ends, entries(one.cites),
            )  # fmt: skip
        if not sources:
            yield (commitment.subject, term.id, *owed, *(None,) * 11, term.outcome, *ends, entries(term.cites))


def _term_rows(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        yield (
            commitment.subject, term.id, term.title, term.kind, truth(term.material), term.scope, term.period, term.due,
            truth(term.is_due), term.bound, term.target, term.target_is, term.unit, term.outcome, term.reason,
            term.reached, number(term.days_late), term.grade, term.coverage, together(term.sources_missing),
            together(term.imputed), together(term.findings), together(term.deciding), entries(term.contested),
            entries(term.erased), entries(term.cites),
        )  # fmt: skip


def _reading_rows(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        for one in term.readings:
            yield (
                commitment.subject, term.id, one.measure, one.reporter, one.partner, one.named_source, one.outcome,
                one.reason, truth(one.votes), one.reached, number(one.days_late), one.low, one.high, term.unit,
                together(one.causes), together(one.sources_missing),
            )  # fmt: skip


def _source_rows(result: AuditResult) -> Iterator[Row]:
    for read in _read(result):
        one = read.source
        yield (
            *read.key, truth(one.votes), one.why_not, one.outcome, one.reason, one.low, one.high, one.baseline,
            one.target, one.shortfall, read.term.unit, one.coverage, one.period_coverage, one.scope_coverage,
            one.coverage_weighed_by, one.vintage, one.reached, number(one.days_late), one.grade, together(one.flags),
            entries(one.cites), entries(one.tables),
        )  # fmt: skip


def _ratio_rows(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        sources = [ratio for reading in term.readings for source in reading.sources for ratio in source.ratios]
        # The term repeats those that decide it: each ratio is told once.
        for one in {ratio.model_dump_json(): ratio for ratio in (*sources, *term.ratios)}.values():
            yield (commitment.subject, *_ratio(one))


def _ratio(one: Ratio) -> Row:
    return (
        one.term, one.kind, one.measure, one.reporter, one.partner, one.basis or None, one.source, one.channel,
        one.vintage, one.scope, one.period.start, one.period.end, one.coverage, one.numerator, one.denominator,
        one.denominator_value, one.unit, one.proration, one.value, one.high, one.reason, one.words,
    )  # fmt: skip


def _point_rows(result: AuditResult) -> Iterator[Row]:
    for read in _read(result):
        yield from (
            (*read.key, one.start, one.end, one.value, read.term.unit, one.status) for one in read.source.points
        )


def _revision_rows(result: AuditResult) -> Iterator[Row]:
    for read in _read(result):
        unit = read.term.unit
        yield from ((*read.key, one.published, one.actual, unit, str(one.entry)) for one in read.source.revisions)


def _member_rows(result: AuditResult) -> Iterator[Row]:
    for read in _read(result):
        for one in read.source.members:
            yield (*read.key, one.member, together(one.days), one.share, one.coverage, one.value, read.term.unit)


def _rate_rows(result: AuditResult) -> Iterator[Row]:
    for read in _read(result):
        for one in read.source.rates:
            yield (*read.key, one.start, one.end, one.priced, one.priced_in, one.value, str(one.cite.entry))


def _listed_rows(result: AuditResult) -> Iterator[Row]:
    for read in _read(result):
        for one in read.source.listed:
            yield (*read.key, one.classification, one.code, one.why, one.value, one.unit, one.share)


def _projection_rows(result: AuditResult) -> Iterator[Row]:
    for read in _read(result):
        if (one := read.source.projection) is not None:
            yield (
                *read.key, one.until, together(one.seasons), one.low, one.high, read.term.unit, one.expected,
                one.reason, one.words,
            )  # fmt: skip


def _test_rows(result: AuditResult) -> Iterator[Row]:
    for read in _read(result):
        for one in read.source.projection.tests if read.source.projection is not None else ():
            yield (*read.key, one.period, one.low, one.high, one.came, read.term.unit, truth(one.inside))


def _flip_rows(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        for where, flips in (
            ("joint", term.flips),
            *(("source", source.flips) for reading in term.readings for source in reading.sources),
        ):
            for one in flips:
                yield (
                    commitment.subject, term.id, where, one.changes, one.source, one.channel, one.code, one.by,
                    term.unit, one.share, one.becomes, one.words,
                )  # fmt: skip


def _gap_rows(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        for one in term.discrepancies:
            ends = (commitment.subject, term.id, one.first, one.second)
            yield (
                *ends, None, None, None, None, one.gap, term.unit, one.share, one.rest, truth(one.is_mirror),
                truth(one.agrees), together(one.words),
            )  # fmt: skip
            for gap in one.periods:
                yield (*ends, gap.start, gap.end, gap.first, gap.second, gap.gap, term.unit, gap.share, *(None,) * 4)


def _cause_rows(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        for gap in term.discrepancies:
            for one in gap.causes:
                yield (
                    commitment.subject, term.id, gap.first, gap.second, one.kind, one.low, one.high, term.unit,
                    one.words, one.rests_on,
                )  # fmt: skip


def _refused_rows(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        for one in term.not_admissible:
            yield (commitment.subject, term.id, one.series, one.reason, str(one.entry), one.statement)


def _direction_rows(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        for one in term.directions:
            yield (
                commitment.subject, term.id, one.source, one.channel, one.before_period, one.before, one.after_period,
                one.after, term.unit, one.observed, one.words, entries(one.cites),
            )  # fmt: skip


def _trigger_rows(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        if (one := term.trigger) is not None:
            yield (
                commitment.subject, term.id, one.state, one.reason, one.consequence, together(one.happened),
                entries(one.cites),
            )  # fmt: skip


def _moved_rows(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        for one in term.moved:
            yield (
                commitment.subject, term.id, one.party, one.says, one.outcome, one.reason, number(one.days_late),
                str(one.cite.entry),
            )  # fmt: skip


def _depth_rows(result: AuditResult) -> Iterator[Row]:
    for commitment, term in _terms(result):
        for one in term.depths:
            yield (
                commitment.subject, term.id, one.source, one.channel, one.counterfactual, one.period, one.amount,
                one.target, term.unit, one.value, one.reason, one.words,
            )  # fmt: skip


TABLES: Final = (
    Table("outcomes", columns(
        f"{_TERM} title:text bound:word/cell.bound target:amount target_is:word/cell.target_is unit:unit "
        "measure:word source channel adjusted_target:amount actual_low:amount actual_high:amount gross:share "
        "incremental:share pace:share votes:word/truth source_outcome:word/outcome outcome:word days_late:count "
        "disposition:word grade entries:entries"
    ), _outcomes),
    Table("terms", columns(
        f"{_TERM} title:text kind:word material:word/truth scope:text period due:day is_due:word/truth "
        "bound:word/cell.bound target:amount target_is:word/cell.target_is unit:unit outcome:word reason:said "
        "reached:day days_late:count grade coverage:share sources_missing imputed:said findings:said deciding:said "
        "contested:entries erased:entries entries:entries"
    ), _term_rows),
    Table("readings", columns(
        f"{_TERM} {_FLOW} named_source outcome:word reason:said votes:word/truth reached:day days_late:count "
        "actual_low:amount actual_high:amount unit:unit causes:said sources_missing"
    ), _reading_rows),
    Table("sources", columns(
        f"{_SOURCE} votes:word/truth why_not:said outcome:word reason:said actual_low:amount actual_high:amount "
        "baseline:amount adjusted_target:amount shortfall:amount unit:unit coverage:share period_coverage:share "
        "scope_coverage:share coverage_weighed_by:said vintage:day reached:day days_late:count grade flags:said "
        "entries:entries tables:entries"
    ), _source_rows),
    Table("ratios", columns(
        f"{_TERM} ratio:word/cell.ratio {_FLOW} basis source channel vintage:day scope:text start:day end:day "
        "coverage:share numerator:amount denominator:word/cell.denominator denominator_value:amount unit:unit "
        "proration:word ratio_value:share ratio_high:share reason:said words:said"
    ), _ratio_rows),
    Table("points", columns(f"{_SOURCE} start:day end:day amount:amount unit:unit status:word"), _point_rows),
    Table("revisions", columns(f"{_SOURCE} published:day amount:amount unit:unit entry:entry"), _revision_rows),
    Table("members", columns(
        f"{_SOURCE} member:party days share:share coverage:share amount:amount unit:unit"
    ), _member_rows),
    Table("rates", columns(f"{_SOURCE} start:day end:day priced priced_in rate:amount entry:entry"), _rate_rows),
    Table("listed", columns(
        f"{_SOURCE} classification code why:word/listed amount:amount unit:unit share:share"
    ), _listed_rows),
    Table("projections", columns(
        f"{_SOURCE} until:day seasons low:amount high:amount unit:unit expected:share reason:said words:said"
    ), _projection_rows),
    Table("backtests", columns(
        f"{_SOURCE} season low:amount high:amount came:amount unit:unit inside:word/truth"
    ), _test_rows),
    Table("flips", columns(
        f"{_TERM} of:word/cell.flip_of changes:word/cell.changes source channel code by:amount unit:unit share:share "
        "becomes:word/outcome words:said"
    ), _flip_rows),
    Table("gaps", columns(
        f"{_TERM} first second start:day end:day first_amount:amount second_amount:amount gap:amount unit:unit "
        "share:share rest:amount is_mirror:word/truth agrees:word/truth words:said"
    ), _gap_rows),
    Table("causes", columns(f"{_TERM} first second cause:said low:amount high:amount unit:unit words:said rests_on:said"
    ), _cause_rows),
    Table("not_admissible", columns(f"{_TERM} series reason:said entry:entry statement"), _refused_rows),
    Table("directions", columns(
        f"{_TERM} source channel before_period before:amount after_period after:amount unit:unit observed:word "
        "words:said entries:entries"
    ), _direction_rows),
    Table("triggers", columns(
        f"{_TERM} trigger:word reason:said consequence:word happened:said entries:entries"
    ), _trigger_rows),
    Table("moved", columns(
        f"{_TERM} party:party says:said outcome:word reason:said days_late:count entry:entry"
    ), _moved_rows),
    Table("depths", columns(
        f"{_TERM} source channel counterfactual:word/cell.counterfactual period:said amount:amount target:amount "
        "unit:unit depth:share reason:said words:said"
    ), _depth_rows),
)  # fmt: skip
"""The tables about terms, in the order in which they are read."""
