"""Records: named members become rows, and what a record lacks is a fault of that record."""

import io

import pytest

from ledger.errors import MalformedError
from ledger.ingest.layout import Layout
from ledger.ingest.record import read_json_records, record_rows
from ledger.ingest.row import Fault
from ledger.ingest.source import Source

LAYOUT = Layout(
    container="json", header=("id", "amount", "country"), optional=("amount",),
    fields={"country": "places[kind=country].name"},
)  # fmt: skip


def row(record: object) -> object:
    """Return what one record comes to."""
    ((number, cells),) = record_rows([record], LAYOUT)
    assert number == 1
    return cells


def test_members_are_read_by_name_and_path() -> None:
    """Others are passed over; several objects that are meant are joined, so that none is taken for all."""
    places = [{"kind": "country", "name": "A"}, {"kind": "city", "name": "X"}, {"kind": "country", "name": "B"}]
    assert row({"other": {}, "id": "7", "amount": None, "places": places}) == ["7", "", "A; B"]


def test_member_that_is_optional_may_be_missing() -> None:
    """An absent optional member is an empty cell."""
    assert row({"id": True, "places": []}) == ["true", "", ""]


FAULTS: dict[str, tuple[object, Fault]] = {
    "a member that is missing": ({"amount": "1", "places": []}, Fault("id", "is not in the record")),
    "an object in place of a text": ({"id": {}, "places": []}, Fault("id", "is no simple value; name the part of it")),
    "a path that leads nowhere": (
        {"id": "1", "places": [{"kind": "country"}]},
        Fault("country", "is not in the record"),
    ),
    "a text in place of a record": ("7", Fault("", "is no record with named members")),
    "a NUL": ({"id": "\0", "places": []}, Fault("id", "holds a NUL")),
}


@pytest.mark.parametrize("case", FAULTS)
def test_record_that_is_not_as_declared_is_a_fault_of_that_record(case: str) -> None:
    """A bad record is a value with its reason, and the others stay (style §7)."""
    record, fault = FAULTS[case]
    found = row(record)
    assert isinstance(found, Fault)
    assert found.column == fault.column
    assert found.reason.startswith(fault.reason)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"count":3,"data":[{"a":"1"},{"a":"2"}]}', "says 3 records and holds 2; it is one page of several"),
        (b'{"data":[{"a":"1"}]}', "no member 'count'"),
    ],
    ids=["one page of several", "no count"],
)
def test_answer_that_holds_fewer_records_than_it_says_is_refused(raw: bytes, reason: str) -> None:
    """A service that gives a page of its records gives no complete figure (R10)."""
    layout = Layout(container="json", header=("a",), records=("data",), count="count")
    with pytest.raises(MalformedError, match=reason):
        list(read_json_records(Source(io.BytesIO(raw), name="a.json"), layout))
