"""The scene of an admission: the log at one size, and what the batch adds to it (design §2.5)."""

from collections.abc import Iterator
from contextlib import contextmanager

from ledger.assessment.view import Said
from ledger.service.scene import Folded, Scene, fold_authority, read_said
from tests.unit.service.scenario import COMMITMENT, KEYS, PARTY, POSITION, START, House, grant


@contextmanager
def scene_of(house: House) -> Iterator[Scene]:
    """Return the scene at the head."""
    with house.store.reading() as reading:
        authority = fold_authority(reading, Folded()).authority
        yield Scene(reading, authority, now=START, blobs=house.blobs)


def fresh(house: House, scene: Scene, kind: str, subject: str, body: dict[str, object], **how: str) -> Said:
    """Return a statement as it would stand next."""
    other = House().set_up()
    other.say(kind, subject, body, **how)
    said = other.said(7)
    return Said(scene.size, said.name, said.author, START, said.statement)


def test_what_the_log_holds_is_seen() -> None:
    """Names that were recorded are there, and no others."""
    house = House().set_up()
    with scene_of(house) as scene:
        assert scene.size == 7
        assert (scene.has_party("aa"), scene.has_party("zz"), scene.has_instrument("deal")) == (True, False, True)
        assert scene.commitment("grain") is not None
        assert scene.statement(house.said(6).name) == house.said(6)
        assert scene.statement("sha256:" + "0" * 64) is None


def test_what_the_batch_adds_is_seen_by_what_follows() -> None:
    """A statement of the batch stands for those after it, also where its name was looked up before (design §2.5)."""
    house = House().set_up()
    with scene_of(house) as scene:
        assert not scene.has_party("cc")
        said = fresh(house, scene, "party", "cc", PARTY)
        scene.add(said)
        assert scene.has_party("cc")
        assert (scene.size, scene.statement(said.name)) == (8, said)


def test_what_stands_is_remembered_until_its_own_kind_changes() -> None:
    """A thousand positions on one commitment read it once, so a batch costs what its statements cost (performance)."""
    house = House().set_up()
    with scene_of(house) as scene:
        stands = scene.known("commitment", "grain")
        scene.add(fresh(house, scene, "position", "grain", POSITION))
        assert scene.known("commitment", "grain") is stands
        assert len(scene.known("position", "grain").positions["grain"]) == 1
        scene.add(fresh(house, scene, "position", "grain", {**POSITION, "date": "2020-03-01"}))
        assert len(scene.known("position", "grain").positions["grain"]) == 2


def test_retraction_in_the_batch_takes_its_target_away() -> None:
    """A retraction counts for what follows it in the batch (R1)."""
    house = House().set_up()
    body = {"statement": house.said(6).name, "ground": "recorded_in_error", "date": "2020-05-01", "reason": "a slip"}
    with scene_of(house) as scene:
        assert scene.commitment("grain") is not None
        scene.add(fresh(house, scene, "retraction", "grain", body))
        assert scene.commitment("grain") is None
        assert scene.has_instrument("deal")


def test_root_is_known_up_to_the_size_that_was_published() -> None:
    """An anchor may name any size that the log had, and none beyond it (design §2.2)."""
    house = House().set_up()
    with scene_of(house) as scene:
        assert scene.root(7) == house.checkpoint().root
        assert (scene.root(0), scene.root(8)) == (None, None)


def test_authority_is_folded_on_from_where_it_was_known() -> None:
    """What was folded before is not read again, and the answer is that of folding all of it (design §5)."""
    house = House().set_up()
    with house.store.reading() as reading:
        before = fold_authority(reading, Folded())
    house.say("key", KEYS["spare"].kid, grant(house.genesis, "spare"), key="operator")
    with house.store.reading() as reading:
        assert fold_authority(reading, before) == fold_authority(reading, Folded())
        after = fold_authority(reading, before)
    assert after.authority is not None
    assert after.authority.roles_at(KEYS["spare"].kid, 7) == {
        "recorder",
        "submitter",
        "assessor",
        "auditor",
        "enforcer",
    }


def test_statement_that_was_erased_reads_as_none() -> None:
    """An erased body is gone, and its row says so (design §2.3)."""
    house = House().set_up()

    assert read_said(house.store.state.rows[6]._replace(jws=None)) is None
    assert house.said(6).statement.body.title == COMMITMENT["title"]
