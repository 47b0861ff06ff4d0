"""Two audits held against each other: what became another between them, and which entry, day or version made it so.

Two audits are two answers of one method to two views, or to one view asked twice (R1). Everything here is worked out
from the two results, and from what was said, where that is at hand; nothing is looked up, and nothing is judged anew.
"""
