"""Group commit: many threads, one commit at a time, to each its own (design §2.5)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from ledger.errors import ConflictError, NotFoundError, PledgerError, RefusedError, UnavailableError
from ledger.service.group import Group
from ledger.service.publish import Publication
from ledger.tlog.proof import verify_receipt
from ledger.tlog.stored import NOTHING_RECORDED
from tests.unit.service.scenario import LOG_KEYS, PARTY, POSITION, House


@pytest.fixture
def house() -> House:
    """Give a ledger with a commitment to speak about."""
    return House().set_up()


def say(house: House, note: str, **changes: Any) -> bytes:
    """Return a position of its own words."""
    return house.sign("position", "grain", {**POSITION, "note": note, **changes})


class Crowd:
    """Threads that each hand something over.

    Attributes:
        outcomes: by name, what each was given, or the error that it met.
    """

    def __init__(self, group: Group) -> None:
        self.group = group
        self.outcomes: dict[str, Publication | BaseException] = {}
        self._threads: list[threading.Thread] = []

    def hand_over(self, name: str, *raws: bytes) -> None:
        """Let a thread hand over a batch."""
        thread = threading.Thread(target=self._run, args=(name, raws))
        self._threads.append(thread)
        thread.start()

    def _run(self, name: str, raws: tuple[bytes, ...]) -> None:
        try:
            self.outcomes[name] = self.group.publish(raws)
        except BaseException as error:  # noqa: BLE001, looked at by the test
            self.outcomes[name] = error

    def wait(self) -> None:
        """Wait for all of them."""
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()


class Held:
    """A store whose commit waits until it is let go, so that others queue behind it."""

    def __init__(self, house: House) -> None:
        self.began = threading.Event()
        self.go = threading.Event()
        self.commits = 0
        house.store.fault = self._fault

    def _fault(self, step: str) -> None:
        if step == "before commit":
            self.commits += 1
            self.began.set()
            assert self.go.wait(20)


def queued(group: Group, count: int) -> None:
    """Wait until so many statements are queued."""
    for _ in range(2000):
        if group._queued >= count:
            return
        threading.Event().wait(0.005)
    pytest.fail("they never queued")


def test_what_came_while_a_commit_ran_shares_the_next(house: House) -> None:
    """One leads, twelve queue behind it and share one commit, one checkpoint, and each its own receipt (§2.5)."""
    group, held = Group(house.publisher), Held(house)
    crowd = Crowd(group)
    crowd.hand_over("first", say(house, "first"))
    assert held.began.wait(20)
    for number in range(12):
        crowd.hand_over(f"other {number}", say(house, f"other {number}"))
    queued(group, 12)
    held.go.set()
    crowd.wait()
    assert held.commits == 2
    first = crowd.outcomes.pop("first")
    assert isinstance(first, Publication)
    assert (first.size, [place.index for place in first.places]) == (8, [7])
    publications = [one for one in crowd.outcomes.values() if isinstance(one, Publication)]
    assert len(publications) == 12
    assert {(one.size, one.checkpoint) for one in publications} == {(20, house.store.state.head.checkpoint)}
    assert sorted(one.places[0].index for one in publications) == list(range(8, 20))
    for name, one in crowd.outcomes.items():
        assert isinstance(one, Publication)
        (receipt,) = one.receipts()
        assert receipt.statement == house.said(receipt.index).name
        assert house.said(receipt.index).statement.body.note == name
        verify_receipt(receipt, log=LOG_KEYS)


REFUSED: dict[str, tuple[Callable[[House], tuple[bytes, ...]], type[PledgerError], str]] = {
    "no envelope": (lambda _: (b"nonsense",), PledgerError, "statement 1"),
    "a party that is not there": (lambda house: (say(house, "x", party="zz"),), NotFoundError, "no party zz"),
    "a stranger's key": (
        lambda house: (house.sign("position", "grain", {**POSITION, "note": "x"}, key="stranger"),),
        RefusedError, "is not known to this ledger",
    ),
    "another ledger": (
        lambda house: (house.sign("position", "grain", {**POSITION, "note": "x"}, genesis="sha256:" + "0" * 64),),
        RefusedError, "made for another ledger",
    ),
    "a name that is taken": (
        lambda house: (house.sign("party", "aa", {**PARTY, "names": {"en": "Another"}}),), ConflictError, "party aa",
    ),
    "a batch whose last is wrong": (
        lambda house: (say(house, "one"), say(house, "two"), say(house, "three", party="zz")),
        NotFoundError, "Statement 3 of 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_bad_batch_is_refused_alone(house: House, case: str) -> None:
    """Whoever shares a commit with it gets a receipt; it gets its own refusal, and nothing of it stands (§2.5)."""
    make, error, words = REFUSED[case]
    group, held = Group(house.publisher), Held(house)
    crowd = Crowd(group)
    crowd.hand_over("first", say(house, "first"))
    assert held.began.wait(20)
    crowd.hand_over("before", say(house, "before"), say(house, "before, too"))
    queued(group, 2)
    bad = make(house)
    crowd.hand_over("bad", *bad)
    if case != "no envelope":
        queued(group, 2 + len(bad))
    crowd.hand_over("after", say(house, "after"))
    queued(group, 3 + (len(bad) if case != "no envelope" else 0))
    held.go.set()
    crowd.wait()
    assert held.commits == 2
    told = crowd.outcomes.pop("bad")
    assert isinstance(told, error)
    assert words in str(told)
    assert all(isinstance(one, Publication) for one in crowd.outcomes.values())
    notes = [house.said(index).statement.body.note for index in range(7, 11)]
    assert (notes, len(house.store.state.rows)) == (["first", "before", "before, too", "after"], 11)


def test_batch_may_refer_to_one_that_shares_its_commit(house: House) -> None:
    """A party and what is said by it come from two callers, in order, and stand in one commit (§2.5)."""
    group, held = Group(house.publisher), Held(house)
    crowd = Crowd(group)
    crowd.hand_over("first", say(house, "first"))
    assert held.began.wait(20)
    crowd.hand_over("party", house.sign("party", "cc", PARTY))
    queued(group, 1)
    crowd.hand_over("position", say(house, "by the new one", party="cc"))
    queued(group, 2)
    held.go.set()
    crowd.wait()
    assert held.commits == 2
    assert all(isinstance(one, Publication) for one in crowd.outcomes.values())


def test_repeat_in_one_commit_gets_the_first_place(house: House) -> None:
    """Two callers hand over the same statement at once: it stands once, and both are told where (design §2.2)."""
    group, held = Group(house.publisher), Held(house)
    crowd = Crowd(group)
    crowd.hand_over("first", say(house, "first"))
    assert held.began.wait(20)
    same = say(house, "the same")
    crowd.hand_over("one", same)
    queued(group, 1)
    crowd.hand_over("two", same, say(house, "and another"))
    queued(group, 3)
    crowd.hand_over("three", say(house, "first"))
    queued(group, 4)
    held.go.set()
    crowd.wait()
    places = {name: one.places for name, one in crowd.outcomes.items() if isinstance(one, Publication)}
    assert {name: [(one.index, one.repeated) for one in several] for name, several in places.items()} == {
        "first": [(7, False)], "one": [(8, False)], "two": [(8, True), (9, False)], "three": [(7, True)],
    }  # fmt: skip


def test_failure_of_the_store_is_told_to_each_of_the_group_and_the_next_goes_on(house: House) -> None:
    """Nothing was recorded for any of them, and each may try again (design §2.5)."""
    group, held = Group(house.publisher), Held(house)
    crowd = Crowd(group)
    crowd.hand_over("first", say(house, "first"))
    assert held.began.wait(20)
    for number in range(3):
        crowd.hand_over(f"other {number}", say(house, f"other {number}"))
    queued(group, 3)

    def full(step: str) -> None:
        if step == "before commit" and house.store.state.head.size > 7:
            message = "The disk is full; nothing was recorded."
            raise UnavailableError(message, outcome=NOTHING_RECORDED)

    house.store.fault = full
    held.go.set()
    crowd.wait()
    assert isinstance(crowd.outcomes.pop("first"), Publication)
    told = list(crowd.outcomes.values())
    assert [type(one) for one in told] == [UnavailableError] * 3
    assert {one.facts["outcome"] for one in told if isinstance(one, PledgerError)} == {NOTHING_RECORDED}
    assert len({id(one) for one in told}) == 3
    house.store.fault = lambda _step: None
    assert group.publish([say(house, "other 0")]).places[0].index == 8


def test_unknown_outcome_stops_all_callers(house: House) -> None:
    """Where nobody knows whether a commit happened, nobody is told that it did, and nothing more is written (§2.5)."""
    group, held = Group(house.publisher), Held(house)
    crowd = Crowd(group)
    crowd.hand_over("first", say(house, "first"))
    assert held.began.wait(20)
    crowd.hand_over("other", say(house, "other"))
    queued(group, 1)

    def broken(step: str) -> None:
        if step == "after commit":
            message = "The disk cannot be reached."
            raise OSError(message)

    house.store.fault = broken
    held.go.set()
    crowd.wait()
    assert isinstance(crowd.outcomes["first"], OSError)
    told = crowd.outcomes["other"]
    assert isinstance(told, UnavailableError)
    assert told.facts["outcome"] == "unknown"
    house.store.fault = lambda _step: None
    with pytest.raises(UnavailableError, match="open the ledger again"):
        group.publish([say(house, "later")])
    assert Group(house.new_publisher()).publish([say(house, "later")]).places[0].index == 8


def test_full_queue_is_refused_after_a_while(house: House) -> None:
    """The queue is bounded: who finds it full is told to come again, and nothing was recorded (§2.5)."""
    group, held = Group(house.publisher, queue=3, patience=0.05), Held(house)
    crowd = Crowd(group)
    crowd.hand_over("first", say(house, "first"))
    assert held.began.wait(20)
    crowd.hand_over("two", say(house, "a"), say(house, "b"))
    queued(group, 2)
    with pytest.raises(UnavailableError, match="2 statements wait to be published already") as caught:
        group.publish([say(house, "c"), say(house, "d")])
    assert caught.value.facts["outcome"] == NOTHING_RECORDED
    crowd.hand_over("one more", say(house, "e"))
    queued(group, 3)
    held.go.set()
    crowd.wait()
    assert all(isinstance(one, Publication) for one in crowd.outcomes.values())


def test_batch_that_is_longer_than_queue_and_group_gets_its_turn(house: House) -> None:
    """A batch is never divided; where it is too long to share, it is alone in its commit (§2.5)."""
    group, held = Group(house.publisher, queue=3, size=2), Held(house)
    held.go.set()
    publication = group.publish([say(house, f"long {number}") for number in range(5)])
    assert ([place.index for place in publication.places], held.commits) == ([7, 8, 9, 10, 11], 1)


def test_group_is_no_larger_than_it_may_be(house: House) -> None:
    """What does not fit into one commit is in the next, in the order in which it came (§2.5)."""
    group, held = Group(house.publisher, size=2), Held(house)
    crowd = Crowd(group)
    crowd.hand_over("first", say(house, "first"))
    assert held.began.wait(20)
    for number in range(5):
        crowd.hand_over(f"other {number}", say(house, f"other {number}"))
        queued(group, number + 1)
    held.go.set()
    crowd.wait()
    assert held.commits == 4
    found = [house.said(index).statement.body.note for index in range(8, 13)]
    assert found == [f"other {number}" for number in range(5)]


def test_lone_caller_waits_for_nobody(house: House) -> None:
    """Without others there is one commit for each batch, and no thread is started (§2.5)."""
    group, held = Group(house.publisher), Held(house)
    held.go.set()
    before = threading.active_count()
    for number in range(3):
        assert group.publish([say(house, f"alone {number}")]).places[0].index == 7 + number
    assert (held.commits, threading.active_count()) == (3, before)


def test_several_batches_of_one_caller_share_a_commit_and_fail_alone(house: House) -> None:
    """What a caller hands over as several batches is one commit; one that is refused takes none of the others along."""
    group, held = Group(house.publisher), Held(house)
    held.go.set()
    good, other = say(house, "good"), say(house, "other")
    dangling = house.sign("position", "nobody", {**POSITION, "note": "dangling"})
    outcomes = group.publish_each([group.open((raw,)) for raw in (good, dangling, other, good)])
    assert [type(one) for one in outcomes] == [Publication, NotFoundError, Publication, Publication]
    places = [one.places[0] for one in outcomes if isinstance(one, Publication)]
    assert [(place.index, place.repeated) for place in places] == [(7, False), (8, False), (7, True)]
    assert held.commits == 1
    assert group.publish_each(()) == ()


def test_crowd_gets_every_place_once(house: House) -> None:
    """Sixty-four threads of eight statements each: no place is given twice, none is left out, all proofs hold."""
    group = Group(house.publisher)
    crowd = Crowd(group)
    raws = {name: [say(house, f"{name} {number}") for number in range(8)] for name in map(str, range(64))}

    def hand_over_each(name: str) -> None:
        for number, raw in enumerate(raws[name]):
            crowd._run(f"{name} {number}", (raw,))

    threads = [threading.Thread(target=hand_over_each, args=(name,)) for name in raws]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    publications = [one for one in crowd.outcomes.values() if isinstance(one, Publication)]
    assert sorted(one.places[0].index for one in publications) == list(range(7, 7 + 512))
    for one in publications[::37]:
        for receipt in one.receipts():
            verify_receipt(receipt, log=LOG_KEYS)
