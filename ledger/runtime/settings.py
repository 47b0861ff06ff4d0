"""What a ledger's directory is made of, and its settings: configuration, environment, the system's clock.

Nothing else reads an environment variable or the clock. Source: design §3, style §5.
"""

import json
import os
import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from ledger.errors import (
    MalformedError,
    NotFoundError,
    RefusedError,
    UnavailableError,
    UsageError,
)
from ledger.model.charter import Role
from ledger.runtime.file import read_secret, sync_directory, write_file
from ledger.tlog.note import parse_verifier_key
from ledger.tlog.policy import Witness

LEDGER: Final = "PLEDGER_LEDGER"
"""The setting that names the directory of the ledger, where a command does not."""


TOKEN: Final = "PLEDGER_TOKEN"  # noqa: S105, the name of the setting
"""The setting with the token by which a private ledger that somebody else serves is read."""


CLIENT_KEYS: Final = "PLEDGER_KEYS"
"""The setting that names the directory of key files for a served ledger; else they are beside its copy."""


COPIES: Final = "PLEDGER_COPIES"
"""The setting that names the directory in which verified copies of served ledgers are kept."""


PASSPHRASE: Final = "PLEDGER_PASSPHRASE"  # noqa: S105, the name of the setting
"""The setting that protects key files; without it they are protected by their permissions alone."""


ENGINE: Final = "PLEDGER_ENGINE"
"""The setting that names what draws the figures, where a command does not."""


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


STAMPED: Final = "stamped"


COLUMNS: Final = "columns"


PUBLISHED: Final = "published"


WITHHELD: Final = "withheld"


PENDING: Final = "pending"


READS: Final = "reads"


PARTS: Final = (
    DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", BLOBS, KEYS, POLICY, WITHHELD, PUBLISHED, f".{PUBLISHED}",
    COSIGNED, STAMPED, COLUMNS,
)  # fmt: skip


def system_clock() -> str:
    """Return the present moment by the system's clock, ``YYYY-MM-DDTHH:MM:SSZ``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def chosen_day(text: str) -> str:
    """Return the day of ``--as-of``, as it was given.

    Raises:
        UsageError: it is no day of the calendar, or not spelt YYYY-MM-DD.
    """
    try:
        if date.fromisoformat(text).isoformat() != text:
            raise ValueError(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day; write it as YYYY-MM-DD.", as_of=text) from error
    return text


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


_ADDRESS: Final = re.compile(r"(https?):/+", re.IGNORECASE)


def address_of(place: Path | str) -> str | None:
    """Return the address of a served ledger that a place means; None where it is a directory.

    As a path it has lost one of its slashes, which comes back here.
    """
    text = str(place)
    found = _ADDRESS.match(text)
    return f"{found[1].lower()}://{text[found.end() :]}" if found is not None else None


def chosen_token() -> str | None:
    """Return the token that ``PLEDGER_TOKEN`` holds, if it holds one."""
    return os.environ.get(TOKEN, "").strip() or None


def chosen_client_keys() -> Path | None:
    """Return the directory of key files that ``PLEDGER_KEYS`` names, if it names one."""
    named = os.environ.get(CLIENT_KEYS, "")
    return Path(named) if named else None


def chosen_copies() -> Path:
    """Return where copies of served ledgers are kept: in ``PLEDGER_COPIES``, else among this user's data."""
    named = os.environ.get(COPIES, "")
    if named:
        return Path(named)
    # A path that is not absolute is to be ignored (XDG Base Directory, 0.8).
    data = os.environ.get("XDG_DATA_HOME", "")
    home = Path(data) if data.startswith("/") else Path(os.environ.get("HOME", "/")) / ".local" / "share"
    return home / "pledger" / "served"


def chosen_engine_name() -> str | None:
    """Return the name of the engine that ``PLEDGER_ENGINE`` gives, if it gives one."""
    return os.environ.get(ENGINE) or None


def chosen_passphrase(file: Path | None = None) -> bytes | None:
    """Return what protects key files: what the file says, where one is given, else ``PLEDGER_PASSPHRASE``, else None.

    Raises:
        UsageError: the file is not there.
        RefusedError: others may read the file, or it does not hold one line.
    """
    if file is not None:
        return _read_passphrase(file)
    setting = os.environ.get(PASSPHRASE, "")
    return setting.encode("utf-8", "surrogateescape") if setting else None


def _read_passphrase(path: Path) -> bytes:
    try:
        raw = read_secret(path)
    except OSError as error:
        message = f"The passphrase in {path} cannot be read: {error.strerror}; give the path of a file with one line."
        raise UsageError(message, path=str(path)) from error
    phrase = raw.removesuffix(b"\n").removesuffix(b"\r")
    if not phrase or b"\n" in phrase or b"\r" in phrase:
        message = f"The file {path} is not one line with a passphrase; write the passphrase alone into it."
        raise RefusedError(message, path=str(path))
    return phrase


_SECRET: Final = re.compile(rf"{PASSPHRASE}|{TOKEN}|PLEDGER_STORE|PLEDGER_(?:[A-Z0-9]+_)+KEY")
"""The settings that hold a secret."""


def signer_environment() -> dict[str, str]:
    """Return the environment for a program that signs: ours, less what is none of its business.

    That is the passphrase, the keys for publishers' services (``PLEDGER_…_KEY``), and the address of the store, which
    may hold a password.
    """
    return {name: value for name, value in os.environ.items() if not _SECRET.fullmatch(name)}


def publisher_key(variable: str) -> str:
    """Return the key for a publisher's service that a setting holds; empty where it is not set."""
    return os.environ.get(variable, "").strip()


@dataclass(frozen=True, slots=True)
class Stamping:
    """A time-stamping authority that ``pledger.toml`` names, ``[[timestamp]]``.

    Attributes:
        name: of the authority; that of its host, where none is given.
        url: where it is asked.
        root: the file with the certificates that vouch for it, in PEM; from the ledger's directory on.
        policy: under which it is asked to stamp, as an object identifier; its own choice, where None.
    """

    name: str
    url: str
    root: Path
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """What ``pledger.toml`` says.

    Attributes:
        origin: the log's name.
        genesis: the charter's name.
        witnesses: who is asked to cosign, in the order of the file.
        timestamps: who is asked to stamp, in the order of the file.
        store: the address of its database, without a password; None where that is a file in the directory.
    """

    origin: str
    genesis: str
    witnesses: tuple[Witness, ...] = ()
    timestamps: tuple[Stamping, ...] = ()
    store: str | None = None


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
    members = set(table) - {"witness", "timestamp", "store", "serve"}
    if members != {"origin", "genesis"} or not isinstance(origin, str) or not isinstance(genesis, str):
        message = f"The file {path} does not give exactly origin and genesis; restore it from a copy."
        raise MalformedError(message, path=str(path))
    witnesses = _read_witnesses(table.get("witness", []), path)
    stampings = _read_stampings(table.get("timestamp", []), path)
    return Config(origin, genesis, witnesses, stampings, _read_store(table.get("store"), path))


def _read_store(value: object, path: Path) -> str | None:
    """Return the address of the database that a configuration names, ``store``."""
    if value is None:
        return None
    from ledger.store.address import check_address, has_secrets

    if not isinstance(value, str):
        raise MalformedError(f"The store in {path} is not a text; write postgresql://USER@HOST/DATABASE.")
    if has_secrets(check_address(value)):
        message = f"The store in {path} holds a password; take it out, and give it by PGPASSWORD or a password file."
        raise MalformedError(message, path=str(path))
    return value


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


def _read_stampings(value: object, path: Path) -> tuple[Stamping, ...]:
    """Return the authorities that a configuration names, each ``[[timestamp]]`` with an address and a root."""
    if value == []:
        return ()
    found: list[Stamping] = []
    for one in value if isinstance(value, list) else [value]:
        match one:
            case {"url": str(url), "root": str(root), **rest} if set(rest) <= {"name", "policy"}:
                found.append(_read_stamping(url, root, rest.get("name"), rest.get("policy"), path))
            case _:
                raise _no_stamping(path)
    if len({one.name for one in found}) < len(found):
        message = f"Two [[timestamp]] in {path} have one name; give each a name of its own."
        raise MalformedError(message, path=str(path))
    return tuple(found)


def _read_stamping(url: str, root: str, name: object, policy: object, path: Path) -> Stamping:
    """Return one of them; its name is that of its host, where none is given."""
    from ledger.remote.exchange import check_url
    from ledger.signing.der import format_oid
    from ledger.tlog.timestamp import check_authority_name

    host = (check_url(url, of="a time-stamping authority").hostname or "").lower()
    if not (name is None or isinstance(name, str)) or not (policy is None or isinstance(policy, str)):
        raise _no_stamping(path)
    if policy is not None:
        format_oid(policy)
    return Stamping(check_authority_name(name or host), url, path.parent / root, policy)


def _no_stamping(path: Path) -> MalformedError:
    message = (
        f"A [[timestamp]] in {path} does not give url and root, and name and policy where they are wanted, each as "
        "text; mend it."
    )
    return MalformedError(message, path=str(path))


def write_config(directory: Path, *, origin: str, genesis: str, store: str | None = None, begun: str = "") -> None:
    """Make the directory a ledger: the marker gets the configuration's text, and then its name.

    Args:
        directory: where the marker is.
        origin: the log's name.
        genesis: the charter's name.
        store: the address of its database, where that is no file of the directory; a password in it is left out.
        begun: what the marker said, and the database says too.
    """
    text = (
        "# This directory is a ledger (pledger). The file names which one; all else is in the charter, entry 0.\n"
        f'origin = "{origin}"\ngenesis = "{genesis}"\n'
    )
    if store is not None:
        from ledger.store.address import without_secrets

        text += f"# begun as {begun}\nstore = {json.dumps(without_secrets(store))}\n"
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
