"""Laws of what is read in: a spelling that was declared is undone exactly, and where a file is cut changes nothing."""

import io
import json
from decimal import Decimal
from typing import Literal
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedError
from ledger.ingest import source as source_module
from ledger.ingest.cell import UnreadableError, figure_reader, format_figure
from ledger.ingest.json_text import JsonText
from ledger.ingest.layout import Cells
from ledger.ingest.path import parse_path
from ledger.ingest.source import Source

FIGURES = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False, allow_infinity=False)
SPELLINGS: st.SearchStrategy[tuple[Literal[".", ","], Literal["", ",", ".", "'", " "]]] = st.sampled_from([
    (".", ","), (",", "."), (".", "'"), (",", " "), (".", ""), (",", ""),
])  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(FIGURES, SPELLINGS)
def test_figure_that_is_spelt_as_declared_is_read_back_exactly(
    figure: Decimal, spelling: tuple[Literal[".", ","], Literal["", ",", ".", "'", " "]]
) -> None:
    """Marks between thousands and the decimal mark are taken out again, and nothing of the figure with them."""
    decimal, thousands = spelling
    text = f"{figure:,f}".replace(",", "T").replace(".", decimal).replace("T", thousands)
    value = figure_reader(Cells(decimal=decimal, thousands=thousands))(text).value
    assert value is not None
    assert format_figure(value) == format_figure(figure)


@given(st.text(alphabet="0123456789.,-+()' eE%", max_size=12), SPELLINGS)
def test_text_is_read_as_one_figure_or_not_at_all(
    text: str, spelling: tuple[Literal[".", ","], Literal["", ",", ".", "'", " "]]
) -> None:
    """Whatever is read has the digits of its text, in their order."""
    decimal, thousands = spelling
    try:
        value = figure_reader(Cells(decimal=decimal, thousands=thousands))(text).value
    except UnreadableError:
        return
    if value is not None:
        digits = "".join(character for character in text if character.isdigit())
        assert "".join(character for character in f"{value:f}" if character.isdigit()) == digits


@given(st.lists(JSON, max_size=6), st.integers(1, 9))
def test_json_is_the_same_wherever_the_file_is_cut(elements: list[object], chunk: int) -> None:
    """Reading in pieces gives what reading at once gives, numbers as they are spelt."""
    raw = json.dumps({"before": {"x": [1]}, "data": elements, "after": None}, ensure_ascii=False).encode()
    with mock.patch.object(source_module, "CHUNK", chunk):
        found = list(JsonText(Source(io.BytesIO(raw), name="a")).elements(("data",)))
    assert found == json.loads(raw, parse_int=str)["data"]


@given(st.lists(JSON, max_size=4), st.data())
def test_json_that_is_cut_short_is_never_taken_for_whole(elements: list[object], data: st.DataObject) -> None:
    """Nothing of a truncated document is passed on as complete."""
    raw = json.dumps({"data": elements}).encode()
    cut = data.draw(st.integers(0, len(raw) - 1))
    try:
        list(JsonText(Source(io.BytesIO(raw[:cut]), name="a")).elements(("data",)))
    except MalformedError:
        return
    raise AssertionError(raw[:cut])


@given(st.text(alphabet="ab.[]=", max_size=12))
def test_path_is_read_whole_or_not_at_all(text: str) -> None:
    """A path that is read is written again as it was."""
    try:
        steps = parse_path(text)
    except ValueError:
        return
    written = ".".join(name + "".join(f"[{key}={said}]" for key, said in choices) for name, choices in steps)
    assert written == text
