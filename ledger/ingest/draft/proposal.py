"""A proposal: a sentence that promises, read into who, how strongly, what, how much, when, if what, and who says so.

Every part is a span of the text; what a sentence does not settle is empty. The rules are few and stand in the order in
which they are asked; docs/drafting.md says how often they are right, measured. Nothing is looked up outside the text
and the vocabulary. Source: issue 5, point 4; method §2, E1, E2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from ledger.errors import MalformedError
from ledger.ingest.draft.amount import Amount, Baseline, amounts, baselines
from ledger.ingest.draft.operative import Operative, Reader
from ledger.ingest.draft.party import Finder, Mention
from ledger.ingest.draft.sentence import is_item, sentences
from ledger.ingest.draft.span import Span
from ledger.ingest.draft.text import Document
from ledger.ingest.draft.timing import When, times
from ledger.ingest.draft.vocabulary import Vocabulary, either
from ledger.model.unit import measurement

PROPOSALS: Final = 5000
"""Promises that a document may have; a person looks at each."""

VERBS: Final = 40
"""Operative verbs of a sentence that are looked at; no sentence that anybody signs has as many."""

Kind = Literal["quantity", "trend", "action", "restraint", "conditional"]
Direction = Literal["increase", "decrease", "no_less"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is to act; ``parties`` is empty where the words name nobody that is known."""

    span: Span
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Something of the vocabulary that words name: an act, goods, a direction."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Proposal:
    """A sentence that promises, and what was read in it.

    Attributes:
        sentence: the whole of it, which is quoted. ``clause``: the part that this promise takes.
        actor: null in a passive without one.
        act: what is to be done, or not to be done.
        measured: the act by which a figure can be read; null where there is none.
        others: parties that the act names besides the actor, each once.
        speaker: who says so, where the sentence reports it; ``condition``: the trigger, with its word.
        stem: of an item of a list, the words before the list, which name who and how strongly ("China shall:").
    """

    number: int
    sentence: Span
    clause: Span
    actor: Actor | None
    operative: Operative
    act: Span
    kind: Kind
    measured: Named | None = None
    direction: Named | None = None
    amounts: tuple[Amount, ...] = ()
    baseline: Baseline | None = None
    times: tuple[When, ...] = ()
    hedges: tuple[Span, ...] = ()
    goods: tuple[Named, ...] = ()
    others: tuple[str, ...] = ()
    speaker: Actor | None = None
    condition: Span | None = None
    stem: Span | None = None


def propose(
    document: Document, vocabulary: Vocabulary, *, issuers: tuple[str, ...] = (), day: str | None
) -> tuple[Proposal, ...]:
    """Return the proposals of a document, in the order of the text, numbered from 1.

    Args:
        issuers: the parties whose document it is, where that is known; "the two sides" are they.
        day: of the document, against which relative times are resolved; null leaves them unknown.

    Raises:
        MalformedError: it has more promises than anybody could read.
    """
    reader = _Proposer(document.text, vocabulary, issuers, day)
    found: list[Proposal] = []
    for sentence in sentences(document.text):
        found += reader.read_next(sentence)
        if len(found) > PROPOSALS:
            message = (
                f"{document.name}: has more than the {PROPOSALS} promises that anybody could read; give a part of it."
            )
            raise MalformedError(message, file=document.name)
    return tuple(replace(one, number=number) for number, one in enumerate(found, start=1))


def counts(vocabulary: Vocabulary, measured: Named, amount: Amount) -> bool:
    """Whether an amount is one that an act is measured in: a share is none, and only money is paid or disbursed."""
    is_money = measurement(amount.unit).dimension.startswith("money")
    paid = set(vocabulary.acts[measured.name].measures) & {"payment", "disbursement"}
    return amount.unit != "percent" and (is_money or not paid)


class _Proposer:
    """Reads the sentences of one text."""

    def __init__(self, text: str, vocabulary: Vocabulary, issuers: tuple[str, ...], day: str | None) -> None:
        self._text = text
        self._words = vocabulary
        self._day = day
        self._stem: Proposal | None = None
        self._finder = Finder(vocabulary, issuers)
        self._verbs = Reader(vocabulary)
        forms = vocabulary.forms
        reports = [form for one in vocabulary.reports for form in forms(one)]
        who = r"(?:\s+(?:reporters|journalists|lawmakers|parliament|state media))?"
        when = r"(?:\s+(?:on|in|yesterday|today|late|earlier)\b[^,.;]{0,30}?)?"
        whom = r"(?:(?:\s+[A-Za-z]+){1,3}?(?=\s+that\s))?"
        that = [
            form
            for one in (*vocabulary.verbs.committing, *vocabulary.verbs.shall)
            if one.endswith(" that")
            for form in forms(one)
        ]
        self._that = re.compile(rf"(?:{either(that)})$")
        reports += that
        self._report = re.compile(rf"\b(?:{either(reports)})(?:{whom}|{who}{when})(?:\s+that)?[,:]?\s+(?!to\b)(?=\S)")
        self._by_account = re.compile(r"\b[Aa]ccording to\s+(?P<who>[^,]{2,80}),")
        self._afterwards = re.compile(rf",[”\"’]?\s+(?P<who>[^,.;]{{2,70}}?)\s+(?:{either(reports)})\b")
        self._condition = re.compile(
            rf"\b(?:{either([*vocabulary.conditions.words, *map(_capital, vocabulary.conditions.words)])})\b"
        )
        self._idle = re.compile(rf"(?:{either(form for one in vocabulary.idle for form in forms(one))})\b")
        self._passive = re.compile(
            rf"\s+(?:not\s+)?be\s+(?:[a-z]+ly"
            rf"\s+)?(?:{either(form for one in vocabulary.passives.words for form in forms(one))})\b"
        )
        self._acts = [
            (name, re.compile(rf"\b(?:{either(form for word in act.words for form in forms(word))})\b"))
            for name, act in vocabulary.acts.items()
        ]
        self._directions = [
            (name, re.compile(rf"(?:{either(form for word in words for form in forms(word))})\b"))
            for name, words in vocabulary.directions.items()
        ]
        self._hedges = re.compile(rf"\b(?:{either(vocabulary.hedges)})\b", re.IGNORECASE)
        self._goods = [
            (name, re.compile(rf"\b(?:{either(goods.words)})\b", re.IGNORECASE))
            for name, goods in vocabulary.goods.items()
        ]

    def read_next(self, sentence: Span) -> Iterator[Proposal]:
        """Yield the proposals of a sentence, after all before it: an item of a list is read with what leads to it."""
        own = tuple(self.read(sentence))
        ends_stem = self._text[sentence.start : sentence.end].endswith(":")
        if own and ends_stem and not self._text[own[-1].act.start : own[-1].act.end].strip(" :"):
            self._stem = own[-1]
            yield from own[:-1]
            return
        is_listed = is_item(self._text, sentence)
        if self._stem is not None and is_listed and not own:
            yield self._of_item(self._stem, sentence)
            return
        if not is_listed and "\n\n" in self._text[max(sentence.start - 3, 0) : sentence.start]:
            self._stem = None  # another paragraph
        yield from own

    def read(self, sentence: Span) -> Iterator[Proposal]:
        """Yield the proposals of a sentence."""
        if self._text[sentence.start : sentence.end].rstrip("”\"') ").endswith("?"):
            return
        found = amounts(self._text, sentence, self._words)
        verbs = self._verbs.operatives(self._text, sentence, amounts_at=frozenset(one.whole.start for one in found))
        if not verbs:
            return
        mentions = self._finder.mentions(self._text, sentence)
        triggers = tuple(self._triggers(sentence))
        taken: list[tuple[Operative, Actor | None, int]] = []
        for verb in verbs[:VERBS]:
            if any(trigger.holds(verb.span) for trigger in triggers):
                continue
            actor = self._actor(sentence, verb, mentions, triggers, taken)
            if actor is not None and self._promises(sentence, verb, actor, triggers):
                who = None if actor.span == verb.span else actor
                taken.append((verb, who, max(actor.span.start, taken[-1][0].end) if taken else actor.span.start))
        taken = [
            one for place, one in enumerate(taken)
            if place + 1 == len(taken) or not self._that.search(self._text[one[0].span.start : one[0].end])
        ]  # fmt: skip
        for place, (verb, who, begin) in enumerate(taken):
            end = taken[place + 1][2] if place + 1 < len(taken) else sentence.end
            end = self._until(verb.end, end, mentions)
            clause = Span(sentence.start if who is None and place == 0 else min(begin, verb.span.start), end)
            yield self._proposal(sentence, self._trimmed(clause, verb), verb, who, mentions, triggers)

    def _of_item(self, stem: Proposal, item: Span) -> Proposal:
        """Return the proposal of an item of a list: who and how strongly are the stem's, the rest its own."""
        mentions = self._finder.mentions(self._text, item)
        text = self._text[item.start : item.end]
        is_restraint = stem.operative.is_restraint or text.startswith("not ") or self._verbs.restrains(text)
        verb = replace(stem.operative, end=item.start, is_restraint=is_restraint)
        read = self._proposal(item, self._bare(item), verb, stem.actor, mentions, tuple(self._triggers(item)))
        return replace(read, operative=stem.operative, stem=stem.sentence, speaker=stem.speaker)

    def _until(self, begin: int, end: int, mentions: tuple[Mention, ...]) -> int:
        """Return where a clause ends: where another begins with somebody else ("…, and both sides …")."""
        for match in _ANOTHER.finditer(self._text, begin, end):
            for one in mentions:
                if one.span.start == match.end() and _GOES_ON.match(self._text, one.span.end, end):
                    return match.start()
        return end

    # --- who --------------------------------------------------------------------------------------------------------

    def _actor(
        self, sentence: Span, verb: Operative, mentions: tuple[Mention, ...], triggers: tuple[Span, ...],
        taken: list[tuple[Operative, Actor | None, int]],
    ) -> Actor | None:  # fmt: skip
        """Return who acts; for a passive that names nobody, an actor at the verb itself; null where nobody does."""
        if verb.is_laid:
            on = [one for one in mentions if verb.span.holds(one.span) and one.sort in {"name", "collective", "body"}]
            return Actor(on[0].span, on[0].parties) if on else None
        if verb.is_noun:
            return self._owner(sentence, verb, mentions)
        begin = self._reported_until(sentence, verb)
        near = [
            one for one in mentions
            if begin <= one.span.start and one.span.end <= verb.span.start and one.sort != "adjective"
            and not any(trigger.holds(one.span) for trigger in triggers)
        ]  # fmt: skip
        for one in reversed(near):
            if one.preposition is None and self._is_near(one.span.end, verb.span.start):
                return self._joined(near, one, begin, sentence)
        before = self._text[sentence.start : verb.span.start]
        if taken and re.search(r"(?:\band|\bbut|,|;|\bor)\s+(?:then\s+|also\s+|in turn\s+)?$", before):
            return taken[-1][1]
        if self._text.startswith("shall", verb.span.start) and _NOTHING.search(before):
            # "No tariff shall exceed": on whomever it is.
            return self._by_whom(sentence, verb, mentions) or Actor(verb.span, ())
        if self._passive.match(self._text, verb.end, sentence.end) and verb.strength != "hortatory":
            return self._by_whom(sentence, verb, mentions) or Actor(verb.span, ())
        return None

    def _owner(self, sentence: Span, verb: Operative, mentions: tuple[Mention, ...]) -> Actor | None:
        """Return whose a pledge is that stands as a noun; an actor at the noun itself where it is told of as made.

        It stands beside the noun ("Japan's commitment to") or within ("the pledge by Japan to"). Where neither a verb
        tells of it as made nor the clause begins with it, it is spoken of in passing ("fell short of its pledge to").
        """
        beside = [
            one for one in mentions
            if (gap := _BESIDE.fullmatch(self._text, one.span.end, max(one.span.end, verb.span.start))) is not None
            and (one.sort == "adjective" or gap["genitive"])
        ]  # fmt: skip
        within = [one for one in mentions if verb.span.holds(one.span) and one.preposition in {"of", "by", "from"}]
        owner = next(iter((*beside[-1:], *within)), None)
        begins = min(owner.span.start if owner is not None else verb.span.start, verb.span.start)
        opens = _OPENS.fullmatch(self._text, sentence.start, begins)
        if not verb.is_held and (opens is None or (owner is None and not opens["whose"])):
            return None
        return Actor(owner.span, owner.parties) if owner is not None else Actor(verb.span, ())

    def _is_near(self, end: int, start: int) -> bool:
        """Whether only an aside or small words stand between who acts and the verb."""
        gap = self._text[end:start]
        return _GAP.fullmatch(gap) is not None or (
            re.fullmatch(rf"\s+(?:[A-Za-z]+\s+)?(?:{either(self._words.offices)})\s+", gap) is not None
        )

    def _joined(self, near: list[Mention], last: Mention, begin: int, sentence: Span) -> Actor:
        """Return who acts together with those before them ("the United States and China")."""
        parties, start = list(last.parties), last.span.start
        for one in reversed([one for one in near if one.span.end <= last.span.start]):
            if (
                not re.fullmatch(r"\s*(?:,|and|, and|&|as well as)\s+", self._text[one.span.end : start])
                or one.preposition
            ):
                break
            parties = [*one.parties, *parties]
            start = one.span.start
        if last.sort == "pronoun" and not parties:
            speaker = self._speaker_before(begin, sentence) if begin > sentence.start else None
            between = self._text[begin : last.span.start]
            if speaker is not None and not between.strip():
                parties = list(speaker.parties)  # "China said it will": who says so is who acts
        return Actor(Span(start, last.span.end), tuple(dict.fromkeys(parties)))

    def _by_whom(self, sentence: Span, verb: Operative, mentions: tuple[Mention, ...]) -> Actor | None:
        after = [
            one for one in mentions if one.span.start > verb.end and one.preposition == "by" and one.sort != "adjective"
        ]
        return Actor(after[0].span, after[0].parties) if after and after[0].span.end <= sentence.end else None

    # --- who says so ------------------------------------------------------------------------------------------------

    def _reported_until(self, sentence: Span, verb: Operative) -> int:
        """Return where what is reported begins, before a verb; the sentence's start where nothing is."""
        ends = [match.end() for match in self._report.finditer(self._text, sentence.start, verb.span.start)]
        return max(ends, default=sentence.start)

    def _speaker_before(self, begin: int, sentence: Span) -> Actor | None:
        """Return who says what begins at a place."""
        said = [one for one in self._report.finditer(self._text, sentence.start, sentence.end) if one.end() == begin]
        if not said:
            return None
        region = Span(sentence.start, said[0].start())
        named = [one for one in self._finder.mentions(self._text, region) if one.preposition is None]
        named = [one for one in named if one.sort != "adjective"] or named
        if named and named[-1].sort == "pronoun" and _IMPERSONAL.match(self._text, named[-1].span.start):
            return None
        if named:
            return Actor(named[-1].span, named[-1].parties)
        words = re.search(r"[^,;“”\"]+$", self._text[region.start : region.end])
        if words is None or not words.group().strip() or _IMPERSONAL.match(words.group()):
            return None
        start = region.start + words.start() + len(words.group()) - len(words.group().lstrip())
        return Actor(Span(start, region.start + len(self._text[region.start : region.end].rstrip())), ())

    def _speaker(self, sentence: Span, verb: Operative) -> Actor | None:
        begin = self._reported_until(sentence, verb)
        is_own = self._that.search(self._text[sentence.start : begin].rstrip()) is not None  # "guarantees that it will"
        if begin > sentence.start and not is_own and (found := self._speaker_before(begin, sentence)) is not None:
            return found
        for pattern in (self._by_account, self._afterwards):
            match = pattern.search(self._text, sentence.start, sentence.end)
            if match is not None and (pattern is self._by_account or match.start() > verb.end):
                place = Span(match.start("who"), match.end("who"))
                named = self._finder.mentions(self._text, place)
                return Actor(place, tuple(dict.fromkeys(slug for one in named[:1] for slug in one.parties)))
        return None

    # --- whether it promises ----------------------------------------------------------------------------------------

    def _promises(self, sentence: Span, verb: Operative, actor: Actor, triggers: tuple[Span, ...]) -> bool:
        """Whether an operative verb with an actor is a promise rather than a forecast, a demand or a doubt."""
        before = self._text[sentence.start : actor.span.start]
        if re.search(r"\b(?:whether|how|why|when|where|what)\s+(?:\w+\s+){0,3}$", before):
            return False
        if re.search(
            r"\b(?:doubt|doubts|doubted|unlikely|deny|denies|denied|unclear)\b.*\b(?:that|whether)\s+$", before
        ):
            return False
        if self._is_hoped(sentence, verb, actor):
            return False
        supposed = any(re.search(r"\b(?:were|had)\b", self._text[one.start : one.end]) for one in triggers)
        if verb.is_reported and supposed:
            return False
        is_reported = self._reported_until(sentence, verb) > sentence.start or self._speaker(sentence, verb) is not None
        if verb.is_reported and not (is_reported or triggers):
            return False  # "would" of what nobody reports is a supposition
        words = self._text[verb.span.start : verb.end]
        if words.startswith(("should", "ought")):
            speaker = self._speaker(sentence, verb)
            if speaker is not None and speaker.parties != actor.parties:
                return False  # what another says that they should do is a demand
        if not verb.plain:
            return True
        if self._passive.match(self._text, verb.end, sentence.end):
            return True
        after = _AFTER.match(self._text, verb.end, sentence.end)
        return after is not None and (
            _DONE.match(self._text, after.end()) is not None or self._idle.match(self._text, after.end()) is None
        )

    def _is_hoped(self, sentence: Span, verb: Operative, actor: Actor) -> bool:
        """Whether somebody else hopes or thinks it ("farmers hope that China will")."""
        begin = self._reported_until(sentence, verb)
        said = [one for one in self._report.finditer(self._text, sentence.start, sentence.end) if one.end() == begin]
        if not said or _HOPES.match(said[-1].group()) is None:
            return False
        speaker = self._speaker_before(begin, sentence)
        return speaker is None or speaker.parties != actor.parties or not actor.parties

    def _triggers(self, sentence: Span) -> Iterator[Span]:
        """Yield the conditions of a sentence: from their word to the next comma, or to the end."""
        dated = times(self._text, sentence, day=self._day)
        if inverted := _INVERTED.match(self._text, sentence.start, sentence.end):
            yield Span(inverted.start(), inverted.end())
        for match in self._condition.finditer(self._text, sentence.start, sentence.end):
            if any(one.span.start <= match.start() < one.span.end for one in dated):
                continue
            if match.group().lower() == "once" and _HOW_OFTEN.match(self._text, match.end(), sentence.end):
                continue
            rest = self._text[match.start() : sentence.end]
            is_first = not self._text[sentence.start : match.start()].strip(" “\"'(")
            close = re.search(
                r",(?=\s)" if is_first else r",\s+(?=(?:he|she|it|they|[A-Z]\w+)\s+(?:said|added|told))|[.;]?[”\"']?$",
                rest,
            )
            yield Span(match.start(), match.start() + close.start() if close else sentence.end)

    # --- what -------------------------------------------------------------------------------------------------------

    def _proposal(
        self, sentence: Span, clause: Span, verb: Operative, who: Actor | None, mentions: tuple[Mention, ...],
        triggers: tuple[Span, ...],
    ) -> Proposal:  # fmt: skip
        """Return what a clause of a sentence promises."""
        act = self._act(clause, verb, triggers)
        # A time may open the sentence ("From January 1, 2020 on, China shall"), and is said of what follows.
        around = Span(sentence.start, clause.end)
        found = tuple(one for one in amounts(self._text, act, self._words))
        level = next(iter(baselines(self._text, act)), None)
        when = tuple(
            one for one in times(self._text, around, day=self._day)
            if (clause.holds(one.span) or one.span.end <= clause.start) and not _in_any(one.span, triggers)
            and not (level is not None and one.span.meets(level.span))
        )  # fmt: skip
        measured, direction = self._measured(act), self._direction(act)
        trigger = next(iter(triggers), None)
        opens = (who.span if who is not None else clause).start
        is_restraint = (
            verb.is_restraint
            or self._text.startswith(_NONE, opens)
            or _NOTHING.search(self._text[sentence.start : verb.span.start]) is not None
        )
        others = self._others(act, who, mentions)
        return Proposal(
            number=0, sentence=sentence, clause=clause, actor=who, operative=verb, act=act,
            kind=self._kind(trigger, measured, direction, found, is_restraint=is_restraint),
            measured=measured, direction=direction, amounts=found, baseline=level, times=when,
            hedges=self._softened(clause, found), goods=self._named_goods(act), others=others,
            speaker=self._speaker(sentence, verb), condition=trigger,
        )  # fmt: skip

    def _trimmed(self, clause: Span, verb: Operative) -> Span:
        """Return a clause without what is said of it afterwards, and without the marks at its end."""
        after = self._afterwards.search(self._text, verb.end, clause.end)
        kept = self._bare(Span(clause.start, after.start() if after is not None else clause.end))
        return Span(kept.start, max(kept.end, verb.end))

    def _bare(self, clause: Span) -> Span:
        """Return a clause without the marks and small words at its end."""
        text = self._text[clause.start : clause.end]
        text = re.sub(r"(?:[\s,;.:”\"’']|(?<=[\s,;])(?:and|but|or|while|whereas))+$", "", text)
        return Span(clause.start, clause.start + len(text))

    def _act(self, clause: Span, verb: Operative, triggers: tuple[Span, ...]) -> Span:
        start, end = verb.end, clause.end
        if verb.is_direct:
            start = verb.span.start
        for trigger in triggers:
            if start < trigger.start < end:
                end = trigger.start
        if verb.is_noun and not verb.is_held and (told := _TOLD_OF.search(self._text, start, end)) is not None:
            end = told.start()
        text = self._text[start:end]
        lead = len(text) - len(text.lstrip(" \n,:"))
        kept = text.rstrip(" \n,;:")
        return Span(min(start + lead, start + len(kept)), max(start + len(kept), start))

    def _measured(self, act: Span) -> Named | None:
        """Return the first act of the vocabulary that the words name."""
        hits = [
            (match.start(), match.end(), name) for name, pattern in self._acts
            if (match := pattern.search(self._text, act.start, act.end)) is not None
        ]  # fmt: skip
        return Named(min(hits)[2], Span(min(hits)[0], min(hits)[1])) if hits else None

    def _direction(self, act: Span) -> Named | None:
        lead = _AFTER.match(self._text, act.start, act.end)
        begin = lead.end() if lead is not None else act.start
        for name, pattern in self._directions:
            match = pattern.match(self._text, begin, act.end)
            if match is not None:
                return Named(name, Span(match.start(), match.end()))
        return None

    def _kind(
        self, trigger: Span | None, measured: Named | None, direction: Named | None, found: tuple[Amount, ...], *,
        is_restraint: bool,
    ) -> Kind:  # fmt: skip
        if trigger is not None:
            return "conditional"
        if is_restraint:
            return "restraint"
        if measured is not None and any(counts(self._words, measured, one) for one in found):
            return "quantity"
        if measured is not None and direction is not None and not found:
            return "trend"
        return "action"

    def _softened(self, clause: Span, found: tuple[Amount, ...]) -> tuple[Span, ...]:
        places = [Span(m.start(), m.end()) for m in self._hedges.finditer(self._text, clause.start, clause.end)]
        places += [one.qualified for one in found if one.qualified is not None]
        kept: list[Span] = []
        for place in sorted(set(places), key=lambda one: (one.start, -one.end)):
            if not any(place.meets(other) for other in kept):
                kept.append(place)
        return tuple(kept)

    def _named_goods(self, act: Span) -> tuple[Named, ...]:
        return tuple(
            Named(name, Span(match.start(), match.end())) for name, pattern in self._goods
            if (match := pattern.search(self._text, act.start, act.end)) is not None
        )  # fmt: skip

    @staticmethod
    def _others(act: Span, who: Actor | None, mentions: tuple[Mention, ...]) -> tuple[str, ...]:
        own = who.parties if who is not None else ()
        named = [
            slug for one in mentions if act.holds(one.span) and one.sort in {"name", "adjective"}
            for slug in one.parties
        ]  # fmt: skip
        return tuple(slug for slug in dict.fromkeys(named) if slug not in own)


_NONE: Final = ("No ", "no ", "Neither ", "neither ")
_NOTHING: Final = re.compile(r"(?:^|[;,]\s+)(?:and\s+)?[Nn]o\s+(?:[a-z-]+\s+){1,4}$")
_BESIDE: Final = re.compile(r"(?P<genitive>[’']s?)?\s+(?:(?!the\b|an?\b)[a-z-]+\s+){0,2}")
_OPENS: Final = re.compile(
    r"(?:.*[,;:]\s+)?(?:and\s+|but\s+)?[“\"(]?(?:(?:the|an?|(?P<whose>its|their|our))\s+)?", re.IGNORECASE | re.DOTALL
)
_TOLD_OF: Final = re.compile(r"\s+(?:was|were|is|are|has|have|had|stands?|stood|remains?|became|will|would)\b")
"""What is said of a pledge that stands as a noun: there the act ends."""
_ANOTHER: Final = re.compile(r";\s+(?:and\s+)?|,\s+(?:and|but|while|whereas)\s+")
_INVERTED: Final = re.compile(r"(?:Should|Were|Had)\s[^,;]{3,200}(?=,)")
_IMPERSONAL: Final = re.compile(r"\s*[Ii]t\s+(?:is|was|has been|had been)\b")
_DONE: Final = re.compile(r"have\s+(?!to\b)[a-z]+(?:ed|en|[dln]t|ut|ne|de|id)\b")
_HOPES: Final = re.compile(r"(?:hop|expect|believ|think|thought|fear|doubt)")
_HOW_OFTEN: Final = re.compile(r"\s+(?:a|per|every|each|again|more|in)\b")
_GOES_ON: Final = re.compile(r"\s+(?!(?:by|in|from|to|for|of|on|at|with|and|or|over|during|as)\b)[a-z]+")
_GAP: Final = re.compile(
    r"\s*(?:\([^)]{1,120}\)\s*)?(?:,[^,;]{1,160},\s*|—[^—]{1,160}—\s*|,\s+)?(?:(?:[a-z]+ly|also|each"
    r"|both|all|jointly|further|have|has|now|therefore|then|in turn|too|together|either),?\s+){0,3}"
)
_AFTER: Final = re.compile(
    r"\s*(?:not\s+)?[“\"‘']?(?:(?:[a-z]+ly|also|further|jointly|each|both|all|now|then"
    r"|immediately)[”\"’']?,?\s+){0,3}[“\"‘']?"
)


def _capital(phrase: str) -> str:
    return phrase[0].upper() + phrase[1:]


def _in_any(span: Span, several: tuple[Span, ...]) -> bool:
    return any(one.holds(span) for one in several)
