"""A survey of an audit's commitments: what a report says of all of them at once, gathered by going over them one time.

The results of many commitments wait outside memory and are read one at a time, so that each way through them counts.
Titles and numbers stay here, results do not. Source: docs/decisions/0030.
"""

from collections import Counter
from collections.abc import Iterable

from ledger.assessment.result import CommitmentResult


class Survey:
    """What is said of all commitments at once.

    Attributes:
        heads: subject and title of each; ``titles`` of terms; ``flows`` by measure, reporter and partner.
        outcomes: how many terms came to each.
        vague: terms whose words say too little to hold an outcome against (E5).
    """

    def __init__(self, results: Iterable[CommitmentResult]) -> None:
        self.heads: list[tuple[str, str]] = []
        self.titles: dict[tuple[str, str], str] = {}
        self.flows: dict[tuple[str, str, str], None] = {}
        self.outcomes: Counter[str] = Counter()
        self.vague: list[tuple[str, str]] = []
        for one in results:
            self.heads.append((one.subject, one.title))
            self.titles |= {(one.subject, term.id): term.title for term in one.terms}
            readings = (reading for term in one.terms for reading in term.readings)
            self.flows |= dict.fromkeys((each.measure, each.reporter, each.partner) for each in readings)
            self.outcomes.update(term.outcome for term in one.terms)
            self.vague += ((one.subject, levels.term) for levels in one.score.terms if levels.P[1].high <= 1)

    @property
    def terms(self) -> int:
        """How many terms the commitments have."""
        return self.outcomes.total()
