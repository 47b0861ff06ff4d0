"""Driver of OpenSSL's command line: ``pkeyutl`` for the log's Ed25519 signature, ``ts`` for timestamps.

It knows no notes, so the lines of a checkpoint are read here, as C2SP signed-note lays them out.
"""

import base64
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.strangers.python.line import Rejected, absent, check, read_keys, serve

NAME = "OpenSSL"

OPENSSL = shutil.which("openssl")
if OPENSSL is None:
    absent(NAME, FileNotFoundError("openssl is not on the path"))
    sys.exit(0)

SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before an Ed25519 key in DER (RFC 8410)."""


def run(*arguments: str) -> None:
    """Run it, and reject what it rejects."""
    done = subprocess.run([str(OPENSSL), *arguments], capture_output=True, text=True, errors="replace", check=False)
    check(done.returncode == 0, (done.stdout + done.stderr).strip())


def judge_checkpoint(words: Sequence[str]) -> None:
    """Judge the log's Ed25519 signature under a checkpoint."""
    keys, path = words
    (key,) = read_keys(keys, 1)
    text, blank, lines = Path(path).read_bytes().decode().rpartition("\n\n")
    check(blank and lines.endswith("\n"), "not a note")
    signed = False
    for line in lines[:-1].split("\n"):
        dash, name, encoded = line.split(" ")
        check(dash == "—", "not a signature line")
        value = base64.b64decode(encoded, validate=True)
        if name != key.name or value[:4] != key.id:
            continue
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder, one) for one in ("key", "signature", "text")]
            for file, raw in zip(files, (SPKI + key.raw, value[4:], f"{text}\n".encode()), strict=True):
                file.write_bytes(raw)
            names = [str(file) for file in files]
            run("pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", names[0], "-rawin", "-in", names[2],
                "-sigfile", names[1])  # fmt: skip
        signed = True
    if not signed:
        raise Rejected("the log did not sign")


def judge_timestamp(words: Sequence[str]) -> None:
    """Judge a timestamp of some bytes by the root of its authority."""
    root, stamp, data = words
    run("ts", "-verify", "-in", stamp, "-data", data, "-CAfile", root)


VERSION = (
    subprocess.run([OPENSSL, "version"], capture_output=True, text=True, check=False).stdout.split(" (")[0].strip()
)
serve(NAME, [VERSION], ["1"], {"checkpoint": judge_checkpoint, "timestamp": judge_timestamp})
