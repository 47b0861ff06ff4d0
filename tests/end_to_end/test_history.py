"""How a verdict came about, and several pledges together, by terminal (R1, R16)."""

import json
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.history import ANSWER
from ledger.cli.main import main
from ledger.cli.status import TOGETHER
from tests.end_to_end.small import MAPPING, PLEDGE, drafts, small_ledger

AS_OF = "2021-06-30"
FIRST = b"month,tonnes\n" + b"".join(b"2020-%02d,1\n" % month for month in range(1, 13))
REVISED = b"month,tonnes\n2020-10,0\n2020-11,0\n2020-12,0\n"

SECOND = PLEDGE[PLEDGE.index("kind: commitment") :].replace("subject: grain\n", "subject: more\n", 1)
"""A second pledge of the same words; what links the two is put in by a test."""

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of two pledges of one flow, its figures, and a revision of its last three months."""
    directory = tmp_path_factory.mktemp("history") / "ledger"
    with small_ledger(directory) as made:
        made.record(drafts(PLEDGE))
        linked = SECOND.replace(
            "  terms:\n", "  links: [{kind: part_of, commitment: grain, note: as the note says}]\n  terms:\n", 1
        )
        made.record(drafts(linked))
        for raw, day in ((FIRST, date(2021, 2, 5)), (REVISED, date(2021, 3, 5))):
            made.submit(BytesIO(raw), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml", published=day)
    return directory


@pytest.fixture
def said(ledger: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command on it and give what it says; it has to end with the code."""

    def command(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        ended = main([*arguments, "--ledger", str(ledger), "--as-of", AS_OF])
        out, err = capsys.readouterr()
        assert ended == code, err or out
        return out if code == 0 else err or out

    return command


def test_history_tells_each_turn_with_its_reason(said: Ask) -> None:
    """By day and by entry: published and met, revised and not met (R1, R2)."""
    told = said("history", "grain")
    assert "By day, as the log stands:" in told
    assert "2021-02-05\n    grain: not assessable became met" in told
    assert "2021-03-05\n    grain: met became not met" in told
    assert "because customs/monthly published on 2021-03-05 (entry" in told
    assert f"By entry, asked of {AS_OF}:" in told


def test_history_answers_programs_alike(said: Ask) -> None:
    """The object has the members that are documented, views and all (R1)."""
    told = json.loads(said("history", "grain", "--json"))
    assert told.keys() == ANSWER.keys()
    assert [step["view"]["as_of"] for step in told["by_day"]][-2:] == ["2021-02-05", "2021-03-05"]
    assert told["by_entry"][-1]["turned"][0]["after"] == "not_met"


def test_history_of_what_is_not_there_is_refused(said: Ask) -> None:
    """One sentence, and the code of what is not found."""
    assert "No commitment corn is known" in said("history", "corn", code=5)


def test_status_of_a_party_counts_a_flow_once(said: Ask) -> None:
    """Two pledges of one flow, the second part of the first: ten are owed, and nine were seen once (R16)."""
    told = json.loads(said("status", "--party", "aa", "--json"))
    assert told.keys() == TOGETHER.keys()
    (total,) = told["totals"]
    assert (total["owed_low"], total["owed_high"], total["terms"]) == ("10", "10", ["grain/grain", "more/grain"])
    assert [(one["low"], one["high"]) for one in total["channels"]] == [("9", "9")]
    words = said("status", "--instrument", "deal")
    assert "Together, series:export/bb/aa: at least 10 t by 2 terms; customs/monthly has seen 9 t" in words
    assert "more is part of grain, so that its amount is within the other" in words


def test_status_of_one_commitment_shows_links_and_what_would_turn_it(said: Ask) -> None:
    """A link with its note, and the flip distance in words (R13, R16)."""
    assert "Link: more is part of grain: as the note says" in said("status", "more")
    told = said("status", "grain")
    assert "Turns on its actual: would be met if customs/monthly had seen 1 t more (11.1 % of it)" in told


def test_audit_of_an_instrument_holds_the_totals(ledger: Path, said: Ask, tmp_path: Path) -> None:
    """What an instrument gives force to is audited together; the result has its totals and is verified (R16)."""
    written = tmp_path / "audit.json"
    said("audit", "--instrument", "deal", "-o", str(written), "-o", str(tmp_path / "audit.zip"))
    result = json.loads(written.read_text())
    assert result["subjects"] == ["grain", "more"]
    (total,) = result["totals"]
    assert (total["owed_low"], total["owed_high"]) == ("10", "10")
    assert main(["verify", str(tmp_path / "audit.zip"), "--policy", str(ledger / "policy")]) == 0


REFUSED = {
    "a party that is not there": (("status", "--party", "zz"), 5, "No party zz is known"),
    "an instrument that is not there": (("status", "--instrument", "zz"), 5, "No instrument zz is known"),
    "a commitment and a party": (("status", "grain", "--party", "aa"), 2, "Give a commitment, or --party"),
    "an audit of nothing": (("audit", "-o", "a.json"), 2, "give commitments, or --party"),
    "an audit of both": (("audit", "grain", "--party", "aa", "-o", "a.json"), 2, "Give commitments, or --party"),
    "an audit of one who owes nothing": (("audit", "--party", "bb", "-o", "a.json"), 2, "No commitment of these"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_status_of_what_is_not_there_is_refused(case: str, said: Ask) -> None:
    """One sentence that says what to do (design §3)."""
    arguments, code, words = REFUSED[case]
    assert words in said(*arguments, code=code)
