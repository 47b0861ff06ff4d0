"""Audits rendered for whoever asked: the report by itself or as a bundle carries it, and the bundle (design §2.6)."""

from collections.abc import Callable, Sequence
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from ledger.audit.bundle import Software
    from ledger.audit.check.printed import Printer
    from ledger.audit.printed import Printed
    from ledger.audit.redaction import Redaction
    from ledger.audit.result import AuditResult
    from ledger.report.pdf.face import Face
    from ledger.service.export import Export


def rendered(result: "AuditResult", software: "Software", *, bundle: str | None = None, language: str = "en") -> bytes:
    """Return the report: as a bundle carries it, or by itself, where its commands name the bundle beside it.

    Args:
        language: of the report; a bundle carries it in English.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
        NotFoundError: there is no catalogue of that language.
    """
    from ledger.report.html import BUNDLE, render, render_html

    if bundle is None and language == "en":
        return render(result, software)
    line = f"{software.name} {software.version}, lock {software.lock or 'none'}"
    return render_html(result, software=line, bundle=bundle or BUNDLE, language=language)


def workbook(result: "AuditResult", software: "Software", *, language: str = "en") -> bytes:
    """Return the audit as a workbook.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
        UsageError: a table has more rows than a sheet.
    """
    from ledger.report.xlsx import render_xlsx

    line = f"{software.name} {software.version}, lock {software.lock or 'none'}"
    return render_xlsx(result, software=line, language=language)


def printed(
    page: bytes, result: "AuditResult", *, bundle: bytes, audit: str, language: str = "en", faces: "Sequence[Face]" = ()
) -> bytes:
    """Return the report as a PDF with its bundle attached.

    Args:
        page: the HTML report, as the bundle carries it, or in another language.
        audit: digest of ``audit.json``.
        faces: fonts beside those that come along.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
        UsageError: the fonts have not all characters of the language.
        MalformedError: the bundle is too large to be attached.
    """
    from ledger.report.pdf.typeset import Attached, typeset
    from ledger.service.software import edition

    return typeset(page, result, Attached(bundle, audit, edition()), language=language, faces=faces)


def printer(
    render: "Callable[[AuditResult, Software], bytes]", *, lock: str | None, faces: "Sequence[Face]" = ()
) -> "Printer":
    """Return who sets a report again, for whoever verifies a printed one.

    Args:
        render: the HTML report, as a bundle carries it.
        lock: digest of the software here.
        faces: fonts at hand beside those that come along.
    """
    from ledger.audit.check.printed import Printer
    from ledger.audit.procedure import format_result
    from ledger.report.pades import signatures_on
    from ledger.service.software import edition
    from ledger.signing.canonical import digest

    def again(result: "AuditResult", software: "Software", came: "Printed") -> bytes:
        used = [one for digest_ in came.fonts for one in faces if one.digest == digest_]
        is_plain = came.language == "en"
        page = render(result, software) if is_plain else rendered(result, software, language=came.language)
        return printed(
            page, result,
            bundle=came.bundle, audit=digest(format_result(result)), language=came.language, faces=used,
        )  # fmt: skip

    return Printer(again, lock, edition(), signatures_on, frozenset(one.digest for one in faces))


def write_bundle(export: "Export", sink: BinaryIO) -> bool:
    """Write the bundle of an audit, with its report where charts are installed; tell whether they are."""
    from ledger.service.software import rendering_software

    software = rendering_software()
    report = rendered(export.result, software) if software.lock is not None else None
    export.write(sink, report=report, software=software)
    return report is not None


def write_public(
    export: "Export", redaction: "Redaction", sink: BinaryIO, *, report: bytes | None, software: "Software"
) -> None:
    """Write the bundle of an audit for the public, made of the whole one.

    Args:
        redaction: what it keeps back.
        report: of the whole bundle; where words are taken out, it is rendered anew.

    Raises:
        PledgerError: as ``Export.write`` and ``redact``.
    """
    from ledger.audit.bundle import open_bundle
    from ledger.audit.redaction import redact

    with TemporaryFile() as whole:
        export.write(whole, report=report, software=software)
        redact(open_bundle(whole), redaction, sink, render=rendered)
