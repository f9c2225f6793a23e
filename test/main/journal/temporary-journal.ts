/** A journal in a folder of its own that goes when the test has ended. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type { Journal } from '../../../main/journal/journal.ts';
import { fileKeyStore } from '../../../main/journal/key-store.ts';
import { type JournalOptions, openJournal } from '../../../main/journal/open.ts';

export const startMs = Date.UTC(2026, 6, 12, 1, 30);
export const dayMs = 86_400_000;

export interface JournalFolder {
  readonly folder: string;
  readonly path: string;
  readonly keyPath: string;
  /** Moves only by hand. */
  readonly clock: { wall: number; now(): number; monotonic(): number };
  readonly options: JournalOptions;
  /** Opens it for writing; throws when that is refused. */
  open(): Journal;
}

export function journalFolder(): JournalFolder {
  const folder = mkdtempSync(join(tmpdir(), 'journal-test-'));
  const opened: Journal[] = [];
  onTestFinished(() => {
    for (const journal of opened) journal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const path = join(folder, 'journal.db');
  const keyPath = join(folder, 'journal.key');
  const clock = {
    wall: startMs,
    now: () => clock.wall,
    monotonic: () => clock.wall - startMs + 0.125,
  };
  const options: JournalOptions = {
    clock,
    random: (length) => randomBytes(length),
    keyStore: fileKeyStore(keyPath),
    slipPrefix: 'ZT',
  };
  return {
    folder,
    path,
    keyPath,
    clock,
    options,
    open() {
      const answer = openJournal(path, options);
      if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
      opened.push(answer.value);
      return answer.value;
    },
  };
}

/** Changes the file as someone who has it to himself could: without the triggers. */
export function tamper(path: string, ...statements: readonly string[]): void {
  const db = new Database(path);
  db.pragma('ignore_check_constraints = ON');
  for (const trigger of ['entries_refuse_update', 'entries_refuse_delete', 'entries_in_sequence']) {
    db.exec(`DROP TRIGGER IF EXISTS ${trigger}`);
  }
  for (const statement of statements) db.exec(statement);
  db.close();
}
