"""Hearing: positions read in brief as they lie in the store, and those of them read whole on which a result rests.

What is read in brief was admitted, and so is of the form that its model gives it; a few words of its payload are taken,
and nothing is judged. A position that mends, answers or moves something is not read in brief, nor is one that names a
file that was erased: they are few, and what they do is for the method to say. Source: R1; design §4 (projections).
"""

import re
from base64 import urlsafe_b64decode
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from sys import intern
from typing import Final

import orjson

from ledger.assessment.heard import Chorus, Heard, decisive
from ledger.assessment.view import Said
from ledger.model.commitment import Commitment
from ledger.model.determination import View
from ledger.model.retraction import Retraction
from ledger.service.ports import Reading
from ledger.service.scene import read_said
from ledger.tlog.stored import Row

_DIGEST: Final = re.compile(rb"sha256:[0-9a-f]{64}")
_TERMS: Final[dict[tuple[str, ...], tuple[str, ...]]] = {}


def hear(row: Row, *, erased: Collection[str] = ()) -> Heard | Said | None:
    """Return a position in brief, or whole where there is more to it; None where its statement is gone.

    Args:
        row: an entry of that kind.
        erased: digests that erasures name.
    """
    if row.jws is None:
        return None
    part = row.jws.split(b".", 2)[1]
    payload = urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    members = orjson.loads(payload)
    body = members["body"]
    is_more = members["corrects"] is not None or body.get("moved") or body.get("replies_to") is not None
    if is_more or (erased and any(one.decode("ascii") in erased for one in _DIGEST.findall(payload))):
        return read_said(row)
    terms = body.get("terms", "all")
    return Heard(
        row.index, row.statement, intern(row.author), intern(row.subject), intern(body["date"]), intern(body["party"]),
        intern(body.get("about", "pledge")), None if terms == "all" else _shared(terms), intern(body["stance"]),
        bool(body.get("states")),
    )  # fmt: skip


def read_decisive(
    reading: Reading, heard: Iterable[Heard], said: Sequence[Said], view: View, gone: Collection[int] = ()
) -> list[Said]:
    """Return the positions of many on which a view's results rest, each with those that need not be read.

    Args:
        heard: in entry order.
        said: what is read whole beside them; what mends or takes back one of them is there.
        gone: indexes of those that do not count, as their key was compromised; whoever wants to name them finds them
            here as they were signed.
    """
    mended, dates = _mended(said), _dates(said)
    plain: defaultdict[str, list[Heard]] = defaultdict(list)
    whole: dict[int, Chorus | None] = {}
    for one in heard:
        if one.index >= view.size:
            continue
        if one.index in gone or (mended and one.name in mended):
            whole[one.index] = None
        elif one.date <= view.as_of:
            plain[one.subject].append(one)
    for subject, several in plain.items():
        whole |= {one.heard.index: one.alike for one in decisive(several, dates.get(subject, ()))}
    rows = ((reading.row(index), alike) for index, alike in sorted(whole.items()))
    read = ((read_said(row), alike) for row, alike in rows if row is not None)
    return [one._replace(alike=alike) for one, alike in read if one is not None]


def _mended(said: Iterable[Said]) -> frozenset[str]:
    """Return the names of statements that another one mends or takes back."""
    found: set[str | None] = set()
    for one in said:
        body = one.statement.body
        found.add(body.statement if isinstance(body, Retraction) else one.statement.corrects)
    return frozenset(name for name in found if name is not None)


def _dates(said: Iterable[Said]) -> Mapping[str, set[str]]:
    """Return the days of each commitment, in all its versions."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in said:
        if isinstance(one.statement.body, Commitment):
            found[one.subject].add(one.statement.body.date)
    return found


def _shared(terms: Sequence[str]) -> tuple[str, ...]:
    """Return terms as one tuple, the same for all that name the same: a log names few, and each very often."""
    named = tuple(map(intern, terms))
    return _TERMS.setdefault(named, named) if len(_TERMS) < _MOST else named


_MOST: Final = 4096
