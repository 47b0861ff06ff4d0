"""``pledger serve`` and ``pledger token`` as processes: told how, stopped well, killed badly (issue of the service)."""

import io
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.cli.main import main
from ledger.errors import MalformedError
from ledger.runtime import open_ledger
from ledger.runtime.server import ServerSettings, read_server_settings
from ledger.runtime.token import LIMIT, Tokens
from ledger.tlog.proof import parse_receipt, verify_receipt
from ledger.web.app import application
from ledger.web.journal import Journal
from tests.end_to_end.served import JOSE, House, observations, served
from tests.end_to_end.small import FIGURES, START

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A ledger, and statements signed for it."""
    with served(tmp_path_factory.mktemp("server")) as one:
        yield one


@contextmanager
def running(directory: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve a ledger in a process of its own; give it and its address."""
    command = [sys.executable, "-c", "from ledger.cli.main import run; run()", "serve", "--port", "0", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLEDGER_")}
    with subprocess.Popen(
        [*command, "--ledger", str(directory), *options], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        told = ""
        while not told.rstrip().endswith("}"):
            line = process.stdout.readline()
            assert line, process.communicate()
            told += line
        try:
            yield process, json.loads(told)["url"]
        finally:
            process.kill()
            process.wait(30)


def post(url: str, raw: bytes) -> tuple[int, bytes]:
    """Hand in a statement, and return the answer."""
    request = urllib.request.Request(f"{url}/v1/statements", data=raw, headers=JOSE, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # our own server
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def get(url: str, path: str) -> bytes:
    """Return what is at an address."""
    with urllib.request.urlopen(f"{url}{path}", timeout=60) as answer:  # noqa: S310  # our own server
        return bytes(answer.read())


def put(url: str, digest: str, raw: bytes) -> int:
    """Bring a file, and return the status of the answer."""
    request = urllib.request.Request(f"{url}/v1/blobs/{digest}", data=raw, method="PUT")  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # our own server
        return int(answer.status)


def test_every_receipt_that_was_given_stands_after_a_kill(house: House) -> None:
    """Many write at once, the process is killed in the middle, and no receipt that left is lost (design §2.5)."""
    statements = [house.signed(number).raw for number in range(1000, 1160)]
    given: list[bytes] = []
    enough = threading.Event()

    def write(raws: list[bytes], url: str) -> None:
        for raw in raws:
            try:
                status, body = post(url, raw)
            except OSError:
                return
            assert status == 201, body
            given.append(body)
            if len(given) >= 40:
                enough.set()

    with running(house.ledger.directory) as (process, url):
        threads = [threading.Thread(target=write, args=(statements[number::8], url)) for number in range(8)]
        for thread in threads:
            thread.start()
        assert enough.wait(60)
        process.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join(60)
    with open_ledger(house.ledger.directory) as opened:
        keys = opened.log_keys()
        for raw in given:
            receipt = parse_receipt(raw)
            assert verify_receipt(receipt, log=keys) == ()
            assert opened.entry(receipt.index) == receipt.header
        assert opened.check().is_sound
    # Whoever got no answer says it again, and gets the receipt that there is, or a first one.
    with running(house.ledger.directory) as (_, url):
        assert {post(url, raw)[0] for raw in statements} <= {200, 201}
        assert {post(url, raw)[0] for raw in statements[:5]} == {200}


def test_end_that_is_asked_for_answers_what_was_asked(house: House) -> None:
    """SIGTERM while requests are on their way: each is answered, and the process ends with 0 (issue of the service)."""
    statements = [house.signed(number).raw for number in range(2000, 2008)]
    answers: list[int] = []
    with running(house.ledger.directory) as (process, url):
        threads = [
            threading.Thread(target=lambda raw: answers.append(post(url, raw)[0]), args=(raw,)) for raw in statements
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0
    assert answers == [201] * 8
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert sum(line["event"] == "request" and line["status"] == 201 for line in lines) == 8
    assert said.rstrip().endswith("The server has stopped.")


def test_two_processes_serve_one_ledger(tmp_path: Path) -> None:
    """What one logged the other answers, what waits at one gets its files at the other (design §4)."""
    with served(tmp_path, with_figures=False) as house:
        given, imported = house.evidence()
        one_statement = house.signed(1)
        figures, directory = observations(imported), house.ledger.directory
    with running(directory) as (_, one), running(directory) as (_, other):
        assert post(one, one_statement.raw)[0] == 201
        assert get(other, f"/v1/statements/{one_statement.name}") == one_statement.raw
        assert post(other, one_statement.raw)[0] == 200
        # The clock of these processes is the system's, so that the statement is an old one to them, and no future one.
        assert post(one, given.raw)[0] == 202
        assert put(other, imported.digest, FIGURES) == 201
        assert put(one, imported.series[0].observations.digest, figures) == 201
        assert json.loads(get(other, f"/v1/receipts/{given.name}"))["statement"] == given.name


def test_two_servers_write_to_one_ledger_on_postgresql(tmp_path: Path, database: str) -> None:
    """Two that share nothing but database and directory: no index is given twice, and a key granted by one is known."""
    with served(tmp_path, with_figures=False, store=database) as house:
        other = open_ledger(house.ledger.directory, at=house.clock, store=database)
        app = application(other, ServerSettings(), journal=Journal(house.clock, io.StringIO()))
        with TestClient(app) as client:
            codes = [
                to.post("/v1/statements", content=house.signed(number).raw, headers=JOSE).status_code
                for number, to in enumerate([house.client, client] * 4)
            ]
            key = house.ledger.new_key("second")
            house.ledger.grant("second", ["recorder"], holder="test")
            late = client.post("/v1/statements", content=house.signed(50, key=key).raw, headers=JOSE)
            assert (codes, late.status_code) == ([201] * 8, 201)
            size = 6 + 8 + 2
            assert client.get("/v1/ledger").json()["size"] == house.client.get("/v1/ledger").json()["size"] == size
        assert other.check().is_sound
        other.close()


def test_address_in_use_is_refused_in_a_sentence(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing can listen, the command says so and ends with 8."""
    with running(house.ledger.directory) as (_, url):
        port = url.rpartition(":")[2]
        assert main(["serve", "--ledger", str(house.ledger.directory), "--port", port]) == 8
    assert f"Nothing can listen on 127.0.0.1 port {port}" in capsys.readouterr().err


# --- settings ---------------------------------------------------------------------------------------------------------

WRONG = {
    "an unknown setting": ("speed = 9", {}, "speed"),
    "a port beyond all": ("port = 70000", {}, "port"),
    "a port in words": ('port = "http"', {}, "port"),
    "a rate below nothing": ("rate = -1", {}, "rate"),
    "an origin with a path": ('origins = ["https://x.example/y"]', {}, "no origin"),
    "a truth in words": ("", {"PLEDGER_SERVE_PRIVATE": "perhaps"}, "private"),
    "a number in words": ("", {"PLEDGER_SERVE_THREADS": "many"}, "threads"),
    "no number at all": ("", {"PLEDGER_SERVE_PORT": ""}, "port"),
}


def settings_of(directory: Path, table: str) -> ServerSettings:
    """Return the settings of a configuration."""
    (directory / "pledger.toml").write_text(f'origin = "x"\ngenesis = "y"\n[serve]\n{table}\n')
    return read_server_settings(directory)


@pytest.mark.parametrize("phrase", WRONG)
def test_wrong_setting_is_refused_by_name(phrase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that cannot be used is named, before anything is served."""
    table, environment, said = WRONG[phrase]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(MalformedError, match=said):
        settings_of(tmp_path, table)


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting has one name in the file and one in the environment; lists are separated by blanks there."""
    monkeypatch.setenv("PLEDGER_SERVE_PORT", "9000")
    monkeypatch.setenv("PLEDGER_SERVE_ORIGINS", "https://a.example https://b.example:444")
    monkeypatch.setenv("PLEDGER_SERVE_RATE", "0.5")
    found = settings_of(tmp_path, 'port = 8000\nprivate = true\norigins = ["https://c.example"]')
    assert (found.port, found.private, found.rate) == (9000, True, 0.5)
    assert found.origins == ("https://a.example", "https://b.example:444")
    assert found.host == "127.0.0.1"


def test_other_pages_are_let_in_only_where_that_is_said(tmp_path: Path) -> None:
    """No answer says that other origins may read it, but to those that the settings name (CORS)."""
    with served(tmp_path, origins=("https://press.example",)) as house:
        for origin, allowed in (("https://press.example", "https://press.example"), ("https://x.example", None)):
            answer = house.client.get("/v1/ledger", headers={"origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed
    with served(tmp_path / "closed") as house:
        answer = house.client.get("/v1/ledger", headers={"origin": "https://press.example"})
        assert "access-control-allow-origin" not in answer.headers


# --- tokens -----------------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    """Run a command with ``--json``; return its exit code and what it answers."""
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_token_is_made_listed_and_revoked(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """What it is is shown once and kept nowhere; its digest is in a file that only its owner reads."""
    over = ("--ledger", str(house.ledger.directory))
    code, made = run(
        capsys, "token", "new", "press", "--scope", "audit", "--scope", "read", "--expires", "2999-01-01", *over
    )
    secret, kept = str(made["token"]), made["kept"]
    assert isinstance(kept, dict)
    assert (code, kept["scopes"], kept["state"]) == (0, ["read", "audit"], "active")
    path = house.ledger.directory / "tokens"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret not in path.read_text()
    _, listed = run(capsys, "token", "list", *over)
    assert kept in listed["tokens"]  # type: ignore[operator]
    assert secret not in json.dumps(listed)
    code, ended = run(capsys, "token", "revoke", kept["id"], *over)
    assert (code, ended["kept"]["state"]) == (0, "revoked")  # type: ignore[index]
    assert main(["token", "list", *over]) == 0
    assert "press" in capsys.readouterr().out


TOKENS = {
    "a scope that is none": (["x", "--scope", "write"], 2, "no scope"),
    "a day that is none": (["x", "--expires", "2026-02-30"], 2, "not a day"),
    "a day that has passed": (["x", "--expires", "2001-01-01"], 2, "give a later day"),
    "two ends": (["x", "--expires", "2999-01-01", "--days", "3"], 2, "not both"),
    "a name in two lines": (["x\ny"], 2, "no name"),
}


@pytest.mark.parametrize("phrase", TOKENS)
def test_wrong_token_is_refused_in_a_sentence(phrase: str, house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Usage errors end with 2, and nothing is made."""
    arguments, code, said = TOKENS[phrase]
    before = Tokens(house.ledger.directory, house.clock).all()
    assert main(["token", "new", *arguments, "--ledger", str(house.ledger.directory)]) == code
    assert said in capsys.readouterr().err
    assert Tokens(house.ledger.directory, house.clock).all() == before


def test_token_that_is_not_there_is_not_revoked(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """An id that nobody has ends with 5."""
    assert main(["token", "revoke", "00000000", "--ledger", str(house.ledger.directory)]) == 5
    assert "no token" in capsys.readouterr().err


def test_file_of_tokens_is_read_only_where_it_is_sound_and_its_owner_s(tmp_path: Path) -> None:
    """A file that others may read, or that holds something else, is refused and never taken for no tokens at all."""
    tokens = Tokens(tmp_path, lambda: START)
    secret, _ = tokens.new("a", ["read"], expires="2026-06-01")
    assert tokens.find(secret) is not None
    path = tmp_path / "tokens"
    path.chmod(0o640)
    path.write_text(path.read_text() + "\n")
    with pytest.raises(Exception, match="Not only its owner"):
        tokens.find(secret)
    path.chmod(0o600)
    path.write_text("{}\n")
    with pytest.raises(MalformedError, match="a token a line"):
        tokens.find(secret)


def test_tokens_are_bounded(tmp_path: Path) -> None:
    """There are only so many, and the sentence says what to do."""
    tokens = Tokens(tmp_path, lambda: START)
    line = json.dumps({
        "id": "0", "name": "n", "scopes": ["read"], "created": START, "expires": START, "revoked": None, "digest": "d",
    })  # fmt: skip
    path = tmp_path / "tokens"
    path.write_text(f"{line}\n" * LIMIT)
    path.chmod(0o600)
    with pytest.raises(Exception, match="tokens already"):
        tokens.new("one more", ["read"], expires="2026-06-01")
