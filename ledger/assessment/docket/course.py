"""The course of a case through an agreed procedure: which stages opened, until when, and who let one pass (F1, F2).

Events are gone through in the order of their days: limits that ran out the day before, then terms that fell due and
triggers that held, then what was done. On one day an act that comes before another in the usual order of steps comes
first, as entry order is no fact of the world. Nothing is remembered between views, and nothing is done here: the ledger
entitles, a signed action does.

An action belongs to the stage that it names. It opens that stage where nothing else did, and ends it where the stage
says that it ends with such an act. A waiver, excuse, settlement or termination that ends its stage, or names none, ends
all that is open. A stage that leads to another ends when that one opens. Source: F1, F2; R12.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final, Literal, NamedTuple

from ledger.assessment.calendar import Calendar
from ledger.assessment.limit import Ends, ends_on, words_of
from ledger.assessment.reconcile.span import day_number, day_text
from ledger.assessment.result import Cite, DocketAct, DocketDeadline, DocketStage, Permitted
from ledger.assessment.view import Fact
from ledger.model.action import ORDER, Act, Action
from ledger.model.instrument import Actor, Opening, Procedure, Stage

DISPOSES: Final[frozenset[Act]] = frozenset({"waiver", "excuse", "settlement", "termination"})
"""Acts that end a case where they end their stage, or name none."""


class Sides(NamedTuple):
    """The parties of a commitment, each side in the order of slugs."""

    obligors: tuple[str, ...]
    obligees: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Both sides."""
        return tuple(sorted({*self.obligors, *self.obligees}))


class Signal(NamedTuple):
    """What is not done by anybody and can open a stage: a term that fell due, or a trigger that held.

    Attributes:
        day: from which the stage is open.
    """

    day: str
    when: Literal["due", "held"]
    words: str
    cites: tuple[Cite, ...]


@dataclass(slots=True)
class _Opened:
    """A stage on its way, while the course is gone through."""

    stage: Stage
    round: int
    opened: str
    why: str
    complainants: tuple[str, ...]
    ends: Ends | None
    counted_from: str
    cites: list[Cite]
    ended: str | None = None
    how: str = ""
    ended_by: Act | None = None
    is_overdue: bool = False
    followers: list[str] = field(default_factory=list)
    number: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """Everything that came of a procedure by a view."""

    stages: tuple[DocketStage, ...]
    acts: tuple[DocketAct, ...]
    permitted: tuple[Permitted, ...]
    notes: tuple[str, ...]


def run(
    procedure: Procedure,
    actions: Sequence[Fact[Action]],
    signals: Sequence[Signal],
    *,
    sides: Sides,
    calendars: Sequence[Calendar],
    as_of: str,
) -> Course:
    """Return the course of a case by a view.

    Args:
        actions: on the commitment, all that the view knows.
        signals: terms that fell due and triggers that held, in any order.
    """
    return _Run(procedure, sides, calendars, as_of).through(actions, signals)


_EXPIRY, _SIGNAL, _ACT = range(3)


class _Run:
    """Goes through the events of one procedure."""

    def __init__(self, procedure: Procedure, sides: Sides, calendars: Sequence[Calendar], as_of: str) -> None:
        self._procedure, self._sides, self._calendars, self._as_of = procedure, sides, calendars, as_of
        self._opened: list[_Opened] = []
        self._rounds: dict[str, list[_Opened]] = {stage.id: [] for stage in procedure.stages}
        self._acts: list[DocketAct] = []
        self._notes: list[str] = []
        self._events: list[tuple[str, int, int, object]] = []
        self._number = 0

    def through(self, actions: Sequence[Fact[Action]], signals: Sequence[Signal]) -> Course:
        """Return the course."""
        ordered = sorted(actions, key=lambda one: (one.body.date, ORDER.index(one.body.act), one.body.by, one.index))
        for fact in ordered:
            self._expect(fact.body.date, _ACT, fact)
        for signal in sorted(signals, key=lambda one: (one.day, one.when, one.words)):
            self._expect(signal.day, _SIGNAL, signal)
        while self._events:
            day, _, _, event = heappop(self._events)
            match event:
                case _Opened():
                    self._expire(event, day)
                case Signal():
                    self._signal(event)
                case Fact():
                    self._act(event)
                case _:
                    raise AssertionError("every event is one of the three")
        return Course(
            stages=tuple(self._told(one) for one in self._opened),
            acts=tuple(self._acts),
            permitted=tuple(dict.fromkeys(self._permitted())),
            notes=tuple(self._notes),
        )

    def _expect(self, day: str, kind: int, event: object) -> None:
        """Put an event in its place; what lies after the view has not happened."""
        if day <= self._as_of:
            heappush(self._events, (day, kind, self._count(), event))

    def _count(self) -> int:
        self._number += 1
        return self._number

    # --- events -------------------------------------------------------------------------------------------------------

    def _expire(self, one: _Opened, day: str) -> None:
        if one.ended is not None:
            return
        one.is_overdue = True
        why = f"the limit of {one.stage.id} ran out on {_before(day)}"
        self._follow(one, day, why, (), lambda opening: opening.when == "expiry" and opening.stage == one.stage.id)

    def _signal(self, signal: Signal) -> None:
        for stage in self._procedure.stages:
            if any(opening.when == signal.when for opening in stage.opens):
                self._open(stage, signal.day, signal.words, signal.cites, complainants=())

    def _act(self, fact: Fact[Action]) -> None:
        body, here = fact.body, Cite(entry=fact.index, statement=fact.name)
        stage = self._procedure.stage(body.stage)
        if body.stage is not None and stage is None:
            says = f"the {body.act} of {body.date} names the stage {body.stage}, which the procedure does not have"
            self._notes.append(says)
        one = None
        if stage is not None:
            one = self._current(stage, is_act=True)
            if one is None:
                one = self._open(stage, body.date, f"{body.act} by {_listed(body.by)}", (here,), complainants=body.by)
                self._log(fact, one, here, is_opening=True)
            else:
                self._log(fact, one, here, is_opening=False)
        else:
            self._log(fact, None, here, is_opening=False)
        why = f"{body.act} by {_listed(body.by)}"
        self._opens_by_act(one, fact, why, here)
        ends = one is not None and one.ended is None and body.act in one.stage.ends_with
        if ends and one is not None:
            self._end(one, body.date, why, by=body.act)
        if body.act in DISPOSES and (ends or stage is None):
            for each in self._running():
                self._end(each, body.date, why, by=body.act)

    def _opens_by_act(self, one: _Opened | None, fact: Fact[Action], why: str, here: Cite) -> None:
        """Open the stages that such an act opens, at its stage or anywhere."""
        body = fact.body
        name = one.stage.id if one is not None else None
        for stage in self._procedure.stages:
            is_meant = stage.id != name and any(_is_by(opening, body.act, name) for opening in stage.opens)
            # What came too late opens nothing a second time.
            if is_meant and (one is None or stage.id not in one.followers):
                complainants = one.complainants if one is not None else body.by
                self._open(stage, body.date, why, (here,), complainants=complainants or body.by)

    def _follow(
        self, one: _Opened, day: str, why: str, cites: tuple[Cite, ...], is_meant: Callable[[Opening], bool]
    ) -> None:
        for name in one.stage.then:
            stage = self._procedure.stage(name)
            if stage is not None and any(is_meant(opening) for opening in stage.opens):
                self._open(stage, day, why, cites, complainants=one.complainants)

    # --- stages -------------------------------------------------------------------------------------------------------

    def _current(self, stage: Stage, *, is_act: bool = False) -> _Opened | None:
        """Return the round of a stage that stands in the way of another, or that an act at the stage belongs to.

        It is the one that is open, or one that may not be repeated; and a late act belongs to the round that ended,
        where it is not such acts that open the stage.
        """
        rounds = self._rounds[stage.id]
        if not rounds:
            return None
        is_kept = not stage.may_repeat or (is_act and bool(stage.opens))
        return rounds[-1] if rounds[-1].ended is None or is_kept else None

    def _open(
        self, stage: Stage, day: str, why: str, cites: tuple[Cite, ...], *, complainants: tuple[str, ...]
    ) -> _Opened:
        """Open a stage, or return the round that stands in the way: one that is open, or that may not be repeated."""
        standing = self._current(stage)
        if standing is not None:
            return standing
        before = [one for one in self._running() if stage.id in one.stage.then]
        known = next((one.complainants for one in before if one.complainants), ())
        counted_from = self._counted_from(stage, day)
        ends = ends_on(counted_from, stage.limit, self._calendars) if stage.limit is not None else None
        number = 1 + len(self._rounds[stage.id])
        opened = _Opened(stage, number, day, why, known or complainants, ends, counted_from, list(cites))
        for one in before:
            one.followers.append(stage.id)
            self._end(one, day, f"stage {stage.id} opened")
        opened.number = len(self._opened)
        self._opened.append(opened)
        self._rounds[stage.id].append(opened)
        if ends is not None and ends.latest is not None:
            self._expect(_after(max(ends.latest, _before(day))), _EXPIRY, opened)
        return opened

    def _counted_from(self, stage: Stage, day: str) -> str:
        rounds = self._rounds.get(stage.limit.counted_from or "") if stage.limit is not None else None
        return rounds[-1].opened if rounds else day

    def _running(self) -> list[_Opened]:
        """Return the stages that are open, in the order of their opening; of a stage only the last round can be."""
        last = [rounds[-1] for rounds in self._rounds.values() if rounds]
        return sorted((one for one in last if one.ended is None), key=lambda one: one.number)

    def _end(self, one: _Opened, day: str, how: str, *, by: Act | None = None) -> None:
        one.ended, one.how, one.ended_by = day, how, by

    def _log(self, fact: Fact[Action], one: _Opened | None, here: Cite, *, is_opening: bool) -> None:
        body = fact.body
        timing, late = ("untimed", None) if one is None or is_opening else _timing(one, body.date)
        if one is not None and not is_opening:
            one.cites.append(here)
        self._acts.append(
            DocketAct(
                date=body.date, act=body.act, by=body.by, stage=one.stage.id if one is not None else None,
                round=one.round if one is not None else None, what=body.what, timing=timing, days_late=late, cite=here,
            )
        )  # fmt: skip

    # --- what is told -------------------------------------------------------------------------------------------------

    def _told(self, one: _Opened) -> DocketStage:
        state = _state(one)
        by = self._parties(one.stage.by, one.complainants)
        let_pass = by if state in {"overdue", "passed"} else ()
        over = None
        if state == "overdue" and one.ends is not None and one.ends.latest is not None:
            over = day_number(self._as_of) - day_number(one.ends.latest)
        return DocketStage(
            id=one.stage.id, title=one.stage.title, forum=one.stage.forum, round=one.round, opened=one.opened,
            why=one.why, by=by, acts=one.stage.acts, deadline=_deadline(one), state=state, ended=one.ended,
            let_pass=let_pass, days_over=over, words=self._words(one, state, let_pass, over), cites=tuple(one.cites),
        )  # fmt: skip

    def _words(self, one: _Opened, state: str, let_pass: tuple[str, ...], over: int | None) -> str:
        round_ = f", round {one.round}" if one.round > 1 else ""
        opened = f"{one.stage.title}{round_}: open since {one.opened} ({one.why})"
        until = _until(one)
        who = _listed(let_pass) or "the forum" if "forum" in one.stage.by or let_pass else "whoever may act"
        match state:
            case "ended":
                return f"{opened}; ended on {one.ended}: {one.how}"
            case "passed":
                return f"{opened}; its time, until {_last(one)}, was let pass by {who}; {one.how}"
            case "overdue":
                days = f"{over} day{'' if over == 1 else 's'}"
                return f"{opened}; overdue by {days}: its time ran until {_last(one)}, and {who} let it pass"
            case _:
                return f"{opened}; {until}"

    def _parties(self, actors: Sequence[Actor], complainants: tuple[str, ...]) -> tuple[str, ...]:
        """Return the parties that a text means by who they are to the case, in the order of slugs."""
        found: set[str] = set()
        for actor in actors:
            match actor:
                case "complainant":
                    found |= set(complainants or self._sides.all)
                case "respondent":
                    found |= set(self._others(complainants))
                case "obligor":
                    found |= set(self._sides.obligors)
                case "obligee":
                    found |= set(self._sides.obligees)
                case "either":
                    found |= set(self._sides.all)
                case "forum":
                    continue
        return tuple(sorted(found))

    def _others(self, complainants: tuple[str, ...]) -> tuple[str, ...]:
        """Return the side that a complaint is against; both, where nobody complained."""
        if not complainants:
            return self._sides.all
        others = [party for party in self._sides.all if party not in complainants]
        opposite = self._sides.obligors if set(complainants) <= set(self._sides.obligees) else self._sides.obligees
        meant = [party for party in opposite if party not in complainants]
        return tuple(meant or others)

    def _permitted(self) -> Iterator[Permitted]:
        """Yield what may be done next: at every stage that is open, and at those that it, or the last act, leads to."""
        heads = self._running()
        if not heads:
            heads = [one for one in self._opened[-1:] if one.stage.then and one.ended_by not in DISPOSES]
        for one in heads:
            if one.ended is None:
                why = f"stage {one.stage.id} is open since {one.opened}"
                yield self._permit(one.stage, one.complainants, since=one.opened, why=why)
            for name in one.stage.then:
                stage = self._procedure.stage(name)
                if stage is not None and (one.ended is not None or _may_be_begun(stage)):
                    why = f"stage {one.stage.id} leads to it"
                    yield self._permit(stage, one.complainants, since=one.ended or one.opened, why=why)
        for stage in self._procedure.entries:
            rounds = self._rounds[stage.id]
            if not rounds or (stage.may_repeat and rounds[-1].ended is not None):
                why = "a case begins with it" if not rounds else "it may be opened again"
                yield self._permit(stage, (), since=None, why=why)

    def _permit(self, stage: Stage, complainants: tuple[str, ...], *, since: str | None, why: str) -> Permitted:
        to = self._parties(stage.by, complainants)
        role = " or ".join(dict.fromkeys(_ROLES[actor] for actor in stage.by)) or "not said"
        who = _listed(to) if to else (stage.forum if "forum" in stage.by else "whoever the text means")
        acts = " or ".join(stage.acts) if stage.acts else "what the text says"
        when = "at any time" if since is None else f"since {since}"
        return Permitted(
            stage=stage.id, title=stage.title, acts=stage.acts, to=to, role=role, since=since,
            words=f"{stage.title}: {acts}, by {who}, {when} ({why}; it opens when {stage.trigger})",
        )  # fmt: skip


_ROLES: Final[dict[Actor, str]] = {
    "complainant": "the party that complains",
    "respondent": "the party complained against",
    "obligor": "who owes",
    "obligee": "who is owed",
    "either": "either side",
    "forum": "the forum",
}


def _is_by(opening: Opening, act: Act, stage: str | None) -> bool:
    """Whether an opening is by such an act at such a stage, or anywhere."""
    return opening.when == "act" and act in opening.acts and opening.stage in {None, stage}


def _may_be_begun(stage: Stage) -> bool:
    """Whether a party may begin a stage while another runs: nothing else is said to open it, or an act anywhere."""
    return not stage.opens or any(one.when == "act" and one.stage is None for one in stage.opens)


def _state(one: _Opened) -> Literal["open", "overdue", "ended", "passed"]:
    if one.ended is None:
        return "overdue" if one.is_overdue else "open"
    return "passed" if one.is_overdue and one.followers else "ended"


def _timing(one: _Opened, day: str) -> tuple[Literal["in_time", "late", "untimed", "unknown"], int | None]:
    """Return whether an act came in the time of its stage, and by how many days it was late."""
    ends, limit = one.ends, one.stage.limit
    if ends is None or limit is None:
        return "untimed", None
    if ends.latest is not None:
        late = day_number(day) - day_number(ends.latest)
        return ("late", late) if late > 0 else ("in_time", None)
    # Holidays only lengthen a limit that names no calendar; one that names some may have week-ends that work.
    return ("in_time" if limit.calendar is None and day <= ends.earliest else "unknown"), None


def _deadline(one: _Opened) -> DocketDeadline | None:
    if one.ends is None or one.stage.limit is None:
        return None
    calendar = one.ends.calendar
    return DocketDeadline(
        limit=words_of(one.stage.limit), counted_from=one.counted_from, earliest=one.ends.earliest,
        latest=one.ends.latest, why=one.ends.why, is_imputed=one.stage.limit.imputed is not None,
        calendar=calendar.cite if calendar is not None else None,
    )  # fmt: skip


def _last(one: _Opened) -> str:
    """Return the last day of a stage whose time is over."""
    if one.ends is None or one.ends.latest is None:
        raise AssertionError("only what has a last day can be over")
    return f"{one.ends.latest} (imputed)" if _is_imputed(one) else one.ends.latest


def _until(one: _Opened) -> str:
    if one.ends is None:
        return "no time limit is known"
    mark = ", imputed" if _is_imputed(one) else ""
    if one.ends.latest is not None:
        return f"its time runs until {one.ends.latest}{mark}"
    return f"its time runs until {one.ends.earliest} or later{mark}: {one.ends.why}"


def _is_imputed(one: _Opened) -> bool:
    return one.stage.limit is not None and one.stage.limit.imputed is not None


def _before(day: str) -> str:
    return day_text(max(1, day_number(day) - 1))


def _after(day: str) -> str:
    return day_text(min(_LAST, day_number(day) + 1))


_LAST: Final = day_number("9999-12-31")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
