"""Bytes that are signed: one spelling of JSON, keys, and the envelope that keeps exactly what was signed.

This room knows bytes and no meaning: what a statement says is ``ledger.model``. It reads no files and no clock. Source:
design §2.1, §2.2.
"""
