"""The measurements can be made: each program says what it does, measures, and has its place in the document."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.bench import append, carry, completeness, document, figure, ingest, peers, proof
from scripts.bench.figure import Options, Table

ROOT = Path(__file__).resolve().parents[2]


def small(folder: Path, form: str = "text") -> Options:
    """Return the options of a look in a folder."""
    return Options(is_quick=True, directory=folder, form=form)


@pytest.mark.parametrize("name", document.PROGRAMS)
def test_program_says_what_it_measures(name: str) -> None:
    """Each has --help and --quick, and runs from the top of the checkout (issue 2, point 10)."""
    done = subprocess.run(
        [sys.executable, "-m", f"scripts.bench.{name}", "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "--quick" in done.stdout
    assert "--json" in done.stdout


def test_every_program_has_its_place_in_the_document() -> None:
    """Figures in the document stand between the marks of the program that measured them."""
    texts = {path: path.read_text("utf-8") for path in (document.DOCUMENT, *document.DOCUMENTS.values())}
    marks = [mark for text in texts.values() for mark in re.findall(r"<!-- ([a-z_]+) -->", text)]
    assert sorted(marks) == sorted(["machine", *document.PROGRAMS])
    for name in document.PROGRAMS:
        text = texts[document.DOCUMENTS.get(name, document.DOCUMENT)]
        assert (ROOT / "scripts" / "bench" / f"{name}.py").is_file()
        assert document.replaced(text, name, "x").count(f"<!-- {name} -->\n\nx\n\n<!-- /{name} -->") == 1


def test_mark_that_is_not_there_is_said() -> None:
    """A document without the place for a table is not written."""
    with pytest.raises(SystemExit, match="has not exactly one <!-- proof -->"):
        document.replaced("no marks here", "proof", "x")


def test_ingest_is_compared_with_floors_of_the_same_round(tmp_path: Path) -> None:
    """Every floor is measured beside the product, and the sum is that of all six."""
    (found,) = ingest.measure(small(tmp_path), 10, rounds=1, count=20)
    floors = found.floors
    assert floors.sum_sodium == pytest.approx(floors.sum - floors.verify + floors.sodium)
    assert floors.check_sodium == pytest.approx(floors.hashes + floors.tree + floors.sodium)
    parts = (floors.read, floors.canonical, floors.verify, floors.hashes, floors.tree, floors.row)
    assert all(part > 0 for part in parts)
    assert floors.sum == pytest.approx(sum(parts))
    assert min(found.one, found.two) > 0


def test_append_is_measured_at_each_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log has the size that the row says when its batch begins (append cost, issue 2, point 10)."""
    monkeypatch.setattr(append, "BATCH", 10)
    stops = append.measure(small(tmp_path), (20, 60), batches=1)
    assert [stop.size for stop in stops] == [20, 60]


def test_proofs_that_are_timed_also_hold(tmp_path: Path) -> None:
    """Every row of the table is there, and no proof failed on the way."""
    rows = proof.measure(small(tmp_path), 40, 5)
    assert len(rows) == 7
    assert all(isinstance(row[3], float) for row in rows)


def test_log_that_is_carried_away_comes_back_the_same(tmp_path: Path) -> None:
    """Both ways are timed, and what came back has the checkpoint that was exported (issue 3, point 10)."""
    rows = carry.measure(small(tmp_path), 40)
    assert [row[0] for row in rows] == ["export of 40", "import of 40"]
    assert all(isinstance(cell, float) and cell > 0 for row in rows for cell in row[1:])


def test_peer_that_is_absent_is_left_out_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has not the extra `dev`, or no server, gets the rest of the table (issue 3, point 10)."""
    monkeypatch.setattr(peers, "find_spec", lambda name: None if name == "pymerkle" else object())
    monkeypatch.setattr(peers, "PEERS", [peer for peer in peers.PEERS if "eventsourcing" not in peer[1]])
    table = peers.measure(small(tmp_path), "")
    assert [str(row[0]).partition(":")[0] for row in table.rows] == [
        "Pledger, SQLite", "Pledger, SQLite", "plain SQLite, a hash column"
    ]  # fmt: skip
    assert [note.partition(":")[0] for note in table.notes] == [
        "pymerkle, SQLite is left out", "plain PostgreSQL, a hash column is left out"
    ]  # fmt: skip


def test_completeness_proofs_that_are_sized_also_hold(tmp_path: Path) -> None:
    """The made-up closure is found and proved, in batches or scattered, and a store's index is reckoned."""
    for scattered in (False, True):
        found = completeness.prove(3000, scattered=scattered)
        assert found.headers == 170
        assert found.proof < 65_536
    table = completeness.build_table(small(tmp_path), (300,))
    assert table.rows[0][0] == "300"


def test_table_is_printed_in_three_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For people, for the document, and as one JSON document with the machine (performance)."""
    table = Table("Something, µs", ("what", "µs"), (("a", 1.5), ("b", None), ("c", 12345)), ("A note.",))
    small(tmp_path).show(table)
    assert capsys.readouterr().out.splitlines()[1:3] == ["Something, µs", "what      µs"]
    small(tmp_path, "markdown").show(table)
    assert "| a | 1.50 |\n| b | – |\n| c | 12,345 |" in capsys.readouterr().out
    given = small(tmp_path, "json")
    given.show(table)
    given.finish()
    document = json.loads(capsys.readouterr().out)
    assert document["tables"][0]["rows"][0] == {"what": "a", "µs": 1.5}
    assert document["machine"].keys() == figure.machine().keys()
