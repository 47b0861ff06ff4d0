"""Who is named in a text: parties by name and adjective, the makers of the text together, bodies, pronouns.

A mention says which parties it is, or none where the words name somebody who is not known: then the words stand and the
party is null, never guessed. Source: design §2.2 (``party``); E1 (actor).
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from ledger.ingest.draft.span import Span
from ledger.ingest.draft.vocabulary import Vocabulary, either

Sort = Literal["name", "adjective", "collective", "body", "pronoun"]

_ACRONYM: Final = re.compile(r"[A-Z.]{2,5}")


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that mean somebody.

    Attributes:
        parties: whom; empty where that is not known.
        sort: an ``adjective`` is about goods or people of a party and never acts itself.
        preposition: the one before it, in small letters; null where none is.
    """

    span: Span
    parties: tuple[str, ...]
    sort: Sort
    preposition: str | None = None


class Finder:
    """Finds mentions by one vocabulary.

    Args:
        issuers: the parties whose text it is; "the two sides" means them where they are two or more.
    """

    def __init__(self, vocabulary: Vocabulary, issuers: tuple[str, ...] = ()) -> None:
        self._issuers = issuers if len(issuers) > 1 else ()
        self._names: dict[str, str] = {}
        self._adjectives: dict[str, str] = {}
        for slug, known in vocabulary.parties.items():
            self._names |= {_key(name): slug for name in known.names}
            self._adjectives |= {_key(name): slug for name in known.adjectives}
        offices = either(vocabulary.offices)
        named = either([name for known in vocabulary.parties.values() for name in known.names])
        adjectives = either([name for known in vocabulary.parties.values() for name in known.adjectives])
        own = rf"(?:\s+(?:(?!and\b|or\b)[A-Za-z]+\s+){{0,2}}?(?P<office>{offices})\b)"
        article = r"(?:[Tt]he\s+)?"
        bodies = either(vocabulary.bodies)
        plural = either([one for one in vocabulary.bodies if one.endswith("s")])
        several = either([one[0].upper() + one[1:] for one in vocabulary.bodies if one.endswith("s")])
        self._pattern = re.compile(
            rf"\b{article}(?P<name>{named})(?![\w])(?P<genitive>[’']s?(?=\s))?(?:{own}|(?P<owned>\s+(?:[a-z]+\s+)?(?:{bodies})\b))?"
            rf"|\b{article}(?P<adjective>{adjectives})\b{own.replace('office>', 'office_a>')}?"
            rf"|\b(?P<collective>(?i:{either(vocabulary.collectives)}))\b"
            rf"|\b(?P<body>(?:(?i:the|each|every|a|any|no|all|both|these)\s+(?:[A-Za-z]+"
            rf"\s+){{0,3}}?(?i:{bodies})|(?:[A-Z][a-z]+\s+(?:country\s+)?)?(?:{several})|[A-Z][a-z]+\s+(?:country\s+)?(?:{plural}))\b"
            rf"(?:\s+of\s+(?:the\s+)?(?:(?P<whose>{named})|[A-Z]\w+))?)(?!\w)"
            rf"|\b(?P<pronoun>{_any_case(vocabulary.pronouns)})\b"
        )
        self._before = re.compile(rf"\b({_any_case(vocabulary.prepositions)})\s+(?:both\s+|all\s+)?$")

    def mentions(self, text: str, within: Span) -> tuple[Mention, ...]:
        """Return the mentions in a span of a text, in order."""
        return tuple(
            self._mention(text, within, match) for match in self._pattern.finditer(text, within.start, within.end)
        )

    def _mention(self, text: str, within: Span, match: re.Match[str]) -> Mention:
        part = match.groupdict()
        before = self._before.search(text[max(within.start, match.start() - 24) : match.start()])
        preposition = before[1].lower() if before else None
        span = Span(match.start(), match.end())
        if part["adjective"]:
            slug = self._adjectives[_key(part["adjective"])]
            return Mention(span, (slug,), "name" if part["office_a"] else "adjective", preposition)
        if part["name"]:
            slug = self._names[_key(part["name"])]
            if part["owned"] and part["genitive"]:
                return Mention(span, (), "body", preposition)  # somebody of theirs, not they
            return Mention(span, (slug,), self._sort_of_name(text, within, match), preposition)
        if part["collective"]:
            return Mention(span, self._issuers, "collective", preposition)
        if part["whose"]:
            return Mention(span, (self._names[_key(part["whose"])],), "body", preposition)
        return Mention(span, (), "body" if part["body"] else "pronoun", preposition)

    @staticmethod
    def _sort_of_name(text: str, within: Span, match: re.Match[str]) -> Sort:
        """Return whether a name acts, or stands before goods like an adjective ("US soybeans", "China's exports")."""
        if match["office"]:
            return "name"
        if match["genitive"]:
            return "adjective"
        after = re.match(r"[ \n]([A-Za-z-]+)", text[match.end() : within.end])
        is_short = _ACRONYM.fullmatch(match["name"].removeprefix("the ")) is not None
        return "adjective" if is_short and after is not None and _is_noun(after[1]) else "name"


def _is_noun(word: str) -> bool:
    """Whether a word after "US" is goods or people rather than a verb or a small word; verbs are found elsewhere."""
    return re.fullmatch(
        r"(?:and|or|also|both|has|have|had|will|shall|must|should|would|may|is|are|was|were|agree[sd]?"
        r"|commit(?:s|ted)?|pledge[sd]?|"
        r"promise[sd]?|undertakes?|undertook|intends?|intended|plans?|planned|aims?|aimed|seeks?|sought"
        r"|vow(?:s|ed)?|said|says|added|to|in|on|by|for|from|"
        r"with|of|as|at|that|which|who|not|reiterated|decide[sd]?|resolve[sd]?|offer(?:s|ed)?"
        r"|threaten(?:s|ed)?|did|does|do|expects?|hopes?|can|could|might|"
        r"endeavou?rs?|strives?|strove|announced|consents?|consented|guarantees?|covenants?|further|each"
        r"|together|stands?|remains?|ought|never|refused|renewed|[a-z]+ly)",
        word,
    ) is None  # fmt: skip


def _key(name: str) -> str:
    return re.sub(r"\s+", " ", name)


def _any_case(phrases: tuple[str, ...]) -> str:
    """Return the pattern of phrases that may begin a sentence."""
    return either([*phrases, *(one[0].upper() + one[1:] for one in phrases)])
