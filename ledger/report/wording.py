"""The catalogue of words: everything that a report says of its own accord, by key, in one file per language.

A translation is a second file with the same keys. Sentences hold named places (``{size}``); numbers, days and lists are
written as the language writes them. What parties and methods said is never here: that comes from the result, in its own
language.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Final

from ledger.errors import NotFoundError
from ledger.model.value import QUANTITY

_QUANTITY: Final = re.compile(QUANTITY)
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


class Catalogue:
    """The words of one language.

    Attributes:
        language: its tag (BCP 47), for the page's ``lang``.
        keys: all keys, dotted, as ``outcome.met``.
    """

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language = language
        self._words = dict(words)

    @property
    def keys(self) -> frozenset[str]:
        """All keys of the catalogue."""
        return frozenset(self._words)

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts of the catalogue, in the order of their keys, places unfilled."""
        return tuple(self._words[key] for key in sorted(self._words))

    def say(self, key: str, **facts: object) -> str:
        """Return the sentence of that key, its places filled."""
        if (sentence := self._words.get(key)) is None:
            message = f"The catalogue {self.language} has no words for {key}."
            raise AssertionError(message)
        return sentence.format_map(facts)

    def word(self, family: str, value: str) -> str:
        """Return the word for one value of a closed set, such as the outcome ``met``."""
        return self.say(f"{family}.{value}")

    def word_or(self, family: str, value: str) -> str:
        """Return the word for one value of an open set, or the value itself where the catalogue has none."""
        return self._words.get(f"{family}.{value}", value)

    def count(self, key: str, number: int) -> str:
        """Return so many of something, in words: ``1 entry``, ``42 entries``."""
        return self.say(f"{key}.{'one' if number == 1 else 'many'}", n=self.amount(str(number)))

    def amount(self, text: str) -> str:
        """Return a decimal as people read it: grouped, rounded half-even to what can be told apart at a glance.

        The exact value stands beside it in the page's markup. What is not a decimal is returned as it is.
        """
        if not _QUANTITY.fullmatch(text):
            return text
        value = Fraction(text)
        return self._decimal(value, places=1 if abs(value) >= 1000 else 2 if abs(value) >= 1 else 4)

    def percent(self, text: str) -> str:
        """Return a fraction of one as a percentage to one place, rounded half-even (method, *Arithmetic*)."""
        if not _QUANTITY.fullmatch(text):
            return text
        return self.say("number.percent", n=self._decimal(Fraction(text) * 100, places=1, pad=True))

    def quantity(self, text: str, unit: str | None) -> str:
        """Return an amount with its unit."""
        written = self.amount(text)
        return written if unit is None else self.say("number.quantity", n=written, unit=self.word_or("unit", unit))

    def day(self, text: str) -> str:
        """Return a day as people write it; what is not a day is returned as it is."""
        found = _DAY.fullmatch(text)
        if found is None or not 1 <= int(found[2]) <= 12:
            return text
        return self.say("day.form", year=found[1], month=self.say(f"month.{found[2]}"), day=int(found[3]))

    def days(self, text: str) -> str:
        """Return a text in which every day is written as people write it, as a period ``from/to``."""
        if re.fullmatch(f"{_DAY.pattern}/{_DAY.pattern}", text):
            start, end = text.split("/")
            return self.say("day.span", start=self.day(start), end=self.day(end))
        if re.fullmatch(rf"{_DAY.pattern}/\.\.", text):
            return self.say("day.open", start=self.day(text[:10]))
        return _DAY.sub(lambda found: self.day(found[0]), text)

    def listed(self, items: Iterable[str]) -> str:
        """Return several things as one phrase: ``a, b and c``."""
        several = tuple(items)
        if len(several) < 2:
            return "".join(several)
        return self.say("list.form", most=self.say("list.comma").join(several[:-1]), last=several[-1])

    def _decimal(self, value: Fraction, *, places: int, pad: bool = False) -> str:
        """Return a fraction as a grouped decimal; zeros at its end are kept only where asked."""
        rounded = abs(round(value, places))
        whole, rest = divmod(int(rounded * 10**places), 10**places)
        decimals = f"{rest:0{places}d}"
        decimals = decimals if pad else decimals.rstrip("0")
        grouped = f"{whole:,}".replace(",", self.say("number.group"))
        sign = self.say("number.minus") if value < 0 and rounded else ""
        return sign + grouped + (self.say("number.point") + decimals if decimals else "")


@cache
def catalogue(language: str = "en") -> Catalogue:
    """Return the words of a language.

    Raises:
        NotFoundError: there is no catalogue for it.
    """
    file = resources.files(__package__).joinpath("words", f"{language}.toml")
    if not _LANGUAGE.fullmatch(language) or not file.is_file():
        message = f"There is no catalogue of words for the language {language[:20]!r}; use en or zh."
        raise NotFoundError(message, language=language[:20])
    return Catalogue(language, dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")))))


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterable[tuple[str, str]]:
    """Give every text of nested tables with its dotted key."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            yield f"{prefix}{key}", value
        else:
            message = f"The catalogue's key {prefix}{key} does not hold a text."
            raise AssertionError(message)
