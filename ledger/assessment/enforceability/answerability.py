"""Answerability (A): before whom a party can be made to answer (method §4, E2, E3).

Written, from the forum that the instrument names; practised, from whether that forum was seised by a logged action and
answered in its time.
"""

from typing import Literal

from ledger.assessment.enforceability.case import Case, cite
from ledger.assessment.enforceability.level import Derived, as_written, at, between, observed
from ledger.assessment.limit import ends_on, is_imputed
from ledger.assessment.view import Fact
from ledger.model.action import Action
from ledger.model.instrument import Forum

_TALKS: frozenset[str] = frozenset({"consultation", "peer_review", "publicity"})
_JUDGES: frozenset[str] = frozenset({"compliance_body", "arbitration", "court"})

_LEAVE: frozenset[str] = frozenset({"consent", "blockable"})
"""How a party complained of may keep a forum from it."""

_SEISES: frozenset[str] = frozenset({"appeal", "consultation"})
"""Acts that seise a forum by themselves; a notice or an escalation does so where it names a stage of the procedure."""

_ANSWERS: frozenset[str] = frozenset(
    {"report", "assessment", "consultation", "decision", "remedy", "waiver", "excuse", "settlement"}
)
"""Acts of the other side that answer; a settlement, a waiver or an excuse answers whoever makes it."""

_ENDS: frozenset[str] = frozenset({"waiver", "excuse", "settlement"})


def written(case: Case) -> Derived:
    """Return the level of the forum in the text (E2)."""
    here = case.cite_instrument("forum")
    if case.document is None or case.document.forum is None:
        return between("A", 0, 4, "whether the text names a forum is unknown", here)
    forum = case.document.forum
    if forum == "none":
        return at("A", 0, "no forum", here, code="PL501")
    return _of_forum(forum, case)


def _of_forum(forum: Forum, case: Case) -> Derived:
    here = case.cite_instrument("forum")
    name = forum.kind.replace("_", " ")
    if forum.kind in _TALKS:
        return at("A", 1, f"{name} only, which finds nothing that could bind", here, code="PL502")
    if forum.binding and forum.consent == "compulsory":
        return at("A", 4, f"{name}, compulsory and binding", here)
    if forum.binding and forum.consent is None:
        return between("A", 3, 4, f"{name}, binding; whether it needs consent is unknown", here)
    if forum.binding or forum.kind in _JUDGES:
        how = {
            "consent": "by consent",
            "blockable": "blockable",
            "compulsory": "compulsory, but its finding does not bind",
        }
        says = f"{name}, {how.get(forum.consent or '', 'its finding does not bind')}"
        return at("A", 3, says, here, code="PL505" if forum.binding or forum.consent in _LEAVE else "PL506")
    if forum.deadlines or forum.kind == "expert_review":
        says = f"{name}{' with deadlines' if forum.deadlines else ''}, no binding finding"
        return at("A", 2, says, here, code="PL504")
    return at("A", 1, f"{name} without deadlines, no binding finding", here, code="PL503")


def practised(case: Case, *, as_text: Derived) -> Derived:
    """Return the level as the forum proved: answered in time, one up; its time passed, at most 1 (E3)."""
    seised = _latest_seisure(case)
    if seised is None or (case.document is not None and case.document.forum == "none"):
        return as_written("A", as_text, "as written: nobody seised a forum of the text", case.cite_instrument("forum"))
    state, action, says = seised
    if state == "open":
        return as_written("A", as_text, f"as written: {says}", cite(action, "date"))
    shift, code = (_up, "E3.A.answered") if state == "answered" else (_at_most_one, "E3.A.passed")
    low, high = shift(as_text.low), shift(as_text.high)
    return observed("A", as_text, says, cite(action, "date"), code=code, low=low, high=high)


def _up(level: int) -> int:
    return min(level + 1, 4)


def _at_most_one(level: int) -> int:
    return min(level, 1)


def _latest_seisure(case: Case) -> tuple[Literal["answered", "passed", "open"], Fact[Action], str] | None:
    """Return what became of the latest time that a forum was seised, with the action and a sentence."""
    seising: Fact[Action] | None = None
    answer: Fact[Action] | None = None
    for one in case.actions:
        if seising is not None and answer is None and _answers(one.body, seising.body):
            answer = one
        elif one.body.act in _SEISES or (
            one.body.act in {"notice", "escalation"} and case.stage(one.body.stage) is not None
        ):
            seising, answer = one, None
    if seising is None:
        return None
    return (*_became(case, seising, answer),)


def _answers(later: Action, seising: Action) -> bool:
    return later.act in _ENDS or (later.act in _ANSWERS and not set(later.by) & set(seising.by))


def _became(
    case: Case, seising: Fact[Action], answer: Fact[Action] | None
) -> tuple[Literal["answered", "passed", "open"], Fact[Action], str]:
    stage = case.answering(seising.body)
    limit = stage.limit if stage is not None and not is_imputed(stage.limit) else None
    day = seising.body.date
    if limit is None:
        # Whether an answer came in time cannot be said of a time that is not known.
        return "open", seising, f"seised on {day}, but the time within which it must answer is unknown"
    ends = ends_on(day, limit, case.known.calendars)
    last = ends.latest or ends.earliest
    is_certain = ends.latest is not None or limit.calendar is None
    if answer is not None and answer.body.date <= last and is_certain:
        return "answered", answer, f"seised on {day} and answered on {answer.body.date}, in time (until {last})"
    if ends.latest is None:
        # Holidays only lengthen the time: without the calendar in hand it cannot be said to have passed.
        return "open", seising, f"seised on {day}; without its holiday calendar the limit cannot be said to have passed"
    if answer is not None or case.known.view.as_of > last:
        return "passed", answer or seising, f"seised on {day}, and not answered by {last}"
    return "open", seising, f"seised on {day}; its time runs until {last}"
