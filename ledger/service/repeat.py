"""Repeats: what the same author has said already in the same words, whatever checkpoint it was anchored in then.

The log itself tells a repeat by its payload (design §2.2), and an anchor makes every payload new. Whoever records the
same file of drafts twice means the same statements, so what is signed on an author's behalf is looked up first. Nothing
here writes.
"""

from ledger.assessment.view import look
from ledger.model.evidence import Evidence
from ledger.model.statement import Kind, Statement, kind_of, plain
from ledger.service.ports import Reading
from ledger.service.scene import ALWAYS, read_said
from ledger.signing.canonical import CanonicalBytes, format_json


class Spoken:
    """What one author has said and what still stands, read once for each kind and subject that is asked about.

    Attributes:
        author: the thumbprint of the key that signed it.
    """

    def __init__(self, reading: Reading, *, author: str) -> None:
        self.author = author
        self._reading = reading
        self._found: dict[tuple[Kind, str], dict[CanonicalBytes, int]] = {}

    def find(self, statement: Statement, *, is_open: bool = False) -> int | None:
        """Return the index of the first entry that says what a statement says, or None.

        Args:
            statement: as drafted; genesis and anchor are not compared, nor is the ``source`` of evidence, which says
                when the same bytes were fetched.
            is_open: the draft left the moment of issue to the clock, so that is not compared either.
        """
        key = (kind_of(statement), statement.subject)
        if key not in self._found:
            self._found[key] = self._read(*key)
        return self._found[key].get(_words(statement, is_open=is_open))

    def _read(self, kind: Kind, subject: str) -> dict[CanonicalBytes, int]:
        """Return the first index of each thing that was said and stands, with and without its moment."""
        said = [one for one in map(read_said, self._reading.about(subject, (kind, "retraction"))) if one is not None]
        gone = look(said, ALWAYS).corrected
        found: dict[CanonicalBytes, int] = {}
        for one in said:
            if one.kind == kind and one.author == self.author and one.name not in gone:
                for is_open in (False, True):
                    found.setdefault(_words(one.statement, is_open=is_open), one.index)
        return found


def _words(statement: Statement, *, is_open: bool) -> CanonicalBytes:
    """Return everything of a statement that is compared, in its one spelling."""
    members = {**plain(statement), "anchor": None, "genesis": None}
    if is_open:
        members["issued"] = None
    if isinstance(statement.body, Evidence):
        members["body"] = {name: value for name, value in plain(statement.body).items() if name != "source"}
    return format_json(members)
