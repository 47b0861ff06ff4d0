"""A comparison: what two audits say otherwise, sentence by sentence, each with its cause (R1; design §2.6).

It is an answer, and prints as plain JSON. Nothing is compared here.
"""

from typing import Literal

from pydantic import Field

from ledger.assessment.history import Because
from ledger.model.determination import MethodVersion, View
from ledger.model.value import Value

ChangeKind = Literal[
    "view", "method", "subjects", "commitment", "term", "outcome", "figures", "score", "opinion", "evidence", "reply",
    "change", "erasure", "emphasis", "scope", "member",
]  # fmt: skip
"""What a change is about; ``member`` is any other member of ``audit.json``."""


class Compared(Value):
    """One of the two audits: what it is about, and the digest of its ``audit.json``."""

    title: str
    subjects: tuple[str, ...]
    view: View
    method: MethodVersion
    opinion: str
    digest: str


class Changed(Value):
    """One thing that the later audit says otherwise than the earlier one.

    Attributes:
        members: paths in ``audit.json`` that this accounts for, with everything below them.
        subject: the commitment, or null where it is about the whole audit; ``term`` likewise.
        before: and ``after`` what they say, where one value stands for it.
        because: the entries, days and versions that made the difference; empty where none at hand does.
    """

    kind: ChangeKind
    members: tuple[str, ...]
    subject: str | None
    term: str | None
    before: str | None
    after: str | None
    words: str
    because: tuple[Because, ...]


class Follows(Value):
    """A member that is another because others are: it is worked out from what is told already."""

    member: str
    of: str


class Comparison(Value):
    """What became another between two audits of one ledger.

    Attributes:
        same: the two ``audit.json`` are the same bytes; nothing is listed then.
        changed: in the order in which a report tells it.
        follows: members that changed and only follow from those.
    """

    schema_: Literal["audit-comparison.v1"] = Field(alias="schema")
    origin: str
    before: Compared
    after: Compared
    same: bool
    changed: tuple[Changed, ...]
    follows: tuple[Follows, ...]
