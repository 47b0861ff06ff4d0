"""The sentence of one change: where it is, what it was and what it is, and why (method §6).

The words of a comparison are put together here and in what tells each part; nothing is compared.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from ledger.assessment.history import Because
from ledger.assessment.result import TermResult
from ledger.audit.comparison.cause import Causes
from ledger.audit.comparison.comparison import Changed, ChangeKind
from ledger.audit.comparison.path import as_json
from ledger.audit.phrase import joined, plain_word, sentence
from ledger.model.value import Value
from ledger.signing.canonical import Json

_TIMED: Final[frozenset[ChangeKind]] = frozenset({"outcome", "member"})
"""Changes of a term for which a day that passed is a cause beside the entries that it cites."""

Part = Value | Sequence[Value] | None
"""A part of an audit: a value, several, or nothing."""


def told(
    causes: Causes,
    kind: ChangeKind,
    members: Sequence[str],
    words: str,
    *,
    parts: tuple[Part, Part],
    subject: str | None = None,
    term: TermResult | None = None,
    ends: tuple[str | None, str | None] = (None, None),
) -> Changed:  # fmt: skip
    """Return a change with its causes, in one sentence.

    Args:
        words: what became another; where it is and why are put around it.
        parts: the part as it was and as it is, by whose entries the causes are found.
        ends: what it was and what it is, where one value stands for each.
    """
    because = causes.of(*map(_plain, parts), subject=subject, term=term, is_timed=kind in _TIMED)
    place = "/".join(name for name in (subject, term.id if term is not None else None) if name is not None)
    return Changed(
        kind=kind, members=tuple(members), subject=subject, term=term.id if term is not None else None, before=ends[0],
        after=ends[1], words=sentence(f"{f'{place}: ' if place else ''}{words.rstrip('.')}{_ending(because)}."),
        because=because,
    )  # fmt: skip


def plainly(
    kind: ChangeKind,
    members: Sequence[str],
    words: str,
    *,
    subject: str | None = None,
    ends: tuple[str | None, str | None] = (None, None),
) -> Changed:
    """Return a change that is its own cause: it names its entry itself, or somebody chose it."""
    text = sentence(f"{f'{subject}: ' if subject else ''}{words.rstrip('.')}.")
    return Changed(
        kind=kind, members=tuple(members), subject=subject, term=None, before=ends[0], after=ends[1], words=text,
        because=(),
    )  # fmt: skip


def each(before: Value, after: Value, names: Iterable[str]) -> str:
    """Return members by name, each with what it was and what it is."""
    parts = (f"{plain_word(name)} {_value(getattr(before, name))} became {_value(getattr(after, name))}"
             for name in names)  # fmt: skip
    return "; ".join(parts)


def others(before: Value, after: Value, names: Iterable[str]) -> list[str]:
    """Return which of these members are others."""
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _ending(because: Sequence[Because]) -> str:
    parts = [f"{one.says.rstrip('.')}{f' (entry {one.cite.entry})' if one.cite is not None else ''}" for one in because]
    return f": {'; '.join(parts)}" if parts else ""


def _plain(part: Part) -> Json:
    if part is None:
        return None
    return as_json(part) if isinstance(part, Value) else [as_json(one) for one in part]


def _value(value: object) -> str:
    """Return a member as a sentence says it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return joined(dict.fromkeys(map(_value, value))) if value else "none"
    if isinstance(value, str):
        return plain_word(value)
    for name in ("words", "says", "state", "reason"):
        if isinstance(text := getattr(value, name, None), str):
            return text.rstrip(".")
    return f"entry {value.entry}" if hasattr(value, "entry") else str(value)
