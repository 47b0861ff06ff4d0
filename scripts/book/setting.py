"""The reference of the settings, from what reads them: ledger/runtime/settings.py, server.py and configuration.py."""

from pathlib import Path
from typing import Any, Final

from ledger.runtime.configuration import DEVELOPMENT, ENVIRONMENT, FILE, is_secret, written
from ledger.runtime.server import PREFIX, ServerSettings
from ledger.runtime.settings import CONFIG, Stamping
from scripts.book.told import members, table

PLACE: Final = Path("reference") / "settings.md"

UNITS: Final = {
    "port": "number of a port", "rate": "requests a second", "burst": "requests", "key_rate": "statements a second",
    "key_burst": "statements", "heavy_rate": "requests a second", "heavy_burst": "requests", "heavy": "requests",
    "requests": "requests", "threads": "threads", "batch": "bytes", "upload": "bytes",
    "uploads": "files", "slowest": "bytes a second", "pending": "statements",
    "pending_bytes": "bytes", "patience": "seconds", "grace": "seconds", "cache": "bytes", "workers": "processes",
}  # fmt: skip
"""In what each setting of the server that is a number is counted."""

OPENING: Final = f"""\
# Settings

Written by `scripts/docs` from the code that reads them; edit that, not this page.

A ledger is told in two places: in `{CONFIG}` of its directory, and in the environment, which wins. A name that nothing
reads is refused, with the name that was perhaps meant, and so is a value outside of its bounds. `pledger config check`
reads all of them at once and lists what holds and where it came from; a secret is shown as `(set)`.

How to run a server with them is in [running.md](../running.md), what each limit does over HTTP in
[http.md](../http.md).
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join((OPENING, *(part() for part in (_file, _server, _environment))))


def _file() -> str:
    rows = [(f"`{name}`", said) for name, said in FILE.items()]
    stamping = members(Stamping.__doc__)
    nested = [
        ("`url` in `[[witness]]`", "where it is asked"),
        ("`vkey` in `[[witness]]`", "its verifier key (C2SP signed-note), which holds its name"),
        *((f"`{name}` in `[[timestamp]]`", said.rstrip(".")) for name, said in stamping.items()),
    ]
    return f"## In {CONFIG}\n\n" + table(("key", "what it says"), [*rows, *nested])


def _server() -> str:
    schema = ServerSettings.model_json_schema()["properties"]
    meaning = members(ServerSettings.__doc__)
    rows = []
    for name, field in ServerSettings.model_fields.items():
        given = written(field.default)
        default = f"`{given}`" if given else "none"
        unit, bounds = _unit(name, field.default), _bounds(schema[name])
        said = meaning.get(name) or _shared(name, meaning)
        rows.append((f"`{name}`", f"`{PREFIX}{name.upper()}`", default, unit, bounds, said.rstrip(".")))
    heads = ("key in `[serve]`", "in the environment", "default", "unit", "bounds", "what it says")
    told = (
        "A rate of 0 is no limit. In the environment a list is separated by spaces; `1` and `true`, `0` and `false` are"
    )
    return f"## Of the server\n\n{told}\nyes and no. Options of `pledger serve` win over both.\n\n{table(heads, rows)}"


def _unit(name: str, default: object) -> str:
    if isinstance(default, bool):
        return "yes or no"
    if isinstance(default, tuple):
        return "list"
    if not isinstance(default, (int, float)):
        return "text"
    if name not in UNITS:
        raise SystemExit(f"The setting {name} has no unit; write into UNITS of scripts/book/setting.py what it counts.")
    return UNITS[name]


def _bounds(schema: dict[str, Any]) -> str:
    least, most = schema.get("minimum", schema.get("minLength")), schema.get("maximum", schema.get("maxLength"))
    of = " characters" if "maxLength" in schema else ""
    if least is not None and most is not None:
        return f"{written(least)} to {written(most)}{of}"
    if "exclusiveMinimum" in schema:
        return f"more than {written(schema['exclusiveMinimum'])}, at most {written(most)}"
    return f"at most {written(most)}{of}" if most is not None else "–"


def _shared(name: str, meaning: dict[str, str]) -> str:
    """Return what is said of a setting in the sentence of another."""
    for other, said in meaning.items():
        if f"`{name}`" in said:
            return f"see `{other}`: {said.partition('; ')[2] or said}"
    raise SystemExit(f"ServerSettings says nothing of {name}; write it into its Attributes.")


def _environment() -> str:
    rows = [
        (f"`{name}`", said.removesuffix("; secret"), "yes" if is_secret(name) else "no")
        for name, said in ENVIRONMENT.items()
    ]
    names = ", ".join(f"`{name}`" for name in DEVELOPMENT)
    told = f"Only the tests and programs of a checkout read {names}.\n"
    return "## In the environment\n\n" + table(("variable", "what it says", "secret"), rows) + "\n" + told
