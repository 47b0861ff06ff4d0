"""Every trap in published figures, and every bad file, is held by a test (the issue of evidence, §1 and its end).

The two tables name them. Whether the tests hold is theirs to say; here is found which trap has lost its test.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]

NATIVE = "end_to_end/test_native_messages.py"
GENUINE = "end_to_end/test_genuine_messages.py"
DECLARED = "unit/ingest/test_declared.py"
NORMALISE = "unit/ingest/test_normalise.py"
UNITS = "unit/ingest/test_unit_column.py"
SELECTION = "unit/assessment/test_selection.py"

TRAPS: dict[str, tuple[str, ...]] = {
    "cumulative columns": (
        f"{DECLARED}::test_columns_that_are_running_totals_are_differenced",
        f"{DECLARED}::test_months_as_columns_are_counted_and_their_running_total_is_not",
        f"{NORMALISE}::test_running_totals_are_differenced_within_their_marketing_year",
    ),
    "totals beside parts": (
        f"{NATIVE}::test_gats_download_is_read_among_its_titles_and_notes",
        "unit/ingest/test_tabular.py::test_total_rows_are_left_out",
        "unit/ingest/test_census.py::test_totals_and_country_groups_are_left_out_of_their_parts",
    ),
    "country groups": (
        "unit/ingest/test_census.py::test_totals_and_country_groups_are_left_out_of_their_parts",
        "unit/assessment/test_link.py::test_what_is_owed_to_a_group_and_to_its_member_is_one_total",
    ),
    "levels of the Harmonized System mixed": (
        f"{GENUINE}::test_annual_extract_of_comtrade_keeps_every_level_as_its_own_point",
        f"{DECLARED}::test_codes_are_reshaped_as_declared_and_levels_kept_apart",
        f"{SELECTION}::test_a_parent_hides_its_children_and_is_never_added_to_them",
    ),
    "confidential codes: US 8800 is Comtrade's 9999 less chapter 99": (
        f"{NATIVE}::test_aircraft_hide_in_what_is_not_specified",
        "end_to_end/test_classifications.py::test_aircraft_that_comtrade_hides_are_found_by_a_declared_derivation",
    ),
    "kilograms and tonnes mixed": (
        f"{UNITS}::test_kilograms_and_tonnes_in_one_file_stay_what_they_are",
        f"{NATIVE}::test_unit_mix_up_in_a_total_is_found_out",
    ),
    "bushels": (
        f"{UNITS}::test_bushels_go_by_the_commodity_of_the_row",
        f"{GENUINE}::test_bushels_of_2019_weigh_what_the_story_says",
    ),
    "marketing years": (
        f"{NORMALISE}::test_two_marketing_years_at_once_are_summed_week_by_week",
        f"{DECLARED}::test_sales_of_both_marketing_years_add_up_and_cancellations_count_against",
        f"{GENUINE}::test_export_sales_give_back_the_seasons_totals",
    ),
    "interpolated weeks": (
        f"{NORMALISE}::test_difference_that_touches_an_interpolated_total_is_interpolated",
        f"{SELECTION}::test_an_interpolated_parent_hides_nobody",
        "unit/assessment/reconcile/test_figures.py::test_what_the_source_interpolated_never_counts",
    ),
    "error pages in place of data": (
        "end_to_end/test_bad_evidence.py::test_bad_evidence_ends_in_a_sentence_with_its_place",
        f"{NATIVE}::test_message_that_holds_no_data_is_refused_with_what_it_is",
        "end_to_end/test_fetch.py::test_answer_that_is_no_figures_is_refused_with_what_it_says",
    ),
    "negative and cancelled sales": (
        f"{DECLARED}::test_negative_export_is_rejected_where_a_negative_order_is_not",
        f"{DECLARED}::test_sales_of_both_marketing_years_add_up_and_cancellations_count_against",
        f"{GENUINE}::test_announced_sales_of_february_2019_add_up",
    ),
    "preliminary and revised values": (
        f"{DECLARED}::test_scale_status_dashes_and_flags_mean_what_is_declared",
        f"{GENUINE}::test_agriculture_of_2020_differs_with_the_day_on_which_it_was_known",
        "unit/assessment/reconcile/test_figures.py::test_the_newest_vintage_counts_and_older_ones_stay_visible",
    ),
}
"""By trap of published figures, the tests that show it."""

BAD: dict[str, str] = {
    "the wrong format": "a workbook read as CSV",
    "truncated": "JSON cut short",
    "a zip bomb": "an archive that swells",
    "a zip bomb that lies": "an archive that lies about its size",
    "formulas": "a formula without its value",
    "merged headers": "a header merged over other headings",
    "mixed encodings": "two encodings in one file",
    "dates as serials": "a date as a serial",
    "dashes for zero": "a dash where zero is meant",
    "a mapping that matches nothing": "a mapping that matches nothing",
}
"""By bad file, the case of ``test_bad_evidence_ends_in_a_sentence_with_its_place``; it shows that nothing is kept."""


@cache
def _read(file: str) -> tuple[frozenset[str], frozenset[str]]:
    """The tests of a file, and its texts."""
    nodes = list(ast.walk(ast.parse((TESTS / file).read_text(encoding="utf-8"))))
    tests = frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant))
    return tests, frozenset(text for text in texts if isinstance(text, str))


@pytest.mark.parametrize(("trap", "test"), [(trap, test) for trap, tests in TRAPS.items() for test in tests])
def test_trap_of_published_figures_has_its_test(trap: str, test: str) -> None:
    """Each trap that publishers set is shown by a test that is there (R2, R3, R5, R10)."""
    file, _, name = test.partition("::")
    assert name in _read(file)[0], f"{trap}: {test}"


@pytest.mark.parametrize("bad", BAD)
def test_bad_file_has_its_case(bad: str) -> None:
    """Each bad file goes through the real command, and ends in a sentence with its place (style §7)."""
    assert BAD[bad] in _read("end_to_end/test_bad_evidence.py")[1]


def test_file_of_gigabytes_has_its_test() -> None:
    """A file that is too long for any memory is given up in bounded memory (design §5)."""
    assert "test_file_of_gigabytes_is_refused_in_bounded_memory" in _read("end_to_end/test_bad_evidence.py")[0]
