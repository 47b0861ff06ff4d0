"""Evidence names files: they are held, of their size, and hold what the statement says of them (design §2.2, §2.6)."""

from typing import Any

import pytest

from ledger.errors import MalformedError, NotFoundError, PledgerError, UnitError
from tests.unit.service.scenario import CSV, RAW, House, evidence

SUBJECT = "series:export/bb/aa"
FIRST, SECOND = CSV.split(b"\n")[1:3]
HEADER = CSV.split(b"\n", maxsplit=1)[0]


def file(*lines: bytes) -> bytes:
    """Return a file of observations."""
    return b"\n".join((HEADER, *lines, b""))


def dimensions(**changes: object) -> dict[str, Any]:
    """Return the evidence with its dimensions changed."""
    body = evidence()
    return {**body, "dimensions": {**body["dimensions"], **changes}}


FILES: dict[str, tuple[bytes, str]] = {
    "rows out of order": (file(SECOND, FIRST), "line 3 is out of order"),
    "a row twice": (file(FIRST, FIRST), "line 3 gives the point of the line above again"),
    "two figures for one point": (
        file(FIRST, FIRST.replace(b",A,5", b",P,6")), "line 3 gives the point of the line above again",
    ),
    "another header": (CSV.replace(b"status,value", b"value,status"), "line 1 is not the header"),
    "carriage returns": (CSV.replace(b"\n", b"\r\n"), "line 1"),
    "a value with a trailing zero": (file(FIRST.replace(b"A,5", b"A,5.0")), "line 2 has the value '5.0'"),
    "a thousands separator": (file(FIRST.replace(b"A,5", b"A,5,000")), "line 2 has 10 cells"),
    "text for a number": (file(FIRST.replace(b"A,5", b"A,n.a.")), "line 2 has the value"),
    "a day that is none": (file(FIRST.replace(b"2020-01-31", b"2020-01-32")), "line 2"),
    "a classification that is not named": (file(FIRST.replace(b"HS,", b"SITC,")), "line 2 has the classification SITC"),
    "a unit that is not named": (file(FIRST.replace(b",t,", b",kg,")), "line 2 has the unit kg"),
    "a frequency that is not named": (file(FIRST.replace(b",M,", b",A,")), "line 2 has the frequency A"),
    "days that are not covered": (
        file(FIRST.replace(b"2020-01-01", b"2019-12-31")), "line 2 is about days outside",
    ),
}  # fmt: skip

BODIES: dict[str, tuple[str, dict[str, Any], type[PledgerError], str]] = {
    "a subject that is not its series": ("series:import/bb/aa", evidence(), MalformedError, "make them equal"),
    "a reporter that is not there": (
        "series:export/zz/aa", dimensions(reporter="zz"), NotFoundError, r"no party zz \(dimensions\)",
    ),
    "an authority of nobody": (SUBJECT, evidence(authority_of="zz"), NotFoundError, r"zz \(authority_of\)"),
    "an unknown unit": (SUBJECT, dimensions(units=["stones"]), UnitError, "'stones'"),
    "a raw file that is not held": (SUBJECT, evidence(raw=b"other"), NotFoundError, "raw file sha256:.* is not held"),
    "observations that are not held": (
        SUBJECT, evidence(observations=file(FIRST)), NotFoundError, "file of observations sha256:.* is not held",
    ),
    "a raw file of another size": (
        SUBJECT, {**evidence(), "raw": {**evidence()["raw"], "size": 1}}, MalformedError, f"has {len(RAW)} bytes",
    ),
    "another count": (
        SUBJECT, {**evidence(), "observations": {**evidence()["observations"], "count": 3}},
        MalformedError, "there are 2 rows, and the statement says 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_observations_that_are_not_canonical_or_not_as_said_are_refused(case: str) -> None:
    """The sentence names the line, and nothing is recorded (design §2.6; issue 2, point 9)."""
    raw, reason = FILES[case]
    house = House().set_up()
    house.blobs.keep(raw)
    with pytest.raises(MalformedError, match=reason):
        house.say("evidence", SUBJECT, evidence(observations=raw))
    assert house.store.state.head.size == 7


@pytest.mark.parametrize("case", BODIES)
def test_evidence_that_does_not_fit_its_files_is_refused(case: str) -> None:
    """Subject, parties, units, sizes and count are compared with what is there (design §2.2)."""
    subject, body, error, reason = BODIES[case]
    house = House().set_up()
    with pytest.raises(error, match=reason):
        house.say("evidence", subject, body)
    assert house.store.state.head.size == 7


def test_evidence_of_several_parties_is_recorded() -> None:
    """A star stands for several parties and need not be recorded (design §2.2)."""
    house = House().set_up()
    house.say("evidence", "series:export/bb/*", dimensions(partner="*"))
    assert house.store.state.rows[7].subject == "series:export/bb/*"


def test_file_that_many_statements_name_is_read_once_in_a_batch() -> None:
    """Evidence that claims the same of the same file is checked once for a batch; the log takes both."""
    house = House().set_up()
    first, second = evidence(), evidence(title="Exports, once more")
    house.publish(house.sign("evidence", SUBJECT, first), house.sign("evidence", SUBJECT, second))
    assert house.blobs.opened == [evidence()["observations"]["digest"]]
