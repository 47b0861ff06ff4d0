"""The documents are true: the commands of the README run as printed, examples are read, links lead somewhere."""

import io
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import pytest
from pydantic import BaseModel

from ledger.ingest.mapping import Mapping, Periods, Series, parse_mapping
from ledger.ingest.tabular import read_evidence
from ledger.model.commitment import Verb
from ledger.model.instrument import Instrument
from ledger.model.party import Party
from ledger.model.term import Elements, QuantityTerm, Reading
from ledger.model.value import Source, Via
from scripts.book.site import anchors, links
from tests.end_to_end.warm import warm

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
OWN = (ROOT / "docs" / "own.md").read_text("utf-8")
FOLDERS = ("changelog.d", "docs", "ledger", "tests/vectors")
DOCUMENTS = sorted([ROOT / "README.md", *(path for name in FOLDERS for path in (ROOT / name).rglob("*.md"))])


def commands() -> list[str]:
    """Return the README's commands, a line each, in order."""
    return [line for block in BLOCK.findall(README) for line in block.splitlines() if line.strip()]


def fenced(kind: str) -> str:
    """Return the example of that kind in docs/own.md."""
    found = re.search(rf"^```{kind}\n(.*?)^```", OWN, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


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
    walk = [line for line in commands() if not line.startswith("scripts/")]
    assert len(walk) >= 12
    with warm(binaries):
        done = shell("\n".join(walk), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "sound · trust: given" in done.stdout
    assert "sound · trust: self-declared" in done.stdout
    assert (tmp_path / "rice.html").read_bytes().startswith(b"<!doctype html>")


def test_the_example_of_a_mapping_reads_the_example_of_a_table() -> None:
    """The mapping in docs/own.md reads the table below it: three figures, the line of totals left out."""
    mapping = parse_mapping(fenced("toml").encode(), name="own.toml")
    found = read_evidence(io.BytesIO(fenced("csv").encode()), mapping, name="own.csv", published=None)
    assert (found.left_out, found.rejected) == (1, ())
    assert [one.subject for one in found.series] == ["series:disbursement/party-a/world"]
    assert found.series[0].observations.count == 3


@pytest.mark.parametrize("part", [Mapping, Periods, Series], ids=lambda part: part.__name__)
def test_every_key_of_a_mapping_is_named_to_its_author(part: type[BaseModel]) -> None:
    """docs/own.md names every key of a mapping but the digest, which is reckoned and not written."""
    assert [key for key in part.model_fields if key != "digest" and f"`{key}`" not in OWN] == []


@pytest.mark.parametrize(
    ("part", "member"),
    [
        (Party, "kind"), (Instrument, "form"), (Verb, "strength"), (QuantityTerm, "bound"), (QuantityTerm, "target_is"),
        (Reading, "type"), (Source, "role"), (Via, "how"), (Elements, ""), (Mapping, "standing"),
    ],
)  # fmt: skip
def test_every_word_that_a_draft_may_use_is_named_to_its_author(part: type[BaseModel], member: str) -> None:
    """docs/own.md gives the whole choice wherever a newcomer has to choose a word."""
    words = get_args(part.model_fields[member].annotation) if member else tuple(part.model_fields)
    assert words
    assert [word for word in words if f"`{word}`" not in OWN] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """A link names a file or folder of the checkout, and where it names an anchor a heading; elsewhere it is https."""
    base = ROOT if document.parent.name == "changelog.d" and document.name != "README.md" else document.parent
    for target in links(document.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            parts = urlsplit(target)
            is_here = parts.scheme == "http" and parts.hostname == "127.0.0.1"
            assert is_here or (parts.scheme == "https" and "." in (parts.hostname or "")), f"{target} is not https"
            continue
        path, _, anchor = target.partition("#")
        found = base / path if path else document
        assert found.exists(), f"{document.name} links to {target}"
        if anchor:
            assert anchor in anchors(found.read_text("utf-8")), f"{document.name} links to {target}, no heading there"
