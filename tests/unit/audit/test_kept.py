"""Results that wait outside memory: the same values, in the same order, as often as they are asked for (design §4)."""

from ledger.assessment.result import CommitmentResult
from ledger.audit.kept import KEPT_FROM, Each, Kept, kept
from ledger.audit.procedure import format_result
from ledger.model.statement import plain
from ledger.signing.canonical import format_json
from tests.unit.audit.small_ledger import soy_ledger

RESULT = soy_ledger(*(450_000,) * 12).audit()
(ONE,) = RESULT.commitments
OTHER = ONE.model_copy(update={"subject": "another"})


def test_kept_results_are_what_was_put_in() -> None:
    """Each comes back equal, by place, from the end, in slices, and in order."""
    both = Kept(iter([ONE, OTHER]))
    assert len(both) == 2
    assert list(both) == [ONE, OTHER]
    assert (both[0], both[-1]) == (ONE, OTHER)
    assert both[:1] == (ONE,)
    assert both == (ONE, OTHER)
    assert both != (OTHER, ONE)
    assert list(both.raws()) == [format_json(plain(ONE)), format_json(plain(OTHER))]


def test_few_results_are_held_and_many_kept() -> None:
    """Only where they are many is it worth the reading again."""
    assert kept(iter([ONE]), 1) == (ONE,)
    assert isinstance(kept(iter([ONE]), KEPT_FROM), Kept)


def test_an_audit_of_kept_results_is_the_same_bytes() -> None:
    """How results wait leaves no trace in ``audit.json``."""
    one_by_one = RESULT.model_copy(update={"commitments": Kept([ONE])})
    assert format_result(one_by_one) == format_result(RESULT)
    assert plain(one_by_one) == plain(RESULT)


def test_what_is_made_of_each_is_made_when_it_is_asked_for() -> None:
    """Nothing is made beforehand, and each time anew."""
    made: list[str] = []

    def name(result: CommitmentResult) -> str:
        made.append(result.subject)
        return result.subject

    names = Each((ONE, OTHER), name)
    assert (len(names), made) == (2, [])
    assert (names[1], names[:1], list(names)) == ("another", (ONE.subject,), [ONE.subject, "another"])
    assert made == ["another", ONE.subject, ONE.subject, "another"]
