"""What the fonts cannot set: replaced by what they can, with a note, and never dropped in silence."""

from ledger.report.pdf.face import Coverage, Face
from ledger.report.pdf.markup import Element, read_page
from ledger.report.pdf.unset import missing_characters, quoted_entries, set_what_can_be
from ledger.report.wording import catalogue
from tests.unit.report.example import result

WORDS = catalogue("en")
ASCII = Coverage((Face(b"", "", ((0x20, 0x7F),)),))


def page(text: str, **entries: int) -> Element:
    """A page as it is set where the fonts have ASCII alone."""
    return set_what_can_be(read_page(text.encode()), ASCII, WORDS, entries)


QUOTE = (
    '<blockquote><p lang="zh" dir="auto">购买</p><p class="translation" lang="en" dir="auto">buy '
    '<span class="translator">(Translation: the recorder)</span></p></blockquote>'
)


def test_quotation_is_replaced_by_its_translation_a_note_and_the_entry() -> None:
    """Who cannot be shown the words is told what they mean, and where they are."""
    (quote,) = page(QUOTE, 购买=7).elements()
    note, translation = quote.elements()
    assert note.text() == WORDS.say("pdf.unset", language="zh", entry=7)
    assert "entry 7 of the ledger" in note.text()
    assert translation.text() == "buy (Translation: the recorder)"


def test_quotation_without_translation_leaves_the_note() -> None:
    """Nothing aborts: the attachment has the words."""
    (quote,) = page('<blockquote><p lang="zh" dir="auto">购买</p></blockquote>').elements()
    assert quote.text() == WORDS.say("pdf.unset_anywhere", language="zh")


def test_translator_that_cannot_be_set_does_not_cost_the_translation() -> None:
    """Only the name is replaced."""
    (quote,) = page(QUOTE.replace("the recorder", "李"), 购买=7).elements()
    assert quote.elements()[1].text() == "buy (Translation: [1 character that the fonts do not have])"


def test_words_inside_a_table_are_a_note_inside_the_cell() -> None:
    """A short quotation stays where it stood."""
    (cell,) = page('<td><q lang="zh" dir="auto">购买</q></td>', 购买=7).elements()
    (note,) = cell.elements()
    assert note.tag == "span"
    assert note.classes == {"small", "unset"}
    assert "entry 7" in note.text()


def test_other_text_says_how_many_characters_are_missing() -> None:
    """A title keeps what can be set of it."""
    assert page("<p>A 协议 B 书</p>").text() == (
        "A [2 characters that the fonts do not have] B [1 character that the fonts do not have]"
    )


def test_signs_of_the_method_are_written_out() -> None:
    """A sign that the method's sentences use is written as two that every font has."""
    assert page("<p>P ≤ 1, K ≥ 2</p>").text() == "P <= 1, K >= 2"


def test_text_that_can_be_set_is_left_as_it_is() -> None:
    """Nothing else is changed, pictures least of all."""
    text = '<figure><svg><title>协议</title></svg><p lang="en" dir="auto">plain</p></figure>'
    assert page(text) == read_page(text.encode())


def test_missing_characters_come_once_and_in_order() -> None:
    """For the sentence that refuses a language."""
    assert missing_characters("a协议协b书", ASCII) == "协议书"


def test_entries_of_quotations_are_those_that_hold_them() -> None:
    """Each quotation of a result is found by its words on one line."""
    audit = result()
    entries = quoted_entries(audit)
    first = audit.words[0]
    assert entries[" ".join(first.quotes[0].text.split())] == first.cite.entry
    assert {reply.cite.entry for reply in audit.replies if reply.quote} <= set(entries.values())
