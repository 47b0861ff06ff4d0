"""Drafts as a file: comments at the members, and the reader of drafts takes it back (issue 5, point 4)."""

from ledger.ingest.document import read_drafts
from ledger.ingest.draft.composed import Frame, compose_commitment, compose_instrument
from ledger.ingest.draft.proposal import propose
from ledger.ingest.draft.text import read_document
from ledger.ingest.draft.vocabulary import shipped
from ledger.ingest.draft.written import format_drafts

TEXT = (
    "China: “no: #1 \\ - 'x'” will buy 5 tonnes of \"US rice\"\nby 1 May 2026. The United States shall not levy duties."
)


def test_file_reads_back_as_it_was_composed() -> None:
    """Whatever stands in the text, YAML gives back the same members."""
    document, words = read_document(TEXT.encode(), name="x.txt"), shipped()
    frame = Frame("deal", day="2026-03-10", form="statement", issuers=("cn", "us"), publisher="yes", role="joint")
    drafts = [
        compose_instrument(document, frame),
        *(compose_commitment(one, document, words, frame) for one in propose(document, words, day="2026-03-10")),
    ]
    read = read_drafts(format_drafts(drafts, document), name="x.yaml")
    assert [(one.kind, one.subject, one.body) for one in read] == [(one.kind, one.subject, one.body) for one in drafts]
    assert len(read) >= 2


def test_comment_names_the_words_and_their_characters() -> None:
    """Every member that was read says where, and every one that is open says so."""
    document, words = read_document(b"China will expand imports of US goods.", name="x.txt"), shipped()
    (one,) = propose(document, words, day=None)
    text = format_drafts([compose_commitment(one, document, words, Frame("deal"))], document).decode()
    assert 'obligors: ["cn"]  # “China”, characters 0–5 of the text\n' in text
    assert "unit: null  # open: a trend is read in a unit" in text
    assert "date: null  # open: the text does not settle it; fill it in, or give --date\n" in text
    assert f"# Proposed by rules from x.txt, {document.digest}.\n" in text
