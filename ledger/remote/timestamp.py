"""A time-stamping authority, asked over HTTP: one request, one answer, bounded in time and size (RFC 3161 §3.4).

What is asked and what an answer means is `ledger.tlog.timestamp`'s; whom to ask, and when, is its caller's.
"""

from typing import Final

from ledger.errors import UnavailableError
from ledger.remote.exchange import PATIENCE, check_url, exchange
from ledger.tlog.timestamp import TIMESTAMP_LIMIT

QUERY_TYPE: Final = "application/timestamp-query"
"""The media type of what is asked."""


def ask_timestamp(url: str, request: bytes, *, patience: float = PATIENCE) -> bytes:
    """Return what a time-stamping authority answers; nothing of it is believed yet.

    Args:
        url: the authority's address.
        request: as `ledger.tlog.timestamp.format_request` writes it.
        patience: seconds that it may take in all.

    Raises:
        MalformedError: the address is none.
        UnavailableError: the authority cannot be reached, is too slow, answers with too much, or with no answer.
    """
    parts = check_url(url, of="a time-stamping authority")
    answer = exchange(
        parts, "POST", parts.path or "/", request, kind=QUERY_TYPE, of="time-stamping authority",
        limit=TIMESTAMP_LIMIT, patience=patience,
    )  # fmt: skip
    if answer.status != 200:
        message = f"The time-stamping authority at {url} answered {answer.status}; try again, or see its address."
        raise UnavailableError(message, url=url, status=answer.status)
    return answer.body
