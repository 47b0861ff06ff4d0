"""The usual lag: how long after a period a source takes to publish, by the pledge's own indicators (R11, E3).

Reconciliation awaits figures for so long, and verifiability counts a period as due only after it: both ask here.
"""

from ledger.model.commitment import Commitment

LONGEST_LAG = 24
"""Months after which figures are no longer awaited, also where no lag is given (R11)."""


def usual_lag(commitment: Commitment, *, term: str, source: str) -> int:
    """Return the months that a source usually takes for a term; at most, and by default, 24 (R11).

    Of several indicators of the source the longest lag counts, as figures may come until it has passed; one that names
    no authority speaks for a source that no other names.
    """
    mine = [one for one in commitment.indicators or () if one.terms == "all" or term in one.terms]
    named = [one.lag_months for one in mine if one.authority == source and one.lag_months is not None]
    unnamed = [one.lag_months for one in mine if one.authority is None and one.lag_months is not None]
    return min(max(named or unnamed or [LONGEST_LAG]), LONGEST_LAG)
