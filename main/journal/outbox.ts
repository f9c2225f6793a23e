/**
 * Messages that must reach the bureau or the payment provider, written in the transaction of the entry they follow
 * from. Delivery is at least once: a message goes only when the far end has confirmed it, so the far end may see it
 * twice and tells by the request id.
 */
import type { CaseKeys } from './case-keys.ts';
import type { Connection } from './database.ts';
import type { EntryWriter } from './entry-writer.ts';
import type { Delivery, Destination, Journal, NewDelivery, RandomBytes } from './journal.ts';
import { sealJson, unsealJson } from './sealing.ts';
import { uuid } from './uuid.ts';

interface OutboxRow {
  readonly id: string;
  readonly destination: string;
  readonly request_id: string;
  readonly case_id: string;
  readonly sealed: Uint8Array;
  readonly attempts: number;
  readonly next_at_ms: number;
}

export interface Outbox extends Pick<Journal, 'dueDeliveries' | 'markDelivered' | 'markAttempt'> {
  /** Called within the transaction of its entry. A request that waits already is not put in again. */
  put(delivery: NewDelivery, caseId: string, entrySequence: number, nowMs: number): void;
  isWaitingFor(caseId: string): boolean;
}

/** A message whose body does not unseal was damaged on the disk; it is looked at again after a day. */
const damagedAgainMs = 86_400_000;

const binding = (id: string, caseId: string) => ['outbox', id, caseId];

export function outbox(db: Connection, writer: EntryWriter, keys: CaseKeys, random: RandomBytes): Outbox {
  const insert = db.prepare<unknown[]>(`INSERT INTO outbox
    (id, entry_sequence, destination, request_id, case_id, sealed, next_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (destination, request_id) DO NOTHING`);
  const due = db.prepare<[number], OutboxRow>(
    'SELECT * FROM outbox WHERE next_at_ms <= ? ORDER BY entry_sequence',
  );
  const byId = db.prepare<[string], OutboxRow>('SELECT * FROM outbox WHERE id = ?');
  const remove = db.prepare<[string]>('DELETE FROM outbox WHERE id = ?');
  const attempt = db.prepare<[number, number, string]>(
    'UPDATE outbox SET attempts = ?, next_at_ms = ? WHERE id = ?',
  );
  const ofCase = db.prepare<[string], number>('SELECT count(*) FROM outbox WHERE case_id = ?').pluck();

  const bodyOf = (row: OutboxRow): unknown => {
    const key = keys.find(row.case_id);
    return key.found ? unsealJson(key.key, row.sealed, binding(row.id, row.case_id)) : undefined;
  };
  const markAttempt = (id: string, nextAtMs: number, code?: string) =>
    writer.together(() => {
      const row = byId.get(id);
      if (row === undefined) return;
      const attempts = row.attempts + 1;
      const next = Math.trunc(nextAtMs);
      attempt.run(attempts, next, id);
      writer.write({
        event: 'outbox-failed',
        outcome: 'failure',
        caseId: row.case_id,
        clear: { destination: row.destination, requestId: row.request_id, attempts, nextAtMs: next, code },
      });
    });

  return {
    put(delivery, caseId, entrySequence, nowMs) {
      const id = uuid(random);
      const sealed = sealJson(keys.keyFor(caseId), delivery.body, binding(id, caseId), random);
      insert.run(
        id,
        entrySequence,
        delivery.destination,
        delivery.requestId,
        caseId,
        sealed,
        Math.trunc(nowMs),
      );
    },
    isWaitingFor: (caseId) => (ofCase.get(caseId) ?? 0) > 0,
    dueDeliveries(nowMs) {
      const deliveries: Delivery[] = [];
      for (const row of due.all(nowMs)) {
        const body = bodyOf(row);
        if (body === undefined) {
          markAttempt(row.id, nowMs + damagedAgainMs, 'notAuthentic');
          continue;
        }
        deliveries.push({
          id: row.id,
          destination: row.destination as Destination, // written by `put`, whose type allows no other
          requestId: row.request_id,
          caseId: row.case_id,
          body,
          attempts: row.attempts,
          nextAtMs: row.next_at_ms,
        });
      }
      return deliveries;
    },
    markDelivered(id) {
      writer.together(() => {
        const row = byId.get(id);
        if (row === undefined) return;
        remove.run(id);
        writer.write({
          event: 'outbox-delivered',
          outcome: 'success',
          caseId: row.case_id,
          subject: id,
          clear: { destination: row.destination, requestId: row.request_id, attempts: row.attempts + 1 },
        });
      });
    },
    markAttempt,
  };
}
