"""The bundles of tests/vectors, which hold any verifier to one answer, and this release to those before it.

The runner is the program that a stranger would use, ``scripts/conform``; here it asks the two verifiers of the house in
this process, where a hundred of them take seconds.
"""

import contextlib
import gzip
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import subprocess
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ledger.audit.check.code import CODES, MORE
from ledger.audit.shape import SHAPES
from ledger.audit.verify import verify
from tests.end_to_end.standalone import program

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"
ROWS: list[dict[str, Any]] = json.loads((VECTORS / "bundles" / "index.json").read_bytes())["bundles"]
RELEASES = sorted(path.parent for path in (VECTORS / "releases").glob("*/audit.zip.gz"))
ELSEWHERE = {"report.differs", "printed.differs", "printed.words", "printed.appended", "printed.signature"}
"""Codes that a file alone does not show: tests/unit/audit shows them, with the software that renders."""


@cache
def loaded(name: str) -> ModuleType:
    """Return a program of scripts/ as a module."""
    path = str(ROOT / "scripts" / name)
    spec = importlib.util.spec_from_loader(name, importlib.machinery.SourceFileLoader(name, path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def by_file(row: dict[str, Any]) -> str:
    """Return the name of a vector."""
    return str(row["file"])


@pytest.mark.parametrize("row", ROWS, ids=by_file)
def test_pledger_answers_every_vector_to_the_finding(row: dict[str, Any]) -> None:
    """Pledger's verifier gives the very findings that are listed, in their order, and lists the same as not checked."""
    policy = (VECTORS / "bundles" / row["policy"]).read_bytes() if row["policy"] else None
    raw = loaded("conform").unpacked(row)
    answer = verify(io.BytesIO(raw), policy=policy, genesis=row["genesis"])
    said = json.dumps(answer.document()).encode()
    assert loaded("conform").faults(row, 0 if answer.sound else 1, said) == []
    assert [{"code": one.code, "subject": one.subject} for one in answer.findings[:20]] == row["findings"]
    assert [one for one in answer.not_checked if one != "rendering"] == row["not_checked"]


# The protocol lets a verifier take no charter by its digest: the one in one file is not asked (docs/verification.md).
@pytest.mark.parametrize("row", [row for row in ROWS if row["genesis"] is None], ids=by_file)
def test_verifier_in_one_file_answers_every_vector(row: dict[str, Any], tmp_path: Path) -> None:
    """The second implementation keeps the protocol: it is right, or says that it does not check that code."""
    (tmp_path / "audit.zip").write_bytes(loaded("conform").unpacked(row))
    given = ["--policy", str(VECTORS / "bundles" / row["policy"])] if row["policy"] else []
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(printed):
        code = program().main([str(tmp_path / "audit.zip"), "--json", *given])
    printed.seek(0)
    assert loaded("conform").faults(row, code, printed.read().encode()) == []


def test_every_code_that_a_file_can_show_has_its_bundle() -> None:
    """There is a bundle for each code; what a file alone cannot show is named here."""
    assert {row["essential"] for row in ROWS} - {None} == {one.code for one in CODES} - ELSEWHERE | {MORE}


@pytest.mark.parametrize(
    ("code", "answer", "sentence"),
    [
        (3, {}, "ended with 3"),
        (0, {"sound": True}, "did not print"),
        (0, {"sound": True, "trust": "self-declared", "not_checked": [], "findings": []}, "sound is True"),
        (1, {"sound": False, "trust": "given", "not_checked": [], "findings": [{"code": "a.b"}]}, "trust is given"),
        (0, {"sound": False, "trust": "self-declared", "not_checked": [], "findings": [{}]}, "ended with 0"),
        (1, {"sound": False, "trust": "self-declared", "not_checked": [], "findings": []}, "do not agree"),
        (
            1, {"sound": False, "trust": "self-declared", "not_checked": [], "findings": [{"code": "tree.size"}]},
            "audit.differs is not among them",
        ),
    ],
)  # fmt: skip
def test_runner_says_what_is_wrong_with_an_answer(code: int, answer: dict[str, Any], sentence: str) -> None:
    """A program that answers otherwise is told so: verdict, ending, trust, form, and the code that it missed."""
    row = next(one for one in ROWS if one["essential"] == "audit.differs")
    assert any(sentence in one for one in loaded("conform").faults(row, code, json.dumps(answer).encode()))


def test_runner_asks_a_program_with_words_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """It runs a program once for each bundle, and counts what cannot be asked of it."""
    assert loaded("conform").main([]) == 2
    with pytest.raises(SystemExit, match="cannot be run"):
        loaded("conform").main(["/nowhere/at/all"])
    assert "Name a program" in capsys.readouterr().err


# --- what was released stays ------------------------------------------------------------------------------------------


def test_files_are_those_that_were_listed() -> None:
    """Vectors are added and never changed: each file has the digest that was noted when it was made."""
    lines = [line.split("  ") for line in (VECTORS / "bundles.sha256").read_text(encoding="ascii").splitlines()]
    noted = {name: digest for digest, name in lines}
    assert len(noted) == len(lines)
    there = [path for folder in ("bundles", "releases") for path in (VECTORS / folder).rglob("*") if path.is_file()]
    found = {str(path.relative_to(VECTORS)): path for path in there if path.name not in {"README.md", "index.json"}}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == noted


def test_nothing_that_was_committed_has_gone() -> None:
    """What the last commit lists is listed still, in the same words (git; elsewhere there is nothing to compare)."""
    for name in ("bundles.sha256", "bundles/index.json"):
        command = ["git", "show", f"HEAD:tests/vectors/{name}"]
        try:
            before = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("git is not installed")
        if before.returncode != 0:
            pytest.skip("no commit has them yet")
        text = (VECTORS / name).read_text(encoding="utf-8")
        if name.endswith(".json"):
            assert all(row in ROWS for row in json.loads(before.stdout)["bundles"])
        else:
            assert text.startswith(before.stdout)


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_bundle_of_every_release_still_verifies(release: Path) -> None:
    """Whoever kept a bundle can have it verified by any later release, its result to the byte (decision 27)."""
    answer = verify(io.BytesIO(gzip.decompress((release / "audit.zip.gz").read_bytes())))
    assert answer.sound, answer.findings


def test_results_have_the_members_of_their_shape() -> None:
    """A member that results gain belongs to a shape of its own; no released one is changed (decision 27)."""
    ours = loaded("vectors").shape()
    kept = {path.name.removesuffix(".members.json") for path in (VECTORS / "releases").glob("*.members.json")}
    assert kept == set(SHAPES)
    released = json.loads((VECTORS / "releases" / f"{SHAPES[-1]}.members.json").read_bytes())
    assert ours == released, "name the new member in ledger/audit/shape.py, in a shape of its own (decision 27)"
