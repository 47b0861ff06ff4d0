"""Files that are not the evidence they are given for: each ends in a sentence with its place, and nothing is kept.

The list is that of the issue of evidence: another format, cut short, gigabytes long, archives that swell, formulas,
merged cells, two encodings, dates as serials, dashes for zero, a mapping that matches nothing. Each case goes through
the real command. A row that cannot be read beside others that can is no refusal: it is counted and told, see the end.
"""

import json
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.cli.main import main
from tests.end_to_end.small import MAPPING, PLEDGE
from tests.end_to_end.test_bad_input import end, state_of
from tests.unit.ingest.book import book, packed, sheet_xml, stated, xlsx

HEADER = b'header = ["month", "tonnes"]'
WORKBOOK = MAPPING.replace(HEADER, HEADER + b'\ncontainer = "workbook"')
JSON = MAPPING.replace(HEADER, HEADER + b'\ncontainer = "json-rows"')
DASH = MAPPING.replace(b"[period]", b'[cells]\nzero = ["-"]\n\n[period]')
SERIAL = MAPPING.replace(b'form = "month"', b'form = "serial"')
NOWHERE = MAPPING.replace(b"[[series]]", b'[[series]]\nkeep = [{ column = "month", equals = ["1999-01"] }]')

GIGABYTES = 3 << 30
"""More bytes than anything reads into memory here; the file is a hole on the disk."""

LEAST = 256 << 20
"""Bytes by which memory may grow while such a file is refused."""


class Bad(NamedTuple):
    """A file, how it is read, and what its sentence names: the place in it, and what is wrong there."""

    raw: bytes
    mapping: bytes
    place: str
    said: str


BAD: dict[str, Bad] = {
    "a workbook read as CSV": Bad(book({1: ["month", "tonnes"]}), MAPPING, "line 1", "is no text, but an archive"),
    "a web page in place of data": Bad(
        b"<!doctype html><html><body>Error 500</body></html>\n", MAPPING, "line 1", "is a web page in place of data"
    ),
    "an answer that says what went wrong": Bad(b'{"error": "no key"}', JSON, "grain.csv", "array"),
    "a row of CSV cut short": Bad(
        b"month,tonnes\n2020-01", MAPPING, "row 2", "1 cells where 2 are expected"
    ),
    "a quotation that never ends": Bad(b'month,tonnes\n2020-01,"5\n', MAPPING, "line 2", "quotation marks"),
    "JSON cut short": Bad(b'[["month","tonnes"],["2020-01","5"]', JSON, "before byte 36", "was it cut short?"),
    "a workbook cut short": Bad(book({1: ["month", "tonnes"]})[:300], WORKBOOK, "grain.csv", "cut short"),
    "an archive that swells": Bad(
        stated(packed({"xl/workbook.xml": b"0" * 100}), 0xF0000000), WORKBOOK, "grain.csv",
        "would unpack to 4026531840 bytes",
    ),
    "an archive that lies about its size": Bad(
        stated(packed({"xl/workbook.xml": b"0" * (1 << 20)}), 10), WORKBOOK, "part 'xl/workbook.xml'",
        "unpacks to more or less",
    ),
    "a formula without its value": Bad(
        book({1: ["month", "tonnes"], 2: ["2020-01", ("formula", "")]}), WORKBOOK,
        "row 2, column 'tonnes'", "formula",
    ),
    "a formula that failed": Bad(
        book({1: ["month", "tonnes"], 2: ["2020-01", ("error", "#DIV/0!")]}), WORKBOOK,
        "row 2, column 'tonnes'", "#DIV/0!",
    ),
    "a header merged over other headings": Bad(
        xlsx({"Data": sheet_xml({1: ["month"], 2: ["2020-01", 5]}, merged=("A1:B1",))}), WORKBOOK,
        "row 1", "column 2 of the header is 'month' where 'tonnes' is expected",
    ),
    "a cell merged over rows": Bad(
        xlsx({"Data": sheet_xml({1: ["month", "tonnes"], 2: ["2020-01", 5], 3: [None, 6]}, merged=("A2:A3",))}),
        WORKBOOK, "row 2, column A", "merged over rows 2 to 3",
    ),
    "two encodings in one file": Bad(
        b"month,tonnes\n2020-01,5\n" + "2020-02,5\xa0000\n".encode("latin-1"), MAPPING, "line 3", "not UTF-8"
    ),
    "a date as a serial": Bad(b"month,tonnes\n43831,5\n", MAPPING, "row 2, column 'month'", "43831"),
    "a serial that is no whole day": Bad(b"month,tonnes\n43831.5,5\n", SERIAL, "row 2, column 'month'", "43831.5"),
    "a day where serials are declared": Bad(
        b"month,tonnes\n2020-01-01,5\n", SERIAL, "row 2, column 'month'", "2020-01-01"
    ),
    "a dash where zero is meant": Bad(b"month,tonnes\n2020-01,-\n", MAPPING, "row 2, column 'tonnes'", "-"),
    "another dash than is declared": Bad(
        "month,tonnes\n2020-01,\u2013\n".encode(), DASH, "row 2, column 'tonnes'", "\u2013"
    ),
    "a mapping that matches nothing": Bad(b"month,tonnes\n2020-01,5\n", NOWHERE, "1 rows", "no figure in them"),
    "a mapping of other columns": Bad(
        b"month,tonnes\n2020-01,5\n", MAPPING.replace(HEADER, b'header = ["month", "tonnes", "port"]'),
        "row 1", "2 columns",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a pledge and its parties."""
    folder = tmp_path_factory.mktemp("bad evidence")
    (folder / "pledge.yaml").write_text(PLEDGE)
    assert main(["init", str(folder / "ledger"), "--origin", "example.org/small"]) == 0
    assert main(["record", str(folder / "pledge.yaml"), "--yes", "--ledger", str(folder / "ledger")]) == 0
    return folder / "ledger"


Submit = Callable[[bytes | None, bytes], int]


@pytest.fixture
def submit(founded: Path, tmp_path: Path) -> Submit:
    """Submit a file, by default the one that is there, by a mapping; give the exit code."""

    def done(raw: bytes | None, mapping: bytes) -> int:
        if raw is not None:
            (tmp_path / "grain.csv").write_bytes(raw)
        (tmp_path / "grain.toml").write_bytes(mapping)
        files = [str(tmp_path / "grain.csv"), "--map", str(tmp_path / "grain.toml")]
        return main(["submit", *files, "--ledger", str(founded)])

    return done


@pytest.mark.parametrize("case", BAD)
def test_bad_evidence_ends_in_a_sentence_with_its_place(
    founded: Path, submit: Submit, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    """File, and row and column where there is one; nothing is half-imported: no entry, no checkpoint, no file."""
    bad = BAD[case]
    if bad.mapping == WORKBOOK:
        pytest.importorskip("python_calamine", reason="the extra `tables` reads workbooks")
    before = state_of(founded)
    capsys.readouterr()
    code, sentence = end(submit(bad.raw, bad.mapping), capsys)
    assert code == 3
    assert "grain.csv" in sentence
    assert bad.place in sentence, sentence
    assert bad.said in sentence, sentence
    assert state_of(founded) == before


@pytest.mark.parametrize("mapping", [MAPPING, JSON], ids=["CSV", "JSON"])
def test_file_of_gigabytes_is_refused_in_bounded_memory(
    founded: Path, submit: Submit, tmp_path: Path, capsys: pytest.CaptureFixture[str], mapping: bytes
) -> None:
    """What has no line and no element in three gigabytes is given up early, not read into memory."""
    with (tmp_path / "grain.csv").open("wb") as file:
        file.write(b"month,tonnes\n" if mapping == MAPPING else b"[")
        file.truncate(GIGABYTES)
    before, used = state_of(founded), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    capsys.readouterr()
    code, sentence = end(submit(None, mapping), capsys)
    assert (code, "grain.csv" in sentence) == (3, True), sentence
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used) * 1024 < LEAST
    assert state_of(founded) == before


def test_bad_row_among_good_ones_is_counted_and_told(
    founded: Path, submit: Submit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows that can be read are imported, those that cannot are named by row and column in answer and evidence."""
    copy = tmp_path / "copy"
    shutil.copytree(founded, copy)
    (tmp_path / "grain.csv").write_bytes(b"month,tonnes\n2020-01,5\n2020-02,-\n43891,7\n")
    (tmp_path / "grain.toml").write_bytes(MAPPING)
    capsys.readouterr()
    files = [str(tmp_path / "grain.csv"), "--map", str(tmp_path / "grain.toml")]
    assert main(["submit", *files, "--ledger", str(copy), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["submitted"]
    assert [(row["row"], row["column"]) for row in found["rejected"]["rows"]] == [(3, "tonnes"), (4, "month")]
    assert (found["rejected"]["count"], found["series"][0]["count"]) == (2, 1)


def test_dash_that_is_declared_is_zero(founded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether a dash is zero or nothing is for the mapping to say (R10)."""
    copy = tmp_path / "copy"
    shutil.copytree(founded, copy)
    (tmp_path / "grain.csv").write_bytes(b"month,tonnes\n2020-01,-\n")
    (tmp_path / "grain.toml").write_bytes(DASH)
    capsys.readouterr()
    files = [str(tmp_path / "grain.csv"), "--map", str(tmp_path / "grain.toml")]
    assert main(["submit", *files, "--preview", "--ledger", str(copy), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["preview"]
    assert found["series"][0]["first"][0]["value"] == "0"
