"""The paths at which two documents differ: items by what they are about, plain values as one."""

import pytest

from ledger.audit.comparison.path import changed_paths, is_below, keyed, name_of
from ledger.signing.canonical import Json

CHANGES: dict[str, tuple[Json, Json, tuple[str, ...]]] = {
    "nothing": ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}, ()),
    "a text": ({"a": "met"}, {"a": "not_met"}, ("a",)),
    "a member more": ({}, {"a": None}, ("a",)),
    "a member less": ({"a": 1}, {}, ("a",)),
    "a number and a truth": ({"a": 1}, {"a": True}, ("a",)),
    "plain values in a list": ({"a": ["x", "y"]}, {"a": ["y", "x"]}, ("a",)),
    "a commitment more in front": (
        {"commitments": [{"subject": "b", "date": "1"}]},
        {"commitments": [{"subject": "a", "date": "0"}, {"subject": "b", "date": "1"}]},
        ("commitments[a]",),
    ),
    "a term of one commitment": (
        {"commitments": [{"subject": "a", "terms": [{"id": "x", "outcome": "met"}]}]},
        {"commitments": [{"subject": "a", "terms": [{"id": "x", "outcome": "not_met"}]}]},
        ("commitments[a].terms[x].outcome",),
    ),
    "the order alone": (
        {"parties": [{"slug": "a"}, {"slug": "b"}]},
        {"parties": [{"slug": "b"}, {"slug": "a"}]},
        ("parties",),
    ),
    "evidence by its entry": (
        {"evidence": [{"cite": {"entry": 3}, "used": True}]},
        {"evidence": [{"cite": {"entry": 3}, "used": False}, {"cite": {"entry": 4}, "used": True}]},
        ("evidence[entry 3].used", "evidence[entry 4]"),
    ),
    "items without a name": ({"parts": [{"a": 1}]}, {"parts": [{"a": 2}]}, ("parts[#0].a",)),
}


@pytest.mark.parametrize("phrase", CHANGES)
def test_changed_members_are_found_by_what_they_are_about(phrase: str) -> None:
    """An item more does not make those after it look changed; what is plain is one value (R1)."""
    before, after, paths = CHANGES[phrase]
    assert changed_paths(before, after) == paths


def test_items_of_one_name_are_told_apart_by_place() -> None:
    """By several baselines a channel stands several times; none of them hides another (R6)."""
    channel: Json = {"source": "census", "channel": "monthly", "frequency": "M"}
    assert list(keyed([channel, channel], "sources")) == ["census/monthly/M#0", "census/monthly/M#1"]


@pytest.mark.parametrize(
    ("item", "member", "name"),
    [
        ({"measure": "export", "reporter": "us", "partner": "cn", "named_source": None}, "readings", "export/us/cn"),
        ({"entry": 7, "statement": "x"}, "cites", "entry 7"),
        ({"words": "x"}, "gates", ""),
        ("met", "because", ""),
    ],
)
def test_item_is_named_by_what_its_list_says(item: Json, member: str, name: str) -> None:
    """A list that is not known goes by what its items cite, or by their place."""
    assert name_of(item, member) == name


@pytest.mark.parametrize(
    ("path", "member", "below"),
    [
        ("opinion.code", "opinion", True),
        ("opinion", "opinion", True),
        ("opinions", "opinion", False),
        ("evidence[entry 3].used", "evidence[entry 3]", True),
        ("evidence[entry 31]", "evidence[entry 3", False),
    ],
)
def test_path_is_below_a_member_only_at_its_end(path: str, member: str, *, below: bool) -> None:
    """A name that begins like another is another."""
    assert is_below(path, member) is below
