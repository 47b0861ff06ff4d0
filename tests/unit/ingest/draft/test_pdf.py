"""Pages of a PDF as text, and the files that are refused (issue 5, point 4; ISO 32000)."""

import json
import subprocess
import sys

import pytest

from ledger.errors import MalformedError
from ledger.ingest.draft import pdf
from ledger.ingest.draft.pdf import extract, read_pages
from ledger.ingest.draft.text import read_document


def made(*pages: str, trailer: str = "") -> bytes:
    """Return a PDF of pages, each a line of Helvetica, written out object by object."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        font = "/Resources << /Font << /F1 3 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R {font} >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    out, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{one}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{at:010} 00000 n \n" for at in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{start}\n%%EOF\n"
    return out.encode("latin-1")


def test_each_page_gives_its_text() -> None:
    """The text of every page, in order."""
    assert extract(made("China will buy soy.", "Both agreed.")) == {"pages": ["China will buy soy.", "Both agreed."]}


def test_a_span_names_its_page() -> None:
    """Pages stand apart in the text, and a place names the page that it is on."""
    found = read_document(made("China will buy soy.", "Both agreed."), name="x.pdf")
    assert (found.form, found.text, found.pages) == ("pdf", "China will buy soy.\n\nBoth agreed.", (0, 21))
    from ledger.ingest.draft.span import Span

    assert found.locate(Span(21, 25)) == "page 2, characters 21–25 of the text"


ENCRYPTED = (
    "/Encrypt << /Filter /Standard /V 1 /R 2 /O (" + "x" * 32 + ") /U (" + "y" * 32 + ") /P -4 >> /ID [(a) (a)] "
)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (made("x")[:300], "is not a PDF that can be read"),
        (b"%PDF-1.7\n", "is not a PDF that can be read"),
        (b"%PDF-1.7\n" + b"<<" * 50_000, "is not a PDF that can be read"),
        (made("x", trailer=ENCRYPTED), "is protected by a password"),
    ],
)
def test_damaged_or_protected_file_is_refused(raw: bytes, reason: str) -> None:
    """Whatever a reader of PDF trips over is one sentence."""
    assert reason in str(extract(raw)["refusal"])


def test_pages_and_characters_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """More pages or text than people sign are refused."""
    monkeypatch.setattr(pdf, "PAGES", 1)
    assert "more than the 1 pages" in str(extract(made("a", "b"))["refusal"])
    monkeypatch.setattr(pdf, "PAGES", 2)
    monkeypatch.setattr(pdf, "TEXT", 3)
    assert "more than the 3 characters" in str(extract(made("abcd"))["refusal"])


def test_pictures_alone_are_no_text() -> None:
    """A scanned document has to be recognised first."""
    with pytest.raises(MalformedError, match="none of its 1 pages holds text"):
        read_document(made(""), name="x.pdf")


def test_reader_that_dies_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What kills the process that reads, kills nothing else: no answer is a refusal."""

    def killed(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, -9, b"", b"")

    monkeypatch.setattr(subprocess, "run", killed)
    with pytest.raises(MalformedError, match="asks for more time or memory"):
        read_pages(made("x"), name="x.pdf")


def test_program_imports_nothing_of_ours() -> None:
    """Run as a program the file answers in JSON, isolated from this package."""
    done = subprocess.run([sys.executable, "-I", pdf.__file__], input=made("x"), capture_output=True, check=True)
    assert json.loads(done.stdout) == {"pages": ["x"]}
