"""Every sentence of R1 to R18 is held by a test that says so (method §1, §3).

The table goes through the rules sentence by sentence and names the tests that hold each, with values reckoned by hand
or taken from a specification. A test counts only where its own docstring names the rule. What no other file had stands
below. ``test_rules_covered`` asks something else of the same rules: that each grants, refuses and does not know.
"""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from ledger.model.ratio import Ratio
from tests.unit.assessment.builder import EXPORT, IMPORT, Book, months, quantity

TESTS = Path(__file__).resolve().parents[2]

VIEW: Final = "unit/assessment/test_view.py"
ERASED: Final = "unit/assessment/test_erased.py"
SELECTION: Final = "unit/assessment/test_selection.py"
SCOPE: Final = "unit/assessment/test_scope.py"
SERIES: Final = "unit/assessment/test_series.py"
STANDING: Final = "unit/assessment/test_standing.py"
LINK: Final = "unit/assessment/test_link.py"
ASSEMBLED: Final = "unit/assessment/reconcile/test_assembled.py"
CAUSE: Final = "unit/assessment/reconcile/test_cause.py"
CONDUCT: Final = "unit/assessment/reconcile/test_conduct.py"
EXCHANGE: Final = "unit/assessment/reconcile/test_exchange.py"
FIGURES: Final = "unit/assessment/reconcile/test_figures.py"
FLIP: Final = "unit/assessment/reconcile/test_flip.py"
IMPUTED: Final = "unit/assessment/reconcile/test_imputed.py"
MOVED: Final = "unit/assessment/reconcile/test_moved.py"
PACE: Final = "unit/assessment/reconcile/test_pace.py"
PROJECTION: Final = "unit/assessment/reconcile/test_projection.py"
RATIO: Final = "unit/assessment/reconcile/test_ratio.py"
TRIGGER: Final = "unit/assessment/test_trigger.py"
LAWS: Final = "property/test_reconcile.py"
HERE: Final = "unit/assessment/test_rules_of_reconciliation.py"

Sentences = dict[str, tuple[str, ...]]

HELD: dict[str, Sentences] = {
    "R1": {
        "It sees entries below N whose date is on or before D": (
            f"{VIEW}::test_entries_at_or_above_the_size_are_not_seen",
            f"{VIEW}::test_statement_is_seen_from_its_own_date",
        ),
        "published, not stated by the publisher: the last day the file covers, marked imputed": (
            f"{IMPUTED}::test_a_publication_day_that_nobody_states_is_marked_with_the_reason",
            "unit/ingest/test_tabular.py::test_day_of_publication_is_the_callers_or_marked_as_imputed",
        ),
        "the announced date of an amendment for its visibility, its effective date for its effect": (
            f"{STANDING}::test_both_sides_change_a_term_from_its_effective_day",
        ),
        "A correction of the record applies at every D once its entry is below N": (
            f"{VIEW}::test_a_correction_applies_at_every_date_once_it_is_logged",
            f"{VIEW}::test_a_correction_mended_once_more_still_replaces_the_first",
        ),
        "a retraction marked withdrawn_by_publisher applies from its own date": (
            f"{VIEW}::test_a_retraction_in_error_applies_at_every_date_and_a_withdrawal_from_its_own",
        ),
        "The same view always gives the same answer": (
            f"{VIEW}::test_a_view_gives_the_same_answer_however_much_was_said_later",
            f"{LAWS}::test_an_older_view_gives_its_old_answer",
        ),
        "unless an erasure, which is printed, has removed what it rested on": (
            f"{ERASED}::test_earlier_view_lacks_what_a_later_entry_erased",
            f"{ERASED}::test_erased_statement_bears_on_what_could_rest_on_it",
        ),
    },
    "R2": {
        "the newest vintage that the view knows wins": (
            f"{FIGURES}::test_the_newest_vintage_counts_and_older_ones_stay_visible",
            f"{SELECTION}::test_the_later_entry_wins_among_vintages_of_one_day",
        ),
        "for one series point": (f"{SERIES}::test_newest_vintage_of_each_point_is_given",),
        "older ones stay visible as revisions": (
            f"{FIGURES}::test_a_revision_that_covers_less_is_not_printed_as_one",
            f"{SERIES}::test_older_vintages_are_given_where_they_are_asked_for",
        ),
    },
    "R3": {
        "Product codes are mapped through the classification's tree and correspondence tables": (
            f"{SCOPE}::test_codes_of_another_edition_count_as_far_as_they_lie_in_the_scope",
            f"{SCOPE}::test_tables_make_a_chain",
        ),
        "expanded to leaves before joining": (f"{SELECTION}::test_scope_is_expanded_to_the_codes_present",),
        "Never add a parent to its children": (
            f"{SELECTION}::test_a_parent_hides_its_children_and_is_never_added_to_them",
            f"{LAWS}::test_a_child_beside_its_parent_changes_nothing",
        ),
        "a country group to its members": (
            f"{ASSEMBLED}::test_a_group_is_never_added_to_its_members",
            f"{ASSEMBLED}::test_a_member_counts_on_its_own_days",
            f"{ASSEMBLED}::test_a_member_without_figures_lowers_the_coverage_and_is_named",
        ),
        "or a cumulative column to its months": (
            f"{FIGURES}::test_a_year_to_date_is_never_added_to_its_months",
            "unit/ingest/test_normalise.py::test_running_totals_are_differenced_within_their_marketing_year",
        ),
        "Codes that cannot be mapped are listed with their share of value": (
            f"{SCOPE}::test_codes_that_no_table_has_are_listed_with_their_share",
        ),
    },
    "R4": {
        "Another measure type, flow, partner is not counted but listed as not admissible, with the reason": (
            f"{SELECTION}::test_evidence_of_something_else_is_not_admissible_and_says_why",
            f"{FIGURES}::test_every_series_between_the_parties_is_listed_with_its_reason",
        ),
        "or basis": (
            f"{FIGURES}::test_another_price_basis_is_not_counted",
            f"{FIGURES}::test_a_weight_has_no_price_basis_to_differ_in",
        ),
    },
    "R5": {
        "with stated factors (a bushel weighs differently by commodity)": (
            f"{FIGURES}::test_bushels_are_converted_by_the_exact_factor_of_their_commodity",
        ),
        "and a stated rate series that is itself evidence": (
            f"{EXCHANGE}::test_figures_are_converted_by_the_rate_of_their_own_days",
            f"{EXCHANGE}::test_a_payment_is_counted_by_the_term_that_is_owed_in_its_currency",
        ),
        "A missing factor is an error that names the unit": (
            f"{FIGURES}::test_a_baseline_in_a_unit_that_leads_nowhere_is_an_error_that_names_it",
            f"{SELECTION}::test_a_unit_that_no_factor_is_known_for_is_an_error_that_names_it",
        ),
        "never a guess": (
            f"{EXCHANGE}::test_without_a_rate_nothing_is_converted",
            f"{EXCHANGE}::test_a_payment_that_cannot_be_converted_leaves_the_verdict_open",
        ),
    },
    "R6": {
        "a versioned statement of its own; the same source as the figures it is compared with": (
            f"{FIGURES}::test_an_increment_is_counted_from_the_channels_own_baseline",
            f"{FIGURES}::test_a_channel_without_its_own_whole_baseline_does_not_vote",
        ),
        "A restated baseline makes a new result beside the old": (
            f"{FIGURES}::test_a_restated_baseline_makes_a_new_result_beside_the_old",
        ),
    },
    "R7": {
        "three ratios: gross, incremental, pace": (f"{FIGURES}::test_three_ratios_print_themselves_in_words",),
        "each a typed object": (f"{HERE}::test_a_ratio_carries_all_that_it_is_made_of",),
        "each printable in words": (
            f"{FIGURES}::test_a_decrease_is_said_downwards",
            f"{FIGURES}::test_an_interval_prints_both_ends",
        ),
        "Unlike ratios are not compared, averaged: the code refuses and names the part that differs": (
            f"{RATIO}::test_unlike_ratios_are_refused_by_the_part_that_differs",
            f"{HERE}::test_a_group_and_its_members_are_no_like_ratios",
        ),
        "or charted together": ("unit/report/test_chart.py::test_chart_has_one_scale_with_one_unit",),
    },
    "R8": {
        "Sources are those the text names": (
            f"{FIGURES}::test_statistics_of_others_do_not_count_where_the_text_names_its_source",
        ),
        "if it names none, every admissible source of grade E3 or better": (
            f"{FIGURES}::test_only_grade_e3_votes_where_the_text_names_no_source",
        ),
        "its copies are channels of one source, each reckoned with its own baseline": (
            f"{FIGURES}::test_an_increment_is_counted_from_the_channels_own_baseline",
            f"{CAUSE}::test_one_source_is_not_apart_from_itself",
        ),
        "A source votes once, by its channel of highest coverage": (
            f"{FIGURES}::test_a_source_votes_by_its_channel_of_highest_coverage",
        ),
        "then newest published, then entry index": (
            f"{FIGURES}::test_of_equal_coverage_the_newer_publication_votes_then_the_later_entry",
            f"{FIGURES}::test_a_baseline_stated_later_makes_no_figures_newer",
        ),
        "the others are printed, and one that decides the other way makes the source disputed": (
            f"{FIGURES}::test_a_channel_that_decides_the_other_way_makes_the_source_disputed",
        ),
        "Sources are never averaged: the term shows the interval over them": (
            f"{FIGURES}::test_sources_on_different_sides_of_the_bound_are_disputed_and_never_averaged",
        ),
        "the known causes of the gap and the unexplained rest": (
            f"{FIGURES}::test_the_causes_of_a_gap_are_named_and_the_rest_is_unexplained",
            f"{CAUSE}::test_transit_is_told_from_shipments_of_earlier_months",
            f"{CAUSE}::test_revisions_of_either_side_count_in_their_direction",
            f"{CAUSE}::test_missing_figures_are_not_taken_for_a_gap",
        ),
        "A named source that does not vote is listed in sources_missing": (
            f"{FIGURES}::test_a_named_source_without_evidence_is_missing_and_the_other_decides",
            f"{HERE}::test_a_named_source_without_its_own_baseline_or_scope_is_missing",
        ),
        "covering under 60 % of the scope, does not vote": (
            f"{FIGURES}::test_a_source_that_covers_under_60_percent_of_the_scope_does_not_vote",
        ),
    },
    "R9": {
        "linear": (f"{PACE}::test_linear_is_the_share_of_the_days_that_have_passed",),
        "and by each sub-period's share in the baseline year": (
            f"{FIGURES}::test_the_baseline_year_gives_the_season_of_an_increment",
        ),
        "else the last complete year before the pledge": (
            f"{FIGURES}::test_pace_is_said_only_where_both_prorations_say_so",
            f"{PACE}::test_without_a_complete_year_the_pace_is_unknown",
        ),
        "to the end of the last admissible observation": (
            f"{HERE}::test_pace_runs_to_the_last_admissible_observation",
        ),
        "on_pace or off_pace only where both say so; else not_due, both printed": (
            f"{PACE}::test_pace_is_where_both_prorations_say_the_same",
        ),
        "An aid, never a verdict": (f"{HERE}::test_a_term_far_off_pace_is_not_lost_before_its_deadline",),
    },
    "R10": {
        "share of period and scope that admissible observations cover": (
            f"{FIGURES}::test_codes_of_different_months_do_not_make_up_for_one_another",
        ),
        "A missing row is missing, unless the mapping says absent = zero": (
            f"{FIGURES}::test_a_missing_row_is_zero_only_where_the_mapping_says_so",
            f"{FIGURES}::test_a_withdrawn_point_is_not_zero",
        ),
        "An observation that straddles the period's edge covers the days that it overlaps": (
            f"{FIGURES}::test_a_straddling_week_covers_the_days_it_overlaps_and_no_more",
        ),
        "and gives an interval; a verdict needs both ends": (
            f"{FIGURES}::test_a_week_that_straddles_the_edge_gives_an_interval",
            f"{LAWS}::test_a_verdict_needs_both_ends_and_never_turns",
        ),
        "Scope is weighed by the channel's baseline-year value, else by leaf codes, and says which": (
            f"{FIGURES}::test_scope_is_weighed_by_the_baselines_value_where_there_is_one",
            f"{FIGURES}::test_scope_is_weighed_by_leaf_codes_without_a_baseline",
            f"{FIGURES}::test_a_finer_code_than_the_baselines_falls_back_to_leaf_codes",
            f"{ASSEMBLED}::test_members_weigh_by_their_baseline_value_where_it_is_known",
        ),
        "an open period runs to the view": (f"{HERE}::test_an_open_period_runs_to_the_view",),
        "or to the day the bound was reached": (f"{HERE}::test_an_open_period_ends_on_the_day_the_bound_is_reached",),
        "Nothing is imputed in a verdict": (f"{FIGURES}::test_what_the_source_interpolated_never_counts",),
    },
    "R11": {
        "met, not_met: by the bound alone": (f"{FIGURES}::test_outcome_is_by_the_bound_alone",),
        "an at_least total that cannot fall is met the day it is reached": (
            f"{FIGURES}::test_a_floor_is_met_the_day_it_is_reached",
            f"{FIGURES}::test_net_orders_are_decided_at_the_end_because_they_can_fall",
        ),
        "an at_most total that cannot fall is not_met the day it is passed": (
            f"{FIGURES}::test_a_ceiling_is_broken_the_day_it_is_passed_not_reached",
        ),
        "not_due, on_pace, off_pace before the deadline; a restraint kept so far is on_pace": (
            f"{FIGURES}::test_the_deadline_day_is_still_before_the_deadline",
            f"{CONDUCT}::test_a_restraint_kept_so_far_is_on_pace_and_broken_once_is_broken",
        ),
        "partly_met only for milestones and attested levels": (
            f"{CONDUCT}::test_milestones_are_met_together_and_partly_met_alone",
        ),
        "awaiting until the source's usual lag has passed; then not_assessable: coverage": (
            f"{FIGURES}::test_a_missing_month_is_awaited_until_the_lag_has_passed",
        ),
        "indicators; 24 months if not given, never more": (
            f"{FIGURES}::test_the_lag_is_the_indicators_and_never_longer_than_two_years",
        ),
        "not_assessable with the reason": (
            f"{FIGURES}::test_a_term_without_a_scope_cannot_be_counted",
            f"{FIGURES}::test_no_named_source_at_all_is_not_assessable_once_the_lag_has_passed",
            f"{TRIGGER}::test_a_trigger_that_nobody_is_named_to_judge_is_undeterminable_and_says_what_happened",
        ),
        "not_reported: an assessor attests having looked": (
            f"{FIGURES}::test_a_looked_for_figure_that_was_not_published_is_not_reported",
        ),
        "disputed: figures fall on different sides of the bound, or voting readings do": (
            f"{FIGURES}::test_sources_on_different_sides_of_the_bound_are_disputed_and_never_averaged",
            f"{FIGURES}::test_a_reading_at_odds_with_itself_disputes_the_term_where_none_votes",
        ),
        "neither period nor deadline can be met, counting from the pledge's date, never not_met": (
            f"{FIGURES}::test_a_term_without_deadline_is_met_when_reached_and_never_not_met",
            f"{FIGURES}::test_a_ceiling_without_deadline_is_never_not_met",
        ),
        "A bound reached after the deadline stays not_met, with the day it was reached and the days late": (
            f"{FIGURES}::test_a_bound_reached_late_stays_not_met_with_the_days",
            f"{FIGURES}::test_an_increment_is_late_only_above_the_baseline_that_goes_on",
            f"{HERE}::test_days_late_are_counted_from_a_deadline_that_is_later_than_the_period",
        ),
        "Jointly met (not_met) when every voting source says so": (
            f"{FIGURES}::test_an_undecided_source_does_not_hold_back_the_others_after_the_deadline",
            f"{HERE}::test_before_the_deadline_every_source_has_to_say_met",
        ),
        "That a party contests a figure is a flag with its reply beside": (
            "unit/assessment/test_stance.py::test_a_contested_figure_is_a_flag_and_not_an_outcome",
        ),
        "Conditional: met, not_met, not_assessable, not_due": (
            f"{TRIGGER}::test_outcome_is_by_the_trigger_and_what_followed",
            f"{TRIGGER}::test_a_threat_whose_trigger_failed_is_not_due",
        ),
        "a consequence all the same is finding F.untriggered": (
            f"{TRIGGER}::test_a_consequence_without_its_trigger_is_a_finding",
        ),
    },
    "R12": {
        "Validity and disposition are separate axes; never folded into one label": (
            "unit/assessment/test_assess.py::test_three_axes_stand_side_by_side",
            f"{STANDING}::test_validity_is_the_strongest_that_applies",
            f"{STANDING}::test_disposition_is_what_was_last_done",
            f"{CONDUCT}::test_a_suspended_term_says_so_beside_its_outcome",
        ),
        "only when the obligor of a unilateral pledge makes it": (
            f"{STANDING}::test_the_obligor_of_a_unilateral_pledge_changes_it_alone",
        ),
        "or the other side has affirmed it": (f"{STANDING}::test_affirming_an_amendment_makes_it_count",),
        "moved by one side alone: the verdict goes by the text": (
            f"{MOVED}::test_a_deadline_moved_by_one_side_does_not_change_the_verdict",
        ),
        "and the outcome on the moved terms is printed beside it": (
            f"{MOVED}::test_an_amount_moved_by_one_side_is_printed_beside",
        ),
    },
    "R13": {
        "the smallest change in the data": (
            f"{FLIP}::test_the_smallest_change_of_the_figures_is_told",
            f"{LAWS}::test_the_change_that_is_told_turns_the_verdict_and_a_grain_less_does_not",
        ),
        "the scope": (
            f"{FLIP}::test_the_single_code_that_turns_a_verdict_is_named",
            f"{FLIP}::test_a_missed_floor_is_not_mended_by_leaving_a_code_out",
        ),
        "or the baseline": (f"{FLIP}::test_the_smallest_change_of_the_baseline_is_told",),
    },
    "R14": {
        "before the deadline": (f"{PROJECTION}::test_after_the_deadline_nothing_is_projected",),
        "an interval from the series' own past seasons": (
            f"{PROJECTION}::test_the_interval_runs_over_the_shares_of_past_seasons",
            f"{LAWS}::test_a_projection_holds_every_past_season_that_it_is_made_of",
        ),
        "with its back-test": (
            f"{PROJECTION}::test_the_back_test_uses_earlier_seasons_alone",
            f"{PROJECTION}::test_a_back_test_that_holds_is_inside",
        ),
        "Never in a verdict": (f"{PROJECTION}::test_no_verdict_rests_on_a_projection",),
    },
    "R15": {
        "with a level or a truth value and a document": (
            f"{CONDUCT}::test_an_action_is_judged_by_the_latest_answer_of_each_assessor",
            "unit/assessment/test_attested.py::test_levels_of_assessors_give_an_outcome_or_an_interval",
        ),
        "differing assessors give an interval and their agreement": (
            f"{CONDUCT}::test_differing_assessors_give_an_interval_and_their_agreement",
        ),
    },
    "R16": {
        "Commitments link": (
            f"{LINK}::test_amounts_owed_of_one_flow_go_together_as_the_links_say",
            f"{LINK}::test_what_is_replaced_is_in_no_total",
        ),
        "totals count an overlapping flow once, and say so": (
            f"{LINK}::test_what_was_seen_of_one_flow_is_counted_once",
            f"{LINK}::test_scopes_that_meet_in_part_give_an_interval_and_say_so",
        ),
    },
    "R17": {
        "imputed, carries its method": (f"{FIGURES}::test_imputed_numbers_and_days_are_marked",),
        "and is marked wherever it is printed": (
            f"{IMPUTED}::test_a_number_of_ours_is_marked_in_every_ratio",
            f"{IMPUTED}::test_a_number_of_the_text_bears_no_mark",
        ),
    },
    "R18": {
        "E4 official statistics of both parties agree within the known causes": (
            f"{FIGURES}::test_figures_of_both_sides_that_agree_are_grade_e4",
            f"{FIGURES}::test_two_sources_of_one_side_are_not_grade_e4",
            f"{CAUSE}::test_two_sides_agree_only_within_the_known_causes",
        ),
        "E3, E2, E1, E0": (f"{FIGURES}::test_only_grade_e3_votes_where_the_text_names_no_source",),
        "E0 and E1 never close a term": (
            f"{FIGURES}::test_claims_and_media_never_close_a_term_even_when_named",
            f"{CONDUCT}::test_an_answer_that_rests_on_the_press_never_closes_a_term",
        ),
    },
}
"""By rule and sentence (its own words, cut short): the tests that hold it."""


@cache
def docstrings_of(file: str) -> dict[str, str]:
    """The tests of a file with their docstrings."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))
    return {node.name: ast.get_docstring(node) or "" for node in found}


def cited(docstring: str) -> set[str]:
    """The rules that a docstring names; ``R6–R8`` names three."""
    single = set(re.findall(r"\bR\d{1,2}\b", docstring))
    spans = re.findall(r"\bR(\d{1,2})–R(\d{1,2})\b", docstring)
    return single | {f"R{number}" for first, last in spans for number in range(int(first), int(last) + 1)}


def test_every_rule_has_its_sentences() -> None:
    """R1 to R18, none left out (method §1, §3)."""
    assert list(HELD) == [f"R{number}" for number in range(1, 19)]


@pytest.mark.parametrize(
    ("rule", "sentence"), [(rule, sentence) for rule, sentences in HELD.items() for sentence in sentences]
)
def test_every_sentence_of_a_rule_has_a_test_that_names_it(rule: str, sentence: str) -> None:
    """A docstring says which rule its test proves (style §10)."""
    for test in HELD[rule][sentence]:
        file, name = test.split("::")
        assert name in docstrings_of(file), f"{file} has no {name}"
        assert rule in cited(docstrings_of(file)[name]), f"{name} does not say that it proves {rule}"


# --- what no other file holds -----------------------------------------------------------------------------------------

BASELINE = {"period": {"start": "2017-01-01", "end": "2017-12-31"}}


def only_ratio(book: Book, kind: str, as_of: str = "2021-06-01", proration: str = "none") -> Ratio:
    """The ratio of one kind by the one source there is."""
    (source,) = book.term(as_of).readings[0].sources
    (found,) = [one for one in source.ratios if (one.kind, one.proration) == (kind, proration)]
    return found


def test_a_ratio_carries_all_that_it_is_made_of() -> None:
    """Measure, source, vintage, scope, coverage, denominator, basis and proration are members of their own (R7)."""
    book = Book()
    book.pledge(quantity("12", unit="USD", measure={**EXPORT, "basis": "FOB"}))
    book.figures(*months(2020, [1] * 6), unit="USD", basis="FOB", published="2020-07-15")
    book.figures(*months(2020, [2] * 6), unit="USD", basis="FOB", published="2020-08-15")
    one = only_ratio(book, "pace", "2020-09-01", "linear")
    said = (one.measure, one.reporter, one.partner, one.source, one.channel, one.vintage, one.scope, one.basis)
    assert said == ("export", "us", "cn", "us-census", "monthly", "2020-08-15", "HS 1201", "FOB")
    # 12 of the 12 owed, times 182 of 366 days: 5.967213; half of the year is covered.
    assert (one.denominator, one.denominator_value, one.numerator) == ("target to date", "5.967213", "12")
    assert (one.proration, one.coverage, one.value) == ("linear", "0.497268", "2.010989")


def test_a_group_and_its_members_are_no_like_ratios() -> None:
    """What a group reports and what its members' figures come to are of unlike scope: not compared (R3, R7)."""
    book = Book()
    book.say("party", "eu", {"kind": "union", "names": {"en": "EU"}, "members": [{"party": "de"}]})
    book.pledge(quantity(measure={"type": "export", "reporter": "us", "partner": "eu"}))
    book.figures("2020 1201 6", series="series:export/us/eu")
    book.figures("2020 1201 6", series="series:export/us/de")
    own, members = (source.ratios[0] for source in book.term("2021-06-01").readings[0].sources)
    assert own.value == members.value
    assert {own.scope, members.scope} == {"HS 1201", "HS 1201, put together from members of eu"}


@pytest.mark.parametrize("case", ["without its own baseline", "under 60 % of the scope"])
def test_a_named_source_without_its_own_baseline_or_scope_is_missing(case: str) -> None:
    """It does not vote and is listed; the other named source decides (R8)."""
    named = [{**EXPORT, "source": "us-census"}, {**IMPORT, "source": "cn-customs"}]
    codes = [f"120{digit}" for digit in range(1, 6)]
    scope = {"title": "seeds", "classification": "HS", "codes": codes}
    more = {"target_is": "increment", "baseline": BASELINE} if case == "without its own baseline" else {}
    book = Book()
    book.pledge(quantity("5", named=named, scope=scope, **more))
    whole = [f"{year} {code} {value}" for year, value in (("2017", 1), ("2020", 3)) for code in codes]
    book.figures(*whole, authority="us-census", channel="annual")
    book.baseline(channel="annual")
    part = whole if more else [line for line in whole if "1201" in line or "1202" in line]
    book.figures(*part, series="series:import/cn/us", authority="cn-customs", channel="annual", owner="cn")
    term = book.term("2021-06-01")
    assert (term.outcome, term.sources_missing) == ("met", ("cn-customs",))


def test_pace_runs_to_the_last_admissible_observation() -> None:
    """An interpolated month after March does not move the day: 91 of 366 days of 12 are due (R9, R10)."""
    book = Book()
    book.pledge(quantity("12"))
    book.figures(*months(2020, [1, 1, 1]), "2020-04 1201 9 I", published="2020-05-15")
    one = only_ratio(book, "pace", "2020-06-01", "linear")
    assert one.denominator_value == "2.983607"  # 12 · 91 ÷ 366
    assert "due by 2020-03-31" in one.words


def test_a_term_far_off_pace_is_not_lost_before_its_deadline() -> None:
    """Nothing by November of what is owed by December: off pace by both prorations, and not a verdict (R9, R11)."""
    book = Book()
    book.pledge(quantity("12"))
    book.figures(*months(2019, [1] * 12), *months(2020, [0] * 11), published="2020-12-05")
    assert book.term("2020-12-31").outcome == "off_pace"


def test_an_open_period_runs_to_the_view() -> None:
    """From January on without an end: on 30 June, 91 of 182 days are covered by the first three months (R10)."""
    book = Book()
    book.pledge(quantity("12", period={"start": "2020-01-01", "end": None}))
    book.figures(*months(2020, [1, 1, 1]), published="2020-04-15")
    (source,) = book.term("2020-06-30").readings[0].sources
    assert (source.period_coverage, source.outcome) == ("0.5", "not_assessable")


def test_an_open_period_ends_on_the_day_the_bound_is_reached() -> None:
    """What came after March is no part of the three that were owed; up to then all is covered (R10, R11)."""
    book = Book()
    book.pledge(quantity("3", period={"start": "2020-01-01", "end": None}))
    book.figures(*months(2020, [1, 1, 1, 1, 1]), published="2020-06-15")
    (source,) = book.term("2020-12-31").readings[0].sources
    assert (source.outcome, source.low, source.period_coverage, source.reached) == ("met", "3", "1", "2020-03-31")


def test_days_late_are_counted_from_a_deadline_that_is_later_than_the_period() -> None:
    """Owed of 2020 by the end of March 2021, and reached in April: 30 days late, not 120 (R11)."""
    book = Book()
    book.pledge(quantity("13", deadline="2021-03-31"))
    book.figures(*months(2020, [1] * 12), *months(2021, [0, 0, 0, 1]), published="2021-06-15")
    term = book.term("2021-09-01")
    assert (term.outcome, term.reached, term.days_late) == ("not_met", "2021-04-30", 30)


def test_before_the_deadline_every_source_has_to_say_met() -> None:
    """One has seen the bound reached in June and the other has not: the year still runs (R11)."""
    book = Book()
    book.pledge(quantity("6"))
    book.figures(*months(2020, [1] * 6), published="2020-07-15")
    book.figures(*months(2020, [0] * 6), authority="usda", channel="weekly", published="2020-07-15")
    assert book.term("2020-08-01").outcome not in {"met", "not_met", "disputed"}
    book.figures(*months(2020, [1] * 6), authority="usda", channel="weekly", published="2020-07-20")
    assert book.term("2020-08-01").outcome == "met"
