"""A verification: all that a check of a bundle saw, with whose word it was checked against (style §7, design §2.6).

It is an answer, sound or unsound, and never raised.
"""

from dataclasses import dataclass
from typing import Literal

Trust = Literal["given", "pinned", "self-declared"]
"""Where the policy came from: the caller, the caller's pinned policies, or nowhere but the bundle itself."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen by a check.

    Attributes:
        code: stable, such as ``closure.missing``; docs/verification.md lists all of them.
        subject: what it is about, such as ``entry 41`` or ``audit.json``.
        sentence: what was seen, in one sentence.
        step: of the procedure, from 2 to 12.
    """

    code: str
    subject: str
    sentence: str
    step: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a bundle answers.

    Attributes:
        sound: nothing is wrong with what was checked; ``not_checked`` says what was not, and why that is excused.
        trust: on whose word: never read ``sound`` without it.
        origin: of the log, as its checkpoint says; empty where it could not be read.
        genesis: digest of its charter; empty where it could not be read.
        size: of the checkpoint.
        subjects: the commitments audited; view_size and as_of their view.
        members: how many files the bundle holds; ``statements`` how many of them are statements.
    """

    sound: bool
    trust: Trust
    origin: str
    genesis: str
    size: int
    subjects: tuple[str, ...]
    view_size: int
    as_of: str
    members: int
    statements: int
    not_checked: tuple[str, ...]
    findings: tuple[Finding, ...]

    def document(self) -> dict[str, object]:
        """Return the answer as plain JSON data, for ``--json``."""
        return {
            "sound": self.sound,
            "trust": self.trust,
            "origin": self.origin,
            "genesis": self.genesis,
            "checkpoint_size": self.size,
            "subjects": list(self.subjects),
            "view": {"size": self.view_size, "as_of": self.as_of},
            "members": self.members,
            "statements": self.statements,
            "not_checked": list(self.not_checked),
            "findings": [
                {"code": one.code, "subject": one.subject, "sentence": one.sentence, "step": one.step}
                for one in self.findings
            ],
        }
