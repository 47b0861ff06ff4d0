"""Operative verbs and their strength (method §4, O; E2)."""

import pytest

from ledger.ingest.draft.operative import Reader
from ledger.ingest.draft.span import Span
from ledger.ingest.draft.vocabulary import shipped

READER = Reader(shipped())


def told(text: str) -> list[str]:
    """Return each operative verb on a line: strength, restraint, words."""
    found = READER.operatives(text, Span(0, len(text)), amounts_at=frozenset({text.find("$5")}))
    return [
        f"{one.strength}{' not' if one.is_restraint else ''} “{text[one.span.start : one.span.end]}”" for one in found
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("China shall import", "shall “shall”"),
        ("China must import", "shall “must”"),
        ("China is required to import", "shall “is required to”"),
        ("The deal obliges China to import", "shall “obliges China to”"),
        ("China will import", "committing “will”"),
        ("China has agreed to import", "committing “has agreed to”"),
        ("China has also agreed to import", "committing “has also agreed to”"),
        ("China undertook to import", "committing “undertook to”"),
        ("China will agree to import", "committing “will agree to”"),
        ("China is to import", "committing “is to”"),
        ("China reiterated its pledge to import", "committing “reiterated its pledge to”"),
        ("China agreed with its neighbours to import", "committing “agreed with its neighbours to”"),
        ("China pledged $5 to it", "committing “pledged”"),
        ("China should import", "hortatory “should”"),
        ("China will strive to import", "hortatory “will strive to”"),
        ("China intends to import", "hortatory “intends to”"),
        ("China shall not import", "shall not “shall not”"),
        ("China agreed not to import", "committing not “agreed not to”"),
        ("China will refrain from importing", "committing not “will”"),
        ("China reiterated its promise not to import", "committing not “reiterated its promise not to”"),
        ("The deal obliges China not to import", "shall not “obliges China not to”"),
    ],
)
def test_strength_is_that_of_the_words(text: str, expected: str) -> None:
    """Shall, committing, hortatory; a softer verb after "will" decides; "not" makes a restraint."""
    assert told(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "China has not agreed to import", "China did not promise to import", "China never promised to import",
        "China refused to agree to it", "China would never agree to it", "China may import", "China could import",
        "China imported", "the goodwill of China", "a willing buyer", "China pledged loyalty",
    ],
)  # fmt: skip
def test_no_operative_verb(text: str) -> None:
    """A pledge that is denied, a possibility and a narrative hold none."""
    assert told(text) == []
