/** The SQLite file under the journal: opened so that what is committed is on the disk, or not opened. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { fail, ok, type Result } from '../../devices/result.ts';
import { type JournalOpenError, type JournalOpening, JournalUnwritable } from './journal.ts';
import { migrations, schemaVersion } from './migrations/index.ts';

export type Connection = Database.Database;

/** 'EEJL' in the header of the file (`PRAGMA application_id`). */
const applicationId = 0x45454a4c;
/** Only a checkpoint waiting for a reader can meet a lock, since there is one writer. */
const writerBusyMs = 250;
const readerBusyMs = 5_000;

type Opened<T> = Result<T, JournalOpenError>;
const refuse = (code: JournalOpenError['code'], message: string) => fail<JournalOpenError>({ code, message });

/**
 * Opens the file for writing, checks it (`quick_check`), and brings its schema up to date. A damaged file is
 * moved aside to `<path>.corrupt-<time>` and a new one begun. The caller holds the writer's lock.
 */
export function openForWriting(
  path: string,
  nowMs: number,
): Opened<{ readonly db: Connection; readonly opening: JournalOpening }> {
  const first = openChecked(path);
  if (!first.ok) return first;
  if (first.value.state === 'sound') {
    return ok({ db: first.value.db, opening: { kind: first.value.isNew ? 'created' : 'existing' } });
  }
  const { reason } = first.value;
  let movedTo: string;
  try {
    movedTo = moveAside(path, nowMs);
  } catch (cause) {
    return refuse(
      'unreadable',
      `The journal ${path} is damaged and cannot be moved aside (${describe(cause)}).`,
    );
  }
  const second = openChecked(path);
  if (!second.ok) return second;
  if (second.value.state === 'damaged') {
    return refuse('unreadable', `A new journal at ${path} is damaged at once (${second.value.reason}).`);
  }
  return ok({ db: second.value.db, opening: { kind: 'replaced', movedTo, reason } });
}

type Checked =
  | { readonly state: 'sound'; readonly db: Connection; readonly isNew: boolean }
  | { readonly state: 'damaged'; readonly reason: string };

function openChecked(path: string): Opened<Checked> {
  let db: Connection;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite would create it readable by everybody.
    closeSync(openSync(path, 'a', 0o600));
    db = new Database(path, { timeout: writerBusyMs });
  } catch (cause) {
    if (isDamage(cause)) return ok({ state: 'damaged', reason: describe(cause) });
    return refuse('unreadable', `The journal ${path} cannot be opened (${describe(cause)}).`);
  }
  const close = <T>(answer: T): T => {
    db.close();
    return answer;
  };
  try {
    const checked = db.pragma('quick_check(1)', { simple: true });
    if (checked !== 'ok') return close(ok({ state: 'damaged', reason: `quick_check: ${String(checked)}` }));

    const recognised = recognise(db, path);
    if (!recognised.ok) return close(recognised);
    const lack = makeDurable(db);
    if (lack !== null)
      return close(refuse('notDurable', `The journal ${path} would not be durable: ${lack}.`));
    migrate(db, recognised.value);
    // What was erased before a crash must not outlive it in the write-ahead log.
    db.pragma('wal_checkpoint(TRUNCATE)');
    return ok({ state: 'sound', db, isNew: recognised.value === 0 });
  } catch (cause) {
    if (isDamage(cause)) return close(ok({ state: 'damaged', reason: describe(cause) }));
    return close(refuse('unreadable', `The journal ${path} cannot be opened (${describe(cause)}).`));
  }
}

/** The schema version of the file, 0 for a new one. */
function recognise(db: Connection, path: string): Opened<number> {
  const version = Number(db.pragma('user_version', { simple: true }));
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  if (version === 0 && tables === 0) return ok(0);
  if (db.pragma('application_id', { simple: true }) !== applicationId) {
    return refuse('unreadable', `${path} is a database, but not a journal of the terminal.`);
  }
  if (version > schemaVersion) {
    return refuse(
      'newerSchema',
      `The journal ${path} has schema ${version}; this version of the terminal knows ${schemaVersion}.`,
    );
  }
  return ok(version);
}

/** Sets what durability and erasure rest on and reads it back; answers what did not take. */
function makeDurable(db: Connection): string | null {
  const wanted: readonly (readonly [string, string, unknown])[] = [
    ['journal_mode', 'WAL', 'wal'],
    ['synchronous', 'FULL', 2],
    ['foreign_keys', 'ON', 1],
    ['secure_delete', 'ON', 1],
    ['recursive_triggers', 'ON', 1],
    ['busy_timeout', String(writerBusyMs), writerBusyMs],
  ];
  for (const [name, value, expected] of wanted) {
    db.pragma(`${name} = ${value}`);
    const actual = db.pragma(name, { simple: true });
    if (actual !== expected) return `${name} is ${String(actual)} instead of ${value}`;
  }
  return null;
}

function migrate(db: Connection, from: number): void {
  for (const [offset, sql] of migrations.slice(from).entries()) {
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${from + offset + 1}`);
    }).immediate();
  }
}

/** Opens an existing file without changing it, also while the terminal runs. */
export function openForReading(path: string): Opened<Connection> {
  if (!existsSync(path)) return refuse('notFound', `There is no journal at ${path}.`);
  let db: Connection | null = null;
  try {
    db = openReadOnly(path);
    const recognised = recognise(db, path);
    if (recognised.ok && recognised.value === 0) {
      db.close();
      return refuse('unreadable', `${path} is empty.`);
    }
    if (!recognised.ok) {
      db.close();
      return recognised;
    }
    return ok(db);
  } catch (cause) {
    db?.close();
    return refuse('unreadable', `The journal ${path} cannot be read (${describe(cause)}).`);
  }
}

function openReadOnly(path: string): Connection {
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: readerBusyMs });
    // Opening reads nothing yet; this does.
    db.pragma('user_version');
    return db;
  } catch (cause) {
    if (
      !['SQLITE_CANTOPEN', 'SQLITE_READONLY_DIRECTORY', 'SQLITE_READONLY_CANTINIT'].includes(
        sqliteCode(cause),
      )
    ) {
      throw cause;
    }
    return openCopyInMemory(path);
  }
}

/** For a file on a medium that cannot be written, where SQLite cannot make the shared memory its WAL mode needs. */
function openCopyInMemory(path: string): Connection {
  const log = `${path}-wal`;
  if (existsSync(log) && statSync(log).size > 0) {
    throw new Error(
      'its write-ahead log cannot be read where it is; copy both files to a folder that can be written',
    );
  }
  const bytes = readFileSync(path);
  // Bytes 18 and 19 of the header: file format 2 is WAL, which a database in memory cannot be; 1 is without.
  bytes.fill(1, 18, 20);
  return new Database(bytes, { readonly: true });
}

function moveAside(path: string, nowMs: number): string {
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const base = `${path}.corrupt-${time}`;
  let target = base;
  for (let n = 2; existsSync(target); n += 1) target = `${base}-${n}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  return target;
}

export function sqliteCode(cause: unknown): string {
  return cause instanceof Database.SqliteError ? cause.code : '';
}

function isDamage(cause: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(cause));
}

export function describe(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? `${String(cause.code)}: ` : '';
  return `${code}${cause instanceof Error ? cause.message : String(cause)}`;
}

/** Does the work; what the disk is to blame for comes out as `JournalUnwritable`, bugs as they are. */
export function writing<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (/^SQLITE_(FULL|IOERR|READONLY|CORRUPT|NOTADB|CANTOPEN|BUSY|PROTOCOL)/.test(sqliteCode(cause))) {
      throw new JournalUnwritable(`The journal cannot be written (${describe(cause)}).`, { cause });
    }
    throw cause;
  }
}
