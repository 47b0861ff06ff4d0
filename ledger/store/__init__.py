"""Where things are kept: tables in a database, files by digest. It knows bytes, no meaning, and no room beside it."""
