"""What a report says of all commitments at once, gathered in one way through them."""

from collections.abc import Iterator

from ledger.assessment.result import CommitmentResult
from ledger.report.survey import Survey
from tests.unit.report.example import result


def test_survey_goes_over_the_results_one_time() -> None:
    """Results that are read once, one after the other, give everything (decision 30)."""
    commitments = result().commitments
    read = 0

    def once() -> Iterator[CommitmentResult]:
        nonlocal read
        for one in commitments:
            read += 1
            yield one

    survey = Survey(once())
    assert read == len(commitments) == 4
    assert survey.heads == [(one.subject, one.title) for one in commitments]
    assert survey.terms == sum(len(one.terms) for one in commitments) == len(survey.titles)
    assert survey.outcomes.total() == survey.terms


def test_terms_whose_words_say_too_little_are_named() -> None:
    """A practised precision of one or less holds no outcome (E5)."""
    survey = Survey(result().commitments)
    levels = [(one.subject, each) for one in result().commitments for each in one.score.terms]
    assert survey.vague == [(subject, each.term) for subject, each in levels if each.P[1].high <= 1]


def test_nothing_to_survey_is_nothing() -> None:
    """An audit of nothing has no term, and no outcome."""
    survey = Survey(())
    assert (survey.heads, survey.titles, survey.terms) == ([], {}, 0)
