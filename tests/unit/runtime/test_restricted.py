"""A file that may not travel is digested behind random bytes, and the same one again behind the same (design §2.3)."""

import hashlib
import io
from dataclasses import replace
from datetime import date
from typing import Any, BinaryIO

import pytest

from ledger.assessment.view import Said
from ledger.errors import MalformedError, NotFoundError
from ledger.ingest.mapping import parse_mapping
from ledger.ingest.tabular import read_evidence
from ledger.model.evidence import Evidence
from ledger.runtime.restricted import Salted, find_salt, salt_imported
from ledger.runtime.said import evidence_body, make_statement
from tests.end_to_end.small import FIGURES, MAPPING, START

SALT = bytes(range(32))
RESTRICTED = MAPPING.replace(b"redistribute = true", b"redistribute = false")


def imported(mapping: bytes = RESTRICTED, figures: bytes = FIGURES) -> Any:
    """Return what the figures give."""
    parsed = parse_mapping(mapping, name="grain.toml")
    return read_evidence(io.BytesIO(figures), parsed, name="grain.csv", published=date(2020, 4, 1))


def said(what: Any, **changes: object) -> Said:
    """Return the evidence statement of an import."""
    (series,) = what.series
    body = {**evidence_body(what, series, now=START, extra={}), **changes}
    statement = make_statement("evidence", series.subject, body, issued=START)
    return Said(6, "sha256:" + "0" * 64, "a" * 43, START, statement)


def opener(files: dict[str, bytes]) -> Any:
    """Return what opens a file by its digest."""

    def open_file(digest: str) -> BinaryIO:
        if digest not in files:
            message = "it is not held"
            raise NotFoundError(message)
        return io.BytesIO(files[digest])

    return open_file


def evidence_of(one: Any) -> Evidence:
    """Return the evidence that an import says."""
    body = said(one).statement.body
    assert isinstance(body, Evidence)
    return body


def test_digest_and_size_are_of_the_random_bytes_and_the_file() -> None:
    """What stands in the log is SHA-256 of 32 bytes and the file, and the stream gives exactly these (design §2.3)."""
    stream = io.BytesIO(FIGURES)
    found = salt_imported(imported(), stream, SALT)
    expected = hashlib.sha256(SALT + FIGURES).hexdigest()
    assert (found.digest, found.size) == (f"sha256:{expected}", 32 + len(FIGURES))
    salted, pieces = Salted(SALT, stream), []
    while piece := salted.read(10):
        pieces.append(piece)
    assert b"".join(pieces) == SALT + FIGURES


def test_file_that_may_travel_has_no_salt() -> None:
    """Nothing of it is secret: its digest is the publisher's file's (design §2.3)."""
    plain = imported(MAPPING)
    assert salt_imported(plain, io.BytesIO(FIGURES), b"") == plain
    assert evidence_of(plain).raw.salted is False


def test_same_file_again_is_kept_behind_the_same_bytes() -> None:
    """To submit a file twice says nothing new, so that it gets its first receipt (design §2.2)."""
    first = salt_imported(imported(), io.BytesIO(FIGURES), SALT)
    files = {first.digest: SALT + FIGURES}
    stream = io.BytesIO(FIGURES)
    assert evidence_of(first).raw.salted is True
    assert find_salt([said(first)], imported(), stream, opener(files)) == SALT
    assert stream.read() == FIGURES


OTHERS = {
    "a file of another size": FIGURES + b"2020-03,9\n",
    "a file that gives other figures": FIGURES.replace(b"2020-02,7", b"2020-02,8"),
    "another file that gives the same figures": FIGURES.replace(b"1,000", b"2,000"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_other_file_finds_no_salt(case: str) -> None:
    """The bytes are found only by the very same file (design §2.3)."""
    first = salt_imported(imported(), io.BytesIO(FIGURES), SALT)
    files = {first.digest: SALT + FIGURES}
    other = OTHERS[case]
    assert find_salt([said(first)], imported(figures=other), io.BytesIO(other), opener(files)) is None


def test_salt_that_was_erased_with_its_file_is_not_found() -> None:
    """The random bytes go with the file (design §2.3)."""
    first = salt_imported(imported(), io.BytesIO(FIGURES), SALT)
    assert find_salt([said(first)], imported(), io.BytesIO(FIGURES), opener({})) is None


def test_salted_file_does_not_travel() -> None:
    """A statement that says otherwise of a file is refused (design §2.3)."""
    first = salt_imported(imported(), io.BytesIO(FIGURES), SALT)
    with pytest.raises(MalformedError, match="may not travel"):
        said(first, redistribute=True)
    with pytest.raises(MalformedError, match="behind its 32 bytes"):
        said(replace(first, size=31))
