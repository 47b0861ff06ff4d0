"""Units that each row states: in a system's codes, mixed in one file, and bushels by the row's own commodity (R5)."""

import io

from ledger.ingest.imported import Imported
from ledger.ingest.mapping import parse_mapping
from ledger.ingest.tabular import read_evidence

MAPPING = """
name = "own"
title = "Own"
publisher = "Somebody"
authority = "somebody"
channel = "c"
standing = "official"
licence = "free"
redistribute = true
header = ["year", "hs", "unit", "quantity"]

[period]
column = "year"
form = "year"

[[series]]
measure = "export"
reporter = "us"
partner = "cn"
classification = "HS2017"
code = { column = "hs" }
unit = UNIT
value = "quantity"
"""


def read(unit: str, *rows: str) -> Imported:
    """Read rows whose unit column is declared so."""
    raw = "year,hs,unit,quantity\n" + "".join(f"2020,{row}\n" for row in rows)
    mapping = parse_mapping(MAPPING.replace("UNIT", unit).encode(), name="own.toml")
    return read_evidence(io.BytesIO(raw.encode()), mapping, name="t.csv")


def units(found: Imported) -> list[tuple[str, str, str]]:
    """Code, unit and value of each figure."""
    lines = found.series[0].observations.read().decode().splitlines()[1:]
    return [(cells[1], cells[2], cells[8]) for cells in (line.split(",") for line in lines)]


def test_kilograms_and_tonnes_in_one_file_stay_what_they_are() -> None:
    """Each row keeps its own unit, and nothing is converted before it is asked for (R5)."""
    found = read('{ column = "unit", words = { KG = "kg", MT = "t" } }', "120190,KG,5", "100199,MT,7")
    assert units(found) == [("100199", "t", "7"), ("120190", "kg", "5")]


def test_a_system_brings_its_codes_and_words_may_stand_beside() -> None:
    """UN/CEFACT codes, and a word of the publisher's own; what has no factor is rejected and named (R5)."""
    unit = '{ column = "unit", system = "un-rec-20", words = { lbs = "lb" } }'
    found = read(unit, "120190,TNE,5", "100199,lbs,7", "220300,BUA,1")
    assert units(found) == [("100199", "lb", "7"), ("120190", "t", "5")]
    assert (found.rejected[0].row, found.rejected[0].column) == (4, "unit")
    assert "'BUA' is none of the words" in found.rejected[0].reason


def test_bushels_go_by_the_commodity_of_the_row() -> None:
    """Soybeans and maize weigh differently; of nuts nobody says what a bushel weighs (R5)."""
    found = read('{ column = "unit", words = { BU = "bu" } }', "120190,BU,5", "100590,BU,7", "080211,BU,1")
    assert units(found) == [("100590", "bu:1005", "7"), ("120190", "bu:1201", "5")]
    assert "bushel of HS 080211" in found.rejected[0].reason
