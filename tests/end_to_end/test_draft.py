"""``pledger draft`` at a terminal: from a text to drafts that a person accepts and records (issue 5, point 4)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.cli.main import main

TEXT = """\
Joint statement
10 March 2026

China will purchase at least 20 million tonnes of soybeans from the United States in 2026. Both sides agreed to set up a
joint committee within 90 days. The ministers thanked their hosts. China will expand imports of US energy products.
"""

ABOUT = ("--issuer", "cn", "--issuer", "us", "--form", "statement", "--role", "joint", "--publisher", "The two sides")

Run = Callable[..., tuple[str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a text, and no ledger; the test stands in it."""
    (tmp_path / "joint.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLEDGER_LEDGER", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in the folder, which has to end with the code, and give what it says and notes."""
    assert folder.is_dir()

    def command(*arguments: str, code: int = 0) -> tuple[str, str]:
        capsys.readouterr()
        ended = main(arguments)
        out, err = capsys.readouterr()
        assert ended == code, err or out
        return out, err

    return command


def test_each_proposal_shows_its_words(run: Run) -> None:
    """What is proposed is quoted with its characters, its parts and what the lint says of it."""
    out, _ = run("draft", "joint.txt", *ABOUT)
    assert out.startswith("joint.txt (text, sha256:")
    assert "Of 2026-03-10.\n" in out
    begin = TEXT.index("China will purchase")
    assert f"1  characters {begin}–{TEXT.index(' Both')} of the text: “China will purchase at least 20 million" in out
    assert f"   amount     at least 20000000 t  “at least 20 million tonnes” [{begin + 20}–{begin + 46}]" in out
    assert "   actor      cn and us  “Both sides”" in out
    assert "   when       deadline 2026-06-08, from the document's day  “within 90 days”" in out
    assert "   open       terms[0].unit\n" in out
    assert out.count("   lint       ") == 3
    assert "3 proposed; nothing is recorded." in out


def test_without_options_there_is_no_score_and_it_says_why(run: Run) -> None:
    """What nobody said of the document is asked for, and never guessed."""
    out, _ = run("draft", "joint.txt")
    assert "   lint       " not in out
    assert "Without --form, --issuer, --role there is no score." in out
    assert "   actor      not known  “Both sides”" in out


def test_answer_holds_spans_drafts_and_lints(run: Run) -> None:
    """With --json every part has its characters and words, which are those of the text."""
    answer = json.loads(run("draft", "joint.txt", *ABOUT, "--json")[0])
    assert answer["source"]["day"] == "2026-03-10"
    assert answer["written"] == []
    assert [one["kind"] for one in answer["proposals"]] == ["quantity", "action", "trend"]
    for one in answer["proposals"]:
        for part in (one["sentence"], one["actor"], one["verb"], one["act"], *one["amounts"], *one["times"]):
            assert TEXT[part["start"] : part["end"]] == part["words"]
        assert one["lint"]["low_band"] == "rhetorical"
    assert answer["proposals"][2]["draft"]["open"] == ["terms[0].unit"]


def test_only_what_was_accepted_is_written_linted_and_recorded(run: Run, folder: Path) -> None:
    """The file holds the document and the accepted ones; the recorder shows, asks, and takes them."""
    run("draft", "joint.txt", *ABOUT, "--accept", "1,2", "-o", "pledges.yaml")
    text = (folder / "pledges.yaml").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("subject: ")] == [
        "subject: joint", "subject: joint-1", "subject: joint-2",
    ]  # fmt: skip
    out, err = run("lint", "pledges.yaml")
    assert "(joint-1)" in out
    assert err == ""
    run("init", "ledger", "--origin", "example.org/small")
    party = "kind: party\nsubject: {0}\nbody: {{kind: state, names: {{en: {1}}}}}\n"
    (folder / "parties.yaml").write_text("---\n".join((party.format("cn", "China"), party.format("us", "USA"))))
    run("record", "parties.yaml", "--ledger", "ledger", "--yes")
    _, err = run("record", "pledges.yaml", "--ledger", "ledger", code=2)
    assert "Nobody is at a terminal to agree to these words" in err
    out, _ = run("record", "pledges.yaml", "--ledger", "ledger", "--yes")
    assert "commitment joint-2" in out


def test_what_is_open_is_refused_until_it_is_mended(run: Run, folder: Path) -> None:
    """A draft with a member that the text does not settle is refused at its line, and taken once it is filled in."""
    _, err = run("draft", "joint.txt", *ABOUT, "--refuse", "1,2", "-o", "pledges.yaml")
    assert "1 member is open" in err
    path = folder / "pledges.yaml"
    line = next(n for n, row in enumerate(path.read_text("utf-8").splitlines(), 1) if "unit: null  # open: " in row)
    _, err = run("lint", "pledges.yaml", code=3)
    assert f"pledges.yaml, line {line}: body.terms[0].unit" in err
    path.write_text(path.read_text("utf-8").replace("unit: null", "unit: USD"), encoding="utf-8")
    assert "(joint-3)" in run("lint", "pledges.yaml")[0]


def test_parties_of_the_ledger_and_of_the_user_are_known(run: Run, folder: Path) -> None:
    """A name in the ledger, or given by --party, means its party; a vocabulary adds words."""
    (folder / "party.yaml").write_text("kind: party\nsubject: ruritania\nbody: {kind: state, names: {en: Ruritania}}\n")
    (folder / "note.txt").write_text(
        "Ruritania will repay Acme 5 florins of gold by 1 May 2027. Acme is wont to open its books."
    )
    (folder / "mine.toml").write_text('[verbs]\nhortatory = ["is wont to"]\n[units]\noz = []\n')
    run("init", "ledger", "--origin", "example.org/small")
    run("record", "party.yaml", "--ledger", "ledger", "--yes")
    given = ("draft", "note.txt", "--ledger", "ledger", "--party", "acme=Acme", "--json")
    assert "key units.oz: is no unit" in run(*given, "--vocabulary", "mine.toml", code=3)[0]
    (folder / "mine.toml").write_text('[verbs]\nhortatory = ["wont to"]\n')
    one, _ = json.loads(run(*given, "--vocabulary", "mine.toml")[0])["proposals"][:1] * 2
    assert one["actor"]["parties"] == ["ruritania"]
    assert one["others"] == ["acme"]


def test_nothing_found_is_said_with_its_limits(run: Run, folder: Path) -> None:
    """Rules miss pledges, so that finding none is no finding that there is none."""
    (folder / "none.txt").write_text("The ministers met.")
    out, _ = run("draft", "none.txt")
    assert "does not say that there is none" in out


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("missing.txt",), 2, "There is no file missing.txt"),
        (("joint.txt", "-o", "x.yaml"), 2, "Nothing is written that nobody accepted"),
        (("joint.txt", "-o", "x.yaml", "--accept", "1", "--refuse", "2"), 2, "Nothing is written that nobody accepted"),
        (("joint.txt", "--accept", "1"), 2, "name the file with -o"),
        (("joint.txt", "-o", "x.yaml", "--accept", "9"), 2, "There is no proposal 9; there are 3"),
        (("joint.txt", "-o", "x.yaml", "--accept", "one"), 2, "one is no list of numbers"),
        (("joint.txt", "-o", "x.yaml", "--refuse", "all"), 2, "No proposal is left"),
        (("joint.txt", "-o", "no/x.yaml", "--accept", "all"), 2, "There is no directory no"),
        (("joint.txt", "--form", "letter"), 2, "There is no --form letter"),
        (("joint.txt", "--role", "friend"), 2, "There is no --role friend"),
        (("joint.txt", "--date", "March"), 2, "March"),
        (("joint.txt", "--issuer", "The US"), 2, "The US is no short name"),
        (("joint.txt", "--party", "acme"), 2, "is not PARTY=NAME"),
        (("joint.txt", "--vocabulary", "joint.txt"), 3, "is not a TOML file"),
        (("binary.bin",), 3, "holds a control character"),
        (("broken.pdf",), 3, "is not a PDF that can be read"),
        (("deep.html",), 3, "nest deeper than 200 levels"),
    ],
)
def test_wrong_input_is_one_sentence(
    run: Run, folder: Path, arguments: tuple[str, ...], code: int, reason: str
) -> None:
    """Every fault has its exit code and its sentence, and nothing is written."""
    (folder / "binary.bin").write_bytes(b"\x00\x01\x02")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n")
    (folder / "deep.html").write_text("<html>" + "<div>" * 230 + "x")
    out, err = run("draft", *arguments, code=code)
    assert reason in err
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert not (folder / "x.yaml").exists()
