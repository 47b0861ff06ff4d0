"""Bad input gets a clear sentence and changes nothing (issue of the first story, point 9).

Each case goes through the real command, with ``main``; what only another process can do is done by one.
"""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.cli.main import main
from ledger.errors import RefusedError
from ledger.runtime import open_ledger
from ledger.store.sql import SqlStore
from tests.end_to_end.small import FIGURES, MAPPING, PLEDGE

ROOT = Path(__file__).resolve().parent.parent.parent


class State(NamedTuple):
    """What a ledger holds: its head, and its files by digest."""

    checkpoint: bytes
    size: int
    files: frozenset[str]


def state_of(directory: Path) -> State:
    """The head and the files of a ledger, read from the database itself."""
    with sqlite3.connect(f"file:{directory / 'ledger.db'}?mode=ro", uri=True) as database:
        size, checkpoint = database.execute("SELECT size, checkpoint FROM head").fetchone()
    database.close()
    blobs = directory / "blobs"
    files = frozenset(str(path.relative_to(blobs)) for path in blobs.rglob("*") if path.is_file())
    return State(checkpoint, size, files)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a pledge, its parties and some figures."""
    folder = tmp_path_factory.mktemp("bad input")
    directory = folder / "ledger"
    (folder / "pledge.yaml").write_text(PLEDGE)
    (folder / "grain.toml").write_bytes(MAPPING)
    (folder / "grain.csv").write_bytes(FIGURES)
    assert main(["init", str(directory), "--origin", "example.org/small"]) == 0
    assert main(["record", str(folder / "pledge.yaml"), "--yes", "--ledger", str(directory)]) == 0
    submit = ["submit", str(folder / "grain.csv"), "--map", str(folder / "grain.toml"), "--ledger", str(directory)]
    assert main(submit) == 0
    return directory


@pytest.fixture
def ledger(founded: Path, tmp_path: Path) -> Path:
    """A copy of that ledger, and the folder of the test beside it."""
    directory = tmp_path / "ledger"
    shutil.copytree(founded, directory)
    return directory


def end(code: int, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """How a command ended: its exit code, and the one sentence on standard error."""
    out, err = capsys.readouterr()
    assert err.count("\n") == 1, (out, err)
    assert "Traceback" not in err
    assert err.endswith((".\n", "?\n"))
    return code, err


# --- drafts -----------------------------------------------------------------------------------------------------------

POSITION = """\
kind: position
subject: grain
body:
  party: aa
  stance: affirms
  date: 2020-01-16
  source: {title: Statement, publisher: Office, role: joint, via: {copy_read: page, how: excerpt}}
"""
COMMITMENT = PLEDGE[PLEDGE.index("kind: commitment") :].replace("subject: grain", "subject: wheat")


SECOND = COMMITMENT.replace("subject: wheat", "subject: grain").replace("target: 10", "target: 11")
CONTROL = '{"kind":"party","subject":"a","body":{"kind":"state","names":{"en":"A\\u001b[2J"}}}'


class Case(NamedTuple):
    """A draft, how the command is to end, and words of its sentence."""

    draft: str | bytes
    code: int
    said: str
    name: str = "draft.yaml"


DRAFTS = {
    "an empty file": Case("", 3, "holds no draft"),
    "not JSON": Case('{"kind": "position",', 3, "draft.json", "draft.json"),
    "JSON with a name twice": Case('{"kind":"party","kind":"position","subject":"a","body":{}}', 3, "twice", "d.json"),
    "YAML with a name twice": Case(POSITION + "subject: other\n", 3, "line 8: the name 'subject' occurs twice"),
    "a float in JSON": Case('{"kind":"party","subject":"a","body":{"x":12.5}}', 3, "12.5", "draft.json"),
    "a float in YAML": Case(COMMITMENT.replace("target: 10", "target: 12.5"), 3, 'quotation marks: "12.5"'),
    "not a number": Case('{"kind":"party","subject":"a","body":{"x":NaN}}', 3, "draft.json", "draft.json"),
    "an alias in YAML": Case(POSITION.replace("aa", "&a aa"), 3, "anchor"),
    "a tag in YAML": Case(POSITION.replace("stance: affirms", "stance: !!python/name:os.system affirms"), 3, "tag"),
    "a byte order mark": Case(b"\xef\xbb\xbf" + POSITION.encode(), 3, "byte order mark"),
    "not UTF-8": Case(POSITION.encode().replace(b"Office", b"B\xfcro"), 3, "not UTF-8"),
    "text that is not composed": Case(POSITION.replace("Office", "Bu\u0308ro"), 3, "NFC"),
    "a control character": Case(CONTROL, 3, "control", "draft.json"),
    "an oversized body": Case(POSITION.replace("Office", "x" * (1 << 20)), 3, "more than the 1048576 bytes"),
    "a body deeper than is read": Case(POSITION + "  note: " + "[" * 40 + "]" * 40 + "\n", 3, "deeper"),
    "a kind that there is not": Case(POSITION.replace("position", "promise"), 3, "write one of"),
    "a member that does not belong": Case(POSITION + "  stands: firm\n", 3, "not a member that belongs"),
    "an unknown unit": Case(COMMITMENT.replace("unit: t", "unit: bushels"), 3, "bushels"),
    "a target without a unit": Case(COMMITMENT.replace("      unit: t\n", ""), 3, "unit"),
    "a period that ends before it starts": Case(
        COMMITMENT.replace("end: 2020-12-31", "end: 2019-12-31"), 3, "before it starts"
    ),
    "a day that the calendar has not": Case(POSITION.replace("2020-01-16", "2020-02-30"), 3, "not a day"),
    "words that the quotation has not": Case(COMMITMENT.replace("words: ten tonnes", "words: ten tons"), 3, "ten tons"),
    "a subject that does not exist": Case(POSITION.replace("subject: grain", "subject: rice"), 5, "rice"),
    "a party that does not exist": Case(POSITION.replace("party: aa", "party: cc"), 5, "cc"),
    "an instrument that does not exist": Case(COMMITMENT.replace("instrument: deal", "instrument: pact"), 5, "pact"),
    "a second commitment of one name": Case(SECOND, 6, "corrects"),
    "a correction of nothing": Case(POSITION + f"corrects: sha256:{'0' * 64}\n", 5, "to correct"),
    "a moment that has not come": Case(POSITION + "issued: 2999-01-01T00:00:00Z\n", 3, "issued at 2999"),
    "a good draft before a bad one": Case(POSITION + "---\n" + POSITION.replace("grain", "rice"), 5, "rice"),
}  # fmt: skip


@pytest.mark.parametrize("case", DRAFTS.values(), ids=DRAFTS)
def test_bad_draft_gets_a_sentence_and_changes_nothing(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: Case
) -> None:
    """A draft that cannot be recorded is refused in one sentence, and nothing of its file is recorded."""
    path = tmp_path / case.name
    path.write_bytes(case.draft if isinstance(case.draft, bytes) else case.draft.encode())
    before = state_of(ledger)
    code, sentence = end(main(["record", str(path), "--yes", "--ledger", str(ledger)]), capsys)
    assert (code, case.said in sentence) == (case.code, True), sentence
    assert state_of(ledger) == before


# --- figures ----------------------------------------------------------------------------------------------------------

TABLES: dict[str, tuple[bytes, int, str]] = {
    "shifted columns": (b"tonnes,month\n5,2020-01\n", 3, "columns are shifted"),
    "a column too many": (b"month,tonnes,note\n2020-01,5,x\n", 3, "the header has 3 columns where 2 are expected"),
    "thousands separators": (b'month,tonnes\n2020-01,"1,000"\n', 3, "1,000"),
    "text in a number column": (b"month,tonnes\n2020-01,five\n", 3, "five"),
    "rows of another width": (b"month,tonnes\n2020-01,5,6\n", 3, "3 cells where 2 are expected"),
    "a month that there is not": (b"month,tonnes\n2020-13,5\n", 3, "2020-13"),
    "no rows": (b"month,tonnes\n", 3, "grain.csv"),
    "an empty file": (b"", 3, "the file is empty"),
    "not UTF-8": (b"month,tonnes\n2020-01,\xff\n", 3, "not UTF-8"),
    "UTF-16": ("month,tonnes\n".encode("utf-16"), 3, "UTF-16"),
    "a NUL": (b"month,tonnes\n2020-01,\x005\n", 3, "NUL"),
}


@pytest.mark.parametrize(("table", "code", "said"), TABLES.values(), ids=TABLES)
def test_bad_table_gets_a_sentence_and_changes_nothing(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], table: bytes, code: int, said: str
) -> None:
    """A table of which nothing can be read is refused with file and place, and no file of it is kept."""
    (tmp_path / "grain.csv").write_bytes(table)
    (tmp_path / "grain.toml").write_bytes(MAPPING)
    before = state_of(ledger)
    arguments = ["submit", str(tmp_path / "grain.csv"), "--map", str(tmp_path / "grain.toml"), "--ledger", str(ledger)]
    ended, sentence = end(main(arguments), capsys)
    assert (ended, said in sentence) == (code, True), sentence
    assert state_of(ledger) == before


NAMES: dict[str, tuple[str, str]] = {
    "a control character": ("\x1b[31m.csv", "body.source.via.copy_read holds a control"),
    "text that is not composed": ("u\u0308.csv", "not in NFC at $.body.source.via.copy_read"),
    "bytes that are no text": ("\udcff.csv", "Half a surrogate pair"),
}


@pytest.mark.parametrize(("name", "said"), NAMES.values(), ids=NAMES)
def test_file_whose_name_cannot_be_said_leaves_nothing_behind(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    """Evidence names the copy that was read: where it cannot, no file is kept either."""
    (tmp_path / name).write_bytes(b"month,tonnes\n2020-04,5\n")
    (tmp_path / "grain.toml").write_bytes(MAPPING)
    before = state_of(ledger)
    arguments = ["submit", str(tmp_path / name), "--map", str(tmp_path / "grain.toml"), "--ledger", str(ledger)]
    ended, sentence = end(main(arguments), capsys)
    assert (ended, said in sentence) == (3, True), sentence
    assert state_of(ledger) == before


def test_pipe_is_no_file(ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be read twice is refused before anything is read, with what to do instead."""
    reading, writing = os.pipe()
    os.close(writing)
    (tmp_path / "grain.toml").write_bytes(MAPPING)
    pipe, before = f"/dev/fd/{reading}", state_of(ledger)
    try:
        for arguments in (["submit", pipe, "--map", str(tmp_path / "grain.toml")], ["verify", pipe]):
            where = ["--ledger", str(ledger)] if arguments[0] == "submit" else []
            code, sentence = end(main([*arguments, *where]), capsys)
            assert (code, "save it as a file" in sentence) == (2, True), sentence
    finally:
        os.close(reading)
    assert state_of(ledger) == before


def test_one_bad_file_among_good_ones_leaves_nothing_behind(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files are submitted all or none."""
    (tmp_path / "good.csv").write_bytes(b"month,tonnes\n2020-04,5\n")
    (tmp_path / "bad.csv").write_bytes(b"month,tonnes\n2020-04,five\n")
    (tmp_path / "grain.toml").write_bytes(MAPPING)
    before = state_of(ledger)
    files = [str(tmp_path / "good.csv"), str(tmp_path / "bad.csv")]
    code, sentence = end(
        main(["submit", *files, "--map", str(tmp_path / "grain.toml"), "--ledger", str(ledger)]), capsys
    )
    assert (code, "bad.csv" in sentence) == (3, True)
    assert state_of(ledger) == before


MAPPINGS: dict[str, tuple[bytes, int, str]] = {
    "not TOML": (b"name =\n", 3, "not a TOML file"),
    "an unknown key": (MAPPING.replace(b'licence = "free"', b'licence = "free"\nsecret = "x"'), 3, "secret"),
    "an unknown unit": (MAPPING.replace(b'unit = "t"', b'unit = "bushels"'), 3, "bushels"),
    "a column that the header has not": (MAPPING.replace(b'value = "tonnes"', b'value = "tons"'), 3, "tons"),
    "a party that is not recorded": (MAPPING.replace(b'reporter = "bb"', b'reporter = "cc"'), 5, "cc"),
}


@pytest.mark.parametrize(("mapping", "code", "said"), MAPPINGS.values(), ids=MAPPINGS)
def test_bad_mapping_gets_a_sentence_and_records_nothing(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], mapping: bytes, code: int, said: str
) -> None:
    """A mapping that is not one is refused with the key at fault; nothing is recorded by it."""
    (tmp_path / "grain.csv").write_bytes(b"month,tonnes\n2020-04,5\n")
    (tmp_path / "grain.toml").write_bytes(mapping)
    before = state_of(ledger)
    arguments = ["submit", str(tmp_path / "grain.csv"), "--map", str(tmp_path / "grain.toml"), "--ledger", str(ledger)]
    ended, sentence = end(main(arguments), capsys)
    assert (ended, said in sentence) == (code, True), sentence
    assert state_of(ledger)[:2] == before[:2]


# --- keys, replays and commands ---------------------------------------------------------------------------------------

Arrange = Callable[[Path], list[str]]


def with_a_key_that_was_not_granted(ledger: Path) -> list[str]:
    """A key of which the ledger was never told."""
    assert main(["key", "new", "stranger", "--ledger", str(ledger)]) == 0
    (ledger.parent / "draft.yaml").write_text(POSITION)
    return ["record", str(ledger.parent / "draft.yaml"), "--yes", "--key", "stranger"]


def figures_with_a_recorders_key(ledger: Path) -> list[str]:
    """A key that may record and not submit."""
    assert main(["key", "new", "clerk", "--ledger", str(ledger)]) == 0
    assert main(["key", "grant", "clerk", "--role", "recorder", "--ledger", str(ledger)]) == 0
    (ledger.parent / "grain.csv").write_bytes(b"month,tonnes\n2020-04,5\n")
    (ledger.parent / "grain.toml").write_bytes(MAPPING)
    return ["submit", str(ledger.parent / "grain.csv"), "--map", str(ledger.parent / "grain.toml"), "--key", "clerk"]


def with_a_key_that_was_ended(ledger: Path) -> list[str]:
    """A key that was revoked."""
    assert main(["key", "new", "former", "--ledger", str(ledger)]) == 0
    assert main(["key", "grant", "former", "--role", "recorder", "--ledger", str(ledger)]) == 0
    assert main(["key", "revoke", "former", "--reason", "The holder left.", "--ledger", str(ledger)]) == 0
    (ledger.parent / "draft.yaml").write_text(POSITION)
    return ["record", str(ledger.parent / "draft.yaml"), "--yes", "--key", "former"]


COMMANDS: dict[str, tuple[Arrange, int, str]] = {
    "a key that was not granted": (with_a_key_that_was_not_granted, 4, "not known to this ledger"),
    "a key without the role": (figures_with_a_recorders_key, 4, "role submitter"),
    "a key that was ended": (with_a_key_that_was_ended, 4, "counts no longer"),
    "a key that is not here": (lambda _: ["key", "grant", "nobody", "--role", "auditor"], 5, "no key nobody"),
    "a key's name that is a path": (lambda _: ["key", "new", "../root"], 2, "not a key's name"),
    "a key that is there already": (lambda _: ["key", "new", "desk"], 6, "choose another name"),
    "an end of the operator's key": (lambda _: ["key", "revoke", "operator", "--reason", "x"], 4, "root keys"),
    "a party that is not recorded": (lambda _: ["key", "grant", "desk", "--role", "auditor", "--party", "zz"], 5, "zz"),
    "a file that is not there": (lambda _: ["record", "nowhere.yaml", "--yes"], 2, "no file nowhere.yaml"),
    "a directory for a file": (lambda ledger: ["record", str(ledger), "--yes"], 2, "is a directory"),
    "nobody to agree": (lambda ledger: ["record", str(ledger.parent / "p.yaml")], 2, "--yes"),
    "no mapping": (lambda ledger: ["submit", str(ledger.parent / "p.yaml")], 2, "--map FILE"),
    "an unknown format": (lambda ledger: ["submit", str(ledger.parent / "p.yaml"), "--format", "x"], 5, "no format"),
    "an audit of nothing known": (lambda _: ["audit", "rice", "-o", "x.zip", "--as-of", "2021-01-01"], 5, "rice"),
    "an audit in no format": (lambda _: ["audit", "grain", "-o", "x.doc", "--as-of", "2021-01-01"], 2, "x.doc"),
    "an audit into nowhere": (lambda _: ["audit", "grain", "-o", "no/x.zip", "--as-of", "2021-01-01"], 2, "directory"),
    "a determination of nothing known": (lambda _: ["determine", "rice", "--as-of", "2021-01-01"], 5, "rice"),
    "a status of nothing known": (lambda _: ["status", "rice", "--as-of", "2021-01-01"], 5, "rice"),
    "a pledge of another day": (lambda _: ["score", "grain", "--as-of", "2019-01-01"], 5, "grain"),
    "a day that is none": (lambda _: ["status", "--as-of", "2021-02-30"], 2, "2021-02-30"),
    "a size that the log has not": (lambda _: ["status", "--size", "99"], 2, "entries"),
    "an entry that the log has not": (lambda _: ["log", "prove", "99"], 5, "no entry 99"),
    "a digest that is none": (lambda _: ["log", "show", "sha256:12"], 2, "not a digest"),
    "a bundle that is none": (lambda ledger: ["verify", str(ledger / "ledger.db")], 3, "not a bundle"),
    "a policy that is none": (lambda ledger: ["trust", "add", str(ledger / "pledger.toml")], 3, "policy"),
    "a second ledger in one place": (lambda ledger: ["init", str(ledger), "--origin", "example.org/x"], 6, "something"),
    "an origin that is none": (lambda _: ["init", "new", "--origin", "has spaces"], 3, "origin"),
    "a demonstration over something else": (lambda ledger: ["demo", str(ledger)], 6, "something else"),
}  # fmt: skip


@pytest.mark.parametrize(("arrange", "code", "said"), COMMANDS.values(), ids=COMMANDS)
def test_command_that_cannot_be_done_gets_a_sentence_and_changes_nothing(
    ledger: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arrange: Arrange,
    code: int,
    said: str,
) -> None:
    """What a key, a name or a view does not allow is refused with the exit code of its class (style §7)."""
    (ledger.parent / "p.yaml").write_text(POSITION)
    monkeypatch.chdir(ledger.parent)
    monkeypatch.setenv("PLEDGER_LEDGER", str(ledger))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(ledger.parent / "config"))
    arguments = arrange(ledger)
    before = state_of(ledger)
    capsys.readouterr()
    ended, sentence = end(main(arguments), capsys)
    assert (ended, said in sentence) == (code, True), sentence
    assert state_of(ledger) == before
    assert not (ledger.parent / "new").exists()


def test_statement_from_another_ledger_is_refused(ledger: Path, tmp_path: Path) -> None:
    """A statement signed for another ledger, of the same origin even, cannot be replayed here (design §2.2)."""
    other = tmp_path / "other"
    assert main(["init", str(other), "--origin", "example.org/small"]) == 0
    # The same key may sign in both, so that nothing but the genesis tells the two apart.
    shutil.copy(ledger / "keys" / "desk.pem", other / "keys" / "brought.pem")
    assert main(["key", "grant", "brought", "--role", "recorder", "--ledger", str(other)]) == 0
    (tmp_path / "pledge.yaml").write_text(PLEDGE.replace("en: A", "en: Another"))
    arguments = ["record", str(tmp_path / "pledge.yaml"), "--yes", "--key", "brought", "--ledger", str(other)]
    assert main(arguments) == 0
    before = state_of(ledger)
    with open_ledger(other) as there, open_ledger(ledger) as here:
        replayed = there.statement(3)
        with pytest.raises(RefusedError, match="made for another ledger") as caught:
            here.publish([replayed])
    assert caught.value.exit_code == 4
    assert state_of(ledger) == before


# --- the store --------------------------------------------------------------------------------------------------------


def test_ledger_locked_by_another_process_is_unavailable(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody else holds the head's lock, a writer waits a little and then says so; a reader is not kept out."""
    monkeypatch.setitem(SqlStore.open.__func__.__kwdefaults__, "patience", 0.05)  # type: ignore[attr-defined]
    (tmp_path / "draft.yaml").write_text(POSITION)
    before = state_of(ledger)
    holder = sqlite3.connect(ledger / "ledger.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        code, sentence = end(main(["record", str(tmp_path / "draft.yaml"), "--yes", "--ledger", str(ledger)]), capsys)
        assert (code, "locked by another process" in sentence) == (8, True), sentence
        assert main(["status", "--as-of", "2021-01-01", "--ledger", str(ledger)]) == 0
    finally:
        holder.close()
    assert state_of(ledger) == before


FILES: dict[str, Callable[[bytes], bytes]] = {
    "text": lambda _: b"This is a letter, and no database.\n",
    "nothing": lambda _: b"",
    "another program's database": lambda _: foreign_database(),
    "a database cut short": lambda whole: whole[: len(whole) // 8192 * 4096],
}


def foreign_database() -> bytes:
    """The bytes of an SQLite database that is no ledger's."""
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE mail (letter TEXT)")
        raw = database.serialize()
    database.close()
    return raw


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_database_that_is_not_one_is_malformed(
    ledger: Path, capsys: pytest.CaptureFixture[str], content: Callable[[bytes], bytes]
) -> None:
    """A file in the database's place that is none is named, and not touched."""
    path = ledger / "ledger.db"
    path.write_bytes(content(path.read_bytes()))
    before = path.read_bytes()
    code, sentence = end(main(["status", "--as-of", "2021-01-01", "--ledger", str(ledger)]), capsys)
    assert (code, str(path) in sentence) == (3, True), sentence
    assert path.read_bytes() == before


FULL = {
    "while a statement is recorded": (["record", "draft.yaml", "--yes"], 8192),
    "while figures are kept": (["submit", "grain.csv", "--map", "grain.toml"], 512),
}


@pytest.mark.parametrize(("arguments", "bytes_"), FULL.values(), ids=FULL)
def test_full_disk_is_unavailable_and_changes_nothing(ledger: Path, arguments: list[str], bytes_: int) -> None:
    """A disk that takes no more is said in one sentence; what was there before stands, and the next attempt works."""
    folder = ledger.parent
    (folder / "draft.yaml").write_text(POSITION)
    (folder / "grain.toml").write_bytes(MAPPING)
    (folder / "grain.csv").write_bytes(b"month,tonnes\n" + b"".join(b"20%02d-01,5\n" % year for year in range(20, 99)))
    before = state_of(ledger)
    program = "import sys; from ledger.cli.main import run; run()"
    command = [sys.executable, "-c", program, *arguments, "--ledger", str(ledger)]
    # Compiled modules would be cut short by the limit, too, and left for others to find.
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "", "TMPDIR": str(folder)}
    answer = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_)),
    )  # fmt: skip
    assert answer.returncode == 8, answer.stderr
    assert (answer.stderr.count("\n"), "Traceback" in answer.stderr) == (1, False), answer.stderr
    assert state_of(ledger) == before
    again = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr


def test_broken_off_init_is_begun_anew(tmp_path: Path) -> None:
    """What is left of an init that did not come to its end is no ledger, and does not stand in the way of the next."""
    directory = tmp_path / "ledger"
    directory.mkdir()
    (directory / ".init").touch()
    assert main(["status", "--as-of", "2021-01-01", "--ledger", str(directory)]) == 5
    assert main(["init", str(directory), "--origin", "example.org/small"]) == 0
