"""Who is asked by HTTP, and who may ask: witnesses, static logs; bounded in time and size, nothing beyond the library.

Each module speaks one protocol and knows no other room that does something (style §2).
"""
