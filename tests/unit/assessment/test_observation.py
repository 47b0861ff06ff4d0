"""Observations are read strictly, one line at a time, and split into whole numbers (design §2.1, §2.6)."""

from io import BytesIO

import pytest

from ledger.assessment.observation import HEADER, LIMB, Observation, read_observations, split
from ledger.errors import MalformedError

LINE = b"HS2017,120190,bu:1201,FOB,M,2020-02-01,2020-02-29,E,-1234567890.5\n"


def read(raw: bytes) -> list[Observation]:
    """The observations of a file."""
    return list(read_observations(BytesIO(raw), what="figures"))


def test_a_line_is_read_as_whole_numbers() -> None:
    """Days are counted from 0001-01-01, bases, frequencies and statuses by position; no float anywhere (design §4)."""
    assert read(HEADER + LINE) == [
        Observation("HS2017", "120190", "bu:1201", 1, 2, 737456, 737484, 2, -1, -234567890, -500_000_000)
    ]


def test_a_file_without_observations_is_a_file() -> None:
    """A header alone says that nothing was observed."""
    assert read(HEADER) == []


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("0", (0, 0, 0)),
        ("7", (0, 7, 0)),
        ("1000000000", (1, 0, 0)),
        ("-0.5", (0, 0, -500_000_000)),
        ("0.000000001", (0, 0, 1)),
        ("-123456789012345678.000000001", (-123456789, -12345678, -1)),
        ("999999999999999999.999999999", (999_999_999, 999_999_999, 999_999_999)),
    ],
)
def test_every_canonical_decimal_is_split_exactly(value: str, parts: tuple[int, int, int]) -> None:
    """Billions, the rest and billionths, all of one sign and below 10⁹, so that sums stay within 64 bits (method)."""
    assert split(value) == parts
    assert all(abs(part) < LIMB for part in parts)


def test_lines_are_read_one_at_a_time() -> None:
    """A fault further down is met when it is reached, and named by its line (design §2.1)."""
    stream = read_observations(BytesIO(HEADER + LINE + b"nonsense\n"), what="figures")
    assert next(stream).code == "120190"
    with pytest.raises(MalformedError, match="figures: line 3 has 1 cells where 9 are expected") as caught:
        next(stream)
    assert caught.value.facts == {"what": "figures", "line": 3}


def test_one_point_has_one_figure() -> None:
    """Another status does not make it another point: which of the two is true nobody could tell (R2)."""
    with pytest.raises(MalformedError, match="line 3 gives the point of the line above again"):
        read(HEADER + LINE + LINE.replace(b",E,", b",P,"))
