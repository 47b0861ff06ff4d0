"""The first difference between two JSON documents, by the path at which it stands.

It says where a result was changed, so that a reader need not compare files by eye. Nothing here decides anything.
"""

from collections.abc import Iterable
from itertools import zip_longest
from typing import Final

from ledger.signing.canonical import Json, parse_canonical
from ledger.signing.piece import Piece

_ABSENT: Final = object()
_SHOWN: Final = 60


def first_difference(ours: Json, theirs: Json, *, path: str = "$") -> str | None:
    """Return where and how two documents first differ, in the order of the paths of canonical JSON, or null."""
    return _compare(ours, theirs, path)


def first_differing_piece(ours: Iterable[Piece], theirs: Iterable[Piece]) -> str | None:
    """Return where and how two documents in pieces first differ, or null; two pieces are held at a time."""
    for mine, other in zip_longest(ours, theirs):
        if mine == other:
            continue
        if mine is not None and other is not None and (mine.name, mine.place) == (other.name, other.place):
            return _compare(_read(mine), _read(other), mine.path)
        if mine is None or (other is not None and _is_before(other, mine)):
            return _compare(_ABSENT, _read(other), other.path)
        return _compare(_read(mine), _ABSENT, mine.path)
    return None


def _is_before(one: Piece, other: Piece) -> bool:
    """Whether a piece stands where the other document has none: an empty array has no items."""
    return one.name < other.name or (one.name == other.name and other.place is None)


def _read(piece: Piece) -> Json:
    return parse_canonical(piece.raw, what=piece.path, limit=len(piece.raw), parts=len(piece.raw))


def _compare(ours: object, theirs: object, path: str) -> str | None:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        steps = [(f"{path}.{name}", name) for name in sorted(ours.keys() | theirs.keys())]
        pairs = ((step, ours.get(name, _ABSENT), theirs.get(name, _ABSENT)) for step, name in steps)
    elif isinstance(ours, list) and isinstance(theirs, list):
        rows = enumerate(zip_longest(ours, theirs, fillvalue=_ABSENT))
        pairs = ((f"{path}[{place}]", left, right) for place, (left, right) in rows)
    else:
        # True is equal to 1 in Python, and is not in JSON.
        alike = type(ours) is type(theirs) and ours == theirs
        return None if alike else f"{path} is {_shown(theirs)} where {_shown(ours)} is worked out"
    return next((found for step, left, right in pairs if (found := _compare(left, right, step)) is not None), None)


def _shown(value: object) -> str:
    if value is _ABSENT:
        return "absent"
    text = repr(value) if isinstance(value, str | int | None) else f"a {type(value).__name__}"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
