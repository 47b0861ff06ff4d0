"""The way from a leaf to the root: the stages that the verifier goes, and their picture (RFC 9162 §2.1.3.2)."""

from xml.etree.ElementTree import fromstring

import pytest

from ledger.tlog.merkle import inclusion_indexes, leaf_hash, node_hash, prove_inclusion
from ledger.web.pages.path import BOX, WIDTH, draw_path, inclusion_path

LEAVES = [leaf_hash(bytes([number])) for number in range(7)]


def test_stages_of_the_tree_of_seven() -> None:
    """Worked by hand in the drawing of RFC 9162 §2.1.5: leaf 4 takes f beside it, then j, then k to its left."""
    one, two, three = node_hash(LEAVES[0], LEAVES[1]), node_hash(LEAVES[2], LEAVES[3]), node_hash(LEAVES[4], LEAVES[5])
    left, right = node_hash(one, two), node_hash(three, LEAVES[6])
    stages = inclusion_path(LEAVES[4], index=4, size=7, hashes=(LEAVES[5], LEAVES[6], left))
    assert [stage.value for stage in stages] == [LEAVES[4], three, right, node_hash(left, right)]
    assert [stage.side for stage in stages] == ["", "right", "right", "left"]


def test_last_leaf_skips_the_levels_where_it_stands_alone() -> None:
    """Leaf 6 of seven is its own parent on two levels: two hashes lead to the root."""
    one, two, three = node_hash(LEAVES[0], LEAVES[1]), node_hash(LEAVES[2], LEAVES[3]), node_hash(LEAVES[4], LEAVES[5])
    left = node_hash(one, two)
    stages = inclusion_path(LEAVES[6], index=6, size=7, hashes=(three, left))
    assert stages[-1].value == node_hash(left, node_hash(three, LEAVES[6]))


@pytest.mark.parametrize("size", range(1, 8))
def test_every_proof_leads_to_the_root(size: int) -> None:
    """For every leaf of every small tree the last stage is the root that the tree itself has."""
    nodes = {(0, place): leaf for place, leaf in enumerate(LEAVES[:size])}
    for level in range(3):
        for place in range(size >> (level + 1)):
            nodes[level + 1, place] = node_hash(nodes[level, 2 * place], nodes[level, 2 * place + 1])
    roots = set()
    for index in range(size):
        assert set(inclusion_indexes(index, size)) <= set(nodes)
        proof = prove_inclusion(index, size, nodes)
        roots.add(inclusion_path(LEAVES[index], index=index, size=size, hashes=proof)[-1].value)
    assert len(roots) == 1


def test_picture_holds_each_hash_once_and_stays_in_its_frame() -> None:
    """A box for each hash that is given and each that is reckoned; nothing is drawn beyond the edge."""
    stages = inclusion_path(LEAVES[4], index=4, size=7, hashes=(LEAVES[5], LEAVES[6], LEAVES[0]))
    picture = fromstring(draw_path(stages, size=7))  # noqa: S314  # drawn by us, just now
    boxes = picture.findall(".//{*}rect")
    assert len(boxes) == 7
    assert all(0 <= float(box.attrib["x"]) <= WIDTH - BOX for box in boxes)
    assert len({(box.attrib["x"], box.attrib["y"]) for box in boxes}) == 7
    assert (
        picture.attrib["aria-label"] == "The leaf and 3 hashes of the proof lead to the root of the tree of 7 entries."
    )
