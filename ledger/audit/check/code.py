"""The codes of all findings: the step that gives each, and the section of the rules that it follows.

Whoever writes a second verifier gives these codes too. docs/verification.md says of each what was seen, step by step,
and is held equal to this table; tests/vectors/bundles has a bundle for each that a file alone can show. Nothing here
checks anything.
"""

from typing import Final, NamedTuple

MORE: Final = "findings.more"
"""Of no step: it counts the findings that are not listed."""


class Code(NamedTuple):
    """A code, the step of the procedure that gives it, and the section that was not kept."""

    code: str
    step: int
    follows: str


_DESIGN: Final = "design §"
_INDEX: Final = "completeness.md"
_TREE: Final = "RFC 6962 §2.1"


def _of(step: int, follows: str, *codes: str) -> tuple[Code, ...]:
    return tuple(Code(code, step, follows) for code in codes)


CODES: Final[tuple[Code, ...]] = (
    *_of(2, f"{_DESIGN}2.6", "manifest.malformed", "manifest.mismatch", "manifest.order", "manifest.withheld"),
    *_of(3, "C2SP tlog-policy", "policy.malformed"),
    *_of(4, f"{_DESIGN}2.2", "charter.missing", "charter.malformed"),
    *_of(4, f"{_DESIGN}2.6", "charter.other"),
    *_of(4, f"{_DESIGN}2.2", "charter.origin", "charter.unproven"),
    *_of(5, "C2SP tlog-checkpoint", "checkpoint.malformed"),
    *_of(5, f"{_DESIGN}2.4", "checkpoint.unsigned"),
    *_of(5, "C2SP tlog-policy", "checkpoint.untrusted"),
    *_of(5, f"{_DESIGN}2.4", "checkpoint.quorum", "policy.not-the-charters"),
    *_of(5, f"{_DESIGN}2.6", "policy.other-log"),
    *_of(6, f"{_DESIGN}2.3", "entry.form", "chain.index", "chain.prev", "chain.time"),
    *_of(7, _TREE, "tree.size", "tree.root-mismatch"),
    *_of(7, f"{_TREE}.2", "consistency.malformed", "consistency.mismatch"),
    *_of(7, f"{_TREE}.1", "inclusion.malformed", "inclusion.root-mismatch"),
    *_of(7, _INDEX, "index.malformed", "index.missing", "index.size"),
    *_of(8, "RFC 8785", "audit.malformed"),
    *_of(8, "method R1", "audit.view"),
    *_of(8, f"{_DESIGN}2.3", "closure.missing", "closure.surplus"),
    *_of(8, _INDEX, "index.form", "index.root-mismatch", "index.gap", "index.surplus"),
    *_of(9, f"{_DESIGN}2.2", "statement.digest"),
    *_of(9, f"{_DESIGN}2.3", "statement.size"),
    *_of(9, f"{_DESIGN}2.2", "statement.malformed"),
    *_of(9, f"{_DESIGN}2.3", "statement.kind", "statement.subject"),
    *_of(9, f"{_DESIGN}2.2", "statement.genesis", "statement.anchor"),
    *_of(9, f"{_DESIGN}2.3", "statement.author"),
    *_of(9, f"{_DESIGN}5", "statement.authority"),
    *_of(9, "RFC 7515 §5.2", "statement.signature"),
    *_of(9, f"{_DESIGN}2.2", "statement.charter", "statement.mends", "statement.second", "statement.repeated"),
    *_of(10, f"{_DESIGN}2.6", "file.missing", "file.digest", "file.size", "file.surplus"),
    *_of(10, "formats.md", "observations.malformed"),
    *_of(10, f"{_DESIGN}2.2", "observations.count"),
    *_of(11, f"{_DESIGN}4", "selection.changed"),
    *_of(11, f"{_DESIGN}2.2", "method.unknown"),
    *_of(11, f"{_DESIGN}2.6", "method.failed", "audit.differs"),
    *_of(12, f"{_DESIGN}2.6", "report.differs"),
    *_of(13, "RFC 3161 §2.4.2", "timestamp.size", "timestamp.unverified"),
    *_of(13, "RFC 3161 §2.3", "timestamp.root"),
    *_of(13, f"{_DESIGN}2.6", "timestamp.surplus"),
    *_of(14, f"{_DESIGN}2.6", "printed.differs", "printed.words", "printed.appended", "printed.signature"),
)
"""All of them, in the order of the steps."""

BY_CODE: Final = {one.code: one for one in CODES}
"""By code. ``index.root-mismatch`` and the like are named once, with their step."""
