"""Who is asked by HTTP, and who may ask: witnesses, static logs, publishers of figures; bounded in time and size.

Each module speaks one protocol and knows no other room that does something (style §2).
"""
