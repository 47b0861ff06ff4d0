"""``pledger trust``: the policies that this user has pinned, by which bundles are verified without being told again.

A pinned policy is a file in the user's configuration (``$XDG_CONFIG_HOME/pledger/trust``, else ``~/.config/…``), named
for the origin of its log. Whoever pins one has compared its keys with the operator's by some other way. Source: design
§2.6 (``pinned``).
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote, unquote

import typer

from ledger.cli.file import read_file, unwritable, write_file
from ledger.cli.option import Json
from ledger.cli.output import answer, say
from ledger.errors import ConflictError, MalformedError, NotFoundError, UsageError

SUFFIX: Final = ".policy"
NAME_LIMIT: Final = 240  # bytes of a file's name, its suffix left aside; most file systems end at 255

ANSWERS: Final = {
    "add": {"pinned": "each `origin` with its `keys`, as verifier keys"},
    "list": {"folder": "where they are", "pinned": "each `origin` with its `keys`"},
    "remove": {"removed": "the origin"},
}

ADD: Final = """\
\b
Examples:
  pledger trust add policy
  pledger trust add ministry.policy --json
"""
LIST: Final = """\
\b
Example:
  pledger trust list --json
"""
REMOVE: Final = """\
\b
Example:
  pledger trust remove ledger.example/talks
"""


def commands() -> typer.Typer:
    """Return the commands of ``pledger trust``."""
    made = typer.Typer(name="trust", help="Pin the policies of logs that you trust.")
    made.command("add", epilog=ADD)(add)
    made.command("list", epilog=LIST)(list_pinned)
    made.command("remove", epilog=REMOVE)(remove)
    return made


def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy (C2SP tlog-policy), as in every ledger.")],
    json: Json = False,
) -> None:
    """Pin a policy for the logs that it names: from now on verify takes their word by it."""
    from ledger.tlog.policy import POLICY_LIMIT

    raw = read_file(file, limit=POLICY_LIMIT)
    origins = origins_of(raw)
    folder = pins_folder()
    for origin in origins:
        pin(folder, origin, raw)
    if json:
        answer({"pinned": [_line(origin, raw) for origin in origins]})
        return
    for origin in origins:
        say(f"Pinned {origin}:", *(f"  key {key}" for key in keys_of(raw, origin)))
    say("Compare these keys with the operator by another way than the one by which the file came.")


def list_pinned(json: Json = False) -> None:
    """List the pinned policies: origin, keys, file."""
    folder = pins_folder()
    pinned = read_pins(folder)
    if json:
        answer({"folder": str(folder), "pinned": [_line(origin, raw) for origin, raw in pinned.items()]})
        return
    if not pinned:
        say(f"No policy is pinned in {folder}; pin one with pledger trust add FILE.")
    for origin, raw in pinned.items():
        say(origin, *(f"  key {key}" for key in keys_of(raw, origin)), f"  file {pin_path(folder, origin)}")


def remove(
    origin: Annotated[str, typer.Argument(metavar="ORIGIN", help="The log's origin, as trust list prints it.")],
    json: Json = False,
) -> None:
    """Take a pinned policy away."""
    path = pin_path(pins_folder(), origin)
    try:
        path.unlink()
    except FileNotFoundError as error:
        message = f"No policy is pinned for {origin}; see which are with pledger trust list."
        raise NotFoundError(message, origin=origin) from error
    except OSError as error:
        raise unwritable(path, error) from error
    if json:
        answer({"removed": origin})
        return
    say(f"The policy of {origin} is no longer pinned.")


def pins_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of pinned policies of this user."""
    # The specification says that a path which is not absolute is to be ignored (XDG Base Directory, 0.8).
    named = environment.get("XDG_CONFIG_HOME", "")
    home = Path(named) if named.startswith("/") else Path(environment.get("HOME", "/")) / ".config"
    return home / "pledger" / "trust"


def pin(folder: Path, origin: str, raw: bytes) -> None:
    """Keep a policy for an origin.

    Raises:
        ConflictError: another one is pinned for it; nothing replaces it silently.
    """
    path = pin_path(folder, origin)
    if path.exists() and path.read_bytes() != raw:
        message = (
            f"Another policy is pinned for {origin}; look at both, and remove the old one with pledger trust remove."
        )
        raise ConflictError(message, origin=origin, path=str(path))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    write_file(path, raw)


def pin_path(folder: Path, origin: str) -> Path:
    """Return where the policy of an origin is kept; no origin leads out of the folder."""
    name = quote(origin, safe="", errors="surrogateescape")
    if not name or len(name) > NAME_LIMIT:
        raise UsageError(
            f"The origin {origin[:80]!r} is empty or too long to be pinned; give it as the policy spells it."
        )
    return folder / f"{name}{SUFFIX}"


def read_pins(folder: Path) -> dict[str, bytes]:
    """Return the pinned policies by origin, sorted; an empty folder, or none, has none."""
    from ledger.tlog.policy import POLICY_LIMIT

    paths = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    return {
        unquote(path.name.removesuffix(SUFFIX), errors="surrogateescape"): read_file(path, limit=POLICY_LIMIT)
        for path in paths
    }


def origins_of(raw: bytes) -> tuple[str, ...]:
    """Return the origins of the logs that a policy names, sorted.

    Raises:
        MalformedError: it is no policy, or names no log.
    """
    from ledger.tlog.policy import parse_policy

    origins = tuple(sorted({log.key.name for log in parse_policy(raw).logs}))
    if not origins:
        raise MalformedError("The policy names no log; take the file policy of the ledger that you mean.")
    return origins


def keys_of(raw: bytes, origin: str) -> Iterable[str]:
    """Return the keys by which a policy knows a log, as verifier keys."""
    from ledger.tlog.note import format_verifier_key
    from ledger.tlog.policy import parse_policy

    return [format_verifier_key(log.key) for log in parse_policy(raw).logs if log.key.name == origin]


def _line(origin: str, raw: bytes) -> dict[str, object]:
    return {"origin": origin, "keys": list(keys_of(raw, origin))}
