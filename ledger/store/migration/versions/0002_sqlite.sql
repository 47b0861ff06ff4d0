DROP TRIGGER erasure_logged

CREATE TRIGGER erasure_logged BEFORE INSERT ON erasure WHEN NOT EXISTS (SELECT 1 FROM entry WHERE "index" = NEW."by" AND kind = 'erasure') OR EXISTS (SELECT 1 FROM entry WHERE "index" = NEW.entry AND kind IN ('charter', 'erasure', 'index', 'key')) BEGIN SELECT RAISE(ABORT, 'an erasure is logged, and never of a charter, key, erasure or index'); END
