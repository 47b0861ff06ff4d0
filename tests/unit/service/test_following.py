"""Following a log over the replacement of its keys, wherever it is served (design §2.2, §2.4)."""

import pytest

from ledger.errors import MalformedError
from ledger.service.following import follow_tree, is_signed
from ledger.service.monitor import SiteTree, StoreTree
from ledger.service.site import statement_path
from ledger.tlog.checkpoint import log_keys
from ledger.tlog.policy import Log, Policy, format_policy
from tests.unit.assessment.appointing import appointment, checkpoint_keys
from tests.unit.service.fake import MemorySite
from tests.unit.service.scenario import KEYS, LOG_KEYS, ORIGIN, House
from tests.unit.service.static import add_positions, exported

NEW = log_keys(ORIGIN, ed25519=KEYS["checkpoint-2"].public, mldsa=KEYS["checkpoint-mldsa-2"].public)
OLD_POLICY, NEW_POLICY = (Policy(tuple(map(Log, keys))) for keys in (LOG_KEYS, NEW))


def rotated(positions: int = 3) -> House:
    """Return a ledger that has replaced its keys at entry 7, and gone on."""
    house = House().set_up()
    house.publish(appointment(house, checkpoint_keys(house, "checkpoint-2", "checkpoint-mldsa-2")))
    return add_positions(house, positions)


def site_of(house: House) -> MemorySite:
    """Return the static site of a ledger that has replaced its keys."""
    authority = house.publisher._fold().authority
    assert authority is not None
    return exported(house, policy=format_policy(NEW_POLICY), keys_at=authority.checkpoint_keys_at)


@pytest.mark.parametrize("policy", [OLD_POLICY, NEW_POLICY], ids=["old", "new"])
def test_log_is_followed_in_a_store_and_in_a_site(policy: Policy) -> None:
    """Whoever knows the keys before, or those in force, learns which sign at which size (design §2.4)."""
    house = rotated(300)
    with house.store.reading() as reading:
        found = [follow_tree(tree, policy) for tree in (StoreTree(reading, "a ledger"), SiteTree(site_of(house)))]
    for authority in found:
        assert [authority.checkpoint_keys_at(size) for size in (7, 8, 308)] == [LOG_KEYS, NEW, NEW]


def test_appointment_that_is_not_served_leads_nowhere() -> None:
    """A ``key`` statement cannot be erased, so its absence is a fault (design §2.3)."""
    house = rotated()
    site = site_of(house)
    site.remove(statement_path(house.said(7).name))
    with pytest.raises(MalformedError, match="does not serve the key of entry 7"):
        follow_tree(SiteTree(site), OLD_POLICY)


def test_entries_that_were_not_signed_lead_nowhere() -> None:
    """Headers count once they have led to the root that was signed (design §2.3)."""
    site = site_of(rotated())
    path = "tile/entries/000.p/11"
    site.files[path] = site.files[path].replace(b'"subject":"grain"', b'"subject":"brain"')
    with pytest.raises(MalformedError, match="not those that its checkpoint signs"):
        follow_tree(SiteTree(site), OLD_POLICY)


def test_stranger_signs_nothing() -> None:
    """What no known key signed, or what is no checkpoint, is not signed (C2SP signed-note)."""
    house = rotated()
    note = house.store.state.head.checkpoint
    assert (is_signed(note, NEW), is_signed(note, LOG_KEYS), is_signed(b"nothing", NEW)) == (True, False, False)
