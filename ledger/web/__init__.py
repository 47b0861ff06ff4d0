"""The ledger over HTTP: what the command line does, for many people and programs at once (design §3).

``app`` puts it together; ``api`` holds the routes, by noun; around them ``door`` (limits, patience, headers, one log
line and one figure a request), ``token`` (who may read), ``problem`` (every failure as RFC 9457) and ``answer`` (ETags,
ranges, answers kept while their view is the same). Nothing is decided here: a route asks the runtime one thing and
gives the document that the command line prints with ``--json``. It needs the extra ``server``.
"""
