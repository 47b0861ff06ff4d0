"""The examples of the lint in words, drafted and linted: the bad one has the fault, the good one has not (E9).

Most examples are fragments that a person reads; those that are whole sentences with an act are read by the rules of
``pledger draft``, and what comes of them is linted as a draft of a joint statement. What each rule does to a level is
held by ``test_every_rule``.
"""

from typing import Any

import pytest

from ledger.assessment.drafted import drafted, last_day
from ledger.assessment.enforceability.lint import lint
from ledger.assessment.enforceability.rule import RULES
from ledger.ingest.document import Draft, check_draft
from ledger.ingest.draft.composed import Frame, compose_commitment, compose_instrument, weighable
from ledger.ingest.draft.proposal import propose
from ledger.ingest.draft.text import read_document
from ledger.ingest.draft.vocabulary import shipped

WORDS = shipped()
AGREEMENT = "executive_agreement"
READ = {
    "PL103": ("statement", "statement"),
    "PL104": ("statement", "statement"),
    "PL107": ("statement", "statement"),
    "PL109": ("statement", "statement"),
    "PL403": ("statement", "statement"),
    "PL405": ("statement", AGREEMENT),
    "PL406": (AGREEMENT, AGREEMENT),
}
"""Rules whose examples are sentences that the drafter reads, with the forms of text that the two examples stand in."""


def faults(text: str, form: str) -> set[str]:
    """Return the faults of the one pledge that a text of China and the United States makes."""
    document = read_document(text.encode(), name="example.txt")
    frame = Frame(
        instrument="example", day="2019-01-31", title="An example", form=form, issuers=("cn", "us"),
        publisher="Both sides", role="joint",
    )  # fmt: skip
    (proposal,) = propose(document, WORDS, issuers=frame.issuers, day=frame.day)
    made = (compose_instrument(document, frame), compose_commitment(proposal, document, WORDS, frame))
    statements = []
    for one in made:
        kind: Any = one.kind
        body = weighable(one)
        assert body is not None, text
        statements.append(check_draft(Draft(kind, one.subject, None, None, body, one.subject)))
    found = lint(drafted(statements, as_of=last_day(statements)), made[1].subject)
    return {one.code for one in found.findings if one.is_fault}


@pytest.mark.parametrize("code", READ)
def test_bad_example_has_the_fault_and_the_good_one_not(code: str) -> None:
    """What the page of the lint shows is what the lint says (E9)."""
    (bad, good), rule = READ[code], RULES[code]
    assert code in faults(rule.bad, bad)
    assert code not in faults(rule.good, good)
