"""Group commit: many callers in one process, one transaction and one checkpoint for all that they say meanwhile.

Each caller opens and verifies its own statements, then waits in a queue. Whoever finds nobody at work leads: it takes
what is queued, publishes that in one commit, gives each caller what became of its own batch, and hands the lead to the
first that has queued since. Nobody waits for company: a group is what came while the last commit ran, so a lone caller
is as fast as without all this, and sixty-four share the signatures and the sync of one. Nothing here decides what may
stand (``publish``), and no thread is started. Source: design §2.5.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from threading import Condition, Event
from typing import Final

from ledger.errors import PledgerError, UnavailableError
from ledger.service.publish import GROUP, Publication, Publisher
from ledger.service.scene import Opened
from ledger.tlog.stored import NOTHING_RECORDED

QUEUE: Final = 5 * GROUP
"""Statements that may wait; a caller beyond that waits for room."""

PATIENCE: Final = 30.0
"""Seconds that a caller waits for room in the queue."""


class _Waiting:
    """A caller's batches, on their way; they go into one commit, and each is published whole or not at all.

    Attributes:
        batches: each of them.
        count: of the statements in all of them.
        outcomes: what became of each, or of all of them; None until that is known.
        woken: set when there is an outcome, or when the caller is to lead.
    """

    def __init__(self, batches: Sequence[Sequence[Opened]]) -> None:
        self.batches = batches
        self.count = sum(map(len, batches))
        self.outcomes: Sequence[Publication | PledgerError] | BaseException | None = None
        self.woken = Event()


class Group:
    """The writer of a ledger for any number of threads.

    Args:
        publisher: the writer that one of them at a time uses.
        size: statements of one commit, at most; one batch is never divided.
        queue: statements that may wait.
        patience: seconds that a caller waits for room among them.
    """

    def __init__(
        self, publisher: Publisher, *, size: int = GROUP, queue: int = QUEUE, patience: float = PATIENCE
    ) -> None:
        self._publisher = publisher
        self._size = size
        self._limit = queue
        self._patience = patience
        self._state = Condition()
        self._waiting: deque[_Waiting] = deque()
        self._queued = 0
        self._is_led = False

    def publish(self, raws: Iterable[bytes]) -> Publication:
        """Publish a batch of signed statements, whole or not at all, together with what others say meanwhile.

        Raises:
            PledgerError: as ``Publisher.publish``, of this batch; what others are refused for is not ours.
            UnavailableError: the queue is full.
        """
        (outcome,) = self.publish_each((self.open(raws),))
        if isinstance(outcome, PledgerError):
            raise outcome
        return outcome

    def open(self, raws: Iterable[bytes]) -> tuple[Opened, ...]:
        """Return statements read and verified, as ``Publisher.open`` does: the caller's own work."""
        return self._publisher.open(raws)

    @property
    def is_stopped(self) -> bool:
        """Whether the outcome of a commit is unknown, so that nothing more is written."""
        return self._publisher.is_stopped

    def publish_each(self, batches: Sequence[Sequence[Opened]]) -> tuple[Publication | PledgerError, ...]:
        """Publish several batches of opened statements in one commit; return for each what became of it.

        None of them fails for what another is refused for; one may refer to those before it.

        Raises:
            PledgerError: of all of them; as ``Publisher.publish_together``.
            UnavailableError: the queue is full.
        """
        if not batches:
            return ()
        mine = _Waiting(batches)
        if self._enter(mine):
            self._lead(mine)
        else:
            self._wait(mine)
        outcomes = mine.outcomes
        if outcomes is None:
            message = "a batch was let go without an outcome"
            raise AssertionError(message)
        if isinstance(outcomes, BaseException):
            raise outcomes
        return tuple(outcomes)

    def _enter(self, mine: _Waiting) -> bool:
        """Queue a batch; tell whether its caller is to lead."""
        count = mine.count
        with self._state:
            # A batch that is longer than the queue still gets its turn, alone.
            if not self._state.wait_for(
                lambda: not self._queued or self._queued + count <= self._limit, self._patience
            ):
                message = (
                    f"{self._queued} statements wait to be published already; nothing was recorded, try again later."
                )
                raise UnavailableError(message, outcome=NOTHING_RECORDED)
            self._waiting.append(mine)
            self._queued += count
            leads, self._is_led = not self._is_led, True
        return leads

    def _wait(self, mine: _Waiting) -> None:
        """Wait until there is an outcome, or until it is ours to lead."""
        try:
            mine.woken.wait()
        except BaseException:
            # Interrupted: what nobody has taken yet is taken back, and the lead, if it is ours, goes on.
            with self._state:
                if mine in self._waiting:
                    is_first = self._waiting[0] is mine and mine.woken.is_set()
                    self._waiting.remove(mine)
                    self._queued -= mine.count
                    if is_first:
                        self._pass_on()
                    self._state.notify_all()
            raise
        if mine.outcomes is None:
            self._lead(mine)

    def _lead(self, mine: _Waiting) -> None:
        """Publish what is queued, ours first, and hand the lead on."""
        group = self._take()
        outcomes: list[Sequence[Publication | PledgerError] | BaseException]
        try:
            found = iter(self._publisher.publish_together([batch for one in group for batch in one.batches]))
            outcomes = [tuple(islice(found, len(one.batches))) for one in group]
        except Exception as error:  # noqa: BLE001, whatever it is, each of the group is told, and we as well
            outcomes = [error if one is mine else self._for_another(error) for one in group]
        except BaseException as error:
            self._end(group, [self._for_another(error)] * len(group))
            raise
        self._end(group, outcomes)

    def _take(self) -> list[_Waiting]:
        """Take from the queue what one commit holds."""
        with self._state:
            group = [self._waiting.popleft()]
            count = group[0].count
            while self._waiting and count + self._waiting[0].count <= self._size:
                group.append(self._waiting.popleft())
                count += group[-1].count
            self._queued -= count
            self._state.notify_all()
        return group

    def _end(
        self, group: Sequence[_Waiting], outcomes: Sequence[Sequence[Publication | PledgerError] | BaseException]
    ) -> None:
        """Hand the lead on, so that the next commit begins, and then to each what became of its batches."""
        with self._state:
            self._pass_on()
        for one, found in zip(group, outcomes, strict=True):
            one.outcomes = found
            one.woken.set()

    def _pass_on(self) -> None:
        """Let the first in the queue lead; with the lock held."""
        if self._waiting:
            self._waiting[0].woken.set()
        else:
            self._is_led = False

    def _for_another(self, error: BaseException) -> PledgerError:
        """Return what a caller is told of a failure that met another in its stead: an error of its own."""
        if isinstance(error, PledgerError):
            return type(error)(error.message, **error.facts)
        if self._publisher.is_stopped:
            message = (
                "Whether the statement was recorded is not known; open the ledger again and look before you repeat it."
            )
            return UnavailableError(message, outcome="unknown")
        message = "The commit that was to hold the statement was broken off; nothing was recorded, try again."
        return UnavailableError(message, outcome=NOTHING_RECORDED)
