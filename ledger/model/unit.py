"""A unit: what a number counts, and the exact factor that leads from it to the base unit of its dimension (R5).

Factors are exact fractions taken from law or definition, each with its source, so that a conversion can be cited
where it is printed. A bushel is a volume whose legal weight differs by commodity, so there is one bushel for each.
Money is never converted into other money here: that needs a rate series, which is evidence. Nothing here guesses: an
unknown unit, or a path between two dimensions, is an error that names the unit.
"""

from dataclasses import dataclass
from fractions import Fraction

from ledger.errors import UnitError

_POUND = Fraction(45359237, 100_000_000)
"""The international avoirdupois pound in kilograms."""

_INTERNATIONAL_POUND = "pound of 0.45359237 kg: international yard and pound agreement of 1959 (24 FR 5348)"
_SI = "SI prefixes and units accepted for use with the SI (SI Brochure, 9th edition, tables 7 and 8)"
_CUSTOMARY = f"NIST Handbook 44, appendix C; {_INTERNATIONAL_POUND}"
_BUSHEL = f"test weight per bushel as used by the US Department of Agriculture; {_INTERNATIONAL_POUND}"
_GALLON = "US gallon of 231 cubic inches, inch of 2.54 cm: NIST Handbook 44, appendix C"
_ISO_4217 = "ISO 4217; thousands, millions and milliards by SI prefix"
_COUNT = "a count or a ratio; a percentage is hundredths"
_DAYS = "a day is the calendar's; weeks are of seven days"

_CUBIC_INCH = Fraction(254, 1000) ** 3
"""A cubic inch in litres (an inch is 0.254 dm)."""

_BUSHELS: dict[str, tuple[str, int]] = {
    "1001": ("wheat", 60),
    "1002": ("rye", 56),
    "1003": ("barley", 48),
    "1004": ("oats", 32),
    "1005": ("maize (corn)", 56),
    "1007": ("grain sorghum", 56),
    "1201": ("soybeans", 60),
    "1204": ("flaxseed", 56),
}
"""HS heading: the commodity, and its pounds to the bushel."""

_CURRENCIES: dict[str, str] = {
    "AED": "UAE dirhams",
    "AUD": "Australian dollars",
    "BRL": "Brazilian reais",
    "CAD": "Canadian dollars",
    "CHF": "Swiss francs",
    "CNY": "yuan renminbi",
    "CZK": "Czech korunas",
    "DKK": "Danish kroner",
    "EUR": "euros",
    "GBP": "pounds sterling",
    "HKD": "Hong Kong dollars",
    "HUF": "forints",
    "IDR": "rupiahs",
    "ILS": "shekels",
    "INR": "Indian rupees",
    "ISK": "Iceland kronas",
    "JPY": "yen",
    "KRW": "won",
    "KWD": "Kuwaiti dinars",
    "MXN": "Mexican pesos",
    "MYR": "ringgits",
    "NOK": "Norwegian kroner",
    "NZD": "New Zealand dollars",
    "PHP": "Philippine pesos",
    "PLN": "zlotys",
    "QAR": "Qatari rials",
    "RON": "Romanian lei",
    "RUB": "Russian roubles",
    "SAR": "Saudi riyals",
    "SEK": "Swedish kronor",
    "SGD": "Singapore dollars",
    "THB": "bahts",
    "TRY": "Turkish liras",
    "USD": "US dollars",
    "VND": "dongs",
    "XDR": "special drawing rights",
    "ZAR": "rands",
}

BUSHEL = "bu"
"""A bushel of whatever the code beside it says; a unit only together with that code (``bushel_of``)."""

RECOMMENDATION_20: dict[str, str] = {
    "KGM": "kg", "GRM": "g", "TNE": "t", "KTN": "kt", "LBR": "lb", "CWA": "cwt", "STN": "short_ton", "LTN": "long_ton",
    "CTM": "carat", "LTR": "L", "MTQ": "m3", "GLL": "gal", "BLL": "bbl", "C62": "1", "H87": "1", "NMB": "1",
    "PR": "pair", "DZN": "dozen", "MIL": "thousand", "P1": "percent", "MTR": "m", "KMT": "km", "MTK": "m2", "JOU": "J",
    "KWH": "kWh", "MWH": "MWh", "DAY": "days", "WEE": "weeks",
}  # fmt: skip
"""Codes of UN/CEFACT Recommendation 20 and the units they stand for here: those alone that have an exact factor.

A bushel (``BUA``) is left out: it is a volume, and what it weighs depends on what is in it.
"""

COMTRADE_UNITS: dict[str, str] = {
    "2": "m2", "3": "MWh", "4": "m", "5": "1", "6": "pair", "7": "L", "8": "kg", "9": "thousand", "11": "dozen",
    "12": "m3", "13": "carat", "14": "km", "15": "g", "18": "TJ", "19": "bbl", "21": "t", "22": "kWh", "24": "1",
}  # fmt: skip
"""Quantity codes of UN Comtrade and the units they stand for here: those alone that have an exact factor.

Kilograms of a substance in something else (25 to 35) are no kilograms of goods, and a package has no size. Source: the
list of quantity units among UN Comtrade's reference tables.
"""

_MULTIPLES: dict[str, tuple[str, int]] = {
    "": ("", 1),
    "k": ("thousand ", 10**3),
    "M": ("million ", 10**6),
    "G": ("billion ", 10**9),
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """A unit that is known.

    Attributes:
        code: as written in statements and files, such as ``t``, ``bu:1201`` or ``GUSD``.
        title: in words, plural.
        dimension: what it measures: ``mass``, ``volume``, ``length``, ``area``, ``energy``, ``time``,
            ``working time``, ``number``, or ``money in`` a currency.
        base: the code of the dimension's base unit.
        factor: how many base units one of it is, exactly.
        source: where the factor comes from.
    """

    code: str
    title: str
    dimension: str
    base: str
    factor: Fraction
    source: str


def _known() -> dict[str, Measurement]:
    """Return every unit by its code."""
    mass = [
        ("kg", "kilograms", Fraction(1), _SI),
        ("g", "grams", Fraction(1, 1000), _SI),
        ("t", "tonnes", Fraction(10**3), _SI),
        ("kt", "thousand tonnes", Fraction(10**6), _SI),
        ("Mt", "million tonnes", Fraction(10**9), _SI),
        ("lb", "pounds", _POUND, _INTERNATIONAL_POUND),
        ("cwt", "US hundredweights", 100 * _POUND, _CUSTOMARY),
        ("short_ton", "short tons", 2000 * _POUND, _CUSTOMARY),
        ("long_ton", "long tons", 2240 * _POUND, _CUSTOMARY),
        ("carat", "metric carats", Fraction(2, 10_000), "metric carat of 200 mg: 4th CGPM (1907)"),
        ("bale", "cotton bales of 480 pounds", 480 * _POUND, _CUSTOMARY),
        *((f"bu:{heading}", f"bushels of {name}", lb * _POUND, _BUSHEL) for heading, (name, lb) in _BUSHELS.items()),
    ]
    volume = [
        ("L", "litres", Fraction(1), _SI),
        ("m3", "cubic metres", Fraction(1000), _SI),
        ("gal", "US gallons", 231 * _CUBIC_INCH, _GALLON),
        ("bbl", "barrels of 42 US gallons", 42 * 231 * _CUBIC_INCH, _GALLON),
    ]
    time = [("days", "days", Fraction(1), _DAYS), ("weeks", "weeks", Fraction(7), _DAYS)]
    number = [
        ("1", "units", Fraction(1), _COUNT),
        ("percent", "per cent", Fraction(1, 100), _COUNT),
        ("pair", "pairs", Fraction(2), _COUNT),
        ("dozen", "dozens", Fraction(12), _COUNT),
        ("thousand", "thousands", Fraction(1000), _COUNT),
    ]
    length = [("m", "metres", Fraction(1), _SI), ("km", "kilometres", Fraction(1000), _SI)]
    energy = [
        ("J", "joules", Fraction(1), _SI),
        ("TJ", "terajoules", Fraction(10**12), _SI),
        ("kWh", "kilowatt-hours", Fraction(3_600_000), _SI),
        ("MWh", "megawatt-hours", Fraction(3_600_000_000), _SI),
    ]
    tables = [("mass", "kg", mass), ("volume", "L", volume), ("time", "days", time), ("number", "1", number)]
    tables += [("length", "m", length), ("area", "m2", [("m2", "square metres", Fraction(1), _SI)])]
    tables.append(("energy", "J", energy))
    tables.append(("working time", "working_days", [("working_days", "working days", Fraction(1), _DAYS)]))
    for currency, name in _CURRENCIES.items():
        rows = [
            (f"{prefix}{currency}", word + name, Fraction(n), _ISO_4217) for prefix, (word, n) in _MULTIPLES.items()
        ]
        tables.append((f"money in {currency}", currency, rows))
    return {
        code: Measurement(code=code, title=title, dimension=dimension, base=base, factor=factor, source=source)
        for dimension, base, rows in tables
        for code, title, factor, source in rows
    }


_UNITS = _known()

UNITS: tuple[str, ...] = tuple(sorted(_UNITS))
"""The codes of all units that are known, sorted."""


def measurement(unit: str) -> Measurement:
    """Return what is known about a unit.

    Raises:
        UnitError: the unit is not known.
    """
    try:
        return _UNITS[unit]
    except KeyError:
        message = f"The unit {unit!r} is not known; use one of: {', '.join(UNITS)}."
        raise UnitError(message, unit=unit) from None


def bushel_of(code: str) -> str:
    """Return the bushel of a commodity by its code in the Harmonized System, such as ``bu:1201`` for ``120190``.

    Raises:
        UnitError: nobody states what a bushel of it weighs.

    Source: R5.
    """
    if (heading := code[:4]) not in _BUSHELS:
        message = f"What a bushel of HS {code} weighs is not stated; bushels are known of {', '.join(_BUSHELS)}."
        raise UnitError(message, unit=BUSHEL, code=code)
    return f"{BUSHEL}:{heading}"


def base_unit(unit: str) -> str:
    """Return the code of the base unit that figures in ``unit`` are reckoned in, such as ``kg`` for ``bu:1201``."""
    return measurement(unit).base


def convert(value: Fraction, *, unit: str, to: str) -> Fraction:
    """Return a value in ``unit`` as the exact value in the unit ``to``.

    Raises:
        UnitError: one of the two is not known, or they measure different things, so that no stated factor leads across.

    Source: R5.
    """
    here, there = measurement(unit), measurement(to)
    if here.dimension != there.dimension:
        message = (
            f"No stated factor leads from {unit!r} ({here.dimension}) to {to!r} ({there.dimension}); "
            "give the figures and the target in units of one dimension."
        )
        raise UnitError(message, unit=unit, to=to)
    return value * here.factor / there.factor
