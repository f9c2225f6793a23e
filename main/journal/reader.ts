/** Everything that can be asked of a journal without writing to it; the terminal and the command line share it. */
import { fail, ok, type Result } from '../../devices/result.ts';
import type { CaseKeyReader } from './case-keys.ts';
import type { EventType } from './catalogue.ts';
import { type EntryRow, headInFile, verifyChain } from './chain.ts';
import type { Facts } from './clear-fields.ts';
import type { Connection } from './database.ts';
import { entryBinding } from './entry-writer.ts';
import type {
  CaseFact,
  CustodyKind,
  CustodyTask,
  Entry,
  EntryQuery,
  IntentKind,
  JournalReader,
  OpenIntent,
  Outcome,
  UnsealError,
} from './journal.ts';
import { unsealJson } from './sealing.ts';

const batch = 500;

/** `head`: where the chain ends, when the caller knows better than the file. */
export function journalReader(
  db: Connection,
  keys: CaseKeyReader,
  head = () => headInFile(db),
): JournalReader {
  const bySequence = db.prepare<[number], EntryRow>('SELECT * FROM entries WHERE sequence = ?');
  const erasedAfter = db
    .prepare<[string, number], number>(
      "SELECT count(*) FROM entries WHERE case_id = ? AND sequence > ? AND event = 'case-key-erased'",
    )
    .pluck();
  /** Entries of the first event whose subject has no entry of the second. */
  const unfinished = db.prepare<[string, string], EntryRow>(`
    SELECT * FROM entries AS begun
    WHERE event = ? AND subject IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM entries AS ended WHERE ended.event = ? AND ended.subject = begun.subject)
    ORDER BY sequence`);

  const personalOf = (row: EntryRow): Result<unknown, UnsealError> => {
    if (row.sealed === null || row.case_id === null) return refuse('nothingSealed');
    const key = keys.find(row.case_id);
    if (!key.found) return refuse(key.code);
    const value = unsealJson(key.key, row.sealed, entryBinding(row.sequence, row.case_id, row.event));
    if (value !== undefined) return ok(value);
    // A case that was written to after its key was erased has a new key, which opens nothing of before.
    return refuse(erasedAfter.get(row.case_id, row.sequence) === 0 ? 'notAuthentic' : 'erased');
  };

  return {
    head,
    verify(anchors = []) {
      const own = head();
      return verifyChain(rowsOf(db, {}), own.sequence === 0 ? anchors : [...anchors, own]);
    },
    *entries(query = {}) {
      for (const row of rowsOf(db, query)) yield entryOf(row);
    },
    personalOf(entry) {
      const row = bySequence.get(entry.sequence);
      return row === undefined ? refuse('nothingSealed') : personalOf(row);
    },
    caseFacts(caseId) {
      return [...rowsOf(db, { caseId })].map(
        (row): CaseFact => ({ entry: entryOf(row), personal: row.sealed === null ? null : personalOf(row) }),
      );
    },
    openIntents() {
      return unfinished.all('intent-init', 'intent-complete').map((row): OpenIntent => {
        const entry = entryOf(row);
        return {
          id: row.subject ?? '',
          kind: String(entry.clear.kind) as IntentKind, // written by `intend`, whose type allows no other
          caseId: row.case_id ?? '',
          sessionId: row.session_id,
          facts: factsOf(entry),
          entry,
        };
      });
    },
    custodyTasks() {
      return unfinished.all('custody-raised', 'custody-closed').map((row): CustodyTask => {
        const entry = entryOf(row);
        return {
          id: row.subject ?? '',
          kind: String(entry.clear.kind) as CustodyKind, // written by `raiseCustody`, whose type allows no other
          caseId: row.case_id ?? '',
          facts: factsOf(entry),
          raisedMs: row.wall_ms,
          entry,
        };
      });
    },
  };
}

const explanations: Record<UnsealError['code'], string> = {
  nothingSealed: 'Nothing is sealed in this entry.',
  erased: 'The key of the case was erased; what was sealed cannot be read any more.',
  notAuthentic: 'The sealed part or its key is not what was written.',
  noMasterKey: 'The master key is needed to read what is sealed.',
};
const refuse = (code: UnsealError['code']) => fail<UnsealError>({ code, message: explanations[code] });

/** Rows in batches, so that no statement stays open between them: entries may be written meanwhile. */
export function* rowsOf(db: Connection, query: EntryQuery): IterableIterator<EntryRow> {
  const conditions: readonly (readonly [string, string | number | undefined])[] = [
    ['case_id = ?', query.caseId],
    ['session_id = ?', query.sessionId],
    ['event = ?', query.event],
    ['sequence >= ?', query.from],
    ['sequence <= ?', query.to],
    ['wall_ms >= ?', query.fromMs],
    ['wall_ms < ?', query.toMs],
  ];
  const used = conditions.filter(([, value]) => value !== undefined);
  const where = used.map(([condition]) => ` AND ${condition}`).join('');
  const values = used.map(([, value]) => value);

  if (query.last !== undefined) {
    const newest = db.prepare<unknown[], EntryRow>(
      `SELECT * FROM entries WHERE sequence > ?${where} ORDER BY sequence DESC LIMIT ?`,
    );
    yield* newest.all(0, ...values, query.last).reverse();
    return;
  }
  const next = db.prepare<unknown[], EntryRow>(
    `SELECT * FROM entries WHERE sequence > ?${where} ORDER BY sequence LIMIT ${batch}`,
  );
  let after = Number.MIN_SAFE_INTEGER;
  while (true) {
    const rows = next.all(after, ...values);
    yield* rows;
    const lastRow = rows.at(-1);
    if (lastRow === undefined || rows.length < batch) return;
    after = lastRow.sequence;
  }
}

export function entryOf(row: EntryRow): Entry {
  return {
    sequence: row.sequence,
    event: row.event,
    type: row.type as EventType, // comes from the catalogue; a row that was tampered with is for `verify` to find
    outcome: row.outcome as Outcome, // the table allows no other
    sessionId: row.session_id,
    caseId: row.case_id,
    subject: row.subject,
    clear: clearOf(row.clear),
    hasPersonal: row.sealed !== null,
    wallMs: row.wall_ms,
    monotonicMs: row.monotonic_us / 1000,
    hash: row.hash,
  };
}

/** A row that was tampered with must still be shown. */
function clearOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : { unreadable: true };
  } catch {
    return { unreadable: true };
  }
}

function factsOf(entry: Entry): Facts {
  const { facts } = entry.clear;
  return typeof facts === 'object' && facts !== null ? (facts as Facts) : {}; // checked by the catalogue when written
}
