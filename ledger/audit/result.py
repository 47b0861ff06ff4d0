"""The whole result of an audit: what ``audit.json`` holds, canonical, and what every rendering prints (method §6).

Nothing in it depends on the software beyond the method's version: no wording of reports, no software version, no
clock. The same ledger at the same view by the same method gives the same bytes on every machine.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field, field_serializer

from ledger.assessment.result import Cite, CommitmentResult, Erased, Grade, TotalResult
from ledger.audit.follow_up import Earlier
from ledger.audit.opinion import Opinion
from ledger.audit.scope import Scope
from ledger.model.determination import MethodVersion, Outcome, View
from ledger.model.instrument import Form
from ledger.model.value import Quote, Source, Value


class PartyLine(Value):
    """A party named in the audit, by language."""

    slug: str
    kind: str
    names: dict[str, str]
    cite: Cite | None


class InstrumentLine(Value):
    """An instrument that the audited commitments rest on, with what its text says and leaves unknown."""

    slug: str
    title: str
    form: Form
    issuers: tuple[str, ...]
    announced: str
    in_force: str | None
    expires: str | None
    unknown: tuple[str, ...]
    source: Source
    cite: Cite


class CommitmentWords(Value):
    """The words of one commitment to the letter, its source, and the fields it leaves unknown."""

    subject: str
    quotes: tuple[Quote, ...]
    source: Source
    note: str | None
    unknown: tuple[str, ...]
    cite: Cite


class EvidenceLine(Value):
    """One evidence statement used or looked at: its provenance, vintage, digests, and the copy actually read."""

    subject: str
    title: str
    publisher: str
    authority: str
    channel: str
    standing: str
    published: str
    imputed: str | None
    covers: tuple[str, str]
    observations: str
    count: int
    raw: str
    rejected: int
    redistribute: bool
    source: Source
    used: bool
    cite: Cite


class Finding(Value):
    """One term's finding.

    What was owed (criteria), what was seen (condition), why where evidenced (cause), what follows (effect).
    """

    commitment: str
    term: str
    outcome: Outcome
    grade: Grade | None
    criteria: str
    condition: str
    cause: str | None
    effect: str
    cites: tuple[Cite, ...]


class Reply(Value):
    """What a party said of a finding or a pledge, verbatim, beside what it answers (R11, R12)."""

    commitment: str
    terms: tuple[str, ...]
    party: str
    about: Literal["pledge", "finding"]
    stance: str
    date: str
    quote: Quote | None
    note: str | None
    source: Source
    cite: Cite


class Change(Value):
    """One line of the change log: an amendment, correction, retraction, or a revised vintage."""

    date: str
    kind: Literal["amendment", "correction", "retraction", "revision", "action"]
    subject: str
    says: str
    cite: Cite


class AuditResult(Value):
    """Everything an audit says (``audit.json``).

    Attributes:
        title: follows from the subjects; nobody chooses it.
        level: what kind of audit this is; it never claims an assurance standard.
        subjects: the commitments audited, in the order given.
        words: of the pledges, verbatim, one for each subject.
        findings: one for each term, in the order of subjects and terms.
        emphasis: what must not be overlooked though it changes no outcome, in sentences.
        replies: what parties said, verbatim, in the order of their dates.
        evidence: all that was looked at, used or not, in entry order.
        changes: of the world, of the record, and of published figures, in the order of their dates.
        not_covered: what is left out, in sentences.
        totals: over several commitments, a flow that two of them count being counted once (R16).
        erased: what logged erasures removed of the closure, at whichever view it stood (R1).
        earlier: conclusions of earlier determinations and audits, and what became of them; left out where there are
            none, so that results of before it was there are what they were.
    """

    schema_: Literal["audit-result.v1", "audit-result.v2"] = Field(alias="schema")
    origin: str
    genesis: str
    view: View
    method: MethodVersion
    title: str
    level: Literal["automated, reproducible"]
    subjects: tuple[str, ...]
    opinion: Opinion
    commitments: tuple[CommitmentResult, ...]
    words: tuple[CommitmentWords, ...]
    parties: tuple[PartyLine, ...]
    instruments: tuple[InstrumentLine, ...]
    findings: tuple[Finding, ...]
    emphasis: tuple[str, ...]
    replies: tuple[Reply, ...]
    evidence: tuple[EvidenceLine, ...]
    changes: tuple[Change, ...]
    not_covered: tuple[str, ...]
    totals: tuple[TotalResult, ...] = ()
    erased: tuple[Erased, ...] = ()
    earlier: tuple[Earlier, ...] = Field(default=(), exclude_if=lambda earlier: not earlier)
    scope: Scope = Scope()

    @field_serializer("commitments")
    def _whole(self, results: Sequence[CommitmentResult]) -> tuple[CommitmentResult, ...]:
        """Return the results of commitments to be written, also where they are kept elsewhere and read one by one."""
        return tuple(results)
