"""Tables of codes as publishers give them: read by a mapping, written canonically, refused with the place (R3)."""

import io
from datetime import date

import pytest

from ledger.errors import MalformedError, UsageError
from ledger.ingest.imported import Imported
from ledger.ingest.preview import preview, readings
from ledger.ingest.table import parse_table_mapping, table_bytes, table_names
from ledger.ingest.tabular import parse_any_mapping, read_evidence

HEAD = """
name = "own"
title = "Own table"
publisher = "Somebody"
authority = "somebody"
channel = "tables"
standing = "official"
licence = "free"
redistribute = true
published = "2020-01-01"
header = ["from", "to", "sign", "note"]
"""
CROSS = (
    HEAD
    + """
[[codes]]
kind = "correspondence"
classification = "HS2017"
into = "HS2012"
code = { column = "from", lengths = [6], remove = ".", pad = 6 }
target = { column = "to", lengths = [6], first = 6 }
"""
)
TREE = (
    HEAD
    + """
[[codes]]
kind = "nomenclature"
classification = "SITC4"
code = { column = "from" }
target = { column = "to" }
top = ["#"]
"""
)
PARTS = (
    HEAD
    + """
[[codes]]
kind = "derivation"
classification = "HS2017"
into = "HS2017"
code = { column = "from" }
target = { column = "to" }
sign = { column = "sign", words = { "+" = "plus", "-" = "minus" } }
"""
)


def read(mapping: str, *rows: str, published: date | None = None) -> Imported:
    """Read these rows by a mapping."""
    raw = "from,to,sign,note\n" + "".join(f"{row}\n" for row in rows)
    parsed = parse_any_mapping(mapping.encode(), name="own.toml")
    return read_evidence(io.BytesIO(raw.encode()), parsed, name="t.csv", published=published)


def lines(found: Imported) -> list[str]:
    """The lines of the one table, without the header."""
    (table,) = found.series
    return table.observations.read().decode().splitlines()[1:]


def test_a_table_is_written_in_its_one_spelling() -> None:
    """Sorted, each line once, codes alone; the key names what it leads into (design §2.6)."""
    found = read(CROSS, "120190,120190,,Soya", "0101.21,010121,,Horses", "10121,010121,,again")
    assert lines(found) == ["HS2017,010121,into,HS2012,010121", "HS2017,120190,into,HS2012,120190"]
    (table,) = found.series
    assert (table.subject, table.table, table.classifications) == (
        "series:table/*/hs2012", "correspondence", ("HS2017", "HS2012"),
    )  # fmt: skip
    assert (table.published, table.start, table.end, table.units, table.frequencies) == (
        "2020-01-01", "2020-01-01", "2020-01-01", (), (),
    )  # fmt: skip


def test_a_nomenclature_has_tops_and_a_derivation_signs() -> None:
    """Above a top stands nothing; a part is added or taken away (R3)."""
    assert lines(read(TREE, "2,#,,", "22,2,,")) == ["SITC4,2,below,SITC4,", "SITC4,22,below,SITC4,2"]
    assert lines(read(PARTS, "9999,8800,+,", "99,8800,-,")) == [
        "HS2017,99,minus,HS2017,8800", "HS2017,9999,plus,HS2017,8800",
    ]  # fmt: skip


def test_the_day_given_counts_before_that_of_the_mapping() -> None:
    """Who submits a file may know its release better (R1)."""
    assert read(CROSS, "120190,120190,,", published=date(2021, 2, 3)).series[0].published == "2021-02-03"


REJECTED: dict[str, tuple[str, str, str, str]] = {
    "a code too long": (CROSS, "12019000,120190,,", "from", "8 characters where 6 are expected"),
    "a code of signs": (TREE, "12 01,2,,", "from", "cannot be a code"),
    "no target": (TREE, "12,,,", "to", "cannot be a code"),
    "itself above itself": (TREE, "12,12,,", "to", "said to stand below itself"),
    "no sign": (PARTS, "99,8800,,", "sign", "neither plus nor minus"),
    "a cell too few": (CROSS, "120190,120190", "", "2 cells where 4 are expected"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_a_row_that_cannot_be_read_is_rejected_with_its_place(case: str) -> None:
    """A bad row is a value with row, column and reason; alone, it refuses the file (design §2.2)."""
    mapping, row, column, reason = REJECTED[case]
    good = {CROSS: "010121,010121,,", TREE: "1,#,,", PARTS: "9999,8800,+,"}[mapping]
    found = read(mapping, good, row)
    assert (found.rejected_count, len(lines(found))) == (1, 1)
    assert (found.rejected[0].row, found.rejected[0].column) == (3, column or None)
    assert reason in found.rejected[0].reason
    with pytest.raises(MalformedError, match=reason):
        read(mapping, row)


WRONG: dict[str, tuple[str, str]] = {
    "a correspondence into itself": (
        CROSS.replace('"HS2012"', '"HS2017"'),
        "leads from one classification into another",
    ),
    "a nomenclature that leads elsewhere": (TREE.replace('top = ["#"]', 'into = "HS2012"'), "stays in its own"),
    "a derivation without signs": (PARTS.split("sign =")[0], "a derivation needs it"),
    "signs without a derivation": (CROSS + 'sign = { column = "sign" }\n', "sign goes with a derivation"),
    "tops of a correspondence": (CROSS + 'top = ["#"]\n', "top goes with a nomenclature"),
    "a column that is not there": (CROSS.replace('column = "to"', 'column = "into"'), "not in header"),
    "an unknown key": (CROSS + "unit = 1\n", "is not a key of a mapping"),
    "an unknown kind": (CROSS.replace('"correspondence"', '"concordance"'), "kind"),
    "a name that no key can hold": (CROSS.replace('"HS2012"', '"HS--2012"'), "cannot stand in a key"),
    "the same table twice": (CROSS + CROSS.removeprefix(HEAD), "two tables of one kind"),
    "a day that is none": (CROSS.replace("2020-01-01", "2020-02-30"), "published"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mapping_that_is_wrong_is_refused_by_its_key(case: str) -> None:
    """The sentence names file and key (R3)."""
    text, reason = WRONG[case]
    with pytest.raises(MalformedError, match=reason) as raised:
        parse_table_mapping(text.encode(), name="own.toml")
    assert "own.toml" in raised.value.message


def test_a_table_without_a_day_is_refused() -> None:
    """A table says nothing of days, so nobody could know from when it counts (R1)."""
    with pytest.raises(UsageError, match="give the day of its publication"):
        read(CROSS.replace('published = "2020-01-01"\n', ""), "120190,120190,,")


@pytest.mark.parametrize("name", table_names())
def test_every_shipped_mapping_of_a_table_is_read(name: str) -> None:
    """What is shipped parses, and is named as its file is."""
    assert parse_table_mapping(table_bytes(name), name=name).name == name


def test_a_preview_shows_what_was_understood_of_a_table() -> None:
    """The first lines, how many codes, and what each column was read as."""
    found = read(CROSS, "120190,120190,,", "010121,010121,,")
    shown = preview(found.series[0])
    assert (shown.first[0]["code"], shown.first[0]["target"], shown.codes) == ("010121", "010121", 2)
    assert readings(found.mapping) == {"from": ("code of HS2017",), "to": ("code of HS2012",)}
