"""Beside the score, never in it: performance, credibility, leverage, and their story (method §4, E10).

*fulfilment* is how far one term was kept, *performance* that of a whole commitment, *leverage* what stands behind it,
*quadrant* which of four stories it tells; these three are in every result. *credibility* is about a party and needs
all its commitments, so it is in no audit; *beta* is its arithmetic. Depth is reckoned where the figures are at hand
(``reconcile.depth``) and stands with each term.
"""
