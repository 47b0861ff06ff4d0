"""Key files: for their owner alone, under a passphrase where there is one, and changed all together (docs/keys.md)."""

import json
import os
import pickle
import pty
import select
import shutil
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.main import main
from ledger.errors import ConflictError, NotFoundError, PledgerError, RefusedError, UnavailableError, UsageError
from ledger.runtime import init
from ledger.runtime.keyring import Keyring, copy_keys, open_key
from ledger.runtime.replacement import locked, replace_all, write_private
from ledger.runtime.settings import chosen_passphrase
from ledger.signing import encryption
from ledger.signing.key import PrivateKey

OLD, NEW = b"the old sentence", b"the new sentence"
NAMES = ("desk", "operator", "root")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a passphrase cost little: what it costs is tried in tests/unit/signing/test_encryption.py."""
    monkeypatch.setattr(encryption, "COST", 2)


def private(number: int) -> PrivateKey:
    """Return a fixed key."""
    return PrivateKey.from_seed("Ed25519", bytes([number]) * 32)


def filled(directory: Path, passphrase: bytes | None = OLD) -> Keyring:
    """Return a keyring with three keys."""
    ring = Keyring(directory / "keys", passphrase)
    for number, name in enumerate(NAMES, start=1):
        ring.add(name, private(number))
    return ring


def opens(ring: Keyring) -> bool:
    """Tell whether every key of a ring is there and opens."""
    try:
        found = {name: ring.get(name).kid for name in ring.names()}
    except RefusedError:
        return False
    assert found == {name: private(number).kid for number, name in enumerate(NAMES, start=1)}
    return True


# --- modes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o606, 0o610, 0o601, 0o666, 0o777])
def test_a_key_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    """As OpenSSH does, and whoever asks, root included; the sentence says how to mend it."""
    ring = filled(tmp_path)
    path = ring.directory / "desk.pem"
    path.chmod(mode)
    for look in (lambda: ring.get("desk"), ring.kids, lambda: open_key(path, OLD), lambda: ring.protect(NEW)):
        with pytest.raises(RefusedError, match=rf"mode {mode:04o}\), .* run chmod 600 .*/keys/desk.pem\.$"):
            look()
    path.chmod(0o600)
    assert ring.get("desk").kid == private(1).kid


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_of_its_owner_alone_is_read(tmp_path: Path, mode: int) -> None:
    """Who wants to may take the right to write from himself as well."""
    ring = filled(tmp_path)
    (ring.directory / "desk.pem").chmod(mode)
    assert ring.get("desk").kid == private(1).kid


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o720, 0o702, 0o710, 0o701, 0o755, 0o777])
def test_a_directory_of_keys_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    """Who may change its names may put another key in; nothing is read from it and nothing written to it."""
    ring = filled(tmp_path)
    ring.directory.chmod(mode)
    looks: tuple[Callable[[], object], ...] = (
        lambda: ring.get("desk"), ring.kids, lambda: ring.add("fresh", private(9)), lambda: ring.protect(NEW),
        lambda: copy_keys(ring, Keyring(tmp_path / "copy")),
    )  # fmt: skip
    for look in looks:
        with pytest.raises(RefusedError, match=rf"mode {mode:04o}\), .* run chmod 700 .*/keys\.$"):
            look()
    ring.directory.chmod(0o700)
    assert opens(ring)


def test_what_is_made_is_for_its_owner_alone_whatever_the_mask(tmp_path: Path) -> None:
    """0600 in 0700, for new keys, copies, and files that were put under another passphrase."""
    before = os.umask(0)
    try:
        ring = filled(tmp_path)
        ring.protect(NEW)
        copy_keys(Keyring(ring.directory, NEW), Keyring(tmp_path / "copy", NEW))
    finally:
        os.umask(before)
    for folder in (ring.directory, tmp_path / "copy"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_link_is_followed_to_a_file_of_tight_modes(tmp_path: Path) -> None:
    """It is the file that is opened whose modes count: secrets are often mounted as links."""
    ring = filled(tmp_path)
    path = ring.directory / "desk.pem"
    path.rename(tmp_path / "elsewhere.pem")
    path.symlink_to(tmp_path / "elsewhere.pem")
    assert ring.get("desk").kid == private(1).kid
    (tmp_path / "elsewhere.pem").chmod(0o644)
    with pytest.raises(RefusedError, match="mode 0644"):
        ring.get("desk")


# --- under a passphrase -----------------------------------------------------------------------------------------------


def test_a_new_key_is_protected_as_the_others_are(tmp_path: Path) -> None:
    """Neither in the clear beside protected ones, nor under a passphrase that was mistyped."""
    ring = filled(tmp_path)
    with pytest.raises(RefusedError, match="under a passphrase; give it"):
        Keyring(ring.directory).add("fresh", private(9))
    with pytest.raises(RefusedError, match="opens none of the key files"):
        Keyring(ring.directory, b"the odl sentence").add("fresh", private(9))
    assert ring.names() == NAMES
    asked = iter([OLD])
    Keyring(ring.directory, lambda: next(asked)).add("fresh", private(9))
    assert b"ENCRYPTED" in (ring.directory / "fresh.pem").read_bytes()


def test_nobody_is_asked_where_nothing_is_protected(tmp_path: Path) -> None:
    """A question comes when a file needs an answer, and not before."""

    def ask() -> bytes:
        pytest.fail("a passphrase was asked for")

    ring = Keyring(filled(tmp_path, None).directory, ask)
    assert opens(ring)
    ring.add("fresh", private(9))
    assert b"ENCRYPTED" not in (ring.directory / "fresh.pem").read_bytes()


def test_a_passphrase_that_is_not_there_is_asked_for_in_words(tmp_path: Path) -> None:
    """The sentence says how it is given (style §7)."""
    ring = filled(tmp_path)
    for passphrase in (None, lambda: None):
        with pytest.raises(RefusedError, match="in PLEDGER_PASSPHRASE or by pledger --passphrase-file"):
            Keyring(ring.directory, passphrase).get("desk")


def test_a_copy_is_under_the_passphrase_that_it_was_under(tmp_path: Path) -> None:
    """Copying opens a key and does not lay it open."""
    ring = filled(tmp_path)
    copy_keys(Keyring(ring.directory, lambda: OLD), Keyring(tmp_path / "copy", lambda: OLD))
    assert (tmp_path / "copy" / "desk.pem").read_bytes() == (ring.directory / "desk.pem").read_bytes()
    with pytest.raises(RefusedError, match="passphrase"):
        copy_keys(Keyring(ring.directory), Keyring(tmp_path / "other"))
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(("before", "after"), [(OLD, NEW), (None, NEW), (OLD, None), (OLD, OLD)])
def test_all_key_files_are_put_under_a_new_passphrase(
    tmp_path: Path, before: bytes | None, after: bytes | None
) -> None:
    """The same keys open under the new one, and no more under the old (docs/keys.md)."""
    ring = filled(tmp_path, before)
    assert ring.protect(after) == NAMES
    assert opens(Keyring(ring.directory, after))
    assert opens(Keyring(ring.directory, before)) is (after in (before, None))
    assert sorted(path.name for path in ring.directory.iterdir()) == [f"{name}.pem" for name in NAMES]


def test_one_file_that_does_not_open_keeps_all_as_they_are(tmp_path: Path) -> None:
    """Old or new, never some of each."""
    ring = filled(tmp_path)
    (ring.directory / "operator.pem").write_bytes(private(2).to_pem(passphrase=b"another"))
    before = {path.name: path.read_bytes() for path in ring.directory.iterdir()}
    with pytest.raises(RefusedError, match=r"does not open key file .*operator\.pem"):
        ring.protect(NEW)
    assert {path.name: path.read_bytes() for path in ring.directory.iterdir()} == before
    (tmp_path / "empty").mkdir(mode=0o700)
    with pytest.raises(NotFoundError, match="no key files"):
        Keyring(tmp_path / "empty").protect(NEW)


@pytest.mark.parametrize("phrase", [b"", b"x" * 1024])
def test_a_passphrase_that_cannot_be_used_changes_nothing(tmp_path: Path, phrase: bytes) -> None:
    """It is refused before the first file is written."""
    ring = filled(tmp_path)
    with pytest.raises(RefusedError, match="empty or longer"):
        ring.protect(phrase)
    assert opens(Keyring(ring.directory, OLD))


class Death:
    """Ends the process before or after the k-th of the calls that change what is on the disk."""

    def __init__(self, call: int, *, after: bool) -> None:
        self.left = call
        self.after = after

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with an end in it."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left == 0 and not self.after:
                os._exit(9)
            made = function(*args, **kwargs)
            if self.left == 0:
                os._exit(9)
            return made

        return wrapped


def dies(directory: Path, files: dict[str, bytes], call: int, *, after: bool) -> bool:
    """Replace files in a process that ends at a call; tell whether it came to that."""
    child = os.fork()
    if child == 0:
        try:
            death = Death(call, after=after)
            os.open, os.fsync, os.fdopen = death.wrap(os.open), death.wrap(os.fsync), death.wrap(os.fdopen)
            replace, unlink = death.wrap(Path.replace), death.wrap(Path.unlink)
            Path.replace, Path.unlink = replace, unlink  # type: ignore[method-assign]
            with locked(directory):
                replace_all(directory, files)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def kids(ring: Keyring) -> list[str]:
    """Return which keys are in a ring, by name."""
    return [ring.get(name).kid for name in ring.names()]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_call_leaves_the_old_files_or_the_new(tmp_path: Path, *, after: bool) -> None:
    """Each call that writes is the last one once: all of one set are there, and both sets come to be seen.

    The files are told apart by their keys and not by a passphrase, as opening one takes its time.
    """
    made = filled(tmp_path, None)
    old, new = kids(made), [private(10 + number).kid for number in range(3)]
    fresh = {f"{name}.pem": private(10 + number).to_pem() for number, name in enumerate(NAMES)}
    seen = []
    for call in range(1, 200):
        place = tmp_path / f"{call}"
        shutil.copytree(made.directory, place / "keys")
        if not dies(place / "keys", fresh, call, after=after):
            break
        found = kids(Keyring(place / "keys"))
        assert found in (old, new), f"call {call}"
        seen.append(found == new)
        assert sorted(path.name for path in (place / "keys").iterdir()) == [f"{name}.pem" for name in NAMES]
    else:
        pytest.fail("it never came to its end")
    # Once the new ones count, they count for good.
    assert seen == sorted(seen)
    assert set(seen) == {False, True}
    assert len(seen) > 15


def test_two_that_change_one_directory_wait_for_each_other(tmp_path: Path) -> None:
    """Whoever looks while another is at work waits for its end, and takes nothing away from it."""
    ring = filled(tmp_path, None)
    write_private(ring.directory / "desk.pem.new", private(11).to_pem())
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with locked(ring.directory):
            os.write(writing, b"x")
            time.sleep(0.3)
            write_private(ring.directory / ".replacing", b"")
        os._exit(0)
    os.read(reading, 1)
    assert ring.get("desk").kid == private(11).kid
    os.waitpid(child, 0)


def test_a_full_disk_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written is told, and nothing of it stays."""
    ring = filled(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(UnavailableError, match="The disk is full"):
            ring.protect(NEW)
        with pytest.raises(UnavailableError, match="The disk is full"):
            ring.add("fresh", private(9))
    assert sorted(path.name for path in ring.directory.iterdir()) == [f"{name}.pem" for name in NAMES]
    assert opens(Keyring(ring.directory, OLD))


# --- where a passphrase comes from ------------------------------------------------------------------------------------


def phrase_file(directory: Path, raw: bytes, mode: int = 0o600) -> Path:
    """Write the file of a passphrase."""
    path = directory / "phrase"
    path.write_bytes(raw)
    path.chmod(mode)
    return path


def test_a_file_comes_before_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--passphrase-file, then PLEDGER_PASSPHRASE; an empty setting is none (docs/keys.md)."""
    monkeypatch.setenv("PLEDGER_PASSPHRASE", "said")
    assert chosen_passphrase() == b"said"
    assert chosen_passphrase(phrase_file(tmp_path, b"written\n")) == b"written"
    monkeypatch.setenv("PLEDGER_PASSPHRASE", "")
    assert chosen_passphrase() is None


@pytest.mark.parametrize(
    ("raw", "phrase"),
    [(b"a b\n", b"a b"), (b"a b", b"a b"), (b"a\r\n", b"a"), (b" a \n", b" a "), ("ä\n".encode(), "ä".encode())],
)
def test_the_line_of_a_file_is_the_passphrase(tmp_path: Path, raw: bytes, phrase: bytes) -> None:
    """To the byte, less the end of its line."""
    assert chosen_passphrase(phrase_file(tmp_path, raw)) == phrase


@pytest.mark.parametrize(
    ("raw", "mode", "error", "reason"),
    [
        (b"", 0o600, RefusedError, "not one line"),
        (b"\n", 0o600, RefusedError, "not one line"),
        (b"a\nb\n", 0o600, RefusedError, "not one line"),
        (b"a\rb", 0o600, RefusedError, "not one line"),
        (b"a\n", 0o644, RefusedError, "run chmod 600"),
        (b"a\n", 0o640, RefusedError, "run chmod 600"),
        (b"x" * 65_537, 0o600, PledgerError, "more than 65536 bytes"),
    ],
)
def test_another_file_is_no_passphrase(
    tmp_path: Path, raw: bytes, mode: int, error: type[PledgerError], reason: str
) -> None:
    """A file that others may read protects nothing; the sentence does not repeat what it holds."""
    with pytest.raises(error, match=reason) as caught:
        chosen_passphrase(phrase_file(tmp_path, raw, mode))
    assert "a\\n" not in repr(caught.value)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        chosen_passphrase(tmp_path / "none")


def test_a_pipe_is_as_good_as_a_file(tmp_path: Path) -> None:
    """So that a password manager's words never lie on a disk; a pipe has no modes that others could use."""
    reading, writing = os.pipe()
    os.write(writing, b"from a pipe\n")
    os.close(writing)
    try:
        assert chosen_passphrase(Path(f"/dev/fd/{reading}")) == b"from a pipe"
    finally:
        os.close(reading)


# --- by command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with a ledger whose keys are in the clear, and two passphrases in files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLEDGER_PASSPHRASE", raising=False)
    monkeypatch.setenv("PLEDGER_LEDGER", "ledger")
    init(tmp_path / "ledger", origin="example.org/small").close()
    for name, phrase in (("old", OLD), ("new", NEW)):
        phrase_file(tmp_path, phrase + b"\n").rename(tmp_path / name)
    return tmp_path


def test_keys_are_protected_and_opened_by_command(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protect, use, change and remove; without the passphrase a sentence and exit code 4."""
    assert main(["key", "protect", "--new-passphrase-file", "old", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"keys": ["checkpoint-ed25519", "checkpoint-mldsa", "desk", "operator", "root"], "protected": True}
    grant = ["key", "grant", "clerk", "--role", "recorder"]
    assert main(["--passphrase-file", "old", "key", "new", "clerk"]) == 0
    capsys.readouterr()
    assert main(grant) == 4
    assert "pledger --passphrase-file" in capsys.readouterr().err
    assert main(["--passphrase-file", "old", *grant]) == 0
    assert main(["--passphrase-file", "new", "key", "protect", "--remove"]) == 4
    assert main(["--passphrase-file", "old", "key", "protect", "--new-passphrase-file", "new"]) == 0
    assert main(["--passphrase-file", "new", "key", "protect", "--remove"]) == 0
    assert "Copies made before" in capsys.readouterr().out
    assert main(["key", "grant", "clerk", "--role", "assessor"]) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["key", "protect", "--remove", "--new-passphrase-file", "new"], 2, "leave one of the two out"),
        (["key", "protect"], 2, "Nobody is at a terminal"),
        (["key", "protect", "--new-passphrase-file", "none"], 2, "cannot be read"),
        (["--passphrase-file", "none", "key", "list"], 2, "cannot be read"),
        (["key", "new", "x", "--signer", "/bin/cat"], 2, "given by --signer and --public"),
        (["key", "new", "x", "--public", "new"], 2, "given by --signer and --public"),
        (
            ["key", "new", "x", "--signer", "/bin/cat", "--public", "new", "--algorithm", "ES256"],
            2,
            "its own algorithm",
        ),
        (["key", "new", "x", "--signer", "/no/such", "--public", "new"], 2, "program of --signer is not there"),
        (["key", "new", "x", "--signer", "'/bin/cat", "--public", "new"], 2, "quotation mark"),
        (["key", "new", "x", "--signer", "", "--public", "new"], 2, "program of --signer is not there"),
        (["key", "new", "x", "--signer", "/bin/cat", "--public", "new"], 3, "not a public key in PEM"),
        (["key", "new", "x", "--signer", "/bin/cat", "--public", "x.jwk", "--timeout", "0"], 2, "timeout"),
        (["key", "new", "x", "--signer", "/bin/cat", "--public", "x.jwk"], 4, "wrote more than the 64 bytes"),
        (["key", "new", "x", "--signer", "/bin/false", "--public", "x.jwk"], 8, "ended with 1"),
        (["key", "new", "x", "--signer", "/bin/true", "--public", "weak.jwk"], 3, "small order"),
    ],
)
def test_a_wrong_command_is_one_sentence(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, reason: str
) -> None:
    """Exit code and sentence say what to do, and no key is there afterwards (style §7)."""
    (place / "x.jwk").write_text(json.dumps(private(9).public.jwk))
    (place / "weak.jwk").write_text(json.dumps({"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}))
    assert main(arguments) == code
    said = capsys.readouterr().err
    assert reason in said
    assert len(said.splitlines()) == 1
    assert not list((place / "ledger" / "keys").glob("x.*"))


def test_a_passphrase_is_typed_and_not_shown(place: Path) -> None:
    """Where a terminal is there it is asked for, once for a command, and a new one twice; nothing typed is echoed."""
    said = typed(place, [NEW, NEW], "key", "protect")
    assert said.count(b"New passphrase of the key files: ") == 1
    assert b"under the new passphrase" in said
    said += typed(place, [NEW], "key", "grant", "root", "--role", "recorder")
    assert said.count(b"Passphrase of the key files: ") == 1
    # root is a key of the log itself: it was opened, and refused for that.
    assert private_kid(place, "root") in said
    assert b"The two were not the same" in typed(place, [OLD, NEW], "key", "protect")
    assert NEW not in said


def private_kid(place: Path, name: str) -> bytes:
    """Return the thumbprint of a key of the ledger."""
    return Keyring(place / "ledger" / "keys", NEW).get(name).kid.encode()


def typed(place: Path, lines: list[bytes], *arguments: str) -> bytes:
    """Return what a command shows at a terminal at which lines are typed, each once it is asked for."""
    root = Path(__file__).resolve().parents[2]
    child, here = pty.fork()
    if child == 0:
        os.chdir(place)
        command = [sys.executable, "-c", "from ledger.cli.main import run; run()", *arguments]
        os.execve(sys.executable, command, {**os.environ, "PYTHONPATH": str(root)})  # noqa: S606  # no shell is meant
    shown, left = b"", list(lines)
    while select.select([here], [], [], 60)[0]:
        try:
            chunk = os.read(here, 4096)
        except OSError:
            break
        shown += chunk
        if left and shown.rstrip(b" ").endswith((b"files:", b"again:")):
            os.write(here, left.pop(0) + b"\n")
    os.close(here)
    os.waitpid(child, 0)
    return shown


# --- what prints ------------------------------------------------------------------------------------------------------


def test_a_keyring_prints_and_travels_without_its_passphrase(tmp_path: Path) -> None:
    """Neither its repr nor a pickle holds the passphrase or a key."""
    ring = filled(tmp_path)
    ring.get("desk")
    assert repr(ring) == f"Keyring(directory={ring.directory!r})"
    with pytest.raises(TypeError, match="not copied into other processes"):
        pickle.dumps(ring)


def test_two_files_of_one_name_are_told(tmp_path: Path) -> None:
    """One name means one key."""
    ring = filled(tmp_path)
    (ring.directory / "desk.signer").write_text("")
    with pytest.raises(ConflictError, match=r"both desk\.pem and desk\.signer"):
        ring.get("desk")


def test_directory_that_cannot_be_listed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails under the keys is unavailable, and no foreign exception (style §7)."""

    def glob(_self: Path, _pattern: str) -> None:
        raise OSError(5, os.strerror(5))

    ring = Keyring(tmp_path, None)
    monkeypatch.setattr(Path, "glob", glob)
    with pytest.raises(UnavailableError, match="cannot be read: Input/output error; mend that"):
        ring.names()
