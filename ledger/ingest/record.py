"""A record: named members in place of cells in order, as JSON, SDMX, IATI and Parquet give them.

A record becomes a row by the names that the layout's header lists; members that it does not list are passed over. A
member that is not optional and not there is a fault of that record. Where a column stands further down, a path leads to
it (``sourceObjects[type=Location].name``). Source: design §2.2.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ledger.errors import MalformedError
from ledger.ingest.grid import Row
from ledger.ingest.json_text import JsonText, plain
from ledger.ingest.layout import Layout
from ledger.ingest.path import Step, parse_path
from ledger.ingest.row import Fault
from ledger.ingest.source import Source


class AbsentError(LookupError):
    """A record has no such member. It never leaves this room."""


Getter = Callable[[object], str]
"""Returns the text of one column of a record, or raises ``AbsentError``."""


def getter(column: str, layout: Layout) -> Getter:
    """Return what finds a column in a record; several that are meant are joined with a semicolon."""
    steps = parse_path(layout.fields[column]) if column in layout.fields else ((column, ()),)
    if len(steps) == 1 and not steps[0][1]:
        name = steps[0][0]
        return lambda record: _cell(_member(record, name))
    return lambda record: "; ".join(dict.fromkeys(_cell(value) for value in _follow(record, steps)))


def _follow(record: object, steps: Sequence[Step]) -> Iterator[object]:
    (name, choices), *rest = steps
    value = _member(record, name)
    chosen = value if isinstance(value, list) else [value]
    for item in chosen:
        if choices and not all(isinstance(item, dict) and _said(item, key) == said for key, said in choices):
            continue
        if not rest:
            yield item
        elif item is not None:
            yield from _follow(item, rest)


def _said(item: dict[str, object], key: str) -> str | None:
    value = item.get(key)
    return value if isinstance(value, str) else None


def _member(record: object, name: str) -> object:
    if not isinstance(record, Mapping) or name not in record:
        raise AbsentError(name)
    return record[name]


def _cell(value: object) -> str:
    """Return a member as a cell; a list of simple values is joined."""
    if isinstance(value, list):
        return "; ".join(plain(item) for item in value)
    return plain(value)


def record_rows(records: Iterable[object], layout: Layout) -> Iterator[Row]:
    """Yield records as rows, counted from 1, their cells in the order of the layout's header; a fault stays one."""
    getters = [(column, getter(column, layout), column in layout.optional) for column in layout.header]
    for number, record in enumerate(records, start=1):
        yield number, record if isinstance(record, Fault) else _row(record, getters)


def _row(record: object, getters: Sequence[tuple[str, Getter, bool]]) -> Sequence[str] | Fault:
    if not isinstance(record, Mapping):
        return Fault("", "is no record with named members")
    cells: list[str] = []
    for column, get, is_optional in getters:
        try:
            cell = get(record)
        except AbsentError:
            if not is_optional:
                return Fault(column, "is not in the record")
            cell = ""
        except TypeError:
            return Fault(column, "is no simple value; name the part of it that is meant in the mapping's fields")
        if "\0" in cell:
            return Fault(column, "holds a NUL")
        cells.append(cell)
    return cells


def read_json_records(source: Source, layout: Layout) -> Iterator[Row]:
    """Yield the records of a JSON document as rows.

    Raises:
        MalformedError: it is not JSON, not whole, has no such array, or holds another number of records than it says.
    """
    text = JsonText(source)
    count = 0
    for count, cells in record_rows(text.elements(layout.records), layout):
        yield count, cells
    if layout.count is not None:
        said = text.beside.get(layout.count)
        if said is None:
            raise source.refusal(f"the answer has no member {layout.count!r}, which says how many records there are")
        if said != str(count):
            reason = f"the answer says {said[:40]} records and holds {count}; it is one page of several, or cut short"
            raise MalformedError(f"{source.name}: {reason}.", file=source.name, says=said, holds=count)
