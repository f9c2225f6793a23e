/** The last slip number given on each day of the hall. */
export const sql = `
CREATE TABLE slip_numbers (
  day  TEXT    PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
