"""Sending webhooks: one request to an address that a stranger may have chosen, and so never into our own network.

A name is looked up once, every address that it has is judged, and the connection goes to the one that was judged: what
the name means a moment later changes nothing. Addresses that are not the public network's are refused, unless whoever
runs the server names the network. Redirections are not followed. Source: Standard Webhooks 1.0.0, *Server side request
forgery*, *Timeouts*; RFC 6890.
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import SplitResult

from ledger import __version__
from ledger.errors import MalformedError, RefusedError, UnavailableError
from ledger.remote.exchange import Reply, check_url, request

PATIENCE: Final = 15.0
"""Seconds that a receiver has; the specification recommends 15 to 30."""

LIMIT: Final = 64 << 10
"""The most bytes of an answer: nobody reads it."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LookUp = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host, as numbers."""

_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")


def look_up(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of a host, as the system knows them.

    Raises:
        UnavailableError: it has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        message = f"The host {host[:200]!r} of the receiver is not found; see to its name."
        raise UnavailableError(message, host=host) from error
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


def check_receiver(url: str) -> SplitResult:
    """Return the parts of the address of a receiver.

    Raises:
        MalformedError: it is not an http or https address of a host, without user, query and fragment.
    """
    return check_url(url, of="a receiver of webhooks")


def parse_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Return networks that are written as ``10.0.0.0/8`` or ``fd00::/8``, or single addresses.

    Raises:
        MalformedError: one of them is none.
    """
    try:
        return tuple(ipaddress.ip_network(text) for text in texts)
    except ValueError as error:
        message = f"A network of receivers is none ({error}); write it as 10.0.0.0/8, its host bits 0."
        raise MalformedError(message) from error


def send(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed: Sequence[Network] = (),
    look_up: LookUp = look_up,
    patience: float = PATIENCE,
) -> Reply:
    """Return what a receiver answers to a message, whatever its status.

    Args:
        url: of the receiver.
        allowed: networks of receivers that are not public; such a receiver may be asked by plain http, too.
        look_up: gives the addresses of a host.
        patience: seconds that it has.

    Raises:
        RefusedError: the receiver is not where a message may go.
        UnavailableError: it cannot be reached, or is too slow.
    """
    parts = check_receiver(url)
    place = _judged(parts, allowed, look_up)
    told = {"User-Agent": f"pledger/{__version__}", "Content-Type": "application/json", **headers}
    return request(
        parts, "POST", parts.path or "/", body, headers=told, of="receiver", limit=LIMIT, patience=patience, to=place
    )


def _judged(parts: SplitResult, allowed: Sequence[Network], look_up: LookUp) -> str:
    """Return the address that is connected to, once every address of the host is seen to be one that may be."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = look_up(host, port)
    if not found:
        raise UnavailableError(f"The host {host[:200]!r} of the receiver has no address; see to its name.", host=host)
    for text in found:
        address = _address(text)
        is_named = any(address in network for network in allowed if network.version == address.version)
        if not is_named and not _is_public(address):
            message = (
                f"The receiver {host} is at {address}, which is not in the public network; no message goes there, "
                "unless receivers in [serve] names its network."
            )
            raise RefusedError(message, host=host, address=str(address))
        if not is_named and parts.scheme != "https":
            message = f"The receiver {host} would be told in the clear; give its https address."
            raise RefusedError(message, host=host)
    return str(found[0])


def _address(text: str) -> Address:
    """Return an address; of one that only carries an address of IPv4, that."""
    found = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        carried = found.ipv4_mapped or found.sixtofour
        if carried is None and found in _TRANSLATED:
            carried = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if carried is not None:
            return carried
    return found


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved
