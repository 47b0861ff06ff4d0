"""What lies beside the log is held against it, and what cannot be judged is left alone (design §2.4, §2.5)."""

from ledger.service.beside import check_beside
from ledger.service.interval import Dating
from tests.unit.service.scenario import LOG_KEYS, House


def test_only_what_is_of_the_log_so_far_is_judged() -> None:
    """A cosigned checkpoint of more entries may be of a later snapshot, and of no entries there is none."""
    house = House().set_up()
    asked: list[int] = []

    def cosigned(size: int) -> bytes | None:
        asked.append(size)
        return None

    with house.store.reading() as reading:
        size = reading.head().size
        dating = Dating(cosigned, sizes=(0, size, size + 1))
        found = list(check_beside(reading, dating, keys_at=lambda _: LOG_KEYS, witnesses=()))
    assert asked == [size]
    assert [(one.code, one.subject) for one in found] == [("cosigned.refused", f"cosigned checkpoint {size}")]


def test_log_without_entries_has_nothing_beside_it() -> None:
    """Before the charter there is no checkpoint to be cosigned."""
    house = House()
    with house.store.reading() as reading:
        assert not list(check_beside(reading, Dating(lambda _: None), keys_at=lambda _: LOG_KEYS, witnesses=()))
