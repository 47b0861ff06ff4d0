"""Sentences by their spans (issue 5, point 4)."""

import pytest

from ledger.ingest.draft.sentence import LONGEST, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("The U.S. side agreed. It said so.", ["The U.S. side agreed.", "It said so."]),
        ("It sold to the U.S. The rest stayed.", ["It sold to the U.S.", "The rest stayed."]),
        ("See Art. 6 and No. 4 of it.", ["See Art. 6 and No. 4 of it."]),
        ("It costs $2.5 billion. Fine.", ["It costs $2.5 billion.", "Fine."]),
        ("He said “we will.” Then left.", ["He said “we will.”", "Then left."]),
        ("Mr. J. Doe came.", ["Mr. J. Doe came."]),
        ("A title\n\nA sentence over\ntwo lines.", ["A title", "A sentence over\ntwo lines."]),
        ("1. First;\n2. Second.", ["First;", "Second."]),
        ("Shall:\n(a) meet;\n(b) talk.", ["Shall:", "meet;", "talk."]),
        ("- one\n- two", ["one", "two"]),
        ("Will it? Yes!", ["Will it?", "Yes!"]),
        ("China buys; the US sells.", ["China buys; the US sells."]),
        ("\n\n  \n", []),
    ],
)
def test_text_is_cut_into_sentences(text: str, expected: list[str]) -> None:
    """Marks end sentences, abbreviations do not; list marks and white space belong to none."""
    assert [text[one.start : one.end] for one in sentences(text)] == expected


def test_table_without_an_end_is_passed_over() -> None:
    """What is longer than any sentence is none."""
    assert sentences("word " * LONGEST) == ()
