"""How often the drafting of pledges out of texts is right: sentences found and missed, and each field that was read.

Three sets are read: sentences of our own making, in the style of communiqués and of reports about them, that the rules
were mended on; others, written once the rules stood, that no rule was mended on; and the texts of a folder beside the
checkout, where there is one, annotated by span and digest. Precision is the share of what was proposed
that should have been, recall the share of what should have been that was; both with Wilson's 90 % interval.
`--write` puts the tables into docs/drafting.md.
"""

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from ledger.ingest.draft.proposal import Proposal, propose
from ledger.ingest.draft.text import Document, read_document
from ledger.ingest.draft.timing import When
from ledger.ingest.draft.vocabulary import Vocabulary, shipped
from scripts.bench.document import replaced
from scripts.bench.figure import Cell, Options, Table

ROOT: Final = Path(__file__).resolve().parents[2]
DATA: Final = ROOT / "tests" / "data" / "drafting"
SHARED: Final = ROOT.parent / "shared"
PAGE: Final = ROOT / "docs" / "drafting.md"

DAY: Final = "2026-03-10"
"""The day of the documents that the sentences of our own stand for; their parties are these."""
ISSUERS: Final = ("cn", "us")

FIELDS: Final = ("actor", "strength", "kind", "amounts", "times", "hedges", "speaker")
Z: Final = 1.6448536269514722
"""The standard normal's 95 % point, for a two-sided interval of 90 %."""


OTHER: Final = "another form of words"
"""The kind of a miss that the annotations give no kind of."""


@dataclass(slots=True)
class Tally:
    """What was right, what was proposed and should not have been, and what should have been and was not."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, told: Iterable[str], true: Iterable[str]) -> None:
        """Count what was told against what is true, each a bag of texts."""
        left = list(true)
        for one in told:
            if one in left:
                left.remove(one)
                self.right += 1
            else:
                self.wrong += 1
        self.missed += len(left)


@dataclass(slots=True)
class Measured:
    """The tallies of a set: of sentences, and of each field in the sentences that were rightly found."""

    sentences: Tally = field(default_factory=Tally)
    fields: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in FIELDS})
    faults: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Case:
    """An annotated sentence: a document, where in it, and what is true of it (null: it is no promise)."""

    document: Document
    start: int
    end: int
    truth: dict[str, Any] | None


def wilson(right: int, total: int) -> tuple[float, float, float] | None:
    """Return a share and the ends of Wilson's 90 % interval about it; null of nothing."""
    if total == 0:
        return None
    share = right / total
    centre = (share + Z * Z / (2 * total)) / (1 + Z * Z / total)
    half = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total)) / (1 + Z * Z / total)
    return share, max(0.0, centre - half), min(1.0, centre + half)


def own_cases(*, held_out: bool) -> Iterator[Case]:
    """Yield the sentences of our own making: those that the rules were mended on, or those held out."""
    name = "held-out.jsonl" if held_out else "sentences.jsonl"
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        text = truth.pop("text")
        document = read_document(text.encode(), name="a sentence")
        yield Case(document, 0, len(text), truth if "kind" in truth else None)


def shared_documents() -> Iterator[tuple[Document, dict[str, Any]]]:
    """Yield the texts beside the checkout that are there and are the ones that were annotated."""
    for line in (DATA / "shared.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        path = SHARED / truth["file"]
        if not path.is_file():
            continue
        raw = path.read_bytes()
        if truth.get("record"):
            records = map(json.loads, raw.decode("utf-8").splitlines())
            raw = next((one["text"].encode() for one in records if one["id"] == truth["record"]), b"?")
        if f"sha256:{sha256(raw).hexdigest()}" == truth["digest"]:
            yield read_document(raw, name=truth["file"]), truth


def measure_own(vocabulary: Vocabulary, *, held_out: bool) -> Measured:
    """Return what the rules do on sentences of our own."""
    measured = Measured()
    for case in own_cases(held_out=held_out):
        found = propose(case.document, vocabulary, issuers=ISSUERS, day=DAY)
        count(measured, case.document, found, case.truth, case.document.text)
    return measured


def measure_shared(vocabulary: Vocabulary) -> tuple[Measured, int]:
    """Return what the rules do on the texts beside the checkout, and how many of those there are."""
    measured, texts = Measured(), 0
    for document, truth in shared_documents():
        texts += 1
        found = propose(document, vocabulary, issuers=tuple(truth["issuers"]), day=truth["day"])
        places = {(one["start"], one["end"]): one for one in truth["sentences"]}
        told: dict[tuple[int, int], list[Proposal]] = {}
        for one in found:
            told.setdefault((one.sentence.start, one.sentence.end), []).append(one)
        for place in sorted({*places, *told}):
            # A text of somebody else is named by its place: no sentence of it is printed.
            name = f"{truth.get('record') or truth['file']}, characters {place[0]}–{place[1]}"
            count(measured, document, tuple(told.get(place, ())), places.get(place), name)
    return measured, texts


def count(
    measured: Measured, document: Document, found: Sequence[Proposal], truth: dict[str, Any] | None, name: str
) -> None:
    """Count one sentence: whether it was found, and of what was found the first promise, field by field."""
    measured.sentences.add(["promise"] if found else [], ["promise"] if truth is not None else [])
    if not found or truth is None:
        if found:
            measured.faults.append(f"proposed, and no promise: {name}")
        elif truth is not None:
            measured.missed.append(truth.get("miss", OTHER))
            measured.faults.append(f"missed ({measured.missed[-1]}): {name}")
        return
    told = reading(document, found[0])
    for one in FIELDS:
        true = expected(truth, one)
        measured.fields[one].add(told[one], true)
        if sorted(told[one]) != sorted(true):
            measured.faults.append(f"{one} {', '.join(told[one]) or 'none'}, not {', '.join(true) or 'none'}: {name}")


def expected(truth: dict[str, Any], name: str) -> list[str]:
    """Return what is true of a field, as texts."""
    if name == "speaker":
        return [",".join(truth["speaker"]) or "somebody"] if "speaker" in truth else []
    if name == "actor":
        return list(truth["actor"])
    value = truth.get(name, [])
    return [value] if isinstance(value, str) else list(value)


def reading(document: Document, one: Proposal) -> dict[str, list[str]]:
    """Return what a proposal says of each field, as texts."""
    return {
        "actor": list(one.actor.parties) if one.actor is not None else [],
        "strength": [one.operative.strength],
        "kind": [one.kind],
        "amounts": [" ".join(filter(None, (a.target, a.unit, a.bound))) for a in one.amounts],
        "times": [text for when in one.times if (text := time_text(when))],
        "hedges": [" ".join(document.words(span).split()) for span in one.hedges],
        "speaker": [",".join(one.speaker.parties) or "somebody"] if one.speaker is not None else [],
    }


def time_text(when: When) -> str:
    """Return a time as the annotations spell it; what stayed unknown claims nothing."""
    if when.role == "rate":
        return "rate"
    if when.role == "each":
        return f"each {','.join(map(str, when.years))}"
    return f"{when.start or ''}..{when.end or ''}" if when.is_known else ""


def table(title: str, measured: Measured, notes: tuple[str, ...] = ()) -> Table:
    """Return the table of a set."""
    rows = [("sentences that promise", measured.sentences), *measured.fields.items()]
    return Table(
        title,
        ("", "right", "wrong", "missed", "precision", "recall"),
        tuple((name, *_row(tally)) for name, tally in rows),
        notes,
    )


def misses(sets: Sequence[Measured]) -> Table:
    """Return what was missed, by kind, the most frequent first."""
    counted = Counter(kind for measured in sets for kind in measured.missed)
    rows = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return Table(
        "What was missed in the sentences held out and in texts of others, by kind", ("kind", "missed"), tuple(rows)
    )


def _row(tally: Tally) -> tuple[Cell, ...]:
    shares = (wilson(tally.right, tally.right + other) for other in (tally.wrong, tally.missed))
    told = ("–" if one is None else f"{one[0]:.0%} ({one[1]:.0%}–{one[2]:.0%})" for one in shares)
    return (tally.right, tally.wrong, tally.missed, *told)


def tables(vocabulary: Vocabulary) -> tuple[list[Table], list[str]]:
    """Return the tables of all sets, and the faults of those that may be looked at."""
    held, open_ = measure_own(vocabulary, held_out=True), measure_own(vocabulary, held_out=False)
    shared, texts = measure_shared(vocabulary)
    found = [
        table("Sentences of our own, held out", held),
        table("Sentences of our own that the rules were mended on", open_),
    ]
    if texts:
        found.append(table(f"Texts of others ({texts} of them)", shared))
    found.append(misses((held, shared)))
    return found, [*(f"held out: {one}" for one in held.faults), *open_.faults, *shared.faults]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the same: it takes a second")
    parser.add_argument("--faults", action="store_true", help="print every fault, those held out too")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/drafting.md")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_const", const="json", dest="form", help="print one JSON document")
    form.add_argument("--markdown", action="store_const", const="markdown", dest="form", help="print Markdown")
    given = parser.parse_args(arguments)
    options = Options(is_quick=given.quick, directory=Path(), form=given.form or "text")
    found, faults = tables(shipped())
    if len(found) < 4:
        print(f"The texts of {SHARED.name} are not here, or not those that were annotated: left out.", file=sys.stderr)
    for one in found:
        options.show(one)
    if given.form == "json":
        print(json.dumps({"tables": [one.plain() for one in options.tables]}, indent=2))
    for fault in faults if given.faults else ():
        print(fault, file=sys.stderr)
    if given.write:
        text = "\n\n".join(markdown(one) for one in found)
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), "drafting", text), encoding="utf-8")


def markdown(one: Table) -> str:
    """Return a table as it stands in the page."""
    rows = [one.columns, ("---", *("--:" for _ in one.columns[1:])), *(tuple(map(str, row)) for row in one.rows)]
    return "\n".join((f"**{one.title}**", "", *(f"| {' | '.join(map(str, row))} |" for row in rows)))


if __name__ == "__main__":
    main()
