"""The pages of a PDF as text, read in a process of its own: with a limit on its memory, its time and its pages.

Whoever makes a PDF can make its reader work for hours; whoever looks for pledges must outlive that. So this file is
also run as a program: it is given the bytes, and writes the text of each page, or why it refuses, as a line of JSON;
run so it imports nothing of ours. Needs the extra ``texts`` (pypdf). Source: ISO 32000, §9.10 (extraction of text).
"""

import json
import resource
import subprocess
import sys
from typing import Final

MEMORY: Final = 1 << 30
"""Bytes of address space that reading may take."""

SECONDS: Final = 60
"""Seconds of a processor that reading may take."""

PAGES: Final = 1000
"""Pages that are read."""

TEXT: Final = 2_000_000
"""Characters that all pages may have together."""


def read_pages(raw: bytes, *, name: str) -> tuple[str, ...]:
    """Return the text of each page of a PDF.

    Raises:
        MalformedError: it is damaged, protected, or asks for too much.
        UnavailableError: pypdf is not installed.
    """
    from ledger.errors import MalformedError  # noqa: PLC0415  (as a program this file imports nothing of ours)
    from ledger.ingest.markup import library  # noqa: PLC0415  (as above)

    library("pypdf", extra="texts", reads="PDF")
    command = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, check=False, timeout=4 * SECONDS)  # noqa: S603
        found = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        message = f"{name}: asks for more time or memory than a PDF of words needs, or is damaged; save it anew."
        raise MalformedError(message, file=name) from error
    if "refusal" in found:
        raise MalformedError(f"{name}: {found['refusal']}.", file=name)
    return tuple(found["pages"])


def extract(raw: bytes) -> dict[str, object]:
    """Return the pages of a PDF, or why there are none."""
    import io  # noqa: PLC0415
    import logging  # noqa: PLC0415

    from pypdf import PdfReader  # noqa: PLC0415  (an extra)

    logging.getLogger("pypdf").disabled = True  # it tells of every oddity of every file
    try:
        reader = PdfReader(io.BytesIO(raw), strict=False)
        if reader.is_encrypted:
            return {"refusal": "is protected by a password; save it without one"}
        if len(reader.pages) > PAGES:
            return {"refusal": f"has more than the {PAGES} pages that are read; give a part of it"}
        pages: list[str] = []
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > TEXT:
                return {"refusal": f"has more than the {TEXT} characters that are read; give a part of it"}
    except Exception as error:  # noqa: BLE001  # a damaged file makes pypdf fail in any way there is
        said = " ".join(str(error).split())[:120]
        return {"refusal": f"is not a PDF that can be read ({type(error).__name__}: {said}); save it anew"}
    return {"pages": pages}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.setrecursionlimit(2000)
    sys.stdout.write(json.dumps(extract(sys.stdin.buffer.read())))
