"""Spans of characters (issue 5, point 4)."""

import pytest

from ledger.ingest.draft.span import Span


@pytest.mark.parametrize(
    ("other", "holds", "meets"),
    [
        (Span(2, 5), True, True),
        (Span(3, 4), True, True),
        (Span(1, 3), False, True),
        (Span(4, 9), False, True),
        (Span(5, 7), False, False),
        (Span(0, 2), False, False),
        (Span(3, 3), True, True),
    ],
)
def test_span_holds_and_meets(other: Span, holds: bool, meets: bool) -> None:
    """The end is not included: spans that touch do not meet."""
    span = Span(2, 5)
    assert (span.holds(other), span.meets(other)) == (holds, meets)
