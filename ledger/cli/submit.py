"""``pledger submit``: figures, read by a declared mapping, kept by digest and published as evidence."""

import sys
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.fetched import read_note
from ledger.cli.file import open_seekable, read_file
from ledger.cli.option import Json, LedgerDirectory, Signer
from ledger.cli.output import Progress, answer, one_line, say, table
from ledger.cli.place import open_chosen
from ledger.errors import UsageError

if TYPE_CHECKING:
    from ledger.ingest.imported import Imported, ImportedSeries
    from ledger.ingest.preview import Preview, Total

EXAMPLES: Final = """\
\b
Examples:
  pledger submit exports.csv --format us-census-monthly --published 2021-12-09
  pledger submit mine.xlsx --new-map > mine.toml          a first mapping of your own file, for you to finish
  pledger submit mine.xlsx --map mine.toml --preview      what it would say; nothing is recorded
  pledger submit a.csv b.csv --map mine.toml --role obligor --json
"""

ANSWER: Final = {
    "submitted": (
        "for each file: `file`, `raw` (its digest), `size`, `mapping`, `rows`, `left_out`, `rejected` (`count`, "
        "`rows`), and its `series`: `subject`, `authority`, `published`, `imputed`, `start`, `end`, `count`, "
        "`observations` (their digest), `entry`, `statement`"
    ),
}
PREVIEW: Final = {
    "preview": (
        "for each file what `submitted` says of it, `entry` and `statement` null, with its `columns` (what each is "
        "read as), and for each series its `first` observations, `periods`, `codes`, `statuses` and `totals`"
    ),
}
NEW_MAP: Final = {"map": "a first mapping of the file, TOML with blanks to fill in"}
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
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Files of figures, as their publishers give them.")
    ],
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
    new_map: Annotated[
        bool, typer.Option("--new-map", help="Print a first mapping of a file, for you to finish; record nothing.")
    ] = False,
    key: Signer = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Read figures by a mapping and publish them as evidence, one statement for each series."""
    if new_map:
        _tell_new_map(files, is_mapped=format_ is not None or map_ is not None, json=json)
        return
    mapping, name = _mapping(format_, map_)
    day = _day(published)
    if preview:
        mapping = _with_parties(mapping, name, ledger)
        with Progress("Reading the figures"):
            read = [_read(path, mapping, name, day) for path in files]
        _tell_previews(read, json=json)
        return
    told, imported = submit_files(
        files, mapping, name, published=day, role=role, copy=copy, how=how, address=address, key=key, ledger=ledger
    )
    if json:
        answer({"submitted": told})
        return
    say_files(told, imported)


def submit_files(
    files: Sequence[Path],
    mapping: bytes,
    name: str,
    *,
    published: date | None = None,
    role: PublisherRole = PublisherRole.THIRD_PARTY,
    copy: str | None = None,
    how: How = How.BYTE_COPY,
    address: str | None = None,
    key: str | None = None,
    ledger: Path | None = None,
) -> "tuple[list[dict[str, object]], list[Imported]]":
    """Publish files of figures as evidence; for each, what ``ANSWER`` says of it, and what was read, come back.

    Where a note of ``pledger fetch`` lies beside a file, its evidence says where and when it was fetched.

    Raises:
        PledgerError: as ``Ledger.submit``; nothing is recorded where one of several files cannot be read.
    """
    from ledger.ingest.preview import imported_document
    from ledger.runtime import DESK

    mapping = _with_parties(mapping, name, ledger)
    if len(files) > 1:
        # Every file is read before the first is recorded, so that a bad one among them leaves nothing behind.
        with Progress("Reading the figures"):
            for path in files:
                _read(path, mapping, name, published)
    noted = [read_note(path) for path in files]
    stated = {} if address is None else {"address": address}
    told: list[dict[str, object]] = []
    imported: list[Imported] = []
    with open_chosen(ledger) as opened, Progress("Submitting the figures"):
        for path, note in zip(files, noted, strict=True):
            via = {"copy_read": copy or path.name, "how": how.value}
            with open_seekable(path) as stream:
                done = opened.submit(
                    stream, name=path.name, mapping=mapping, mapping_name=name, published=published,
                    source={"role": role.value, "address": None} | note | stated | {"via": via}, key=key or DESK,
                )  # fmt: skip
            told.append(imported_document(done.imported, [(one.index, one.statement) for one in done.receipts]))
            imported.append(done.imported)
    return told, imported


def _mapping(format_: str | None, map_: Path | None) -> tuple[bytes, str]:
    """Return the bytes of the mapping that is meant, and its name."""
    from ledger.ingest.mapping import LIMIT, format_names
    from ledger.ingest.table import table_names
    from ledger.runtime import format_mapping

    if format_ is not None and map_ is None:
        return format_mapping(format_), f"{format_}.toml"
    if map_ is not None and format_ is None:
        return read_file(map_, limit=LIMIT), map_.name
    known = ", ".join((*format_names(), *table_names()))
    raise UsageError(
        f"Say how the file is read: either --format (one of {known}), or --map FILE with a mapping of yours."
    )


def _with_parties(mapping: bytes, name: str, ledger: Path | None) -> bytes:
    """Return a mapping with the parties filled in that it names by public codes; others ask for no ledger."""
    from ledger.ingest.party import asked_systems

    if not asked_systems(mapping, name=name):
        return mapping
    with open_chosen(ledger) as opened:
        return opened.with_parties(mapping, name=name)


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
    from ledger.ingest.tabular import parse_any_mapping, read_evidence

    with open_seekable(path) as stream:
        return read_evidence(stream, parse_any_mapping(mapping, name=name), name=path.name, published=day)


def say_files(told: list[dict[str, object]], read: "list[Imported]") -> None:
    """Say what was recorded of files, as ``submit_files`` gives it."""
    for document, imported in zip(told, read, strict=True):
        _say_file(imported, document)


def _tell_previews(read: "list[Imported]", *, json: bool) -> None:
    """Tell what was understood of files, none of which is recorded."""
    from ledger.ingest.preview import preview, preview_document

    found = [(imported, [preview(series) for series in imported.series]) for imported in read]
    if json:
        documents = [preview_document(imported, previews) for imported, previews in found]
        answer({"preview": documents})
        return
    for imported, previews in found:
        _say_preview(imported, previews)
    say("Nothing was recorded; leave --preview out to submit.")


def _tell_new_map(files: list[Path], *, is_mapped: bool, json: bool) -> None:
    """Print a first mapping of one file."""
    from ledger.ingest.sketch import sketch

    if len(files) != 1 or is_mapped:
        raise UsageError(
            "--new-map is given one file, and no --map or --format; it writes a first mapping of that file."
        )
    with open_seekable(files[0]) as stream:
        text = sketch(stream, name=files[0].name)
    if json:
        answer({"map": text})
        return
    sys.stdout.write(text)


def _say_file(imported: "Imported", document: dict[str, object]) -> None:
    _say_head(imported)
    listed = document["series"]
    assert isinstance(listed, list)  # noqa: S101  # made just above
    table(
        ("Series", "Published", "Days covered", "Figures", "Entry"),
        [(*_row(one), str(line["entry"])) for one, line in zip(imported.series, listed, strict=True)],
        whole=("Series", "Published"),
    )
    _say_rejected(imported)


def _say_preview(imported: "Imported", previews: "list[Preview]") -> None:
    """Say what was understood of a file: its columns, its series, their first figures, what they add up to."""
    from ledger.ingest.preview import readings

    _say_head(imported)
    roles = readings(imported.mapping)
    table(("Column", "Read as"), [(name, ", ".join(of)) for name, of in roles.items()])
    unread = [name for name in imported.mapping.header if name not in roles]
    if unread:
        say(f"  not read: {one_line(', '.join(unread))}")
    table(
        ("Series", "Published", "Days covered", "Figures", "Periods", "Codes"),
        [
            (*_row(one), str(found.periods), str(found.codes))
            for one, found in zip(imported.series, previews, strict=True)
        ],
        whole=("Series", "Published"),
    )
    for one, found in zip(imported.series, previews, strict=True):
        if one.table is not None:
            say(f"{one.subject}, a {one.table} of {' into '.join(one.classifications)}, the first lines:")
            say(*(f"  {line['code']} {line['relation']} {line['target'] or 'nothing'}" for line in found.first))
            continue
        say(f"{one.subject}, the first figures:")
        say(*(f"  {_words(line)}" for line in found.first))
        say("  all figures added up, to know the file by:", *(f"    {_total_words(total)}" for total in found.totals))
        others = {status: count for status, count in found.statuses.items() if status != "A"}
        for status, count in others.items():
            say(f"  {count} of them are {_STATUS_WORDS[status]}")
    _say_rejected(imported)


def _say_head(imported: "Imported") -> None:
    rejected = imported.rejected_count
    say(
        f"{imported.name}: {imported.rows} rows, {imported.left_out} left out by the mapping, {rejected} rejected.",
        f"  {imported.mapping.title} ({imported.mapping.publisher}), {imported.digest}",
    )


def _say_rejected(imported: "Imported") -> None:
    rejected = imported.rejected_count
    for row in imported.rejected[:SHOWN]:
        column = f", column {one_line(row.column)}" if row.column else ""
        say(f"  rejected row {row.row}{column}: {one_line(row.reason)}")
    if rejected > SHOWN:
        say(f"  and {rejected - SHOWN} more rejected rows (--json lists them)")


def _row(one: "ImportedSeries") -> tuple[str, str, str, str]:
    """Return what every table of series says of one."""
    published = one.published + (" (imputed)" if one.imputed else "")
    return one.subject, published, f"{one.start} to {one.end}", str(one.observations.count)


_STATUS_WORDS: Final = {
    "P": "provisional", "E": "estimated by the publisher", "I": "interpolated by the source (they never count)",
}  # fmt: skip


def _words(line: dict[str, str]) -> str:
    """Return an observation in words: how much, of what, on which days, and what it is worth."""
    priced = f" {line['basis']}" if line["basis"] else ""
    worth = f", {_STATUS_WORDS[line['status']]}" if line["status"] in _STATUS_WORDS else ""
    what = f"{line['classification']} {line['code']}"
    return f"{line['value']} {line['unit']}{priced} of {what}, {line['start']} to {line['end']}{worth}"


def _total_words(total: "Total") -> str:
    level = f", codes of {total.digits} digits" if total.digits else ""
    return f"{total.value} {total.unit}{f' {total.basis}' if total.basis else ''} in {total.count} figures{level}"
