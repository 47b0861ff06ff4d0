"""What docs/drafting.md says of drafting is what is measured, and its examples are read (issue 5, point 4)."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from ledger.ingest.draft.sentence import sentences
from ledger.ingest.draft.vocabulary import extended, shipped
from scripts.bench import drafting
from scripts.bench.drafting import DATA, Tally, markdown, measure_own, shared_documents, table, wilson

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "drafting.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("held_out", "title"),
    [(True, "Sentences of our own, held out"), (False, "Sentences of our own that the rules were mended on")],
)
def test_page_says_what_is_measured(held_out: bool, title: str) -> None:
    """The tables of the page are those that the rules earn now; --write brings them up to date."""
    assert markdown(table(title, measure_own(shipped(), held_out=held_out))) in PAGE


def test_texts_of_others_are_the_ones_that_were_annotated() -> None:
    """Where the texts are at hand, every annotated place is a sentence of theirs."""
    found = list(shared_documents())
    if not found:
        pytest.skip("the annotated texts do not lie beside this checkout")
    for document, truth in found:
        cut = {(one.start, one.end) for one in sentences(document.text)}
        assert {(one["start"], one["end"]) for one in truth["sentences"]} <= cut


def test_no_sentence_of_others_is_kept() -> None:
    """Texts of others are annotated by place and digest, never copied."""
    for line in (DATA / "shared.jsonl").read_text("utf-8").splitlines():
        assert "text" not in json.loads(line)
        assert all("text" not in one for one in json.loads(line)["sentences"])


def test_no_sentence_is_in_both_sets() -> None:
    """What is held out is not what the rules were mended on."""
    ours = [
        {json.loads(line)["text"] for line in (DATA / name).read_text("utf-8").splitlines()}
        for name in ("sentences.jsonl", "held-out.jsonl")
    ]
    assert ours[0] & ours[1] == set()
    assert (len(ours[0]), len(ours[1])) == (268, 58)


@pytest.mark.parametrize(
    ("right", "total", "expected"),
    # By hand, of 9 in 10: z² = 2.7055; centre (0.9 + 0.13528) / 1.27055 = 0.8148; half of the width
    # 1.6449 · √(0.009 + 0.0067638) / 1.27055 = 0.1625.
    [(9, 10, (0.9, 0.6523, 0.9773)), (10, 10, (1.0, 0.787, 1.0)), (0, 10, (0.0, 0.0, 0.213))],
)
def test_interval_is_wilsons(right: int, total: int, expected: tuple[float, float, float]) -> None:
    """The score interval of 90 %, which stays within 0 and 1."""
    assert wilson(right, total) == pytest.approx(expected, abs=5e-4)
    assert wilson(0, 0) is None


def test_tally_counts_a_bag() -> None:
    """What is told twice and true once is right once and wrong once."""
    tally = Tally()
    tally.add(["a", "a", "b"], ["a", "c"])
    assert (tally.right, tally.wrong, tally.missed) == (1, 2, 1)


def test_program_prints_its_tables(capsys: pytest.CaptureFixture[str]) -> None:
    """It runs as the page says, as text and as JSON."""
    drafting.main([])
    assert "Sentences of our own, held out" in capsys.readouterr().out
    drafting.main(["--json"])
    assert len(json.loads(capsys.readouterr().out)["tables"]) >= 3


def test_example_of_a_vocabulary_is_read() -> None:
    """The vocabulary in the page lies over the shipped one."""
    found = re.search(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    words = extended(found[1].encode(), name="mine.toml")
    assert set(tomllib.loads(found[1])["acts"]) <= set(words.acts)
    assert words.parties["acme"].names == ("Acme",)
