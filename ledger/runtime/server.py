"""What a server of a ledger is told: ``[serve]`` in ``pledger.toml``, and ``PLEDGER_SERVE_…`` in the environment.

The environment wins. Lists are separated by spaces there. Nothing here serves anything. Source: design §3, §5.
"""

import os
import re
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ledger.errors import MalformedError, UnavailableError
from ledger.runtime.settings import CONFIG

PREFIX: Final = "PLEDGER_SERVE_"
"""How the settings of a server begin in the environment."""

PORT: Final = 8420
"""The port that a server listens on, where none is named."""

_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")

Rate = Annotated[float, Field(ge=0, le=1_000_000)]
Bytes = Annotated[int, Field(ge=1, le=2**53 - 1)]


class ServerSettings(BaseModel):
    """What a server of a ledger is told.

    Units: rates are a second, times seconds, sizes bytes; a rate of 0 is no limit.

    Attributes:
        host, port: where it listens.
        private: reads ask for a token.
        trail: each read is noted in ``reads/`` of the ledger's directory.
        origins: of pages elsewhere that a browser lets read the answers (CORS); none, if not given.
        receivers: networks outside the public one in which receivers of webhooks may be; none, if not given.
        proxies: addresses whose ``X-Forwarded-For`` is believed.
        rate, burst: requests of one address, and how many may come at once.
        key_rate, key_burst: statements by one key, likewise.
        heavy_rate, heavy_burst: audits, verifications and previews of one address, likewise.
        heavy: of those, how many are at work at once.
        requests: how many are answered at once; the next is told to come back.
        threads: that answer them.
        batch: the most bytes of a request with several statements.
        uploads: files that are on their way at once; the next is told to come back.
        upload: the most bytes of a file that is uploaded, or of a bundle that is verified.
        pending: statements of one key that wait for files; ``pending_bytes`` the size of those files.
        patience: for the head of a request, and for each piece of a body, or of an answer that is not taken.
        slowest: bytes a second with which a body has to come, after the first patience.
        grace: to end what is being answered when it is asked to stop.
        cache: memory for answers that are the same as long as the view is.
        workers: processes that serve; more than one where the ledger is kept in PostgreSQL.
        telemetry: where spans are sent (OpenTelemetry, OTLP over HTTP); nowhere, if not given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    host: Annotated[str, Field(min_length=1, max_length=255)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = PORT
    private: bool = False
    trail: bool = False
    origins: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    rate: Rate = 200.0
    burst: Rate = 1000.0
    key_rate: Rate = 5000.0
    key_burst: Rate = 20_000.0
    heavy_rate: Rate = 1.0
    heavy_burst: Rate = 20.0
    heavy: Annotated[int, Field(ge=1, le=256)] = 2
    requests: Annotated[int, Field(ge=1, le=100_000)] = 512
    threads: Annotated[int, Field(ge=2, le=1000)] = 128
    batch: Bytes = 32 << 20
    upload: Bytes = 1 << 30
    uploads: Annotated[int, Field(ge=1, le=10_000)] = 32
    pending: Annotated[int, Field(ge=1, le=10_000)] = 64
    pending_bytes: Bytes = 4 << 30
    patience: Annotated[float, Field(gt=0, le=3600)] = 15.0
    slowest: Bytes = 16 << 10
    grace: Annotated[float, Field(gt=0, le=3600)] = 30.0
    cache: Annotated[int, Field(ge=0, le=2**40)] = 64 << 20
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    telemetry: Annotated[str, Field(max_length=2000, pattern=r"^(https?://[!-~]+)?$")] = ""

    @model_validator(mode="after")
    def _receivers_are_networks(self) -> Self:
        for network in self.receivers:
            try:
                ip_network(network)
            except ValueError as error:
                message = f"{network!r} is no network; write 10.0.0.0/8, its host bits 0"
                raise ValueError(message) from error
        return self

    @model_validator(mode="after")
    def _origins_are_origins(self) -> Self:
        for origin in self.origins:
            if _ORIGIN.fullmatch(origin) is None:
                message = f"{origin!r} is no origin of a page; write https://HOST"
                raise ValueError(message)
        return self


def read_server_settings(directory: Path) -> ServerSettings:
    """Return the settings of a ledger's server.

    Raises:
        MalformedError: one of them is not what it should be, or is unknown; the sentence names it.
        UnavailableError: the file cannot be read.
    """
    path = directory / CONFIG
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("serve", {})
    except OSError as error:
        message = f"The file {path} cannot be read: {error.strerror}; see to the disk and its permissions."
        raise UnavailableError(message, path=str(path)) from error
    except ValueError as error:
        raise MalformedError(f"The file {path} cannot be read: {error}; mend it.", path=str(path)) from error
    if not isinstance(table, dict):
        raise MalformedError(f"serve in {path} is not a table; write [serve].", path=str(path))
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
    _refuse_unknown(given, where=f"[serve] in {path}")
    settings = _read(given, where=f"[serve] in {path}")
    spoken = (name.removeprefix(PREFIX).lower() for name in sorted(os.environ) if name.startswith(PREFIX))
    _refuse_unknown(spoken, where=f"of serve, from {PREFIX}… in the environment,")
    said = {name: os.environ[_variable(name)] for name in ServerSettings.model_fields if _variable(name) in os.environ}
    if not said:
        return settings
    return _read(settings.model_dump() | {name: _spoken(name, text) for name, text in said.items()}, where="of serve")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the part of a sentence that names what was perhaps meant; empty where nothing is near."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" (is {found[0]} meant?)" if found else ""


def _refuse_unknown(names: Iterable[str], *, where: str) -> None:
    """Raise where a setting has a name that nothing reads: whoever wrote it believes that it does something."""
    for name in names:
        if name not in ServerSettings.model_fields:
            meant = nearest(name, ServerSettings.model_fields)
            message = f"The setting {name} {where} is unknown{meant}; mend its name."
            raise MalformedError(message, setting=name)


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _spoken(name: str, text: str) -> object:
    """Return what a setting of the environment says, in the type of its member."""
    kind = type(ServerSettings.model_fields[name].default)
    if kind is tuple:
        return tuple(text.split())
    if kind is bool:
        return {"1": True, "true": True, "0": False, "false": False, "": False}.get(text.lower(), text)
    if kind in {int, float} and re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    if kind is float and re.fullmatch(r"[0-9]{1,18}\.[0-9]{1,9}", text):
        return float(text)
    return text


def _read(members: dict[str, object], *, where: str) -> ServerSettings:
    try:
        return ServerSettings.model_validate(members)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "it"
        said = first["msg"].removeprefix("Value error, ")
        raise MalformedError(f"The setting {name} {where} cannot be used: {said}; mend it.", setting=name) from error
