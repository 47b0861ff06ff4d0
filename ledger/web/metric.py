"""Figures about the server for Prometheus; their labels come from closed sets, whatever strangers send.

A route is named by its template, a status by its class, a method only if it is one of those that there are.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})

OUTCOMES: Final = ("logged", "repeated", "waiting", "refused")
"""What becomes of a statement that is handed in."""

_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """What is counted."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._requests = Counter(
            "pledger_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "pledger_request_seconds", "Time to the end of an answer.", ("route",), buckets=_SECONDS, registry=registry
        )
        self._inside = Gauge("pledger_requests_inside", "Requests being answered.", registry=registry)
        self._statements = Counter(
            "pledger_statements", "Statements handed in, by what became of them.", ("outcome",), registry=registry
        )
        self._outcomes = {outcome: self._statements.labels(outcome) for outcome in OUTCOMES}
        self._size = Gauge("pledger_log_size", "Entries of the log.", registry=registry)

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        key = (method if method in METHODS else "other", route, status // 100)
        known = self._known.get(key)
        if known is None:
            # Kept, as finding them costs as much as counting: there are as many as there are labels.
            known = (self._requests.labels(key[0], route, f"{key[2]}xx"), self._seconds.labels(route))
            self._known[key] = known
        known[0].inc()
        known[1].observe(seconds)

    def inside(self, count: int) -> None:
        """Say how many requests are being answered."""
        self._inside.set(count)

    def handed_in(self, outcome: str, count: int = 1) -> None:
        """Count statements by what became of them."""
        self._outcomes[outcome].inc(count)

    def text(self, *, size: int) -> bytes:
        """Return all figures in Prometheus' text format."""
        self._size.set(size)
        return bytes(generate_latest(self._registry))
