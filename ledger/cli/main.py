"""The command ``pledger``: its commands put together, and how each of them ends.

An answer ends with 0, or with 1 where it is *unsound*; a failure to answer is one sentence on standard error, or with
``--json`` the problem document on standard output, and the exit code of its class (style §7). Nothing heavy is imported
here: a command imports what it needs when it runs, so that help comes at once.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
import typer.main

from ledger import __version__
from ledger.cli import (
    audit,
    audits,
    backup,
    calendar,
    catalogue,
    comparison,
    config,
    demo,
    determine,
    docket,
    draft,
    erase,
    fetch,
    fraud,
    history,
    hook,
    init,
    key,
    lint,
    log,
    mirror,
    monitor,
    record,
    reproduction,
    score,
    series,
    serve,
    status,
    store,
    submit,
    token,
    trust,
    verify,
    witness,
)  # fmt: skip
from ledger.cli.option import LedgerDirectory
from ledger.cli.output import INTERRUPTED, answer, note, one_line, say, survive_encoding
from ledger.cli.place import LEDGER_PLACE, PASSPHRASE_FILE, RECHECK
from ledger.errors import PledgerError, UnavailableError, UsageError

UNREAD: Final = 141
"""Exit code where nobody read the answer to its end (a closed pipe), as a shell gives it."""

FAULT: Final = 70
"""Exit code of a fault of our own (style §7)."""

# Typer carries its parser inside itself under a private name; this class, which all that is wrong with a command's
# arguments derives from, is reached through the one that it publishes.
_WrongArguments: Final[type[Exception]] = typer.BadParameter.__mro__[2]

ABOUT: Final = """\
Pledger: the system of record for promises between parties that do not trust one another, nor whoever runs the ledger.

Record pledges and evidence, reconcile the two, score whether a breach could be shown, answered for and made costly, and
write audits that a stranger verifies offline.
"""

ENDING: Final = """\
\b
Begin with:
  pledger demo                      the real story, from pledge to verified audit
  pledger init mine --origin NAME   a ledger of your own
  pledger COMMAND --help            what a command does, with examples

\b
Exit codes: 0 answered (sound), 1 answered (unsound), 2 wrong command,
3 malformed input, 4 refused, 5 not found, 6 conflict, 7 fork, 8 unavailable,
70 a fault of Pledger, 130 interrupted, 141 nobody read the answer.
"""

_SETTINGS: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


def application() -> typer.Typer:
    """Return the command with all its commands, in the order in which one meets them."""
    made = typer.Typer(
        name="pledger", help=ABOUT, epilog=ENDING, add_completion=False, rich_markup_mode=None,
        pretty_exceptions_enable=False, context_settings=_SETTINGS,
    )  # fmt: skip
    made.callback()(_start)
    for function, epilog, brief in (
        (demo.demo, demo.EXAMPLES, "The real story, from pledge to verified audit."),
        (init.init, init.EXAMPLES, "Make a ledger: charter, keys, embedded store."),
        (draft.draft, draft.EXAMPLES, "Propose pledges out of a text."),
        (record.record, record.EXAMPLES, "Sign and publish drafts of statements."),
        (submit.submit, submit.EXAMPLES, "Publish figures as evidence."),
        (fetch.fetch, fetch.EXAMPLES, "Fetch figures from their publisher."),
        (catalogue.formats, catalogue.EXAMPLES, "List the mappings that are shipped."),
        (status.status, status.EXAMPLES, "What became of each pledge."),
        (score.score, score.EXAMPLES, "How enforceable a pledge is, and why."),
        (lint.lint, lint.EXAMPLES, "What would make a pledge more enforceable."),
        (series.series, series.EXAMPLES, "Which figures there are; give them back."),
        (docket.docket, docket.EXAMPLES, "What is open, due, overdue, permitted next."),
        (calendar.calendar, calendar.EXAMPLES, "Write a calendar of holidays for evidence."),
        (history.history, history.EXAMPLES, "How each verdict changed, and why."),
        (determine.determine, determine.EXAMPLES, "Record a determination."),
        (audit.audit, audit.EXAMPLES, "Write an audit: data, report, bundle."),
        (audits.audits, audits.EXAMPLES, "Which audits were published, and stand."),
        (verify.verify, verify.EXAMPLES, "Check somebody's audit, offline."),
        (erase.erase, erase.EXAMPLES, "Remove a body or file on lawful demand."),
        (serve.serve, serve.EXAMPLES, "The ledger over HTTP."),
        (backup.backup, backup.BACKUP_EXAMPLES, "Copy all that a ledger is."),
        (backup.restore, backup.RESTORE_EXAMPLES, "Make a ledger anew from a backup."),
        (mirror.mirror, mirror.EXAMPLES, "Keep a verified copy of a log."),
        (monitor.monitor, monitor.EXAMPLES, "Watch a log, and prove what it did wrong."),
        (witness.witness, witness.EXAMPLES, "Cosign the checkpoints of logs."),
    ):
        made.command(epilog=epilog, short_help=brief)(function)
    made.add_typer(key.commands())
    made.add_typer(trust.commands())
    made.add_typer(token.commands())
    made.add_typer(hook.commands())
    made.add_typer(log.commands())
    made.add_typer(store.commands())
    made.add_typer(config.commands())
    return made


def answers() -> dict[str, dict[str, str]]:
    """Return what each command answers with ``--json``: by command, the members of its object and their meaning."""
    single = {
        "demo": demo.ANSWER, "init": init.ANSWER, "draft": draft.ANSWER,
        "record": record.ANSWER, "submit": submit.ANSWER,
        "record --preview": record.PREVIEW, "submit --preview": submit.PREVIEW, "submit --new-map": submit.NEW_MAP,
        "fetch": fetch.ANSWER, "fetch --dry-run": fetch.DRY,
        "formats": catalogue.ANSWER, "formats NAME": catalogue.NAMED,
        "status": status.ANSWER, "status --party": status.TOGETHER, "score": score.ANSWER,
        "lint": lint.ANSWER, "lint OLD NEW": lint.DIFFERENCE, "history": history.ANSWER,
        "docket": docket.ANSWER, "calendar": calendar.ANSWER,
        "series": series.ANSWER, "series KEY": series.NAMED,
        "determine": determine.ANSWER, "audit": audit.ANSWER,
        "audit --reproduce": reproduction.ANSWER, "audit --diff": comparison.ANSWER,
        "audits": audits.ANSWER, "audits --withdraw": audits.WITHDRAWN,
        "verify": verify.ANSWER, "erase": erase.ANSWER, "serve": serve.ANSWER, "mirror": mirror.ANSWER,
        "backup": backup.BACKUP, "restore": backup.RESTORED, "monitor": monitor.ANSWER,
        "witness": witness.ANSWER, "verify FRAUD-PROOF": fraud.ANSWER,
    }  # fmt: skip
    grouped = {
        "key": key.ANSWERS, "trust": trust.ANSWERS, "token": token.ANSWERS, "hook": hook.ANSWERS,
        "log": log.ANSWERS, "store": store.ANSWERS, "config": config.ANSWERS,
    }  # fmt: skip
    return single | {f"{group} {name}": told for group, several in grouped.items() for name, told in several.items()}


def run() -> NoReturn:
    """Run the command of this process, and end it."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Return the exit code of a command, run to its end whatever happens."""
    survive_encoding()
    is_json = "--json" in arguments
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except PledgerError as error:
        return _fail(error, is_json=is_json)
    except BrokenPipeError:
        _let_go_of_output()
        return UNREAD
    except (KeyboardInterrupt, typer.Abort):
        note("Interrupted; what was not yet recorded is not recorded.")
        return INTERRUPTED
    except _WrongArguments as error:
        return _fail(_usage(error), is_json=is_json)
    except OSError as error:
        return _fail_to_speak(error)
    except Exception as error:  # noqa: BLE001  # whatever else is our fault, and its trace helps only us
        return _confess(error, is_json=is_json)
    return code


def _print_version(is_asked: bool) -> None:
    if is_asked:
        say(f"pledger {__version__}")
        raise typer.Exit


def _start(
    version: Annotated[  # noqa: ARG001  # its callback does what it asks for
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--passphrase-file", metavar="FILE", show_default=False,
            help="One line that opens key files; else PLEDGER_PASSPHRASE, else it is asked for.",
        ),
    ] = None,
    ledger: LedgerDirectory = None,
    recheck: Annotated[
        bool, typer.Option("--recheck", help="Check the copy of a served ledger whole, not only what is new.")
    ] = False,
) -> None:  # fmt: skip
    """Take the options that belong to no command."""
    PASSPHRASE_FILE.set(passphrase_file)
    RECHECK.set(recheck)
    LEDGER_PLACE.set(ledger)


def _invoke(arguments: Sequence[str]) -> int:
    """Return the exit code of a command, its exceptions let through.

    The parser's own ``main`` would end the process by itself, and a closed pipe with the code that means *unsound*.
    """
    command = typer.main.get_command(application())
    try:
        with command.make_context("pledger", list(arguments) or ["--help"]) as context:
            code = command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return code if isinstance(code, int) else 0


def _usage(error: Exception) -> UsageError:
    """Return our error for what the parser says of the arguments."""
    said = getattr(error, "format_message", lambda: str(error))()
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "pledger"
    sentence = one_line(said).replace("Value error, ", "").removesuffix(".")
    return UsageError(f"{sentence}{' See' if sentence.endswith('?') else '; see'} {command} --help.")


def _fail(error: PledgerError, *, is_json: bool) -> int:
    """Tell a failure to answer, and return its exit code."""
    try:
        if is_json:
            answer(error.document())
            sys.stdout.flush()
        else:
            note(one_line(error.message))
    except OSError:
        _let_go_of_output()
    return error.exit_code


def _fail_to_speak(error: OSError) -> int:
    """Tell that the answer could not be printed, as on a full disk."""
    _let_go_of_output()
    failure = UnavailableError(f"The answer cannot be written: {error.strerror or error}; nothing else is wrong.")
    note(one_line(failure.message))
    return failure.exit_code


def _confess(error: Exception, *, is_json: bool) -> int:
    """Tell a fault of our own in a sentence; the trace only where it is asked for."""
    if os.environ.get("PLEDGER_DEBUG") == "1":
        traceback.print_exc()
    kind = type(error).__name__
    said = f": {one_line(str(error))}" if str(error) else ""
    sentence = f"This is a fault of Pledger ({kind}{said}); please report it, with what PLEDGER_DEBUG=1 prints."
    return _fail(FaultError(sentence, fault=kind), is_json=is_json)


class FaultError(PledgerError):
    """A broken invariant of our own."""


def _let_go_of_output() -> None:
    """Send what is left in standard output's buffer nowhere, so that the interpreter's end is quiet."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        return
