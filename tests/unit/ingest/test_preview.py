"""Previews: what a person can hold against the file before it is recorded."""

import io

from ledger.ingest.mapping import find_format
from ledger.ingest.preview import FIRST, Total, preview, readings
from ledger.ingest.tabular import read_evidence


def test_preview_says_what_a_series_holds() -> None:
    """First figures, periods, codes, and totals by unit and level: levels repeat each other (R3)."""
    table = "month,code,value_usd\n2019-01,12,100\n2019-01,1201,60.5\n2019-02,1201,39.5\n2019-02,1202,1\n"
    imported = read_evidence(io.BytesIO(table.encode()), find_format("us-census-monthly"), name="t.csv")
    found = preview(imported.series[0])
    assert found.first[0] == {
        "classification": "HS", "code": "12", "unit": "USD", "basis": "FAS", "frequency": "M", "start": "2019-01-01",
        "end": "2019-01-31", "status": "A", "value": "100",
    }  # fmt: skip
    assert (len(found.first), found.periods, found.codes, found.statuses) == (4, 2, 3, {"A": 4})
    assert found.totals == (Total("USD", "FAS", 2, 1, "100"), Total("USD", "FAS", 4, 3, "101"))


def test_preview_of_a_long_series_shows_its_beginning() -> None:
    """A preview has the same length, however long the series is, and adds up all of it."""
    table = "month,code,value_usd\n" + "".join(f"{year}-01,1201,1\n" for year in range(1000, 1900))
    imported = read_evidence(io.BytesIO(table.encode()), find_format("us-census-monthly"), name="t.csv")
    found = preview(imported.series[0])
    assert (len(found.first), found.periods, found.totals[0].value) == (FIRST, 900, "900")


def test_columns_say_what_they_were_read_as() -> None:
    """What a mapping makes of each column can be read without reading the mapping."""
    assert readings(find_format("usda-export-sales-weekly")) == {
        "marketing_year": ("group of running totals",),
        "week_ending": ("period",),
        "total_commitment_kt": ("figure: order (running total)",),
        "accumulated_exports_kt": ("figure: export (running total)",),
        "outstanding_sales_kt": ("figure: outstanding_sale",),
        "row_status": ("status",),
    }
