"""Ed25519 by libsodium, where PyNaCl is installed: a quick "yes", and never another answer than OpenSSL's.

Both verify without the cofactor (RFC 8032 §5.1.7), libsodium in two thirds of the time; and libsodium refuses more: a
signature whose R is of small order. So only its "yes" counts here, and who gets a "no" asks OpenSSL. A libsodium that
would accept what OpenSSL refuses (with the cofactor, or with S beyond the group's order) is found out by signatures
that it is shown first, and is then not used at all. Nothing here decides which keys count. Source: design §2.2;
Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs" (2020).
"""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Final, NamedTuple

SOME: Final = 200
"""Signatures of a process that go to OpenSSL at first: to load libsodium takes as long as it saves on so many."""

_SIGNATURE: Final = 64
_PUBLIC: Final = 32

Open = Callable[[bytes, bytes], object]
"""Takes a signature with its message behind it, and a key; raises where the signature does not hold."""


class Sample(NamedTuple):
    """A signature over ``MESSAGE``, to be shown to a verifier before it is believed."""

    key: bytes
    signature: bytes


MESSAGE: Final = b"A signature that only a verifier with the cofactor would accept."

_KEY: Final = bytes.fromhex("7767a3242dc9b58bbc68488c1265cc6cc5f26c6f3c88a5d55e901b0734dca572")
_MIXED: Final = bytes.fromhex("b15bf26424d1b69dd33b7a9e57db5de4a2aadea4a2a051efd9bfd6af74165d2b")
_R: Final = bytes.fromhex("7db0dc9222f3c183457ddde4c708de8e5ea6bf3d5c4404cca14b32729a05c32a")
_S: Final = bytes.fromhex("d2d652b28f066491a34daf486fdcecff6557f493974443597056b15d21194902")

# How they come about is written out in tests/unit/signing/test_sodium.py, which makes them again.
GENUINE: Final = Sample(_KEY, _R + _S)

FORGED: Final[dict[str, Sample]] = {
    "R has a part of order 8": Sample(
        _KEY,
        bytes.fromhex(
            "8ea6b58beb2ecc0801fbd6c82c6dafee292cd29e8b6698bbb94c566b594d8ba9"
            "8dd4c4dfd307d455b45d593ff43cb30342ee06c4aff3a880d2d3d310b58c100a"
        ),
    ),
    "the key has a part of order 8": Sample(
        _MIXED, _R + bytes.fromhex("714234743fb6666e94cc082cc054a1008d62132adaccc8a62f1eaa3ece348405")
    ),
    "S is beyond the group's order": Sample(
        _KEY, _R + bytes.fromhex("bfaa480faa6976e979eaa6eb4dd6cb146657f493974443597056b15d21194912")
    ),
    "S is zero": Sample(_KEY, _R + bytes(32)),
}
"""What a verifier must refuse, by what is wrong with it; of the first two, one with the cofactor would accept both."""


def holds(key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether libsodium says that a signature holds; False also where it was not asked, or is more severe.

    Args:
        key: 32 bytes that were found canonical and not of small order.
        signature: 64 bytes.
        message: what was signed.
    """
    # The iterator is the count: the interpreter takes one step of it at a time, whatever thread asks.
    if next(_SPARED, None) is not None:
        return False
    opened = opener()
    if opened is None:
        return False
    try:
        opened(signature + message, key)
    except Exception:  # noqa: BLE001, whatever it has against a signature, OpenSSL is asked
        return False
    return True


_SPARED: Final = iter(range(SOME))


@lru_cache(maxsize=1)
def opener() -> Open | None:
    """Return libsodium's verifier; None where it is not installed, or answers otherwise than OpenSSL would."""
    try:
        from nacl.bindings import crypto_sign_open  # noqa: PLC0415, an extra, and loaded only where it pays
    except (ImportError, OSError):
        return None
    return next((one for one in (_bare(), crypto_sign_open) if one is not None and is_severe(one)), None)


def _bare() -> Open | None:
    """Return the library's own function, which does not write the message out again; None where it is not to be had.

    What PyNaCl offers makes two copies of each message, which is a thirtieth of the time of a signature.
    """
    try:
        inner = import_module("nacl._sodium")  # loaded by now; where it has moved, what PyNaCl offers serves
        verify, nowhere = inner.lib.crypto_sign_open, inner.ffi.NULL
    except (ImportError, AttributeError):
        return None

    def opened(signed: bytes, key: bytes) -> None:
        # It reads 64 bytes and 32 wherever it is pointed.
        if len(signed) < _SIGNATURE or len(key) != _PUBLIC or verify(nowhere, nowhere, signed, len(signed), key) != 0:
            message = "the signature does not hold"
            raise ValueError(message)

    return opened


def is_severe(opened: Open) -> bool:
    """Tell whether a verifier accepts a genuine signature and nothing that OpenSSL refuses, as far as is known."""
    return _accepts(opened, GENUINE) and not any(_accepts(opened, sample) for sample in FORGED.values())


def _accepts(opened: Open, sample: Sample) -> bool:
    try:
        opened(sample.signature + MESSAGE, sample.key)
    except Exception:  # noqa: BLE001, foreign: whatever it raises is a "no"
        return False
    return True
