"""The paths at which two JSON documents differ, with the items of lists held against those of the same name.

An item of a list is known by what it is about and not by its place, so that one commitment more does not make all that
follow look changed. Nothing here knows what a member means. Source: design §2.6.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from ledger.model.statement import plain
from ledger.model.value import Value
from ledger.signing.canonical import Json

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "commitments": ("subject",),
    "words": ("subject",),
    "terms": ("id", "term"),
    "readings": ("measure", "reporter", "partner", "named_source"),
    "sources": ("source", "channel", "frequency"),
    "dimensions": ("dimension",),
    "parties": ("slug",),
    "instruments": ("slug",),
    "findings": ("commitment", "term"),
    "considered": ("subject", "term"),
    "running": ("subject", "term"),
    "totals": ("series", "unit", "bound", "target_is"),
}
"""By which of its members an item of a list is known; lists that are not here go by what their items cite, or place."""

_ABSENT: Final = object()


def as_json(value: Value) -> Json:
    """Return a value as plain JSON data."""
    return cast("Json", plain(value))


def changed_paths(before: Json, after: Json) -> tuple[str, ...]:
    """Return the path of every member that is in one only, or is another, in the order of canonical JSON."""
    return tuple(_differ(before, after, ""))


def is_below(path: str, member: str) -> bool:
    """Whether a path is that of a member, or of something inside it."""
    return path == member or (path.startswith(member) and path[len(member)] in ".[")


def homes_of(path: str) -> Iterator[str]:
    """Yield every member that a path is below (``is_below``), from the outermost to itself."""
    yield from (path[:place] for place, one in enumerate(path) if one in ".[")
    yield path


def keyed(items: Sequence[Json], member: str) -> dict[str, Json]:
    """Return the items of a list by their names; what has none, or one that another has, is named by its place.

    Args:
        member: the name of the list.
    """
    names = [name_of(item, member) for item in items]
    several = Counter(names)
    return {
        name if name and several[name] == 1 else f"{name}#{place}": item
        for place, (name, item) in enumerate(zip(names, items, strict=True))
    }


def name_of(item: Json, member: str) -> str:
    """Return what an item of a list is about, in one word; nothing where it does not say so."""
    if not isinstance(item, dict):
        return ""
    if (names := NAMES.get(member)) is not None:
        return "/".join(str(item[name]) for name in names if item.get(name) is not None)
    cite = item.get("cite") if isinstance(item.get("cite"), dict) else item
    return f"entry {cite['entry']}" if isinstance(cite, dict) and isinstance(cite.get("entry"), int) else ""


def _differ(before: object, after: object, path: str) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            step = f"{path}.{name}" if path else name
            yield from _differ(before.get(name, _ABSENT), after.get(name, _ABSENT), step)
    elif isinstance(before, list) and isinstance(after, list) and _is_of_parts((*before, *after)):
        member = path.rpartition(".")[2]
        ours, theirs = keyed(before, member), keyed(after, member)
        for name in dict.fromkeys((*ours, *theirs)):
            yield from _differ(ours.get(name, _ABSENT), theirs.get(name, _ABSENT), f"{path}[{name}]")
        # The same items in another order are another document.
        if before != after and list(ours) != list(theirs) and ours.keys() == theirs.keys():
            yield path
    elif type(before) is not type(after) or before != after:
        yield path


def _is_of_parts(items: Sequence[object]) -> bool:
    """Whether a list holds parts, which are compared each by itself; a list of plain values is one value."""
    return any(isinstance(item, Mapping) for item in items)
