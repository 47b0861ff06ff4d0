"""A real process on a real disk, killed and failed over and over, and what it leaves, looked at each time.

A round begins `tests.simulation.child` on the ledger of the rounds before, kills it at a moment drawn from the seed
unless a fault of its own ends it first, opens what is left and holds it against everything that was ever answered: the
full check finds nothing, no acknowledged entry is gone, a repeat gets its first place, the static site leads to the
log's root. Which call a fault meets is the seed's; the moment of a kill is the machine's as well.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ledger.errors import PledgerError
from ledger.runtime import import_log, open_ledger, open_source
from tests.end_to_end.small import START, drafts, small_ledger
from tests.simulation.child import FAULTS, statement

ROOT: Final = Path(__file__).resolve().parents[2]
FOREIGN: Final = 70
CODES: Final = (0, 3, 5, 8, -signal.SIGKILL)
"""How a child may end: killed, or by an error of ours, but never by one that accuses the ledger (6, 7)."""


@dataclass
class Rounds:
    """What the rounds went through, and were answered.

    Attributes:
        ends: how children ended, by fault and code.
        names: the statement that was acknowledged at each index.
        calls: how often statements were handed in and acknowledged.
        repeats: the numbers of acknowledged positions, and their indexes.
        exported: the largest size that the site was said to have.
        sentences: what a child said as it gave up, without its numbers.
    """

    count: int = 0
    ends: Counter[tuple[str, int]] = field(default_factory=Counter)
    names: dict[int, str] = field(default_factory=dict)
    repeats: dict[int, int] = field(default_factory=dict)
    calls: int = 0
    exported: int = 0
    entries: int = 0
    sentences: Counter[str] = field(default_factory=Counter)


def begin(directory: Path) -> Rounds:
    """Make the ledger, with a pledge in it."""
    with small_ledger(directory) as made:
        made.record(drafts())
    return Rounds()


def one_round(directory: Path, seed: int, rounds: Rounds, *, longest: float = 1.0) -> None:
    """Run a child until it ends or is killed, and look at what it left.

    Args:
        directory: of the ledger.
        seed: of the round.
        rounds: what came before.
        longest: after how many seconds of work a child is killed at the latest.

    Raises:
        AssertionError: a law is broken; the sentence says which.
    """
    draw = random.Random(seed)  # noqa: S311, faults are drawn, not secrets
    fault = draw.choice(FAULTS)
    patience = draw.choice((0.0, 0.3, longest / 2)) + draw.random() * longest / 2
    command = [sys.executable, "-m", "tests.simulation.child", str(directory), str(seed), fault]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=environment)
    told, said = _run(child, patience)
    rounds.count += 1
    rounds.ends[fault, child.returncode] += 1
    if child.returncode not in CODES:
        message = f"a child ended with {child.returncode} ({fault}):\n{said.decode(errors='replace')}"
        raise AssertionError(message)
    sentence = "".join(one for one in said.decode().replace(str(directory.parent), "DIR") if not one.isdigit())
    rounds.sentences[sentence.strip()] += 1
    _hear(told, rounds)
    _look(directory, draw, rounds)


def _run(child: subprocess.Popen[bytes], patience: float) -> tuple[bytes, bytes]:
    """Return what a child said; it is killed so long after it began to write, unless it has ended by then."""
    assert child.stdout is not None
    begun = child.stdout.readline()
    try:
        told, said = child.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        child.kill()
        told, said = child.communicate()
    return begun + told, said


def _hear(told: bytes, rounds: Rounds) -> None:
    """Take in what was acknowledged; a line that a kill cut short was not."""
    for line in told.split(b"\n")[:-1]:
        answer = json.loads(line)
        rounds.calls += answer["did"] not in {"begin", "export"}
        if answer["did"] == "export":
            rounds.exported = max(rounds.exported, answer["number"])
        for place, (index, name) in enumerate(zip(answer["indexes"], answer["names"], strict=True)):
            assert rounds.names.setdefault(index, name) == name, f"two statements were acknowledged at {index}"
            if answer["did"] == "record":
                rounds.repeats[answer["number"] + place] = index


def _look(directory: Path, draw: random.Random, rounds: Rounds) -> None:
    """Open what is left, and hold it against what was answered."""
    with open_ledger(directory, at=lambda: START) as ledger:
        rounds.entries = ledger.head().size
        found = ledger.check().findings
        assert found == (), f"the full check finds {found[0]}"
        standing = {row.index: f"sha256:{row.statement.hex()}" for row in ledger.rows()}
        for index, name in rounds.names.items():
            assert standing.get(index) == name, f"the acknowledged entry {index} is gone"
        for number in draw.sample(sorted(rounds.repeats), min(2, len(rounds.repeats))):
            (receipt,) = ledger.hand_over([statement(number, ledger.genesis)])
            assert receipt.index == rounds.repeats[number], f"a repeat stands at {receipt.index}, not where it was"
        assert ledger.head().size == rounds.entries, "a repeat made the log longer"
        root = ledger.checkpoint().root
    site = directory.with_name("site")
    if not (site / "checkpoint").exists():
        assert rounds.exported == 0, "the site has lost its checkpoint"
        return
    with tempfile.TemporaryDirectory(dir=directory.parent) as folder:
        try:
            imported = import_log(open_source(str(site)), Path(folder) / "copy", at=lambda: START)
        except PledgerError as error:
            message = f"the site cannot be imported: {error.message}"
            raise AssertionError(message) from error
        size, found_root = imported.front.checkpoint.size, imported.front.checkpoint.root
    assert rounds.exported <= size <= rounds.entries, f"the site has {size} entries, {rounds.exported} were exported"
    assert size < rounds.entries or found_root == root, "the site has another root than the log"
