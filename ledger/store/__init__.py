"""Where things are kept: tables in a database, files by digest. It knows bytes and no meaning, and no other room beside it."""
