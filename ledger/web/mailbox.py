"""Statements that come one by one, handed in together: what is posted while others are at work goes in one call.

Sixty-four requests would be sixty-four threads that wait for one commit; here they are entries of a list that one
thread hands in. Nobody waits for company, and a lone statement is handed in at once. Nothing here knows what it says.
Source: design §2.5.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

from anyio import to_thread

from ledger.errors import PledgerError
from ledger.runtime.intake import Handed, Intake, Outcome
from ledger.service.publish import GROUP

HANDS: Final = 1
"""Threads that hand in. A second would verify while the first one's commit runs, and halve the commits: what each of
them costs (signatures, the sync, the note of what left) is more than what is gained."""


class Mailbox:
    """Where requests post a statement each.

    Args:
        intake: which they are handed to.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._posted: deque[tuple[Handed, asyncio.Future[Outcome]]] = deque()
        self._hands: set[asyncio.Task[None]] = set()

    async def post(self, handed: Handed) -> Outcome:
        """Return what became of a statement."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._posted.append((handed, future))
        if len(self._hands) < HANDS:
            hand = asyncio.create_task(self._hand_in())
            self._hands.add(hand)
            hand.add_done_callback(self._hands.discard)
        return await future

    async def _hand_in(self) -> None:
        """Hand in what is posted, until there is nothing more."""
        while self._posted:
            taken = [self._posted.popleft() for _ in range(min(GROUP, len(self._posted)))]
            outcomes: Sequence[Outcome | Exception]
            try:
                outcomes = await to_thread.run_sync(self._intake.hand_in, [handed for handed, _ in taken])
            except Exception as error:  # noqa: BLE001  # whatever it is, each of them is told
                outcomes = [_alike(error) for _ in taken]
            for (_, future), outcome in zip(taken, outcomes, strict=True):
                if future.done():  # whoever posted it has been cancelled
                    continue
                if isinstance(outcome, Exception) and not isinstance(outcome, PledgerError):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)


def _alike(error: Exception) -> Exception:
    """Return an error of one's own: one that several raise would be tangled up."""
    return type(error)(error.message, **error.facts) if isinstance(error, PledgerError) else RuntimeError(repr(error))
