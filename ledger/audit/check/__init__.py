"""The steps of a verification, one module for each thing that is checked; `ledger.audit.verify` is their order.

Each adds what it finds to the case and hands on what the next one needs. None of them raises for what is wrong with a
bundle's contents.
"""
