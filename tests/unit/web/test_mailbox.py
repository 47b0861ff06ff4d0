"""The mailbox: statements that come one by one are handed in together, and each is told its own outcome."""

import asyncio
import threading
from collections.abc import Sequence
from typing import cast

import pytest

from ledger.errors import MalformedError, UnavailableError
from ledger.runtime.intake import Handed, Intake, Outcome
from ledger.web.mailbox import HANDS, Mailbox


class Noted:
    """An intake that notes what it was handed, and answers each with a refusal by its own words."""

    def __init__(self) -> None:
        self.calls: list[list[bytes]] = []
        self.begun = threading.Semaphore(0)
        self.hold = threading.Event()
        self.hold.set()
        self.failure: Exception | None = None

    def hand_in(self, statements: Sequence[Handed]) -> tuple[Outcome, ...]:
        """Take statements, once nobody holds it up."""
        self.calls.append([one.raw for one in statements])
        self.begun.release()
        assert self.hold.wait(10)
        if self.failure is not None:
            raise self.failure
        return tuple(MalformedError(one.raw.decode()) for one in statements)


async def post_all(mailbox: Mailbox, raws: Sequence[bytes]) -> list[object]:
    """Post statements at once, and return what each was told."""
    return await asyncio.gather(*(mailbox.post(Handed(raw)) for raw in raws), return_exceptions=True)


def test_each_is_told_its_own_outcome() -> None:
    """What comes back is in nobody's else hands, whatever was handed in together."""
    noted = Noted()
    raws = [str(number).encode() for number in range(50)]
    told = asyncio.run(post_all(Mailbox(cast("Intake", noted)), raws))
    assert [cast("MalformedError", one).message for one in told] == [raw.decode() for raw in raws]


def test_what_comes_while_others_are_at_work_goes_together() -> None:
    """A call holds up each hand; all that is posted meanwhile is one further call."""
    noted = Noted()

    async def run() -> list[object]:
        mailbox = Mailbox(cast("Intake", noted))
        noted.hold.clear()
        first = []
        for _ in range(HANDS):
            first.append(asyncio.create_task(mailbox.post(Handed(b"first"))))
            await asyncio.to_thread(noted.begun.acquire, timeout=10)
        rest = [asyncio.create_task(mailbox.post(Handed(b"rest"))) for _ in range(20)]
        await asyncio.sleep(0)
        noted.hold.set()
        return await asyncio.gather(*first, *rest)

    assert len(asyncio.run(run())) == HANDS + 20
    assert [len(call) for call in noted.calls] == [*[1] * HANDS, 20]


def test_lone_statement_waits_for_no_company() -> None:
    """One is handed in by itself."""
    noted = Noted()
    asyncio.run(post_all(Mailbox(cast("Intake", noted)), [b"alone"]))
    assert noted.calls == [[b"alone"]]


@pytest.mark.parametrize("failure", [UnavailableError("the disk is full", outcome="none"), OSError("broken")])
def test_failure_of_all_is_told_to_each(failure: Exception) -> None:
    """Nobody is left waiting; an error of ours is an outcome, a fault is raised."""
    noted = Noted()
    noted.failure = failure
    told = asyncio.run(post_all(Mailbox(cast("Intake", noted)), [b"a", b"b"]))
    assert len(told) == 2
    assert all(str(failure) in str(one) for one in told)
    assert told[0] is not told[1]
