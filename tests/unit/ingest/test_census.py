"""The Census Bureau's API: rows in JSON, header first."""

import io

import pytest

from ledger.errors import MalformedError
from ledger.ingest.census import read_json_rows
from ledger.ingest.mapping import find_format
from ledger.ingest.source import Source
from ledger.ingest.tabular import read_evidence

HEADER = '["ALL_VAL_MO","COMM_LVL","E_COMMODITY","CTY_CODE","time"]'


def answer(*rows: str) -> io.BytesIO:
    """Return an answer of the service."""
    return io.BytesIO(f"[{HEADER}{''.join(f',{row}' for row in rows)}]".encode())


def test_answer_becomes_observations() -> None:
    """Each row is a month of one product and country, valued FAS at the exporter."""
    stream = answer('["612","HS6","120190","5700","2019-02"]', '["7","HS6","120190","5700","2019-01"]')
    (series,) = read_evidence(stream, find_format("us-census-api"), name="answer.json").series
    assert series.subject == "series:export/us/cn"
    assert series.observations.read().decode().splitlines()[1:] == [
        "HS,120190,USD,FAS,M,2019-01-01,2019-01-31,A,7",
        "HS,120190,USD,FAS,M,2019-02-01,2019-02-28,A,612",
    ]


def test_totals_and_country_groups_are_left_out_of_their_parts() -> None:
    """All countries, the European Union, NATO, a continent and all goods stand beside China and soybeans (R3)."""
    beside = [("120190", code) for code in ("-", "0003", "0021", "5XXX")] + [("-", "5700"), ("-", "-")]
    rows = [f'["900","HS6","{goods}","{country}","2019-01"]' for goods, country in beside]
    stream = answer('["7","HS6","120190","5700","2019-01"]', *rows)
    imported = read_evidence(stream, find_format("us-census-exports-api"), name="answer.json")
    (series,) = imported.series
    assert (imported.rows, imported.left_out, imported.rejected_count) == (7, 6, 0)
    assert [line.split(",")[-1] for line in series.observations.read().decode().splitlines()[1:]] == ["7"]


def test_levels_of_the_harmonized_system_stay_apart() -> None:
    """A chapter, a heading and its subheading are three points, not one sum; the scope says which counts (R3)."""
    levels = (("HS2", "12", "9"), ("HS4", "1201", "8"), ("HS6", "120190", "7"))
    rows = [f'["{value}","{level}","{code}","5700","2019-01"]' for level, code, value in levels]
    (series,) = read_evidence(answer(*rows), find_format("us-census-exports-api"), name="answer.json").series
    points = [line.split(",") for line in series.observations.read().decode().splitlines()[1:]]
    assert [(point[1], point[-1]) for point in points] == [("12", "9"), ("1201", "8"), ("120190", "7")]


def test_numbers_keep_their_spelling_and_null_is_empty() -> None:
    """A JSON number never becomes a binary float; null is no figure."""
    rows = list(read_json_rows(Source(io.BytesIO(b'[["a","b"],[9007199254740993.10,null]]'), name="x")))
    assert rows == [["a", "b"], ["9007199254740993.10", ""]]


def test_country_that_the_mapping_does_not_know_is_a_rejected_row() -> None:
    """A code that is not listed is not guessed."""
    stream = answer('["5","HS6","120190","5700","2019-02"]', '["5","HS6","120190","9999","2019-02"]')
    imported = read_evidence(stream, find_format("us-census-api"), name="answer.json")
    assert [(fault.row, fault.column) for fault in imported.rejected] == [(3, "CTY_CODE")]
    assert "none of the words" in imported.rejected[0].reason


REFUSED = {
    "an error page": (b"<html>error</html>", "web page in place of data"),
    "an error object": (b'{"error": "unknown variable"}', "is not a JSON array of rows"),
    "no rows": (b"[]", "is not a JSON array of rows"),
    "half an answer": (b'[["a"],["1"', "is not JSON"),
    "a row that is no row": (b'[["a"],"1"]', "row 2 that is not an array"),
    "a cell that is no text": (b'[["a"],[["1"]]]', "row 2, column 1"),
    "not a number": (b'[["a"],[NaN]]', "NaN is no number"),
    "a NUL in a text": (b'[["a"],["\\u0000"]]', "row 2, column 1"),
    "hostile nesting": (b"[" * 100_000, "is not JSON"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_answer_is_refused_with_the_place(case: str) -> None:
    """An answer that is not rows of cells is refused whole (style §7)."""
    raw, reason = REFUSED[case]
    with pytest.raises(MalformedError, match=reason):
        list(read_json_rows(Source(io.BytesIO(raw), name="answer.json")))
