"""SDMX: statistics in the exchange format of central banks and statistical offices, in its three dresses.

SDMX-ML, SDMX-JSON and SDMX-CSV have one data model, so one mapping reads all three: a column of its header is a concept
by its identifier, and ``OBS_VALUE`` is the figure. The dress is seen from the first byte. Attributes may be missing
from an observation and belong among ``optional``.

Read here rather than by a library: sdmx1 holds a whole message as objects, reads the figures of JSON as binary floats,
and needs a structure from elsewhere for CSV and for some XML. The tests hold what is read here against it where it
reads.

Source: SDMX 2.1 and 3.0; SDMX-CSV 1.0 and 2.0 field guides.
"""

from collections.abc import Iterator
from typing import Final

from ledger.ingest.grid import Row, read_csv
from ledger.ingest.layout import Layout
from ledger.ingest.record import record_rows
from ledger.ingest.row import Fault
from ledger.ingest.sdmx_json import read_sdmx_json
from ledger.ingest.sdmx_ml import Members, read_sdmx_ml
from ledger.ingest.source import Source

FIRST: Final = frozenset({"STRUCTURE", "DATAFLOW"})
"""The first column of SDMX-CSV 2.0 and of 1.0."""


def open_sdmx(source: Source, layout: Layout) -> tuple[str, Iterator[Row]]:
    """Return the media type of a message, and its observations as rows, counted from 1.

    Raises:
        MalformedError: here or while the rows are read, it is no such message, or not whole.
    """
    head = source.peek().removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return "application/xml", record_rows(read_sdmx_ml(source), layout)
    if head.startswith((b"{", b"[")):
        return "application/json", record_rows(read_sdmx_json(source), layout)
    return "text/csv", record_rows(read_sdmx_csv(source, layout), layout)


def read_sdmx_csv(source: Source, layout: Layout) -> Iterator[Members | Fault]:
    """Yield the observations of an SDMX-CSV message; labels beside codes are left out, and a deletion is a fault.

    Raises:
        MalformedError: it is no such message.
    """
    rows = read_csv(source, layout)
    _, header = next(rows, (1, ()))
    names, is_labelled = [], []
    for heading in header:
        code, colon, _ = heading.partition(": ")
        names.append(code.partition("[")[0])
        is_labelled.append(bool(colon))
    if not names or names[0] not in FIRST:
        first = header[0][:40] if header else ""
        reason = f"row 1: the first column of an SDMX message in CSV is STRUCTURE or DATAFLOW, and this is {first!r}"
        raise source.refusal(f"{reason}; mend the mapping's delimiter, or is it another format?", row=1, column=1)
    for _, cells in rows:
        if len(cells) != len(names):
            yield Fault("", f"{len(cells)} cells where {len(names)} are expected")
            continue
        members = {
            name: cell.partition(": ")[0] if labelled else cell
            for name, cell, labelled in zip(names, cells, is_labelled, strict=True)
        }
        if members.get("ACTION", "").upper() == "D":
            yield Fault("ACTION", "deletes an observation rather than giving it; record a retraction instead")
            continue
        if members.get("OBS_VALUE") == "NaN":
            members["OBS_VALUE"] = ""
        yield members
