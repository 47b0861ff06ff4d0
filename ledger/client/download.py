"""A file at an address, brought here whole before it is looked at: whoever verifies it reads it more than once.

Nothing is believed of it. A token goes along only where a server of ours may be asked with one (``PLEDGER_TOKEN``).
"""

from tempfile import NamedTemporaryFile
from typing import IO, Final
from urllib.parse import parse_qsl, urlsplit

from ledger.client.transport import LONG, Transport
from ledger.errors import MalformedError

LIMIT: Final = 1 << 30
"""The most bytes of a file."""


def download(address: str, *, token: str | None = None) -> "IO[bytes]":
    """Return a file at an address as one that has a name here, until it is closed.

    Args:
        address: with a query, if it has one: ``https://ledger.example/v1/audits/grain?format=zip``.
        token: with which a private ledger is read.

    Raises:
        MalformedError: the address is none.
        PledgerError: the problem that is answered; UnavailableError where nobody answers, or with too much.
    """
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise MalformedError(f"{address[:200]!r} is no address; write https://host/path.", url=address[:200]) from error
    transport = Transport(f"{parts.scheme}://{parts.netloc}", token=token)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    reply = transport.ask("GET", parts.path or "/", query=query, limit=LIMIT, patience=LONG)
    made = NamedTemporaryFile(prefix="pledger-")  # noqa: SIM115  # whoever asked closes it
    made.write(reply.body)
    made.flush()
    return made
