"""Operative verbs of a text and their strength: shall, committing, hortatory; denied, or promised not to be done.

The forms of each verb are the vocabulary's. "Will" before a softer verb is as soft as that; "would" counts only where
what was said is reported. Source: method §4 (O), E2; PL403 to PL406.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from ledger.ingest.draft.span import Span
from ledger.ingest.draft.vocabulary import Vocabulary, either

Strength = Literal["shall", "committing", "hortatory"]

_HAVE: Final = r"(?:has|have|had|having|will|would|shall|do|does|did|is|are|was|were)"
_GAP: Final = (
    r"(?:\s+[“\"']?(?:[a-z]+ly|also|further|jointly|both|each|all|again|always|now|then|therefore"
    r"|thus|together|in turn)[”\"']?,?)?"
)
_NOT: Final = r"(?:\s+(?P<{0}>not|never|no longer))?"
_DAY: Final = (
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:[A-Z][a-z]+\s+\d{1,2}|\d{1,2}\s+[A-Z][a-z]+)(?:,?\s+\d{4})?"
)
_INSIDE: Final = (
    r"(?:\s+with\s+[^,;.]{2,40}?"
    rf"|\s+(?:late\s+|early\s+|earlier\s+)?on\s+(?:{_DAY})|\s+(?:last|this|earlier\s+this)\s+(?:week|month|year)"
    r"|\s+in\s+(?:principle|writing|public|return|exchange|[A-Z][a-z]+)|\s+(?:today|yesterday|again|together|jointly"
    r"|formally|unilaterally|publicly)|,\s+[^,;]{2,80},)"
)
"""What may stand between the verb and its "to": with whom, when, where, how, an aside."""


@dataclass(frozen=True, slots=True)
class Operative:
    """An operative verb.

    Attributes:
        span: of the verb with its auxiliaries. ``end``: where the act begins.
        is_restraint: what is promised is not to do it. ``is_direct``: an amount follows at once.
        is_laid: a text lays it on somebody, who is named within the span.
        is_noun: it is a pledge by name ("Japan's commitment to"), whose it is stands beside it or within.
        is_held: of such a noun, whether a verb before it tells of it as made ("includes a commitment to").
        plain: whether only "will", "would" or "is to" stand there, which also foretell.
    """

    span: Span
    strength: Strength
    end: int
    is_restraint: bool = False
    is_direct: bool = False
    is_laid: bool = False
    is_noun: bool = False
    is_held: bool = False
    is_reported: bool = False
    plain: bool = False


class Reader:
    """Finds operative verbs by one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._strengths: dict[str, Strength] = {}
        phrases: list[str] = []
        tables: tuple[tuple[Strength, tuple[str, ...]], ...] = (
            ("shall", vocabulary.verbs.shall), ("committing", vocabulary.verbs.committing),
            ("hortatory", vocabulary.verbs.hortatory),
        )  # fmt: skip
        for strength, several in tables:
            for phrase in several:
                for form in (phrase,) if phrase in _FIXED else vocabulary.forms(phrase):
                    self._strengths.setdefault(form, strength)
                    phrases.append(form)
        long = sorted({one for one in phrases if one not in _MODALS}, key=lambda one: (-len(one), one))
        verb = "|".join(map(_phrase, long))
        self._pattern = re.compile(
            rf"\b(?:(?P<modal>shall|must|will|would|should|ought\s+to)\b{_NOT.format('no_modal')}{_GAP}(?:"
            rf"\s+(?P<after>{verb}))?(?![A-Za-z])"
            rf"|(?:(?P<have>{_HAVE})\b{_NOT.format('no_have')}{_GAP}\s+)?(?P<verb>{verb})(?![A-Za-z]))"
        )
        direct = [form for phrase in vocabulary.verbs.direct for form in vocabulary.forms(phrase)]
        self._direct = re.compile(
            rf"\b(?:(?:has|have|had|will)\b{_GAP}\s+)?(?P<direct>{either(direct)})\s+(?:an?\s+(?:[a-z-]+\s+){{1,2}}of\s+)?"
            rf"(?:[A-Z][\w.]*\s+){{0,3}}"
        )
        laid = [form for phrase in vocabulary.verbs.obliging for form in vocabulary.forms(phrase)]
        self._laid = re.compile(
            rf"\b(?:{either(laid)})\s+(?!to\b|not\b|that\b|it(?:self)?\b|them)(?:[\w.’'-]+\s+){{1,5}}?(?:not\s+)?to\b"
        )
        renewals = [form for phrase in vocabulary.renewals for form in vocabulary.forms(phrase)]
        self._noun = re.compile(
            rf"\b(?:(?:has|have|had)\s+)?(?:{either(renewals)})\s+(?:its|their|his|her|a|an|the|our)"
            rf"\s+(?:[a-z-]+\s+){{0,2}}?"
            rf"(?P<noun>{either(vocabulary.pledges)})(?P<not>\s+not)?\s+to\b"
        )
        self._pledge = re.compile(
            rf"\b(?:{either(vocabulary.pledges)})(?:\s+(?:of|by|from)\s+(?:the\s+)?[A-Z][^,;.]{{1,60}}?)?"
            rf"(?:(?P<not>\s+not)?\s+to\b|\s+(?P<of>of|worth)\s+)"
        )
        # "pledge" and "promise" are verbs too: as nouns they stand after a genitive, or after an article and what sort
        # it is; a plural there would be who pledges ("the parties pledge to").
        whose = either([name for known in vocabulary.parties.values() for name in known.adjectives])
        self._named = re.compile(
            rf"(?:[’']s?|\b(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir|[Oo]ur|[Hh]is|[Hh]er|[Tt]his))\s+"
            rf"(?:(?:[a-z-]*[a-rt-z]|{whose})\s+){{0,2}}$"
        )
        holders = [form for phrase in vocabulary.holders for form in vocabulary.forms(phrase)]
        self._held = re.compile(rf"\b(?:{either(holders)})\s+(?!no\b)(?:[a-z]+\s+by\s+)?(?:[\w.’'-]+\s+){{0,5}}$")
        self._denials = re.compile(rf"\b(?:{either(vocabulary.denials)})\s+(?:[a-z]+ly\s+)?$", re.IGNORECASE)
        self._restraints = re.compile(
            rf"\s*(?:{either(form for one in vocabulary.restraints.words for form in vocabulary.forms(one))})\b"
        )

    def operatives(self, text: str, within: Span, *, amounts_at: frozenset[int]) -> tuple[Operative, ...]:
        """Return the operative verbs in a span of a text, in order.

        Args:
            amounts_at: where amounts begin, for verbs that take one at once.
        """
        found: list[Operative] = []
        found += [
            self._made(text, within, match.start(), match.end(), "committing", no=bool(match["not"]))
            for match in self._noun.finditer(text, within.start, within.end)
        ]
        for match in self._laid.finditer(text, within.start, within.end):
            no = match.group().endswith("not to")
            found.append(
                Operative(Span(match.start(), match.end()), "shall", match.end(), is_restraint=no, is_laid=True)
            )
        found += [
            one for one in self._nouns(text, within, amounts_at)
            if not any(one.span.meets(other.span) for other in found)
        ]  # fmt: skip
        for match in self._pattern.finditer(text, within.start, within.end):
            one = self._of_match(text, within, match)
            if one is not None and not any(one.span.meets(other.span) for other in found):
                found.append(one)
        for match in self._direct.finditer(text, within.start, within.end):
            span = Span(match.start(), match.end("direct"))
            if match.end() in amounts_at and not any(span.meets(other.span) for other in found):
                found.append(Operative(span, "committing", match.end(), is_direct=True))
        return tuple(sorted(found, key=lambda one: one.span))

    def restrains(self, text: str) -> bool:
        """Whether a text begins with a word of restraint ("refrain from")."""
        return self._restraints.match(text) is not None

    def _nouns(self, text: str, within: Span, amounts_at: frozenset[int]) -> Iterator[Operative]:
        """Yield pledges by name ("commitment to", "pledge of $5 billion"); whose they are is not asked here."""
        for match in self._pledge.finditer(text, within.start, within.end):
            if match["of"] and match.end() not in amounts_at:
                continue
            if not self._named.search(text[within.start : match.start()]):
                continue
            held = self._held.search(text[within.start : match.start()])
            if held and self._denials.search(text[within.start : within.start + held.start()]):
                continue  # "does not include a commitment to"
            span = Span(match.start(), match.end("of") if match["of"] else match.end())
            made = self._made(text, within, span.start, match.end(), "committing", no=bool(match["not"]))
            yield replace(made, span=span, is_noun=True, is_held=held is not None)

    def _of_match(self, text: str, within: Span, match: re.Match[str]) -> Operative | None:
        modal = match["modal"]
        if modal is None:
            words = match["verb"]
            if self._denials.search(text[within.start : match.start()]) or match["no_have"]:
                return None  # "has not agreed to": no pledge was made
            if (
                match["have"] in _BE
                and f"{match['have']} {words}" not in self._strengths
                and not words.split()[0].endswith("ing")
            ):
                return None  # "is expected to": others expect it
            strength = self._strength(words)
            no = re.search(r"\b(?:not|never)\s+to$", words) is not None
            return self._made(text, within, match.start(), match.end(), strength, no=no, plain=words in _FORETELL)
        words = match["after"]
        strength = self._strength(re.sub(r"\s+", " ", modal))
        if match["no_modal"] and words is not None and self._strength(words) != "hortatory":
            return None  # "would never agree to": a refusal
        if words is not None and strength == "committing" and not match["no_modal"]:
            strength = self._strength(words)
        end = match.end("after") if words is not None else _end_of_modal(match)
        no = bool(match["no_modal"]) or (words is not None and re.search(r"\b(?:not|never)\s+to$", words) is not None)
        return self._made(
            text,
            within,
            match.start(),
            end,
            strength,
            no=no,
            reported=modal == "would" and strength == "committing",
            plain=words is None and strength == "committing",
        )

    def _strength(self, words: str) -> Strength:
        key = re.sub(r"\s+", " ", re.sub(rf"{_INSIDE}{{0,2}}(?:\s+(?:not|never))?(?=\s+(?:to|on)$)", "", words))
        return "committing" if key == "would" else self._strengths[key]

    def _made(
        self, text: str, within: Span, start: int, end: int, strength: Strength, *, no: bool, reported: bool = False,
        plain: bool = False,
    ) -> Operative:  # fmt: skip
        held = self._restraints.match(text, end, within.end)
        return Operative(
            Span(start, end), strength, end, is_restraint=no or held is not None, is_reported=reported, plain=plain
        )


_BE: Final = frozenset({"is", "are", "was", "were"})
_MODALS: Final = frozenset({"shall", "must", "will", "would", "should", "ought to"})
_FORETELL: Final = frozenset({"is to", "are to"})
_FIXED: Final = _MODALS | _FORETELL
"""Phrases that have no other forms."""


def _phrase(phrase: str) -> str:
    """Return the pattern of a phrase; before a "to" at its end may stand "not" and what stands inside a verb."""
    if phrase.endswith(" to"):
        return rf"(?:{either([phrase.removesuffix(' to')])}){_INSIDE}{{0,2}}(?:\s+(?:not|never))?\s+to"
    if phrase.endswith(" on"):
        return rf"(?:{either([phrase.removesuffix(' on')])})(?:\s+with\s+[^,;.]{{2,40}}?)?\s+on(?!\s+(?:{_DAY}))"
    return either([phrase])


def _end_of_modal(match: re.Match[str]) -> int:
    return match.end("no_modal") if match["no_modal"] else match.end("modal")
