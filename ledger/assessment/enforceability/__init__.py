"""Enforceability: could a breach be shown, answered for, and made costly (method §4, E1–E9).

One module for each of the seven dimensions, in the order of the table: *precision* (P), *verifiability* (V),
*acknowledgement* (K), *obligation* (O), *answerability* (A), *remedy* (R), *durability* (X). Each reads its level
from fields, written and practised, rows from 4 down, and says which fields decided. *case* is what they read, *level*
what they answer, *written* the seven together, *pillar* their arithmetic, *score* what they come to. *robustness* (E8)
says how far that depends on the method's choices, *gain* what one level more is worth; *rule*, *mend*, *lint* and
*difference* read drafts (E9), and *practice* names the rules of what was observed.
No rule here reads whether a term was met (E3).
"""

from ledger.assessment.enforceability.score import score

__all__ = ["score"]
