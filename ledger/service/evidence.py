"""The files that evidence names: they are held, they have the sizes it says, and the figures are what it says they are.

The raw file is only measured here (its digest was checked when it was kept, and is again by ``log check``); the file of
observations is read whole, by the strict reader, because every verdict is reckoned from it. Nothing is written. Source:
design §2.2 (``evidence``), §2.6.
"""

from collections.abc import Iterable

from ledger.assessment.observation import FREQUENCIES, Observation, read_observations
from ledger.errors import MalformedError, NotFoundError
from ledger.model.evidence import Evidence
from ledger.model.value import as_date
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


def check_files(body: Evidence, blobs: Blobs) -> None:
    """Raise unless both files are held, of the size that the statement says, and the observations are what it says.

    Raises:
        NotFoundError: a file is not held.
        MalformedError: a size, the count, or a line of the observations is not what it must be; the sentence names it.
    """
    for what, digest, size in (
        ("raw file", body.raw.digest, body.raw.size),
        ("file of observations", body.observations.digest, body.observations.size),
    ):
        held = blobs.size(digest)
        if held is None:
            raise NotFoundError(f"The {what} {digest} is not held; put it into the store first.", digest=digest)
        if held != size:
            message = f"The {what} {digest} has {held} bytes, and the statement says {size}; mend the statement."
            raise MalformedError(message, digest=digest, size=held)
    what = f"observations {body.observations.digest}"
    with blobs.open(body.observations.digest) as file:
        _check_observations(read_observations(file, what=what), body, what=what)


def _check_observations(observations: Iterable[Observation], body: Evidence, *, what: str) -> None:
    """Raise unless every figure is of the dimensions that the statement names, once, and all are there."""
    classifications, units = frozenset(body.dimensions.classifications), frozenset(body.dimensions.units)
    frequencies = frozenset(FREQUENCIES.index(code) for code in body.dimensions.frequencies)
    first = as_date(body.covers.start).toordinal()
    last = as_date(body.covers.end or body.covers.start).toordinal()
    count, before = 0, None
    for count, one in enumerate(observations, start=1):
        fault = None
        if one.classification not in classifications:
            fault = f"has the classification {one.classification}, which the statement does not name"
        elif one.unit not in units:
            fault = f"has the unit {one.unit}, which the statement does not name"
        elif one.frequency not in frequencies:
            fault = f"has the frequency {FREQUENCIES[one.frequency]}, which the statement does not name"
        elif one.day_from < first or one.day_to > last:
            fault = "is about days outside of what the statement covers"
        elif one[:7] == before:
            fault = "gives a second figure for the point of the line above"
        if fault is not None:
            message = f"{what}: line {count + 1} {fault}; mend the statement, or import the raw file again."
            raise MalformedError(message, line=count + 1, digest=body.observations.digest)
        before = one[:7]
    if count != body.observations.count:
        message = (
            f"{what}: there are {count} rows, and the statement says {body.observations.count}; mend the statement."
        )
        raise MalformedError(message, count=count, digest=body.observations.digest)
