import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openForWriting } from '../../../main/journal/database.ts';
import { JournalUnwritable } from '../../../main/journal/journal.ts';
import { migrations, schemaVersion } from '../../../main/journal/migrations/index.ts';
import { openJournal, openJournalReader } from '../../../main/journal/open.ts';
import { type JournalFolder, journalFolder } from './temporary-journal.ts';

function fill(place: JournalFolder, entries = 200): void {
  const journal = place.open();
  for (let n = 0; n < entries; n += 1) {
    journal.append({ event: 'idle-warning', outcome: 'n/a', caseId: `case-${n}`, sessionId: 'session' });
  }
  journal.nextSlipNumber('2026-07-12');
  journal.close();
}

describe('opening', () => {
  it('sets what durability and erasure rest on, and makes files that only their owner reads', () => {
    const place = journalFolder();
    const opened = openForWriting(place.path, 0);
    if (!opened.ok) throw new Error(opened.error.message);
    const { db } = opened.value;
    const settings = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete', 'user_version'];
    expect(settings.map((name) => db.pragma(name, { simple: true }))).toEqual([
      'wal',
      2,
      1,
      1,
      schemaVersion,
    ]);
    db.close();
    place.open();
    expect(statSync(place.path).mode & 0o777).toBe(0o600);
    expect(statSync(place.keyPath).mode & 0o777).toBe(0o600);
  });

  it('refuses a file that belongs to something else, and leaves it alone', () => {
    const place = journalFolder();
    const other = new Database(place.path);
    other.exec('CREATE TABLE photos (id)');
    other.close();
    const before = readFileSync(place.path);
    expect(openJournal(place.path, place.options)).toMatchObject({
      ok: false,
      error: { code: 'unreadable' },
    });
    expect(readFileSync(place.path).equals(before)).toBe(true);
  });

  it('refuses a schema newer than it knows', () => {
    const place = journalFolder();
    fill(place, 1);
    const db = new Database(place.path);
    db.pragma(`user_version = ${schemaVersion + 1}`);
    db.close();
    expect(openJournal(place.path, place.options)).toMatchObject({
      ok: false,
      error: { code: 'newerSchema' },
    });
    expect(openJournalReader(place.path)).toMatchObject({ ok: false, error: { code: 'newerSchema' } });
  });

  it('refuses a path that cannot be a file, with a sentence', () => {
    const place = journalFolder();
    const answer = openJournal(place.folder, place.options);
    expect(answer).toMatchObject({ ok: false, error: { code: 'unreadable' } });
    expect(!answer.ok && answer.error.message).toContain(place.folder);
  });

  it('can be opened again after it was refused', () => {
    const place = journalFolder();
    writeFileSync(place.keyPath, 'short', { mode: 0o600 });
    expect(openJournal(place.path, place.options).ok).toBe(false);
    rmSync(place.keyPath);
    expect(place.open().head().sequence).toBe(1);
  });
});

describe('the master key', () => {
  it('must be the one the journal was written with', () => {
    const place = journalFolder();
    fill(place, 1);
    writeFileSync(place.keyPath, Buffer.alloc(32, 7));
    expect(openJournal(place.path, place.options)).toMatchObject({
      ok: false,
      error: { code: 'masterKeyWrong' },
    });
  });

  it('is not made anew when it is missing', () => {
    const place = journalFolder();
    fill(place, 1);
    rmSync(place.keyPath);
    expect(openJournal(place.path, place.options)).toMatchObject({
      ok: false,
      error: { code: 'masterKeyMissing' },
    });
    expect(existsSync(place.keyPath)).toBe(false);
  });

  it('is refused when others can read it, or when it is too short', () => {
    const place = journalFolder();
    fill(place, 1);
    chmodSync(place.keyPath, 0o644);
    expect(openJournal(place.path, place.options)).toMatchObject({
      ok: false,
      error: { code: 'masterKeyUnusable' },
    });
    chmodSync(place.keyPath, 0o600);
    truncateSync(place.keyPath, 16);
    expect(openJournal(place.path, place.options)).toMatchObject({
      ok: false,
      error: { code: 'masterKeyUnusable' },
    });
  });
});

describe('a damaged file', () => {
  const damages: Record<string, (path: string) => void> = {
    'that is no database any more': (path) => writeFileSync(path, 'x'.repeat(9000)),
    'with pages overwritten': (path) => {
      const bytes = readFileSync(path);
      bytes.fill(0xaa, 4096, 4096 * 12);
      writeFileSync(path, bytes);
    },
    'cut in the middle': (path) => truncateSync(path, 4096 * 5),
  };

  for (const [name, damage] of Object.entries(damages)) {
    it(`${name} is moved aside and a new journal says so first`, () => {
      const place = journalFolder();
      fill(place);
      damage(place.path);
      const damaged = readFileSync(place.path);
      const journal = place.open();
      const movedTo = `${place.path}.corrupt-20260712T013000Z`;
      expect(journal.opening).toMatchObject({ kind: 'replaced', movedTo });
      expect(readFileSync(movedTo).equals(damaged)).toBe(true);
      expect([...journal.entries()]).toMatchObject([
        { sequence: 1, event: 'journal-replaced', clear: { movedTo: 'journal.db.corrupt-20260712T013000Z' } },
      ]);
      expect(journal.nextSlipNumber('2026-07-12')).toBe('ZT-0712-5001');
      expect(journal.nextSlipNumber('2026-07-12')).toBe('ZT-0712-5002');
      expect(journal.nextSlipNumber('2026-07-13')).toBe('ZT-0713-0001');
      journal.close();
      expect(place.open().opening).toEqual({ kind: 'existing' });
    });
  }

  it('does not take the place of one that was moved aside in the same second', () => {
    const place = journalFolder();
    for (let n = 0; n < 2; n += 1) {
      writeFileSync(place.path, 'x'.repeat(9000));
      place.open().close();
    }
    expect(readdirSync(place.folder).filter((name) => name.includes('corrupt')).length).toBe(2);
  });
});

describe('migrations', () => {
  it('bring a journal of the first version up to date and keep its chain', () => {
    const place = journalFolder();
    fill(place, 3);
    const old = new Database(place.path);
    // Back to the first version: as that version made it, with the entries of now.
    old.exec('DROP TABLE outbox; DROP TABLE slip_numbers;');
    old.pragma('user_version = 1');
    const first = new Database(':memory:');
    first.exec(migrations[0] ?? '');
    const schemaOf = (db: Database.Database) =>
      db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all();
    expect(schemaOf(old)).toEqual(schemaOf(first));
    first.close();
    old.close();

    const reader = openJournalReader(place.path);
    expect(reader.ok && reader.value.reader.verify()).toMatchObject({ intact: true, entries: 4 });
    if (reader.ok) reader.value.close();

    const journal = place.open();
    expect(journal.verify()).toMatchObject({ intact: true, entries: 4 });
    journal.append({
      event: 'application-released',
      outcome: 'n/a',
      caseId: 'case-1',
      clear: { reason: 'notPaid' },
      outbox: { destination: 'bureau', requestId: 'r-1', body: {} },
    });
    expect(journal.dueDeliveries(place.clock.wall).length).toBe(1);
    expect(journal.nextSlipNumber('2026-07-12')).toBe('ZT-0712-0001');
  });
});

describe('a disk that fails', () => {
  it('throws JournalUnwritable, writes nothing, and goes on when the disk does', () => {
    const place = journalFolder();
    const journal = place.open();
    const head = journal.head();
    const blocker = new Database(place.path, { timeout: 0 });
    blocker.exec('BEGIN IMMEDIATE');
    const entry = { event: 'staff-called', outcome: 'n/a', caseId: 'case-1' } as const;
    expect(() => journal.append(entry)).toThrow(JournalUnwritable);
    expect(() => journal.append({ ...entry, personal: { a: 1 } })).toThrow(JournalUnwritable);
    expect(() => journal.nextSlipNumber('2026-07-12')).toThrow(JournalUnwritable);
    expect(journal.head()).toEqual(head);
    blocker.exec('ROLLBACK');
    blocker.close();
    expect(journal.append(entry).sequence).toBe(head.sequence + 1);
    expect(journal.verify().intact).toBe(true);
  });
});

describe('reading', () => {
  it('works where SQLite cannot make its shared memory, as on a medium that cannot be written', () => {
    const place = journalFolder();
    fill(place, 5);
    const copy = join(place.folder, 'copy.db');
    copyFileSync(place.path, copy);
    symlinkSync(join(place.folder, 'no-such-folder', 'shm'), `${copy}-shm`);
    const opened = openJournalReader(copy);
    expect(opened.ok && opened.value.reader.verify()).toMatchObject({ intact: true, entries: 6 });
    if (opened.ok) opened.value.close();
    writeFileSync(`${copy}-wal`, 'not empty');
    const withLog = openJournalReader(copy);
    expect(withLog).toMatchObject({ ok: false, error: { code: 'unreadable' } });
    expect(!withLog.ok && withLog.error.message).toMatch(/copy both files to a folder that can be written/);
  });

  it('refuses what is not there, is empty or is no journal', () => {
    const place = journalFolder();
    expect(openJournalReader(place.path)).toMatchObject({ ok: false, error: { code: 'notFound' } });
    writeFileSync(place.path, '');
    expect(openJournalReader(place.path)).toMatchObject({ ok: false, error: { code: 'unreadable' } });
    writeFileSync(place.path, 'x'.repeat(9000));
    expect(openJournalReader(place.path)).toMatchObject({ ok: false, error: { code: 'unreadable' } });
  });
});
