"""A chapter: everything that a result says about one commitment, brought together in the order in which it is read.

A result lists its parts side by side; a reader wants what belongs to one pledge in one place. Nothing is computed here
and nothing is left out: each part is only put where it is looked for, parties in the alphabetical order of their names
in the ledger, so that nobody comes first by rank.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import overload

from ledger.assessment.result import CommitmentResult, NotAdmissible, Point, SourceResult, Stance, TermResult
from ledger.audit.kept import KEPT_FROM
from ledger.audit.result import AuditResult, CommitmentWords, Finding, InstrumentLine, Reply
from ledger.model.ratio import Ratio
from ledger.model.value import PartyRole
from ledger.report.chart import Path, decimal, path_of


@dataclass(frozen=True, slots=True)
class Observed:
    """One observation as a row beside a picture; ``total`` is null where observations do not add up."""

    point: Point
    total: str | None


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture to be drawn: a term by one channel of one source, with the rows that it shows."""

    name: str
    term: TermResult
    source: SourceResult
    path: Path
    rows: tuple[Observed, ...]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Terms on which every party has the same latest position, and that position by party, in the order of parties."""

    terms: tuple[TermResult, ...]
    cells: tuple[Stance | None, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Evidence of one series that was not counted for one reason: the entries, and the terms that asked for it (R4)."""

    series: str
    reason: str
    cites: tuple[NotAdmissible, ...]
    terms: tuple[TermResult, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One commitment with everything that is said of it.

    Attributes:
        number: its place in the report, from 1.
        told_by: the role of the publisher, where every quotation comes from a publisher of one and the same role.
        parties: obligors and obligees, by slug.
        pledge: positions on the pledge; ``done``: positions on what was done, where there are any.
        pictures: in the order of terms, readings and sources.
        refused: evidence that was looked at and not counted, in order of series and reason.
    """

    number: int
    result: CommitmentResult
    words: CommitmentWords | None
    told_by: PartyRole | None
    instrument: InstrumentLine | None
    parties: tuple[str, ...]
    pledge: tuple[Acknowledged, ...]
    done: tuple[Acknowledged, ...]
    pictures: tuple[Picture, ...]
    findings: tuple[Finding, ...]
    replies: tuple[Reply, ...]
    refused: tuple[Refused, ...]

    @property
    def sources_missing(self) -> tuple[str, ...]:
        """Sources that some term lacks, each once, in the order of terms (R8)."""
        named = [name for term in self.result.terms for name in term.sources_missing]
        read = [reading for term in self.result.terms for reading in term.readings]
        return tuple(dict.fromkeys((*named, *(name for reading in read for name in reading.sources_missing))))

    def is_whole(self, terms: Iterable[str]) -> bool:
        """Whether these are all terms of the commitment; none at all stand for all."""
        named = set(terms)
        return not named or named == {term.id for term in self.result.terms}

    @property
    def replies_to_all(self) -> tuple[Reply, ...]:
        """Replies on the commitment as a whole; they answer every finding."""
        return tuple(one for one in self.replies if self.is_whole(one.terms))

    def replies_to(self, finding: Finding) -> tuple[tuple[Reply, bool], ...]:
        """Return the replies that answer one finding, each with whether it is the first that it answers (R11)."""
        order = [one.term for one in self.findings]
        return tuple(
            (one, min(order.index(term) for term in one.terms if term in order) == order.index(finding.term))
            for one in self.replies
            if finding.term in one.terms and not self.is_whole(one.terms)
        )

    def ratios_of(self, term: TermResult) -> tuple[Ratio, ...]:
        """Return the ratios of one term, each once: of its sources, and of the term itself (R7)."""
        sources = [ratio for reading in term.readings for source in reading.sources for ratio in source.ratios]
        return tuple({ratio.model_dump_json(): ratio for ratio in (*sources, *term.ratios)}.values())

    def pictures_of(self, term: TermResult) -> tuple[Picture, ...]:
        """Return the pictures of one term."""
        return tuple(picture for picture in self.pictures if picture.term is term)


def chapters(result: AuditResult) -> Sequence[Chapter]:
    """Return a chapter for each commitment, in the order of the result; of many, each is made when it is asked for."""
    each = _Chapters(result)
    return each if len(each) >= KEPT_FROM else tuple(each)


class _Chapters(Sequence[Chapter]):
    """The chapters of a result, each made whenever it is asked for, so that no two need be held at once."""

    def __init__(self, result: AuditResult) -> None:
        self._results, self._lines = result.commitments, _Lines(result)

    def __len__(self) -> int:
        return len(self._results)

    @overload
    def __getitem__(self, place: int) -> Chapter: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Chapter, ...]: ...
    def __getitem__(self, place: int | slice) -> Chapter | tuple[Chapter, ...]:
        if isinstance(place, slice):
            return tuple(self[one] for one in range(*place.indices(len(self))))
        return _chapter(self._lines, self._results[place], range(len(self))[place] + 1)

    def __iter__(self) -> Iterator[Chapter]:
        return (_chapter(self._lines, one, number) for number, one in enumerate(self._results, start=1))


class _Lines:
    """What a result lists beside its commitments, by commitment."""

    def __init__(self, result: AuditResult) -> None:
        self.words = {one.subject: one for one in result.words}
        self.instruments = {one.slug: one for one in result.instruments}
        self.findings: dict[str, list[Finding]] = {}
        self.replies: dict[str, list[Reply]] = {}
        for finding in result.findings:
            self.findings.setdefault(finding.commitment, []).append(finding)
        for reply in result.replies:
            self.replies.setdefault(reply.commitment, []).append(reply)


def _chapter(lines: _Lines, commitment: CommitmentResult, number: int) -> Chapter:
    words = lines.words.get(commitment.subject)
    parties = tuple(sorted({*commitment.obligors, *commitment.obligees, *(one.party for one in commitment.stances)}))
    return Chapter(
        number=number,
        result=commitment,
        words=words,
        told_by=_told_by(words),
        instrument=lines.instruments.get(commitment.instrument),
        parties=parties,
        pledge=_acknowledged(commitment, parties, (one for one in commitment.stances if one.about == "pledge")),
        done=_acknowledged(commitment, parties, (one for one in commitment.stances if one.about == "finding")),
        pictures=tuple(_pictures(commitment, number)),
        findings=tuple(lines.findings.get(commitment.subject, ())),
        replies=tuple(lines.replies.get(commitment.subject, ())),
        refused=_refused(commitment),
    )


def _told_by(words: CommitmentWords | None) -> PartyRole | None:
    """Return the one role of all publishers quoted; null where they differ."""
    if words is None:
        return None
    roles = {(quote.source or words.source).role for quote in words.quotes} or {words.source.role}
    return roles.pop() if len(roles) == 1 else None


def _acknowledged(
    commitment: CommitmentResult, parties: tuple[str, ...], stances: Iterable[Stance]
) -> tuple[Acknowledged, ...]:
    """Return the matrix of positions, terms with equal rows together, in the order of terms."""
    cells = {(one.term, one.party): one for one in stances}
    if not cells:
        return ()
    rows: dict[tuple[object, ...], list[TermResult]] = {}
    for term in commitment.terms:
        row = tuple(cells.get((term.id, party)) for party in parties)
        alike = tuple(one.model_dump_json(exclude={"term"}) if one is not None else None for one in row)
        rows.setdefault(alike, []).append(term)
    return tuple(
        Acknowledged(tuple(terms), tuple(cells.get((terms[0].id, party)) for party in parties))
        for terms in rows.values()
        if any((terms[0].id, party) in cells for party in parties)
    )


def _pictures(commitment: CommitmentResult, number: int) -> Iterable[Picture]:
    """Give the pictures of a commitment, each with a name that no other of the report has."""
    count = 0
    for term in commitment.terms:
        for source in (source for reading in term.readings for source in reading.sources):
            if (path := path_of(term, source)) is not None:
                count += 1
                yield Picture(f"c{number}p{count}", term, source, path, _rows(source, path))


def _refused(commitment: CommitmentResult) -> tuple[Refused, ...]:
    """Return what was looked at and not counted, by series and reason."""
    found: dict[tuple[str, str], list[tuple[NotAdmissible, TermResult]]] = {}
    for term in commitment.terms:
        for one in term.not_admissible:
            found.setdefault((one.series, one.reason), []).append((one, term))
    return tuple(
        Refused(
            series=series,
            reason=reason,
            cites=tuple({one.entry: one for one, _ in pairs}.values()),
            terms=tuple({term.id: term for _, term in pairs}.values()),
        )
        for (series, reason), pairs in sorted(found.items())
    )


def _rows(source: SourceResult, path: Path) -> tuple[Observed, ...]:
    """Return the rows beside a picture, in order of days; what the source interpolated adds nothing to the total."""
    points = sorted(source.points, key=lambda point: (point.end, point.start))
    counted = (Fraction(point.value) if point.status != "I" else Fraction(0) for point in points)
    totals = [decimal(total) for total in accumulate(counted)]
    return tuple(
        Observed(point, total if path.form == "sum" else None) for point, total in zip(points, totals, strict=True)
    )
