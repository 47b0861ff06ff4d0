"""A ledger that somebody else serves: asked over HTTP, and believed only as far as its bytes prove.

``Client`` speaks the routes of ``docs/http.md``, one method for each, with typed answers; ``RemoteLedger`` is an open
ledger like any other whose log is followed from a server into a verified copy here, so that every command computes from
what was checked, and whose statements are signed here and handed in there. Nothing here serves anything. Source: design
§2.4, §3.
"""

from ledger.client.client import Client
from ledger.client.copy import Copy
from ledger.client.handed import Waiting
from ledger.client.remote import Place, RemoteLedger, open_remote

__all__ = ["Client", "Copy", "Place", "RemoteLedger", "Waiting", "open_remote"]
