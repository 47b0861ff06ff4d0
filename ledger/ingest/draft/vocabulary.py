"""The vocabulary: the words by which a promise, a party, an amount and a hedge are known, as a file that people extend.

One is shipped, in English; a file of a user's own is laid over it. Forms of verbs are made by rule, or listed where
they are irregular. Nothing here is learnt. Source: issue 5, point 4; docs/drafting.md.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib import resources
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, ValidationError

from ledger.errors import MalformedError
from ledger.ingest.layout import Declared
from ledger.model.unit import UNITS
from ledger.model.value import Language, Measure, Slug

LIMIT: Final = 256 * 1024
"""Bytes that a vocabulary may have."""

Phrase = Annotated[str, StringConstraints(pattern=r"^\S(?:[^\n\t]*\S)?$", max_length=80)]
Phrases = Annotated[tuple[Phrase, ...], Field(max_length=2000)]


class Verbs(Declared):
    """Operative verbs by their strength (O).

    Attributes:
        direct: those that take an amount at once ("pledged 5 million").
        obliging: those by which a text lays a duty on somebody ("obliges China to").
    """

    shall: Phrases = ()
    committing: Phrases = ()
    hortatory: Phrases = ()
    direct: Phrases = ()
    obliging: Phrases = ()


class Act(Declared):
    """An act by which a figure can be read.

    Attributes:
        measures: the measure types that it may mean; several are readings (method §2), none leaves it open.
        flow: whether goods come to the actor, leave it, or neither.
        bare: the bound of an amount that stands alone.
    """

    words: Phrases
    measures: tuple[Measure, ...] = ()
    flow: Literal["in", "out", "none"] = "none"
    bare: Literal["at_least", "at_most", "exactly"] | None = None


class Bounds(Declared):
    """Words before an amount; ``up_to`` bounds from above and softens at once, ``increment`` adds to a baseline."""

    at_least: Phrases = ()
    at_most: Phrases = ()
    exactly: Phrases = ()
    up_to: Phrases = ()
    qualified: Phrases = ()
    increment: Phrases = ()


class Goods(Declared):
    """Goods that codes of a classification name, by their words."""

    words: Phrases
    classification: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,29}$")]
    revision: str | None = None
    codes: Annotated[tuple[str, ...], Field(min_length=1)]


class Known(Declared):
    """A party by its names and adjectives."""

    names: Phrases
    adjectives: Phrases = ()


class Words(Declared):
    """A list of words with a heading of its own."""

    words: Phrases


class Vocabulary(Declared):
    """All words; the meaning of each table stands beside it in ``vocabulary.toml``."""

    language: Language
    collectives: Phrases
    pronouns: Phrases
    offices: Phrases
    bodies: Phrases
    prepositions: Phrases
    reports: Phrases
    denials: Phrases
    idle: Phrases
    hedges: Phrases
    pledges: Phrases
    renewals: Phrases
    holders: Phrases
    verbs: Verbs
    irregular: Mapping[str, Phrases]
    acts: Mapping[Slug, Act]
    directions: Mapping[Literal["increase", "decrease", "no_less"], Phrases]
    passives: Words
    restraints: Words
    conditions: Words
    bounds: Bounds
    units: Mapping[str, Phrases]
    numbers: Mapping[str, Annotated[int, Field(ge=0, le=10**15)]]
    goods: Mapping[Slug, Goods]
    parties: Mapping[Slug, Known]
    digest: str

    def forms(self, phrase: str) -> tuple[str, ...]:
        """Return the forms of a phrase whose first word is a verb: plain, third person, past, participles."""
        first, gap, rest = phrase.partition(" ")
        made = (first, *self.irregular[first]) if first in self.irregular else inflected(first)
        return tuple(f"{one}{gap}{rest}" for one in dict.fromkeys(made))


def inflected(verb: str) -> tuple[str, ...]:
    """Return the forms of a regular verb: ``agree`` gives agree, agrees, agreed, agreeing."""
    if verb.endswith("e"):
        return verb, f"{verb}s", f"{verb}d", f"{verb}ing" if verb.endswith("ee") else f"{verb[:-1]}ing"
    if re.search(r"[^aeiou]y$", verb):
        return verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"
    if re.search(r"(?:s|x|ch|sh)$", verb):
        return verb, f"{verb}es", f"{verb}ed", f"{verb}ing"
    return verb, f"{verb}s", f"{verb}ed", f"{verb}ing"


def either(phrases: Iterable[str]) -> str:
    """Return the pattern of any of some phrases, the longest first; a space stands for any white space."""
    ordered = sorted(set(phrases), key=lambda one: (-len(one), one))
    return "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in ordered) or r"(?!)"


def shipped() -> Vocabulary:
    """Return the vocabulary that is shipped."""
    return parse_vocabulary(shipped_bytes(), name="vocabulary.toml")


def shipped_bytes() -> bytes:
    """Return the TOML of the vocabulary that is shipped."""
    return (resources.files("ledger.ingest.draft") / "vocabulary.toml").read_bytes()


def parse_vocabulary(raw: bytes, *, name: str) -> Vocabulary:
    """Return the vocabulary of a TOML file that holds all of one.

    Raises:
        MalformedError: it is none; the sentence names the key.
    """
    return _made(_table(raw, name), name)


def extended(raw: bytes, *, name: str) -> Vocabulary:
    """Return the shipped vocabulary with a user's laid over it: lists grow, tables join, entries are replaced.

    Raises:
        MalformedError: the user's is none; the sentence names the key.
    """
    return _made(_laid(_table(shipped_bytes(), "vocabulary.toml"), _table(raw, name), depth=0), name)


def with_parties(base: Vocabulary, parties: Mapping[str, Known]) -> Vocabulary:
    """Return a vocabulary that knows further parties; what they are called is theirs before it is anybody else's."""
    taken = {name.casefold() for known in parties.values() for name in (*known.names, *known.adjectives)}
    ours = {
        slug: known.model_copy(update={
            "names": tuple(one for one in known.names if one.casefold() not in taken),
            "adjectives": tuple(one for one in known.adjectives if one.casefold() not in taken),
        })
        for slug, known in base.parties.items()
    }  # fmt: skip
    for slug, known in parties.items():
        kept = ours.get(slug, Known(names=()))
        ours[slug] = Known(
            names=tuple(dict.fromkeys((*known.names, *kept.names))),
            adjectives=tuple(dict.fromkeys((*known.adjectives, *kept.adjectives))),
        )
    return base.model_copy(update={"parties": ours})


def _table(raw: bytes, name: str) -> dict[str, Any]:
    if len(raw) > LIMIT:
        raise MalformedError(f"The vocabulary {name} has more than the {LIMIT} bytes that are read.", vocabulary=name)
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        message = f"The vocabulary {name} is not a TOML file that can be read: {error}."
        raise MalformedError(message, vocabulary=name) from error


def _laid(base: Any, more: Any, *, depth: int) -> Any:  # noqa: ANN401  (plain TOML)
    """Return a table with another laid over it; below the entries of a table, what is said anew stands alone."""
    if isinstance(base, dict) and isinstance(more, dict) and depth < 2:
        keys = dict.fromkeys((*base, *more))
        return {
            key: _laid(base[key], more[key], depth=depth + 1) if key in base and key in more
            else more.get(key, base.get(key)) for key in keys
        }  # fmt: skip
    if isinstance(base, list) and isinstance(more, list):
        return [*base, *(one for one in more if one not in base)]
    return more


def _made(table: dict[str, Any], name: str) -> Vocabulary:
    try:
        text = json.dumps(table, sort_keys=True)
        found = Vocabulary.model_validate_json(
            json.dumps(table | {"digest": f"sha256:{sha256(text.encode()).hexdigest()}"})
        )
    except TypeError as error:
        raise MalformedError(
            f"The vocabulary {name} holds a date or a time; write it as text.", vocabulary=name
        ) from error
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = ".".join(map(str, fault["loc"]))
        reason = {
            "extra_forbidden": "is not known; remove it or mend its spelling",
            "missing": "is missing; add it",
        }.get(fault["type"], fault["msg"].removeprefix("Value error, "))
        raise MalformedError(f"The vocabulary {name}, key {key}: {reason}.", vocabulary=name, key=key) from error
    if unknown := sorted(set(found.units) - set(UNITS)):
        message = f"The vocabulary {name}, key units.{unknown[0]}: is no unit that is known; use one of those of R5."
        raise MalformedError(message, vocabulary=name, key=f"units.{unknown[0]}")
    return found
