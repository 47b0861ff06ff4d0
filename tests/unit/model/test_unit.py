"""Units: exact factors with their sources, and errors that name the unit (R5)."""

from fractions import Fraction

import pytest

from ledger.errors import UnitError
from ledger.model.unit import (
    COMTRADE_UNITS,
    RECOMMENDATION_20,
    UNITS,
    base_unit,
    bushel_of,
    convert,
    measurement,
)  # fmt: skip

EXACT = {
    "a bushel of soybeans is 60 pounds": ("1", "bu:1201", "kg", "27.2155422"),
    "a bushel of maize is 56 pounds": ("1", "bu:1005", "kg", "25.40117272"),
    "a bushel of barley is 48 pounds": ("1", "bu:1003", "kg", "21.77243376"),
    "a bushel of oats is 32 pounds": ("1", "bu:1004", "kg", "14.51495584"),
    "a pound": ("1", "lb", "kg", "0.45359237"),
    "a short ton": ("1", "short_ton", "kg", "907.18474"),
    "a long ton": ("1", "long_ton", "kg", "1016.0469088"),
    "a hundredweight": ("1", "cwt", "kg", "45.359237"),
    "a cotton bale": ("1", "bale", "kg", "217.7243376"),
    "a million tonnes": ("12", "Mt", "t", "12000000"),
    "thousand tonnes": ("6892.5", "kt", "t", "6892500"),
    "a barrel": ("1", "bbl", "L", "158.987294928"),
    "a gallon": ("1", "gal", "L", "3.785411784"),
    "billions of dollars": ("33.47", "GUSD", "USD", "33470000000"),
    "dollars in millions": ("5", "USD", "MUSD", "0.000005"),
    "per cent": ("25", "percent", "1", "0.25"),
    "weeks": ("2", "weeks", "days", "14"),
    "the same unit": ("7.5", "t", "t", "7.5"),
}


@pytest.mark.parametrize("case", EXACT)
def test_conversion_is_exact(case: str) -> None:
    """Every factor is the legal or defined one, without rounding (R5)."""
    value, unit, to, expected = EXACT[case]
    assert convert(Fraction(value), unit=unit, to=to) == Fraction(expected)


@pytest.mark.parametrize("unit", UNITS)
def test_conversion_there_and_back_changes_nothing(unit: str) -> None:
    """A figure taken to its base unit and back is the same figure (R5)."""
    value = Fraction("1234.000000001")
    base = base_unit(unit)
    assert convert(convert(value, unit=unit, to=base), unit=base, to=unit) == value


@pytest.mark.parametrize("unit", UNITS)
def test_every_factor_names_its_source(unit: str) -> None:
    """A conversion can be cited where it is printed (style §6)."""
    known = measurement(unit)
    assert known.source
    assert known.factor > 0
    assert measurement(known.base).factor == 1
    assert measurement(known.base).dimension == known.dimension


WRONG = {
    "a unit nobody knows": ("bushels", "t", "'bushels' is not known"),
    "a bushel of something without a legal weight": ("bu:0901", "t", "'bu:0901' is not known"),
    "an empty unit": ("", "t", "'' is not known"),
    "another case is another unit": ("mt", "t", "'mt' is not known"),
    "an unknown unit to convert to": ("t", "stone", "'stone' is not known"),
    "mass into money": ("t", "USD", "from 't' (mass) to 'USD' (money in USD)"),
    "money into other money": ("CNY", "USD", "from 'CNY' (money in CNY) to 'USD' (money in USD)"),
    "mass into volume": ("t", "bbl", "from 't' (mass) to 'bbl' (volume)"),
    "days into working days": ("days", "working_days", "from 'days' (time) to 'working_days' (working time)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_missing_factor_is_an_error_that_names_the_unit(case: str) -> None:
    """A missing factor is an error that names the unit, never a guess (R5)."""
    unit, to, reason = WRONG[case]
    with pytest.raises(UnitError) as caught:
        convert(Fraction(1), unit=unit, to=to)
    assert reason in str(caught.value)
    assert {unit, to} & set(caught.value.facts.values())


@pytest.mark.parametrize(
    ("code", "pounds"),
    [
        ("120190", 60),
        ("1001", 60),
        ("1002", 56),
        ("100590", 56),
        ("1007", 56),
        ("1204", 56),
        ("1003", 48),
        ("1004", 32),
    ],
)
def test_a_bushel_weighs_what_its_commodity_does(code: str, pounds: int) -> None:
    """By heading of the Harmonized System, in pounds of 0.45359237 kg, exactly (R5)."""
    assert convert(Fraction(1), unit=bushel_of(code), to="kg") == pounds * Fraction(45359237, 10**8)


@pytest.mark.parametrize("code", ["0801", "12", "", "soy"])
def test_a_bushel_of_anything_else_is_an_error_that_names_it(code: str) -> None:
    """A missing factor is never guessed (R5)."""
    with pytest.raises(UnitError, match="bushel"):
        bushel_of(code)


@pytest.mark.parametrize("system", [RECOMMENDATION_20, COMTRADE_UNITS])
def test_codes_of_other_systems_stand_for_units_that_are_known(system: dict[str, str]) -> None:
    """Every code leads to a unit with an exact factor (R5)."""
    assert all(measurement(unit).code == unit for unit in system.values())


@pytest.mark.parametrize(
    ("system", "code", "to", "value"),
    [
        (RECOMMENDATION_20, "TNE", "kg", Fraction(1000)),
        (RECOMMENDATION_20, "DZN", "1", Fraction(12)),
        (RECOMMENDATION_20, "KWH", "J", Fraction(3_600_000)),
        (COMTRADE_UNITS, "8", "t", Fraction(1, 1000)),
        (COMTRADE_UNITS, "3", "kWh", Fraction(1000)),
        (COMTRADE_UNITS, "13", "g", Fraction(1, 5)),
        (COMTRADE_UNITS, "19", "L", Fraction(158987294928, 10**9)),
    ],
)
def test_codes_of_other_systems_convert_exactly(system: dict[str, str], code: str, to: str, value: Fraction) -> None:
    """A tonne, a dozen, a kilowatt-hour, a carat, a barrel of 42 gallons (R5)."""
    assert convert(Fraction(1), unit=system[code], to=to) == value
