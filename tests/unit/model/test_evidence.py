"""Evidence: what a table of codes and a rate have to say of themselves (design §2.2, §2.3)."""

from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from ledger.model.evidence import Dimensions

TABLE = {
    "measure": "table", "reporter": "*", "partner": "hs2012", "classifications": ["HS2017", "HS2012"],
    "frequencies": [], "units": [], "table": "correspondence",
}  # fmt: skip
RATE = {
    "measure": "rate", "reporter": "usd", "partner": "*", "classifications": ["currency"], "frequencies": ["A"],
    "units": ["CNY"],
}  # fmt: skip
FIGURES = {**RATE, "measure": "export", "reporter": "us", "partner": "cn", "classifications": ["HS"]}


def dimensions(parts: Mapping[str, object]) -> Dimensions:
    """The dimensions that these members say."""
    return Dimensions.model_validate({name: tuple(of) if isinstance(of, list) else of for name, of in parts.items()})


def test_a_table_a_rate_and_figures_have_their_keys() -> None:
    """The key alone tells what leads where, and which currency is priced (design §2.3)."""
    found = [dimensions(parts).series for parts in (TABLE, RATE, FIGURES)]
    assert found == ["series:table/*/hs2012", "series:rate/usd/*", "series:export/us/cn"]


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "a table without its kind": ({**TABLE, "table": None}, "a table says its kind"),
    "figures with a kind of table": ({**FIGURES, "table": "nomenclature"}, "only a table does"),
    "figures without units": ({**FIGURES, "units": []}, "figures have frequencies and units"),
    "figures without a frequency": ({**FIGURES, "frequencies": []}, "figures have frequencies and units"),
    "a table with units": ({**TABLE, "units": ["t"]}, "neither frequencies nor units"),
    "a table from three": ({**TABLE, "classifications": ["A", "B", "HS2012"]}, "from one classification into one"),
    "a nomenclature that leads elsewhere": ({**TABLE, "table": "nomenclature"}, "a nomenclature stays in its own"),
    "a table under another key": ({**TABLE, "partner": "hs2017"}, "the key of this table is series:table/[*]/hs2012"),
    "a table of a party": ({**TABLE, "reporter": "us"}, "the key of this table is"),
    "a rate of one pair alone": ({**RATE, "partner": "cny"}, "the key of a rate has [*]"),
}


@pytest.mark.parametrize("case", WRONG)
def test_dimensions_that_contradict_themselves_are_refused(case: str) -> None:
    """The sentence says what would be right."""
    parts, reason = WRONG[case]
    with pytest.raises(ValidationError, match=reason):
        dimensions(parts)
