"""Large canonical documents in pieces: read as strictly as whole ones, and one piece held at a time (design §2.1)."""

import io
import json
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.signing import piece
from ledger.signing.canonical import format_json
from ledger.signing.piece import Piece, format_pieces, read_pieces

VALUES: dict[str, tuple[Any, list[tuple[str, int | None, bytes]]]] = {
    "nothing": ({}, []),
    "one number": ({"a": 1}, [("a", None, b"1")]),
    "an empty array": ({"a": []}, [("a", None, b"[]")]),
    "an array": ({"a": [1, [2, 3], {"b": [4]}]}, [("a", 0, b"1"), ("a", 1, b"[2,3]"), ("a", 2, b'{"b":[4]}')]),
    "brackets in words": ({"a": ['],[}"{', "\\"], "b": "]"}, [
        ("a", 0, b'"],[}\\"{"'), ("a", 1, b'"\\\\"'), ("b", None, b'"]"'),
    ]),
    "null and truth": ({"a": None, "b": True}, [("a", None, b"null"), ("b", None, b"true")]),
    "an empty object": ({"c": {}}, [("c", None, b"{}")]),
    "letters of the world": ({"a": ["中文", "é"]}, [("a", 0, '"中文"'.encode()), ("a", 1, '"é"'.encode())]),
}  # fmt: skip

REFUSED = {
    "nothing at all": (b"", "does not stand at byte 0"),
    "an array": (b"[1]", "does not stand at byte 0"),
    "an open object": (b'{"a":1', "ends inside a value"),
    "an open array": (b'{"a":[1', "ends inside a value"),
    "an open text": (b'{"a":["b', "ends inside a value"),
    "white space": (b'{"a": 1}', "white space"),
    "white space between items": (b'{"a":[1, 2]}', "white space"),
    "white space before a name": (b'{ "a":1}', "no plain name"),
    "members out of order": (b'{"b":1,"a":2}', "out of order"),
    "a member twice": (b'{"a":1,"a":2}', "come twice"),
    "a comma too many": (b'{"a":1,}', "no plain name"),
    "an item too few": (b'{"a":[1,]}', "of the document"),
    "something after it": (b'{"a":1}{', "something follows"),
    "a line feed after it": (b'{"a":1}\n', "something follows"),
    "a float": (b'{"a":[1.5]}', r"1\.5|integer|fraction"),
    "a name that is not ASCII": ('{"é":1}'.encode(), "no plain name"),
    "brackets that do not match": (b'{"a":{"b":[1}]}', "a[0-9$.]* of|of the document"),
}


@pytest.mark.parametrize("phrase", VALUES)
def test_pieces_are_members_and_items_in_order(phrase: str) -> None:
    """Reading and writing undo each other, and what is written is canonical."""
    value, expected = VALUES[phrase]
    raw = bytes(format_json(value))
    pieces = list(read_pieces(io.BytesIO(raw), what="the document"))
    assert pieces == [Piece(*one) for one in expected]
    assert b"".join(format_pieces(pieces)) == raw
    assert json.loads(b"".join(format_pieces(pieces))) == value


@pytest.mark.parametrize("phrase", REFUSED)
def test_what_is_not_canonical_is_refused(phrase: str) -> None:
    """What the strict reader refuses of a whole document is refused of its pieces, and of what stands between them."""
    raw, reason = REFUSED[phrase]
    with pytest.raises(MalformedError, match=reason):
        list(read_pieces(io.BytesIO(raw), what="the document"))


def test_a_document_that_is_read_in_any_portions_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a portion ends, inside a text, an escape or a name, changes nothing."""
    raw = bytes(format_json({"alpha": ['\\"],', {"b": ["x" * 9]}], "beta": "中文", "gamma": [[], [[]]]}))
    whole = list(read_pieces(io.BytesIO(raw), what="it"))
    for size in (1, 2, 3, 7):
        monkeypatch.setattr(piece, "_CHUNK", size)
        assert list(read_pieces(io.BytesIO(raw), what="it")) == whole


def test_too_much_is_refused_before_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """A piece and a count of pieces have a bound each, so that no document buys memory or hours."""
    monkeypatch.setattr(piece, "PIECE_LIMIT", 100)
    monkeypatch.setattr(piece, "_CHUNK", 64)
    with pytest.raises(MalformedError, match="more than 100 bytes"):
        list(read_pieces(io.BytesIO(b'{"a":"' + b"x" * 1000 + b'"}'), what="it"))
    monkeypatch.setattr(piece, "PIECES_LIMIT", 3)
    with pytest.raises(MalformedError, match="more than 3 pieces"):
        list(read_pieces(io.BytesIO(b'{"a":[1,2,3,4]}'), what="it"))


@pytest.mark.parametrize("more", [0, 1])
def test_bound_is_the_last_that_is_read(monkeypatch: pytest.MonkeyPatch, more: int) -> None:
    """A piece of exactly the bound is read, and so are as many pieces; one byte or one piece more is refused."""
    monkeypatch.setattr(piece, "_CHUNK", 16)
    for name, raw, reason in (
        ("PIECE_LIMIT", b'{"a":"' + b"x" * (98 + more) + b'"}', "101 bytes where at most 100"),
        ("PIECES_LIMIT", b'{"a":[' + b",".join([b"1"] * (100 + more)) + b"]}", "more than 100 pieces"),
    ):
        monkeypatch.setattr(piece, name, 100)
        if more:
            with pytest.raises(MalformedError, match=reason):
                list(read_pieces(io.BytesIO(raw), what="it"))
        else:
            assert list(read_pieces(io.BytesIO(raw), what="it"))
        monkeypatch.undo()
        monkeypatch.setattr(piece, "_CHUNK", 16)


def test_a_piece_says_where_it_stands() -> None:
    """The path is that of people (style §7)."""
    assert Piece("a", None, b"1").path == "$.a"
    assert Piece("a", 3, b"1").path == "$.a[3]"
