"""Emphasis of matter, and what an audit does not cover (method §6).

What a reader must not overlook though no outcome is changed by it: numbers that are not in the text, a measure that is
not agreed, levers that lapsed, terms that one side moved alone, sources that are missing, figures that are not what
they seem. Each is derived from a result or a statement, and one sentence says it of whichever party it is true.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from ledger.assessment.result import CommitmentResult, Erased, TermResult
from ledger.assessment.view import Known, Said
from ledger.audit.annex import used_statements
from ledger.audit.finding import Audited
from ledger.audit.opinion import Opinion
from ledger.audit.phrase import Names, counted, joined, listed, name_of, plain_word
from ledger.audit.scope import Scope
from ledger.tlog.entry import Header

_ELSEWHERE: Final = ("publication day", "baseline summed")
"""Beginnings of flags that are no matter of emphasis, or are said of the evidence itself."""

_CONSEQUENCE: Final = {
    "statement": "nothing here rests on it",
    "observations": "they are not counted",
    "raw": "its figures stand, and cannot be imported again",
    "mapping": "its figures stand, and cannot be imported again",
    "copy": "what the statement says stands",
}
"""What an audit makes of it that something was erased."""


def emphasis_of(known: Known, audited: Sequence[Audited], erased: Iterable[Erased], names: Names) -> Iterator[str]:
    """Yield the sentences of emphasis: commitment by commitment, then the evidence, then the log."""
    for one in audited:
        yield from _of_commitment(known, one, names)
        yield from _of_terms(one.result, names)
        yield from _of_figures(one.result)
    yield from _of_evidence(known, used_statements(one.result for one in audited))
    resting: dict[int, list[str]] = {}
    for one in audited:
        for term in one.result.terms:
            for cite in term.erased:
                resting.setdefault(cite.entry, []).append(f"{one.result.subject}/{term.id}")
    for lost in erased:
        yield f"{erased_words(lost).removesuffix('.')}; {_CONSEQUENCE[lost.what]}."
        if lost.entry in resting and lost.what in {"statement", "observations"}:
            on_it = joined(resting.pop(lost.entry))
            yield f"What entry {lost.entry} said could bear on {on_it}, whose outcome is reckoned without it."


def erased_words(one: Erased) -> str:
    """Return in a sentence what was erased, by which entry, on which ground and why."""
    where = f"entry {one.entry} about {one.subject}"
    what = {
        "statement": f"The {one.kind} at {where} was",
        "observations": f"The figures of {where} were",
        "raw": f"The raw file of {where} was",
        "mapping": f"The mapping of {where} was",
        "copy": f"A file that {where} names was",
    }[one.what]
    why = f"on the ground of {one.ground.rstrip('.')}: {one.reason.rstrip('.')}"
    return f"{what} erased by entry {one.by} {why}."


def not_covered_of(
    known: Known,
    audited: Sequence[Audited],
    opinion: Opinion,
    scope: Scope,
    absent: Sequence[Header],
    ignored: Sequence[Said] = (),
) -> Iterator[str]:
    """Yield what this audit leaves out, in sentences."""
    yield "Whether published figures are right is not examined: they are taken as published, each with its vintage."
    yield "Why a party acted as it did is not examined: a cause is printed only where something logged evidences it."
    yield "What is not in this ledger is not examined; that a figure is not here does not mean that it does not exist."
    if scope.period is not None:
        days = f"{scope.period.start} to {scope.period.end}"
        yield f"Asked is what falls due from {days}: other commitments, and other terms of these, are not examined."
        if scope.outside:
            yield f"Terms of these commitments that fall due outside {days}: {joined(scope.outside)}."
    if opinion.running:
        running = joined(f"{one.subject}/{one.term}" for one in opinion.running)
        yield f"The opinion leaves out what is not due at this view, and reports its progress: {running}."
    subjects = {one.result.subject for one in audited}
    for one in audited:
        for link in known.commitments[one.result.subject].body.links:
            if link.commitment not in subjects:
                yield f"{one.result.subject} {plain_word(link.kind)} {link.commitment}, which is not audited here."
    closed = [fact for facts in known.evidence.values() for fact in facts if not fact.body.redistribute]
    if closed:
        yield (
            f"The raw files of {counted(len(closed), 'evidence statement', 'evidence statements')} "
            "may not travel in the bundle; "
            "they are named by digest, and their observations are in it."
        )
    for header in absent:
        yield f"The {header.kind} at entry {header.index} about {header.subject} was erased and is not considered."
    for void in ignored:
        yield (
            f"The {void.kind} at entry {void.index} about {void.subject} is not considered, "
            "as the key that signed it was declared compromised from there or earlier."
        )


def _of_commitment(known: Known, one: Audited, names: Names) -> Iterator[str]:
    result, subject = one.result, one.result.subject
    commitment = known.commitments[subject].body
    if result.validity == "claimed":
        yield f"{subject}: only others than its obligor say that it was promised."
    for lever in commitment.levers:
        if lever.subject in one.standing.lapsed:
            yield f"{subject}: the lever {lever.subject} behind it has lapsed."
    for amendment in one.standing.unaffirmed:
        body = amendment.body
        yield (
            f"{subject}: {listed(names, body.by)} alone would {plain_word(body.change)} it from {body.effective}; "
            "no other side has affirmed that, so the text is read without it."
        )
    if one.standing.suspended:
        yield f"{subject}: suspended at this view: {joined(sorted(one.standing.suspended))}."
    unheard = {stance.party for stance in result.stances if stance.stance == "unknown"}
    heard = {stance.party for stance in result.stances if stance.stance != "unknown"}
    for party in sorted(unheard - heard):
        yield f"{subject}: no position of {name_of(names, party)} is recorded; it is unknown, not silent."


def _of_terms(result: CommitmentResult, names: Names) -> Iterator[str]:
    """Yield what is particular about terms; what is true of several is said once."""
    terms: dict[str, list[str]] = {}
    for term in result.terms:
        for text in _of_term(term, names):
            terms.setdefault(text, []).append(term.id)
    for text, ids in terms.items():
        where = f"/{ids[0]}" if len(ids) == 1 else f" ({joined(ids)})"
        yield f"{result.subject}{where}: {text}"


def _of_term(term: TermResult, names: Names) -> Iterator[str]:
    for imputed in term.imputed:
        yield f"a number is imputed, not in the text: {imputed.rstrip('.')}."
    if term.reason is not None and "measure not agreed" in term.reason:
        yield "the text does not settle the measure, and its readings come out differently."
    if term.trigger is not None and term.trigger.state == "undeterminable":
        yield f"whether the trigger held cannot be determined: {term.trigger.reason.rstrip('.')}."
    for moved in term.moved:
        yield (
            f"{name_of(names, moved.party)} alone names other terms ({moved.says.rstrip('.')}); "
            f"on those the outcome would be {plain_word(moved.outcome)}."
        )
    if term.sources_missing:
        yield f"sources are missing: {joined(term.sources_missing)}."
    if term.contested:
        yield "a party contests what is found; its reply is printed beside."


def _of_figures(result: CommitmentResult) -> Iterator[str]:
    """Yield what is particular about the figures of each channel, once for a commitment."""
    flags: dict[str, dict[str, None]] = {}
    for reading in (reading for term in result.terms for reading in term.readings):
        for source in reading.sources:
            found = flags.setdefault(f"{source.source} by {source.channel}", {})
            found |= dict.fromkeys(flag for flag in source.flags if not flag.startswith(_ELSEWHERE))
            if len({revision.published for revision in source.revisions}) > 1:
                found["earlier publications gave other totals"] = None
    for channel, found in flags.items():
        if found:
            yield f"{result.subject}: {channel}: {'; '.join(found)}."


def _of_evidence(known: Known, used: Collection[str]) -> Iterator[str]:
    """Yield what is particular about the evidence that results rest on: days that are ours, rows that were not read."""
    facts = sorted((fact for group in known.evidence.values() for fact in group), key=lambda fact: fact.index)
    imputed: dict[str, list[str]] = {}
    unread: dict[tuple[str, int], list[str]] = {}
    for fact in facts:
        body, entry = fact.body, f"{fact.index}"
        if fact.name in used and body.vintage.imputed is not None:
            imputed.setdefault(body.vintage.imputed.rstrip("."), []).append(f"{entry} ({body.vintage.published})")
        if fact.name in used and body.rejected.count:
            unread.setdefault((body.raw.digest, body.rejected.count), []).append(entry)
        if points := known.withdrawn.get(fact.name):
            yield f"Entry {entry} ({body.title}): {counted(len(points), 'point was', 'points were')} withdrawn."
    for why, entries in imputed.items():
        yield f"The day of publication is imputed for {_entries(entries)}: {why}."
    for (_, count), entries in unread.items():
        yield f"{counted(count, 'row', 'rows')} of the file behind {_entries(entries)} could not be read."


def _entries(entries: list[str]) -> str:
    return f"{'entry' if len(entries) == 1 else 'entries'} {joined(entries)}"
