"""Keys that are held elsewhere: the program that is asked for a signature, and the file that names it.

A security module or a key service is behind a command of a few lines: it gets exactly the bytes to be signed on
standard input, writes exactly the signature on standard output, and ends with 0. It is started by its argument vector,
never by a shell, and without the passphrase of the key files. Nothing that it answers is believed: a signature is used
once it has been verified with the public key. Its arguments are never printed, as one may be a PIN. Source: design §3,
§5; docs/keys.md; docs/decisions/0011.
"""

import json
import os
import selectors
import signal
import subprocess  # the whole point: the program is named by a file that only the owner may write
import time
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Self

from ledger.errors import MalformedError, RefusedError, UnavailableError
from ledger.signing.key import SIGNATURE_SIZE, Algorithm, PublicKey

TIMEOUT: Final = 10
"""Seconds that a program is given, where its file does not say."""

TIMEOUT_LIMIT: Final = 300
ARGUMENTS_LIMIT: Final = 64
ARGUMENT_LIMIT: Final = 4096

_TOLD_LIMIT: Final = 4096
"""Bytes of standard error that are kept; what follows is read and dropped."""

_SHOWN_LIMIT: Final = 200
_HIDDEN: Final = "…"
_CHUNK: Final = 1 << 16
_PROBE: Final = "pledger asks {} for a signature over this line, which says nothing\n"


@dataclass(frozen=True, slots=True, eq=False)
class ExternalSigner:
    """A key whose signatures a program makes; it prints as its name and its public key, never as its command.

    Attributes:
        name: of the key, for messages.
        public: the key that every answer is verified with.
        command: the program's absolute path and its arguments.
        timeout: seconds that the program is given for one signature.
        environment: that the program runs in.
    """

    name: str
    public: PublicKey
    command: tuple[str, ...] = field(repr=False)
    timeout: int = TIMEOUT
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def algorithm(self) -> Algorithm:
        """How it signs."""
        return self.public.algorithm

    @property
    def kid(self) -> str:
        """The thumbprint of its public key."""
        return self.public.kid

    def sign(self, message: bytes) -> bytes:
        """Return the program's signature, once it is seen to be this key's over exactly this message.

        Raises:
            UnavailableError: the program cannot be started, fails, or is not done in its time.
            RefusedError: what it wrote is not a signature of this key.
        """
        size = SIGNATURE_SIZE[self.algorithm]
        asked = _ask(self.command, message, limit=size, timeout=self.timeout, environment=self.environment)
        if asked.failure is not None:
            why = f"The signer of {self.name} cannot be started: {asked.failure}; see to {self._file}."
            raise UnavailableError(why, signer=self.name)
        if len(asked.output) > size:
            raise self._refusal(f"wrote more than the {size} bytes of an {self.algorithm} signature")
        if asked.code is None:
            why = f"The signer of {self.name} was not done in {self.timeout} seconds; see to it and try again."
            raise UnavailableError(why, signer=self.name)
        if asked.code != 0:
            ended = f"ended with {asked.code}" if asked.code > 0 else f"was ended by signal {-asked.code}"
            told = f" ({shown})" if (shown := _shown(asked.told, self.command)) else ""
            why = f"The signer of {self.name} {ended}{told}; see to it and try again."
            raise UnavailableError(why, signer=self.name, code=asked.code)
        if len(asked.output) != size:
            raise self._refusal(f"wrote {len(asked.output)} bytes where an {self.algorithm} signature has {size}")
        if not self.public.verify(asked.output, message):
            raise self._refusal(f"wrote a signature that {self.kid} does not verify")
        return asked.output

    def probe(self) -> None:
        """Ask for one signature, over words that are neither a statement nor a checkpoint, and let it go.

        Raises:
            UnavailableError, RefusedError: as ``sign``.
        """
        self.sign(_PROBE.format(self.kid).encode())

    @property
    def _file(self) -> str:
        return f"{self.name}.signer"

    def _refusal(self, what: str) -> RefusedError:
        message = f"The signer of {self.name} {what}; see that {self._file} names the program that holds this key."
        return RefusedError(message, signer=self.name)

    def __reduce__(self) -> str:
        raise TypeError("A signer is not copied into other processes or files; write it with format_signer.")


def parse_signer(raw: bytes, *, name: str, what: str, environment: Mapping[str, str]) -> ExternalSigner:
    """Return the signer that a file names.

    Args:
        raw: TOML with ``command``, ``jwk`` and, where it is not ten seconds, ``timeout``.
        name: of the key.
        what: the phrase for the file in a refusal.
        environment: that the program is to run in.

    Raises:
        MalformedError: it has other members, or one of them is not what it should be; the key as ``from_jwk``.
    """
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except ValueError as error:
        # The text is not repeated, as it may hold a PIN.
        raise MalformedError(f"The {what} is not TOML in UTF-8; mend it, or restore it from a copy.") from error
    if set(table) | {"timeout"} != {"command", "jwk", "timeout"}:
        raise MalformedError(f"The {what} does not give exactly command, jwk and perhaps timeout; mend it.")
    return make_signer(
        table["command"], PublicKey.from_jwk(table["jwk"], what=f"the {what}"), name=name, what=what,
        timeout=table.get("timeout", TIMEOUT), environment=environment,
    )  # fmt: skip


def make_signer(
    command: object, public: PublicKey, *, name: str, what: str, timeout: object, environment: Mapping[str, str]
) -> ExternalSigner:
    """Return the signer of a command and a public key.

    Raises:
        MalformedError: the command is no argument vector with an absolute path first, or the time is out of range.
    """
    if not isinstance(command, Sequence) or isinstance(command, str) or not 0 < len(command) <= ARGUMENTS_LIMIT:
        message = (
            f"The command of the {what} is not a list of 1 to {ARGUMENTS_LIMIT} texts; write program and arguments."
        )
        raise MalformedError(message)
    if not all(isinstance(one, str) and len(one) <= ARGUMENT_LIMIT and one.isprintable() for one in command):
        message = f"An argument of the {what} is not printable text of at most {ARGUMENT_LIMIT} characters; mend it."
        raise MalformedError(message)
    if not Path(command[0]).is_absolute():
        raise MalformedError(f"The program of the {what} is not named by its absolute path; write it from / on.")
    if type(timeout) is not int or not 1 <= timeout <= TIMEOUT_LIMIT:
        message = f"The timeout of the {what} is not a whole number of seconds from 1 to {TIMEOUT_LIMIT}; mend it."
        raise MalformedError(message)
    return ExternalSigner(name, public, tuple(command), timeout, environment)


def format_signer(signer: ExternalSigner) -> bytes:
    """Return the file of a signer; ``parse_signer`` is the inverse."""
    # What is printable is spelt alike in a JSON string and in a basic string of TOML.
    command = ", ".join(json.dumps(one, ensure_ascii=False) for one in signer.command)
    members = "".join(f"{name} = {json.dumps(value)}\n" for name, value in signer.public.jwk.items())
    return f"command = [{command}]\ntimeout = {signer.timeout}\n\n[jwk]\n{members}".encode()


class _Asked(NamedTuple):
    """What became of a question.

    Attributes:
        code: the exit code, negative for a signal; None where the program had to be ended.
        output: what it wrote, at most one byte more than was asked for.
        told: the beginning of its standard error.
        failure: why it could not be started, or None.
    """

    code: int | None
    output: bytes = b""
    told: bytes = b""
    failure: str | None = None


def _ask(command: Sequence[str], message: bytes, *, limit: int, timeout: int, environment: Mapping[str, str]) -> _Asked:
    """Run a program over a message, bounded in time and in output; one that is late is ended with its whole session."""
    try:
        # A session of its own, so that it is ended with all that it has started; it therefore has no terminal.
        process = subprocess.Popen(  # noqa: S603  # an argument vector, from a file that only its owner may write
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/",
            env=dict(environment), start_new_session=True, bufsize=0,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        return _Asked(None, failure=getattr(error, "strerror", None) or "it cannot be run")
    with _Conversation(process, message, limit=limit, until=time.monotonic() + timeout) as conversation:
        code = conversation.hold()
        return _Asked(code, bytes(conversation.output), bytes(conversation.told))


class _Conversation:
    """What is written to a program and read from it, until it ends, writes too much, or its time is over."""

    def __init__(self, process: "subprocess.Popen[bytes]", message: bytes, *, limit: int, until: float) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            broken = "a process that was started with three pipes lacks one"
            raise AssertionError(broken)
        self.output = bytearray()
        self.told = bytearray()
        self._process = process
        self._left = memoryview(message)
        self._limit = limit
        self._until = until
        self._stdin, self._stdout, self._stderr = process.stdin, process.stdout, process.stderr
        self._selector = selectors.DefaultSelector()
        for stream in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(stream.fileno(), False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End what still runs: its number is its own until it has been waited for."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._selector.close()
        for stream in (self._stdin, self._stdout, self._stderr):
            stream.close()
        self._process.wait()

    def hold(self) -> int | None:
        """Return the exit code; None where the program has to be ended, with one byte too many or late."""
        self._selector.register(self._stdin, selectors.EVENT_WRITE, self._write)
        self._selector.register(self._stdout, selectors.EVENT_READ, self._read)
        self._selector.register(self._stderr, selectors.EVENT_READ, self._listen)
        while self._stdout in self._selector.get_map():
            ready = self._selector.select(self._until - time.monotonic())
            for key, _ in ready:
                key.data()
            if len(self.output) > self._limit or time.monotonic() >= self._until:
                return None
        try:
            code = self._process.wait(max(0.0, self._until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None
        # What it said last may still be in the pipe; whoever else holds the pipe is not waited for.
        while self._stderr in self._selector.get_map() and len(self.told) < _TOLD_LIMIT and self._listen():
            pass
        return code

    def _write(self) -> None:
        try:
            written = os.write(self._stdin.fileno(), self._left[:_CHUNK])
        except BlockingIOError:
            return
        except BrokenPipeError:
            # It does not read to the end; its signature will tell whether it had to.
            written = len(self._left)
        self._left = self._left[written:]
        if not self._left:
            self._selector.unregister(self._stdin)
            self._stdin.close()

    def _read(self) -> None:
        raw = os.read(self._stdout.fileno(), self._limit + 1 - len(self.output))
        self.output += raw
        if not raw:
            self._selector.unregister(self._stdout)

    def _listen(self) -> bool:
        """Take what is on standard error; tell whether there was something."""
        try:
            raw = os.read(self._stderr.fileno(), _CHUNK)
        except BlockingIOError:
            return False
        self.told += raw[: _TOLD_LIMIT - len(self.told)]
        if not raw:
            self._selector.unregister(self._stderr)
        return bool(raw)


def _shown(told: bytes, command: Sequence[str]) -> str:
    """Return what a program said as one short printable line, without any of the arguments that it was given."""
    text = told.decode("utf-8", "replace")
    for argument in sorted(command[1:], key=len, reverse=True):
        # Shorter ones would take words apart; no PIN is as short.
        if len(argument) >= 4:
            text = text.replace(argument, _HIDDEN)
    line = "; ".join(part.strip() for part in text.splitlines() if part.strip())
    line = "".join(mark if mark.isprintable() else "?" for mark in line)
    return line if len(line) <= _SHOWN_LIMIT else f"{line[: _SHOWN_LIMIT - 1]}{_HIDDEN}"
