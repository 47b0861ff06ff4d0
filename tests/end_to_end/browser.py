"""A real browser before a served ledger: Debian's Chromium, driven by playwright; absent, whoever asks is told why."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledger.runtime import Ledger
from ledger.runtime.server import ServerSettings
from ledger.web.app import application
from ledger.web.journal import Journal
from ledger.web.pages import ROUTERS
from ledger.web.serve import bind, serve, url_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def running(ledger: Ledger, journal: Any, **settings: object) -> Iterator[str]:
    """Serve a ledger with its pages on a port of its own, and give its address."""
    chosen = ServerSettings.model_validate({"port": 0, **settings})
    bound = bind("127.0.0.1", 0)
    address = url_of(bound)
    app = application(ledger, chosen, journal=Journal(ledger.clock, journal), pages=ROUTERS)
    is_ready = threading.Event()
    thread = threading.Thread(target=serve, args=(app, chosen, bound), kwargs={"ready": is_ready.set})
    thread.start()
    try:
        assert is_ready.wait(20)
        yield address
    finally:
        app.state.served.stop()
        thread.join(20)


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Start the browser, or skip with the reason."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: it drives the browser")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this system (Debian: apt install chromium)")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield started
        finally:
            started.close()


def saved(path: Path, raw: bytes) -> Path:
    """Write a file that a page is to be given, and return where it is."""
    path.write_bytes(raw)
    return path
