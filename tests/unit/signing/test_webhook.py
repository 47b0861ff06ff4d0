"""Signatures of webhooks against the specification's own example, and secrets that are none."""

import pytest

from ledger.errors import MalformedError
from ledger.signing.key import PrivateKey
from ledger.signing.webhook import WebhookKey, format_public, format_secret, parse_secret

# The example of the reference implementations (standard-webhooks, libraries/*/test: "sign function works").
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NAME = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

OWN = PrivateKey.from_seed("Ed25519", bytes(32))


def test_shared_signature_is_the_specification_s() -> None:
    """HMAC-SHA256 over id, moment and body, in base64 (Standard Webhooks, Symmetric)."""
    key = WebhookKey(parse_secret(SECRET), OWN)
    assert key.sign(BODY, name=NAME, at=AT).split(" ")[0] == SIGNATURE


@pytest.mark.parametrize("changed", [{"name": "msg_x"}, {"at": AT + 1}, {"body": BODY + b" "}])
def test_signature_is_over_all_three(changed: dict[str, object]) -> None:
    """Another id, moment or body has another signature."""
    key, told = WebhookKey(parse_secret(SECRET), OWN), {"body": BODY, "name": NAME, "at": AT} | changed
    found = key.sign(told["body"], name=told["name"], at=told["at"])  # type: ignore[arg-type]  # a table of both types
    assert SIGNATURE not in found


def test_secret_is_shown_to_nobody() -> None:
    """A key's representation holds neither of its secrets."""
    assert "MfKQ" not in repr(WebhookKey(parse_secret(SECRET), OWN))
    assert repr(WebhookKey(b"x" * 32, OWN)) == "WebhookKey()"


@pytest.mark.parametrize("size", [24, 32, 64])
def test_secret_is_read_as_it_is_written(size: int) -> None:
    """Parsing and formatting undo each other."""
    assert parse_secret(format_secret(bytes(range(size)))) == bytes(range(size))


@pytest.mark.parametrize(
    "text",
    ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!", format_secret(bytes(23)), format_secret(bytes(65))],
)
def test_wrong_secret_is_refused_and_not_repeated(text: str) -> None:
    """The sentence says what a secret is, and not which one was given."""
    with pytest.raises(MalformedError, match="no secret of a webhook") as refused:
        parse_secret(text)
    assert text in {"", "whsec_"} or text not in refused.value.message


def test_public_half_is_marked() -> None:
    """It begins with whpk_ (Standard Webhooks, Asymmetric)."""
    assert format_public(OWN.public).startswith("whpk_")
