"""Raw files imported again (``verify --deep``): signed figures that a raw file does not give are found."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.audit import write_audit
from ledger.cli.verify import verify_bundle
from ledger.demo import load
from ledger.model.evidence import Evidence
from ledger.model.statement import plain
from ledger.runtime import Ledger, format_mapping, make_statement
from tests.end_to_end.small import MAPPING, PLEDGE, START, drafts, small_ledger

FORMAT = "un-comtrade-soybeans-annual"
FIGURES = next(one.raw for one in load().figures if one.format == FORMAT)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger of two parties whose trade a shipped mapping reads."""
    made = small_ledger(tmp_path / "ledger")
    made.record(drafts(PLEDGE.replace("aa", "cn").replace("bb", "us")))
    return made


def bundle(ledger: Ledger, folder: Path) -> io.BytesIO:
    """An audit of the pledge, as its bundle."""
    write_audit(ledger, ["grain"], ledger.view("2025-12-31"), [folder / "grain.zip"])
    return io.BytesIO((folder / "grain.zip").read_bytes())


def submit(ledger: Ledger, raw: bytes = FIGURES) -> Evidence:
    """Submit figures honestly, and give what their first statement says."""
    source = io.BytesIO(raw)
    done = ledger.submit(source, name="soy.csv", mapping=format_mapping(FORMAT), mapping_name=FORMAT)
    body = next(one for one in ledger.said() if one.index == done.receipts[0].index).statement.body
    assert isinstance(body, Evidence)
    return body


def test_honest_figures_are_given_again(ledger: Ledger, tmp_path: Path) -> None:
    """What was imported by a shipped mapping comes out of the raw file again, to the byte."""
    submit(ledger)
    found = verify_bundle(bundle(ledger, tmp_path), policy=ledger.policy(), deep=True)
    assert (found.sound, found.findings) == (True, ())
    assert [what for what in found.not_checked if what.startswith("deep")] == []


def test_figures_that_the_raw_file_does_not_give_are_found(ledger: Ledger, tmp_path: Path) -> None:
    """Observations changed before they were signed agree with everything but the raw file: only --deep sees it."""
    body = submit(ledger)
    lines = ledger.blobs.read(body.observations.digest).split(b"\n")
    cells = lines[1].split(b",")
    lines[1] = b",".join([*cells[:-1], b"1" + cells[-1]])
    kept = ledger.keep(io.BytesIO(b"\n".join(lines)))
    false = plain(body) | {"observations": {"digest": kept.digest, "size": kept.size, "count": body.observations.count}}
    ledger.state([make_statement("evidence", body.dimensions.series, false, issued=START)])
    raw = bundle(ledger, tmp_path)
    assert verify_bundle(raw, policy=ledger.policy()).sound
    found = verify_bundle(raw, policy=ledger.policy(), deep=True)
    assert not found.sound
    (finding,) = found.findings
    assert (finding.code, finding.step) == ("raw.differs", 10)
    assert body.dimensions.series in finding.sentence


def test_raw_file_that_is_no_table_of_its_mapping_is_found(ledger: Ledger, tmp_path: Path) -> None:
    """A raw file that was put in the place of another cannot be imported, and the answer says so."""
    body = submit(ledger)
    kept = ledger.keep(io.BytesIO(b"a letter\n"))
    false = plain(body) | {"raw": {"digest": kept.digest, "size": kept.size, "media_type": "text/csv"}}
    ledger.state([make_statement("evidence", body.dimensions.series, false, issued=START)])
    found = verify_bundle(bundle(ledger, tmp_path), policy=ledger.policy(), deep=True)
    assert [finding.code for finding in found.findings] == ["raw.unreadable"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"redistribute": False}, "its raw file is not in the bundle"),
        (
            {"importer": {"name": "another", "version": "1", "mapping": "", "mapping_name": "x"}},
            "imported by another 1",
        ),
    ],
    ids=["a licence that keeps it at home", "another importer"],
)
def test_what_cannot_be_imported_again_is_listed(
    ledger: Ledger, tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    """Where raw file or importer are not at hand, that is not a fault; it is listed as not checked."""
    body = plain(submit(ledger, FIGURES))
    other = ledger.keep(io.BytesIO(FIGURES + b"2026,1,1,false\n"))
    importer = changed.get("importer")
    if importer is not None:
        importer["mapping"] = body["importer"]["mapping"]  # type: ignore[index]  # plain data
    raw = {"digest": other.digest, "size": other.size, "media_type": "text/csv"}
    series = body["dimensions"]
    assert isinstance(series, dict)
    subject = f"series:{series['measure']}/{series['reporter']}/{series['partner']}"
    ledger.state([make_statement("evidence", subject, body | {"raw": raw} | changed, issued=START)])
    found = verify_bundle(bundle(ledger, tmp_path), policy=ledger.policy(), deep=True)
    assert found.sound
    assert any(said in what for what in found.not_checked)


def test_two_vintages_of_one_file_are_each_imported_with_their_day(ledger: Ledger, tmp_path: Path) -> None:
    """The day that the submitter gave is given to the importer again, for each of two submissions of one file."""
    for day in (date(2026, 1, 5), date(2026, 2, 5)):
        source = io.BytesIO(FIGURES)
        mapping = format_mapping(FORMAT)
        ledger.submit(source, name="soy.csv", mapping=mapping, mapping_name=FORMAT, published=day)
    found = verify_bundle(bundle(ledger, tmp_path), policy=ledger.policy(), deep=True)
    assert (found.sound, found.findings) == (True, ())


OWN = MAPPING.replace(b'"aa"', b'"cn"').replace(b'"bb"', b'"us"')


def test_mapping_of_ones_own_travels_and_is_used(ledger: Ledger, tmp_path: Path) -> None:
    """Figures read by somebody's own mapping are imported again by that mapping, out of the bundle (design §2.6)."""
    ledger.submit(io.BytesIO(b"month,tonnes\n2020-01,5\n"), name="g.csv", mapping=OWN, mapping_name="grain")
    found = verify_bundle(bundle(ledger, tmp_path), policy=ledger.policy(), deep=True)
    assert (found.sound, found.findings) == (True, ())
    assert [what for what in found.not_checked if what.startswith("deep")] == []


def test_figures_that_ones_own_mapping_does_not_give_are_found(ledger: Ledger, tmp_path: Path) -> None:
    """A mapping that gives other figures than were signed is no proof of them."""
    ledger.submit(io.BytesIO(b"month,tonnes\n2020-01,5\n"), name="g.csv", mapping=OWN, mapping_name="grain")
    (body,) = [one.statement.body for one in ledger.said() if isinstance(one.statement.body, Evidence)]
    assert isinstance(body, Evidence)
    other = ledger.keep(io.BytesIO(OWN.replace(b'value = "tonnes"', b'value = "tonnes"\nscale = "1000"')))
    importer = plain(body)["importer"]
    assert isinstance(importer, dict)
    false = plain(body) | {"importer": importer | {"mapping": other.digest}}
    ledger.state([make_statement("evidence", body.dimensions.series, false, issued=START)])
    found = verify_bundle(bundle(ledger, tmp_path), policy=ledger.policy(), deep=True)
    assert [finding.code for finding in found.findings] == ["raw.differs"]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [(b"name = 5\n", "mapping.unreadable"), (None, "is neither one that is shipped nor in the bundle")],
    ids=["no mapping at all", "not held"],
)
def test_mapping_that_cannot_be_used_is_said(ledger: Ledger, tmp_path: Path, mapping: bytes | None, said: str) -> None:
    """What the evidence names as its mapping and is none is found; where it is not there, that is listed."""
    ledger.submit(io.BytesIO(b"month,tonnes\n2020-01,5\n"), name="g.csv", mapping=OWN, mapping_name="grain")
    (body,) = [one.statement.body for one in ledger.said() if isinstance(one.statement.body, Evidence)]
    assert isinstance(body, Evidence)
    digest = "sha256:" + "0" * 64 if mapping is None else ledger.keep(io.BytesIO(mapping)).digest
    importer = plain(body)["importer"]
    assert isinstance(importer, dict)
    false = plain(body) | {"importer": importer | {"mapping": digest}}
    ledger.state([make_statement("evidence", body.dimensions.series, false, issued=START)])
    found = verify_bundle(bundle(ledger, tmp_path), policy=ledger.policy(), deep=True)
    assert found.sound == (mapping is None)
    assert any(said in what for what in (*found.not_checked, *(finding.code for finding in found.findings)))


def test_mapping_of_a_file_that_stays_at_home_stays_too(ledger: Ledger, tmp_path: Path) -> None:
    """A mapping is of no use without the file that it reads, and does not travel without it."""
    mine = OWN.replace(b"redistribute = true", b"redistribute = false")
    ledger.submit(io.BytesIO(b"month,tonnes\n2020-01,5\n"), name="g.csv", mapping=mine, mapping_name="grain")
    archive = zipfile.ZipFile(bundle(ledger, tmp_path))
    assert [name for name in archive.namelist() if name.startswith(("raw/", "mappings/"))] == []


def test_unsound_bundle_is_not_gone_into(ledger: Ledger, tmp_path: Path) -> None:
    """Raw files of a bundle that is unsound already are left alone."""
    found = verify_bundle(bundle(ledger, tmp_path), policy=b"quorum none\n", deep=True)
    assert not found.sound
    assert any("unsound bundle" in what for what in found.not_checked)
