/** Adds entries to the chain. One insert is one transaction, unless it is part of a larger one. */

import type { CaseKeys } from './case-keys.ts';
import { definitionOf, type EventId } from './catalogue.ts';
import { hashOf, headInFile } from './chain.ts';
import { type Connection, writing } from './database.ts';
import type { ChainHead, JournalClock, Outcome, RandomBytes } from './journal.ts';
import { sealJson } from './sealing.ts';

export interface EntryToWrite {
  readonly event: EventId;
  readonly outcome: Outcome;
  readonly sessionId?: string | undefined;
  readonly caseId?: string | undefined;
  readonly subject?: string | undefined;
  readonly clear?: unknown;
  readonly personal?: unknown;
}

export interface EntryWriter {
  head(): ChainHead;
  write(entry: EntryToWrite): ChainHead;
  /** All that `work` writes stands, or nothing of it. */
  together<T>(work: () => T): T;
}

/** What sealed bytes in an entry are bound to: they open in no other entry. */
export const entryBinding = (sequence: number, caseId: string, event: string) => [
  'entry',
  sequence,
  caseId,
  event,
];

export function entryWriter(
  db: Connection,
  keys: CaseKeys,
  clock: JournalClock,
  random: RandomBytes,
): EntryWriter {
  const insert = db.prepare<unknown[]>(`INSERT INTO entries
    (sequence, event, type, outcome, session_id, case_id, subject, wall_ms, monotonic_us, clear, sealed, previous, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  let head = headInFile(db);

  const seal = (entry: EntryToWrite, own: number): Buffer | null => {
    if (entry.personal === undefined) return null;
    if (entry.caseId === undefined)
      throw new TypeError(`${entry.event}: personal data needs a case to be sealed under`);
    const binding = entryBinding(own, entry.caseId, entry.event);
    return sealJson(keys.keyFor(entry.caseId), entry.personal, binding, random);
  };

  const write = (entry: EntryToWrite): ChainHead => {
    const { type, clear } = checked(entry);
    const row = {
      sequence: head.sequence + 1,
      event: entry.event,
      type,
      outcome: entry.outcome,
      session_id: entry.sessionId ?? null,
      case_id: entry.caseId ?? null,
      subject: entry.subject ?? null,
      wall_ms: Math.trunc(clock.now()),
      monotonic_us: Math.round(clock.monotonic() * 1000),
      clear,
      sealed: seal(entry, head.sequence + 1),
      previous: head.hash,
    };
    const hash = hashOf(row);
    insert.run(
      row.sequence,
      row.event,
      row.type,
      row.outcome,
      row.session_id,
      row.case_id,
      row.subject,
      row.wall_ms,
      row.monotonic_us,
      row.clear,
      row.sealed,
      row.previous,
      hash,
    );
    head = { sequence: row.sequence, hash };
    return head;
  };

  const together = <T>(work: () => T): T => {
    if (db.inTransaction) return work();
    const before = head;
    try {
      return writing(() => db.transaction(work).immediate());
    } catch (cause) {
      head = before;
      keys.forget();
      throw cause;
    }
  };

  return {
    head: () => head,
    // Sealing may make the key of the case, which must not stand without the entry.
    write: (entry) =>
      entry.personal === undefined ? writing(() => write(entry)) : together(() => write(entry)),
    together,
  };
}

function checked(entry: EntryToWrite): { readonly type: string; readonly clear: string } {
  const definition = definitionOf(entry.event);
  if (definition === undefined) throw new TypeError(`${entry.event} is not in the catalogue of events`);
  const parsed = definition.clear.safeParse(entry.clear ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TypeError(
      `${entry.event}: ${issue?.path.join('.') || 'clear'}: ${issue?.message ?? 'not allowed'}`,
    );
  }
  return { type: definition.type, clear: JSON.stringify(parsed.data) };
}
