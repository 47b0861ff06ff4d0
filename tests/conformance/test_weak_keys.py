"""Keys that nobody should rely on are refused wherever a public key comes in (design §2.2).

Refused is every encoding of Ed25519 that is not canonical, every point that is not on the curve, and the eight points
of small order, for which anybody can make signatures: some are made here, to show that the refusal is what stops them.
A point of *mixed* order, a good key plus one of those eight, is not refused: only who knows the secret of the good part
signs with it, and signatures are checked without the cofactor, so that every verifier of that kind says the same. For
ES256 the point at infinity, points off the curve and coordinates beyond the prime are refused; the curve has no others.
Every string of 1312 bytes is an ML-DSA-44 key (FIPS 204 algorithm 23), so there it is the size.
Source: RFC 8032 §5.1.3, §5.1.7; SEC 1 §3.2.2.1; Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs" (2020).
"""

import base64
import io
import json
from collections.abc import Callable
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

import pytest

from ledger.assessment.authority import found
from ledger.assessment.tenure import approval_payload, possession_payload
from ledger.audit.bundle import Software
from ledger.audit.verify import verify
from ledger.cli.witness import _log_keys
from ledger.errors import MalformedError
from ledger.model.charter import Charter
from ledger.model.determination import View
from ledger.model.statement import CharterStatement, parse_statement, plain
from ledger.runtime import Ledger, init, mirror_log, open_source
from ledger.runtime.settings import read_config
from ledger.runtime.signer import parse_signer
from ledger.signing import key as key_module
from ledger.signing.canonical import encode_base64url, format_json
from ledger.signing.envelope import APPROVAL, POSSESSION, STATEMENT, seal
from ledger.signing.key import Algorithm, PrivateKey, PublicKey
from ledger.tlog.fraud import parse_fraud
from ledger.tlog.note import SignatureType, parse_verifier_key
from ledger.tlog.policy import parse_policy
from tests.end_to_end.small import START, drafts
from tests.unit.service.scenario import KEYS, ORIGIN, ROLES, House, charter_body, grant

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, PRIME) % PRIME
Y8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")


def point(y: int, sign: int = 0) -> bytes:
    """Return the encoding of a y-coordinate and the sign of x (RFC 8032 §5.1.2)."""
    return (y | sign << 255).to_bytes(32, "little")


SMALL: dict[str, bytes] = {
    "order 1": point(1), "order 2": point(PRIME - 1), "order 4": point(0), "order 4, the other": point(0, 1),
    "order 8": point(Y8), "order 8, the second": point(Y8, 1), "order 8, the third": point(PRIME - Y8),
    "order 8, the fourth": point(PRIME - Y8, 1),
}  # fmt: skip
OTHER_SPELLINGS: dict[str, bytes] = {
    "order 1 with a sign": point(1, 1), "order 2 with a sign": point(PRIME - 1, 1),
    **{f"{more} beyond the prime, sign {sign}": point(PRIME + more, sign) for more in range(19) for sign in (0, 1)},
}  # fmt: skip
OFF_CURVE: dict[str, bytes] = {"no point": point(2), "no point with a sign": point(2, 1)}
WEAK = SMALL | OTHER_SPELLINGS | OFF_CURVE


# --- the doors --------------------------------------------------------------------------------------------------------


def jwk(raw: bytes) -> dict[str, str]:
    """Return a key as it stands in statements."""
    return {"crv": "Ed25519", "kty": "OKP", "x": encode_base64url(raw)}


def kid(raw: bytes) -> str:
    """Return the thumbprint of a key, by hand (RFC 7638)."""
    return encode_base64url(sha256(json.dumps(jwk(raw), separators=(",", ":")).encode()).digest())


def vkey(raw: bytes, kind: SignatureType, name: str = "example.org/test") -> str:
    """Return a verifier key, by hand (C2SP signed-note)."""
    material = bytes([kind]) + raw
    identifier = sha256(name.encode() + b"\n" + material).digest()[:4].hex()
    return f"{name}+{identifier}+{base64.b64encode(material).decode()}"


def charter(**changes: object) -> None:
    """Found a ledger on a charter with other keys."""
    body = Charter.model_validate({**charter_body("A test").model_dump(mode="json"), **changes}, strict=False)
    draft: dict[str, object] = {
        "anchor": None, "corrects": None, "genesis": None, "issued": START, "schema": "charter.v1", "subject": ORIGIN,
        "body": plain(body),
    }  # fmt: skip
    approval = seal(approval_payload(draft), KEYS["root"], typ=APPROVAL).raw.decode()
    draft["body"] = {**plain(body), "approvals": [approval]}
    envelope = seal(format_json(draft), KEYS["operator"], typ=STATEMENT)
    statement = parse_statement(envelope.payload, what="entry 0")
    assert isinstance(statement, CharterStatement)
    found(envelope, statement)


def granted(raw: bytes, **changes: object) -> None:
    """Grant a key, or rotate to it; its proof of possession is another's, as it comes after the key."""
    house = House()
    body = {**grant(house.genesis, "spare"), "jwk": jwk(raw), **changes}
    house.publish(house.sign("key", kid(raw), body, key="desk" if "replaces" in changes else "operator"))


def appointed(**changes: Any) -> None:
    """Appoint who runs the log."""
    house = House()
    body = {"event": "appoint", "follows": house.genesis, **changes}
    house.publish(house.sign("key", str(body.pop("subject", KEYS["operator"].kid)), body, key="operator"))


def proof(name: str) -> str:
    """Return some proof of possession."""
    payload = possession_payload(genesis="sha256:" + "0" * 64, thumbprint=KEYS[name].kid, roles=ROLES)
    return seal(payload, KEYS[name], typ=POSSESSION).raw.decode()


def configured(raw: bytes, place: Path) -> None:
    """Read the configuration of a ledger with a witness of that key."""
    witness = vkey(raw, SignatureType.ED25519_COSIGNATURE)
    text = f'origin = "a"\ngenesis = "b"\n[[witness]]\nurl = "http://127.0.0.1:1"\nvkey = "{witness}"\n'
    (place / "pledger.toml").write_text(text)
    read_config(place)


def checkpoint_keys(raw: bytes) -> list[dict[str, str]]:
    """Return a pair of checkpoint keys of which the first is that key."""
    return [jwk(raw), KEYS["checkpoint-mldsa"].public.jwk]


def signer_file(raw: bytes) -> bytes:
    """Return the file that names a program for that key."""
    return f'command = ["/bin/cat"]\njwk = {{kty = "OKP", crv = "Ed25519", x = "{encode_base64url(raw)}"}}\n'.encode()


def spki(raw: bytes) -> bytes:
    """Return a key in PEM (RFC 8410 §4)."""
    der = bytes.fromhex("302a300506032b6570032100") + raw
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n"


def fraud(raw: bytes) -> bytes:
    """Return a fraud proof; its keys are read before anything that they are said to have signed."""
    members = {
        "accusation": "fork", "first": "", "keys": [vkey(raw, SignatureType.ED25519)], "schema": "fraud.v1",
        "second": "",
    }  # fmt: skip
    return format_json(members)


ED25519, COSIGNED = SignatureType.ED25519, SignatureType.ED25519_COSIGNATURE
DOORS: dict[str, Callable[[bytes, Path], object]] = {
    "bare bytes": lambda raw, _: PublicKey.from_raw("Ed25519", raw),
    "a JWK": lambda raw, _: PublicKey.from_jwk(jwk(raw)),
    "a public key in PEM": lambda raw, _: PublicKey.from_pem(spki(raw)),
    "a log's verifier key": lambda raw, _: parse_verifier_key(vkey(raw, ED25519)),
    "a witness's verifier key": lambda raw, _: parse_verifier_key(vkey(raw, COSIGNED)),
    "a log of a policy": lambda raw, _: parse_policy(f"log {vkey(raw, ED25519)}\nquorum none\n".encode()),
    "a witness of a policy": lambda raw, _: parse_policy(f"witness w {vkey(raw, COSIGNED)}\nquorum w\n".encode()),
    "a witness of the configuration": configured,
    "a log that a witness watches": lambda raw, _: _log_keys(vkey(raw, ED25519)),
    "the operator of a charter": lambda raw, _: charter(operator=jwk(raw)),
    "a root key of a charter": lambda raw, _: charter(root=[KEYS["root"].public.jwk, jwk(raw)]),
    "a checkpoint key of a charter": lambda raw, _: charter(checkpoint=checkpoint_keys(raw)),
    "a grant": lambda raw, _: granted(raw),
    "a rotation": lambda raw, _: granted(raw, event="rotate", replaces=KEYS["desk"].kid),
    "an operator that is appointed": lambda raw, _: appointed(
        subject=kid(raw), jwk=jwk(raw), possession=proof("spare")
    ),
    "a root key that is appointed": lambda raw, _: appointed(root=[jwk(raw)]),
    "a checkpoint key that is appointed": lambda raw, _: appointed(
        checkpoint=checkpoint_keys(raw), checkpoint_possession=[proof("spare")] * 2, last_checkpoint="x"
    ),
    "the accused of a fraud proof": lambda raw, _: parse_fraud(fraud(raw)),
    "a program that signs": lambda raw, _: parse_signer(signer_file(raw), name="x", what="x", environment={}),
}  # fmt: skip


def reason(raw: bytes) -> str:
    """Return a piece of the reason for which an encoding is refused."""
    if raw in OFF_CURVE.values():
        return "not a point of the curve"
    canonical = int.from_bytes(raw, "little") % 2**255 < PRIME
    return "small order" if canonical else "not in its canonical encoding"


@pytest.mark.parametrize("door", DOORS)
def test_no_door_lets_a_weak_ed25519_key_in(door: str, tmp_path: Path) -> None:
    """All 50 encodings are refused at every door, each for its own reason (design §2.2)."""
    assert len(WEAK) == 50
    for name, raw in WEAK.items():
        with pytest.raises(MalformedError) as caught:
            DOORS[door](raw, tmp_path)
        assert reason(raw) in caught.value.message, name


@pytest.mark.parametrize(
    "door", ["bare bytes", "a JWK", "a public key in PEM", "a log's verifier key", "a log of a policy"]
)
def test_the_same_door_lets_a_good_key_in(door: str, tmp_path: Path) -> None:
    """It is the key that is refused above, and not the way in which it is brought."""
    DOORS[door](KEYS["desk"].public.raw, tmp_path)


# P-256 (SP 800-186 §3.2.1.3): the point with x = 5 is on the curve, and 5 and 5 + p are the same coordinate to a reader
# that does not look.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
X5 = 5
Y5 = pow(X5**3 - 3 * X5 + B, (P + 1) // 4, P)
ES256: dict[str, bytes] = {
    "infinity": b"\x00" * 65, "infinity as it is encoded": b"\x00",
    "off the curve": b"\x04" + bytes(31) + b"\x05" + bytes(32),
    "x beyond the prime": b"\x04" + (X5 + P).to_bytes(32, "big") + Y5.to_bytes(32, "big"),
    "compressed": b"\x02" + X5.to_bytes(32, "big"),
    "compressed, filled up": b"\x02" + X5.to_bytes(32, "big") + bytes(32),
    "hybrid": bytes([6 + Y5 % 2]) + X5.to_bytes(32, "big") + Y5.to_bytes(32, "big"),
    "a byte short": b"\x04" + X5.to_bytes(32, "big") + Y5.to_bytes(32, "big")[:31],
    "a byte long": b"\x04" + X5.to_bytes(32, "big") + Y5.to_bytes(32, "big") + b"\x00",
}  # fmt: skip


@pytest.mark.parametrize("raw", ES256.values(), ids=ES256.keys())
def test_a_key_that_is_no_point_of_p256_is_refused(raw: bytes) -> None:
    """An uncompressed point on the curve with coordinates below the prime, and nothing else (SEC 1 §3.2.2.1)."""
    assert (Y5 * Y5 - (X5**3 - 3 * X5 + B)) % P == 0
    assert PublicKey.from_raw("ES256", b"\x04" + X5.to_bytes(32, "big") + Y5.to_bytes(32, "big")).kid
    with pytest.raises(MalformedError, match=r"not a point of its curve|bytes where it takes 65"):
        PublicKey.from_raw("ES256", raw)
    if len(raw) == 65:
        member = {"crv": "P-256", "kty": "EC", "x": encode_base64url(raw[1:33]), "y": encode_base64url(raw[33:])}
        if raw[0] in {0, 4}:
            with pytest.raises(MalformedError, match="not a point of its curve"):
                PublicKey.from_jwk(member)


@pytest.mark.parametrize("size", [0, 1, 32, 1311, 1313, 1952, 2592])
def test_an_mldsa_key_of_another_size_is_refused(size: int) -> None:
    """1312 bytes; those of ML-DSA-65 and ML-DSA-87 are others (FIPS 204 table 2)."""
    member = {"alg": "ML-DSA-44", "kty": "AKP", "pub": encode_base64url(b"\x01" * size)}
    doors: tuple[Callable[[], object], ...] = (
        lambda: PublicKey.from_raw("ML-DSA-44", b"\x01" * size),
        lambda: PublicKey.from_jwk(member),
        lambda: parse_verifier_key(vkey(b"\x01" * size, SignatureType.MLDSA44_COSIGNATURE)),
    )
    for door in doors:
        with pytest.raises(MalformedError, match=f"is {size} bytes where it takes 1312"):
            door()


# --- what is not refused ----------------------------------------------------------------------------------------------

Point = tuple[int, int]


def add(one: Point, other: Point) -> Point:
    """Return the sum of two points by the curve's own law (RFC 8032 §5.1.4)."""
    (a, b), (c, d) = one, other
    product = D * a * b * c * d % PRIME
    x = (a * d + b * c) * pow(1 + product, -1, PRIME) % PRIME
    return x, (b * d + a * c) * pow(1 - product, -1, PRIME) % PRIME


def times(number: int, what: Point) -> Point:
    """Return a multiple of a point."""
    made = (0, 1)
    for bit in f"{number:b}":
        made = add(made, made)
        made = add(made, what) if bit == "1" else made
    return made


def decoded(raw: bytes) -> Point:
    """Return the point of an encoding (RFC 8032 §5.1.3)."""
    sign, y = raw[31] >> 7, int.from_bytes(raw, "little") % 2**255
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    x = x if (x * x - square) % PRIME == 0 else x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    return (PRIME - x if x % 2 != sign else x), y


BASE = decoded(point(4 * pow(5, -1, PRIME) % PRIME))


def test_a_key_of_mixed_order_is_judged_without_the_cofactor() -> None:
    """It comes in; a signature by its secret part holds where SB = R + hA to the letter: for one message of eight.

    With the cofactor all would hold, so that two verifiers could differ; ours is of the stricter kind (§5.1.7).
    """
    secret, nonce = 123456789, 987654321
    good, torsion = times(secret, BASE), decoded(SMALL["order 8"])
    x, y = add(good, torsion)
    raw = point(y, x % 2)
    key = PublicKey.from_raw("Ed25519", raw)
    rx, ry = times(nonce, BASE)
    verdicts = []
    for number in range(48):
        message = b"message %d" % number
        r = point(ry, rx % 2)
        h = int.from_bytes(sha512(r + raw + message).digest(), "little") % ORDER
        s = (nonce + h * secret) % ORDER
        holds = times(s, BASE) == add((rx, ry), times(h, (x, y)))
        assert holds == (h % 8 == 0)
        assert key.verify(r + s.to_bytes(32, "little"), message) is holds
        verdicts.append(holds)
    assert set(verdicts) == {False, True}


# --- a ledger on a key of small order ---------------------------------------------------------------------------------


class Forger:
    """In the place of a private key: signs whatever it is for the neutral element, with no secret at all."""

    def sign(self, _message: bytes) -> bytes:
        """Return R = the neutral element and S = 0, for which SB = R + hA holds whatever h is."""
        return point(1) + bytes(32)

    def private_bytes(self, *_: object) -> bytes:
        """Return a key file of another key: this one has none."""
        return KEYS["spare"].to_pem()


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the site and the bundle of a ledger whose operator's key anybody can sign for."""
    folder = tmp_path_factory.mktemp("forged")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(key_module, "_refuse_weak_ed25519", lambda *_: None)
        weak: Any = Forger()
        forger = PrivateKey(PublicKey.from_raw("Ed25519", point(1)), weak)
        made = iter(range(1, 9))

        def make_key(algorithm: Algorithm) -> PrivateKey:
            number = next(made)
            return forger if number == 2 else PrivateKey.from_seed(algorithm, bytes([number]) * 32)

        with init(folder / "ledger", origin="example.org/small", at=lambda: START, make_key=make_key) as ledger:
            ledger.record(drafts())
            ledger.export_log(folder / "site")
            write_bundle(ledger, folder / "audit.zip")
        # To whoever does not look at the key all is well: the signatures of nobody verify.
        with (folder / "audit.zip").open("rb") as file:
            assert verify(file).sound
        mirror_log(open_source(str(folder / "site")), folder / "lax")
    return folder


def write_bundle(ledger: Ledger, path: Path) -> None:
    """Write the bundle of the one commitment."""
    view = View(size=ledger.head().size, as_of="2021-06-30")
    with path.open("w+b") as sink, ledger.export(view, ("grain",)) as export:
        export.write(sink, report=None, software=Software(name="pledger", version="1.0", lock=None))


def test_a_site_on_a_key_of_small_order_is_not_believed(forged: Path) -> None:
    """Its charter verifies for whoever does not look at the key; here its front is refused (design §2.4)."""
    with pytest.raises(MalformedError, match="operator is a point of small order"):
        mirror_log(open_source(str(forged / "site")), forged / "copy")


def test_a_bundle_on_a_key_of_small_order_is_unsound(forged: Path) -> None:
    """It is a finding about the charter, and no exception (design §2.6)."""
    answer = verify(io.BytesIO((forged / "audit.zip").read_bytes()))
    assert not answer.sound
    assert [one for one in answer.findings if "small order" in one.sentence]
