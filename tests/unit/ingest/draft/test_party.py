"""Who is named in a text (E1, actor)."""

import pytest

from ledger.ingest.draft.party import Finder
from ledger.ingest.draft.span import Span
from ledger.ingest.draft.vocabulary import Known, shipped, with_parties

WORDS = shipped()


def told(text: str, *issuers: str, words: object = None) -> list[str]:
    """Return each mention on a line: its sort, its parties, its preposition, its words."""
    finder = Finder(WORDS if words is None else words, issuers)  # type: ignore[arg-type]
    return [
        " ".join(filter(None, (one.sort, "+".join(one.parties), one.preposition and f"({one.preposition})",
                               f"“{text[one.span.start : one.span.end]}”")))
        for one in finder.mentions(text, Span(0, len(text)))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("China agreed", ["name cn “China”"]),
        ("The Chinese side agreed", ["name cn “The Chinese side”"]),
        ("Chinese steel fell", ["adjective cn “Chinese”"]),
        ("US soybeans", ["adjective us “US”"]),
        ("US officials said", ["name us “US officials”"]),
        ("United States and Chinese officials", ["name us “United States”", "name cn “Chinese officials”"]),
        ("the US will", ["name us “the US”"]),
        ("the United States' deficit", ["adjective us “the United States'”"]),
        ("China’s pledge", ["adjective cn “China’s”"]),
        ("Saudi Arabia and South Korea", ["name sa “Saudi Arabia”", "name kr “South Korea”"]),
        ("South Korean steel", ["adjective kr “South Korean”"]),
        ("talks with Japan", ["name jp (with) “Japan”"]),
        ("the government of Nigeria", ["body ng “the government of Nigeria”"]),
        ("Members should", ["body “Members”"]),
        ("The Secretariat shall", ["body “The Secretariat”"]),
        ("It will", ["pronoun “It”"]),
        ("Chinatown and the USS Iowa", []),
        ("they bus us around", ["pronoun “they”"]),
    ],
)
def test_mention_is_found(text: str, expected: list[str]) -> None:
    """A name acts, an adjective is about goods or people, a body is somebody unknown."""
    assert told(text) == expected


@pytest.mark.parametrize("text", ["The two sides", "both countries", "Each Party", "No Party", "We", "the parties"])
def test_makers_of_the_text_are_its_issuers(text: str) -> None:
    """What means all of them means the issuers where they are said, and nobody known where they are not."""
    assert told(f"{text} shall", "cn", "us") == [f"collective cn+us “{text}”"]
    assert told(f"{text} shall") == [f"collective “{text}”"]
    assert told(f"{text} shall", "us") == [f"collective “{text}”"]


def test_users_party_is_known_by_its_name() -> None:
    """A name with characters that mean something to a pattern is taken as it is."""
    words = with_parties(WORDS, {"acme": Known(names=("Acme (Group) Co.",))})
    assert told("Acme (Group) Co. will pay", words=words) == ["name acme “Acme (Group) Co.”"]
