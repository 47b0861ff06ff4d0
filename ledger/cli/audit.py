"""``pledger audit``: as data, as a report, and as the bundle that a stranger verifies (method §6, design §2.6)."""

import hashlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.file import open_file, writing
from ledger.cli.option import AsOf, EngineName, Instrument, Json, LedgerDirectory, Party, Size
from ledger.cli.output import Progress, answer, note, say
from ledger.cli.place import open_chosen, view_document, view_words
from ledger.errors import UsageError

if TYPE_CHECKING:
    from ledger.audit.bundle import Software
    from ledger.audit.result import AuditResult
    from ledger.model.determination import View
    from ledger.runtime import Ledger
    from ledger.service.export import Form

EXAMPLES: Final = """\
\b
Examples:
  pledger audit phase-one-annex-6-1 --as-of 2026-08-27 -o audit.zip
  pledger audit cn-soy-5mt-2019 busan-soy-2025 -o soy.html -o soy.json -o soy.zip
  pledger audit --instrument phase-one-2020 --as-of 2026-08-27 -o phase-one.html

\b
The ending says the format: .json the whole result, canonical; .html the report;
.zip the bundle with everything that it takes to verify it: pledger verify FILE.zip
"""

ANSWER: Final = {
    "view": "`size` and `as_of`: what was known (R1)",
    "method": "version of the method",
    "title": "of the report",
    "subjects": "the commitments, in the order of the report",
    "opinion": "`code` (A1 to A5), `name`, the `rule` by which, and `because` (method §6)",
    "files": "each `path`, `digest` and `size` in bytes",
}
FORMATS: Final = (".json", ".html", ".zip")


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that was written: where, its digest, and its size in bytes."""

    path: Path
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Written:
    """An audit in the files that it was written to."""

    view: "View"
    result: "AuditResult"
    files: tuple[WrittenFile, ...]

    def document(self) -> dict[str, object]:
        """Return it as ``--json`` gives it."""
        opinion = self.result.opinion
        return {
            "view": view_document(self.view),
            "method": self.result.method,
            "title": self.result.title,
            "subjects": list(self.result.subjects),
            "opinion": {
                "code": opinion.code,
                "name": opinion.name,
                "rule": opinion.rule,
                "because": list(opinion.because),
            },
            "files": [{"path": str(one.path), "digest": one.digest, "size": one.size} for one in self.files],
        }  # fmt: skip


def audit(  # noqa: PLR0917, a command's options are its arguments
    output: Annotated[
        list[Path],
        typer.Option("--output", "-o", metavar="FILE", help="Where to write it; may be repeated."),
    ],
    subjects: Annotated[
        list[str] | None,
        typer.Argument(metavar="SUBJECT…", help="Commitments, in the order of the report.", show_default=False),
    ] = None,
    party: Party = None,
    instrument: Instrument = None,
    as_of: AsOf = None,
    size: Size = None,
    engine: EngineName = None,
    ledger: LedgerDirectory = None,
    index: Annotated[
        bool | None,
        typer.Option(
            "--index/--headers", show_default=False,
            help="Carry an index proof in the bundle, or all headers; else as the log is long.",
        ),
    ] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Audit pledges at a view, and write the result, the report, or the bundle that anybody can verify offline."""
    refuse_unknown_formats(output)
    with open_chosen(ledger, engine=engine) as opened, Progress("Auditing"):
        policy = shlex.quote(str(opened.directory / "policy"))
        view = opened.view(as_of, size)
        chosen = _subjects(opened, view, subjects or (), party=party, instrument=instrument)
        form: Form = "auto" if index is None else "index" if index else "headers"
        written = write_audit(opened, chosen, view, output, form=form)
    if json:
        answer(written.document())
        return
    opinion = written.result.opinion
    say(
        view_words(view),
        f"{written.result.title}",
        f"Opinion {opinion.code}, {opinion.name}: {opinion.rule}.",
        *(f"  {because}" for because in opinion.because),
        *(f"{one.path} ({one.size} bytes, {one.digest})" for one in written.files),
    )
    say(
        *(
            f"Next: pledger verify {shlex.quote(str(one.path))} --policy {policy}"
            for one in written.files
            if one.path.suffix == ".zip"
        )
    )


def _subjects(
    opened: "Ledger", view: "View", subjects: Sequence[str], *, party: str | None, instrument: str | None
) -> tuple[str, ...]:
    """Return the commitments to audit: those named, or those that a party owes or an instrument gives force to.

    Raises:
        UsageError: both are given, or neither, or nothing is owed or given force to at the view.
        NotFoundError: the view knows no such party or instrument.
    """
    is_chosen = party is not None or instrument is not None
    if is_chosen == bool(subjects):
        raise UsageError("Give commitments, or --party and --instrument: one of the two.")
    if subjects:
        return tuple(subjects)
    if found := opened.subjects(view, party=party, instrument=instrument):
        return found
    raise UsageError(f"No commitment of these is known on {view.as_of}; pledger status lists all that are.")


def refuse_unknown_formats(paths: Sequence[Path]) -> None:
    """Make sure that every file's ending says a format that is written here, and that no file is named twice.

    Raises:
        UsageError: naming the file.
    """
    for path in paths:
        if path.suffix not in FORMATS:
            message = f"The ending of {path} says no format; write {', '.join(FORMATS[:-1])} or {FORMATS[-1]}."
            raise UsageError(message, path=str(path))
    if len(set(paths)) != len(paths):
        raise UsageError("A file is named twice; name each once.")


def write_audit(
    opened: "Ledger", subjects: Sequence[str], view: "View", paths: Sequence[Path], *, form: "Form" = "auto"
) -> Written:
    """Return an audit of commitments at a view, once it is in all of these files.

    The report is rendered before the first of them is written, so that where it cannot be none of them is.

    Raises:
        PledgerError: as ``Ledger.export``; UnavailableError where the report is asked for and its extra is missing.
    """
    from ledger.service.software import rendering_software

    software = rendering_software()
    bundles = [path for path in paths if path.suffix == ".zip"]
    with opened.export(view, subjects, form=form) as export:
        # A bundle without a report verifies as well; the extra makes the difference, and the caller sees it listed.
        carried = _rendered(export.result, software) if bundles and software.lock is not None else None
        name = bundles[0].name if bundles else None
        alone = (
            _rendered(export.result, software, bundle=name) if any(path.suffix == ".html" for path in paths) else b""
        )
        for path in paths:
            with writing(path) as file:
                if path.suffix == ".zip":
                    export.write(file, report=carried, software=software)
                else:
                    file.write(alone if path.suffix == ".html" else export.audit_json)
        if bundles and carried is None:
            note(
                "The bundle carries no report, as charts are not installed: "
                "pip install '.[report]' in Pledger's checkout adds them."
            )
        return Written(view, export.result, tuple(_digested(path) for path in paths))


def _rendered(result: "AuditResult", software: "Software", *, bundle: str | None = None) -> bytes:
    """Return the report: as a bundle carries it, or by itself, where its commands name the bundle beside it."""
    from ledger.report.html import render, render_html

    if bundle is None:
        return render(result, software)
    line = f"{software.name} {software.version}, lock {software.lock or 'none'}"
    return render_html(result, software=line, bundle=bundle)


def _digested(path: Path) -> WrittenFile:
    with open_file(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return WrittenFile(path, f"sha256:{digest}", file.tell())
