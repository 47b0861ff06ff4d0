"""What a minister reads: the audit's result as pages with words, tables and pictures.

Everything printed comes from one `AuditResult` and nothing else; nothing is computed here but sums that a picture
needs, and nothing is judged. The words stand in one catalogue per language (``words/en.toml``). Charts and templates
need the extra ``report``; without it a sentence says what to install. Source: method §6, design §2.6, §3.
"""
