import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { ChainHead, Verification } from '../../../main/journal/journal.ts';
import { openJournalReader } from '../../../main/journal/open.ts';
import { type JournalFolder, journalFolder, tamper } from './temporary-journal.ts';

/** Writes 12 entries of a session, closes the journal, answers the head. */
function writeSession(place: JournalFolder): ChainHead {
  const journal = place.open();
  const about = { sessionId: 'session-1', caseId: 'case-1' };
  journal.append({ event: 'session-start', outcome: 'n/a', ...about, clear: { service: 'endorsement' } });
  for (const step of ['consent', 'insertPermit', 'checkEligibility', 'verifyPerson']) {
    place.clock.wall += 1500;
    journal.append({ event: 'step-enter', outcome: 'n/a', ...about, clear: { step } });
    journal.append({ event: 'step-leave', outcome: 'success', ...about, clear: { step, answer: 'next' } });
  }
  journal.append({
    event: 'permit-read-complete',
    outcome: 'success',
    ...about,
    personal: { documentNumber: 'CA1234567', name: '林晓' },
  });
  journal.intend({ kind: 'writeChip', caseId: 'case-1', facts: { place: 'HKG' } });
  const head = journal.head();
  journal.close();
  return head;
}

function verifyFile(path: string, anchors: readonly ChainHead[] = []): Verification {
  const opened = openJournalReader(path);
  if (!opened.ok) throw new Error(opened.error.message);
  try {
    return opened.value.reader.verify(anchors);
  } finally {
    opened.value.close();
  }
}

function tamperedCopy(place: JournalFolder, name: string, ...statements: readonly string[]): string {
  const copy = join(place.folder, name);
  expect(existsSync(`${place.path}-wal`)).toBe(false);
  copyFileSync(place.path, copy);
  tamper(copy, ...statements);
  return copy;
}

describe('the chain', () => {
  it('is intact after writing, after opening again and while it is written', () => {
    const place = journalFolder();
    const head = writeSession(place);
    expect(head.sequence).toBe(12);
    const journal = place.open();
    expect(journal.opening).toEqual({ kind: 'existing' });
    expect(journal.head()).toEqual(head);
    expect(journal.verify([head])).toEqual({ intact: true, entries: 12, head, breaks: [] });
    const next = journal.append({ event: 'terminal-stop-complete', outcome: 'success' });
    expect(next.sequence).toBe(13);
    expect(verifyFile(place.path, [head, next]).intact).toBe(true);
  });

  it('begins with an entry that says so', () => {
    const place = journalFolder();
    const journal = place.open();
    expect(journal.opening).toEqual({ kind: 'created' });
    expect([...journal.entries()].map((entry) => entry.event)).toEqual(['journal-created']);
  });

  it('gives entries with everything that was said', () => {
    const place = journalFolder();
    const journal = place.open();
    journal.append({
      event: 'face-check-complete',
      outcome: 'failure',
      sessionId: 's-1',
      caseId: 'c-1',
      clear: { attempt: 2, similarity: 0.41, liveness: 0.97 },
    });
    expect([...journal.entries({ caseId: 'c-1' })]).toEqual([
      {
        sequence: 2,
        event: 'face-check-complete',
        type: 'systemAction',
        outcome: 'failure',
        sessionId: 's-1',
        caseId: 'c-1',
        subject: null,
        clear: { attempt: 2, liveness: 0.97, similarity: 0.41 },
        hasPersonal: false,
        wallMs: place.clock.wall,
        monotonicMs: 0.125,
        hash: journal.head().hash,
      },
    ]);
  });

  it('can be read in parts, and in more than one batch', () => {
    const place = journalFolder();
    const journal = place.open();
    for (let n = 0; n < 1200; n += 1) {
      place.clock.wall += 1000;
      journal.append({ event: 'idle-warning', outcome: 'n/a', sessionId: n % 2 === 0 ? 'even' : 'odd' });
    }
    const sequences = (query: Parameters<typeof journal.entries>[0]) =>
      [...journal.entries(query)].map((entry) => entry.sequence);
    expect(sequences({}).length).toBe(1201);
    expect(sequences({ sessionId: 'odd' }).length).toBe(600);
    expect(sequences({ from: 600, to: 602 })).toEqual([600, 601, 602]);
    expect(sequences({ last: 2 })).toEqual([1200, 1201]);
    expect(sequences({ fromMs: place.clock.wall })).toEqual([1201]);
    expect(sequences({ toMs: place.clock.wall - 1199 * 1000 })).toEqual([1]);
    for (const entry of journal.entries({ from: 1200 })) {
      if (entry.sequence < 1205) journal.append({ event: 'idle-warning', outcome: 'n/a' });
    }
    expect(journal.verify().intact).toBe(true);
  });
});

describe('the table of entries', () => {
  it('refuses changes and removals, also by replacing', () => {
    const place = journalFolder();
    writeSession(place);
    const db = new Database(place.path);
    const columns = '(sequence, event, type, outcome, wall_ms, monotonic_us, clear, previous, hash)';
    const values = "'x', 'x', 'n/a', 0, 0, '{}', hex(zeroblob(32)), hex(zeroblob(32))";
    expect(() => db.exec("UPDATE entries SET outcome = 'failure' WHERE sequence = 3")).toThrow(
      /cannot be changed/,
    );
    expect(() => db.exec('DELETE FROM entries WHERE sequence = 3')).toThrow(/cannot be removed/);
    expect(() => db.exec(`INSERT OR REPLACE INTO entries ${columns} VALUES (3, ${values})`)).toThrow(
      /one after the/,
    );
    expect(() => db.exec(`INSERT INTO entries ${columns} VALUES (99, ${values})`)).toThrow(
      /one after the other/,
    );
    db.close();
    expect(verifyFile(place.path).intact).toBe(true);
  });
});

describe('tampering', () => {
  const changes: Record<string, string> = {
    event: "'step-leave'",
    type: "'securityEvent'",
    outcome: "'failure'",
    session_id: "'session-2'",
    case_id: "'case-2'",
    subject: "'another'",
    wall_ms: 'wall_ms + 1',
    monotonic_us: 'monotonic_us + 1',
    clear: "replace(clear, 'consent', 'payFee')",
    previous: `'${'11'.repeat(32)}'`,
    hash: `'${'11'.repeat(32)}'`,
  };

  for (const [column, value] of Object.entries(changes)) {
    it(`shows when ${column} was changed`, () => {
      const place = journalFolder();
      writeSession(place);
      const copy = tamperedCopy(
        place,
        'copy.db',
        `UPDATE entries SET ${column} = ${value} WHERE sequence = 3`,
      );
      const result = verifyFile(copy);
      expect(result.intact).toBe(false);
      expect(result.breaks[0]).toMatchObject({ sequence: 3, kind: 'modified' });
    });
  }

  it('shows when what is sealed was changed, taken away or put elsewhere', () => {
    const place = journalFolder();
    writeSession(place);
    const changed = tamperedCopy(
      place,
      'a.db',
      'UPDATE entries SET sealed = zeroblob(64) WHERE sequence = 11',
    );
    expect(verifyFile(changed).breaks).toMatchObject([{ sequence: 11, kind: 'modified' }]);
    const removed = tamperedCopy(place, 'b.db', 'UPDATE entries SET sealed = NULL WHERE sequence = 11');
    expect(verifyFile(removed).breaks).toMatchObject([{ sequence: 11, kind: 'modified' }]);
    const moved = tamperedCopy(
      place,
      'c.db',
      'UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE sequence = 11) WHERE sequence = 5',
    );
    expect(verifyFile(moved).breaks).toMatchObject([{ sequence: 5, kind: 'modified' }]);
  });

  it('covers every column there is', () => {
    const place = journalFolder();
    writeSession(place);
    const db = new Database(place.path, { readonly: true });
    const columns = db.prepare("SELECT name FROM pragma_table_info('entries')").pluck().all();
    db.close();
    expect(columns.toSorted()).toEqual([...Object.keys(changes), 'sealed', 'sequence'].toSorted());
  });

  it('shows when an entry was removed', () => {
    const place = journalFolder();
    writeSession(place);
    const copy = tamperedCopy(place, 'copy.db', 'DELETE FROM entries WHERE sequence = 5');
    expect(verifyFile(copy).breaks).toMatchObject([
      { sequence: 6, kind: 'missing' },
      { sequence: 6, kind: 'linkBroken' },
    ]);
  });

  it('shows when entries were removed and the rest renumbered', () => {
    const place = journalFolder();
    writeSession(place);
    const copy = tamperedCopy(
      place,
      'copy.db',
      'DELETE FROM entries WHERE sequence = 5',
      'UPDATE entries SET sequence = sequence - 1 WHERE sequence > 5',
    );
    expect(verifyFile(copy).breaks[0]).toMatchObject({ sequence: 5, kind: 'modified' });
  });

  it('shows when two entries have changed places', () => {
    const place = journalFolder();
    writeSession(place);
    const copy = tamperedCopy(
      place,
      'copy.db',
      'UPDATE entries SET sequence = 1000 WHERE sequence = 4',
      'UPDATE entries SET sequence = 4 WHERE sequence = 5',
      'UPDATE entries SET sequence = 5 WHERE sequence = 1000',
    );
    const result = verifyFile(copy);
    expect(result.breaks.map((found) => found.sequence)).toEqual(expect.arrayContaining([4, 5]));
  });

  it('shows a head that was put before the first entry', () => {
    const place = journalFolder();
    writeSession(place);
    const copy = tamperedCopy(place, 'copy.db', 'UPDATE entries SET sequence = 0 WHERE sequence = 1');
    expect(verifyFile(copy).intact).toBe(false);
  });

  it('shows a tail that was cut off only to him who has an anchor', () => {
    const place = journalFolder();
    const head = writeSession(place);
    const copy = tamperedCopy(place, 'copy.db', 'DELETE FROM entries WHERE sequence > 9');
    expect(verifyFile(copy)).toMatchObject({ intact: true, entries: 9 });
    expect(verifyFile(copy, [head])).toMatchObject({
      intact: false,
      breaks: [{ sequence: 12, kind: 'cutTail' }],
    });
  });

  it('shows a chain that was computed anew only to him who has an anchor', () => {
    const first = journalFolder();
    const head = writeSession(first);
    const second = journalFolder();
    writeSession(second);
    expect(verifyFile(second.path).intact).toBe(true);
    expect(verifyFile(second.path, [head])).toMatchObject({
      intact: false,
      breaks: [{ sequence: 12, kind: 'anchorMismatch' }],
    });
  });

  it('shows an empty journal to him who has an anchor', () => {
    const place = journalFolder();
    const head = writeSession(place);
    const copy = tamperedCopy(place, 'copy.db', 'DELETE FROM entries');
    expect(verifyFile(copy, [head])).toMatchObject({ intact: false, entries: 0 });
  });
});
