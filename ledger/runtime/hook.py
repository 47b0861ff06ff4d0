"""Hooks: receivers that are told of what the log gained and of what falls due, and what has yet to be told them.

The log itself is what is to be told, so nothing is written while it grows: each hook has its place in it, and what was
taken from there and is not delivered yet waits in a file that survives whatever ends the process. A message is sent at
least once, and always under the same id. ``hooks/`` of the ledger's directory holds for each hook ``ID.hook`` (where,
what for, and its secrets; never changed) and ``ID.state`` (its place, what waits, what was given up); both are 0600.
Source: design §3; Standard Webhooks 1.0.0.
"""

import fcntl
import json
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, get_args

from ledger.errors import ConflictError, MalformedError, NotFoundError, PledgerError, UnavailableError, UsageError
from ledger.remote.webhook import check_receiver
from ledger.runtime.file import sync_directory, unwritable
from ledger.signing.key import PrivateKey
from ledger.signing.webhook import SECRET_BYTES, WebhookKey
from ledger.store.fresh import replace_file

HOOKS: Final = "hooks"

Event = Literal["entry.published", "determination", "audit", "docket.due"]
"""What a hook is told of: every entry; those of two kinds with their bodies; days of the docket that have come."""

EVENTS: Final[tuple[Event, ...]] = get_args(Event)

LIMIT: Final = 64
"""Hooks of a ledger, at most."""

DEAD: Final = 1_000
"""Messages that were given up and are kept, of one hook; the oldest go."""

_ID: Final = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one receiver.

    Attributes:
        id: by which the receiver knows it again.
        type: of the event.
        body: exactly as it is sent.
        due: the moment of the next attempt; ``attempts`` how many there were.
        said: why the last one failed; empty before it.
    """

    id: str
    type: str
    body: str
    due: str
    attempts: int = 0
    said: str = ""

    def document(self) -> dict[str, object]:
        """Return it as lists give it: all but its body."""
        return {"id": self.id, "type": self.type, "due": self.due, "attempts": self.attempts, "said": self.said}


@dataclass(frozen=True, slots=True)
class State:
    """How far a hook has been told.

    Attributes:
        next: the first entry of which nothing was taken yet.
        day: the last day of which the docket was taken; None where none was.
        waiting: messages that are not delivered yet, in order.
        dead: those that were given up.
        gone: the receiver said that it wants no more (410).
    """

    next: int
    day: str | None = None
    waiting: tuple[Letter, ...] = ()
    dead: tuple[Letter, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Hook:
    """A receiver.

    Attributes:
        id: by which it is named.
        url: where it is told.
        events: what of.
        created: when it was added.
        key: signs what it is told.
    """

    id: str
    url: str
    events: tuple[Event, ...]
    created: str
    key: WebhookKey = field(repr=False)

    def document(self, state: State) -> dict[str, object]:
        """Return it as lists give it: all but its secrets."""
        from ledger.signing.webhook import format_public

        return {
            "id": self.id, "url": self.url, "events": list(self.events), "created": self.created,
            "public": format_public(self.key.private.public), "next": state.next, "gone": state.gone,
            "waiting": [one.document() for one in state.waiting], "dead": [one.document() for one in state.dead],
        }  # fmt: skip


class Hooks:
    """The hooks of a ledger.

    Args:
        directory: of the ledger.
        clock: gives the present moment.
    """

    def __init__(self, directory: Path, clock: Callable[[], str]) -> None:
        self._directory = directory / HOOKS
        self._clock = clock

    def add(self, url: str, events: Sequence[str], *, start: int, random: Callable[[int], bytes]) -> Hook:
        """Return a new hook.

        Args:
            url: of the receiver.
            events: what it is told of; all, if none is named.
            start: the first entry that it is told of.
            random: gives so many random bytes.

        Raises:
            MalformedError: the address is none.
            UsageError: there is no such event.
            ConflictError: there are too many.
        """
        check_receiver(url)
        if strange := [one for one in events if one not in EVENTS]:
            raise UsageError(f"There is no event {strange[0]!r}; name {', '.join(EVENTS[:-1])} or {EVENTS[-1]}.")
        chosen = tuple(one for one in EVENTS if one in events) or EVENTS
        key = WebhookKey(random(SECRET_BYTES), PrivateKey.from_seed("Ed25519", random(32)))
        made = Hook(random(6).hex(), url, chosen, self._clock(), key)
        with self._held():
            if len(self.all()) >= LIMIT:
                raise ConflictError(f"There are {LIMIT} hooks already; remove one with pledger hook remove.")
            # The state first: a hook without one would be told from the first entry on.
            self._write(f"{made.id}.state", _format_state(State(start)))
            self._write(f"{made.id}.hook", _format_hook(made))
        return made

    def all(self) -> tuple[Hook, ...]:
        """Return every hook, in the order in which they were added.

        Raises:
            MalformedError: a file does not hold what a hook is.
        """
        return self._sorted(_parse_hook(self._read(path.name), path) for path in self._paths())

    def readable(self) -> tuple[Hook, ...]:
        """Return every hook whose files are in order, likewise: what ails one keeps nothing from the others."""
        found = []
        for path in self._paths():
            with suppress(PledgerError):
                hook = _parse_hook(self._read(path.name), path)
                self.state(hook.id)
                found.append(hook)
        return self._sorted(found)

    def _paths(self) -> list[Path]:
        return list(self._directory.glob("*.hook")) if self._directory.is_dir() else []

    @staticmethod
    def _sorted(hooks: Iterable[Hook]) -> tuple[Hook, ...]:
        return tuple(sorted(hooks, key=lambda one: (one.created, one.id)))

    def get(self, id_: str) -> Hook:
        """Return the hook of an id.

        Raises:
            NotFoundError: there is none.
        """
        path = self._directory / f"{id_}.hook"
        if _ID.fullmatch(id_) is None or not path.is_file():
            raise NotFoundError(f"There is no hook {id_[:40]!r}; see pledger hook list.", id=id_[:40])
        return _parse_hook(self._read(path.name), path)

    def remove(self, id_: str) -> None:
        """Forget a hook, and all that waits for it."""
        self.get(id_)
        with self._held():
            for suffix in ("hook", "state"):
                (self._directory / f"{id_}.{suffix}").unlink(missing_ok=True)
            sync_directory(self._directory)

    def state(self, id_: str) -> State:
        """Return how far a hook has been told."""
        path = self._directory / f"{id_}.state"
        return _parse_state(self._read(path.name), path)

    def change(self, id_: str, how: Callable[[State], State]) -> State:
        """Replace the state of a hook by another, nobody else changing it meanwhile; that of one that is gone stays so.

        Raises:
            NotFoundError: it was removed.
        """
        with self._held():
            self.get(id_)
            before = self.state(id_)
            after = how(before)
            if after != before:
                self._write(f"{id_}.state", _format_state(after))
            return after

    def retry(self, id_: str, letters: Sequence[str] = ()) -> tuple[Letter, ...]:
        """Let messages that were given up be sent again: those of these ids, or all; they come back.

        Raises:
            NotFoundError: there is no such hook, or no such message among those given up.
        """
        now, moved = self._clock(), list[Letter]()

        def again(state: State) -> State:
            known = {one.id for one in state.dead}
            if missing := [one for one in letters if one not in known]:
                message = f"The hook {id_} has given up no message {missing[0][:80]!r}; see pledger hook list."
                raise NotFoundError(message, id=missing[0][:80])
            chosen = [one for one in state.dead if not letters or one.id in letters]
            moved.extend(replace(one, due=now, attempts=0) for one in chosen)
            dead = tuple(one for one in state.dead if one not in chosen)
            return replace(state, waiting=(*moved, *state.waiting), dead=dead, gone=False)

        self.get(id_)
        self.change(id_, again)
        return tuple(moved)

    @contextmanager
    def delivering(self) -> Iterator[bool]:
        """Tell whether we may deliver: of several processes one does, until it ends."""
        if not self._directory.is_dir():
            yield False
            return
        descriptor = os.open(self._directory / ".delivering", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Hold off whoever else would change hooks, in any process."""
        try:
            self._directory.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise unwritable(self._directory, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _read(self, name: str) -> bytes:
        path = self._directory / name
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(f"The hook {path.stem} is gone; see pledger hook list.", id=path.stem) from error
        except OSError as error:
            message = f"The file {path} cannot be read: {error.strerror}; see to the disk and its permissions."
            raise UnavailableError(message, path=str(path)) from error

    def _write(self, name: str, raw: bytes) -> None:
        try:
            replace_file(self._directory / name, raw, mode=0o600)
        except OSError as error:
            raise unwritable(self._directory, error) from error


def _format_hook(hook: Hook) -> bytes:
    return json.dumps({
        "id": hook.id, "url": hook.url, "events": list(hook.events), "created": hook.created,
        "secret": b64encode(hook.key.secret).decode("ascii"),
        "private": hook.key.private.to_pem(passphrase=None).decode("ascii"),
    }).encode()  # fmt: skip


def _parse_hook(raw: bytes, path: Path) -> Hook:
    try:
        told = json.loads(raw)
        private = PrivateKey.from_pem(told["private"].encode("ascii"), passphrase=None)
        key = WebhookKey(b64decode(told["secret"], validate=True), private)
        events = tuple(one for one in EVENTS if one in told["events"])
        return Hook(str(told["id"]), str(told["url"]), events, str(told["created"]), key)
    except (ValueError, TypeError, KeyError, AttributeError, MalformedError) as error:
        raise _unread(path) from error


def _format_state(state: State) -> bytes:
    return json.dumps(asdict(state)).encode()


def _parse_state(raw: bytes, path: Path) -> State:
    try:
        told = json.loads(raw)
        waiting, dead = (tuple(Letter(**one) for one in told[name]) for name in ("waiting", "dead"))
        return State(int(told["next"]), told["day"], waiting, dead, bool(told["gone"]))
    except (ValueError, TypeError, KeyError) as error:
        raise _unread(path) from error


def _unread(path: Path) -> MalformedError:
    message = f"The file {path} does not hold what a hook is; remove the hook {path.stem}, and add it anew."
    return MalformedError(message, path=str(path))
