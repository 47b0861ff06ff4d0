"""Timestamps from a real authority: OpenSSL's, asked over HTTP; kept, shown, carried, and verified by a stranger.

The authority's certificate begins in 2025 and its clock is the machine's, so no test depends on what day it is: the
ledgers here are dated 2026-01-02 by their own fixed clock, and what a timestamp says is compared with what OpenSSL
itself reads out of the token.
"""

import hashlib
import io
import json
import re
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.audit.archive import open_archive
from ledger.cli.main import main
from ledger.errors import MalformedError, NotFoundError, UnavailableError
from ledger.remote import timestamp as remote
from ledger.remote.server import Server
from ledger.remote.timestamp import QUERY_TYPE, ask_timestamp
from ledger.runtime import Ledger, init, open_ledger
from ledger.service.software import rendering_software
from ledger.service.stamp import Asked
from ledger.store.stamped import StampedDirectory
from ledger.tlog.checkpoint import parse_checkpoint
from ledger.tlog.note import parse_note
from ledger.tlog.timestamp import TIMESTAMP_LIMIT, format_request, imprint
from ledger.tlog.witness import Answer as HttpAnswer
from tests.end_to_end.small import START, drafts, fixed_keys, position
from tests.unit.tlog.stamping import Answer, certificate, pem, root, stamp

pytest.importorskip("rfc3161_client", reason="the extra timestamp is not installed")
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here to be the authority")

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {0}/serial
signer_cert = {0}/tsa.pem
signer_key = {0}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
other_policies = 1.3.6.1.4.1.99999.2
digests = sha256
accuracy = secs:2
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[req]
distinguished_name = name
[name]
[stamping]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


def openssl(*arguments: str | Path, given: bytes = b"") -> bytes:
    """Return what OpenSSL writes."""
    done = subprocess.run(["openssl", *map(str, arguments)], input=given, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of an authority: its root, its key and certificate, its configuration."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "cnf").write_text(CONFIG.format(folder), "utf-8")
    (folder / "serial").write_text("01\n", "ascii")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    config = ("-config", folder / "cnf")
    openssl("req", "-x509", *curve, *config, "-keyout", folder / "ca.key", "-out", folder / "ca.pem", "-days", "9000",
            "-subj", "/CN=Root of time")  # fmt: skip
    openssl("req", *curve, *config, "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr", "-subj", "/CN=Clock")
    openssl("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
            "-set_serial", "7", "-days", "8000", "-extfile", folder / "cnf", "-extensions", "stamping",
            "-out", folder / "tsa.pem")  # fmt: skip
    return folder


def reply(authority: Path, request: bytes, *options: str | Path) -> bytes:
    """Return what the authority answers."""
    query = authority / f"query-{hashlib.sha256(request).hexdigest()[:16]}"
    query.write_bytes(request)
    return openssl("ts", "-reply", "-config", authority / "cnf", "-queryfile", query, *options)


Handle = Callable[[str, str, bytes], HttpAnswer]


@contextmanager
def answering(handle: Handle) -> Iterator[str]:
    """Give the address at which something answers."""
    with Server(("127.0.0.1", 0), handle, limit=1 << 16) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"{server.url}/stamp"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def keeping_time(authority: Path, *options: str | Path) -> Iterator[str]:
    """Give the address at which the authority answers."""

    def handle(method: str, path: str, body: bytes) -> HttpAnswer:
        assert (method, path) == ("POST", "/stamp")
        return HttpAnswer(200, "application/timestamp-reply", reply(authority, body, *options))

    with answering(handle) as url:
        yield url


def configured(directory: Path, authority: Path, *urls: str, policy: str = "") -> Ledger:
    """Return a ledger that has its checkpoints stamped by authorities at these addresses."""
    init(directory, origin="example.org/small", at=lambda: START, make_key=fixed_keys()).close()
    shutil.copy(authority / "ca.pem", directory / "tsa-root.pem")
    path = directory / "pledger.toml"
    tables = [
        f'[[timestamp]]\nurl = "{url}"\nroot = "tsa-root.pem"\nname = "clock{number}"\n{policy}'
        for number, url in enumerate(urls, start=1)
    ]
    path.write_text(path.read_text("utf-8") + "".join(tables), "utf-8")
    return open_ledger(directory, at=lambda: START)


def read_time(token: Path) -> str:
    """Return the time in an answer, to the second, as OpenSSL reads it."""
    said = openssl("ts", "-reply", "-in", token, "-text").decode()
    found = re.search(r"Time stamp: (\w+) +(\d+) ([\d:]+)\S* (\d+) GMT", said)
    assert found is not None, said
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].index(found[1]) + 1
    return f"{found[4]}-{month:02d}-{int(found[2]):02d}T{found[3]}Z"


def answered(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Return what a command answered with --json."""
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


# --- asking and keeping -----------------------------------------------------------------------------------------------


def test_checkpoint_is_stamped_after_publication_and_openssl_agrees(tmp_path: Path, authority: Path) -> None:
    """What is recorded is stamped; what is kept is what any tool verifies, over the checkpoint's text (decision 12)."""
    with keeping_time(authority) as url, configured(tmp_path / "ledger", authority, url) as ledger:
        ledger.record(drafts())
        head = ledger.head()
    token = tmp_path / "ledger" / "stamped" / f"{head.size:019d}-clock1.tsr"
    (tmp_path / "text").write_bytes(parse_note(head.checkpoint).text)
    openssl("ts", "-verify", "-in", token, "-data", tmp_path / "text", "-CAfile", authority / "ca.pem")
    assert token.stat().st_mode & 0o777 == 0o644
    (tmp_path / "text").write_bytes(parse_note(head.checkpoint).text + b"more")
    with pytest.raises(AssertionError, match="message imprint mismatch"):
        openssl("ts", "-verify", "-in", token, "-data", tmp_path / "text", "-CAfile", authority / "ca.pem")


def test_openssl_reads_what_is_asked(tmp_path: Path) -> None:
    """A request of ours is one to OpenSSL, nonce, policy and all (RFC 3161 §2.4.1)."""
    (tmp_path / "query").write_bytes(format_request(bytes(32), nonce=2**63 - 1, policy="1.3.6.1.4.1.99999.2"))
    said = openssl("ts", "-query", "-in", tmp_path / "query", "-text").decode()
    assert "Hash Algorithm: sha256" in said
    assert "Nonce: 0x7FFFFFFFFFFFFFFF" in said
    assert "Policy OID: 1.3.6.1.4.1.99999.2" in said
    assert "Certificate required: yes" in said


def test_two_certificates_in_whatever_order_are_read(tmp_path: Path, authority: Path) -> None:
    """OpenSSL sends certificates as they come, and the library wants them sorted; both are satisfied."""
    chain = ("-chain", authority / "ca.pem")
    with keeping_time(authority, *chain) as url, configured(tmp_path / "ledger", authority, url) as ledger:
        (asked,) = ledger.stamp()
    assert asked.reply == "stamped", asked.sentence
    raw = (tmp_path / "ledger" / "stamped" / f"{2:019d}-clock1.tsr").read_bytes()
    assert raw.count(b"Root of time") > 2


def test_policy_is_asked_for_and_has_to_be_given(tmp_path: Path, authority: Path) -> None:
    """An authority that is configured with a policy stamps under it, or what it gives is not kept."""
    policy = 'policy = "1.3.6.1.4.1.99999.2"\n'
    with keeping_time(authority) as url, configured(tmp_path / "ledger", authority, url, policy=policy) as ledger:
        (asked,) = ledger.stamp()
        assert asked.timestamp is not None
        assert asked.timestamp.policy == "1.3.6.1.4.1.99999.2"
    other = 'policy = "1.2.3"\n'
    with keeping_time(authority) as url, configured(tmp_path / "other", authority, url, policy=other) as ledger:
        (asked,) = ledger.stamp()
    assert asked.reply == "refused"
    assert "no timestamp" in asked.sentence
    assert StampedDirectory(tmp_path / "other" / "stamped").held() == ()


def test_authority_that_is_down_loses_nothing_and_is_asked_again(tmp_path: Path, authority: Path) -> None:
    """The entries stand and their receipts are given; the word of the authority is got later (issue of the log, 2)."""
    with answering(lambda *_: HttpAnswer(503, "text/plain", b"busy")) as url:
        ledger = configured(tmp_path / "ledger", authority, url)
        with ledger:
            receipts = ledger.record(drafts())
            (asked,) = ledger.stamp()
    assert len(receipts) == 4
    assert (asked.reply, asked.timestamp) == ("unavailable", None)
    assert "answered 503" in asked.sentence
    path = tmp_path / "ledger" / "pledger.toml"
    with keeping_time(authority) as again:
        path.write_text(path.read_text("utf-8").replace(url, again), "utf-8")
        with open_ledger(tmp_path / "ledger", at=lambda: START) as ledger:
            assert [one.reply for one in ledger.stamp()] == ["stamped"]
            assert [one.reply for one in ledger.stamp()] == ["kept"]


def test_what_one_authority_gives_is_kept_while_another_lies(tmp_path: Path, authority: Path) -> None:
    """Each is asked for itself; a stamp by somebody else's clock is refused and not kept."""

    def lie(_method: str, _path: str, body: bytes) -> HttpAnswer:
        digest = body[body.index(b"\x04\x20") + 2 :][:32]
        return HttpAnswer(200, "application/timestamp-reply", stamp(digest, nonce=None))

    with (
        keeping_time(authority) as url,
        answering(lie) as liar,
        configured(tmp_path / "ledger", authority, url, liar) as ledger,
    ):
        honest, lying = ledger.stamp()
        assert (honest.reply, lying.reply) == ("stamped", "refused")
        assert StampedDirectory(tmp_path / "ledger" / "stamped").held() == ((2, "clock1"),)


def test_timestamp_is_written_once(tmp_path: Path) -> None:
    """What is kept of an authority for a size stays, whoever comes later (design §2.5)."""
    kept = StampedDirectory(tmp_path / "stamped")
    assert (kept.held(), kept.get(7, "tsa"), kept.roots()) == ((), None, ())
    assert kept.keep(7, "tsa", b"first") == b"first"
    assert kept.keep(7, "tsa", b"second") == b"first"
    assert kept.keep(12, "tsa-2.example", b"other") == b"other"
    assert kept.keep_root("tsa", b"root") == b"root"
    assert kept.keep_root("tsa", b"other") == b"root"
    (tmp_path / "stamped" / ".new-broken").write_bytes(b"half")
    (tmp_path / "stamped" / "notes.txt").write_bytes(b"mine")
    assert kept.held() == ((7, "tsa"), (12, "tsa-2.example"))
    assert (kept.roots(), kept.root("tsa"), kept.root("tsa-2.example")) == (("tsa",), b"root", None)


def test_place_that_cannot_be_read_or_written_is_unavailable(tmp_path: Path) -> None:
    """A directory that is none is a sentence, not a foreign exception."""
    (tmp_path / "file").write_bytes(b"")
    kept = StampedDirectory(tmp_path / "file")
    assert kept.held() == ()
    with pytest.raises(UnavailableError, match="cannot be written"):
        kept.keep(1, "tsa", b"x")


@pytest.mark.parametrize(("size", "is_read"), [(TIMESTAMP_LIMIT, True), (TIMESTAMP_LIMIT + 1, False)])
def test_answer_is_read_up_to_its_limit(size: int, is_read: bool) -> None:
    """A byte more than a timestamp may have is no answer."""
    with answering(lambda *_: HttpAnswer(200, "application/timestamp-reply", bytes(size))) as url:
        if is_read:
            assert ask_timestamp(url, b"query") == bytes(size)
        else:
            with pytest.raises(UnavailableError, match="longer than"):
                ask_timestamp(url, b"query")


def test_authority_is_asked_as_the_specification_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request goes out as application/timestamp-query (RFC 3161 §3.4), to the path of the address."""
    seen: list[object] = []

    def exchange(parts: object, method: str, path: str, body: bytes, **bounds: object) -> HttpAnswer:
        seen.extend((method, path, body, bounds["kind"]))
        return HttpAnswer(200, "", b"answer")

    monkeypatch.setattr(remote, "exchange", exchange)
    assert ask_timestamp("http://time.example", b"query") == b"answer"
    assert seen == ["POST", "/", b"query", QUERY_TYPE]
    with pytest.raises(MalformedError, match="address of a time-stamping authority"):
        ask_timestamp("ftp://time.example", b"query")


# --- configuration ----------------------------------------------------------------------------------------------------

BROKEN = {
    "no root": ('url = "http://a.example"', "url and root"),
    "no address": ('root = "r.pem"', "url and root"),
    "a stranger": ('url = "http://a.example"\nroot = "r.pem"\nkey = "k"', "url and root"),
    "a number": ('url = "http://a.example"\nroot = 5', "url and root"),
    "a name that is a number": ('url = "http://a.example"\nroot = "r.pem"\nname = 5', "url and root"),
    "a name that no file has": (
        'url = "http://a.example"\nroot = "r.pem"\nname = "../a"',
        "does not name an authority",
    ),
    "an address without a host": ('url = "http:///x"\nroot = "r.pem"', "address of a time-stamping authority"),
    "a host that names no file": ('url = "http://[::1]/"\nroot = "r.pem"', "does not name an authority"),
    "a policy that is none": ('url = "http://a.example"\nroot = "r.pem"\npolicy = "gold"', "object identifier"),
    "one name twice": (
        'url = "http://a.example"\nroot = "r.pem"\n[[timestamp]]\nurl = "http://a.example/2"\nroot = "r.pem"',
        "have one name",
    ),
}


@pytest.mark.parametrize(("table", "reason"), BROKEN.values(), ids=BROKEN)
def test_broken_configuration_is_one_sentence(tmp_path: Path, table: str, reason: str) -> None:
    """A [[timestamp]] gives url and root, and name and policy where they are wanted."""
    init(tmp_path / "ledger", origin="example.org/small", at=lambda: START, make_key=fixed_keys()).close()
    path = tmp_path / "ledger" / "pledger.toml"
    path.write_text(f"{path.read_text('utf-8')}[[timestamp]]\n{table}\n", "utf-8")
    with pytest.raises(MalformedError, match=reason):
        open_ledger(tmp_path / "ledger", at=lambda: START)


def test_root_that_is_not_there_is_said_and_stops_no_publication(tmp_path: Path, authority: Path) -> None:
    """Entries are published all the same; whoever asks for a timestamp is told which file is missing."""
    with configured(tmp_path / "ledger", authority, "http://127.0.0.1:9/") as ledger:
        (tmp_path / "ledger" / "tsa-root.pem").unlink()
        assert len(ledger.record(drafts())) == 4
        with pytest.raises(NotFoundError, match=r"tsa-root\.pem"):
            ledger.stamp()


def test_name_is_that_of_the_host_where_none_is_given(tmp_path: Path, authority: Path) -> None:
    """Without a name an authority is called as its host is."""
    with configured(tmp_path / "ledger", authority) as ledger:
        path = tmp_path / "ledger" / "pledger.toml"
    path.write_text(path.read_text("utf-8") + '[[timestamp]]\nurl = "http://Time.Example/s"\nroot = "tsa-root.pem"\n')
    with open_ledger(tmp_path / "ledger", at=lambda: START) as ledger:
        assert [one.name for one in ledger.timestamps] == ["time.example"]


# --- what is shown ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory, authority: Path) -> Path:
    """Give a ledger that is stamped at 2 and at 7 entries, and not at 6; it is only read."""
    directory = tmp_path_factory.mktemp("stamped") / "ledger"
    with keeping_time(authority) as url, configured(directory, authority, url) as ledger:
        ledger.stamp()
        lines = (directory / "pledger.toml").read_text("utf-8")
        (directory / "pledger.toml").write_text(lines.split("[[timestamp]]")[0], "utf-8")
        with open_ledger(directory, at=lambda: START) as silent:
            silent.record(drafts())
        (directory / "pledger.toml").write_text(lines, "utf-8")
        ledger.record(position(1))
    return directory


def test_entry_is_dated_by_the_first_stamped_checkpoint_over_it(stamped: Path) -> None:
    """Entry 0 by the stamp at 2 entries, the pledge by that at 7, and each after the checkpoint its author had seen."""
    with open_ledger(stamped, at=lambda: START) as ledger:
        charter, key, pledge, last = (ledger.interval(index) for index in (0, 1, 5, 6))
    assert [one.dates[0].size for one in (charter, key, pledge, last)] == [2, 2, 7, 7]
    for size, interval in ((2, charter), (7, pledge)):
        (dated,) = interval.dates
        assert dated.at == read_time(stamped / "stamped" / f"{size:019d}-clock1.tsr")
        assert (dated.kind, dated.name, dated.accuracy, dated.signer) == ("timestamp", "clock1", "2", "CN=Clock")
    assert charter.floor is None
    assert (key.floor.basis, key.floor.size) == ("genesis", 1) if key.floor else False
    assert (pledge.floor.basis, pledge.floor.size) == ("anchor", 2) if pledge.floor else False
    assert (last.floor.basis, last.floor.size) == ("anchor", 6) if last.floor else False
    assert pledge.received == START
    assert pledge.is_received_inside is (pledge.dates[0].not_after >= START)


def test_log_show_prints_the_interval(stamped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each bound stands with whose word it is, in text and as data."""
    assert main(["log", "show", "5", "--ledger", str(stamped)]) == 0
    text = capsys.readouterr().out
    time = read_time(stamped / "stamped" / f"{7:019d}-clock1.tsr")
    assert f"not before: {START} by the operator's word; its author had seen the checkpoint of 2 entries" in text
    assert "by the time-stamping authority clock1, within 2 s, over 7 entries" in text
    assert "received:   " in text
    assert main(["log", "show", "5", "--ledger", str(stamped), "--json"]) == 0
    interval = answered(capsys)["interval"]
    assert isinstance(interval, dict)
    assert (interval["not_before"]["basis"], interval["not_before"]["by"]) == ("anchor", "operator")
    assert (interval["not_after"]["at"], interval["not_after"]["accuracy"]) == (time, "2")
    assert interval["received_inside"] is (time >= START)


def test_unstamped_entry_is_shown_as_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nobody but the operator has dated an entry, that is what is printed."""
    init(tmp_path / "ledger", origin="example.org/small", at=lambda: START, make_key=fixed_keys()).close()
    assert main(["log", "show", "0", "--ledger", str(tmp_path / "ledger")]) == 0
    text = capsys.readouterr().out
    assert "not before: unknown" in text
    assert "not after:  unknown; nobody but the operator has dated it" in text


def test_damaged_timestamp_dates_nothing(stamped: Path, tmp_path: Path) -> None:
    """A file that was changed is no word of anybody; the next one over the entry counts."""
    copy = tmp_path / "ledger"
    shutil.copytree(stamped, copy)
    path = copy / "stamped" / f"{2:019d}-clock1.tsr"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with open_ledger(copy, at=lambda: START) as ledger:
        assert [one.size for one in ledger.interval(0).dates] == [7]


def test_log_stamp_answers_with_what_each_said(
    tmp_path: Path, authority: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 0 where all have stamped, 1 where one has not, 2 where there is none to ask."""
    with keeping_time(authority) as url:
        configured(tmp_path / "ledger", authority, url, "http://127.0.0.1:9/").close()
        assert main(["log", "stamp", "--ledger", str(tmp_path / "ledger"), "--json"]) == 1
    document = answered(capsys)
    assert document["stamped"] == {"k": 1, "n": 2}
    asked = document["asked"]
    assert isinstance(asked, list)
    assert [(one["name"], one["reply"]) for one in asked] == [("clock1", "stamped"), ("clock2", "unavailable")]
    assert asked[0]["not_after"] > asked[0]["at"]
    assert asked[1]["at"] is None
    init(tmp_path / "none", origin="example.org/small", at=lambda: START, make_key=fixed_keys()).close()
    assert main(["log", "stamp", "--ledger", str(tmp_path / "none")]) == 2
    assert "add a [[timestamp]]" in capsys.readouterr().err


# --- bundles ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundle(stamped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the bundle of an audit in the stamped ledger."""
    path = tmp_path_factory.mktemp("bundle") / "audit.zip"
    assert main(["audit", "grain", "--as-of", "2026-01-02", "--ledger", str(stamped), "-o", str(path)]) == 0
    return path


def verified(bundle: Path, capsys: pytest.CaptureFixture[str], *options: str | Path) -> tuple[int, dict[str, object]]:
    """Return exit code and answer of pledger verify."""
    capsys.readouterr()
    code = main(["verify", str(bundle), "--json", *map(str, options)])
    return code, answered(capsys)


def rewritten(bundle: Path, path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Return the bundle with other members, and a manifest that lists them as they are."""
    from ledger.audit.archive import part_of
    from ledger.audit.bundle import MANIFEST, format_bundle, parse_manifest

    with bundle.open("rb") as file:
        archive = open_archive(file)
        members = {one.name: archive.read(one.name) for one in archive.members}
    software = parse_manifest(members.pop(MANIFEST)).software
    change(members)
    sink = io.BytesIO()
    format_bundle([part_of(name, raw) for name, raw in members.items()], sink, software=software)
    path.write_bytes(sink.getvalue())
    return path


def test_bundle_carries_the_timestamps_that_date_it(bundle: Path, authority: Path) -> None:
    """The one over its checkpoint, those that date entries of the audit first, and the root of their authority."""
    with zipfile.ZipFile(bundle) as archive:
        names = [name for name in archive.namelist() if name.startswith("timestamps/")]
        assert names == [f"timestamps/{2:019d}-clock1.tsr", f"timestamps/{7:019d}-clock1.tsr", "timestamps/clock1.pem"]
        assert archive.read("timestamps/clock1.pem") == (authority / "ca.pem").read_bytes()


def test_bundle_made_twice_is_the_same_bytes(bundle: Path, stamped: Path, tmp_path: Path) -> None:
    """From one state of the ledger there is one bundle, timestamps included (style §6)."""
    again = tmp_path / "audit.zip"
    assert main(["audit", "grain", "--as-of", "2026-01-02", "--ledger", str(stamped), "-o", str(again)]) == 0
    assert again.read_bytes() == bundle.read_bytes()


def test_stranger_verifies_timestamps_by_a_root_of_his_own(
    bundle: Path, stamped: Path, authority: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --tsa on the word of that root, without it on the bundle's own, self-declared (step 13)."""
    time = read_time(stamped / "stamped" / f"{7:019d}-clock1.tsr")
    for options, word in (((), "self-declared"), (("--tsa", authority / "ca.pem"), "given")):
        code, document = verified(bundle, capsys, *options)
        assert (code, document["findings"]) == (0, [])
        dating = document["dating"]
        assert isinstance(dating, dict)
        assert dating["roots"] == word
        assert dating["checkpoint"]["not_after"]["at"] == time
        assert dating["checkpoint"]["not_before"]["basis"] == "entry"
        sizes = {one["entry"]: one["not_after"]["size"] for one in dating["entries"]}
        assert sizes == {0: 2, 1: 2, 2: 7, 3: 7, 4: 7, 5: 7, 6: 7}
    assert main(["verify", str(bundle), "--tsa", str(authority / "ca.pem")]) == 0
    text = capsys.readouterr().out
    assert f"Checkpoint, not before: {START} by the operator's word; it covers entry 6" in text
    assert "Checkpoint, not after:" in text
    assert "by the root of the time-stamping authority that you gave" in text


def test_root_of_another_authority_dates_nothing_and_accuses_nobody(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A verifier who trusts another clock learns that; the bundle is as sound as before."""
    (tmp_path / "other.pem").write_bytes(pem(root()))
    code, document = verified(bundle, capsys, "--tsa", tmp_path / "other.pem")
    assert code == 0
    assert "timestamps: clock1 over 7 entries, for which no root that you gave vouches" in str(document["not_checked"])
    dating = document["dating"]
    assert isinstance(dating, dict)
    assert dating["checkpoint"]["not_after"] is None
    (tmp_path / "none.pem").write_bytes(b"no certificate")
    assert main(["verify", str(bundle), "--tsa", str(tmp_path / "none.pem")]) == 3


SEVEN, TWO, ROOT = f"timestamps/{7:019d}-clock1.tsr", f"timestamps/{2:019d}-clock1.tsr", "timestamps/clock1.pem"


def swapped(members: dict[str, bytes]) -> None:
    """Put each timestamp in the place of the other."""
    members[TWO], members[SEVEN] = members[SEVEN], members[TWO]


def rootless(members: dict[str, bytes]) -> None:
    """Leave the root out."""
    del members[ROOT]


FORGED: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "the timestamp of another size": (swapped, "timestamp.unverified"),
    "a byte of a signature": (
        lambda members: members.update({SEVEN: members[SEVEN][:-1] + bytes([members[SEVEN][-1] ^ 1])}),
        "timestamp.unverified",
    ),
    "no timestamp at all": (lambda members: members.update({SEVEN: b"now"}), "timestamp.unverified"),
    "a byte too many": (
        lambda members: members.update({SEVEN: bytes(TIMESTAMP_LIMIT + 1)}), "timestamp.unverified",
    ),
    "a size beyond the checkpoint": (
        lambda members: members.update({f"timestamps/{8:019d}-clock1.tsr": members[SEVEN]}), "timestamp.size",
    ),
    "the size nought": (
        lambda members: members.update({f"timestamps/{0:019d}-clock1.tsr": members[SEVEN]}), "timestamp.size",
    ),
    "another's root": (lambda members: members.update({ROOT: pem(root())}), "timestamp.unverified"),
    "a root that is none": (lambda members: members.update({ROOT: b"root"}), "timestamp.root"),
    "a root that is missing": (rootless, "timestamp.root"),
    "a root for nothing": (
        lambda members: members.update({"timestamps/other.pem": members[ROOT]}), "timestamp.surplus",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "code"), FORGED.values(), ids=FORGED)
def test_forged_timestamp_makes_a_bundle_unsound(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, bytes]], None], code: str,
) -> None:  # fmt: skip
    """Whatever is wrong with a timestamp is found by its code, and dates nothing (step 13)."""
    status, document = verified(rewritten(bundle, tmp_path / "forged.zip", change), capsys)
    findings = document["findings"]
    assert isinstance(findings, list)
    assert status == 1
    assert code in {one["code"] for one in findings}
    assert {one["step"] for one in findings} == {13}


@pytest.mark.parametrize(("limit", "codes"), [(2, set()), (1, {"timestamp.surplus"})])
def test_number_of_timestamps_is_bounded(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], limit: int, codes: set[str]
) -> None:
    """As many as the limit are read; one more is a finding, and is not read."""
    monkeypatch.setattr("ledger.audit.check.timestamp.TIMESTAMPS_LIMIT", limit)
    findings = verified(bundle, capsys)[1]["findings"]
    assert isinstance(findings, list)
    assert {one["code"] for one in findings} == codes


def test_timestamp_by_another_clock_is_found_by_a_root_that_is_given(
    bundle: Path, authority: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operator that makes a clock of its own, with a root beside it, deceives nobody who brings the true root."""

    def forge(members: dict[str, bytes]) -> None:
        digest = imprint(parse_checkpoint(parse_note(members["checkpoint"]).text))
        members[SEVEN] = stamp(digest, nonce=None, signer=certificate("TSA"))
        members[ROOT] = pem(root())
        del members[TWO]

    forged = rewritten(bundle, tmp_path / "forged.zip", forge)
    code, document = verified(forged, capsys)
    dating = document["dating"]
    assert isinstance(dating, dict)
    assert (code, dating["roots"], dating["checkpoint"]["not_after"]["at"]) == (
        0, "self-declared", "2026-03-01T12:00:00Z",
    )  # fmt: skip
    code, document = verified(forged, capsys, "--tsa", authority / "ca.pem")
    dating = document["dating"]
    assert isinstance(dating, dict)
    assert dating["checkpoint"]["not_after"] is None
    assert "for which no root that you gave vouches" in str(document["not_checked"])


def test_without_the_extra_timestamps_are_listed_as_not_checked(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the library is missing, that and what to install is said; the rest is checked as ever."""
    monkeypatch.setattr("ledger.audit.check.timestamp.is_installed", lambda: False)
    code, document = verified(bundle, capsys)
    assert code == 0
    assert "timestamps: rfc3161-client is not installed" in str(document["not_checked"])
    dating = document["dating"]
    assert isinstance(dating, dict)
    assert dating["checkpoint"]["not_after"] is None


def test_bundle_with_an_index_has_the_timestamp_over_its_checkpoint(
    tmp_path: Path, authority: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without all headers no earlier size can be held against them, so only the checkpoint's own date goes along."""
    with keeping_time(authority) as url, configured(tmp_path / "ledger", authority, url) as ledger:
        ledger.record(drafts())
        ledger.index()
        size = ledger.head().size
        with (
            ledger.export(ledger.view("2026-01-02"), ["grain"], form="index") as export,
            (tmp_path / "b").open("wb") as sink,
        ):
            export.write(sink, report=None, software=rendering_software())
    with zipfile.ZipFile(tmp_path / "b") as archive:
        assert [name for name in archive.namelist() if name.endswith(".tsr")] == [f"timestamps/{size:019d}-clock1.tsr"]
    code, document = verified(tmp_path / "b", capsys, "--tsa", authority / "ca.pem")
    assert (code, document["findings"]) == (0, [])
    dating = document["dating"]
    assert isinstance(dating, dict)
    assert dating["checkpoint"]["not_after"]["size"] == size
    assert {one["not_after"]["size"] for one in dating["entries"]} == {size}


# --- static sites -----------------------------------------------------------------------------------------------------


def files(directory: Path, below: str = ".") -> dict[str, bytes]:
    """Return every file below a directory, or below one of its parts."""
    paths = (directory / below).rglob("*")
    return {str(path.relative_to(directory)): path.read_bytes() for path in paths if path.is_file()}


@pytest.fixture
def site(stamped: Path, tmp_path: Path) -> Path:
    """Give the static site of the stamped ledger."""
    with open_ledger(stamped, at=lambda: START) as ledger:
        ledger.export_log(tmp_path / "site")
    return tmp_path / "site"


def test_site_lists_timestamps_by_size_and_digest(site: Path, stamped: Path, authority: Path) -> None:
    """A list that is found without a listing names each file by its digest (docs/formats.md)."""
    digests = [
        hashlib.sha256((stamped / "stamped" / f"{size:019d}-clock1.tsr").read_bytes()).hexdigest() for size in (2, 7)
    ]
    listed = (site / "timestamp" / "list" / "0").read_text("ascii")
    assert listed == f"2 clock1 sha256:{digests[0]}\n7 clock1 sha256:{digests[1]}\n"
    pinned = hashlib.sha256((authority / "ca.pem").read_bytes()).hexdigest()
    assert (site / "timestamp" / "roots").read_text("ascii") == f"clock1 sha256:{pinned}\n"
    assert {path.name for path in (site / "timestamp").iterdir()} == {"list", "roots", *digests, pinned}


def test_site_exported_in_pieces_is_the_same(stamped: Path, site: Path, tmp_path: Path) -> None:
    """Exporting twice gives the same files, and a second export adds what was stamped since."""
    copy = tmp_path / "ledger"
    shutil.copytree(stamped, copy)
    late = (copy / "stamped" / f"{7:019d}-clock1.tsr").rename(tmp_path / "late.tsr")
    with open_ledger(copy, at=lambda: START) as ledger:
        ledger.export_log(tmp_path / "again")
        assert files(tmp_path / "again") != files(site)
        late.rename(copy / "stamped" / f"{7:019d}-clock1.tsr")
        ledger.export_log(tmp_path / "again")
        assert files(tmp_path / "again") == files(site)
        ledger.export_log(tmp_path / "again")
    assert files(tmp_path / "again") == files(site)


def test_import_and_mirror_carry_timestamps_on(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second operator dates entries as the first did, and publishes the same timestamps (design §2.4)."""
    capsys.readouterr()
    assert main(["mirror", str(site), str(tmp_path / "copy"), "--json"]) == 0
    assert answered(capsys)["timestamps"] == {"held": 2, "checked": True, "refused": []}
    assert files(tmp_path / "copy", "timestamp") == files(site, "timestamp")
    assert main(["log", "import", str(site), "--ledger", str(tmp_path / "heir"), "--json"]) == 0
    assert answered(capsys)["timestamps"] == {"held": 2, "checked": True, "refused": []}
    with open_ledger(tmp_path / "heir", at=lambda: START) as heir:
        assert [one.size for one in heir.interval(5).dates] == [7]
        heir.export_log(tmp_path / "third")
    assert files(tmp_path / "third", "timestamp") == files(site, "timestamp")


def no_list(site: Path) -> None:
    """Lose the list."""
    (site / "timestamp" / "list" / "0").unlink()


def broken_list(site: Path) -> None:
    """Break the order of the list."""
    path = site / "timestamp" / "list" / "0"
    first, second = path.read_text("ascii").splitlines()
    path.write_text(f"{second}\n{first}\n", "ascii")


def other_span(site: Path) -> None:
    """List a size that belongs into another list."""
    path = site / "timestamp" / "list" / "0"
    path.write_text(path.read_text("ascii").replace("7 clock1", "65536 clock1"), "ascii")


def other_file(site: Path) -> None:
    """Change the file of the later timestamp, whose name stays."""
    digest = (site / "timestamp" / "list" / "0").read_text("ascii").splitlines()[1].rpartition(":")[2]
    (site / "timestamp" / digest).write_bytes(b"other")


def other_size(site: Path) -> None:
    """List a timestamp under a size that it is not over."""
    path = site / "timestamp" / "list" / "0"
    path.write_text(path.read_text("ascii").replace("7 clock1", "6 clock1"), "ascii")


def no_roots(site: Path) -> None:
    """Lose the list of authorities."""
    (site / "timestamp" / "roots").unlink()


SPOILT = {
    "no list": (no_list, 0, 0, ""), "a list out of order": (broken_list, 0, 1, "not a list of timestamps"),
    "a size of another list": (other_span, 0, 1, "not a list of timestamps"),
    "another file": (other_file, 1, 1, "not the file of that digest"),
    "another size": (other_size, 1, 1, "something else"), "no roots": (no_roots, 0, 2, "No root"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "held", "refused", "reason"), SPOILT.values(), ids=SPOILT)
def test_timestamp_that_does_not_verify_is_left_out_and_named(
    site: Path, tmp_path: Path, spoil: Callable[[Path], None], held: int, refused: int, reason: str
) -> None:
    """It stops nobody from following the log or from rebuilding it; the answer says what is missing and why."""
    from ledger.runtime import import_log, mirror_log, open_source

    spoil(site)
    mirrored = mirror_log(open_source(str(site)), tmp_path / "copy").timestamps
    imported = import_log(open_source(str(site)), tmp_path / "heir").timestamps
    for found in (mirrored, imported):
        assert (found.held, len(found.refused)) == (held, refused)
        assert all(reason in one for one in found.refused)


# --- witnesses beside authorities -------------------------------------------------------------------------------------


def test_asked_has_a_word_for_each_outcome() -> None:
    """The four words that an answer can have are those that are documented."""
    assert set(Asked.__annotations__["reply"].__args__) == {"stamped", "kept", "refused", "unavailable"}


def test_a_thief_of_the_answers_cannot_use_an_old_one(tmp_path: Path, authority: Path) -> None:
    """An answer to another request, however true, does not carry this one's number (RFC 3161 §2.4.2)."""
    answers: list[bytes] = []

    def replay(_method: str, _path: str, body: bytes) -> HttpAnswer:
        answers.append(reply(authority, body))
        return HttpAnswer(200, "application/timestamp-reply", answers[0])

    with answering(replay) as url, configured(tmp_path / "ledger", authority, url) as ledger:
        assert [one.reply for one in ledger.stamp()] == ["stamped"]
        (tmp_path / "ledger" / "stamped" / f"{2:019d}-clock1.tsr").unlink()
        (asked,) = ledger.stamp()
    assert asked.reply == "refused"
    assert "old answer" in asked.sentence


def test_hand_made_answer_is_what_openssl_reads(tmp_path: Path) -> None:
    """The authority of the unit tests writes what OpenSSL takes for an answer, so their refusals mean something."""
    (tmp_path / "answer").write_bytes(Answer().raw())
    said = openssl("ts", "-reply", "-in", tmp_path / "answer", "-text").decode()
    assert "Time stamp: Mar  1 12:00:00 2026 GMT" in said
    assert "Accuracy: 0x01 seconds, 0x01F4 millis" in said
