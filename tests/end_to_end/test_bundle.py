"""The first story's audits, as bundles: written by the ledger, checked by a stranger, and tampered with (design §2.6).

One ledger is recorded for all tests here, on disk, as ``pledger demo`` records it.
"""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ledger.audit.archive import part_of
from ledger.audit.bundle import REPORT, Software, format_bundle, open_bundle
from ledger.audit.engine import SqliteEngine
from ledger.audit.verify import verify
from ledger.demo import AuditPlan, load
from ledger.errors import MalformedError
from ledger.ingest.document import read_drafts
from ledger.model.determination import View
from ledger.runtime import Ledger, format_mapping, init
from ledger.service.software import rendering_software
from tests.end_to_end.small import small_ledger

ROOT = Path(__file__).resolve().parent.parent.parent
STORY = load()
NOW = "2026-09-01T00:00:00Z"
BARE = Software(name="pledger", version="1.0", lock=None)
AUDITS = {plan.name: plan for plan in STORY.audits}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """The story, recorded."""
    with small_ledger(tmp_path_factory.mktemp("story") / "ledger", clock=lambda: NOW) as opened:
        for drafts in STORY.drafts:
            opened.record(read_drafts(drafts.raw, name=drafts.name))
        for figures in STORY.figures:
            opened.submit(
                io.BytesIO(figures.raw),
                name=figures.name,
                mapping=format_mapping(figures.format),
                mapping_name=figures.format,
                published=None if figures.published is None else date.fromisoformat(figures.published),
            )
        yield opened


def bundle_of(ledger: Ledger, plan: AuditPlan, *, as_of: str = STORY.view) -> bytes:
    """Return the bundle of an audit, without a report."""
    sink = io.BytesIO()
    with ledger.export(ledger.view(as_of), plan.subjects) as export:
        export.write(sink, report=None, software=BARE)
    return sink.getvalue()


@pytest.mark.parametrize("name", AUDITS)
def test_audit_of_the_story_is_sound(ledger: Ledger, name: str) -> None:
    """Every audit of the story verifies, on the word of the ledger's policy, with nothing left unchecked."""
    answer = verify(io.BytesIO(bundle_of(ledger, AUDITS[name])), policy=ledger.policy())
    assert answer.sound, answer.findings
    assert (answer.trust, answer.not_checked) == ("given", ())
    assert answer.subjects == AUDITS[name].subjects
    assert answer.size == ledger.head().size


@pytest.mark.parametrize("name", AUDITS)
def test_bundle_says_what_status_says(ledger: Ledger, name: str) -> None:
    """The audit rests on the closure alone, and comes to what the whole ledger comes to."""
    subjects, view = AUDITS[name].subjects, ledger.view(STORY.view)
    with ledger.export(view, subjects) as export:
        assert export.result.commitments == ledger.results(view, subjects)


@pytest.mark.parametrize("name", AUDITS)
def test_every_engine_gives_the_same_bytes(ledger: Ledger, name: str) -> None:
    """``audit.json`` is the same whichever engine drew the figures (design §4)."""
    subjects, view = AUDITS[name].subjects, ledger.view(STORY.view)
    with ledger.export(view, subjects, engine=SqliteEngine()) as plain, ledger.export(view, subjects) as export:
        assert plain.audit_json == export.audit_json


def test_exporting_twice_gives_the_same_bytes(ledger: Ledger) -> None:
    """A bundle built twice from one ledger is the same file."""
    plan = STORY.audits[0]
    assert bundle_of(ledger, plan) == bundle_of(ledger, plan)


@pytest.mark.parametrize("as_of", ["2019-03-01", "2020-02-14", "2021-06-30", "2022-12-31"])
def test_earlier_days_verify_as_well(ledger: Ledger, as_of: str) -> None:
    """An audit as of an earlier day is an audit of its own, and sound (R1)."""
    subjects = tuple(
        sorted(
            subject
            for plan in STORY.audits
            for subject in plan.subjects
            if subject in ledger.known(ledger.view(as_of)).commitments
        )
    )
    plan = AuditPlan("earlier", "earlier", subjects)
    answer = verify(io.BytesIO(bundle_of(ledger, plan, as_of=as_of)))
    assert answer.sound, answer.findings
    assert answer.as_of == as_of


def test_earlier_size_verifies_under_the_later_checkpoint(ledger: Ledger) -> None:
    """A view of fewer entries is checked against all headers that the checkpoint signs (design §2.3)."""
    sink, size = io.BytesIO(), ledger.head().size
    view = View(size=size - 3, as_of=STORY.view)
    with ledger.export(view, STORY.audits[1].subjects) as export:
        export.write(sink, report=None, software=BARE)
    answer = verify(sink)
    assert answer.sound, answer.findings
    assert (answer.view_size, answer.size) == (size - 3, size)


def test_other_programs_unpack_the_bundle(ledger: Ledger, tmp_path: Path) -> None:
    """It is an ordinary ZIP: whatever unpacks those, unpacks it."""
    with zipfile.ZipFile(io.BytesIO(bundle_of(ledger, STORY.audits[0]))) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    assert json.loads((tmp_path / "audit.json").read_bytes())["schema"] == "audit-result.v2"
    assert (tmp_path / "policy").read_bytes() == ledger.policy()


def test_report_is_rendered_again_to_the_byte(ledger: Ledger) -> None:
    """Under the same software the report in the bundle is checked, too."""
    html = pytest.importorskip("ledger.report.html")
    software = rendering_software()
    if software.lock is None:
        pytest.skip("the extra report is not installed")
    sink = io.BytesIO()
    with ledger.export(ledger.view(STORY.view), STORY.audits[1].subjects) as export:
        export.write(sink, report=part_of(REPORT, b"".join(html.render(export.result, software))), software=software)
    answer = verify(sink, render=html.render, lock=software.lock)
    assert answer.sound, answer.findings
    assert answer.not_checked == ()
    assert verify(sink).not_checked == ("rendering",)


EXTRAS = ("duckdb", "jinja2", "markupsafe", "vl_convert", "fontpkg", "fontpkg_noto_sans", "sqlmodel", "sqlalchemy")
BLOCKED = """
import sys
for name in sys.argv[2:]:
    sys.modules[name] = None
from ledger.audit.verify import verify
with open(sys.argv[1], "rb") as file:
    answer = verify(file)
print(answer.sound, answer.trust, *answer.not_checked)
"""


def test_bare_install_verifies(ledger: Ledger, tmp_path: Path) -> None:
    """Without any extra, and without the store, a bundle is checked all the same (first story, point 1)."""
    path = tmp_path / "audit.zip"
    path.write_bytes(bundle_of(ledger, STORY.audits[1]))
    answer = subprocess.run(
        [sys.executable, "-c", BLOCKED, path, *EXTRAS], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert answer.stdout == "True self-declared\n", answer.stderr


# --- tampering --------------------------------------------------------------------------------------------------------


def repacked(raw: bytes, **changes: bytes) -> bytes:
    """Return the bundle with members changed, manifest and archive fitting them."""
    archive = open_bundle(io.BytesIO(raw))
    members = {member.name: archive.read(member.name) for member in archive.members[1:]} | changes
    sink = io.BytesIO()
    format_bundle([part_of(name, content) for name, content in members.items()], sink, software=BARE)
    return sink.getvalue()


def test_changed_byte_is_noticed_anywhere(ledger: Ledger) -> None:
    """Every 4,999th byte of a real bundle, changed: malformed each time."""
    raw = bundle_of(ledger, STORY.audits[2])
    for place in range(0, len(raw), 4999):
        changed = bytearray(raw)
        changed[place] ^= 0x20
        with pytest.raises(MalformedError, match="not a bundle as it was written"):
            verify(io.BytesIO(bytes(changed)))


def test_verdict_that_was_turned_is_noticed(ledger: Ledger) -> None:
    """Whoever writes "met" over "not met" in audit.json, and mends the manifest, is found by the method run again."""
    raw = bundle_of(ledger, STORY.audits[1])
    told = open_bundle(io.BytesIO(raw)).read("audit.json")
    assert b'"outcome":"not_met"' in told
    turned = told.replace(b'"outcome":"not_met"', b'"outcome":"met"')
    (finding,) = verify(io.BytesIO(repacked(raw, **{"audit.json": turned}))).findings
    assert finding.code == "audit.differs"
    assert "outcome" in finding.sentence


def test_figure_that_was_changed_is_noticed(ledger: Ledger) -> None:
    """A figure changed in a file of observations no longer has the digest that was signed."""
    raw = bundle_of(ledger, STORY.audits[1])
    archive = open_bundle(io.BytesIO(raw))
    name = next(member.name for member in archive.members if member.name.startswith("observations/"))
    lines = archive.read(name).splitlines(keepends=True)
    head, _, _ = lines[1].rpartition(b",")
    lines[1] = head + b",1\n"
    found = {one.code for one in verify(io.BytesIO(repacked(raw, **{name: b"".join(lines)}))).findings}
    assert "file.digest" in found


def test_bundle_of_another_ledger_is_not_ours(ledger: Ledger, tmp_path: Path) -> None:
    """A sound bundle of one log is unsound on the word of another's policy."""
    with init(tmp_path / "other", origin="example.org/small", at=lambda: NOW) as other:
        answer = verify(io.BytesIO(bundle_of(ledger, STORY.audits[2])), policy=other.policy())
    assert {one.code for one in answer.findings} == {"policy.other-log", "checkpoint.untrusted"}
