"""A verification: all that a check of a bundle saw, with whose word it was checked against (style §7, design §2.6).

It is an answer, sound or unsound, and never raised.
"""

from dataclasses import dataclass
from typing import Literal

from ledger.audit.printed import Signed
from ledger.tlog.interval import Dated, Interval

Trust = Literal["given", "pinned", "charter", "self-declared"]
"""Where the policy came from: the caller, the caller's pinned policies, or the bundle itself.

The bundle's own is held to a charter that the caller named (``charter``), or to nothing (``self-declared``).
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen by a check.

    Attributes:
        code: stable, such as ``closure.missing``; docs/verification.md lists all of them.
        subject: what it is about, such as ``entry 41`` or ``audit.json``.
        sentence: what was seen, in one sentence.
        step: of the procedure, from 2 to 14.
    """

    code: str
    subject: str
    sentence: str
    step: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """A logged appointment of other checkpoint keys than the ones before.

    Attributes:
        entry: its index; checkpoints of more entries are signed by the new keys.
        approvals: how many of the root keys in force approved it, ``roots`` how many there were.
        is_followed: the policy names keys from before it, and the log was followed to those in force.
    """

    entry: int
    approvals: int
    roots: int
    is_followed: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which moments an entry of the audit came to be, as far as the bundle shows it.

    Attributes:
        entry: its index.
        not_before: when the operator received what it came after, by the operator's word; null where that is unknown.
        not_after: who dated a checkpoint over it first; null where nobody has.
    """

    entry: int
    not_before: str | None
    not_after: Dated | None


@dataclass(frozen=True, slots=True)
class Dating:
    """When the checkpoint and the entries of the audit came to be, and on whose word.

    Attributes:
        interval: of the checkpoint; null where its last header cannot be read.
        roots: whose roots vouch for the timestamps: ``given`` or ``self-declared``; null where there are none.
        entries: the bounds of each entry whose statement the bundle holds.
    """

    interval: Interval | None = None
    roots: Literal["given", "self-declared"] | None = None
    entries: tuple[Bounds, ...] = ()

    def document(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return {
            "checkpoint": self.interval.document() if self.interval is not None else None,
            "roots": self.roots,
            "entries": [
                {
                    "entry": one.entry,
                    "not_before": one.not_before,
                    "not_after": one.not_after.document() if one.not_after is not None else None,
                }
                for one in self.entries
            ],
        }


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
        rotations: how the keys that sign checkpoints have changed since the charter, in order.
        dating: when the checkpoint and the entries of the audit came to be, as far as it is proved.
        signatures: on the printed report that the bundle came in; none of them is trusted here.
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
    rotations: tuple[Rotation, ...] = ()
    dating: Dating = Dating()
    signatures: tuple[Signed, ...] = ()

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
            "rotations": [
                {"entry": one.entry, "approvals": one.approvals, "roots": one.roots, "followed": one.is_followed}
                for one in self.rotations
            ],
            "dating": self.dating.document(),
            "signatures": [
                {
                    "by": one.by,
                    "certificate": one.certificate,
                    "at": one.at,
                    "intact": one.is_intact,
                    "whole": one.is_whole,
                }
                for one in self.signatures
            ],
            "not_checked": list(self.not_checked),
            "findings": [
                {"code": one.code, "subject": one.subject, "sentence": one.sentence, "step": one.step}
                for one in self.findings
            ],
        }
