"""The shape of a result: which members ``audit.json`` has, by the version that its ``schema`` names.

A release writes the newest shape. A bundle of an older one is verified in its own: a member that results have gained
since is left out, wherever it stands, before anything is compared. So a member that is added to a result once a shape
is released stands in ``GAINED`` under the next one, and tests/vectors/releases shows that nothing else was changed.
Source: docs/decisions/0027; design §2.6.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from ledger.audit.kept import Kept
from ledger.audit.result import AuditResult
from ledger.model.statement import plain
from ledger.model.value import Value
from ledger.signing.canonical import Json, format_json
from ledger.signing.piece import Piece

SHAPES: Final = ("audit-result.v1", "audit-result.v2")
"""Every shape that was released, the newest last: what this software writes, and what it can verify."""

SHAPE: Final = SHAPES[-1]

SCOPED: Final = frozenset(SHAPES[1:])
"""The shapes that say their scope, title an audit of which nothing is due a progress statement, leave no finding
without a condition, and add up what is owed to a group with what is owed to its members."""

Gained = Mapping[str, frozenset[tuple[type[Value], str]]]
"""By shape, what its results have beyond the shape before: the value, and the name of its member."""

GAINED: Final[Gained] = {"audit-result.v2": frozenset({(AuditResult, "scope")})}


def pieces_of(result: AuditResult, *, shapes: Sequence[str] = SHAPES, gained: Gained = GAINED) -> Iterator[Piece]:
    """Yield the pieces of a result in canonical order, in the shape that it names.

    Args:
        shapes: oldest first; ``gained`` what each of them added.
    """
    later = shapes[shapes.index(result.schema_) + 1 :] if result.schema_ in shapes else ()
    dropped = frozenset(one for shape in later for one in gained.get(shape, ()))
    fields = type(result).model_fields
    # Of the result itself they are left out here; what is kept as it is written has no need to be read for them.
    of_result = frozenset((AuditResult, name) for name in fields)
    for name, alias in sorted((name, one.alias or name) for name, one in fields.items()):
        value = getattr(result, name)
        is_silent = fields[name].exclude_if
        if (AuditResult, name) in dropped or (is_silent is not None and is_silent(value)):
            continue
        yield from _pieces(alias, value, dropped - of_result)


def _pieces(name: str, value: object, dropped: frozenset[tuple[type[Value], str]]) -> Iterator[Piece]:
    """Yield the pieces of one member."""
    if isinstance(value, Kept) and not dropped:
        yield from (Piece(name, place, raw) for place, raw in enumerate(value.raws()))
    elif isinstance(value, Sequence) and not isinstance(value, str) and len(value):
        for place, item in enumerate(value):
            yield Piece(name, place, format_json(_shaped(item, dropped)))
    else:
        yield Piece(name, None, format_json(_shaped(value, dropped)))


def _shaped(value: object, dropped: frozenset[tuple[type[Value], str]]) -> object:
    """Return a value as plain data, without the members that its shape has not."""
    if isinstance(value, Value):
        data = plain(value)
        if dropped:
            _drop(value, cast("Json", data), dropped)
        return data
    return [] if value == () else value


def _drop(value: object, data: Json, dropped: frozenset[tuple[type[Value], str]]) -> None:
    """Take out of plain data, wherever they stand in it, the members that its shape has not."""
    if isinstance(value, Value) and isinstance(data, dict):
        for name, field in type(value).model_fields.items():
            member = field.alias or name
            if (type(value), name) in dropped:
                data.pop(member, None)
            elif member in data:
                _drop(getattr(value, name), data[member], dropped)
    elif isinstance(value, Sequence) and isinstance(data, list):
        for one, item in zip(value, data, strict=True):
            _drop(one, item, dropped)
    elif isinstance(value, Mapping) and isinstance(data, dict):
        for name, one in value.items():
            _drop(one, data[str(name)], dropped)
