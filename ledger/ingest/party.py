"""Parties by public codes or names: which systems a mapping asks for, and the mapping with the parties written into it.

A publisher's ``CHN`` or ``156`` is a party of the ledger. Which one, a mapping says itself, or it names the system and
the ledger fills it in when a file is submitted. What is filled in stands in the mapping that the evidence names by its
digest, so that whoever imports the file again needs nothing else. Source: R3; design §2.2.
"""

import json
from collections.abc import Iterator, Mapping

from ledger.ingest.layout import read_declaration
from ledger.ingest.mapping import PARTIES, PARTY_SYSTEMS


def asked_systems(raw: bytes, *, name: str) -> tuple[str, ...]:
    """Return the systems of codes by which a mapping names parties without saying who they are, sorted.

    Raises:
        MalformedError: it is not TOML; whatever else is wrong with it is found when it is read.
    """
    table = json.loads(read_declaration(raw, name=name))
    given = table.get("parties")
    return tuple(sorted(set(_systems(table.get("series"))) - set(given if isinstance(given, dict) else ())))


def optional_systems(raw: bytes, *, name: str) -> tuple[str, ...]:
    """Return those of the systems asked for of which the mapping says what any other word means, sorted.

    Raises:
        MalformedError: as ``asked_systems``.
    """
    series = json.loads(read_declaration(raw, name=name)).get("series")
    return tuple(sorted(set(asked_systems(raw, name=name)) - set(_systems(series, strict=True))))


def _systems(series: object, *, strict: bool = False) -> Iterator[str]:
    """Yield the systems of parties in the series of a mapping that nobody has checked yet.

    Args:
        strict: only of dimensions that say nothing of other words.
    """
    for part in series if isinstance(series, list) else ():
        for name in PARTIES if isinstance(part, dict) else ():
            dimension = part.get(name)
            system = dimension.get("system") if isinstance(dimension, dict) else None
            if isinstance(system, str) and system in PARTY_SYSTEMS and not (strict and "other" in dimension):
                yield system


def with_parties(raw: bytes, parties: Mapping[str, Mapping[str, str]], *, source: str) -> bytes:
    """Return a mapping with the parties of some systems written below it.

    Args:
        raw: its TOML.
        parties: by system, the party of each code.
        source: where they are from, in a few words on one line.
    """
    lines = ["", f"# Filled in when a file was submitted: {source}."]
    for system, of in sorted(parties.items()):
        lines += [f"[parties.{system}]", *(f"{_key(code)} = {_key(party)}" for code, party in sorted(of.items())), ""]
    return raw.rstrip(b"\n") + b"\n" + "\n".join(lines).encode()


def _key(word: str) -> str:
    """Return a word as a quoted key or string of TOML: what JSON escapes, TOML reads alike."""
    return json.dumps(word, ensure_ascii=False)
