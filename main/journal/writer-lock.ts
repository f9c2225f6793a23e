/**
 * One writer at a time. The lock is SQLite's own exclusive lock on an empty file beside the journal: the operating
 * system releases it when the process ends, however it ends, and readers of the journal are not held up.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { fail, ok, type Result } from '../../devices/result.ts';
import { describe, sqliteCode } from './database.ts';
import type { JournalOpenError } from './journal.ts';

/** Answers how to release the lock; error `alreadyOpen` when another has it. */
export function takeWriterLock(path: string): Result<() => void, JournalOpenError> {
  let lock: Database.Database | null = null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    lock = new Database(`${path}-lock`, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    const held = lock;
    return ok(() => {
      held.close();
    });
  } catch (cause) {
    lock?.close();
    return sqliteCode(cause).startsWith('SQLITE_BUSY')
      ? fail({ code: 'alreadyOpen', message: `Another process is writing the journal ${path}.` })
      : fail({
          code: 'unreadable',
          message: `The lock of the journal ${path} cannot be taken (${describe(cause)}).`,
        });
  }
}
