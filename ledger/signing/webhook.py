"""Signatures of webhooks, as Standard Webhooks writes them: by a shared secret (v1), and by a sender's own key (v1a).

What is signed is the message's id, the moment of the attempt and the exact body, so that nothing of it can be changed
or sent again later as if it were new. Source: Standard Webhooks 1.0.0, *Signature scheme*, *Symmetric*, *Asymmetric*.
"""

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from ledger.errors import MalformedError
from ledger.signing.key import PrivateKey, PublicKey

SECRET: Final = "whsec_"  # noqa: S105, how the spelling of one begins
PUBLIC: Final = "whpk_"

SECRET_BYTES: Final = 32
"""Bytes of a secret made here; the specification allows 24 to 64."""

SIZES: Final = range(24, 65)


@dataclass(frozen=True, slots=True)
class WebhookKey:
    """What signs the messages to one receiver.

    Attributes:
        secret: that the receiver holds too.
        private: whose public half the receiver may hold instead.
    """

    secret: bytes = field(repr=False)
    private: PrivateKey = field(repr=False)

    def sign(self, body: bytes, *, name: str, at: int) -> str:
        """Return the header ``webhook-signature``: both signatures, with a blank between them.

        Args:
            body: exactly as it is sent.
            name: of the message, the header ``webhook-id``.
            at: seconds since 1970, the header ``webhook-timestamp``.
        """
        message = signed_bytes(body, name=name, at=at)
        shared = b64encode(hmac.digest(self.secret, message, sha256)).decode("ascii")
        own = b64encode(self.private.sign(message)).decode("ascii")
        return f"v1,{shared} v1a,{own}"


def signed_bytes(body: bytes, *, name: str, at: int) -> bytes:
    """Return the bytes that are signed: id, moment and body, with a dot between them."""
    return b".".join((name.encode("ascii"), str(at).encode("ascii"), body))


def format_secret(secret: bytes) -> str:
    """Return a secret as receivers are given it."""
    return SECRET + b64encode(secret).decode("ascii")


def parse_secret(text: str) -> bytes:
    """Return the secret that a text holds.

    Raises:
        MalformedError: it is none; the sentence does not repeat it.
    """
    try:
        secret = b64decode(text.removeprefix(SECRET), validate=True)
    except ValueError:
        secret = b""
    if not text.startswith(SECRET) or len(secret) not in SIZES or format_secret(secret) != text:
        message = f"This is no secret of a webhook; write {SECRET} and the base64 of 24 to 64 random bytes."
        raise MalformedError(message)
    return secret


def format_public(key: PublicKey) -> str:
    """Return the public half of a sender's key as receivers are given it."""
    return PUBLIC + b64encode(key.raw).decode("ascii")
