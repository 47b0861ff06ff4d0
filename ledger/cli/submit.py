"""``pledger submit``: figures, read by a declared mapping, kept by digest and published as evidence."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.file import open_seekable, read_file
from ledger.cli.option import Json, LedgerDirectory, Signer
from ledger.cli.output import Progress, answer, one_line, say, table
from ledger.cli.place import open_chosen
from ledger.errors import UsageError

if TYPE_CHECKING:
    from ledger.ingest.imported import Imported, ImportedSeries
    from ledger.tlog.proof import Receipt

EXAMPLES: Final = """\
\b
Examples:
  pledger submit exports.csv --format us-census-monthly --published 2021-12-09
  pledger submit mine.csv --map mine.toml --preview       what it would say; nothing is recorded
  pledger submit a.csv b.csv --map mine.toml --role obligor --json
"""

ANSWER: Final = {
    "submitted": (
        "for each file: `file`, `raw` (its digest), `size`, `mapping`, `rows`, `left_out`, `rejected` (`count`, "
        "`rows`), and its `series`: `subject`, `authority`, `published`, `imputed`, `start`, `end`, `count`, "
        "`observations` (their digest), `entry`, `statement`; with `--preview` it is called `preview`, and the "
        "last two are null"
    ),
}
SHOWN: Final = 10
"""Rejected rows, and observations of a preview, that are shown in words; --json lists more."""


class PublisherRole(StrEnum):
    """What the publisher is towards the pledges that the figures are about."""

    OBLIGOR = "obligor"
    OBLIGEE = "obligee"
    JOINT = "joint"
    THIRD_PARTY = "third_party"
    LEAK = "leak"


class How(StrEnum):
    """How the copy came from what the publisher released."""

    BYTE_COPY = "byte_copy"
    EXCERPT = "excerpt"
    TRANSCRIPTION = "transcription"
    PARAPHRASE = "paraphrase"


def submit(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Tables of figures (CSV, or JSON rows).")],
    *,
    format_: Annotated[
        str | None, typer.Option("--format", metavar="NAME", help="A mapping that is shipped.", show_default=False)
    ] = None,
    map_: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="A mapping of your own (TOML).", show_default=False)
    ] = None,
    published: Annotated[
        str | None,
        typer.Option(
            "--published", metavar="DAY", help="When the publisher released it, if not in the file.", show_default=False
        ),
    ] = None,
    role: Annotated[
        PublisherRole, typer.Option("--role", help="What the publisher is towards the pledges.")
    ] = PublisherRole.THIRD_PARTY,
    copy: Annotated[
        str | None,
        typer.Option(
            "--copy", metavar="TEXT", help="The copy that was read; else the file's name.", show_default=False
        ),
    ] = None,
    how: Annotated[How, typer.Option("--how", help="How the copy came from the release.")] = How.BYTE_COPY,
    address: Annotated[
        str | None, typer.Option("--address", metavar="TEXT", help="Where it was published.", show_default=False)
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Read and show; record nothing.")] = False,
    key: Signer = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Read figures by a mapping and publish them as evidence, one statement for each series."""
    from ledger.runtime import DESK

    mapping, name = _mapping(format_, map_)
    day = _day(published)
    if preview or len(files) > 1:
        # Every file is read before the first is recorded, so that a bad one among them leaves nothing behind.
        with Progress("Reading the figures"):
            read = [_read(path, mapping, name, day) for path in files]
        if preview:
            _tell([_document(one, ()) for one in read], read, json=json, is_preview=True)
            return
    source: dict[str, object] = {"role": role.value, "address": address}
    told: list[dict[str, object]] = []
    imported: list[Imported] = []
    with open_chosen(ledger) as opened, Progress("Submitting the figures"):
        for path in files:
            via = {"copy_read": copy or path.name, "how": how.value}
            with open_seekable(path) as stream:
                done = opened.submit(
                    stream, name=path.name, mapping=mapping, mapping_name=name, published=day,
                    source=source | {"via": via}, key=key or DESK,
                )  # fmt: skip
            told.append(_document(done.imported, done.receipts))
            imported.append(done.imported)
    _tell(told, imported, json=json, is_preview=False)


def _mapping(format_: str | None, map_: Path | None) -> tuple[bytes, str]:
    """Return the bytes of the mapping that is meant, and its name."""
    from ledger.ingest.mapping import LIMIT, format_names
    from ledger.runtime import format_mapping

    if format_ is not None and map_ is None:
        return format_mapping(format_), f"{format_}.toml"
    if map_ is not None and format_ is None:
        return read_file(map_, limit=LIMIT), map_.name
    known = ", ".join(format_names())
    raise UsageError(
        f"Say how the file is read: either --format (one of {known}), or --map FILE with a mapping of yours."
    )


def _day(text: str | None) -> date | None:
    """Return a day as the command line spells it."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day; write it as YYYY-MM-DD.") from error
    if day.isoformat() != text:
        raise UsageError(f"{text!r} is not a day as it is written here; write it as YYYY-MM-DD.")
    return day


def _read(path: Path, mapping: bytes, name: str, day: date | None) -> "Imported":
    from ledger.ingest.mapping import parse_mapping
    from ledger.ingest.tabular import read_evidence

    with open_seekable(path) as stream:
        return read_evidence(stream, parse_mapping(mapping, name=name), name=path.name, published=day)


def _tell(told: list[dict[str, object]], read: "list[Imported]", *, json: bool, is_preview: bool) -> None:
    if json:
        answer({"preview": told} if is_preview else {"submitted": told})
        return
    for document, imported in zip(told, read, strict=True):
        _say_file(imported, document, is_preview=is_preview)
    if is_preview:
        say("Nothing was recorded; leave --preview out to submit.")


def _say_file(imported: "Imported", document: dict[str, object], *, is_preview: bool) -> None:
    rejected = imported.rejected_count
    say(
        f"{imported.name}: {imported.rows} rows, {imported.left_out} left out by the mapping, {rejected} rejected.",
        f"  {imported.mapping.title} ({imported.mapping.publisher}), {imported.digest}",
    )
    listed = document["series"]
    assert isinstance(listed, list)  # noqa: S101  # made just above
    table(
        ("Series", "Published", "Days covered", "Figures", "First figure" if is_preview else "Entry"),
        [
            (
                one.subject,
                one.published + (" (imputed)" if one.imputed else ""),
                f"{one.start} to {one.end}",
                str(one.observations.count),
                _first(one) if is_preview else str(line["entry"]),
            )
            for one, line in zip(imported.series, listed, strict=True)
        ],
        whole=("Series", "Published"),
    )
    for row in imported.rejected[:SHOWN]:
        column = f", column {one_line(row.column)}" if row.column else ""
        say(f"  rejected row {row.row}{column}: {one_line(row.reason)}")
    if rejected > SHOWN:
        say(f"  and {rejected - SHOWN} more rejected rows (--json lists them)")


def _first(series: "ImportedSeries") -> str:
    """Return the first observation of a series in words: how much, of what, on which days, and what it is worth."""
    lines = series.observations.read().split(b"\n", 2)
    if len(lines) < 2 or not lines[1]:
        return ""
    classification, code, unit, basis, _, start, end, status, value = lines[1].decode().split(",")
    priced = f" {basis}" if basis else ""
    worth = {"P": ", provisional", "E": ", estimated", "I": ", interpolated (never counts)"}.get(status, "")
    return f"{value} {unit}{priced} of {classification} {code}, {start} to {end}{worth}"


def _document(imported: "Imported", receipts: "tuple[Receipt, ...]") -> dict[str, object]:
    places: list[tuple[int | None, str | None]] = [(receipt.index, receipt.statement) for receipt in receipts]
    entries = places or [(None, None)] * len(imported.series)
    return {
        "file": imported.name,
        "raw": imported.digest,
        "size": imported.size,
        "mapping": imported.mapping.name,
        "rows": imported.rows,
        "left_out": imported.left_out,
        "rejected": {
            "count": imported.rejected_count,
            "rows": [{"row": row.row, "column": row.column, "reason": row.reason} for row in imported.rejected],
        },
        "series": [
            {
                "subject": one.subject, "authority": one.authority, "published": one.published, "imputed": one.imputed,
                "start": one.start, "end": one.end, "count": one.observations.count,
                "observations": one.observations.digest, "entry": entry, "statement": statement,
            }
            for one, (entry, statement) in zip(imported.series, entries, strict=True)
        ],
    }  # fmt: skip
