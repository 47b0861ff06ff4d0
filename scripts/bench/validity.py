"""Does the method hold against outcomes? It is run on sets of commitments whose outcomes are known; what comes is told.

Of each set: the association of bands and scores with what was kept, with and without depth or a proxy of it;
calibration and Brier score of credibility on later years, learnt from earlier ones alone; how often a band holds under
the robustness runs. Intervals are of 90 %, by a fixed seed. The result is whatever it is.

A set is a CSV file in UTF-8 with a header, and a mapping in TOML beside it (scripts/bench/sets):

  name, title, sha256      of the set; another file than the one with that digest is refused
  [columns]                the names of its columns: id, obligor, status; words (the promise), or levels coded by hand;
                           and where it has them made, kind, document, stratum
  [made] pattern           the year of a promise, the first group, in its column; else the first four characters
  [fulfilment]             of each status the share kept, as a fraction
  [undecided] statuses     statuses that decide nothing; any other status is refused
  [kinds.NAME]             control and indicators of promises of a kind, as a commitment has them
  [documents.NAME]         form, binding, forum, remedy, exit, escapes of documents of a kind, as an instrument has
                           them; levers as a commitment has them
  [levels]                 P, V, K, O, A, R, X: the columns of levels coded by hand, "2" or "1-3"; then words, kinds and
                           documents are not read

A column *stratum* groups commitments that are alike in depth, or in a proxy of it: association within groups is then
told beside association over all. A set that may not be redistributed is read the same way and stays where it is; only
the tables below leave it. `--write` puts them into docs/validity.md, between the marks of the set's name.
"""

import argparse
import csv
import hashlib
import json
import re
import statistics
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any, Final, Literal

from ledger.assessment.beside.credibility import estimate
from ledger.assessment.enforceability.pillar import BANDS, DIMENSIONS, band, gated
from ledger.assessment.enforceability.robustness import robustness
from ledger.model.attestation import Dimension
from scripts.bench.association import RESAMPLES, Pair, brier, gamma, interval, spearman
from scripts.bench.coding import draft_of, levels_of
from scripts.bench.document import replaced
from scripts.bench.figure import Cell, Options, Table

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "validity.md"
SETS: Final = Path(__file__).resolve().parent / "sets"

_ORDER: Final = {name: place for place, (_, name) in enumerate(reversed(BANDS))}


@dataclass(frozen=True, slots=True)
class Case:
    """A commitment whose outcome is known.

    Attributes:
        year: in which it was made; null where the set does not say.
        kept: the share of it that was kept.
        low: and ``high`` its levels as written; ``stratum`` of those alike in depth, null where the set has none.
    """

    name: str
    obligor: str
    year: int | None
    kept: Fraction
    document: str
    stratum: str | None
    low: Mapping[Dimension, int]
    high: Mapping[Dimension, int]


@dataclass(frozen=True, slots=True)
class Known:
    """A set as it was read: its mapping, its decided cases, and how many of its rows decide nothing."""

    mapping: Mapping[str, Any]
    cases: tuple[Case, ...]
    undecided: Counter[str]


class SetError(Exception):
    """A set or its mapping cannot be read; the sentence says where and what to do."""


# --- reading ----------------------------------------------------------------------------------------------------------


def read_set(raw: bytes, mapping: Mapping[str, Any]) -> Known:
    """Return a set read by its mapping.

    Raises:
        SetError: it is another file, a column is missing, or a status is not mapped.
    """
    digest = hashlib.sha256(raw).hexdigest()
    wanted = mapping.get("sha256")
    if wanted is not None and digest != wanted:
        raise SetError(f"The set has the digest {digest}, and its mapping is for {wanted}; get that file.")
    rows = list(csv.DictReader(StringIO(raw.decode("utf-8-sig"), newline="")))
    columns = mapping["columns"]
    needed = [*columns.values(), *mapping.get("levels", {}).values()]
    missing = [name for name in needed if rows and name not in rows[0]]
    if missing or not rows:
        raise SetError(f"The set has no column {', '.join(missing) or 'at all'}; mend columns in its mapping.")
    cases: list[Case] = []
    undecided: Counter[str] = Counter()
    for number, row in enumerate(rows, start=2):
        status = row[columns["status"]].strip()
        if status in mapping.get("undecided", {}).get("statuses", []):
            undecided[status] += 1
        elif status in mapping["fulfilment"]:
            cases.append(_case(row, mapping, kept=Fraction(mapping["fulfilment"][status])))
        else:
            raise SetError(f"Row {number} has the status {status!r}, which is not mapped; add it to fulfilment.")
    return Known(mapping, tuple(cases), undecided)


def _case(row: Mapping[str, str], mapping: Mapping[str, Any], *, kept: Fraction) -> Case:
    columns = mapping["columns"]

    def cell(name: str) -> str | None:
        return row[columns[name]].strip() if name in columns else None

    year = _year(cell("made"), mapping)
    low, high = _coded(row, mapping, year) if "levels" not in mapping else _given(row, mapping)
    return Case(
        name=cell("id") or "", obligor=cell("obligor") or "", year=year, kept=kept, document=cell("document") or "all",
        stratum=cell("stratum"), low=low, high=high,
    )  # fmt: skip


def _year(made: str | None, mapping: Mapping[str, Any]) -> int | None:
    found = re.search(mapping.get("made", {}).get("pattern", r"^([0-9]{4})"), made or "")
    return int(found[1]) if found else None


def _coded(
    row: Mapping[str, str], mapping: Mapping[str, Any], year: int | None
) -> tuple[dict[Dimension, int], dict[Dimension, int]]:
    """Return the levels that the words of a promise come to, by the rules of *coding*."""
    columns = mapping["columns"]
    document = mapping.get("documents", {}).get(row[columns["document"]], {"form": "statement"})
    kind = mapping.get("kinds", {}).get(row[columns["kind"]], {}) if "kind" in columns else {}
    obligor = re.sub(r"[^a-z0-9]+", "-", row[columns["obligor"]].casefold()).strip("-")
    made = f"{year or 2000}-01-01"
    return levels_of(draft_of(row[columns["words"]].strip(), obligor=obligor, made=made, document=document, kind=kind))


def _given(row: Mapping[str, str], mapping: Mapping[str, Any]) -> tuple[dict[Dimension, int], dict[Dimension, int]]:
    """Return levels coded by hand, ``2`` or ``1-3``."""
    low: dict[Dimension, int] = {}
    high: dict[Dimension, int] = {}
    for one in DIMENSIONS:
        said = row[mapping["levels"][one]].strip()
        found = re.fullmatch(r"([0-4])(?:-([0-4]))?", said)
        if found is None:
            raise SetError(f"A level of {one} is {said!r}; write 0 to 4, or two of them with a hyphen.")
        low[one], high[one] = int(found[1]), int(found[2] or found[1])
    return low, high


# --- what the score says of what was kept -----------------------------------------------------------------------------


def tables(known: Known, *, resamples: int = RESAMPLES) -> Iterator[Table]:
    """Yield everything that is told of a set; intervals by so many resamples."""
    yield _by_band(known, resamples)
    yield _association(known, resamples)
    yield _predicted(known, resamples)
    yield _calibrated(known, resamples)
    yield _stability(known)


def _by_band(known: Known, resamples: int) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for _, name in BANDS:
        here = [case for case in known.cases if band(gated(case.low)) == name]
        kept = [float(case.kept) for case in here]
        top = sum(band(gated(case.high)) == name for case in known.cases)
        rows.append((name, len(here), _two(_mean(kept)),
                     _ends(interval(kept, _mean, resamples=resamples)) if len(kept) > 1 else "–", top))  # fmt: skip
    unknown = sum(gated(case.low) != gated(case.high) for case in known.cases)
    left = ", ".join(f"{number} {status}" for status, number in sorted(known.undecided.items())) or "none"
    return Table(
        f"{known.mapping['title']}: what was kept, by band",
        ("band, at the low end", "commitments", "mean kept", "90 % interval", "in this band at the high end"),
        tuple(rows),
        (
            f"{len(known.cases)} commitments are decided and counted; left out as undecided: {left}.",
            f"{unknown} have a score that is an interval.",
        ),
    )


def _association(known: Known, resamples: int) -> Table:
    cases = known.cases

    def row(title: str, some: Sequence[Case], statistic: Callable[[Sequence[Case]], float | None]) -> tuple[Cell, ...]:
        value = statistic(some)
        ends = _ends(interval(some, statistic, resamples=resamples)) if value is not None else None
        return title, len(some), _two(value), ends

    rows = [
        row("band, low end: gamma", cases, _banded("low")),
        row("band, high end: gamma", cases, _banded("high")),
        row("score, low end: Spearman's rho", cases, lambda some: spearman([_scored(one) for one in some])),
        row("score, low end: gamma", cases, _overall),
    ]
    for document in sorted({case.document for case in cases}):
        here = [case for case in cases if case.document == document]
        if len(here) < len(cases):
            rows.append(row(f"score, low end, {document}: gamma", here, _overall))
    if all(case.stratum is not None for case in cases):
        rows.append(row("score, low end, within strata of depth: gamma", cases, _within))
        rows.append(row("P, low end, within strata of depth: gamma", cases, _precise_within))
    rows += [row(f"{letter} {name}, low end: gamma", cases, _of(letter)) for letter, name in DIMENSIONS.items()]
    return Table(
        "Association with what was kept",
        ("what was kept, and", "n", "association", "90 % interval"),
        tuple(rows),
        (
            "Between −1 and 1; – where one of the two never varies.",
            "Each row is a look by itself, and none is corrected for the number of looks.",
        ),
    )


def _of(letter: Dimension) -> Callable[[Sequence[Case]], float | None]:
    return lambda some: gamma([(float(one.low[letter]), _kept(one)) for one in some])


def _within(some: Sequence[Case]) -> float | None:
    return gamma([_scored(one) for one in some], [one.stratum for one in some])


def _precise_within(some: Sequence[Case]) -> float | None:
    return gamma([(float(one.low["P"]), _kept(one)) for one in some], [one.stratum for one in some])


def _overall(some: Sequence[Case]) -> float | None:
    return gamma([_scored(one) for one in some])


def _banded(end: Literal["low", "high"]) -> Callable[[Sequence[Case]], float | None]:
    return lambda some: gamma([(_band(getattr(one, end)), _kept(one)) for one in some])


def _band(levels: Mapping[Dimension, int]) -> float:
    return float(_ORDER[band(gated(levels))])


def _kept(case: Case) -> float:
    return float(case.kept)


def _scored(case: Case) -> Pair:
    return float(gated(case.low)), float(case.kept)


# --- what credibility says of later years -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """What was to be expected of a commitment, by its obligor's decided ones of earlier years, and what came.

    Attributes:
        pooled: the mean of all obligors' earlier ones; null where there are none.
    """

    case: Case
    trials: int
    mean: float
    low: float
    high: float
    pooled: float | None


def predictions(cases: Sequence[Case]) -> tuple[Told, ...]:
    """Return, for every commitment whose year is known, what earlier years let one expect."""
    dated = [case for case in cases if case.year is not None]
    found = []
    for case in dated:
        before = [one for one in dated if (one.year or 0) < (case.year or 0)]
        own = [one.kept for one in before if one.obligor == case.obligor]
        said = estimate(own)
        pooled = float(sum((one.kept for one in before), Fraction(0)) / len(before)) if before else None
        found.append(Told(case, len(own), float(said.mean), float(said.low), float(said.high), pooled))
    return tuple(found)


def _predicted(known: Known, resamples: int) -> Table:
    told = [one for one in predictions(known.cases) if one.trials]
    both = [one for one in told if one.pooled is not None]
    rows: list[tuple[Cell, ...]] = []
    for title, value in (
        ("credibility of the obligor", lambda one: one.mean),
        ("the mean of all earlier commitments, whoever's", lambda one: one.pooled),
        ("one half for every one", lambda _: 0.5),
        ("the mean of these commitments themselves, known only afterwards", _afterwards(both)),
    ):

        def statistic(some: Sequence[Told], of: Callable[[Told], Any] = value) -> float | None:
            return brier([(of(one), _kept(one.case)) for one in some])

        rows.append(
            (title, len(both), _three(statistic(both)), _ends(interval(both, statistic, resamples=resamples), places=3))
        )
    dated = sum(case.year is not None for case in known.cases)
    return Table(
        "Brier score of what was to be expected of later commitments (smaller is better)",
        ("predicted by", "n", "Brier score", "90 % interval"),
        tuple(rows),
        (
            "Learnt from commitments made in earlier calendar years alone.",
            f"Of {len(known.cases)} decided ones {dated} have a year, and {len(told)} an obligor with an earlier one.",
            "When each was decided the set does not say: an outcome may be learnt from before it was known.",
        ),
    )


def _afterwards(told: Sequence[Told]) -> Callable[[Told], float]:
    mean = statistics.mean(_kept(one.case) for one in told) if told else 0.5
    return lambda _: mean


def _calibrated(known: Known, resamples: int) -> Table:
    told = predictions(known.cases)
    groups: dict[tuple[str, int], list[Told]] = {}
    for one in told:
        groups.setdefault((one.case.obligor, one.trials), []).append(one)
    rows: list[tuple[Cell, ...]] = []
    for (obligor, trials), some in sorted(groups.items()):
        if len(some) < 5:
            continue
        kept = [_kept(one.case) for one in some]
        came = statistics.mean(kept)
        first = some[0]
        within = "yes" if first.low <= came <= first.high else "no"
        rows.append((f"{obligor}, from {trials} earlier", f"{first.mean:.2f} ({first.low:.2f} to {first.high:.2f})",
                     len(some), f"{came:.2f}", _ends(interval(kept, _mean, resamples=resamples)), within))  # fmt: skip
    return Table(
        "Calibration: what was to be expected, and what came",
        ("obligor", "expected (90 % interval)", "n", "came, mean", "90 % interval", "mean within"),
        tuple(rows),
        ("Groups of five commitments or more. From none earlier, what is expected is the prior.",),
    )


# --- how stable bands are ---------------------------------------------------------------------------------------------


def _stability(known: Known) -> Table:
    shares: dict[str, list[float]] = {}
    for case in known.cases:
        found = robustness(case.low, case.high)
        share = found.holds / found.runs
        shares.setdefault(band(gated(case.low)), []).append(share)
        shares.setdefault("all", []).append(share)
    rows: list[tuple[Cell, ...]] = []
    for name in (*(name for _, name in BANDS), "all"):
        here = sorted(shares.get(name, []))
        if here:
            quarters = statistics.quantiles(here, n=4) if len(here) > 1 else [here[0]] * 3
            rows.append((name, len(here), *(f"{100 * one:.1f} %" for one in quarters),
                         f"{100 * sum(one == 1 for one in here) / len(here):.1f} %"))  # fmt: skip
    return Table(
        "Stability: in what share of the robustness runs (E8) a band holds",
        ("band, at the low end", "n", "lower quartile", "median", "upper quartile", "hold in every run"),
        tuple(rows),
        ("Of an interval both ends have to keep their bands.",),
    )


# --- writing ----------------------------------------------------------------------------------------------------------


def _mean(values: Sequence[float]) -> float | None:
    return statistics.mean(values) if values else None


def _two(value: float | None) -> Cell:
    return f"{value:.2f}" if value is not None else None


def _three(value: float | None) -> Cell:
    return f"{value:.3f}" if value is not None else None


def _ends(ends: tuple[float, float] | None, *, places: int = 2) -> Cell:
    return f"{ends[0]:.{places}f} to {ends[1]:.{places}f}" if ends is not None else "–"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read a set, print its tables, and write them where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path, help="the CSV file")
    parser.add_argument("--map", type=Path, default=SETS / "nz-promises.toml", help="its mapping; else the open set's")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/validity.md")
    parser.add_argument("--json", action="store_const", const="json", default="text", dest="form", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="a tenth of the resamples, for a look")
    parser.add_argument("--levels", action="store_true", help="print the levels of every commitment as CSV")
    given = parser.parse_args(arguments)
    try:
        mapping = tomllib.loads(given.map.read_text(encoding="utf-8"))
        known = read_set(given.set.read_bytes(), mapping)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, SetError) as error:
        parser.error(str(error))
    if given.levels:
        _print_levels(known)
        return
    made = list(tables(known, resamples=RESAMPLES // 10 if given.quick else RESAMPLES))
    if given.write:
        from scripts.bench.figure import _markdown  # noqa: PLC0415, the tables of one house look alike

        text = replaced(PAGE.read_text(encoding="utf-8"), mapping["name"], "\n".join(map(_markdown, made)).strip())
        PAGE.write_text(text, encoding="utf-8")
    options = Options(is_quick=False, directory=Path.cwd(), form=given.form)
    for table in made:
        options.show(table)
    if given.form == "json":
        print(json.dumps({"set": mapping["name"], "tables": [table.plain() for table in made]}, indent=2))


def _print_levels(known: Known) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("id", *DIMENSIONS, "low", "high", "kept"))
    for case in known.cases:
        ends = ((case.low[one], case.high[one]) for one in DIMENSIONS)
        both = (str(low) if low == high else f"{low}-{high}" for low, high in ends)
        writer.writerow((case.name, *both, gated(case.low) / 10, gated(case.high) / 10, case.kept))


if __name__ == "__main__":
    main()
