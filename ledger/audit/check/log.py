"""Steps 6 and 7: the headers form one chain, and their tree is the one that the checkpoint signs (design §2.3).

Chain and tree are recomputed by `ledger.tlog.recheck`, which shares nothing with what wrote them. Headers are read as a
stream, and only those are kept whose statements the bundle holds.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from ledger.audit.archive import Archive
from ledger.audit.bundle import HEADERS, timestamps_of
from ledger.audit.check.case import FINDINGS_LIMIT, Case
from ledger.audit.check.statement import anchor_size
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.entry import HEADER_LIMIT, Header, parse_header
from ledger.tlog.recheck import recheck_entries


def check_log(case: Case, checkpoint: Checkpoint) -> None:
    """Steps 6 and 7. Recompute chain and tree, and keep the headers whose statements are here."""
    notes, size, faulty = case.notes, 0, 0
    sizes = {checkpoint.size, *(stamped for stamped, _ in timestamps_of(case.bundle))}
    sizes |= {*(anchor for one in case.opened.values() if (anchor := anchor_size(one)) is not None)}
    for checked in recheck_entries(read_lines(case), sizes=sizes):
        size = checked.place + 1
        faulty += bool(checked.findings)
        for finding in checked.findings:
            notes.find(6, finding.code, finding.subject, finding.sentence)
        if checked.root is not None:
            case.roots[size] = checked.root
        if checked.members is not None and not checked.findings and checked.members["statement"] in case.opened:
            case.headers.append(_header(checked.members))
        if faulty == FINDINGS_LIMIT:
            case.lines = size
            notes.find(7, "tree.size", HEADERS, f"Of {size} headers, {faulty} are wrong; the rest were not read.")
            return
    if size != checkpoint.size:
        sentence = f"The checkpoint signs {checkpoint.size} entries, and the bundle has the headers of {size}."
        notes.find(7, "tree.size", HEADERS, sentence)
    elif case.roots.get(size) != checkpoint.root:
        sentence = f"The {size} headers do not have the root that the checkpoint signs: a header was changed."
        notes.find(7, "tree.root-mismatch", HEADERS, sentence)


def read_lines(case: Case) -> Iterator[bytes]:
    """Yield the lines of headers, as far as they are read: to the end, unless too many of them are wrong."""
    return islice(header_lines(case.bundle), case.lines)


def header_lines(bundle: Archive) -> Iterator[bytes]:
    """Yield the lines of headers, without their line feeds, in memory that does not grow.

    A line that is too long or lacks its line feed comes out with one at its end: no header has that, so it is found.
    """
    with bundle.open(HEADERS) as stream:
        while line := stream.readline(HEADER_LIMIT + 1):
            yield line[:-1] if line.endswith(b"\n") else line + b"\n"


def _header(members: Mapping[str, object]) -> Header:
    """Return the header that the recheck has read and found right in form."""
    line = (
        '{"author":"%(author)s","index":%(index)d,"kind":"%(kind)s","prev":"%(prev)s","received":"%(received)s",'
        '"size":%(size)d,"statement":"%(statement)s","subject":"%(subject)s"}'
    )
    return parse_header((line % members).encode())
