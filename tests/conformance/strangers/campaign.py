"""A campaign: every stranger on one export, then on mutations of it, beside the product.

What the format binds a stranger to reject, and it accepts, is a *slip*; each known one has a sentence here that says
why it is none of ours. A mutation that the product accepts is a fault of ours, whatever the strangers say.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.conformance.strangers import ours
from tests.conformance.strangers.mutation import Mutation, Question, names, question
from tests.conformance.strangers.specimen import Specimen
from tests.conformance.strangers.stranger import Stranger

OWN_ALGORITHM: Final = "statement"
"""The verb whose files are named for an algorithm, which a stranger may not speak."""


@dataclass(frozen=True, slots=True)
class Slip:
    """Something that a stranger accepts and the format does not."""

    stranger: str
    region: str
    mutation: Mutation
    why: str | None


@dataclass(slots=True)
class Tally:
    """What came of the mutations.

    Attributes:
        asked: for each stranger and kind, how many mutations it was asked about.
        bound: of these, how many the format binds it to reject; ``held`` how many it did.
        others: rejected all the same, bound or not.
        slips: where it did not.
        misses: mutations that the product accepted.
        spellings: mutations that only respell a Base64 text, and how many strangers took each.
    """

    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    bound: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: Counter[tuple[str, str]] = field(default_factory=Counter)
    others: Counter[tuple[str, str]] = field(default_factory=Counter)
    slips: list[Slip] = field(default_factory=list)
    misses: list[Mutation] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    regions: Counter[tuple[str, str]] = field(default_factory=Counter)
    spellings: Counter[str] = field(default_factory=Counter)
    unbound: int = 0


def whole(specimen: Specimen) -> tuple[Question, ...]:
    """Return every question about the export as it is; all are to be answered with yes."""
    kinds = ["checkpoint", "proof", "tile", "bundle", "statement", *(["timestamp"] if specimen.is_stamped else [])]
    found = [question(specimen, kind, name) for kind in kinds for name in names(specimen, kind)]
    return (*found, ("log", specimen.keys, specimen.site))


def refusals(specimen: Specimen, stranger: Stranger) -> list[str]:
    """Return what a stranger does not accept of the export as it is, and why."""
    found = []
    for verb, *words in whole(specimen):
        if verb == OWN_ALGORITHM and Path(str(words[-1])).name not in stranger.covers:
            continue
        answer = stranger.ask(str(verb), *words)
        if answer.accepts is False:
            found.append(f"{verb} {words[-1]}: {answer.reason}")
    return found


def run(
    specimen: Specimen,
    strangers: Iterable[Stranger],
    drawn: Iterable[Mutation],
    *,
    scratch: Path,
    progress: Callable[[int], None] = lambda _done: None,
) -> Tally:
    """Ask everyone about every mutation."""
    tally, file, known = Tally(), scratch / "mutated", tuple(strangers)
    for done, mutation in enumerate(drawn, start=1):
        file.write_bytes(mutation.raw)
        asked = question(specimen, mutation.kind, mutation.name, file)
        tally.kinds[mutation.kind] += 1
        tally.regions[mutation.kind, mutation.region] += 1
        if ours.ask(*map(str, asked)).accepts is not False:
            tally.misses.append(mutation)
        bound = [_weigh(tally, stranger, mutation, asked) for stranger in known]
        tally.unbound += not any(bound)
        progress(done)
    return tally


def _weigh(tally: Tally, stranger: Stranger, mutation: Mutation, asked: Question) -> bool:
    """Ask a stranger, count its answer, and tell whether the format bound it."""
    if mutation.kind == OWN_ALGORITHM and mutation.name not in stranger.covers:
        return False
    answer = stranger.ask(*map(str, asked))
    if answer.accepts is None:
        return False
    place = stranger.name, mutation.kind
    is_bound = mutation.binds(stranger.covers)
    tally.asked[place] += 1
    tally.bound[place] += is_bound
    if is_bound and not answer.accepts:
        tally.held[place] += 1
    elif is_bound:
        tally.slips.append(Slip(stranger.name, mutation.region, mutation, explained(stranger, mutation)))
    elif not answer.accepts:
        tally.others[place] += 1
    if mutation.is_spelling and answer.accepts:
        tally.spellings[stranger.name] += 1
    return is_bound


def explained(stranger: Stranger, mutation: Mutation) -> str | None:
    """Return why a stranger is known to accept such a thing; None where it is not known."""
    if mutation.is_loose and stranger.name in LOOSE:
        return "its decoder of Base64 skips letters that are none, and what follows the padding"
    for name, regions, why in KNOWN:
        if name == stranger.name and any(word in mutation.region for word in regions):
            return why
    if stranger.name == "Go sumdb" and mutation.kind == "tile" and "Debian" in stranger.version:
        return "this old x/mod leaves the first tiles unauthenticated that it reads beyond those of the root"
    return None


LOOSE: Final = frozenset({"sigstore-python", "sigstore-js", "tlog-scales", "jose", "jwcrypto"})
"""Strangers whose decoder of Base64 is that of Node, or Python's without validation (RFC 4648 §3.3 has it refuse)."""

KNOWN: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("Go crypto", ("signature",), "Go's decoder of Base64 skips line breaks, as its documentation says"),
    ("sigstore-python", ("0x01: name",), "it knows a signer by the key id alone, and looks at no name"),
    ("sigstore-python", ("blank line", "0x01: dash"), "it searches for signature lines, and skips what is none"),
    ("sigstore-js", ("0x01: name",), "it looks for the name, as a pattern, in that of the log"),
    ("sigstore-js", ("blank line", "0x01: dash", "0x01: end"),
     "it searches for signature lines, and skips what is none"),
    ("tlog-scales", ("origin", "size", "root", "blank line", ": end", ": dash", ": name"),
     "it splits lines and words at any white space, skips the fourth line, and verifies the text that it writes anew"),
    ("transparency-dev", ("end of the proof", "first line", "index", "hashes", "checkpoint"),
     "its reader of proofs drops a carriage return at the end of a line, and takes an index with leading zeros"),
)  # fmt: skip
"""Stranger, words of the regions, and the sentence: where strangers are known to take more than the format has."""
