"""The phrasebook: sentences that the method composed, said again in another language of reports.

What an assessment finds it says in English sentences: ``audit.json`` is one text for all, for ever. A report in another
language says the same by patterns, an English one with named places beside the other language's, in one file for each
language. A sentence that fits a pattern is said by its counterpart, its places filled: numbers and days as the language
writes them, phrases by patterns of their own, words of the record as they stand. Nothing is guessed: a sentence that
fits no pattern is told as it is, and a test names it. Source: method §6.

A pattern's places are ``{name:kind}``; a group in brackets may be absent, and the counterpart's group of the same place
in the row is absent with it. The kinds:

- ``t`` (or none): text of the record or a name, kept; ``k`` one word without a space, such as a code;
- ``n`` a number; ``a`` an amount with its unit; ``s`` a share in percent; ``d`` a day, month, year or span of them;
- ``w`` one of the method's words; ``p`` a sentence that fits a pattern; ``q`` such a sentence, or else text;
- ``l`` a list (``a, b and c``) of words, sentences, amounts or names;
- a longer name: a phrase of that part of the file, which stands nowhere else (``[part.turn]``).

Where a sentence fits several patterns, the one that keeps the least of the English is meant, then the one that fixes
the most.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product
from typing import Final

from ledger.report.wording import Catalogue, catalogue

Spell = Callable[[str], str]
"""How a text of the record that a sentence names is written, such as a party by its name in the report's language."""

_PLACE: Final = re.compile(r"\{([a-z_0-9]+)(?::([a-z]+))?\}")
_GROUP: Final = re.compile(r"\[([^\[\]]*)\]")
_NUMBER: Final = re.compile(r"[-−]?[0-9][0-9,]*(?:\.[0-9]+)?")
_AMOUNT: Final = re.compile(rf"(?P<low>{_NUMBER.pattern})(?: to (?P<high>{_NUMBER.pattern}))?(?: (?P<unit>[^0-9].*))?")
_SHARE: Final = re.compile(rf"(?P<number>{_NUMBER.pattern}) %")
_ONE_DAY: Final = r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"
_SPAN: Final = re.compile(rf"(?P<start>{_ONE_DAY})(?:(?: to |/)(?P<end>{_ONE_DAY}|\.\.))?")
_SHAPES: Final = {
    "n": _NUMBER.pattern,
    "s": rf"{_NUMBER.pattern} %",
    "k": r"[^ ]+?",
    "d": r"[0-9].*?",
    "a": r"[-−0-9].*?",
}
_CHEAP: Final = frozenset("nsadwkt")
_LONGEST: Final = 20_000
"""Texts longer than this are records' own, and not looked through."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of a pattern: its name, and what kind of text may stand in it."""

    name: str
    kind: str


_Token = str | _Place


@dataclass(frozen=True, slots=True)
class _Pattern:
    """An English pattern, in pieces, and what is said in its place."""

    tokens: tuple[_Token, ...]
    said: str

    @property
    def weight(self) -> int:
        """How much of it is fixed: of two patterns that fit, the one that fixes more is meant."""
        return sum(len(token) for token in self.tokens if isinstance(token, str))

    @property
    def rarest(self) -> str:
        """The longest fixed piece; a sentence without it cannot fit."""
        return max((token for token in self.tokens if isinstance(token, str)), key=len, default="")


@dataclass(frozen=True, slots=True)
class Part:
    """The patterns of one part of a file: those without places by their text, and the others.

    Attributes:
        open: those that fix more first, each with its longest fixed piece and what has to match at the least.
    """

    fixed: Mapping[str, str]
    open: tuple[tuple[str, re.Pattern[str], _Pattern], ...]


def _part(phrases: Mapping[str, str]) -> Part:
    fixed = {key: said for key, said in phrases.items() if not _PLACE.search(key) and "[" not in key}
    patterns = (one for key, said in phrases.items() if key not in fixed for one in _compiled(key, said))
    ordered = sorted(patterns, key=lambda one: -one.weight)
    return Part(fixed, tuple((one.rarest, _least(one), one) for one in ordered))


def _least(pattern: _Pattern) -> re.Pattern[str]:
    """Return an expression that a text has to match so as to fit at all: what is fixed, in order, and short kinds."""
    pieces = (re.escape(one) if isinstance(one, str) else _SHAPES.get(one.kind, ".+?") for one in pattern.tokens)
    return re.compile("".join(pieces), re.DOTALL)


class Phrasebook:
    """The patterns of one language, over the catalogue of its words.

    Attributes:
        language: its tag.
        words: the catalogue of the language.
        patterns: every English pattern, as it is written in the file.
        sentences: those that stand by themselves. ``parts``: those that stand in a place of others only, by name.
        vocabulary: the method's words.
    """

    def __init__(
        self, words: Catalogue, tables: Mapping[str, Mapping[str, str]], parts: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.language = words.language
        self.words = words
        self.patterns = tuple(key for table in (*tables.values(), *parts.values()) for key in table)
        self.sentences = _part({key: said for table in tables.values() for key, said in table.items()})
        self.parts = {name: _part(table) for name, table in parts.items()}
        self.vocabulary = tables.get("word", {})

    def say(self, text: str, spell: Spell = str) -> str | None:
        """Return a sentence of the method in this language; null where it fits no pattern."""
        said = _Saying(self, spell).phrase(text) if len(text) <= _LONGEST else None
        return said.said if said is not None else None

    def __repr__(self) -> str:
        return f"<Phrasebook {self.language}: {len(self.patterns)} patterns>"


class _Saying:
    """One text being said: every part of it is looked at once, and of several ways to say it the fullest is taken."""

    def __init__(self, book: Phrasebook, spell: Spell) -> None:
        self._book = book
        self._spell = spell
        self._known: dict[tuple[str, str], _Said | None] = {}

    def phrase(self, text: str, part: str = "") -> "_Said | None":
        """Return a phrase in the other language, of a part of the file or a whole sentence; null where none fits."""
        key = (part, text)
        if key not in self._known:
            self._known[key] = None  # a phrase that consists of itself fits nothing
            self._known[key] = self._look(text, part)
        return self._known[key]

    def _look(self, text: str, part: str) -> "_Said | None":
        patterns = self._book.parts[part] if part else self._book.sentences
        if (fixed := patterns.fixed.get(text)) is not None:
            return _Said(0, fixed)
        # Several sentences are looked at one by one first: most hold nothing that reaches over their ends.
        best = None if part else self._joined(text, ". ", "join.sentence")
        for rarest, least, pattern in patterns.open:
            if best is not None and best.kept == 0:
                break
            if rarest not in text or not least.fullmatch(text):
                continue
            if (found := self._match(pattern.tokens, 0, text, 0)) is not None:
                best = self._better(best, _Said(found.kept, pattern.said.format_map(found.places)))
        if part or (best is not None and best.kept == 0):
            return best
        return self._better(best, self._better(self._ended(text), self._joined(text, "; ", "join.semicolon")))

    def _better(self, one: "_Said | None", other: "_Said | None") -> "_Said | None":
        """Return what keeps less of the text as it is; of two that keep as much, the first."""
        if one is None or other is None:
            return other if one is None else one
        return other if other.kept < one.kept else one

    def _match(self, tokens: Sequence[_Token], at: int, text: str, start: int) -> "_Filled | None":
        """Return what fills the places of a pattern from one token on, or null where the text does not fit."""
        if at == len(tokens):
            return _Filled(0, {}) if start == len(text) else None
        token = tokens[at]
        if isinstance(token, str):
            fits = text.startswith(token, start)
            return self._match(tokens, at + 1, text, start + len(token)) if fits else None
        best: _Filled | None = None
        for end in _ends(tokens, at, text, start):
            # What is cheap to look at is looked at first; a sentence in a place only where all the rest fits.
            filled = self._fill(token.kind, text[start:end]) if token.kind in _CHEAP else None
            if filled is None and token.kind in _CHEAP:
                continue
            rest = self._match(tokens, at + 1, text, end)
            if filled is None and rest is not None:
                filled = self._fill(token.kind, text[start:end])
            if filled is None or rest is None:
                continue
            kept = filled.kept + rest.kept
            if best is None or kept < best.kept:
                best = _Filled(kept, {token.name: filled.said, **rest.places})
            if kept == 0:
                break
        return best

    def _fill(self, kind: str, text: str) -> "_Said | None":  # noqa: PLR0911, one answer for each kind
        """Return what stands in a place, as this language writes it; null where such a text may not stand there."""
        match kind:
            case "n":
                return _Said(0, self._number(text)) if _NUMBER.fullmatch(text) else None
            case "s":
                return self._share(text)
            case "a":
                return self._amount(text)
            case "d":
                return self._days(text)
            case "k":
                return _Said(0, self._spell(text)) if " " not in text and text[-1] not in ".,;:" else None
            case "w":
                said = self._book.vocabulary.get(text)
                return _Said(0, said) if said is not None else None
            case "p":
                return self.phrase(text)
            case "q":
                return self.phrase(text) or self._text(text)
            case "l":
                return self._list(text)
            case "t":
                return self._text(text)
            case _:
                return self.phrase(text, kind)

    def _text(self, text: str) -> "_Said":
        return _Said(len(text), self._spell(text))

    @property
    def _words(self) -> Catalogue:
        return self._book.words

    def _number(self, text: str) -> str:
        words = self._words
        sign = words.say("number.minus") if text[0] in "-−" else ""
        whole, point, rest = text.lstrip("-−").partition(".")
        decimals = words.say("number.point") + rest if point else ""
        return sign + whole.replace(",", words.say("number.group")) + decimals

    def _share(self, text: str) -> "_Said | None":
        found = _SHARE.fullmatch(text)
        return _Said(0, self._words.say("number.percent", n=self._number(found["number"]))) if found else None

    def _amount(self, text: str) -> "_Said | None":
        found = _AMOUNT.fullmatch(text)
        if found is None:
            return None
        number, unit = self._number(found["low"]), found["unit"]
        if found["high"] is not None:
            number = self._words.say("number.range", low=number, high=self._number(found["high"]))
        if unit is None:
            return _Said(0, number)
        said = self.phrase(unit, "unit")
        is_unit = said is not None and said.kept == 0
        return _Said(0, self._words.say("number.quantity", n=number, unit=said.said)) if said and is_unit else None

    def _days(self, text: str) -> "_Said | None":
        found = _SPAN.fullmatch(text)
        if found is None:
            return None
        start, end = self._day(found["start"]), found["end"]
        if end is None:
            return _Said(0, start)
        if end == "..":
            return _Said(0, self._words.say("day.open", start=start))
        return _Said(0, self._words.say("day.span", start=start, end=self._day(end)))

    def _day(self, text: str) -> str:
        words = self._words
        match text.split("-"):
            case [year]:
                return words.say("day.year", year=year)
            case [year, month]:
                is_month = 1 <= int(month) <= 12
                return words.say("day.month", year=year, month=words.say(f"month.{month}")) if is_month else text
            case _:
                return words.day(text)

    def _list(self, text: str) -> "_Said":
        """Return a list in words, each part a phrase if it fits a pattern.

        A word of the method may hold an *and* of its own, so that a list is first read as one without.
        """
        plain = self._several(_parts(text))
        if plain is not None and plain.kept == 0:
            return plain
        for joint in (" and ", " or "):
            most, found, last = text.rpartition(joint)
            if found and ")" not in last.partition("(")[0]:
                ends = self._several((*_parts(most), last), either=joint == " or ")
                return ends if ends is not None else self._named((*_parts(most), last), either=joint == " or ")
        return plain if plain is not None else self._named(_parts(text))

    def _several(self, parts: Sequence[str], *, either: bool = False) -> "_Said | None":
        """Return a list all of whose parts are phrases or amounts; null where one is not."""
        said = [self.phrase(part) or self._share(part) or self._amount(part) for part in parts]
        return self._put([one for one in said if one], either=either) if all(said) else None

    def _named(self, parts: Sequence[str], *, either: bool = False) -> "_Said":
        said = [self.phrase(part) or self._share(part) or self._amount(part) or self._name(part) for part in parts]
        return self._put(said, either=either)

    def _put(self, said: Sequence["_Said"], *, either: bool) -> "_Said":
        texts, words = [one.said for one in said], self._words
        kept = sum(one.kept for one in said)
        if either and len(texts) > 1:
            most = words.say("list.comma").join(texts[:-1])
            return _Said(kept, words.say("list.either", most=most, last=texts[-1]))
        return _Said(kept, words.listed(texts))

    def _name(self, text: str) -> "_Said":
        """Return one part of a list that is no phrase: a code keeps nothing that could be said otherwise."""
        return _Said(0 if " " not in text else len(text), self._spell(text))

    def _ended(self, text: str) -> "_Said | None":
        """Return a sentence with its full stop, where it is a phrase without."""
        if not text.endswith(".") or text.endswith(".."):
            return None
        said = self.phrase(text[:-1])
        return _Said(said.kept, self._words.say("join.stop", said=said.said)) if said is not None else None

    def _joined(self, text: str, joint: str, key: str) -> "_Said | None":
        """Return several phrases that were put one after the other."""
        best: _Said | None = None
        keep = 1 if joint == ". " else 0
        at = text.find(joint)
        while at >= 0 and (best is None or best.kept):
            first = self.phrase(text[: at + keep])
            rest = self.phrase(text[at + len(joint) :]) if first is not None else None
            if first is not None and rest is not None:
                said = first.said + self._words.say(key) + rest.said
                best = self._better(best, _Said(first.kept + rest.kept, said))
            at = text.find(joint, at + 1)
        return best


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said in a text's place, and how many characters of it were kept as they are."""

    kept: int
    said: str


@dataclass(frozen=True, slots=True)
class _Filled:
    """The places of a pattern filled, and how many characters in them were kept as they are."""

    kept: int
    places: dict[str, str]


def _parts(text: str) -> tuple[str, ...]:
    """Return the parts of a list; a comma inside of parentheses parts nothing."""
    parts, depth, begin = [], 0, 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and text.startswith(", ", at):
            parts.append(text[begin:at])
            begin = at + 2
    return (*parts, text[begin:])


def _ends(tokens: Sequence[_Token], at: int, text: str, start: int) -> Iterator[int]:
    """Give where the place at a token may end: before the next fixed piece, wherever that stands, nearest first."""
    if at + 1 == len(tokens):
        if start < len(text):
            yield len(text)
        return
    following = tokens[at + 1]
    if not isinstance(following, str):
        message = "Two places of a pattern stand side by side; put something fixed between them."
        raise AssertionError(message)
    end = text.find(following, start + 1)
    while end >= 0:
        yield end
        end = text.find(following, end + 1)


def _compiled(english: str, said: str) -> Iterator[_Pattern]:
    """Give the patterns that a line of the file stands for: one for each choice of its groups."""
    ours, theirs = _GROUP.split(english), _GROUP.split(said)
    if len(ours) != len(theirs):
        message = f"The pattern {english!r} and its counterpart have different numbers of groups."
        raise AssertionError(message)
    for chosen in product((True, False), repeat=len(ours) // 2):
        yield _Pattern(_tokens(_choice(ours, chosen)), _places(_choice(theirs, chosen)))


def _choice(parts: Sequence[str], chosen: Sequence[bool]) -> str:
    return "".join(part for place, part in enumerate(parts) if place % 2 == 0 or chosen[place // 2])


def _tokens(text: str) -> tuple[_Token, ...]:
    tokens: list[_Token] = []
    at = 0
    for found in _PLACE.finditer(text):
        if found.start() > at:
            tokens.append(text[at : found.start()])
        tokens.append(_Place(found[1], found[2] or "t"))
        at = found.end()
    if at < len(text):
        tokens.append(text[at:])
    return tuple(tokens)


def _places(text: str) -> str:
    """Return a counterpart with its places by name only; a kind has nothing to say there."""
    return _PLACE.sub(lambda found: f"{{{found[1]}}}", text)


@cache
def phrasebook(language: str) -> Phrasebook | None:
    """Return the patterns of a language; null for English, in which the method itself speaks.

    Raises:
        NotFoundError: there is no catalogue for it.
    """
    words = catalogue(language)
    file = resources.files(__package__).joinpath("words", f"phrases.{language}.toml")
    if not file.is_file():
        return None
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    parts = tables.pop("part", {})
    return Phrasebook(words, tables, parts)
