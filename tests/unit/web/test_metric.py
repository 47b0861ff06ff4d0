"""Figures about the server: their labels come from closed sets, whatever strangers send."""

from ledger.web.metric import Metrics


def test_labels_are_a_closed_set() -> None:
    """A method that nobody knows is another one; a status is counted by its class."""
    metrics = Metrics()
    for method, status in (("GET", 200), ("GET", 204), ("BREW", 405), ("Y" * 900, 400)):
        metrics.answered(method=method, route="/v1/status", status=status, seconds=0.004)
    text = metrics.text(size=7).decode()
    assert 'pledger_requests_total{method="GET",route="/v1/status",status="2xx"} 2.0' in text
    assert 'pledger_requests_total{method="other",route="/v1/status",status="4xx"} 2.0' in text
    assert 'pledger_request_seconds_bucket{le="0.005",route="/v1/status"} 4.0' in text
    assert "YYY" not in text


def test_statements_are_counted_by_what_became_of_them() -> None:
    """Each outcome has its figure, and the log its size."""
    metrics = Metrics()
    metrics.handed_in("logged", 3)
    metrics.handed_in("refused")
    text = metrics.text(size=41).decode()
    assert 'pledger_statements_total{outcome="logged"} 3.0' in text
    assert 'pledger_statements_total{outcome="refused"} 1.0' in text
    assert "pledger_log_size 41.0" in text
