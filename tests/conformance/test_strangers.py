"""Verifiers that nobody here wrote, beside ours: on one export, on mutations of it, and on odd forms.

Those that are on the machine run, and the others say why they do not; ``scripts/long/strangers`` is the long form of
this, and docs/strangers.md says who they are and how to get them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.strangers import ours
from tests.conformance.strangers.campaign import Tally, refusals, run, whole
from tests.conformance.strangers.mutation import is_spelling, mutations
from tests.conformance.strangers.specimen import Specimen, make_specimen
from tests.conformance.strangers.stranger import Absent, Answer, Stranger, strangers
from tests.conformance.strangers.variant import compare

SIZE = 700
"""Entries of the export: two full tiles and a partial one, and a level above them."""

SEED = 2019
PYTHON = {"sigstore-python", "joserfc", "jwcrypto"}
"""Those that the tests' own packages bring."""


class Yes(Stranger):
    """A verifier that accepts everything, to see that a campaign notices."""

    def __init__(self) -> None:
        self.name, self.language, self.version = "yes", "Python", "1"
        self.covers, self.verbs = frozenset({"1", "4", "6"}), frozenset({"checkpoint"})

    def ask(self, verb: str, *_words: object) -> Answer:
        """Say yes."""
        return Answer(True) if verb in self.verbs else Answer(None)


@pytest.fixture(scope="module")
def specimen(tmp_path_factory: pytest.TempPathFactory) -> Specimen:
    """A small export."""
    return make_specimen(tmp_path_factory.mktemp("strangers") / "specimen", SIZE)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[tuple[Stranger, ...], tuple[Absent, ...]]]:
    """The strangers that are here, and those that are not."""
    with strangers(tmp_path_factory.mktemp("drivers")) as found:
        yield found


def told(slips: Tally) -> list[str]:
    """What went wrong, in lines that can be read."""
    return [
        *(f"ours accepts {one.kind} {one.name}, {one.region} at {one.position}: {one.change}" for one in slips.misses),
        *(
            f"{one.stranger} accepts {one.mutation.kind} {one.mutation.name}, {one.region} at {one.mutation.position}"
            for one in slips.slips
            if one.why is None
        ),
    ]


def test_absent_strangers_say_why_and_those_of_the_tests_are_here(known: Any) -> None:
    """A stranger that cannot run says what is missing; the Python ones always run, and enough others to matter."""
    here, away = known
    assert {one.name for one in here} >= PYTHON
    assert all(one.reason for one in away)
    assert not {one.name for one in here} & {one.name for one in away}


def test_everyone_accepts_the_export_unmodified(known: Any, specimen: Specimen) -> None:
    """Checkpoint, proofs, tiles, bundles, statements and timestamp are accepted, and the root recomputed (C2SP)."""
    for verb, *words in whole(specimen):
        assert ours.ask(str(verb), *words) == Answer(True), (verb, words)
    assert {one.name: refusals(specimen, one) for one in known[0] if refusals(specimen, one)} == {}


def test_every_mutated_byte_is_rejected_by_ours_and_by_whom_the_format_binds(
    known: Any, specimen: Specimen, tmp_path: Path
) -> None:
    """A byte changed anywhere in what is signed or hashed is noticed, by ours without exception."""
    found = run(specimen, known[0], mutations(specimen, seed=SEED, count=120), scratch=tmp_path)
    assert told(found) == []
    assert sum(found.kinds.values()) == sum(found.regions.values()) >= 119


def test_no_parser_of_ours_is_laxer_than_a_stranger(known: Any, specimen: Specimen, tmp_path: Path) -> None:
    """What ours takes of notes, keys, paths, proofs, policies and JWS, each stranger takes that reads such a thing."""
    found = compare(specimen, known[0], seed=SEED, count=600, scratch=tmp_path)
    assert [(one.grammar, one.odd, name, reason) for one, name, reason in found.lax] == []
    assert all(0 < found.taken[grammar] < count for grammar, count in found.counts.items())


def test_campaign_notices_a_verifier_that_accepts_everything(specimen: Specimen, tmp_path: Path) -> None:
    """A verifier that looks at nothing slips at every mutation that binds it, unexplained."""
    drawn = [one for one in mutations(specimen, seed=SEED, count=200) if one.kind == "checkpoint"]
    found = run(specimen, [Yes()], drawn, scratch=tmp_path)
    bound = [one for one in drawn if one.binds(Yes().covers)]
    assert len(bound) > 50
    assert [one.mutation for one in found.slips] == bound
    assert {one.why for one in found.slips} == {None}


def test_mutations_reach_every_line_and_are_the_same_from_one_seed(specimen: Specimen) -> None:
    """Lines of a checkpoint, parts of a proof and of a statement, levels of tiles: all are drawn, from the seed."""
    drawn = list(mutations(specimen, seed=SEED, count=300))
    again = list(mutations(specimen, seed=SEED, count=300))
    assert drawn == again
    assert drawn != list(mutations(specimen, seed=SEED + 1, count=300))
    regions = {(one.kind, one.region) for one in drawn}
    lines = {"origin", "size", "root", "blank line"} | {
        f"signature 0x0{kind}: {part}" for kind in "146" for part in ("dash", "name", "key id", "value", "end")
    }
    assert {("checkpoint", line) for line in lines} <= regions
    assert {("proof", part) for part in ("first line", "index", "hashes", "end of the proof")} <= regions
    assert {("tile", level) for level in ("level 0", "level 0, partial", "level 1, partial")} <= regions
    assert {("statement", part) for part in ("header", "payload", "signature", "dots")} <= regions
    assert all(one.change in {"replace", "delete", "insert"} for one in drawn)


@pytest.mark.parametrize(
    ("raw", "changed", "is_bound"),
    [
        pytest.param(b"wJh5TlA=", b"wJh5TlB=", False, id="bits that carry nothing"),
        pytest.param(b"wJh5TlA=", b"wJh5TlI=", True, id="a bit that carries something"),
        pytest.param(b"wJh5TlA=", b"wJh5Tl!=", True, id="a letter that is none"),
        pytest.param(b"wJh5TlA=", b"wJh5TlA", True, id="no padding"),
    ],
)
def test_only_bits_that_carry_nothing_are_left_to_the_decoder(raw: bytes, changed: bytes, is_bound: bool) -> None:
    """RFC 4648 §3.5 lets a decoder ignore spare bits, and nothing else excuses a verifier that accepts a mutation."""
    note = b"o\n1\nr\n\n" + "— name ".encode()
    assert is_spelling("checkpoint", note + raw + b"\n", note + changed + b"\n") is not is_bound
