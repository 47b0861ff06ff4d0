"""Keys that a program holds: real processes are asked, and what they do wrong is told in a sentence (docs/keys.md)."""

import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.main import main
from ledger.cli.witness import _cosigners
from ledger.errors import ConflictError, PledgerError, RefusedError, UnavailableError
from ledger.runtime import open_ledger
from ledger.runtime.keyring import Keyring, checkpoint_signer, open_key
from ledger.runtime.settings import PASSPHRASE, signer_environment
from ledger.runtime.signer import ExternalSigner
from ledger.signing.canonical import format_json
from ledger.signing.envelope import STATEMENT, seal, verify_envelope
from ledger.signing.key import ALGORITHMS, SIGNATURE_SIZE, Algorithm, PrivateKey, PublicKey
from ledger.tlog.checkpoint import (
    Checkpoint,
    add_signatures,
    cosign_checkpoint,
    log_keys,
    open_any_checkpoint,
    open_checkpoint,
)
from ledger.tlog.merkle import Hash
from tests.end_to_end.small import START, drafts, small_ledger

PROGRAM = Path(__file__).with_name("signer.py")
SEED = bytes(range(1, 33))
SECRET = "pin-90417"
MESSAGE = b"five million tonnes"
SH = "/bin/sh"


def private(algorithm: Algorithm = "Ed25519") -> PrivateKey:
    """Return a fixed key."""
    return PrivateKey.from_seed(algorithm, SEED)


def held(directory: Path, algorithm: Algorithm = "Ed25519", *more: str) -> tuple[str, ...]:
    """Return the command of a program that holds a fixed key."""
    path = directory / f"{algorithm}.pem"
    path.write_bytes(private(algorithm).to_pem())
    return (sys.executable, str(PROGRAM), str(path), *more)


def asked(*command: str, algorithm: Algorithm = "Ed25519", timeout: int = 20) -> ExternalSigner:
    """Return the signer of a command."""
    return ExternalSigner("desk", private(algorithm).public, command, timeout, signer_environment())


def shell(script: str, *arguments: str, **options: Any) -> ExternalSigner:
    """Return a signer that is a shell's script; its arguments are $1 and on."""
    return asked(SH, "-c", script, "sh", *arguments, **options)


# --- what is asked and answered ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_program_signs_as_the_key_itself_would(tmp_path: Path, algorithm: Algorithm) -> None:
    """Any of the three kinds can be elsewhere; an envelope sealed by it is as good as another (design §2.2)."""
    signer = asked(*held(tmp_path, algorithm), algorithm=algorithm)
    assert len(signer.sign(MESSAGE)) == SIGNATURE_SIZE[algorithm]
    assert verify_envelope(seal(format_json({"a": 1}), signer, typ=STATEMENT), private(algorithm).public)


@pytest.mark.parametrize("size", [0, 1, 65_536, 1_000_003])
def test_exactly_the_bytes_are_given_on_standard_input(tmp_path: Path, size: int) -> None:
    """All of them, however many a pipe holds, and none besides (docs/keys.md)."""
    log = tmp_path / "log"
    asked(*held(tmp_path, "Ed25519", str(log))).sign(b"x" * size)
    assert log.read_text() == f"{size}\n"


def test_openssl_signs_for_an_ed25519_key(tmp_path: Path) -> None:
    """A shell's script around OpenSSL is a signer; as it wants to know the size, the bytes go through a file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key = tmp_path / "key.pem"
    key.write_bytes(private().to_pem())
    script = (
        't=$(mktemp -p "$2") && cat >"$t" && openssl pkeyutl -sign -rawin -inkey "$1" -in "$t"; c=$?; rm "$t"; exit $c'
    )
    signer = shell(script, str(key), str(tmp_path))
    assert signer.sign(MESSAGE) == private().sign(MESSAGE)
    assert [path.name for path in tmp_path.iterdir()] == ["key.pem"]


def test_the_passphrase_of_the_key_files_is_kept_from_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that signs gets the environment, a PIN of its own included, but nothing secret of ours."""
    kept = (PASSPHRASE, "PLEDGER_STORE", "PLEDGER_CENSUS_KEY", "PLEDGER_SOME_OFFICE_2_KEY")
    for name in kept:
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("HSM_SLOT", "7")
    script = f'printf "%s|%s" "$HSM_SLOT" "{"".join(f"${{{name}}}" for name in kept)}" >"$1"'
    with pytest.raises(RefusedError, match="wrote 0 bytes"):
        shell(script, str(tmp_path / "seen")).sign(MESSAGE)
    assert (tmp_path / "seen").read_text() == "7|"


def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    """What would be a command to a shell is an argument (docs/keys.md)."""
    trap = tmp_path / "trap"
    with pytest.raises(PledgerError):
        asked("/bin/echo", f"; touch {trap}", f"$(touch {trap})", f"`touch {trap}`", f">{trap}").sign(MESSAGE)
    assert not trap.exists()


WRONG: dict[str, tuple[str, type[PledgerError], str]] = {
    "nothing": ("cat >/dev/null", RefusedError, "wrote 0 bytes where an Ed25519 signature has 64"),
    "63 bytes": ("head -c 63 /dev/zero", RefusedError, "wrote 63 bytes"),
    "65 bytes": ("head -c 65 /dev/zero", RefusedError, "wrote more than the 64 bytes"),
    "64 bytes that are no signature": ("head -c 64 /dev/zero", RefusedError, "a signature that .* does not verify"),
    "no end of output": ("cat /dev/zero", RefusedError, "wrote more than the 64 bytes"),
    "no end of output in a process of its own": ("cat /dev/zero & wait", RefusedError, "wrote more than the 64 bytes"),
    "a signature in hexadecimal": ("head -c 128 /dev/zero | tr '\\0' 0", RefusedError, "wrote more than the 64 bytes"),
    "an exit code": ("head -c 64 /dev/zero; exit 3", UnavailableError, "ended with 3; see to it"),
    "an exit code with a reason": ("echo no token >&2; exit 1", UnavailableError, r"ended with 1 \(no token\)"),
    "a signal": ("kill -9 $$", UnavailableError, "was ended by signal 9"),
    "silence": ("sleep 60", UnavailableError, "was not done in 1 seconds"),
    "silence of a child": ("sleep 60 & exit 0", UnavailableError, "was not done in 1 seconds"),
    "a closed output and no end": ("exec >&-; sleep 60", UnavailableError, "was not done in 1 seconds"),
    "words without end": ("while :; do echo x >&2; done", UnavailableError, "was not done in 1 seconds"),
}  # fmt: skip


@pytest.mark.parametrize(("script", "error", "reason"), WRONG.values(), ids=WRONG.keys())
def test_what_a_program_does_wrong_is_one_sentence(script: str, error: type[PledgerError], reason: str) -> None:
    """It is bounded in time and in output, and nothing it gives is believed (docs/keys.md)."""
    with pytest.raises(error, match=reason) as caught:
        shell(script, SECRET, timeout=1 if "1 seconds" in reason else 20).sign(MESSAGE)
    assert caught.value.facts["signer"] == "desk"
    assert len(caught.value.message) < 500
    assert SECRET not in f"{caught.value.message} {caught.value.document()}"


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/no/such/program", "No such file.*"), ("/etc", "Permission denied"), (str(PROGRAM), "Permission denied|Exec.*")],
)
def test_a_program_that_cannot_be_run_is_named_by_its_key(path: str, reason: str) -> None:
    """The sentence says which key's signer it is and why it does not start (style §7)."""
    with pytest.raises(UnavailableError, match=f"signer of desk cannot be started: ({reason}); see to desk.signer"):
        asked(path, SECRET).sign(MESSAGE)


def test_a_signature_of_another_message_or_key_is_not_used(tmp_path: Path) -> None:
    """What is right for something else is wrong here: a replay, and another key in the same module."""
    other = tmp_path / "other"
    other.write_bytes(private().sign(b"another message"))
    with pytest.raises(RefusedError, match="does not verify"):
        shell('cat "$1"', str(other)).sign(MESSAGE)
    stranger = PrivateKey.from_seed("Ed25519", bytes(31) + b"\x07").public
    signer = ExternalSigner("desk", stranger, held(tmp_path), 20, signer_environment())
    with pytest.raises(RefusedError, match=f"signature that {stranger.kid} does not verify"):
        signer.sign(MESSAGE)


def test_what_a_program_says_is_shown_in_one_short_line_without_its_arguments() -> None:
    """Control characters, length and whatever it was given as an argument stay out of the sentence."""
    say = 'printf "login \\033[31m failed\\n\\n with %s\\r\\n" "$1" >&2'
    script = f'{say}; head -c 100000 /dev/zero | tr "\\0" y >&2; exit 1'
    with pytest.raises(UnavailableError) as caught:
        shell(script, SECRET).sign(MESSAGE)
    said = caught.value.message
    assert "(login ?[31m failed; with …" in said
    assert SECRET not in said
    assert said.isprintable()
    assert len(said) < 300


def test_nothing_is_left_running_of_a_program_that_was_ended(tmp_path: Path) -> None:
    """It is ended with all that it has started."""
    log = tmp_path / "pid"
    with pytest.raises(UnavailableError, match="not done"):
        shell('sleep 300 & echo $! >"$1"; wait', str(log), timeout=1).sign(MESSAGE)
    number = int(log.read_text())
    state = Path(f"/proc/{number}/stat")
    # It ends by itself only long after the last look; whoever inherits it may not have noted its end: a zombie.
    for _ in range(1000):
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.01)
    pytest.fail("it still runs")


# --- in a keyring -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    """Give an empty keyring."""
    return Keyring(tmp_path / "keys")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_is_registered_once_its_program_has_signed_a_probe(
    tmp_path: Path, ring: Keyring, algorithm: Algorithm
) -> None:
    """The file is for its owner alone, and the key is found by name and thumbprint like any other."""
    log = tmp_path / "log"
    ring.register("desk", held(tmp_path, algorithm, str(log)), private(algorithm).public)
    assert len(log.read_text().splitlines()) == 1
    assert stat.S_IMODE((ring.directory / "desk.signer").stat().st_mode) == 0o600
    assert stat.S_IMODE(ring.directory.stat().st_mode) == 0o700
    assert (ring.names(), ring.kids(), ring.held("desk")) == (("desk",), {private(algorithm).kid: "desk"}, "signer")
    # Listing asks for no signature.
    assert len(log.read_text().splitlines()) == 1
    assert ring.get("desk").public.verify(ring.get("desk").sign(MESSAGE), MESSAGE)


@pytest.mark.parametrize("script", ["exit 1", "head -c 64 /dev/zero", "sleep 60"])
def test_a_program_that_cannot_sign_is_not_registered(ring: Keyring, script: str) -> None:
    """What does not sign a probe would not sign a statement: no file is left."""
    with pytest.raises((UnavailableError, RefusedError)):
        ring.register("desk", (SH, "-c", script), private().public, timeout=1)
    assert ring.names() == ()


def test_a_name_is_of_a_file_or_of_a_program(tmp_path: Path, ring: Keyring) -> None:
    """One name means one key: a second is refused, and two files that somebody brought are told."""
    ring.register("desk", held(tmp_path), private().public)
    ring.add("root", private())
    with pytest.raises(ConflictError, match="There is a key desk"):
        ring.add("desk", private())
    with pytest.raises(ConflictError, match="There is a key root"):
        ring.register("root", held(tmp_path), private().public)
    shutil.copy(ring.directory / "root.pem", ring.directory / "desk.pem")
    with pytest.raises(ConflictError, match=r"both desk.pem and desk.signer .* take one of them away"):
        ring.get("desk")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o677])
def test_a_file_that_others_may_use_names_no_program(tmp_path: Path, ring: Keyring, mode: int) -> None:
    """Who may write it says what is run; the sentence says how to mend it, whoever is asking, root included."""
    ring.register("desk", held(tmp_path), private().public)
    path = ring.directory / "desk.signer"
    path.chmod(mode)
    for look in (lambda: ring.get("desk"), ring.kids, lambda: open_key(path)):
        with pytest.raises(RefusedError, match=rf"mode {mode:04o}\), and .* run chmod 600 .*desk.signer"):
            look()


def test_root_runs_no_program_that_another_user_names(tmp_path: Path, ring: Keyring) -> None:
    """Who may write the file would be root: it has to be one's own or the system's."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    ring.register("desk", held(tmp_path), private().public)
    os.chown(ring.directory / "desk.signer", 12345, -1)
    with pytest.raises(RefusedError, match="another user's, and names a program"):
        ring.get("desk")


def test_a_checkpoint_signer_that_fails_says_that_nothing_was_recorded() -> None:
    """It is asked under the head's lock, before the first write (design §2.5)."""
    mldsa = private("ML-DSA-44")
    sign = checkpoint_signer(lambda key: mldsa if key.public == mldsa.public else shell("exit 1"))
    keys = log_keys("example.org/small", ed25519=private().public, mldsa=mldsa.public)
    with pytest.raises(UnavailableError, match=r"ended with 1; .* Nothing was recorded\.$") as caught:
        sign(Checkpoint("example.org/small", 1, Hash(bytes(32))), 1, keys)
    assert caught.value.facts["outcome"] == "nothing recorded"


# --- in a ledger ------------------------------------------------------------------------------------------------------


def entrusted(ledger: Path, vault: Path, *names: str) -> None:
    """Move key files of a ledger into a vault, and let a program hold them there."""
    vault.mkdir(exist_ok=True)
    ring = Keyring(ledger / "keys")
    for name in names:
        key = ring.get(name)
        (ring.directory / f"{name}.pem").rename(vault / f"{name}.pem")
        ring.register(name, (sys.executable, str(PROGRAM), str(vault / f"{name}.pem")), key.public)


def test_every_key_of_a_ledger_can_be_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Statements, grants with their possession, rotations, approvals and both lines of a checkpoint are by programs."""
    small_ledger(tmp_path / "ledger").close()
    names = ("root", "operator", "desk", "checkpoint-ed25519", "checkpoint-mldsa")
    entrusted(tmp_path / "ledger", tmp_path / "vault", *names)
    assert not list((tmp_path / "ledger").rglob("*.pem"))
    with open_ledger(tmp_path / "ledger", at=lambda: START) as ledger:
        assert len(ledger.record(drafts())) == 4
        ledger.new_key("clerk")
        entrusted(tmp_path / "ledger", tmp_path / "vault", "clerk")
        ledger.grant("clerk", ["recorder"])
        ledger.new_key("clerk-2")
        ledger.rotate("clerk", "clerk-2")
        assert {one.file for one in (*ledger.keys(),)} >= {"operator", "desk", "clerk", "clerk-2"}
    asked_for = answered(capsys, "key", "appoint", "--quorum", "0", "--ledger", str(tmp_path / "ledger"))
    assert asked_for["approvals"] == [Keyring(tmp_path / "ledger" / "keys").get("root").kid]
    with open_ledger(tmp_path / "ledger", at=lambda: LATER) as ledger:
        assert ledger.check().findings == ()
        open_checkpoint(ledger.head().checkpoint, log=ledger.log_keys())


@pytest.mark.parametrize("name", ["checkpoint-ed25519", "checkpoint-mldsa"])
@pytest.mark.parametrize("fault", ["exit 1", "sleep 60", "head -c 4000 /dev/zero", "head -c 64 /dev/zero"])
def test_a_failure_under_the_lock_takes_everything_back(tmp_path: Path, name: str, fault: str) -> None:
    """The checkpoint's signer fails while the head is locked: nothing is recorded, and who comes next may write."""
    small_ledger(tmp_path / "ledger").close()
    entrusted(tmp_path / "ledger", tmp_path / "vault", name)
    good = (tmp_path / "ledger" / "keys" / f"{name}.signer").read_text()
    jwk = good[good.index("[jwk]") :]
    (tmp_path / "ledger" / "keys" / f"{name}.signer").write_text(
        f'command = ["{SH}", "-c", "{fault}"]\ntimeout = 1\n{jwk}'
    )
    with open_ledger(tmp_path / "ledger", at=lambda: START) as ledger:
        before = (ledger.head(), (tmp_path / "ledger" / "published").read_bytes())
        with pytest.raises((UnavailableError, RefusedError), match=r"Nothing was recorded\.$") as caught:
            ledger.record(drafts())
        assert caught.value.facts["outcome"] == "nothing recorded"
        assert (ledger.head(), (tmp_path / "ledger" / "published").read_bytes()) == before
        assert ledger.check().findings == ()
    (tmp_path / "ledger" / "keys" / f"{name}.signer").write_text(good)
    with open_ledger(tmp_path / "ledger", at=lambda: START) as ledger:
        assert len(ledger.record(drafts())) == 4
        assert ledger.check().findings == ()


def test_a_slow_checkpoint_signer_makes_other_writers_wait(tmp_path: Path) -> None:
    """It signs under the head's lock: the second writer waits for its end, and both are recorded in one order."""
    small_ledger(tmp_path / "ledger").close()
    entrusted(tmp_path / "ledger", tmp_path / "vault", "checkpoint-ed25519")
    path = tmp_path / "ledger" / "keys" / "checkpoint-ed25519.signer"
    slow = f'["{SH}", "-c", "sleep 0.5; exec \\"$0\\" \\"$@\\"", "{sys.executable}"'
    path.write_text(path.read_text().replace(f'["{sys.executable}"', slow))
    sizes: list[int] = []

    def write(subject: str) -> None:
        with open_ledger(tmp_path / "ledger", at=lambda: START) as ledger:
            sizes.append(ledger.record(drafts(PARTY.replace("aa", subject)))[0].index)

    with ThreadPoolExecutor(2) as executor:
        list(executor.map(write, ("aa", "bb")))
    assert sorted(sizes) == [2, 3]
    with open_ledger(tmp_path / "ledger", at=lambda: START) as ledger:
        assert ledger.check().findings == ()


LATER = "9999-01-01T00:00:00Z"
PARTY = "kind: party\nsubject: aa\nbody: {kind: state, names: {en: A}}\n"


def test_a_program_holds_a_key_by_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Register, list, grant and sign by command; the listing says where a key is held."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLEDGER_LEDGER", "ledger")
    monkeypatch.setenv("COLUMNS", "120")
    small_ledger(tmp_path / "ledger").close()
    (tmp_path / "jwk").write_text(json.dumps(private("ES256").public.jwk))
    (tmp_path / "party.yaml").write_text(PARTY)
    command = shlex.join(held(tmp_path, "ES256"))
    told = answered(capsys, "key", "new", "ministry", "--signer", command, "--public", "jwk", "--timeout", "20")
    path = Path("ledger/keys/ministry.signer")
    assert told == {
        "name": "ministry", "kid": private("ES256").kid, "algorithm": "ES256", "file": str(path), "held": "signer",
    }  # fmt: skip
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    answered(capsys, "key", "grant", "ministry", "--role", "recorder")
    answered(capsys, "record", "party.yaml", "--yes", "--key", "ministry")
    listed = {one["file"]: one["held"] for one in answered(capsys, "key", "list")["keys"] if one["file"]}
    assert (listed["ministry"], listed["desk"]) == ("signer", "file")
    assert main(["key", "list"]) == 0
    assert "ministry (signer)" in capsys.readouterr().out


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Return what a command answers."""
    code = main([*arguments, "--json"])
    said = capsys.readouterr()
    assert code == 0, said
    return json.loads(said.out)


@pytest.mark.parametrize("algorithm", ["Ed25519", "ML-DSA-44"])
def test_a_witness_cosigns_with_a_key_that_a_program_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], algorithm: Algorithm
) -> None:
    """Its operator is told why it does not sign; whoever asked over HTTP is told that it does not."""
    ring = Keyring(tmp_path / "keys")
    ring.register("w", held(tmp_path, algorithm), private(algorithm).public)
    (cosigner,) = _cosigners("witness.example/w", [ring.directory / "w.signer"], make_key=None)
    note = small_ledger(tmp_path / "ledger").head().checkpoint
    signature = cosign_checkpoint(note, name=cosigner.name, key=cosigner.key, at=1)
    open_any_checkpoint(add_signatures(note, [signature]), [cosigner.verifier])
    (tmp_path / f"{algorithm}.pem").unlink()
    with pytest.raises(UnavailableError, match=r"^The witness cannot sign at the moment; ask again later\.$"):
        cosign_checkpoint(note, name=cosigner.name, key=cosigner.key, at=1)
    assert "signer of w ended with 1" in capsys.readouterr().err


# --- a security module ------------------------------------------------------------------------------------------------

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the library of SoftHSM with a token in it; PLEDGER_TEST_SOFTHSM names it where it lies elsewhere."""
    found = [one for one in (os.environ.get("PLEDGER_TEST_SOFTHSM", ""), *MODULES) if one and Path(one).is_file()]
    missing = [name for name in ("softhsm2-util", "pkcs11-tool", "openssl") if shutil.which(name) is None]
    if missing or not found:
        pytest.skip(f"no security module to try: {', '.join(missing) or 'libsofthsm2.so'} is not installed")
    tokens = Path(tempfile.mkdtemp(dir=tmp_path))
    config = tmp_path / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    run("softhsm2-util", "--module", found[0], "--init-token", "--free", "--label", "desk", "--pin", SECRET,
        "--so-pin", SECRET)  # fmt: skip
    yield found[0]
    shutil.rmtree(tokens)


def run(*command: str) -> bytes:
    """Run a tool that has to succeed."""
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


# SoftHSM takes the digest for ECDSA, so OpenSSL makes it; for Ed25519 it takes the message.
KINDS = {
    "Ed25519": ("EC:edwards25519", 'exec "$1" --module "$2" --login --pin env:PIN --sign --id 01 --mechanism EDDSA'),
    "ES256": (
        "EC:prime256v1",
        'openssl dgst -sha256 -binary | "$1" --module "$2" --login --pin env:PIN --sign --id 01 --mechanism ECDSA',
    ),
}


@pytest.mark.parametrize("algorithm", KINDS)
def test_a_security_module_holds_a_key(
    tmp_path: Path, ring: Keyring, module: str, monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    """The key is made in the module and never leaves it; its PIN comes from the environment, not from the file."""
    kind, script = KINDS[algorithm]
    tool = shutil.which("pkcs11-tool") or ""
    run(tool, "--module", module, "--login", "--pin", SECRET, "--keypairgen", "--key-type", kind, "--id", "01")
    exported = tmp_path / "public"
    run(tool, "--module", module, "--read-object", "--type", "pubkey", "--id", "01", "-o", str(exported))
    public = PublicKey.from_pem(run("openssl", "pkey", "-pubin", "-in", str(exported)))
    monkeypatch.setenv("PIN", SECRET)
    command = (SH, "-c", script, "sign", tool, module)
    assert ring.register("desk", command, public).algorithm == algorithm
    assert SECRET not in (ring.directory / "desk.signer").read_text()
    assert verify_envelope(seal(format_json({"a": 1}), ring.get("desk"), typ=STATEMENT), public)
    monkeypatch.setenv("PIN", "another")
    with pytest.raises((UnavailableError, RefusedError), match=r"CKR_PIN_INCORRECT|wrote 0 bytes"):
        ring.get("desk").sign(MESSAGE)
