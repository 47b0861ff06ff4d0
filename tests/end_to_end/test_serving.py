"""The settings of a ledger checked whole, spans sent to a collector, and the files by which it is deployed."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ledger.cli.main import main
from ledger.errors import MalformedError, PledgerError, UsageError
from ledger.runtime.configuration import ENVIRONMENT, FILE, SET, check_configuration
from ledger.runtime.server import ServerSettings
from tests.end_to_end.served import House, served

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A ledger, served."""
    with served(tmp_path_factory.mktemp("serving"), with_figures=False) as one:
        yield one


@pytest.fixture
def directory(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of its configuration, to be changed, in an environment without settings."""
    for name in [name for name in os.environ if name.startswith("PLEDGER_")]:
        monkeypatch.delenv(name)
    (tmp_path / "pledger.toml").write_bytes((house.ledger.directory / "pledger.toml").read_bytes())
    return tmp_path


def add(directory: Path, text: str) -> None:
    """Add to the configuration."""
    path = directory / "pledger.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_every_setting_is_listed_with_where_it_came_from(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The environment wins over the file, and the file over what is usual (issue of the service, point 4)."""
    add(directory, "[serve]\nport = 9000\nburst = 7.5\n")
    monkeypatch.setenv("PLEDGER_SERVE_PORT", "9001")
    monkeypatch.setenv("PLEDGER_SERVE_ORIGINS", "https://a.example https://b.example")
    assert main(["config", "check", "--ledger", str(directory), "--json"]) == 0
    told = {one["name"]: (one["value"], one["from"]) for one in json.loads(capsys.readouterr().out)["settings"]}
    assert {name.removeprefix("serve.") for name in told if name.startswith("serve.")} == set(
        ServerSettings.model_fields
    )
    assert told["serve.port"] == ("9001", "environment")
    assert told["serve.burst"] == ("7.5", "file")
    assert told["serve.rate"] == ("200", "default")
    assert told["serve.origins"] == ("https://a.example https://b.example", "environment")
    assert told["origin"] == ("example.org/small", "file")


SECRETS = ("PLEDGER_PASSPHRASE", "PLEDGER_TOKEN", "PLEDGER_CENSUS_KEY", "PLEDGER_COMTRADE_KEY", "PLEDGER_USDA_KEY")


def test_secrets_are_not_shown(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """That it is set is said, and nothing else."""
    for name in SECRETS:
        monkeypatch.setenv(name, "hunter2-and-more")
    assert main(["config", "check", "--ledger", str(directory)]) == 0
    said = capsys.readouterr().out
    assert "hunter2" not in said
    assert said.count(SET) == len(SECRETS)


WRONG: dict[str, tuple[str, dict[str, str], type[PledgerError], str]] = {
    "a member that nothing reads": ("wittness = 1\n", {}, MalformedError, r"wittness .* \(is witness meant\?\)"),
    "a setting of the server that nothing reads": ("[serve]\nprot = 1\n", {}, MalformedError, r"\(is port meant\?\)"),
    "a variable that nothing reads": ("", {"PLEDGER_LEGDER": "x"}, UsageError, r"\(is PLEDGER_LEDGER meant\?\)"),
    "a variable of the server that nothing reads": (
        "", {"PLEDGER_SERVE_PROT": "1"}, UsageError, r"\(is PLEDGER_SERVE_PORT meant\?\)",
    ),
    "a name that is near to none": ("", {"PLEDGER_QQQQQQQQQQQQQQ": "1"}, UsageError, "is no setting; mend its name"),
    "a port that is none": ("[serve]\nport = 70000\n", {}, MalformedError, "port .*less than or equal to 65535"),
    "a port in words": ("", {"PLEDGER_SERVE_PORT": "http"}, MalformedError, "port .*cannot be used"),
    "no workers": ("[serve]\nworkers = 0\n", {}, MalformedError, "workers .*greater than or equal to 1"),
    "a collector that is no address": ('[serve]\ntelemetry = "collector"\n', {}, MalformedError, "telemetry"),
    "a store where there is none": ("", {"PLEDGER_STORE": "postgresql://a@b/c"}, UsageError, "PLEDGER_STORE is set"),
    "a password in the file": (
        'store = "postgresql://a:secret@b/c"\n', {}, MalformedError, "holds a password",
    ),
    "a witness without a key": ('[[witness]]\nurl = "https://w.example"\n', {}, MalformedError, "exactly url and vkey"),
    "no table at all": ("serve = 3\n", {}, MalformedError, "not a table"),
    "no configuration": ("= =\n", {}, MalformedError, "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_setting_is_refused_by_its_name(case: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that nothing reads is refused with the nearest that there is; a password is never repeated."""
    text, environment, error, sentence = WRONG[case]
    add(directory, text)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(error, match=sentence) as caught:
        check_configuration(directory)
    assert "secret@" not in caught.value.message


def test_every_setting_is_in_the_document() -> None:
    """docs/running.md has each member of the file and each variable, in the words of the program."""
    rows = dict(re.findall(r"(?m)^\| `([A-Za-z_]+)` \| (.*) \|$", (ROOT / "docs" / "running.md").read_text("utf-8")))
    assert {name: rows.get(name) for name in (*FILE, *ENVIRONMENT)} == {**FILE, **ENVIRONMENT}


class Collector:
    """A collector that keeps what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.came = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the library's name
                raw = self.rfile.read(int(self.headers["content-length"]))
                outer.bodies.append(gzip.decompress(raw) if self.headers.get("content-encoding") == "gzip" else raw)
                outer.paths = self.path
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()
                outer.came.set()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
                """Say nothing."""

        self.paths = ""
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


def test_spans_go_to_the_collector_without_what_was_asked(tmp_path: Path) -> None:
    """Method, route, status and trace; no path, query, token or address. They leave by its end."""
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra telemetry is not installed")
    collector = Collector()
    url = f"http://127.0.0.1:{collector.server.server_port}"
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    with served(tmp_path, with_figures=False, telemetry=url) as house:
        headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "authorization": "Bearer hidden"}
        assert house.client.get("/v1/entries/1?secret=query", headers=headers).status_code == 401
    assert collector.came.wait(20)
    collector.server.shutdown()
    collector.server.server_close()
    sent = b"".join(collector.bodies)
    assert collector.paths == "/v1/traces"
    assert bytes.fromhex(trace) in sent
    assert b"GET /v1/entries/{entry}" in sent
    for hidden in (b"secret", b"hidden", b"/v1/entries/1", b"testclient"):
        assert hidden not in sent


def test_collector_that_does_not_answer_keeps_nobody_from_answering(tmp_path: Path) -> None:
    """What cannot be sent is let go."""
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra telemetry is not installed")
    with served(tmp_path, with_figures=False, telemetry="http://127.0.0.1:9") as house:
        assert house.client.get("/healthz").status_code == 200


def test_unit_and_container_run_what_there_is() -> None:
    """They name commands that exist, a user without rights, the signal that finishes the batch, and no registry."""
    unit = (ROOT / "deploy" / "pledger.service").read_text(encoding="utf-8")
    image = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    assert "pledger config check" in unit
    assert "pledger serve" in unit
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "KillSignal=SIGTERM"):
        assert line in unit.splitlines()
    assert set(re.findall(r"(?m)^FROM (\S+)", image)) == {"${BASE}"}
    bases = re.findall(r"(?m)^ARG BASE=(\S+)", image)
    assert len(bases) == 1
    assert all(re.fullmatch(r"[a-z]+:[a-z0-9.-]+", base) for base in bases)
    assert "--require-hashes" in image
    assert re.search(r"(?m)^USER pledger$", image)
    assert 'CMD ["serve"]' in image


def test_unit_is_read_without_complaint_and_leaves_little_exposed(tmp_path: Path) -> None:
    """Systemd itself reads the unit, all but the program that is not there, and finds little that it could still do."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("there is no systemd-analyze on this system (Debian: apt install systemd)")
    unit = (ROOT / "deploy" / "pledger.service").read_text(encoding="utf-8")
    here = tmp_path / "pledger.service"
    here.write_text(unit.replace("/opt/pledger/bin/pledger", sys.executable), encoding="utf-8")
    done = subprocess.run([verify, "verify", "--man=no", here], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "pledger" in line]) == (0, [])
    words = [verify, "security", "--offline=yes", "--threshold=20", str(here)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "Overall exposure level" in done.stdout, done.stderr
    # Of a hundred, as it counts them: 13 with the network that a server is for.
    assert done.returncode == 0, done.stdout[-200:]


def test_image_gets_what_is_copied_and_neither_keys_nor_ledgers() -> None:
    """What lies in the checkout besides the program stays out of what a builder is sent."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert let_in == {"LICENSE", "NOTICE", "README.md", "pyproject.toml", "requirements.lock", "ledger"}
    assert all((ROOT / name).exists() for name in let_in)
