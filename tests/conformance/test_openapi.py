"""The description of the API is whole and true: every route, its answers, examples and problems.

The framework's own routes are held to it, the route that reads its body raw as well, and ``docs/http.md`` names each.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis.core.result import Ok

from ledger.runtime.server import PREFIX, ServerSettings
from ledger.web.open_api import describe
from ledger.web.problem import MEDIA_TYPE, PROBLEMS
from tests.end_to_end.served import DAY, JOSE, House, served

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")

ASKED = {
    "/v1/consistency": "/v1/consistency?old=1",
    "/v1/entries/{entry}": "/v1/entries/5",
    "/v1/receipts/{entry}": "/v1/receipts/5",
    "/v1/proofs/{entry}": "/v1/proofs/5",
    "/v1/series/{key}": "/v1/series/export/bb/aa",
    "/v1/audit": "/v1/audit?party=aa",
    "/v1/audits/{subjects}": "/v1/audits/grain",
}
"""How a route is asked whose answer is not found under its own address with ``grain`` for the subject."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A served ledger that does not count how often one asks."""
    with served(tmp_path_factory.mktemp("openapi"), rate=0, heavy_rate=0) as one:
        yield one


@pytest.fixture(scope="module")
def whole(house: House) -> dict[str, Any]:
    """The description, as a client gets it."""
    found: dict[str, Any] = house.client.get("/openapi.json").json()
    return found


def operations(whole: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every operation with its method and path."""
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_description_is_openapi_3_1_and_names_itself_alike(whole: dict[str, Any], house: House) -> None:
    """It is the version that takes JSON Schema as it is, and asking twice gives the same."""
    assert whole["openapi"] == "3.1.0"
    assert whole == describe(house.client.app)  # type: ignore[arg-type]
    names = [operation["operationId"] for _, _, operation in operations(whole)]
    assert len(names) == len(set(names))


def test_every_route_is_described_with_answers_examples_and_problems(whole: dict[str, Any]) -> None:
    """Summary, description, an example of each answer in JSON or text, and the problems that may come (issue 7)."""
    bare = []
    for method, path, operation in operations(whole):
        answers = {status: one for status, one in operation["responses"].items() if status < "300"}
        contents = [content for one in answers.values() for content in one["content"].items()]
        told = [
            kind
            for kind, content in contents
            if "example" in content or "binary" in str(content) or "csv" in kind or "html" in kind
        ]
        problems = {status for status, one in operation["responses"].items() if MEDIA_TYPE in one.get("content", {})}
        if not (operation.get("summary") and operation.get("description") and answers and len(told) == len(contents)):
            bare.append(f"{method} {path}: not told")
        if not {"400", "404", "429", "500", "503"} <= problems or "422" in operation["responses"]:
            bare.append(f"{method} {path}: {sorted(problems)}")
        if method in {"post", "put"} and not {"413", "415"} <= problems:
            bare.append(f"{method} {path}: a body without 413 and 415")
        bare += [f"{method} {path}: {one['name']}" for one in operation.get("parameters", ()) if not one.get("schema")]
    assert bare == []


def test_examples_are_of_the_shape_of_the_answers(whole: dict[str, Any], house: House) -> None:
    """An example has the members of the answer, no more and no fewer, as far as it goes."""
    wrong = {}
    for method, path, operation in operations(whole):
        if method != "get" or path in {"/metrics", "/v1/audit", "/v1/audits/{subjects}"}:
            continue
        example = operation["responses"]["200"]["content"].get("application/json", {}).get("example")
        if example is None:
            continue
        asked = ASKED.get(path, path.replace("{subject}", "grain"))
        answer = house.client.get(asked + ("&" if "?" in asked else "?") + f"as_of={DAY}")
        if answer.status_code != 200 or answer.json().keys() != example.keys():
            wrong[path] = (answer.status_code, sorted(set(answer.json()) ^ set(example)))
    assert wrong == {}


def test_answers_hold_to_their_schemas(whole: dict[str, Any], house: House) -> None:
    """A receipt, a problem and each example are valid by the schema that stands beside them."""
    problem = Draft202012Validator(whole["components"]["schemas"]["Problem"])
    problem.validate(house.client.get("/v1/entries/99").json())
    problem.validate(house.client.post("/v1/statements", content=b"x", headers=JOSE).json())
    for _, _, operation in operations(whole):
        for one in operation["responses"].values():
            for content in one.get("content", {}).values():
                if "example" in content and "$ref" not in str(content["schema"]):
                    Draft202012Validator(content["schema"]).validate(content["example"])


def test_page_of_the_api_comes_from_here_alone(house: House) -> None:
    """The page asks nobody else for anything, holds no inline script, and its policy forbids one (issue 7)."""
    page = house.client.get("/docs")
    assert not re.search(r"https?://", page.text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert "script-src 'self';" in page.headers["content-security-policy"]
    for path in re.findall(r'(?:src|href)="([^"#][^":]*)"', page.text):
        assert house.client.get(f"/{path}").status_code == 200, path


# --- the document -----------------------------------------------------------------------------------------------------


def test_document_names_every_route(whole: dict[str, Any]) -> None:
    """``docs/http.md`` names each route by its method and template."""
    missing = [
        f"{method.upper()} {path}" for method, path, _ in operations(whole) if f"`{method.upper()} {path}`" not in PAGE
    ]
    assert missing == []


def test_document_names_every_setting() -> None:
    """Each setting of the server stands in ``docs/http.md`` with its default, and none that is not there."""
    named = dict(re.findall(r"^\| `([a-z_]+)` \| `([^`]*)` \|", PAGE, re.MULTILINE))
    assert named.keys() == ServerSettings.model_fields.keys()
    for name, field in ServerSettings.model_fields.items():
        told = (
            " ".join(field.default)
            if isinstance(field.default, tuple)
            else str(field.default).lower().removesuffix(".0")
        )
        assert named[name] == told, name
    assert PREFIX in PAGE


def test_document_names_every_problem_that_only_http_knows() -> None:
    """Each type of problem beyond those of the command line stands in ``docs/http.md`` with its status."""
    for status, (name, _) in PROBLEMS.items():
        assert f"| {status} | `{name}` |" in PAGE


# --- a stranger who tries everything ----------------------------------------------------------------------------------


@schemathesis.serializer("application/jose", "application/x-ndjson", "application/yaml", "application/zip")
def as_it_is(_: Any, value: Any) -> bytes:
    """Send a body as the bytes that were made up."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def test_whatever_is_sent_is_answered_as_described(house: House) -> None:
    """Requests made from the description, valid or not, are never answered 5xx, and only as it says (issue 7)."""
    loaded = schemathesis.openapi.from_asgi("/openapi.json", house.client.app)
    before = house.ledger.head().checkpoint
    wrong: dict[str, str] = {}
    for found in loaded.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @settings(
            max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None,
            phases=[Phase.generate],
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = case.call()
            described = case.operation.definition.raw["responses"]
            if answer.status_code >= 500 or str(answer.status_code) not in described:
                wrong.setdefault(f"{case.method} {case.path}", f"{answer.status_code}: {answer.text[:200]}")

        ask()
    assert wrong == {}
    assert house.ledger.head().checkpoint == before
