"""The first difference between two JSON documents, by its path."""

import io

import pytest

from ledger.audit.difference import first_difference, first_differing_piece
from ledger.signing.canonical import Json, format_json
from ledger.signing.piece import read_pieces

DIFFERENCES: dict[str, tuple[Json, Json, str]] = {
    "a text": ({"a": "met"}, {"a": "not_met"}, "$.a is 'not_met' where 'met' is worked out"),
    "the first of two": ({"b": 1, "a": 1}, {"b": 2, "a": 2}, "$.a is 2 where 1 is worked out"),
    "deep down": ({"a": [{"b": [0, 1]}]}, {"a": [{"b": [0, 2]}]}, "$.a[0].b[1] is 2 where 1 is worked out"),
    "a member more": ({}, {"a": None}, "$.a is None where absent is worked out"),
    "a member less": ({"a": 1}, {}, "$.a is absent where 1 is worked out"),
    "an item more": ([1], [1, 2], "$[1] is 2 where absent is worked out"),
    "an item less": ([1, 2], [1], "$[1] is absent where 2 is worked out"),
    "another kind": ({"a": {}}, {"a": []}, "$.a is a list where a dict is worked out"),
    "a number and a truth": ([1], [True], "$[0] is True where 1 is worked out"),
    "the whole": ("a", None, "$ is None where 'a' is worked out"),
    "a long text": ("a" * 99, "b" * 99, "$ is '" + "b" * 58 + "… where '" + "a" * 58 + "… is worked out"),
}


@pytest.mark.parametrize("phrase", DIFFERENCES)
def test_first_difference_is_named(phrase: str) -> None:
    """The path is the first in the order of canonical JSON, and both values are shown, short."""
    ours, theirs, expected = DIFFERENCES[phrase]
    assert first_difference(ours, theirs) == expected


@pytest.mark.parametrize("value", [None, True, 0, "a", [], {}, {"a": [1, {"b": "c"}]}])
def test_equal_documents_do_not_differ(value: Json) -> None:
    """What is the same has no difference."""
    assert first_difference(value, value) is None


PIECES: dict[str, tuple[Json, Json, str]] = {
    "a member": ({"a": 1, "b": 2}, {"a": 1, "b": 3}, "$.b is 3 where 2 is worked out"),
    "inside an item": ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 3}]}, "$.a[1].b is 3 where 2 is worked out"),
    "an item more": ({"a": [1]}, {"a": [1, 2]}, "$.a[1] is 2 where absent is worked out"),
    "an item less": ({"a": [1, 2], "b": 1}, {"a": [1], "b": 1}, "$.a[1] is absent where 2 is worked out"),
    "items where there are none": ({"a": []}, {"a": [1]}, "$.a[0] is 1 where absent is worked out"),
    "no items where there are some": ({"a": [1]}, {"a": []}, "$.a[0] is absent where 1 is worked out"),
    "a member more": ({"b": 1}, {"a": 2, "b": 1}, "$.a is 2 where absent is worked out"),
    "a member less": ({"a": 2, "b": 1}, {"b": 1}, "$.a is absent where 2 is worked out"),
    "nothing more": ({"a": 1, "b": 1}, {"a": 1}, "$.b is absent where 1 is worked out"),
    "no array": ({"a": [1]}, {"a": "x"}, "$.a[0] is absent where 1 is worked out"),
}


@pytest.mark.parametrize("phrase", PIECES)
def test_first_differing_piece_is_named_as_in_whole_documents(phrase: str) -> None:
    """Documents that are read in pieces are compared in the same order and the same words."""
    ours, theirs, expected = PIECES[phrase]
    pieces = [list(read_pieces(io.BytesIO(format_json(one)), what="it")) for one in (ours, theirs)]
    assert first_differing_piece(*pieces) == expected
    assert first_differing_piece(pieces[0], pieces[0]) is None
