"""Limits on how often: a bucket of tokens for each address and each key, counted in this process.

A bucket fills at a rate and holds a burst; who finds it empty is told when to come back. Several processes count each
for itself; a limit over all of them is the reverse proxy's. Nothing here knows what is asked for.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import Final

KNOWN: Final = 20_000
"""Names that are remembered; of those that come back after that many others, the bucket is full again."""


class Limit:
    """A limit for each of any number of names.

    Args:
        rate: tokens a second; 0 is no limit.
        burst: tokens that a full bucket holds.
        clock: gives seconds that only go forward.
    """

    def __init__(self, rate: float, burst: float, *, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._burst = max(burst, 1.0)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, name: str) -> float:
        """Take a token of a name; return 0, or the seconds after which there is one again."""
        if not self._rate:
            return 0.0
        with self._lock:
            now = self._clock()
            left, at = self._buckets.pop(name, (self._burst, now))
            left = min(self._burst, left + (now - at) * self._rate)
            taken = left >= 1
            self._buckets[name] = (left - taken, now)
            if len(self._buckets) > KNOWN:
                self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - left) / self._rate

    def give_back(self, name: str) -> None:
        """Put a token of a name back."""
        with self._lock:
            if name in self._buckets:
                left, at = self._buckets[name]
                self._buckets[name] = (min(self._burst, left + 1), at)


@lru_cache(maxsize=4096)
def name_of(address: str) -> str:
    """Return the name under which an address is counted: an IPv6 network of 64 bits is one caller."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
