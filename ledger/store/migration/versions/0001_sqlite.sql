CREATE TABLE checkpoint (
    size INTEGER NOT NULL,
    note BLOB NOT NULL,
    PRIMARY KEY (size)
)

CREATE TABLE entry (
    "index" INTEGER NOT NULL,
    header BLOB NOT NULL,
    leaf BLOB NOT NULL,
    statement BLOB NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    author TEXT NOT NULL,
    received TEXT NOT NULL,
    PRIMARY KEY ("index"),
    CHECK (length(leaf) = 32 AND length(statement) = 32 AND length(header) BETWEEN 2 AND 4096)
)

CREATE INDEX entry_about ON entry (kind, subject)

CREATE TABLE head (
    only INTEGER NOT NULL,
    size INTEGER NOT NULL,
    checkpoint BLOB NOT NULL,
    received TEXT NOT NULL,
    PRIMARY KEY (only),
    CHECK (only = 1)
)

CREATE TABLE mark (
    mark INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (mark, entry)
)
 WITHOUT ROWID

CREATE TABLE node (
    level INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, "index"),
    CHECK (level > 0 AND length(hash) = 32)
)
 WITHOUT ROWID

CREATE TABLE erasure (
    entry INTEGER NOT NULL,
    "by" INTEGER NOT NULL,
    PRIMARY KEY (entry),
    FOREIGN KEY(entry) REFERENCES entry ("index"),
    FOREIGN KEY("by") REFERENCES entry ("index")
)

CREATE TABLE statement (
    entry INTEGER NOT NULL,
    jws BLOB NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (entry),
    CHECK (length(payload) = 32),
    FOREIGN KEY(entry) REFERENCES entry ("index")
)

CREATE TRIGGER entry_unchanged BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'a row of entry is never changed'); END

CREATE TRIGGER erasure_unchanged BEFORE UPDATE ON erasure BEGIN SELECT RAISE(ABORT, 'a row of erasure is never changed'); END

CREATE TRIGGER node_unchanged BEFORE UPDATE ON node BEGIN SELECT RAISE(ABORT, 'a row of node is never changed'); END

CREATE TRIGGER checkpoint_unchanged BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'a row of checkpoint is never changed'); END

CREATE TRIGGER statement_unchanged BEFORE UPDATE ON statement BEGIN SELECT RAISE(ABORT, 'a row of statement is never changed'); END

CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'a row of entry is never deleted'); END

CREATE TRIGGER erasure_kept BEFORE DELETE ON erasure BEGIN SELECT RAISE(ABORT, 'a row of erasure is never deleted'); END

CREATE TRIGGER node_kept BEFORE DELETE ON node BEGIN SELECT RAISE(ABORT, 'a row of node is never deleted'); END

CREATE TRIGGER checkpoint_kept BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'a row of checkpoint is never deleted'); END

CREATE TRIGGER entry_once BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry WHERE "index" = NEW."index") BEGIN SELECT RAISE(ABORT, 'a row of entry is never replaced'); END

CREATE TRIGGER statement_once BEFORE INSERT ON statement WHEN EXISTS (SELECT 1 FROM statement WHERE entry = NEW.entry) BEGIN SELECT RAISE(ABORT, 'a row of statement is never replaced'); END

CREATE TRIGGER erasure_once BEFORE INSERT ON erasure WHEN EXISTS (SELECT 1 FROM erasure WHERE entry = NEW.entry) BEGIN SELECT RAISE(ABORT, 'a row of erasure is never replaced'); END

CREATE TRIGGER checkpoint_once BEFORE INSERT ON checkpoint WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size) BEGIN SELECT RAISE(ABORT, 'a row of checkpoint is never replaced'); END

CREATE TRIGGER entry_follows BEFORE INSERT ON entry WHEN NEW."index" <> (SELECT coalesce(max("index") + 1, 0) FROM entry) BEGIN SELECT RAISE(ABORT, 'entries are counted without a gap'); END

CREATE TRIGGER statement_kept BEFORE DELETE ON statement WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE entry = OLD.entry) BEGIN SELECT RAISE(ABORT, 'a statement is deleted only by a logged erasure'); END

CREATE TRIGGER erasure_logged BEFORE INSERT ON erasure WHEN NOT EXISTS (SELECT 1 FROM entry WHERE "index" = NEW."by" AND kind = 'erasure')
            OR EXISTS (SELECT 1 FROM entry WHERE "index" = NEW.entry AND kind IN ('charter', 'key', 'erasure')) BEGIN SELECT RAISE(ABORT, 'an erasure is logged, and never of a charter, key or erasure'); END

CREATE TRIGGER head_only BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'the head is never deleted'); END

CREATE TRIGGER head_forward BEFORE UPDATE ON head WHEN NEW.size <= OLD.size BEGIN SELECT RAISE(ABORT, 'the head only moves forward'); END
