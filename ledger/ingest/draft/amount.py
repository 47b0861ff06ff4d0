"""Amounts in words and digits: how much, of which unit, bounded how, softened or not, counted from what.

A number is read exactly, as a decimal; an amount without a unit that is known is none. Signs of currencies stand before
their number, every other unit after it. Source: method §2 (quantity), E1 (``qualified``); R5 (units); R6 (baseline).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from ledger.ingest.draft.span import Span
from ledger.ingest.draft.vocabulary import Vocabulary, either

Bound = Literal["at_least", "at_most", "exactly"]

_DIGITS = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_BASELINE: Final = re.compile(
    r"\b(?:(?:above|over|below|from|under|beyond|exceed(?:s|ed|ing)?|relative to|compared (?:with|to)|against)"
    r"\s+(?:the\s+|its\s+|their\s+)?(?:corresponding\s+)?)"
    r"(?P<year>(?:19|20)[0-9]{2})(?:\s+(?P<word>levels?|baselines?(?:\s+amounts?)?|base\s+year"
    r"|figures?|totals?|amounts?))?"
)
_BASELINE_OF: Final = re.compile(
    r"\b(?:above|over|below|from|relative to|compared (?:with|to)|than)\s+(?:the\s+)?(?:in\s+"
    r"|levels?\s+(?:of|in)\s+|those\s+of\s+)(?P<year>(?:19|20)[0-9]{2})"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a unit.

    Attributes:
        target: in its one spelling, in ``unit``.
        bound: as the words before it say; null where it stands alone. ``bound_span``: those words.
        qualified: the words that soften it, else null.
        is_increment: the words call it additional.
    """

    span: Span
    target: str
    unit: str
    bound: Bound | None = None
    bound_span: Span | None = None
    qualified: Span | None = None
    is_increment: bool = False

    @property
    def whole(self) -> Span:
        """The span of the amount with the words that bound it."""
        places = [self.span, *(one for one in (self.bound_span, self.qualified) if one is not None)]
        return Span(min(one.start for one in places), max(one.end for one in places))


@dataclass(frozen=True, slots=True)
class Baseline:
    """The year that a change is counted from."""

    span: Span
    year: int


@dataclass(frozen=True, slots=True)
class _Reader:
    """The patterns of one vocabulary."""

    amount: re.Pattern[str]
    before: re.Pattern[str]
    units: dict[str, str]


@lru_cache(maxsize=8)
def _reader(digest: str, vocabulary_: "_Kept") -> _Reader:  # noqa: ARG001  (the digest is the key)
    vocabulary = vocabulary_.vocabulary
    words = {word.casefold(): unit for unit, several in vocabulary.units.items() for word in several}
    signs = [
        word for several in vocabulary.units.values() for word in several if not word[-1].isalnum() and word != "%"
    ]
    after = [word for several in vocabulary.units.values() for word in several if word[-1].isalnum() or word == "%"]
    small = [word for word, value in vocabulary.numbers.items() if value < 100]
    large = [word for word, value in vocabulary.numbers.items() if value >= 100]
    spelled = rf"(?:{either(small)})(?:[\s-]+(?:{either([*small, *large])}))*"
    number = rf"(?:(?P<digits>{_DIGITS})|(?P<spelled>{spelled}))(?:[\s-]*(?P<scale>(?:(?:{either(large)})\b[\s-]*)+))?"
    money = rf"(?P<sign>{either(signs)})\s?{number.replace('P<', 'P<m_')}"
    codes = either([word for word in after if word.isupper() and len(word) == 3])
    coded = rf"(?P<code>{codes})\s{number.replace('P<', 'P<c_')}"
    plain = rf"{number}[\s-]*(?P<unit>{either(after)})(?![A-Za-z0-9])"
    both = rf"(?<![\w.,$€£])(?:{money}|{coded}|{plain})"
    bounds = vocabulary.bounds
    groups = {
        "at_least": bounds.at_least, "at_most": bounds.at_most, "exactly": bounds.exactly, "up_to": bounds.up_to,
        "qualified": bounds.qualified, "increment": bounds.increment,
    }  # fmt: skip
    before = "|".join(rf"(?P<{name}>{either(several)})" for name, several in groups.items())
    return _Reader(re.compile(both, re.IGNORECASE), re.compile(rf"\b(?:{before})\s+(?:the\s+)?$", re.IGNORECASE), words)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A vocabulary that is told from another by its digest alone."""

    digest: str
    vocabulary: Vocabulary

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.digest == self.digest


def amounts(text: str, within: Span, vocabulary: Vocabulary) -> tuple[Amount, ...]:
    """Return the amounts that a span of a text names, in order."""
    reader = _reader(vocabulary.digest, _Kept(vocabulary.digest, vocabulary))
    return tuple(
        found for match in reader.amount.finditer(text, within.start, within.end)
        if (found := _amount(text, within, match, reader, vocabulary)) is not None
    )  # fmt: skip


def baselines(text: str, within: Span) -> Iterator[Baseline]:
    """Yield the baselines that a span of a text names."""
    for pattern in (_BASELINE, _BASELINE_OF):
        for match in pattern.finditer(text, within.start, within.end):
            # "from 2020" begins a period; only with a word for it is the year a level.
            if (
                match.group().startswith(("from", "over"))
                and not match.groupdict().get("word")
                and pattern is _BASELINE
            ):
                continue
            yield Baseline(Span(match.start(), match.end()), int(match["year"]))


def _amount(
    text: str, within: Span, match: re.Match[str], reader: _Reader, vocabulary: Vocabulary
) -> Amount | None:  # fmt: skip
    part = match.groupdict()
    prefix = "m_" if part["sign"] else "c_" if part["code"] else ""
    written = part["sign"] or part["code"] or part["unit"]
    if prefix == "" and written in {"M", "m"}:
        return None
    number = _number(part[f"{prefix}digits"], part[f"{prefix}spelled"], part[f"{prefix}scale"], vocabulary)
    end = match.end()
    if number is None:
        return None
    target, unit = _scaled(number), reader.units[re.sub(r"\s+", " ", written).casefold()]
    if target is None:
        return None
    whole = text[match.start() : end].rstrip(" -\n")
    span = Span(match.start(), match.start() + len(whole))
    return _bounded(text, within, span, target, unit, reader)


def _bounded(text: str, within: Span, span: Span, target: str, unit: str, reader: _Reader) -> Amount:
    """Return an amount with the words before it that bound or soften it, the nearest first."""
    bound: Bound | None = None
    bound_span = qualified = None
    is_increment = False
    at = span.start
    for _ in range(3):
        match = reader.before.search(text[within.start : at])
        if match is None:
            break
        kind = next(name for name, value in match.groupdict().items() if value is not None)
        words = Span(within.start + match.start(), within.start + match.end(kind))
        if kind == "increment":
            is_increment = True
        elif kind == "qualified":
            qualified = qualified or words
        elif bound is None:
            bound = "at_most" if kind == "up_to" else kind  # type: ignore[assignment]  # groups are bounds
            bound_span = words
            qualified = words if kind == "up_to" else qualified
        at = words.start
    return Amount(span, target, unit, bound, bound_span, qualified, is_increment)


def _number(digits: str | None, spelled: str | None, scale: str | None, vocabulary: Vocabulary) -> Decimal | None:
    if digits is not None:
        value = Decimal(digits.replace(",", ""))
    else:
        worded = _spelled(re.split(r"[\s-]+", (spelled or "").strip().lower()), vocabulary)
        if worded is None:
            return None
        value = Decimal(worded)
    for word in re.split(r"[\s-]+", (scale or "").strip().lower()):
        value *= vocabulary.numbers.get(word, 1)
    return value


def _spelled(words: list[str], vocabulary: Vocabulary) -> int | None:
    """Return a number in words: ``two hundred fifty thousand``; null where they make none."""
    total = current = 0
    for word in words:
        value = vocabulary.numbers.get(word)
        if value is None:
            return None
        if value < 100 and not current:
            current = value
        elif value < 10 and current >= 20 and current % 10 == 0:
            current += value  # "twenty-five"; after a hundred, too
        elif value < 100 and current >= 100:
            current += value
        elif word == "dozen":
            current *= value
        elif value < 100:
            return None  # "one two" is no number
        elif value == 100:
            current = (current or 1) * value
        else:
            total += (current or 1) * value
            current = 0
    return total + current or None


def _scaled(number: Decimal) -> str | None:
    """Return a number in its one spelling; null where it has more digits than a quantity (design §2.1)."""
    text = format(number.normalize(), "f")
    whole, _, rest = text.partition(".")
    return text if len(whole) <= 18 and len(rest) <= 9 else None
