"""Files as people have them, through the command: previews, first mappings, spreadsheets of pledges, and bad input."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.main import answers, main
from tests.end_to_end.small import PLEDGE
from tests.end_to_end.test_bad_input import end, state_of
from tests.unit.ingest.book import Cell, book, packed, stated

MAPPING = """
name = "trade"
title = "Exports of grain"
publisher = "Customs of B"
authority = "customs"
channel = "monthly"
standing = "official"
authority_of = "bb"
licence = "free"
redistribute = true
container = "workbook"
columns = "named"
header = ["Month", "Code", "Tonnes"]
[period]
column = "Month"
form = "day"
frequency = "M"
[[series]]
measure = "export"
reporter = "bb"
partner = "aa"
classification = "HS"
code = { column = "Code", lengths = [4] }
unit = "t"
value = "Tonnes"
"""
HEAD: list[Cell] = ["Month", "Code", "Tonnes", "Remark"]
GOOD: list[Cell] = [("day", "43831"), "1001", 5.5, "x"]


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger with a pledge, its parties and its instrument; the test stands beside it."""
    directory = tmp_path / "ledger"
    (tmp_path / "pledge.yaml").write_text(PLEDGE)
    (tmp_path / "trade.toml").write_text(MAPPING)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLEDGER_LEDGER", str(directory))
    assert main(["init", str(directory), "--origin", "example.org/small"]) == 0
    assert main(["record", "pledge.yaml", "--yes"]) == 0
    return directory


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The answer of a command, with --json."""
    capsys.readouterr()
    code = main([*arguments, "--json"])
    out, err = capsys.readouterr()
    assert code == 0, (out, err)
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def test_workbook_is_previewed_and_then_submitted(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A preview says what was understood and records nothing; the same file is then evidence, its bytes kept."""
    Path("trade.xlsx").write_bytes(book({1: HEAD, 2: GOOD, 3: [("day", "43862"), "1001", "lots"]}))
    before = state_of(ledger)
    found = ask(capsys, "submit", "trade.xlsx", "--map", "trade.toml", "--preview")
    assert found.keys() == answers()["submit --preview"].keys()
    ((told),) = found["preview"]
    assert told["columns"] == {"Month": ["period"], "Code": ["code"], "Tonnes": ["figure: export"]}
    ((series),) = told["series"]
    assert (series["subject"], series["periods"], series["codes"]) == ("series:export/bb/aa", 1, 1)
    assert series["totals"] == [{"unit": "t", "basis": "", "digits": 4, "count": 1, "value": "5.5"}]
    assert told["rejected"]["rows"] == [{"row": 3, "column": "Tonnes", "reason": "'lots' is not a number"}]
    assert state_of(ledger) == before
    assert main(["submit", "trade.xlsx", "--map", "trade.toml", "--preview"]) == 0
    said = capsys.readouterr().out
    for part in ("5.5 t of HS 1001, 2020-01-01 to 2020-01-01", "codes of 4 digits", "rejected row 3, column Tonnes"):
        assert part in said
    done = ask(capsys, "submit", "trade.xlsx", "--map", "trade.toml")
    assert done.keys() == answers()["submit"].keys()
    assert state_of(ledger).size == before.size + 1


def test_first_mapping_of_a_file_is_finished_by_a_person(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--new-map writes what the file shows, and what a person fills in makes a mapping of it."""
    Path("trade.csv").write_text("month,tonnes\n2020-01,5\n")
    assert main(["submit", "trade.csv", "--new-map"]) == 0
    text = capsys.readouterr().out
    assert ask(capsys, "submit", "trade.csv", "--new-map") == {"map": text}
    blank = {"standing": "official", "measure": "export", "unit": "t", "code": "1001", "value": "tonnes"}
    for key in (
        "name",
        "title",
        "publisher",
        "authority",
        "channel",
        "licence",
        "reporter",
        "partner",
        "classification",
    ):
        blank[key] = "own"
    for key, value in blank.items():
        text = re.sub(rf'^{key} = "FILL IN"', f'{key} = "{value}"', text, flags=re.MULTILINE)
    Path("own.toml").write_text(text)
    assert main(["submit", "trade.csv", "--map", "own.toml", "--preview"]) == 0


def test_shipped_formats_are_listed_and_printed(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A user sees what is there, and can begin a mapping from one that is."""
    listed = ask(capsys, "formats")
    assert listed.keys() == answers()["formats"].keys()
    names = [one["name"] for one in listed["formats"]]
    assert {"un-comtrade-api", "iati-activities", "ecb-exchange-rates"} < set(names)
    assert str(ask(capsys, "formats", "iati-activities")["map"]).startswith("# IATI activity files")
    assert main(["formats", "nonsense"]) == 2


PLEDGES = """
name = "own-pledges"
title = "Pledges of ours"
container = "workbook"
header = ["No", "What", "Amount", "By"]
[pledge]
subject = { column = "No", slug = true }
title = { column = "What" }
instrument = "deal"
date = "2020-01-15"
obligors = "aa"
obligees = "bb"
words = { column = "What" }
language = "en"
[term]
title = { column = "What" }
actor = "aa"
target = { column = "Amount" }
unit = "t"
measure = "export"
reporter = "bb"
partner = "aa"
start = "2020-01-01"
end = { column = "By" }
[source]
title = "The deal"
publisher = "Office"
role = "joint"
"""


def test_spreadsheet_of_pledges_is_shown_confirmed_and_signed(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Drafts are shown first; nothing is signed in a preview, nor where nobody agrees."""
    Path("pledges.toml").write_text(PLEDGES)
    sheet: dict[int, list[Cell]] = {
        1: ["No", "What", "Amount", "By"],
        2: ["P 1", "ten tonnes of grain", 10, ("day", "44196")],
    }
    Path("pledges.xlsx").write_bytes(book(sheet))
    before = state_of(ledger)
    found = ask(capsys, "record", "pledges.xlsx", "--map", "pledges.toml", "--preview")
    assert found.keys() == answers()["record --preview"].keys()
    ((draft),) = found["preview"]
    assert (draft["kind"], draft["subject"], draft["where"]) == ("commitment", "p-1", "pledges.xlsx, row 2")
    assert main(["record", "pledges.xlsx", "--map", "pledges.toml", "--preview"]) == 0
    assert "about p-1, to be issued when it is signed." in capsys.readouterr().out
    assert main(["record", "pledges.xlsx", "--map", "pledges.toml"]) == 2  # nobody is at a terminal
    assert "“ten tonnes of grain”" in capsys.readouterr().out
    assert state_of(ledger) == before
    assert main(["record", "pledges.xlsx", "--map", "pledges.toml", "--yes"]) == 0
    assert state_of(ledger).size == before.size + 1
    capsys.readouterr()
    assert main(["status", "p-1", "--as-of", "2021-01-31"]) == 0
    assert "ten tonnes of grain" in capsys.readouterr().out


def rows(*more: list[Cell]) -> bytes:
    """A workbook of these rows below the header."""
    return book(dict(enumerate([HEAD, *more], start=1)))


def as_csv(text: str) -> str:
    """The mapping of the workbook, for CSV."""
    return MAPPING.replace('container = "workbook"\n', text)


BOMB = stated(packed({"xl/workbook.xml": b"0" * 1000}), (1 << 30) + 1)

BAD: dict[str, tuple[str, bytes, str, str]] = {
    "a file of another format": ("t.xlsx", b"Month,Code,Tonnes\n", MAPPING, "t.xlsx: is no workbook, but text"),
    "a truncated workbook": ("t.xlsx", rows(GOOD)[:-400], MAPPING, "t.xlsx: is not a workbook|t.xlsx: .* cut short"),
    "a truncated document": (
        "t.json", b'[["Month","Code","Tonnes"],["2020-01-31","1001","5"],["2020',
        as_csv('container = "json-rows"\n'), "t.json: the answer is not JSON .* cut short",
    ),
    "a workbook that would swell": ("t.xlsx", BOMB, MAPPING, "t.xlsx: would unpack to 1073741825 bytes"),
    "a formula without its value": (
        "t.xlsx", rows([("day", "43831"), "1001", ("formula", ""), "x"]), MAPPING,
        "t.xlsx: .* row 2, column 'Tonnes': '#FORMULA!' is a formula of which the workbook holds no value",
    ),
    "an error of the workbook": (
        "t.xlsx", rows([("day", "43831"), "1001", ("error", "#DIV/0!"), "x"]), MAPPING,
        "t.xlsx: .* row 2, column 'Tonnes': '#DIV/0!' is an error of the workbook",
    ),
    "merged cells": (
        "t.xlsx", book({1: HEAD, 2: GOOD, 3: [("day", "43862"), None, 7, "x"]}, merged=("B2:B3",)), MAPPING,
        "t.xlsx: row 2, column B: the cell is merged over rows 2 to 3",
    ),
    "headings in another row": (
        "t.xlsx", book({1: ["Made on Sunday"], 2: HEAD, 3: GOOD}), MAPPING,
        "t.xlsx, row 1: no column of the header is 'Month'",
    ),
    "mixed encodings": (
        "t.csv", "Month,Code,Tonnes\n2020-01-31,1001,5\n2020-02-29,1001,é\n".encode("latin-1"), as_csv(""),
        r"t.csv: line 3 is not UTF-8 \(byte 17 of the line\)",
    ),
    "wide characters": ("t.csv", "Month,Code,Tonnes\n".encode("utf-16"), as_csv(""), "t.csv: line 1 is UTF-16"),
    "days as serials that are not declared": (
        "t.xlsx", rows([43831, "1001", 5, "x"]), MAPPING,
        "t.xlsx: .* row 2, column 'Month': '43831' is not a period; write YYYY-MM-DD",
    ),
    "dashes for zero": (
        "t.xlsx", rows([("day", "43831"), "1001", "-", "x"]), MAPPING,
        "t.xlsx: .* row 2, column 'Tonnes': '-' is a dash, which may mean zero or no figure",
    ),
    "codes that lost their zeros": (
        "t.xlsx", rows([("day", "43831"), 101, 5, "x"]), MAPPING,
        "t.xlsx: .* row 2, column 'Code': '101' has 3 characters where 4 are expected; lost zeros",
    ),
    "a mapping that matches nothing": (
        "t.xlsx", rows(GOOD), MAPPING.replace("[period]", 'keep = [{ column = "Code", equals = ["9999"] }]\n[period]'),
        "t.xlsx: the table has 1 rows, and no figure in them that the mapping trade looks for",
    ),
    "an error page in place of data": (
        "t.csv", b"<!DOCTYPE html>\n<title>503</title>\n", as_csv(""), "t.csv: line 1 is a web page in place of data",
    ),
    "a key that is none": ("t.xlsx", rows(GOOD), MAPPING + "vaule = 1\n", "trade.toml, key series.0.vaule"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_file_ends_in_a_sentence_and_nothing_is_imported(
    ledger: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    """Each bad file ends in one sentence with file, row and column, and nothing of it is half imported."""
    name, raw, mapping, reason = BAD[case]
    Path(name).write_bytes(raw)
    Path("trade.toml").write_text(mapping)
    before = state_of(ledger)
    capsys.readouterr()
    code, sentence = end(main(["submit", name, "--map", "trade.toml"]), capsys)
    assert code == 3, sentence
    assert re.search(reason, sentence), sentence
    assert state_of(ledger) == before


def test_bad_spreadsheet_of_pledges_ends_in_a_sentence_and_nothing_is_signed(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One row that cannot be read, and no pledge of the table is signed."""
    Path("pledges.toml").write_text(PLEDGES)
    good: list[Cell] = ["P 1", "ten tonnes", 10, ("day", "44196")]
    bad: list[Cell] = ["P 2", "some", "lots", ("day", "44196")]
    Path("pledges.xlsx").write_bytes(book({1: ["No", "What", "Amount", "By"], 2: good, 3: bad}))
    before = state_of(ledger)
    capsys.readouterr()
    code, sentence = end(main(["record", "pledges.xlsx", "--map", "pledges.toml", "--yes"]), capsys)
    assert (code, "pledges.xlsx, row 3, column 'Amount': 'lots' is not a number" in sentence) == (3, True), sentence
    assert state_of(ledger) == before
