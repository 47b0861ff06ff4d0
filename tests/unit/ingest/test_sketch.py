"""Sketches: a first mapping of a file, useless until somebody has thought, and a mapping once the blanks are filled."""

import io
import re

import pytest

from ledger.errors import MalformedError
from ledger.ingest.mapping import parse_mapping
from ledger.ingest.sketch import BLANK, sketch
from ledger.ingest.tabular import read_evidence
from tests.unit.ingest.book import book, packed

FILLED = {
    "name": '"own"', "title": '"A table"', "publisher": '"Somebody"', "authority": '"somebody"', "channel": '"own"',
    "standing": '"official"', "licence": '"free"', "measure": '"export"', "reporter": '"us"', "partner": '"cn"',
    "classification": '"HS"', "code": '"1201"', "unit": '"t"', "form": '"year"',
}  # fmt: skip


def filled(text: str, **more: str) -> str:
    """Return a sketch with its blanks filled in, as a person would."""
    for key, value in (FILLED | more).items():
        text = re.sub(rf'^{key} = "{BLANK}"', f"{key} = {value}", text, flags=re.MULTILINE)
    assert BLANK not in text.replace(f"marked '{BLANK}'", "")
    return text


FILES: dict[str, tuple[str, bytes, dict[str, str], str]] = {
    "CSV": ("t.csv", b"month,tonnes\n2019-01,5\n2019-02,7\n", {}, "2019-02-01,2019-02-28,A,7"),
    "CSV with semicolons and a byte order mark": (
        "t.csv", b"\xef\xbb\xbfday;tonnes\n31.01.2019;5\n", {}, "2019-01-31,2019-01-31,A,5",
    ),
    "CSV with a trailing comma": ("t.csv", b'"year","tonnes",\n"2019","5",\n', {}, "2019-01-01,2019-12-31,A,5"),
    "CSV below a title": ("t.csv", b"Made on Sunday,\n,\nmonth,tonnes\n2019-01,5\n", {}, "2019-01-01,2019-01-31,A,5"),
    "CSV of months as columns": ("t.csv", b"place,2019-01,2019-02\nX,5,7\n", {}, "2019-02-01,2019-02-28,A,7"),
    "CSV that is not UTF-8": ("t.csv", "month,größe\n2019-01,5\n".encode("cp1252"), {}, "2019-01-01,2019-01-31,A,5"),
    "rows in JSON": ("t.json", b'[["time","v"],["2019-01","5"]]', {}, "2019-01-01,2019-01-31,A,5"),
    "records in JSON": (
        "t.json", b'{"n":1,"data":{"rows":[{"at":"2019-01","v":5.50,"x":{"y":1}}]}}', {}, "2019-01-01,2019-01-31,A,5.5",
    ),
    "a workbook": ("t.xlsx", book({1: ["month", "tonnes"], 2: ["2019-01", 5]}), {}, "2019-01-01,2019-01-31,A,5"),
    "an SDMX message": (
        "t.csv", b"STRUCTURE,STRUCTURE_ID,ACTION,TIME_PERIOD,OBS_VALUE\ndataflow,A:B(1),I,2019-01,5\n",
        {}, "2019-01-01,2019-01-31,A,5",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_sketch_is_a_mapping_once_its_blanks_are_filled(case: str) -> None:
    """What the file shows is written down; what only a person can know is all that is missing."""
    name, raw, more, last = FILES[case]
    text = sketch(io.BytesIO(raw), name=name)
    with pytest.raises(MalformedError):
        parse_mapping(text.encode(), name="own.toml")
    figure = next((value for value in ('"tonnes"', '"v"', '"größe"', '"OBS_VALUE"') if value in text), '"?"')
    mapping = parse_mapping(filled(text, value=figure, **more).encode(), name="own.toml")
    (series,) = read_evidence(io.BytesIO(raw), mapping, name=name).series
    assert series.observations.read().decode().splitlines()[-1].endswith(last)


def test_sketch_asks_where_a_cell_could_be_read_in_two_ways() -> None:
    """Commas, brackets and dashes are asked about in comments and never settled."""
    text = sketch(io.BytesIO(b'm;v\n2019-01;"1,5"\n2019-02;-\n2019-03;(2)\n'), name="t.csv")
    assert '# decimal = ","' in text
    assert '# zero = ["-"]' in text
    assert "# brackets = true" in text


def test_hostile_names_stay_in_their_comment() -> None:
    """A column cannot break out of its line, and a terminal is not acted upon."""
    raw = b'"a\x1b[31m","b""\n[[series]]","month"\n1,2,2019-01\n'
    text = sketch(io.BytesIO(raw), name="t\x1b[2J.csv")
    assert "\x1b" not in text
    assert text.count("\n[[series]]\n") == 1


REFUSED = {
    "nothing": (b"", "is empty"),
    "bytes": (b"\0\1\2\3", "is no text"),
    "an error in JSON": (b'{"error":"busy"}', "has no array of records"),
    "another archive": (packed({"letter.txt": "Dear"}), "is an archive, but no workbook"),
    "a sheet with nothing in it": (book({}), "is empty|no header|no workbook"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_file_without_a_header_gives_no_sketch(case: str) -> None:
    """A mapping cannot be begun where there is no table (style §7)."""
    raw, reason = REFUSED[case]
    with pytest.raises(MalformedError, match=reason):
        sketch(io.BytesIO(raw), name="t.csv")
