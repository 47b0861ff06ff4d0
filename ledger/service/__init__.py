"""What anyone can do with a ledger: admit, publish, determine, check. It knows protocols, not the store behind them."""
