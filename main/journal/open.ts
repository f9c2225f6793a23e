/** Opens the journal: lock, file, key, chain, in this order; and puts its verbs together. */
import { basename } from 'node:path';
import { fail, ok, type Result } from '../../devices/result.ts';
import { isKeyFor, keepCaseKeys, keyCheckOf, readCaseKeys } from './case-keys.ts';
import { asSentence } from './clear-fields.ts';
import { type Connection, openForReading, openForWriting } from './database.ts';
import { type EntryToWrite, type EntryWriter, entryWriter } from './entry-writer.ts';
import {
  type ChainHead,
  type Journal,
  type JournalClock,
  type JournalOpenError,
  type JournalOpening,
  type JournalReader,
  JournalUnwritable,
  type KeyStore,
  type NewDelivery,
  type RandomBytes,
} from './journal.ts';
import { outbox } from './outbox.ts';
import { journalReader } from './reader.ts';
import { retention } from './retention.ts';
import { slipNumbers } from './slip-numbers.ts';
import { uuid } from './uuid.ts';
import { takeWriterLock } from './writer-lock.ts';

export interface JournalOptions {
  readonly clock: JournalClock;
  /** Cryptographically strong: keys, nonces and ids come from it. */
  readonly random: RandomBytes;
  readonly keyStore: KeyStore;
  /** Begins every slip number of this terminal, as `ZT`. */
  readonly slipPrefix: string;
}

type Opened<T> = Result<T, JournalOpenError>;

/**
 * Opens the journal at `path` for writing, creating it when there is none; one process at a time can. A damaged file
 * is moved aside and a new one begun, see `Journal.opening`.
 */
export function openJournal(path: string, options: JournalOptions): Opened<Journal> {
  const lock = takeWriterLock(path);
  if (!lock.ok) return lock;
  const file = openForWriting(path, options.clock.now());
  if (!file.ok) {
    lock.value();
    return file;
  }
  const { db, opening } = file.value;
  const release = () => {
    db.close();
    lock.value();
  };
  const masterKey = masterKeyFor(db, options);
  if (!masterKey.ok) {
    release();
    return masterKey;
  }
  try {
    return ok(assemble(db, masterKey.value, opening, options, release));
  } catch (cause) {
    release();
    if (cause instanceof JournalUnwritable) return fail({ code: 'unwritable', message: cause.message });
    throw cause;
  }
}

/** Opens a journal without changing it, also while the terminal is writing it. Without master key nothing unseals. */
export function openJournalReader(
  path: string,
  masterKey: Uint8Array | null = null,
): Opened<{ readonly reader: JournalReader; readonly db: Connection; close(): void }> {
  const file = openForReading(path);
  if (!file.ok) return file;
  const db = file.value;
  if (masterKey !== null) {
    const check = keyCheckIn(db);
    if (check !== undefined && !isKeyFor(masterKey, check)) {
      db.close();
      return fail({ code: 'masterKeyWrong', message: 'The key is not the one of this journal.' });
    }
  }
  return ok({
    reader: journalReader(db, readCaseKeys(db, masterKey)),
    db,
    close: () => {
      db.close();
    },
  });
}

function keyCheckIn(db: Connection): Uint8Array | undefined {
  return db.prepare<[], Uint8Array>("SELECT value FROM properties WHERE name = 'keyCheck'").pluck().get();
}

function masterKeyFor(db: Connection, options: JournalOptions): Opened<Uint8Array> {
  const refuse = (code: JournalOpenError['code'], message: string) =>
    fail<JournalOpenError>({ code, message });
  const check = keyCheckIn(db);
  const loaded = options.keyStore.load();
  if (!loaded.ok) return refuse('masterKeyUnusable', loaded.error.message);
  if (loaded.value !== null) {
    return check === undefined || isKeyFor(loaded.value, check)
      ? ok(loaded.value)
      : refuse('masterKeyWrong', 'The master key is not the one this journal was written with.');
  }
  if (check !== undefined) {
    return refuse('masterKeyMissing', 'The master key of this journal is missing; put it back where it was.');
  }
  const created = options.keyStore.create(options.random);
  return created.ok ? ok(created.value) : refuse('masterKeyUnusable', created.error.message);
}

function assemble(
  db: Connection,
  masterKey: Uint8Array,
  opening: JournalOpening,
  options: JournalOptions,
  release: () => void,
): Journal {
  const { clock, random } = options;
  const keys = keepCaseKeys(db, masterKey, clock, random);
  const writer = entryWriter(db, keys, clock, random);
  begin(db, writer, masterKey, opening, random);

  const reader = journalReader(db, keys, writer.head);
  const deliveries = outbox(db, writer, keys, random);
  const erasing = retention(db, writer, keys, reader, deliveries);
  const intentOf = db.prepare<[string], { session_id: string | null; case_id: string; kind: string }>(`
    SELECT session_id, case_id, clear ->> 'kind' AS kind FROM entries WHERE event = 'intent-init' AND subject = ?`);
  const taskOf = db.prepare<[string], { case_id: string }>(
    "SELECT case_id FROM entries WHERE event = 'custody-raised' AND subject = ?",
  );
  const settled = db
    .prepare<[string, string], number>('SELECT count(*) FROM entries WHERE event = ? AND subject = ?')
    .pluck();

  const write = (entry: EntryToWrite, delivery: NewDelivery | undefined): ChainHead => {
    if (delivery === undefined) return writer.write(entry);
    const { caseId } = entry;
    if (caseId === undefined)
      throw new TypeError(`${entry.event}: a message needs a case to be sealed under`);
    return writer.together(() => {
      const head = writer.write(entry);
      deliveries.put(delivery, caseId, head.sequence, clock.now());
      return head;
    });
  };

  return {
    ...reader,
    opening,
    append: (entry) => write(entry, entry.outbox),

    intend(intent) {
      const id = uuid(random);
      const { caseId, sessionId, personal } = intent;
      const clear = { kind: intent.kind, facts: intent.facts };
      write(
        { event: 'intent-init', outcome: 'n/a', sessionId, caseId, subject: id, clear, personal },
        intent.outbox,
      );
      return id;
    },
    settle(intentId, settlement) {
      const intent = intentOf.get(intentId);
      if (intent === undefined) throw new Error(`intent ${intentId} was never stated`);
      if (settled.get('intent-complete', intentId) !== 0)
        throw new Error(`intent ${intentId} is settled already`);
      write(
        {
          event: 'intent-complete',
          outcome:
            settlement.outcome === 'done' || settlement.outcome === 'compensated' ? 'success' : 'failure',
          sessionId: intent.session_id ?? undefined,
          caseId: intent.case_id,
          subject: intentId,
          clear: { kind: intent.kind, settled: settlement.outcome, facts: settlement.facts ?? {} },
          personal: settlement.personal,
        },
        settlement.outbox,
      );
    },

    raiseCustody(task) {
      const id = uuid(random);
      const { caseId, sessionId, personal } = task;
      const clear = { kind: task.kind, facts: task.facts ?? {} };
      writer.write({
        event: 'custody-raised',
        outcome: 'n/a',
        sessionId,
        caseId,
        subject: id,
        clear,
        personal,
      });
      return id;
    },
    closeCustody(taskId, closing) {
      const task = taskOf.get(taskId);
      if (task === undefined) throw new Error(`custody task ${taskId} was never raised`);
      if (settled.get('custody-closed', taskId) !== 0)
        throw new Error(`custody task ${taskId} is closed already`);
      const clear = { by: closing.by, resolution: closing.resolution };
      writer.write({
        event: 'custody-closed',
        outcome: 'success',
        caseId: task.case_id,
        subject: taskId,
        clear,
      });
    },

    dueDeliveries: deliveries.dueDeliveries,
    markDelivered: deliveries.markDelivered,
    markAttempt: deliveries.markAttempt,
    nextSlipNumber: slipNumbers(db, options.slipPrefix),
    eraseCase: erasing.eraseCase,
    eraseExpired: erasing.eraseExpired,
    close() {
      erasing.finishErasure();
      release();
    },
  };
}

/** The first entry of a new file says how it came to be. */
function begin(
  db: Connection,
  writer: EntryWriter,
  masterKey: Uint8Array,
  opening: JournalOpening,
  random: RandomBytes,
): void {
  if (keyCheckIn(db) !== undefined) return;
  const journalId = uuid(random);
  const keep = db.prepare<[string, Uint8Array]>('INSERT INTO properties (name, value) VALUES (?, ?)');
  writer.together(() => {
    keep.run('journalId', Buffer.from(journalId));
    keep.run('keyCheck', keyCheckOf(masterKey));
    if (opening.kind !== 'replaced') {
      writer.write({ event: 'journal-created', outcome: 'success', clear: { journalId } });
      return;
    }
    keep.run('replaced', Buffer.from([1]));
    const movedTo = asSentence(basename(opening.movedTo));
    const reason = asSentence(opening.reason);
    writer.write({ event: 'journal-replaced', outcome: 'success', clear: { journalId, movedTo, reason } });
  });
}
