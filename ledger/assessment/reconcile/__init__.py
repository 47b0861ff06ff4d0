"""Reconciliation: how pledges meet evidence, term by term (method §3, R5–R18).

*channel* is one copy of a source's figures; *coverage*, *total*, *base*, *pace*, *ratio* and *decision* are what is
asked of it; *reckoning* puts these together for one channel, *vote* weighs channels and sources, *figures* reads a
quantity in all its readings. *conduct* reads attestations, *direction* prints trends, *moved* makes the terms that
one side alone would have. *outcome* is the answer for any term.
"""

from ledger.assessment.reconcile.outcome import reconcile

__all__ = ["reconcile"]
