"""A quotation that the fonts cannot set, on paper: its translation, a note and its entry stand there; nothing aborts.

The words are the recorder's, and the bundle in the attachment holds them to the letter. Source: method §6.
"""

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from ledger.audit.verify import verify
from ledger.cli.main import main
from tests.end_to_end.small import FIGURES, MAPPING, PLEDGE, drafts, small_ledger

pytest.importorskip("typst", reason="the extra `report` sets paper")

QUOTE = "{text: will buy ten tonnes of grain in 2020, language: en}"
WORDS = {
    "am": "በ2020 አስር ቶን እህል እንገዛለን",
    "ar": "سنشتري عشرة أطنان من الحبوب في عام 2020",
    "zh": "2020年将购买十吨粮食",
    "und": "🌾🤝 2020",
}
"""The pledge in words that Noto Sans has no letters for: Amharic, Arabic, Chinese, and signs of no language."""

TRANSLATED = "ten tonnes it is, in the language of the report"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger whose pledge was given in all of these words, and its audit on paper."""
    folder = tmp_path_factory.mktemp("foreign")
    translation = f"{{text: {TRANSLATED!r}, language: en, translator: the recorder}}"
    more = [
        f"{{text: {text!r}, language: {language}{f', translation: {translation}' if language == 'am' else ''}}}"
        for language, text in WORDS.items()
    ]
    with small_ledger(folder / "ledger") as made:
        made.record(drafts(PLEDGE.replace(QUOTE, ", ".join((QUOTE, *more)))))
        made.submit(io.BytesIO(FIGURES), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml")
    at = ["--ledger", str(folder / "ledger"), "--as-of", "2021-06-30"]
    assert main(["audit", "grain", "-o", str(folder / "grain.pdf"), "-o", str(folder / "grain.zip"), *at]) == 0
    return folder


def test_report_with_words_that_no_font_has_is_set_and_verifies(place: Path) -> None:
    """It is written, and its print is that of its bundle (step 14)."""
    assert main(["verify", str(place / "grain.pdf"), "--policy", str(place / "ledger" / "policy")]) == 0


def test_note_and_translation_stand_in_the_place_of_the_words(place: Path) -> None:
    """Whoever reads the paper is told what is not there, in which language, at which entry, and what it means."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler is not installed")
    asked = subprocess.run(["pdftotext", str(place / "grain.pdf"), "-"], capture_output=True, check=True)
    text = " ".join(asked.stdout.decode().split())
    assert "will buy ten tonnes of grain in 2020" in text
    assert TRANSLATED in text
    assert [words for words in WORDS.values() if words in text] == []
    # The name of each language, as the report writes it, with the entry in which the words are.
    assert text.count("entry 5 of the ledger") >= len(WORDS)


def test_bundle_inside_holds_the_words_to_the_letter(place: Path) -> None:
    """What the fonts have decides nothing about the record (design §2.6)."""
    raw = (place / "grain.zip").read_bytes()
    assert verify(io.BytesIO(raw)).sound
    assert [words for words in WORDS.values() if words.encode() not in raw] == []


@pytest.mark.parametrize("flavour", ["3b", "ua1"])
def test_outside_validator_finds_the_file_conforming(place: Path, flavour: str) -> None:
    """PDF/A-3b and PDF/UA-1 by veraPDF, on a machine that has it; poppler reads every report (test_pdf)."""
    program = shutil.which("verapdf")
    if program is None:
        pytest.skip("veraPDF is not installed, and neither PyPI, Debian nor npm has it")
    command = [program, "--flavour", flavour, "--format", "text", str(place / "grain.pdf")]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert asked.stdout.startswith("PASS"), asked.stdout + asked.stderr
