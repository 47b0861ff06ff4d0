"""The journal: one line of JSON for each event, and of what libraries say only what holds no secret."""

import io
import json
import logging

from ledger.web.journal import Journal, JournalHandler


def journal() -> tuple[Journal, io.StringIO]:
    """Return a journal, and what it writes to."""
    stream = io.StringIO()
    return Journal(lambda: "2026-01-02T03:04:05Z", stream), stream


def test_event_is_a_line_with_its_moment_and_facts() -> None:
    """Whatever is in a fact, the line stays one line, in ASCII."""
    one, stream = journal()
    one.write("request", path="/a\nb\u202e", status=200)
    (line,) = stream.getvalue().splitlines()
    assert line.isascii()
    assert json.loads(line) == {
        "at": "2026-01-02T03:04:05Z", "event": "request", "path": "/a\nb\u202e", "status": 200,
    }  # fmt: skip


def test_library_s_exception_is_named_without_its_words() -> None:
    """The words of an exception may hold what was sent; its class says enough."""
    one, stream = journal()
    logger = logging.getLogger("test.journal")
    logger.propagate = False
    handler = JournalHandler(one)
    logger.addHandler(handler)
    try:
        raise ValueError("the secret")
    except ValueError:
        logger.exception("Exception in application\nsecond line")
    logger.info("nothing of note")
    logger.removeHandler(handler)
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["fault"] == "ValueError"
    assert json.loads(line)["says"] == "Exception in application"
    assert "secret" not in line


def test_reader_that_went_away_stops_nothing() -> None:
    """A journal that nobody reads any more is no reason not to serve."""
    stream = io.StringIO()
    one = Journal(lambda: "2026-01-02T03:04:05Z", stream)
    stream.close()
    one.write("request")
    assert stream.closed
