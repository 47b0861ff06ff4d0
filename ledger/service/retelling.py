"""Retelling: one commitment at many views, as its history asks, with what the views have in common done once (R1).

Each view is reckoned from the statements as if it were asked alone; only that they are read, and that figures are drawn
again which are already there, is spared. Nothing here says why an outcome turned.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from ledger.assessment.authority import Authority, void
from ledger.assessment.erased import find_erased
from ledger.assessment.result import CommitmentResult
from ledger.assessment.selection import Engine, Plan, Row
from ledger.assessment.view import Known, Said, look
from ledger.model.determination import View
from ledger.service.determine import assess_all
from ledger.tlog.entry import Header

KEPT: Final = 8
"""Answers of the engine that are kept: those of the views asked last."""

_Asked = tuple[object, ...]
"""A plan, as far as its answer turns on it."""


@dataclass
class Remembering:
    """An engine that gives the same answer to the same plan without drawing the figures again."""

    engine: Engine
    _answers: OrderedDict[_Asked, Sequence[Row]] = field(default_factory=OrderedDict)

    def select(self, plan: Plan, open_observations: Callable[[str], BinaryIO]) -> Sequence[Row]:
        """Return the rows that answer the plan; observations are kept by digest, so that they cannot have changed."""
        asked = (
            plan.queries, plan.channels, plan.loads, tuple(sorted(plan.tables.items())), plan.lookups, plan.selections,
            plan.routes,
        )  # fmt: skip
        if asked not in self._answers:
            self._answers[asked] = self.engine.select(plan, open_observations)
            if len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        self._answers.move_to_end(asked)
        return self._answers[asked]


@dataclass
class Retelling:
    """What was said in a log, read once, to be looked at from many views.

    Attributes:
        said: every statement of the log, in entry order; ``absent`` the headers of those that were erased.
        authority_at: the keys and roles as the first so many entries have them.
    """

    said: Sequence[Said]
    absent: Sequence[Header]
    authority_at: Callable[[int], Authority]
    engine: Engine
    open_observations: Callable[[str], BinaryIO]

    def __post_init__(self) -> None:
        """Make the engine one that remembers."""
        self.engine = Remembering(self.engine)

    def known(self, view: View) -> Known:
        """Return what a view knows, as ``Ledger.known`` does: what a later entry erased is not there for it either."""
        below = [one for one in self.said if one.index < view.size]
        gone = void(below, view.size, self.authority_at(view.size))
        later = [one for one in self.said if one.index >= view.size and one.kind == "erasure"]
        erased = find_erased((*below, *later), [header for header in self.absent if header.index < view.size])
        return look((one for one in below if one.index not in gone), view, erased=erased)

    def result_at(self, subject: str, view: View) -> CommitmentResult | None:
        """Return the result of a commitment at a view; null where the view does not know it."""
        known = self.known(view)
        if subject not in known.commitments:
            return None
        return assess_all(known, (subject,), engine=self.engine, open_observations=self.open_observations)[0]
