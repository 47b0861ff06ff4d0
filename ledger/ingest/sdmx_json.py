"""SDMX-JSON: observations out of data messages of version 1.0 and 2.0.

An observation's members are its concepts by their identifiers, looked up in the structure that the message carries.
That structure may stand behind the data, so that a message is read whole and may have no more than so many bytes.
Numbers stay the texts that they are. Source: SDMX-JSON data message 1.0.0 and 2.0.0.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ledger.ingest.json_text import JsonText, plain
from ledger.ingest.sdmx_ml import VALUE, Members
from ledger.ingest.source import Source

LIMIT: Final = 256 << 20
"""Bytes that a message may have; larger ones come as CSV or XML, which are read as they stream."""


def read_sdmx_json(source: Source) -> Iterator[Members]:
    """Yield the observations of a message.

    Raises:
        MalformedError: it is not JSON, not a data message, deletes observations, or holds none.
    """
    message = JsonText(source, limit=LIMIT).whole()
    try:
        yield from _observations(message, source)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        kind = type(error).__name__
        reason = f"the message is not SDMX-JSON as its structure says ({kind}: {str(error)[:80]})"
        raise source.refusal(reason) from error


def _observations(message: Any, source: Source) -> Iterator[Members]:  # noqa: ANN401  (JSON is anything)
    data = message.get("data", message)
    sets = data.get("dataSets")
    if not sets:
        told = "; ".join(str(error.get("title", error)) for error in message.get("errors") or [])
        raise source.refusal(f"the message holds no data set{f'; it says: {told[:300]}' if told else ''}")
    count = 0
    for one in sets:
        action = str(one.get("action", ""))
        if action.lower() in {"delete", "d"}:
            raise source.refusal("deletes observations rather than giving them; record a retraction instead")
        structure = data["structures"][int(one.get("structure", "0"))] if "structures" in data else data["structure"]
        for found in _of_set(one, structure):
            count += 1
            yield found
    if not count:
        raise source.refusal("the message holds no observation")


def _of_set(one: Any, structure: Any) -> Iterator[Members]:  # noqa: ANN401  (JSON is anything)
    dimensions, attributes = structure["dimensions"], structure.get("attributes", {})
    fixed = {part["id"]: _said(part["values"][0]) for part in dimensions.get("dataSet", [])}
    fixed |= _attributes(attributes.get("dataSet", []), one.get("attributes", []))
    measures = [part["id"] for part in structure.get("measures", {}).get("observation", [])] or [VALUE]
    observation = (dimensions.get("observation", []), attributes.get("observation", []), measures)
    for key, values in one.get("observations", {}).items():
        yield fixed | _observation(key, values, observation)
    for key, series in one.get("series", {}).items():
        known = fixed | _dimensions(dimensions.get("series", []), key)
        known |= _attributes(attributes.get("series", []), series.get("attributes", []))
        for place, values in series.get("observations", {}).items():
            yield known | _observation(place, values, observation)


def _observation(key: str, values: Sequence[Any], structure: tuple[Any, Any, Sequence[str]]) -> Members:
    dimensions, attributes, measures = structure
    found = dict(zip(measures, map(plain, values), strict=False))
    if len(values) < len(measures):
        raise ValueError("an observation lacks its value")
    return _dimensions(dimensions, key) | found | _attributes(attributes, values[len(measures) :])


def _dimensions(parts: Sequence[Any], key: str) -> Members:
    places = key.split(":")
    if len(places) != len(parts):
        raise ValueError(f"the key {key!r} has {len(places)} places where {len(parts)} are expected")
    return {part["id"]: _said(part["values"][_index(place)]) for part, place in zip(parts, places, strict=True)}


def _attributes(parts: Sequence[Any], values: Sequence[Any]) -> Members:
    """Return attributes: each a place among the values that the structure lists, or the value itself, or null."""
    found: Members = {}
    for part, value in zip(parts, values, strict=False):
        if value is None:
            continue
        listed = part.get("values") or []
        found[part["id"]] = _said(listed[_index(value)]) if listed else plain(value)
    return found


def _index(place: str) -> int:
    number = int(place)
    if number < 0:
        raise ValueError(f"{place} is no place in a list")
    return number


def _said(value: Any) -> str:  # noqa: ANN401  (JSON is anything)
    """Return the code of a value that the structure lists, or the text where it has none."""
    for name in ("id", "value", "name"):
        if isinstance(value.get(name), str):
            return str(value[name])
    raise ValueError("a value that the structure lists has neither code nor text")
