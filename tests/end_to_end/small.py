"""A ledger on disk with fixed keys and a clock set by hand, and drafts for it."""

from collections.abc import Callable
from pathlib import Path

from ledger.ingest.document import Draft, read_drafts
from ledger.runtime import Ledger, init
from ledger.signing.key import Algorithm, PrivateKey

START = "2026-01-02T03:04:05Z"

PLEDGE = """
kind: party
subject: aa
body: {kind: state, names: {en: A}}
---
kind: party
subject: bb
body: {kind: state, names: {en: B}}
---
kind: instrument
subject: deal
body:
  title: Joint statement
  form: statement
  issuers: [aa, bb]
  binding: silent
  announced: 2020-01-15
  exit: none
  forum: none
  remedy: none
  escapes: none
  source: {title: Statement, publisher: Office, role: joint, via: {copy_read: page, how: excerpt}}
---
kind: commitment
subject: grain
body:
  title: Buy grain
  instrument: deal
  date: 2020-01-15
  obligors: [aa]
  obligees: [bb]
  quotes: [{text: will buy ten tonnes of grain in 2020, language: en}]
  verb: null
  terms:
    - kind: quantity
      id: grain
      title: Grain in 2020
      actor: aa
      unit: t
      bound: at_least
      target: 10
      measure: {type: export, reporter: bb, partner: aa}
      period: {start: 2020-01-01, end: 2020-12-31}
      scope: {title: grain, classification: HS, codes: ["1001"]}
      shown:
        actor: {locator: paragraph 1}
        action: {locator: paragraph 1}
        quantity: {quote: 0, words: ten tonnes}
        timing: {quote: 0, words: in 2020}
        scope: {quote: 0, words: grain}
  source: {title: Statement, publisher: Office, role: joint, via: {copy_read: page, how: excerpt}}
"""

MAPPING = b"""
name = "grain"
title = "Exports of grain"
publisher = "Customs of B"
authority = "customs"
channel = "monthly"
standing = "official"
authority_of = "bb"
licence = "free"
redistribute = true
header = ["month", "tonnes"]

[period]
column = "month"
form = "month"

[[series]]
measure = "export"
reporter = "bb"
partner = "aa"
classification = "HS"
code = "1001"
unit = "t"
value = "tonnes"
"""

FIGURES = b'month,tonnes\n2020-01,5\n2020-02,7\n2020-03,"1,000"\n'


def fixed_keys() -> Callable[[Algorithm], PrivateKey]:
    """Return a maker of keys that gives the same ones, in order, each time."""
    number = iter(range(1, 100))
    return lambda algorithm: PrivateKey.from_seed(algorithm, bytes([next(number)]) * 32)


def small_ledger(directory: Path, *, clock: Callable[[], str] = lambda: START) -> Ledger:
    """Return a new ledger with its charter and its working key."""
    return init(directory, origin="example.org/small", at=clock, make_key=fixed_keys())


def drafts(text: str = PLEDGE) -> tuple[Draft, ...]:
    """Return the drafts of a text."""
    return read_drafts(text.encode(), name="pledge.yaml")


def position(number: int) -> tuple[Draft, ...]:
    """Return the draft of a position of its own."""
    text = f"""
kind: position
subject: grain
issued: {START}
body:
  party: aa
  stance: affirms
  date: 2020-01-16
  note: number {number}
  source: {{title: Statement, publisher: Office, role: joint, via: {{copy_read: page, how: excerpt}}}}
"""
    return drafts(text)
