/** Numbers of slips: prefix of the terminal, month and day, and a count that never goes back. */
import { type Connection, writing } from './database.ts';

/**
 * A journal begun anew because the one before was damaged cannot know which numbers of its first day were given;
 * a gap is better than a number given twice.
 */
const firstAfterReplacement = 5001;

export function slipNumbers(db: Connection, prefix: string): (day: string) => string {
  const next = db
    .prepare<{ readonly day: string; readonly first: number }, number>(`
      INSERT INTO slip_numbers (day, last) VALUES (
        @day,
        CASE WHEN EXISTS (SELECT 1 FROM properties WHERE name = 'replaced')
              AND NOT EXISTS (SELECT 1 FROM slip_numbers) THEN @first ELSE 1 END)
      ON CONFLICT (day) DO UPDATE SET last = last + 1
      RETURNING last`)
    .pluck();
  return (day) => {
    const parts = /^\d{4}-(\d{2})-(\d{2})$/.exec(day);
    if (parts === null) throw new TypeError('a day is YYYY-MM-DD');
    const number = writing(() => next.get({ day, first: firstAfterReplacement }));
    return `${prefix}-${parts[1]}${parts[2]}-${String(number).padStart(4, '0')}`;
  };
}
