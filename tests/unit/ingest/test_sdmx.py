"""SDMX: one mapping for three dresses, and SDMX-CSV with its labels, deletions and delimiters."""

import io

import pytest

from ledger.errors import MalformedError
from ledger.ingest.layout import Layout
from ledger.ingest.row import Fault
from ledger.ingest.sdmx import open_sdmx
from ledger.ingest.source import Source

LAYOUT = Layout(container="sdmx", header=("CUR", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"), optional=("OBS_STATUS",))

SAME = {
    "application/xml": (
        '<m:GenericData xmlns:m="urn:m" xmlns:g="urn:g"><m:DataSet><g:Obs><g:ObsKey><g:Value id="CUR" value="USD"/>'
        '<g:Value id="TIME_PERIOD" value="2020"/></g:ObsKey><g:ObsValue value="1.50"/></g:Obs></m:DataSet>'
        "</m:GenericData>"
    ),
    "application/json": (
        '{"structure":{"dimensions":{"observation":[{"id":"CUR","values":[{"id":"USD"}]},'
        '{"id":"TIME_PERIOD","values":[{"id":"2020"}]}]}},"dataSets":[{"observations":{"0:0":[1.50]}}]}'
    ),
    "text/csv": "STRUCTURE,STRUCTURE_ID,ACTION,CUR,TIME_PERIOD,OBS_VALUE\ndataflow,A:B(1.0),I,USD,2020,1.50\n",
}


@pytest.mark.parametrize("kind", SAME)
def test_one_observation_is_the_same_in_every_dress(kind: str) -> None:
    """The dress is seen from the first byte; what it says is the same row."""
    found, rows = open_sdmx(Source(io.BytesIO(SAME[kind].encode()), name="a"), LAYOUT)
    assert (found, list(rows)) == (kind, [(1, ["USD", "2020", "1.50", ""])])


def csv(text: str, layout: Layout = LAYOUT) -> list[object]:
    """Return the rows of an SDMX-CSV message."""
    return [cells for _, cells in open_sdmx(Source(io.BytesIO(text.encode()), name="a.csv"), layout)[1]]


def test_labels_beside_codes_are_left_out() -> None:
    """A message with labels says in its header which columns have them; sub-fields are marked there too."""
    layout = LAYOUT.model_copy(update={"delimiter": ";"})
    head = "DATAFLOW;CUR: Currency;TIME_PERIOD: Time;OBS_VALUE: Value;NOTE[]\n"
    assert csv(head + "A:B(1.0): x;USD: US: dollar;2020: 2020;1,5;x|y\n", layout) == [["USD", "2020", "1,5", ""]]


def test_deletion_and_broken_row_are_faults_of_their_rows() -> None:
    """A row that deletes gives no figure, and a row of another width none that could be trusted."""
    head = "STRUCTURE,STRUCTURE_ID,ACTION,CUR,TIME_PERIOD,OBS_VALUE\n"
    text = head + "dataflow,A:B(1),D,USD,2020,\ndataflow,A:B(1),A,USD\ndataflow,A:B(1),R,USD,2021,NaN\n"
    deleted, broken, replaced = csv(text)
    assert isinstance(deleted, Fault)
    assert "deletes an observation" in deleted.reason
    assert isinstance(broken, Fault)
    assert "4 cells where 6 are expected" in broken.reason
    assert replaced == ["USD", "2021", "", ""]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("month,value\n2020-01,7\n", "row 1: the first column .* and this is 'month'"),
        ("STRUCTURE;STRUCTURE_ID;ACTION\n", "mend the mapping's delimiter"),
    ],
    ids=["a table of another kind", "another delimiter"],
)
def test_table_that_is_no_sdmx_is_refused(text: str, reason: str) -> None:
    """SDMX-CSV begins with STRUCTURE or DATAFLOW, whatever else it holds."""
    with pytest.raises(MalformedError, match=reason):
        csv(text)
