"""Chinese is complete in what is read: no word of a report's own is left in English, in a page or in a workbook.

Held on every bundle that is sound among the vectors, and on the audits of the demonstration; other tests hold that each
sentence in the source has its counterpart (test_translation). What the record says stays in its own language. Source:
method §6; issue of the audit.
"""

import gzip
import io
import re
from pathlib import Path

import pytest

from ledger.audit.archive import Archive
from ledger.audit.bundle import open_bundle
from ledger.audit.comparison.given import parse_audit
from ledger.audit.result import AuditResult
from ledger.report.html import render_html
from ledger.report.phrasebook import phrasebook
from ledger.report.wording import catalogue
from ledger.report.xlsx import write_xlsx
from tests.unit.report.composed import composed
from tests.unit.report.untranslated import book_texts, english, page_texts

pytest.importorskip("python_calamine", reason="the extra `tables` reads workbooks")

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
SOUND = sorted([*(VECTORS / "bundles").glob("good-*.zip.gz"), *(VECTORS / "releases").glob("*/audit.zip.gz")])
BOOKS = [path for path in SOUND if path.name in {"good-two-readings.zip.gz", "good-erased-files.zip.gz"}]
"""Those of which a workbook is written as well: it holds the same sentences, and each takes a second to paint."""


def opened(path: Path) -> tuple[Archive, AuditResult]:
    """Return a bundle of the vectors, and its audit."""
    bundle = open_bundle(io.BytesIO(gzip.decompress(path.read_bytes())))
    return bundle, parse_audit(bundle.read("audit.json"))


def workbook(result: AuditResult) -> bytes:
    """Return the workbook of an audit in Chinese."""
    sink = io.BytesIO()
    write_xlsx(result, sink, software="pledger", language="zh")
    return sink.getvalue()


@pytest.mark.parametrize("path", SOUND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_page_of_every_vector_is_chinese(path: Path) -> None:
    """Every sentence has its counterpart, and no English word stands in the page that the record does not hold."""
    bundle, result = opened(path)
    book = phrasebook("zh")
    assert book is not None
    assert [text for text in dict.fromkeys(composed(result)) if book.say(text) is None] == []
    page = render_html(result, software="pledger", language="zh")
    assert english(page_texts(page), result, bundle) == []


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.name)
def test_workbook_is_chinese(path: Path) -> None:
    """Names of sheets, heads, cells, titles and words of pictures: all but codes and the record."""
    bundle, result = opened(path)
    assert english(book_texts(workbook(result)), result, bundle) == []


def test_what_is_left_in_english_is_found() -> None:
    """The test can fail: a page in English is full of it, and one word in a Chinese page is enough."""
    bundle, result = opened(SOUND[0])
    page = render_html(result, software="pledger").replace(b'<html lang="en">', b'<html lang="zh">')
    assert len(english(page_texts(page), result, bundle)) > 100
    assert english(["计为一半：行动者（qualified）"], result, bundle) == ["qualified"]
    assert english([result.title, "us-census/monthly", "《Soybeans in 2019》"], result, bundle) == ["Compliance audit"]


# --- it says what it is modelled on, and claims no standard -----------------------------------------------------------

WORDS = Path(__file__).resolve().parents[2] / "ledger" / "report"
TEXTS = [*WORDS.glob("words/*.toml"), *WORDS.glob("templates/*.html"), WORDS / "pdf" / "report.typ"]
CLAIMS = re.compile(
    r"in accordance with|in conformity with|compl(?:y|ies|iant) with|conform(?:s|ing)? (?:to|with)|pursuant to|"
    r"(?:按照|依照|依据|根据|遵循|遵照|符合)[^，。；]{0,12}(?:准则|标准|鉴证|ISAE|国际)",
    re.IGNORECASE,
)
"""Ways to claim a standard, in the languages of reports."""


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_no_wording_claims_a_standard(path: Path) -> None:
    """It says "modelled on", and never "in accordance with", in whichever language (method §6)."""
    lines = path.read_text(encoding="utf-8").splitlines()
    claims = [line for line in lines if CLAIMS.search(line)]
    assert [line for line in claims if "CONFORMS" not in line] == []


MODELLED = {"en": ("odelled on assurance engagements", "it is not one"), "zh": ("仿照鉴证业务", "它不是鉴证业务")}


@pytest.mark.parametrize("language", MODELLED)
def test_every_language_says_what_the_form_is_modelled_on_and_that_it_is_none(language: str) -> None:
    """The page, and the first sheet of a workbook, say both, in every language that there is."""
    words = catalogue(language)
    for key in ("page.modelled", "sheet.modelled_text"):
        assert all(part in words.say(key) for part in MODELLED[language])
    assert MODELLED[language][0] in words.say("page.eyebrow", level="")


def test_every_language_is_asked() -> None:
    """A catalogue that is added is held to the same."""
    assert {path.stem for path in WORDS.glob("words/??.toml")} == set(MODELLED)
