"""The guides are true: every command of docs/guide runs as printed, from nothing to done, with servers that serve.

A block of ``sh`` is run; one of ``sh server`` is started, waited for, and asked to stop at the end, as whoever has a
second terminal would; one of ``yaml NAME`` is a file that the page shows. Only the ports are others (issue 7, point 7).
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.end_to_end.warm import warm

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted((ROOT / "docs" / "guide").glob("*.md"))
PORTS = ("8420", "8421")

WAIT = """\
import socket, sys, time
for _ in range(600):
    with socket.socket() as one:
        if one.connect_ex(("127.0.0.1", int(sys.argv[1]))) == 0:
            sys.exit(0)
    time.sleep(0.1)
sys.exit("the server did not come up")
"""

BEGIN = """\
servers=
stop() { for one in $servers; do kill $one || true; done; }
trap stop EXIT
"""
END = "for one in $servers; do kill $one; wait $one; done; servers="

SAID = {
    "record": ("entry 5  commitment rice-2025", "entry 6  position rice-2025", "not due"),
    "submit": ("12 rows, 0 left out by the mapping, 0 rejected", "92 of 100 t owed = 92.0 %", "not met"),
    "audit": ("Opinion A2, adverse", "reproduced", "not met"),
    "verify": ("sound · trust: given", "sound · trust: pinned", "unsound · trust", "exit code 1"),
    "operate": ("entry 6  commitment rice-2025", "sound: 7 entries"),
    "witness": ("witnessed 1 of 1, quorum 1 reached", "copy holds 6 entries", "sound · trust: given"),
}
"""What the commands of each guide are seen to answer."""


@pytest.fixture(scope="module")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a ``pledger`` that is there at once."""
    folder = tmp_path_factory.mktemp("bin")
    with warm(folder):
        yield folder


def free_port() -> str:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return the blocks of code of a page: what each is, and its text."""
    return [
        (token.info.strip(), token.content)
        for token in MarkdownIt("commonmark").parse(page.read_text("utf-8"))
        if token.type == "fence"
    ]


def script(page: Path, ports: dict[str, str]) -> str:
    """Return the blocks of a page as one script, which ends the servers that it started, and fails where one fails."""
    parts = [BEGIN]
    for info, text in blocks(page):
        for port, other in ports.items():
            text = re.sub(rf"\b{port}\b", other, text)  # noqa: PLW2901  # the same block, elsewhere
        match info.split():
            case ["sh"]:
                parts.append(text)
            case ["sh", "server"]:
                (port,) = [other for other in ports.values() if other in text]
                command = text.strip().replace("pledger", str(Path(sys.executable).parent / "pledger"), 1)
                parts.append(f'{command} >server-{port}.out 2>&1 &\nservers="$servers $!"\npython3 wait.py {port}')
            case ["yaml", name]:
                parts.append(f"cat >{name} <<'THE END'\n{text}THE END")
            case _:
                pytest.fail(f"{page.name} has a block of {info!r}, which is not run; say sh, sh server or yaml NAME")
    return "\n".join([*parts, END])


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_guide_runs_as_printed(page: Path, tmp_path: Path, binaries: Path) -> None:
    """Every command of a guide ends with 0 in an empty folder of the checkout, and answers what the page says."""
    for name in ("docs", "scripts", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "wait.py").write_text(WAIT, encoding="utf-8")
    environment = {name: said for name, said in os.environ.items() if not name.startswith("PLEDGER_")}
    environment |= {
        "PATH": f"{binaries}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "COLUMNS": "200",
        "XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data"),
    }  # fmt: skip
    text = script(page, {port: free_port() for port in PORTS})
    done = subprocess.run(
        ["sh", "-eu", "-c", text], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip
    served = "".join(path.read_text("utf-8") for path in tmp_path.glob("server-*.out"))
    assert done.returncode == 0, f"{done.stderr}\n{done.stdout[-2000:]}\n{served}"
    missing = [words for words in SAID[page.stem] if words not in done.stdout]
    assert missing == [], done.stdout


def test_guides_are_those_that_a_newcomer_is_promised() -> None:
    """There is a guide for each task, each is checked for what it answers, and the index leads to all of them."""
    names = {page.stem for page in GUIDES}
    assert names == {"record", "submit", "audit", "verify", "operate", "witness"} == SAID.keys()
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    assert [name for name in names if f"(guide/{name}.md)" not in index] == []
