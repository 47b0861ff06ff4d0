"""Every sentence that a result holds because the method composed it: what a report in another language has to say."""

from collections.abc import Iterator

from ledger.assessment.result import CommitmentResult, Docket, Score, SourceResult, TermResult
from ledger.audit.result import AuditResult


def composed(result: AuditResult) -> Iterator[str]:
    """Yield them, in no order that matters; words of the record are not among them."""
    opinion = result.opinion
    yield from (result.title, result.level, opinion.rule, *opinion.because)
    for part in opinion.parts:
        yield from (part.words, *part.why)
    for commitment in result.commitments:
        yield from _commitment(commitment)
    for total in result.totals:
        yield from (total.words, *total.once)
    for finding in result.findings:
        yield from (finding.criteria, finding.condition, finding.effect, *_said(finding.cause))
    yield from (*result.emphasis, *result.not_covered, *(change.says for change in result.changes))
    for earlier in result.earlier:
        yield from earlier.became


def _said(text: str | None) -> tuple[str, ...]:
    return () if text is None else (text,)


def _commitment(one: CommitmentResult) -> Iterator[str]:
    yield one.validity_reason
    for term in one.terms:
        yield from _term(term)
    yield from _score(one.score)
    for link in one.links:
        yield from (link.words, *_said(link.fault))
    if one.beside is not None:
        yield from (one.beside.quadrant.words, one.beside.performance.words)
        yield from (term.words for term in one.beside.performance.terms)
        yield from (lever.words for lever in one.beside.leverage)
    if one.docket is not None:
        yield from _docket(one.docket)


def _term(term: TermResult) -> Iterator[str]:
    yield from (*_said(term.reason), *term.imputed, *term.findings, *term.deciding)
    yield from (one.words for several in (term.flips, term.directions, term.ratios, term.depths) for one in several)
    for gap in term.discrepancies:
        yield from gap.words
    yield from (refused.reason for refused in term.not_admissible)
    for moved in term.moved:
        yield from _said(moved.reason)
    if term.trigger is not None:
        yield from (term.trigger.reason, *term.trigger.happened)
    for reading in term.readings:
        yield from (*_said(reading.reason), *reading.causes)
        for source in reading.sources:
            yield from _source(source)


def _source(source: SourceResult) -> Iterator[str]:
    yield from (*_said(source.reason), *_said(source.why_not), *source.flags)
    yield from (flip.words for flip in source.flips)
    if source.projection is not None:
        yield source.projection.words
    for ratio in source.ratios:
        yield from (ratio.words, *_said(ratio.reason))


def _score(score: Score) -> Iterator[str]:
    yield from score.unknown
    for side in (score.written, score.practised):
        yield from _said(side.why_no_point)
        if side.robustness is not None:
            yield side.robustness.words
    for dimension in score.dimensions:
        for level in (dimension.written, dimension.practised):
            yield from (reason.says for reason in (*level.reasons, *level.attested))
    yield from (up.earns for up in score.raises)
    yield from (gate.says for gate in score.gates)
    if score.objection is not None:
        yield score.objection.words


def _docket(docket: Docket) -> Iterator[str]:
    yield from (*_said(docket.why), *docket.notes)
    for stage in docket.stages:
        yield stage.words
        if stage.deadline is not None:
            yield from (stage.deadline.limit, *_said(stage.deadline.why))
    yield from (one.words for several in (docket.permitted, docket.days, docket.lapses) for one in several)
