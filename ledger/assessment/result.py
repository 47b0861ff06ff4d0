"""The result of an assessment: everything that a verdict rests on, as frozen values that print as canonical JSON.

One commitment at one view: the outcome of each term with its readings, sources and ratios; validity and disposition;
the score by dimension, written and practised, with reasons that cite entries. ``audit.json``, ``status`` and ``score``
print these values; nothing is computed after them. Fractions and money are decimal text, shares are fractions of 1,
days are inclusive.
"""

from typing import Literal

from ledger.model.attestation import Dimension
from ledger.model.determination import Band, Disposition, Outcome, Validity
from ledger.model.ratio import Ratio
from ledger.model.value import Measure, Value

Grade = Literal["E0", "E1", "E2", "E3", "E4"]
"""How good the evidence behind a finding is (R18)."""


class Cite(Value):
    """An entry that something rests on, and the field of it, where one field decides."""

    entry: int
    statement: str
    field: str | None = None


class Point(Value):
    """One observation as counted: its days, value in the term's unit, and status."""

    start: str
    end: str
    value: str
    status: str


class Revision(Value):
    """A total by one vintage of one channel: what earlier publications said of the same period (R2)."""

    published: str
    actual: str
    entry: int


class NotAdmissible(Value):
    """Evidence that was looked at and not counted, with the reason (R4)."""

    entry: int
    statement: str
    series: str
    reason: str


class SourceResult(Value):
    """One channel of one source, reckoned by itself (R7, R8).

    Units: amounts in the term's unit; coverages are shares.

    Attributes:
        low: and ``high`` the total without and with observations that straddle the period's edge; equal when none
            does (R10).
        target: the level owed on this channel: for an increment, its own baseline plus the increment.
        votes: whether it decides; ``why_not`` says why it does not.
        reached: the day on which the bound was reached or passed, if it was.
    """

    source: str
    channel: str
    frequency: str
    measure: Measure
    reporter: str
    partner: str
    basis: str
    votes: bool
    why_not: str | None
    outcome: Outcome
    reason: str | None
    low: str | None
    high: str | None
    baseline: str | None
    target: str | None
    shortfall: str | None
    coverage: str
    period_coverage: str
    scope_coverage: str
    coverage_weighed_by: Literal["baseline value", "leaf codes"]
    vintage: str | None
    reached: str | None
    days_late: int | None
    grade: Grade
    flags: tuple[str, ...]
    points: tuple[Point, ...]
    revisions: tuple[Revision, ...]
    ratios: tuple[Ratio, ...]
    cites: tuple[Cite, ...]


class ReadingResult(Value):
    """A term read by one measure: its outcome, and every source and channel looked at."""

    measure: Measure
    reporter: str
    partner: str
    named_source: str | None
    outcome: Outcome
    reason: str | None
    votes: bool
    days_late: int | None
    reached: str | None
    low: str | None
    high: str | None
    causes: tuple[str, ...]
    sources_missing: tuple[str, ...]
    sources: tuple[SourceResult, ...]


class MovedResult(Value):
    """What the outcome would be on terms that one side alone moved (R12)."""

    party: str
    says: str
    outcome: Outcome
    reason: str | None
    days_late: int | None
    cite: Cite


class Direction(Value):
    """The observed direction of a trend: two totals over periods of equal length; never a verdict."""

    source: str
    channel: str
    before: str
    before_period: str
    after: str
    after_period: str
    observed: Literal["increase", "decrease", "unchanged"]
    words: str
    cites: tuple[Cite, ...]


class TriggerResult(Value):
    """The state of a conditional term's trigger, and what followed (F3)."""

    state: Literal["not_yet", "held", "failed", "undeterminable"]
    reason: str
    consequence: Literal["followed", "followed_late", "not_followed", "not_due", "unknown"]
    happened: tuple[str, ...]
    cites: tuple[Cite, ...]


class TermResult(Value):
    """What became of one term, at this view, and everything it rests on (R11).

    Attributes:
        due: the last day on which it can be kept; null where neither period nor deadline is said.
        is_due: whether it counts for the opinion at this view.
        coverage: the best among the voting sources.
        findings: stable codes such as ``F.untriggered``, each with a sentence.
    """

    id: str
    title: str
    kind: Literal["quantity", "trend", "action", "restraint", "conditional"]
    material: bool
    outcome: Outcome
    reason: str | None
    due: str | None
    is_due: bool
    days_late: int | None
    reached: str | None
    grade: Grade | None
    coverage: str | None
    unit: str | None
    bound: str | None
    target: str | None
    target_is: str | None
    scope: str | None
    period: str | None
    sources_missing: tuple[str, ...]
    readings: tuple[ReadingResult, ...]
    ratios: tuple[Ratio, ...]
    not_admissible: tuple[NotAdmissible, ...]
    moved: tuple[MovedResult, ...]
    directions: tuple[Direction, ...]
    trigger: TriggerResult | None
    imputed: tuple[str, ...]
    contested: tuple[Cite, ...]
    findings: tuple[str, ...]
    cites: tuple[Cite, ...]


class Reason(Value):
    """Why a level is what it is: the rule, a sentence, and the entries used (E2)."""

    rule: str
    says: str
    cites: tuple[Cite, ...]


class Level(Value):
    """A level from 0 to 4, or the interval of levels that the unknown leaves open (E6).

    Attributes:
        observed: for a practised level, whether something was observed; else it is as written.
        attested: a level that an assessor attests stands beside, with its reason (E2).
    """

    low: int
    high: int
    observed: bool
    reasons: tuple[Reason, ...]
    attested: tuple[Reason, ...]


class DimensionResult(Value):
    """One dimension, written and practised (E3)."""

    dimension: Dimension
    name: str
    written: Level
    practised: Level


class Gate(Value):
    """A cap that applied, and why (E5)."""

    rule: str
    cap: str
    side: Literal["written", "practised"]
    end: Literal["low", "high", "both"]
    says: str


class Pillars(Value):
    """The three pillars as fractions of 1, low and high (E4)."""

    B: tuple[str, str]
    N: tuple[str, str]
    Q: tuple[str, str]


class Side(Value):
    """A score, written or practised: its two ends, its bands, its pillars (E4–E7).

    Units: points of 100, to one place.
    """

    low: str
    high: str
    low_band: Band
    high_band: Band
    pillars: Pillars
    point: bool
    why_no_point: str | None


class Score(Value):
    """Enforceability: could a breach be shown, answered for, and made costly?

    Attributes:
        terms: P, V and K of each material term: the commitment has the lowest.
        erosion: written less practised, low and high.
        unknown: what would narrow the interval, in sentences.
    """

    method: str
    dimensions: tuple[DimensionResult, ...]
    terms: tuple["TermLevels", ...]
    written: Side
    practised: Side
    erosion: tuple[str, str]
    gates: tuple[Gate, ...]
    unknown: tuple[str, ...]


class TermLevels(Value):
    """P, V and K of one material term, written and practised."""

    term: str
    P: tuple[Level, Level]
    V: tuple[Level, Level]
    K: tuple[Level, Level]


class Stance(Value):
    """One cell of the acknowledgement matrix: a party, a term, its latest stance and words.

    ``unknown`` when nobody recorded one.
    """

    party: str
    term: str
    stance: Literal["affirms", "affirms_differently", "silent", "denies", "unknown"]
    about: Literal["pledge", "finding"]
    date: str | None
    words: str | None
    language: str | None
    translation: str | None
    cite: Cite | None


class CommitmentResult(Value):
    """One commitment at one view.

    The three axes (outcome by term, validity, disposition), the score, and who said what.
    """

    subject: str
    title: str
    instrument: str
    date: str
    obligors: tuple[str, ...]
    obligees: tuple[str, ...]
    validity: Validity
    validity_reason: str
    disposition: Disposition
    terms: tuple[TermResult, ...]
    score: Score
    stances: tuple[Stance, ...]
    cites: tuple[Cite, ...]
