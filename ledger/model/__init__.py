"""What can be said: the statements of the ledger and the values inside them, one noun a file.

Knows meaning, never bytes.
"""
