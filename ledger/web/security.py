"""The headers that every answer carries, so that a browser does nothing with it that was not meant.

The policy allows nothing for data and, for pages, only what comes from here: no inline script, no other origin, no
frame. A page that is not data says so by ``PAGE``. Source: design §3 (Faces), issue of the service.
"""

from collections.abc import Mapping
from typing import Final

DATA: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
"""The policy of answers that are no pages."""

PAGE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; worker-src 'self'"
)
"""The policy of pages: styles may be written into elements, scripts may not."""

POLICY: Final = "content-security-policy"

HEADERS: Final[Mapping[str, str]] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-permitted-cross-domain-policies": "none",
}
"""The others, alike for all."""


PRIVATE: Final[Mapping[str, str]] = {"cache-control": "private, no-store", "vary": "authorization, cookie"}
"""How long an answer of a private ledger is kept: nowhere, as whoever comes next to that browser may have no token."""


def add_headers(
    headers: list[tuple[bytes, bytes]], *, is_open: bool, is_private: bool = False
) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with those that it does not carry by itself.

    Args:
        headers: as the application gave them, names in lower case.
        is_open: pages of other origins may read the answer (CORS).
        is_private: the ledger is; failures, too, are kept by nobody.
    """
    given = {name for name, _ in headers}
    wanted = _OPEN if is_open else _OWN
    if is_private and b"cache-control" not in given:
        wanted = wanted + _KEPT_BY_NOBODY
        given = given - {b"vary"}
    return headers + (wanted if given.isdisjoint(_NAMES) else [one for one in wanted if one[0] not in given])


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]


_OWN: Final = _encoded({**HEADERS, POLICY: DATA})
_OPEN: Final = _encoded({**HEADERS, POLICY: DATA, "cross-origin-resource-policy": "cross-origin"})
_KEPT_BY_NOBODY: Final = _encoded(PRIVATE)
_NAMES: Final = frozenset(name for name, _ in _OWN)
