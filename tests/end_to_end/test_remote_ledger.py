"""``pledger --ledger URL``: every command by an address as by a directory; keys stay here, nothing is believed."""

import contextlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from ledger.cli.main import application, main
from ledger.client import Client, Copy, Place, Waiting, open_remote
from ledger.client import copy as copying
from ledger.client.transport import Transport
from ledger.errors import ForkError, MalformedError, NotFoundError, RefusedError, UnavailableError, UsageError
from ledger.ingest.document import check_draft
from ledger.remote.exchange import Reply
from ledger.runtime import Ledger, init, open_ledger, settings
from ledger.runtime.opened import check_ledger
from ledger.signing.canonical import digest
from ledger.signing.key import PrivateKey
from ledger.tlog.proof import Receipt
from tests.end_to_end.small import FIGURES, MAPPING, START, drafts, fixed_keys, position

ROOT = Path(__file__).resolve().parent.parent.parent

DAY = "2021-01-01"

POSITION = """
kind: position
subject: grain
issued: 2026-01-02T03:04:05Z
body:
  party: aa
  stance: affirms
  date: 2020-01-16
  note: said over the wire
  source: {title: Statement, publisher: Office, role: joint, via: {copy_read: page, how: excerpt}}
"""


@contextlib.contextmanager
def running(directory: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve a ledger in a process of its own, whose journal nobody reads; give it and its address."""
    command = [sys.executable, "-c", "from ledger.cli.main import run; run()", "serve", "--port", "0", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLEDGER_")}
    with subprocess.Popen(
        [*command, "--ledger", str(directory), *options], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        said = ""
        while not said.endswith("}\n"):
            line = process.stdout.readline()
            assert line, "the server did not start"
            said += line
        try:
            yield process, json.loads(said)["url"]
        finally:
            process.terminate()
            process.wait(timeout=30)


class Served:
    """A ledger in one directory, served at an address, and a folder of whoever asks."""

    def __init__(self, directory: Path, url: str, folder: Path) -> None:
        self.directory = directory
        self.url = url
        self.folder = folder

    def place(self, name: str = "copies") -> Place:
        """Return the served ledger, with the desk's keys, and copies of their own."""
        return Place(self.url, self.folder / name, self.directory / "keys")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A small ledger with a pledge and figures, served by a process of its own."""
    folder = tmp_path_factory.mktemp("remote")
    with init(folder / "ledger", origin="example.org/small", at=lambda: START, make_key=fixed_keys()) as ledger:
        ledger.record(drafts())
        ledger.submit(io.BytesIO(FIGURES), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml", published=None)
    (folder / "asker").mkdir()
    (folder / "asker" / "grain.toml").write_bytes(MAPPING)
    (folder / "asker" / "grain.csv").write_text("month,tonnes\n2020-03,5\n2020-04,8\n", encoding="utf-8")
    (folder / "asker" / "position.yaml").write_text(POSITION, encoding="utf-8")
    (folder / "asker" / "text.txt").write_text("Aa will buy ten tonnes of grain in 2020.\n", encoding="utf-8")
    with running(folder / "ledger") as (_, url):
        yield Served(folder / "ledger", url, folder / "asker")


@pytest.fixture(autouse=True)
def _at_the_asker(house: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the asker's folder, with copies there, the desk's keys and no other settings."""
    monkeypatch.chdir(house.folder)
    monkeypatch.setenv("PLEDGER_COPIES", str(house.folder / "copies"))
    monkeypatch.setenv("PLEDGER_KEYS", str(house.directory / "keys"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(house.folder / "configuration"))
    monkeypatch.delenv("PLEDGER_LEDGER", raising=False)
    monkeypatch.delenv("PLEDGER_TOKEN", raising=False)


def ran(*arguments: str) -> tuple[int, str, str]:
    """Run a command in this process: its exit code and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()


def told(*arguments: str) -> Any:
    """Run a command that answers: its JSON."""
    code, out, err = ran(*arguments, "--json")
    assert code == 0, (arguments, out, err)
    return json.loads(out)


# What reads: the same document from a server as from a directory.
READS: dict[str, tuple[str, ...]] = {
    "status": ("status", "--as-of", DAY),
    "status of one": ("status", "grain", "--as-of", DAY),
    "score": ("score", "grain", "--as-of", DAY),
    "history": ("history", "grain", "--as-of", DAY),
    "series": ("series", "--as-of", DAY),
    "series KEY": ("series", "export/bb/aa", "--as-of", DAY),
    "docket": ("docket", "--as-of", DAY),
    "lint": ("lint", "grain", "--as-of", DAY),
    "audits": ("audits", "--as-of", DAY),
    "log show": ("log", "show"),
    "log show ENTRY": ("log", "show", "4"),
    "log prove": ("log", "prove", "3"),
    "log prove --consistent-with": ("log", "prove", "--consistent-with", "3"),
    "key list": ("key", "list"),
    "key public": ("key", "public", "desk"),
}

# What writes, or works on a copy.
WORKS: dict[str, tuple[str, ...]] = {
    "audit": ("audit", "grain", "--as-of", DAY, "-o", "audit.zip"),
    "record": ("record", "position.yaml", "--yes"),
    "submit": ("submit", "grain.csv", "--map", "grain.toml", "--published", "2020-07-01"),
    "determine": ("determine", "grain", "--as-of", DAY),
    "draft": ("draft", "text.txt"),
    "log check": ("log", "check"),
    "log export": ("log", "export", "site"),
    "log index": ("log", "index"),
    "key new": ("key", "new", "statistics"),
    "key grant": ("key", "grant", "statistics", "--role", "submitter"),
    "key revoke": ("key", "revoke", "statistics", "--reason", "the office closed"),
}

# What only whoever has the directory can do.
REFUSED: dict[str, tuple[str, ...]] = {
    "serve": ("serve",),
    "erase": ("erase", "3", "--ground", "law", "--reason", "demanded"),
    "token new": ("token", "new", "newsroom"),
    "token list": ("token", "list"),
    "token revoke": ("token", "revoke", "1f2e3d4c"),
    "hook add": ("hook", "add", "https://newsroom.example/in"),
    "hook list": ("hook", "list"),
    "hook remove": ("hook", "remove", "1f2e3d4c5b6a"),
    "hook retry": ("hook", "retry", "1f2e3d4c5b6a"),
    "store upgrade": ("store", "upgrade"),
    "key appoint": ("key", "appoint", "--quorum", "1"),
    "log stamp": ("log", "stamp"),
    "log cosign": ("log", "cosign"),
}

# What is shown elsewhere: with keys that others here would then lack, with publishers, or with a directory of its own.
ELSEWHERE = {"verify", "key rotate", "key approve", "key protect", "fetch", "log import"}


def test_every_command_is_in_the_table() -> None:
    """Whatever takes ``--ledger`` works by an address, or refuses it in a sentence (design §3)."""
    here = {" ".join(words) for words in commands(typer.main.get_command(application()), ())}
    table = {_command(words, here) for words in (*READS.values(), *WORKS.values(), *REFUSED.values())}
    # Those of other rooms may come and go with their own tables: what is left out has to be said here.
    assert here - table - ELSEWHERE - OTHERS == set()


OTHERS = {"backup", "restore", "config check", "init", "demo"}


def commands(command: Any, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the names of all commands that take a ledger."""
    if hasattr(command, "commands"):
        for name, one in command.commands.items():
            yield from commands(one, (*names, name))
    elif any("--ledger" in one.opts for one in command.params):
        yield names


def _command(words: tuple[str, ...], known: set[str]) -> str:
    return next(name for name in (" ".join(words[:2]), words[0]) if name in known)


@pytest.mark.parametrize("case", READS)
def test_reading_gives_the_document_of_the_directory(case: str, house: Served) -> None:
    """What a command answers by an address is, to the letter, what it answers where the ledger is (design §3)."""
    words = READS[case]
    by_address = told(*words, "--ledger", house.url)
    by_directory = told(*words, "--ledger", str(house.directory))
    assert by_address == by_directory


@pytest.mark.parametrize("case", WORKS)
def test_writing_works_by_an_address(case: str, house: Served) -> None:
    """Statements are composed and signed here, handed in there, and their receipts verified (design §3)."""
    assert told(*WORKS[case], "--ledger", house.url)


@pytest.mark.parametrize("case", REFUSED)
def test_what_needs_the_directory_says_so(case: str, house: Served) -> None:
    """A command without a meaning by an address refuses it in one sentence, as a wrong command (style §7)."""
    before = Client(house.url).ledger().size
    code, out, err = ran(*REFUSED[case], "--ledger", house.url)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "needs the ledger's directory" in err
    assert "--ledger DIR" in err
    assert Client(house.url).ledger().size == before


def test_ledger_is_named_by_each_way(house: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option of a command, that of pledger, and the setting name an address alike (design §3)."""
    wanted = told("key", "list", "--ledger", house.url)
    assert told("--ledger", f"{house.url}/", "key", "list") == wanted
    monkeypatch.setenv("PLEDGER_LEDGER", house.url)
    assert told("key", "list") == wanted


def test_bundle_made_from_the_copy_is_that_of_the_server(house: Served) -> None:
    """An audit by an address is reckoned here, and is the server's own to the byte at one view (design §2.6)."""
    size = str(Client(house.url).ledger().size)
    told("audit", "grain", "--as-of", DAY, "--size", size, "-o", "here.zip", "--ledger", house.url)
    told("audit", "grain", "--as-of", DAY, "--size", size, "-o", "there.zip", "--ledger", str(house.directory))
    assert Path("here.zip").read_bytes() == Path("there.zip").read_bytes()
    assert told("verify", "here.zip")["sound"]


def test_audit_at_an_address_is_verified(house: Served) -> None:
    """``verify URL`` brings a bundle here and checks it as a file; what is no bundle is refused (design §3)."""
    address = f"{house.url}/v1/audits/grain?as_of={DAY}&size=7&format=zip"
    found = told("verify", address, "--ledger", house.url)
    assert (found["sound"], found["since"]["erased"]) == (True, [])
    assert ran("verify", f"{house.url}/v1/ledger")[0] == 3
    assert ran("verify", f"{house.url}/v1/audits/nowhere?format=zip")[0] == 5


def test_keys_stay_here(house: Served) -> None:
    """A key made by an address lies beside the copy, for its owner alone, and nowhere else (design §5)."""
    place = Place(house.url, house.folder / "own")
    with open_remote(place) as opened:
        opened.new_key("mine", make_key=lambda algorithm: PrivateKey.from_seed(algorithm, bytes([77]) * 32))
        assert opened.keyring.directory.is_relative_to(house.folder / "own")
        assert (opened.keyring.directory / "mine.pem").stat().st_mode & 0o077 == 0
    assert not (house.directory / "keys" / "mine.pem").exists()


def test_stranger_is_refused_with_the_server_s_problem(house: Served) -> None:
    """A key that the ledger does not know may say nothing; the exception is the one of the command line (style §7)."""
    with open_remote(Place(house.url, house.folder / "stranger")) as opened:
        opened.new_key("mine", make_key=lambda algorithm: PrivateKey.from_seed(algorithm, bytes([78]) * 32))
        with pytest.raises(RefusedError, match="not known to this ledger"):
            opened.record(position(901), key="mine")


def test_all_or_none(house: Served) -> None:
    """Of several drafts whose last refers to what is not there, none is recorded (design §3)."""
    with open_remote(house.place()) as opened:
        size = opened.client.ledger().size
        lost = drafts(POSITION.replace("subject: grain", "subject: nowhere"))
        with pytest.raises(NotFoundError):
            opened.record((*position(902), *lost))
        assert opened.client.ledger().size == size


def test_repeat_gets_its_first_receipt(house: Served) -> None:
    """What the same key said before is not said again: the first receipt comes back, verified (design §2.2)."""
    with open_remote(house.place()) as opened:
        (first,) = opened.record(position(903))
    with open_remote(house.place()) as opened:
        (again,) = opened.record(position(903))
    assert (again.index, again.statement) == (first.index, first.statement)


def test_upload_that_was_broken_off_goes_on(house: Served, tmp_path: Path) -> None:
    """A statement that waits is asked for, and what is still missing is brought (design §3)."""
    with open_ledger(house.directory) as desk, open_remote(house.place()) as opened:
        opened.blobs.put(io.BytesIO(b"a file"), expected=digest(b"a file"))
        client = opened.client
        raw = evidence(desk, "2020-06,9\n")
        waiting = client.hand_in(raw.statement)
        assert isinstance(waiting, Waiting)
        assert len(waiting.missing) == 2
        first, second = waiting.missing
        client.put(first[0], io.BytesIO(raw.files[first[0]]))
        left = client.receipt(waiting.statement)
        assert isinstance(left, Waiting)
        assert left.missing == (second,)
        assert isinstance(client.bring(left, lambda _: None), Waiting)
        receipt = client.bring(left, lambda name: io.BytesIO(raw.files[name]) if name in raw.files else None)
        assert isinstance(receipt, Receipt)
        target = io.BytesIO()
        assert client.blob(first[0], target) == len(raw.files[first[0]])
        assert target.getvalue() == raw.files[first[0]]


class Evidence:
    """A signed statement of evidence, and the files that it names."""

    def __init__(self, statement: bytes, files: dict[str, bytes]) -> None:
        self.statement = statement
        self.files = files


def evidence(desk: Ledger, rows: str) -> Evidence:
    """Return evidence with figures of its own, whose files the server does not have."""
    from datetime import date

    from ledger.ingest.tabular import parse_any_mapping, read_evidence
    from ledger.runtime.said import evidence_body, make_statement

    raw = f"month,tonnes\n{rows}".encode()
    read = read_evidence(
        io.BytesIO(raw), parse_any_mapping(MAPPING, name="grain.toml"), name="late.csv", published=date(2020, 8, 1)
    )
    body = evidence_body(read, read.series[0], now=START, extra={})
    statement = make_statement("evidence", read.series[0].subject, body, issued=START)
    figures = b"".join(read.series[0].observations.chunks())
    files: dict[str, bytes] = {digest(one): one for one in (raw, MAPPING, figures)}
    return Evidence(desk.compose(statement, desk.keyring.get("desk")).raw, files)


def test_client_reads_with_types(house: Served) -> None:
    """The client's answers have the types of the method's own models (docs/client.md)."""
    client = Client(house.url)
    size = client.ledger().size
    assert client.status("grain", as_of=DAY, size=6).commitments[0].terms[0].id == "grain"
    assert client.score("grain", as_of=DAY).subject == "grain"
    assert client.docket(as_of=DAY).commitments[0].subject == "grain"
    assert client.series(as_of=DAY).series[0].series == "series:export/bb/aa"
    assert client.figures("export/bb/aa", as_of=DAY, size=7).figures[0].value == "5"
    assert [one.index for one in client.entries(2, size=size)] == list(range(2, size))
    known = client.keys()
    assert {one.office for one in known} >= {"root", "operator"}
    assert client.audit(("grain",), as_of=DAY, size=size).subjects == ("grain",)
    assert client.prove(3).index == 3
    assert digest(client.statement(3)) == next(iter(client.entries(3))).statement


def test_client_hands_in_a_stream(house: Served) -> None:
    """Each statement of a stream has an outcome of its own, in order; a refused one takes no other with it (§3)."""
    with open_remote(house.place()) as opened:
        desk = opened.keyring.get("desk")
        good = [opened.compose(check_draft(position(number)[0], issued=START), desk).raw for number in (910, 911)]
        found = list(opened.client.hand_in_stream([good[0], b"not a statement", good[1]]))
    assert [type(one).__name__ for one in found] == ["Receipt", "MalformedError", "Receipt"]


def test_other_policy_accepts_nothing(house: Served) -> None:
    """A policy that the caller holds has to accept the log: one of another log refuses it (design §2.4)."""
    number = iter(range(150, 200))
    with init(
        house.folder / "other", origin="example.org/small", at=lambda: START,
        make_key=lambda algorithm: PrivateKey.from_seed(algorithm, bytes([next(number)]) * 32),
    ) as other:  # fmt: skip
        policy = other.policy()
    with pytest.raises(RefusedError):
        open_remote(Place(house.url, house.folder / "pinned"), trusted=policy)
    with pytest.raises(RefusedError, match="signed by other keys of the log"):
        Client(house.url, policy=policy).receipt(3)


def test_log_with_another_past_is_refused(house: Served, tmp_path: Path) -> None:
    """A copy follows no log that contradicts what it holds, not even after it was fetched anew (design §2.4)."""
    fork = tmp_path / "fork"
    shutil.copytree(house.directory, fork)
    with open_ledger(fork) as forked, open_ledger(house.directory) as desk:
        desk.record(position(921))
        forked.record(position(922))
        forked.record(position(923))
    home = house.folder / "forked"
    with running(fork) as (_, elsewhere):
        open_remote(Place(elsewhere, home, house.directory / "keys")).close()
        place, other = Copy(home, house.url), Copy(home, elsewhere)
        shutil.copytree(other.directory.parent, place.directory.parent)
        with pytest.raises(ForkError, match=r"does not begin|has turned back") as refused:
            place.follow()
        assert {"held", "served"} <= set(refused.value.facts)
        shutil.rmtree(place.directory)
        with pytest.raises(ForkError, match="not the log that was followed here before"):
            place.follow()
        assert place.is_new


def test_copy_that_was_not_checked_is_fetched_anew(house: Served) -> None:
    """What a crash leaves in the middle of following is never read from (design §2.5)."""
    home = house.folder / "crashed"
    copy = Copy(home, house.url)
    copy.follow()
    (copy.directory / "ledger.db").write_bytes(b"half a database")
    (copy.directory.parent / "unchecked").touch()
    with open_remote(Place(house.url, home)) as opened:
        assert opened.check().is_sound
    assert not (copy.directory.parent / "unchecked").exists()


def test_copy_is_checked_whole_where_it_is_not_as_it_was_checked(
    house: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was checked is not checked again while it is the same; what was changed is fetched anew (§2.4)."""
    whole: list[Path] = []

    def watched(place: Path, **told: Any) -> Any:
        whole.append(place)
        return check_ledger(place, **told)

    monkeypatch.setattr(copying, "check_ledger", watched)
    copy = Copy(house.folder / "changed", house.url)
    copy.follow()
    with open_ledger(house.directory) as desk:
        desk.record(position(931))
    copy.follow()
    copy.follow()
    assert whole == []
    copy.follow(recheck=True)
    assert whole == [copy.directory]
    with contextlib.closing(sqlite3.connect(copy.directory / "ledger.db")) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        assert database.execute("UPDATE entry SET subject = 'other' WHERE [index] = 3").rowcount == 1
        database.commit()
    copy.follow()
    assert whole == [copy.directory] * 2
    with open_ledger(copy.directory) as held:
        assert held.check().is_sound
        assert next(held.rows(3, 4)).subject != "other"
    told("--recheck", "status", "--as-of", DAY, "--ledger", house.url)


def test_first_copy_asks_for_many_statements_at_a_time(house: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements come by pages, and one by one only from a server that has no pages (design §2.4)."""
    asked: list[str] = []
    opened = copying._Log.open

    def watched(log: Any, path: str) -> Any:
        asked.append(path)
        return opened(log, path)

    monkeypatch.setattr(copying._Log, "open", watched)
    Copy(house.folder / "paged", house.url).follow()
    alone = [path for path in asked if path.startswith("statement/")]
    assert len(alone) <= 1  # the charter, with which everything begins
    monkeypatch.setattr(copying._Log, "statements", lambda *_: {})
    Copy(house.folder / "single", house.url).follow()
    size = Client(house.url).ledger().size
    assert len([path for path in asked if path.startswith("statement/")]) - len(alone) >= size


LYING = {
    "another statement": (
        b'{"index":%d,"statement":"e30.e30.e30"}',
        MalformedError,
        "not the one that its header names",
    ),
    "another entry": (b'{"index":9%d,"statement":null}', UnavailableError, "cannot be read"),
    "no JSON": (b"%d", UnavailableError, "cannot be read"),
    "no statement": (b'{"index":%d}', UnavailableError, "cannot be read"),
}


@pytest.mark.parametrize("lie", LYING)
def test_statements_of_a_page_are_held_against_their_headers(
    lie: str, house: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is a stranger's bytes: each statement has to be the one that its entry's header names (design §2.3)."""
    line, error, words = LYING[lie]
    size = Client(house.url).ledger().size
    body = b"".join(line % index + b"\n" for index in range(size))
    monkeypatch.setattr(Transport, "ask", lambda *_, **__: Reply(200, {}, body))
    copy = Copy(house.folder / f"lied-{lie.replace(' ', '-')}", house.url)
    with pytest.raises(error, match=words):
        copy.follow()
    assert copy.is_new


def test_only_its_server_writes_into_the_log(house: Served) -> None:
    """No way of the facade writes into the copy's own log (design §2.5)."""
    with open_remote(house.place()) as opened:
        raw = opened.compose(check_draft(position(930)[0], issued=START), opened.keyring.get("desk")).raw
        for write in (opened.publish, opened.hand_over):
            with pytest.raises(UsageError, match="--ledger DIR"):
                write([raw])


def test_nobody_at_the_address(house: Served) -> None:
    """A server that does not answer is unavailable, in a sentence, with exit code 8 (style §7)."""
    code, out, err = ran("status", "--ledger", "http://127.0.0.1:9")
    assert (code, out) == (8, "")
    assert err.count("\n") == 1
    with pytest.raises(UnavailableError, match="try again"):
        Client("http://127.0.0.1:9", pause=lambda _: None).ledger()


def test_private_ledger_is_read_with_a_token(house: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A private ledger asks for PLEDGER_TOKEN, and is followed with one (design §3)."""
    from ledger.runtime.token import Tokens

    with init(tmp_path / "private", origin="example.org/private", at=lambda: START, make_key=fixed_keys()):
        pass
    with open_ledger(tmp_path / "private") as ledger:
        secret, _ = Tokens(ledger.directory, ledger.clock).new("asker", ["read"], expires="9998-12-31")
    monkeypatch.delenv("PLEDGER_KEYS")
    with running(tmp_path / "private", "--private") as (_, url):
        code, _, err = ran("key", "list", "--ledger", url)
        assert (code, err.count("PLEDGER_TOKEN")) == (4, 1)
        monkeypatch.setenv("PLEDGER_TOKEN", secret)
        assert told("key", "list", "--ledger", url)["keys"]
        with pytest.raises(RefusedError, match="in the clear"):
            Client("http://ledger.example", token=secret)


EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_examples_of_the_document_run(house: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example of docs/client.md runs as printed, but for the address (style §11)."""
    shutil.copytree(house.directory / "keys", house.folder / "keys", dirs_exist_ok=True)
    examples = EXAMPLE.findall((ROOT / "docs" / "client.md").read_text("utf-8"))
    assert len(examples) == 2
    for example in examples:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(example.replace("http://127.0.0.1:8420", house.url), {})  # noqa: S102  # it is our own document
        assert out.getvalue().count("\n") >= 2


def test_every_setting_is_documented() -> None:
    """docs/client.md names every setting of whoever asks (style §11)."""
    said = (ROOT / "docs" / "client.md").read_text("utf-8")
    assert [name for name in (settings.TOKEN, settings.CLIENT_KEYS, settings.COPIES) if f"`{name}`" not in said] == []
