"""The server's journal: a line of JSON for each request and each event, and the trail of reads where it is asked for.

A line holds no header, no query, no body and no token, only a token's id; so there is no secret in it. The trail names
who read what, at which view, in a file for each day in ``reads/`` of the ledger's directory, which only its owner may
read.
"""

import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Final, TextIO

from ledger.errors import UnavailableError

_OWN: Final = 0o600

_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, default=str)


class Journal:
    """Where a server writes what happens.

    Args:
        clock: gives the present moment.
        stream: that lines go to; standard error, if not given.
    """

    def __init__(self, clock: Callable[[], str], stream: TextIO | None = None) -> None:
        self._clock = clock
        self._stream = stream
        self._lock = Lock()
        self._lines: list[str] = []

    def write(self, event: str, **facts: object) -> None:
        """Write a line, after those that were gathered."""
        self.gather(event, **facts)
        self.flush()

    def gather(self, event: str, **facts: object) -> bool:
        """Keep a line for the next ``flush``; tell whether it is the first: sixty-four together are one write."""
        line = _ENCODER.encode({"at": self._clock(), "event": event, **facts})
        with self._lock:
            self._lines.append(f"{line}\n")
            return len(self._lines) == 1

    def flush(self) -> None:
        """Write what was gathered."""
        stream = self._stream or sys.stderr
        with self._lock:
            lines, self._lines = self._lines, []
            try:
                stream.write("".join(lines))
                stream.flush()
            except (OSError, ValueError):  # nobody reads it any more; that is no reason not to serve
                return


class JournalHandler(logging.Handler):
    """Gives what a library logs to the journal."""

    def __init__(self, journal: Journal, *, level: int = logging.WARNING) -> None:
        super().__init__(level)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record as a line; of an exception its class and place, as its words may hold what was sent."""
        facts: dict[str, object] = {"level": record.levelname.lower(), "says": record.getMessage().splitlines()[0]}
        if record.exc_info is not None and record.exc_info[0] is not None:
            facts["fault"] = record.exc_info[0].__name__
        self._journal.write("library", **facts)


class Trail:
    """The trail of reads.

    Args:
        directory: made when the first of them is noted.
        clock: gives the present moment.
    """

    def __init__(self, directory: Path, clock: Callable[[], str]) -> None:
        self._directory = directory
        self._clock = clock

    def note(self, **facts: object) -> None:
        """Note a read, durably enough that the answer may leave.

        Raises:
            UnavailableError: it cannot be noted, so nothing is answered.
        """
        at = self._clock()
        line = json.dumps({"at": at, **facts}, ensure_ascii=True, default=str) + "\n"
        path = self._directory / f"{at[:10]}.jsonl"
        try:
            self._directory.mkdir(mode=0o700, exist_ok=True)
            # One write of a short line to a file that is only appended to: several processes do not tear each other's.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _OWN)
            try:
                os.write(descriptor, line.encode("ascii"))
            finally:
                os.close(descriptor)
        except OSError as error:
            message = f"The read cannot be noted in {path}: {error.strerror}; nothing is answered until it can be."
            raise UnavailableError(message) from error
