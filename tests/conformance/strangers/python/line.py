"""The line protocol of the strangers, for drivers in Python (docs/strangers.md), and the frames around what they judge.

A driver says who it speaks for, then answers each line of words and paths with ``accept``, ``reject`` and why, or
``pass`` where its stranger does not judge such a thing. Whatever a stranger raises is a rejection. Where a stranger has
no reader of its own for a frame (the lines of a proof, the lengths in a bundle), the frame is read here, as strictly as
its specification says, and the stranger judges what is in it. Nothing of the product is imported.
"""

import base64
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

Judge = Callable[[Sequence[str]], None]
"""Judges by words and paths: returns where it accepts, raises where it does not."""


@dataclass(frozen=True)
class Key:
    """A verifier key, as a line of the keys' file spells it."""

    text: str
    name: str
    id: bytes
    type: int
    raw: bytes


@dataclass(frozen=True)
class Proof:
    """The lines of a C2SP tlog-proof."""

    index: int
    hashes: list[bytes]
    checkpoint: str


class Rejected(Exception):  # noqa: N818 - it is an answer, not a fault
    """What a stranger says of something that it does not accept."""


def serve(name: str, packages: Sequence[str], covers: Sequence[str], judges: Mapping[str, Judge]) -> None:
    """Answer until the input ends.

    Args:
        name: of the stranger.
        packages: of which it is made; their versions are said.
        covers: the signature types and algorithms that it verifies.
        judges: by verb.
    """
    _say("stranger", name, "Python", _versions(packages), ",".join(covers), ",".join(judges))
    for line in sys.stdin:
        verb, *words = line.rstrip("\n").split("\t")
        judge = judges.get(verb)
        if judge is None:
            _say("pass")
            continue
        try:
            judge(words)
        except Exception as error:  # noqa: BLE001 - whatever it raises, it did not accept
            _say("reject", f"{type(error).__name__}: {error}"[:200])
        else:
            _say("accept")


def absent(name: str, error: Exception) -> None:
    """Say that a stranger is not here."""
    _say("absent", name, "Python", str(error)[:200])


def read_keys(path: str, *types: int) -> list[Key]:
    """Return the keys of a file that are of some types."""
    keys = []
    for text in Path(path).read_text(encoding="utf-8").splitlines():
        name, identifier, encoded = text.split("+", 2)
        material = base64.b64decode(encoded)
        if material[0] in types:
            keys.append(Key(text, name, bytes.fromhex(identifier), material[0], material[1:]))
    return keys


def read_proof(path: str) -> Proof:
    """Return the lines of a proof, in the spelling of C2SP tlog-proof; what the checkpoint says is for the stranger."""
    text = Path(path).read_bytes().decode("utf-8")
    top, blank, checkpoint = text.partition("\n\n")
    first, index, *hashes = top.split("\n")
    number = index.removeprefix("index ")
    if not blank or first != "c2sp.org/tlog-proof@v1" or index == number:
        raise Rejected("not the lines of a tlog-proof")
    if not number.isascii() or not number.isdigit() or str(int(number)) != number:
        raise Rejected("an index in another spelling")
    return Proof(int(number), [base64.b64decode(value, validate=True) for value in hashes], checkpoint)


def read_bundle(raw: bytes) -> Iterator[bytes]:
    """Yield the entries of a bundle, each after its length in two bytes (C2SP tlog-tiles)."""
    start = 0
    while start < len(raw):
        end = start + 2 + int.from_bytes(raw[start : start + 2], "big")
        if end > len(raw) or start + 2 > len(raw):
            raise Rejected("a bundle that ends too early")
        yield raw[start + 2 : end]
        start = end


def read_site(site: str, path: str, instead: str) -> Callable[[str], bytes | None]:
    """Return a reader of a site's files, in which one stands for another."""

    def read(wanted: str) -> bytes | None:
        file = Path(instead) if wanted == path and instead != "-" else Path(site, wanted)
        return file.read_bytes() if file.is_file() else None

    return read


def check(is_so: object, words: str) -> None:
    """Reject unless something is so."""
    if not is_so:
        raise Rejected(words)


def _versions(packages: Sequence[str]) -> str:
    found = []
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(package)
    return ", ".join(found)


def _say(*words: str) -> None:
    sys.stdout.write("\t".join(word.replace("\t", " ").replace("\n", " ").replace("\r", " ") for word in words) + "\n")
    sys.stdout.flush()
