"""Publishing: the one write, its order, and what is left when a step of it fails (design §2.5)."""

import pytest

from ledger.errors import ConflictError, UnavailableError
from ledger.service.publish import make_receipt, refuse_contradiction
from ledger.tlog.checkpoint import open_checkpoint
from ledger.tlog.entry import chain_fault, parse_header
from ledger.tlog.merkle import Hash
from ledger.tlog.proof import format_receipt, verify_receipt
from ledger.tlog.recheck import tree_root
from ledger.tlog.stored import NOTHING_RECORDED, Head
from tests.unit.service.scenario import KEYS, LOG_KEYS, ORIGIN, POSITION, START, House


def position(house: House, number: int, **changes: object) -> bytes:
    """Return the position of that number, signed."""
    return house.sign("position", "grain", {**POSITION, "note": f"number {number}"}, **changes)  # type: ignore[arg-type]


def test_entries_are_chained_and_the_checkpoint_signs_their_root() -> None:
    """Each header follows on the one before; the last checkpoint signs the recomputed root (design §2.3, §2.4)."""
    house = House().set_up()
    house.now = "2026-01-03T00:00:00Z"
    house.publish(*(position(house, number) for number in range(6)))
    headers = [parse_header(row.header) for row in house.store.state.rows]
    assert [chain_fault(before, after) for before, after in zip([None, *headers], headers, strict=False)] == [None] * 13
    signed = open_checkpoint(house.store.state.head.checkpoint, log=LOG_KEYS)
    assert signed.checkpoint.root == tree_root([row.leaf for row in house.store.state.rows])
    assert [header.received for header in headers[6:8]] == [START, "2026-01-03T00:00:00Z"]


def test_receipts_of_a_batch_verify_and_are_those_of_the_store() -> None:
    """The receipts that are made together hold, and equal the ones made later from the stored nodes (design §2.4)."""
    house = House().set_up()
    publication = house.publish(*(position(house, number) for number in range(5)))
    receipts = list(publication.receipts())
    assert [receipt.index for receipt in receipts] == [7, 8, 9, 10, 11]
    with house.store.reading() as reading:
        again = [make_receipt(reading, row) for row in reading.rows(7, 12)]
    assert [format_receipt(one) for one in receipts] == [format_receipt(one) for one in again]
    assert [verify_receipt(one, log=LOG_KEYS) for one in receipts] == [()] * 5


def test_repeat_gets_the_first_place_and_is_not_written_again() -> None:
    """What one key said before stands where it stood, in another batch and within one (design §2.2)."""
    house = House().set_up()
    raw = position(house, 1)
    first = house.publish(raw).places[0]
    house.publish(position(house, 2))
    batch = house.publish(raw, position(house, 3), position(house, 3))
    assert [(place.index, place.repeated) for place in batch.places] == [(7, True), (9, False), (9, True)]
    assert (batch.places[0].name, len(batch.rows)) == (first.name, 1)
    assert house.publish(raw).rows == ()
    assert house.store.state.head.size == 10


def test_repeat_under_another_spelling_of_the_algorithm_gets_the_first_place() -> None:
    """A repeat is told by key and payload, whatever its header and signature bytes (design §2.2)."""
    from ledger.signing.canonical import encode_base64url, format_json

    house = House().set_up()
    raw = position(house, 1)
    house.publish(raw)
    payload = raw.split(b".")[1]
    header = format_json({"alg": "EdDSA", "kid": KEYS["desk"].kid, "typ": "pledger+jws"})
    signing_input = encode_base64url(header).encode() + b"." + payload
    other = signing_input + b"." + encode_base64url(KEYS["desk"].sign(signing_input)).encode()
    assert [(place.index, place.repeated) for place in house.publish(other).places] == [(7, True)]


def test_same_words_by_another_key_are_another_statement() -> None:
    """Two authors may say the same; each has said it (design §2.2)."""
    house = House().set_up()
    house.publish(position(house, 1), position(house, 1, key="other"))
    assert house.store.state.head.size == 9


def test_clock_behind_the_head_is_refused() -> None:
    """The log's time only moves forward; the sentence says both times, and nothing is recorded (design §2.5)."""
    house = House().set_up()
    raw = position(house, 1, issued="2020-01-01T00:00:00Z")
    house.now = "2026-01-02T03:04:04Z"
    before = house.store.state.copy()
    with pytest.raises(UnavailableError, match="before the last entry") as caught:
        house.publish(raw)
    assert caught.value.facts["outcome"] == NOTHING_RECORDED
    assert house.store.state == before


def test_head_that_moved_is_judged_again_under_the_lock() -> None:
    """What another recorded between admission and lock counts: the same name is then taken (design §2.5)."""
    house = House().set_up()
    from tests.unit.service.scenario import PARTY

    other = house.new_publisher()
    mine, theirs = house.sign("party", "cc", PARTY), house.sign("party", "cc", {**PARTY, "kind": "body"}, key="other")

    def another_process() -> None:
        house.store.on_lock = lambda: None
        other.publish([theirs])

    house.store.on_lock = another_process
    with pytest.raises(ConflictError, match="a party cc already"):
        house.publish(mine)
    assert house.store.state.rows[-1].author == KEYS["other"].kid


def test_index_is_counted_from_the_head_that_moved() -> None:
    """Indexes come from the head under the lock, so that two writers never use one twice (design §2.5)."""
    house = House().set_up()
    other = house.new_publisher()
    theirs = position(house, 1)

    def another_process() -> None:
        house.store.on_lock = lambda: None
        other.publish([theirs])

    house.store.on_lock = another_process
    assert [place.index for place in house.publish(position(house, 2), position(house, 3)).places] == [8, 9]


def test_same_statement_by_two_processes_stands_once() -> None:
    """A repeat that arrives while the head moves is still a repeat (design §2.2, §2.5)."""
    house = House().set_up()
    other, raw = house.new_publisher(), position(house, 1)

    def another_process() -> None:
        house.store.on_lock = lambda: None
        other.publish([raw])

    house.store.on_lock = another_process
    assert [(place.index, place.repeated) for place in house.publish(raw).places] == [(7, True)]
    assert house.store.state.head.size == 8


STEPS = ("before append", "after append", "before swap", "after swap", "before commit")


@pytest.mark.parametrize("step", STEPS)
def test_failure_before_the_commit_leaves_the_old_state(step: str) -> None:
    """Whatever fails before the commit, nothing was recorded, and the batch can be published later (design §2.5)."""
    house = House().set_up()
    before = house.store.state.copy()

    def fail(at: str) -> None:
        if at == step:
            message = "The disk is full; nothing was recorded."
            raise UnavailableError(message, outcome=NOTHING_RECORDED)

    house.store.fault = fail
    with pytest.raises(UnavailableError, match="disk is full"):
        house.publish(position(house, 1))
    assert house.store.state == before
    house.store.fault = lambda _: None
    assert house.publish(position(house, 1)).places[0].index == 7


def test_unknown_outcome_stops_the_publisher_and_a_new_one_finds_the_new_state() -> None:
    """After a commit of unknown outcome nothing more is written until the ledger is opened (design §2.5)."""
    house = House().set_up()
    raw = position(house, 1)

    def fail(at: str) -> None:
        if at == "after commit":
            message = "The connection was lost."
            raise OSError(message)

    house.store.fault = fail
    with pytest.raises(OSError, match="lost"):
        house.publish(raw)
    house.store.fault = lambda _: None
    with pytest.raises(UnavailableError, match="open the ledger again"):
        house.publish(position(house, 2))
    assert [(place.index, place.repeated) for place in house.new_publisher().publish([raw]).places] == [(7, True)]


def test_nothing_is_signed_on_top_of_a_contradiction() -> None:
    """A node that does not fit, a head that lies: the publisher refuses before it signs (design §2.5)."""
    house = House().set_up()
    house.store.state.nodes[0, 6] = Hash(bytes(32))
    with pytest.raises(ConflictError, match="has not the root that was signed"):
        house.publish(position(house, 1))


def contradictions() -> dict[str, tuple[object, str]]:
    """Return what may be wrong with a stored ledger, and what is said of it."""

    def shorter(house: House) -> None:
        house.store.state.rows.pop()

    def longer(house: House) -> None:
        house.store.state.rows.append(house.store.state.rows[-1])

    def lying(house: House) -> None:
        head = house.store.state.head
        house.store.state.head = Head(head.size - 1, head.checkpoint, head.received)

    def older(house: House) -> None:
        house.store.state.head = Head(3, house.store.state.notes[3], START)

    def unsigned(house: House) -> None:
        head = house.store.state.head
        note = head.checkpoint.replace(b"example.org/test\n7\n", b"example.org/test\n8\n")
        house.store.state.head = Head(head.size, note, head.received)

    return {
        "an entry is gone": (shorter, "there are 6"),
        "an entry too many": (longer, "there are 8"),
        "a head that lies": (lying, "The head says 6 entries, its checkpoint signs 7"),
        "an older head": (older, "there are 7"),
        "a checkpoint that was changed": (unsigned, "is not one that example.org/test signed"),
    }


@pytest.mark.parametrize("case", contradictions())
def test_contradiction_is_refused_on_start_up(case: str) -> None:
    """What was signed and what is stored must agree before anything is answered (design §2.5)."""
    spoil, reason = contradictions()[case]
    house = House().set_up()
    assert callable(spoil)
    spoil(house)
    with house.store.reading() as reading, pytest.raises(ConflictError, match=f"{reason}.*run pledger log check"):
        refuse_contradiction(reading, origin=ORIGIN, genesis=house.genesis)


def test_ledger_of_another_charter_is_refused_on_start_up() -> None:
    """The configuration names the charter, so that a swapped database is seen (design §2.5)."""
    house = House().set_up()
    with house.store.reading() as reading, pytest.raises(ConflictError, match="was set up with the charter"):
        refuse_contradiction(reading, origin=ORIGIN, genesis="sha256:" + "0" * 64)


def test_groups_are_recorded_one_by_one() -> None:
    """Of many statements each group is whole or not at all, and those before a refused one stand (design §2.5)."""
    house = House().set_up()
    raws = [position(house, number) for number in range(5)] + [b"nothing"]
    groups = house.publisher.publish_groups(iter(raws[:5]), size=2)
    assert [[place.index for place in group.places] for group in groups] == [[7, 8], [9, 10], [11]]
    assert sorted(house.store.state.notes) == [3, 7, 9, 11, 12]
