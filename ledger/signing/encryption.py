"""Private keys under a passphrase: PKCS#8 encrypted by scrypt and AES-256, as OpenSSL reads and writes it.

The library would derive the key by 2048 rounds of PBKDF2, which a guesser runs through a million times a second; scrypt
at these costs takes a tenth of a second and 16 MiB for each guess. Reading is left to the library, which reads both.
Salt and initial vector are the only randomness. Source: RFC 5958 §3; RFC 8018 §6.2; RFC 7914 §2, §7.
"""

import base64
import os
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7

from ledger.signing.der import OCTETS, SEQUENCE, format_der, format_integer, format_oid

COST: Final = 1 << 14
"""scrypt's N: with blocks of 8 it takes 16 MiB, half of what OpenSSL grants a reader."""

BLOCK: Final = 8
PARALLEL: Final = 5

_SIZE: Final = 16  # bytes of the salt, the initial vector, and a block of AES

_PBES2: Final = format_oid("1.2.840.113549.1.5.13")  # RFC 8018 A.4
_SCRYPT: Final = format_oid("1.3.6.1.4.1.11591.4.11")  # RFC 7914 §7.1
_AES256_CBC: Final = format_oid("2.16.840.1.101.3.4.1.42")  # RFC 3565 §4.1


def encrypt_pkcs8(der: bytes, passphrase: bytes) -> bytes:
    """Return a private key, given as the DER of PKCS#8, as ``ENCRYPTED PRIVATE KEY`` in PEM."""
    salt, vector = os.urandom(_SIZE), os.urandom(_SIZE)
    secret = Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=PARALLEL).derive(passphrase)
    padder, encryptor = PKCS7(8 * _SIZE).padder(), Cipher(AES256(secret), CBC(vector)).encryptor()
    sealed = encryptor.update(padder.update(der) + padder.finalize()) + encryptor.finalize()
    costs = format_der(SEQUENCE, format_der(OCTETS, salt), *map(format_integer, (COST, BLOCK, PARALLEL)))
    derivation = format_der(SEQUENCE, _SCRYPT, costs)
    scheme = format_der(SEQUENCE, _AES256_CBC, format_der(OCTETS, vector))
    algorithm = format_der(SEQUENCE, _PBES2, format_der(SEQUENCE, derivation, scheme))
    return _armour(format_der(SEQUENCE, algorithm, format_der(OCTETS, sealed)))


def _armour(der: bytes) -> bytes:
    """Return PEM in lines of 64 characters (RFC 7468 §2, §11)."""
    text = base64.b64encode(der).decode("ascii")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(
        ["-----BEGIN ENCRYPTED PRIVATE KEY-----", *lines, "-----END ENCRYPTED PRIVATE KEY-----", ""]
    ).encode()
