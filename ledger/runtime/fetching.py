"""Fetching figures from a publisher: its key from the environment, the clock, and the time that is waited."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ledger.runtime.settings import publisher_key, system_clock

if TYPE_CHECKING:  # imported by the function that needs it; here only their names
    from ledger.remote.fetch import Page
    from ledger.remote.request import Request


def fetch_figures(
    requests: "Sequence[Request]", *, progress: Callable[[int, int], None] | None = None
) -> "Iterator[Page]":
    """Yield a publisher's answers to requests, as they come; ``ledger.remote.fetch`` says how.

    Raises:
        RefusedError, MalformedError, UnavailableError: as ``ledger.remote.fetch.fetch``.
    """
    from ledger.remote.fetch import Waiting, fetch

    if not requests:
        return iter(())
    key = publisher_key(requests[0].publisher.variable)
    waiting = Waiting(system_clock, time.monotonic, time.sleep)
    return fetch(requests, key, waiting, progress=progress)
