"""A vote: how the channels of a source, and then the sources, come to one outcome, never averaged (R8, R11)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ledger.assessment.reconcile.amount import percent
from ledger.assessment.reconcile.reckoning import Reckoning
from ledger.model.determination import Outcome


@dataclass(frozen=True, slots=True)
class SourceVote:
    """A source, and the channel by which it votes if it may vote at all.

    Attributes:
        chosen: the channel of highest coverage, then newest publication, then entry; null where none may vote.
        against: another channel of the same source that decides the other way.
        best: the channel that says most, whether it may vote or not.
    """

    source: str
    chosen: Reckoning | None
    against: Reckoning | None
    best: Reckoning
    reckonings: tuple[Reckoning, ...]

    @property
    def outcome(self) -> Outcome:
        """What the source says."""
        if self.against is not None:
            return "disputed"
        return (self.chosen or self.best).result.outcome

    @property
    def decides(self) -> bool:
        """Whether it votes."""
        return self.chosen is not None and (self.against is not None or self.chosen.is_decided)

    @property
    def known_until(self) -> int:
        """The last day about which any channel that may vote says something; 0 where none may."""
        able = [one for one in self.reckonings if one.bar is None]
        return max((point.span.last for one in able for point in one.channel.points if point.counts), default=0)

    def reached(self, *, after: int) -> int | None:
        """Return the day after another by which the source shows the bound reached.

        Of a total that cannot fall the earliest that any of its channels shows, as each tells only the end of its own
        observation: a year's later than a month's. Of one that can, the day of the channel that votes.
        """
        spoken = self.chosen or self.best
        channels = [one for one in self.reckonings if one.bar is None] if spoken.is_fixed else [spoken]
        return min((one.reached for one in channels if one.reached is not None and one.reached > after), default=None)


@dataclass(frozen=True, slots=True)
class Joint:
    """One outcome out of several, with the reason where the outcome needs one."""

    outcome: Outcome
    reason: str | None


def source_votes(reckonings: Iterable[Reckoning]) -> tuple[SourceVote, ...]:
    """Return one vote for each source, by its name, with every channel marked whether it votes and why not (R8)."""
    by_source: dict[str, list[Reckoning]] = {}
    for one in reckonings:
        by_source.setdefault(one.result.source, []).append(one)
    return tuple(_source_vote(source, channels) for source, channels in sorted(by_source.items()))


def _source_vote(source: str, channels: Sequence[Reckoning]) -> SourceVote:
    ranked = sorted(channels, key=lambda one: one.rank, reverse=True)
    able = [one for one in ranked if one.bar is None]
    chosen = able[0] if able else None
    against = None
    if chosen is not None and chosen.is_decided:
        against = next((one for one in able if one.is_decided and one.result.outcome != chosen.result.outcome), None)
    marked = tuple(_marked(one, chosen) for one in ranked)
    places = {id(old): new for old, new in zip(ranked, marked, strict=True)}
    return SourceVote(
        source=source,
        chosen=places[id(chosen)] if chosen is not None else None,
        against=places[id(against)] if against is not None else None,
        best=marked[0],
        reckonings=marked,
    )


def _marked(one: Reckoning, chosen: Reckoning | None) -> Reckoning:
    """Return a channel's answer with its vote."""
    votes = one is chosen and one.is_decided
    why_not = None if votes else one.bar or _passed_over(one, chosen)
    return replace(one, result=one.result.model_copy(update={"votes": votes, "why_not": why_not}))


def _passed_over(one: Reckoning, chosen: Reckoning | None) -> str:
    if chosen is None or one is chosen:
        return f"is undecided: {one.result.outcome.replace('_', ' ')}"
    mine, theirs = one.total.coverage.joint, chosen.total.coverage.joint
    name = f"{chosen.result.channel} ({chosen.result.frequency})"
    if mine < theirs:
        return f"its source votes by {name}, which covers {percent(theirs)} where this covers {percent(mine)}"
    return f"its source votes by {name}, which is the newer of equal coverage"


def join_sources(votes: Sequence[SourceVote], *, is_closed: bool, is_open_ended: bool) -> Joint:
    """Return what the sources say together (R8, R11).

    Before the deadline a source that has not reached the bound says so, and holds a joint verdict back; after it, one
    that cannot be decided does not vote.
    """
    able = [vote for vote in votes if vote.chosen is not None]
    if disputed := next((vote for vote in able if vote.against is not None), None):
        return Joint("disputed", _channels_differ(disputed))
    deciding = [vote for vote in able if vote.decides]
    outcomes = {vote.outcome for vote in deciding}
    if len(outcomes) > 1:
        said = "; ".join(f"{vote.source} says {vote.outcome.replace('_', ' ')}" for vote in deciding)
        return Joint("disputed", f"admissible figures fall on different sides of the bound: {said}")
    holds_back = not is_closed and not is_open_ended and len(deciding) < len(able)
    if outcomes and not holds_back:
        return Joint(outcomes.pop(), None)
    if is_open_ended:
        return Joint("not_assessable", "no deadline")
    if not is_closed:
        return Joint(_shared_pace([vote.outcome for vote in able if not vote.decides]), None)
    return _unvoted([_why_undecided(vote) for vote in votes])


def _channels_differ(vote: SourceVote) -> str:
    if vote.chosen is None or vote.against is None:
        raise AssertionError("a source is disputed by two of its channels")
    one, other = vote.chosen.result, vote.against.result
    return (
        f"{vote.source} is at odds with itself: {one.channel} says {one.outcome.replace('_', ' ')}, "
        f"{other.channel} says {other.outcome.replace('_', ' ')}"
    )


def _shared_pace(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the pace that all share, else ``not_due``."""
    shared = set(outcomes)
    return shared.pop() if len(shared) == 1 and shared <= {"on_pace", "off_pace"} else "not_due"


def _why_undecided(vote: SourceVote) -> tuple[str, Outcome, str | None]:
    """Return what a source that does not vote says after the deadline: what it lacks, never what it would decide."""
    spoken = vote.chosen or vote.best
    if spoken.too_weak is not None or (spoken.is_decided and spoken.bar is not None):
        return vote.source, "not_assessable", spoken.too_weak or spoken.bar
    return vote.source, spoken.result.outcome, spoken.result.reason


def _unvoted(said: Sequence[tuple[str, Outcome, str | None]]) -> Joint:
    """Return the outcome after the deadline where no source votes: awaited, looked for in vain, or not assessable."""
    for wanted in ("awaiting", "not_reported"):
        for source, outcome, reason in said:
            if outcome == wanted:
                return Joint(outcome, f"{source}: {reason}" if reason else source)
    if not said:
        return Joint("not_assessable", "no admissible evidence in this ledger")
    return Joint(
        "not_assessable", "; ".join(f"{source}: {reason}" for source, _, reason in said if reason) or "coverage"
    )


def _left_out(silent: Sequence[str]) -> str:
    return "a reading does not vote" if len(silent) == 1 else "readings do not vote"


def join_readings(said: Sequence[tuple[str, Outcome, str | None]], *, is_closed: bool, is_open_ended: bool) -> Joint:
    """Return what the readings of an unsettled measure come to (method §2).

    Readings that come out met or not met vote. Where none votes but the figures of one are disputed, so is the term
    (R11).

    Args:
        said: each reading's name, outcome and reason.
    """
    votes = [(name, outcome) for name, outcome, _ in said if outcome in {"met", "not_met"}]
    outcomes = {outcome for _, outcome in votes}
    silent = [name for name, outcome, _ in said if outcome not in {"met", "not_met"}]
    if len(outcomes) > 1:
        ways = "; ".join(f"{name} says {outcome.replace('_', ' ')}" for name, outcome in votes)
        return Joint("disputed", f"measure not agreed: {ways}")
    if outcomes:
        return Joint(outcomes.pop(), f"{_left_out(silent)}: {', '.join(silent)}" if silent else None)
    for name, outcome, reason in said:
        if outcome == "disputed":
            return Joint("disputed", f"{name}: {reason}")
    if is_open_ended:
        return Joint("not_assessable", "no deadline")
    if not is_closed:
        return Joint(_shared_pace([outcome for _, outcome, _ in said]), None)
    awaiting = next(((name, reason) for name, outcome, reason in said if outcome == "awaiting"), None)
    if awaiting is not None:
        return Joint("awaiting", f"{awaiting[0]}: {awaiting[1]}")
    return Joint("not_assessable", "; ".join(f"{name}: {reason or outcome}" for name, outcome, reason in said))
