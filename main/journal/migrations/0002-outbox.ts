/** Messages that wait for delivery; a row goes when the far end has taken it, its story stays in the entries. */
export const sql = `
CREATE TABLE outbox (
  id             TEXT    PRIMARY KEY,
  entry_sequence INTEGER NOT NULL REFERENCES entries (sequence),
  destination    TEXT    NOT NULL,
  request_id     TEXT    NOT NULL,
  case_id        TEXT    NOT NULL REFERENCES case_keys (case_id),
  sealed         BLOB    NOT NULL,
  attempts       INTEGER NOT NULL DEFAULT 0,
  next_at_ms     INTEGER NOT NULL,
  UNIQUE (destination, request_id)
) STRICT;

CREATE INDEX outbox_by_case ON outbox (case_id);
`;
