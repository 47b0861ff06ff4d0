"""Uploads: bodies that are files, taken off the wire onto the disk before anybody works with them.

A sender may be slow, and may be many: while a body comes, it holds a place of a few, and no thread, no lock and no
place among those at work. Of one file there is one on its way; whoever brings it too waits a while for that one to
end, and then brings it beside it, as a slow sender must not keep a file from coming. How slow a sender may be is the
door's to say. Source: design §3.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from anyio import to_thread
from starlette.requests import Request

from ledger.errors import UnavailableError
from ledger.web.problem import HttpError

_PIECE = 1 << 18

BESIDE = 3
"""How many bring one file beside whoever began, each with a place and a body of its own."""


class Uploads:
    """The places for files that are on their way; for one event loop.

    Args:
        places: how many there are; a quarter of them, and one at least, for any one address.
        patience: seconds that one waits for another who brings the same file.
    """

    def __init__(self, places: int, *, patience: float) -> None:
        self._places = places
        self._each = max(1, places // 4)
        self._patience = patience
        self._of: Counter[str] = Counter()
        self._turns: dict[str, asyncio.Lock] = {}
        self._asked: Counter[str] = Counter()
        self._beside: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many places are taken."""
        return self._of.total()

    @asynccontextmanager
    async def place(self, address: str) -> AsyncIterator[None]:
        """Hold a place, for the time of a ``with`` block.

        Raises:
            HttpError: the address has as many as one may have (429).
            UnavailableError: all are taken.
        """
        if self._of[address] >= self._each:
            message = f"{self._each} files of this address are on their way; send the next when one of them has come."
            raise HttpError(429, message, headers={"Retry-After": "5"}, retry_after=5)
        if self.taken >= self._places:
            raise UnavailableError("As many files are on their way as are taken at once; try again in a while.")
        self._of[address] += 1
        try:
            yield
        finally:
            self._of[address] -= 1
            self._of += Counter()  # forgets who has none

    @asynccontextmanager
    async def turn(self, digest: str) -> AsyncIterator[None]:
        """Be the only one who brings a file, for the time of a ``with`` block, or one of few where the first is slow.

        Raises:
            UnavailableError: others bring it, and take long.
        """
        lock = self._turns.setdefault(digest, asyncio.Lock())
        self._asked[digest] += 1
        try:
            try:
                await asyncio.wait_for(lock.acquire(), self._patience)
            except TimeoutError as error:
                leave = self._step_beside(digest, error)
            else:
                leave = lock.release
            try:
                yield
            finally:
                leave()
        finally:
            self._asked[digest] -= 1
            if not self._asked[digest]:
                del self._asked[digest], self._turns[digest]

    def _step_beside(self, digest: str, slow: TimeoutError) -> Callable[[], None]:
        """Begin beside who is slow, and return what ends it."""
        if self._beside[digest] >= BESIDE:
            message = f"The file {digest} is being brought by others; ask again in a while whether it has come."
            raise UnavailableError(message, digest=digest) from slow
        self._beside[digest] += 1

        def leave() -> None:
            self._beside[digest] -= 1
            self._beside += Counter()  # forgets what nobody brings

        return leave


class Room:
    """The memory for bodies that are read whole: for many who send slowly at once, there is only so much.

    Args:
        most: bytes; half of them for any one address.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many bytes are taken."""
        return self._of.total()

    def take(self, address: str, count: int) -> None:
        """Take room for some more bytes of an address.

        Raises:
            HttpError: the address has half of the room (429).
            UnavailableError: all of it is taken.
        """
        if self._of[address] + count > self._most // 2:
            message = "Too many bytes of this address are on their way; send the next when some have come."
            raise HttpError(429, message, headers={"Retry-After": "5", "Connection": "close"}, retry_after=5)
        if self.taken + count > self._most:
            raise UnavailableError("As many bytes are on their way as are held at once; try again in a while.")
        self._of[address] += count

    def give_back(self, address: str, count: int) -> None:
        """Give back what a request had taken."""
        self._of[address] -= count
        if not self._of[address]:
            del self._of[address]


@asynccontextmanager
async def spooled(request: Request, limit: int, *, directory: Path | None = None) -> AsyncIterator[IO[bytes]]:
    """Give the body of a request as a file that has no name and is gone after the ``with`` block.

    Args:
        limit: its most bytes.
        directory: on whose disk it is; the system's for what is temporary, if not given.

    Raises:
        HttpError: it has more bytes than the limit.
        UnavailableError: the disk is full.
    """
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise HttpError(413, headers={"Connection": "close"}, limit=limit)
    with tempfile.TemporaryFile(dir=directory) as file:
        size, gathered = 0, bytearray()
        async for piece in request.stream():
            size += len(piece)
            if size > limit:
                raise HttpError(413, headers={"Connection": "close"}, limit=limit)
            gathered += piece
            if len(gathered) >= _PIECE:
                await to_thread.run_sync(_write, file, bytes(gathered))
                gathered.clear()
        await to_thread.run_sync(_write, file, bytes(gathered))
        file.seek(0)
        yield file


def _write(file: IO[bytes], raw: bytes) -> None:
    try:
        file.write(raw)
        file.flush()
    except OSError as error:
        message = f"The server has no room for the file: {error.strerror}; nothing was kept, try again later."
        raise UnavailableError(message) from error
