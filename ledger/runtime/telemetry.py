"""Spans of what a server answered, sent to a collector where one is named (OpenTelemetry, OTLP over HTTP).

A span is made when its answer has left, from what the journal notes as well: method, the template of the route, status,
how long it took; never a path, a query, a header, an address or a token. It belongs to the trace that a request names
(W3C Trace Context). What cannot be sent is let go: no collector keeps a ledger from answering. Without a setting
nothing of OpenTelemetry is imported. Source: design §3.
"""

import logging
import os
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ledger.errors import UnavailableError

NAME: Final = "pledger"
"""The name of the service, unless ``OTEL_SERVICE_NAME`` gives another."""

_PATH: Final = "/v1/traces"


class Telemetry:
    """Where spans go.

    Args:
        provider: of OpenTelemetry's SDK; it is shut down by ``close``.
    """

    def __init__(self, provider: Any) -> None:  # noqa: ANN401  # its types are not installed with us
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = provider
        self._tracer = provider.get_tracer("pledger")
        self._propagator = TraceContextTextMapPropagator()

    def answered(  # so much is there to be said of a request
        self,
        *,
        method: str,
        route: str,
        status: int,
        begun: int,
        ended: int,
        request: str,
        headers: Iterable[tuple[bytes, bytes]],
    ) -> None:
        """Note an answered request.

        Args:
            begun: when it began, in nanoseconds since 1970; ``ended`` likewise.
            request: its id, as the journal and the answer have it.
            headers: of the request; only those that name a trace are looked at.
        """
        from opentelemetry.trace import SpanKind, Status, StatusCode

        span = self._tracer.start_span(
            f"{method} {route}", context=self._propagator.extract(_trace(headers)), kind=SpanKind.SERVER,
            attributes={
                "http.request.method": method, "http.route": route, "http.response.status_code": status,
                "pledger.request.id": request,
            }, start_time=begun,
        )  # fmt: skip
        if status >= 500 or status == 0:
            span.set_status(Status(StatusCode.ERROR))
        span.end(end_time=ended)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def open_telemetry(endpoint: str, *, version: str) -> Telemetry:
    """Return where spans go, for a collector that listens at an address.

    Args:
        endpoint: of the collector, such as ``http://127.0.0.1:4318``.
        version: of the program, which every span carries.

    Raises:
        UnavailableError: OpenTelemetry is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        message = "Telemetry is set, and OpenTelemetry is not installed: pip install '.[telemetry]' adds it."
        raise UnavailableError(message) from error
    # Its own complaints about a collector that does not answer would fill the journal.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    name = os.environ.get("OTEL_SERVICE_NAME") or NAME
    provider = TracerProvider(resource=Resource.create({"service.name": name, "service.version": version}))
    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/").removesuffix(_PATH) + _PATH)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Telemetry(provider)


def _trace(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Return the headers that name a trace."""
    wanted = {b"traceparent": "traceparent", b"tracestate": "tracestate"}
    return {wanted[name]: value.decode("latin-1") for name, value in headers if name in wanted}
