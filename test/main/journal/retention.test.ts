import { readFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { dayMs, type JournalFolder, journalFolder } from './temporary-journal.ts';

const person = { documentNumber: 'CA7654321', name: '周宁' };

function wrappedKeys(place: JournalFolder): Map<string, Buffer> {
  const db = new Database(place.path, { readonly: true });
  const rows = db
    .prepare<[], { case_id: string; wrapped: Buffer }>(
      'SELECT case_id, wrapped FROM case_keys WHERE wrapped <> zeroblob(60)',
    )
    .all();
  db.close();
  return new Map(rows.map((row) => [row.case_id, row.wrapped]));
}

const bytesOnDisk = (place: JournalFolder) =>
  Buffer.concat([readFileSync(place.path), readFileSync(`${place.path}-wal`)]);

describe('erasing a case', () => {
  it('destroys the key, leaves the chain, and says so', () => {
    const place = journalFolder();
    const journal = place.open();
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-1', personal: person });
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-2', personal: person });
    const anchor = journal.head();
    const key = wrappedKeys(place).get('case-1') ?? Buffer.alloc(0);
    expect(bytesOnDisk(place).includes(key)).toBe(true);

    expect(journal.eraseCase('case-1')).toEqual({ ok: true, value: undefined });

    const bytes = bytesOnDisk(place);
    expect(bytes.includes(key)).toBe(false);
    expect(bytes.includes(person.documentNumber)).toBe(false);
    expect(bytes.includes(person.name)).toBe(false);
    expect(statSync(`${place.path}-wal`).size).toBe(0);
    expect(journal.verify([anchor]).intact).toBe(true);
    expect(journal.caseFacts('case-1')).toMatchObject([
      { entry: { event: 'staff-called' }, personal: { ok: false, error: { code: 'erased' } } },
      { entry: { event: 'case-key-erased', clear: { reason: 'request' } }, personal: null },
    ]);
    expect(journal.caseFacts('case-2')).toMatchObject([{ personal: { ok: true, value: person } }]);
    expect(journal.eraseCase('case-1')).toMatchObject({ ok: false, error: { code: 'unknownCase' } });
  });

  it('leaves nothing of any key among many on the disk', () => {
    const place = journalFolder();
    const journal = place.open();
    // Ids in no order, so that the index by case is rearranged all the time.
    const ids = Array.from({ length: 300 }, (_, n) => `case-${(n * 7919) % 1009}`);
    for (const caseId of ids) {
      journal.append({ event: 'staff-called', outcome: 'n/a', caseId, personal: person });
    }
    const keys = wrappedKeys(place);
    for (const caseId of ids.slice(75, 225)) journal.eraseCase(caseId);
    const bytes = bytesOnDisk(place);
    // Half a key is as good as the whole: look for the middle of each.
    const left = [...keys].filter(([, key]) => bytes.includes(key.subarray(28, 52))).map(([id]) => id);
    expect(left.toSorted()).toEqual([...ids.slice(0, 75), ...ids.slice(225)].toSorted());
    expect(left.length).toBe(150);
  });

  it('still says erased when the case was written to afterwards', () => {
    const journal = journalFolder().open();
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-1', personal: person });
    journal.eraseCase('case-1');
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-1', personal: { later: true } });
    expect(journal.caseFacts('case-1').map((fact) => fact.personal)).toMatchObject([
      { ok: false, error: { code: 'erased' } },
      null,
      { ok: true, value: { later: true } },
    ]);
  });

  it('is refused while something of the case is still to be done', () => {
    const journal = journalFolder().open();
    const caseId = 'case-1';
    const intent = journal.intend({
      kind: 'takePayment',
      caseId,
      facts: { orderNumber: 'T-1' },
      personal: person,
    });
    expect(journal.eraseCase(caseId)).toMatchObject({ ok: false, error: { code: 'intentsOpen' } });
    journal.settle(intent, { outcome: 'custody' });
    const task = journal.raiseCustody({ kind: 'paidNotIssued', caseId });
    expect(journal.eraseCase(caseId)).toMatchObject({ ok: false, error: { code: 'custodyOpen' } });
    journal.closeCustody(task, { by: 'badge-7', resolution: 'refundedAtCounter' });
    journal.append({
      event: 'application-released',
      outcome: 'n/a',
      caseId,
      clear: { reason: 'notWritten' },
      outbox: { destination: 'bureau', requestId: 'r-1', body: person },
    });
    expect(journal.eraseCase(caseId)).toMatchObject({ ok: false, error: { code: 'deliveriesWaiting' } });
    for (const delivery of journal.dueDeliveries(Number.MAX_SAFE_INTEGER)) journal.markDelivered(delivery.id);
    expect(journal.eraseCase(caseId).ok).toBe(true);
  });

  it('happens by itself after the retention period, counted from the last entry of the case', () => {
    const place = journalFolder();
    const journal = place.open();
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'old', personal: person });
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'touched', personal: person });
    journal.intend({ kind: 'refund', caseId: 'open', facts: {}, personal: person });
    place.clock.wall += 20 * dayMs;
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'touched' });
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'new', personal: person });
    expect(journal.eraseExpired(place.clock.wall + 5 * dayMs, 30)).toEqual([]);
    expect(journal.eraseExpired(place.clock.wall + 11 * dayMs, 30)).toEqual(['old']);
    expect([...wrappedKeys(place).keys()].toSorted()).toEqual(['new', 'open', 'touched']);
    expect(journal.verify().intact).toBe(true);
  });

  it('empties the log later when a reader was in the way', () => {
    const place = journalFolder();
    const journal = place.open();
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-1', personal: person });
    const key = wrappedKeys(place).get('case-1') ?? Buffer.alloc(0);
    const reader = new Database(place.path, { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM entries').get();
    expect(journal.eraseCase('case-1').ok).toBe(true);
    expect(bytesOnDisk(place).includes(key)).toBe(true);
    reader.exec('COMMIT');
    reader.close();
    expect(journal.eraseExpired(place.clock.wall, 30)).toEqual([]);
    expect(bytesOnDisk(place).includes(key)).toBe(false);
  });
});
