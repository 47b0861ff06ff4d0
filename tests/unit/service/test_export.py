"""Exporting: an audit of what the ledger holds, and a bundle that a stranger verifies (design §2.6)."""

import io
import json
from typing import Any

import pytest

from ledger.audit.archive import part_of
from ledger.audit.bundle import Software, open_bundle, parse_manifest
from ledger.audit.engine import SqliteEngine
from ledger.audit.verify import verify
from ledger.errors import ConflictError, NotFoundError
from ledger.model.determination import View
from ledger.service.export import Export, export
from ledger.tlog.policy import Log, Policy, format_policy
from tests.unit.service.fake import MemoryReading, MemoryStore
from tests.unit.service.scenario import COMMITMENT, LOG_KEYS, ORIGIN, PARTY, POSITION, RAW, House, evidence

POLICY = format_policy(Policy(tuple(Log(key) for key in LOG_KEYS)))
SOFTWARE = Software(name="pledger", version="1.0", lock=None)
REPORT = b"<!doctype html><title>An audit</title>"


def house_with_evidence(**changes: Any) -> House:
    """Return a ledger with a pledge of ten tonnes in 2020 and evidence of 5 + 7 in January and February."""
    house = House().set_up()
    house.say("evidence", "series:export/bb/aa", evidence(**changes))
    return house


def exported(house: House, *subjects: str, policy: bytes = POLICY, as_of: str = "2021-06-30") -> Export:
    """Return the export of the whole ledger."""
    reading = MemoryReading(house.store.state)
    view = View(size=reading.head().size, as_of=as_of)
    chosen = subjects or ("grain",)
    return export(reading, house.blobs, policy=policy, view=view, subjects=chosen, engine=SqliteEngine())


def written(made: Export, report: bytes | None = REPORT) -> io.BytesIO:
    """Return the bundle of an export."""
    sink = io.BytesIO()
    part = part_of("report.html", report) if report is not None else None
    made.write(sink, report=part, software=SOFTWARE)
    return sink


def test_bundle_of_an_export_is_sound() -> None:
    """What the ledger writes, a stranger who trusts its policy finds sound."""
    answer = verify(written(exported(house_with_evidence())), policy=POLICY)
    assert answer.sound, answer.findings
    assert (answer.trust, answer.origin, answer.subjects) == ("given", ORIGIN, ("grain",))
    assert answer.not_checked == ("raw: not redistributed (Customs)", "rendering")


def test_result_is_that_of_the_method() -> None:
    """5 + 7 tonnes are at least 10: met; ``audit.json`` in the bundle is the result that was handed out."""
    made = exported(house_with_evidence())
    assert {one.term: one.outcome for one in made.result.findings}["grain"] == "met"
    assert open_bundle(written(made)).read("audit.json") == made.audit_json
    assert json.loads(made.audit_json)["subjects"] == ["grain"]


def test_manifest_names_software_and_every_member() -> None:
    """The manifest lists what is there, and which software rendered it."""
    sink = written(exported(house_with_evidence()))
    archive = open_bundle(sink)
    manifest = parse_manifest(archive.read("manifest.json"))
    assert manifest.software == SOFTWARE
    assert [one.name for one in manifest.members] == [member.name for member in archive.members[1:]]


def test_report_may_be_left_out() -> None:
    """A bundle without a report is a bundle."""
    sink = written(exported(house_with_evidence()), report=None)
    assert open_bundle(sink).find("report.html") is None
    assert verify(sink).sound


@pytest.mark.parametrize(("redistribute", "expected"), [(True, RAW), (False, None)])
def test_raw_files_travel_where_their_licence_lets_them(redistribute: bool, expected: bytes | None) -> None:
    """Only a file that every statement naming it lets travel is in the bundle (design §2.6)."""
    archive = open_bundle(written(exported(house_with_evidence(redistribute=redistribute))))
    found = [member.name for member in archive.members if member.name.startswith("raw/")]
    assert [archive.read(name) for name in found] == ([] if expected is None else [expected])


def test_raw_file_that_one_of_two_statements_keeps_back_stays() -> None:
    """Two statements about one file have to agree that it may travel."""
    house = house_with_evidence(redistribute=True)
    later: dict[str, Any] = {"vintage": {"published": "2020-05-01"}, "redistribute": False}
    house.say("evidence", "series:export/bb/aa", evidence(**later))
    sink = written(exported(house))
    assert not [member for member in open_bundle(sink).members if member.name.startswith("raw/")]
    assert verify(sink).sound


def test_bundle_leaves_out_what_does_not_bear_on_the_audit() -> None:
    """Other pledges and parties stay at home; their headers travel, so that this can be seen (design §2.3)."""
    house = house_with_evidence()
    before = len([one for one in exported(house).parts if one.name.startswith("statements/")])
    house.say("party", "cc", PARTY)
    house.say("commitment", "corn", {**COMMITMENT, "title": "Buy corn"})
    made = exported(house)
    assert len([one for one in made.parts if one.name.startswith("statements/")]) == before
    assert verify(written(made)).sound
    assert open_bundle(written(made)).read("headers").count(b"\n") == len(house.store.state.rows)


def test_result_rests_on_the_closure_alone() -> None:
    """The same pledge gives the same findings whatever else the ledger holds."""
    house = house_with_evidence()
    before = exported(house).result.findings
    house.say("commitment", "corn", {**COMMITMENT, "title": "Buy corn"})
    house.say("position", "corn", POSITION)
    assert exported(house).result.findings == before


def test_several_subjects_are_reported_in_the_order_given() -> None:
    """One bundle may hold several pledges."""
    house = house_with_evidence()
    house.say("commitment", "corn", {**COMMITMENT, "title": "Buy corn"})
    made = exported(house, "grain", "corn")
    assert made.result.subjects == ("grain", "corn")
    assert verify(written(made)).sound


def test_policy_is_written_in_its_plain_spelling() -> None:
    """Remarks in the ledger's own policy do not travel: the verifier asks for the one spelling."""
    made = exported(house_with_evidence(), policy=b"# ours\n\n" + POLICY)
    assert open_bundle(written(made)).read("policy") == POLICY


def test_erased_statement_is_named_and_left_out() -> None:
    """A body that the store no longer holds is absent from bundle and result, and both say so (design §2.3)."""
    house = house_with_evidence()
    house.say("position", "grain", POSITION)
    rows = house.store.state.rows
    rows[-1] = rows[-1]._replace(jws=None, payload=None)
    made = exported(house)
    assert not made.result.replies
    last = len(rows) - 1
    assert f"The position at entry {last} about grain was erased and is not considered." in made.result.not_covered
    # Nobody logged an erasure here, so that the bundle does not pass.
    assert {one.code for one in verify(written(made)).findings} == {"closure.missing", "audit.differs"}


def test_subject_that_is_no_commitment_is_not_found() -> None:
    """The sentence names what was asked for and the view."""
    with pytest.raises(NotFoundError, match="No commitment corn is known at 2021-06-30"):
        exported(house_with_evidence(), "corn")


def test_ledger_without_charter_is_refused() -> None:
    """Nothing can be audited before there is a ledger."""
    house = house_with_evidence()
    house.store = MemoryStore()
    with pytest.raises(ConflictError, match="no charter"):
        exported(house)
