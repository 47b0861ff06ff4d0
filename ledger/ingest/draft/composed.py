"""A proposal as the body of a draft: what the words give, and null wherever they do not.

Members that a statement needs and the text does not settle are null and listed as *open*: a person fills them in, or
the recorder refuses the draft at that line. Every member that was read carries its words and where they are.
Which reading follows from which words is said beside it. Source: design §2.2; method §2, E1, E2; R17 (nothing imputed).
"""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from ledger.ingest.draft.amount import Amount
from ledger.ingest.draft.proposal import Proposal, counts
from ledger.ingest.draft.span import Span
from ledger.ingest.draft.text import Document
from ledger.ingest.draft.timing import When
from ledger.ingest.draft.vocabulary import Act, Vocabulary
from ledger.model.instrument import WORDS_ONLY
from ledger.signing.canonical import Json

Body = dict[str, Any]
"""The body of a draft: plain JSON data."""

WORLD: Final = "world"
"""The other side of a figure that has none, such as emissions (docs/own.md)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is known of the document besides its words, each null where nobody said it.

    Attributes:
        instrument: the short name that the document gets. ``day``: on which it was made or published.
        issuers: whose document it is. ``role``: of its publisher towards the pledges.
    """

    instrument: str
    day: str | None = None
    title: str | None = None
    form: str | None = None
    issuers: tuple[str, ...] = ()
    publisher: str | None = None
    role: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """A draft, not yet checked.

    Attributes:
        notes: by the path of a member, where it was read or why it is null.
        open: the paths of members that a statement needs and the text does not settle.
    """

    kind: str
    subject: str
    body: Body
    notes: Mapping[str, str] = field(default_factory=dict)
    open: tuple[str, ...] = ()


def compose_instrument(document: Document, frame: Frame) -> Composed:
    """Return the draft of the document itself."""
    note = _Noted(document)
    body: Body = {
        "title": frame.title or document.title or document.name, "form": note.said("form", frame.form, "--form"),
        "issuers": note.said("issuers", list(frame.issuers) or None, "--issuer"), "binding": None,
        "announced": note.said("announced", frame.day, "--date"),
    }  # fmt: skip
    note.notes["binding"] = "not read; yes, no or silent, once somebody has"
    for name in ("exit", "forum", "remedy", "escapes"):
        body[name] = "none" if frame.form in WORDS_ONLY else None
        note.notes[name] = (
            "a text of this form has only what its words give; mend it if they give one"
            if frame.form in WORDS_ONLY else "not read"
        )  # fmt: skip
    body["source"] = _source(document, frame, note)
    return Composed("instrument", frame.instrument, body, note.notes, tuple(note.open))


def compose_commitment(proposal: Proposal, document: Document, vocabulary: Vocabulary, frame: Frame) -> Composed:
    """Return the draft of a proposal."""
    return _Composer(proposal, document, vocabulary, frame).compose()


def weighable(draft: Composed) -> Body | None:
    """Return the body as its score is read: what no rule reads is filled in; null where a rule would miss something.

    The unit of a trend, the two sides of a figure and the publisher's name change no level (E1, E2); form, role, day
    and parties do.
    """
    body: Body = copy.deepcopy(draft.body)
    for path in draft.open:
        *way, last = re.split(r"\.|(?=\[)", path)
        if last not in _UNREAD:
            return None
        place: Any = body
        for step in way:
            place = place[int(step[1:-1])] if step.startswith("[") else place[step]
        place[last] = _UNREAD[last]
    return body


_UNREAD: Final = {"unit": "1", "reporter": "somebody", "partner": "somebody-else", "publisher": "somebody"}


class _Noted:
    """What is noted of members while a body is made."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.notes: dict[str, str] = {}
        self.open: list[str] = []

    def said(self, path: str, value: Json, option: str) -> Json:
        """Return what an option said; where it said nothing, the member is open."""
        if value is None:
            self.open.append(path)
            self.notes[path] = f"open: the text does not settle it; fill it in, or give {option}"
        return value

    def needed(self, path: str, why: str) -> None:
        """Note a member as open."""
        self.open.append(path)
        self.notes[path] = f"open: {why}"

    def read(self, path: str, span: Span, more: str = "") -> None:
        """Note where a member was read."""
        words = " ".join(self.document.words(span).split())
        short = words if len(words) <= 80 else f"{words[:77]}…"
        self.notes[path] = f"“{short}”, {self.document.locate(span)}{more}"


def _source(document: Document, frame: Frame, note: _Noted) -> Body:
    certainty = "unknown" if frame.role is None else "reported" if frame.role in {"third_party", "leak"} else "sure"
    source: Body = {
        "title": frame.title or document.title or document.name,
        "publisher": note.said("source.publisher", frame.publisher, "--publisher"),
        "role": note.said("source.role", frame.role, "--role"), "date": frame.day, "address": frame.address,
        "digest": document.digest,
        "via": {"copy_read": f"the file {document.name}; its text {document.text_digest}", "how": "excerpt"},
        "certainty": certainty,
    }  # fmt: skip
    return {name: value for name, value in source.items() if value is not None or f"source.{name}" in note.open}


def _apart(times: tuple[When, ...], document: Document) -> Iterator[tuple[When, ...]]:
    """Yield the times of each term that an amount is owed by: one, or one for each of several years.

    "In each of 2026 and 2027" names the years; "annually" counts them where a period of whole years stands beside it.
    """
    each = next((one for one in times if one.role == "each"), None)
    if each is not None:
        for year in each.years:
            yield (When(each.span, "period", f"{year}-01-01", f"{year}-12-31"),)
        return
    rate = next((one for one in times if one.role == "rate"), None)
    span = next((one for one in times if one.role == "period" and one.start and one.end), None)
    yearly = rate is not None and re.search(r"year|annum|annual", document.words(rate.span)) is not None
    years = _years(span) if span is not None and yearly else ()
    if span is None or not years:
        yield times
        return
    for start, end in years:
        yield (replace(span, start=start, end=end),)


def _years(span: When) -> tuple[tuple[str, str], ...]:
    """Return the years that a period of up to thirty whole years is made of; none where it is no such period."""
    found: list[tuple[str, str]] = []
    start = date.fromisoformat(span.start or "")
    last = date.fromisoformat(span.end or "")
    while start <= last and len(found) < 30 and (start.month, start.day) != (2, 29):
        after = start.replace(year=start.year + 1)
        end = after - timedelta(days=1)
        if end > last:
            return ()
        found.append((start.isoformat(), end.isoformat()))
        start = after
    return tuple(found) if start > last else ()


class _Composer:
    """Makes the body of one commitment."""

    def __init__(self, proposal: Proposal, document: Document, vocabulary: Vocabulary, frame: Frame) -> None:
        self.one = proposal
        self.document = document
        self.words = vocabulary
        self.frame = frame
        self.note = _Noted(document)
        self.actors = proposal.actor.parties if proposal.actor is not None else ()

    def compose(self) -> Composed:
        one, note = self.one, self.note
        obligors: Json = list(self.actors) or None
        if obligors is None:
            why = (
                f"nobody that is known is meant by “{self.quoted(one.actor.span)}”" if one.actor else "nobody is named"
            )
            note.needed("obligors", f"{why}; name who owes it")
        elif one.actor is not None and one.actor.span.start < one.actor.span.end:
            note.read("obligors", one.actor.span)
        body: Body = {
            "title": self.title(one.act), "instrument": self.frame.instrument,
            "date": note.said("date", self.frame.day, "--date"), "obligors": obligors, "obligees": self.obligees(),
            "quotes": list(self.quotes()),
            "verb": {
                "words": self.flat(one.operative.span), "strength": one.operative.strength,
                "shown": self.shown(one.operative.span),
            },
        }  # fmt: skip
        note.read("verb.words", one.operative.span)
        hedges = [{"words": self.flat(span), "shown": self.shown(span)} for span in one.hedges]
        for number, span in enumerate(one.hedges):
            note.read(f"hedges[{number}].words", span)
        if hedges:
            body["hedges"] = hedges
        body["terms"] = list(self.terms())
        body["note"] = f"Proposed by rules from {self.document.name}, {self.document.locate(one.sentence)}."
        body["source"] = _source(self.document, self.frame, note)
        return Composed(
            "commitment", f"{self.frame.instrument}-{one.number}", body, note.notes, tuple(dict.fromkeys(note.open))
        )

    # --- the words --------------------------------------------------------------------------------------------------

    def quoted(self, span: Span) -> str:
        """Return words for a note."""
        return " ".join(self.document.words(span).split())

    def flat(self, span: Span) -> str:
        """Return words to the letter, without white space around them."""
        return self.document.words(span).strip()

    def title(self, span: Span) -> str:
        words = self.quoted(span) or self.quoted(self.one.sentence)
        short = words if len(words) <= 120 else f"{words[:119].rpartition(' ')[0]} …"
        return short[0].upper() + short[1:]

    def shown(self, span: Span) -> Body | None:
        """Return the place of words: in the one quotation, or of an item of a list in that of its stem or its own."""
        words, stem = self.flat(span), self.one.stem
        quote = 0 if stem is None or stem.holds(span) else 1
        return {"quote": quote, "words": words} if words else None

    def quotes(self) -> Iterator[Body]:
        """Yield the quotations: the sentence; before an item of a list the words that lead to it."""
        one = self.one
        for number, span in enumerate([*([one.stem] if one.stem is not None else []), one.sentence]):
            quote: Body = {
                "text": self.flat(span), "language": self.words.language, "locator": self.document.locate(span),
            }  # fmt: skip
            if one.speaker is not None:
                if len(one.speaker.parties) == 1:
                    quote["speaker"] = one.speaker.parties[0]
                quote["spoken_by"] = self.quoted(one.speaker.span)
                self.note.read(f"quotes[{number}].spoken_by", one.speaker.span, "; who says so, in reported speech")
            yield quote

    def obligees(self) -> Json:
        one, issuers = self.one, self.frame.issuers
        if one.others:
            self.note.notes["obligees"] = (
                "the parties that the words of the act name besides the obligor; mend it if not owed to them"
            )
            return list(one.others)
        if len(issuers) > 1 and set(self.actors) == set(issuers):
            self.note.notes["obligees"] = "both owe it to one another: it is their joint text"
            return list(issuers)
        if rest := [party for party in issuers if party not in self.actors]:
            self.note.notes["obligees"] = "the other issuers of the text"
            return list(rest)
        self.note.needed("obligees", "nobody is named to whom it is owed; [] says that it is owed to nobody")
        return None

    # --- the terms --------------------------------------------------------------------------------------------------

    def terms(self) -> Iterator[Body]:
        """Yield the terms: one for each actor, amount and year that the words keep apart."""
        number = 0
        for actor in self.actors or (None,):
            for amount, when in self.parts():
                number += 1
                yield self.term(f"terms[{number - 1}]", f"t{number}", actor, amount, when)

    def parts(self) -> Iterator[tuple[Amount | None, tuple[When, ...]]]:
        """Yield what belongs together: an amount and its times; each of several years is a term of its own."""
        measured = self.one.measured if self.one.kind == "quantity" else None
        counted = [one for one in self.one.amounts if measured is not None and counts(self.words, measured, one)]
        if not counted:
            yield None, self.one.times
            return
        for place, amount in enumerate(counted):
            until = counted[place + 1].whole.start if place + 1 < len(counted) else self.document_end
            own = tuple(one for one in self.one.times if amount.span.end <= one.span.start < until)
            # What stands before the first amount, or behind the last, is said of all that have no time of their own.
            shared = tuple(one for one in self.one.times if one.span.end <= counted[0].whole.start) or self.one.times
            mine = own if any(one.role != "rate" for one in own) else (*own, *(one for one in shared if one not in own))
            yield from ((amount, each) for each in _apart(mine, self.document))

    @property
    def document_end(self) -> int:
        return len(self.document.text)

    def term(self, at: str, name: str, actor: str | None, amount: Amount | None, when: tuple[When, ...]) -> Body:
        one = self.one
        term: Body = {
            "id": name if len(self.actors) < 2 or actor is None else f"{name}-{actor}", "kind": one.kind,
            "title": self.title(amount.whole if amount is not None else one.act), "actor": actor,
        }  # fmt: skip
        shown: Body = {"actor": self.shown(one.actor.span) if one.actor is not None and actor is not None else None}
        if actor is None:
            self.note.notes[f"{at}.actor"] = "unknown: the words name nobody that is known"
        match one.kind:
            case "quantity" | "trend":
                self.measure(at, term, shown, actor, amount)
            case "conditional":
                self.conditional(at, term, shown, actor)
            case _:
                term["act"] = self.quoted(one.act) or self.quoted(one.sentence)
                shown["action"] = self.shown(one.act)
                self.note.read(f"{at}.act", one.act)
        if one.kind != "conditional":
            self.scope(at, term, shown)
            self.time(at, term, shown, when)
        term["shown"] = {name: place for name, place in shown.items() if place is not None}
        marks = list(self.marks(amount))
        if marks:
            term["marks"] = marks
        return term

    def measure(self, at: str, term: Body, shown: Body, actor: str | None, amount: Amount | None) -> None:
        one = self.one
        if one.measured is None:
            message = "a quantity and a trend are told by the act that measures them"
            raise AssertionError(message)
        act = self.words.acts[one.measured.name]
        shown["action"] = self.shown(one.measured.span)
        if amount is not None:
            self.amount(at, term, shown, act, amount)
        else:
            term["direction"] = one.direction.name if one.direction is not None else None
            term["unit"] = None
            self.note.needed(f"{at}.unit", "a trend is read in a unit, such as t or USD, and the words give none")
        readings = list(self.readings(act, actor))
        if not readings:
            term["measure"] = None
            self.note.needed(
                f"{at}.measure", f"“{self.quoted(one.measured.span)}” leaves open by which figures it is read"
            )
        elif len(readings) == 1:
            term["measure"] = readings[0]
            self.note.read(f"{at}.measure", one.measured.span)
        else:
            term["readings"] = readings
            self.note.read(f"{at}.readings", one.measured.span, "; the words do not settle the measure")
        for number, reading in enumerate(readings):
            place = f"{at}.measure" if len(readings) == 1 else f"{at}.readings[{number}]"
            for side in ("reporter", "partner"):
                if reading[side] is None:
                    self.note.needed(f"{place}.{side}", "the words do not name the other side")

    def amount(self, at: str, term: Body, shown: Body, act: Act, amount: Amount) -> None:
        bound = amount.bound or act.bare
        term |= {"bound": bound, "target": amount.target, "unit": amount.unit}
        self.note.read(f"{at}.target", amount.span)
        if amount.bound_span is not None:
            self.note.read(f"{at}.bound", amount.bound_span)
        elif bound is None:
            self.note.needed(f"{at}.bound", "the amount stands alone; at_least, at_most or exactly")
        else:
            self.note.notes[f"{at}.bound"] = "the amount stands alone; the vocabulary reads it so of this act"
        shown["quantity"] = self.shown(amount.span)
        level = self.one.baseline
        before = self.document.text[max(amount.whole.start - 6, 0) : amount.whole.start]
        if level is not None and not re.search(r"\bto\s+$", before):
            term |= {
                "target_is": "increment",
                "baseline": {"period": {"start": f"{level.year}-01-01", "end": f"{level.year}-12-31"}},
            }
            shown["reference"] = self.shown(level.span)
            self.note.read(f"{at}.baseline", level.span)
        elif amount.is_increment or (self.one.direction is not None and re.search(r"\bby\s+$", before)):
            term |= {"target_is": "increment", "baseline": None}
            self.note.needed(f"{at}.baseline", "the words call it additional, and do not say to what")

    def readings(self, act: Act, actor: str | None) -> Iterator[dict[str, Any]]:
        other = self.one.others[0] if len(self.one.others) == 1 else None
        if other is None and not self.one.others:
            rest = [party for party in self.frame.issuers if party != actor]
            other = rest[0] if len(rest) == 1 and actor in self.frame.issuers else None
        seller, buyer = (other, actor) if act.flow == "in" else (actor, other)
        for measure in act.measures:
            if act.flow == "none":
                yield {"type": measure, "reporter": actor, "partner": WORLD}
            elif measure == "import":
                yield {"type": measure, "reporter": buyer, "partner": seller}
            else:
                yield {"type": measure, "reporter": seller, "partner": buyer}

    def conditional(self, at: str, term: Body, shown: Body, actor: str | None) -> None:
        one = self.one
        if one.condition is None:
            message = "a conditional term is told by its condition"
            raise AssertionError(message)
        trigger = self.quoted(one.condition)
        term["trigger"] = {
            "title": self.title(one.condition),
            "act": trigger,
            "judge": None,
            "shown": {"action": self.shown(one.condition)},
        }
        self.note.read(f"{at}.trigger.act", one.condition)
        self.note.notes[f"{at}.trigger.judge"] = "unknown: who is to judge it"
        clause: Body = {"title": self.title(one.act), "actor": actor, "act": self.quoted(one.act)}
        self.note.read(f"{at}.consequence.act", one.act)
        own: Body = {"actor": shown.pop("actor"), "action": self.shown(one.act)}
        deadline = next((when for when in one.times if when.role == "deadline" and when.end is not None), None)
        if deadline is not None:
            clause["deadline"] = deadline.end
            own["timing"] = self.shown(deadline.span)
            self.note.read(f"{at}.consequence.deadline", deadline.span, self.from_when(deadline))
        clause["shown"] = {name: place for name, place in own.items() if place is not None}
        term["consequence"] = clause

    def scope(self, at: str, term: Body, shown: Body) -> None:
        goods = self.one.goods
        tables = [self.words.goods[one.name] for one in goods]
        if not goods or len({(one.classification, one.revision) for one in tables}) != 1:
            return
        term["scope"] = {
            "title": " and ".join(self.quoted(one.span) for one in goods), "classification": tables[0].classification,
            "codes": [code for one in tables for code in one.codes],
        }  # fmt: skip
        if tables[0].revision is not None:
            term["scope"]["revision"] = tables[0].revision
        shown["scope"] = self.shown(goods[0].span)
        self.note.read(f"{at}.scope", goods[0].span, "; the code is the vocabulary's, not the text's")

    def time(self, at: str, term: Body, shown: Body, times: tuple[When, ...]) -> None:
        """Write the period and the deadline that were resolved; those that were not stay null, with a note."""
        for when in times:
            if when.role == "deadline" and when.end is not None and "deadline" not in term:
                term["deadline"] = when.end
                self.note.read(f"{at}.deadline", when.span, self.from_when(when))
                shown.setdefault("timing", self.shown(when.span))
            elif when.role == "period" and when.start is not None and "period" not in term:
                term["period"] = {"start": when.start, "end": when.end}
                self.note.read(f"{at}.period", when.span, self.from_when(when))
                shown.setdefault("timing", self.shown(when.span))
            elif when.role == "rate" and term.get("target") is not None:
                each = f"“{self.quoted(when.span)}” owes {term['target']} each time"
                term["target"] = None
                self.note.needed(f"{at}.target", f"{each}, and the words do not say how often; write a term for each")
            elif not when.is_known and "period" not in term and "deadline" not in term:
                term["deadline"] = None
                self.note.read(f"{at}.deadline", when.span, "; unknown: the words do not settle the day")
        self._in_order(term)

    @staticmethod
    def from_when(when: When) -> str:
        """Return what is to be said of a time that was reckoned from the document's day."""
        return "; reckoned from the document's own day: mend it if another is meant" if when.is_relative else ""

    @staticmethod
    def _in_order(term: Body) -> None:
        """Keep the deadline alone where the two contradict one another: they are of two things."""
        if term.get("deadline") is not None and "period" in term and term["deadline"] < term["period"]["start"]:
            del term["deadline"]

    def marks(self, amount: Amount | None) -> Iterator[Body]:
        """Yield what counts one half: a softened amount, or an act that a hedge softens (E1)."""
        softened = amount.qualified if amount is not None else None
        if softened is not None:
            yield {"mark": "qualified", "element": "quantity", "shown": self.shown(softened)}
        if self.one.kind == "conditional":
            return
        first = next((span for span in self.one.hedges if span != softened and not self._of_an_amount(span)), None)
        if first is not None:
            yield {"mark": "qualified", "element": "action", "shown": self.shown(first)}

    def _of_an_amount(self, span: Span) -> bool:
        return any(one.qualified == span for one in self.one.amounts)
