"""A witness, asked over HTTP: one request, one answer, bounded in time and size (C2SP tlog-witness).

What is asked and what an answer means is `ledger.tlog.witness`'s; how often to ask, and whom, is its caller's.
"""

from typing import Final
from urllib.parse import SplitResult

from ledger.remote import exchange
from ledger.remote.exchange import PATIENCE
from ledger.tlog.note import NOTE_LIMIT
from ledger.tlog.witness import ADD_CHECKPOINT, TEXT_TYPE, Answer, origin_path

ANSWER_LIMIT: Final = NOTE_LIMIT
"""The most bytes that are read of an answer; more is no answer of a witness."""


def add_checkpoint(url: str, body: bytes, *, patience: float = PATIENCE) -> Answer:
    """Return what a witness answers to a request for cosignatures, whatever its status.

    Args:
        url: the witness's submission prefix.
        body: as `ledger.tlog.witness.format_request` writes it.
        patience: seconds that it may take in all.

    Raises:
        MalformedError: the address is none.
        UnavailableError: the witness cannot be reached, is too slow, or answers with too much.
    """
    return _ask(url, "POST", ADD_CHECKPOINT, body, patience=patience)


def last_checkpoint(url: str, origin: str, *, patience: float = PATIENCE) -> Answer:
    """Return what a witness answers where it is asked for the checkpoint that it cosigned last of a log.

    Raises:
        MalformedError, UnavailableError: as ``add_checkpoint``.
    """
    return _ask(url, "GET", origin_path(origin), None, patience=patience)


def check_url(url: str) -> SplitResult:
    """Return the parts of a witness's address.

    Raises:
        MalformedError: it is not an http or https address of a host, without user, query and fragment.
    """
    return exchange.check_url(url, of="a witness")


def _ask(url: str, method: str, path: str, body: bytes | None, *, patience: float) -> Answer:
    parts = check_url(url)
    return exchange.exchange(
        parts, method, parts.path.rstrip("/") + path, body, kind=TEXT_TYPE, of="witness", limit=ANSWER_LIMIT,
        patience=patience,
    )  # fmt: skip
