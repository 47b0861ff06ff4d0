"""The report as one HTML file: complete in itself, readable without a program, printable, the same bytes on every run.

It asks nothing of the network and allows nothing to run; the content policy in its head says so to the browser. Every
text from the result is escaped by the template engine and made visible by `ledger.report.foreign` on its way out. The
words are the catalogue's, the order of parts is the method's (§6), and the software's version stands here and not in
the result (design §2.6).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, get_args

from ledger.assessment.result import (
    Cite,
    CommitmentResult,
    Direction,
    ReadingResult,
    Revision,
    SourceResult,
    TermResult,
)
from ledger.audit.bundle import Software
from ledger.audit.result import AuditResult
from ledger.errors import UnavailableError
from ledger.model.attestation import Dimension
from ledger.model.determination import Outcome
from ledger.model.ratio import Ratio
from ledger.report.chapter import Chapter, Picture, chapters
from ledger.report.chart import decimal, level_words
from ledger.report.foreign import visible, web_address
from ledger.report.fulfilment import above_words, share_words
from ledger.report.phrasebook import phrasebook
from ledger.report.picture import Drawing, Gallery
from ledger.report.survey import Survey
from ledger.report.wording import Catalogue, catalogue

if TYPE_CHECKING:
    from jinja2 import Environment

BUNDLE: Final = "BUNDLE.zip"
"""What the commands of a report call its bundle where nobody says the file's name."""

SHORT_ROWS: Final = 250
"""The most rows of a table in a report in short: the typesetter keeps half a megabyte for each row."""

SHORT_RECORDS: Final = 50
"""The same of records, which take as much room as several rows."""

_PIECE: Final = 1 << 16
_TOLD: Final = 5000
"""Sentences that are kept as said: the same ones come again within a chapter, and in the next."""

BANDS: Final = ("rhetorical", "political", "soft-monitored", "firm", "hard")


def render(result: AuditResult, software: Software) -> Iterator[bytes]:
    """Yield the report that a bundle carries, as the bundle's maker and its verifier both render it (design §2.6).

    Raises:
        UnavailableError: the extra ``report`` is not installed.
    """
    return html_pieces(result, software=software_line(software))


def software_line(software: Software) -> str:
    """Return in one line what renders a report."""
    return f"{software.name} {software.version}, lock {software.lock or 'none'}"


def render_html(
    result: AuditResult, *, software: str, bundle: str = BUNDLE, language: str = "en", is_short: bool = False
) -> bytes:
    """Return the result as one HTML file, all of it at once; see ``html_pieces``."""
    return b"".join(html_pieces(result, software=software, bundle=bundle, language=language, is_short=is_short))


def html_pieces(
    result: AuditResult, *, software: str, bundle: str = BUNDLE, language: str = "en", is_short: bool = False
) -> Iterator[bytes]:
    """Yield the result as one HTML file, piece by piece: one commitment of many is in memory at a time.

    Args:
        software: one line on what renders it, printed as it is.
        bundle: the file name of the bundle in the commands. A report inside a bundle is rendered without it, so that
            the same software can render it again.
        language: of the report's own words; quotations keep theirs.
        is_short: without chapters and findings, as many commitments stand on paper (docs/decisions/0030).

    Raises:
        UnavailableError: the extra ``report`` is not installed.
        NotFoundError: there is no catalogue of that language.
    """
    words = catalogue(language)
    template = environment().get_template("report.html")
    page = Page(result, words)
    return _encoded(template.generate(told(page, is_short=is_short), software=software, bundle=bundle))


def _encoded(texts: Iterable[str]) -> Iterator[bytes]:
    """Yield texts as bytes, small ones together."""
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text)
        if size > _PIECE:
            yield "".join(held).encode()
            held.clear()
            size = 0
    yield "".join(held).encode()


def told(page: "Page", *, is_short: bool = False) -> dict[str, object]:
    """Return what the templates of a report are told, whichever of them is filled in."""
    return {
        "is_short": is_short,
        "few": _few if is_short else _all,
        "more": page.more,
        "short_records": SHORT_RECORDS,
        "result": page.result, "page": page, "words": page.words, "chapters": page.chapters, "bands": BANDS,
        "as_code": level_words,
        "as_decimal": decimal,
        "share_words": share_words,
        "above_words": above_words,
        "web_address": web_address,
    }  # fmt: skip


class Page:
    """What the templates ask of a result: names, places, phrases and pictures.

    Attributes:
        result, words: what it is asked about, and in which words.
        chapters: one for each commitment.
        places: the anchor at which an entry is described, for entries that are.
        arguments: the audited subjects, as a command names them.
        gallery: draws the pictures of the chapters.
    """

    def __init__(self, result: AuditResult, words: Catalogue) -> None:
        self.words = self._words = words
        self.result = self._result = result
        self._book = phrasebook(words.language)
        self._told: dict[str, str | None] = {}
        self._names = {one.slug: _name(one.names, words.language) or one.slug for one in result.parties}
        told = {one.slug: (one.slug, *one.names.values()) for one in result.parties}
        self._named = {name: self._names[slug] for slug, names in told.items() for name in names}
        self._survey = survey = Survey(result.commitments)
        self._titles = survey.titles
        self._plain = self._written_out()
        codes = "|".join(re.escape(code) for code in sorted(self._plain, key=len, reverse=True))
        self._codes = re.compile(rf"(?<![\w:/.-])(?:{codes})(?![\w/-])")
        self.chapters = chapters(result)
        self.places = _places(result, self._survey)
        self.arguments = " ".join(result.subjects)
        self.gallery = Gallery(self, words)

    def _written_out(self) -> dict[str, str]:
        """Return what sentences of the result name by code: terms as ``subject/term``, flows as ``import/cn/us``."""
        terms = {f"{subject}/{term}": title for (subject, term), title in self._titles.items()}
        flows = {"/".join(one): self.flow(*one) for one in self._survey.flows}
        return {**flows, **terms}

    def party(self, slug: str) -> str:
        """Return a party's name in the report's language, or its slug."""
        return self._names.get(slug, slug)

    def promise(self, one: CommitmentResult) -> str:
        """Return who promised to whom, in words."""
        words, obligors = self._words, self.parties(one.obligors)
        if not one.obligees:
            return words.say("summary.unilateral", obligors=obligors)
        if set(one.obligors) == set(one.obligees):
            return words.say("summary.mutual", obligors=obligors)
        return words.say("summary.promised", obligors=obligors, obligees=self.parties(one.obligees))

    def parties(self, slugs: Iterable[str]) -> str:
        """Return several parties as one phrase, in the order of their slugs."""
        return self._words.listed(self.party(slug) for slug in sorted(slugs))

    def term_title(self, subject: str, term: str) -> str:
        """Return a term's title, or its id."""
        return self._titles.get((subject, term), term)

    def term_titles(self, subject: str, terms: Iterable[str]) -> str:
        """Return the titles of several terms as one phrase."""
        return self._words.listed(self.term_title(subject, term) for term in terms)

    def all_of(self, chapter: Chapter, terms: Sequence[TermResult]) -> str:
        """Return several terms of a commitment as one phrase; all of them are said to be all."""
        if len(terms) > 1 and chapter.is_whole(term.id for term in terms):
            return self._words.say("term.all")
        return self._words.listed(term.title for term in terms)

    def plain(self, text: str) -> str:
        """Return a sentence of the result in the report's language, days and names of terms and flows written out.

        A sentence of the record, or one that the language's phrasebook does not have, is told in its own.
        """
        if self._book is not None and text not in self._told:
            if len(self._told) >= _TOLD:
                self._told.clear()
            self._told[text] = self._book.say(text, self._spelled)
        if (said := self._told.get(text)) is not None:
            return said
        named = self._codes.sub(lambda found: self._plain[found[0]], text) if self._plain else text
        return self._words.days(named)

    def _spelled(self, text: str) -> str:
        """Return what a sentence names, as the report writes it: a party, a term, a flow by its code."""
        return self._named.get(text) or self._plain.get(text) or text

    def several(self, texts: Iterable[str]) -> str:
        """Return several sentences of the result as one list."""
        return self._words.say("join.semicolon").join(self.plain(text) for text in texts)

    def why(self, one: TermResult | ReadingResult | SourceResult) -> str | None:
        """Return the reason of an outcome."""
        return self.plain(one.reason) if one.reason else None

    def why_else(self, one: TermResult | ReadingResult | SourceResult) -> str | None:
        """Return the reason of an outcome without the clause on lateness, for a table that has a column for it."""
        clauses = [clause for clause in (one.reason or "").split("; ") if not self.says_late(one, clause)]
        return self.plain("; ".join(clauses)) or None

    def says_late(self, one: TermResult | ReadingResult | SourceResult, text: str | None) -> bool:
        """Whether a text already says by how many days something was late."""
        return bool(one.days_late and re.search(rf"\b{one.days_late} days? late\b", text or ""))

    def ratios(self, source: SourceResult) -> tuple[Ratio, ...]:
        """Return the ratios that say something of their own: after the last day a pace says what the level says."""
        return tuple(
            one
            for one in source.ratios
            if one.kind != "pace" or (one.value is not None and one.denominator_value != source.target)
        )

    def rows(self, sources: Sequence[SourceResult]) -> tuple[tuple[SourceResult, ...], ...]:
        """Return the sources as rows of a table; those that have no figure and say the same share one."""
        rows: dict[tuple[object, ...], list[SourceResult]] = {}
        for place, one in enumerate(sources):
            alike = (one.target, one.outcome, one.reason, one.why_not, one.grade, one.coverage)
            key = (place,) if self.actual(one, None) is not None else alike
            rows.setdefault(key, []).append(one)
        return tuple(tuple(row) for row in rows.values())

    def ratio(self, ratio: Ratio) -> str:
        """Return a ratio in a few words; where the total is an interval, the ratio is one too (R10)."""
        words = self._words
        if ratio.value is None:
            return words.say("term.no_ratio", reason=self.plain(ratio.reason or ""))
        proration = words.word("proration", ratio.proration)
        share = words.percent(ratio.value)
        if ratio.high is not None:
            share = words.say("number.range", low=share, high=words.percent(ratio.high))
        return words.say(f"term.{ratio.kind}", percent=share, proration=proration)

    def revised(self, source: SourceResult) -> tuple[Revision, ...]:
        """Return the earlier totals of a channel, each once for as long as it stood (R2)."""
        ordered = sorted(source.revisions, key=lambda one: (one.published, one.entry))
        return tuple(one for place, one in enumerate(ordered) if place == 0 or one.actual != ordered[place - 1].actual)

    def revisions(self, source: SourceResult, unit: str | None) -> str:
        """Return what earlier publications said, as one phrase (R2)."""
        words = self._words
        return words.say("join.semicolon").join(
            words.say("term.revision_line", actual=words.quantity(one.actual, unit), day=words.day(one.published))
            for one in self.revised(source)
        )

    def silent(self) -> str | None:
        """Return which sources should have spoken and did not, and what that means for the opinion; null where none."""
        words, opinion = self._words, self._result.opinion
        names = tuple(dict.fromkeys(name for name, _, _ in self.missing()))
        if not names:
            return None
        missing = words.say("summary.missing", sources=words.listed(names))
        is_adverse = any(part.of == "A2" and part.pervasive for part in opinion.parts)
        return words.say("summary.not_adverse", missing=missing) if opinion.code == "A3" and is_adverse else missing

    def flagged(self, term: TermResult) -> tuple[SourceResult, ...]:
        """Return the sources of a term about which something is to be noted."""
        return tuple(source for reading in term.readings for source in reading.sources if source.flags)

    def having(self, term: TermResult, name: Literal["members", "listed", "rates"]) -> tuple[SourceResult, ...]:
        """Return the channels of a term that are put together from members, list codes, or were converted (R3, R5)."""
        sources = (source for reading in term.readings for source in reading.sources)
        return tuple(one for one in sources if getattr(one, name))

    def projected(self, term: TermResult) -> tuple[SourceResult, ...]:
        """Return the channels of a term of which something is projected, or could be but for its past (R14)."""
        sources = (source for reading in term.readings for source in reading.sources)
        return tuple(one for one in sources if one.projection is not None and one.projection.until is not None)

    def series(self, key: str) -> str:
        """Return a series in words: ``exports, United States to China``."""
        measure, reporter, partner = key.removeprefix("series:").split("/")
        return self.flow(measure, reporter, partner)

    def channels(self, sources: Sequence[SourceResult]) -> str:
        """Return the names of several channels as one phrase."""
        words = self._words
        return words.listed(words.say("term.source", source=one.source, channel=one.channel) for one in sources)

    def missing(self, is_short: bool = False) -> tuple[tuple[str, str, bool], ...]:  # noqa: FBT001, FBT002  # as above
        """Return the sources that should have spoken and did not, each with the terms, and whether it is excused.

        In short, terms are counted and not named.
        """
        found: dict[tuple[str, bool], list[str]] = {}
        for one in self._result.opinion.sources_missing:
            title = self.term_title(one.subject, one.term)
            found.setdefault((one.source, one.excused), []).append(title)
        words = self._words
        return tuple(
            (self.plain(name), words.count("engagement.terms", len(of)) if is_short else words.listed(of), excused)
            for (name, excused), of in found.items()
        )

    def cites(self, cites: Sequence[Cite]) -> tuple[tuple[int | str, str | None], ...]:
        """Return the entries cited, each once and in order, with the address at which each is described."""
        entries = sorted({cite.entry for cite in cites})
        return tuple((entry, f"#{self.places[entry]}" if entry in self.places else None) for entry in entries)

    def owed(self, term: TermResult) -> str:
        """Return what a term asks for, in words: bound, amount, unit, and whether it counts from a baseline."""
        words = self._words
        if term.target is None:
            return words.word("kind", term.kind) if term.kind != "quantity" else words.say("target.none")
        amount = words.quantity(term.target, term.unit)
        target = words.say(f"bound.{term.bound}", amount=amount) if term.bound is not None else amount
        return words.say("target.increment", target=target) if term.target_is == "increment" else target

    def flow(self, measure: str, reporter: str, partner: str, basis: str = "") -> str:
        """Return what is measured, in words: ``exports, United States to China (FOB)``."""
        words = self._words
        form = {"export": "term.flow", "import": "term.flow_import"}.get(measure, "term.flow_other")
        flow = words.say(
            form, measure=words.word("measure", measure), reporter=self.party(reporter), partner=self.party(partner)
        )
        return words.say("term.basis", flow=flow, basis=basis) if basis else flow

    def actual(self, source: SourceResult, unit: str | None) -> str | None:
        """Return what a source has seen: an amount, or an interval where observations straddle the edge (R10)."""
        words = self._words
        if source.low is None or source.high is None or source.low == source.high:
            seen = source.high or source.low
            return words.quantity(seen, unit) if seen is not None else None
        low, high = words.amount(source.low), words.quantity(source.high, unit)
        return words.say("number.range", low=low, high=high)

    def figures(self, term: TermResult) -> tuple[str, ...]:
        """Return what the figures show of a term: a line for each source that votes or still runs, or why none does."""
        words = self._words
        lines: list[str] = []
        for reading in term.readings:
            measure = words.word("measure", reading.measure)
            seen = [source for source in reading.sources if self.actual(source, None) is not None]
            shown = [source for source in seen if source.votes or not term.is_due]
            lines += [self._figure(source, measure, term.unit) for source in shown]
            if not shown:
                key = "summary.no_vote" if seen else "summary.no_figures"
                lines.append(words.say(key, measure=self._by(measure, reading.named_source)))
        lines += [self._directed(one, term.unit) for one in term.directions]
        if term.trigger is not None:
            state = words.word("trigger", term.trigger.state)
            consequence = words.word("consequence", term.trigger.consequence)
            lines.append(words.say("summary.trigger", state=state, consequence=consequence))
        # The whole reason stands in the chapter.
        first = self.plain((term.reason or "").split("; ")[0])
        return tuple(dict.fromkeys((*lines, *((first,) if first else ()))))

    def _directed(self, one: Direction, unit: str | None) -> str:
        words = self._words
        source = words.say("term.source", source=one.source, channel=one.channel)
        before, after = words.quantity(one.before, unit), words.quantity(one.after, unit)
        observed = words.word("observed", one.observed)
        return words.say("summary.direction", measure=source, before=before, after=after, observed=observed)

    def _figure(self, source: SourceResult, measure: str, unit: str | None) -> str:
        words, by = self._words, self._by(measure, source.source)
        ratio = next((one.value for one in source.ratios if one.kind == "gross" and one.value is not None), None)
        if source.target is None:
            return words.say("summary.figures_of", measure=by, actual=self.actual(source, unit) or "")
        target, actual = words.quantity(source.target, unit), self.actual(source, None) or ""
        line = words.say("summary.figures", measure=by, actual=actual, target=target)
        is_one = source.low is None or source.high is None or source.low == source.high
        if ratio is None or not is_one:
            return line
        return words.say("summary.figures_share", figures=line, percent=words.percent(ratio))

    def _by(self, measure: str, source: str | None) -> str:
        return self._words.say("summary.by", measure=measure, source=source) if source else measure

    def more(self, items: Sequence[object], limit: int = SHORT_ROWS) -> str:
        """Return how many of something a report in short leaves out; nothing where it leaves none."""
        rest = len(items) - limit
        return self._words.count("pdf.more", rest) if rest > 0 else ""

    def titles(self, is_short: bool) -> Iterator[tuple[int, str]]:  # noqa: FBT001  # a template names no arguments here
        """Yield the number and title of each chapter; a report in short has none."""
        if not is_short:
            yield from enumerate((title for _, title in self._survey.heads), start=1)

    def answered(self) -> Iterator[Chapter]:
        """Yield the chapters that have findings or replies."""
        named = {one.commitment for one in self._result.findings}
        named |= {one.commitment for one in self._result.replies}
        for place, (subject, _) in enumerate(self._survey.heads):
            if subject in named:
                yield self.chapters[place]

    def terms_count(self) -> int:
        """Return how many terms the commitments have."""
        return self._survey.terms

    def unsuitable(self) -> tuple[str, ...]:
        """Return the titles of terms whose words say too little to hold an outcome against: P ≤ 1 (E5)."""
        return tuple(self._titles[one] for one in self._survey.vague if one in self._titles)  # not outside the period

    def tally(self) -> tuple[tuple[str, int], ...]:
        """Return how many terms of the report came to each outcome, in the order of the method (R11)."""
        return _tally(self._survey.outcomes)

    def tally_of(self, one: CommitmentResult) -> tuple[tuple[str, int], ...]:
        """Return how many terms of one commitment came to each outcome."""
        return _tally(Counter(term.outcome for term in one.terms))

    def unknown(self, chapter: Chapter) -> tuple[str, ...]:
        """Return everything that is unknown about a commitment, in words, each once."""
        instrument = chapter.instrument.unknown if chapter.instrument is not None else ()
        words = chapter.words.unknown if chapter.words is not None else ()
        fields = (*self.fields(chapter, words), *self.fields(chapter, instrument))
        scored = (self._dimension_first(line) for line in chapter.result.score.unknown)
        return tuple(dict.fromkeys((*scored, *fields)))

    def _dimension_first(self, line: str) -> str:
        """Return what a score leaves unknown, its dimension by name where it begins with the letter (E2)."""
        letter, colon, said = line.partition(": ")
        if not colon or letter not in get_args(Dimension):
            return line
        name = self._words.word("dimension", letter)
        return self._words.say("summary.dimension", dimension=name, says=self.plain(said))

    def fields(self, chapter: Chapter, paths: Iterable[str]) -> tuple[str, ...]:
        """Return fields that the record leaves unknown, in words: what is missing, and of which term."""
        words, lines = self._words, []
        for path in paths:
            found = re.fullmatch(r"terms\.(?P<term>.+?)\.(?P<field>(?:(?:trigger|consequence)\.)?[a-z_]+)", path)
            name = found["field"] if found is not None else re.sub(r"\[[0-9]+\]", "", path)
            field = words.word_or("field", name)
            if found is not None:
                term = self.term_title(chapter.result.subject, found["term"])
                field = words.say("summary.unknown_term", field=field, term=term)
            lines.append(field)
        return tuple(dict.fromkeys(lines))

    def clauses(self, fields: Iterable[str]) -> str:
        """Return clauses of an instrument that the record leaves unknown, as one phrase."""
        return self._words.listed(self._words.word_or("field", field) for field in fields)

    def points(self, low: str, high: str) -> str:
        """Return a score or the interval of scores, in words."""
        words = self._words
        if low == high:
            return words.amount(low)
        return words.say("number.range", low=words.amount(low), high=words.amount(high))

    def band(self, low: str, high: str) -> str:
        """Return a band or two, in words (E7)."""
        words = self._words
        if low == high:
            return words.word("band", low)
        return words.say("band.between", low=words.word("band", low), high=words.word("band", high))

    def bands_of(self, low: str, high: str) -> tuple[str, ...]:
        """Return all bands that an interval touches."""
        return BANDS[BANDS.index(low) : BANDS.index(high) + 1] if {low, high} <= set(BANDS) else ()

    def picture_words(self, picture: Picture) -> str:
        """Return what a picture shows, in sentences with the same figures."""
        words, path, unit = self._words, picture.path, picture.path.unit
        day = words.day(path.seen[-1][0].isoformat())
        end = words.day(path.end.isoformat())
        high = words.quantity(decimal(path.seen[-1][1]), unit)
        low = words.amount(decimal(path.low)) if path.low is not None else None
        seen = words.say("number.range", low=low, high=high) if low is not None else high
        target = words.quantity(decimal(path.target), unit)
        key = "chart.text" if path.form == "sum" else "chart.text_level"
        sentences = [words.say(key, day=day, seen=seen, target=target, end=end)]
        if path.to_date is not None and path.seen[-1][0] < path.end:
            sentences.append(words.say("chart.to_date", amount=words.quantity(decimal(path.to_date), unit)))
        if path.baseline is not None:
            sentences.append(words.say("chart.baseline_text", amount=words.quantity(decimal(path.baseline), unit)))
        if path.low is not None:
            sentences.append(words.say("chart.straddle"))
        if path.projected is not None:
            least, most = path.projected
            low = words.amount(decimal(least)) if most != least else words.quantity(decimal(least), unit)
            high = words.say("term.projection_open") if most is None else words.quantity(decimal(most), unit)
            amount = low if most == least else words.say("number.range", low=low, high=high)
            sentences.append(words.say("chart.projected", amount=amount))
        return " ".join(sentences)

    def path_svg(self, picture: Picture) -> str:
        """Return the picture of what was owed against what was observed."""
        return self.gallery.path(picture).svg()

    def dimensions_svg(self, chapter: Chapter) -> str:
        """Return the picture of the levels by dimension."""
        return self.gallery.dimensions(chapter).svg()

    def timeline(self, chapter: Chapter) -> Drawing | None:
        """Return the picture of the docket over time, where it has days."""
        return self.gallery.timeline(chapter, self._result.view.as_of)


def _few(items: Iterable[object], limit: int = SHORT_ROWS) -> Iterator[object]:
    return islice(items, limit)


def _all(items: Iterable[object], limit: int = SHORT_ROWS) -> Iterator[object]:  # noqa: ARG001  # as the other
    return iter(items)


def _tally(outcomes: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple((one, outcomes[one]) for one in get_args(Outcome) if outcomes[one])


def _name(names: Mapping[str, str], language: str) -> str | None:
    """Return a party's name in a language, of Chinese in whatever script; else the English one."""
    alike = (names[tag] for tag in sorted(names) if tag.partition("-")[0] == language)
    return names.get(language) or next(alike, None) or names.get("en")


def _places(result: AuditResult, survey: Survey) -> dict[int, str]:
    """Return the anchor of each entry that the report describes; the first that describes it counts."""
    numbers = {subject: number for number, (subject, _) in enumerate(survey.heads, start=1)}
    pledged = sorted((numbers[one.subject], one.cite.entry) for one in result.words if one.subject in numbers)
    described = [
        *((one.cite.entry, f"entry-{one.cite.entry}") for one in result.evidence),
        *((entry, f"c{number}") for number, entry in pledged),
        *((one.cite.entry, f"i{number}") for number, one in enumerate(result.instruments, start=1)),
    ]
    places: dict[int, str] = {}
    for entry, place in described:
        places.setdefault(entry, place)
    return places


def _finalize(value: object) -> object:
    """Return what a template prints: text made visible; only text and whole numbers are ever printed."""
    if hasattr(value, "__html__"):
        return value
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    # An undefined name says so itself when it is turned into text.
    message = f"The report would print {str(value)[:40]!r}, which is no text."
    raise AssertionError(message)


@cache
def environment(*packages: str) -> "Environment":
    """Return the template engine: everything escaped, nothing undefined.

    Args:
        packages: those whose ``templates`` are looked through before the report's own.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
    """
    try:
        from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        message = "Reports need the extra `report`, which is not there; run pip install '.[report]' in the checkout."
        raise UnavailableError(message, extra="report") from error
    return Environment(
        loader=ChoiceLoader([PackageLoader(one, "templates") for one in (*packages, "ledger.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # the lock says what this process began with: a template that changes meanwhile waits
    )
