"""From a text to proposals of pledges: read, cut into sentences, looked at by rules and a vocabulary, tied to spans.

A person accepts, mends or refuses each; nothing here records, asks anybody, or learns. Source: design §2.2; E1, E2.
"""
