"""The collector of cycles, kept away from work by the batch.

It walks every live object whenever enough new ones were made, and a batch of statements is many thousands of them in
which nothing is cyclic: a tenth to a fifth of the time of a batch goes there and finds nothing. Nothing else is here.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector away for the time of a ``with`` block.

    The switch is the process's; whoever finds it off leaves it off, so that blocks may overlap between threads.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def collect_young() -> None:
    """Let the collector look at what was made lately and is still held: little, once a batch is done with."""
    gc.collect(1)
