/**
 * What the journal adds to SQLite: the time of one durable `append` against one bare better-sqlite3 insert of as
 * many bytes into a plain table, both in WAL mode with `synchronous=FULL`, taken in turns so that both meet the same disk.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { fileKeyStore } from '../../main/journal/key-store.ts';
import { openJournal } from '../../main/journal/open.ts';
import { type Line, median } from './line.ts';

const warmUp = 200;
const rounds = 2000;
const insertFactor = 1.5;

export const journalAppend: Line = {
  name: 'journal-append',
  async measure() {
    const { bareP50Ms, appendP50Ms } = await benchJournalAppend();
    return {
      value: appendP50Ms,
      unit: 'ms',
      limit: insertFactor * bareP50Ms,
      note: `p50; ${insertFactor.toFixed(1)} × ${bareP50Ms.toPrecision(3)} ms of a bare insert, synchronous=FULL`,
    };
  },
};

export async function benchJournalAppend(): Promise<{ bareP50Ms: number; appendP50Ms: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'journal-append-'));
  const bare = new Database(join(folder, 'bare.db'));
  const opened = openJournal(join(folder, 'journal.db'), {
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    random: (length) => randomBytes(length),
    keyStore: fileKeyStore(join(folder, 'journal.key')),
    slipPrefix: 'ZT',
  });
  if (!opened.ok) throw new Error(opened.error.message);
  const journal = opened.value;
  try {
    bare.pragma('journal_mode = WAL');
    bare.pragma('synchronous = FULL');
    bare.exec('CREATE TABLE entries (sequence INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT');
    const insert = bare.prepare<[Uint8Array]>('INSERT INTO entries (content) VALUES (?)');
    // The bytes of one entry like the one below, as they stand in the table: ids, times, clear part and two hashes.
    const content = randomBytes(300);
    const append = (round: number) =>
      journal.append({
        event: 'step-leave',
        outcome: 'success',
        sessionId: '6f1c2a52-6a39-4b0d-9c55-4f0f5f7f3a10',
        caseId: `0b8f7a44-51f0-4a57-8a6e-${String(Math.trunc(round / 40) + 1000).padStart(12, '0')}`,
        clear: { step: 'chooseEndorsement', answer: 'next', durationMs: 18_250 },
      });
    const bareMs: number[] = [];
    const appendMs: number[] = [];
    for (let round = -warmUp; round < rounds; round += 1) {
      const bareFirst = round % 2 === 0;
      const start = performance.now();
      if (bareFirst) insert.run(content);
      else append(round);
      const between = performance.now();
      if (bareFirst) append(round);
      else insert.run(content);
      const end = performance.now();
      if (round < 0) continue;
      bareMs.push(bareFirst ? between - start : end - between);
      appendMs.push(bareFirst ? end - between : between - start);
    }
    return { bareP50Ms: median(bareMs), appendP50Ms: median(appendMs) };
  } finally {
    journal.close();
    bare.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
