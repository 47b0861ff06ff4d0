"""The static site on disk and over HTTP, by the command line: exported, rebuilt, mirrored, killed, forked (issue 3)."""

import errno
import fcntl
import http.server
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.main import main
from ledger.errors import MalformedError, UnavailableError, UsageError
from ledger.remote.static import HttpSite
from ledger.runtime import check_ledger, import_log, mirror_log, open_ledger, open_source
from ledger.store.site import DirectorySite
from ledger.tlog.proof import verify_receipt
from tests.end_to_end.small import FIGURES, MAPPING, START, drafts, position, small_ledger
from tests.unit.service.static import POLICY, built, erase, exported

ROOT = Path(__file__).parents[2]
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger of 307 entries, evidence among them, and its site."""
    folder = tmp_path_factory.mktemp("site")
    with small_ledger(folder / "ledger") as ledger:
        ledger.record(drafts())
        ledger.submit(
            io.BytesIO(FIGURES), name="figures.csv", mapping=MAPPING, mapping_name="grain", published=date(2020, 4, 1)
        )
        ledger.export_log(folder / "early")
        ledger.record([draft for number in range(300) for draft in position(number)])
        ledger.export_log(folder / "site")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to work in, with nothing pinned."""
    shutil.copytree(made, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("PLEDGER_LEDGER", raising=False)
    return tmp_path / "work"


@pytest.fixture
def ask(folder: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Return what runs a command and gives its answer, after seeing its exit code."""

    def run(*arguments: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main([*arguments, "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return run


def files(directory: Path) -> dict[str, bytes]:
    """Return every file below a directory, by its path."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


# --- there and back ---------------------------------------------------------------------------------------------------


def test_ledger_goes_through_its_site_and_comes_back(ask: Ask, folder: Path) -> None:
    """Export, import, check: the identical root, a sound ledger, read-only, with every old receipt."""
    shown = ask("log", "show", "--ledger", "ledger")
    told = ask("log", "export", "public", "--ledger", "ledger")
    assert (told["size"], told["before"], told["statements"], told["files"]) == (307, 0, 307, 3)
    assert files(folder / "public") == files(folder / "site")
    back = ask("log", "import", "public", "--ledger", "copy", "--policy", "ledger/policy")
    assert (back["size"], back["root"], back["genesis"]) == (307, shown["root"], shown["genesis"])
    assert (back["trust"], back["writable"], back["withheld"]) == ("given", False, [])
    assert ask("log", "check", "--ledger", "copy")["sound"]
    assert ask("log", "show", "--ledger", "copy")["checkpoint"] == shown["checkpoint"]
    assert ask("status", "--as-of", "2026-03-01", "--ledger", "copy") == ask(
        "status", "--as-of", "2026-03-01", "--ledger", "ledger"
    )
    with open_ledger(folder / "ledger") as one, open_ledger(folder / "copy") as other:
        keys = other.log_keys()
        assert [verify_receipt(one.receipt(index), log=keys) for index in (0, 5, 306)] == [()] * 3
        assert verify_receipt(other.receipt(5), log=one.log_keys()) == ()
        assert other.receipt(5).header == one.receipt(5).header


def test_imported_ledger_is_read_only_without_keys(ask: Ask, folder: Path) -> None:
    """Nothing can be signed, and the sentence says what is missing; with the keys it goes on."""
    ask("log", "import", "site", "--ledger", "copy")
    (folder / "more.yaml").write_text("kind: party\nsubject: cc\nbody: {kind: state, names: {en: C}}\n")
    refused = ask("record", "more.yaml", "--yes", "--ledger", "copy", code=5)
    assert "There is no key desk" in refused["detail"]
    told = ask("log", "import", "site", "--ledger", "moved", "--keys", "ledger/keys")
    assert told["writable"]
    ask("record", "more.yaml", "--yes", "--ledger", "moved")
    assert ask("log", "show", "307", "--ledger", "moved")["header"]["subject"] == "cc"
    assert ask("log", "check", "--ledger", "moved")["sound"]
    assert {oct(path.stat().st_mode & 0o777) for path in (folder / "moved/keys").iterdir()} == {"0o600"}


def test_export_goes_on_where_it_stands(ask: Ask, folder: Path) -> None:
    """The early export grows into the very same files as a fresh one."""
    told = ask("log", "export", "early", "--ledger", "ledger")
    assert (told["before"], told["size"]) == (7, 307)
    assert files(folder / "early") == files(folder / "site")


def test_words_say_what_was_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json, a few lines for people."""
    assert main(["log", "export", "site", "--ledger", "ledger"]) == 0
    assert "covers 307 entries of example.org/small; it had 307." in capsys.readouterr().out
    assert main(["log", "import", "site", "--ledger", "copy"]) == 0
    assert "read only" in capsys.readouterr().out
    assert main(["mirror", "site", "mirror"]) == 0
    assert "holds 307 entries of example.org/small, verified" in capsys.readouterr().out


# --- mirrors ----------------------------------------------------------------------------------------------------------


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a directory, as any web server would, and says nothing."""

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The address of the site, served on this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder / "site")) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_mirror_is_kept_over_http(ask: Ask, served: str, folder: Path) -> None:
    """From an address as from a directory, and a ledger is rebuilt from either."""
    told = ask("mirror", served, "copy", "--policy", "ledger/policy")
    assert (told["size"], told["statements"], told["files"], told["trust"]) == (307, 307, 3, "given")
    ask("mirror", "site", "other")
    assert files(folder / "copy") == files(folder / "other")
    assert ask("mirror", served, "copy")["statements"] == 0
    assert ask("log", "import", served, "--ledger", "rebuilt")["size"] == 307


def test_site_that_is_not_there_is_unavailable(served: str) -> None:
    """A port where nobody answers, and a path where nothing is."""
    pauses: list[float] = []
    with pytest.raises(UnavailableError, match="try again later"):
        HttpSite("http://127.0.0.1:9", timeout=2, pause=pauses.append).open("checkpoint")
    assert pauses == [0.5, 1.0]
    assert HttpSite(served).open("tile/0/999") is None


def test_mirror_grows_and_refuses_a_rollback(ask: Ask, folder: Path) -> None:
    """Exit code 7, the copy as it was, and both checkpoints kept."""
    assert ask("mirror", "early", "copy")["size"] == 7
    assert ask("mirror", "site", "copy")["before"] == 7
    before = files(folder / "copy")
    refused = ask("mirror", "early", "copy", code=7)
    assert refused["type"] == "urn:pledger:problem:fork"
    assert "turned back" in refused["detail"]
    assert refused["held"] == (folder / "site/checkpoint").read_text()
    assert refused["served"] == (folder / "early/checkpoint").read_text()
    after = files(folder / "copy")
    assert before.items() <= after.items()
    assert sorted(after.keys() - before.keys()) == sorted(refused["kept"])


def test_mirror_refuses_a_fork(ask: Ask, folder: Path) -> None:
    """Two histories from one ledger, both signed by its keys: no copy follows the second."""
    shutil.copytree("ledger", "twin")
    for name, first in (("ledger", 1000), ("twin", 2000)):
        with open_ledger(folder / name, at=lambda: START) as ledger:
            ledger.record([draft for number in range(first, first + 5) for draft in position(number)])
    ask("log", "export", "site", "--ledger", "ledger")
    ask("mirror", "site", "copy")
    with open_ledger(folder / "twin", at=lambda: START) as ledger:
        ledger.record(position(5))
    with open_ledger(folder / "twin", at=lambda: START) as ledger:
        ledger.record([draft for number in range(3000, 3010) for draft in position(number)])
        ledger.export_log(folder / "forked")
    before = files(folder / "copy")
    refused = ask("mirror", "forked", "copy", code=7)
    assert "do not begin with the 312 held" in refused["detail"]
    assert before.items() <= files(folder / "copy").items()
    # The ledger itself is not exported over the site of its twin, either.
    assert ask("log", "export", "site", "--ledger", "twin", code=7)["type"] == "urn:pledger:problem:fork"


def test_pinned_policy_is_asked(ask: Ask) -> None:
    """What was pinned with ``trust add`` counts for imports and mirrors too."""
    ask("trust", "add", "ledger/policy")
    assert ask("mirror", "site", "copy")["trust"] == "pinned"
    assert ask("log", "import", "copy", "--ledger", "rebuilt")["trust"] == "pinned"


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("log", "export", "keys", "--ledger", "ledger"), 6, "holds something else"),
        (("log", "export", "ledger/policy", "--ledger", "ledger"), 2, "is not a directory"),
        (("log", "export", "no/such/place", "--ledger", "ledger"), 2, "whose parent is there"),
        (("log", "import", "nowhere", "--ledger", "copy"), 2, "There is no directory nowhere"),
        (("log", "import", "http://", "--ledger", "copy"), 2, "not the address of a site"),
        (("log", "import", "keys", "--ledger", "copy"), 3, "has no checkpoint"),
        (("log", "import", "site", "--ledger", "ledger"), 6, "holds something already"),
        (("log", "import", "site", "--ledger", "copy", "--policy", "others"), 4, "No log of the policy signed"),
        (("log", "import", "site", "--ledger", "copy", "--keys", "site"), 5, "no key files"),
        (("mirror", "keys", "copy"), 3, "has no checkpoint"),
        (("mirror", "site", "keys"), 6, "holds something else"),
        (("mirror", "site", "copy", "--policy", "others"), 4, "No log of the policy signed"),
    ],
)
def test_wrong_place_or_policy_is_refused(
    ask: Ask, folder: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """One sentence, its exit code, and nothing left behind."""
    shutil.copytree("ledger/keys", "keys")
    (folder / "others").write_bytes(POLICY)
    before = files(folder)
    assert said in ask(*arguments, code=code)["detail"]
    left = {name: raw for name, raw in files(folder).items() if not name.endswith(("-wal", "-shm"))}
    assert left == {name: raw for name, raw in before.items() if not name.endswith(("-wal", "-shm"))}


def test_site_with_a_fault_leaves_no_ledger(ask: Ask, folder: Path) -> None:
    """What is not sound is not kept: the directory is as it was."""
    bundle = folder / "site/tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b"position", b"positiom", 1))
    refused = ask("log", "import", "site", "--ledger", "copy", code=3)
    assert "does not hash to its leaf" in refused["detail"]
    assert not (folder / "copy").exists()
    (folder / "empty").mkdir()
    ask("log", "import", "site", "--ledger", "empty", code=3)
    assert files(folder / "empty") == {}


def test_two_writers_of_one_site_exclude_each_other(ask: Ask, folder: Path) -> None:
    """The second is told to wait; nothing is locked after the first has gone."""
    descriptor = os.open(folder / "site", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        assert "Another process writes" in ask("log", "export", "site", "--ledger", "ledger", code=8)["detail"]
    finally:
        os.close(descriptor)
    ask("log", "export", "site", "--ledger", "ledger")


def test_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails leaves no half of a file."""
    site = DirectorySite(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UnavailableError, match="disk is full"):
        site.write("checkpoint", b"hello")
    with pytest.raises(UnavailableError, match="disk is full"):
        site.publish("checkpoint", b"hello")
    assert files(tmp_path) == {}


def test_path_never_leads_outside(tmp_path: Path) -> None:
    """Paths are ours, and a wrong one is a fault of ours."""
    site = DirectorySite(tmp_path)
    for path in ("../x", "/etc/passwd", "a//b", "a/../b", ".hidden", "", "A"):
        with pytest.raises(AssertionError, match="no path of a static site"):
            site.open(path)


def test_directory_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    """A file in the way, and a parent that is not there."""
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "file", tmp_path / "file/below", tmp_path / "no/such"):
        with pytest.raises(UsageError, match="is not a directory"), DirectorySite(path).writing():
            pass
    with pytest.raises(UsageError, match="no directory"):
        open_source(str(tmp_path / "file"))


# --- what is absent ---------------------------------------------------------------------------------------------------


def write(directory: Path, contents: dict[str, bytes]) -> None:
    """Write the files of a site that was made in memory."""
    for name, raw in contents.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(raw)


def test_erased_statement_stays_erased_in_the_database(tmp_path: Path) -> None:
    """The import notes the logged erasure, so that triggers and check hold as before (design §2.3)."""
    house = built()
    erase(house, 9)
    write(tmp_path / "site", exported(house).files)
    found = import_log(open_source(str(tmp_path / "site")), tmp_path / "copy")
    assert (found.statements, found.erased) == (11, 1)
    checked = check_ledger(tmp_path / "copy")
    assert checked.is_sound
    assert checked.erased == 1


def test_withheld_file_is_excused_and_nothing_else_is(tmp_path: Path) -> None:
    """``log check`` of an imported ledger knows what its site kept back, and misses whatever else is gone."""
    house = built(redistribute=False)
    write(tmp_path / "site", exported(house).files)
    found = import_log(open_source(str(tmp_path / "site")), tmp_path / "copy")
    assert (tmp_path / "copy/withheld").read_text().split() == list(found.withheld)
    assert check_ledger(tmp_path / "copy").is_sound
    (tmp_path / "copy/withheld").rename(tmp_path / "copy/elsewhere")
    assert [one.code for one in check_ledger(tmp_path / "copy").findings] == ["evidence.file"]
    (tmp_path / "copy/elsewhere").rename(tmp_path / "copy/withheld")
    shutil.rmtree(tmp_path / "copy/blobs")
    assert [one.code for one in check_ledger(tmp_path / "copy").findings] == ["evidence.file"]
    (tmp_path / "copy/withheld").write_bytes(b"\xff")
    with pytest.raises(MalformedError, match="withheld cannot be read"):
        check_ledger(tmp_path / "copy")


# --- killed -----------------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from ledger.runtime import open_ledger
from ledger.store.site import DirectorySite

left = int(sys.argv[1])

def dying(name):
    plain = getattr(DirectorySite, name)
    def method(self, *arguments):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return plain(self, *arguments)
    return method

for name in ("write", "put", "remove_below", "settle", "publish"):
    setattr(DirectorySite, name, dying(name))
with open_ledger(Path("ledger")) as ledger:
    ledger.export_log(Path("early"))
"""


@pytest.mark.parametrize("steps", [0, 1, 3, 150, 303, 308, 400])
def test_killed_export_leaves_the_old_checkpoint_and_is_taken_up(folder: Path, steps: int) -> None:
    """Whenever the process dies, the site is what its checkpoint says, and the next export makes it whole."""
    before = files(folder / "early")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    died = subprocess.run([sys.executable, "-c", KILLED, str(steps)], cwd=folder, env=environment, check=False)
    left = files(folder / "early")
    if died.returncode == -signal.SIGKILL:
        assert left["checkpoint"] == before["checkpoint"]
    assert import_log(open_source("early"), folder / "rebuilt").statements in {7, 307}
    with open_ledger(folder / "ledger") as ledger:
        ledger.export_log(folder / "early")
    assert files(folder / "early") == files(folder / "site")


def test_broken_mirror_run_is_taken_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that fails in the middle costs what was not yet copied, and nothing else."""
    source = open_source("site")
    plain, left = DirectorySite.open, iter(range(200))

    def failing(self: DirectorySite, path: str) -> Any:
        if self.directory == Path("site") and next(left, None) is None:
            raise UnavailableError("The line is dead.")
        return plain(self, path)

    with monkeypatch.context() as patched:
        patched.setattr(DirectorySite, "open", failing)
        with pytest.raises(UnavailableError, match="line is dead"):
            mirror_log(source, folder / "copy")
    assert not (folder / "copy/checkpoint").exists()
    assert mirror_log(source, folder / "copy").front.checkpoint.size == 307
    mirror_log(source, folder / "fresh")
    assert files(folder / "copy") == files(folder / "fresh")
