"""Every sentence of E1 to E10 and F1 to F4 is held by a test that says so (method §4, §5).

The first table goes through the rules sentence by sentence and names the tests that hold each. A test counts only where
its own docstring names the rule. Single rules of the levels (E1 to E3) have cases of their own, that move a level up,
down and to where it is not known: ``enforceability/test_every_rule``. The second table asks the same of what stands
beside the score (E10): for each figure a case that raises it, one that lowers it and one in which it is not known.
"""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

TESTS = Path(__file__).resolve().parents[2]

UNIT: Final = "unit/assessment"
LEVELS: Final = f"{UNIT}/enforceability"
BESIDE: Final = f"{UNIT}/beside"
DOCKET: Final = f"{UNIT}/docket"
EVERY: Final = f"{LEVELS}/test_every_rule.py::test_rule_moves_its_level"
PRECISION: Final = f"{LEVELS}/test_precision.py"
VERIFIABILITY: Final = f"{LEVELS}/test_verifiability.py"
SCORE: Final = f"{LEVELS}/test_score.py"
PILLAR: Final = f"{LEVELS}/test_pillar.py"
ROBUSTNESS: Final = f"{LEVELS}/test_robustness.py"
GAIN: Final = f"{LEVELS}/test_gain.py"
LINT: Final = f"{LEVELS}/test_lint.py"
DEPTH: Final = f"{UNIT}/reconcile/test_depth.py"
COURSE: Final = f"{DOCKET}/test_course.py"
LAPSE: Final = f"{DOCKET}/test_lapse.py"
TRIGGER: Final = f"{UNIT}/test_trigger.py"
LAWS: Final = "property/test_score.py"
COMPLETION: Final = "property/test_completion.py"
LINT_LAWS: Final = "property/test_lint.py"
TERMINAL: Final = "end_to_end/test_docket.py"

HELD: dict[str, dict[str, tuple[str, ...]]] = {
    "E1": {
        "present when its field is non-null and has a quoted span or a locator": (
            f"{PRECISION}::test_precision_counts_what_the_text_shows",
        ),
        "the actor also by the attributed speaker": (
            f"{PRECISION}::test_speaker_shows_the_actor",
            f"{PRECISION}::test_speaker_who_owes_nothing_shows_no_actor",
        ),
        "a measure with several readings counts one half": (
            f"{SCORE}::test_readings_count_one_half_and_a_measure_for_each_named_source_counts_whole",
        ),
        "qualified or differs counts one half; the sum is rounded down": (
            f"{PRECISION}::test_count_is_told_whole_half_and_absent",
            f"{PRECISION}::test_sum_is_told_before_it_is_rounded_down",
        ),
        "P = min(P consequence, P trigger + 1)": (
            f"{PRECISION}::test_conditional_is_at_most_one_above_its_trigger",
        ),
        "V and K of a conditional term are read on the consequence": (
            f"{LEVELS}/test_acknowledgement.py::test_conditional_is_owed_by_who_carries_out_its_consequence",
            f"{VERIFIABILITY}::test_conduct_is_verified_by_register_gazette_or_inspection",
        ),
    },
    "E2": {
        "Levels are derived from fields and cite them": (
            f"{SCORE}::test_every_level_cites_what_it_was_read_from", EVERY,
        ),
        "Rows are read from 4 down; V reads the indicators": (
            f"{VERIFIABILITY}::test_written_verifiability_is_that_of_the_best_indicator",
        ),
        "no position is recorded is unknown, not silent": (
            f"{LEVELS}/test_acknowledgement.py::test_written_acknowledgement",
        ),
        "Beneficiary's word only (O = 0)": (
            f"{SCORE}::test_what_only_the_beneficiary_says_obliges_nobody",
        ),
        "An assessor may attest a level with a reason: both show": (
            f"{SCORE}::test_attested_levels_stand_beside_and_replace_nothing",
        ),
        "per material term, the commitment has the lowest": (
            f"{SCORE}::test_all_material_terms_count_and_no_others",
        ),
    },
    "E3": {
        "Each dimension has a written and a practised level": (
            f"{LEVELS}/test_practice.py::test_rule_is_named_after_its_dimension_and_says_what_it_reads", EVERY,
        ),
        "else as written, and it says so": (f"{LEVELS}/test_level.py::test_as_written_says_so",),
        "P: as written, on the amended terms": (
            f"{PRECISION}::test_practised_precision_is_read_on_the_amended_terms",
        ),
        "V: every due period has an admissible figure, and its lag": (
            f"{VERIFIABILITY}::test_practised_verifiability_is_that_of_the_figures_that_came",
            f"{VERIFIABILITY}::test_silent_publisher_lowers_it_only_where_somebody_looked",
        ),
        "K: the obligor's latest position; on one day, the most explicit": (
            f"{LEVELS}/test_acknowledgement.py::test_practised_acknowledgement",
            f"{UNIT}/test_stance.py::test_of_one_day_the_most_explicit_stands_whatever_was_logged_first",
        ),
        "O: 0 while suspended or disowned": (f"{LEVELS}/test_obligation.py::test_practised_obligation",),
        "A: forum seised and answered in time, or its time passed": (
            f"{LEVELS}/test_answerability.py::test_practised_answerability",
        ),
        "R: a trigger held, a breach notified, a lever lapsed": (
            f"{LEVELS}/test_remedy.py::test_trigger_that_held_shows_what_the_threat_is_worth",
            f"{LEVELS}/test_remedy.py::test_notified_breach_shows_what_the_remedy_is_worth",
            f"{LEVELS}/test_remedy.py::test_lapsed_lever_is_left_out",
        ),
        "X: 0 from suspension, exit or lapse of the instrument": (
            f"{LEVELS}/test_durability.py::test_practised_durability",
        ),
        "No practised rule reads whether the term was met": (
            f"{SCORE}::test_no_rule_reads_whether_the_term_was_met",
        ),
    },
    "E4": {
        "arithmetic within a pillar, geometric across": (
            f"{PILLAR}::test_parts_of_a_pillar_stand_in_for_one_another",
            f"{SCORE}::test_binding_text_without_remedy_and_with_exit_at_will_comes_to_36_8",
        ),
        "the greatest integer s with (2s−1)³·den ≤ 8·10⁹·num": (
            f"{PILLAR}::test_score_is_the_nearest_tenth_of_a_geometric_mean",
            f"{LAWS}::test_tenth_is_the_nearest_one",
        ),
        "Written less practised is the erosion": (
            f"{SCORE}::test_soybeans_of_january_2019_erode_when_their_lever_lapses",
        ),
        "Three worked cases": (
            f"{SCORE}::test_soybeans_of_january_2019_come_to_30_8",
            f"{SCORE}::test_energy_of_august_2025_comes_to_an_interval",
            f"{SCORE}::test_binding_text_without_remedy_and_with_exit_at_will_comes_to_36_8",
        ),
        "the same to the byte, whatever the order of what was recorded": (
            f"{LAWS}::test_order_of_what_was_said_changes_nothing",
            f"{LAWS}::test_order_of_what_was_done_changes_nothing_that_is_not_said",
            f"{COMPLETION}::test_order_of_entries_of_one_day_changes_no_number",
            f"{COMPLETION}::test_score_is_the_same_to_the_byte_however_the_statements_are_spelt",
            f"{SCORE}::test_same_statements_in_another_order_score_the_same",
        ),
    },
    "E5": {
        "P ≤ 1, K = 0, A = 0 with R ≤ 1": (f"{PILLAR}::test_gate_caps_the_commitment",),
        "They apply to both ends of an interval": (f"{SCORE}::test_gate_applies_to_both_ends_of_an_interval",),
        "gates only lower": (f"{LAWS}::test_gates_only_lower",),
        "that term's outcome is not assessable": (
            f"{UNIT}/test_assess.py::test_a_term_that_says_too_little_is_not_assessable_whatever_was_done",
        ),
    },
    "E6": {
        "the score is monotone": (f"{LAWS}::test_score_never_falls_when_a_level_rises",),
        "its two ends suffice": (
            f"{LAWS}::test_interval_contains_every_completion",
            f"{COMPLETION}::test_interval_holds_whatever_the_unknown_fields_turn_out_to_be",
            f"{COMPLETION}::test_every_value_of_a_field_lies_in_the_interval_of_its_absence",
        ),
        "More than two unknown dimensions, or an interval of B wider than 0.4": (
            f"{SCORE}::test_no_point_where_more_than_two_dimensions_are_unknown",
            f"{SCORE}::test_no_point_where_the_first_pillar_is_too_wide",
        ),
    },
    "E7": {
        "Bands, on tenths": (
            f"{PILLAR}::test_band_includes_its_lower_edge_and_not_its_upper",
            f"{LAWS}::test_bands_are_total_and_ordered",
        ),
        "An interval has two bands": (f"{LAWS}::test_bands_of_an_interval_are_those_of_its_ends",),
        "Interfaces lead with the band": ("unit/cli/test_panel.py::test_the_heading_is_the_band_by_itself",),
    },
    "E8": {
        "exhaustively": (
            f"{ROBUSTNESS}::test_every_run_is_counted",
            f"{LINT_LAWS}::test_robustness_is_what_every_run_done_by_hand_gives",
        ),
        "in what share does the band hold, and what turns it first": (
            f"{ROBUSTNESS}::test_words_say_share_and_what_turns_it",
            f"{LINT_LAWS}::test_what_turns_first_turns_and_its_share_is_a_share",
        ),
    },
    "E9": {
        "for each dimension the next level's gain and the words that earn it": (
            f"{GAIN}::test_next_level_of_each_dimension_is_worth_what_the_score_says",
            f"{LINT_LAWS}::test_raise_is_exactly_the_score_after_less_the_score_before",
        ),
        "PL1xx to PL7xx, in the order of the table": (f"{LINT}::test_findings_stand_in_the_order_of_the_table",),
        "each quoting the words at fault": (
            f"{LINT}::test_words_at_fault_are_quoted_with_their_span",
            f"{LINT_LAWS}::test_span_is_the_words_themselves",
        ),
        "every rule where it holds, and nowhere else": (
            f"{LEVELS}/test_every_rule.py::test_lint_finds_a_rule_where_it_holds_and_nowhere_before",
        ),
    },
    "E10": {
        "performance": (f"{BESIDE}/test_performance.py::test_one_word_follows_from_the_outcomes",),
        "one trial per commitment, the mean of its closed terms' fulfilment": (
            f"{BESIDE}/test_credibility.py::test_each_commitment_is_one_trial",
            f"{BESIDE}/test_performance.py::test_the_trial_is_the_mean_of_the_closed_terms",
        ),
        "prior Beta(2, 2); mean and 90 % interval; the count": (
            f"{BESIDE}/test_credibility.py::test_the_posterior_has_its_mean_and_interval",
            f"{BESIDE}/test_beta.py::test_the_ends_of_the_prior_are_the_roots_of_its_polynomial",
        ),
        "the prior, what closes a term and how lateness weighs are printed": (
            f"{BESIDE}/test_credibility.py::test_the_rules_are_printed_with_it",
            f"{BESIDE}/test_fulfilment.py::test_what_came_late_adds_nothing",
        ),
        "depth against baseline, last year and trend": (
            f"{DEPTH}::test_the_baseline_is_the_one_stated",
            f"{DEPTH}::test_last_year_is_the_period_that_was_over_before_the_pledge",
            f"{DEPTH}::test_the_line_is_that_of_least_squares",
        ),
        "leverage, dated": (f"{BESIDE}/test_leverage.py::test_a_lever_stands_by_its_own_days",),
        "one of four stories": (f"{BESIDE}/test_quadrant.py::test_the_story_follows_from_both",),
    },
    "F1": {
        "ordered stages with forum, trigger, time limit and what may follow": (
            "unit/model/test_instrument.py::test_contradictory_procedure_is_refused",
            f"{COURSE}::test_course",
            f"{DOCKET}/test_entry.py::test_docket_says_why_there_is_no_procedure",
        ),
        "calendar or working days, holiday calendar by digest": (
            f"{UNIT}/test_limit.py::test_limit_ends_on_its_last_day",
            f"{UNIT}/test_limit.py::test_working_days_are_counted_by_the_calendar_in_hand",
            f"{DOCKET}/test_holiday.py::test_version_named_by_digest_stays_whatever_is_published",
            f"{COURSE}::test_working_days_without_a_calendar_are_neither_overdue_nor_late",
            f"{COURSE}::test_imputed_limit_is_marked_wherever_it_is_printed",
        ),
        "chapter 7, a review with waiver and tranche, a treaty body's report and decision": (
            f"{TERMINAL}::test_chapter_seven_moves_by_its_limits",
            f"{TERMINAL}::test_review_goes_from_test_to_waiver_to_purchase",
            f"{TERMINAL}::test_committee_is_seised_after_six_months_and_let_its_year_pass",
        ),
    },
    "F2": {
        "the open stage, its deadline, what is permitted next, what is overdue": (
            f"{COURSE}::test_an_overdue_stage_says_by_how_much_and_who_let_it_pass",
            f"{COURSE}::test_what_is_permitted_next_and_to_whom",
            f"{DOCKET}/test_entry.py::test_what_is_corrected_or_later_is_not_there_at_an_earlier_view",
        ),
        "the ledger entitles; a signed action does": (
            f"{COURSE}::test_what_was_done_is_in_time_or_late",
            f"{COURSE}::test_a_settlement_at_one_stage_ends_what_runs_beside_it",
            "property/test_docket.py::test_order_of_entries_changes_no_docket",
            f"{UNIT}/test_standing.py::test_disposition_of_one_day_goes_by_the_order_of_steps",
        ),
        "for every pledge, in every form, and as one page": (
            f"{TERMINAL}::test_every_form_has_the_same_days",
            "end_to_end/test_docket_page.py::test_days_stand_in_order_over_all_pledges",
        ),
    },
    "F3": {
        "not_yet, held, failed or undeterminable with the reason": (
            f"{TRIGGER}::test_outcome_is_by_the_trigger_and_what_followed",
            f"{TRIGGER}::test_a_trigger_that_nobody_is_named_to_judge_is_undeterminable_and_says_what_happened",
            f"{TRIGGER}::test_a_trigger_without_a_day_waits_for_its_judge",
        ),
        "whether the consequence followed, and when": (
            f"{TRIGGER}::test_an_action_that_is_not_the_consequence_does_not_count",
            f"{DOCKET}/test_due.py::test_consequence_that_followed_is_done",
        ),
        "reciprocal obligations in one timeline": (
            f"{DOCKET}/test_timeline.py::test_who_had_to_move_first_is_said_with_both_days",
            f"{TERMINAL}::test_who_had_to_move_first_is_shown_for_both_sides",
        ),
    },
    "F4": {
        "every commitment that rests on it is scored again from that date and listed": (
            f"{LAPSE}::test_lapse_is_listed_with_the_score_before_and_after",
            f"{LAPSE}::test_each_of_two_lapses_is_undone_by_itself",
            f"{TERMINAL}::test_lapsed_lever_is_listed_with_the_score_before_and_after",
        ),
        "a ruling, an expiry": (
            f"{BESIDE}/test_leverage.py::test_a_lapse_names_its_day_and_entry",
            f"{LAPSE}::test_lever_whose_own_days_are_over_has_lapsed_on_the_next",
        ),
    },
}  # fmt: skip
"""By rule and sentence (its own words, cut short): the tests that hold it."""

KINDS: Final = ("up", "down", "unknown")

TOLD: dict[str, tuple[str, str, str]] = {
    "performance": (
        f"{BESIDE}/test_performance.py::test_one_word_follows_from_the_outcomes[all are met]",
        f"{BESIDE}/test_performance.py::test_one_word_follows_from_the_outcomes[one is not]",
        f"{BESIDE}/test_performance.py::test_one_word_follows_from_the_outcomes[one is disputed]",
    ),
    "credibility": (
        f"{BESIDE}/test_credibility.py::test_the_posterior_has_its_mean_and_interval[one kept]",
        f"{BESIDE}/test_credibility.py::test_the_posterior_has_its_mean_and_interval[one broken]",
        f"{BESIDE}/test_credibility.py::test_the_posterior_has_its_mean_and_interval[nothing yet: the prior]",
    ),
    "depth against the baseline": (
        f"{DEPTH}::test_the_baseline_is_the_one_stated",
        f"{DEPTH}::test_a_target_below_what_came_anyhow_has_negative_depth",
        f"{DEPTH}::test_what_a_channel_cannot_tell_is_null_with_the_reason",
    ),
    "depth against last year": (
        f"{DEPTH}::test_last_year_is_the_period_that_was_over_before_the_pledge",
        f"{DEPTH}::test_a_target_level_with_last_year_has_no_depth",
        f"{DEPTH}::test_a_year_with_a_gap_is_no_counterfactual",
    ),
    "depth against the trend": (
        f"{DEPTH}::test_the_trend_is_carried_on_to_the_terms_own_days",
        f"{DEPTH}::test_the_line_is_that_of_least_squares",
        f"{DEPTH}::test_a_year_under_the_pledge_is_no_counterfactual",
    ),
    "leverage": (
        f"{BESIDE}/test_leverage.py::test_a_lever_stands_by_its_own_days[begun]",
        f"{BESIDE}/test_leverage.py::test_a_lever_stands_by_its_own_days[over]",
        f"{BESIDE}/test_leverage.py::test_a_lever_stands_by_its_own_days[without days]",
    ),
    "quadrant": (
        f"{BESIDE}/test_quadrant.py::test_the_story_follows_from_both[firm is hard]",
        f"{BESIDE}/test_quadrant.py::test_the_story_follows_from_both[soft and broken]",
        f"{BESIDE}/test_quadrant.py::test_the_story_follows_from_both[either side of the edge]",
    ),
}
"""By figure beside the score (E10): a case that raises it, one that lowers it, one in which it is not known."""


@cache
def docstrings_of(file: str) -> dict[str, str]:
    """The tests of a file with their docstrings."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))
    return {node.name: ast.get_docstring(node) or "" for node in found}


@cache
def texts_of(file: str) -> frozenset[str]:
    """Every text that a file of tests has as a constant, the phrases of its tables among them."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(value for value in constants if isinstance(value, str))


def cited(docstring: str) -> set[str]:
    """The rules that a docstring names; ``E1–E3`` and ``E1 to E3`` name three."""
    single = set(re.findall(r"\b[EF]\d{1,2}\b", docstring))
    spans = re.findall(r"\b([EF])(\d{1,2})(?:–| to )\1(\d{1,2})\b", docstring)
    return single | {f"{part}{number}" for part, low, high in spans for number in range(int(low), int(high) + 1)}


def test_every_rule_has_its_sentences() -> None:
    """E1 to E10 and F1 to F4, none left out (method §4, §5)."""
    assert list(HELD) == [*(f"E{number}" for number in range(1, 11)), *(f"F{number}" for number in range(1, 5))]


@pytest.mark.parametrize(
    ("rule", "sentence"), [(rule, sentence) for rule, sentences in HELD.items() for sentence in sentences]
)
def test_every_sentence_of_a_rule_has_a_test_that_names_it(rule: str, sentence: str) -> None:
    """A docstring says which rule its test proves (style §10)."""
    for test in HELD[rule][sentence]:
        file, name = test.split("::")
        assert name in docstrings_of(file), f"{file} has no {name}"
        assert rule in cited(docstrings_of(file)[name]), f"{name} does not say that it proves {rule}"


@pytest.mark.parametrize("figure", TOLD)
def test_what_stands_beside_the_score_has_its_three_cases(figure: str) -> None:
    """Each figure is raised by one case, lowered by another and left unknown by a third, none of them twice (E10)."""
    assert len(set(TOLD[figure])) == len(KINDS)
    for test in TOLD[figure]:
        file, _, case = test.partition("::")
        name, _, phrase = case.rstrip("]").partition("[")
        assert "E10" in docstrings_of(file).get(name, ""), test
        assert not phrase or phrase in texts_of(file), f"{file} has no case {phrase!r}"
