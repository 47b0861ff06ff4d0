"""The difference of two drafts, a sentence for each change and what it does (method §4, E9)."""

from typing import Any

import pytest

from ledger.assessment.enforceability.difference import Difference, compare
from ledger.errors import NotFoundError
from tests.unit.assessment.enforceability.faulty import FAULTS, text, without
from tests.unit.assessment.enforceability.small_ledger import (
    INDICATOR,
    PLACE,
    READINGS,
    SUBJECT,
    WORDS,
    Draft,
    action,
    changed,
    commitment,
    conditional,
    instrument,
    known,
    position,
    quantity,
)

BEST = (commitment(), instrument())


def between(old: tuple[Draft, ...], new: tuple[Draft, ...]) -> Difference:
    """Return what changed between two drafts of the commitment."""
    return compare(known(*old), SUBJECT, known(*new), SUBJECT)


def sentences(old: tuple[Draft, ...], new: tuple[Draft, ...]) -> list[tuple[str, str]]:
    """Return the sentences with their effect on the low end."""
    return [(change.says, change.effect[0]) for change in between(old, new).changes]


def two(**changes: Any) -> tuple[Draft, ...]:
    """Return the strongest pledge of two terms, but for the second."""
    return commitment(terms=[quantity(), action(**changes)]), instrument()


# P at 2 of 4: B 10/12, f = 0.841667, its cube root 0.9441; P at 3: B 11/12, f = 0.920833, 0.9729 (E4).
OF_TERMS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "nothing": ({}, []),
    "its deadline": ({"deadline": ..., "shown": without("timing")}, [("clause 2 lost its deadline", "-5.6")]),
    "its scope": ({"scope": ..., "shown": without("scope")}, [("clause 2 lost its scope", "-2.7")]),
    "its actor, shown": ({"shown": without("actor")}, [("clause 2 lost its actor", "-2.7")]),
    "another day": (
        {"deadline": "2020-12-31"},
        [("clause 2 has another deadline: 2020-12-31 in the place of 2019-12-31", "0")],
    ),
    "a hedge": (
        {"marks": [{"mark": "qualified", "element": "timing", "shown": PLACE}]},
        [("clause 2 has its deadline now counted one half: qualified", "-2.7")],
    ),
    "not material": ({"material": False}, [("clause 2 is no longer material", "0")]),
}


@pytest.mark.parametrize(("changes", "expected"), OF_TERMS.values(), ids=OF_TERMS)
def test_change_of_a_term_is_a_sentence(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Clause, element, effect: "clause 2 lost its deadline: −5.6" (E9)."""
    assert sentences(two(), two(**changes)) == expected


@pytest.mark.parametrize("changes", [changes for changes, _ in OF_TERMS.values()], ids=OF_TERMS)
def test_change_taken_back_gains_what_it_lost(changes: dict[str, Any]) -> None:
    """The same change the other way round has the same effect with the other sign (E9)."""
    there, back = between(two(), two(**changes)), between(two(**changes), two())
    flipped = ["0" if one == "0" else one[1:] if one.startswith("-") else f"-{one}" for one in back.together]
    assert list(there.together) == flipped


OTHERS: dict[str, tuple[tuple[Draft, ...], tuple[Draft, ...], str]] = {
    "an amount": (
        BEST, (commitment(terms=[quantity(target="3")]), instrument()),
        "clause 1 has another amount: at least 3 Mt in the place of at least 5 Mt",
    ),
    "an element gained": (two(scope=..., shown=without("scope")), two(), "clause 2 gained a scope"),
    "a hedge gone": (
        two(marks=[{"mark": "qualified", "element": "timing", "shown": PLACE}]), two(),
        "clause 2 has its deadline counted in full now, which was qualified",
    ),
    "the measure": (
        BEST, (commitment(terms=[quantity(measure=..., readings=READINGS)]), instrument()),
        "clause 1 has its measure now counted one half: the text does not settle the measure: several readings",
    ),
    "another kind": (
        BEST, (commitment(terms=[conditional()]), instrument()), "clause 1 was a quantity and is now a conditional",
    ),
    "a trigger": (
        (commitment(terms=[conditional()]), instrument()), FAULTS["PL117"][0], "clause 1's trigger lost its act",
    ),
    "a term gone": (two(), BEST, 'clause 2 ("publish the law") is gone'),
    "a term new": (BEST, two(), 'clause 2 is new: "publish the law"'),
    "the verb": (
        BEST, FAULTS["PL406"][0], 'the operative verb went from "shall buy" (shall) to "will" (committing)',
    ),
    "no verb": (
        BEST, (commitment(verb=None), instrument()), 'the operative verb went from "shall buy" (shall) to none',
    ),
    "what verifies it": (BEST, (commitment(indicators=[INDICATOR]), instrument()), "what verifies it changed"),
    "nothing recorded that verifies it": (
        BEST, (commitment(indicators=...), instrument()), "what verifies it is no longer known",
    ),
    "the forum": (BEST, text(forum="none"), "the forum is gone"),
    "a forum": (text(forum="none"), BEST, "the forum is new; it was none"),
    "the forum is unknown": (BEST, text(forum=...), "the forum is no longer known"),
    "binding": (BEST, text(binding="no"), "whether it says that it binds went from yes to no"),
    "the form": (
        BEST, text(form="executive_agreement"), "the form of the document went from treaty to executive agreement",
    ),
    "no document": (BEST, (commitment(),), "the document is no longer known"),
    "a document": ((commitment(),), BEST, "the document is now known"),
    "a position": (
        (commitment(), instrument(**WORDS)), (commitment(), instrument(**WORDS), position("cn", "denies")),
        "what the parties are recorded to have said of it changed",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says"), OTHERS.values(), ids=OTHERS)
def test_single_change_is_said_and_adds_up(old: tuple[Draft, ...], new: tuple[Draft, ...], says: str) -> None:
    """One change is one sentence, and its effect is the difference of the two scores (E9)."""
    found = between(old, new)
    assert [change.says for change in found.changes] == [says]
    assert found.adds_up
    assert found.changes[0].effect == found.together


def test_changes_that_need_one_another_do_not_add_up() -> None:
    """No remedy and no forum together run into a gate that neither runs into alone, and it says so (E5, E9)."""
    found = between(BEST, text(forum="none", remedy="none"))
    assert len(found.changes) == 2
    assert not found.adds_up
    assert found.together == ("-60", "-60")


def test_only_term_is_the_same_clause_under_another_name() -> None:
    """Two drafts of one sentence are compared though somebody renamed its id (E9)."""
    renamed = (commitment(terms=[quantity(id="beans", scope=..., shown=without("scope"))]), instrument())
    assert sentences(BEST, renamed) == [("clause 1 lost its scope", "-2.7")]


def test_commitments_of_two_names_can_be_compared() -> None:
    """A draft of a sequel is held against what is recorded (E9)."""
    _, _, body = commitment()
    other = known(("commitment", "sequel", changed(body, {"title": "The sequel"})), instrument())
    found = compare(known(*BEST), SUBJECT, other, "sequel")
    assert (found.old_subject, found.new_subject, found.changes) == (SUBJECT, "sequel", ())


def test_bands_are_told_with_the_points() -> None:
    """From hard to political: both ends, both bands (E7)."""
    found = between(BEST, text(forum="none", remedy="none"))
    assert (found.old, found.new) == (("100", "100"), ("40", "40"))
    assert (found.old_bands, found.new_bands) == (("hard", "hard"), ("political", "political"))


def test_commitment_that_one_draft_does_not_hold_is_refused() -> None:
    """A sentence, with what to do (style §7)."""
    with pytest.raises(NotFoundError, match="check its name or the view"):
        compare(known(*BEST), SUBJECT, known(*BEST), "another")
