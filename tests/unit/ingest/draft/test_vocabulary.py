"""The vocabulary: shipped, extended, refused (issue 5, point 4)."""

import pytest

from ledger.errors import MalformedError
from ledger.ingest.draft.vocabulary import (
    LIMIT,
    Known,
    either,
    extended,
    inflected,
    parse_vocabulary,
    shipped,
    shipped_bytes,
    with_parties,
)


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("agree", ("agree", "agrees", "agreed", "agreeing")),
        ("provide", ("provide", "provides", "provided", "providing")),
        ("supply", ("supply", "supplies", "supplied", "supplying")),
        ("pay", ("pay", "pays", "payed", "paying")),
        ("reach", ("reach", "reaches", "reached", "reaching")),
    ],
)
def test_forms_are_made_by_rule(verb: str, forms: tuple[str, ...]) -> None:
    """Regular verbs need no list."""
    assert inflected(verb) == forms


def test_irregular_forms_are_listed() -> None:
    """A verb that the rule gets wrong stands in the file, also at the head of a phrase."""
    assert shipped().forms("undertake to") == (
        "undertake to", "undertakes to", "undertook to", "undertaken to", "undertaking to",
    )  # fmt: skip
    assert "paid" in shipped().forms("pay")


def test_longer_phrase_is_tried_first() -> None:
    """An alternative never hides a longer one, and a space is any white space."""
    assert either(["no more", "no more than"]) == r"no\s+more\s+than|no\s+more"
    assert either([]) == r"(?!)"


def test_users_words_lie_over_ours() -> None:
    """Lists grow, entries are added, an entry of the same name is replaced, and the digest tells the two apart."""
    raw = b'hedges = ["in the fullness of time"]\n[verbs]\nshall = ["hereby binds itself to"]\n'
    raw += b'[goods.soybeans]\nwords = ["soy"]\nclassification = "own"\ncodes = ["1"]\n'
    raw += b'[parties]\nacme = {names = ["Acme"]}\n'
    found, base = extended(raw, name="mine.toml"), shipped()
    assert found.hedges == (*base.hedges, "in the fullness of time")
    assert found.verbs.shall[-1] == "hereby binds itself to"
    assert found.goods["soybeans"].codes == ("1",)
    assert set(found.parties) == {*base.parties, "acme"}
    assert found.digest != base.digest
    assert parse_vocabulary(shipped_bytes(), name="x") == base


def test_name_of_a_users_party_is_taken_from_ours() -> None:
    """What a ledger or a user calls a party means that party alone."""
    found = with_parties(shipped(), {"prc": Known(names=("China", "中国"))})
    assert found.parties["prc"].names == ("China", "中国")
    assert "China" not in found.parties["cn"].names
    assert "Beijing" in found.parties["cn"].names


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"hedges = [", "is not a TOML file"),
        (b"\xff", "is not a TOML file"),
        (b'hedge = ["x"]', "key hedge: is not known"),
        (b'hedges = "x"', "key hedges"),
        (b'hedges = [" x"]', "key hedges"),
        (b"hedges = [2026-01-01]", "holds a date or a time"),
        (b'[units]\nfurlong = ["furlongs"]', r"key units\.furlong: is no unit that is known"),
        (b'[acts.x]\nwords = ["x"]\nmeasures = ["wish"]', r"key acts\.x\.measures"),
        (b"[numbers]\nmany = -1", r"key numbers\.many"),
        (b'[parties]\n"No Slug" = {names = ["x"]}', r"key parties\.No Slug"),
        (b"#" * (LIMIT + 1), "more than the"),
    ],
)
def test_vocabulary_that_is_none_is_refused(raw: bytes, reason: str) -> None:
    """One sentence, with the key at fault."""
    with pytest.raises(MalformedError, match=reason):
        extended(raw, name="mine.toml")


def test_whole_vocabulary_needs_every_table() -> None:
    """A file that stands alone has to say everything."""
    with pytest.raises(MalformedError, match="is missing; add it"):
        parse_vocabulary(b'language = "en"', name="x.toml")
