"""The page that verifies: one file with everything in it, so that it still works saved, offline, years later.

It is served with the digests of its own style and program as its policy, and says the same in its head, so that a copy
on a disk allows no more than the original. It asks the network for nothing, and whoever opens it needs no leave: it
holds nothing of the ledger.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.report.html import environment
from ledger.web import answer
from ledger.web.pages.asset import program, style
from ledger.web.pages.frame import HTML, PACKAGE
from ledger.web.security import POLICY

ROUTER: Final = APIRouter(include_in_schema=False)

PROGRAMS: Final = ("bytes.js", "bundle.js", "check.js")
"""In the order in which they are read; each knows those before it."""


@ROUTER.get("/verify.html")
def verification(request: Request) -> Response:
    """The page."""
    raw, policy = document()
    return answer.reply(request, raw, media_type=HTML, keep="asked", headers={POLICY: policy})


@cache
def document() -> tuple[bytes, str]:
    """Return the page and its policy."""
    code = "\n".join(_alone(program(name).decode("utf-8")) for name in PROGRAMS)
    css = style().decode("utf-8")
    allowed = f"script-src {_source(code)}; style-src {_source(css)}"
    inside = f"default-src 'none'; {allowed}; img-src data:; base-uri 'none'; form-action 'none'"
    raw = (
        environment(PACKAGE)
        .get_template("verify_alone.html")
        .render(
            policy=inside,
            style=css,
            program=code,
        )
    )
    return raw.encode(), f"{inside}; frame-ancestors 'none'"


def _alone(code: str) -> str:
    """Return a program without its imports and exports: here all of them are one."""
    lines = (line for line in code.splitlines() if not line.startswith("import "))
    return "\n".join(line.removeprefix("export ") for line in lines)


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"
