"""A retraction: a statement, or points of a series, taken back; both it and what it retracts remain in the log (R1)."""

from typing import Annotated, Literal

from pydantic import Field

from ledger.model.value import Day, Digest, Text, Value


class Point(Value):
    """One point of a series: classification, code and period."""

    classification: Text
    code: Text
    start: Day
    end: Day


class Retraction(Value):
    """What is taken back, by whom and why.

    Attributes:
        statement: the name of the statement retracted.
        points: only these points of it; empty retracts the whole statement.
        ground: ``withdrawn_by_publisher`` counts from ``date``; ``recorded_in_error`` counts at every as-of date (R1).
    """

    statement: Digest
    points: Annotated[tuple[Point, ...], Field(max_length=10_000)] = ()
    ground: Literal["withdrawn_by_publisher", "recorded_in_error"]
    date: Day
    reason: Text
