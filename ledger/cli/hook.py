"""``pledger hook``: who is told of what the log gains and of what falls due, by signed webhooks of the server."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.option import Json, LedgerDirectory
from ledger.cli.output import answer, note, one_line, say, table
from ledger.cli.place import open_here

if TYPE_CHECKING:  # the ledger is imported only by a command that opens one
    from ledger.runtime import Ledger
    from ledger.runtime.hook import Hooks

_WHAT: Final = "keeping hooks"

ADD: Final = """\
\b
Examples:
  pledger hook add https://newsroom.example/pledges
  pledger hook add https://ministry.example/due --event docket.due --event determination
  pledger hook add https://archive.example/in --from-entry 0       every entry there is, and those to come

\b
Messages are signed as Standard Webhooks has it. The secret is shown once. pledger serve sends them; see docs/client.md.
"""
LIST: Final = """\
\b
Examples:
  pledger hook list                 the hooks, what waits for each, and what was given up
  pledger hook list --json
"""
REMOVE: Final = """\
\b
Example:
  pledger hook remove 1f2e3d4c5b6a
"""
RETRY: Final = """\
\b
Examples:
  pledger hook retry 1f2e3d4c5b6a                      all that was given up
  pledger hook retry 1f2e3d4c5b6a --message msg_0a1b   one message
"""

_HOOK: Final = (
    "`id`, `url`, `events`, `created`, `public` (the key of v1a signatures), `next` (the first entry not taken yet), "
    "`gone` (it answered 410), and messages `waiting` and `dead`, each `id`, `type`, `due`, `attempts`, `said`"
)
ANSWERS: Final = {
    "add": {"secret": "shown once: what the receiver verifies v1 signatures with", "hook": _HOOK},
    "list": {"hooks": f"each {_HOOK}"},
    "remove": {"removed": "the id"},
    "retry": {"hook": "the id", "messages": "ids of those that are sent again"},
}

Id = Annotated[str, typer.Argument(metavar="ID", help="Of the hook, as pledger hook list has it.")]


def commands() -> typer.Typer:
    """Return the commands of ``pledger hook``."""
    made = typer.Typer(name="hook", help="Tell others, by signed webhooks.", no_args_is_help=True)
    made.command("add", epilog=ADD)(add)
    made.command("list", epilog=LIST)(list_)
    made.command("remove", epilog=REMOVE)(remove)
    made.command("retry", epilog=RETRY)(retry)
    return made


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="The receiver's address: https.")],
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--event", metavar="EVENT", show_default=False,
            help="entry.published, determination, audit or docket.due; may be repeated; else all.",
        ),
    ] = None,
    from_entry: Annotated[
        int | None,
        typer.Option(
            "--from-entry", metavar="N", min=0, show_default=False, help="Tell it from this entry on; else what comes."
        ),
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Tell a receiver, from now on; its secret is shown once."""
    from secrets import token_bytes

    from ledger.signing.webhook import format_secret

    with open_here(ledger, what=_WHAT) as opened:
        hooks = _hooks(opened)
        start = opened.head().size if from_entry is None else from_entry
        made = hooks.add(url, event or (), start=start, random=token_bytes)
        told, secret = made.document(hooks.state(made.id)), format_secret(made.key.secret)
    if json:
        answer({"secret": secret, "hook": told})
        return
    say(secret)
    note(
        f"Hook {made.id} tells {one_line(url)} of {', '.join(made.events)}, from entry {start} on. The secret is shown "
        f"once; v1a signatures are verified by {told['public']}."
    )


def list_(ledger: LedgerDirectory = None, json: Json = False) -> None:
    """List the hooks, with what waits for each and what was given up; their secrets are shown nowhere."""
    with open_here(ledger, what=_WHAT) as opened:
        hooks = _hooks(opened)
        known = [(hook, hooks.state(hook.id)) for hook in hooks.all()]
    if json:
        answer({"hooks": [hook.document(state) for hook, state in known]})
        return
    if not known:
        say("There is no hook; pledger hook add makes one.")
        return
    table(
        ("Id", "Receiver", "Events", "Next entry", "Waiting", "Given up"),
        [
            (
                hook.id, one_line(hook.url) + (" (wants no more)" if state.gone else ""), ", ".join(hook.events),
                str(state.next), str(len(state.waiting)), str(len(state.dead)),
            )
            for hook, state in known
        ],
        whole=("Id",),
    )  # fmt: skip
    for hook, state in known:
        for letter in state.dead:
            say(
                f"{hook.id} gave up {letter.type} {letter.id} after {letter.attempts} attempts: {one_line(letter.said)}"
            )


def remove(id_: Id, ledger: LedgerDirectory = None, json: Json = False) -> None:
    """Tell a receiver no more; what waits for it is forgotten."""
    with open_here(ledger, what=_WHAT) as opened:
        _hooks(opened).remove(id_)
    if json:
        answer({"removed": id_})
        return
    say(f"The hook {id_} is removed.")


def retry(
    id_: Id,
    message: Annotated[
        list[str] | None,
        typer.Option("--message", metavar="ID", help="Only this message; may be repeated.", show_default=False),
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Send again what was given up; the server takes notice by itself."""
    with open_here(ledger, what=_WHAT) as opened:
        moved = _hooks(opened).retry(id_, message or ())
    if json:
        answer({"hook": id_, "messages": [one.id for one in moved]})
        return
    say(f"{len(moved)} messages are sent again to the receiver of hook {id_}.")


def _hooks(opened: "Ledger") -> "Hooks":
    from ledger.runtime.hook import Hooks

    return Hooks(opened.directory, opened.clock)
