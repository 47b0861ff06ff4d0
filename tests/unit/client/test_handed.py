"""What became of statements, read strictly from a stranger's answer."""

import json
from typing import Any

import pytest

from ledger.client.handed import Waiting, read_brought, read_lines, read_one
from ledger.errors import RefusedError, UnavailableError
from ledger.remote.exchange import Reply

NAME = f"sha256:{'0' * 64}"
WAITS: dict[str, Any] = {
    "statement": NAME, "missing": [{"digest": NAME, "size": 5}], "welcome": [NAME], "until": "2026-01-02T04:04:05Z",
}  # fmt: skip


def test_waiting_is_read() -> None:
    """A 202 says what the statement waits for, and until when (design §3)."""
    found = read_one(Reply(202, {}, json.dumps(WAITS).encode()), url="http://x")
    assert found == Waiting(NAME, ((NAME, 5),), (NAME,), "2026-01-02T04:04:05Z")


def test_each_line_has_its_outcome() -> None:
    """A line that waits and a line that was refused are what they are, in their order."""
    refused = {"status": 403, "problem": {"type": "urn:pledger:problem:refused", "detail": "No; sign it."}}
    body = "\n".join(map(json.dumps, [{"status": 202, "waits": WAITS}, refused])).encode() + b"\n"
    first, second = read_lines(body, count=2, url="http://x")
    assert isinstance(first, Waiting)
    assert isinstance(second, RefusedError)


LINES = {
    "too few": (b'{"status":202}\n', 2),
    "no JSON": (b"receipt\n", 1),
    "a list": (b"[]\n", 1),
    "nothing in it": (b'{"status":200}\n', 1),
    "a receipt that is none": (b'{"status":201,"receipt":{"index":1}}\n', 1),
    "a wait that is none": (b'{"status":202,"waits":{}}\n', 1),
    "a problem without a status": (b'{"problem":{}}\n', 1),
    "nothing": (b"", 1),
}


@pytest.mark.parametrize("case", LINES)
def test_answer_that_says_nothing_is_no_receipt(case: str) -> None:
    """What cannot be read is a server out of reach, never a receipt and never a traceback."""
    body, count = LINES[case]
    with pytest.raises(UnavailableError, match="cannot be read"):
        read_lines(body, count=count, url="http://x")


@pytest.mark.parametrize("body", [b"{}", b'{"statements":{}}', b'{"statements":[{}]}', b'{"statements":[1]}'])
def test_answer_to_a_file_names_its_statements(body: bytes) -> None:
    """Without statements by name, nothing is believed of any."""
    with pytest.raises(UnavailableError, match="cannot be read"):
        read_brought(body, url="http://x")
