"""The rules by which a level is derived in practice, one for each thing that the ledger can observe (method §4, E3).

Each has a name, ``E3.`` and its dimension first, and the words of the method that it follows. The modules of the
dimensions say which of them decided; here they are only said once for everybody, beside `rule`, which does the same for
the written side. ``IDENTIFIERS`` is the one list of both: a reason names a rule of this list or none. Nothing is
derived here.
"""

from collections.abc import Mapping
from typing import NamedTuple

from ledger.assessment.enforceability.pillar import DIMENSIONS
from ledger.assessment.enforceability.rule import RULES
from ledger.model.attestation import Dimension


class Practice(NamedTuple):
    """One rule of practice.

    Attributes:
        says: what was observed and what it does to the level.
        reads: the entries and fields that it is read from.
    """

    code: str
    dimension: Dimension
    says: str
    reads: str


_OBSERVED: tuple[Practice, ...] = (
    Practice("E3.P.amended", "P", "the terms were amended in effect: the level is read on the amended term",
             "amendment: terms, effective, by"),
    Practice("E3.V.named", "V", "a source that the text names has figures for the periods due: 4",
             "evidence; commitment: indicators.named, terms.named"),
    Practice("E3.V.official", "V", "another official or independent source has figures for the periods due: 3",
             "evidence: standing, covers"),
    Practice("E3.V.periods", "V", "figures for under 80 % of the periods due: 2",
             "evidence: covers; commitment: indicators.lag_months, terms.period"),
    Practice("E3.V.scope", "V", "figures for under 80 % of the scope: 2", "evidence; commitment: terms.scope"),
    Practice("E3.V.late", "V", "figures that came later than 24 months after the period: 2",
             "evidence: vintage.published"),
    Practice("E3.V.claimant", "V", "only the claimant's figures, or media: 1", "evidence: standing"),
    Practice("E3.V.silent", "V", "an assessor looked and the publisher was silent: derived again without it",
             "attestation: not_published, authority"),
    Practice("E3.K.latest", "K", "the obligor's latest position other than silence; on one day, the most explicit",
             "position: stance, states, date"),
    Practice("E3.K.silence", "K", "the obligor's own texts are silent, and it has said nothing else: 0",
             "position: stance"),
    Practice("E3.O.suspended", "O", "suspended: 0", "amendment: change, effective"),
    Practice("E3.O.left", "O", "disowned, as the obligor has withdrawn: 0", "amendment: change, by"),
    Practice("E3.O.denied", "O", "disowned, as the obligor's latest position denies it: 0", "position: stance, date"),
    Practice("E3.A.answered", "A", "the forum was seised and answered in time: one up, at most 4",
             "action: act, stage, date; instrument: procedure.stages.limit"),
    Practice("E3.A.passed", "A", "the forum was seised and its time passed: at most 1",
             "action: act, stage, date; instrument: procedure.stages.limit"),
    Practice("E3.R.trigger-followed", "R", "a trigger held and its consequence followed: at least 3",
             "attestation: trigger, consequence; action: consequence"),
    Practice("E3.R.trigger-failed", "R", "a trigger held and its consequence did not follow in time: at most 1",
             "attestation: trigger, consequence; action: consequence"),
    Practice("E3.R.breach-followed", "R", "a breach was notified and the consequence followed: at least 3",
             "action: act, consequence, date"),
    Practice("E3.R.breach-failed", "R", "a breach was notified and no consequence followed in its time: at most 1",
             "action: act, consequence, date; instrument: procedure.stages.limit"),
    Practice("E3.R.levers", "R", "a lever lapsed, ended or began since the text: derived again from those that stand",
             "amendment: lever_lapsed; commitment: levers"),
    Practice("E3.X.suspended", "X", "suspended: 0", "amendment: change, effective"),
    Practice("E3.X.left", "X", "a party has left: 0", "amendment: change, by"),
    Practice("E3.X.lapsed", "X", "the instrument has expired: 0", "amendment: change; instrument: expires"),
)  # fmt: skip

PRACTICE: Mapping[str, Practice] = {one.code: one for one in _OBSERVED}
"""The rules of practice by name, in the order of the table."""

AS_WRITTEN: Mapping[Dimension, str] = {one: f"E3.{one}.as-written" for one in DIMENSIONS}
"""Where nothing was observed the practised level is the written one, and it says so (E3): by what name."""

ROWS_ALONE: tuple[str, ...] = (
    *(f"P.{row}" for row in range(5)),
    *(f"{dimension}.4" for dimension in DIMENSIONS if dimension != "P"),
)
"""Rows that decide by themselves: precision is counted, and above row 4 there is nothing that could be lacking."""

IDENTIFIERS: Mapping[str, Dimension] = {
    **{row: dimension for row in ROWS_ALONE for dimension in DIMENSIONS if row.startswith(dimension)},
    **{code: rule.dimension for code, rule in RULES.items()},
    **{code: one.dimension for code, one in PRACTICE.items()},
    **{code: dimension for dimension, code in AS_WRITTEN.items()},
}
"""Every rule that can be the reason of a level, with its dimension."""
