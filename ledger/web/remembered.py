"""Answers that are remembered as long as their view is the same: the same view always gives the same answer (R1).

A key names all that an answer depends on, so nothing is ever wrong here, only absent. Several who ask for the same at
once wait for the first. Memory is bounded by the bytes of the answers.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from hashlib import sha256
from threading import Lock
from typing import NamedTuple


class Body(NamedTuple):
    """The bytes of an answer, and their entity tag."""

    raw: bytes
    etag: str


class Remembered:
    """Answers by key, those used last.

    Args:
        limit: bytes that are kept.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bodies: OrderedDict[Hashable, Body] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._size = 0
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], bytes]) -> Body:
        """Return the answer of a key, made if it is not remembered."""
        found = self._find(key)
        if found is not None:
            return found
        with self._lock:
            turn = self._making.setdefault(key, Lock())
        with turn:
            found = self._find(key)
            if found is None:
                try:
                    found = body(make())
                    self._keep(key, found)
                finally:
                    with self._lock:
                        self._making.pop(key, None)
            return found

    def _find(self, key: Hashable) -> Body | None:
        with self._lock:
            found = self._bodies.get(key)
            if found is not None:
                self._bodies.move_to_end(key)
            return found

    def _keep(self, key: Hashable, found: Body) -> None:
        with self._lock:
            before = self._bodies.pop(key, None)
            self._size += len(found.raw) - (len(before.raw) if before is not None else 0)
            self._bodies[key] = found
            while self._size > self._limit:
                _, oldest = self._bodies.popitem(last=False)
                self._size -= len(oldest.raw)


def body(raw: bytes) -> Body:
    """Return bytes with their entity tag."""
    return Body(raw, f'"{sha256(raw).hexdigest()[:32]}"')
