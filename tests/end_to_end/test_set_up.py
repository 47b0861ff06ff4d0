"""A newcomer's two commands, up to the point where the product itself begins (dependencies §1, decision 2).

The scripts are run in a copy, in a folder with spaces in its name, with an interpreter and an installer that only note
what they are asked: nothing is fetched, and the machine's own Python is never found.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ("basename", "cat", "cksum", "cp", "dirname", "env", "find", "ls", "mkdir", "rm", "sed", "sh", "sort")

# A command that tells its story in one line, into the folder that it is given.
PLEDGER = """\
#!/bin/sh
mkdir -p "$2" && echo told >"$2/ledger"
"""
PYTHON = """\
#!/bin/sh
# An interpreter that is new enough, has venv, and installs by noting it.
case $* in
  '-m venv --clear .venv') mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  '-m pip install'*) printf 'pip %s\\n' "$*" >>asked; cp "$PLEDGER" .venv/bin/pledger ;;
  '-m pytest'*) printf 'pytest %s\\n' "$*" >>asked ;;
esac
"""
UV = """\
#!/bin/sh
# An installer that makes the environment from the interpreter it is given, and notes the rest.
printf 'uv %s\\n' "$*" >>asked
case $* in
  venv*) mkdir -p .venv/bin && cp "${5:?}" .venv/bin/python ;;
  *--editable*) cp "$PLEDGER" .venv/bin/pledger ;;
esac
"""


class Newcomer:
    """A copy of the checkout, and a machine that has just what a test gives it."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "a clean clone"
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        for name in TOOLS:
            found = shutil.which(name)
            assert found is not None, f"this machine has no {name}"
            (self.bin / name).symlink_to(found)
        self.has("pledger-to-install", PLEDGER)
        shutil.copytree(ROOT / "scripts", self.checkout / "scripts")
        for name in ("pyproject.toml", "requirements.lock"):
            shutil.copy(ROOT / name, self.checkout / name)

    def has(self, name: str, program: str) -> None:
        """Put a program on the machine."""
        (self.bin / name).write_text(program)
        (self.bin / name).chmod(0o755)

    def runs(self, script: str, *args: str, at: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run one of the scripts from the top of the checkout, or from elsewhere."""
        command = [str(self.checkout / "scripts" / script), *args]
        machine = {"PATH": str(self.bin), "HOME": os.devnull, "PLEDGER": str(self.bin / "pledger-to-install")}
        where = at if at is not None else self.checkout
        return subprocess.run(command, cwd=where, env=machine, capture_output=True, text=True, check=False)

    def asked(self) -> list[str]:
        """What the interpreter and the installer were asked since the last look."""
        notes = self.checkout / "asked"
        lines = notes.read_text().splitlines() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return lines


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    """A newcomer with a clean clone and neither Python nor uv."""
    return Newcomer(tmp_path)


@pytest.mark.parametrize("script", ["demo", "test", "check"])
@pytest.mark.parametrize(
    ("python", "said"),
    [
        (None, "Python 3.11 or newer"),
        ("#!/bin/sh\nexit 1\n", "Python 3.11 or newer"),
        ("#!/bin/sh\ncase $2 in *ensurepip*) exit 1 ;; esac\n", "apt-get install python3-venv"),
    ],
    ids=["no Python", "an old Python", "a Python without venv"],
)
def test_missing_prerequisite_is_named_in_one_sentence(
    newcomer: Newcomer, script: str, python: str | None, said: str
) -> None:
    """A script that lacks its prerequisite says what to install, and leaves no environment behind."""
    if python is not None:
        newcomer.has("python3", python)
    answer = newcomer.runs(script)
    assert answer.returncode == 2
    assert said in answer.stderr.splitlines()[-1]
    assert "Traceback" not in answer.stderr
    assert not (newcomer.checkout / ".venv").exists()


def test_interpreter_may_be_named(newcomer: Newcomer) -> None:
    """Where python3 is too old, the first newer interpreter by its own name is taken."""
    newcomer.has("python3", "#!/bin/sh\nexit 1\n")
    newcomer.has("python3.12", PYTHON)
    assert newcomer.runs("test").returncode == 0


@pytest.mark.parametrize(
    ("script", "next_part"),
    [("demo", "# [test]"), ("test", "# [dev]")],
)
def test_installer_gets_its_part_of_the_lock_and_then_the_checkout(
    newcomer: Newcomer, script: str, next_part: str
) -> None:
    """What is installed is a beginning of the lock, checked by hash, and then the checkout, with nothing resolved."""
    newcomer.has("python3", PYTHON)
    assert newcomer.runs(script).returncode == 0
    first, second = [line for line in newcomer.asked() if line.startswith("pip")]
    assert first.endswith("--no-deps --require-hashes -r .venv/needs.txt")
    assert second.endswith("--no-deps --no-build-isolation --editable .")
    needs = (newcomer.checkout / ".venv" / "needs.txt").read_text()
    lock = (ROOT / "requirements.lock").read_text()
    assert lock.startswith(needs)
    assert lock[len(needs) :].startswith(next_part)


def test_uv_is_used_where_it_is_found(newcomer: Newcomer) -> None:
    """With uv on the machine, neither venv nor pip of Python's own is needed."""
    newcomer.has("python3", PYTHON)
    newcomer.has("uv", UV)
    assert newcomer.runs("demo").returncode == 0
    assert [line.split()[0] for line in newcomer.asked()] == ["uv", "uv", "uv"]


def test_pip_takes_over_where_uv_fails(newcomer: Newcomer) -> None:
    """An office whose mirror only pip knows is not left out: pip is asked where uv fails (dependencies §1)."""
    newcomer.has("python3", PYTHON)
    newcomer.has("uv", "#!/bin/sh\necho 'no route to the index' >&2\nexit 2\n")
    answer = newcomer.runs("demo")
    assert answer.returncode == 0, answer.stderr
    assert any(line.startswith("pip") for line in newcomer.asked())


def test_failed_installation_is_one_sentence_and_tried_again(newcomer: Newcomer) -> None:
    """When the packages cannot be had, the script says what to look at; the next run starts over."""
    newcomer.has("python3", PYTHON.replace("printf 'pip", "exit 1; printf 'pip"))
    answer = newcomer.runs("test")
    assert answer.returncode == 2
    assert "package index" in answer.stderr.splitlines()[-1]
    newcomer.has("python3", PYTHON)
    shutil.copy(newcomer.bin / "python3", newcomer.checkout / ".venv" / "bin" / "python")
    assert newcomer.runs("test").returncode == 0


def test_second_run_installs_nothing(newcomer: Newcomer) -> None:
    """Once made, the environment is used as it is; what is installed for the tests is enough for the demonstration."""
    newcomer.has("python3", PYTHON)
    assert newcomer.runs("test").returncode == 0
    newcomer.asked()
    assert newcomer.runs("test", "-k", "a phrase with spaces").returncode == 0
    assert newcomer.asked() == ["pytest -m pytest -q -n auto -k a phrase with spaces"]
    assert newcomer.runs("demo").returncode == 0
    assert newcomer.asked() == []


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock"])
def test_changed_needs_are_installed_again(newcomer: Newcomer, name: str) -> None:
    """When the project asks for other things, the next run installs them."""
    newcomer.has("python3", PYTHON)
    assert newcomer.runs("test").returncode == 0
    newcomer.asked()
    with (newcomer.checkout / name).open("a") as file:
        file.write("\n# a later version\n")
    assert newcomer.runs("test").returncode == 0
    assert any(line.startswith("pip") for line in newcomer.asked())


def test_moved_checkout_makes_its_environment_anew(newcomer: Newcomer) -> None:
    """An environment keeps the path it was made in, so a checkout that was moved gets a new one."""
    newcomer.has("python3", PYTHON)
    assert newcomer.runs("test").returncode == 0
    (newcomer.checkout / ".venv" / "old").touch()
    newcomer.checkout = newcomer.checkout.rename(newcomer.checkout.with_name("elsewhere"))
    assert newcomer.runs("test").returncode == 0
    assert not (newcomer.checkout / ".venv" / "old").exists()


def test_demo_folder_counts_from_where_the_caller_stands(newcomer: Newcomer, tmp_path: Path) -> None:
    """A relative folder is the caller's, whatever folder the checkout is in."""
    newcomer.has("python3", PYTHON)
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    assert newcomer.runs("demo", "my ledger", at=elsewhere).returncode == 0
    assert (elsewhere / "my ledger" / "ledger").is_file()


def test_demo_leaves_a_folder_with_other_things_alone(newcomer: Newcomer) -> None:
    """A folder that holds something the demonstration did not write is refused before anything is installed."""
    (newcomer.checkout / "demo-ledger").mkdir()
    (newcomer.checkout / "demo-ledger" / "thesis.txt").write_text("my own\n")
    answer = newcomer.runs("demo")
    assert answer.returncode == 2
    assert "demo-ledger already holds something" in answer.stderr
    assert (newcomer.checkout / "demo-ledger" / "thesis.txt").read_text() == "my own\n"


def test_demo_refuses_a_file(newcomer: Newcomer) -> None:
    """A file cannot become a ledger, and is not replaced by one."""
    (newcomer.checkout / "taken").write_text("my own\n")
    answer = newcomer.runs("demo", "taken")
    assert answer.returncode == 2
    assert "taken is a file" in answer.stderr


@pytest.mark.parametrize("args", [("one", "two"), ("--help",)], ids=["two folders", "an option"])
def test_demo_says_how_it_is_used(newcomer: Newcomer, args: tuple[str, ...]) -> None:
    """Anything but one folder is answered with how to say it."""
    answer = newcomer.runs("demo", *args)
    assert answer.returncode == 2
    assert "scripts/demo DIR" in answer.stderr


def test_demo_is_told_anew_in_its_own_untouched_folder(newcomer: Newcomer) -> None:
    """A second run works: what the first one left, and nobody added to, is replaced."""
    newcomer.has("python3", PYTHON)
    assert newcomer.runs("demo").returncode == 0
    ledger = newcomer.checkout / "demo-ledger"
    (ledger / "ledger-wal").touch()  # a reader's companion file is no addition
    assert newcomer.runs("demo").returncode == 0
    assert sorted(path.name for path in ledger.iterdir()) == [".told", "ledger"]


def test_demo_keeps_what_was_added_to_its_ledger(newcomer: Newcomer) -> None:
    """A ledger in which somebody went on recording is theirs, and is not replaced."""
    newcomer.has("python3", PYTHON)
    assert newcomer.runs("demo").returncode == 0
    ledger = newcomer.checkout / "demo-ledger"
    (ledger / "ledger").write_text("told\nand gone on\n")
    answer = newcomer.runs("demo")
    assert answer.returncode == 2
    assert (ledger / "ledger").read_text() == "told\nand gone on\n"


def test_demo_that_fails_says_so_and_keeps_the_exit_code(newcomer: Newcomer) -> None:
    """The exit code of the command is the script's, and what to do before the next run is said (style §7)."""
    newcomer.has("python3", PYTHON)
    assert newcomer.runs("test").returncode == 0
    pledger = newcomer.checkout / ".venv" / "bin" / "pledger"
    pledger.write_text('#!/bin/sh\nmkdir -p "$2" && echo half >"$2/ledger"\nexit 8\n')
    answer = newcomer.runs("demo")
    assert answer.returncode == 8
    assert "remove demo-ledger" in answer.stderr
    assert newcomer.runs("demo").returncode == 2
