"""``pledger audit``: as data, as a report, and as the bundle that a stranger verifies (method §6, design §2.6)."""

import hashlib
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli import comparison, reproduction
from ledger.cli.file import open_file, read_file, writing
from ledger.cli.log import entry_index
from ledger.cli.option import AsOf, EngineName, Fonts, Instrument, Json, LedgerDirectory, Party, Signer, Size
from ledger.cli.output import Progress, answer, note, say
from ledger.cli.place import open_chosen, said_passphrase, view_words
from ledger.cli.tabular import SUMS, Tabular, chosen_tables
from ledger.errors import UsageError
from ledger.report.document import audit_document, receipt_document

if TYPE_CHECKING:
    from ledger.audit.bundle import Software
    from ledger.audit.redaction import Redaction
    from ledger.audit.result import AuditResult
    from ledger.model.determination import View
    from ledger.model.value import Days
    from ledger.report.pades import SigningCertificate
    from ledger.report.pdf.face import Face
    from ledger.runtime import Ledger
    from ledger.runtime.rendering import Rendered
    from ledger.service.export import Export, Form
    from ledger.tlog.proof import Receipt

EXAMPLES: Final = """\
\b
Examples:
  pledger audit phase-one-annex-6-1 --as-of 2026-08-27 -o audit.zip
  pledger audit cn-soy-5mt-2019 busan-soy-2025 -o soy.html -o soy.json -o soy.zip
  pledger audit --instrument phase-one-2020 --as-of 2026-08-27 -o phase-one.html
  pledger audit busan-soy-2025 --as-of 2026-08-27 -o soy.pdf --sign-pdf auditor.p12
  pledger audit busan-soy-2025 --as-of 2026-08-27 -o soy.zip -o soy.pdf --publish
  pledger audit phase-one-annex-6-1 --as-of 2026-08-27 -o phase-one.xlsx --csv tables
  pledger audit phase-one-annex-6-1 --as-of 2026-08-27 -o ratios.csv --table ratios
  pledger audit busan-soy-2025 --as-of 2026-08-27 -o public.zip --redact raw --redact quotes
  pledger audit --period 2020-01-01/2021-12-31 --as-of 2026-08-27 -o due.html --language zh
  pledger audit --reproduce soy.pdf
  pledger audit --diff soy-2025.zip soy.zip

\b
The ending says the format: .json the whole result, canonical; .html the report;
.xlsx every table and picture as a workbook, .csv one table of it;
.pdf the report on paper, with the bundle inside it: pledger verify FILE.pdf;
.zip the bundle with everything that it takes to verify it: pledger verify FILE.zip
"""

ANSWER: Final = {
    "view": "`size` and `as_of`: what was known (R1)",
    "method": "version of the method",
    "title": "of the report",
    "subjects": "the commitments, in the order of the report",
    "opinion": "`code` (A1 to A5), `name`, the `rule` by which, and `because` (method §6)",
    "files": "each `path`, `digest` and `size` in bytes",
    "tables": "with `--csv`: the same of each table, and last of the list of their digests; else empty",
    "published": "with `--publish`: the receipt of the entry that names these files; else null",
}
FORMATS: Final = (".json", ".html", ".pdf", ".xlsx", ".csv", ".zip")


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
    is_redacted: bool = False
    tables: tuple[WrittenFile, ...] = ()
    language: str = "en"

    def renderings(self) -> dict[str, str]:
        """Return the digest of each file by its format, as a publication names it.

        Raises:
            UsageError: two files are of one format.
        """
        named: dict[str, str] = {}
        for one in self.files:
            name = "public" if self.is_redacted else one.path.suffix.removeprefix(".")
            if self.language != "en" and name in {"html", "pdf", "xlsx"}:
                name = f"{name}-{self.language}"
            if name in named:
                raise UsageError(f"Two files are of the format {name}; publish one of each.", path=str(one.path))
            named[name] = one.digest
        # One name for all of them: the list that stands beside the tables holds the digest of each.
        return {**named, **({"tables": self.tables[-1].digest} if self.tables else {})}

    def document(self) -> dict[str, object]:
        """Return it as ``--json`` gives it."""
        files, tables = (
            [{"path": str(one.path), "digest": one.digest, "size": one.size} for one in several]
            for several in (self.files, self.tables)
        )
        return {**audit_document(self.view, self.result), "files": files, "tables": tables}


def audit(  # noqa: PLR0917, a command's options are its arguments
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to write it; may be repeated.", show_default=False),
    ] = None,
    subjects: Annotated[
        list[str] | None,
        typer.Argument(metavar="SUBJECT…", help="Commitments, in the order of the report.", show_default=False),
    ] = None,
    party: Party = None,
    instrument: Instrument = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period", metavar="FIRST/LAST", show_default=False,
            help="What falls due from one day to the other, and nothing else, such as 2020-01-01/2020-12-31.",
        ),
    ] = None,
    language: Annotated[
        str, typer.Option("--language", metavar="LANGUAGE", help="Of report, PDF and workbook: en or zh.")
    ] = "en",
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
    font: Fonts = None,
    sign_pdf: Annotated[
        Path | None,
        typer.Option(
            "--sign-pdf", metavar="FILE", show_default=False,
            help="Sign the PDF by this certificate and key (.p12, or PEM with both); the pages stay as they are.",
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option("--table", metavar="NAME", help="The table that a .csv holds.", show_default=False),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="DIR", help="Write every table as CSV into it.", show_default=False),
    ] = None,
    redact: Annotated[
        list[str] | None,
        typer.Option(
            "--redact", metavar="RULE", show_default=False,
            help="Keep back from a .zip for the public: raw, quotes, or an entry's index; may be repeated.",
        ),
    ] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Log that these files were published, by digest, signed as auditor.")
    ] = False,
    replaces: Annotated[
        str | None,
        typer.Option("--replaces", metavar="ENTRY", help="With --publish: the audit it replaces.", show_default=False),
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option("--reason", metavar="TEXT", help="With --replaces: why, in a sentence.", show_default=False),
    ] = None,
    key: Signer = None,
    reproduce: Annotated[
        Path | None,
        typer.Option(
            "--reproduce", metavar="FILE", show_default=False,
            help="Run an audit (.json, .zip, .pdf, or a published .html, .xlsx) again, and compare.",
        ),
    ] = None,
    diff: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--diff", metavar="A B", show_default=False,
            help="Say what changed between two audits, and why; one may be a view, DAY or DAY@SIZE.",
        ),
    ] = None,
    json: Json = False,
) -> int:  # fmt: skip
    """Audit pledges at a view, and write the result, the report, or the bundle that anybody can verify offline."""
    if reproduce is not None or diff is not None:
        chosen = (subjects, party, instrument, period, as_of, size)
        made = (*chosen, output, redact, replaces, reason, publish or None, csv)
        if (reproduce is not None and diff is not None) or any(one is not None for one in made):
            raise UsageError("--reproduce and --diff look at audits that there are; give one of the two by itself.")
        if reproduce is not None:
            return reproduction.reproduce(reproduce, ledger=ledger, engine=engine, json=json)
        if diff is not None:
            comparison.compare_audits(*diff, ledger=ledger, engine=engine, json=json)
        return 0
    output = output or []
    if not output and csv is None:
        raise UsageError("Nothing says where to write the audit; give -o FILE.zip, or one of its other formats.")
    refuse_unknown_formats(output)
    refuse_unspoken(language, output)
    tabular = chosen_tables(output, table=table, directory=csv)
    redaction = _redaction(redact or (), output)
    paper = _paper(output, fonts=font or (), certificate=sign_pdf)
    with open_chosen(ledger, engine=engine) as opened, Progress("Auditing"):
        policy = shlex.quote(str(opened.directory / "policy"))
        view = opened.view(as_of, size)
        refuse_days_to_come(opened, view)
        order = _order(opened, publish=publish, replaces=replaces, reason=reason, key=key)
        days = asked_period(period)
        named = asked_commitments(opened, view, subjects or (), party=party, instrument=instrument, period=days)
        form: Form = "auto" if index is None else "index" if index else "headers"
        written = write_audit(
            opened, named, view, output,
            form=form, paper=paper, redaction=redaction, tabular=tabular, language=language, period=days,
        )  # fmt: skip
        receipt = order(written) if order is not None else None
    if json:
        answer({**written.document(), "published": receipt_document(receipt) if receipt is not None else None})
        return 0
    opinion = written.result.opinion
    say(
        view_words(view),
        f"{written.result.title}",
        f"Opinion {opinion.code}, {opinion.name}: {opinion.rule}.",
        *(f"  {because}" for because in opinion.because),
        *(f"{one.path} ({one.size} bytes, {one.digest})" for one in written.files),
        *(f"{csv} ({len(written.tables) - 1} tables, listed in {SUMS}, {one.digest})" for one in written.tables[-1:]),
    )
    say(
        *(
            f"Next: pledger verify {shlex.quote(str(one.path))} --policy {policy}{' --public' if redaction else ''}"
            for one in written.files
            if one.path.suffix in {".pdf", ".zip"}
        )
    )
    if receipt is not None:
        say(f"entry {receipt.index}  audit  {receipt.statement}")
    return 0


def refuse_days_to_come(opened: "Ledger", view: "View") -> None:
    """Make sure that an audit is of what is known by now: of a day to come nothing is.

    Raises:
        UsageError: the view's day has not come.
    """
    if view.as_of > (today := opened.clock()[:10]):
        raise UsageError(f"The day {view.as_of} has not come, and nothing is known of it; audit {today} or before.")


def _redaction(rules: Sequence[str], paths: Sequence[Path]) -> "Redaction | None":
    """Return what is kept back from the public; null where nothing is.

    Raises:
        UsageError: a rule is none, or another file than a bundle is asked for.
    """
    if not rules:
        return None
    from ledger.audit.redaction import parse_redaction

    if any(path.suffix != ".zip" for path in paths):
        raise UsageError("--redact makes a bundle for the public; write it to a .zip, and other files without it.")
    return parse_redaction(rules)


def _order(
    opened: "Ledger", *, publish: bool, replaces: str | None, reason: str | None, key: str | None
) -> "Callable[[Written], Receipt] | None":
    """Return what logs the publication once the files are written; null where none is asked for.

    Raises:
        UsageError: a reissue is not asked for whole, or without publication.
        NotFoundError, ConflictError, RefusedError: it could not be logged, which is better known before.
    """
    from ledger.runtime import DESK
    from ledger.runtime.publishing import publish_audit, refuse_unpublishable, refuse_wrong_reissue

    if not publish:
        if replaces is not None or reason is not None or key is not None:
            raise UsageError("--replaces, --reason and --key are for a publication; give --publish, or leave them out.")
        return None
    former = entry_index(opened, replaces) if replaces is not None else None
    refuse_unpublishable(opened, key=key or DESK)
    refuse_wrong_reissue(opened, former, reason)
    return lambda written: publish_audit(
        opened, written.result, written.renderings(), replaces=former, reason=reason, key=key or DESK
    )


@dataclass(frozen=True, slots=True)
class Paper:
    """What a PDF is made with: fonts beside those that come along, and who signs it."""

    faces: "tuple[Face, ...]" = ()
    certificate: "SigningCertificate | None" = None


def _paper(paths: Sequence[Path], *, fonts: Sequence[Path], certificate: Path | None) -> Paper:
    """Return what a PDF is made with, read before anything else is done.

    Raises:
        UsageError: no PDF is asked for, or a file is not there.
        MalformedError, RefusedError: a font or the certificate cannot be read, or is protected by another passphrase.
    """
    if not fonts and certificate is None:
        return Paper()
    if all(path.suffix != ".pdf" for path in paths):
        raise UsageError("--font and --sign-pdf are for a PDF; write one (-o FILE.pdf), or leave them out.")
    if certificate is None:
        return Paper(open_fonts(fonts))
    from ledger.report.pades import CERTIFICATE_LIMIT, open_certificate

    raw, what = read_file(certificate, limit=CERTIFICATE_LIMIT), f"The file {certificate}"
    return Paper(open_fonts(fonts), open_certificate(raw, passphrase=said_passphrase(), what=what))


def open_fonts(paths: Sequence[Path]) -> "tuple[Face, ...]":
    """Return the fonts in files, in the order of their digests, each once: the order of options decides nothing.

    Raises:
        UsageError: a file is not there.
        MalformedError: it is no font.
    """
    from ledger.report.pdf.face import FONT_LIMIT, open_face

    opened = [open_face(read_file(path, limit=FONT_LIMIT), what=str(path)) for path in paths]
    faces = {one.digest: one for one in opened}
    return tuple(faces[digest] for digest in sorted(faces))


def asked_period(text: str | None) -> "Days | None":
    """Return the period that is asked for; null where none is.

    Raises:
        UsageError: it is not two days, the first before the last.
    """
    from ledger.audit.scope import parse_period

    return parse_period(text) if text is not None else None


def asked_commitments(
    opened: "Ledger",
    view: "View",
    subjects: Sequence[str],
    *,
    party: str | None,
    instrument: str | None,
    period: "Days | None",
) -> tuple[str, ...]:
    """Return the commitments to audit: those named, or those that a party owes, an instrument gives force to.

    Args:
        period: keeps those of which a term falls due in it.

    Raises:
        UsageError: both are given, or nothing is; or nothing is owed, given force to or due at the view.
        NotFoundError: the view knows no such party, instrument or commitment.
    """
    if subjects and (party is not None or instrument is not None):
        raise UsageError("Give commitments, or --party and --instrument: one of the two.")
    if not subjects and party is None and instrument is None and period is None:
        raise UsageError("Nothing says what to audit; give commitments, or --party, --instrument or --period.")
    found = tuple(subjects) or opened.subjects(view, party=party, instrument=instrument)
    if period is not None:
        from ledger.audit.scope import due_within

        due = due_within(opened.known(view), found, period)
        # Whoever names a commitment is told that nothing of it falls due; of what was chosen for them only what does.
        found = found if subjects and due else due
        if not found:
            raise UsageError(
                f"Nothing of these falls due from {period.start} to {period.end}; ask for other days, or leave out "
                "--period."
            )
    if found:
        return found
    raise UsageError(f"No commitment of these is known on {view.as_of}; pledger status lists all that are.")


def refuse_unspoken(language: str, paths: Sequence[Path]) -> None:
    """Make sure that there is a catalogue of the language, and a file that is written in it.

    Raises:
        NotFoundError: there is none; UsageError: nothing asked for has words of its own.
    """
    if language == "en":
        return
    from ledger.report.wording import catalogue

    catalogue(language)
    if not any(path.suffix in {".html", ".pdf", ".xlsx"} for path in paths):
        raise UsageError("--language is for the report; write it as .html, .pdf or .xlsx, or leave the option out.")


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
    opened: "Ledger",
    subjects: Sequence[str],
    view: "View",
    paths: Sequence[Path],
    *,
    form: "Form" = "auto",
    paper: Paper = Paper(),
    redaction: "Redaction | None" = None,
    tabular: Tabular = Tabular(),
    language: str = "en",
    period: "Days | None" = None,
) -> Written:
    """Return an audit of commitments at a view, once it is in all of these files.

    The report is rendered before the first of them is written, so that where it cannot be none of them is.

    Args:
        paper: what a PDF is made with.
        redaction: what bundles keep back from the public.
        tabular: which tables are written as CSV.
        language: of report, PDF and workbook; the result, and the report inside of a bundle, are English.
        period: what falls due in it is audited; all, where it is null.

    Raises:
        PledgerError: as ``Ledger.export``; UnavailableError where the report is asked for and its extra is missing.
    """
    from ledger.report.csv import format_csv
    from ledger.runtime.rendering import Rendered, rendered, workbook, write_public
    from ledger.service.software import rendering_software

    software = rendering_software()
    bundles = [path for path in paths if path.suffix == ".zip"]
    is_printed = any(path.suffix == ".pdf" for path in paths)
    with opened.export(view, subjects, form=form, period=period) as export:
        # A bundle without a report verifies as well; the extra makes the difference, and the caller sees it listed.
        is_carried = bundles and (is_printed or software.lock is not None)
        carried = Rendered.of(rendered(export.result, software)) if is_carried else None
        report = carried.part() if carried is not None else None
        name = bundles[0].name if bundles else None
        made: dict[str, Rendered] = {}
        if any(path.suffix == ".html" for path in paths):
            made[".html"] = Rendered.of(rendered(export.result, software, bundle=name, language=language))
        if any(path.suffix == ".xlsx" for path in paths):
            made[".xlsx"] = Rendered(lambda file: workbook(export.result, software, file, language=language))
        if is_printed:
            made[".pdf"] = Rendered.of((_printed(export, carried, software, paper, language),))
        for path in paths:
            with writing(path) as file:
                if path.suffix in made:
                    file.writelines(made[path.suffix].pieces())
                elif path.suffix == ".csv" and tabular.table is not None:
                    file.writelines(format_csv(tabular.table, export.result))
                elif path.suffix == ".zip" and redaction is not None:
                    write_public(export, redaction, file, report=report, software=software)
                elif path.suffix == ".zip":
                    export.write(file, report=report, software=software)
                else:
                    export.write_audit(file)
        if bundles and carried is None:
            note(
                "The bundle carries no report, as charts are not installed: "
                "pip install '.[report]' in Pledger's checkout adds them."
            )
        files, tables = (
            tuple(_digested(path) for path in several) for several in (paths, tabular.write_all(export.result))
        )
        return Written(view, export.result, files, is_redacted=redaction is not None, tables=tables, language=language)


def _printed(export: "Export", carried: "Rendered | None", software: "Software", paper: Paper, language: str) -> bytes:
    """Return the report as a PDF with its bundle in it, signed where a certificate is given."""
    from ledger.runtime.rendering import paper as printed

    raw = printed(export, software, carried=carried, language=language, faces=paper.faces)
    if paper.certificate is None:
        return raw
    from ledger.report.pades import sign_printed

    return sign_printed(raw, paper.certificate)


def _digested(path: Path) -> WrittenFile:
    with open_file(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return WrittenFile(path, f"sha256:{digest}", file.tell())
