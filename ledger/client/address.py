"""Addresses of served ledgers: what they have to be, who may be shown a token, and what their copies are called.

Source: design §3 (``--ledger DIR|URL``).
"""

import ipaddress
from typing import Final
from urllib.parse import SplitResult, quote

from ledger.errors import RefusedError
from ledger.remote.exchange import check_url

NAME_LIMIT: Final = 200
"""Bytes of the name of a copy's directory; most file systems end at 255."""


def read_address(text: str) -> SplitResult:
    """Return the parts of the address of a served ledger, without a slash at its end.

    Raises:
        MalformedError: it is not an http or https address of a host, without user, query and fragment.
    """
    return check_url(text.rstrip("/"), of="a served ledger")


def refuse_in_the_clear(parts: SplitResult) -> None:
    """Raise where a token would cross a network that anybody may read.

    Raises:
        RefusedError: the address is one of http, and its host is not this machine.
    """
    if parts.scheme == "https" or _is_here(parts.hostname or ""):
        return
    message = f"A token is not sent to {parts.geturl()} in the clear; use an https address, or unset PLEDGER_TOKEN."
    raise RefusedError(message, url=parts.geturl())


def copy_name(parts: SplitResult) -> str:
    """Return the name of the directory in which the copy of a served ledger is kept; no address leads out of it."""
    name = quote(parts.geturl().lower() if not parts.path else parts.geturl(), safe="")
    return name[:NAME_LIMIT]


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
