"""Statements and files as strangers hand them in: published together, kept while they wait for files, or refused.

A statement whose files are all here is published at once, and what becomes of it is its own matter: one that is refused
takes none of the others with it. Evidence whose files are not here is kept, unlogged, for an hour; a file is taken only
if a validly signed statement waits for it, and only up to the size that it says. When the last one comes, the statement
is published. Source: design §3.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from ledger.errors import ConflictError, MalformedError, NotFoundError, PledgerError, RefusedError
from ledger.model.evidence import Evidence
from ledger.runtime.opened import Ledger
from ledger.runtime.settings import PENDING
from ledger.service.site import Files, Readable, files_of
from ledger.signing.canonical import parse_canonical
from ledger.signing.envelope import verify_envelope
from ledger.store.pending import Pending, PendingDirectory

if TYPE_CHECKING:
    from ledger.service.publish import Publication
    from ledger.service.scene import Opened
    from ledger.tlog.proof import Receipt

HOUR: Final = timedelta(hours=1)
"""For how long a statement waits for its files."""

STALE: Final = timedelta(hours=2)
"""After which a file goes that came by a pending statement and that no logged one names."""

ALL: Final = 4096
"""Statements that wait, of all keys together."""

UNSAID: Final = 16 << 20
"""The most bytes of a file whose size no statement says: a mapping, an archived page, a document."""

Charge = Callable[[str], None]
"""Charges a statement to the key that has validly signed it; raises where that key has said too much."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A statement that is in the log; ``is_new`` where it was not before."""

    receipt: "Receipt"
    is_new: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """A statement that waits for its files.

    Attributes:
        statement: its name.
        missing: the files that it needs and that are not here, each with its size.
        welcome: those that it names, that are not here, and that it may bring before the last of the others.
        until: when it is forgotten.
    """

    statement: str
    missing: tuple[tuple[str, int], ...]
    welcome: tuple[str, ...]
    until: str

    def document(self) -> dict[str, object]:
        """Return it as an answer gives it."""
        return {
            "statement": self.statement,
            "missing": [{"digest": digest, "size": size} for digest, size in self.missing],
            "welcome": list(self.welcome),
            "until": self.until,
        }


Outcome = Logged | Waits | PledgerError
"""What became of a statement."""


def free(_kid: str) -> None:
    """Charge nothing."""


class Handed(NamedTuple):
    """A statement as it is handed in.

    Attributes:
        raw: a compact JWS.
        charge: charges it, where it is validly signed.
        is_kept: it waits for every file that it names, and not only for those it cannot do without.
    """

    raw: bytes
    charge: Charge = free
    is_kept: bool = False


class Intake:
    """Where strangers hand in what they have to say, for any number of threads.

    Args:
        ledger: that takes it.
        count: statements of one key that may wait.
        size: bytes of the files for which they wait.
        upload: the most bytes of one file.
    """

    def __init__(self, ledger: Ledger, *, count: int = 64, size: int = 4 << 30, upload: int = 1 << 30) -> None:
        self.ledger = ledger
        self._count = count
        self._size = size
        self._upload = upload
        self._pending = PendingDirectory(ledger.directory / PENDING)

    def hand_in(self, statements: Sequence[Handed]) -> tuple[Outcome, ...]:
        """Return what became of each of several statements, in order; a later one may refer to an earlier one.

        Raises:
            PledgerError: of all of them; the fact ``outcome`` says whether nothing was recorded.
        """
        group = self.ledger.group()
        found: list[Outcome | None] = []
        ready: list[Opened] = []
        with self._held():
            for one in statements:
                try:
                    (opened,) = group.open((one.raw,))
                    if opened.signer is not None:
                        one.charge(opened.signer)
                    found.append(self._waiting(opened, is_kept=one.is_kept))
                    ready += (opened,) if found[-1] is None else ()
                except PledgerError as error:
                    found.append(error)
            published = iter(self._publish(ready))
        return tuple(next(published) if outcome is None else outcome for outcome in found)

    def hand_in_whole(self, raws: Sequence[bytes], *, charge: Charge = free) -> tuple[Outcome, ...]:
        """Return the receipts of several statements that are published all or none.

        Raises:
            PledgerError: of the first that may not be published; none is.
        """
        group = self.ledger.group()
        opened = group.open(raws)
        for one in opened:
            if one.signer is not None:
                charge(one.signer)
        (published,) = group.publish_each((opened,))
        if isinstance(published, PledgerError):
            raise published
        return _logged((published,), self.ledger.answer((published,)))

    def waits(self, statement: str) -> Waits | None:
        """Return what a statement waits for, or None where it does not."""
        pending = self._pending.get(statement)
        return None if pending is None or self._is_over(pending) else self._told(pending)

    def is_awaited(self, digest: str) -> bool:
        """Tell whether a statement waits for a file, or may bring it."""
        return bool(self._waiting_for(digest))

    def allowance(self, digest: str) -> int:
        """Return how many bytes of a file are taken, as a pending statement names it.

        Raises:
            RefusedError: none does.
        """
        sizes = [one.files[digest] for one in self._waiting_for(digest)]
        if not sizes:
            message = (
                f"No statement waits for the file {digest}; hand in the signed statement that names it first, and the "
                "file within the hour."
            )
            raise RefusedError(message, digest=digest)
        return min(max(sizes), self._upload)

    def bring(self, digest: str, stream: Readable) -> tuple[tuple[str, Outcome], ...]:
        """Keep a file for which a statement waits; return what became of each statement that names it.

        Raises:
            RefusedError: none waits for it.
            ConflictError: it was erased.
            MalformedError: it is another file, or longer than the statement says; nothing is kept.
        """
        limit = self.allowance(digest)
        self.ledger.refuse_erased((digest,))
        with self._pending.held():
            # Before the file: what a crash leaves of it is known for what it is.
            self._pending.mark(digest, self.ledger.clock())
            self.ledger.blobs.put(_Bounded(stream, digest, limit), expected=digest)
            self._refuse_erased_meanwhile(digest)
            return tuple((one.name, self._try(one)) for one in self._waiting_for(digest))

    def _refuse_erased_meanwhile(self, digest: str) -> None:
        """Remove a file that was erased while it was on its way; an erasure logged from now on removes it itself.

        Raises:
            ConflictError: it was erased.
        """
        try:
            self.ledger.refuse_erased((digest,))
        except ConflictError:
            self.ledger.blobs.remove(digest)
            raise

    def sweep(self, is_named: Callable[[str], bool]) -> tuple[str, ...]:
        """Forget what waited in vain, and remove the files that came by it; the digests of those come back.

        Args:
            is_named: tells whether a logged statement names a file.
        """
        removed = []
        with self._pending.held(alone=True):
            for one in self._pending.all():
                if self._is_over(one) or self.ledger.index_of(one.name) is not None:
                    self._pending.drop(one.name)
            wanted = {digest for one in self._pending.all() for digest in one.files}
            for digest, at in self._pending.marks():
                if _moment(at) + STALE > _moment(self.ledger.clock()) or digest in wanted:
                    continue
                if not is_named(digest) and self._is_stale(digest):
                    self.ledger.blobs.remove(digest)
                    removed.append(digest)
                self._pending.unmark(digest)
        return tuple(removed)

    def _is_stale(self, digest: str) -> bool:
        """Tell whether nobody has kept a file anew since: a command on this machine may be about to name it."""
        with suppress(OSError):
            path = self.ledger.blobs.directory / digest[7:9] / digest[7:]
            kept = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            return kept + STALE < _moment(self.ledger.clock())
        return False

    def _held(self) -> AbstractContextManager[None]:
        """Return what keeps files from being removed meanwhile, where statements may name any."""
        return self._pending.held() if self._pending.directory.is_dir() else nullcontext()

    def _publish(self, ready: "Sequence[Opened]") -> tuple[Outcome, ...]:
        """Publish each of several statements by itself, in one commit."""
        outcomes = self.ledger.group().publish_each([(one,) for one in ready])
        published = [one for one in outcomes if not isinstance(one, PledgerError)]
        try:
            logged: list[Outcome] = list(_logged(published, self.ledger.answer(published))) if published else []
        except PledgerError as error:
            # They are in the log; only their receipts wait, for witnesses that do not answer.
            logged = [error] * len(published)
        given = iter(logged)
        return tuple(one if isinstance(one, PledgerError) else next(given) for one in outcomes)

    def _waiting(self, opened: "Opened", *, is_kept: bool) -> Waits | None:
        """Keep a statement whose files are not all here; None where it can be published as it is."""
        if not is_kept and not isinstance(opened.said.statement.body, Evidence):
            return None
        files = files_of(opened.said.kind, parse_canonical(opened.envelope.payload, what="the statement"))
        pending = self._pending_of(opened, files, is_kept=is_kept)
        if pending is None:
            return None
        self._refuse_unsigned(opened)
        self.ledger.refuse_erased(pending.files)
        self._refuse_too_much(pending)
        self._pending.keep(pending)
        return self._told(pending)

    def _pending_of(self, opened: "Opened", files: Files, *, is_kept: bool) -> Pending | None:
        sized = {**files.needed, **files.restricted}
        blobs = self.ledger.blobs
        welcome = [name for name in files.wanted if blobs.size(name) is None and self.ledger.index_of(name) is None]
        needed = [name for name in sized if blobs.size(name) is None] + (welcome if is_kept else [])
        if not needed or self._is_said(opened):
            return None
        allowed = {**sized, **dict.fromkeys(welcome, UNSAID)}
        return Pending(
            opened.envelope.name, opened.envelope.raw, opened.envelope.kid, self.ledger.clock(), allowed, tuple(needed)
        )

    def _is_said(self, opened: "Opened") -> bool:
        """Tell whether a statement is in the log already, so that a repeat gets its receipt."""
        return self.ledger.index_of(opened.envelope.name) is not None

    def _refuse_unsigned(self, opened: "Opened") -> None:
        """Raise unless a statement is signed by a key that may say it now, in this ledger."""
        authority, envelope = self.ledger.authority(), opened.envelope
        key = authority.key(envelope.kid)
        if key is None:
            message = f"The key {envelope.kid} is not known to this ledger; have the operator grant it a role."
            raise RefusedError(message, kid=envelope.kid)
        if opened.signer is None and not verify_envelope(envelope, key):
            message = f"The signature is not by the key {key.kid} that it names; sign exactly these bytes with it."
            raise RefusedError(message, kid=key.kid, statement=envelope.name)
        genesis = opened.said.statement.genesis
        if genesis != self.ledger.genesis:
            message = f"The statement was made for another ledger (genesis {genesis}); sign it anew for this one."
            raise RefusedError(message, genesis=genesis, expected=self.ledger.genesis)
        authority.refuse_unless_may(envelope.kid, opened.said.kind, index=self.ledger.head().size)

    def _refuse_too_much(self, pending: Pending) -> None:
        """Raise where too much waits already."""
        others = [one for one in self._pending.all() if one.name != pending.name and not self._is_over(one)]
        mine = [one for one in others if one.kid == pending.kid]
        sizes = {digest: size for one in (*mine, pending) for digest, size in one.files.items()}
        if len(others) >= ALL or len(mine) >= self._count:
            message = f"{len(mine)} statements of this key wait for their files already; bring those first."
            raise ConflictError(message, kid=pending.kid, pending=len(mine))
        if sum(sizes.values()) > self._size:
            message = (
                f"The files for which statements of this key wait have more than {self._size} bytes; bring some first, "
                "or give the operator the file by another way."
            )
            raise ConflictError(message, kid=pending.kid, limit=self._size)
        for digest, size in pending.files.items():
            if size > self._upload:
                message = f"The file {digest} has {size} bytes, and {self._upload} are taken; give it to the operator."
                raise MalformedError(message, digest=digest, limit=self._upload)

    def _try(self, pending: Pending) -> Outcome:
        """Publish a pending statement if all its files are here now."""
        if any(self.ledger.blobs.size(digest) is None for digest in pending.needed):
            return self._told(pending)
        try:
            opened = self.ledger.group().open((pending.jws,))
            (outcome,) = self._publish(opened)
        except PledgerError as error:
            outcome = error
        if isinstance(outcome, Logged) or _is_final(outcome):
            self._pending.drop(pending.name)
        return outcome

    def _waiting_for(self, digest: str) -> list[Pending]:
        return [one for one in self._pending.all() if digest in one.files and not self._is_over(one)]

    def _told(self, pending: Pending) -> Waits:
        blobs = self.ledger.blobs
        missing = tuple((name, pending.files[name]) for name in pending.needed if blobs.size(name) is None)
        rest = (name for name in pending.files if name not in pending.needed and blobs.size(name) is None)
        return Waits(pending.name, missing, tuple(rest), _text(_moment(pending.received) + HOUR))

    def _is_over(self, pending: Pending) -> bool:
        return _moment(pending.received) + HOUR <= _moment(self.ledger.clock())


class _Bounded:
    """A stream that raises beyond so many bytes."""

    def __init__(self, stream: Readable, digest: str, limit: int) -> None:
        self._stream = stream
        self._digest = digest
        self._limit = limit
        self._left = limit

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        block = self._stream.read(size)
        self._left -= len(block)
        if self._left < 0:
            message = f"The file {self._digest} has more than the {self._limit} bytes that its statement says."
            raise MalformedError(message, digest=self._digest, limit=self._limit)
        return block


def _logged(publications: "Sequence[Publication]", receipts: "Sequence[Receipt]") -> tuple[Logged, ...]:
    places = (place for one in publications for place in one.places)
    return tuple(Logged(receipt, not place.repeated) for receipt, place in zip(receipts, places, strict=True))


def _is_final(outcome: Outcome) -> bool:
    """Tell whether trying again with the same statement cannot help."""
    return isinstance(outcome, MalformedError | RefusedError | NotFoundError | ConflictError)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
