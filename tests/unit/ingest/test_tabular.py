"""Tables: read strictly by their mapping, and the ways in which a CSV file goes wrong (RFC 4180, style §7)."""

import io
from datetime import date
from hashlib import sha256

import pytest

from ledger.errors import MalformedError, PledgerError, UsageError
from ledger.ingest.imported import Imported
from ledger.ingest.mapping import Mapping, find_format, parse_mapping
from ledger.ingest.tabular import read_evidence

CENSUS = "month,code,value_usd\n"


def read(text: str, mapping: Mapping | None = None, *, published: date | None = None) -> Imported:
    """Read a table given as text, by the Census mapping unless another is given."""
    stream = io.BytesIO(text.encode())
    return read_evidence(stream, mapping or find_format("us-census-monthly"), name="t.csv", published=published)


def lines(imported: Imported, series: int = 0) -> list[str]:
    """Return the observations of one series without the header."""
    return imported.series[series].observations.read().decode().splitlines()[1:]


def test_table_becomes_sorted_canonical_observations() -> None:
    """Observations are one canonical CSV: LF, fixed columns, canonical decimals, sorted (design §2.6)."""
    imported = read(CENSUS + "2019-02,1201,612.50\n2019-01,1201,7\n2019-01,0101,9.0\n")
    (series,) = imported.series
    raw = (
        b"classification,code,unit,basis,frequency,start,end,status,value\n"
        b"HS,0101,USD,FAS,M,2019-01-01,2019-01-31,A,9\n"
        b"HS,1201,USD,FAS,M,2019-01-01,2019-01-31,A,7\n"
        b"HS,1201,USD,FAS,M,2019-02-01,2019-02-28,A,612.5\n"
    )
    assert series.observations.read() == raw
    assert series.observations.digest == "sha256:" + sha256(raw).hexdigest()
    assert (series.observations.count, series.observations.size) == (3, len(raw))


def test_series_says_what_the_evidence_statement_needs() -> None:
    """The series carries its key, authority, units and days; the file its digest and mapping (design §2.2)."""
    text = CENSUS + "2019-01,1201,7\n2019-03,1201,8\n"
    imported = read(text)
    (series,) = imported.series
    assert series.subject == "series:export/us/cn"
    assert (series.authority, series.authority_of) == ("us-census", "us")
    assert (series.start, series.end) == ("2019-01-01", "2019-03-31")
    assert (series.units, series.bases, series.classifications, series.frequencies) == (
        ("USD",), ("FAS",), ("HS",), ("M",),
    )  # fmt: skip
    assert imported.digest == "sha256:" + sha256(text.encode()).hexdigest()
    assert (imported.size, imported.media_type, imported.rows) == (len(text), "text/csv", 2)
    assert imported.mapping.name == "us-census-monthly"
    assert (imported.importer, imported.version) == ("pledger.tabular", "1")


def test_byte_order_mark_of_a_spreadsheet_is_left_out() -> None:
    """Spreadsheets write a byte order mark; the digest keeps it and the header does not."""
    assert lines(read("\ufeff" + CENSUS + "2019-01,1201,7\n")) == ["HS,1201,USD,FAS,M,2019-01-01,2019-01-31,A,7"]


def test_line_ends_and_quotation_marks_change_nothing() -> None:
    """CRLF, quoted cells, empty lines and a last line without its end say the same (RFC 4180)."""
    plain = lines(read(CENSUS + "2019-01,1201,7\n2019-02,1201,8\n"))
    assert lines(read('"month","code","value_usd"\r\n\r\n"2019-01","1201","7"\r\n2019-02,1201,8')) == plain


def test_day_of_publication_is_the_callers_or_marked_as_imputed() -> None:
    """What the publisher does not state is the last day that the file covers, marked (R1)."""
    text = CENSUS + "2019-01,1201,7\n2019-02,1201,7\n"
    (stated,) = read(text, published=date(2019, 4, 17)).series
    assert (stated.published, stated.imputed) == ("2019-04-17", None)
    (imputed,) = read(text).series
    assert imputed.published == "2019-02-28"
    assert "last day that the file covers" in str(imputed.imputed)


def test_day_of_publication_before_the_figures_end_is_refused() -> None:
    """Nobody publishes a month before it has ended (R1)."""
    with pytest.raises(UsageError, match="covers days up to 2019-02-28, after 2019-02-01"):
        read(CENSUS + "2019-02,1201,7\n", published=date(2019, 2, 1))


REJECTED = {
    "too many cells": ("2019-02,1201,7,8", None, "4 cells where 3 are expected"),
    "too few cells": ("2019-02,1201", None, "2 cells where 3 are expected"),
    "a thousands separator that splits a cell": ("2019-02,1201,1,234", None, "4 cells where 3 are expected"),
    "a thousands separator in quotation marks": ('2019-02,1201,"1,234"', "value_usd", "thousands separators"),
    "text in a number column": ("2019-02,1201,soybeans", "value_usd", "is not a number"),
    "a dash for zero": ("2019-02,1201,-", "value_usd", "is a dash"),
    "a negative export": ("2019-02,1201,-5", "value_usd", "negative, which export cannot be"),
    "too many decimals": ("2019-02,1201,0.1234567891", "value_usd", "9 digits after the point"),
    "too large a figure": ("2019-02,1201,1234567890123456789", "value_usd", "18 digits before the point"),
    "a day that is no month": ("2019-02-30,1201,5", "month", "write YYYY-MM"),
    "a month that is none": ("2019-13,1201,5", "month", "not in the calendar"),
    "a code that lost its zero": ("2019-02,101,5", "code", "3 characters where 2, 4, 6, 10 are expected"),
    "a code with a comma": ('2019-02,"12,1",5', "code", "cannot be a code"),
    "shifted to the right": (",2019-02,1201", "month", "is not a period"),
    "shifted to the left": ("1201,7,2019-02", "month", "is not a period"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_bad_row_is_rejected_by_itself_with_number_column_and_reason(case: str) -> None:
    """A bad row is a value with its reason, and the good rows stay (style §7)."""
    row, column, reason = REJECTED[case]
    imported = read(CENSUS + "2019-01,1201,7\n" + row + "\n2019-03,1201,8\n")
    assert imported.rejected_count == 1
    (fault, *_) = imported.rejected
    assert (fault.row, fault.column) == (3, column)
    assert reason in fault.reason
    assert len(lines(imported)) == 2


def test_row_numbers_are_those_that_a_spreadsheet_shows() -> None:
    """The header is row 1, and an empty line is a row too."""
    imported = read(CENSUS + "2019-01,1201,7\n\n2019-02,1201,x\n")
    assert [fault.row for fault in imported.rejected] == [4]


def test_row_with_two_faults_is_counted_once_and_told_twice() -> None:
    """The count is of rows, the list of reasons."""
    imported = read(CENSUS + "2019-01,1201,7\n2019-02,101,x\n")
    assert imported.rejected_count == 1
    assert [fault.column for fault in imported.rejected] == ["code", "value_usd"]


def test_only_the_first_rejected_rows_are_listed_but_all_are_counted() -> None:
    """A file with a million bad rows does not make a statement of a million reasons."""
    imported = read(CENSUS + "2019-01,1201,7\n" + "2019-02,1201,x\n" * 2500)
    assert imported.rejected_count == 2500
    assert [fault.row for fault in imported.rejected] == list(range(3, 1003))


def test_empty_value_is_no_observation_and_no_fault() -> None:
    """A missing figure is missing (R10)."""
    imported = read(CENSUS + "2019-01,1201,7\n2019-02,1201,\n")
    assert (len(lines(imported)), imported.rejected_count) == (1, 0)


def test_total_rows_are_left_out() -> None:
    """A parent is never added to its children (R3)."""
    imported = read(CENSUS + "2019-01,1201,7\n2019-01,TOTAL,100\n2019-01,00,100\n")
    assert (len(lines(imported)), imported.left_out, imported.rejected_count) == (1, 2, 0)


REFUSED = {
    "an empty file": ("", "t.csv: the file is empty"),
    "a header alone": (CENSUS, "has no rows below its header"),
    "shifted columns": ("code,month,value_usd\n1201,2019-01,7\n", "column 1 of the header is 'code' where 'month'"),
    "a column too many": ("month,code,value_usd,note\n2019-01,1201,7,x\n", "4 columns where 3 are expected"),
    "a column too few": ("month,code\n2019-01,1201\n", "the first that is missing is 'value_usd'"),
    "a header in capitals": ("Month,code,value_usd\n2019-01,1201,7\n", "column 1 of the header is 'Month'"),
    "no header": ("2019-01,1201,7\n", "column 1 of the header is '2019-01'"),
    "semicolons": ("month;code;value_usd\n2019-01;1201;7\n", "column 1 of the header is 'month;code;value_usd'"),
    "shifted rows under a good header": (CENSUS + "x,2019-01,1201\nx,2019-02,1201\n", "not one of 2 rows could"),
    "thousands separators throughout": (CENSUS + '2019-01,1201,"1,234"\n', "row 2, column 'value_usd'"),
    "no figure at all": (CENSUS + "2019-01,1201,\n", "has 1 rows, and no figure in them"),
    "totals only": (CENSUS + "2019-01,TOTAL,7\n", "has 1 rows, and no figure in them"),
    "an open quotation mark": (CENSUS + '2019-01,1201,"7\n', "is not CSV"),
    "a stray quotation mark": (CENSUS + '2019-01,"12"01,7\n', "line 2 is not CSV"),
    "a NUL": (CENSUS + "2019-01,1201,7\0\n", "line 2 holds a NUL"),
    "a cell larger than any": (CENSUS + "2019-01,1201," + "7" * 200_000 + "\n", "is not CSV"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_unusable_file_is_refused_whole_with_the_place(case: str) -> None:
    """A file that is something else is refused with file, row and column, and nothing is imported."""
    text, reason = REFUSED[case]
    with pytest.raises(MalformedError) as caught:
        read(text)
    assert reason in str(caught.value)
    assert str(caught.value).startswith("t.csv")


def test_file_over_the_size_cap_is_refused() -> None:
    """A caller's cap on bytes holds (design §2.1)."""
    with pytest.raises(MalformedError, match="larger than 30 bytes"):
        read_evidence(io.BytesIO(CENSUS.encode() * 9), find_format("us-census-monthly"), name="t.csv", limit=30)


OWN = """
name = "own"
title = "A table of one's own"
publisher = "Somebody"
authority = "somebody"
channel = "own"
standing = "independent"
licence = "free"
redistribute = true
"""


def own(rest: str) -> Mapping:
    """Return a mapping of a test's own."""
    return parse_mapping((OWN + rest).encode(), name="own.toml")


FLOW = 'classification = "HS"\ncode = "1201"\nreporter = "us"\npartner = "cn"\n'


def test_trailing_comma_of_every_line_belongs_to_no_column() -> None:
    """UN Comtrade's web site ends each line with a comma; a line without it has the wrong width."""
    mapping = own(
        'header = ["year", "v"]\ntrailing_comma = true\n[period]\ncolumn = "year"\n'
        f'[[series]]\nmeasure = "export"\nunit = "t"\nvalue = "v"\n{FLOW}'
    )
    imported = read("year,v,\n2019,7,\n2020,8\n2021,9,x\n", mapping)
    assert lines(imported) == ["HS,1201,t,,A,2019-01-01,2019-12-31,A,7"]
    assert [(fault.row, fault.reason) for fault in imported.rejected] == [
        (3, "3 cells where 2 are expected"),
        (4, "4 cells where 2 are expected"),
    ]


def test_wide_table_gives_one_observation_for_each_month_column() -> None:
    """A column a month is read like a row a month; an empty cell is no figure, a bad one names its column."""
    mapping = own(
        'header = ["destination", "2026-01", "2026-02", "2026-03", "TOTAL"]\n'
        'keep = [{ column = "destination", equals = ["CHINA"] }]\n'
        '[period]\nwide = ["2026-01", "2026-02", "2026-03"]\nform = "month"\n'
        f'[[series]]\nmeasure = "export"\nunit = "t"\n{FLOW}'
    )
    text = "destination,2026-01,2026-02,2026-03,TOTAL\nCHINA,3289704.0,,x,9\nTOTAL,1,2,3,6\n"
    imported = read(text, mapping)
    assert lines(imported) == ["HS,1201,t,,M,2026-01-01,2026-01-31,A,3289704"]
    assert [(fault.row, fault.column) for fault in imported.rejected] == [(2, "2026-03")]
    assert imported.left_out == 1


def test_several_series_come_out_of_one_file() -> None:
    """One file gives a statement for each series key, all naming the same raw file (design §2.2)."""
    mapping = own(
        'header = ["year", "flow", "v"]\n[period]\ncolumn = "year"\n'
        f'[[series]]\nmeasure = "export"\nkeep = [{{ column = "flow", equals = ["X"] }}]\nunit = "USD"\nbasis = "FOB"\n'
        f'value = "v"\n{FLOW}'
        f'[[series]]\nmeasure = "import"\nkeep = [{{ column = "flow", equals = ["M"] }}]\nunit = "USD"\nbasis = "CIF"\n'
        f'value = "v"\nauthority_of = "us"\n{FLOW}'
    )
    imported = read("year,flow,v\n2019,X,7\n2019,M,8\n2019,RX,9\n", mapping)
    assert [(s.subject, s.bases, s.authority_of) for s in imported.series] == [
        ("series:export/us/cn", ("FOB",), None),
        ("series:import/us/cn", ("CIF",), "us"),
    ]
    assert imported.left_out == 1


def test_scale_and_unit_are_those_of_the_mapping() -> None:
    """Thousand bushels become bushels exactly; their weight is R5's business, not the importer's."""
    imported = read("month,thousand_bushels\n2017-01,160998.46\n", find_format("us-census-soybeans-monthly"))
    assert lines(imported) == ["HS,1201,bu:1201,,M,2017-01-01,2017-01-31,A,160998460"]


def test_unit_stated_by_a_row_is_checked_row_by_row() -> None:
    """A unit that is not known is a rejected row that names it (R5)."""
    mapping = own(
        'header = ["year", "unit", "v"]\n[period]\ncolumn = "year"\n'
        f'[[series]]\nmeasure = "export"\nunit = {{ column = "unit" }}\nvalue = "v"\n{FLOW}'
    )
    imported = read("year,unit,v\n2019,t,7\n2020,stone,7\n", mapping)
    assert [(fault.column, fault.reason) for fault in imported.rejected] == [("unit", "the unit 'stone' is not known")]


def test_period_given_by_first_and_last_day() -> None:
    """A month that the report covers only in part keeps its own days (R10)."""
    imported = read(
        "first_day,last_day,tonnes\n2026-03-01,2026-03-11,343464\n2026-02-28,2026-02-01,5\n2026-02-30,2026-03-01,5\n",
        find_format("usda-fgis-inspections-monthly"),
    )
    assert lines(imported) == ["HS,1201,t,,M,2026-03-01,2026-03-11,A,343464"]
    assert [(fault.row, fault.column) for fault in imported.rejected] == [(3, "last_day"), (4, "first_day")]
    assert "before it starts" in imported.rejected[0].reason


def test_every_error_is_one_of_ours() -> None:
    """Whatever the bytes, only our own errors come out (style §7)."""
    texts = (text for text, _ in REFUSED.values())
    for raw in (*(text.encode() for text in texts), b"\xff\xfe", bytes(range(256)), b'"' * 1000, b"\r" * 1000):
        with pytest.raises(PledgerError):
            read_evidence(io.BytesIO(raw), find_format("us-census-monthly"), name="t.csv")
