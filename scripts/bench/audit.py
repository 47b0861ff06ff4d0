"""Audits of 1, 10, 100 and 1,000 commitments: time, memory and size in each format, and what it takes to verify them.

The pledges are made up: each to buy so much of one heading within a year, and figures by two sources, the exporter's
customs and the importer's, month by month over two years. Every command runs in a process of its own, as
a person would run it; memory is the most that it had resident. An audit of many commitments is asked for by its
instrument; one of more than 30 or so is printed in short. What stands at ``.csv`` is all tables, in a directory. The
last tables say how long a stranger takes to verify bundles and PDFs: of bundles the reports are left out, as rendering
a report again takes what rendering it took. At rest all of it takes some eight minutes.
"""

import io
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from ledger.audit.archive import Part
from ledger.audit.bundle import AUDIT, MANIFEST, MANIFEST_LIMIT, REPORT, format_bundle, open_bundle, parse_manifest
from ledger.ingest.document import read_drafts
from ledger.runtime import Ledger, init
from ledger.signing.key import Algorithm, PrivateKey
from scripts.bench.demo import Ran, ran
from scripts.bench.figure import Options, Table, options

AS_OF: Final = "2026-01-15"
NOW: Final = "2026-01-01T00:00:00Z"
INSTRUMENT: Final = "agreement"
ENDINGS: Final = (".json", ".html", ".xlsx", ".csv", ".zip", ".pdf")
SIZES: Final = (1, 10, 100, 1000)

_BATCH: Final = 200

_SOURCE: Final = "{title: Agreement, publisher: Office, role: joint, via: {copy_read: page, how: excerpt}}"
_PARTIES: Final = """
kind: party
subject: aa
body: {kind: state, names: {en: A}}
---
kind: party
subject: bb
body: {kind: state, names: {en: B}}
"""
_INSTRUMENT: Final = f"""
kind: instrument
subject: {INSTRUMENT}
body:
  title: Agreement
  form: executive_agreement
  issuers: [aa, bb]
  binding: "yes"
  announced: 2023-12-01
  signed: 2023-12-01
  in_force: 2024-01-01
  exit: none
  forum: none
  remedy: none
  escapes: none
  source: {_SOURCE}
"""
_COMMITMENT: Final = """
kind: commitment
subject: {subject}
body:
  title: Buy heading {code}
  instrument: {instrument}
  date: 2023-12-01
  obligors: [aa]
  obligees: [bb]
  quotes: [{{text: A shall buy {target} tonnes of heading {code} in 2025, language: en}}]
  verb: null
  terms:
    - kind: quantity
      id: amount
      title: Heading {code} in 2025
      actor: aa
      unit: t
      bound: at_least
      target: {target}
      named:
        - {{type: export, reporter: bb, partner: aa, source: exporter}}
        - {{type: import, reporter: aa, partner: bb, source: importer}}
      period: {{start: 2025-01-01, end: 2025-12-31}}
      scope: {{title: heading {code}, classification: HS, codes: ["{code}"]}}
      shown:
        actor: {{quote: 0, words: A}}
        action: {{quote: 0, words: shall buy}}
        quantity: {{quote: 0, words: "{target} tonnes"}}
        timing: {{quote: 0, words: in 2025}}
        scope: {{quote: 0, words: heading {code}}}
  source: {source}
"""

_MAPPING: Final = """
name = "{channel}"
title = "{title}"
publisher = "{title}"
authority = "{channel}"
channel = "{channel}"
standing = "official"
authority_of = "{reporter}"
licence = "Made up, to be copied freely."
redistribute = true
header = ["month", "code", "tonnes"]
period = {{column = "month", form = "month"}}

[[series]]
measure = "{measure}"
reporter = "{reporter}"
partner = "{partner}"
classification = "HS"
code = {{column = "code"}}
unit = "t"
value = "tonnes"
"""
_SOURCES: Final = (
    {"channel": "exporter", "title": "Customs of B", "measure": "export", "reporter": "bb", "partner": "aa"},
    {"channel": "importer", "title": "Customs of A", "measure": "import", "reporter": "aa", "partner": "bb"},
)


def _code(number: int) -> str:
    """Return the heading of a pledge: six digits, none of which stands below another."""
    return f"{100_000 + number}"


def _drafts(count: int) -> Iterator[str]:
    """Yield what is recorded, some of it at a time."""
    yield f"{_PARTIES}\n---\n{_INSTRUMENT}"
    pledges = [
        _COMMITMENT.format(
            subject=f"pledge-{number:04d}", code=_code(number), target=400 + number % 900, instrument=INSTRUMENT,
            source=_SOURCE,
        )
        for number in range(count)
    ]  # fmt: skip
    for start in range(0, count, _BATCH):
        yield "\n---\n".join(pledges[start : start + _BATCH])


def _figures(count: int, *, less: int) -> bytes:
    """Return two years of figures of every pledge; the other source has a little less."""
    rows = ["month,code,tonnes"]
    for number in range(count):
        for year in (2024, 2025):
            for month in range(1, 13):
                tonnes = 20 + (number * 7 + month * 3) % 50 + (year - 2024) * (number % 100) - less
                rows.append(f"{year}-{month:02d},{_code(number)},{tonnes}")
    return "\n".join([*rows, ""]).encode()


def make(directory: Path, count: int) -> Ledger:
    """Return a new ledger of so many pledges, with figures for all of them."""
    seeds = iter(range(1, 100))

    def key(algorithm: Algorithm) -> PrivateKey:
        return PrivateKey.from_seed(algorithm, bytes([next(seeds)]) * 32)

    opened = init(directory, origin="ledger.example/audit", at=lambda: NOW, make_key=key)
    for text in _drafts(count):
        opened.record(read_drafts(text.encode(), name="pledges.yaml"))
    for less, source in enumerate(_SOURCES):
        raw, mapping = _figures(count, less=less), _MAPPING.format(**source).encode()
        name = source["channel"]
        opened.submit(io.BytesIO(raw), name=f"{name}.csv", mapping=mapping, mapping_name=f"{name}.toml")
    return opened


def audited(into: Path, ending: str) -> Ran:
    """Return what the audit of everything that the instrument gives force to took, into a file of this ending."""
    given: list[str | Path] = ["audit", "--instrument", INSTRUMENT, "--ledger", into / "ledger", "--as-of", AS_OF]
    target = into / f"audit{ending}"
    if ending == ".csv":
        # The tables come beside another file; the smallest is that which says which audit it is.
        return ran([*given, "-o", into / "about.csv", "--table", "audit", "--csv", target], into=into)
    return ran([*given, "-o", target], into=into)


def size_of(target: Path) -> float:
    """Return the size of a file, or of all files in a directory, in MB."""
    files = target.iterdir() if target.is_dir() else (target,)
    return sum(one.stat().st_size for one in files) / 1e6


def without_report(bundle: Path, target: Path) -> int:
    """Write a bundle without its report, and return the size of its ``audit.json``."""
    with bundle.open("rb") as file, target.open("wb") as sink:
        archive = open_bundle(file)
        software = parse_manifest(archive.read(MANIFEST, limit=MANIFEST_LIMIT)).software
        kept = [one.name for one in archive.members if one.name not in {MANIFEST, REPORT}]
        format_bundle([Part(name, partial(archive.open, name)) for name in kept], sink, software=software)
        audit = archive.find(AUDIT)
    return audit.size if audit is not None else 0


def measure(given: Options) -> None:
    """Measure and print."""
    sizes = SIZES[:-1] if given.is_quick else SIZES
    audits: list[tuple[str | float | None, ...]] = []
    verified: list[tuple[str | float | None, ...]] = []
    printed: list[tuple[str | float | None, ...]] = []
    for count in sizes:
        with tempfile.TemporaryDirectory(dir=given.directory) as name:
            into = Path(name)
            make(into / "ledger", count).close()
            for ending in ENDINGS:
                one = audited(into, ending)
                audits.append((count, ending, one.seconds, one.memory, size_of(into / f"audit{ending}")))
            bare = into / "bare.zip"
            result = without_report(into / "audit.zip", bare)
            one = ran(["verify", bare], into=into)
            sizes_of = (bare.stat().st_size / 1e6, result / 1e6)
            verified.append((count, *sizes_of, one.seconds, one.memory))
            one = ran(["verify", into / "audit.pdf"], into=into)
            printed.append((count, size_of(into / "audit.pdf"), one.seconds, one.memory))
    columns = ("commitments", "format", "s", "peak memory, MB", "size, MB")
    given.show(Table("An audit, by format", columns, tuple(audits)))
    columns = ("commitments", "bundle, MB", "of it audit.json, MB", "s to verify", "peak memory, MB")
    given.show(Table("Bundles without their reports, verified", columns, tuple(verified)))
    given.show(
        Table(
            "PDFs, verified with the bundle inside and all that is printed",
            ("commitments", "PDF, MB", "s to verify", "peak memory, MB"),
            tuple(printed),
        )
    )
    given.finish()


def main() -> None:
    """Measure and print."""
    measure(options(__doc__))


if __name__ == "__main__":
    main()
