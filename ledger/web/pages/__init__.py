"""The pages: the ledger for whoever would rather look than ask, drawn by the server and readable without a program.

Every page is made of the same words, marks and pictures as the report (``ledger.report``), at the view that is asked
for. What a browser can do besides lies in ``static``: keys that stay in it, the lint beside what is typed, the slider
of the time machine, the check of a bundle. Nothing that is written goes by a page: it is signed in the browser and
handed in as everybody's statements are. Source: design §3 (Pages).
"""

from typing import Final

from fastapi import APIRouter

from ledger.web.pages import (
    asset,
    audit,
    commitment,
    docket,
    enter,
    evidence,
    instrument,
    key,
    log,
    overview,
    party,
    record,
    verification,
)

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(
    one.ROUTER
    for one in (
        asset, overview, party, instrument, commitment, docket, evidence, record, audit, log, key, verification, enter,
    )
)  # fmt: skip
"""All pages, for ``application``."""
