/** The chain of entries, to which can only be added, and the wrapped keys of the cases, which can be erased. */
export const sql = `
CREATE TABLE entries (
  sequence     INTEGER PRIMARY KEY,
  event        TEXT    NOT NULL,
  type         TEXT    NOT NULL,
  outcome      TEXT    NOT NULL CHECK (outcome IN ('success', 'failure', 'n/a')),
  session_id   TEXT,
  case_id      TEXT,
  subject      TEXT,
  wall_ms      INTEGER NOT NULL,
  monotonic_us INTEGER NOT NULL,
  clear        TEXT    NOT NULL,
  sealed       BLOB,
  previous     TEXT    NOT NULL CHECK (length(previous) = 64),
  hash         TEXT    NOT NULL CHECK (length(hash) = 64),
  CHECK (sealed IS NULL OR case_id IS NOT NULL)
) STRICT;

CREATE INDEX entries_by_case ON entries (case_id, sequence) WHERE case_id IS NOT NULL;

-- An intent is stated once and settled once; a custody task is raised once and closed once.
CREATE UNIQUE INDEX entries_by_subject ON entries (event, subject) WHERE subject IS NOT NULL;

CREATE TRIGGER entries_refuse_update BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of the journal cannot be changed'); END;

CREATE TRIGGER entries_refuse_delete BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of the journal cannot be removed'); END;

-- Also refuses INSERT OR REPLACE, which would remove an entry without asking the trigger above.
CREATE TRIGGER entries_in_sequence BEFORE INSERT ON entries
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM entries)
BEGIN SELECT RAISE(ABORT, 'entries of the journal come one after the other'); END;

-- A key is erased by overwriting it where it stands with zeros of the same length. DELETE is not used, also not with
-- secure_delete: when SQLite moves rows between pages, it leaves old copies in the free space of a page, and those
-- outlive the row. Rows that are only appended in the order of their number and never change length are not moved.
CREATE TABLE case_keys (
  number     INTEGER PRIMARY KEY,
  case_id    TEXT    NOT NULL UNIQUE,
  wrapped    BLOB    NOT NULL CHECK (length(wrapped) = 60),
  created_ms INTEGER NOT NULL
) STRICT;

-- journalId; keyCheck: shows whether a master key is the one the case keys are wrapped with.
CREATE TABLE properties (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
`;
