"""Composition: the whole result of an audit, put together from what was assessed and what was said (method §6).

Everything in it is derived: from the results of the commitments, from the statements that the view knows, and from the
rules. Nothing is looked up, nothing depends on the software beyond the method's version, and the parties are treated
alike, in the order of their slugs.
"""

from collections.abc import Sequence

from ledger.assessment import METHOD
from ledger.assessment.link import totals
from ledger.assessment.result import CommitmentResult, Erased
from ledger.assessment.standing import standing
from ledger.assessment.view import Known, Said
from ledger.audit.annex import change_lines, evidence_lines, instrument_lines, party_lines, reply_lines, word_lines
from ledger.audit.emphasis import emphasis_of, not_covered_of
from ledger.audit.finding import Audited, findings_of
from ledger.audit.follow_up import earlier_of
from ledger.audit.kept import Each
from ledger.audit.opinion import OpinionCode, opine
from ledger.audit.phrase import names_of, sentence
from ledger.audit.result import AuditResult
from ledger.audit.scope import Scope, outside
from ledger.audit.shape import SCOPED, SHAPE
from ledger.model.value import Days
from ledger.tlog.entry import Header


def compose(  # noqa: PLR0913, all that an audit is made of, by name
    known: Known,
    results: Sequence[CommitmentResult],
    said: Sequence[Said],
    *,
    origin: str,
    genesis: str,
    absent: Sequence[Header] = (),
    ignored: Sequence[Said] = (),
    erased: Sequence[Erased] = (),
    period: Days | None = None,
    shape: str = SHAPE,
) -> AuditResult:
    """Return the whole result of auditing commitments at a view.

    Args:
        known: what the view knows of the closure.
        results: of the commitments, in the order in which they are reported.
        said: all statements of the closure, in entry order; of corrected ones too, for the change log.
        absent: headers of the closure whose statements were erased.
        ignored: statements of the closure that do not count, as their key was compromised by then.
        erased: what logged erasures removed from the closure, at whichever view it stood.
        period: of which the audit is; the results hold the terms that fall due in it. Null for all of them.
        shape: of the result, one of ``SHAPES``.
    """
    names = names_of(known)
    audited = Each(results, lambda result: Audited(result, standing(known, result.subject)))
    opinion = opine(results, period=period)
    scope = Scope(period=period, outside=tuple(outside(known, (one.subject for one in results), period)))
    unseen = "Nothing of it is known at this view." if shape in SCOPED else ""
    together = totals(known, results if len(results) > 1 else (), by_member=shape in SCOPED)
    composed = AuditResult(
        schema_=shape,  # type: ignore[arg-type]  # one that the verifier knows, or ours
        origin=origin,
        genesis=genesis,
        view=known.view,
        method=METHOD,
        title=title_of(results, opinion.code if shape in SCOPED else None, period),
        level="automated, reproducible",
        subjects=tuple(result.subject for result in results),
        opinion=opinion,
        commitments=(),
        words=tuple(word_lines(known, audited)),
        parties=tuple(party_lines(known, audited)),
        instruments=tuple(instrument_lines(known, audited)),
        findings=tuple(finding for one in audited for finding in findings_of(known, one, names, unseen=unseen)),
        emphasis=tuple(sentence(text) for text in dict.fromkeys(emphasis_of(known, audited, erased, names))),
        replies=tuple(reply_lines(known, audited)),
        evidence=tuple(evidence_lines(known, results)),
        changes=change_lines(known, audited, said, names),
        not_covered=(
            *(sentence(text) for text in not_covered_of(known, audited, opinion, scope, absent, ignored)),
            *(sentence(f"In no total over the commitments: {why}.") for why in together.left_out if together.totals),
        ),
        totals=together.totals,
        erased=tuple(erased),
        earlier=earlier_of(known, said, results, opinion.code, scope),
        scope=scope,
    )
    # Not through the model: it would put all of them side by side, and they are results already.
    return composed.model_copy(update={"commitments": results})


def title_of(results: Sequence[CommitmentResult], opinion: OpinionCode | None, period: Days | None = None) -> str:
    """Return the title of the report: it follows from what is audited, so that nobody can choose another.

    Args:
        opinion: of which nothing is due (A5) is a progress statement; null in the shape whose titles did not say so.
        period: what falls due in which is audited; null for all.
    """
    is_progress = opinion == "A5"
    if len(results) == 1:
        title = f"{'Progress statement' if is_progress else 'Compliance audit'}: {results[0].title}"
    elif is_progress:
        title = f"Progress statement on {len(results)} commitments"
    else:
        title = f"Compliance audit of {len(results)} commitments"
    return sentence(f"{title} (due from {period.start} to {period.end})" if period is not None else title)
