"""A draft out of the fields of a form, for whoever knows no YAML, written as ``pledger record`` reads it.

What is left empty is left out, never guessed, so that the reader says what is missing and the lint what it costs. The
text is the draft: it can be written on by hand, with all that the form has no field for. Nothing here is kept or
judged. Source: design §2.2, §3 (Pages).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

import yaml

from ledger.model.instrument import WORDS_ONLY, Form
from ledger.model.value import Measure, PartyRole

Choices = tuple[tuple[str, str], ...]

LONGEST: Final = 20_000
"""Characters of a field, at most."""

_PLACE: Final = "words of the quotation, or a place such as paragraph 1"
_BINDING: Final[Choices] = (("silent", "read, and it does not say"), ("yes", "yes"), ("no", "expressly no"))
_DIRECTIONS: Final = ("increase", "decrease", "no_less")
_GOALS: Final[Choices] = (
    ("at_least", "at least the amount below"), ("at_most", "at most the amount below"),
    ("exactly", "exactly the amount below"), ("increase", "more, without a number"),
    ("decrease", "less, without a number"), ("no_less", "no less than before, without a number"),
)  # fmt: skip
_STRENGTHS: Final[Choices] = (
    ("committing", "commits: will, agrees to"), ("shall", "obliges: shall"), ("hortatory", "urges: should, strives to"),
)  # fmt: skip
_ROLES: Final[dict[str, str]] = {
    "obligor": "who promises", "obligee": "whom it is promised to", "joint": "both together",
    "third_party": "somebody else, such as the press", "leak": "a leak",
}  # fmt: skip
_COPIES: Final[Choices] = (
    ("excerpt", "copied in part"), ("byte_copy", "the file itself"), ("transcription", "written down from it"),
    ("paraphrase", "in other words"),
)  # fmt: skip


def _named(words: Sequence[str]) -> Choices:
    return tuple((one, one.replace("_", " ")) for one in words)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form.

    Attributes:
        name: under which it is sent.
        label: what is asked.
        hint: how it is to be answered; empty where the label says it.
        form: ``text``, ``words`` (several lines), ``date``, or ``choice``.
        choices: of a choice, each with its words.
        listed: the list of names that it proposes, or nothing.
    """

    name: str
    label: str
    hint: str = ""
    form: str = "text"
    choices: Choices = ()
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, under one heading."""

    title: str
    fields: tuple[Field, ...]


_SHOWN: Final = {
    "actor": "actor_words", "action": "verb", "quantity": "amount_words", "timing": "timing_words",
    "scope": "goods_words",
}  # fmt: skip
"""By which field each element of a term is shown (E1)."""

GROUPS: Final = (
    Group("Who, to whom, in which words", (
        Field("title", "The pledge in short", "such as: Buy ten tonnes of grain in 2026"),
        Field("obligor", "Who promises", "the short name of a party: small letters, digits, hyphens", listed="parties"),
        Field("obligee", "To whom", "likewise", listed="parties"),
        Field("date", "Promised on", form="date"),
        Field("words", "The words, to the letter", form="words"),
        Field("language", "Their language", "a code: en, zh, es"),
        Field("verb", "The words that bind", "as they stand there: will, shall"),
        Field("actor_words", "What shows who is bound", _PLACE),
        Field("strength", "How they bind", form="choice", choices=_STRENGTHS),
    )),
    Group("How much of what, by when", (
        Field("goal", "What is promised", form="choice", choices=_GOALS),
        Field("target", "Amount", "digits, with a point: 10 or 12.5"),
        Field("unit", "Unit", "a code: t, kg, USD"),
        Field("amount_words", "What shows the amount", _PLACE),
        Field("goods", "Goods, services or acts"),
        Field("classification", "Classification", "such as HS, which names them by codes"),
        Field("codes", "Codes", "with commas between them; each stands for all below it"),
        Field("goods_words", "What shows what is meant", _PLACE),
        Field("start", "Period from", form="date"),
        Field("end", "Period to, that day included", form="date"),
        Field("deadline", "Deadline, if it is another day", form="date"),
        Field("timing_words", "What shows the time", _PLACE),
        Field("measure", "What is counted", form="choice", choices=_named(
            [one for one in get_args(Measure) if one not in {"rate", "table"}]
        )),
        Field("reporter", "By whose statistics", "the party that records it", listed="parties"),
        Field("partner", "Of trade with whom", listed="parties"),
    )),
    Group("The document that gives it force", (
        Field("instrument", "Its short name", "one that the ledger has, or a new one", listed="instruments"),
        Field("document", "Its title, if the ledger does not have it"),
        Field("form", "What it is", form="choice", choices=_named(get_args(Form))),
        Field("binding", "Does it say that it binds?", form="choice", choices=_BINDING),
    )),
    Group("Where it was read", (
        Field("source", "Title of what was read", "the document’s, if left empty"),
        Field("publisher", "Its publisher"),
        Field("role", "Who the publisher is", form="choice", choices=tuple(
            (one, _ROLES[one]) for one in get_args(PartyRole)
        )),
        Field("copy_read", "The copy that was read", "such as: the page of the ministry, or its address"),
        Field("how", "How the words came from it", form="choice", choices=_COPIES),
    )),
)  # fmt: skip
"""The form: its parts in the order in which somebody with the document before them would fill them in."""

FIELDS: Final = tuple(field for group in GROUPS for field in group.fields)


def filled(given: Mapping[str, object]) -> dict[str, str]:
    """Return what the fields of a form hold, blanks taken off, and what is no field of it left out."""
    found = {one.name: given.get(one.name) for one in FIELDS}
    return {name: value.strip()[:LONGEST] for name, value in found.items() if isinstance(value, str) and value.strip()}


def written(given: Mapping[str, str]) -> str:
    """Return the draft that these fields say, as YAML; the document first, where it is described.

    Args:
        given: as ``filled`` gives it.
    """
    parts = [_commitment(given)]
    if "document" in given:
        parts.insert(0, _instrument(given))
    return "---\n".join(
        yaml.safe_dump(part, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110) for part in parts
    )


def _instrument(given: Mapping[str, str]) -> dict[str, Any]:
    form = given.get("form", "")
    body = _known(
        title=given.get("document"), form=form or None, issuers=_issuers(given), announced=given.get("date"),
    )  # fmt: skip
    body["binding"] = given.get("binding")  # null is what it is where nobody says
    if form in WORDS_ONLY:  # what words of the day do not give, they do not have
        body |= dict.fromkeys(("exit", "forum", "remedy", "escapes"), "none")
    body["source"] = _source(given)
    return {"kind": "instrument", "subject": _subject(given, "instrument", "document"), "body": body}


def _issuers(given: Mapping[str, str]) -> list[str] | None:
    named = {"obligor": ("obligor",), "obligee": ("obligee",)}.get(given.get("role", ""), ("obligor", "obligee"))
    return [given[one] for one in named if one in given] or None


def _commitment(given: Mapping[str, str]) -> dict[str, Any]:
    words = given.get("words")
    verb = None
    if "verb" in given:
        verb = _known(words=given["verb"], strength=given.get("strength"), shown=_shown(given, "verb"))
    body = _known(
        title=given.get("title"), date=given.get("date"),
        obligors=[given["obligor"]] if "obligor" in given else None,
        obligees=[given["obligee"]] if "obligee" in given else None,
        quotes=[_known(text=words, language=given.get("language"))] if words else None,
    )  # fmt: skip
    if "instrument" in given or "document" in given:
        body["instrument"] = _subject(given, "instrument", "document")
    body |= {"verb": verb, "terms": [_term(given)], "source": _source(given)}
    return {"kind": "commitment", "subject": _subject(given, "title"), "body": body}


def _term(given: Mapping[str, str]) -> dict[str, Any]:
    goal = given.get("goal")
    is_trend = goal in _DIRECTIONS
    term: dict[str, Any] = {"kind": "trend" if is_trend else "quantity", "id": "first"}
    term |= _known(title=given.get("goods") or given.get("title"))
    term["actor"] = given.get("obligor")
    term |= _known(direction=goal) if is_trend else _known(bound=goal)
    period = _known(start=given.get("start"), end=given.get("end"))
    term |= _known(
        target=None if is_trend else given.get("target"), unit=given.get("unit"),
        measure=_known(
            type=given.get("measure"), reporter=given.get("reporter"), partner=given.get("partner")
        ),
        period=period or None, deadline=given.get("deadline"), scope=_scope(given),
    )  # fmt: skip
    shown = {element: _shown(given, name) for element, name in _SHOWN.items() if name in given}
    return term | ({"shown": shown} if shown else {})


def _scope(given: Mapping[str, str]) -> dict[str, Any] | None:
    codes = [one for one in re.split(r"[\s,;]+", given.get("codes", "")) if one]
    if not codes and "classification" not in given:
        return None
    return _known(
        title=given.get("goods"), classification=given.get("classification"), codes=codes or None
    )  # fmt: skip


def _source(given: Mapping[str, str]) -> dict[str, Any]:
    return _known(
        title=given.get("source") or given.get("document") or given.get("title"), publisher=given.get("publisher"),
        role=given.get("role"), via=_known(copy_read=given.get("copy_read"), how=given.get("how")),
    )  # fmt: skip


def _shown(given: Mapping[str, str], name: str) -> dict[str, Any]:
    """Return where the text shows something: in the words that are quoted, else at a place of the document."""
    said = given[name]
    return {"quote": 0, "words": said} if said in given.get("words", "") else {"locator": said}


def _subject(given: Mapping[str, str], *names: str) -> str:
    """Return a short name out of the first of these fields that is filled in."""
    said = next((given[name] for name in names if name in given), "")
    return "-".join(_parts(said))[:60].strip("-") or "pledge"


def _parts(said: str) -> Iterator[str]:
    yield from re.findall(r"[a-z0-9]+(?:\.[a-z0-9]+)*", said.lower())


def _known(**members: object) -> dict[str, Any]:
    """Return the members that there are."""
    return {name: value for name, value in members.items() if value is not None}
