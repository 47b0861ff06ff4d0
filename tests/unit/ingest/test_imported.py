"""Imported values: what one evidence statement will say."""

from ledger.ingest.imported import ImportedSeries, Observations
from ledger.ingest.spill import Spool


def test_subject_is_the_series_key() -> None:
    """The subject of evidence is series:<measure type>/<reporter>/<partner> (design §2.2)."""
    series = ImportedSeries(
        measure="outstanding_sale", reporter="us", partner="*", authority="usda-fas", authority_of="us",
        published="2026-08-27", imputed=None, start="2026-08-27", end="2026-08-27", classifications=("HS",),
        frequencies=("W",), units=("kt",), bases=("",),
        observations=Observations(digest="sha256:" + "0" * 64, size=0, count=0, _spool=Spool(), _offset=0),
    )  # fmt: skip
    assert series.subject == "series:outstanding_sale/us/*"


def test_observations_are_read_in_pieces_or_whole() -> None:
    """A file of observations larger than a piece comes in several, and they are the file."""
    spool = Spool()
    spool.write(b"x" * 10)
    spool.write(b"y" * ((1 << 20) + 5))
    observations = Observations(digest="", size=(1 << 20) + 5, count=0, _spool=spool, _offset=10)
    assert [len(piece) for piece in observations.chunks()] == [1 << 20, 5]
    assert observations.read() == b"y" * ((1 << 20) + 5)
