"""A quantity read from figures: every reading, every source, and what they come to (method §2, R8, R11, R18)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ledger.assessment.reconcile.amount import exact_or_rounded
from ledger.assessment.reconcile.asked import Asked, window_of
from ledger.assessment.reconcile.assembled import admit_all
from ledger.assessment.reconcile.cause import agree, causes, discrepancies, is_mirror
from ledger.assessment.reconcile.depth import depths
from ledger.assessment.reconcile.flip import flips_of, joint_flips
from ledger.assessment.reconcile.need import needs_of
from ledger.assessment.reconcile.reckoning import LEAST_SCOPE, Reckoning, reckon, when_reached
from ledger.assessment.reconcile.span import Span, day_number, day_text
from ledger.assessment.reconcile.vote import Joint, SourceVote, join_readings, join_sources, source_votes
from ledger.assessment.result import Depth, Discrepancy, Flip, Grade, NotAdmissible, ReadingResult, SourceResult
from ledger.assessment.route import currency_of
from ledger.assessment.selection import Selected, query_of
from ledger.assessment.view import Known
from ledger.model.determination import Outcome
from ledger.model.ratio import Ratio
from ledger.model.term import QuantityTerm, Reading


@dataclass(frozen=True, slots=True)
class Weighed:
    """A quantity as all its figures have it.

    Attributes:
        missing: named sources, or readings, that do not vote (R8, method §2).
        flips: what would turn the joint outcome; ``needs`` what would decide one that is open (R13).
        apart: how far apart every two sources on one flow are (R8).
        depths: how deep the target is on each channel that votes, else on those that say most (E10).
    """

    joint: Joint
    readings: tuple[ReadingResult, ...]
    missing: tuple[str, ...]
    refused: tuple[NotAdmissible, ...]
    ratios: tuple[Ratio, ...]
    grade: Grade | None
    coverage: str | None
    reached: str | None
    days_late: int | None
    flips: tuple[Flip, ...]
    needs: tuple[str, ...]
    apart: tuple[Discrepancy, ...]
    depths: tuple[Depth, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """One reading: what was asked (null without a scope), what its sources say, what was refused."""

    asked: Asked | None
    reading: Reading
    joint: Joint
    votes: tuple[SourceVote, ...]
    refused: tuple[NotAdmissible, ...]

    @property
    def name(self) -> str:
        return f"{self.reading.type}/{self.reading.reporter}/{self.reading.partner}"

    @property
    def decides(self) -> bool:
        return self.joint.outcome in {"met", "not_met"}

    def chosen(self) -> Iterator[Reckoning]:
        """Yield one channel of every source: the one that may vote, else the one that says most."""
        yield from (vote.chosen or vote.best for vote in self.votes)


def weigh(known: Known, selected: Selected, subject: str, term: QuantityTerm) -> Weighed:
    """Return what the figures say of a quantity at this view.

    Raises:
        UnitError: a unit that no stated factor is known for (R5).
    """
    due = day_number(term.due) if term.due is not None else None
    is_closed = due is not None and day_number(known.view.as_of) > due
    read = tuple(_read(known, selected, subject, term, reading) for reading in term.measures)
    return _weighed(known, term, read, _together(term, read, is_closed=is_closed), is_closed=is_closed)


def _together(term: QuantityTerm, read: Sequence[_Read], *, is_closed: bool) -> Joint:
    """Return what all readings, or all named sources, come to (R8, method §2)."""
    is_open_ended = term.due is None
    if term.named is not None:
        votes = [vote for one in read for vote in one.votes]
        return _awaited(
            read, join_sources(votes, is_closed=is_closed, is_open_ended=is_open_ended), is_closed=is_closed
        )
    if term.readings is not None:
        said = [(one.name, one.joint.outcome, one.joint.reason) for one in read]
        return join_readings(said, is_closed=is_closed, is_open_ended=is_open_ended)
    return read[0].joint


def _missing(term: QuantityTerm, read: Sequence[_Read], *, is_closed: bool) -> tuple[str, ...]:
    """Return the named sources, or the readings, that do not vote."""
    if term.readings is not None:
        has_vote = any(one.decides for one in read)
        return tuple(one.name for one in read if not one.decides and (has_vote or is_closed or term.due is None))
    return tuple(source for one in read if (source := _missing_source(one)) is not None)


def _read(known: Known, selected: Selected, subject: str, term: QuantityTerm, reading: Reading) -> _Read:
    """Read a term by one measure, source by source, in the order of R3 to R11."""
    query = query_of(term, reading)
    if query is None:
        return _Read(None, reading, Joint("not_assessable", "the term names no scope to count by"), (), ())
    commitment = known.commitments[subject]
    asked = Asked(
        known=known,
        selected=selected,
        subject=subject,
        commitment=commitment,
        term=term,
        reading=reading,
        query=query,
        window=window_of(term, pledged=commitment.body.date, as_of=known.view.as_of),
        due=day_number(term.due) if term.due is not None else None,
    )
    days = [asked.window, *([Span(query.weigh_from, query.weigh_to)] if query.weigh_from else [])]
    admitted = admit_all(known, selected, query, reading, unit=term.unit, days=days, taken=_taken(asked))
    votes = source_votes(one for channel in admitted.channels for one in reckon(asked, channel))
    return _Read(asked, reading, _joined(asked, votes), votes, admitted.refused)


def _taken(asked: Asked) -> dict[str, str]:
    """Return by currency the other terms that count the same flow in it, on some of the same days (R3, R5).

    A loan in dollars and in special drawing rights is two terms: a payment is of one of them, whatever rates there are.
    """
    term, ours = asked.term, currency_of(asked.term.unit)
    found: dict[str, str] = {}
    for other in asked.commitment.body.terms if ours is not None else ():
        if not isinstance(other, QuantityTerm) or other.id == term.id or asked.reading not in other.measures:
            continue
        if (currency := currency_of(other.unit)) in {None, ours, *found}:
            continue
        window = window_of(other, pledged=asked.commitment.body.date, as_of=asked.known.view.as_of)
        query = query_of(other, asked.reading) if window.meets(asked.window) else None
        if currency is not None and query is not None and query[:4] == asked.query[:4]:
            found[currency] = other.id
    return found


def _joined(asked: Asked, votes: Sequence[SourceVote]) -> Joint:
    """Return what the sources of one reading say together."""
    if not votes and asked.is_closed:
        return _absent(asked, asked.reading.source)
    return join_sources(votes, is_closed=asked.is_closed, is_open_ended=asked.is_open_ended)


def _reread(one: _Read, old: Reckoning, new: Reckoning) -> _Read:
    """Return a reading in which one answer takes the place of another (R13)."""
    reckonings = [reckoning for vote in one.votes for reckoning in vote.reckonings]
    if one.asked is None or not any(reckoning is old for reckoning in reckonings):
        return one
    votes = source_votes(new if reckoning is old else reckoning for reckoning in reckonings)
    return replace(one, votes=votes, joint=_joined(one.asked, votes))


def _absent(asked: Asked, source: str | None) -> Joint:
    """Return what a reading without evidence comes to after the deadline: sought in vain, awaited, or not there.

    Only a source that the text names is awaited: of another nobody can tell what its usual lag would be.
    """
    if (looked := asked.looked_in_vain(source)) is not None:
        return Joint("not_reported", f"an assessor looked on {looked.body.date} and the owed figure was not published")
    if source is None:
        return Joint("not_assessable", "no admissible evidence in this ledger")
    until = asked.awaited_until(source)
    if asked.as_of <= until:
        return Joint("awaiting", f"no figure of {source} is in this ledger; it may come until {day_text(until)}")
    return Joint("not_assessable", f"no admissible evidence of {source} in this ledger")


def _awaited(read: Sequence[_Read], joint: Joint, *, is_closed: bool) -> Joint:
    """Return the joint outcome of named sources; where none with figures votes, by those that have none at all."""
    if not is_closed or joint.outcome != "not_assessable":
        return joint
    absent = [one for one in read if not one.votes]
    for wanted in ("awaiting", "not_reported"):
        if found := next((one.joint for one in absent if one.joint.outcome == wanted), None):
            return found
    return joint


def _missing_source(read: _Read) -> str | None:
    """Return the source that the text names for a reading, where it cannot vote (R8)."""
    source = read.reading.source
    if source is None or any(vote.chosen is not None for vote in read.votes):
        return None
    return source


def _weighed(known: Known, term: QuantityTerm, read: tuple[_Read, ...], joint: Joint, *, is_closed: bool) -> Weighed:
    def rejoin(old: Reckoning, new: Reckoning) -> Joint:
        return _together(term, [_reread(one, old, new) for one in read], is_closed=is_closed)

    chosen = [one for reading in read for one in reading.chosen()]
    voting = [one for one in chosen if one.result.votes]
    best = max(voting or chosen, key=lambda one: one.total.coverage.joint, default=None)
    reached = _reached(term, [vote for reading in read for vote in reading.votes], joint.outcome)
    return Weighed(
        joint=_dated(term, read[0].reading, joint, reached),
        readings=tuple(_reading_result(term, one, read) for one in read),
        missing=_missing(term, read, is_closed=is_closed),
        refused=_refused(known, term, read),
        ratios=tuple(ratio for one in chosen for ratio in one.result.ratios),
        grade=_grade(voting, chosen),
        coverage=best.result.coverage if best is not None else None,
        reached=day_text(reached) if reached is not None else None,
        days_late=_days_late(term, reached),
        flips=tuple(
            joint_flips(
                [one for reading in read for vote in reading.votes for one in vote.reckonings], joint.outcome, rejoin
            )
        ),
        needs=tuple(dict.fromkeys(needs_of(term, joint.outcome, [(one.reading, tuple(one.chosen())) for one in read]))),
        apart=discrepancies(chosen, unit=term.unit),
        depths=tuple(depth for one in voting or chosen for depth in depths(one)),
    )


def _reached(term: QuantityTerm, votes: Sequence[SourceVote], outcome: Outcome) -> int | None:
    """Return the day by which the sources that vote have the bound reached: the latest that any of them needs (R11).

    A source that covers little shows it too late and is not asked where another covers more; one whose figures run on
    to that day and do not have it reached contradicts the others, and then no day is told.
    """
    deciding = [vote for vote in votes if vote.decides] or votes
    asked = [vote for vote in deciding if (vote.chosen or vote.best).total.coverage.joint >= LEAST_SCOPE] or deciding
    is_late = outcome == "not_met" and term.bound == "at_least" and term.due is not None
    after = day_number(term.due) if is_late and term.due is not None else 0
    days = [(vote, vote.reached(after=after)) for vote in asked]
    latest = max((day for _, day in days if day is not None), default=None)
    if latest is None or any(day is None and vote.known_until >= latest for vote, day in days):
        return None
    return latest


def _days_late(term: QuantityTerm, reached: int | None) -> int | None:
    if reached is None or term.due is None or term.bound != "at_least":
        return None
    return max(0, reached - day_number(term.due))


def _dated(term: QuantityTerm, reading: Reading, joint: Joint, reached: int | None) -> Joint:
    """Return a verdict with the day that matters beside it (R11)."""
    if joint.outcome not in {"met", "not_met"}:
        return joint
    parts = (when_reached(term, reading, joint.outcome, reached), joint.reason)
    return Joint(joint.outcome, "; ".join(part for part in parts if part) or None)


def _reading_result(term: QuantityTerm, one: _Read, read: Sequence[_Read]) -> ReadingResult:
    mine = list(one.chosen())
    voting = [reckoning for reckoning in mine if reckoning.result.votes]
    lows = [reckoning.total.low for reckoning in voting or mine if reckoning.total.low is not None]
    highs = [reckoning.total.high for reckoning in voting or mine if reckoning.total.high is not None]
    reached = _reached(term, one.votes, one.joint.outcome)
    joint = _dated(term, one.reading, one.joint, reached)
    across = [other for reading in read if reading is not one for other in reading.chosen()]
    # What the other end of the flow says of it stands beside, where it is read too.
    mirrors = [other for other in across if any(is_mirror(other, here) for here in mine)]
    return ReadingResult(
        measure=one.reading.type,
        reporter=one.reading.reporter,
        partner=one.reading.partner,
        named_source=one.reading.source,
        outcome=joint.outcome,
        reason=joint.reason,
        votes=one.decides,
        days_late=_days_late(term, reached),
        reached=day_text(reached) if reached is not None else None,
        low=exact_or_rounded(min(lows)) if lows else None,
        high=exact_or_rounded(max(highs)) if highs else None,
        causes=causes([*mine, *mirrors], unit=term.unit),
        sources_missing=tuple(source for source in (_missing_source(one),) if source is not None),
        sources=tuple(_source_result(reckoning) for vote in one.votes for reckoning in vote.reckonings),
    )


def _source_result(one: Reckoning) -> SourceResult:
    """Return one channel's answer, with what would turn it (R13)."""
    flips = flips_of(one)
    return one.result.model_copy(update={"flips": flips}) if flips else one.result


def _refused(known: Known, term: QuantityTerm, read: Sequence[_Read]) -> tuple[NotAdmissible, ...]:
    """Return what no reading counts: of their own series, and every other series between the same parties (R4)."""
    counted = {cite.entry for one in read for vote in one.votes for reckoning in vote.reckonings
               for cite in reckoning.result.cites if cite.field is None}  # fmt: skip
    found: dict[int, NotAdmissible] = {}
    for one in read:
        for refusal in one.refused:
            if refusal.entry not in counted:
                found.setdefault(refusal.entry, refusal)
    own = {reading.series for reading in term.measures}
    for series in between_parties(known, term.measures):
        if series not in own:
            for fact in known.evidence[series]:
                found[fact.index] = NotAdmissible(
                    entry=fact.index, statement=fact.name, series=series, reason=_other_series(series, term.measures)
                )
    return tuple(refusal for _, refusal in sorted(found.items()))


def between_parties(known: Known, readings: Sequence[Reading]) -> tuple[str, ...]:
    """Return every series of the view between the parties a term names, in either direction; ``*`` is several."""
    pairs = {frozenset((reading.reporter, reading.partner)) for reading in readings}
    found = []
    for series in known.evidence:
        measure, reporter, partner = series.removeprefix("series:").split("/")
        ends = {reporter, partner}
        if measure not in {"rate", "table"} and any(ends <= pair | {"*"} for pair in pairs):
            found.append(series)
    return tuple(sorted(found))


def _other_series(series: str, readings: Sequence[Reading]) -> str:
    measure, reporter, partner = series.removeprefix("series:").split("/")
    if measure not in {reading.type for reading in readings}:
        return (
            f"measures {measure.replace('_', ' ')}; the term is read by {_listed(reading.type for reading in readings)}"
        )
    if "*" in {reporter, partner}:
        return "stands for several parties at once"
    same = [reading for reading in readings if reading.type == measure]
    ours = _listed(f"{one.reporter} with {one.partner}" for one in same)
    return f"reported by {reporter} with {partner}; the term is read by {ours}"


def _listed(names: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(name.replace("_", " ") for name in names))


def _grade(voting: Sequence[Reckoning], chosen: Sequence[Reckoning]) -> Grade | None:
    """Return the grade of the finding: the best of what it rests on; E4 where both sides' statistics agree (R18)."""
    rests_on = voting or chosen
    official = [one for one in voting if one.channel.standing == "official" and one.channel.owner is not None]
    for one in official:
        for other in official:
            sides = {one.channel.owner, other.channel.owner} == {one.result.reporter, one.result.partner}
            one_flow = is_mirror(one, other) or one.result.measure == other.result.measure
            if sides and one_flow and one.result.outcome == other.result.outcome and agree(one, other):
                return "E4"
    grades: list[Grade] = [one.result.grade for one in rests_on]
    return max(grades, default=None)
