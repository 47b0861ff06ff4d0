"""What a ledger's directory is made of, and its settings: configuration, environment, the system's clock.

Nothing else reads an environment variable or the clock. Source: design §3, style §5.
"""

import os
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ledger.errors import (
    MalformedError,
    NotFoundError,
    UnavailableError,
    UsageError,
)
from ledger.model.charter import Role
from ledger.runtime.file import sync_directory, write_file
from ledger.tlog.note import parse_verifier_key
from ledger.tlog.policy import Witness

LEDGER: Final = "PLEDGER_LEDGER"
"""The setting that names the directory of the ledger, where a command does not."""


PASSPHRASE: Final = "PLEDGER_PASSPHRASE"  # noqa: S105, the name of the setting
"""The setting that protects key files; without it they are protected by their permissions alone."""


DESK: Final = "desk"
"""The working key that ``init`` makes, with every role but the operator's."""


DESK_ROLES: Final[tuple[Role, ...]] = ("recorder", "submitter", "assessor", "auditor", "enforcer")


CONFIG: Final = "pledger.toml"


BEGUN: Final = ".init"


DATABASE: Final = "ledger.db"


BLOBS: Final = "blobs"


KEYS: Final = "keys"


POLICY: Final = "policy"


COSIGNED: Final = "cosigned"


PUBLISHED: Final = "published"


WITHHELD: Final = "withheld"


PARTS: Final = (
    DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", BLOBS, KEYS, POLICY, WITHHELD, PUBLISHED, f".{PUBLISHED}",
)  # fmt: skip


def system_clock() -> str:
    """Return the present moment by the system's clock, ``YYYY-MM-DDTHH:MM:SSZ``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def chosen_directory(given: Path | None = None) -> Path:
    """Return the ledger's directory: the one given, else that of ``PLEDGER_LEDGER``, else the current one if it is one.

    Raises:
        UsageError: neither names one, and the current directory is no ledger.
    """
    if given is not None:
        return given
    setting = os.environ.get(LEDGER, "")
    if setting:
        return Path(setting)
    if Path(CONFIG).is_file():
        return Path()
    raise UsageError(f"No ledger is named, and there is none here; give --ledger DIR, or set {LEDGER}.")


def chosen_passphrase() -> bytes | None:
    """Return what protects key files, where ``PLEDGER_PASSPHRASE`` says it."""
    setting = os.environ.get(PASSPHRASE, "")
    return setting.encode() if setting else None


@dataclass(frozen=True, slots=True)
class Config:
    """What ``pledger.toml`` says.

    Attributes:
        origin: the log's name.
        genesis: the charter's name.
        witnesses: who is asked to cosign, in the order of the file.
    """

    origin: str
    genesis: str
    witnesses: tuple[Witness, ...] = ()


def read_config(directory: Path) -> Config:
    """Return the configuration of the ledger in a directory.

    Raises:
        NotFoundError: there is no ledger.
        MalformedError: the file cannot be read as one.
    """
    path = directory / CONFIG
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        begun = " (an init was broken off there)" if (directory / BEGUN).exists() else ""
        message = f"There is no ledger in {directory}{begun}; make one with pledger init {directory} --origin NAME."
        raise NotFoundError(message, directory=str(directory)) from error
    except NotADirectoryError as error:
        raise NotFoundError(
            f"{directory} is not a directory; give that of a ledger.", directory=str(directory)
        ) from error
    except OSError as error:
        message = f"The file {path} cannot be read: {error.strerror}; see to the disk and its permissions."
        raise UnavailableError(message, path=str(path)) from error
    except ValueError as error:
        raise MalformedError(
            f"The file {path} cannot be read: {error}; restore it from a copy.", path=str(path)
        ) from error
    origin, genesis = table.get("origin"), table.get("genesis")
    members = set(table) - {"witness"}
    if members != {"origin", "genesis"} or not isinstance(origin, str) or not isinstance(genesis, str):
        message = f"The file {path} does not give exactly origin and genesis; restore it from a copy."
        raise MalformedError(message, path=str(path))
    return Config(origin, genesis, _read_witnesses(table.get("witness", []), path))


def _read_witnesses(value: object, path: Path) -> tuple[Witness, ...]:
    """Return the witnesses that a configuration names, each ``[[witness]]`` with an address and a verifier key."""
    if value == []:
        return ()
    from ledger.remote.witness import check_url

    found: list[Witness] = []
    for one in value if isinstance(value, list) else [value]:
        match one:
            case {"url": str(url), "vkey": str(vkey), **rest} if not rest:
                check_url(url)
                key = parse_verifier_key(vkey)
                found.append(Witness(key.name, key, url))
            case _:
                message = f"A [[witness]] in {path} does not give exactly url and vkey, both as text; mend it."
                raise MalformedError(message, path=str(path))
    return tuple(found)


def write_config(directory: Path, *, origin: str, genesis: str) -> None:
    """Make the directory a ledger: the marker gets the configuration's text, and then its name."""
    text = (
        "# This directory is a ledger (pledger). The file names which one; all else is in the charter, entry 0.\n"
        f'origin = "{origin}"\ngenesis = "{genesis}"\n'
    )
    write_file(directory / BEGUN, text.encode())
    # A crash before the rename leaves a marker, and the next init begins again; after it, a ledger.
    (directory / BEGUN).rename(directory / CONFIG)
    sync_directory(directory)


def read_withheld(directory: Path) -> frozenset[str]:
    """Return the digests of the files that the site of an imported ledger kept back."""
    try:
        return frozenset((directory / WITHHELD).read_text(encoding="ascii").split())
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError) as error:
        message = f"The file {directory / WITHHELD} cannot be read: {error}; restore it from a copy."
        raise MalformedError(message, directory=str(directory)) from error
