"""The report of a real ledger: what was recorded is what is read, on every machine the same bytes (design §2.6).

The ledger is the small one: ten tonnes of grain were promised for 2020, and the customs of B count 5 and 7 in its first
two months; the third row of the file cannot be read.
"""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.audit.archive import part_of
from ledger.audit.bundle import REPORT
from ledger.audit.result import AuditResult
from ledger.audit.verify import verify
from ledger.report.html import render, render_html
from ledger.runtime import Ledger
from ledger.service.software import rendering_software
from tests.end_to_end.small import FIGURES, MAPPING, drafts, small_ledger
from tests.unit.report.page import read

ROOT = Path(__file__).resolve().parent.parent.parent
AS_OF = "2026-01-31"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """The small ledger with its pledge and its figures."""
    with small_ledger(tmp_path_factory.mktemp("report") / "ledger") as opened:
        opened.record(drafts())
        opened.submit(io.BytesIO(FIGURES), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml")
        yield opened


@pytest.fixture(scope="module")
def result(ledger: Ledger) -> AuditResult:
    """The audit of its pledge."""
    with ledger.export(ledger.view(AS_OF), ["grain"]) as export:
        return export.result


def test_report_says_what_was_recorded(result: AuditResult) -> None:
    """The words, the figures, the digest of the file and the rejected row stand in the report of a real ledger."""
    page = read(render_html(result, software="pledger"))
    assert page.problems == []
    summary, evidence = (" ".join(page.id(name).text.split()) for name in ("summary", "evidence"))
    assert "A to B" in summary
    assert "will buy ten tonnes of grain in 2020" in summary
    # 5 and 7 tonnes are 12, of the ten that were promised.
    assert "exports (customs): 12 of 10 t, 120.0 %" in summary
    assert "sha256:" + hashlib.sha256(FIGURES).hexdigest() in evidence
    assert "1 row of the file was rejected" in evidence


def test_picture_shows_the_recorded_figures(result: AuditResult) -> None:
    """The picture and the words beside it say 12 tonnes by the end of February, of ten owed by the end of the year."""
    page = read(render_html(result, software="pledger"))
    (chart,) = [one for one in page.all("svg") if one.attributes.get("aria-labelledby") == "c1p1-title c1p1-text"]
    assert "owed 10" in chart.text
    assert "seen 12" in chart.text
    words = " ".join(page.id("c1").text.split())
    assert "By 29 February 2020, 12 t had been observed; 10 t was owed by 31 December 2020." in words


def test_bundle_with_its_report_verifies_and_the_report_renders_again(ledger: Ledger) -> None:
    """A verifier with the same software renders the report from the result, byte for byte (design §2.6, step 12)."""
    software, bundle = rendering_software(), io.BytesIO()
    with ledger.export(ledger.view(AS_OF), ["grain"]) as export:
        export.write(bundle, report=part_of(REPORT, b"".join(render(export.result, software))), software=software)
    found = verify(bundle, policy=ledger.policy(), render=render, lock=software.lock)
    assert found.findings == ()
    assert "rendering" not in " ".join(found.not_checked)


def test_changed_report_is_found(ledger: Ledger) -> None:
    """A bundle whose report says something else than its result is unsound (design §2.6, step 12)."""
    software, bundle = rendering_software(), io.BytesIO()
    with ledger.export(ledger.view(AS_OF), ["grain"]) as export:
        report = b"".join(render(export.result, software)).replace(b"12 of 10 t", b"21 of 10 t")
        export.write(bundle, report=part_of(REPORT, report), software=software)
    found = verify(bundle, policy=ledger.policy(), render=render, lock=software.lock)
    assert [one.code for one in found.findings] == ["report.differs"]


def test_another_process_renders_the_same_bytes(result: AuditResult) -> None:
    """Neither the process, nor its order of hashing, nor locale or zone changes a byte (style §6)."""
    program = (
        "import sys\n"
        "from ledger.audit.result import AuditResult\n"
        "from ledger.report.html import render_html\n"
        "result = AuditResult.model_validate_json(sys.stdin.buffer.read())\n"
        "sys.stdout.buffer.write(render_html(result, software='pledger'))\n"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7", "LANG": "C", "LC_ALL": "C", "TZ": "Asia/Shanghai"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=result.model_dump_json(by_alias=True).encode(),
        cwd=ROOT,
        env=env,
        capture_output=True,
        check=True,
    )
    assert done.stdout == render_html(result, software="pledger")


def test_importing_the_report_loads_no_extra() -> None:
    """Templates and charts are imported where they are used: the command starts without them (performance)."""
    program = (
        "import sys, ledger.report.html\n"
        "print(sorted({'jinja2', 'vl_convert', 'fontpkg_noto_sans'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"
