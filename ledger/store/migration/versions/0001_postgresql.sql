CREATE TABLE checkpoint (
    size BIGINT NOT NULL,
    note BYTEA NOT NULL,
    PRIMARY KEY (size)
)

CREATE TABLE entry (
    index BIGINT NOT NULL,
    header BYTEA NOT NULL,
    leaf BYTEA NOT NULL,
    statement BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    received TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (index),
    CHECK (length(leaf) = 32 AND length(statement) = 32 AND length(header) BETWEEN 2 AND 4096)
)

CREATE INDEX entry_about ON entry (kind, subject)

CREATE TABLE head (
    "only" BIGINT NOT NULL,
    size BIGINT NOT NULL,
    checkpoint BYTEA NOT NULL,
    received TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY ("only"),
    CHECK ("only" = 1)
)

CREATE TABLE mark (
    mark BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    PRIMARY KEY (mark, entry)
)

CREATE TABLE node (
    level BIGINT NOT NULL,
    index BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, index),
    CHECK (level > 0 AND length(hash) = 32)
)

CREATE TABLE erasure (
    entry BIGINT NOT NULL,
    by BIGINT NOT NULL,
    PRIMARY KEY (entry),
    FOREIGN KEY(entry) REFERENCES entry (index),
    FOREIGN KEY(by) REFERENCES entry (index)
)

CREATE TABLE statement (
    entry BIGINT NOT NULL,
    jws BYTEA NOT NULL,
    payload BYTEA NOT NULL,
    PRIMARY KEY (entry),
    CHECK (length(payload) = 32),
    FOREIGN KEY(entry) REFERENCES entry (index)
)

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pledger, pg_temp AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = TG_ARGV[0]; END $$

CREATE FUNCTION entry_follows() RETURNS trigger LANGUAGE plpgsql SET search_path = pledger, pg_temp AS $$ BEGIN IF NOT ((SELECT count(*) = 0 OR count(*) = max("index") - min("index") + 1 AND min("index") = (SELECT coalesce(max(e."index") + 1, 0) FROM entry e WHERE e."index" < (SELECT min("index") FROM fresh)) FROM fresh)) THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'entries are counted without a gap'; END IF; RETURN NULL; END $$

CREATE FUNCTION statement_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pledger, pg_temp AS $$ BEGIN IF NOT (EXISTS (SELECT 1 FROM erasure WHERE entry = OLD.entry)) THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'a statement is deleted only by a logged erasure'; END IF; RETURN OLD; END $$

CREATE FUNCTION erasure_logged() RETURNS trigger LANGUAGE plpgsql SET search_path = pledger, pg_temp AS $$ BEGIN IF NOT (EXISTS (SELECT 1 FROM entry WHERE "index" = NEW."by" AND kind = 'erasure') AND NOT EXISTS (SELECT 1 FROM entry WHERE "index" = NEW.entry AND kind IN ('charter', 'key', 'erasure'))) THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'an erasure is logged, and never of a charter, key or erasure'; END IF; RETURN NEW; END $$

CREATE FUNCTION erase_statement(bigint, bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pledger, pg_temp AS $$ DELETE FROM mark WHERE entry = $1 AND mark = $2 AND EXISTS (SELECT 1 FROM erasure WHERE entry = $1); DELETE FROM statement WHERE entry = $1 $$

REVOKE ALL ON FUNCTION erase_statement(bigint, bigint) FROM PUBLIC

CREATE TRIGGER entry_unchanged BEFORE UPDATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of entry is never changed')

ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_unchanged

CREATE TRIGGER entry_whole BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of entry is never deleted')

ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_whole

CREATE TRIGGER erasure_unchanged BEFORE UPDATE ON erasure FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of erasure is never changed')

ALTER TABLE erasure ENABLE ALWAYS TRIGGER erasure_unchanged

CREATE TRIGGER erasure_whole BEFORE TRUNCATE ON erasure FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of erasure is never deleted')

ALTER TABLE erasure ENABLE ALWAYS TRIGGER erasure_whole

CREATE TRIGGER node_unchanged BEFORE UPDATE ON node FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of node is never changed')

ALTER TABLE node ENABLE ALWAYS TRIGGER node_unchanged

CREATE TRIGGER node_whole BEFORE TRUNCATE ON node FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of node is never deleted')

ALTER TABLE node ENABLE ALWAYS TRIGGER node_whole

CREATE TRIGGER checkpoint_unchanged BEFORE UPDATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of checkpoint is never changed')

ALTER TABLE checkpoint ENABLE ALWAYS TRIGGER checkpoint_unchanged

CREATE TRIGGER checkpoint_whole BEFORE TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of checkpoint is never deleted')

ALTER TABLE checkpoint ENABLE ALWAYS TRIGGER checkpoint_whole

CREATE TRIGGER statement_unchanged BEFORE UPDATE ON statement FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of statement is never changed')

ALTER TABLE statement ENABLE ALWAYS TRIGGER statement_unchanged

CREATE TRIGGER statement_whole BEFORE TRUNCATE ON statement FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of statement is never deleted')

ALTER TABLE statement ENABLE ALWAYS TRIGGER statement_whole

CREATE TRIGGER entry_kept BEFORE DELETE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of entry is never deleted')

ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_kept

CREATE TRIGGER erasure_kept BEFORE DELETE ON erasure FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of erasure is never deleted')

ALTER TABLE erasure ENABLE ALWAYS TRIGGER erasure_kept

CREATE TRIGGER node_kept BEFORE DELETE ON node FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of node is never deleted')

ALTER TABLE node ENABLE ALWAYS TRIGGER node_kept

CREATE TRIGGER checkpoint_kept BEFORE DELETE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse('a row of checkpoint is never deleted')

ALTER TABLE checkpoint ENABLE ALWAYS TRIGGER checkpoint_kept

CREATE TRIGGER head_only BEFORE DELETE OR TRUNCATE ON head FOR EACH STATEMENT EXECUTE FUNCTION refuse('the head is never deleted')

ALTER TABLE head ENABLE ALWAYS TRIGGER head_only

CREATE TRIGGER head_forward BEFORE UPDATE ON head FOR EACH ROW WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION refuse('the head only moves forward')

ALTER TABLE head ENABLE ALWAYS TRIGGER head_forward

CREATE TRIGGER entry_follows AFTER INSERT ON entry REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION entry_follows()

ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_follows

CREATE TRIGGER statement_kept BEFORE DELETE ON statement FOR EACH ROW EXECUTE FUNCTION statement_kept()

ALTER TABLE statement ENABLE ALWAYS TRIGGER statement_kept

CREATE TRIGGER erasure_logged BEFORE INSERT ON erasure FOR EACH ROW EXECUTE FUNCTION erasure_logged()

ALTER TABLE erasure ENABLE ALWAYS TRIGGER erasure_logged
