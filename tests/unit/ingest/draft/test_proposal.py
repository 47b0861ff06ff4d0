"""Proposals: which sentences promise, and what is read in them (issue 5, point 4; method §2, E1, E2)."""

import pytest

from ledger.errors import MalformedError
from ledger.ingest.draft import proposal
from ledger.ingest.draft.proposal import Proposal, propose
from ledger.ingest.draft.text import read_document
from ledger.ingest.draft.vocabulary import shipped

WORDS = shipped()
DAY = "2026-03-10"


def found(text: str, day: str | None = DAY) -> tuple[Proposal, ...]:
    """Return the proposals of a text of China and the United States."""
    return propose(read_document(text.encode(), name="x"), WORDS, issuers=("cn", "us"), day=day)


def only(text: str) -> Proposal:
    """Return the one proposal of a text."""
    (one,) = found(text)
    return one


def parties(one: Proposal) -> str:
    """Return who acts."""
    return "-" if one.actor is None else "+".join(one.actor.parties) or "?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("China will buy 5 tonnes of soybeans.", "cn quantity"),
        ("China and the United States will cut tariffs.", "cn+us action"),
        ("China, after long talks with Japan, will cut tariffs.", "cn action"),
        ("The two sides shall meet once a year.", "cn+us action"),
        ("China will expand imports of US goods.", "cn trend"),
        ("China shall not levy duties.", "cn restraint"),
        ("No Party shall levy duties.", "cn+us restraint"),
        ("If Japan levies duties, China will answer.", "cn conditional"),
        ("China will answer unless Japan yields.", "cn conditional"),
        ("Should Japan levy duties, China will answer.", "cn conditional"),
        ("China said it will cut tariffs.", "cn action"),
        ("Tariffs will be lowered by 1 July 2026.", "- action"),
        ("Tariffs will be lowered by Japan.", "jp action"),
        ("The Secretariat shall write a report.", "? action"),
        ("China will buy 10 percent more.", "cn action"),
        ("China will provide five hundred soldiers.", "cn action"),
        ("The deal obliges China to buy 5 tonnes.", "cn quantity"),
        ("It was said that China would buy 5 tonnes.", "cn quantity"),
        ("Japan's commitment to buy 5 tonnes of soybeans stands.", "jp quantity"),
        ("The pledge by Japan to buy 5 tonnes was repeated.", "jp quantity"),
        ("The text includes a Japanese commitment to buy 5 tonnes.", "jp quantity"),
        ("The text includes a commitment to buy 5 tonnes.", "- quantity"),
        ("Its promise to cut tariffs was welcomed.", "- action"),
        ("Japan's pledge not to levy duties became law.", "jp restraint"),
        ("The text includes a commitment of $5 billion.", "- action"),
        ("Japan guaranteed a supply of 5 tonnes of soybeans.", "jp quantity"),
        ("Japan agreed on Friday to buy 5 tonnes.", "jp quantity"),
        ("Japan agreed, after long talks, to buy 5 tonnes.", "jp quantity"),
        ("The parties pledge to cut tariffs.", "cn+us action"),
        ("No tariff shall exceed 15 percent.", "- restraint"),
        ("No ban shall be imposed by Japan.", "jp restraint"),
    ],
)
def test_sentence_promises(text: str, expected: str) -> None:
    """Who, and which kind of term (method §2)."""
    one = only(text)
    assert f"{parties(one)} {one.kind}" == expected


@pytest.mark.parametrize(
    "text",
    [
        "China bought soybeans.", "Will China buy soybeans?", "Prices will rise.", "China will face new tariffs.",
        "The minister will visit China.", "Nobody knows whether China will buy.", "China may buy soybeans.",
        "The US insists that China should buy more.", "China has not agreed to buy soybeans.",
        "China would buy more if prices were lower, traders said.", "Experts doubt that China will buy soybeans.",
        "Chinese steel will be dearer.", "A meeting in China will be held.", "China would gain by it.", "Soybeans.",
        "The text does not include a commitment to buy soybeans.",
        "The text has no commitment to buy soybeans.",
        "China fell short of its commitment to buy soybeans.",
        "China broke the promise to open its market.",
        "Critics questioned Japan's commitment to buy soybeans.",
        "The pledge to buy soybeans is vague.",
    ],
)  # fmt: skip
def test_sentence_does_not_promise(text: str) -> None:
    """Forecasts, questions, doubts, demands, denials and narratives are no pledges."""
    assert found(text) == ()


def test_what_is_said_of_a_pledge_by_name_is_no_part_of_its_act() -> None:
    """The noun is the operative word, the act ends where the sentence goes on to speak of it (E1)."""
    text = "Japan's commitment to buy 5 tonnes of soybeans was renewed."
    one = only(text)
    assert text[one.operative.span.start : one.operative.span.end] == "commitment to"
    assert text[one.act.start : one.act.end] == "buy 5 tonnes of soybeans"


def test_every_part_is_a_span_of_the_text() -> None:
    """What is read, is read in characters of the text."""
    text = "Title\n\nChina will gradually buy at least 20 million tonnes of US soybeans in 2026, a ministry said."
    one = only(text)

    def words(span: object) -> str:
        return text[span.start : span.end]  # type: ignore[attr-defined]

    assert one.actor is not None
    assert one.measured is not None
    assert one.speaker is not None
    assert words(one.sentence) == text[7:]
    assert words(one.actor.span) == "China"
    assert words(one.operative.span) == "will"
    assert words(one.act) == "gradually buy at least 20 million tonnes of US soybeans in 2026"
    assert words(one.measured.span) == "buy"
    assert [words(each.whole) for each in one.amounts] == ["at least 20 million tonnes"]
    assert [words(each.span) for each in one.times] == ["in 2026"]
    assert [words(each) for each in one.hedges] == ["gradually"]
    assert [words(each.span) for each in one.goods] == ["soybeans"]
    assert words(one.speaker.span) == "a ministry"
    assert one.others == ("us",)


def test_two_actors_make_two_proposals() -> None:
    """Each promise of a sentence has its own clause, and nothing of the other's."""
    first, second = found("China will cancel the ban, and the United States will lower its tariff to 19 percent.")
    assert (parties(first), first.amounts, first.number) == ("cn", (), 1)
    assert (parties(second), [one.target for one in second.amounts], second.number) == ("us", ["19"], 2)


LIST = """\
China shall:
(a) open its ports by 1 May 2026; and
(b) not levy duties.
(c) The United States will review this.

(d) nothing
"""


def test_item_of_a_list_has_the_actor_and_the_verb_of_its_stem() -> None:
    """What leads to a list is said of each item, but for one with a verb of its own, until the paragraph ends."""
    first, second, third, *_ = found(LIST)
    assert [parties(one) for one in (first, second, third)] == ["cn", "cn", "us"]
    assert [one.operative.strength for one in (first, second, third)] == ["shall", "shall", "committing"]
    assert [one.kind for one in (first, second)] == ["action", "restraint"]
    assert first.stem is not None
    assert LIST[first.stem.start : first.stem.end] == "China shall:"
    assert LIST[first.act.start : first.act.end] == "open its ports by 1 May 2026"
    assert third.stem is None


def test_list_without_a_stem_promises_nothing() -> None:
    """Items below words that name nobody, or below another paragraph, are no pledges."""
    assert found("The talks covered:\n(a) ports;\n(b) duties.") == ()
    assert found("China shall:\n(a) open its ports.\n\nIn general.\n(b) close them.")[1:] == ()


def test_second_verb_keeps_the_actor() -> None:
    """What follows "and" with a verb of its own is the same party's."""
    first, second = found("China shall open its ports and shall publish the rules by 1 May 2026.")
    assert (parties(first), first.times) == ("cn", ())
    assert (parties(second), [one.end for one in second.times]) == ("cn", ["2026-05-01"])


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The White House said that China would buy soybeans.", "us"),
        ("According to the White House, China has agreed to buy soybeans.", "us"),
        ("China has agreed to buy soybeans, the White House said.", "us"),
        ("China has agreed to buy soybeans, he added.", "?"),
        ("China confirmed that it will buy soybeans.", "cn"),
        ("China has agreed to buy soybeans.", None),
    ],
)
def test_speaker_is_who_says_so(text: str, speaker: str | None) -> None:
    """Reported speech names whose word it is, which decides O = 0 (E2)."""
    one = only(text)
    assert ("+".join(one.speaker.parties) or "?" if one.speaker else None) == speaker


def test_trigger_is_no_part_of_the_act() -> None:
    """A condition is a clause of its own, and a party or a date in it is the trigger's."""
    text = "If Japan lifts its ban by 1 May 2026, China will cut the duty."
    one = only(text)
    assert one.condition is not None
    assert text[one.condition.start : one.condition.end] == "If Japan lifts its ban by 1 May 2026"
    assert text[one.act.start : one.act.end] == "cut the duty"
    assert (one.times, one.others) == ((), ())


def test_actor_that_nobody_names_stays_unknown() -> None:
    """A pronoun is nobody, unless it follows the speaker who says it."""
    assert parties(only("It has agreed to cut tariffs.")) == "?"
    text = read_document(b"Both sides agreed to cut tariffs.", name="x")
    (one,) = propose(text, WORDS, day=None)
    assert parties(one) == "?"


def test_promises_of_a_document_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody could read is refused; a sentence of a hundred verbs does not stall the reader."""
    monkeypatch.setattr(proposal, "PROPOSALS", 3)
    with pytest.raises(MalformedError, match="more than the 3 promises"):
        found("China will buy it. " * 4)
    monkeypatch.setattr(proposal, "PROPOSALS", 5000)
    assert len(found("China will buy it and " * 90 + ".")) <= proposal.VERBS
