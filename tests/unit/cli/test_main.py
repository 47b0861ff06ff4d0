"""The command as a whole: how it ends, whatever happens inside (style §7)."""

import errno
import json
import os
from collections.abc import Callable

import pytest
import typer

from ledger import __version__, errors
from ledger.cli import main as command
from ledger.cli.main import main

FAILURES: dict[str, tuple[type[errors.PledgerError], int, str]] = {
    "usage": (errors.UsageError, 2, "urn:pledger:problem:usage"),
    "malformed": (errors.MalformedError, 3, "urn:pledger:problem:malformed"),
    "a unit": (errors.UnitError, 3, "urn:pledger:problem:unit"),
    "refused": (errors.RefusedError, 4, "urn:pledger:problem:refused"),
    "not found": (errors.NotFoundError, 5, "urn:pledger:problem:not-found"),
    "a conflict": (errors.ConflictError, 6, "urn:pledger:problem:conflict"),
    "a fork": (errors.ForkError, 7, "urn:pledger:problem:fork"),
    "unavailable": (errors.UnavailableError, 8, "urn:pledger:problem:unavailable"),
}

Failing = Callable[[BaseException], None]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Put a command in the place of all others that only raises."""

    def fail_with(error: BaseException) -> None:
        application = typer.Typer(rich_markup_mode=None)

        @application.callback()
        def start() -> None: ...

        @application.command()
        def fail(json: bool = typer.Option(False, "--json")) -> None:
            raise error

        monkeypatch.setattr(command, "application", lambda: application)

    return fail_with


@pytest.mark.parametrize(("kind", "code", "problem"), FAILURES.values(), ids=FAILURES)
def test_failure_is_one_sentence_and_the_code_of_its_class(
    failing: Failing, capsys: pytest.CaptureFixture[str], kind: type[errors.PledgerError], code: int, problem: str
) -> None:
    """Every class of failure ends with its exit code and one line on standard error; with --json with its document."""
    failing(kind("Line 3 is\nnot a \x1b[31mday; mend it.", line=3))
    assert main(["fail"]) == code
    assert capsys.readouterr() == ("", "Line 3 is not a [U+001B][31mday; mend it.\n")
    assert main(["fail", "--json"]) == code
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert (document["type"], document["line"], err) == (problem, 3, "")


@pytest.mark.parametrize(
    "error", [AssertionError("a rule of ours"), KeyError("x"), RecursionError(), ZeroDivisionError("y")], ids=repr
)
def test_fault_of_our_own_is_confessed_without_its_trace(
    failing: Failing, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Whatever else is raised ends with 70 and one sentence; the trace comes only where it is asked for."""
    monkeypatch.delenv("PLEDGER_DEBUG", raising=False)
    failing(error)
    assert main(["fail"]) == 70
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "fault of Pledger" in err
    assert type(error).__name__ in err
    assert main(["fail", "--json"]) == 70
    assert json.loads(capsys.readouterr().out)["status"] == 500
    monkeypatch.setenv("PLEDGER_DEBUG", "1")
    main(["fail"])
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), typer.Abort()], ids=["from the keyboard", "by a no"])
def test_interrupt_says_what_became_of_the_work(
    failing: Failing, capsys: pytest.CaptureFixture[str], error: BaseException
) -> None:
    """An interrupt ends with 130 and a sentence."""
    failing(error)
    assert main(["fail"]) == 130
    assert capsys.readouterr() == ("", "Interrupted; what was not yet recorded is not recorded.\n")


def test_closed_pipe_does_not_mean_unsound(failing: Failing) -> None:
    """Where nobody reads the answer on, the code is that of a closed pipe, and never the 1 of an unsound audit."""
    failing(BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)))
    assert main(["fail"]) == 141


def test_answer_that_cannot_be_written_is_unavailable(failing: Failing, capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk behind standard output is said in a sentence."""
    failing(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert main(["fail"]) == 8
    assert "cannot be written" in capsys.readouterr().err


WRONG = {
    "an unknown command": (["frobnicate"], "No such command"),
    "an unknown option": (["status", "--colour"], "No such option"),
    "an argument too many": (["status", "a", "b"], "unexpected extra argument"),
    "a missing argument": (["score"], "Missing argument"),
    "a missing option": (["init", "mine"], "Missing option"),
    "a group without its command": (["log"], "Missing command"),
    "a number that is none": (["status", "--size", "many"], "valid int"),
    "a role that is none": (["key", "grant", "desk", "--role", "operator"], "operator"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG)
def test_wrong_command_is_one_sentence_that_says_where_to_look(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that is not one ends with 2 and a sentence that names its help."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err
    assert "--help" in err
    assert main([*arguments, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["type"] == "urn:pledger:problem:usage"


def test_no_arguments_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever types only the name sees what there is."""
    assert main([]) == 0
    out = capsys.readouterr().out
    assert "Begin with:" in out
    assert "Exit codes:" in out


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is printed in one line."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"pledger {__version__}\n"
