"""Coding: from the words of a promise to a draft commitment, by the same few rules for every one, and nothing else.

What a rule cannot see is left out, never guessed: it reads one sentence or a few, and no document. By these rules:

- The actor is shown: the promise is its party's own, which is the speaker quoted.
- The verb is the first word, or the one after the comma where the first words say when. It is hortatory where the list
  below says so (support, encourage, improve …), else committing. A hortatory verb shows neither an action nor pass/fail
  conduct; any other verb shows both.
- A quantity is a number that is no year, no day and no part of an Act's name; "up to", "about" and the like before it
  soften it.
- A deadline or period is "by 2025", "from 1 April 2026", "within 100 days", "over three years", "this term" and the
  like.
- A scope is a proper name after the first word, else the number with its noun.
- A hedge is "where practicable", "subject to", "as far as possible" and the like.
- What the obligor controls, which record would show it, and what the document says of forum, remedy, exit and levers
  come from the mapping of the set, by the kind of the promise and of its document; else they are unknown.

No promise is coded as a quantity measured by figures: a sentence names no series, codes or baseline. Each is one term
of the kind *action*; no measure, baseline, milestone, reading or position of others is coded.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from ledger.assessment.drafted import drafted
from ledger.assessment.enforceability.case import Case
from ledger.assessment.enforceability.written import written
from ledger.assessment.standing import standing
from ledger.model.statement import parse_draft

HORTATORY: Final = (
    "act", "aim", "back", "commit", "consider", "continue", "cooperate", "deepen", "encourage", "enhance", "ensure",
    "explore", "foster", "honour", "improve", "lead", "maintain", "minimise", "oppose", "prioritise", "progress",
    "progressively", "promote", "protect", "recognise", "re-commit", "refocus", "respond", "safeguard", "seek",
    "significantly", "stimulate", "strengthen", "strive", "support", "try", "unlock", "use", "work",
)  # fmt: skip
"""First words of promises that name an effort or a direction, not an act that was or was not done."""

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_COUNT = "one|two|three|four|five|six|seven|eight|nine|ten|twelve|[0-9]+"
TIMING: Final = re.compile(
    r"\b(?:by|before|from|until|in|starting in|no later than|at, or by,)\s+"
    r"(?:the end of\s+|early\s+|mid-?|late\s+|about\s+)?"
    rf"(?:[0-9]{{1,2}}\s+)?(?:(?:{_MONTHS})\s+)?20[0-9]{{2}}(?:/[0-9]{{2}})?\b"
    rf"|\b(?:within|over|in (?:the|its) first)\s+(?:the next\s+)?(?:{_COUNT})\s+(?:days|weeks|months|years)\b"
    r"|\b(?:this|the (?:current|next|first)|during (?:this|the)[^.,;]{0,24})\s+(?:parliamentary )?term\b"
    r"|\b(?:every|each|a|per)\s+(?:year|month|week)\b|\bannually\b|\b20[0-9]{2}-(?:20)?[0-9]{2}\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w.])(?:\$\s?)?[0-9][0-9,]*(?:\.[0-9]+)?\s*(?:%|per ?cent|million|billion|[a-z][a-z-]+)?", re.IGNORECASE
)
_YEAR = re.compile(r"^(?:19|20)[0-9]{2}$")
_SOFT = re.compile(r"\b(?:up to|around|about|roughly|approximately|towards?|nearly|some)\s*$", re.IGNORECASE)
_HEDGE = re.compile(
    r"\b(?:where (?:practicable|possible|appropriate|feasible)|as far as (?:practicable|possible)|subject to|"
    r"if (?:practicable|possible)|when (?:conditions|finances) allow)\b",
    re.IGNORECASE,
)  # fmt: skip
_NAME = re.compile(
    r"(?<=\s)(?:[A-Z\u0100-\u017f][\w'’-]+|[A-Z]{2,})(?:\s+(?:of|and|the|for)?\s*[A-Z\u0100-\u017f][\w'’-]+)*"
)
_LEAD = re.compile(r"(?:from|if|within|after|by|over|in|during)\s", re.IGNORECASE)
"""How a promise begins that says when before it says what."""

_WORD = re.compile(r"[A-Za-z][A-Za-z-]*")
_DAY = "2020-01-01"


def draft_of(words: str, *, obligor: str, made: str, document: Mapping[str, Any], kind: Mapping[str, Any]) -> list[Any]:
    """Return the drafts of a promise: its document, and the commitment with one term.

    Args:
        made: the day of the document.
        document: ``form``, ``binding``, ``forum``, ``remedy``, ``exit``, ``escapes`` and ``levers`` of its documents.
        kind: ``control`` and ``indicators`` of promises of its kind.
    """
    source = {
        "title": "the document", "publisher": obligor, "role": "obligor",
        "via": {"copy_read": "the set's own wording", "how": "paraphrase"},
    }  # fmt: skip
    clauses = {name: document[name] for name in ("forum", "remedy", "exit", "escapes") if name in document}
    instrument = {
        "title": "the document", "form": document["form"], "issuers": [obligor], "binding": document.get("binding"),
        "announced": made, "source": source, **clauses,
    }  # fmt: skip
    commitment = {
        "title": words[:200].strip(), "instrument": "document", "date": made, "obligors": [obligor], "obligees": [],
        "quotes": [{"text": words, "language": "en", "speaker": obligor}], "verb": verb_of(words),
        "hedges": [{"words": found[0], "shown": _shown(found[0])} for found in [_HEDGE.search(words)] if found],
        "performance": {"by": obligor, "control": kind["control"]} if "control" in kind else None,
        "indicators": kind.get("indicators"), "levers": document.get("levers", []),
        "terms": [term_of(words, actor=obligor)], "source": source,
    }  # fmt: skip
    return [_statement("instrument", "document", instrument), _statement("commitment", "promise", commitment)]


def verb_of(words: str) -> dict[str, Any] | None:
    """Return the operative verb of a promise: the word it begins with, hortatory where the list says so."""
    start = words.find(",") + 1 if _LEAD.match(words) else 0
    found = _WORD.search(words, start)
    if found is None:
        return None
    strength = "hortatory" if found[0].casefold() in HORTATORY else "committing"
    return {"words": found[0], "strength": strength, "shown": _shown(found[0])}


def term_of(words: str, *, actor: str) -> dict[str, Any]:
    """Return the one term of a promise, with what its words show of six elements (E1)."""
    verb, number, timing = verb_of(words), quantity_of(words), TIMING.search(words)
    when = [found.span() for found in TIMING.finditer(words)]
    names = (one for one in _NAME.finditer(words) if not any(start <= one.start() < end for start, end in when))
    name = next((one[0] for one in names), None)
    shown: dict[str, Any] = {}
    if verb is not None and verb["strength"] != "hortatory":
        shown["action"] = _shown(verb["words"])
    if number is not None:
        shown["quantity"] = _shown(number[0])
    if timing is not None:
        shown["timing"] = _shown(timing[0])
    scope = name or (number[0] if number is not None else None)
    if scope is not None:
        shown["scope"] = _shown(scope)
    soft = number is not None and _SOFT.search(words[: number.start()]) is not None
    marks = [{"mark": "qualified", "element": "quantity", "shown": _shown(number[0])}] if number and soft else []
    return {
        "kind": "action", "id": "promise", "title": "the promise", "actor": actor, "act": words,
        "scope": {"title": scope, "classification": "words", "codes": ["promise"]} if scope is not None else None,
        "deadline": "2099-12-31" if timing is not None else None, "shown": shown, "marks": marks,
    }  # fmt: skip


def quantity_of(words: str) -> re.Match[str] | None:
    """Return the first number of a promise that is no year, no day of a date, and no part of a name."""
    taken = [found.span() for found in TIMING.finditer(words)]
    for found in _NUMBER.finditer(words):
        digits = re.sub(r"[^0-9]", "", found[0].split()[0])
        inside = any(start <= found.start() < end for start, end in taken)
        in_name = re.search(r"(?:Act|Bill|Article|Section)\s*$", words[: found.start()]) is not None
        if not (inside or in_name or _YEAR.match(digits)):
            return found
    return None


@lru_cache(maxsize=4096)
def _levels(drafts: str) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    statements = [parse_draft(json.dumps(one).encode(), what="a draft") for one in json.loads(drafts)]
    known = drafted(statements, as_of="2099-12-31")
    found = written(Case(known, "promise", standing(known, "promise"), {})).levels
    return tuple((one, found[one].low) for one in found), tuple((one, found[one].high) for one in found)


def levels_of(drafts: list[Any]) -> tuple[dict[Any, int], dict[Any, int]]:
    """Return the seven levels of drafts as written, low and high (E2, E6)."""
    low, high = _levels(json.dumps(drafts))
    return dict(low), dict(high)


def _shown(words: str) -> dict[str, Any]:
    return {"quote": 0, "words": words.strip()}


def _statement(kind: str, subject: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "anchor": None, "body": body, "corrects": None, "genesis": None, "issued": f"{_DAY}T00:00:00Z",
        "schema": f"{kind}.v1", "subject": subject,
    }  # fmt: skip
