"""What every route has at hand: the open ledger, its intake, its tokens, and what the server counts and remembers.

One of these belongs to one application. What is true of the ledger is asked of the ledger each time, since other
processes may write to it; here are only things that may be forgotten.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from starlette.requests import Request

from ledger import __version__
from ledger.errors import UnavailableError
from ledger.runtime import Ledger
from ledger.runtime.intake import Intake, Logged, Outcome, Waits
from ledger.runtime.server import ServerSettings
from ledger.runtime.settings import READS
from ledger.runtime.telemetry import open_telemetry
from ledger.runtime.token import Tokens
from ledger.web.journal import Journal, Trail
from ledger.web.limit import Limit
from ledger.web.mailbox import Mailbox
from ledger.web.metric import Metrics
from ledger.web.remembered import Remembered
from ledger.web.upload import Room, Uploads

_WORK: Final = 30.0
"""Seconds that one waits for a place among those who have something long to do."""

ROOM: Final = 8
"""Largest batches that are held in memory at once."""


class Served:
    """A ledger as it is served.

    Attributes:
        ledger: that is served.
        settings: what the server was told.
        intake: takes statements and files; ``mailbox`` those statements that come one by one.
        tokens: who may read.
        site: the C2SP tree and the files that may travel.
        closures: what belongs to each commitment.
        remembered: answers that are the same as long as their view is.
        journal, trail, metrics, telemetry: where it is noted what happens; trail and telemetry are None where nobody
            asks for them.
        uploads: the places for files that are on their way; ``room`` the memory for bodies that are read whole.
        addresses, keys, heavy: limits on how often.
        stop: asks the server to end; called where nothing more may be written.
    """

    def __init__(self, ledger: Ledger, settings: ServerSettings, *, journal: Journal | None = None) -> None:
        self.ledger = ledger
        self.settings = settings
        self.intake = Intake(ledger, count=settings.pending, size=settings.pending_bytes, upload=settings.upload)
        self.mailbox = Mailbox(self.intake)
        self.tokens = Tokens(ledger.directory, ledger.clock)
        self.site = ledger.live_site()
        self.closures = ledger.closures()
        self.remembered = Remembered(settings.cache)
        self.journal = journal or Journal(ledger.clock)
        self.trail = Trail(ledger.directory / READS, ledger.clock) if settings.trail else None
        self.metrics = Metrics()
        self.telemetry = open_telemetry(settings.telemetry, version=__version__) if settings.telemetry else None
        self.addresses = Limit(settings.rate, settings.burst)
        self.keys = Limit(settings.key_rate, settings.key_burst)
        self.heavy = Limit(settings.heavy_rate, settings.heavy_burst)
        self.uploads = Uploads(settings.uploads, patience=settings.patience)
        self.room = Room(ROOM * settings.batch)
        self.stop: Callable[[], None] = lambda: None
        self._places = BoundedSemaphore(settings.heavy)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Take a place among those who have something long to do.

        Raises:
            UnavailableError: all are taken.
        """
        if not self._places.acquire(timeout=min(_WORK, self.settings.patience)):
            raise UnavailableError("Others are being served who asked for as much; try again in a while.")
        try:
            yield
        finally:
            self._places.release()

    def count(self, outcomes: tuple[Outcome, ...]) -> None:
        """Count what became of statements; where the outcome of a commit is unknown, the server ends."""
        for one in outcomes:
            if isinstance(one, Logged):
                self.metrics.handed_in("logged" if one.is_new else "repeated")
            else:
                self.metrics.handed_in("waiting" if isinstance(one, Waits) else "refused")
        if self.ledger.group().is_stopped:
            self.journal.write("stopped", says="The outcome of a commit is unknown; a restart finds out.")
            self.stop()


def served(request: Request) -> Served:
    """Return what a request is answered from."""
    found = request.app.state.served
    assert isinstance(found, Served)  # noqa: S101  # put there by ``application``
    return found
