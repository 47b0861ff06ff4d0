"""Which statements name a file: its digest in a body, and the quick way to see that it is in none.

The log has no index by file: erasures are rare, and an index would cost every publication. So every body is looked at,
but opened only where the digest's letters stand in its Base64. Nothing here reads the log. Source: design §2.3.
"""

import base64
from collections.abc import Iterable
from typing import Any, Final

from ledger.assessment.view import Said
from ledger.model.statement import plain
from ledger.service.site import files_of

_LENGTH: Final = len("sha256:") + 64


def files_named(said: Said) -> frozenset[str]:
    """Return every digest in a statement that may be a file's: raw file, observations, mapping, copy, report."""
    payload: Any = {"body": plain(said.statement.body)}
    files = files_of(said.kind, payload)
    return frozenset((*files.needed, *files.wanted, *files.restricted))


def needles(digests: Iterable[str]) -> tuple[bytes, ...]:
    """Return what a JWS has somewhere in it, if its payload holds one of these digests: three spellings of each.

    Three bytes are four letters, so a text is spelt by where in its group of three it begins. Letters that a
    neighbouring byte has a part in are left out (RFC 4648 §4: six bits a letter).
    """
    found = []
    for digest in digests:
        for offset in range(3):
            whole = base64.urlsafe_b64encode(b"\x00" * offset + digest.encode("ascii") + b"\x00" * 3)
            found.append(whole[-(-offset * 8 // 6) : (offset + _LENGTH) * 8 // 6])
    return tuple(found)
