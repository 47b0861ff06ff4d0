"""The product itself, asked as the strangers are: the same words, its own parsers and verifiers.

Whatever it raises that is not an error of ours is not an answer, and goes through.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final

from ledger.errors import MalformedError, PledgerError, RefusedError
from ledger.service.site import CHECKPOINT, read_hashes, read_headers, read_nodes
from ledger.signing.envelope import STATEMENT, open_envelope, verify_envelope
from ledger.signing.key import PublicKey
from ledger.tlog.checkpoint import Checkpoint, open_checkpoint
from ledger.tlog.entry import chain_fault, parse_header
from ledger.tlog.merkle import Address, edge_indexes, leaf_hash, node_hash, read_edge
from ledger.tlog.note import VerifierKey, parse_verifier_key
from ledger.tlog.policy import parse_policy
from ledger.tlog.proof import parse_proof, verify_proof
from ledger.tlog.tile import ENTRIES, TILE_HEIGHT, TILE_WIDTH, Tile, hash_in_tile, parse_tile_path
from ledger.tlog.timestamp import open_timestamp, parse_roots
from tests.conformance.strangers.specimen import policy
from tests.conformance.strangers.stranger import Answer


class Files:
    """A static site in a directory, in which one file stands for another."""

    name = "the site"

    def __init__(self, site: str, path: str = "", instead: str = "-") -> None:
        self.site, self.path, self.instead = Path(site), path, instead

    def open(self, path: str) -> BinaryIO | None:
        """Return a file for reading, or None."""
        file = Path(self.instead) if path == self.path and self.instead != "-" else self.site / path
        return BytesIO(file.read_bytes()) if file.is_file() else None


def ask(verb: str, *words: object) -> Answer:
    """Return what the product says of something."""
    judge = _JUDGES.get(verb)
    if judge is None:
        return Answer(None)
    try:
        judge(*map(str, words))
    except PledgerError as error:
        return Answer(accepts=False, reason=error.message)
    return Answer(accepts=True)


def _keys(path: str) -> tuple[tuple[VerifierKey, ...], tuple[VerifierKey, ...]]:
    """Return the log's keys and the witnesses'."""
    keys = [parse_verifier_key(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return tuple(keys[:2]), tuple(keys[2:])


def _open(keys: str, raw: bytes) -> Checkpoint:
    """Return a checkpoint that every key signed."""
    log, witnesses = _keys(keys)
    signed = open_checkpoint(raw, log=log, witnesses=witnesses)
    for key in witnesses:
        if key not in signed.signers:
            raise RefusedError(f"{key.name} did not sign; get the checkpoint whole.")
    return signed.checkpoint


def _judge_checkpoint(keys: str, path: str) -> None:
    _open(keys, Path(path).read_bytes())


def _judge_proof(keys: str, path: str, entry: str) -> None:
    """Verify a proof by a policy, which is content with one key of the log, and hold it to all of them besides."""
    proof = parse_proof(Path(path).read_bytes())
    _open(keys, proof.checkpoint)
    findings = verify_proof(proof, leaf=leaf_hash(Path(entry).read_bytes()), policy=policy())
    if findings:
        raise RefusedError(findings[0].sentence)


def _judge_tile(keys: str, site: str, path: str, instead: str) -> None:
    """Climb from a tile to the last one of the tree, whose nodes fold to the root."""
    source, tile = Files(site, path, instead), parse_tile_path(path)
    checkpoint = _open(keys, (source.site / CHECKPOINT).read_bytes())
    while tile.width == TILE_WIDTH:
        above = _above(tile, checkpoint.size)
        if above is None:
            break
        hashes = read_hashes(source, tile)
        # A tile leaves out its own apex, which is the hash of the two nodes below it.
        halves = (Address(TILE_HEIGHT * (tile.level + 1) - 1, 2 * tile.index + side) for side in (0, 1))
        left, right = (hash_in_tile(tile, hashes, half) for half in halves)
        if node_hash(left, right) != read_hashes(source, above)[tile.index % TILE_WIDTH]:
            raise MalformedError(f"{path} does not hash to its node in the tile above; fetch it again.")
        tile = above
    nodes = read_nodes(source, edge_indexes(checkpoint.size), checkpoint.size)
    if read_edge(checkpoint.size, nodes).root != checkpoint.root:
        raise MalformedError("The tiles do not lead to the root of the checkpoint; fetch them again.")


def _above(tile: Tile, size: int) -> Tile | None:
    """Return the tile that holds a full tile's own hash; None where the tree has none."""
    count = size >> TILE_HEIGHT * (tile.level + 1)
    index = tile.index >> TILE_HEIGHT
    width = min(TILE_WIDTH, count - (index << TILE_HEIGHT))
    return Tile(tile.level + 1, index, width) if width > 0 else None


def _judge_bundle(keys: str, site: str, path: str, instead: str) -> None:
    """Read the entries as the product does, chained, and hold them against their tile, and that against the root."""
    source, bundle = Files(site, path, instead), parse_tile_path(path)
    headers = read_headers(source, Tile(ENTRIES, bundle.index, bundle.width))
    hashes = read_hashes(source, Tile(0, bundle.index, bundle.width))
    if tuple(map(leaf_hash, headers)) != hashes:
        raise MalformedError(f"{path} does not hash to the leaves of its tile; fetch it again.")
    parsed = [parse_header(raw) for raw in headers]
    for before, after in pairwise(parsed):
        if fault := chain_fault(before, after):
            raise MalformedError(fault)
    _judge_tile(keys, site, path.replace("entries", "0"), "-")


def _judge_log(keys: str, site: str) -> None:
    """Judge every bundle, and every tile above them."""
    size = _open(keys, Path(site, CHECKPOINT).read_bytes()).size
    for file in sorted(Path(site, "tile").rglob("*")):
        if file.is_file():
            path = file.relative_to(site).as_posix()
            tile = parse_tile_path(path)
            last = size >> TILE_HEIGHT * max(tile.level, 0)
            if tile.width < TILE_WIDTH and (tile.index << TILE_HEIGHT) + tile.width != last:
                continue  # of an earlier checkpoint
            (_judge_bundle if tile.level == ENTRIES else _judge_tile)(keys, site, path, "-")


def _judge_statement(jwk: str, path: str) -> None:
    key = PublicKey.from_jwk(json.loads(Path(jwk).read_bytes()))
    if not verify_envelope(open_envelope(Path(path).read_bytes(), typ=STATEMENT), key):
        raise RefusedError("That key did not sign the statement; take the right one.")


def _judge_timestamp(root: str, stamp: str, data: str) -> None:
    roots = parse_roots(Path(root).read_bytes(), what="the roots")
    open_timestamp(Path(stamp).read_bytes(), digest=sha256(Path(data).read_bytes()).digest(), roots=roots)


def _text(path: str) -> str:
    try:
        return Path(path).read_bytes().decode()
    except UnicodeDecodeError as error:
        raise MalformedError("It is not UTF-8; give text.") from error


_JUDGES: Final[dict[str, Callable[..., object]]] = {
    "checkpoint": _judge_checkpoint,
    "proof": _judge_proof,
    "tile": _judge_tile,
    "bundle": _judge_bundle,
    "log": _judge_log,
    "statement": _judge_statement,
    "timestamp": _judge_timestamp,
    "vkey": lambda path: parse_verifier_key(_text(path)),
    "tilepath": lambda path: parse_tile_path(_text(path)),
    "policy": lambda path: parse_policy(Path(path).read_bytes()),
}
