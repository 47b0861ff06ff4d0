"""Measure everything again and put the tables into the documents that hold them, between marks that name the programs.

Most stand in docs/performance.md; `DOCUMENTS` names the others. Whatever stands between `<!-- NAME -->` and
`<!-- /NAME -->` is replaced by what scripts/bench/NAME.py prints as Markdown; `machine` is this machine. Name programs
to run only those. The sentences around the marks are written by people: read them again after a run.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from scripts.bench.figure import machine

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs" / "performance.md"
DOCUMENTS = {
    "completeness": ROOT / "docs" / "completeness.md", "reconcile": ROOT / "docs" / "scale.md",
    "ingest_formats": ROOT / "docs" / "scale.md",
}  # fmt: skip
"""Where the tables of a program stand, if not in docs/performance.md."""

PROGRAMS = (
    "ingest", "stage", "writers", "serve", "append", "check", "proof", "carry", "peers", "demo", "selection",
    "reconcile", "ingest_formats", "completeness", "audit",
)  # fmt: skip


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", default=PROGRAMS, help="which to run (default: all)")
    parser.add_argument("--quick", action="store_true", help="smaller numbers, to try this out")
    given = parser.parse_args()
    unknown = set(given.programs) - set(PROGRAMS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PROGRAMS)}")
    write(DOCUMENT, "machine", machine_table())
    for name in given.programs:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        write(DOCUMENTS.get(name, DOCUMENT), name, measured(name, is_quick=given.quick))


def write(document: Path, name: str, content: str) -> None:
    """Put new content between the marks of a name in a document, as it stands now."""
    document.write_text(replaced(document.read_text(encoding="utf-8"), name, content), encoding="utf-8")


def measured(name: str, *, is_quick: bool) -> str:
    """Return the tables of a program, as Markdown."""
    command = [sys.executable, "-m", f"scripts.bench.{name}", "--markdown", *(["--quick"] if is_quick else [])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return done.stdout


def machine_table() -> str:
    """Return what the figures depend on, as Markdown."""
    return "\n".join(("| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in machine().items())))


def replaced(text: str, name: str, content: str) -> str:
    """Return the document with new content between the marks of a name."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise SystemExit(f"the document has not exactly one {begin} with its {end}")
    return pattern.sub(lambda _: f"{begin}\n\n{content.strip()}\n\n{end}", text)


if __name__ == "__main__":
    main()
