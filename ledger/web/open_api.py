"""The description of the API (OpenAPI 3.1): every route with its answers, examples and problems; and a page of it.

The routes that the framework does not see, as they read their bodies raw, are described here by hand, in the same
document. The page takes its program and style from an installed package, and nothing from anybody else's server.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from ledger import __version__
from ledger.web import example
from ledger.web.api.statement import MANY, ONE
from ledger.web.problem import MEDIA_TYPE
from ledger.web.security import PAGE, POLICY

ABOUT: Final = """\
The system of record for promises between parties that do not trust one another, nor whoever runs the ledger.

A write is authorised by the signature of its statement and the role of its key; a private ledger asks for a token to be
read (`Authorization: Bearer`). Every read takes a view: `as_of` and `size`. Failures are problem documents (RFC 9457),
whose further members are facts.
"""

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "urn:pledger:problem: and the kind of problem, or about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "one sentence: what is wrong, where, what to do"},
    },
    "additionalProperties": True,
}

SAID: Final = {
    "400": "The input is not what it should be.",
    "401": "A token is needed, or the one that was given is not good any more.",
    "403": "The signature, the key, its role or the token does not allow this.",
    "404": "What is named is not there.",
    "405": "The address does not take that method.",
    "408": "The request came too slowly.",
    "409": "The ledger holds something that contradicts this.",
    "413": "The body is too large.",
    "415": "The body is of another type.",
    "416": "The range lies outside of the file.",
    "429": "Too many requests.",
    "500": "A fault of the server.",
    "503": "Something needed is busy at the moment; Retry-After says when to come back.",
}
EVERYWHERE: Final = ("400", "404", "405", "429", "500", "503")
WITH_BODY: Final = ("403", "408", "409", "413", "415")

_BEARER: Final = {
    "token": {"type": "http", "scheme": "bearer", "description": "Asked for where the ledger is private."}
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the description of an application, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title="Pledger", version=__version__, description=ABOUT, routes=app.routes, openapi_version="3.1.0"
        )
        made["paths"]["/v1/statements"] = {"post": _hand_in(), **made["paths"].get("/v1/statements", {})}
        components = made.setdefault("components", {})
        components["schemas"] = {"Problem": PROBLEM}
        components["securitySchemes"] = _BEARER
        for path, operations in made["paths"].items():
            for method, operation in operations.items():
                _add_problems(path, method, operation)
        made["paths"] = dict(sorted(made["paths"].items()))
        app.openapi_schema = made
    return app.openapi_schema


def _add_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add the problems that a route may answer with, and whether it asks for a token."""
    responses = operation["responses"]
    responses.pop("422", None)  # what the framework would call so is 400 here
    is_write = path in {"/v1/statements", "/v1/blobs/{digest}"} and method in {"post", "put"}
    is_open = path in {"/healthz", "/readyz"}
    wanted = [*EVERYWHERE, *(WITH_BODY if method in {"post", "put"} else ())]
    wanted += () if is_write or is_open else ("401", "403")
    wanted += ("416",) if path in {"/v1/blobs/{digest}", "/log/{path}"} or "audits" in path else ()
    for status in sorted(set(wanted)):
        responses[status] = {
            "description": SAID[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": _problem(status)}},
        }
    if method == "get" and not is_open:
        responses["304"] = {"description": "Whoever asks has it already (If-None-Match)."}
    if not is_write and not is_open:
        operation["security"] = [{}, {"token": []}] if path != "/metrics" else [{"token": []}]


def _problem(status: str) -> dict[str, object]:
    kinds = {
        "400": "malformed", "401": "unauthorised", "403": "refused", "404": "not-found", "405": "method", "408": "slow",
        "409": "conflict", "413": "too-large", "415": "media-type", "416": "range", "429": "too-many",
        "503": "unavailable",
    }  # fmt: skip
    name = f"urn:pledger:problem:{kinds[status]}" if status in kinds else "about:blank"
    return {"type": name, "title": "Problem", "status": int(status), "detail": SAID[status]}


def _hand_in() -> dict[str, Any]:
    """Return the description of the route that reads its body raw."""
    receipt = {"application/json": {"schema": {"type": "object"}, "example": example.RECEIPT}}
    flag = {"type": "boolean", "default": False}
    return {
        "tags": ["statements"],
        "operationId": "hand_in",
        "summary": "Hand in signed statements",
        "description": (
            "One compact JWS, or one a line. Of several, each is published or refused by itself, in their order, and "
            "a later one may refer to an earlier one; with `whole` all are published, or none. Evidence whose files "
            "are not here waits for them for an hour, unlogged; with `keep` any statement does that names files."
        ),
        "parameters": [
            {"name": "whole", "in": "query", "schema": flag, "description": "Publish all of several, or none."},
            {"name": "keep", "in": "query", "schema": flag, "description": "Wait for every file that is named."},
        ],
        "requestBody": {
            "required": True,
            "content": {
                ONE: {"schema": {"type": "string"}, "example": example.JWS},
                MANY: {"schema": {"type": "string"}, "example": f"{example.JWS}\n{example.JWS}\n"},
            },
        },
        "responses": {
            "200": {
                "description": "It was logged before: its receipt. Or, of several, a line for each.",
                "content": {**receipt, MANY: {"schema": {"type": "string"}, "example": example.LINES}},
            },
            "201": {"description": "It is logged: its receipt.", "content": receipt},
            "202": {
                "description": "It waits for files, and is not logged.",
                "content": {"application/json": {"schema": {"type": "object"}, "example": example.WAITS}},
            },
        },
    }


# --- the page ---------------------------------------------------------------------------------------------------------

_PROGRAM: Final = """\
window.ui = SwaggerUIBundle({
  url: "openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout",
});
"""
_PAGE: Final = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Pledger: the API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="docs/swagger-ui.css"><link rel="icon" href="data:,"></head>
<body><div id="api"></div><noscript><p>The same in one file: <a href="openapi.json">openapi.json</a>.</p></noscript>
<script src="docs/swagger-ui-bundle.js"></script><script src="docs.js"></script></body></html>
"""


def add_pages(app: FastAPI) -> None:
    """Serve the description, and a page of it where the package that draws it is installed."""

    async def description(_: Request) -> Response:
        return Response(orjson.dumps(describe(app)), media_type="application/json")

    async def page(_: Request) -> Response:
        return HTMLResponse(_PAGE, headers={POLICY: PAGE, "Cache-Control": "max-age=3600"})

    async def program(_: Request) -> Response:
        return Response(_PROGRAM, media_type="text/javascript", headers={"Cache-Control": "max-age=3600"})

    app.add_route("/openapi.json", description, methods=["GET"])
    spec = find_spec("fastapi_offline")
    if spec is not None and spec.origin is not None:
        app.add_route("/docs", page, methods=["GET"])
        app.add_route("/docs.js", program, methods=["GET"])
        app.mount("/docs", StaticFiles(directory=Path(spec.origin).parent / "static"), name="docs")
