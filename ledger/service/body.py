"""Bodies that a log no longer serves: erased by its own logged word, or withheld (design §2.3).

The entries of a log are headers, so that a monitor which has read them all knows which statements there must be. One
that is not served was erased if the log says so later, about the same subject; else it is withheld, and that is a
finding. It cannot be proved to others: whoever reads it asks for himself. Nothing here is kept or timed.
"""

from ledger.errors import MalformedError, PledgerError
from ledger.model.erasure import LASTING
from ledger.service.monitor import Tree
from ledger.service.site import erased_by
from ledger.signing.canonical import parse_canonical
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.entry import Header, parse_header
from ledger.tlog.finding import Finding

_SOURCE = "design §2.3"


def look_for_bodies(log: Tree, start: int, stop: int) -> tuple[Finding, ...]:
    """Return which statements of a range of entries are withheld, or are not what their headers name.

    Args:
        log: who serves it; its headers were held against a signed tree before.
        start: the first entry that was not looked at before; what was erased of those before it is not asked again.
        stop: the size of its tree.
    """
    absent: list[Header] = []
    erased: dict[str, Header] = {}
    found: list[Finding] = []
    try:
        for raw in log.headers(start, stop):
            header = parse_header(raw)
            try:
                jws = log.statement(header)
                if jws is None:
                    absent.append(header)
                elif header.kind == "erasure":
                    for digest in _digests(header, jws):
                        erased.setdefault(digest, header)
            except MalformedError as error:
                found.append(Finding("statement.other", f"entry {header.index}", error.message, _SOURCE))
    except PledgerError as error:
        found.append(Finding("source.unread", log.name, error.message, _SOURCE))
    for header in absent:
        by = erased.get(header.statement)
        if header.kind in LASTING or by is None or by.index < header.index or by.subject != header.subject:
            sentence = (
                f"{log.name} does not serve the {header.kind} about {header.subject}, and no later entry of the log "
                "erases it."
            )
            found.append(Finding("statement.withheld", f"entry {header.index}", sentence, _SOURCE))
    return tuple(found)


def _digests(header: Header, jws: bytes) -> tuple[str, ...]:
    """Return what an erasure names."""
    what = f"the statement of entry {header.index}"
    return erased_by(header.kind, parse_canonical(open_envelope(jws, typ=STATEMENT, what=what).payload, what=what))
