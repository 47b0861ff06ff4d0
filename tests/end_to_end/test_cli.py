"""The command line on a small ledger: what each command does, says, and answers with --json (design §3, style §7)."""

import csv
import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import typer
import typer.main

from ledger.cli.main import answers, application, main
from ledger.tlog.entry import leaf_hash
from ledger.tlog.policy import parse_policy
from ledger.tlog.proof import parse_proof, verify_proof
from tests.end_to_end.small import FIGURES, MAPPING, PLEDGE

ROOT = Path(__file__).resolve().parent.parent.parent
DAY = "2021-06-30"
PLACE = ["--ledger", "ledger"]
VIEW = [*PLACE, "--as-of", DAY]

Run = Callable[..., str]
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger of one pledge and its figures, the files that made it, and its audit."""
    folder = tmp_path_factory.mktemp("command line")
    (folder / "pledge.yaml").write_text(PLEDGE)
    (folder / "grain.toml").write_bytes(MAPPING)
    (folder / "grain.csv").write_bytes(FIGURES)
    ledger = ["--ledger", str(folder / "ledger")]
    assert main(["init", str(folder / "ledger"), "--origin", "example.org/small"]) == 0
    assert main(["record", str(folder / "pledge.yaml"), "--yes", *ledger]) == 0
    assert main(["submit", str(folder / "grain.csv"), "--map", str(folder / "grain.toml"), *ledger]) == 0
    assert main(["audit", "grain", "-o", str(folder / "grain.zip"), "--as-of", DAY, *ledger]) == 0
    return folder


@pytest.fixture
def folder(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, in which the test stands; the user has no configuration."""
    place = tmp_path / "place"
    shutil.copytree(founded, place)
    monkeypatch.chdir(place)
    monkeypatch.delenv("PLEDGER_LEDGER", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "120")
    return place


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in the folder and give what it says; it has to end well."""

    def command(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        ended = main(arguments)
        out, err = capsys.readouterr()
        assert ended == code, err or out
        return out

    return command


@pytest.fixture
def ask(run: Run) -> Ask:
    """Run a command with --json and give the object that it answers."""

    def command(*arguments: str, code: int = 0) -> Any:
        document = json.loads(run(*arguments, "--json", code=code))
        assert isinstance(document, dict)
        return document

    return command


# --- help and documentation -------------------------------------------------------------------------------------------


def commands() -> dict[str, Any]:
    """Every command by its path, without those that only hold others."""
    found: dict[str, Any] = {}

    def walk(command: Any, path: str) -> None:
        below = getattr(command, "commands", None)
        if below is None:
            found[path] = command
        for name, child in (below or {}).items():
            walk(child, f"{path} {name}".strip())

    walk(typer.main.get_command(application()), "")
    return found


def test_every_command_of_the_design_is_there() -> None:
    """The commands that exist by now have the names that design §3 gives them."""
    asked = {
        "demo", "init", "record", "submit", "formats", "status", "score", "lint", "series", "history", "determine",
        "audit", "audits", "verify", "draft", "docket", "calendar", "config check", "backup", "restore",
        "hook add", "hook list", "hook remove", "hook retry",
        "key new", "key list", "key protect", "key grant", "key rotate", "key revoke",
        "key appoint", "key approve", "key public",
        "trust add", "trust list", "trust remove",
        "serve", "token new", "token list", "token revoke",
        "log show", "log check", "log prove", "log index", "log export", "log import", "log cosign", "log stamp",
        "erase", "fetch", "mirror", "monitor", "witness", "store roles", "store upgrade",
    }  # fmt: skip
    assert set(commands()) == asked


@pytest.mark.parametrize("path", commands())
def test_command_has_examples_that_are_commands(path: str) -> None:
    """Every command explains itself, takes --json, and shows examples that its own parser accepts."""
    command = commands()[path]
    assert command.help
    assert any("--json" in parameter.opts for parameter in command.params)
    examples = re.sub(r" \\\n +", " ", command.epilog or "")
    lines = re.findall(r"^ *(?:[A-Z_]+=\S+ )?(pledger .*?)(?:   .*| [<|] .*)?$", examples, re.MULTILINE)
    assert lines, f"pledger {path} has no example"
    for line in (part for whole in lines for part in whole.split(" && ")):
        words = shlex.split(line)[1:]
        other = next(
            name for name in sorted(commands(), key=len, reverse=True) if words[: len(name.split())] == name.split()
        )
        commands()[other].make_context(other, words[len(other.split()) :])


def test_every_answer_is_documented_for_a_command_that_exists() -> None:
    """What a command answers is documented for all commands, and for nothing else."""
    known = commands()
    documented = {next((name for name in known if (path + " ").startswith(f"{name} ")), None) for path in answers()}
    assert documented == set(known)


def test_help_is_shown_for_the_short_option_too(run: Run) -> None:
    """-h does what --help does."""
    assert run("log", "check", "-h") == run("log", "check", "--help")


# --- the ledger's place -----------------------------------------------------------------------------------------------


def test_ledger_is_found_by_option_setting_or_place(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--ledger comes before PLEDGER_LEDGER, and that before the current directory; with none of them, a sentence."""
    assert main(["log", "show"]) == 2
    assert "--ledger DIR" in capsys.readouterr().err
    shown = run("log", "show", *PLACE)
    monkeypatch.setenv("PLEDGER_LEDGER", str(folder / "ledger"))
    assert run("log", "show") == shown
    assert main(["log", "show", "--ledger", "elsewhere"]) == 5
    monkeypatch.delenv("PLEDGER_LEDGER")
    monkeypatch.chdir(folder / "ledger")
    assert run("log", "show") == shown


def test_init_makes_a_ledger_and_says_what_to_do_with_the_root_key(run: Run, ask: Ask) -> None:
    """A new ledger names its keys, its policy and its genesis, and says to take the root key offline (design §2.2)."""
    said = run("init", "mine", "--origin", "example.org/mine", "--title", "Mine")
    assert "keys/root.pem offline" in said
    made = ask("init", "other", "--origin", "example.org/other")
    assert made.keys() == answers()["init"].keys()
    assert made["keys"].keys() == {"checkpoint-ed25519", "checkpoint-mldsa", "desk", "operator", "root"}
    assert ask("log", "show", "--ledger", "other")["genesis"] == made["genesis"]


def test_passphrase_protects_the_key_files(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With PLEDGER_PASSPHRASE key files are encrypted, and nothing is signed without it."""
    monkeypatch.setenv("PLEDGER_PASSPHRASE", "a long sentence")
    run("init", "mine", "--origin", "example.org/mine")
    assert b"ENCRYPTED" in (folder / "mine" / "keys" / "desk.pem").read_bytes()
    run("record", "pledge.yaml", "--yes", "--ledger", "mine")
    monkeypatch.delenv("PLEDGER_PASSPHRASE")
    run("record", "pledge.yaml", "--yes", "--ledger", "mine", code=4)


# --- recording --------------------------------------------------------------------------------------------------------

POSITION = """\
kind: position
subject: grain
body:
  party: bb
  stance: affirms
  date: 2020-02-01
  quote: {text: 十吨 ten tonnes it is, language: en}
  source: {title: Interview, publisher: Paper, role: obligee, via: {copy_read: page, how: excerpt}}
"""


def test_author_is_shown_the_exact_words_before_they_are_signed(run: Run, ask: Ask, folder: Path) -> None:
    """Recording prints every quotation to the letter and every term in words, then the receipts (issue, point 2)."""
    (folder / "position.yaml").write_text(POSITION)
    size = ask("log", "show", *PLACE)["size"]
    said = run("record", "position.yaml", "--yes", *PLACE)
    assert "“十吨 ten tonnes it is”" in said
    assert f"entry {size}  position grain  sha256:" in said
    assert ask("log", "show", *PLACE)["size"] == size + 1


def test_receipts_can_be_read_by_a_program(ask: Ask, folder: Path) -> None:
    """With --json each draft gets its receipt, whose checkpoint covers it; a repeat gets the first one again."""
    (folder / "position.yaml").write_text(POSITION)
    first = ask("record", "position.yaml", "--yes", *PLACE)
    assert first.keys() == answers()["record"].keys()
    (one,) = first["receipts"]
    assert (one["kind"], one["subject"], one["repeated"]) == ("position", "grain", False)
    assert one["receipt"]["index"] == one["entry"]
    assert one["receipt"]["witnessed"] == {"k": 0, "n": 0}
    (again,) = ask("record", "position.yaml", "--yes", *PLACE)["receipts"]
    assert (again["entry"], again["repeated"]) == (one["entry"], True)


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("YES\n", 0), ("n\n", 130), ("\n", 130), ("", 130)])
def test_author_at_a_terminal_is_asked(
    folder: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, code: int
) -> None:
    """At a terminal nothing is signed without a yes; anything else leaves the ledger as it was."""

    class Terminal:
        """Somebody who types one line."""

        def isatty(self) -> bool:
            """Say that somebody is there."""
            return True

        def readline(self) -> str:
            """Give the line."""
            return typed

    (folder / "position.yaml").write_text(POSITION)
    size = ask("log", "show", *PLACE)["size"]
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["record", "position.yaml", *PLACE]) == code
    assert "Sign and publish this statement in example.org/small? [y/N]" in capsys.readouterr().err
    assert ask("log", "show", *PLACE)["size"] == size + (code == 0)


# --- figures ----------------------------------------------------------------------------------------------------------


def test_preview_shows_what_would_be_said_and_records_nothing(run: Run, ask: Ask, folder: Path) -> None:
    """--preview reads a file, lists series and rejected rows, and needs no ledger."""
    before = ask("log", "show", *PLACE)["checkpoint"]
    said = run("submit", "grain.csv", "--map", "grain.toml", "--preview")
    assert "series:export/bb/aa" in said
    assert "rejected row 4, column tonnes: '1,000' has thousands separators" in said
    (one,) = ask("submit", "grain.csv", "--map", "grain.toml", "--preview")["preview"]
    assert (one["rows"], one["rejected"]["count"], one["series"][0]["count"]) == (3, 1, 2)
    assert one["series"][0]["entry"] is None
    assert ask("log", "show", *PLACE)["checkpoint"] == before


def test_submission_lists_its_statements_and_rejected_rows(ask: Ask, folder: Path) -> None:
    """Every series gets an entry; every rejected row its number, column and reason; source and day as given."""
    (folder / "later.csv").write_bytes(b"month,tonnes\n2020-01,6\n2020-02,x\n")
    given = ["--published", "2020-03-05", "--role", "obligee", "--copy", "a print", "--how", "transcription"]
    done = ask("submit", "later.csv", "--map", "grain.toml", *given, "--address", "https://customs.example", *PLACE)
    assert done.keys() == answers()["submit"].keys()
    (one,) = done["submitted"]
    assert one["rejected"]["rows"] == [{"row": 3, "column": "tonnes", "reason": "'x' is not a number"}]
    (series,) = one["series"]
    assert (series["published"], series["imputed"], series["count"]) == ("2020-03-05", None, 1)
    body = ask("log", "show", str(series["entry"]), *PLACE)["payload"]["body"]
    assert body["source"]["role"] == "obligee"
    assert body["source"]["via"] == {"copy_read": "a print", "how": "transcription"}
    assert body["source"]["address"] == "https://customs.example"


def test_later_vintage_is_seen_from_its_day_on(ask: Ask, folder: Path) -> None:
    """A vintage published later changes the answer from that day on, and no answer before it (R1, R2)."""
    (folder / "later.csv").write_bytes(
        b"month,tonnes\n" + b"".join(b"2020-%02d,0.5\n" % month for month in range(1, 13))
    )
    before = ask("status", "grain", *PLACE, "--as-of", "2021-03-01")
    ask("submit", "later.csv", "--map", "grain.toml", "--published", "2021-03-05", *PLACE)
    then = ask("status", "grain", *PLACE, "--as-of", "2021-03-04", "--size", str(before["view"]["size"]))
    now = ask("status", "grain", *PLACE, "--as-of", "2021-03-05")
    assert then["commitments"] == before["commitments"]
    # 5 and 7 of ten tonnes were seen first; twelve halves later.
    assert then["commitments"][0]["terms"][0]["outcome"] == "met"
    assert now["commitments"][0]["terms"][0]["outcome"] == "not_met"


# --- what became of it ------------------------------------------------------------------------------------------------


def test_status_answers_as_the_issue_says(ask: Ask) -> None:
    """View, commitments, terms and typed ratios have the members that issue 2, point 8 lists."""
    found = ask("status", *VIEW)
    assert found.keys() == answers()["status"].keys()
    assert found["view"]["as_of"] == DAY
    (one,) = found["commitments"]
    assert {
        "subject",
        "title",
        "obligors",
        "obligees",
        "validity",
        "disposition",
        "terms",
        "score",
        "band",
    } <= one.keys()
    assert (one["subject"], one["obligors"], one["obligees"]) == ("grain", ["aa"], ["bb"])
    for side in ("written", "practised"):
        assert len(one["score"][side]) == len(one["band"][side]) == 2
    (term,) = one["terms"]
    wanted = {
        "id",
        "kind",
        "outcome",
        "reason",
        "days_late",
        "grade",
        "coverage",
        "sources_missing",
        "readings",
        "ratios",
    }
    assert wanted <= term.keys()
    gross = next(ratio for ratio in term["ratios"] if ratio["kind"] == "gross")
    assert {"kind", "source", "channel", "measure", "value", "words"} <= gross.keys()
    # 5 + 7 tonnes of ten: a fraction, never a percentage.
    assert gross["value"] == "1.2"
    assert "120.0 %" in gross["words"]
    assert found == ask("status", "grain", *VIEW)


def test_status_as_csv_has_a_row_for_each_term_and_channel(run: Run) -> None:
    """Amounts, ratios and outcomes are given back as columns (R7, R11)."""
    (row,) = csv.DictReader(run("status", "grain", "--csv", *VIEW).splitlines())
    # 5 and 7 tonnes of the ten that are owed.
    assert {name: row[name] for name in ("commitment", "term", "outcome", "source", "channel", "votes", "low")} == {
        "commitment": "grain", "term": "grain", "outcome": "met", "source": "customs", "channel": "monthly",
        "votes": "yes", "low": "12",
    }  # fmt: skip
    assert (row["target"], row["unit"], row["gross"], row["incremental"]) == ("10", "t", "1.2", "")
    assert "either CSV or JSON" in run("status", "--csv", "--json", *VIEW, code=2)


def test_series_gives_the_figures_back(run: Run, ask: Ask) -> None:
    """What was submitted is listed by its key, and given back in words, as CSV and as JSON (R2)."""
    listed = ask("series", *VIEW)
    assert listed.keys() == answers()["series"].keys()
    (one,) = listed["series"]
    assert (one["series"], one["source"], one["figures"]) == ("series:export/bb/aa", "customs", 2)
    named = ask("series", "export/bb/aa", *VIEW)
    assert named.keys() == answers()["series KEY"].keys()
    assert [figure["value"] for figure in named["figures"]] == ["5", "7"]
    rows = list(csv.DictReader(run("series", "export/bb/aa", "--csv", *VIEW).splitlines()))
    assert rows == [{name: str(value) for name, value in figure.items()} for figure in named["figures"]]
    assert "2020-02-01 to 2020-02-29" in run("series", "series:export/bb/aa", *VIEW)
    assert "No series of figures is known" in run("series", *PLACE, "--as-of", "2019-01-01")
    run("series", "import/bb/aa", *VIEW, code=5)
    run("series", "table/*/hs2012", *VIEW, code=2)


def test_status_in_words_shows_three_axes(run: Run) -> None:
    """Outcome, validity and disposition stand in columns of their own, in plain words (R12)."""
    said = run("status", *VIEW)
    head = next(line for line in said.splitlines() if "Outcome" in line)
    assert {"Outcome", "Validity", "Disposition"} <= set(head.split())
    assert "120.0 % by export (customs)" in said
    assert "_" not in said
    assert "12 of 10 t owed = 120.0 %" in run("status", "grain", *VIEW)


def test_status_before_anything_was_known_says_so(run: Run) -> None:
    """A view that knows no commitment is an answer, with what to do."""
    assert "No commitment is known" in run("status", *PLACE, "--as-of", "2019-01-01")


def test_score_gives_levels_reasons_and_entries(run: Run, ask: Ask) -> None:
    """Each of seven dimensions has its interval, written and practised, with rules, sentences, entries (E2)."""
    found = ask("score", "grain", *VIEW)
    assert found.keys() == answers()["score"].keys()
    assert "".join(found["dimensions"]) == "PVKOARX"
    size = found["view"]["size"]
    for letter, one in found["dimensions"].items():
        for side in ("written", "practised"):
            low, high = one[side]
            assert 0 <= low <= high <= 4
            assert one["reasons"][side]
            for reason in one["reasons"][side]:
                assert reason["rule"].startswith(letter)
                assert all(0 <= cite["entry"] < size for cite in reason["cites"])
    assert found["pillars"]["written"].keys() == {"B", "N", "Q"}
    assert 0 < found["robustness"]["written"]["holds"] <= found["robustness"]["written"]["runs"]
    assert {one["dimension"] for one in found["raises"]} >= {"O", "A"}
    said = run("score", "grain", *VIEW)
    assert "As written:" in said
    assert "P precision" in said
    assert "Robust: the band as written holds in" in said
    assert "  A, now 0: " in said
    assert "The strongest objection to it" in said


def test_score_tells_what_stands_beside_it_and_never_in_it(run: Run, ask: Ask) -> None:
    """Performance, depth, levers and credibility are told apart from the score, which they do not move (E10)."""
    found, alone = ask("score", "grain", *VIEW), ask("score", "grain", *VIEW, "--alone")
    assert found["beside"].keys() == {"performance", "depth", "leverage", "quadrant", "credibility"}
    assert found["beside"]["performance"]["state"] == "kept"
    (credited,) = found["beside"]["credibility"]
    assert credited["trials"] == len(credited["counted"])
    assert "Beta(2, 2)" in credited["rules"][0]
    assert alone["beside"]["credibility"] == []
    assert {**found, "beside": None} == {**alone, "beside": None}
    said, whole = run("score", "grain", *VIEW), run("score", "grain", *VIEW, "--all")
    assert f"  Credibility of {credited['words']}" in said
    assert "Credibility of" not in run("score", "grain", *VIEW, "--alone")
    assert whole.startswith(said)
    assert whole.count("  written: ") >= len("PVKOARX")
    party = credited["party"]
    together = ask("status", "--party", party, *VIEW)
    assert together["credibility"] == credited
    assert f"Credibility of {credited['words']}" in run("status", "--party", party, *VIEW)


def test_determination_is_logged_once(ask: Ask, run: Run) -> None:
    """A determination says what the status says, names the whole result, and is not repeated (R11)."""
    first = ask("determine", "grain", *VIEW)
    assert first.keys() == answers()["determine"].keys()
    logged = ask("log", "show", str(first["entry"]), *PLACE)
    assert logged["header"]["kind"] == "determination"
    assert logged["payload"]["body"]["terms"][0]["outcome"] == first["commitment"]["terms"][0]["outcome"]
    again = ask("determine", "grain", *VIEW, "--size", str(first["view"]["size"]))
    assert (again["entry"], first["repeated"], again["repeated"]) == (first["entry"], False, True)
    assert "determined before" in run("determine", "grain", *VIEW, "--size", str(first["view"]["size"]))


# --- audits -----------------------------------------------------------------------------------------------------------


def test_audit_is_written_in_every_format_and_verified(run: Run, ask: Ask, folder: Path) -> None:
    """The bundle carries the very result that is written beside it, and is sound on the word of the ledger's policy."""
    outputs = ["-o", "same.zip", "-o", "grain.html", "-o", "grain.json"]
    done = ask("audit", "grain", *VIEW, *outputs)
    assert done.keys() == answers()["audit"].keys()
    assert [one["path"] for one in done["files"]] == ["same.zip", "grain.html", "grain.json"]
    result = json.loads((folder / "grain.json").read_bytes())
    assert (folder / "grain.json").read_bytes() in (folder / "grain.zip").read_bytes()
    assert (folder / "grain.html").read_bytes()[:15].lower() == b"<!doctype html>"
    assert done["opinion"]["code"] == result["opinion"]["code"]
    found = ask("verify", "grain.zip", "--policy", "ledger/policy", "--deep")
    assert found.keys() == answers()["verify"].keys()
    assert (found["sound"], found["trust"], found["findings"]) == (True, "given", [])
    assert found["subjects"] == ["grain"]
    # The mapping is the user's own, and travels in the bundle: the figures are imported again with it.
    assert not any("deep" in what for what in found["not_checked"])
    assert (folder / "same.zip").read_bytes() == (folder / "grain.zip").read_bytes()
    assert "Opinion A" in run("audit", "grain", *VIEW, "-o", "grain.json")


def test_trust_is_given_pinned_by_a_charter_or_self_declared(run: Run, ask: Ask) -> None:
    """Without a policy a bundle vouches for itself; a pinned one is found by its origin; another log's is refused."""
    assert run("verify", "grain.zip").startswith("sound · trust: self-declared · origin: example.org/small · genesis: ")
    pinned = ask("trust", "add", "ledger/policy")
    assert pinned.keys() == answers()["trust add"].keys()
    assert [one["origin"] for one in pinned["pinned"]] == ["example.org/small"]
    assert len(pinned["pinned"][0]["keys"]) == 2
    assert ask("verify", "grain.zip")["trust"] == "pinned"
    listed = ask("trust", "list")
    assert listed.keys() == answers()["trust list"].keys()
    assert "example.org/small" in run("trust", "list")
    run("init", "other", "--origin", "example.org/small")
    run("trust", "add", "other/policy", code=6)
    found = ask("verify", "grain.zip", "--policy", "other/policy", code=1)
    assert "policy.other-log" in {one["code"] for one in found["findings"]}
    assert ask("trust", "remove", "example.org/small") == {"removed": "example.org/small"}
    run("trust", "remove", "example.org/small", code=5)
    assert "No policy is pinned" in run("trust", "list")
    assert ask("verify", "grain.zip")["trust"] == "self-declared"
    genesis = ask("verify", "grain.zip")["genesis"]
    assert run("verify", "grain.zip", "--genesis", genesis).startswith("sound · trust: charter · ")
    found = ask("verify", "grain.zip", "--genesis", "sha256:" + "0" * 64, code=1)
    assert {one["code"] for one in found["findings"]} == {"charter.other"}
    assert "no digest of a charter" in ask("verify", "grain.zip", "--genesis", "sha256:1", code=2)["detail"]


def test_a_policy_that_is_none_says_nothing_of_the_bundle(ask: Ask, folder: Path) -> None:
    """What is given with --policy and is no policy is the caller's mistake: malformed, never unsound (style §7)."""
    (folder / "no-policy").write_text("hello\n", "utf-8")
    problem = ask("verify", "grain.zip", "--policy", "no-policy", code=3)
    assert problem["type"] == "urn:pledger:problem:malformed"
    assert "sound" not in problem


def test_report_is_written_in_chinese_and_the_bundle_beside_it_stays_english(run: Run, folder: Path) -> None:
    """The language is the report's own; result and bundle are one text for all (issue of the audit, point 1)."""
    run("audit", "grain", *VIEW, "-o", "zh.html", "-o", "beside.zip", "--language", "zh")
    page = (folder / "zh.html").read_text(encoding="utf-8")
    assert '<html lang="zh">' in page
    assert "对此前审计发现的跟进" in page
    with ZipFile(folder / "beside.zip") as bundle:
        assert b'<html lang="en">' in bundle.read("report.html")


def test_period_chooses_what_falls_due_in_it(ask: Ask, run: Run) -> None:
    """The pledge is due at the end of its year, and of no other (method §6)."""
    chosen = ask("audit", "--period", "2020-12-31/2021-01-01", *VIEW, "-o", "due.json")
    assert chosen["subjects"] == ["grain"]
    run("audit", "--period", "2021-01-01/2021-12-31", *VIEW, "-o", "due.json", code=2)


WRONG = {
    "a language without a catalogue": (["grain", "-o", "a.html", "--language", "fr"], 5, "no catalogue of words"),
    "a path for a language": (["grain", "-o", "a.html", "--language", "../en"], 5, "no catalogue of words"),
    "a language for data": (["grain", "-o", "a.json", "--language", "zh"], 2, "--language is for the report"),
    "a period that is none": (["--period", "2020", "-o", "a.json"], 2, "two days, the first and the last"),
}


@pytest.mark.parametrize(("arguments", "code", "reason"), WRONG.values(), ids=WRONG.keys())
def test_wrong_language_or_period_is_a_sentence(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    reason: str,
) -> None:
    """What cannot be written is refused before anything is (style §7)."""
    monkeypatch.chdir(folder)
    assert main(["audit", *arguments, *VIEW]) == code
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("part", ["audit.json", "headers", "observations/", "statements/", "checkpoint", "policy"])
def test_changed_byte_is_never_sound(folder: Path, part: str) -> None:
    """One changed byte in any member ends as malformed or unsound, by its exit code (design §2.6)."""
    raw = bytearray((folder / "grain.zip").read_bytes())
    raw[raw.index(part.encode()) + len(part) + 200] ^= 1
    (folder / "changed.zip").write_bytes(raw)
    assert main(["verify", "changed.zip", "--policy", "ledger/policy"]) in {1, 3}


def test_ending_that_names_no_format_writes_nothing(run: Run, folder: Path) -> None:
    """All endings are looked at before anything is written."""
    run("audit", "grain", *VIEW, "-o", "other.zip", "-o", "other.docx", code=2)
    assert not (folder / "other.zip").exists()


# --- keys -------------------------------------------------------------------------------------------------------------


def test_key_lives_from_its_grant_to_its_end(run: Run, ask: Ask, folder: Path) -> None:
    """A key signs once it is granted a role, hands it on when it is rotated, and no longer when it is revoked (§5)."""
    (folder / "position.yaml").write_text(POSITION)
    made = ask("key", "new", "clerk", "--algorithm", "ES256", *PLACE)
    assert made.keys() == answers()["key new"].keys()
    run("record", "position.yaml", "--yes", "--key", "clerk", *PLACE, code=4)
    granted = ask("key", "grant", "clerk", "--role", "recorder", "--party", "bb", "--holder", "Archive", *PLACE)
    assert granted.keys() == answers()["key grant"].keys()
    (receipt,) = ask("record", "position.yaml", "--yes", "--key", "clerk", *PLACE)["receipts"]
    assert ask("log", "show", str(receipt["entry"]), *PLACE)["header"]["author"] == made["kid"]
    run("key", "new", "clerk-2", *PLACE)
    ask("key", "rotate", "clerk", "clerk-2", *PLACE)
    (folder / "second.yaml").write_text(POSITION.replace("2020-02-01", "2020-03-01"))
    run("record", "second.yaml", "--yes", "--key", "clerk", *PLACE, code=4)
    run("record", "second.yaml", "--yes", "--key", "clerk-2", *PLACE)
    ask("key", "revoke", "clerk-2", "--reason", "The holder left.", *PLACE)
    (folder / "third.yaml").write_text(POSITION.replace("2020-02-01", "2020-04-01"))
    run("record", "third.yaml", "--yes", "--key", "clerk-2", *PLACE, code=4)
    listed = ask("key", "list", *PLACE)
    assert listed.keys() == answers()["key list"].keys()
    by_file = {one["file"]: one for one in listed["keys"]}
    assert (by_file["clerk"]["algorithm"], by_file["clerk"]["roles"], by_file["clerk"]["party"]) == ("ES256", [], "bb")
    assert by_file["clerk-2"]["until"] is not None
    assert made["kid"] in run("key", "list", *PLACE)


# --- the log ----------------------------------------------------------------------------------------------------------


def test_log_shows_its_head_its_entries_and_one_of_them(run: Run, ask: Ask) -> None:
    """The head, a range of headers, and one entry with what it says, by index or by digest."""
    whole = ask("log", "show", "--from", "0", *PLACE)
    assert whole.keys() == answers()["log show"].keys()
    assert [one["index"] for one in whole["entries"]] == list(range(whole["size"]))
    some = ask("log", "show", "--from", "2", "--to", "4", *PLACE)
    assert some["entries"] == whole["entries"][2:5]
    one = ask("log", "show", "5", *PLACE)
    assert one.keys() == answers()["log show ENTRY"].keys()
    assert one["payload"]["subject"] == one["header"]["subject"] == "grain"
    assert ask("log", "show", one["header"]["statement"], *PLACE) == one
    assert "“will buy ten tonnes of grain in 2020”" in run("log", "show", "5", *PLACE)


def test_inclusion_proof_is_one_that_others_can_check(run: Run, ask: Ask, folder: Path) -> None:
    """A proof is a C2SP tlog-proof that leads from the header to the signed root (design §2.4)."""
    run("log", "prove", "5", "-o", "proof", *PLACE)
    told = ask("log", "prove", "5", *PLACE)
    assert told.keys() == answers()["log prove ENTRY"].keys()
    assert told["proof"].encode() == (folder / "proof").read_bytes()
    assert run("log", "prove", "5", *PLACE) == told["proof"]
    policy = parse_policy((folder / "ledger" / "policy").read_bytes())
    leaf = leaf_hash(told["header"].encode())
    assert verify_proof(parse_proof((folder / "proof").read_bytes()), leaf=leaf, policy=policy) == ()


def test_consistency_is_proved_for_sizes_that_the_log_had(run: Run, ask: Ask) -> None:
    """The log proves that it begins as it did; larger ones than it is are refused."""
    told = ask("log", "prove", "--consistent-with", "2", *PLACE)
    assert told.keys() == answers()["log prove --consistent-with N"].keys()
    assert (told["old"], bool(told["consistency"])) == (2, True)
    run("log", "prove", "--consistent-with", "99", *PLACE, code=2)
    run("log", "prove", *PLACE, code=2)


def test_check_names_the_first_entry_that_is_wrong(run: Run, ask: Ask, folder: Path) -> None:
    """A whole ledger is sound; one with a changed statement is not, and its entry is named first (issue, point 3)."""
    found = ask("log", "check", *PLACE)
    assert found.keys() == answers()["log check"].keys()
    assert (found["sound"], found["findings"]) == (True, [])
    assert run("log", "check", *PLACE).startswith("sound: ")
    with sqlite3.connect(folder / "ledger" / "ledger.db") as database:
        database.execute("DROP TRIGGER statement_unchanged")
        database.execute("UPDATE statement SET jws = CAST(replace(jws, 'A', 'B') AS BLOB) WHERE entry = 4")
    database.close()
    found = ask("log", "check", *PLACE, code=1)
    assert not found["sound"]
    assert found["findings"][0]["subject"] == "entry 4"
    assert run("log", "check", *PLACE, code=1).startswith("unsound: ")


# --- as a process -----------------------------------------------------------------------------------------------------


def process(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a process of its own, with nothing of this one's environment."""
    program = "from ledger.cli.main import run; run()"
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder), **environment}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, check=False)


LOCALES = {
    "C": {"LC_ALL": "C"},
    "C without UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "an ASCII stream": {"PYTHONIOENCODING": "ascii"},
    "a Latin stream": {"PYTHONIOENCODING": "latin-1"},
}


@pytest.mark.parametrize("settings", LOCALES.values(), ids=LOCALES)
def test_command_works_in_any_locale(folder: Path, settings: dict[str, str]) -> None:
    """Chinese words do not end a command where the terminal cannot show them; JSON is the same bytes everywhere."""
    (folder / "position.yaml").write_text(POSITION, encoding="utf-8")
    said = process("record", "position.yaml", "--yes", *PLACE, folder=folder, **settings)
    assert (said.returncode, said.stderr) == (0, b"")
    assert b"ten tonnes it is" in said.stdout
    told = process("status", *VIEW, "--json", folder=folder, **settings)
    plain = process("status", *VIEW, "--json", folder=folder)
    assert told.stdout == plain.stdout
    assert process("status", *VIEW, folder=folder, **settings).returncode == 0


def test_reader_that_leaves_early_is_no_error(folder: Path) -> None:
    """Where the reader of a pipe goes away, the command ends quietly, and never with the code of an unsound audit."""
    program = "from ledger.cli.main import run; run()"
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, "status", *VIEW, "--json"]
    with subprocess.Popen(command, cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
        assert (running.wait(), said) == (141, b"")


def test_disk_full_behind_the_answer_is_said(folder: Path) -> None:
    """An answer that cannot be written is not taken for one."""
    if not Path("/dev/full").exists():
        pytest.skip("this machine has no /dev/full")
    program = "from ledger.cli.main import run; run()"
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-c", program, "status", *VIEW]
        answer = subprocess.run(command, cwd=folder, env=settings, stdout=full, stderr=subprocess.PIPE, check=False)
    assert answer.returncode == 8
    assert answer.stderr.count(b"\n") == 1
    assert b"cannot be written" in answer.stderr
