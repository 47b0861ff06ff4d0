"""The files that evidence names: they are held, they have the sizes it says, and the figures are what it says they are.

The raw file is only measured here (its digest was checked when it was kept, and is again by ``log check``); the file of
observations is read whole, by the strict reader, because every verdict is reckoned from it. Nothing is written. Source:
design §2.2 (``evidence``), §2.6.
"""

from collections.abc import Collection

from ledger.assessment.observation import count_rows
from ledger.errors import MalformedError, NotFoundError
from ledger.model.evidence import Evidence
from ledger.service.ports import Blobs
from ledger.service.scene import Scene


def refuse_wrong_files(body: Evidence, scene: Scene) -> None:
    """Raise unless the raw file and the observations of an evidence statement are held and are what it says.

    Raises:
        NotFoundError: a file is not held.
        MalformedError: a size, the count, or a line of the observations is not what it must be; the sentence names it.
    """
    claim = (body.raw, body.observations, body.dimensions, body.covers)
    if claim in scene.checked:
        return
    check_files(body, scene.blobs)
    scene.checked.add(claim)


def check_files(body: Evidence, blobs: Blobs, *, excused: Collection[str] = frozenset()) -> None:
    """Raise unless both files are held, of the size that the statement says, and the observations are what it says.

    Args:
        body: of the statement.
        blobs: the files that are held.
        excused: digests of files that need not be there; where they are, they are checked.

    Raises:
        NotFoundError: a file is not held.
        MalformedError: a size, the count, or a line of the observations is not what it must be; the sentence names it.
    """
    for what, digest, size in (
        ("raw file", body.raw.digest, body.raw.size),
        ("file of observations", body.observations.digest, body.observations.size),
    ):
        held = blobs.size(digest)
        if held is None and digest in excused:
            continue
        if held is None:
            raise NotFoundError(f"The {what} {digest} is not held; put it into the store first.", digest=digest)
        if held != size:
            message = f"The {what} {digest} has {held} bytes, and the statement says {size}; mend the statement."
            raise MalformedError(message, digest=digest, size=held)
    if body.observations.digest in excused and blobs.size(body.observations.digest) is None:
        return
    what = f"observations {body.observations.digest}"
    with blobs.open(body.observations.digest) as file:
        count = count_rows(body, file, what=what)
    if count != body.observations.count:
        message = (
            f"{what}: there are {count} rows, and the statement says {body.observations.count}; mend the statement."
        )
        raise MalformedError(message, count=count, digest=body.observations.digest)
