"""The docket: what the agreed procedure permits next, what is due, what is overdue, and who let it pass (F1–F4).

*course* goes through a procedure, *due* lists the days on which something is due, *lapse* scores again what rested on a
lever that lapsed, *entry* puts these together for one commitment; *timeline* shows what two sides owe each other in one
order. *holiday* alone reads files: the calendars, which are evidence.
"""
