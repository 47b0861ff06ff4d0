"""Tables of a real audit: as a workbook, as one CSV, as all of them, by the command line (design §2.6).

The ledger is the small one: ten tonnes of grain were promised for 2020, and the customs of B count 5 and 7 in its first
two months.
"""

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.result import AuditResult
from ledger.cli.main import answers, main
from ledger.cli.tabular import SUMS
from ledger.report.html import Page
from ledger.report.table.audit import TABLES
from ledger.report.wording import catalogue
from ledger.runtime import Ledger
from ledger.runtime.publishing import audits
from tests.end_to_end.small import FIGURES, MAPPING, PLEDGE

calamine = pytest.importorskip("python_calamine", reason="the extra `tables` reads workbooks")

VIEW = ("--ledger", "ledger", "--as-of", "2021-06-30")
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the ledger of one pledge and its figures."""
    folder = tmp_path_factory.mktemp("tables")
    files = {"pledge.yaml": PLEDGE.encode(), "grain.toml": MAPPING, "grain.csv": FIGURES}
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    ledger = ["--ledger", str(folder / "ledger")]
    assert main(["init", str(folder / "ledger"), "--origin", "example.org/small"]) == 0
    assert main(["record", str(folder / "pledge.yaml"), "--yes", *ledger]) == 0
    assert main(["submit", str(folder / "grain.csv"), "--map", str(folder / "grain.toml"), *ledger]) == 0
    return folder


@pytest.fixture
def folder(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, in which the test stands."""
    place = tmp_path / "place"
    shutil.copytree(founded, place)
    monkeypatch.chdir(place)
    monkeypatch.delenv("PLEDGER_LEDGER", raising=False)
    return place


@pytest.fixture
def ask(folder: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Audit the pledge with these options, and give the object that is answered."""

    def command(*arguments: str, code: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        ended = main(["audit", "grain", *VIEW, *arguments, "--json"])
        out, err = capsys.readouterr()
        assert ended == code, err or out
        return dict(json.loads(out))

    return command


def test_workbook_and_table_are_of_the_same_audit(ask: Ask, folder: Path) -> None:
    """The workbook names the digest of the very ``audit.json``, and its figures are those of the CSV and the file."""
    done = ask("-o", "grain.xlsx", "-o", "grain.json", "-o", "points.csv", "--table", "points")
    assert done.keys() == answers()["audit"].keys()
    book = calamine.load_workbook("grain.xlsx")
    about = {str(row[0]): row[1] for row in book.get_sheet_by_name("About").to_python()[:12]}
    raw = (folder / "grain.json").read_bytes()
    assert about["Digest of audit.json"] == f"sha256:{hashlib.sha256(raw).hexdigest()}"
    head, *rows = csv.reader(io.StringIO((folder / "points.csv").read_text(encoding="utf-8"), newline=""))
    assert [row[head.index("amount")] for row in rows] == ["5", "7"]
    sheet_head, *sheet = book.get_sheet_by_name("Observations").to_python()
    assert [row[sheet_head.index("Amount")] for row in sheet] == [5, 7]
    assert [row[sheet_head.index("Amount, exact")] for row in sheet] == ["5", "7"]
    assert [one["digest"] for one in done["files"]] == [
        f"sha256:{hashlib.sha256((folder / one['path']).read_bytes()).hexdigest()}" for one in done["files"]
    ]


def test_every_table_is_written_into_a_directory(ask: Ask, folder: Path) -> None:
    """Each table is a file of its name, those without rows as well, and a second run gives the same bytes."""
    done = ask("--csv", "tables")
    names = [*(f"{table.name}.csv" for table in TABLES), SUMS]
    assert [Path(one["path"]).name for one in done["tables"]] == names
    assert sorted(path.name for path in (folder / "tables").iterdir()) == sorted(names)
    assert ask("--csv", "tables")["tables"] == done["tables"]
    assert done["files"] == []


def test_published_tables_are_named_by_the_list_of_their_digests(ask: Ask, folder: Path) -> None:
    """The entry names the list, and the list each table, as any program for sums reads it (design §2.2)."""
    done = ask("-o", "grain.json", "--csv", "tables", "--publish")
    raw = (folder / "tables" / SUMS).read_bytes()
    assert done["tables"][-1]["digest"] == f"sha256:{hashlib.sha256(raw).hexdigest()}"
    lines = [line.split("  ") for line in raw.decode("ascii").splitlines()]
    assert lines == [[one["digest"][7:], Path(one["path"]).name] for one in done["tables"][:-1]]
    with _opened(folder) as ledger:
        (published,) = audits(ledger, ledger.view())
    assert published.audit.files == {"json": done["files"][0]["digest"], "tables": done["tables"][-1]["digest"]}


def test_workbook_is_the_same_bytes_each_time(ask: Ask) -> None:
    """The same view by the same software gives the same workbook (design §2.6)."""
    assert ask("-o", "one.xlsx")["files"][0]["digest"] == ask("-o", "two.xlsx")["files"][0]["digest"]


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "a table without its name": (("-o", "a.csv"), "A .csv holds one table; say which"),
    "a name without a table": (("-o", "a.xlsx", "--table", "points"), "--table says which table a .csv holds"),
    "a table that there is not": (("-o", "a.csv", "--table", "point"), "No table is called 'point'"),
    "a file in place of a directory": (("--csv", "grain.csv"), "can be no directory"),
    "a directory in none": (("--csv", "none/tables"), "can be no directory"),
    "nothing to write": ((), "Nothing says where to write the audit"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_written_is_refused_before_anything_is(ask: Ask, folder: Path, case: str) -> None:
    """One sentence says what was wrong and what to do, and no file is begun (style §7)."""
    arguments, said = REFUSED[case]
    before = sorted(path.name for path in folder.iterdir())
    assert said in ask(*arguments, code=2)["detail"]
    assert sorted(path.name for path in folder.iterdir()) == before


def test_tables_leave_nothing_of_a_real_audit_out(folder: Path) -> None:
    """Every text and number of the audit stands in some cell."""
    with _opened(folder) as ledger, ledger.export(ledger.view("2021-06-30"), ["grain"]) as export:
        audit, raw = export.result, export.audit_json
    cells = "\n".join(cell for table in TABLES for row in table.rows(audit) for cell in row if cell is not None)
    assert [text for text in _texts(json.loads(raw)) if text not in cells and text != audit.opinion.code] == []


def test_pictures_of_a_real_audit_have_words(folder: Path) -> None:
    """Each picture is drawn, and told with its figures."""
    with _opened(folder) as ledger, ledger.export(ledger.view("2021-06-30"), ["grain"]) as export:
        audit: AuditResult = export.result
    page = Page(audit, catalogue("en"))
    (chapter,) = page.chapters
    drawings = {one.name: one for one in page.gallery.all_of(chapter, audit.view.as_of)}
    assert "12 t had been observed" in drawings["c1p1"].words
    assert all(one.svg().startswith("<svg") for one in drawings.values())


def _opened(folder: Path) -> Ledger:
    from ledger.runtime import open_ledger

    return open_ledger(folder / "ledger")


def _texts(value: object) -> list[str]:
    """Every text of a document."""
    if isinstance(value, dict):
        return [text for member in value.values() for text in _texts(member)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []
