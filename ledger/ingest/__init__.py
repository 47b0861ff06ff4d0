"""What comes in: files of others, read by a declared mapping into normalised observations; writes to no ledger."""
