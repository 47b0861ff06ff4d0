"""The address of a database of PostgreSQL: read from a URL, shown and written down without what is secret in it.

Nothing here connects. What a URL may say is for libpq to know (``postgresql://user@host:port/database?sslmode=…``); a
password is best in PGPASSWORD, in a password file, or in the setting that names the store at run time.
"""

import re
from typing import Final
from urllib.parse import unquote

from ledger.errors import UsageError

_HOST: Final = r"(?:\[[0-9a-fA-F:.%]+\]|[^\s:,/?#\[\]@]*)(?::[0-9]{0,5})?"
_URL: Final = re.compile(rf"postgres(?:ql)?://(?:[^\s/?#]*@)?{_HOST}(?:,{_HOST})*(?:/[^\s?#]*)?(?:\?[^\s#]*)?")
"""Several hosts may stand in one address, as libpq has it; the rest of what it may say is for libpq to know."""

_SECRET: Final = frozenset({"password", "sslpassword", "oauth_client_secret"})
"""Parameters of libpq that are never written down."""


def check_address(url: str) -> str:
    """Return a URL once it is seen to be one of PostgreSQL.

    Raises:
        UsageError: it is not; the sentence does not repeat it, since a password may be in it.
    """
    if not _URL.fullmatch(url) or not url.isprintable():
        message = "That is no address of a store; write postgresql://USER@HOST/DATABASE, or leave it out for a file."
        raise UsageError(message)
    return url


def without_secrets(url: str) -> str:
    """Return a URL that was checked, without a password, as it may be shown and written down."""
    scheme, _, rest = url.partition("://")
    place, question, query = rest.partition("?")
    authority, slash, path = place.partition("/")
    user, at, hosts = authority.rpartition("@")
    given = query.split("&")
    kept = [one for one in given if unquote(one.partition("=")[0]).lower() not in _SECRET]
    options = question + "&".join(kept) if kept else ""
    return f"{scheme}://{user.partition(':')[0]}{at}{hosts}{slash}{path}{options}"


def has_secrets(url: str) -> bool:
    """Tell whether a URL that was checked holds a password."""
    return without_secrets(url) != url
