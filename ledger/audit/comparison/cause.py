"""Causes: which entry, day or version made two audits differ (R1).

An audit cites the entries that each part of it rests on, so the entries that a part cites anew, or no more, are what
made it another. Where none is cited otherwise, a day that passed between the views may have, or another statement that
bears on the commitment. Nothing is guessed: where nothing at hand explains a difference, none is named.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ledger.assessment.history import Because, bearing_on, because_of, passing_days
from ledger.assessment.reconcile.span import day_number, day_text
from ledger.assessment.result import Cite, Erased, TermResult
from ledger.assessment.view import Said, date_of
from ledger.audit.comparison.given import as_data
from ledger.audit.emphasis import erased_words
from ledger.audit.phrase import plain_word
from ledger.audit.result import AuditResult
from ledger.model.determination import View
from ledger.model.retraction import Retraction
from ledger.signing.canonical import Json

_MENDING = frozenset({"correction", "retraction", "revision"})
"""Changes that take the place of an earlier entry, which their words name."""


@dataclass(frozen=True, slots=True)
class Causes:
    """What could have made two audits differ.

    Attributes:
        entries: what each entry did that either audit tells of, by the statement's name.
        known: names of the statements that the earlier audit cites anywhere; ``later`` those of the later one.
        said: the statements at hand, in entry order; may be none. ``found``: those that bear on a commitment.
    """

    before: AuditResult
    after: AuditResult
    entries: Mapping[str, Because]
    known: frozenset[str]
    later: frozenset[str]
    said: Sequence[Said] = ()
    found: dict[str, Sequence[Said]] = field(default_factory=dict)

    def of(
        self,
        before: Json,
        after: Json,
        *,
        subject: str | None = None,
        term: TermResult | None = None,
        is_timed: bool = False,
    ) -> tuple[Because, ...]:
        """Return why a part of the audit is another: the method, the entries that it cites otherwise, else a day.

        Args:
            before: the part as plain data, null where it was not there; ``after`` likewise.
            subject: the commitment that it is about; ``term`` its term, where it is about one.
            is_timed: a day that passed is a cause beside the entries; else only where there are none.
        """
        if self.before.method != self.after.method:
            return (self._method(),)
        old, new = dict(_cites(before)), dict(_cites(after))
        anew = {name: entry for name, entry in new.items() if name not in old}
        # What the earlier audit told of elsewhere was there already, and is cited here for another reason.
        found = [self._entry(name, entry) for name, entry in anew.items() if name not in self.known]
        found += [one for name, entry in old.items() if name not in new for one in self._left(name, entry)]
        found += [_erasure(one) for one in self._lost() if one.statement in {*old, *new}]
        if is_timed or not found:
            found += self._passed(subject, term)
        if not found and subject is not None:
            found = [because_of(one) for one in self._between(subject)]
        if not found:
            found = [self._entry(name, entry) for name, entry in anew.items()]
        return tuple(sorted(dict.fromkeys(found), key=_place))

    def _method(self) -> Because:
        says = f"the earlier audit is by method {self.before.method}, the later by {self.after.method}"
        return Because(kind="method", says=says, cite=None)

    def _entry(self, name: str, entry: int) -> Because:
        cite = Cite(entry=entry, statement=name)
        return self.entries.get(name) or Because(kind="entry", says=f"entry {entry} is considered", cite=cite)

    def _left(self, name: str, entry: int) -> Iterator[Because]:
        """Yield why an entry is cited no more: what took its place or took it back, or that it is not seen."""
        removers = [*self._removers(entry)]
        yield from removers
        if not removers and name not in self.later and all(one.statement != name for one in self._lost()):
            one = self._entry(name, entry)
            yield one.model_copy(update={"says": f"not seen at the other view: {one.says}"})

    def _removers(self, entry: int) -> Iterator[Because]:
        """Yield what took the place of an entry that is cited no more, or took it back."""
        there = {one.cite.statement for one in self.before.changes}
        for change in self.after.changes:
            is_new = change.kind in _MENDING and change.cite.statement not in there
            if is_new and re.search(rf"\bentry {entry}\b", change.says):
                yield self._entry(change.cite.statement, change.cite.entry)

    def _lost(self) -> Iterator[Erased]:
        """Yield what was erased between the two; a view says so whichever its size."""
        yield from (one for one in self.after.erased if one not in self.before.erased)

    def _passed(self, subject: str | None, term: TermResult | None) -> Iterator[Because]:
        """Yield the days that passed between the two, on which an outcome can turn though nobody says anything."""
        first, last = sorted((self.before.view.as_of, self.after.view.as_of))
        if term is None or first == last:
            return
        days = dict(passing_days(self._bearing(subject), subject)) if subject is not None else {}
        with suppress(ValueError, OverflowError):  # a result that somebody gave may hold any text as a day
            if term.due is not None:
                days.setdefault(day_text(day_number(term.due) + 1), f"the deadline {term.due} has passed")
        yield from (Because(kind="time", says=days[day], cite=None) for day in sorted(days) if first < day <= last)

    def _between(self, subject: str) -> Iterator[Said]:
        """Yield the statements bearing on a commitment that one of the views sees, and not the other."""
        views = self.before.view, self.after.view
        yield from (one for one in self._bearing(subject) if len({_sees(view, one) for view in views}) > 1)

    def _bearing(self, subject: str) -> Sequence[Said]:
        """Return the statements at hand that bear on a commitment, looked for once."""
        if subject not in self.found:
            self.found[subject] = bearing_on(self.said, subject)
        return self.found[subject]


def causes_between(before: AuditResult, after: AuditResult, said: Sequence[Said] = ()) -> Causes:
    """Return what could have made two audits differ, as far as they tell, and the statements at hand."""
    told = {**_told(before), **_told(after)}
    # Of a position the audits tell more: who said it, and which way.
    entries = told | {one.name: because_of(one) for one in said if one.kind != "position" or one.name not in told}
    known, later = (frozenset(name for name, _ in _cites(as_data(one))) for one in (before, after))
    return Causes(before, after, entries, known, later, said)


def _told(result: AuditResult) -> dict[str, Because]:
    """Return what an audit itself tells of the entries that it rests on."""
    found: dict[str, Because] = {}

    def add(kind: str, says: str, cite: Cite) -> None:
        found[cite.statement] = Because(kind=kind, says=says, cite=Cite(entry=cite.entry, statement=cite.statement))

    for words in result.words:
        add("commitment", f"commitment {words.subject}", words.cite)
    for instrument in result.instruments:
        add("instrument", f"instrument {instrument.slug}: {instrument.title}", instrument.cite)
    for party in result.parties:
        if party.cite is not None:
            add("party", f"party {party.slug}", party.cite)
    for line in result.evidence:
        day = ", a day imputed" if line.imputed else ""
        add("evidence", f"{line.authority}/{line.channel} published on {line.published}{day}", line.cite)
    for reply in result.replies:
        add("position", f"{reply.party} {plain_word(reply.stance)} on {reply.date}", reply.cite)
    for change in result.changes:
        if change.kind != "revision":  # what was revised is told by its evidence
            add(change.kind, f"{change.subject}: {change.says}", change.cite)
    for erased in result.erased:
        one = _erasure(erased)
        if one.cite is not None:
            found[one.cite.statement] = one
    return found


def _erasure(erased: Erased) -> Because:
    return Because(kind="erasure", says=erased_words(erased), cite=Cite(entry=erased.entry, statement=erased.statement))


def _cites(part: Json) -> Iterator[tuple[str, int]]:
    """Yield name and index of every entry that a part cites, in order; the same one may come twice."""
    pending: list[Json] = [part]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            entry, name = one.get("entry"), one.get("statement")
            if isinstance(entry, int) and isinstance(name, str):
                yield name, entry
            pending += one.values()
        elif isinstance(one, list):
            pending += one


def _sees(view: View, one: Said) -> bool:
    body = one.statement.body
    is_mended = isinstance(body, Retraction) and body.ground == "recorded_in_error"
    return one.index < view.size and (is_mended or date_of(one.statement) <= view.as_of)


def _place(one: Because) -> tuple[int, str]:
    return one.cite.entry if one.cite is not None else -1, one.says
