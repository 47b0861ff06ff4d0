"""What a ledger and its commands are told, looked at whole: every setting by name, its value, and where it came from.

Settings stand in ``pledger.toml`` of the ledger's directory and in the environment, which wins. They are read where
they are used; here all of them are read at once, so that a misspelt one is found before it is missed. What is secret is
never given back. Nothing here changes anything. Source: design §3, §5.
"""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from ledger.errors import MalformedError, UsageError
from ledger.runtime.database import STORE, chosen_address
from ledger.runtime.server import PREFIX, ServerSettings, nearest, read_server_settings
from ledger.runtime.settings import (
    CLIENT_KEYS,
    CONFIG,
    COPIES,
    ENGINE,
    LEDGER,
    PASSPHRASE,
    TOKEN,
    Config,
    chosen_passphrase,
    read_config,
)

Source = Literal["default", "file", "environment"]
"""Where the value of a setting came from."""

SET: Final = "(set)"
"""What is shown of a secret."""

ENVIRONMENT: Final[Mapping[str, str]] = {
    LEDGER: "the directory of the ledger, or the address of a served one, where a command names none",
    PASSPHRASE: "protects key files; secret",
    STORE: "the address of the ledger's PostgreSQL, with its password; secret",
    ENGINE: "what draws the figures, where a command does not say",
    TOKEN: "the token by which a private ledger that somebody serves is read; secret",
    CLIENT_KEYS: "the directory of key files for a served ledger",
    COPIES: "where verified copies of served ledgers are kept",
    "PLEDGER_CENSUS_KEY": "the key for the US Census Bureau's service; secret",
    "PLEDGER_COMTRADE_KEY": "the key for UN Comtrade's service; secret",
    "PLEDGER_USDA_KEY": "the key for the service of the USDA's Foreign Agricultural Service; secret",
    "PLEDGER_DEBUG": "1 prints where a fault of Pledger's own happened",
}
"""The settings of the environment, but for those of the server, with what each says."""

DEVELOPMENT: Final = ("PLEDGER_TEST_PG", "PLEDGER_TEST_DATA", "PLEDGER_STRANGERS")
"""Settings that only the tests and programs of a checkout read."""

FILE: Final[Mapping[str, str]] = {
    "origin": "the log's name",
    "genesis": "the charter's name",
    "store": "the address of the ledger's PostgreSQL, without a password",
    "witness": "tables of those who cosign: url, vkey",
    "timestamp": "tables of time-stamping authorities: url, root, name, policy",
    "serve": "the settings of the server",
}
"""What ``pledger.toml`` may hold, with what each says."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as it is.

    Attributes:
        name: in the file (``serve.port``), or of the variable.
        value: as it would be written; ``SET`` where it is secret.
        source: where it came from.
    """

    name: str
    value: str
    source: Source

    def document(self) -> dict[str, object]:
        """Return it as an answer gives it."""
        return {"name": self.name, "value": self.value, "from": self.source}


def check_configuration(directory: Path) -> tuple[Setting, ...]:
    """Return every setting of a ledger, once all of them are seen to be sound: file first, then server, environment.

    Raises:
        UsageError: a variable of the environment has a name that nothing reads; the sentence names the nearest.
        MalformedError: the file holds a name that nothing reads, or a value that cannot be used.
        PledgerError: as ``read_config`` and ``read_server_settings``.
    """
    refuse_unknown_variables(os.environ)
    refuse_unknown_members(directory)
    config, server = read_config(directory), read_server_settings(directory)
    _check_store(config)
    chosen_passphrase()
    return (*_of_file(config), *_of_server(directory, server), *_of_environment(os.environ))


def refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    """Raise where a variable of ours has a name that nothing reads: whoever set it believes that it does something.

    Raises:
        UsageError: the sentence names the nearest that there is.
    """
    known = [*ENVIRONMENT, *DEVELOPMENT, *(f"{PREFIX}{name.upper()}" for name in ServerSettings.model_fields)]
    for name in sorted(environment):
        if name.startswith("PLEDGER_") and name not in known:
            message = f"The variable {name} is no setting{nearest(name, known)}; mend its name, or unset it."
            raise UsageError(message, setting=name)


def refuse_unknown_members(directory: Path) -> None:
    """Raise where ``pledger.toml`` holds a name that nothing reads; what else is wrong is for ``read_config`` to say.

    Raises:
        MalformedError: the sentence names the nearest that there is.
    """
    try:
        table = tomllib.loads((directory / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for name in table:
        if name not in FILE:
            message = (
                f"{name} in {directory / CONFIG} is no setting{nearest(name, FILE)}; mend its name, or take it out."
            )
            raise MalformedError(message, setting=name)


def is_secret(name: str) -> bool:
    """Tell whether a variable of the environment holds something that nobody else should see."""
    return ENVIRONMENT.get(name, "").endswith("; secret")


def _check_store(config: Config) -> None:
    if os.environ.get(STORE) and config.store is None:
        message = f"{STORE} is set, and the ledger keeps its entries in a file of its directory; unset it."
        raise UsageError(message, setting=STORE)
    if config.store is not None:
        from ledger.store.address import check_address

        check_address(chosen_address(config))


def _of_file(config: Config) -> Iterable[Setting]:
    yield Setting("origin", config.origin, "file")
    yield Setting("genesis", config.genesis, "file")
    if config.store is not None:
        yield Setting("store", config.store, "file")
    for witness in config.witnesses:
        yield Setting("witness", f"{witness.name} {witness.url or ''}".rstrip(), "file")
    for stamping in config.timestamps:
        yield Setting("timestamp", f"{stamping.name} {stamping.url}", "file")


def _of_server(directory: Path, server: ServerSettings) -> Iterable[Setting]:
    table = tomllib.loads((directory / CONFIG).read_text(encoding="utf-8")).get("serve", {})
    for name in ServerSettings.model_fields:
        is_said = f"{PREFIX}{name.upper()}" in os.environ
        source: Source = "environment" if is_said else "file" if name in table else "default"
        yield Setting(f"serve.{name}", written(getattr(server, name)), source)


def _of_environment(environment: Mapping[str, str]) -> Iterable[Setting]:
    for name in ENVIRONMENT:
        if environment.get(name):
            yield Setting(name, SET if is_secret(name) else environment[name], "environment")


def written(value: object) -> str:
    """Return a value as it stands in the table of docs/http.md and in the environment."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
