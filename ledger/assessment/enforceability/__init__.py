"""Enforceability: could a breach be shown, answered for, and made costly (method §4, E1–E7).

One module for each of the seven dimensions, in the order of the table: *precision* (P), *verifiability* (V),
*acknowledgement* (K), *obligation* (O), *answerability* (A), *remedy* (R), *durability* (X). Each reads its level
from fields, written and practised, rows from 4 down, and says which fields decided. *case* is what they read, *level*
what they answer, *score* what the seven come to. No rule here reads whether a term was met (E3).
"""

from ledger.assessment.enforceability.score import score

__all__ = ["score"]
