"""Where the time of bulk ingest goes: each stage of a publication alone, beside the floors that it contains.

The stages are the product's own functions over the same statements, a thousand to a commit, on one core. What is left
of the whole after them is storing: rows, marks, nodes, checkpoint, the commit, and the loops around everything.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from ledger.assessment.authority import Authority
from ledger.model.statement import parse_statement
from ledger.service.admit import admit, open_statement
from ledger.service.publish import chain_rows
from ledger.service.scene import Folded, Opened, Scene, fold_authority
from ledger.signing.envelope import STATEMENT, open_envelope, verify_envelope
from ledger.tlog.entry import ZERO_HASH
from ledger.tlog.merkle import EMPTY_EDGE, Hash
from scripts.bench import floor
from scripts.bench.figure import Options, Table, median, on_cores, options, timed
from scripts.bench.ground import NOW, RECORDER, Ledger
from scripts.bench.ingest import ingest

BATCH = 1000


class Stages:
    """The stages of one batch, each to be run alone.

    Attributes:
        ledger: in which the batch might be published; nothing here writes.
        raws: its statements.
        opened: the same, opened.
        leaves: their leaf hashes.
    """

    def __init__(self, ledger: Ledger, raws: list[bytes]) -> None:
        self.ledger = ledger
        self.raws = raws
        self.envelopes = [open_envelope(raw, typ=STATEMENT) for raw in raws]
        self.opened: list[Opened] = [open_statement(raw, authority=self._authority()) for raw in raws]
        self.leaves: list[Hash] = []

    def open(self) -> None:
        """Open the envelopes."""
        for raw in self.raws:
            open_envelope(raw, typ=STATEMENT)

    def validate(self) -> None:
        """Read what the statements mean."""
        for envelope in self.envelopes:
            parse_statement(envelope.payload)

    def verify(self) -> None:
        """Verify their signatures."""
        for envelope in self.envelopes:
            if not verify_envelope(envelope, RECORDER.public):
                raise SystemExit("a signature does not hold")

    def admit(self) -> None:
        """Compare them with what the log holds."""
        with self.ledger.store.reading() as reading:
            scene = Scene(reading, self._authority(), now=NOW, blobs=self.ledger.blobs)
            admit(self.opened, scene, received=NOW)

    def chain(self) -> None:
        """Write their headers, each naming the leaf before it."""
        self.leaves = [row.leaf for row in chain_rows(self.opened, start=0, previous=ZERO_HASH, at=NOW)]

    def extend(self) -> None:
        """Let the tree grow by them."""
        EMPTY_EDGE.extend(self.leaves)

    def _authority(self) -> Authority | None:
        with self.ledger.store.reading() as reading:
            return fold_authority(reading, Folded()).authority


def measure(given: Options, *, rounds: int) -> tuple[tuple[str | float, ...], ...]:
    """Return a row for each stage: what it takes, the floors in it, and the difference."""
    names = ("open", "validate", "verify", "admit", "chain", "extend")
    took: dict[str, list[float]] = {name: [] for name in (*names, "whole")}
    lows: list[floor.Floors] = []
    with tempfile.TemporaryDirectory(dir=given.directory) as folder, on_cores(1):
        ledger = Ledger(Path(folder))
        ledger.fill(3 * BATCH)
        for number in range(rounds):
            raws = list(ledger.statements(BATCH, first=number * BATCH))
            stages = Stages(ledger, raws)
            lows.append(floor.measure(raws, RECORDER.public.raw, batch=BATCH, directory=Path(folder)))
            for name in names:
                step: Callable[[], None] = getattr(stages, name)
                took[name].append(timed(step) / BATCH * 1e6)
            took["whole"].append(timed(lambda: ingest(ledger, stages.raws, BATCH)) / BATCH * 1e6)  # noqa: B023
        ledger.close()
    cost = {name: median(values) for name, values in took.items()}
    rest = cost["whole"] - sum(cost[name] for name in names)
    low = {
        name: median([getattr(one, name) * 1e6 for one in lows])
        for name in ("read", "canonical", "sodium", "hashes", "tree", "row", "sum_sodium")
    }
    rows = (
        ("open the envelope (canonical check, hashes)", cost["open"], low["canonical"] + low["hashes"]),
        ("validate (strict read)", cost["validate"], low["read"]),
        ("verify (libsodium, where it is installed)", cost["verify"], low["sodium"]),
        ("admit: role, anchor, references, repeats", cost["admit"], 0.0),
        ("header and chain", cost["chain"], 0.0),
        ("tree", cost["extend"], low["tree"]),
        ("store, commit and receipts: the rest", rest, low["row"]),
        ("whole", cost["whole"], low["sum_sodium"]),
    )
    return tuple((name, here, there, here - there) for name, here, there in rows)


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    rows = measure(given, rounds=5 if given.is_quick else 15)
    columns = ("stage", "takes, µs", "floors in it, µs", "more, µs")
    given.show(Table("Where bulk ingest spends its time: a statement, a thousand to a commit, one core", columns, rows))
    given.finish()


if __name__ == "__main__":
    main()
