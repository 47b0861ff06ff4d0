"""Remedy (R): what a breach would cost, by the text or by what stands behind it (method §4, E2, E3).

Written, from the remedy in the text and the levers behind the pledge at its time; practised, from whether an announced
consequence followed and which levers have lapsed.
"""

from collections.abc import Iterator, Mapping

from ledger.assessment.enforceability.answerability import last_day
from ledger.assessment.enforceability.case import Case, cite
from ledger.assessment.enforceability.level import Derived, as_written, at, between, reason
from ledger.assessment.result import Cite, Reason
from ledger.assessment.view import Fact
from ledger.model.action import Action
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
    day = case.known.view.as_of
    live = tuple((n, one) for n, one in _standing(case, day) if one.subject not in case.standing.lapsed)
    changed = live != _standing(case, case.body.date)
    level = _derive(case, live) if changed else as_text
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
        says = "the levers that stand at the view are not those of the text's day: derived again"
        return Derived(level.low, level.high, level.reasons, level.unknown, observed=True).also(
            reason("R", level.low, says, case.cite("levers"), *_lapses(case))
        )
    return as_written("R", as_text, "as written: no trigger held, no breach was notified, no lever lapsed", case.cite())


def _standing(case: Case, day: str) -> tuple[tuple[int, Lever], ...]:
    """Return the levers whose own days hold that day, with their places."""
    return tuple(
        (position, one)
        for position, one in enumerate(case.body.levers)
        if (one.since is None or one.since <= day) and (one.until is None or day <= one.until)
    )


def _lapses(case: Case) -> tuple[Cite, ...]:
    """Return the entries by which levers of the pledge lapsed (F4)."""
    subjects = {lever.subject for lever in case.body.levers} & case.standing.lapsed
    lapses = (fact for facts in case.known.amendments.values() for fact in facts if fact.body.lever in subjects)
    return tuple(cite(fact, "lever") for fact in sorted(lapses, key=lambda fact: fact.index))


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
                yield True, reason("R", 3, f"the trigger of {term.id} held, and the consequence followed", *cites)
            case "followed_late" | "not_followed":
                yield (
                    False,
                    reason(
                        "R", 1, f"the trigger of {term.id} held, and the consequence did not follow in time", *cites
                    ),
                )
            case "not_due" | "unknown":
                continue
    for position, one in enumerate(case.actions):
        if one.body.act == "notice":
            yield from _after_notice(case, one, case.actions[position + 1 :])


def _after_notice(case: Case, notice: Fact[Action], later: tuple[Fact[Action], ...]) -> Iterator[tuple[bool, Reason]]:
    """Yield whether a notified breach had its consequence; nothing while its time runs or where it was settled."""
    stage = case.stage(notice.body.stage)
    limit = stage.limit if stage is not None else None
    last = last_day(notice.body.date, limit) if limit is not None else None
    for one in later:
        if one.body.act in _ENDS:
            return
        if one.body.consequence or one.body.act in _CARRIES_OUT:
            says = f"a breach was notified on {notice.body.date}, and the consequence followed on {one.body.date}"
            # Working days are counted without holidays, so a day after the limit may still be in time.
            if last is not None and one.body.date > last and limit is not None and not limit.working:
                yield False, reason("R", 1, f"{says}, after its time ({last})", cite(notice), cite(one))
            else:
                yield True, reason("R", 3, says, cite(notice), cite(one))
            return
    if last is not None and limit is not None and not limit.working and case.known.view.as_of > last:
        says = f"a breach was notified on {notice.body.date}, and no consequence followed by {last}"
        yield False, reason("R", 1, says, cite(notice))
