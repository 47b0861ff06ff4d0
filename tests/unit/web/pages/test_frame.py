"""The frame: a view as a form asks for it, addresses that keep it, and a policy that lets nothing in."""

import pytest

from ledger.web.pages.frame import STRICT, Look


@pytest.mark.parametrize(
    ("look", "wanted"),
    [
        (Look(None, None), "/entries"),
        (Look("2020-01-01", None), "/entries?as_of=2020-01-01"),
        (Look(None, 5), "/entries?size=5"),
        (Look("2020-01-01", 5), "/entries?as_of=2020-01-01&size=5"),
    ],
)
def test_address_keeps_the_view_that_was_asked_for(look: Look, wanted: str) -> None:
    """What was left open stays open: an address without a day is that of every day (R1)."""
    assert look.to("/entries") == wanted


def test_what_is_named_by_others_is_written_so_that_it_stays_one_value() -> None:
    """A subject with signs of its own is no second parameter."""
    assert Look(None, None).to("/entries", subject="a&size=1", kind="") == "/entries?subject=a%26size%3D1"


@pytest.mark.parametrize(("look", "keep"), [(Look("2020-01-01", 5), "fixed"), (Look("2020-01-01", None), "asked")])
def test_only_a_whole_view_is_kept(look: Look, keep: str) -> None:
    """A view that leaves its size open changes with the next entry."""
    assert look.keep == keep


def test_policy_allows_neither_inline_script_nor_inline_style_nor_another_origin() -> None:
    """Stricter than that of the API's own page: not even a style in an element (issue 7)."""
    parts = dict(part.strip().partition(" ")[::2] for part in STRICT.split(";"))
    assert parts["default-src"] == parts["frame-ancestors"] == parts["base-uri"] == "'none'"
    assert parts["script-src"] == parts["style-src"] == "'self'"
    assert "unsafe" not in STRICT
    assert "http" not in STRICT
