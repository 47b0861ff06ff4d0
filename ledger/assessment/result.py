"""The result of an assessment: everything that a verdict rests on, as frozen values that print as canonical JSON.

One commitment at one view: the outcome of each term with its readings, sources and ratios; validity and disposition;
the score by dimension, written and practised, with reasons that cite entries. ``audit.json``, ``status`` and ``score``
print these values; nothing is computed after them. Fractions and money are decimal text, shares are fractions of 1,
days are inclusive.
"""

from typing import Literal

from ledger.model.attestation import Dimension
from ledger.model.commitment import LinkKind
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


Lost = Literal["statement", "observations", "raw", "mapping", "copy"]
"""What of a statement was erased: itself, or a file that it names."""


class Erased(Value):
    """What a logged erasure removed (R1; design §2.3).

    Attributes:
        entry: that has lost its statement, or a file; ``statement`` its name.
        by: the entry of the erasure.
    """

    entry: int
    statement: str
    kind: str
    subject: str
    what: Lost
    by: int
    ground: str
    reason: str


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


class Flip(Value):
    """The smallest change of one kind that would turn an outcome, or that there is none (R13).

    Units: ``by`` in the term's unit, exact to the billionth, which is the finest step of a canonical decimal.

    Attributes:
        changes: what would change: what a source comes to, its baseline, or which codes of the scope are counted.
        source: whose figures change, with the ``channel``; null where no one source turns the joint outcome.
        by: the signed change; null where no change of this kind turns the outcome.
        share: its size as a share of what now stands; null where that is zero or there is no change.
        code: for the scope, the one code whose leaving out turns it, where the figures of single codes are known.
        becomes: the outcome once it is made.
    """

    changes: Literal["actual", "baseline", "scope"]
    source: str | None
    channel: str | None
    by: str | None
    share: str | None
    code: str | None = None
    becomes: Outcome | None
    words: str


class BackTest(Value):
    """What would have been projected in a past season at the same point, from the seasons before it, and what came."""

    period: str
    low: str
    high: str | None
    came: str
    inside: bool


class Projection(Value):
    """What a channel's total may come to by the end, judged by its own past seasons; never in a verdict (R14).

    Attributes:
        until: the last day that the figures to date cover; null where there are none.
        seasons: the past periods, complete in this channel, whose shares by the same day were used.
        low: and ``high`` the interval; ``high`` is null where a past season had nothing by that day, both with
            ``reason`` where nothing can be projected.
        expected: how often a season like those before falls inside, (n − 1) ÷ (n + 1) for n seasons.
        tests: past seasons that have at least two before them, in order.
    """

    until: str | None
    seasons: tuple[str, ...]
    low: str | None
    high: str | None
    expected: str | None
    reason: str | None
    tests: tuple[BackTest, ...]
    words: str


class KnownCause(Value):
    """One known cause of a gap, and what it can make of it, as far as evidence at hand can say (R8).

    Units: ``low`` and ``high`` in the term's unit, signed as the gap; null where nothing at hand gives a number.
    """

    kind: Literal["price basis", "transit", "re-exports", "revisions", "classification", "coverage"]
    low: str | None
    high: str | None
    words: str
    rests_on: str


class Gap(Value):
    """The gap between two sources in one period that both cover whole: the second less the first."""

    start: str
    end: str
    first: str
    second: str
    gap: str
    share: str | None


class Discrepancy(Value):
    """Two sources on one flow: how far apart, by period and in all, the known causes, and the unexplained rest (R8).

    Attributes:
        first: and ``second`` the channels, as ``source/channel``; of a mirror pair the exports come first.
        gap: the second less the first over the term's days; of intervals, the nearest ends.
        rest: what no cause with a number explains; null where coverage differs, as missing figures look like a gap.
        agrees: whether the gap lies within the known causes (R18).
    """

    first: str
    second: str
    is_mirror: bool
    gap: str
    share: str | None
    periods: tuple[Gap, ...]
    causes: tuple[KnownCause, ...]
    rest: str | None
    agrees: bool
    words: tuple[str, ...]


class RateUsed(Value):
    """A rate by which figures were converted, as published: what one of ``priced`` is in ``priced_in`` (R5)."""

    start: str
    end: str
    priced: str
    priced_in: str
    value: str
    cite: Cite


class ListedCode(Value):
    """A code that is not counted as it stands, with its value in the period and its share of the channel's (R3).

    Attributes:
        why: no table leads from it to the term's classification; or it lies partly in the scope and partly outside.
        share: null where all figures come to nothing.
    """

    classification: str
    code: str
    why: Literal["unmapped", "astride"]
    value: str
    unit: str
    share: str | None


class MemberFigures(Value):
    """A member of a group of parties whose figures are put together for the group's (R3).

    Attributes:
        days: of the term's, on which it belonged, ``start/end``.
        share: of the scope that it is weighed by. ``coverage``: of its own days and codes.
        value: of its observations that lie in these days, in the term's unit; null where there are none.
    """

    member: str
    days: tuple[str, ...]
    share: str
    coverage: str
    value: str | None


class SourceResult(Value):
    """One channel of one source, reckoned by itself (R7, R8).

    Units: amounts in the term's unit; coverages are shares.

    Attributes:
        low: and ``high`` the total without and with observations that straddle the period's edge, and codes that lie
            astride the scope; equal when none does (R3, R10).
        target: the level owed on this channel: for an increment, its own baseline plus the increment.
        votes: whether it decides; ``why_not`` says why it does not.
        tables: by which codes of other classifications were read (R3). ``rates``: by which other currencies were (R5).
        listed: codes that no table has, or that lie astride the scope, largest first, at most fifty.
        reached: the day on which the bound was reached or passed, if it was.
        members: of the group that a side is, where the figures are put together from theirs (R3).
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
    flips: tuple[Flip, ...] = ()
    projection: Projection | None = None
    tables: tuple[Cite, ...] = ()
    rates: tuple[RateUsed, ...] = ()
    listed: tuple[ListedCode, ...] = ()
    members: tuple[MemberFigures, ...] = ()


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


class Depth(Value):
    """How much of a target one channel would not have had without the pledge, by one counterfactual (E10).

    Units: ``amount`` and ``target`` in the term's unit; ``value`` is a fraction of the target.

    Attributes:
        counterfactual: the stated baseline; the last period of the same days that was over before the pledge; or the
            straight line through all such periods, carried on to the term's own.
        period: the days whose figures it is taken from, in words; null where there are none.
        amount: what would have come anyhow; null with its ``reason`` where this channel cannot tell.
        value: (target − counterfactual) ÷ target; negative where the target asks for less than that.
    """

    source: str
    channel: str
    counterfactual: Literal["baseline", "last_year", "trend"]
    period: str | None
    amount: str | None
    target: str | None
    value: str | None
    reason: str | None
    words: str


class TermResult(Value):
    """What became of one term, at this view, and everything it rests on (R11).

    Attributes:
        due: the last day on which it can be kept; null where neither period nor deadline is said.
        is_due: whether it counts for the opinion at this view.
        coverage: the best among the voting sources.
        findings: stable codes such as ``F.untriggered``, each with a sentence.
        flips: for a verdict or a dispute, what would turn the joint outcome, one for each kind of change (R13).
        deciding: for any other outcome, which missing thing would decide it, in sentences (R13).
        discrepancies: every two sources that were read on one flow, and how far apart they are (R8).
        erased: what the outcome could rest on, had it not been erased (R1).
        depths: how deep the target is, on each channel that decides, or would (E10).
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
    flips: tuple[Flip, ...] = ()
    deciding: tuple[str, ...] = ()
    discrepancies: tuple[Discrepancy, ...] = ()
    erased: tuple[Cite, ...] = ()
    depths: tuple[Depth, ...] = ()


class Reason(Value):
    """Why a level is what it is: the rule, a sentence, and the entries used (E2).

    Attributes:
        rule: the row of the table (``V.3``). ``code``: the small rule that decided, if it has a name of its own: as
            written what keeps it from the next level (``PL209``, E9), as practised what was observed (``E3.V.late``).
    """

    rule: str
    says: str
    cites: tuple[Cite, ...]
    code: str | None = None


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


class Turn(Value):
    """A change of the method's choices or of levels that turns a band, and what comes of it (E8).

    Units: points of 100, to one place.
    """

    changes: tuple[str, ...]
    low: str
    high: str
    low_band: Band
    high_band: Band


class Robustness(Value):
    """How far a band depends on the method's choices and on single levels (E8).

    Units: shares of 1, to six places.

    Attributes:
        runs: weights × aggregators × (as it is, each dimension one level down, one up); ``holds`` those in which both
            ends keep their bands.
        together: the same where all seven dimensions may be off by one at once; ``together_holds`` likewise.
        turns: how many of the smallest changes turn a band; ``first`` the first of them, in the order of the table.
    """

    runs: int
    holds: int
    share: str
    together: int
    together_holds: int
    together_share: str
    turns: int
    first: tuple[Turn, ...]
    words: str


class Raise(Value):
    """What one level more of a dimension is worth, and what earns it (E9).

    Units: points of 100, to one place, exact.

    Attributes:
        level: as written, low and high; ``next`` the level one up at each end that has one.
        is_known: whether the level is one and not an interval; settling an unknown comes before raising it.
        gain: of the low end and of the high end, gates applied: the score after less the score before.
        earns: the words that earn the next level, or what is to be settled.
        codes: of the lint's rules that keep the level where it is.
    """

    dimension: Dimension
    level: tuple[int, int]
    next: tuple[int, int]
    is_known: bool
    gain: tuple[str, str]
    earns: str
    codes: tuple[str, ...]


class Side(Value):
    """A score, written or practised: its two ends, its bands, its pillars (E4–E8).

    Units: points of 100, to one place.
    """

    low: str
    high: str
    low_band: Band
    high_band: Band
    pillars: Pillars
    point: bool
    why_no_point: str | None
    robustness: Robustness | None = None


class Objection(Value):
    """The strongest objection to a score, and the rule by which it was chosen (E8, E6, E2).

    Attributes:
        rule: what turns the band first; else the dimension that rests on the weakest ground; or that there is neither.
        side: the score that it is made against.
        dimension: whose level it is about; null where it is about a choice of the method.
        becomes: the bands, low and high, once it is granted; null where it turns none.
    """

    rule: Literal["turns the band", "weakest ground", "none"]
    side: Literal["written", "practised"]
    dimension: Dimension | None
    becomes: tuple[Band, Band] | None
    words: str
    cites: tuple[Cite, ...]


class Score(Value):
    """Enforceability: could a breach be shown, answered for, and made costly?

    Attributes:
        terms: P, V and K of each material term: the commitment has the lowest.
        erosion: written less practised, low and high.
        unknown: what would narrow the interval, in sentences.
        raises: what would raise the written score, dimension by dimension in the order of the table (E9).
        objection: the strongest that can be made to the score at the view.
    """

    method: str
    dimensions: tuple[DimensionResult, ...]
    terms: tuple["TermLevels", ...]
    written: Side
    practised: Side
    erosion: tuple[str, str]
    gates: tuple[Gate, ...]
    unknown: tuple[str, ...]
    raises: tuple[Raise, ...] = ()
    objection: Objection | None = None


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


class LinkResult(Value):
    """What a commitment says of another (R16).

    Attributes:
        fault: why it cannot be followed at this view: the other is not known, or the links run in a circle.
    """

    kind: LinkKind
    commitment: str
    fault: str | None
    words: str
    cite: Cite


class TermPerformance(Value):
    """How far one term was kept, in words, and what it counts for (E10).

    Units: ``fulfilment`` is a share of 1, low and high, to six places.

    Attributes:
        is_closed: whether it is decided and counts; ``fulfilment`` is null where it is not.
        left_out: why it counts for nothing though decided: let go by an obligee, or able to come out one way only.
    """

    term: str
    outcome: Outcome
    is_closed: bool
    left_out: str | None
    fulfilment: tuple[str, str] | None
    words: str


Kept = Literal["kept", "broken", "open", "unknown"]
"""What became of a whole commitment, in one word."""


class Performance(Value):
    """What was kept of a commitment (section 3), beside its score and never in it (E10).

    Attributes:
        state: over the material terms: ``kept`` where all that are due are met, ``broken`` where one is not, ``open``
            where none is due, else ``unknown``.
        trial: the mean of its closed terms' fulfilment, low and high; null where no term is closed.
    """

    state: Kept
    terms: tuple[TermPerformance, ...]
    trial: tuple[str, str] | None
    words: str


class LeverResult(Value):
    """A lever behind a commitment, as it stands at the view (E10, F4).

    Attributes:
        until: the last day that the pledge gives it.
        lapsed: the day on which it lapsed, where it did; ``cites`` are the pledge and the entry that says so.
    """

    subject: str
    title: str
    since: str | None
    until: str | None
    state: Literal["in_force", "not_yet", "ended", "lapsed"]
    lapsed: str | None
    words: str
    cites: tuple[Cite, ...]


class Quadrant(Value):
    """Enforceability × performance: one of four stories, or which of the two cannot be told (E10)."""

    enforceability: Literal["hard", "soft", "unknown"]
    performance: Kept
    story: Literal["hard and kept", "hard and broken", "soft and kept", "soft and broken"] | None
    words: str


class Beside(Value):
    """What stands beside a score and never in it (E10); depth stands with each term."""

    performance: Performance
    leverage: tuple[LeverResult, ...]
    quadrant: Quadrant


class Trial(Value):
    """One commitment as a trial of its obligor's word. Units: shares of 1, low and high, to six places."""

    commitment: str
    title: str
    fulfilment: tuple[str, str]
    terms: tuple[TermPerformance, ...]


class Credibility(Value):
    """How far a party has kept its own word, over all its commitments that a view knows (E10).

    It needs every commitment of the party, and no audit's closure holds these, so it is in no audit.

    Units: shares of 1, to two places.

    Attributes:
        mean: of the posterior, from the low and from the high end of what was fulfilled; equal ends are one number.
        interval: the 5 % point of the low end and the 95 % point of the high one.
        left_out: commitments, and terms as ``commitment/term``, that are no trial, each with the reason.
        rules: the prior, what closes a term, how lateness weighs, in sentences.
    """

    party: str
    trials: int
    mean: tuple[str, str]
    interval: tuple[str, str]
    counted: tuple[Trial, ...]
    left_out: tuple[str, ...]
    rules: tuple[str, ...]
    words: str


class DocketDeadline(Value):
    """When the time limit of a stage ends, or may end (F1).

    Attributes:
        limit: in words, with its calendar, and whether it is imputed (R17).
        counted_from: the day that it is counted from; it begins to run on the next.
        earliest: the last day if no holiday lengthens it; ``latest`` the last day for certain, null where holidays are
            not known, with ``why``.
        is_imputed: the number is not in the text that was read.
        calendar: the entry of the calendar by which it was reckoned.
    """

    limit: str
    counted_from: str
    earliest: str
    latest: str | None
    why: str | None
    is_imputed: bool
    calendar: Cite | None


class DocketAct(Value):
    """What was done, and whether in time (F2).

    Attributes:
        stage: null where the action names none, or one that the procedure does not have; ``round`` counts from 1.
        timing: ``untimed`` where no limit ran, ``unknown`` where it cannot be said when the limit ended.
    """

    date: str
    act: str
    by: tuple[str, ...]
    stage: str | None
    round: int | None
    what: str
    timing: Literal["in_time", "late", "untimed", "unknown"]
    days_late: int | None
    cite: Cite


class DocketStage(Value):
    """One stage that was opened: since when, until when, how it ended, and who let its time pass (F2).

    Attributes:
        round: how often it has been opened, this time included.
        by: the parties that may act, as far as the text says; ``acts`` what they may do.
        state: ``open`` its time runs, or it has none; ``overdue`` its time is over and nothing ended it; ``ended`` by
            an act, or by what came next; ``passed`` its time ran out and the next stage opened by that.
        ended: the day; ``let_pass`` who could have acted and let the time pass, for ``overdue`` and ``passed``.
        days_over: days by which an open stage is overdue at the view.
    """

    id: str
    title: str
    forum: str
    round: int
    opened: str
    why: str
    by: tuple[str, ...]
    acts: tuple[str, ...]
    deadline: DocketDeadline | None
    state: Literal["open", "overdue", "ended", "passed"]
    ended: str | None
    let_pass: tuple[str, ...]
    days_over: int | None
    words: str
    cites: tuple[Cite, ...]


class Permitted(Value):
    """What the agreed procedure permits next, and to whom; nothing acts by itself (F2).

    Attributes:
        to: the parties, by slug; empty where the forum acts, or the text does not say who may.
        role: who they are to the procedure, in a word.
        since: the day from which it is permitted; null for what may be begun at any time.
    """

    stage: str
    title: str
    acts: tuple[str, ...]
    to: tuple[str, ...]
    role: str
    since: str | None
    words: str


DayKind = Literal[
    "term", "milestone", "trigger", "consequence", "attestation", "figure", "stage", "lever", "instrument", "amendment"
]
"""What is or was due on a day of the docket."""


class DocketDay(Value):
    """One day on which something is or was due: of a term, a milestone, a figure, a stage, a lever, an amendment (F2).

    Attributes:
        about: the term, source, stage or lever.
        who: the parties, or the source, that it is on.
        state: ``ahead`` until the day has passed; ``done`` where what was due is there; else ``past``.
    """

    day: str
    kind: DayKind
    about: str
    who: tuple[str, ...]
    state: Literal["ahead", "done", "past"]
    words: str
    cites: tuple[Cite, ...]


class Lapse(Value):
    """A lever that lapsed, and what the score would be had it not, all else as it is at the view (F4).

    Units: points of 100, to one place, low and high; bands likewise.

    Attributes:
        date: from which it is gone.
    """

    lever: str
    title: str
    date: str
    before: tuple[str, str]
    before_bands: tuple[Band, Band]
    after: tuple[str, str]
    after_bands: tuple[Band, Band]
    words: str
    cites: tuple[Cite, ...]


class Docket(Value):
    """What the agreed procedure says of a commitment at the view: what is open, due, overdue and permitted (F1, F2).

    The ledger entitles, a signed action does.

    Attributes:
        procedure: its title; null where there is none, or it is unknown, with ``why``.
        disposition: what was last done about the commitment (R12).
        stages: that were opened, in the order of their opening. ``acts``: what was done, in order of date.
        days: on which something is or was due, in order.
        lapses: of levers, with the score before and after (F4).
        notes: what the records leave contradictory or unsaid, in sentences.
    """

    procedure: str | None
    why: str | None
    disposition: Disposition
    stages: tuple[DocketStage, ...]
    acts: tuple[DocketAct, ...]
    permitted: tuple[Permitted, ...]
    days: tuple[DocketDay, ...]
    lapses: tuple[Lapse, ...]
    notes: tuple[str, ...]
    cites: tuple[Cite, ...]


class CommitmentResult(Value):
    """One commitment at one view.

    The three axes (outcome by term, validity, disposition), the score, and who said what.

    Attributes:
        links: to other commitments, as it states them (R16).
        erased: what all this could rest on, had it not been erased (R1).
        beside: performance, leverage and their story, never in the score (E10).
        docket: what is open, due, overdue and permitted under its procedure (F1, F2).
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
    links: tuple[LinkResult, ...] = ()
    erased: tuple[Erased, ...] = ()
    beside: Beside | None = None
    docket: Docket | None = None


class ChannelTotal(Value):
    """What one channel of one source comes to over several terms, a flow that several count being counted once (R16).

    Attributes:
        low: and ``high`` what was seen; they differ where it cannot be told how much of two terms is one flow.
        terms: the terms, as ``commitment/term``, that it has figures of; ``without`` those that it has none of.
    """

    source: str
    channel: str
    frequency: str
    basis: str
    low: str
    high: str
    terms: tuple[str, ...]
    without: tuple[str, ...]


class TotalResult(Value):
    """Several commitments together: terms of one series, unit, bound and kind of target (R16).

    Attributes:
        owed_low: and ``owed_high`` the amount owed in all; they differ where two terms share a flow and nothing says
            whether one amount comes on top of the other.
        once: the pairs of terms that share a flow, each with how it was counted, in sentences.
    """

    series: str
    unit: str
    bound: str
    target_is: str
    owed_low: str
    owed_high: str
    terms: tuple[str, ...]
    channels: tuple[ChannelTotal, ...]
    once: tuple[str, ...]
    words: str
