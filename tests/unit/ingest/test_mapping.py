"""Mappings: declared strictly, and refused with the key that is wrong."""

import pytest

from ledger.errors import MalformedError, NotFoundError, UnitError
from ledger.ingest.mapping import LIMIT, find_format, format_names, parse_mapping

HEAD = """
name = "own-table"
title = "A table of one's own"
publisher = "Somebody"
authority = "somebody"
channel = "own"
standing = "official"
licence = "free"
redistribute = true
header = ["month", "code", "value", "week"]
"""
PERIOD = '[period]\ncolumn = "month"\nform = "month"\n'
SERIES = (
    '[[series]]\nmeasure = "export"\nreporter = "us"\npartner = "cn"\nclassification = "HS"\n'
    'code = { column = "code" }\nunit = "USD"\nvalue = "value"\n'
)
WHOLE = HEAD + PERIOD + SERIES


def test_mapping_is_read_with_its_digest() -> None:
    """A mapping is named in evidence by the digest of its bytes (design §2.2)."""
    mapping = parse_mapping(b"# empty lines are bytes too\n" + WHOLE.encode(), name="own.toml")
    assert mapping.authority == "somebody"
    assert mapping.absent == "missing"
    assert mapping.series[0].basis == ""
    assert mapping.digest.startswith("sha256:")
    assert mapping.digest != parse_mapping(WHOLE.encode(), name="own.toml").digest


@pytest.mark.parametrize("name", format_names())
def test_every_shipped_mapping_is_read_and_named_like_its_file(name: str) -> None:
    """Every shipped mapping is a mapping, and `--format NAME` finds it."""
    assert find_format(name).name == name


def test_unknown_format_lists_the_known_ones() -> None:
    """A format that is not there is answered with those that are."""
    with pytest.raises(NotFoundError, match=r"no format 'us-census-weekly'; use one of .*us-census-monthly"):
        find_format("us-census-weekly")


@pytest.mark.parametrize("name", ["../mapping", "/etc/hosts", "", "us-census-monthly.toml"])
def test_format_name_never_reaches_outside_the_shipped_ones(name: str) -> None:
    """A name is looked up among the shipped ones and never used as a path."""
    with pytest.raises(NotFoundError):
        find_format(name)


def changed(old: str, new: str) -> str:
    """Return the whole mapping with one part changed."""
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


REFUSED = {
    "not TOML": ("name = ", "is not a TOML file"),
    "a key given twice": (changed('name = "own-table"', 'name = "a"\nname = "b"'), "is not a TOML file"),
    "a date where a text is due": (changed('"Somebody"', "2020-01-01"), "holds a date or a time"),
    "an unknown key": (changed('licence = "free"', 'licence = "free"\ncolour = "red"'), "key colour: is not a key"),
    "an unknown key in a series": (WHOLE + "vaule = 1\n", "key series.0.vaule: is not a key"),
    "an unknown key in a dimension": (
        changed('{ column = "code" }', '{ column = "code", wrods = {} }'),
        "key series.0.code.wrods: is not a key",
    ),
    "a key left out": (changed('licence = "free"\n', ""), "key licence: is missing"),
    "no series": (HEAD + PERIOD, "key series: is missing"),
    "a digest of its own": (changed('licence = "free"', 'licence = "free"\ndigest = "x"'), "key digest"),
    "a truth value in words": (changed("redistribute = true", 'redistribute = "yes"'), "key redistribute"),
    "a standing nobody has": (changed('"official"', '"reliable"'), "key standing"),
    "covers of a file of several vintages": (
        changed('licence = "free"', 'licence = "free"\ncovers = "file"').replace(
            "[period]", '[vintage]\ncolumn = "month"\n\n[period]'
        ),
        "a file of several vintages covers other days in each",
    ),
    "covers of something else": (changed('licence = "free"', 'licence = "free"\ncovers = "all"'), "key covers"),
    "a measure nobody knows": (changed('"export"', '"purchase"'), "key series.0.measure"),
    "a party that is no slug": (changed('"us"', '"United States"'), "reporter cannot be 'United States'"),
    "a column that is not in the header": (changed('value = "value"', 'value = "v"'), "column 'v', which is not in"),
    "a period column that is not in the header": (changed('"month"\nform', '"day"\nform'), "column 'day'"),
    "a header with a column twice": (changed('"week"]', '"code"]'), "names the column 'code' twice"),
    "a value column left out": (changed('value = "value"\n', ""), "names its value column"),
    "no period": (changed('column = "month"\nform', "form"), "exactly one of column"),
    "a start without an end": (changed('column = "month"\nform = "month"', 'start = "month"'), "exactly one of column"),
    "start and end without a frequency": (
        changed('column = "month"\nform = "month"', 'start = "month"\nend = "code"'),
        "need the frequency",
    ),
    "days that end a month": (changed('form = "month"', 'form = "month"\ndays = 7'), "days goes with form"),
    "a scale of zero": (WHOLE + 'scale = "0"\n', "scale is not above zero"),
    "a scale that is no decimal": (WHOLE + 'scale = "1e3"\n', "key series.0.scale"),
    "a scale that is a float": (WHOLE + "scale = 1000.0\n", "key series.0.scale"),
    "a status that means nothing": (WHOLE + 'status = "B"\n', "status cannot be 'B'"),
    "a word that means no status": (WHOLE + 'status = { column = "week", words = { ok = "X" } }\n', "cannot be 'X'"),
    "a price basis nobody knows": (WHOLE + 'basis = "EXW"\n', "basis cannot be 'EXW'"),
    "a sign other than one": (WHOLE + 'sign = { column = "week", words = { sale = 2 } }\n', "key series.0.sign"),
    "a running total at a moment": (
        WHOLE + 'instant = true\ncumulative = { group = "week", starts = "09-01", first = "skip" }\n',
        "is not instant",
    ),
    "running totals in vintages": (
        HEAD + PERIOD + '[vintage]\ncolumn = "week"\n' + SERIES
        + 'cumulative = { group = "week", starts = "09-01", first = "skip" }\n',
        "running totals of several vintages",
    ),
    "a group that starts on no day": (
        WHOLE + 'cumulative = { group = "week", starts = "13-01", first = "skip" }\n',
        "key series.0.cumulative.starts",
    ),
    "hostile nesting": ("a = " + "[" * 50_000, "is not a TOML file"),
    "a decimal integer without end": (WHOLE + "x = " + "1" * 5000 + "\n", "holds an endless integer"),
    "a hexadecimal integer without end": (WHOLE + "x = 0x" + "f" * 20_000 + "\n", "holds an endless integer"),
    "a file too large": ("#" * (LIMIT + 1), "at most"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_mapping_is_refused_with_the_key(case: str) -> None:
    """What a mapping does wrong is one sentence that names the key."""
    text, reason = REFUSED[case]
    with pytest.raises(MalformedError) as caught:
        parse_mapping(text.encode(), name="own.toml")
    assert str(caught.value).startswith("The mapping own.toml")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "unit", ['unit = "bushel"', 'unit = { column = "code", words = { a = "t", b = "bushel" } }'], ids=["fixed", "words"]
)
def test_unknown_unit_is_refused_before_a_file_is_read(unit: str) -> None:
    """A missing factor is an error that names the unit (R5)."""
    with pytest.raises(UnitError, match="'bushel' is not known"):
        parse_mapping(changed('unit = "USD"', unit).encode(), name="own.toml")


def test_mapping_that_is_not_utf_8_is_refused() -> None:
    """A mapping is UTF-8 text, as TOML says."""
    with pytest.raises(MalformedError, match="not a TOML file"):
        parse_mapping(b"name = '\xff'", name="own.toml")


EXTENDED = {
    "words beside a reshaped code": (
        changed('{ column = "code" }', '{ column = "code", words = { a = "b" }, pad = 6 }'),
        "words are taken as they are",
    ),
    "an empty cell that means no unit": (
        changed('unit = "USD"', 'unit = { column = "code", empty = "?" }'),
        "unit cannot be",
    ),
    "a scale by a column without words": (WHOLE + 'scale = { column = "week" }\n', "needs the words that it may hold"),
    "a scale by a word of zero": (WHOLE + 'scale = { column = "week", words = { k = "0" } }\n', "not above zero"),
    "a scale by a word of no number": (WHOLE + 'scale = { column = "week", words = { k = "1e3" } }\n', "scale"),
    "a year beside whole days": (
        HEAD + '[period]\ncolumn = "month"\nform = "day"\nyear = "week"\n' + SERIES,
        "year goes with the forms month",
    ),
    "a year of no column": (
        HEAD + '[period]\ncolumn = "month"\nform = "month"\nyear = "y"\n' + SERIES,
        "column 'y', which is not in header",
    ),
    "the start of years beside months": (
        HEAD + '[period]\ncolumn = "month"\nform = "month"\nyear_starts = "09-01"\n' + SERIES,
        "goes with the forms year",
    ),
    "a pair of months": (
        HEAD + '[period]\nstart = "month"\nend = "week"\nform = "month"\nfrequency = "M"\n' + SERIES,
        "start and end are days",
    ),
    "a vintage of a month": (
        HEAD + PERIOD + '[vintage]\ncolumn = "week"\nform = "month"\n' + SERIES,
        "a vintage is a day",
    ),
    "a total that is counted": (
        HEAD + 'sums = [{ total = "value", of = ["week"] }]\n' + PERIOD + SERIES,
        "is a total of others and is counted beside them",
    ),
    "a total of a column that is none": (
        HEAD + 'sums = [{ total = "week", of = ["x"] }]\n' + PERIOD + SERIES,
        "column 'x', which is not in header",
    ),
    "a rule without a condition": (
        HEAD + 'skip = [{ column = "code" }]\n' + PERIOD + SERIES,
        "exactly one of equals, begins or lengths",
    ),
}


@pytest.mark.parametrize("case", EXTENDED)
def test_wrong_key_of_what_a_mapping_may_declare_is_refused(case: str) -> None:
    """Every declaration is checked before a file is read, and the sentence names the key (style §7)."""
    text, reason = EXTENDED[case]
    with pytest.raises(MalformedError) as caught:
        parse_mapping(text.encode(), name="own.toml")
    assert str(caught.value).startswith("The mapping own.toml")
    assert reason in str(caught.value)
