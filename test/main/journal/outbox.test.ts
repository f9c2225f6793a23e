import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../main/journal/journal.ts';
import { dayMs, type JournalFolder, journalFolder, tamper } from './temporary-journal.ts';

function report(journal: Journal, requestId: string, caseId = 'case-1'): void {
  journal.append({
    event: 'application-released',
    outcome: 'n/a',
    caseId,
    clear: { requestId, reason: 'notPaid' },
    outbox: { destination: 'bureau', requestId, body: { requestId, name: '林晓' } },
  });
}

const requests = (journal: Journal, place: JournalFolder, laterMs = 0) =>
  journal.dueDeliveries(place.clock.wall + laterMs).map((delivery) => delivery.requestId);

describe('the outbox', () => {
  it('gives what is due, oldest first, until it is marked as delivered', () => {
    const place = journalFolder();
    const journal = place.open();
    report(journal, 'r-1');
    report(journal, 'r-2', 'case-2');
    const [first] = journal.dueDeliveries(place.clock.wall);
    expect(first).toMatchObject({
      destination: 'bureau',
      requestId: 'r-1',
      caseId: 'case-1',
      body: { requestId: 'r-1', name: '林晓' },
      attempts: 0,
    });
    expect(requests(journal, place)).toEqual(['r-1', 'r-2']);
    journal.markDelivered(first?.id ?? '');
    expect(requests(journal, place)).toEqual(['r-2']);
    expect([...journal.entries({ event: 'outbox-delivered' })]).toMatchObject([
      {
        caseId: 'case-1',
        subject: first?.id,
        clear: { destination: 'bureau', requestId: 'r-1', attempts: 1 },
      },
    ]);
  });

  it('gives a message again when the terminal stopped before marking it', () => {
    const place = journalFolder();
    const journal = place.open();
    report(journal, 'r-1');
    const [delivery] = journal.dueDeliveries(place.clock.wall);
    journal.close();
    const again = place.open();
    expect(again.dueDeliveries(place.clock.wall)).toEqual([delivery]);
  });

  it('takes a second mark for the echo it is', () => {
    const place = journalFolder();
    const journal = place.open();
    report(journal, 'r-1');
    const [delivery] = journal.dueDeliveries(place.clock.wall);
    journal.markDelivered(delivery?.id ?? '');
    const head = journal.head();
    journal.markDelivered(delivery?.id ?? '');
    journal.markAttempt(delivery?.id ?? '', 0);
    expect(journal.head()).toEqual(head);
  });

  it('waits after a try that failed, and counts', () => {
    const place = journalFolder();
    const journal = place.open();
    report(journal, 'r-1');
    const [delivery] = journal.dueDeliveries(place.clock.wall);
    journal.markAttempt(delivery?.id ?? '', place.clock.wall + 30_000, 'unreachable');
    journal.markAttempt(delivery?.id ?? '', place.clock.wall + 60_000, 'unreachable');
    expect(requests(journal, place, 59_999)).toEqual([]);
    expect(journal.dueDeliveries(place.clock.wall + 60_000)).toMatchObject([
      { requestId: 'r-1', attempts: 2 },
    ]);
    expect([...journal.entries({ event: 'outbox-failed' })].map((entry) => entry.clear)).toMatchObject([
      { attempts: 1, code: 'unreachable' },
      { attempts: 2, code: 'unreachable', nextAtMs: place.clock.wall + 60_000 },
    ]);
  });

  it('has neither the entry nor the message when one of them is refused', () => {
    const place = journalFolder();
    const journal = place.open();
    report(journal, 'r-1');
    const head = journal.head();
    expect(() =>
      journal.append({
        event: 'staff-called',
        outcome: 'n/a',
        caseId: 'case-1',
        outbox: { destination: 'bureau', requestId: 'r-2', body: undefined },
      }),
    ).toThrow(TypeError);
    expect(journal.head()).toEqual(head);
    report(journal, 'r-3');
    expect(requests(journal, place)).toEqual(['r-1', 'r-3']);
    expect(journal.verify().intact).toBe(true);
  });

  it('holds a request once while it waits', () => {
    const place = journalFolder();
    const journal = place.open();
    report(journal, 'r-1');
    report(journal, 'r-1');
    const due = journal.dueDeliveries(place.clock.wall);
    expect(due.map((delivery) => delivery.requestId)).toEqual(['r-1']);
    journal.markDelivered(due[0]?.id ?? '');
    report(journal, 'r-1');
    expect(requests(journal, place)).toEqual(['r-1']);
  });

  it('does not hand out a message that was damaged, and does not lose it or the others', () => {
    const place = journalFolder();
    const journal = place.open();
    report(journal, 'r-1');
    report(journal, 'r-2');
    journal.close();
    tamper(place.path, "UPDATE outbox SET sealed = zeroblob(80) WHERE request_id = 'r-1'");
    const again = place.open();
    expect(requests(again, place)).toEqual(['r-2']);
    expect([...again.entries({ event: 'outbox-failed' })]).toMatchObject([
      { clear: { requestId: 'r-1', code: 'notAuthentic', nextAtMs: place.clock.wall + dayMs } },
    ]);
    const db = new Database(place.path, { readonly: true });
    expect(db.prepare('SELECT count(*) FROM outbox').pluck().get()).toBe(2);
    db.close();
  });
});

describe('slip numbers', () => {
  it('count up within a day and never repeat, also after a restart', () => {
    const place = journalFolder();
    const journal = place.open();
    expect(journal.nextSlipNumber('2026-07-12')).toBe('ZT-0712-0001');
    expect(journal.nextSlipNumber('2026-07-12')).toBe('ZT-0712-0002');
    expect(journal.nextSlipNumber('2026-07-13')).toBe('ZT-0713-0001');
    journal.close();
    const again = place.open();
    expect(again.nextSlipNumber('2026-07-12')).toBe('ZT-0712-0003');
    expect(() => again.nextSlipNumber('12.07.2026')).toThrow(TypeError);
  });
});
