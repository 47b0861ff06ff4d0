"""SDMX-ML: observations out of generic and structure-specific messages, 2.1 and 3.0, as they stream by.

An observation's members are its concepts by their identifiers: those of its data set, of its groups, of its series and
its own. Values stay the texts that they are. A message that deletes observations, or holds none, is refused with what
it says. Source: SDMX 2.1 and 3.0, section 3 (SDMX-ML).
"""

from collections.abc import Iterator
from typing import Final

from ledger.ingest.markup import Element, forget, local, read_elements
from ledger.ingest.source import Source

ROOTS: Final = frozenset({
    "GenericData", "GenericTimeSeriesData", "StructureSpecificData", "StructureSpecificTimeSeriesData",
})  # fmt: skip
"""Messages that hold data."""

VALUE: Final = "OBS_VALUE"
"""The concept of the figure, which a generic message does not name."""

GROUPS: Final = 1_000_000
"""Groups of series that a data set may have; they are held until its end."""

Members = dict[str, str]


def read_sdmx_ml(source: Source) -> Iterator[Members]:
    """Yield the observations of a message.

    Raises:
        MalformedError: it is not XML, not a data message, deletes observations, or holds none.
    """
    reader = _Reader(source)
    count = 0
    for event, element in read_elements(source):
        if event == "start":
            reader.start(element)
            continue
        found = reader.end(element)
        if found is not None:
            count += 1
            yield found
    if not count:
        said = " ".join(" ".join(reader.said).split())
        raise source.refusal(f"the message holds no observation{f'; it says: {said[:300]}' if said else ''}")


class _Reader:
    """What is known at a place in a message.

    Attributes of a part of a data set are known by some of its dimensions (``Group``; in 3.0 ``Atts``, too, which may
    be of the whole).
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._is_root = True
        self._across: dict[str, str] = {}
        self._dimension = "TIME_PERIOD"
        self._data_set: Members = {}
        self._series: Members = {}
        self._has_given = False
        self._groups: list[tuple[str, Members]] = []
        self._joins: dict[frozenset[str], list[tuple[tuple[str, ...], dict[tuple[str, ...], Members]]]] = {}
        self.said: list[str] = []

    def start(self, element: Element) -> None:
        name = local(element.tag)
        if self._is_root:
            self._is_root = False
            if name not in ROOTS:
                what = "structures, and no figures" if name == "Structure" else f"the document is {name[:40]!r}"
                raise self._source.refusal(f"is no message of data ({what}); ask the service for data")
        elif name == "Structure" and element.get("dimensionAtObservation"):
            self._across[element.get("structureID", "")] = element.get("dimensionAtObservation")
        elif name == "DataSet":
            self._begin(element)
        elif name == "Series":
            self._series = _attributes(element)

    def end(self, element: Element) -> Members | None:
        name = local(element.tag)
        match name:
            case "DataSetAction":
                self._refuse_deletion(element.text)
            case "Attributes" if local(element.getparent().tag) == "DataSet":
                self._data_set |= _values(element)
            case "Attributes" if local(element.getparent().tag) == "Series":
                self._series |= _values(element)
            case "SeriesKey":
                self._series |= _values(element)
            case "Comp" if local(element.getparent().tag) == "Series":
                self._series[element.get("id", "")] = _complex(element)
            case "Group" | "Atts":
                self._take_group(element)
            case "Obs":
                return self._observation(element)
            case "Series" | "DataSet":
                forget(element)
            case "Text" if len(self.said) < 10:
                self.said.append(element.text or "")
        return None

    def _begin(self, element: Element) -> None:
        """Begin a data set."""
        self._refuse_deletion(next((value for name, value in element.attrib.items() if local(name) == "action"), None))
        named = next((value for name, value in element.attrib.items() if local(name) == "structureRef"), "")
        self._dimension = self._across.get(named, next(iter(self._across.values()), "TIME_PERIOD"))
        self._data_set = _attributes(element)
        self._data_set.pop("action", None)
        self._data_set.pop("structureRef", None)
        self._series, self._groups, self._joins = {}, [], {}
        self._has_given = False

    def _refuse_deletion(self, action: str | None) -> None:
        if (action or "").strip().lower() in {"delete", "d"}:
            raise self._source.refusal("deletes observations rather than giving them; record a retraction instead")

    def _take_group(self, element: Element) -> None:
        name = local(element.tag)
        if self._has_given:  # 3.0 leaves the order open; what came before would silently lack a unit or its scale
            raise self._source.refusal(f"gives attributes ({name}) after observations; ask the service for version 2.1")
        members = _attributes(element)
        if name == "Group":
            members.pop("type", None)
        for child in element:
            members |= {child.get("id", ""): _complex(child)} if local(child.tag) == "Comp" else _values(child)
        self._groups.append((name, members))
        self._joins = {}
        if len(self._groups) > GROUPS:
            raise self._source.refusal(f"has more than {GROUPS} groups; ask the service for a part")
        forget(element)

    def _observation(self, element: Element) -> Members:
        own = _attributes(element)
        for child in element:
            match local(child.tag):
                case "ObsDimension":
                    own[child.get("id") or self._dimension] = child.get("value", "")
                case "ObsValue":
                    own[VALUE] = child.get("value", "")
                case "ObsKey" | "Attributes":
                    own |= _values(child)
                case "Comp":
                    own[child.get("id", "")] = _complex(child)
        if own.get(VALUE) == "NaN":  # so says SDMX-ML of a value that is missing
            own[VALUE] = ""
        forget(element)
        self._has_given = True
        known = self._series | own
        return self._data_set | self._of_groups(known) | known

    def _of_groups(self, known: Members) -> Members:
        """Return what the groups say of an observation: those whose own dimensions it shares."""
        if not self._groups:
            return {}
        names = frozenset(known)
        if names not in self._joins:
            self._joins[names] = self._join(names)
        found: Members = {}
        for shared, by_values in self._joins[names]:
            found |= by_values.get(tuple(known[name] for name in shared), {})
        return found

    def _join(self, names: frozenset[str]) -> list[tuple[tuple[str, ...], dict[tuple[str, ...], Members]]]:
        """Return the groups by the members that they share with observations of these names."""
        joins: dict[tuple[str, ...], dict[tuple[str, ...], Members]] = {}
        for name, group in self._groups:
            shared = tuple(sorted(names & set(group)))
            if shared or name == "Atts":
                joins.setdefault(shared, {}).setdefault(tuple(group[name] for name in shared), {}).update(group)
        return list(joins.items())


def _attributes(element: Element) -> Members:
    """Return the attributes of an element that are concepts: those without a namespace."""
    return {name: value for name, value in element.attrib.items() if not name.startswith("{")}


def _complex(element: Element) -> str:
    """Return what a component says that is no XML attribute (3.0): several values, texts in several languages."""
    return "; ".join(" ".join(" ".join(value.itertext()).split()) for value in element)


def _values(element: Element) -> Members:
    """Return what ``Value`` elements say, by the identifiers that they carry."""
    return {child.get("id", ""): child.get("value", "") for child in element if local(child.tag) == "Value"}
