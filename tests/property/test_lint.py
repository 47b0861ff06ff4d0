"""Laws of robustness, gains, lint and difference: exact, monotone, no harder on what is not known (E6, E8, E9)."""

from fractions import Fraction
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.assessment.enforceability.difference import compare
from ledger.assessment.enforceability.lint import lint
from ledger.assessment.enforceability.pillar import BANDS, DIMENSIONS, PILLARS, caps, gated, pillar, points
from ledger.assessment.enforceability.robustness import AGGREGATORS, WEIGHTS, robustness
from ledger.assessment.enforceability.written import ends, written
from ledger.model.attestation import Dimension
from ledger.model.term import ELEMENTS
from tests.unit.assessment.enforceability.small_ledger import (
    BEST_INDICATOR,
    INDICATOR,
    LEVER,
    PLACE,
    REMEDY,
    SUBJECT,
    WORDS,
    Draft,
    action,
    case,
    changed,
    commitment,
    conditional,
    instrument,
    known,
    position,
    quantity,
)

LEVELS = st.integers(min_value=0, max_value=4)
SEVEN = st.fixed_dictionaries(dict.fromkeys(DIMENSIONS, LEVELS))
INTERVALS = st.fixed_dictionaries({one: st.tuples(LEVELS, LEVELS).map(sorted) for one in DIMENSIONS})


# --- robustness, against arithmetic that is done the long way ---------------------------------------------------------


def naive_band(levels: dict[Dimension, int], weights: tuple[int, ...], aggregator: str) -> str:
    """Return the band of a run from fractions, with one comparison for each edge and no shortcut (E4, E5, E7, E8)."""
    parts = [Fraction(5, 100) + Fraction(95, 100) * pillar(name, levels) for name in PILLARS]
    total = sum(weights)
    for edge, name in BANDS:
        if edge == 0:
            return name
        if any(cap < edge for cap, _ in caps(levels)):
            continue
        half = Fraction(2 * edge - 1, 2000)  # the least value that rounds to the edge
        if aggregator == "arithmetic":
            is_there = half <= sum((w * part for w, part in zip(weights, parts, strict=True)), Fraction(0)) / total
        elif aggregator == "harmonic":
            is_there = half <= total / sum((w / part for w, part in zip(weights, parts, strict=True)), Fraction(0))
        else:
            grown = Fraction(1)
            for w, part in zip(weights, parts, strict=True):
                grown *= part**w
            is_there = half**total <= grown
        if is_there:
            return name
    raise AssertionError("the lowest band has no edge")


@given(SEVEN)
@settings(max_examples=5, deadline=None)
def test_robustness_is_what_every_run_done_by_hand_gives(levels: dict[Dimension, int]) -> None:
    """All runs, one by one, in plain fractions: the same count and the same share (E8)."""
    states = [levels]
    for one in DIMENSIONS:
        states += [{**levels, one: levels[one] + by} for by in (-1, 1) if 0 <= levels[one] + by <= 4]
    runs = list(product(states, product(WEIGHTS, repeat=3), AGGREGATORS))
    own = naive_band(levels, (1, 1, 1), "geometric")
    holds = sum(naive_band(*run) == own for run in runs)
    found = robustness(levels, levels)
    assert (found.runs, found.holds) == (len(runs), holds)


@given(INTERVALS)
@settings(max_examples=20, deadline=None)
def test_what_turns_first_turns_and_its_share_is_a_share(drawn: dict[Dimension, list[int]]) -> None:
    """Every change listed gives other bands than the score's own; nothing is listed where all runs hold (E8)."""
    low, high = ({one: pair[end] for one, pair in drawn.items()} for end in (0, 1))
    found = robustness(low, high)
    own = (naive_band(low, (1, 1, 1), "geometric"), naive_band(high, (1, 1, 1), "geometric"))
    assert all((turn.low_band, turn.high_band) != own for turn in found.first)
    assert len({len(turn.changes) for turn in found.first}) <= 1
    assert 0 <= Fraction(found.share) <= 1
    assert (found.turns == 0) == (found.holds == found.runs)
    assert found.together_holds <= found.together


# --- drafts of every strength -----------------------------------------------------------------------------------------

SHOWN = st.sets(st.sampled_from(ELEMENTS)).map(lambda some: dict.fromkeys(sorted(some), PLACE))
MARKS = st.lists(
    st.builds(
        lambda mark, element: {"mark": mark, "element": element, "shown": PLACE},
        st.sampled_from(["qualified", "differs"]), st.sampled_from(ELEMENTS),
    ),
    max_size=2,
)  # fmt: skip
PERIOD = {"start": "2019-01-01", "end": "2019-12-31"}
AMOUNTS = st.builds(
    lambda shown, marks, period: quantity(shown=shown, marks=marks, period=period),
    SHOWN, MARKS, st.sampled_from([PERIOD, ...]),
)  # fmt: skip
TRENDS = AMOUNTS.map(
    lambda term: changed(term, {"kind": "trend", "direction": "increase", "bound": ..., "target": ...})
)
ACTS = st.builds(lambda shown, marks: action(shown=shown, marks=marks), SHOWN, MARKS)
THREATS = st.builds(
    lambda shown, judge, then: conditional(trigger={"shown": shown, "judge": judge}, consequence={"shown": then}),
    SHOWN, st.sampled_from(["us", ...]), SHOWN,
)  # fmt: skip
TERMS = st.lists(st.one_of(AMOUNTS, TRENDS, ACTS, THREATS), min_size=1, max_size=3).map(
    lambda terms: [{**term, "id": f"t{n}"} for n, term in enumerate(terms)]
)
INDICATORS = st.one_of(
    st.just(...),
    st.lists(
        st.sampled_from([
            INDICATOR, BEST_INDICATOR, {**INDICATOR, "public": False}, {**INDICATOR, "standing": "claimant"},
            {**INDICATOR, "quality": "proxy"}, {**INDICATOR, "scope_share": None}, {**INDICATOR, "scope_share": "0.5"},
            {**INDICATOR, "lag_months": 30}, {**INDICATOR, "kind": "gazette"}, {**INDICATOR, "named": True},
        ]),
        max_size=2,
    ),
)  # fmt: skip
VERBS = st.one_of(
    st.none(),
    st.sampled_from(["shall", "committing", "hortatory"]).map(
        lambda strength: {"words": "shall buy", "strength": strength, "shown": PLACE}
    ),
)
PLEDGES = st.builds(
    lambda terms, indicators, verb, performance, levers, role: commitment(
        terms=terms, indicators=indicators, verb=verb, performance=performance, levers=levers,
        source={**commitment()[2]["source"], "role": role},
    ),
    TERMS, INDICATORS, VERBS,
    st.sampled_from([..., {"by": "it", "control": "1"}, {"by": "others", "control": "0.2"}]),
    st.sampled_from([[], [LEVER]]), st.sampled_from(["joint", "obligee", "obligor"]),
)  # fmt: skip
FORUMS = st.one_of(
    st.sampled_from(["none", ...]),
    st.builds(
        lambda kind, deadlines, binding, consent: {
            "kind": kind, "deadlines": deadlines, "binding": binding, "consent": consent, "shown": PLACE,
        },
        st.sampled_from(["consultation", "standing_body", "expert_review", "arbitration", "court"]),
        st.booleans(), st.booleans(), st.sampled_from([None, "compulsory", "consent", "blockable"]),
    ),
)  # fmt: skip
REMEDIES = st.sampled_from(["none", ..., REMEDY, {**REMEDY, "kind": "publicity"}, {**REMEDY, "kind": "fixed"}])
EXITS = st.one_of(
    st.sampled_from(["none", ..., {"unilateral": False, "shown": PLACE}]),
    st.builds(
        lambda days, cost: {"unilateral": True, "notice_days": days, "cost": cost, "shown": PLACE},
        st.sampled_from([None, 0, 60, 180, 400]), st.sampled_from(["none", "package", "remedy"]),
    ),
)  # fmt: skip
ESCAPES = st.sampled_from(["none", ..., [{"title": "a disaster", "terms": "all", "shown": PLACE}]])
DOCUMENTS = st.one_of(
    st.builds(
        lambda form, binding, issuers, forum, remedy, exit_, escapes, expires: instrument(
            form=form, binding=binding, issuers=issuers, forum=forum, remedy=remedy, exit=exit_, escapes=escapes,
            expires=expires,
        ),
        st.sampled_from(["treaty", "communique", "memorandum"]), st.sampled_from(["yes", "no", "silent", None]),
        st.sampled_from([["cn"], ["us"], ["cn", "us"]]), FORUMS, REMEDIES, EXITS, ESCAPES,
        st.sampled_from(["none", "2021-12-31", ...]),
    ),
    st.just(instrument(**{**WORDS, "issuers": ["us"]})),
)  # fmt: skip
SAID = st.lists(
    st.builds(
        position,
        st.sampled_from(["cn", "us"]),
        st.sampled_from(["affirms", "affirms_differently", "silent", "denies"]),
        st.sampled_from(["2019-01-31", "2019-02-04"]),
    ),
    max_size=2,
)
DRAFTS: st.SearchStrategy[tuple[Draft, ...]] = st.builds(
    lambda pledge, document, said: (pledge, *document, *said),
    PLEDGES,
    st.one_of(st.just(()), DOCUMENTS.map(lambda one: (one,))),
    SAID,
)


@given(DRAFTS)
@settings(max_examples=60, deadline=None)
def test_lint_finds_what_keeps_each_level_and_never_faults_the_unknown(drafts: tuple[Draft, ...]) -> None:
    """A level under 4 has a finding of its dimension, one at 4 has none that would raise it (E6, E9)."""
    found = lint(known(*drafts), SUBJECT)
    text = written(case(*drafts))
    for one in DIMENSIONS:
        level = text.levels[one]
        told = [finding for finding in found.findings if finding.dimension == one]
        if level.low < 4:
            assert told, f"{one} is {level.low} to {level.high} and nothing is said of it"
        if level.low < level.high:
            assert any(not finding.is_fault for finding in told)
        if one not in {"P", "V", "K"} and level.low == level.high == 4:
            assert not told


@given(DRAFTS)
@settings(max_examples=60, deadline=None)
def test_gain_of_a_fault_never_lowers_the_low_end(drafts: tuple[Draft, ...]) -> None:
    """The text that a rule asks for makes nothing worse: the score is monotone in what it mends (E6, E9)."""
    for finding in lint(known(*drafts), SUBJECT).findings:
        if finding.is_fault:
            assert Fraction(finding.gain[0]) >= 0, finding


@given(DRAFTS)
@settings(max_examples=60, deadline=None)
def test_raise_is_exactly_the_score_after_less_the_score_before(drafts: tuple[Draft, ...]) -> None:
    """For each dimension one level up, both ends, gates applied, to the tenth (E4, E5, E9)."""
    low, high = ends(written(case(*drafts)).levels)
    found = lint(known(*drafts), SUBJECT)
    assert [one.dimension for one in found.raises] == [one for one in DIMENSIONS if low[one] < 4]
    for one in found.raises:
        for end, level, gain in zip((low, high), one.next, one.gain, strict=True):
            assert level == min(end[one.dimension] + 1, 4)
            assert points(gated({**end, one.dimension: level}) - gated(end)) == gain


@given(DRAFTS)
@settings(max_examples=40, deadline=None)
def test_span_is_the_words_themselves(drafts: tuple[Draft, ...]) -> None:
    """What is quoted stands where the span says (E9)."""
    body: Any = drafts[0][2]
    for finding in lint(known(*drafts), SUBJECT).findings:
        span = finding.span
        if span is not None and span.quote is not None:
            assert body["quotes"][span.quote]["text"][span.start : span.end] == span.words


@given(DRAFTS, DRAFTS)
@settings(max_examples=40, deadline=None)
def test_difference_ends_where_the_new_draft_is(old: tuple[Draft, ...], new: tuple[Draft, ...]) -> None:
    """Together is new less old; a draft differs in nothing from itself; one change alone adds up (E9)."""
    found = compare(known(*old), SUBJECT, known(*new), SUBJECT)
    before, after = lint(known(*old), SUBJECT), lint(known(*new), SUBJECT)
    assert (found.old, found.new) == ((before.low, before.high), (after.low, after.high))
    assert [Fraction(one) for one in found.together] == [
        Fraction(to) - Fraction(was) for was, to in zip(found.old, found.new, strict=True)
    ]
    if found.old != found.new:
        assert found.changes
    if len(found.changes) == 1:
        assert found.adds_up
    assert compare(known(*old), SUBJECT, known(*old), SUBJECT).changes == ()
