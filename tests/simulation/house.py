"""A ledger in the simulated world: the processes that have it open, what they do, and what they were answered.

The ledger is `ledger.runtime.Ledger` with everything that it is made of, on a simulated store, disk, clock and witness.
A process opens it as a command does; after it has died, another opens it anew. What came of each attempt is written
down here, to be held against what is left (`tests.simulation.law`).
"""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from ledger.errors import ConflictError, PledgerError, UnavailableError
from ledger.runtime import Ledger
from ledger.runtime.settings import read_config
from ledger.service.cosign import witness_policy
from ledger.service.erase import logged_erasures
from ledger.service.publish import Publication
from ledger.service.scene import Folded, fold_authority, read_said
from ledger.signing.canonical import digest
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.signing.key import PrivateKey, PublicKey
from ledger.tlog.checkpoint import log_keys, open_checkpoint, parse_checkpoint
from ledger.tlog.merkle import Hash
from ledger.tlog.note import VerifierKey, parse_note
from ledger.tlog.policy import Policy, Witness
from ledger.tlog.proof import Receipt, verify_receipt
from ledger.tlog.stored import NOTHING_RECORDED
from tests.simulation.database import DatabaseOfWorld
from tests.simulation.disk import Disk
from tests.simulation.schedule import Step
from tests.simulation.store import SimulatedStore, SimulatedWitness, moment
from tests.simulation.template import (
    COSIGNER,
    ORIGIN,
    RECORDERS,
    SPARES,
    START,
    STRANGER,
    Batch,
    Template,
    appointment,
    erasure,
    figures,
    grant,
    position,
    revocation,
    rotation,
    template,
)
from tests.simulation.world import Death, Process, World
from tests.unit.service.fake import MemoryReading, State

Act = Callable[[Ledger], None]
LogKeys = tuple[VerifierKey, VerifierKey]


class Violation(AssertionError):  # noqa: N818, that is what it is
    """A law is broken."""


class Slot:
    """A place in which one process after another has the ledger open.

    Attributes:
        process: that is there now.
        ledger: as it has it open, or None.
        is_stopped: the outcome of its last commit is unknown, so that it may write nothing more.
    """

    def __init__(self, number: int) -> None:
        self.process = Process(number)
        self.ledger: Ledger | None = None
        self.is_stopped = False

    def leave(self) -> None:
        """End the process; the next is another."""
        self.process = Process(self.process.number)
        if self.ledger is not None:
            self.ledger.close()
        self.ledger = None
        self.is_stopped = False


class InTurn:
    """An executor that does one thing after another, in the thread that asks."""

    def __init__(self, _threads: int) -> None:
        self.map = map

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return


class House:
    """A ledger, those who use it, and all that they were told.

    Attributes:
        root: the directory of the ledger; ``site``, in it, is where its static site is exported to.
        store: simulated, or the real one with a driver that fails.
        batches: every batch that was ever to be published.
        answered: the first receipt that was given for each statement, by name.
        left: every checkpoint that left a process, by its text.
        backups: old copies of the store.
        excuses: why a step may fail in which no call did.
        verified: the log's own checkpoints whose signatures were seen to be right.
        known_tenures: how many pairs of checkpoint keys there were when the receipts were verified last.
    """

    def __init__(self, root: Path, rules: str, *, is_real: bool = False) -> None:
        begun: Template = template(rules)
        self.rules = rules
        self.genesis = begun.genesis
        self.root = root
        self.site = root / "site"
        for name, raw in begun.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(raw)
            if name.startswith("keys/"):
                (root / "keys").chmod(0o700)
                (root / name).chmod(0o600)
        (root / "blobs").mkdir(exist_ok=True)
        self.world = World(int(datetime.fromisoformat(START).timestamp()))
        self.store: SimulatedStore | DatabaseOfWorld = (
            DatabaseOfWorld(self.world, root.with_name("database"), rules)
            if is_real
            else SimulatedStore(self.world, begun.state)
        )
        self.disk = Disk(self.world, root)
        self.witness = SimulatedWitness(self.world, COSIGNER.name, COSIGNER.key, (*begun.keys, *spare_keys()))
        self.slots = (Slot(0), Slot(1))
        self.batches: list[Batch] = []
        self.answered: dict[str, Receipt] = {}
        self.left: dict[bytes, bytes] = {}
        self.backups: list[State] = [self.store.copy()]
        self.excuses: list[str] = []
        self.failed: list[PledgerError] = []
        self._tenures: tuple[tuple[int, int], list[tuple[int, LogKeys]]] = ((-1, -1), [])
        # The charter and the desk's grant were one batch, the pledge another: each batch begins with what was there.
        names = tuple(f"sha256:{row.statement.hex()}" for row in begun.state.rows)
        self.attempts: list[tuple[str, ...]] = [names[:size] for size in begun.state.notes]
        self.verified: set[bytes] = set()
        self.known_tenures = 1
        self._seed = 0

    # --- steps --------------------------------------------------------------------------------------------------------

    def take(self, step: Step) -> None:
        """Take a step, and clear away who died in it."""
        self._seed = step.seed
        self.excuses, self.failed = [], []
        self.world.begin(step.seed, step.faults)
        for slot in self.slots:
            slot.process.behind = 0
        with self._felt():
            getattr(self, f"_step_{step.kind}")()
        if self.world.is_cut:
            self.disk.cut()
            self.store.cut()
        for slot in self.slots:
            if self.world.is_cut or slot.process.is_dead:
                slot.leave()
        self._refuse_needless_failure()

    def _refuse_needless_failure(self) -> None:
        if self.failed and not self.world.fired and not self.excuses:
            message = f"nothing was in the way, and yet it failed: {self.failed[0]!r}"
            raise Violation(message)

    def _step_say(self) -> None:
        self._run(self._saying(self._batch("say")))

    def _step_evidence(self) -> None:
        self._run(self._saying(figures(f"{self._seed}", self.genesis)))

    def _step_repeat(self) -> None:
        self._run(self._saying(self._said_before()))

    def _step_refused(self) -> None:
        self._run(self._saying(self._bad_batch()))

    def _step_groups(self) -> None:
        self._run(self._grouping())

    def _step_read(self) -> None:
        self._run(self._reading())

    def _step_check(self) -> None:
        self._run(self._checking)

    def _step_export(self) -> None:
        self._run(self._exporting)

    def _step_cosign(self) -> None:
        self._run(self._cosigning)

    def _step_open(self) -> None:
        self._slot().leave()
        self._run(lambda _: None)

    def _step_power(self) -> None:
        self.world.is_cut = True

    def _step_race(self) -> None:
        kinds = ("say", "say", "evidence", "groups", "repeat", "read", "cosign", "export", "open", "key")
        bodies = []
        for slot in self.slots:
            kind = self.world.random.choice(kinds)
            if kind == "open":
                slot.leave()
            act = self._act(kind, f"{slot.process.number}")
            bodies.append((slot.process, self._attempt(slot, act)))
        self.world.run(bodies)

    def _step_erase(self) -> None:
        """Erase a statement, and where it is evidence, the raw file that it alone names."""
        erased, rows = self.erased(), self.store.state.rows
        standing = [row for row in rows if row.kind in {"position", "evidence"} and row.jws is not None]
        if not standing:
            return
        row = self.world.random.choice(standing)
        said: Any = read_said(row)
        digests = [said.name]
        if row.kind == "evidence" and said.statement.body.raw.digest not in erased:
            digests.append(said.statement.body.raw.digest)
        self._run(self._saying(erasure(row.subject, digests, self.genesis)))

    def _step_key(self) -> None:
        self._run(self._saying(self._key_batch()))

    def _step_backup(self) -> None:
        self.backups.append(self.store.copy())

    def _step_restore(self) -> None:
        """Put an old copy in the place of the database, and open it: where a checkpoint beyond it left, it is refused.

        Then the operator puts the latest copy back. Where nothing beyond it left, nobody will miss what was in it.
        """
        latest, old = self.store.copy(), self.world.random.choice(self.backups)
        for slot in self.slots:
            slot.leave()
        self.store.state = old
        noted = self.noted()
        is_needed = max((size for size, _ in self.sizes()), default=0) > old.head.size
        slot = self.slots[0]
        self._run(lambda _: None, slot=slot)
        if slot.ledger is not None and not slot.process.is_dead:
            if is_needed:
                message = f"a copy of {old.head.size} entries was opened, and a larger checkpoint has left"
                raise Violation(message)
            return
        if noted > old.head.size:
            self.excuses.append("the copy is old")
        self.store.state = latest
        slot.leave()

    def _step_swap(self) -> None:
        """Put an old copy under an open ledger: the next publication refuses it.

        A file that SQLite has open cannot be exchanged so that it is seen; there it is left out.
        """
        slot = self._slot()
        if isinstance(self.store, DatabaseOfWorld):
            return
        old = [state for state in self.backups if state.head.size < self.noted()]
        if slot.ledger is None or not old:
            return
        latest = self.store.state
        self.store.state = copy = self.world.random.choice(old)
        batch = self._batch("swapped")
        self._run(self._saying(batch), slot=slot)
        if self.store.state is not copy or any(name in self.answered for name in batch.names):
            message = "something was published on an old copy"
            raise Violation(message)
        self.excuses.append("the copy is old")
        self.store.state = latest
        for one in self.slots:
            one.leave()

    # --- what processes do --------------------------------------------------------------------------------------------

    def _act(self, kind: str, who: str) -> Act:
        match kind:
            case "say":
                return self._saying(self._batch(who))
            case "evidence":
                return self._saying(figures(f"{self._seed} {who}", self.genesis))
            case "groups":
                return self._grouping(who)
            case "key":
                return self._saying(self._key_batch())
            case "repeat":
                return self._saying(self._said_before())
            case "read":
                return self._reading()
            case "cosign":
                return self._cosigning
            case "export":
                return self._exporting
        return lambda _: None

    def _saying(self, batch: Batch) -> Act:
        self._plan(batch)
        keys = self._key_count()

        def act(ledger: Ledger) -> None:
            for name, raw in batch.files.items():
                ledger.keep(io.BytesIO(raw), expected=name)
            before, is_alone = self.logged(), len(self.world._running) < 2
            try:
                publication = ledger.publish(batch.raws)
            except PledgerError as error:
                if batch.is_bad:
                    self.excuses.append("it had to be refused")
                if self._key_count() != keys:
                    self.excuses.append("keys have come or gone meanwhile")
                if is_alone and error.facts.get("outcome") == NOTHING_RECORDED and self.logged() != before:
                    message = "a failure says that nothing was recorded, and something was"
                    raise Violation(message) from error
                raise
            if batch.is_bad:
                message = "what had to be refused was published"
                raise Violation(message)
            self._hear(ledger, publication, batch)

        return act

    def _grouping(self, who: str = "") -> Act:
        raws = tuple(position(f"{self._seed} {who} group {number}", self.genesis) for number in range(5))
        groups = [Batch(raws[start : start + 2]) for start in range(0, 5, 2)]
        for group in groups:
            self._plan(group)

        def act(ledger: Ledger) -> None:
            for publication, group in zip(ledger.publish_groups(raws, size=2), groups, strict=True):
                self._hear(ledger, publication, group)

        return act

    def _hear(self, ledger: Ledger, publication: Publication, batch: Batch) -> None:
        """Take in what was published, and its receipts."""
        self.see(publication.checkpoint)
        try:
            receipts = ledger.receipts(publication)
        except UnavailableError as error:
            if self.rules == "quorum" and error.facts.get("outcome") == "published":
                self.excuses.append("the witness did not cosign")
            raise
        for name, receipt in zip(batch.names, receipts, strict=True):
            self._take_receipt(name, receipt)

    def _take_receipt(self, name: str, receipt: Receipt) -> None:
        self.refuse_void(name, receipt)
        self.see(receipt.checkpoint)
        first = self.answered.setdefault(name, receipt)
        is_same = (first.index, first.header) == (receipt.index, receipt.header)
        if not is_same or (self.rules == "alone" and first != receipt):
            message = f"the repeat of {name} has another receipt than its first"
            raise Violation(message)

    def refuse_void(self, name: str, receipt: Receipt) -> None:
        """Break the law where a receipt does not hold by the keys that were the log's as it was given."""
        keys = self.keys_at(parse_checkpoint(parse_note(receipt.checkpoint).text).size)
        policy = _policy(keys) if self.rules == "quorum" else None
        found = verify_receipt(receipt, log=keys, policy=policy, statement=receipt.statement)
        if found or receipt.statement != name:
            message = f"the receipt of {name} does not hold: {found}"
            raise Violation(message)

    def _reading(self) -> Act:
        names = sorted(self.answered.keys() - self.erased().keys())
        chosen = self.world.random.sample(names, min(3, len(names)))

        def act(ledger: Ledger) -> None:
            self.see(ledger.head().checkpoint)
            for name in chosen:
                index = self.answered[name].index
                if ledger.index_of(name) != index or digest(ledger.statement(index)) != name:
                    message = f"{name} is not found where its receipt says"
                    raise Violation(message)
                receipt = ledger.receipt(index)
                self.see(receipt.checkpoint)
                self.see(ledger.prove(index).checkpoint)
                if (receipt.index, receipt.header) != (index, self.answered[name].header):
                    message = f"the receipt of {name} has changed"
                    raise Violation(message)

        return act

    def _checking(self, ledger: Ledger) -> None:
        checked = ledger.check()
        # A crash leaves erased files for the next who opens the ledger.
        found = [one for one in checked.findings if one.code != "erasure.unfinished"]
        if found and not self.world.fired:
            message = f"the check finds {found[0]}"
            raise Violation(message)

    def _exporting(self, ledger: Ledger) -> None:
        try:
            exported = ledger.export_log(self.site)
        except UnavailableError as error:
            if "Another process writes" in error.message:
                self.excuses.append("one writes to a site at a time")
            raise
        except ConflictError:
            if len(self.world._running) > 1:
                self.excuses.append("another has written a newer site meanwhile")
            raise
        if exported.withheld:
            message = f"what may travel was held back: {exported.withheld}"
            raise Violation(message)

    def _cosigning(self, ledger: Ledger) -> None:
        if self.rules != "alone":
            self.see(ledger.cosign().note)

    # --- statements ---------------------------------------------------------------------------------------------------

    def _batch(self, who: str) -> Batch:
        count = self.world.random.choice((1, 1, 1, 2, 3))
        notes = [f"{self._seed} {who} {number}" for number in range(count)]
        recorders = self._recorders()
        if recorders and self.world.random.random() < 0.4:
            author = self.world.random.choice(recorders)
            raws = [position(note, self.genesis, key=author) for note in notes]
        else:
            raws = [position(note, self.genesis) for note in notes]
        if self.world.random.random() < 0.2:
            raws.append(raws[0])
        return Batch(tuple(raws))

    def _said_before(self) -> Batch:
        # What was erased, and an erasure that did not come to stand in time, are refused for good.
        erased, logged = self.erased(), self.logged()
        good = [
            batch
            for batch in self.batches
            if not batch.is_bad
            and not erased.keys() & {*batch.names, *batch.files}
            and (logged.issuperset(batch.names) or not any(map(self._is_bound_to_its_time, batch.raws)))
        ]
        if not good:
            return self._batch("nothing before")
        draw = self.world.random
        first = draw.choice(good)
        raws = draw.sample(first.raws, draw.randint(1, len(first.raws)))
        if draw.random() < 0.3:
            raws.append(position(f"{self._seed} with a repeat", self.genesis))
        return Batch(tuple(raws), first.files)

    def _bad_batch(self) -> Batch:
        note = f"{self._seed} refused"
        good = position(f"{note} for another's sake", self.genesis)
        forged = position(note, self.genesis)
        bad = {
            "by a stranger": position(note, self.genesis, key=STRANGER),
            "forged": forged[:-8] + (b"AAAAAAAA" if forged[-8:] != b"AAAAAAAA" else b"BBBBBBBB"),
            "about nothing": position(note, self.genesis, subject="nothing"),
            "for another ledger": position(note, digest(b"another charter")),
            "without its files": figures(note, self.genesis).raws[0],
        }
        for key in RECORDERS:
            if key not in self._recorders():
                bad["by a key that holds no role yet, or none any more"] = position(note, self.genesis, key=key)
        raw = self.world.random.choice(list(bad.values()))
        return Batch((good, raw) if self.world.random.random() < 0.5 else (raw,), is_bad=True)

    def _key_batch(self) -> Batch:
        """Return what a key begins, goes on or ends with, or other checkpoint keys: whatever can come next."""
        draw, genesis, state = self.world.random, self.genesis, self.store.state
        authority = fold_authority(MemoryReading(state), Folded()).authority
        assert authority is not None
        standing, fresh = self._recorders(), [key for key in RECORDERS if key.kid not in authority.grants]
        used = {key.public.raw for tenure in authority.tenures for key in tenure.checkpoint}
        spare = [pair for pair in SPARES if pair[0].public.raw not in used]
        kinds = ["grant"] * bool(fresh) + ["revoke"] * bool(standing) + ["rotate"] * bool(fresh and standing)
        match draw.choice([*kinds, *["appoint"] * bool(spare)] or ["none"]):
            case "grant":
                return grant(fresh[0], genesis)
            case "rotate":
                return rotation(draw.choice(standing), fresh[0], genesis)
            case "revoke":
                key = draw.choice(standing)
                since = authority.grants[key.kid][-1].since
                index = draw.choice((None, draw.randint(since, len(state.rows))))
                return revocation(key, genesis, effective_index=index)
            case "appoint":
                return appointment(authority, spare[0], note=state.head.checkpoint)
        return self._batch("no key left")

    def _recorders(self) -> list[PrivateKey]:
        """Return the keys that may record next, the desk's aside."""
        roles = self.roles()
        return [key for key in RECORDERS if "recorder" in roles.get(key.kid, ())]

    def _key_count(self) -> int:
        return sum(row.kind == "key" for row in self.store.state.rows)

    def _is_bound_to_its_time(self, raw: bytes) -> bool:
        """Tell whether a statement that did not come to stand may be refused later: its key or its cause may end."""
        envelope = open_envelope(raw, typ=STATEMENT)
        said = json.loads(envelope.payload)
        return said["schema"] in {"erasure.v1", "key.v1"} or envelope.kid in {key.kid for key in RECORDERS}

    def _plan(self, batch: Batch) -> None:
        self.batches.append(batch)
        if not batch.is_bad:
            self.attempts.append(batch.names)

    # --- processes ----------------------------------------------------------------------------------------------------

    def _slot(self) -> Slot:
        return self.world.random.choice(self.slots)

    def _run(self, act: Act, *, slot: Slot | None = None) -> None:
        chosen = slot or self._slot()
        self.world.run([(chosen.process, self._attempt(chosen, act))])

    def _attempt(self, slot: Slot, act: Act) -> Callable[[], None]:
        """Return what a process does: open the ledger where it is not open, and act; what came of it is noted."""

        def body() -> None:
            try:
                if slot.is_stopped and slot.ledger is not None:
                    self._refuse_going_on(slot.ledger)
                    slot.ledger, slot.is_stopped = None, False
                if slot.ledger is None:
                    slot.ledger = self._opened()
                act(slot.ledger)
            except Death:
                return
            except PledgerError as error:
                self.failed.append(error)
                slot.is_stopped |= error.facts.get("outcome") == "unknown"

        return body

    def _refuse_going_on(self, ledger: Ledger) -> None:
        """Break the law where a publisher goes on after a commit of unknown outcome (design §2.5)."""
        try:
            ledger.publish([position(f"{self._seed} after an unknown outcome", self.genesis)])
        except UnavailableError:
            return
        message = "a publisher went on after a commit of unknown outcome"
        raise Violation(message)

    def _opened(self) -> Ledger:
        made = self._made()
        made.refuse_contradiction()
        made.finish_erasures()
        left = [name for name in self.erased() if (self.root / "blobs" / name[7:9] / name[7:]).exists()]
        if left and not self.world.fired:
            message = f"the ledger was opened, and the erased file {left[0]} is still there"
            raise Violation(message)
        return made

    def _made(self) -> Ledger:
        config = read_config(self.root)
        store: Any = self.store.opened()
        return Ledger(self.root, config, store, at=lambda: moment(self.world.time()), passphrase=None)

    @contextmanager
    def _felt(self) -> Iterator[None]:
        """Let processes feel this world's disk and witness, for the time of a ``with`` block."""
        with (
            self.disk.felt(),
            patch("ledger.remote.witness.add_checkpoint", self.witness.ask),
            patch("ledger.service.cosign.ThreadPoolExecutor", InTurn),
            patch("ledger.service.cosign.PAUSE", 0.0),
            patch("ledger.store.sql.PATIENCE", 0.0),
        ):
            yield

    # --- what is seen from outside ------------------------------------------------------------------------------------

    def see(self, note: bytes) -> None:
        """Note that a checkpoint left its process."""
        text = parse_note(note).text
        if text not in self.left:
            open_checkpoint(note, log=self.keys_at(parse_checkpoint(text).size))
            self.left[text] = note

    def roles(self, size: int | None = None) -> dict[str, frozenset[str]]:
        """Return which roles which keys hold after so many entries, by what its key statements say and no more."""
        held: dict[str, frozenset[str]] = {}
        for row in self.store.state.rows[:size]:
            if row.kind != "key" or row.jws is None:
                continue
            subject, body = row.subject, _body(row.jws)
            if body["event"] == "revoke":
                held.pop(subject, None)
            elif body["event"] in {"grant", "rotate"}:
                held.pop(body.get("replaces") or "", None)
                held[subject] = frozenset(body["roles"])
        return held

    def keys_at(self, size: int) -> LogKeys:
        """Return the keys that sign a checkpoint of so many entries: those of the last appointment below it."""
        return [keys for since, keys in self.tenures() if since < size][-1]

    def tenures(self) -> list[tuple[int, LogKeys]]:
        """Return which checkpoint keys the charter and each appointment name, each with its index."""
        rows = self.store.state.rows
        count = sum(row.kind == "key" for row in rows)
        if (count, len(rows)) != self._tenures[0]:
            bodies = [(row.index, _body(row.jws or b"")) for row in rows if row.kind in {"charter", "key"}]
            named = [(index, body["checkpoint"]) for index, body in bodies if body.get("checkpoint")]
            pairs = [(index, [PublicKey.from_jwk(jwk) for jwk in jwks]) for index, jwks in named]
            found = [(index, log_keys(ORIGIN, ed25519=one, mldsa=two)) for index, (one, two) in pairs]
            self._tenures = ((count, len(rows)), found)
        return self._tenures[1]

    def sizes(self) -> list[tuple[int, Hash]]:
        """Return size and root of every checkpoint that left, in order."""
        found = [parse_checkpoint(text) for text in self.left]
        return sorted((one.size, one.root) for one in found)

    def logged(self) -> frozenset[str]:
        """Return the names of the statements in the log."""
        return frozenset(f"sha256:{row.statement.hex()}" for row in self.store.state.rows)

    def erased(self) -> dict[str, int]:
        """Return what logged erasures name, each with its erasure's index."""
        return logged_erasures(MemoryReading(self.store.state))

    def noted(self) -> int:
        """Return the size of the checkpoint that is noted as the last to have left."""
        try:
            raw = (self.root / "published").read_bytes()
        except FileNotFoundError:
            return -1
        return parse_checkpoint(parse_note(raw).text).size


def spare_keys() -> tuple[VerifierKey, ...]:
    """Return the verifier keys that lie ready, of which a witness is told before they sign."""
    pairs = (log_keys(ORIGIN, ed25519=one.public, mldsa=two.public) for one, two in SPARES)
    return tuple(key for pair in pairs for key in pair)


def _body(jws: bytes) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(open_envelope(jws, typ=STATEMENT).payload)["body"]
    return body


def _policy(keys: LogKeys) -> Policy:
    return witness_policy(keys, [Witness(COSIGNER.name, COSIGNER.verifier, None)], quorum=1)
