"""Delivery: what hooks have yet to be told is taken from the log and the docket, sent, tried again, or given up.

A pass goes in three steps, so that a crash anywhere repeats at most a message, under its id: what is new is written
down as waiting; what is due is sent; what became of it is written down. The waits between attempts are those that
Standard Webhooks recommends; after the last the message is kept among those given up, which ``pledger hook retry``
sends again. Source: Standard Webhooks 1.0.0, *Webhook headers*, *Retry schedule*; design §3; method F2.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Final

from ledger.errors import NotFoundError, PledgerError
from ledger.model.statement import plain
from ledger.remote.webhook import Network, send
from ledger.runtime.hook import DEAD, Event, Hook, Hooks, Letter, State
from ledger.runtime.opened import Ledger
from ledger.service.scene import read_said
from ledger.tlog.entry import parse_header
from ledger.tlog.stored import Row

WAITS: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds after each failed attempt but the last; ten attempts in about three days."""

WAITING: Final = 500
"""Messages that wait for one receiver; while there are so many, nothing more is taken from the log."""

PASS: Final = 100
"""Messages that one receiver is sent in one pass."""

AT_ONCE: Final = 8
"""Receivers that are told at the same time."""

GONE: Final = 410
"""The status by which a receiver says that it wants no more."""

_SAID: Final = 200

Send = Callable[[str, bytes, Mapping[str, str]], int]
"""Sends a body with headers to an address; returns the status of the answer."""

KINDS: Final[Mapping[str, Event]] = {"determination": "determination", "audit": "audit"}
"""The kinds of entries that are events of their own."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a pass did.

    Attributes:
        sent: messages that were taken by their receivers.
        failed: those to be tried again; ``dead`` those given up.
    """

    sent: int = 0
    failed: int = 0
    dead: int = 0


def sender(allowed: Sequence[Network]) -> Send:
    """Return what sends over HTTP, to the public network and to these."""

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        return send(url, body, headers, allowed=allowed).status

    return post


def deliver(ledger: Ledger, hooks: Hooks, *, post: Send) -> Delivered:
    """Tell every hook what is due, once; nothing is done where another process is at it.

    Args:
        ledger: whose hooks they are.
        hooks: as above.
        post: sends a message.
    """
    with hooks.delivering() as is_ours:
        known = hooks.readable() if is_ours else ()
        if not known:
            return Delivered()
        with ThreadPoolExecutor(min(AT_ONCE, len(known))) as executor:
            done = list(executor.map(partial(_tell, ledger, hooks, post), known))
    return Delivered(sum(one.sent for one in done), sum(one.failed for one in done), sum(one.dead for one in done))


def _tell(ledger: Ledger, hooks: Hooks, post: Send, hook: Hook) -> Delivered:
    """Tell one hook what is due."""
    try:
        # 1. What is new waits, in the same file and at the same moment as the place moves on.
        state = hooks.change(hook.id, partial(_taken, ledger, hook))
        if state.gone:
            return Delivered()
        # 2. What is due is sent.
        now = ledger.clock()
        due = [one for one in state.waiting if one.due <= now][:PASS]
        became = {one.id: _attempt(ledger, hook, post, one) for one in due}
        # 3. What became of it.
        hooks.change(hook.id, partial(_settled, became=became))
    except NotFoundError:
        return Delivered()  # it was removed meanwhile
    dead = sum(1 for one in became.values() if one is not None and one.attempts > len(WAITS))
    failed = sum(1 for one in became.values() if one is not None)
    return Delivered(len(became) - failed, failed - dead, dead)


# --- what is new ------------------------------------------------------------------------------------------------------


def _taken(ledger: Ledger, hook: Hook, state: State) -> State:
    """Return the state of a hook once what is new waits."""
    if state.gone or len(state.waiting) >= WAITING:
        return state
    stop = min(ledger.head().size, state.next + WAITING)
    fresh = [letter for row in ledger.rows(state.next, stop) for letter in _letters(ledger, hook, row)]
    day = ledger.clock()[:10]
    if "docket.due" in hook.events and state.day != day:
        fresh += _due(ledger, hook, since=state.day, day=day)
    return replace(state, next=max(state.next, stop), day=day, waiting=(*state.waiting, *fresh))


def _letters(ledger: Ledger, hook: Hook, row: Row) -> Iterator[Letter]:
    """Yield what a hook is told of an entry."""
    header = parse_header(row.header)
    told: dict[str, object] = {
        "index": header.index, "kind": header.kind, "subject": header.subject, "author": header.author,
        "received": header.received, "statement": header.statement, "path": f"/v1/entries/{header.index}",
    }  # fmt: skip
    if "entry.published" in hook.events:
        yield _letter(ledger, hook, "entry.published", header.statement, told, at=header.received)
    event = KINDS.get(header.kind)
    if event is not None and event in hook.events:
        said = read_said(row)
        body = plain(said.statement.body) if said is not None else None
        yield _letter(ledger, hook, event, header.statement, {**told, "body": body}, at=header.received)


def _due(ledger: Ledger, hook: Hook, *, since: str | None, day: str) -> Iterator[Letter]:
    """Yield what a hook is told of the docket's days that have come since it was looked at last."""
    from ledger.report.docket import items_of

    for item in items_of(ledger.results(ledger.view(day))):
        if item.day is None or item.day > day or item.kind == "act" or (item.day <= since if since else item.day < day):
            continue
        told = {
            "commitment": item.commitment, "title": item.title, "kind": item.kind, "about": item.about,
            "who": list(item.who), "day": item.day, "state": item.state, "words": item.words,
            "entries": list(item.entries), "path": f"/v1/docket?subject={item.commitment}&as_of={day}",
        }  # fmt: skip
        yield _letter(ledger, hook, "docket.due", f"{item.name}\n{item.day}", told, at=f"{day}T00:00:00Z")


def _letter(ledger: Ledger, hook: Hook, event: Event, about: str, data: Mapping[str, object], *, at: str) -> Letter:
    """Return a message, whose id is the same whenever it is made again."""
    name = sha256(f"{hook.id}\n{event}\n{about}".encode()).hexdigest()[:32]
    told = {
        "type": event, "timestamp": at, "data": {"origin": ledger.origin, "genesis": ledger.genesis, **data},
    }  # fmt: skip
    return Letter(f"msg_{name}", event, json.dumps(told, ensure_ascii=False, separators=(",", ":")), ledger.clock())


# --- what is sent -----------------------------------------------------------------------------------------------------


def _attempt(ledger: Ledger, hook: Hook, post: Send, letter: Letter) -> Letter | None:
    """Return what is left of a message once it was sent: nothing, or the message with its next moment."""
    at, body = int(datetime.fromisoformat(ledger.clock()).timestamp()), letter.body.encode()
    headers = {
        "webhook-id": letter.id, "webhook-timestamp": str(at),
        "webhook-signature": hook.key.sign(body, name=letter.id, at=at),
    }  # fmt: skip
    try:
        status = post(hook.url, body, headers)
        said = f"it answered {status}"
    except PledgerError as error:
        status, said = 0, error.message
    if 200 <= status < 300:
        return None
    if status == GONE:
        return replace(letter, attempts=len(WAITS) + 1, said=said)
    attempts = letter.attempts + 1
    wait = WAITS[min(attempts, len(WAITS)) - 1]
    due = (datetime.fromisoformat(ledger.clock()) + timedelta(seconds=wait)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return replace(letter, attempts=attempts, due=due, said=said[:_SAID])


def _settled(state: State, *, became: Mapping[str, Letter | None]) -> State:
    """Return the state of a hook once it is known what became of messages that were sent."""
    left = [became.get(one.id, one) for one in state.waiting]
    waiting = tuple(one for one in left if one is not None and one.attempts <= len(WAITS))
    dead = (*state.dead, *(one for one in left if one is not None and one.attempts > len(WAITS)))
    is_gone = any(one is not None and one.said == f"it answered {GONE}" for one in became.values())
    return replace(state, waiting=waiting, dead=dead[-DEAD:], gone=state.gone or is_gone)
