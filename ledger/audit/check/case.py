"""A verification on its way: the bundle, what was seen of it, and what one step hands on to the next.

It is made for one bundle, filled step by step, and thrown away with the answer. Nothing here decides anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from ledger.audit.archive import Archive
from ledger.audit.printed import Signed
from ledger.audit.scope import Scope
from ledger.audit.verification import Dating, Finding, Rotation
from ledger.model.determination import MethodVersion, View
from ledger.model.erasure import Erasure
from ledger.model.statement import Statement
from ledger.model.value import Slug, Value
from ledger.signing.canonical import Json
from ledger.signing.envelope import Envelope
from ledger.tlog.entry import Header
from ledger.tlog.index import IndexProof
from ledger.tlog.merkle import Hash

FINDINGS_LIMIT: Final = 1000
"""How many findings an answer lists; a last one counts the others."""


class Claim(Value):
    """What ``audit.json`` says it is about; the rest of it is worked out anew and compared."""

    model_config = ConfigDict(extra="ignore")

    shape: Annotated[str, Field(alias="schema", max_length=100)]
    subjects: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=10_000)]
    view: View
    method: MethodVersion
    scope: Scope = Scope()


@dataclass(slots=True)
class Notes:
    """What has been seen so far, and what was left out."""

    findings: list[Finding] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    unlisted: int = 0

    def find(self, step: int, code: str, subject: str, sentence: str) -> None:
        """Add a finding."""
        if len(self.findings) < FINDINGS_LIMIT:
            self.findings.append(Finding(code, subject, sentence, step))
        else:
            self.unlisted += 1

    def skip(self, what: str) -> None:
        """Add something that is not checked."""
        if what not in self.not_checked:
            self.not_checked.append(what)


@dataclass(frozen=True, slots=True)
class Opened:
    """A statement of the bundle, opened: what it says, or why it cannot be read.

    Attributes:
        members: the payload as plain data; ``statement`` its meaning, null where its version is not known here.
        fault: the code and sentence of what is wrong with its form.
    """

    size: int
    envelope: Envelope | None = None
    members: Mapping[str, Json] = field(default_factory=dict)
    statement: Statement | None = None
    fault: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Indexed:
    """The index that stands for headers which the bundle does not carry, and what it is held against.

    Attributes:
        proof: of completeness.
        size: entries that the index covers; ``root`` as it was logged.
        statement: digest of the statement that logged it.
        below: the headers here of entries that it covers; ``members`` their records.
    """

    proof: IndexProof
    size: int
    root: Hash
    statement: str
    below: tuple[Header, ...]
    members: tuple[bytes, ...]


@dataclass(slots=True)
class Case:
    """One verification on its way: the bundle, what was seen, and what the steps hand on.

    Attributes:
        opened: the bundle's statements, by digest.
        headers: those whose statement the bundle holds, in order.
        roots: of the tree at the sizes that anchors name.
        absent: headers of the closure whose body was erased.
        lines: how many lines of headers are read; null for all of them.
        indexed: what stands for the headers that are not here; null where all are.
        rotations: how the keys that sign checkpoints have changed since the charter.
        dating: when the checkpoint and the entries came to be.
        signatures: on the printed report that the bundle came in.
        is_redacted: a statement or figures are absent, and excused as public.
        withheld: names of members that the manifest says are withheld from the public.
    """

    bundle: Archive
    notes: Notes
    public: bool
    opened: dict[str, Opened] = field(default_factory=dict)
    headers: list[Header] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)
    absent: list[Header] = field(default_factory=list)
    lines: int | None = None
    indexed: Indexed | None = None
    is_redacted: bool = False
    withheld: frozenset[str] = frozenset()
    genesis: str = ""
    claim: Claim | None = None
    rotations: tuple[Rotation, ...] = ()
    dating: Dating = field(default_factory=Dating)
    signatures: tuple[Signed, ...] = ()
    _erased: dict[str, list[tuple[Header, Erasure]]] | None = None

    def excused(self, name: str, *, what: str) -> str:
        """Return how it is said that something is absent and excused as public: by whose word it is withheld."""
        return f"public: {what} is {'withheld, as the manifest says' if name in self.withheld else 'absent'}"

    def is_erased(self, digest: str, *, after: int, subject: str | None = None) -> bool:
        """Whether an erasure that is logged after an entry, and about that subject if one is given, names a digest.

        Whether who signed it may erase is for step 9.
        """
        return any(header.index > after and subject in {None, header.subject} for header, _ in self.erasures(digest))

    def erasures(self, digest: str) -> Sequence[tuple[Header, Erasure]]:
        """Return the erasures that name a digest, in order; headers are read by then."""
        return self._erasures().get(digest, ())

    def _erasures(self) -> Mapping[str, Sequence[tuple[Header, Erasure]]]:
        if self._erased is None:
            self._erased = {}
            for header in self.headers:
                one = self.opened[header.statement].statement if header.kind == "erasure" else None
                if one is not None and isinstance(one.body, Erasure):
                    for digest in one.body.digests:
                        self._erased.setdefault(digest, []).append((header, one.body))
        return self._erased
