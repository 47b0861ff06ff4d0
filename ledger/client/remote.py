"""A served ledger, opened: read from a verified copy of its log, and written by handing in what is signed here.

Keys never leave this machine, and nothing is computed from what was not checked: a status, a score or an audit is
reckoned here, by the method here, from the entries that the log's keys signed. A receipt is held against those keys,
and the log that it stands in against the one that is held. What only whoever has the ledger's directory can do is
refused in a sentence. Source: design §2.4, §3.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NoReturn

from ledger.client.client import Client
from ledger.client.copy import Copy
from ledger.client.handed import Outcome, Waiting
from ledger.errors import NotFoundError, PledgerError, RefusedError, UsageError
from ledger.runtime import Ledger
from ledger.runtime.database import open_store
from ledger.runtime.keyring import Keyring, Passphrase
from ledger.runtime.settings import read_config, system_clock
from ledger.service.ports import Clock, Progress
from ledger.service.site import files_of
from ledger.signing.canonical import parse_canonical
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.checkpoint import Checkpoint, parse_checkpoint
from ledger.tlog.merkle import edge_indexes, read_edge
from ledger.tlog.note import parse_note
from ledger.tlog.proof import Receipt

WAITING: Final = 32
"""Statements that wait for their files at a time: a server keeps only so many of one key."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a served ledger is, and what is used with it.

    Attributes:
        url: of the ledger.
        home: where verified copies are kept.
        keys: directory of this user's keys; that of the copy, if not given.
        token: with which a private ledger is read.
    """

    url: str
    home: Path
    keys: Path | None = None
    token: str | None = None


def open_remote(
    place: Place,
    *,
    trusted: bytes | None = None,
    recheck: bool = False,
    at: Clock = system_clock,
    passphrase: Passphrase = None,
    engine: str | None = None,
    progress: Progress | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> "RemoteLedger":
    """Open a served ledger: its log is followed into the verified copy first.

    Args:
        place: where it is.
        trusted: a policy that the caller holds, which then has to accept the log.
        recheck: check all that the copy holds, and not only what is new.
        at, passphrase, engine: as those of ``open_ledger``.
        progress: told how many of how many steps are done.
        pause: lets time pass between two attempts.

    Raises:
        ForkError: the log contradicts what is held; it carries both checkpoints.
        PledgerError: the server cannot be reached, or what it serves is not sound.
    """
    copy = Copy(place.home, place.url, token=place.token)
    copy.follow(trusted=trusted, recheck=recheck, progress=progress)
    config = read_config(copy.directory)
    ledger = RemoteLedger(
        copy.directory, config, open_store(copy.directory, config), at=at, passphrase=passphrase
    )  # fmt: skip
    ledger.engine_name = engine
    ledger.keyring = Keyring(place.keys or copy.keys, passphrase)
    ledger.client = Client(place.url, token=place.token, policy=ledger.policy(), keys=ledger.log_keys, pause=pause)
    try:
        ledger.refuse_contradiction()
        ledger.finish_erasures()
    except BaseException:
        ledger.close()
        raise
    return ledger


class RemoteLedger(Ledger):
    """A ledger like any other, of which this machine holds a verified copy, and somebody else the log.

    Attributes:
        client: what asks its server.
    """

    client: Client

    def receipt(self, index: int) -> Receipt:
        """Return the receipt of an entry as its server gives it, verified, and held against the copy."""
        found = self.client.receipt(index)
        if isinstance(found, Waiting):
            raise NotFoundError(f"The entry {index} is not logged yet; try again.", index=index)
        self._refuse_other_log(found.checkpoint)
        return found

    def hand_in(self, raws: Sequence[bytes]) -> tuple[Receipt, ...]:
        """Hand in signed statements with the files that are here, and return their receipts, verified.

        Several that bring no files are published all or none; those that do are each a matter of its own.

        Raises:
            PledgerError: the first that was refused.
        """
        bringing = [self._brings(raw) for raw in raws]
        if not any(bringing):
            outcomes = self.client.hand_in_many(raws, whole=len(raws) > 1)
            receipts = [self._settled(outcome) for outcome in outcomes]
        else:
            receipts = []
            for start in range(0, len(raws), WAITING):
                outcomes = self.client.hand_in_many(raws[start : start + WAITING])
                receipts += [self._settled(outcome) for outcome in outcomes]
        if receipts:
            self._refuse_other_log(max(receipts, key=lambda one: _said(one.checkpoint).size).checkpoint)
        return tuple(receipts)

    def _writer(self) -> NoReturn:
        """Refuse: only its server writes into the log.

        Raises:
            UsageError: always.
        """
        message = "Only who has the ledger's directory writes into its log; run the command there, with --ledger DIR."
        raise UsageError(message)

    def _settled(self, outcome: Outcome) -> Receipt:
        """Return the receipt of a statement, once the files have come for which it waits."""
        if isinstance(outcome, Waiting):
            outcome = self.client.bring(outcome, self._find)
        if isinstance(outcome, Waiting):
            names = ", ".join(name for name, _ in outcome.missing)
            message = f"The statement {outcome.statement} waits for files that are not here ({names}); bring them."
            raise NotFoundError(message, statement=outcome.statement, missing=[name for name, _ in outcome.missing])
        if isinstance(outcome, PledgerError):
            raise outcome
        return outcome

    def _brings(self, raw: bytes) -> bool:
        """Tell whether a statement names files that are here."""
        payload = parse_canonical(open_envelope(raw, typ=STATEMENT).payload, what="the statement")
        schema = payload.get("schema") if isinstance(payload, dict) else ""
        files = files_of(str(schema).partition(".")[0], payload)
        return any(self.blobs.size(name) is not None for name in (*files.needed, *files.restricted, *files.wanted))

    def _find(self, name: str) -> BinaryIO | None:
        return self.blobs.open(name) if self.blobs.size(name) is not None else None

    def _refuse_other_log(self, note: bytes) -> None:
        """Raise unless a checkpoint, whose signatures were verified, is of the log that is held, or continues it.

        Raises:
            RefusedError: it is of another past.
        """
        said = _said(note)
        if said.origin != self.origin:
            raise RefusedError(f"The receipt is of the log {said.origin}, and this is {self.origin}.")
        with self._store.reading() as reading:
            held = _said(reading.head().checkpoint)
            root = read_edge(said.size, reading.nodes(edge_indexes(said.size))).root if said.size <= held.size else None
        if root is None:
            self.client.prove_consistency(held, said)
        elif root != said.root:
            message = f"The receipt stands in another log of {said.size} entries than the one that is held; keep both."
            raise RefusedError(message, held=str(held.size), checkpoint=note.decode())

    def _answered(self, receipts: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
        """Return receipts as they are: witnesses and authorities are asked by whoever runs the log."""
        return receipts

    def _write_policy(self) -> None:
        """Leave the policy as it was followed."""


def _said(note: bytes) -> Checkpoint:
    return parse_checkpoint(parse_note(note).text)
