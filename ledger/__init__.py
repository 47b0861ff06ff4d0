"""Pledger: the system of record for promises between parties that do not trust one another.

The house in one minute: a statement is *said* (``model``), *signed* (``signing``), *logged* (``tlog``), *weighed*
(``assessment``) and *audited* (``audit``); those five are pure. ``service`` admits, publishes, determines and exports;
``store`` keeps, ``ingest`` reads in, ``report`` prints; ``cli`` is the face, and ``runtime`` plugs them together.
"""

__version__ = "0.1.0"
