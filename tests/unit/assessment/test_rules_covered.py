"""Every rule R1 to R18 is held by tests of what it grants, what it refuses, and what it leaves unknown (method §3).

The table names them. A test counts for a rule only where its own docstring says so; a rule that loses one of its three
kinds, and a name that no longer is a test, is found here. Whether they hold is theirs to say.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

UNIT = Path(__file__).resolve().parents[1]

FIGURES = "assessment/reconcile/test_figures.py"
FLIP = "assessment/reconcile/test_flip.py"
HISTORY = "assessment/test_history.py"
LINK = "assessment/test_link.py"
CAUSE = "assessment/reconcile/test_cause.py"
NEED = "assessment/reconcile/test_need.py"
PROJECTION = "assessment/reconcile/test_projection.py"
SELECTION = "assessment/test_selection.py"
STANDING = "assessment/test_standing.py"

COVERED: dict[str, dict[str, str]] = {
    "R1": {
        "up": f"{HISTORY}::test_late_evidence_is_told_by_its_entry",
        "down": f"{HISTORY}::test_what_was_recorded_in_error_never_counted_on_any_day",
        "unknown": "assessment/test_erased.py::test_earlier_view_lacks_what_a_later_entry_erased",
    },
    "R2": {
        "up": f"{FIGURES}::test_the_newest_vintage_counts_and_older_ones_stay_visible",
        "down": f"{FIGURES}::test_a_revision_that_covers_less_is_not_printed_as_one",
        "unknown": f"{SELECTION}::test_withdrawn_points_leave_room_for_the_vintage_before",
    },
    "R3": {
        "up": f"{SELECTION}::test_scope_is_expanded_to_the_codes_present",
        "down": f"{SELECTION}::test_a_parent_hides_its_children_and_is_never_added_to_them",
        "unknown": f"{LINK}::test_another_classification_gives_an_interval_and_says_that_it_may_be_one_flow",
    },
    "R4": {
        "up": f"{FIGURES}::test_a_weight_has_no_price_basis_to_differ_in",
        "down": f"{FIGURES}::test_another_price_basis_is_not_counted",
        "unknown": f"{FIGURES}::test_every_series_between_the_parties_is_listed_with_its_reason",
    },
    "R5": {
        "up": f"{FIGURES}::test_bushels_are_converted_by_the_exact_factor_of_their_commodity",
        "down": f"{SELECTION}::test_a_unit_that_no_factor_is_known_for_is_an_error_that_names_it",
        "unknown": f"{FIGURES}::test_figures_of_another_dimension_are_listed_and_not_counted",
    },
    "R6": {
        "up": f"{FIGURES}::test_an_increment_is_counted_from_the_channels_own_baseline",
        "down": f"{FIGURES}::test_a_restated_baseline_makes_a_new_result_beside_the_old",
        "unknown": f"{FIGURES}::test_a_channel_without_its_own_whole_baseline_does_not_vote",
    },
    "R7": {
        "up": "assessment/reconcile/test_ratio.py::test_like_ratios_are_compared_by_their_value",
        "down": "assessment/reconcile/test_ratio.py::test_unlike_ratios_are_refused_by_the_part_that_differs",
        "unknown": "assessment/reconcile/test_ratio.py::test_a_ratio_without_a_value_is_not_compared",
    },
    "R8": {
        "up": f"{FIGURES}::test_a_source_votes_by_its_channel_of_highest_coverage",
        "down": f"{FIGURES}::test_sources_on_different_sides_of_the_bound_are_disputed_and_never_averaged",
        "unknown": f"{CAUSE}::test_missing_figures_are_not_taken_for_a_gap",
    },
    "R9": {
        "up": "assessment/reconcile/test_pace.py::test_linear_is_the_share_of_the_days_that_have_passed",
        "down": "assessment/reconcile/test_pace.py::test_pace_is_where_both_prorations_say_the_same",
        "unknown": "assessment/reconcile/test_pace.py::test_without_a_complete_year_the_pace_is_unknown",
    },
    "R10": {
        "up": f"{FIGURES}::test_a_missing_row_is_zero_only_where_the_mapping_says_so",
        "down": f"{FIGURES}::test_what_the_source_interpolated_never_counts",
        "unknown": f"{FIGURES}::test_a_week_that_straddles_the_edge_gives_an_interval",
    },
    "R11": {
        "up": f"{FIGURES}::test_a_floor_is_met_the_day_it_is_reached",
        "down": f"{FIGURES}::test_a_bound_reached_late_stays_not_met_with_the_days",
        "unknown": f"{FIGURES}::test_a_missing_month_is_awaited_until_the_lag_has_passed",
    },
    "R12": {
        "up": f"{STANDING}::test_both_sides_change_a_term_from_its_effective_day",
        "down": f"{STANDING}::test_one_side_alone_changes_nothing",
        "unknown": (
            "assessment/reconcile/test_moved.py::"
            "test_an_amendment_that_the_other_side_has_not_affirmed_is_printed_beside"
        ),
    },
    "R13": {
        "up": f"{FLIP}::test_the_smallest_change_of_the_figures_is_told",
        "down": f"{FLIP}::test_a_ceiling_kept_by_nothing_cannot_be_turned_downwards",
        "unknown": f"{NEED}::test_the_missing_thing_is_named",
    },
    "R14": {
        "up": f"{PROJECTION}::test_the_interval_runs_over_the_shares_of_past_seasons",
        "down": f"{PROJECTION}::test_no_verdict_rests_on_a_projection",
        "unknown": f"{PROJECTION}::test_where_the_past_cannot_tell_it_is_unknown_and_says_why",
    },
    "R15": {
        "up": "assessment/test_attested.py::test_levels_of_assessors_give_an_outcome_or_an_interval",
        "down": "assessment/test_attested.py::test_differing_assessors_are_printed_as_an_interval",
        "unknown": "assessment/test_attested.py::test_where_nobody_attests_nothing_is_known",
    },
    "R16": {
        "up": f"{LINK}::test_flows_that_do_not_meet_are_added_up",
        "down": f"{LINK}::test_what_was_seen_of_one_flow_is_counted_once",
        "unknown": f"{LINK}::test_scopes_that_meet_in_part_give_an_interval_and_say_so",
    },
    "R17": {
        "up": "assessment/reconcile/test_imputed.py::test_a_number_of_ours_is_marked_in_every_ratio",
        "down": "assessment/reconcile/test_imputed.py::test_a_number_of_the_text_bears_no_mark",
        "unknown": (
            "assessment/reconcile/test_imputed.py::test_a_publication_day_that_nobody_states_is_marked_with_the_reason"
        ),
    },
    "R18": {
        "up": f"{FIGURES}::test_figures_of_both_sides_that_agree_are_grade_e4",
        "down": f"{FIGURES}::test_claims_and_media_never_close_a_term_even_when_named",
        "unknown": f"{FIGURES}::test_figures_too_weak_to_decide_are_neither_quoted_nor_awaited",
    },
}
"""By rule: a test of what it grants (up), of what it refuses (down), and of what it leaves unknown."""


@cache
def docstrings_of(file: str) -> dict[str, str]:
    """The tests of a file with their docstrings."""
    tree = ast.parse((UNIT / file).read_text(encoding="utf-8"))
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))
    return {node.name: ast.get_docstring(node) or "" for node in found}


def test_every_rule_of_reconciliation_is_in_the_table() -> None:
    """R1 to R18, none left out (method §1, §3)."""
    assert list(COVERED) == [f"R{number}" for number in range(1, 19)]
    assert all(list(kinds) == ["up", "down", "unknown"] for kinds in COVERED.values())


@pytest.mark.parametrize(("rule", "kind"), [(rule, kind) for rule, kinds in COVERED.items() for kind in kinds])
def test_the_test_that_is_named_for_a_rule_names_the_rule(rule: str, kind: str) -> None:
    """A docstring says which rule its test proves (style §10)."""
    file, name = COVERED[rule][kind].split("::")
    assert name in docstrings_of(file), f"{file} has no {name}"
    assert re.search(rf"\b{rule}\b", docstrings_of(file)[name]), f"{name} does not say that it proves {rule}"


def test_no_test_stands_for_two_kinds_of_one_rule() -> None:
    """What grants is not what refuses."""
    assert all(len(set(kinds.values())) == 3 for kinds in COVERED.values())
