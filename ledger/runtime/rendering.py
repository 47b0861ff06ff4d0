"""Audits rendered for whoever asked: the report by itself or as a bundle carries it, and the bundle (design §2.6).

A rendering is made piece by piece and waits in a private temporary file, so that neither the commitments nor the pages
of a large audit are ever in memory side by side. What is set on paper is small enough to be held: see ``printed``.
"""

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Final
from weakref import finalize

if TYPE_CHECKING:
    from ledger.audit.archive import Part
    from ledger.audit.bundle import Software
    from ledger.audit.check.printed import Printer
    from ledger.audit.printed import Printed
    from ledger.audit.redaction import Redaction
    from ledger.audit.result import AuditResult
    from ledger.report.pdf.face import Face
    from ledger.service.export import Export

_PIECE: Final = 1 << 18


class Rendered:
    """A rendering that waits in a temporary file, to be read as often as asked; it goes away with the last reader."""

    def __init__(self, write: "Callable[[BinaryIO], object]") -> None:
        self._file = TemporaryFile()  # noqa: SIM115  # closed when nobody needs it any more, on the next line
        finalize(self, self._file.close)
        write(self._file)

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> "Rendered":
        """Return what these pieces are, one after the other."""
        return cls(lambda file: file.writelines(pieces))

    def open(self) -> BinaryIO:
        """Return it as a stream from its beginning; one at a time is read."""
        self._file.seek(0)
        return os.fdopen(os.dup(self._file.fileno()), "rb")

    def pieces(self) -> Iterator[bytes]:
        """Yield it piece by piece."""
        with self.open() as stream:
            while piece := stream.read(_PIECE):
                yield piece

    def part(self) -> "Part":
        """Return it as the report of a bundle."""
        from ledger.audit.archive import Part
        from ledger.audit.bundle import REPORT

        return Part(REPORT, self.open)


def rendered(
    result: "AuditResult", software: "Software", *, bundle: str | None = None, language: str = "en"
) -> Iterator[bytes]:
    """Yield the report: as a bundle carries it, or by itself, where its commands name the bundle beside it.

    Args:
        language: of the report; a bundle carries it in English.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
        NotFoundError: there is no catalogue of that language.
    """
    from ledger.report.html import BUNDLE, html_pieces, software_line

    return html_pieces(result, software=software_line(software), bundle=bundle or BUNDLE, language=language)


def workbook(result: "AuditResult", software: "Software", sink: BinaryIO, *, language: str = "en") -> None:
    """Write the audit as a workbook.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
        UsageError: a table has more rows than a sheet.
    """
    from ledger.report.html import software_line
    from ledger.report.xlsx import write_xlsx

    write_xlsx(result, sink, software=software_line(software), language=language)


def digest_of_pieces(pieces: Iterable[bytes]) -> str:
    """Return the digest of what is made piece by piece."""
    sha = sha256()
    for piece in pieces:
        sha.update(piece)
    return f"sha256:{sha.hexdigest()}"


def paper(
    export: "Export",
    software: "Software",
    *,
    carried: Rendered | None = None,
    language: str = "en",
    faces: "Sequence[Face]" = (),
) -> bytes:
    """Return the report of an audit as a PDF with its bundle attached; a large one in short (docs/decisions/0030).

    Args:
        carried: the report as a bundle carries it, where it was made already.
        faces: fonts beside those that come along.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
        UsageError: the fonts have not all characters of the language.
        MalformedError: the bundle is too large to be attached.
    """
    from ledger.report.pdf.typeset import refuse_large_bundle

    result = export.result
    make = carried.pieces if carried is not None and language == "en" else None
    page, is_short = _page_of(result, software, make, language=language)
    with TemporaryFile() as file:
        if is_short:
            export.write(file, report=None, software=software)
        else:
            inside = carried or Rendered.of((page,) if language == "en" else rendered(result, software))
            export.write(file, report=inside.part(), software=software)
        refuse_large_bundle(file.tell())
        audit = digest_of_pieces(export.audit_pieces())
        return printed(page, result, bundle=file, audit=audit, language=language, faces=faces)


def _page_of(
    result: "AuditResult", software: "Software", make: "Callable[[], Iterable[bytes]] | None", *, language: str
) -> tuple[bytes, bool]:
    """Return the page that is set, and whether it is in short, as the whole one is too large for the typesetter.

    Args:
        make: gives the whole page, where it is at hand.
    """
    from ledger.report.html import render_html, software_line
    from ledger.report.pdf.typeset import PAGE_CHAPTERS, PAGE_LIMIT

    if len(result.commitments) < PAGE_CHAPTERS:
        held = bytearray()
        for piece in make() if make is not None else rendered(result, software, language=language):
            held += piece
            if len(held) > PAGE_LIMIT:
                break
        else:
            return bytes(held), False
    return render_html(result, software=software_line(software), language=language, is_short=True), True


def printed(
    page: bytes,
    result: "AuditResult",
    *,
    bundle: BinaryIO,
    audit: str,
    language: str = "en",
    faces: "Sequence[Face]" = (),
) -> bytes:
    """Return a page as a PDF with a bundle attached.

    Args:
        page: the HTML report, as the bundle carries it, in another language, or in short.
        bundle: a seekable file.
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
    render: "Callable[[AuditResult, Software], Iterable[bytes]]", *, lock: str | None, faces: "Sequence[Face]" = ()
) -> "Printer":
    """Return who sets a report again, for whoever verifies a printed one.

    Args:
        render: the HTML report, as a bundle carries it.
        lock: digest of the software here.
        faces: fonts at hand beside those that come along.
    """
    from ledger.audit.check.printed import Printer
    from ledger.audit.procedure import write_result
    from ledger.report.pades import signatures_on
    from ledger.service.software import edition

    def again(result: "AuditResult", software: "Software", came: "Printed") -> bytes:
        used = [one for digest in came.fonts for one in faces if one.digest == digest]
        make = partial(render, result, software) if came.language == "en" else None
        page, _ = _page_of(result, software, make, language=came.language)
        audit = digest_of_pieces(write_result(result))
        return printed(page, result, bundle=io.BytesIO(came.bundle), audit=audit, language=came.language, faces=used)

    return Printer(again, lock, edition(), signatures_on, frozenset(one.digest for one in faces))


def write_bundle(export: "Export", sink: BinaryIO) -> bool:
    """Write the bundle of an audit, with its report where charts are installed; tell whether they are."""
    from ledger.service.software import rendering_software

    software = rendering_software()
    report = Rendered.of(rendered(export.result, software)) if software.lock is not None else None
    export.write(sink, report=report.part() if report is not None else None, software=software)
    return report is not None


def write_public(
    export: "Export", redaction: "Redaction", sink: BinaryIO, *, report: "Part | None", software: "Software"
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
