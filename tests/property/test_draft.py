"""Laws of drafting: spans are of the text, whatever the text is, and a file of drafts reads back (issue 5, point 4)."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import MalformedError
from ledger.ingest.document import read_drafts
from ledger.ingest.draft.composed import Frame, compose_commitment, compose_instrument
from ledger.ingest.draft.proposal import propose
from ledger.ingest.draft.sentence import sentences
from ledger.ingest.draft.text import normalised, read_document
from ledger.ingest.draft.vocabulary import shipped
from ledger.ingest.draft.written import format_drafts

WORDS = shipped()

PIECES = (
    "China", "the United States", "Both sides", "it", "No Party", "Members", "will", "shall", "shall not",
    "has agreed to", "should", "agreed not to", "strive to", "buy", "import", "reduce", "expand", "at least",
    "up to", "an additional", "5 million tonnes", "$200 billion", "25 percent", "of soybeans",
    "from the United States", "by March 1", "in 2026", "over the next two years", "in each of 2026, 2027 and 2028",
    "above the 2017 level", "if", "unless", "once", "substantially", "said that", "according to Japan,",
    ", he said", "and", ",", ".", ";", "\n\n", "(a)", "“", "”", "$", "#", "'", "\\", ": ",
)  # fmt: skip
"""What sentences are put together from: words that the rules look at, in any order."""

TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=40).map(" ".join),
    st.text(max_size=200),
)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_whatever_is_found_lies_in_its_sentence(text: str) -> None:
    """Every span is characters of the text: the parts of a proposal lie in its sentence, and sentences apart."""
    try:
        document = read_document(text.encode("utf-8", "replace"), name="x")
    except MalformedError:
        return
    spans = sentences(document.text)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    for one in propose(document, WORDS, issuers=("cn", "us"), day="2026-03-10"):
        parts = [one.clause, one.act, one.operative.span, *one.hedges, *(each.span for each in one.times)]
        parts += [each.whole for each in one.amounts]
        parts += [each.span for each in (one.actor, one.speaker, one.measured, one.direction, one.baseline) if each]
        assert all(any(each and each.holds(part) for each in (one.sentence, one.stem)) for part in parts)
        assert one.sentence in spans


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_drafts_of_any_text_read_back(text: str) -> None:
    """The file that is written is YAML that gives the same members, nulls and all."""
    try:
        document = read_document(text.encode("utf-8", "replace"), name="x")
    except MalformedError:
        return
    frame = Frame("deal", day="2026-03-10", form="statement", issuers=("cn", "us"), publisher="Office", role="joint")
    found = propose(document, WORDS, issuers=frame.issuers, day=frame.day)
    drafts = [compose_instrument(document, frame)]
    drafts += [compose_commitment(one, document, WORDS, frame) for one in found[:20]]
    read = read_drafts(format_drafts(drafts, document), name="x.yaml")
    assert [one.body for one in read] == [one.body for one in drafts]


@given(st.text(max_size=300))
def test_one_spelling_is_the_same_once_more(text: str) -> None:
    """A text in its one spelling is left as it is."""
    once = normalised(text)
    assert normalised(once) == once
