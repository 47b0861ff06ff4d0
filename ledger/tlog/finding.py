"""A finding: one thing seen by a check of the log, with a stable code (style §7).

Findings are answers, never raised; none means that the check found nothing wrong.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check saw.

    Attributes:
        code: stable, such as ``inclusion.root-mismatch``.
        subject: what it is about, such as ``entry 41`` or ``checkpoint 57``.
        sentence: what was seen, in one sentence.
        source: the rule that asks for the check.
    """

    code: str
    subject: str
    sentence: str
    source: str
