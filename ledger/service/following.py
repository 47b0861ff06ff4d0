"""Following a log over the replacement of its own keys, for whoever watches it by a policy of before, or of after.

It reads the log's headers and ``key`` statements where they are served, and believes nothing of them before they have
led to the root that the log's checkpoint signs. Most logs never replace their keys, so this is asked for only where a
checkpoint is shown that no key of the policy has signed. Source: design §2.2 (``key``), §2.4.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from ledger.assessment.authority import Authority, found, weigh_key
from ledger.assessment.succession import is_each, open_by_succession
from ledger.errors import MalformedError, PledgerError
from ledger.model.statement import CharterStatement, KeyStatement, parse_statement
from ledger.signing.canonical import digest
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.checkpoint import open_any_checkpoint, parse_checkpoint
from ledger.tlog.entry import HEADER_LIMIT, Header, parse_header
from ledger.tlog.merkle import Address, Edge, Hash, Nodes, leaf_hash
from ledger.tlog.note import VerifierKey, parse_note
from ledger.tlog.policy import Policy
from ledger.tlog.prefix import prefix_indexes, read_prefix

_GROUP = 256


class Served(Protocol):
    """A log as somebody serves it, statements included."""

    @property
    def name(self) -> str:
        """Who serves it, as a sentence names it."""

    def checkpoint(self) -> bytes:
        """Return its checkpoint, signed."""

    def nodes(self, addresses: Iterable[Address], size: int) -> Nodes:
        """Return nodes of its tree, which has that size."""

    def headers(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield its entries of a range; ``stop`` is the size of its tree."""

    def statement(self, header: Header) -> bytes | None:
        """Return the statement that a header names, or None where it is not served."""


def is_signed(raw: bytes, keys: Sequence[VerifierKey]) -> bool:
    """Tell whether keys of a log, one of each algorithm, have signed a checkpoint; what is none, nobody has signed."""
    try:
        return is_each(keys, open_any_checkpoint(raw, keys).signers)
    except PledgerError:
        return False


def follow_tree(tree: Served, policy: Policy) -> Authority:
    """Return the authority of a log, whose checkpoint a policy accepts by its keys or by those that lead to them.

    Raises:
        MalformedError: its entries are not those that its checkpoint signs, or a statement is missing.
        PledgerError: a ``key`` statement may not stand where it does, or the policy does not lead to its keys.
    """
    note = tree.checkpoint()
    said = parse_checkpoint(parse_note(note).text)
    authority = _fold(tree, said.size, said.root)

    def root_at(size: int) -> Hash | None:
        nodes = tree.nodes(prefix_indexes(size, said.size), said.size)
        return read_prefix(size, said.size, nodes, root=said.root)

    open_by_succession(note, policy, authority, root_at=root_at)
    return authority


def _fold(tree: Served, size: int, root: Hash) -> Authority:
    """Return the authority after all entries of a log, once they are seen to be those that were signed."""
    kept: list[Header] = []
    edge, leaves = Edge(0, ()), list[Hash]()
    for raw in tree.headers(0, size):
        header = parse_header(raw[: HEADER_LIMIT + 1])
        if header.kind in {"charter", "key"}:
            kept.append(header)
        leaves.append(leaf_hash(raw))
        if len(leaves) == _GROUP:
            edge, leaves = edge.extend(leaves)[0], []
    edge = edge.extend(leaves)[0] if leaves else edge
    if edge.size != size or edge.root != root:
        raise MalformedError(f"The entries that {tree.name} serves are not those that its checkpoint signs.")
    authority: Authority | None = None
    for header in kept:
        authority = _fold_one(tree, header, authority)
    if authority is None:
        raise MalformedError(f"The log that {tree.name} serves has no charter; it is no ledger.")
    return authority


def _fold_one(tree: Served, header: Header, authority: Authority | None) -> Authority:
    raw, what = tree.statement(header), f"the statement of entry {header.index}"
    if raw is None or digest(raw) != header.statement:
        message = f"{tree.name} does not serve the {header.kind} of entry {header.index}, which nothing can erase."
        raise MalformedError(message, index=header.index)
    envelope = open_envelope(raw, typ=STATEMENT, what=what)
    statement = parse_statement(envelope.payload, what=what)
    if authority is None and header.index == 0 and isinstance(statement, CharterStatement):
        return found(envelope, statement)
    if authority is not None and isinstance(statement, KeyStatement):
        return weigh_key(authority, envelope, statement, index=header.index)
    message = f"The statement of entry {header.index} is no {header.kind} that may stand there; do not rely on it."
    raise MalformedError(message, index=header.index)
