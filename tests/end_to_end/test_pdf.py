"""The report as a PDF: it carries its bundle, says what the bundle says, and a stranger finds where it does not (§2.6).

The ledger is the small one: ten tonnes of grain were promised for 2020, and the customs of B count 5 and 7. What is
attacked here is the print: doctored results set anew around the genuine bundle, pages drawn over, attachments swapped,
multiplied, blown up. Other people's readers of PDF (poppler) are asked where they are installed.
"""

import hashlib
import io
import re
import shutil
import subprocess
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from ledger.audit.archive import part_of
from ledger.audit.bundle import AUDIT, REPORT, open_bundle
from ledger.audit.printed import ATTACHMENT, open_printed, printed_words
from ledger.audit.result import AuditResult
from ledger.audit.verification import Verification
from ledger.cli.main import main
from ledger.cli.verify import exit_of, verification_lines, verify_bundle
from ledger.errors import MalformedError
from ledger.report.html import render
from ledger.report.pades import open_certificate, sign_printed, signatures_on
from ledger.report.pdf.face import open_face
from ledger.runtime import Ledger
from ledger.runtime.rendering import paper, printed, printer
from ledger.service.software import rendering_software
from ledger.signing.canonical import digest
from tests.end_to_end.small import FIGURES, MAPPING, drafts, small_ledger

AS_OF = "2026-01-31"
needs_poppler = pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="poppler's tools are not installed")


@dataclass(frozen=True)
class Made:
    """One audit: its result, its bundle, its report on the screen and on paper."""

    directory: Path
    policy: bytes
    result: AuditResult
    bundle: bytes
    page: bytes
    raw: bytes


def set_anew(result: AuditResult, page: bytes, bundle: bytes, audit: str | None = None) -> bytes:
    """A PDF of any page and result around any bundle, by the software here."""
    return printed(page, result, bundle=io.BytesIO(bundle), audit=audit or digest(b""))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """The small ledger with its pledge and its figures."""
    with small_ledger(tmp_path_factory.mktemp("pdf") / "ledger") as opened:
        opened.record(drafts())
        opened.submit(io.BytesIO(FIGURES), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml")
        yield opened


@pytest.fixture(scope="module")
def made(ledger: Ledger) -> Made:
    """The audit of its pledge, in every form."""
    software, sink = rendering_software(), io.BytesIO()
    with ledger.export(ledger.view(AS_OF), ["grain"]) as export:
        page = b"".join(render(export.result, software))
        export.write(sink, report=part_of(REPORT, page), software=software)
        bundle = sink.getvalue()
        raw = printed(page, export.result, bundle=io.BytesIO(bundle), audit=digest(export.audit_json))
        return Made(ledger.directory, ledger.policy(), export.result, bundle, page, raw)


@cache
def certificate() -> bytes:
    """A certificate of nobody's, with its key (PKCS #12)."""
    key = ec.derive_private_key(7, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Auditor of the example")])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    built = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(usage, critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    return pkcs12.serialize_key_and_certificates(b"auditor", key, built, None, NoEncryption())


def signed(raw: bytes) -> bytes:
    """A report with the auditor's signature."""
    return sign_printed(raw, open_certificate(certificate(), passphrase=None, what="the certificate"))


def checked(raw: bytes, policy: bytes, **options: Any) -> Verification:
    """What a stranger with the log's policy is told of a report."""
    came = open_printed(raw)
    return verify_bundle(io.BytesIO(came.bundle), policy=policy, printed=came, **options)


def codes(answer: Verification) -> list[str]:
    """The codes of what was found."""
    assert answer.sound == (not answer.findings)
    return [one.code for one in answer.findings]


# --- what it is -------------------------------------------------------------------------------------------------------


def test_report_on_paper_verifies_whole(made: Made) -> None:
    """The bundle inside is sound, and the print is the one that the same software makes of it (step 14)."""
    answer = checked(made.raw, made.policy)
    assert codes(answer) == []
    assert answer.not_checked == ()
    assert (answer.trust, answer.subjects) == ("given", ("grain",))


def test_report_set_twice_is_the_same_bytes(made: Made) -> None:
    """Nothing of the moment, the machine or the run is in it (design §2.6)."""
    again = printer(render, lock=rendering_software().lock).typeset(
        made.result, rendering_software(), open_printed(made.raw)
    )
    assert again == made.raw


def test_report_too_large_for_paper_is_printed_in_short_and_verifies(
    made: Made, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chapters and findings stay off paper, the file says so, and its print is checked as any other (decision 30)."""
    monkeypatch.setattr("ledger.report.pdf.typeset.PAGE_LIMIT", 10_000)
    with ledger.export(ledger.view(AS_OF), ["grain"]) as export:
        raw = paper(export, rendering_software())
    words, whole = printed_words(raw), printed_words(made.raw)
    assert "Thispaperistheauditinshort." in words
    assert "Whatmustnotbeoverlooked" in words or "Emphasis" in words
    assert len(words) < len(whole)
    archive = open_bundle(io.BytesIO(open_printed(raw).bundle))
    assert archive.find(REPORT) is None
    assert archive.find(AUDIT) is not None
    answer = checked(raw, made.policy)
    assert (codes(answer), answer.not_checked) == ([], ())
    changed = set_anew(made.result, made.page, open_printed(raw).bundle)
    assert codes(checked(changed, made.policy)) == ["printed.differs"]


def test_attachment_is_the_bundle(made: Made) -> None:
    """What comes out is what went in, byte for byte."""
    assert open_printed(made.raw).bundle == made.bundle


def test_print_says_what_the_page_says(made: Made) -> None:
    """The figures, the outcome and the opinion (A4: two months of twelve) of the page stand in the PDF."""
    words = printed_words(made.raw)
    for said in (
        "exports (customs): 12 of 10 t, 120.0 %",
        "will buy ten tonnes of grain in 2020",
        "Disclaimer of opinion",
        "1 row of the file was rejected",
        "Modelled on assurance engagements",
    ):
        assert said.replace(" ", "") in words
    assert "in accordance with" not in words


def test_summary_is_the_first_page(made: Made) -> None:
    """One page says it all: the opinion, the promise, the figures; the contents come after it."""
    first = PdfReader(io.BytesIO(made.raw)).pages[0].extract_text()
    assert "Disclaimer of opinion" in first
    assert "12 of 10 t" in first
    second = PdfReader(io.BytesIO(made.raw)).pages[1].extract_text()
    assert second.lstrip().startswith("Contents")


def test_file_is_tagged_named_and_in_a_language(made: Made) -> None:
    """PDF/A-3b and PDF/UA-1 are declared; structure, language, title, bookmarks and the pictures' words are there."""
    reader = PdfReader(io.BytesIO(made.raw))
    root: Any = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == made.result.title
    assert len(reader.outline) > 3
    kinds, spoken = structure(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/Table", "/TH", "/TD", "/Figure", "/Caption", "/Link"} <= kinds
    assert any("By 29 February 2020, 12 t had been observed" in one for one in spoken)


def structure(node: Any) -> tuple[set[str], list[str]]:
    """All kinds of structure below an element, and the words of pictures."""
    kinds: set[str] = set()
    spoken: list[str] = []
    waiting = [node]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, ArrayObject):
            waiting.extend(one)
        elif isinstance(one, DictionaryObject):
            kinds.add(str(one.get("/S")))
            spoken += [str(one["/Alt"])] if "/Alt" in one else []
            waiting += [one["/K"]] if "/K" in one else []
    return kinds, spoken


def test_attachment_is_declared_as_data(made: Made) -> None:
    """PDF/A-3 wants to know what an attachment is to the document (ISO 19005-3, 6.8)."""
    root: Any = PdfReader(io.BytesIO(made.raw)).trailer["/Root"]
    (file,) = root["/AF"]
    assert file["/AFRelationship"] == "/Data"
    assert file["/UF"] == ATTACHMENT
    assert file["/EF"]["/F"]["/Subtype"] == "/application/zip"


@needs_poppler
def test_another_reader_finds_fonts_pages_and_attachment(made: Made, tmp_path: Path) -> None:
    """Poppler reads it: tagged, every font embedded with its characters, the attachment to the byte."""
    file = tmp_path / "report.pdf"
    file.write_bytes(made.raw)

    def ask(*command: str) -> str:
        return subprocess.run(command, capture_output=True, check=True, text=True, cwd=tmp_path).stdout

    assert re.search(r"^Tagged: +yes$", ask("pdfinfo", str(file)), re.MULTILINE)
    fonts = ask("pdffonts", str(file)).splitlines()[2:]
    assert fonts
    # The columns are: embedded, subset, with its table of characters (to Unicode).
    assert all(re.search(r" yes yes yes +\d+ +0$", line) for line in fonts)
    ask("pdfdetach", "-save", "1", "-o", "out.zip", str(file))
    assert (tmp_path / "out.zip").read_bytes() == made.bundle
    assert "will buy ten tonnes of grain in 2020" in " ".join(ask("pdftotext", str(file), "-").split())


# --- what is attacked -------------------------------------------------------------------------------------------------


def doctored(made: Made, *, page: Callable[[bytes], bytes] = lambda page: page) -> bytes:
    """A report by the same software, of a page that somebody changed, around the genuine bundle."""
    changed = page(made.page)
    assert changed != made.page
    audit = re.search(r"audit\.json (sha256:[0-9a-f]{64})", PdfReader(io.BytesIO(made.raw)).pages[1].extract_text())
    assert audit is not None
    return set_anew(made.result, changed, made.bundle, audit[1])


DOCTORED = {
    "one digit of a figure": (lambda page: page.replace(b"12 of 10 t, 120.0 %", b"13 of 10 t, 120.0 %"), "13of10t"),
    "an outcome": (lambda page: page.replace(b"<span>met</span>", b"<span>not met</span>"), "notmet"),
    "the opinion": (lambda page: page.replace(b"Disclaimer of opinion", b"Adverse opinion"), "Adverseopinion"),
    "a word of the pledge": (lambda page: page.replace(b"ten tonnes", b"six tonnes"), "sixtonnes"),
}


@pytest.mark.parametrize("what", DOCTORED)
def test_doctored_print_around_the_genuine_bundle_is_found(made: Made, what: str) -> None:
    """Whoever sets another page with the same software is found by the bytes, and told where it first differs."""
    change, said = DOCTORED[what]
    answer = checked(doctored(made, page=change), made.policy)
    assert codes(answer) == ["printed.differs"]
    assert said in answer.findings[0].sentence
    assert answer.findings[0].step == 14


@pytest.mark.parametrize("what", ["one digit of a figure", "an outcome"])
def test_doctored_print_is_found_by_other_software_too(made: Made, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under another lock that words reports alike, the words of every page are compared (design §2.6)."""
    other = rendering_software().model_copy(update={"lock": "sha256:" + "0" * 64})
    monkeypatch.setattr("ledger.service.software.rendering_software", lambda: other)
    change, said = DOCTORED[what]
    answer = checked(doctored(made, page=change), made.policy)
    assert codes(answer) == ["printed.words"]
    assert said in answer.findings[0].sentence


def test_genuine_print_under_other_software_says_what_was_not_compared(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words alone were compared there, and the answer says so."""
    other = rendering_software().model_copy(update={"lock": "sha256:" + "0" * 64})
    monkeypatch.setattr("ledger.service.software.rendering_software", lambda: other)
    answer = checked(made.raw, made.policy)
    assert codes(answer) == []
    assert any(one.startswith("printing: other software set it") for one in answer.not_checked)


def test_print_in_other_wording_is_not_checked_and_says_so(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another edition cannot be set again here; that the print was not compared is part of the answer."""
    other = rendering_software().model_copy(update={"lock": "sha256:" + "0" * 64})
    monkeypatch.setattr("ledger.service.software.rendering_software", lambda: other)
    monkeypatch.setattr("ledger.service.software.edition", lambda: "sha256:" + "1" * 64)
    answer = checked(made.raw, made.policy)
    assert codes(answer) == []
    assert answer.not_checked[0] == "rendering"
    assert "NOT compared" in verification_lines(answer)[0]
    assert exit_of(answer) == 8
    assert exit_of(replace(answer, sound=False)) == 1


def test_bundle_of_another_audit_in_the_print_is_found(made: Made, ledger: Ledger) -> None:
    """A sound bundle inside a report of another view does not make that report its own."""
    sink = io.BytesIO()
    with ledger.export(ledger.view("2026-01-30"), ["grain"]) as export:
        page = b"".join(render(export.result, rendering_software()))
        export.write(sink, report=part_of(REPORT, page), software=rendering_software())
    raw = set_anew(made.result, made.page, sink.getvalue())
    assert codes(checked(raw, made.policy)) == ["printed.differs"]


def test_tampered_bundle_in_the_print_is_unsound(made: Made) -> None:
    """The attachment is verified as any bundle is: a changed byte is no archive of ours."""
    place = made.bundle.index(b"grain")
    raw = set_anew(made.result, made.page, made.bundle[:place] + b"brain" + made.bundle[place + 5 :])
    with pytest.raises(MalformedError, match="does not fit its checksum"):
        checked(raw, made.policy)


def appended(raw: bytes, change: Callable[[PdfWriter], object]) -> bytes:
    """A report with something appended to it, as any editor of PDF does (ISO 32000-1, §7.5.6)."""
    writer = PdfWriter(io.BytesIO(raw), incremental=True)
    change(writer)
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


def draw_over(writer: PdfWriter) -> None:
    """Write another figure over the first page."""
    page = writer.pages[0]
    stream = StreamObject()
    stream.set_data(b"BT /f0 20 Tf 100 700 Td <0001> Tj ET")
    page[NameObject("/Contents")] = ArrayObject([page.raw_get("/Contents"), writer._add_object(stream)])


def note_over(writer: PdfWriter) -> None:
    """Stick a note with another figure on the first page."""
    note = DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/FreeText"),
        NameObject("/Contents"): TextStringObject("13 of 10 t"),
        NameObject("/Rect"): ArrayObject([]),
    })  # fmt: skip
    page = writer.pages[0]
    annotations = ArrayObject([*page.get("/Annots", ArrayObject()), writer._add_object(note)])
    page[NameObject("/Annots")] = annotations


def retitle(writer: PdfWriter) -> None:
    """Give the file another title."""
    writer.add_metadata({"/Title": "Everything was kept"})


APPENDED = {
    "a page drawn over": draw_over,
    "a note stuck on a page": note_over,
    "another title": retitle,
}


@pytest.mark.parametrize("what", APPENDED)
def test_what_is_appended_to_a_report_is_found(made: Made, what: str) -> None:
    """Only a signature may follow the report that was made: anything else could change what is seen (step 14)."""
    raw = appended(made.raw, APPENDED[what])
    assert raw.startswith(made.raw)
    assert codes(checked(raw, made.policy)) == ["printed.appended"]


@pytest.mark.parametrize("what", APPENDED)
def test_what_is_appended_to_a_signed_report_is_found(made: Made, what: str) -> None:
    """A genuine signature does not cover for what follows it, nor for what came before it."""
    after = checked(appended(signed(made.raw), APPENDED[what]), made.policy)
    before = checked(signed(appended(made.raw, APPENDED[what])), made.policy)
    assert codes(after) == codes(before) == ["printed.appended"]
    assert [one.is_whole for one in after.signatures] == [False]


# --- attachments that are none ----------------------------------------------------------------------------------------


def rewritten(raw: bytes, change: Callable[[PdfWriter], object]) -> bytes:
    """A report written anew by another program, with something changed."""
    writer = PdfWriter(clone_from=io.BytesIO(raw))
    change(writer)
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


def file_of(writer: PdfWriter) -> Any:
    """The attachment of a report that is written anew."""
    attached: Any = writer._root_object["/AF"]
    return attached[0].get_object()


def without_attachment(writer: PdfWriter) -> None:
    """Take the attachment out."""
    file = file_of(writer)
    del file["/EF"]


def renamed(writer: PdfWriter) -> None:
    """Call the attachment something else."""
    for key in ("/F", "/UF"):
        file_of(writer)[NameObject(key)] = TextStringObject("../../audit.zip")


def two_contents(writer: PdfWriter) -> None:
    """Give one name two contents."""
    stream = StreamObject()
    stream.set_data(b"PK")
    file_of(writer)["/EF"][NameObject("/UF")] = writer._add_object(stream)


def bomb(writer: PdfWriter) -> None:
    """Attach a few bytes that unpack to more than a bundle may have."""
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(70)) + packer.flush()
    pack(writer, packed)


def cut(writer: PdfWriter) -> None:
    """Cut the packed attachment short."""
    pack(writer, zlib.compress(b"PK" * 1000)[:-9])


def pack(writer: PdfWriter, packed: bytes) -> None:
    """Put a packed content in the place of the attachment's own."""
    stream = file_of(writer)["/EF"]["/F"].get_object()
    stream._data = packed
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")


def packed_otherwise(writer: PdfWriter) -> None:
    """Name a packing that no report of ours uses."""
    file_of(writer)["/EF"]["/F"].get_object()[NameObject("/Filter")] = NameObject("/LZWDecode")


REFUSED: dict[str, tuple[Callable[[PdfWriter], object], str]] = {
    "no attachment": (without_attachment, "carries no attachment audit.zip"),
    "two attachments": (lambda writer: writer.add_attachment("audit.zip", b"PK"), "carries 2 attachments"),
    "another name": (renamed, "is named '../../audit.zip'"),
    "two contents under one name": (two_contents, "two contents under one name"),
    "more than a bundle may have": (bomb, "has more than the 67108864 bytes"),
    "cut short": (cut, "is cut short"),
    "packed otherwise": (packed_otherwise, "is packed as no report of ours packs it"),
    "a password": (lambda writer: writer.encrypt("secret", algorithm="RC4-128"), "is encrypted"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_attachment_that_is_none_is_refused_in_a_sentence(made: Made, what: str) -> None:
    """A hostile PDF is no answer to give about: one sentence says what is wrong with it (style §7)."""
    change, reason = REFUSED[what]
    raw = rewritten(made.raw, change)
    with pytest.raises(MalformedError, match=re.escape(reason)):
        open_printed(raw)


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "half of it": lambda raw: raw[: len(raw) // 2],
    "the first line alone": lambda _: b"%PDF-1.7\n",
    "a table that points to itself": lambda _: (
        b"%PDF-1.7\nxref\n0 1\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF"
    ),
    "a catalogue that is itself": lambda _: (
        b"%PDF-1.7\n1 0 obj 1 0 R endobj\nxref\n0 2\n0000000000 65535 f \n"
        b"0000000009 00000 n \ntrailer<</Size 2/Root 1 0 R>>\nstartxref\n29\n%%EOF"
    ),
    "arrays without end": lambda _: b"%PDF-1.7\n1 0 obj " + b"[" * 200_000,
}


@pytest.mark.parametrize("what", DAMAGED)
def test_damaged_file_is_refused_in_a_sentence(made: Made, what: str) -> None:
    """No damage reaches the caller as anything but a sentence."""
    with pytest.raises(MalformedError, match=r"no report as it was written|no attachment"):
        open_printed(DAMAGED[what](made.raw))


# --- signatures -------------------------------------------------------------------------------------------------------


def test_signature_leaves_the_report_as_it_was_made(made: Made) -> None:
    """A signature is appended: what was made is the beginning of the file, byte for byte (design §2.6)."""
    raw = signed(made.raw)
    assert raw.startswith(made.raw)
    answer = checked(raw, made.policy)
    assert codes(answer) == []
    assert answer.not_checked == ()
    (seen,) = answer.signatures
    assert "Auditor of the example" in seen.by
    assert (seen.is_intact, seen.is_whole) == (True, True)


def test_signature_over_something_else_is_found(made: Made) -> None:
    """A changed signed moment breaks the signature, and the report is unsound."""
    raw = signed(made.raw)
    place = raw.index(b"/M (D", len(made.raw))
    broken = raw[: place + 6] + b"\\07219" + raw[place + 12 :]
    assert len(broken) == len(raw)
    assert "printed.signature" in codes(checked(broken, made.policy))


def test_signature_is_not_trusted(made: Made) -> None:
    """Who signed is said, and that the bundle is sound is said on the word of the log's policy alone."""
    document = checked(signed(made.raw), made.policy).document()
    assert document["trust"] == "given"
    assert document["signatures"] == [
        {
            "by": "Common Name: Auditor of the example",
            "certificate": signatures_on(signed(made.raw))[0].certificate,
            "at": document["signatures"][0]["at"],  # type: ignore[index]
            "intact": True,
            "whole": True,
        }
    ]


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's tools are not installed")
def test_another_reader_finds_the_signature_valid(made: Made, tmp_path: Path) -> None:
    """Poppler finds a PAdES signature over the whole file, by an issuer that it does not know."""
    file = tmp_path / "signed.pdf"
    file.write_bytes(signed(made.raw))
    said = subprocess.run(["pdfsig", str(file)], capture_output=True, check=False, text=True, cwd=tmp_path).stdout
    assert "ETSI.CAdES.detached" in said
    assert "Signature is Valid" in said
    assert "Total document signed" in said


# --- fonts ------------------------------------------------------------------------------------------------------------


def test_font_that_was_given_is_named_and_needed_again(made: Made) -> None:
    """A report set with another font says its digest; who has not that font cannot compare the print, and is told."""
    import fontpkg_noto_sans

    raw_font = next((Path(fontpkg_noto_sans.ROOT) / "files").glob("*Italic*.ttf")).read_bytes() + b"\0\0\0\0"
    face = open_face(raw_font, what="a font")
    audit = digest(b"")
    raw = printed(made.page, made.result, bundle=io.BytesIO(made.bundle), audit=audit, faces=(face,))
    came = open_printed(raw)
    assert came.fonts == ("sha256:" + hashlib.sha256(raw_font).hexdigest(),)
    assert came.fonts[0] in printed_words(raw)
    without = checked(raw, made.policy)
    assert codes(without) == []
    assert any(face.digest in one and "--font" in one for one in without.not_checked)
    # With the font it is compared; the digest of audit.json at its foot is not that of this bundle.
    assert codes(checked(raw, made.policy, faces=(face,))) == ["printed.differs"]


# --- by the command line ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What a command answered: its exit code, and everything that it said."""

    code: int
    text: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run one command."""

    def asked(*arguments: str) -> Said:
        code = main(arguments)
        said = capsys.readouterr()
        return Said(code, said.out + said.err)

    return asked


def test_command_line_writes_and_verifies_a_signed_report(made: Made, run: Callable[..., Said], tmp_path: Path) -> None:
    """``pledger audit -o report.pdf --sign-pdf`` and ``pledger verify report.pdf`` are all that it takes."""
    auditor, report = tmp_path / "auditor.p12", tmp_path / "report.pdf"
    auditor.write_bytes(certificate())
    done = run("audit", "grain", "--ledger", str(made.directory), "--as-of", AS_OF, "-o", str(report),
               "--sign-pdf", str(auditor))  # fmt: skip
    assert done.code == 0, done.text
    assert report.read_bytes().startswith(made.raw)
    policy = tmp_path / "policy"
    policy.write_bytes(made.policy)
    seen = run("verify", str(report), "--policy", str(policy))
    assert seen.code == 0, seen.text
    assert seen.text.startswith("sound · trust: given")
    assert "Auditor of the example" in seen.text
    assert "Not checked" not in seen.text


def test_command_line_refuses_fonts_and_signatures_where_there_is_no_pdf(
    made: Made, run: Callable[..., Said], tmp_path: Path
) -> None:
    """An option that would do nothing is a mistake, and is said before anything is done."""
    done = run("audit", "grain", "--ledger", str(made.directory), "-o", str(tmp_path / "a.json"), "--font", "x.ttf")
    assert done.code == 2
    assert "are for a PDF" in done.text


def test_command_line_refuses_what_is_no_font(made: Made, run: Callable[..., Said], tmp_path: Path) -> None:
    """A file that is no font is named, and nothing is written."""
    font, report = tmp_path / "font.ttf", tmp_path / "report.pdf"
    font.write_bytes(b"no font")
    done = run("audit", "grain", "--ledger", str(made.directory), "-o", str(report), "--font", str(font))
    assert done.code == 3
    assert "is no font that can be read" in done.text
    assert not report.exists()
