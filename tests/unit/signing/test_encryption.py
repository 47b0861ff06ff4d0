"""How a private key is put under a passphrase (RFC 5958, RFC 7914)."""

import base64

import pytest
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ledger.errors import RefusedError
from ledger.signing.encryption import BLOCK, COST, PARALLEL, encrypt_pkcs8
from ledger.signing.key import ALGORITHMS, Algorithm, PrivateKey

SEED = bytes(range(1, 33))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_is_encrypted_is_read_by_a_reader_that_is_not_ours(algorithm: Algorithm) -> None:
    """The library knows the form by the standards alone (RFC 5958 §3, RFC 7914 §7)."""
    sealed = PrivateKey.from_seed(algorithm, SEED).to_pem(passphrase=b"open sesame")
    load_pem_private_key(sealed, b"open sesame")
    with pytest.raises(ValueError, match=r"."):
        load_pem_private_key(sealed, b"open sesam")


def test_the_form_is_pbes2_with_scrypt_and_aes() -> None:
    """Read by hand: the scheme, the costs, and a key derived with these from the salt that stands there."""
    sealed = encrypt_pkcs8(b"0123456789", b"x")
    der = base64.b64decode("".join(sealed.decode().splitlines()[1:-1]))
    # Offsets by hand: two headers, PBES2 (11), two headers, scrypt (11), a header, salt (2 + 16), N r p (4 + 3 + 3).
    assert der[4:15] == bytes.fromhex("06092a864886f70d01050d")
    assert der[19:30] == bytes.fromhex("06092b06010401da47040b")
    salt = der[34:50]
    assert der[32:34] == b"\x04\x10"
    assert der[50:60] == bytes.fromhex("02024000020108020105")
    assert (COST, BLOCK, PARALLEL) == (0x4000, 8, 5)
    assert der[62:73] == bytes.fromhex("060960864801650304012a")
    assert der[73:75] == b"\x04\x10"
    vector, content = der[75:91], der[93:]
    assert der[91:93] == b"\x04\x10"
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES256
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    secret = Scrypt(salt=salt, length=32, n=16384, r=8, p=5).derive(b"x")
    opened = Cipher(AES256(secret), CBC(vector)).decryptor()
    assert opened.update(content) + opened.finalize() == b"0123456789" + b"\x06" * 6


def test_salt_and_vector_are_new_each_time() -> None:
    """The same key under the same passphrase twice shows nothing in common but its form."""
    first, second = (PrivateKey.from_seed("Ed25519", SEED).to_pem(passphrase=b"x") for _ in range(2))
    assert first != second


@pytest.mark.parametrize("size", [0, 1024, 5000])
def test_a_passphrase_is_of_1_to_1023_bytes(size: int) -> None:
    """OpenSSL takes no longer one, and an empty one protects nothing."""
    with pytest.raises(RefusedError, match="empty or longer than 1023 bytes"):
        PrivateKey.from_seed("Ed25519", SEED).to_pem(passphrase=b"x" * size)


@pytest.mark.parametrize("size", [1, 1023])
def test_a_passphrase_at_its_bounds_opens_what_it_closed(size: int) -> None:
    """The bounds themselves are within."""
    sealed = PrivateKey.from_seed("Ed25519", SEED).to_pem(passphrase=b"x" * size)
    assert PrivateKey.from_pem(sealed, passphrase=b"x" * size).kid == PrivateKey.from_seed("Ed25519", SEED).kid


def test_older_files_under_pbkdf2_are_still_opened() -> None:
    """What the library encrypts by itself (PBKDF2) was written before, and opens as it did."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    older = Ed25519PrivateKey.from_private_bytes(SEED).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
    )
    assert PrivateKey.from_pem(older, passphrase=b"x").kid == PrivateKey.from_seed("Ed25519", SEED).kid
