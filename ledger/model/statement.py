"""The closed union of everything that can be said, read strictly from canonical bytes (design §2.2).

A statement is what a JWS signs: its body, its subject, the ledger it is for (``genesis``) and the checkpoint its
author had seen
(``anchor``). Nothing here checks signatures or looks anything up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from ledger.errors import MalformedError
from ledger.model.action import Action
from ledger.model.amendment import Amendment
from ledger.model.attestation import Attestation
from ledger.model.audit import Audit
from ledger.model.baseline import Baseline
from ledger.model.charter import Charter, Origin, Role
from ledger.model.commitment import Commitment
from ledger.model.determination import Determination
from ledger.model.erasure import Erasure
from ledger.model.evidence import Evidence, SeriesKey
from ledger.model.index import Index
from ledger.model.instrument import Instrument
from ledger.model.key import Key
from ledger.model.party import Party
from ledger.model.position import Position
from ledger.model.retraction import Retraction
from ledger.model.value import (
    DAY,
    INSTANT,
    LANGUAGE,
    QUANTITY,
    SHARE,
    SLUG,
    Digest,
    Instant,
    Slug,
    Thumbprint,
    Value,
)

Subject = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_*:/.-]+$", max_length=200)]
"""What a statement is about: a slug, a series key, an origin, or a key's thumbprint, as its kind says."""


class Anchor(Value):
    """A checkpoint that the author had seen: the statement was not made before it."""

    root: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    size: Annotated[int, Field(ge=1, le=2**53 - 1)]


class _Statement(Value):
    anchor: Anchor | None
    corrects: Digest | None
    genesis: Digest | None
    issued: Instant


class CharterStatement(_Statement):
    """Entry 0."""

    schema_: Literal["charter.v1"] = Field(alias="schema")
    subject: Origin
    body: Charter


class KeyStatement(_Statement):
    """A key's roles, by the operator."""

    schema_: Literal["key.v1"] = Field(alias="schema")
    subject: Thumbprint
    body: Key


class PartyStatement(_Statement):
    """Who somebody is."""

    schema_: Literal["party.v1"] = Field(alias="schema")
    subject: Slug
    body: Party


class InstrumentStatement(_Statement):
    """What document gives force."""

    schema_: Literal["instrument.v1"] = Field(alias="schema")
    subject: Slug
    body: Instrument


class CommitmentStatement(_Statement):
    """What is owed."""

    schema_: Literal["commitment.v1"] = Field(alias="schema")
    subject: Slug
    body: Commitment

    @model_validator(mode="after")
    def _rests_on_others(self) -> Self:
        if any(link.commitment == self.subject for link in self.body.links):
            message = f"{self.subject} links to itself; name another commitment, or remove the link (R16)"
            raise ValueError(message)
        if any(lever.subject == self.subject for lever in self.body.levers):
            message = f"{self.subject} is named as its own lever; name what stands behind it, or remove the lever (F4)"
            raise ValueError(message)
        return self


class BaselineStatement(_Statement):
    """What an increment is counted from."""

    schema_: Literal["baseline.v1"] = Field(alias="schema")
    subject: Slug
    body: Baseline


class PositionStatement(_Statement):
    """What a party says of it."""

    schema_: Literal["position.v1"] = Field(alias="schema")
    subject: Slug
    body: Position


class EvidenceStatement(_Statement):
    """What was observed."""

    schema_: Literal["evidence.v1"] = Field(alias="schema")
    subject: SeriesKey
    body: Evidence


class AttestationStatement(_Statement):
    """What an assessor saw."""

    schema_: Literal["attestation.v1"] = Field(alias="schema")
    subject: Slug
    body: Attestation


class RetractionStatement(_Statement):
    """What is taken back."""

    schema_: Literal["retraction.v1"] = Field(alias="schema")
    subject: Subject
    body: Retraction


class AmendmentStatement(_Statement):
    """What changed in the world."""

    schema_: Literal["amendment.v1"] = Field(alias="schema")
    subject: Slug
    body: Amendment


class DeterminationStatement(_Statement):
    """What an auditor concluded."""

    schema_: Literal["determination.v1"] = Field(alias="schema")
    subject: Slug
    body: Determination


class ActionStatement(_Statement):
    """What was done about it."""

    schema_: Literal["action.v1"] = Field(alias="schema")
    subject: Slug
    body: Action


class AuditStatement(_Statement):
    """A published report."""

    schema_: Literal["audit.v1"] = Field(alias="schema")
    subject: Slug
    body: Audit


class ErasureStatement(_Statement):
    """What was lawfully removed."""

    schema_: Literal["erasure.v1"] = Field(alias="schema")
    subject: Subject
    body: Erasure


class IndexStatement(_Statement):
    """The root of the completeness index."""

    schema_: Literal["index.v1"] = Field(alias="schema")
    subject: Origin
    body: Index


Statement = Annotated[
    CharterStatement
    | KeyStatement
    | PartyStatement
    | InstrumentStatement
    | CommitmentStatement
    | BaselineStatement
    | PositionStatement
    | EvidenceStatement
    | AttestationStatement
    | RetractionStatement
    | AmendmentStatement
    | DeterminationStatement
    | ActionStatement
    | AuditStatement
    | ErasureStatement
    | IndexStatement,
    Field(discriminator="schema_"),
]
"""Everything that can be said."""

Body = (
    Charter
    | Key
    | Party
    | Instrument
    | Commitment
    | Baseline
    | Position
    | Evidence
    | Attestation
    | Retraction
    | Amendment
    | Determination
    | Action
    | Audit
    | Erasure
    | Index
)

Kind = Literal[
    "charter",
    "key",
    "party",
    "instrument",
    "commitment",
    "baseline",
    "position",
    "evidence",
    "attestation",
    "retraction",
    "amendment",
    "determination",
    "action",
    "audit",
    "erasure",
    "index",
]


class Rule(NamedTuple):
    """One row of the table of statement kinds (design §2.2): its model, its body, and the role that may sign it.

    ``role`` null: as the statement that it retracts or erases says.
    """

    statement: type[Value]
    body: type[Value]
    role: Role | None


KINDS: dict[Kind, Rule] = {
    "charter": Rule(CharterStatement, Charter, "operator"),
    "key": Rule(KeyStatement, Key, "operator"),
    "party": Rule(PartyStatement, Party, "recorder"),
    "instrument": Rule(InstrumentStatement, Instrument, "recorder"),
    "commitment": Rule(CommitmentStatement, Commitment, "recorder"),
    "baseline": Rule(BaselineStatement, Baseline, "recorder"),
    "position": Rule(PositionStatement, Position, "recorder"),
    "evidence": Rule(EvidenceStatement, Evidence, "submitter"),
    "attestation": Rule(AttestationStatement, Attestation, "assessor"),
    "retraction": Rule(RetractionStatement, Retraction, None),
    "amendment": Rule(AmendmentStatement, Amendment, "recorder"),
    "determination": Rule(DeterminationStatement, Determination, "auditor"),
    "action": Rule(ActionStatement, Action, "enforcer"),
    "audit": Rule(AuditStatement, Audit, "auditor"),
    "erasure": Rule(ErasureStatement, Erasure, "operator"),
    "index": Rule(IndexStatement, Index, "operator"),
}
"""Every kind of statement, with who signs it."""

_KIND_OF: dict[str, Kind] = {f"{kind}.v1": kind for kind in KINDS}

_ADAPTER: TypeAdapter[Statement] = TypeAdapter(Statement)
_VALIDATOR = _ADAPTER.validator


def parse_statement(payload: bytes, *, what: str = "statement") -> Statement:
    """Return the statement that the bytes say.

    The bytes have already passed the strict reader; this reads their meaning.

    Raises:
        MalformedError: a member is missing, unknown, or not what it should be; the sentence names the place.
    """
    try:
        # The compiled validator itself: the adapter's own method takes a twentieth as long again.
        statement: Statement = _VALIDATOR.validate_json(payload)
    except ValidationError as error:
        raise explain(error, what=what) from error
    return statement


def parse_draft(text: bytes, *, what: str) -> Statement:
    """Return the statement of a draft given as JSON bytes, where a whole number may stand for a quantity.

    Raises:
        MalformedError: as ``parse_statement``.
    """
    try:
        return _ADAPTER.validate_json(text, context={"draft": True})
    except ValidationError as error:
        raise explain(error, what=what) from error


def kind_of(statement: Statement) -> Kind:
    """Return the statement's kind: its schema's name without the version."""
    return _KIND_OF[statement.schema_]


def plain(value: Value) -> dict[str, object]:
    """Return a value as plain JSON data, every member present, names as in the schema."""
    return value.model_dump(mode="json", by_alias=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a statement something is wrong, and what."""

    path: str
    reason: str


def explain(error: ValidationError, *, what: str) -> MalformedError:
    """Return our error for pydantic's: one sentence with the first place, the others named, every place as a fact."""
    items = [dict(item) for item in error.errors(include_url=False, include_context=True)]
    # A value of several forms is tried in each: the branch that was meant says more than "should be a string".
    items.sort(key=_vagueness)
    # That a list is empty is an echo of what was wrong with its items, wherever anything else was found.
    places = tuple(_place(item) for item in items if _vagueness(item) < _ECHO) or tuple(map(_place, items))
    first, *others = places
    more = f" (also to be mended: {_listed(others)})" if others else ""
    return MalformedError(
        f"{what}: {first.path or 'the whole'} {first.reason}{more}.",
        what=what,
        places=[{"path": place.path, "reason": place.reason} for place in places],
    )


NAMED = 8
"""How many further places are named in the sentence; all of them are facts of the error."""

_ECHO = 2
"""The vagueness of what only repeats that something else is wrong."""

_FORMS: dict[str, str] = {
    SLUG: "small letters and digits, joined by hyphens or dots, such as party-a",
    QUANTITY: "a plain number as text, such as 12.5: at most 18 digits, a point and 9 more, no zeros at its ends",
    DAY: "a day, YYYY-MM-DD",
    INSTANT: "a moment in UTC, YYYY-MM-DDTHH:MM:SSZ",
    LANGUAGE: "a language tag, such as en or zh-Hant",
    SHARE: "a share between 0 and 1, such as 0.25",
}
"""What is expected, in words, by the pattern that says so."""


def _listed(places: Sequence[Place]) -> str:
    """Return the paths of several places, each once, the first few by name."""
    paths = list(dict.fromkeys(place.path or "the whole" for place in places))
    unnamed = len(paths) - NAMED
    return ", ".join(paths[:NAMED]) + (f" and {unnamed} more" if unnamed > 0 else "")


def _vagueness(item: dict[str, object]) -> int:
    """Return how little an error says.

    2 for a list emptied by other errors, 1 for a form that was not meant, else 0.
    """
    kind = str(item["type"])
    if kind == "too_short" and item.get("input"):
        return 2
    return 1 if kind in {"string_type", "int_type", "none_required", "literal_error", "model_type"} else 0


def _place(item: dict[str, object]) -> Place:
    tags = {f"{kind}.v1" for kind in KINDS} | {"quantity", "trend", "action", "restraint", "conditional"}
    path = ""
    for part in item["loc"]:  # type: ignore[attr-defined]  # pydantic gives a tuple of names and positions
        if isinstance(part, int):
            path += f"[{part}]"
        elif part not in tags and part.isidentifier() and part[0].islower() and part != "nullable":
            path += f".{part}" if path else part
    reason = str(item["msg"]).removeprefix("Value error, ")
    match item["type"]:
        case "extra_forbidden":
            reason = "is not a member that belongs here; check the spelling or remove it"
        case "missing":
            reason = "is missing; add it"
        case "string_pattern_mismatch":
            form = _FORMS.get(str(item.get("ctx", {}).get("pattern")), "it in the form that its schema gives")  # type: ignore[attr-defined]
            reason = f"is {_short(item.get('input'))}; write {form}"
        case "union_tag_invalid" | "union_tag_not_found":
            reason = "is of a kind that does not exist; choose one of the kinds in the schema"
        case "float_type" | "int_type" | "string_type":
            reason = (
                f"is {_short(item.get('input'))}; {reason[0].lower()}{reason[1:]} (numbers are text in quotation marks)"
            )
        case _:
            reason = reason[0].lower() + reason[1:] if reason[:1].isupper() and reason[1:2].islower() else reason
    return Place(path, reason)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
