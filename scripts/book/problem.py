"""The reference of the problems: every exit code, every type of problem, and sentences that were really said.

Each example is a command that is run here, in a folder of its own, and what it answers with ``--json``.
"""

import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from ledger.cli.main import FAULT, UNREAD, main
from ledger.cli.output import INTERRUPTED
from ledger.errors import PledgerError
from ledger.web.problem import MEDIA_TYPE, PROBLEMS
from scripts.book.told import plain, table

PLACE: Final = Path("reference") / "problems.md"

OPENING: Final = f"""\
# Problems

Written by `scripts/docs` from the errors themselves (`ledger/errors.py`, `ledger/web/problem.py`); edit those, not
this page.

A *problem* is a failure to answer. It is one sentence that says what was wrong, where, and what to do: on standard
error by the command line; with `--json`, and over HTTP as `{MEDIA_TYPE}`, a problem document (RFC 9457) with
`type`, `title`, `status`, `detail`, and the facts of the failure (a path, a line, an index, a key) as further members.
A *finding* is something else: an answer was given, and something was seen in it. An unsound audit is a successful run
that ends with 1.

Codes of findings are listed where they are explained: of a checked ledger in [findings.md](../findings.md), of a
verified audit in [verification.md](../verification.md), of a watched log and of fraud proofs in
[watching.md](../watching.md), of a draft in [lint.md](../lint.md).
"""

BEYOND: Final = (
    ("0", "answered; a check found it sound", "go on"),
    ("1", "answered; a check found it unsound, or a gate was not passed", "read the findings"),
    (
        str(INTERRUPTED),
        "interrupted, or the question was not answered with yes",
        "nothing that was under way is recorded",
    ),
    (str(UNREAD), "nobody read the answer to its end", "nothing; the reader closed it"),
)
"""Exit codes that are no problem, with when and what to do."""

LONG: Final = 200
"""Of a longer sentence (a list of all units, say) the beginning is shown."""

Case = tuple[str, str, Sequence[str]]

DRAFT: Final = "kind: party\nsubject: Party A\nbody: {kind: state, names: {en: Party A}}\n"
MAPPING: Final = """\
name = "own"
title = "Arrivals"
publisher = "Customs of Party A"
authority = "customs-a"
channel = "own"
standing = "official"
authority_of = "party-a"
licence = "free"
redistribute = true
header = ["month", "sacks"]
period = {column = "month", form = "month"}

[[series]]
measure = "import"
reporter = "party-a"
partner = "party-b"
classification = "HS"
code = "1006"
unit = "sacks"
value = "sacks"
"""

CASES: Final[tuple[Case, ...]] = (
    ("usage", "a day that is none", ("status", "--as-of", "soon")),
    ("malformed", "a draft with a name that may not be one", ("record", "draft.yaml", "--yes")),
    ("unit", "a mapping with a unit that nobody knows", ("submit", "own.csv", "--map", "own.toml", "--preview")),
    (
        "refused",
        "a key file that others may read",
        ("--passphrase-file", "open.txt", "record", "party-b.yaml", "--yes"),
    ),
    ("not-found", "a pledge that nobody recorded", ("status", "rice-2052", "--as-of", "2026-03-01")),
    ("conflict", "a ledger where there is one", ("init", "mine", "--origin", "ledger.example/other")),
    ("fork", "a log that shows another past than the one that was mirrored", ("mirror", "twin", "copy")),
    ("unavailable", "a served ledger that does not answer", ("log", "show", "--ledger", "http://127.0.0.1:9")),
)
"""By problem: what is done wrong, and the command that does it."""


def page() -> str:
    """Return the whole page."""
    return "\n".join((OPENING, *(part() for part in (_codes, _types, _http, _examples))))


def errors() -> tuple[type[PledgerError], ...]:
    """Return every class of errors, by exit code; a class with a problem of its own, but none that only HTTP knows."""

    def below(one: type[PledgerError]) -> Iterator[type[PledgerError]]:
        for child in one.__subclasses__():
            if child.__module__ == PledgerError.__module__:
                yield child
                yield from below(child)

    return (*sorted(below(PledgerError), key=lambda one: (one.exit_code, one.problem)), PledgerError)


def _codes() -> str:
    rows = [(code, when, do) for code, when, do in BEYOND if int(code) < 2]
    found: dict[int, list[type[PledgerError]]] = {}
    for one in errors():
        found.setdefault(one.exit_code, []).append(one)
    for code, several in found.items():
        if code != FAULT:
            when = "; ".join(_says(one)[0] for one in several)
            rows.append((str(code), when, _says(several[0])[1]))
    rows.append((str(FAULT), "a fault of Pledger's own", "report it; `PLEDGER_DEBUG=1` shows where it happened"))
    rows += [row for row in BEYOND if int(row[0]) > FAULT]
    return "## Exit codes\n\n" + table(("code", "when", "what to do"), rows)


def _says(one: type[PledgerError]) -> tuple[str, str]:
    """Return when an error is raised, and what to do: its docstring, before and after the last colon."""
    said = plain((one.__doc__ or "").partition("\n")[0]).rstrip(".")
    when, _, do = said.partition(": ")
    is_list = one.problem == "usage"
    when = said if is_list else when
    return when[0].lower() + when[1:], "fix the command" if is_list else do or "name what is known"


def _types() -> str:
    rows = [
        (f"`{_name(one)}`", str(one.status), str(one.exit_code), _says(one)[0])
        for one in errors()
        if one is not PledgerError
    ]
    rows.append(("`about:blank`", str(PledgerError.status), str(FAULT), "a fault of Pledger's own"))
    return "## Types\n\nOf the command line and over HTTP alike.\n\n" + table(("type", "HTTP", "exit", "when"), rows)


def _name(one: type[PledgerError]) -> str:
    return f"urn:pledger:problem:{one.problem}"


def _http() -> str:
    rows = [(str(status), f"`urn:pledger:problem:{name}`", sentence) for status, (name, sentence) in PROBLEMS.items()]
    told = "The title is that of the status. 429 and 503 have `Retry-After`.\n\n"
    return f"## Only over HTTP\n\n{told}" + table(("HTTP", "type", "the usual sentence"), rows)


# --- sentences that were said -----------------------------------------------------------------------------------------


def _examples() -> str:
    # Nothing of the caller's counts: a proxy or a passphrase of his would change what is answered.
    settings = {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR") if name in os.environ}
    settings |= {"PLEDGER_LEDGER": "mine", "PLEDGER_COPIES": "copies"}
    with tempfile.TemporaryDirectory() as folder, chdir(folder), patch.dict(os.environ, settings, clear=True):
        _prepare(Path())
        told = [_example(*case) for case in CASES]
    where = "in a folder with a ledger that `PLEDGER_LEDGER` names"
    return f"## Examples\n\nEach is what the command really answers, {where}.\n\n" + "\n".join(told)


def _prepare(here: Path) -> None:
    (here / "draft.yaml").write_text(DRAFT, encoding="utf-8")
    (here / "own.toml").write_text(MAPPING, encoding="utf-8")
    (here / "own.csv").write_text("month,sacks\n2025-01,7\n", encoding="utf-8")
    (here / "open.txt").write_text("everybody reads this\n", encoding="utf-8")
    (here / "open.txt").chmod(0o644)
    _run(("init", "mine", "--origin", "ledger.example/rice"))
    shutil.copytree("mine", "other")
    for ledger, site, party in (("mine", "site", "party-a"), ("other", "twin", "party-b")):
        (here / f"{party}.yaml").write_text(DRAFT.replace("subject: Party A", f"subject: {party}"), encoding="utf-8")
        _run(("record", f"{party}.yaml", "--yes", "--ledger", ledger))
        _run(("log", "export", site, "--ledger", ledger))
    _run(("mirror", "site", "copy"))


def _run(command: Sequence[str]) -> tuple[int, str]:
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(io.StringIO()):
        code = main([*command, "--json"])
    return code, printed.getvalue()


def _example(problem: str, what: str, command: Sequence[str]) -> str:
    code, printed = _run(command)
    document: dict[str, Any] = json.loads(printed)
    if document.get("type") != f"urn:pledger:problem:{problem}":
        raise SystemExit(f"pledger {' '.join(command)} answered {document}, and not {problem}; mend the example.")
    sentence = re.sub(r"(sha256:|-)[0-9a-f]{16,64}\b", r"\1…", document["detail"])
    sentence = sentence if len(sentence) < LONG else f"{sentence[:LONG].rpartition(', ')[0]}, …"
    return f"- **{problem}** ({code}), {what}: `pledger {' '.join(command)}`\n\n  > {sentence}\n"
