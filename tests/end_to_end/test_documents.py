"""The documents are true: every command of the README runs as printed, every link leads somewhere."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
DOCUMENTS = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("ledger/**/*.md")])


def commands() -> list[str]:
    """Return the README's commands, a line each, in order."""
    return [line for block in BLOCK.findall(README) for line in block.splitlines() if line.strip()]


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script as a newcomer's shell would, in a folder that holds the checkout's documents."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": str(folder / "config"), "COLUMNS": "120"}
    environment.pop("PLEDGER_LEDGER", None)
    return subprocess.run(
        ["sh", "-eu", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_two_commands_are_those_of_the_house() -> None:
    """The README's first two commands are the scripts that exist and can be run."""
    first, second = commands()[:2]
    assert (first, second) == ("scripts/demo", "scripts/test")
    assert all(os.access(ROOT / name, os.X_OK) for name in (first, second))
    assert "scripts/test" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_walk_runs_as_printed(tmp_path: Path) -> None:
    """Every command of the README after the two scripts runs in order, ends with 0, and the audit verifies."""
    shutil.copytree(ROOT / "docs" / "walk", tmp_path / "docs" / "walk")
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "pledger").symlink_to(Path(sys.executable).parent / "pledger")
    walk = [line for line in commands() if not line.startswith("scripts/")]
    assert len(walk) >= 12
    done = shell("\n".join(walk), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "sound · trust: given" in done.stdout
    assert "sound · trust: self-declared" in done.stdout
    assert (tmp_path / "rice.html").read_bytes().startswith(b"<!doctype html>")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """A relative link in a document names a file or folder of the checkout."""
    for target in LINK.findall(document.read_text("utf-8")):
        if not re.match(r"[a-z]+:|#", target):
            assert (document.parent / target.partition("#")[0]).exists(), f"{document.name} links to {target}"
