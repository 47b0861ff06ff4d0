"""An amount as it is printed: exact where it can be, else rounded half-even, never a float (method, Arithmetic)."""

from fractions import Fraction

from ledger.errors import MalformedError

_UNIT_WORDS = {
    "USD": "USD", "kUSD": "thousand USD", "MUSD": "m USD", "GUSD": "bn USD",
    "CNY": "CNY", "kCNY": "thousand CNY", "MCNY": "m CNY", "GCNY": "bn CNY",
    "EUR": "EUR", "kEUR": "thousand EUR", "MEUR": "m EUR", "GEUR": "bn EUR",
}  # fmt: skip
_NINE = 10**9
_LARGEST = 10**18


def exact_or_rounded(value: Fraction) -> str:
    """Return an amount as a canonical decimal: exact where nine digits after the point suffice, else rounded to six.

    Raises:
        MalformedError: it has more than 18 digits before the point, which no canonical decimal has (design §2.1).
    """
    places = 9 if _NINE % value.denominator == 0 else 6
    if abs(value) >= _LARGEST:
        message = "An amount has more than 18 digits before the point; give the term a larger unit."
        raise MalformedError(message)
    return _decimal(round(value * 10**places), places)


def fraction_text(value: Fraction) -> str:
    """Return a fraction rounded half-even to six places, in its canonical spelling."""
    return _decimal(round(value * 10**6), 6)


def percent(value: Fraction) -> str:
    """Return a share as a percentage with one place, rounded half-even, such as ``81.4 %``."""
    tenths = round(value * 1000)
    return f"{'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10} %"


def in_words(value: Fraction, unit: str | None = None) -> str:
    """Return an amount for a sentence: two places at most, none from a thousand on, and the unit."""
    places = 2 if abs(value) < 1000 else 0
    text = _decimal(round(value * 10**places), places)
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = text.partition(".")
    number = f"{sign}{int(whole):,}{point}{rest}"
    return number if unit is None else f"{number} {unit_words(unit)}"


def unit_words(unit: str) -> str:
    """Return a unit as sentences write it: ``bn USD`` for ``GUSD``."""
    return _UNIT_WORDS.get(unit, unit)


def _decimal(scaled: int, places: int) -> str:
    """Return ``scaled`` ÷ 10^places without trailing zeros."""
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), 10**places)
    digits = str(rest).rjust(places, "0").rstrip("0") if places else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"
