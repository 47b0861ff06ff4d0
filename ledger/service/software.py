"""Which software renders here: what a bundle's manifest says of the report that it carries (design §2.6).

Renderings are the same bytes only under the same software, so a verifier compares them only where its own is the same.
What is the same is a digest: over the versions of all that decides a report's bytes, and over the code and templates
that make it. It reads the installed packages and nothing else.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from typing import Final

import ledger
from ledger.audit.bundle import Software

RENDERS_WITH: Final = ("fontpkg-noto-sans", "jinja2", "markupsafe", "typst", "vl-convert-python")
"""The distributions whose version decides how a report looks, sorted."""

_REPORT: Final = "report"


@cache
def rendering_software() -> Software:
    """Return the software that renders reports here; its lock is null where the extra ``report`` is not installed."""
    try:
        pins = [f"{name}=={metadata.version(name)}" for name in RENDERS_WITH]
    except metadata.PackageNotFoundError:
        return Software(name="pledger", version=ledger.__version__, lock=None)
    return Software(name="pledger", version=ledger.__version__, lock=_digest([*pins, *_code()]))


@cache
def edition() -> str:
    """Return the digest of the wording and looks of reports alone: the same under other versions of other software."""
    return _digest(_code())


def _code() -> list[str]:
    """Return path and digest of everything of ours that decides how a report looks, sorted."""
    return sorted(_files(resources.files("ledger").joinpath(_REPORT), _REPORT))


def _digest(lines: list[str]) -> str:
    return "sha256:" + hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _files(folder: Traversable, path: str) -> Iterator[str]:
    """Yield path and digest of every file of a package folder, compiled code left out."""
    for item in folder.iterdir():
        place = f"{path}/{item.name}"
        if item.is_dir():
            if item.name != "__pycache__":
                yield from _files(item, place)
        else:
            yield f"{place} sha256:{hashlib.sha256(item.read_bytes()).hexdigest()}"
