"""An audit that carries an index instead of all headers, from the terminal; and an operator who omits (design §2.3)."""

import json
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.archive import part_of
from ledger.audit.bundle import Software, format_bundle, open_bundle
from ledger.audit.verify import verify
from ledger.cli.main import main
from ledger.errors import NotFoundError
from ledger.runtime import Ledger, open_ledger
from ledger.service.index import header_records
from ledger.signing.canonical import encode_base64url
from ledger.tlog.index import hash_records
from tests.end_to_end.small import FIGURES, MAPPING, START, drafts, position, small_ledger

DAY = "2021-06-30"
SOFTWARE = Software(name="pledger", version="1.0", lock=None)
STRANGERS = """
kind: party
subject: zz
body: {kind: state, names: {en: Z}}
"""


@pytest.fixture(autouse=True)
def without_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no policy of this user's decide."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("PLEDGER_LEDGER", raising=False)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Give a ledger of a pledge with its figures, and of somebody else."""
    with small_ledger(tmp_path / "ledger") as made:
        made.record(drafts())
        made.submit(BytesIO(FIGURES), name="f", mapping=MAPPING, mapping_name="m", published=date(2020, 5, 1))
        made.record(drafts(STRANGERS))
    return tmp_path / "ledger"


def told(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> Any:
    """Return what a command answers."""
    capsys.readouterr()
    ended = main([*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    assert ended == code, err or out
    return json.loads(out)


def bundle(opened: Ledger, form: Any) -> bytes:
    """Return the bundle of the pledge's audit."""
    sink = BytesIO()
    with opened.export(opened.view(DAY), ("grain",), form=form) as export:
        export.write(sink, report=None, software=SOFTWARE)
    return sink.getvalue()


def test_index_is_logged_and_an_audit_rests_on_it(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``log index``, ``audit --index`` and ``verify`` say what was done and what that leaves unchecked."""
    logged = told(capsys, "log", "index", "--ledger", place)
    assert (logged["entry"], logged["size"]) == (8, 8)
    assert logged["receipt"]["index"] == 8
    out = place.parent / "audit.zip"
    told(capsys, "audit", "grain", "--as-of", DAY, "-o", out, "--index", "--ledger", place)
    answer = told(capsys, "verify", out, "--policy", place / "policy")
    assert answer["sound"], answer["findings"]
    assert any("monitors and log check recompute it" in one for one in answer["not_checked"])
    with zipfile.ZipFile(out) as archive:
        assert archive.read("headers").count(b"\n") == 8  # all but the stranger's; the index among them
    told(capsys, "log", "check", "--ledger", place)
    assert told(capsys, "monitor", place, out)["sound"]


def test_index_is_logged_once_where_nothing_is_new(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Asked again, the command answers with the index that stands; after a new entry, with another."""
    first = told(capsys, "log", "index", "--ledger", place)
    assert told(capsys, "log", "index", "--ledger", place) == first
    with open_ledger(place) as opened:
        opened.record(position(1))
    assert told(capsys, "log", "index", "--ledger", place)["size"] == 10


def test_both_forms_say_the_same(place: Path) -> None:
    """The result is the same to the byte; only what shows it to be whole differs."""
    with open_ledger(place, at=lambda: START) as opened:
        opened.index()
        opened.record(position(1))
        forms = {form: open_bundle(BytesIO(bundle(opened, form))) for form in ("headers", "index", "auto")}
        assert forms["headers"].read("audit.json") == forms["index"].read("audit.json")
        assert [member.name for member in forms["auto"].members] == [member.name for member in forms["headers"].members]
        assert bundle(opened, "index") == bundle(opened, "index")


def test_long_log_asks_for_an_index(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the limit all headers are carried; beyond it an index is, and where there is none, the sentence says so."""
    with open_ledger(place, at=lambda: START) as opened:
        monkeypatch.setattr("ledger.service.export.HEADERS_LIMIT", 8)
        assert open_bundle(BytesIO(bundle(opened, "auto"))).find("index") is None
        monkeypatch.setattr("ledger.service.export.HEADERS_LIMIT", 7)
        with pytest.raises(NotFoundError, match="run pledger log index first"):
            bundle(opened, "auto")
        opened.index()
        assert open_bundle(BytesIO(bundle(opened, "auto"))).find("index") is not None


def test_every_entry_left_out_of_a_real_bundle_is_noticed(place: Path) -> None:
    """Each header, each statement, and each header with its statement, taken out of the bundle in turn."""
    with open_ledger(place, at=lambda: START) as opened:
        opened.index()
        opened.record(position(1))
        archive = open_bundle(BytesIO(bundle(opened, "index")))
    members = {member.name: archive.read(member.name) for member in archive.members[1:]}
    lines = members["headers"].splitlines(keepends=True)
    for line in lines:
        name = "statements/" + json.loads(line)["statement"][7:]
        without_header = {**members, "headers": b"".join(one for one in lines if one != line)}
        without_statement = {one: raw for one, raw in members.items() if one != name}
        without_both = {**without_statement, "headers": without_header["headers"]}
        for changed in (without_header, without_statement, without_both):
            assert not verify(BytesIO(packed(changed))).sound, name


def packed(members: dict[str, bytes]) -> bytes:
    """Return the bundle of these members."""
    sink = BytesIO()
    format_bundle([part_of(name, raw) for name, raw in members.items()], sink, software=SOFTWARE)
    return sink.getvalue()


def test_operator_who_omits_is_convicted_by_his_own_audit(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """He logs an index without the figures, and audits by it: monitor makes the proof, and verify judges it."""
    monkeypatch.chdir(place.parent)
    with open_ledger(place, at=lambda: START) as opened, monkeypatch.context() as cheating:
        lines = list(opened.headers())
        kept = [line for line in lines if json.loads(line)["kind"] != "evidence"]
        stranger = lines[7].replace(b'"subject":"zz"', b'"subject":"zzz"').replace(b'"index":7', b'"index":3000')
        records = list(header_records([*kept, stranger]))
        cheating.setattr("ledger.service.reference.refuse_wrong_root", lambda *_: None)
        body = {"size": 8, "root": encode_base64url(hash_records(sorted(records)).root)}
        cheating.setattr("ledger.service.index.index_body", lambda *_: body)
        opened.index()
        cheating.setattr("ledger.service.index.stored_records", lambda *_: iter(records))
        cheated = bundle(opened, "index")
    (place.parent / "audit.zip").write_bytes(cheated)
    assert verify(BytesIO(cheated)).sound  # which is why there are monitors
    answer = told(capsys, "monitor", place, "audit.zip", code=1)
    assert [one["code"] for one in answer["findings"]] == ["log.omission"]
    (proof,) = answer["proofs"]
    judged = told(capsys, "verify", proof, "--policy", place / "policy")
    assert (judged["sound"], judged["accusation"]) == (True, "omission")
    assert "omits entry 6, of kind evidence" in judged["sentence"]
