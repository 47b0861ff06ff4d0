"""The report as a PDF that carries its own proof: set by a typesetter from the HTML report, the bundle attached.

Nothing is said here that the HTML report of the same bundle does not say: `markup` reads that report, `block` makes it
blocks to be set, `face` knows which characters the fonts have, `unset` replaces what they have not, and `typeset` sets
it (design §2.6; docs/decisions/0024).
"""
