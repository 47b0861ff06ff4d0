"""How pledges meet evidence: views, reconciliation, enforceability.

Pure: no clock, no files, no network, no randomness.
``METHOD`` is the version of the rules in force; it is written into every result.
"""

METHOD = "2026.1"
"""The version of the method that this software computes (method.md)."""
