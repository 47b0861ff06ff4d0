"""The whole description of the API, asked as a stranger would who read only that: no answer is a fault (issue 7)."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from tests.end_to_end.served import House, served

EXAMPLES: Final = int(os.environ.get("PLEDGER_TEST_EXAMPLES", "3"))
"""Requests of each kind for each operation; ``scripts/long/api`` asks for many more."""

SEED: Final = int(os.environ.get("PLEDGER_TEST_SEED", "0"))

BUSY: Final = 503
"""A server that is busy says so; that is no fault."""

PROBLEM: Final = "application/problem+json"

BOUNDED: Final = settings(
    max_examples=EXAMPLES, deadline=None, database=None, phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip

LEAST: Final = 30
"""Operations that the description has at least."""


@schemathesis.serializer("application/jose", "application/x-ndjson", "application/zip")
def _as_it_is(_context: Any, value: Any) -> bytes:
    """Send a text, or bytes, as what they are: what is signed is bytes."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A small ledger, served without limits on how often."""
    with served(tmp_path_factory.mktemp("fuzzed"), rate=0.0, heavy_rate=0.0) as one:
        yield one


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "not allowed"])
def test_no_answer_is_a_fault(mode: GenerationMode, house: House) -> None:
    """Whatever is sent, nothing is a 500, what is refused is a problem, and the log is as it was (style §7)."""
    size, seen = house.ledger.head().size, Counter[int]()
    schema = schemathesis.openapi.from_dict(house.client.get("/openapi.json").json())
    operations: list[Any] = [cast("Any", one).ok() for one in schema.get_all_operations()]
    assert len(operations) >= LEAST
    for operation in operations:
        _ask(operation, mode, house, seen)
    assert house.ledger.head().size == size
    assert sum(seen.values()) >= len(operations)
    assert seen[500] == 0


def _ask(operation: Any, mode: GenerationMode, house: House, seen: Counter[int]) -> None:
    """Send requests of a kind to one operation, and look at each answer."""

    @seed(SEED)
    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        asked = requests.Request(**_plain(case.as_transport_kwargs(base_url="http://testserver"))).prepare()
        # The client at hand refuses longer addresses by itself; the server refuses from 16 KiB on.
        assume(len(asked.url or "") < 60_000)
        headers = {name: value for name, value in asked.headers.items() if name.lower() != "content-length"}
        client: Any = house.client
        answer = client.request(asked.method or "GET", asked.url or "", headers=headers, content=asked.body)
        seen[answer.status_code] += 1
        assert answer.status_code < 500 or answer.status_code == BUSY, case.as_curl_command()
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == PROBLEM, case.as_curl_command()
            assert answer.json()["status"] == answer.status_code

    # An operation of which nothing can be wrong (it has neither parameters nor a body) has no negative requests.
    try:
        each()
    except (Unsatisfiable, schemathesis.errors.SchemathesisError):
        assert mode is GenerationMode.NEGATIVE, operation.label


def _plain(given_: dict[str, Any]) -> dict[str, Any]:
    """Return what a request is made of; how it is sent is ours."""
    return {name: value for name, value in given_.items() if name in {
        "method", "url", "headers", "params", "data", "json", "cookies", "files",
    }}  # fmt: skip
