"""Audits by terminal: run again, held against one another, published, withdrawn, and given to the public.

One ledger is made for all tests here, and copied where a test changes it.
"""

import io
import json
import shutil
import warnings
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.archive import part_of
from ledger.audit.bundle import format_bundle, open_bundle, parse_manifest
from ledger.cli import audits, comparison, reproduction
from ledger.cli.main import main
from tests.end_to_end.small import MAPPING, PLEDGE, drafts, small_ledger

AS_OF = "2021-06-30"
FIRST = b"month,tonnes\n" + b"".join(b"2020-%02d,1\n" % month for month in range(1, 13))
"""Twelve tonnes of the ten that are owed."""

REVISED = b"month,tonnes\n2020-06,0.5\n2020-10,0\n2020-11,0\n2020-12,0\n"
"""Three months were nothing and one was half: eight and a half tonnes."""

SECOND = PLEDGE[PLEDGE.index("kind: commitment") :].replace("subject: grain\n", "subject: bare\n", 1)
BARE = SECOND.replace("type: export", "type: delivery")
"""A pledge of the same words, of which no figure is in the ledger."""

Run = Callable[..., str]
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger of two pledges and two vintages, and audits made before and after the second."""
    folder = tmp_path_factory.mktemp("audits")
    place = folder / "ledger"
    with small_ledger(place) as made:
        made.record(drafts(PLEDGE))
        made.record(drafts(BARE))
        for raw, day in ((FIRST, date(2021, 2, 5)), (REVISED, date(2021, 3, 5))):
            made.submit(BytesIO(raw), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml", published=day)
    at = ["--ledger", str(place), "--as-of"]
    files = ["-o", str(folder / "before.zip"), "-o", str(folder / "before.json")]
    assert main(["audit", "grain", *files, *at, "2021-02-20"]) == 0
    assert main(["audit", "grain", "-o", str(folder / "after.zip"), *at, AS_OF]) == 0
    return folder


@pytest.fixture
def folder(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, beside which the test stands: no ledger is there unless it is named."""
    shutil.copytree(founded, tmp_path / "all")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.delenv("PLEDGER_LEDGER", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "all"


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command, ``@`` before an argument being the folder; it has to end with the code."""

    def command(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        ended = main([f"{folder}/{one[1:]}" if one.startswith("@") else one for one in arguments])
        out, err = capsys.readouterr()
        assert ended == code, err or out
        return out if code in {0, 1} else err

    return command


@pytest.fixture
def ask(run: Run) -> Ask:
    """The same with ``--json``."""
    return lambda *arguments, code=0: json.loads(run(*arguments, "--json", code=code))


HERE = ("--ledger", "@ledger")
VIEW = (*HERE, "--as-of", AS_OF)


# --- run again ---


@pytest.mark.parametrize("name", ["before.zip", "before.json", "after.zip"])
def test_audit_run_again_on_its_ledger_is_the_same_bytes(run: Run, ask: Ask, name: str) -> None:
    """The same ledger at the same view gives the same ``audit.json``, and the same software the same report (R1)."""
    told = ask("audit", "--reproduce", f"@{name}", *HERE)
    assert set(told) == set(reproduction.ANSWER)
    assert (told["reproduced"], told["from"], told["because"], told["comparison"]) == (True, "ledger", [], None)
    assert run("audit", "--reproduce", f"@{name}", *HERE).startswith("reproduced · from the ledger · ")


def test_bundle_is_run_again_without_any_ledger(ask: Ask, run: Run) -> None:
    """Whoever holds the bundle alone runs the method on its record (design §2.6)."""
    told = ask("audit", "--reproduce", "@before.zip")
    assert (told["reproduced"], told["from"]) == (True, "bundle")
    assert "no ledger" not in run("audit", "--reproduce", "@before.zip")
    assert "name the ledger that it was made from" in run("audit", "--reproduce", "@before.json", code=5)


def test_entries_since_are_said_and_take_nothing_away(run: Run, ask: Ask) -> None:
    """A log that has grown begins with what the bundle's checkpoint signs, and the view is what it was (R1)."""
    run("audit", "grain", "-o", "@new.json", "--publish", *VIEW)
    told = ask("audit", "--reproduce", "@before.zip", *HERE)
    assert told["reproduced"]
    assert any("signs" in one and "begins with them" in one for one in told["beside"])


def test_erasure_since_is_named_as_the_cause(run: Run, ask: Ask) -> None:
    """A view answers otherwise only by an erasure, whose entry, ground and reason are printed (R1)."""
    entries = ask("log", "show", *HERE)["entries"]
    index = next(one["index"] for one in entries if one["kind"] == "evidence")
    run("erase", str(index), "--ground", "a court order", "--reason", "It was sealed.", "--yes", *HERE)
    told = ask("audit", "--reproduce", "@before.json", *HERE, code=1)
    assert not told["reproduced"]
    assert {one["kind"] for one in told["because"]} == {"erasure"}
    assert "on the ground of a court order: It was sealed" in run("audit", "--reproduce", "@before.json", *HERE, code=1)


def forged(path: Path, **changes: bytes) -> None:
    """Change members of a bundle, and make its manifest and its archive fit them."""
    archive = open_bundle(BytesIO(path.read_bytes()))
    software = parse_manifest(archive.read("manifest.json")).software
    members = {member.name: archive.read(member.name) for member in archive.members[1:]} | changes
    sink = io.BytesIO()
    format_bundle([part_of(name, raw) for name, raw in members.items()], sink, software=software)
    path.write_bytes(sink.getvalue())


@pytest.mark.parametrize("place", [HERE, ()], ids=["on the ledger", "alone"])
def test_forged_audit_is_not_reproduced(folder: Path, ask: Ask, place: tuple[str, ...]) -> None:
    """Where nothing in the record explains another verdict, that is said, and what was turned is named."""
    raw = open_bundle(BytesIO((folder / "after.zip").read_bytes())).read("audit.json")
    forged(folder / "after.zip", **{"audit.json": raw.replace(b'"outcome":"not_met"', b'"outcome":"met"')})
    told = ask("audit", "--reproduce", "@after.zip", *place, code=1)
    assert [one["kind"] for one in told["because"]] == ["unexplained"]
    turned = [one for one in told["comparison"]["changed"] if one["kind"] == "outcome"]
    assert [(one["term"], one["before"], one["after"]) for one in turned] == [("grain", "met", "not_met")]


def test_report_that_was_changed_is_not_reproduced(folder: Path, ask: Ask) -> None:
    """A page that says otherwise than its ``audit.json`` is found by rendering it again (design §2.6)."""
    archive = open_bundle(BytesIO((folder / "after.zip").read_bytes()))
    if archive.find("report.html") is None:
        pytest.skip("the extra report is not installed")
    forged(folder / "after.zip", **{"report.html": archive.read("report.html").replace(b"not met", b"met")})
    told = ask("audit", "--reproduce", "@after.zip", *HERE, code=1)
    assert [(one["name"], one["same"]) for one in told["files"]] == [("audit.json", True), ("report.html", False)]
    assert [one["kind"] for one in told["because"]] == ["rendering"]


def test_published_page_is_found_by_its_digest_and_rendered_again(folder: Path, run: Run, ask: Ask) -> None:
    """A page or a workbook says not what it was made from; the entry that names its digest does (design §2.2)."""
    pytest.importorskip("vl_convert")
    files = ("-o", "@page.html", "-o", "@book.xlsx", "-o", "@beside.zip")
    run("audit", "grain", *files, "--publish", *VIEW)
    for name in ("@page.html", "@book.xlsx"):
        told = ask("audit", "--reproduce", name, *HERE)
        assert (told["reproduced"], [one["same"] for one in told["files"]]) == (True, [True, True])
    page = (folder / "page.html").read_bytes()
    (folder / "page.html").write_bytes(page.replace(b"not met", b"met"))
    assert "No audit that this ledger published names page.html" in run(
        "audit", "--reproduce", "@page.html", *HERE, code=5
    )


def test_record_that_is_unsound_is_not_run_again(folder: Path, ask: Ask) -> None:
    """A bundle whose figures were changed is told what is wrong with it, not what the method makes of them."""
    archive = open_bundle(BytesIO((folder / "after.zip").read_bytes()))
    name = next(member.name for member in archive.members if member.name.startswith("observations/"))
    forged(folder / "after.zip", **{name: archive.read(name).replace(b",A,1\n", b",A,9\n", 1)})
    told = ask("audit", "--reproduce", "@after.zip", code=1)
    assert told["files"][0]["again"] is None
    assert any("unsound" in one for one in told["beside"])


def test_ledger_that_cannot_have_made_it_is_refused(folder: Path, run: Run) -> None:
    """Another ledger explains nothing, and an older copy has not seen it yet."""
    with small_ledger(folder / "other") as made:
        made.record(drafts(PLEDGE.replace("title: Buy grain", "title: Buy other grain")))
    other = run("audit", "--reproduce", "@before.json", "--ledger", "@other", code=6)
    assert "older copy" in other or "is of the ledger" in other


# --- held against one another ---


def test_two_audits_differ_by_the_month_that_was_revised(run: Run, ask: Ask) -> None:
    """120 % became 85 %: June, October, November and December revised by the later vintage (R2)."""
    told = run("audit", "--diff", "@before.zip", "@after.zip")
    assert "export by customs/monthly: 120.0 % became 85.0 % of the target" in told
    assert "2020-06 was 1, now 0.5" in told
    assert "grain/grain: met became not met" in told
    document = ask("audit", "--diff", "@before.json", "@after.zip")
    assert set(document) == set(comparison.ANSWER)
    outcome = next(one for one in document["changed"] if one["kind"] == "outcome")
    assert [one["kind"] for one in outcome["because"]] == ["evidence"]


def test_audit_is_held_against_a_view_of_the_ledger(ask: Ask, run: Run) -> None:
    """In the place of one audit a view may stand, at which the same commitments are audited."""
    assert ask("audit", "--diff", "@after.zip", AS_OF, *HERE)["same"]
    told = ask("audit", "--diff", "2021-02-20@7", "@after.zip", *HERE)
    assert told["before"]["view"] == {"as_of": "2021-02-20", "size": 7}
    assert "nothing changed" in run("audit", "--diff", "@after.zip", "@after.zip")


# --- published ---


def test_published_audit_is_listed_withdrawn_and_reissued(folder: Path, run: Run, ask: Ask) -> None:
    """An entry names each file; a withdrawal and a reissue have their reasons, and nothing is hidden (design §2.2)."""
    written = ask("audit", "grain", "-o", "@a.zip", "-o", "@a.json", "--publish", *VIEW)
    first = written["published"]["index"]
    (one,) = ask("audits", *HERE)["audits"]
    assert (one["cite"]["entry"], one["subject"], one["state"]) == (first, "grain", "stands")
    assert one["audit"]["files"] == {Path(file["path"]).suffix[1:]: file["digest"] for file in written["files"]}
    assert one["audit"]["result"] == one["audit"]["files"]["json"]
    again = ask(
        "audit", "grain", "-o", "@b.zip", "--publish", "--replaces", str(first), "--reason", "A table was cut.", *VIEW
    )["published"]["index"]
    told = ask("audits", "--withdraw", str(again), "--reason", "Its addressee was wrong.", *HERE)
    assert set(told) == set(audits.WITHDRAWN)
    listed = ask("audits", "grain", *HERE)
    assert set(listed) == set(audits.ANSWER)
    assert [(one["cite"]["entry"], one["state"], one["why"]) for one in listed["audits"]] == [
        (first, "replaced", "A table was cut."), (again, "withdrawn", "Its addressee was wrong."),
    ]  # fmt: skip
    assert "withdrawn by entry" in run("audits", *HERE)
    assert "No audit of these was published." in run("audits", "bare", *HERE)
    # What was published is followed up: the next bundle holds the entries, and they are sound.
    run("audit", "grain", "-o", "@c.zip", *VIEW)
    archive = open_bundle(BytesIO((folder / "c.zip").read_bytes()))
    held = [json.loads(line) for line in archive.read("headers").splitlines()]
    audits_held = [
        one["index"] for one in held if archive.find(f"statements/{one['statement'][7:]}") and one["kind"] == "audit"
    ]
    assert audits_held == [first, again]
    assert run("verify", "@c.zip").startswith("sound")


WRONG: dict[str, tuple[tuple[str, ...], int, str]] = {
    "nothing": (("audit", "-o", "@x.zip", *VIEW), 2, "Nothing says what to audit"),
    "a commitment and a party": (("audit", "grain", "--party", "aa", "-o", "@x.zip", *VIEW), 2, "one of the two"),
    "a period that is none": (("audit", "grain", "--period", "2020", "-o", "@x.zip", *VIEW), 2, "is not two days"),
    "a period of nothing": (
        ("audit", "--period", "2030-01-01/2030-12-31", "-o", "@x.zip", *VIEW), 2, "Nothing of these falls due",
    ),
    "a period of nothing named": (
        ("audit", "grain", "--period", "2030-01-01/2030-12-31", "-o", "@x.zip", *VIEW), 2, "Nothing of these falls due",
    ),
    "a period of a stranger": (
        ("audit", "barley", "--period", "2020-01-01/2020-12-31", "-o", "@x.zip", *VIEW), 5, "No commitment barley",
    ),
    "nowhere to write": (("audit", "grain"), 2, "where to write the audit"),
    "a day to come": (("audit", "grain", "-o", "@x.zip", *HERE, "--as-of", "9999-12-31"), 2, "has not come"),
    "a size to come": (("audit", "grain", "-o", "@x.zip", *HERE, "--size", "999"), 2, "give a size from 0"),
    "a stranger": (("audit", "barley", "-o", "@x.zip", *VIEW), 5, "No commitment barley"),
    "a view before it": (("audit", "grain", "-o", "@x.zip", *HERE, "--as-of", "2019-01-01"), 5, "No commitment grain"),
    "two looks at once": (("audit", "--reproduce", "@a.zip", "--diff", "a", "b"), 2, "one of the two"),
    "a look and a making": (("audit", "grain", "--reproduce", "@before.zip"), 2, "one of the two"),
    "no such file": (("audit", "--reproduce", "@none.zip"), 2, "There is no file"),
    "a page": (("audit", "--reproduce", "@page.html", *HERE), 5, "No audit that this ledger published"),
    "a text": (("audit", "--reproduce", "@page.txt"), 3, "no audit that can be read again"),
    "two views": (("audit", "--diff", "2020-01-01", "2021-01-01"), 2, "Both are views"),
    "a reason for nothing": (("audit", "grain", "-o", "@x.zip", "--reason", "x", *VIEW), 2, "give --publish"),
    "half a reissue": (("audit", "grain", "-o", "@x.zip", "--publish", "--reason", "x", *VIEW), 2, "--replaces and"),
    "no audit to replace": (
        ("audit", "grain", "-o", "@x.zip", "--publish", "--replaces", "3", "--reason", "x", *VIEW), 5,
        "Entry 3 is no published audit",
    ),
    "another key": (("audit", "grain", "-o", "@x.zip", "--publish", "--key", "operator", *VIEW), 4, "auditor"),
    "half a withdrawal": (("audits", "--withdraw", "3", *HERE), 2, "--reason"),
    "no audit to withdraw": (("audits", "--withdraw", "3", "--reason", "x", *HERE), 5, "no published audit"),
    "a rule that is none": (("audit", "grain", "-o", "@x.zip", "--redact", "all", *VIEW), 2, "no rule of redaction"),
    "a redacted page": (("audit", "grain", "-o", "@x.json", "--redact", "raw", *VIEW), 2, "for the public"),
}  # fmt: skip


@pytest.mark.parametrize("phrase", WRONG)
def test_what_cannot_be_done_is_refused_in_a_sentence(folder: Path, run: Run, phrase: str) -> None:
    """Every refusal has its exit code and says what to do, and no file is left behind (style §7)."""
    (folder / "page.html").write_text("<!doctype html>")
    (folder / "page.txt").write_text("An audit")
    arguments, code, reason = WRONG[phrase]
    said = run(*arguments, code=code)
    assert reason in said
    assert said.count("\n") == 1
    assert not (folder / "x.zip").exists()


def test_pledge_without_evidence_gets_a_disclaimer(ask: Ask) -> None:
    """Where nothing can be concluded the opinion says so by its rule; nothing fails (A4)."""
    told = ask("audit", "bare", "-o", "@bare.json", *VIEW)
    assert (told["opinion"]["code"], told["opinion"]["name"]) == ("A4", "disclaimer")


def test_missing_figures_are_named_by_digest(folder: Path, run: Run) -> None:
    """A file of observations that is gone without an erasure stops the audit in a sentence."""
    kept = [path for path in (folder / "ledger" / "blobs").rglob("*") if path.is_file()]
    for path in kept:
        path.chmod(0o644)
        path.unlink()
    said = run("audit", "grain", "-o", "@x.zip", *VIEW, code=5)
    assert "sha256:" in said
    assert said.count("\n") == 1


# --- of a period ---


def test_audit_of_a_period_is_made_again_compared_and_published_as_one(folder: Path, run: Run, ask: Ask) -> None:
    """The period travels in result, bundle and entry, so that none is taken for the whole (decision 31)."""
    days = ("--period", "2020-01-01/2020-12-31")
    files = ("-o", "@period.zip", "-o", "@period.html", "-o", "@period.json")
    told = ask("audit", "grain", *days, *files, "--publish", *VIEW)
    assert told["title"] == "Compliance audit: Buy grain (due from 2020-01-01 to 2020-12-31)"
    assert run("verify", "@period.zip").startswith("sound")
    for name in ("period.zip", "period.json", "period.html"):
        assert ask("audit", "--reproduce", f"@{name}", *HERE)["reproduced"], name
    (one,) = ask("audits", *HERE)["audits"]
    assert one["audit"]["period"] == {"start": "2020-01-01", "end": "2020-12-31"}
    difference = run("audit", "--diff", "@after.zip", "@period.zip")
    assert "asked was what falls due on any day, and is what falls due from 2020-01-01 to 2020-12-31" in difference


# --- files that are none, or were tampered with ---


def _zipped(*members: tuple[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    sink = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a name comes twice
        with zipfile.ZipFile(sink, "w", how) as archive:
            for name, raw in members:
                archive.writestr(name, raw)
    return sink.getvalue()


SPOILT: dict[str, tuple[Callable[[bytes], bytes], int]] = {
    "nothing": (lambda _: b"", 3),
    "a text": (lambda _: b"An audit", 3),
    "half of it": (lambda raw: raw[: len(raw) // 2], 3),
    "something behind it": (lambda raw: raw + b"more", 3),
    "something before it": (lambda raw: b"MZ" + raw, 3),
    "a path out of the folder": (lambda _: _zipped(("../../etc/passwd", b"root")), 3),
    "an absolute path": (lambda _: _zipped(("/etc/passwd", b"root")), 3),
    "a path of another system": (lambda _: _zipped(("..\\..\\run.exe", b"MZ")), 3),
    "a name twice": (lambda _: _zipped(("manifest.json", b"{}"), ("manifest.json", b"{}")), 3),
    "a bomb": (lambda _: _zipped(("audit.json", bytes(50_000_000)), how=zipfile.ZIP_DEFLATED), 3),
    "a bomb in many members": (
        lambda _: _zipped(*((f"raw/{n}", b"") for n in range(70_000)), how=zipfile.ZIP_DEFLATED), 3,
    ),
    "a turned letter": (lambda raw: raw.replace(b"Buy grain", b"Buy Grain", 1), 3),
}  # fmt: skip
"""What is done to a bundle, and how ``verify`` ends."""


@pytest.mark.parametrize("phrase", SPOILT)
def test_bundle_that_is_none_is_refused_in_a_sentence(folder: Path, run: Run, phrase: str) -> None:
    """Paths, bombs, cut and tampered archives: one sentence and the exit code, and nothing is unpacked (style §7)."""
    spoil, code = SPOILT[phrase]
    (folder / "spoilt.zip").write_bytes(spoil((folder / "after.zip").read_bytes()))
    before = sorted(path.name for path in folder.rglob("*"))
    for command in (("verify", "@spoilt.zip"), ("audit", "--reproduce", "@spoilt.zip")):
        said = run(*command, code=code)
        assert said.count("\n") == 1, said
        assert "Traceback" not in said
    assert sorted(path.name for path in folder.rglob("*")) == before


# --- for the public ---


def test_bundle_for_the_public_is_sound_only_as_such(folder: Path, run: Run, ask: Ask) -> None:
    """What is withheld is listed and printed; without ``--public`` it is missing (design §2.6)."""
    written = ask("audit", "grain", "-o", "@public.zip", "--redact", "raw", "--publish", *VIEW)
    (one,) = ask("audits", *HERE)["audits"]
    assert one["audit"]["files"] == {"public": written["files"][0]["digest"]}
    told = run("verify", "@public.zip", "--public")
    assert told.startswith("sound")
    assert "raw of entry 7 is withheld, as the manifest says" in told
    assert run("verify", "@public.zip", code=1).startswith("unsound")
    archive = open_bundle(BytesIO((folder / "public.zip").read_bytes()))
    assert [one.why for one in parse_manifest(archive.read("manifest.json")).withheld] == ["raw", "raw"]
