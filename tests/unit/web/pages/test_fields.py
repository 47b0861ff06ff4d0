"""The draft that the fields of a form write: what was filled in, what was not, and that everybody's reader reads it."""

import pytest

from ledger.errors import MalformedError
from ledger.ingest.document import check_draft, read_drafts
from ledger.model.commitment import Commitment
from ledger.model.instrument import Instrument
from ledger.model.statement import CommitmentStatement, InstrumentStatement, Statement
from ledger.model.term import QuantityTerm, TrendTerm
from ledger.model.value import Shown
from ledger.web.pages.fields import FIELDS, LONGEST, filled, written

WHOLE = {
    "title": "Buy ten tonnes of grain", "obligor": "aa", "obligee": "bb", "date": "2026-01-15",
    "words": "A will buy ten tonnes of grain in 2026.", "language": "en", "verb": "will", "strength": "committing",
    "actor_words": "A", "goal": "at_least", "target": "10", "unit": "t", "amount_words": "ten tonnes",
    "goods": "grain", "classification": "HS", "codes": "1001, 1002", "goods_words": "grain", "start": "2026-01-01",
    "end": "2026-12-31", "timing_words": "in 2026", "measure": "export", "reporter": "bb", "partner": "aa",
    "document": "Joint Statement, 2026", "form": "statement", "binding": "silent", "publisher": "Office",
    "role": "joint", "copy_read": "its page", "how": "excerpt",
}  # fmt: skip


def read(given: dict[str, str]) -> tuple[Statement, ...]:
    """Return the statements that a form's draft becomes."""
    drafts = read_drafts(written(filled(given)).encode(), name="draft")
    return tuple(check_draft(draft, issued="2026-02-01T00:00:00Z") for draft in drafts)


def test_whole_form_is_a_document_and_a_pledge() -> None:
    """Every field comes to stand where the reader of pledges looks for it (design §2.2)."""
    document, pledge = read(WHOLE)
    assert isinstance(document, InstrumentStatement)
    assert isinstance(pledge, CommitmentStatement)
    made: Instrument = document.body
    body: Commitment = pledge.body
    assert (document.subject, made.issuers, made.forum) == ("joint-statement-2026", ("aa", "bb"), "none")
    assert (body.instrument, body.obligors, body.obligees) == (document.subject, ("aa",), ("bb",))
    assert body.quotes[0].text == WHOLE["words"]
    (term,) = body.terms
    assert isinstance(term, QuantityTerm)
    assert (term.bound, term.target, term.unit, term.actor) == ("at_least", "10", "t", "aa")
    assert term.scope is not None
    assert term.scope.codes == ("1001", "1002")
    assert term.shown.quantity == Shown(quote=0, words="ten tonnes")
    assert term.shown.timing == Shown(quote=0, words="in 2026")
    assert term.shown.reference is None


def test_instrument_that_the_ledger_has_is_only_named() -> None:
    """Without a title of its own there is one statement, under the document that is named."""
    given = {**WHOLE, "instrument": "deal"}
    del given["document"]
    (pledge,) = read({**given, "source": "The deal"})
    assert isinstance(pledge, CommitmentStatement)
    assert (pledge.body.instrument, pledge.body.source.title) == ("deal", "The deal")


def test_direction_without_a_number_is_a_trend() -> None:
    """An amount that is left from before is not told of a promise that has none (method §2)."""
    (_, pledge) = read({**WHOLE, "goal": "increase"})
    assert isinstance(pledge, CommitmentStatement)
    (term,) = pledge.body.terms
    assert isinstance(term, TrendTerm)
    assert term.direction == "increase"


def test_place_that_is_no_words_of_the_quotation_is_a_place() -> None:
    """What does not stand in the quotation is where in the document it is shown (E1)."""
    (_, pledge) = read({**WHOLE, "amount_words": "article 2"})
    assert isinstance(pledge, CommitmentStatement)
    assert pledge.body.terms[0].shown.quantity == Shown(locator="article 2")


MISSING = {
    "title": "title", "obligor": "obligors", "date": "announced", "goal": "bound", "unit": "unit", "target": "target",
    "publisher": "publisher", "role": "role", "copy_read": "copy_read", "strength": "strength", "language": "language",
    "measure": "measure",
}  # fmt: skip


@pytest.mark.parametrize("name", MISSING)
def test_nothing_is_guessed_for_what_is_left_empty(name: str) -> None:
    """What the form does not say is not in the draft, and the reader says what is missing."""
    with pytest.raises(MalformedError, match=MISSING[name]):
        read({**WHOLE, name: "  "})


HOSTILE = (
    "a: b", "- x", "# no comment", "'", '"', "{x: 1}", "!!python/object:os.system", "&a *a", "---", "...", "null",
    "1e3", "two\nlines", "---\nkind: party", "ein Wort – 承诺", "%TAG ! x",
)  # fmt: skip


@pytest.mark.parametrize("said", HOSTILE)
def test_whatever_is_typed_is_text_and_nothing_else(said: str) -> None:
    """No mark of YAML in a field makes another draft of it: words are kept to the letter."""
    (_, pledge) = read({**WHOLE, "words": f"A will {said} grain", "publisher": f"Office {said} of A"})
    assert isinstance(pledge, CommitmentStatement)
    assert pledge.body.quotes[0].text == f"A will {said} grain"


def test_only_the_fields_of_the_form_are_taken() -> None:
    """What is sent besides is left out; a field that holds blanks alone is empty, and none is longer than the limit."""
    assert filled({"title": "  x ", "text": "y", "kind": "charter", "unit": "  ", "words": "z" * (LONGEST + 1)}) == {
        "title": "x", "words": "z" * LONGEST,
    }  # fmt: skip
    assert len({one.name for one in FIELDS}) == len(FIELDS)
