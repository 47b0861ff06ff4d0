"""Erasing: which bodies and files may go, who names them, and finishing what a logged erasure says (design §2.3).

An erasure is a statement like any other: admitted here by what the log and the files hold, and published in one
transaction with the deletion of the bodies that it names. Files go after that commit, and whoever opens the ledger
removes what a crash left. Nothing is erased without a logged statement, and nothing logged is erased by halves for
longer than until the next opening.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.assessment.view import Said
from ledger.errors import ConflictError, MalformedError, NotFoundError, RefusedError, UsageError
from ledger.model.erasure import LASTING, Erasure
from ledger.model.retraction import Retraction
from ledger.service.naming import files_named
from ledger.service.ports import Blobs, Reading, Store
from ledger.service.scene import Scene, read_said
from ledger.tlog.proof import Receipt
from ledger.tlog.stored import Row


@dataclass(frozen=True, slots=True)
class Planned:
    """An erasure as it would be said.

    Attributes:
        subject: of the statement that loses its body or files.
        body: of the erasure.
        left: files that the statement names and that stay held.
    """

    subject: str
    body: Mapping[str, object]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """What was erased.

    Attributes:
        is_purged: nothing of it can be read from the database's files any more; else somebody still reads an older
            snapshot, and the next opening makes sure of it.
    """

    receipt: Receipt
    planned: Planned
    is_purged: bool


def plan_erasure(
    reading: Reading,
    blobs: Blobs,
    index: int,
    *,
    is_body: bool,
    files: Sequence[str],
    affects: Sequence[int],
    ground: str,
    reason: str,
) -> Planned:
    """Return the erasure of an entry's statement, or of files that it names; whether it may be said is for admission.

    Args:
        affects: other entries that name these files, and stand without them.

    Raises:
        NotFoundError: an entry is not there.
        UsageError: nothing is to be erased.
    """
    row = _row(reading, index)
    said = read_said(row)
    if not is_body and not files:
        raise UsageError("Say what is to be erased: the statement, or files that it names.")
    stays = (index, *affects) if files and said is not None and not is_body else affects
    body = {
        "digests": [*((f"sha256:{row.statement.hex()}",) if is_body else ()), *files],
        "affects": [f"sha256:{_row(reading, one).statement.hex()}" for one in dict.fromkeys(stays)],
        "ground": ground,
        "reason": reason,
    }
    named = files_named(said) if said is not None else frozenset()
    left = (one for one in sorted(named.difference(files)) if blobs.size(one) is not None)
    return Planned(row.subject, body, tuple(left))


def _row(reading: Reading, index: int) -> Row:
    row = reading.row(index)
    if row is None:
        raise NotFoundError(f"There is no entry {index}; see pledger log show for those there are.", index=index)
    return row


# --- admission --------------------------------------------------------------------------------------------------------


def refuse_wrong_erasure(said: Said, body: Erasure, scene: Scene) -> None:
    """Raise unless everything that an erasure names is there, may go, and is told of whole.

    Raises:
        NotFoundError: a digest is of no statement and no file here.
        ConflictError: it was erased before, or what it mends would stand again.
        RefusedError: it is of a kind that lasts, or statements name the file that the erasure does not.
        MalformedError: it is about another subject.
    """
    for digest in body.digests:
        if (by := scene.erased.get(digest)) is not None:
            message = f"{digest} was erased by entry {by} already; leave it out."
            raise ConflictError(message, digest=digest, by=by)
    statements = {digest: found for digest in body.digests if (found := scene.statement(digest)) is not None}
    for digest, target in statements.items():
        _refuse_statement(said, digest, target, gone=statements, scene=scene)
    files = [digest for digest in body.digests if digest not in statements]
    _refuse_files(said, body, files, scene)


def _refuse_statement(said: Said, digest: str, target: Said, *, gone: Mapping[str, Said], scene: Scene) -> None:
    """Raise unless a statement may be erased by this erasure."""
    if target.kind in LASTING:
        message = f"Entry {target.index} is of the kind {target.kind}, by which others are judged; none is erased."
        raise RefusedError(message, kind=target.kind, index=target.index)
    if target.subject != said.subject:
        message = (
            f"The erasure is about {said.subject}, and {digest} (entry {target.index}) about {target.subject}; "
            "erase what is about one subject at a time."
        )
        raise MalformedError(message, subject=said.subject, expected=target.subject)
    body = target.statement.body
    mended = body.statement if isinstance(body, Retraction) else target.statement.corrects
    if mended is not None and mended not in gone and mended not in scene.erased:
        message = (
            f"Entry {target.index} mends or takes back {mended}, which would stand again without it; erase that too, "
            "in the same statement or before."
        )
        raise ConflictError(message, index=target.index, statement=mended)


def _refuse_files(said: Said, body: Erasure, files: Sequence[str], scene: Scene) -> None:
    """Raise unless each file is held, and every statement that names it is erased too or said to stand without it."""
    for digest in files:
        if scene.blobs.size(digest) is None:
            message = f"There is no statement and no file {digest} in this ledger; mend the digest."
            raise NotFoundError(message, digest=digest)
    affected: set[str] = set()
    for digest, namers in scene.naming(files).items():
        untold = [one for one in namers if one.name not in body.digests and one.name not in body.affects]
        if untold:
            listed = ", ".join(f"entry {one.index} ({one.kind} {one.subject})" for one in untold)
            message = f"The file {digest} is named by {listed} too; say so for each (affects), or erase it as well."
            raise RefusedError(message, digest=digest, entries=[one.index for one in untold])
        # What was erased before names nothing any more; its subject is all that is known of it.
        if not any(one.subject == said.subject for one in namers) and (namers or not scene.has_erased(said.subject)):
            message = f"No statement about {said.subject} names the file {digest}; erase it under one that has it."
            raise MalformedError(message, digest=digest, subject=said.subject)
        affected.update(one.name for one in namers)
    for name in body.affects:
        if name not in affected:
            message = f"{name} is said to stand without a file, and is no statement that names one; leave it out."
            raise MalformedError(message, statement=name)


def refuse_erased(said: Said, scene: Scene) -> None:
    """Raise where a statement is one that was erased, or names what was: by no door does it come back.

    Raises:
        ConflictError: the sentence names the entry that erased it.
    """
    if not scene.erased:
        return
    for digest in (said.name, *sorted(files_named(said))):
        if (by := scene.erased.get(digest)) is not None:
            what = "This statement" if digest == said.name else f"The file or statement {digest}, which this one names,"
            message = f"{what} was erased by entry {by}, and is not recorded again; leave it out."
            raise ConflictError(message, digest=digest, by=by)


# --- carrying out -----------------------------------------------------------------------------------------------------


def erased_digests(fresh: Iterable[Said]) -> dict[str, int]:
    """Return what these statements erase: each digest, with the first entry that removes it."""
    found: dict[str, int] = {}
    for said in fresh:
        if isinstance(said.statement.body, Erasure):
            for digest in said.statement.body.digests:
                found.setdefault(digest, said.index)
    return found


def bodies_of(reading: Reading, erased: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    """Return the entries whose statements are erased, each with its erasure's entry; other digests are of files."""
    by = {bytes.fromhex(digest[7:]): index for digest, index in erased.items()}
    return tuple(sorted((entry, by[name]) for name, entry in reading.named(tuple(by)).items()))


def logged_erasures(reading: Reading) -> dict[str, int]:
    """Return what the whole log erases: each digest, with the first entry that removes it."""
    rows = reading.rows(0, reading.head().size, kinds=("erasure",))
    return erased_digests(said for row in rows if (said := read_said(row)) is not None)


def finish(store: Store, blobs: Blobs) -> tuple[str, ...]:
    """Remove what logged erasures name and a crash left, and return the digests of files that were still there.

    It does nothing in a ledger that has erased nothing.
    """
    with store.reading() as reading:
        digests = logged_erasures(reading)
    if not digests:
        return ()
    left = tuple(digest for digest in digests if blobs.size(digest) is not None and blobs.remove(digest))
    store.purge(is_patient=False)
    return left
