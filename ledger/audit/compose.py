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
from ledger.audit.opinion import opine
from ledger.audit.phrase import names_of, sentence
from ledger.audit.result import AuditResult
from ledger.tlog.entry import Header


def compose(
    known: Known,
    results: Sequence[CommitmentResult],
    said: Sequence[Said],
    *,
    origin: str,
    genesis: str,
    absent: Sequence[Header] = (),
    ignored: Sequence[Said] = (),
    erased: Sequence[Erased] = (),
) -> AuditResult:
    """Return the whole result of auditing commitments at a view.

    Args:
        known: what the view knows of the closure.
        results: of the commitments, in the order in which they are reported.
        said: all statements of the closure, in entry order; of corrected ones too, for the change log.
        absent: headers of the closure whose statements were erased.
        ignored: statements of the closure that do not count, as their key was compromised by then.
        erased: what logged erasures removed from the closure, at whichever view it stood.
    """
    names = names_of(known)
    audited = Each(results, lambda result: Audited(result, standing(known, result.subject)))
    opinion = opine(results)
    together = totals(known, results if len(results) > 1 else ())
    composed = AuditResult(
        schema_="audit-result.v1",
        origin=origin,
        genesis=genesis,
        view=known.view,
        method=METHOD,
        title=title_of(results),
        level="automated, reproducible",
        subjects=tuple(result.subject for result in results),
        opinion=opinion,
        commitments=(),
        words=tuple(word_lines(known, audited)),
        parties=tuple(party_lines(known, audited)),
        instruments=tuple(instrument_lines(known, audited)),
        findings=tuple(finding for one in audited for finding in findings_of(known, one, names)),
        emphasis=tuple(sentence(text) for text in dict.fromkeys(emphasis_of(known, audited, erased, names))),
        replies=tuple(reply_lines(known, audited)),
        evidence=tuple(evidence_lines(known, results)),
        changes=change_lines(known, audited, said, names),
        not_covered=(
            *(sentence(text) for text in not_covered_of(known, audited, opinion, absent, ignored)),
            *(sentence(f"In no total over the commitments: {why}.") for why in together.left_out if together.totals),
        ),
        totals=together.totals,
        erased=tuple(erased),
        earlier=earlier_of(known, said, results, opinion.code),
    )
    # Not through the model: it would put all of them side by side, and they are results already.
    return composed.model_copy(update={"commitments": results})


def title_of(results: Sequence[CommitmentResult]) -> str:
    """Return the title of the report: it follows from what is audited, so that nobody can choose another."""
    if len(results) == 1:
        return sentence(f"Compliance audit: {results[0].title}")
    return f"Compliance audit of {len(results)} commitments"
