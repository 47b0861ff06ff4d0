"""``scripts/verify_standalone.py``: a second verifier that shares no line with the first, held against it.

Whatever one finds the other has to find too, for the parts that it checks; what it does not check it lists.
"""

import base64
import importlib.util
import io
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from ledger.audit.verify import verify
from ledger.errors import MalformedError
from ledger.signing.key import PrivateKey, PublicKey
from tests.conformance.wycheproof import groups
from tests.unit.audit.small_ledger import SOURCE, SOY, bundled, monthly, soy_ledger, unbundled
from tests.unit.audit.test_verify import FINE, FULL, LOGS, MANIFESTS, MEMBERS, OTHERS, honest_members, with_manifest

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "scripts" / "verify_standalone.py"

NOT_CHECKED = frozenset({
    "audit.differs", "audit.malformed", "method.failed", "method.unknown", "observations.malformed", "report.differs",
    "selection.changed", "statement.malformed", "statement.mends", "statement.second",
})  # fmt: skip
"""Codes of what this program says that it does not look at: schemas, mending, names held, method, rows, report."""


def load() -> ModuleType:
    """Return the program as a module."""
    spec = importlib.util.spec_from_file_location("verify_standalone", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PROGRAM_MODULE = load()


def steps(raw: bytes, policy: bytes | None = None) -> set[int]:
    """Return the steps at which the program finds something wrong."""
    return {step for step, _ in PROGRAM_MODULE.verify(raw, policy).findings}


def codes(raw: bytes) -> set[str]:
    """Return the codes of what Pledger finds in a bundle."""
    return {one.code for one in verify(io.BytesIO(raw)).findings}


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Return what the program says on a machine without packages, settings or anything of ours."""
    command = [sys.executable, "-I", "-S", str(PROGRAM), *arguments]
    environment = {"PYTHONIOENCODING": "ascii"}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)


@pytest.fixture(scope="module")
def sound() -> bytes:
    """A bundle in which nothing is wrong."""
    return soy_ledger(*FULL).bundle()


# --- as a command -----------------------------------------------------------------------------------------------------


def test_sound_bundle_is_sound_without_any_package(sound: bytes, tmp_path: Path) -> None:
    """It runs isolated and without site-packages, says on whose word, and lists what it did not check."""
    (tmp_path / "audit.zip").write_bytes(sound)
    (tmp_path / "policy").write_bytes(soy_ledger().policy)
    answer = run("audit.zip", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("sound, as far as this program checks")
    assert "trust: self-declared" in answer.stdout.splitlines()[0]
    assert f"subjects {SOY}" in answer.stdout
    assert [f"{step:2}. " in answer.stdout for step in range(1, 11)] == [True] * 10
    assert "not checked: the ML-DSA-44 signature" in answer.stdout
    assert "the method run again" in answer.stdout
    given = run("audit.zip", "--policy", "policy", folder=tmp_path)
    assert given.returncode == 0
    assert "trust: given" in given.stdout.splitlines()[0]


def test_exit_code_says_unsound_wrong_or_no_bundle(sound: bytes, tmp_path: Path) -> None:
    """1 unsound, 2 a wrong command, 3 no bundle; never a traceback."""
    (tmp_path / "audit.zip").write_bytes(sound)
    (tmp_path / "others").write_bytes(OTHERS)
    (tmp_path / "cut.zip").write_bytes(sound[:-1])
    cases = {
        ("audit.zip", "--policy", "others"): 1, (): 2, ("nothing.zip",): 2, ("audit.zip", "--fast", "x"): 2,
        ("cut.zip",): 3, ("others",): 3,
    }  # fmt: skip
    for arguments, code in cases.items():
        answer = run(*arguments, folder=tmp_path)
        assert answer.returncode == code, arguments
        assert "Traceback" not in answer.stderr


def test_program_is_short_and_imports_only_the_standard_library() -> None:
    """One sitting: about 500 lines, every import a module that comes with Python."""
    lines = PROGRAM.read_text(encoding="utf-8").splitlines()
    assert sum(1 for line in lines if line.strip() and not line.strip().startswith("#")) <= 500
    imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names


# --- held against Pledger's own ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("phrase", FINE)
def test_what_may_be_said_is_sound_to_both(phrase: str) -> None:
    """Corrections, rotations, revocations and later views are no faults."""
    ledger = soy_ledger(*FULL)
    FINE[phrase](ledger)
    raw = ledger.bundle()
    assert codes(raw) == set()
    assert PROGRAM_MODULE.verify(raw, None).findings == []


@pytest.mark.parametrize("phrase", MANIFESTS)
def test_manifest_that_does_not_fit_is_unsound(sound: bytes, phrase: str) -> None:
    """Step 2 as in docs/verification.md."""
    assert steps(with_manifest(sound, MANIFESTS[phrase][0])) == {2}


@pytest.mark.parametrize("phrase", MEMBERS)
def test_forged_member_is_unsound_to_both(sound: bytes, phrase: str) -> None:
    """Of each forgery that Pledger's tests know, it finds what it says that it looks at."""
    forge, expected = MEMBERS[phrase]
    members = unbundled(sound)
    forge(members)
    _agree(bundled(members), expected)


@pytest.mark.parametrize("phrase", LOGS)
def test_forged_log_is_unsound_to_both(sound: bytes, phrase: str) -> None:
    """As above, where the forger has the log's own keys."""
    forge, _ = LOGS[phrase]
    ledger = soy_ledger(*FULL)
    forge(ledger)
    raw = bundled({**unbundled(sound), **honest_members(ledger)})
    _agree(raw, codes(raw))


def _agree(raw: bytes, expected: set[str]) -> None:
    found = steps(raw)
    if expected - NOT_CHECKED:
        assert found, f"Pledger finds {expected}"
    elif not expected:
        assert not found


def test_byte_that_is_changed_anywhere_is_found(sound: bytes) -> None:
    """A flipped bit is unsound, or no bundle; never sound."""
    dice = random.Random(20261124)  # noqa: S311  # it chooses bytes, and keeps no secret
    for _ in range(400):
        raw = bytearray(sound)
        raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
        try:
            assert PROGRAM_MODULE.verify(bytes(raw), None).findings
        except PROGRAM_MODULE.Malformed:
            continue


def test_byte_that_is_changed_behind_a_manifest_that_fits_is_found(sound: bytes) -> None:
    """Where the forger has made the manifest anew, both verifiers find the same bundles unsound for what both check."""
    dice = random.Random(1)  # noqa: S311  # as above
    members = unbundled(sound)
    checked = [name for name in members if name not in {"audit.json", "report.html", "selection.sql"}]
    for _ in range(150):
        name = dice.choice(checked)
        raw = bytearray(members[name])
        raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
        forged = bundled({**members, name: bytes(raw)})
        expected = codes(forged)
        if name == "checkpoint" and expected == {"checkpoint.unsigned"}:
            continue  # it may be the second signature, of which it says that it is not checked
        assert expected, name
        assert steps(forged), (name, expected)


@pytest.mark.parametrize(
    "received", ["2020-02-30T00:00:00Z", "2020-03-01T24:00:00Z", "2020-03-01T00:00:60Z", "2020-03-01T00:00:00+"]
)
def test_moment_that_is_none_is_found(received: str) -> None:
    """A header's moment is a day that there is, and a time of it, whoever signed the tree over it (design §2.3)."""
    ledger = soy_ledger(*FULL)
    body = {"party": "us", "stance": "affirms", "date": "2019-02-01", "source": SOURCE}
    ledger.say("position", SOY, body, header={"received": received})
    raw = bundled({**unbundled(soy_ledger(*FULL).bundle()), **honest_members(ledger)})
    assert "entry.form" in codes(raw)
    assert 11 in steps(raw)


@pytest.mark.parametrize("phrase", ["a figure", "a statement", "a party", "the charter"])
def test_each_part_that_is_left_out_is_missed(sound: bytes, phrase: str) -> None:
    """Step 8 and 10: the closure is worked out from the headers, the files from the evidence."""
    members = unbundled(sound)
    entries = [json.loads(line) for line in members["headers"].splitlines()]
    index, step = {"a figure": (6, 10), "a statement": (6, 8), "a party": (2, 8), "the charter": (0, 11)}[phrase]
    name = f"statements/{entries[index]['statement'][7:]}"
    if phrase == "a figure":
        name = next(name for name in members if name.startswith("observations/"))
    del members[name]
    assert step in steps(bundled(members))


def test_erased_statement_is_excused_and_listed() -> None:
    """A logged erasure excuses a body; it is listed as not checked, as Pledger lists it."""
    from tests.unit.audit.small_ledger import OPERATOR

    ledger = soy_ledger(*FULL)
    ledger.observe(monthly(1), vintage={"published": "2019-03-01"})
    header = json.loads(ledger.headers[7])
    body = {"digests": [header["statement"]], "ground": "a court order", "reason": "personal data"}
    ledger.say("erasure", SOY, body, key=OPERATOR)
    from ledger.tlog.entry import parse_header

    members = ledger.members(absent=[parse_header(ledger.headers[7])])
    del members[f"statements/{header['statement'][7:]}"]
    case = PROGRAM_MODULE.verify(bundled(members), None)
    assert not [one for one in case.findings if one[0] != 10]
    assert any(what.startswith("erased: the evidence at entry 7") for what in case.skipped)


# --- its own Ed25519 --------------------------------------------------------------------------------------------------


def test_signatures_are_those_of_rfc_8032() -> None:
    """The vectors of RFC 8032 §7.1 verify, and with one bit changed do not."""
    vectors = json.loads((ROOT / "tests" / "vectors" / "signing" / "rfc8032.json").read_text(encoding="utf-8"))
    assert vectors
    for vector in vectors:
        public, message, signature = (bytes.fromhex(vector[name]) for name in ("public", "message", "signature"))
        assert PROGRAM_MODULE.verify_ed25519(public, signature, message)
        assert not PROGRAM_MODULE.verify_ed25519(public, signature, message + b"\0")
        assert not PROGRAM_MODULE.verify_ed25519(public, signature[:-1] + bytes([signature[-1] ^ 1]), message)


def pledger_says(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return what Pledger says of a signature; a key that it refuses to know verifies nothing."""
    try:
        return PublicKey.from_raw("Ed25519", public, what="a key").verify(signature, message)
    except MalformedError:
        return False


def test_wycheproof_is_judged_as_pledger_judges_it() -> None:
    """Malleable, truncated and otherwise odd signatures: no answer differs from the library's."""
    judged = 0
    for group in groups("ed25519_test.json"):
        public = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
            is_right = PROGRAM_MODULE.verify_ed25519(public, signature, message)
            assert is_right == pledger_says(public, signature, message), test["comment"]
            assert not is_right or test["result"] != "invalid"
            judged += 1
    assert judged > 100


@pytest.mark.parametrize("phrase", ["the neutral point", "order two", "order four", "y of the prime", "no point"])
def test_weak_key_verifies_nothing(phrase: str) -> None:
    """Keys of small order, in another encoding or off the curve are refused by both (RFC 8032 §5.1.3)."""
    prime = 2**255 - 19
    number = {"the neutral point": 1, "order two": prime - 1, "order four": 0, "y of the prime": prime, "no point": 2}
    raw = number[phrase].to_bytes(32, "little")
    assert PROGRAM_MODULE.decode_point(raw) is None
    with pytest.raises(MalformedError):
        PublicKey.from_raw("Ed25519", raw, what="a key")


def test_key_has_the_thumbprint_that_pledger_gives_it() -> None:
    """RFC 7638, for all three kinds of key."""
    for algorithm in ("Ed25519", "ES256", "ML-DSA-44"):
        public = PrivateKey.from_seed(algorithm, bytes([7]) * 32).public
        assert PROGRAM_MODULE.thumbprint(public.jwk) == public.kid


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1.0}', b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b'{"a":9007199254740992}', b'{"a":-0}',
        b'"\\u0041"', b"[" * 33 + b"]" * 33, '"e\u0301"'.encode(), '{"\xe9":1}'.encode(), b'{"a":NaN}', b"\xff",
        b'"\\ud800"', b"",
    ],
)  # fmt: skip
def test_json_in_another_spelling_is_refused(raw: bytes) -> None:
    """Canonical JSON has one spelling, as in Pledger's own reader (RFC 8785, design §2.1)."""
    from ledger.signing.canonical import parse_canonical

    with pytest.raises(MalformedError):
        parse_canonical(raw, what="it")
    with pytest.raises((PROGRAM_MODULE.Malformed, ValueError, RecursionError)):
        PROGRAM_MODULE.parse(raw, "it")


def test_base64_in_another_spelling_is_refused() -> None:
    """Padding, stray bits and other alphabets."""
    reads: Callable[..., bytes] = PROGRAM_MODULE.unbase64
    assert reads("-_8") == base64.urlsafe_b64decode("-_8=")
    for text in ("-_9", "-_8=", "+/8", "-_8\n", "a"):
        with pytest.raises((PROGRAM_MODULE.Malformed, ValueError)):
            reads(text)
