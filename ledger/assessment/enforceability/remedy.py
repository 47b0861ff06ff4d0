"""Remedy (R): what a breach would cost, by the text or by what stands behind it (method §4, E2, E3).

Written, from the remedy in the text and the levers behind the pledge at its time; practised, from whether an announced
consequence followed and which levers have lapsed.
"""

from collections.abc import Iterator, Mapping

from ledger.assessment.enforceability.case import Case, cite
from ledger.assessment.enforceability.level import Derived, as_written, at, between, observed, reason
from ledger.assessment.limit import ends_on, is_imputed
from ledger.assessment.result import Reason
from ledger.assessment.view import Fact
from ledger.model.action import Action
from ledger.model.amendment import Amendment
from ledger.model.commitment import Lever
from ledger.model.instrument import Remedy

_CARRIES_OUT: frozenset[str] = frozenset({"remedy", "suspension"})
"""Acts that carry a consequence out; any act does that is recorded as the consequence announced."""

_ENDS: frozenset[str] = frozenset({"waiver", "excuse", "settlement"})
"""After these no consequence is owed."""


_SHORT_OF: Mapping[str, str] = {"self_judged": "PL604", "with_leave": "PL605", "fixed": "PL606"}
"""The lint's rule of a remedy in the text that is not yet fixed and tied to the test (E9)."""


def written(case: Case) -> Derived:
    """Return the level of the text and of the levers that stood behind it on its day (E2)."""
    return _derive(case, _standing(case, case.body.date))


def practised(case: Case, *, as_text: Derived) -> Derived:
    """Return the level as it proved: at least 3 where a consequence followed, at most 1 where it did not (E3).

    A lever that lapsed is left out first.
    """
    live = _standing(case, case.known.view.as_of)
    level, changed = as_text, live != _standing(case, case.body.date)
    if changed:
        again = _derive(case, live)
        says = "the levers that stand at the view are not those of the text's day: derived again"
        lapses = _lapses(case, by=case.known.view.as_of)
        cites = (case.cite("levers"), *(cite(fact, "lever") for fact in lapses))
        level = observed("R", again, says, *cites, code="E3.R.levers", low=again.low, high=again.high)
    events = tuple(_events(case))
    failed = tuple(why for followed, why in events if not followed)
    kept = tuple(why for followed, why in events if followed)
    if failed:  # what did not follow once weighs more than what did: the lowest, as among terms
        return Derived(min(level.low, 1), min(level.high, 1), (*level.reasons, *failed),
                       level.unknown if level.low < min(level.high, 1) else (), observed=True)  # fmt: skip
    if kept:
        return Derived(max(level.low, 3), max(level.high, 3), (*level.reasons, *kept),
                       level.unknown if level.high > max(level.low, 3) else (), observed=True)  # fmt: skip
    if changed:
        return level
    says = "as written: no trigger held, no breach was notified, no lever lapsed"
    return as_written("R", as_text, says, case.cite("levers"))


def _standing(case: Case, day: str) -> tuple[tuple[int, Lever], ...]:
    """Return the levers whose own days hold that day and that had not lapsed by then, with their places."""
    lapsed = {fact.body.lever for fact in _lapses(case, by=day)}
    return tuple(
        (position, one)
        for position, one in enumerate(case.body.levers)
        if (one.since is None or one.since <= day) and (one.until is None or day <= one.until)
        and one.subject not in lapsed
    )  # fmt: skip


def _lapses(case: Case, *, by: str) -> tuple[Fact[Amendment], ...]:
    """Return the amendments by which levers of the pledge had lapsed by a day, in the order of the log (F4)."""
    subjects = {lever.subject for lever in case.body.levers}
    lapses = (
        fact for facts in case.known.amendments.values() for fact in facts
        if fact.body.lever in subjects and fact.body.effective <= by
    )  # fmt: skip
    return tuple(sorted(lapses, key=lambda fact: fact.index))


def _derive(case: Case, levers: tuple[tuple[int, Lever], ...]) -> Derived:
    """Return the row of remedy and levers, read from 4 down."""
    here = case.cite_instrument("remedy")
    backed = 2 if levers else 0
    names = ", ".join(one.title for _, one in levers)
    cites = tuple(case.cite(f"levers[{position}]") for position, _ in levers)
    remedy = case.document.remedy if case.document is not None else None
    if remedy is None:
        return between("R", backed, 4, "whether the text has a remedy is unknown", here, *cites)
    if isinstance(remedy, Remedy) and remedy.kind != "publicity":
        if remedy.kind == "fixed" and remedy.tied_to_test:
            return at("R", 4, "a remedy fixed in advance and tied to the test", here)
        how = {"self_judged": "self-judged", "with_leave": "needing leave", "fixed": "fixed, but not tied to the test"}
        return at("R", 3, f"a remedy in the text, {how[remedy.kind]}", here, code=_SHORT_OF[remedy.kind])
    if levers:
        says = f"no remedy in the text; a discretionary response outside it: {names}"
        return at("R", 2, says, here, *cites, code="PL603")
    if remedy != "none":
        return at("R", 1, "publicity", here, code="PL602")
    return at("R", 0, "neither remedy nor lever", here, case.cite("levers"), code="PL601")


def _events(case: Case) -> Iterator[tuple[bool, Reason]]:
    """Yield, for every trigger that held and every breach notified, whether its consequence followed in time."""
    for term in case.terms:
        result = case.results.get(term.id)
        if result is None or result.trigger is None or result.trigger.state != "held":
            continue
        cites = result.trigger.cites
        match result.trigger.consequence:
            case "followed":
                says = f"the trigger of {term.id} held, and the consequence followed"
                yield True, reason("R", 3, says, *cites, code="E3.R.trigger-followed")
            case "followed_late" | "not_followed":
                says = f"the trigger of {term.id} held, and the consequence did not follow in time"
                yield False, reason("R", 1, says, *cites, code="E3.R.trigger-failed")
            case "not_due" | "unknown":
                continue
    for position, one in enumerate(case.actions):
        if one.body.act == "notice":
            yield from _after_notice(case, one, case.actions[position + 1 :])


def _after_notice(case: Case, notice: Fact[Action], later: tuple[Fact[Action], ...]) -> Iterator[tuple[bool, Reason]]:
    """Yield whether a notified breach had its consequence; nothing while its time runs or where it was settled."""
    stage = case.stage(notice.body.stage)
    limit = stage.limit if stage is not None and not is_imputed(stage.limit) else None
    # Holidays only lengthen a limit in working days: without its calendar it has no day on which it is over.
    last = ends_on(notice.body.date, limit, case.known.calendars).latest if limit is not None else None
    cites = (cite(notice, "date"),) if stage is None else (cite(notice, "date"), case.cite_instrument("procedure"))
    for one in later:
        if one.body.act in _ENDS:
            return
        if one.body.consequence or one.body.act in _CARRIES_OUT:
            says = f"a breach was notified on {notice.body.date}, and the consequence followed on {one.body.date}"
            if last is not None and one.body.date > last:
                late = f"{says}, after its time ({last})"
                yield False, reason("R", 1, late, *cites, cite(one, "date"), code="E3.R.breach-failed")
            else:
                yield True, reason("R", 3, says, *cites, cite(one, "act"), code="E3.R.breach-followed")
            return
    if last is not None and case.known.view.as_of > last:
        says = f"a breach was notified on {notice.body.date}, and no consequence followed by {last}"
        yield False, reason("R", 1, says, *cites, code="E3.R.breach-failed")
