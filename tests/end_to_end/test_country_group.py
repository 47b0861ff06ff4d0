"""A pledge to a group of countries, from its members' figures to an audit that strangers verify (R3, design §2.3)."""

import io
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ledger.audit.engine import SqliteEngine
from ledger.cli.audit import write_audit
from ledger.cli.verify import verify_bundle
from ledger.runtime import Ledger
from tests.end_to_end.small import MAPPING, PLEDGE, drafts, small_ledger

ROOT = Path(__file__).resolve().parents[2]
PARTIES = """
kind: party
subject: de
body: {kind: state, names: {en: D}}
---
kind: party
subject: fr
body: {kind: state, names: {en: F}}
---
kind: party
subject: gb
body: {kind: state, names: {en: G}}
---
"""
UNION = PARTIES + PLEDGE.replace(
    "body: {kind: state, names: {en: A}}",
    # A view knows of a party from the day of its statement on (R1).
    "issued: 2020-01-01T00:00:00Z\n"
    "body: {kind: union, names: {en: A}, members: [{party: de}, {party: fr}, {party: gb, until: 2020-01-31}]}",
)
BY_PARTNER = (
    MAPPING.replace(b'header = ["month", "tonnes"]', b'header = ["month", "tonnes", "to"]')
    .replace(b'partner = "aa"', b'partner = { column = "to" }')
)  # fmt: skip
ROWS = b"month,tonnes,to\n" + b"".join(
    f"2020-{month:02},{tonnes},{to}\n".encode() for month in range(1, 13) for to, tonnes in (("de", 1), ("gb", 1))
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """A union that is to buy ten tonnes, of which one member and one that left are in the figures."""
    made = small_ledger(tmp_path_factory.mktemp("group") / "ledger")
    made.record(drafts(UNION))
    made.submit(io.BytesIO(ROWS), name="g.csv", mapping=BY_PARTNER, mapping_name="grain", published=date(2021, 2, 5))
    return made


def test_members_figures_are_put_together_and_the_missing_one_is_named(ledger: Ledger) -> None:
    """12 of one and 1 of the month in which another still belonged; the third has none, by half of the scope (R3)."""
    (result,) = ledger.results(ledger.view("2021-06-30"), ("grain",), engine=SqliteEngine())
    (source,) = result.terms[0].readings[0].sources
    assert source.low == "13"
    assert [(one.member, one.days[0], one.coverage, one.value) for one in source.members] == [
        ("de", "2020-01-01/2020-12-31", "1", "12"),
        ("fr", "2020-01-01/2020-12-31", "0", None),
        ("gb", "2020-01-01/2020-01-31", "1", "1"),
    ]
    # 31 days of three members, of which two are there, and 335 of two, of which one is: (31 · 2/3 + 335 · 1/2) ÷ 366.
    assert source.coverage == "0.514117"
    assert source.why_not == "covers 51.4 % of the scope, under 60 %"


def test_audit_of_a_group_carries_its_members(ledger: Ledger, tmp_path: Path) -> None:
    """The bundle has the members' statements and figures, and both verifiers find it whole (design §2.3)."""
    path = tmp_path / "grain.zip"
    write_audit(ledger, ["grain"], ledger.view("2021-06-30"), [path])
    found = verify_bundle(io.BytesIO(path.read_bytes()), policy=ledger.policy(), deep=True)
    assert (found.sound, found.findings) == (True, ())
    program = [sys.executable, str(ROOT / "scripts" / "verify_standalone.py"), str(path)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
