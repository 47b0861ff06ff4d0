"""``pledger lint`` at a terminal and in a pipeline: drafts, recorded pledges, two drafts (method §4, E9)."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.main import main
from tests.end_to_end.small import PLEDGE

ROOT = Path(__file__).resolve().parent.parent.parent
STORY = ROOT / "ledger" / "demo" / "story"

Lint = Callable[..., tuple[str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a draft, a worse one and a better one, and no ledger; the test stands in it."""
    (tmp_path / "pledge.yaml").write_text(PLEDGE)
    worse = PLEDGE.replace("      period: {start: 2020-01-01, end: 2020-12-31}\n", "")
    (tmp_path / "worse.yaml").write_text(worse.replace("        timing: {quote: 0, words: in 2020}\n", ""))
    (tmp_path / "better.yaml").write_text(
        PLEDGE.replace(
            "verb: null", "verb: {words: will buy, strength: committing, shown: {quote: 0, words: will buy}}"
        )
    )
    (tmp_path / "alone.yaml").write_text("kind: commitment" + PLEDGE.partition("kind: commitment")[2])
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLEDGER_LEDGER", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def lint(folder: Path, capsys: pytest.CaptureFixture[str]) -> Lint:
    """Run the command in the folder, which has to end with the code, and give what it says and notes."""
    assert folder.is_dir()

    def command(*arguments: str, code: int = 0) -> tuple[str, str]:
        capsys.readouterr()
        ended = main(["lint", *arguments])
        out, err = capsys.readouterr()
        assert ended == code, err or out
        return out, err

    return command


def test_draft_needs_no_ledger(lint: Lint) -> None:
    """A file of drafts is read by itself, and every finding names its line (E9)."""
    out, _ = lint("pledge.yaml")
    assert out.startswith("Buy grain (grain)\n  As written: ")
    assert "PL403 political text, no operative verb, which reads as hortatory (O.1): +" in out
    assert "PL501 no forum (A.0): +" in out
    assert "PL200 not known, and no fault: whether anything verifies grain is not recorded (V.0-4)" in out
    assert "pledge.yaml:" in out


def test_finding_says_file_line_words_and_text(lint: Lint) -> None:
    """Where it is, the words with their span, what would earn it: the deadline that the worse draft lacks (E9)."""
    out, _ = lint("worse.yaml", "--json")
    (one,) = [one for one in json.loads(out)["lints"][0]["findings"] if one["code"] == "PL104"]
    assert one["file"] == "worse.yaml"
    text = (Path("worse.yaml")).read_text().splitlines()
    assert text[one["line"] - 2].strip() == "shown:"
    # Nothing shows the act but a place, so the first words quoted of the term stand for it.
    assert one["span"] == {"quote": 0, "start": 9, "end": 19, "words": "ten tonnes", "locator": None}
    assert one["clauses"] == [1]
    assert one["earns"].startswith("give the day or the period")


def test_draft_is_read_on_its_own_latest_day(lint: Lint) -> None:
    """Nothing depends on today's date: the view is that of the drafts (R1)."""
    view = json.loads(lint("alone.yaml", "--json")[0])["view"]
    assert view == {"size": 1, "as_of": "2020-01-15"}


def test_document_that_nobody_gives_is_unknown_and_said_so(lint: Lint) -> None:
    """Without its document a draft has an interval, and a note says what is missing (E6)."""
    out, err = lint("alone.yaml")
    assert "alone.yaml does not hold deal, and no ledger is at hand" in err
    assert "PL500 not known, and no fault" in out
    assert "PL501" not in out


def test_document_is_read_from_the_ledger_at_hand(lint: Lint) -> None:
    """A draft whose document is recorded is read with it (E2)."""
    assert main(["init", "ledger", "--origin", "example.org/small"]) == 0
    assert main(["record", "pledge.yaml", "--yes", "--ledger", "ledger"]) == 0
    out, err = lint("alone.yaml", "--ledger", "ledger")
    assert err == ""
    assert "PL501 no forum (A.0)" in out


def test_recorded_commitment_is_read_at_a_view(lint: Lint) -> None:
    """A name in the place of a file is a recorded commitment; its findings name entries (R1, E9)."""
    assert main(["init", "ledger", "--origin", "example.org/small"]) == 0
    assert main(["record", "pledge.yaml", "--yes", "--ledger", "ledger"]) == 0
    out, _ = lint("grain", "--as-of", "2020-02-01", "--ledger", "ledger")
    assert re.search(r"^  entry \d", out, re.MULTILINE)
    assert "pledge.yaml" not in out
    _, err = lint("grain", "--as-of", "2020-01-01", "--ledger", "ledger", code=5)
    assert "No commitment 'grain' is known" in err
    whole = json.loads(lint("grain", "--as-of", "2020-02-01", "--ledger", "ledger", "--json")[0])
    assert {one["file"] for one in whole["lints"][0]["findings"]} == {None}


BANDS = {
    "rhetorical": 0,
    "political": 1,
    "soft-monitored": 1,
    "hard": 1,
}


@pytest.mark.parametrize(("band", "code"), BANDS.items(), ids=BANDS)
def test_pipeline_ends_with_1_below_the_band(lint: Lint, band: str, code: int) -> None:
    """The low end has to reach the band: what is not known may be the worst that it can be (E7, E9)."""
    out, err = lint("pledge.yaml", "--fail-below", band, code=code)
    assert out.startswith("Buy grain")
    assert bool(err) == bool(code)


def test_pipeline_tells_below_from_not_sure(lint: Lint) -> None:
    """A pledge that may reach the band is not called below it (E6)."""
    assert "is not sure to be soft-monitored" in lint("alone.yaml", "--fail-below", "soft-monitored", code=1)[1]
    assert "grain is below hard" in lint("pledge.yaml", "--fail-below", "hard", code=1)[1]


def test_two_drafts_are_compared_in_sentences(lint: Lint) -> None:
    """What changed, what it does, and what it comes to: "clause 1 lost its period" (E9)."""
    out, _ = lint("pledge.yaml", "worse.yaml")
    assert "  clause 1 lost its period: −" in out
    assert out.splitlines()[-1].startswith("  together: −")
    better, _ = lint("pledge.yaml", "better.yaml")
    assert '  the operative verb went from none to "will buy" (committing): +' in better


def test_difference_can_be_read_by_a_program(lint: Lint) -> None:
    """The same as an object, points with their signs (design §3)."""
    document = json.loads(lint("pledge.yaml", "worse.yaml", "--json")[0])
    (one,) = document["differences"]
    assert [change["says"] for change in one["changes"]] == ["clause 1 lost its period"]
    assert one["adds_up"] is True
    assert one["changes"][0]["effect"] == one["together"]


def test_draft_that_is_the_same_differs_in_nothing(lint: Lint) -> None:
    """Nothing changed, and it says so (E9)."""
    assert "  nothing that bears on it changed" in lint("pledge.yaml", "pledge.yaml")[0]


def test_sarif_is_one_run_of_one_tool(lint: Lint) -> None:
    """Other tools read it: version 2.1.0, the file as its place (E9)."""
    log: Any = json.loads(lint("worse.yaml", "--format", "sarif")[0])
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    (deadline,) = [one for one in log["runs"][0]["results"] if one["ruleId"] == "PL104"]
    place = deadline["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "worse.yaml"}
    assert place["region"]["snippet"] == {"text": "ten tonnes"}


def test_json_drafts_have_lines_too(lint: Lint, folder: Path) -> None:
    """A draft written as JSON is placed where its object begins."""
    draft = {
        "kind": "instrument", "subject": "text",
        "body": {
            "title": "T", "form": "statement", "issuers": ["aa"], "binding": "silent", "announced": "2020-01-15",
            "exit": "none", "forum": "none", "remedy": "none", "escapes": "none",
            "source": {"title": "S", "publisher": "P", "role": "joint", "via": {"copy_read": "page", "how": "excerpt"}},
        },
    }  # fmt: skip
    body = {
        "title": "T", "instrument": "text", "date": "2020-01-15", "obligors": ["aa"], "obligees": ["bb"],
        "quotes": [{"text": "will help", "language": "en"}], "verb": None,
        "terms": [{"id": "help", "kind": "action", "title": "help", "act": "help", "actor": None}],
        "source": draft["body"]["source"],  # type: ignore[index]  # a literal, right above
    }  # fmt: skip
    both = [draft, {"kind": "commitment", "subject": "help", "body": body}]
    (folder / "drafts.json").write_text(json.dumps(both))
    found = json.loads(lint("drafts.json", "--json")[0])["lints"][0]["findings"]
    assert {(one["file"], one["line"]) for one in found} == {("drafts.json", 1)}


WRONG: dict[str, tuple[list[str], int, str]] = {
    "no such file": (["nothing.yaml"], 2, "There is no file nothing.yaml"),
    "no ledger for a name": (["grain"], 2, "No ledger is named"),
    "no such band": (["pledge.yaml", "--fail-below", "iron"], 2, "There is no band iron; use hard, firm"),
    "no such format": (["pledge.yaml", "--format", "xml"], 2, "There is no format xml; use text, json, sarif"),
    "a difference as SARIF": (["pledge.yaml", "worse.yaml", "--format", "sarif"], 2, "a difference is none"),
    "no commitment in it": (["parties.yaml"], 2, "parties.yaml holds no draft of a commitment"),
    "drafts of two pledges": (["pledge.yaml", "two.yaml"], 2, "no commitment of one name"),
    "not a draft": (["broken.yaml"], 3, "broken.yaml"),
    "a day before the draft": (["pledge.yaml", "--as-of", "2019-01-01"], 5, "check its name or the view"),
    "a day that is none": (["pledge.yaml", "--as-of", "soon"], 2, "'soon' is not a day"),
}


@pytest.mark.parametrize(("arguments", "code", "says"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_read_is_refused_in_a_sentence(
    lint: Lint, folder: Path, arguments: list[str], code: int, says: str
) -> None:
    """One sentence that says what to do, and the exit code of its class (style §7)."""
    (folder / "parties.yaml").write_text(PLEDGE.partition("---")[0])
    (folder / "broken.yaml").write_text("kind: commitment\nsubject: x\nbody: {title: 1.5}\n")
    other = PLEDGE.replace("subject: grain", "subject: rice")
    third = "---\nkind: commitment" + other.partition("kind: commitment")[2].replace("subject: rice", "subject: corn")
    (folder / "two.yaml").write_text(other + third)
    _, err = lint(*arguments, code=code)
    assert says in err
    assert len(err.strip().splitlines()) == 1


def test_story_has_the_score_of_the_method(lint: Lint) -> None:
    """Five million tonnes of January 2019, from the story's own drafts: 30.8, and a day would add 5.2 (method §4)."""
    shutil.copy(STORY / "talks-2019-01.yaml", "talks.yaml")
    document = json.loads(lint("talks.yaml", "--json")[0])
    (soy,) = [one for one in document["lints"] if one["subject"] == "cn-soy-5mt-2019"]
    assert (soy["low"], soy["high"], soy["low_band"]) == ("30.8", "30.8", "political")
    gains = {one["code"]: one["gain"][0] for one in soy["findings"] if one["is_fault"]}
    assert gains["PL104"] == "5.2"
