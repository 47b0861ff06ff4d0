"""Tables about the record: words to the letter, with the copy read and the entry (method §6)."""

from ledger.report.table.audit import table_named
from tests.unit.report.example import result


def rows(name: str) -> list[dict[str, str | None]]:
    """The rows of a table, by the names of its columns."""
    table = table_named(name)
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows(result())]


def test_opinion_shows_its_rule_its_reasons_and_its_arithmetic() -> None:
    """The rule, what made it so, and every part that could be pervasive, reckoned (A1 to A5)."""
    found = rows("opinion")
    assert [row["part"] for row in found] == ["rule", "because", "because", "part", "why"]
    part = found[3]
    assert (part["rule"], part["count"], part["due_terms"], part["pervasive"]) == ("A4", "1", "3", "yes")


def test_running_term_is_told_apart_from_a_due_one() -> None:
    """A term that still runs has no part in the opinion (A5)."""
    assert [(row["term"], row["is_due"]) for row in rows("considered")] == [
        ("agriculture-2020", "yes"), ("soy-2026", "no"),
    ]  # fmt: skip


def test_words_stand_to_the_letter_with_their_translation() -> None:
    """Words keep their language; a translation names its translator."""
    (found,) = [row for row in rows("words") if row["language"] == "zh"]
    assert found["quote"] == "中方将有力度地扩大自美农产品、能源产品、工业制成品、服务产品进口"
    assert (found["translation_language"], found["translator"]) == ("en", "the recorder")


def test_reply_stands_with_its_party_and_source() -> None:
    """Both sides' replies, verbatim, with where they were read (R12)."""
    first, second = rows("replies")
    assert (first["party"], first["stance"], first["publisher"]) == ("us", "affirms", "AP")
    assert (second["party"], second["stance"], second["quote"]) == ("cn", "silent", None)


def test_evidence_has_its_digests_and_the_copy_read() -> None:
    """Whoever wants the figures finds the digests, the copy that was read, and whether anything rests on it."""
    first = rows("evidence")[0]
    assert first["entry"] == "20"
    assert first["observations"] == "sha256:" + "cd" * 32
    assert first["raw"] == "sha256:" + "ef" * 32
    assert (first["copy_read"], first["how"], first["used"]) == ("a stored copy of the page", "excerpt", "yes")


def test_entry_is_listed_once_with_its_statement_and_fields() -> None:
    """Every entry that anything rests on is listed with the name of its statement."""
    found = rows("entries")
    numbers = [int(row["entry"] or "") for row in found]
    assert numbers == sorted(set(numbers))
    assert {4, 20, 41, 50} <= set(numbers)


def test_change_and_notes_are_told() -> None:
    """What changed (R2), what is emphasised, and what is out of scope."""
    assert [row["change"] for row in rows("changes")] == ["revision"]
    assert [row["note"] for row in rows("notes")] == ["emphasis", "not_covered"]
