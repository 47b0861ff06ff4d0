"""``pledger`` that is there at once: a process has the command's modules in memory, and forks itself for each command.

A test that runs many commands of a document in a shell would mostly wait for the same modules to be read again. Here
each command still is a process of its own, with its caller's arguments, folder, environment and streams, run by the
same ``main``. A server is better started as it is: this one cannot be signalled.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOM = "commands"
LIMIT = 1 << 20
"""Bytes of what a caller says: its arguments, folder and environment."""

CALLER = """\
#!{python} -IES
import array, json, os, socket, sys
with socket.socket(socket.AF_UNIX) as one:
    one.connect({room!r})
    said = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    one.sendmsg([b"%08d" % len(said)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
    one.sendall(said)
    sys.exit(int(one.recv(4) or b"70"))
"""


@contextmanager
def warm(binaries: Path) -> Iterator[None]:
    """Put a ``pledger`` into a folder, and keep behind it what it asks, until the end."""
    # The path of a socket is short, wherever the test's folder is: both sides name it from here.
    room = binaries / ROOM
    caller = binaries / "pledger"
    caller.write_text(CALLER.format(python=sys.executable, room=str(room)), encoding="utf-8")
    caller.chmod(0o755)
    environment = {name: said for name, said in os.environ.items() if not name.startswith("PLEDGER_")}
    with subprocess.Popen([sys.executable, __file__, str(room)], env=environment | {"LC_ALL": "C.UTF-8"}) as process:
        try:
            for _ in range(1200):
                if room.exists() or process.poll() is not None:
                    break
                time.sleep(0.05)
            assert room.exists(), "the process behind pledger did not come up"
            yield
        finally:
            process.kill()


def serve(room: str) -> None:
    """Answer callers for ever, each in a process of its own."""
    from ledger.cli.main import main

    for name in ("ledger.runtime", "ledger.service.determine", "ledger.store.columns", "ledger.report.html"):
        with contextlib.suppress(ImportError):
            __import__(name)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(f"{room}.new")
        door.listen()
        Path(f"{room}.new").rename(room)
        while True:
            caller, _ = door.accept()
            if os.fork() == 0:
                door.close()
                # Nobody waits for this one: who does is the process that it forks, whose children are its own.
                if os.fork() == 0:
                    answer(caller, main)
                os._exit(0)
            caller.close()
            os.wait()


def answer(caller: socket.socket, main: object) -> None:
    """Run one command as its caller, say how it ended, and end."""
    raw, streams, _, _ = socket.recv_fds(caller, 8, 3)
    said = b""
    while len(said) < int(raw):
        said += caller.recv(LIMIT)
    arguments, folder, environment = json.loads(said)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # Streams remember what they were opened on, a file perhaps, where now a pipe is.
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    sys.argv = ["pledger", *arguments]
    code = 70
    try:
        code = main(arguments)  # type: ignore[operator]
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        caller.sendall(str(code).encode())
        os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
