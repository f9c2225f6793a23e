/** The bureau simulator's own data set: holders, endorsements, applications and requests already done, in SQLite. */
import Database from 'better-sqlite3';
import { z } from 'zod';
import { applicationSchema, decisionSchema, holderRecordSchema } from './messages.ts';
import type { Decision, EndorsementApplication, EndorsementOnRecord, HolderRecord } from './port.ts';

/** A document and its holder as the simulated bureau holds them. */
export interface SimulatedHolder {
  readonly documentNumber: string;
  /** First two letters of the machine readable zone. */
  readonly documentType: string;
  readonly nameChinese: string;
  readonly dateOfBirth: string;
  readonly dateOfExpiry: string;
  readonly record: HolderRecord;
  /** What the bureau decides apart from the rules. */
  readonly bureauDecides: 'byTheRules' | 'notEligible' | 'seeCounter';
}

export interface StoredApplication {
  readonly number: string;
  readonly requestId: string;
  readonly application: EndorsementApplication;
  /** Epoch milliseconds. */
  readonly submittedAt: number;
  /** `YYYY-MM-DD`; prices are those of this day. */
  readonly submittedOn: string;
  readonly state: 'open' | 'released' | 'issued';
  /** `null` until decided. */
  readonly decision: Decision | null;
}

export interface BureauStore {
  /** Puts holders in; the endorsements of one already there are kept, so that what was issued stays. */
  seed(holders: readonly SimulatedHolder[]): void;
  holder(documentNumber: string): SimulatedHolder | null;
  addEndorsement(documentNumber: string, endorsement: EndorsementOnRecord): void;
  /** @param number given the running number, answers the application number */
  addApplication(
    application: Omit<StoredApplication, 'number' | 'state' | 'decision'>,
    number: (sequence: number) => string,
  ): StoredApplication;
  application(by: { readonly number: string } | { readonly requestId: string }): StoredApplication | null;
  openApplications(documentNumber: string): readonly StoredApplication[];
  decide(number: string, decision: Decision): void;
  setState(number: string, state: StoredApplication['state']): void;
  /** What was asked under a request id, `null` when it is new. */
  request(requestId: string): string | null;
  addRequest(requestId: string, content: string): void;
  /** All or nothing. */
  atomically<T>(work: () => T): T;
  close(): void;
}

const holderSchema: z.ZodType<SimulatedHolder> = z.object({
  documentNumber: z.string(),
  documentType: z.string(),
  nameChinese: z.string(),
  dateOfBirth: z.string(),
  dateOfExpiry: z.string(),
  record: holderRecordSchema,
  bureauDecides: z.enum(['byTheRules', 'notEligible', 'seeCounter']),
});

const applicationRow = z.object({
  number: z.string(),
  request_id: z.string(),
  body: z.string(),
  submitted_at: z.number(),
  submitted_on: z.string(),
  state: z.enum(['open', 'released', 'issued']),
  decision: z.string().nullable(),
});

const schema = `
  CREATE TABLE IF NOT EXISTS holder (document_number TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS endorsement (
    id INTEGER PRIMARY KEY, document_number TEXT NOT NULL REFERENCES holder, body TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS endorsement_of ON endorsement (document_number);
  CREATE TABLE IF NOT EXISTS application (
    sequence INTEGER PRIMARY KEY, number TEXT UNIQUE, request_id TEXT NOT NULL UNIQUE,
    document_number TEXT NOT NULL REFERENCES holder, body TEXT NOT NULL,
    submitted_at INTEGER NOT NULL, submitted_on TEXT NOT NULL, state TEXT NOT NULL, decision TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS application_of ON application (document_number);
  CREATE TABLE IF NOT EXISTS request (id TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
`;

/**
 * Opens the data set.
 * @param path a file, or `:memory:`
 */
export function openBureauStore(path: string): BureauStore {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.exec(schema);

  const putHolder = db.prepare(
    'INSERT INTO holder VALUES (?, ?) ON CONFLICT (document_number) DO UPDATE SET body = excluded.body',
  );
  const getHolder = db.prepare('SELECT body FROM holder WHERE document_number = ?').pluck();
  const getEndorsements = db
    .prepare('SELECT body FROM endorsement WHERE document_number = ? ORDER BY id')
    .pluck();
  const putEndorsement = db.prepare('INSERT INTO endorsement (document_number, body) VALUES (?, ?)');
  const putApplication = db.prepare(
    `INSERT INTO application (request_id, document_number, body, submitted_at, submitted_on, state)
     VALUES (?, ?, ?, ?, ?, 'open')`,
  );
  const numberApplication = db.prepare('UPDATE application SET number = ? WHERE sequence = ?');
  const byNumber = db.prepare('SELECT * FROM application WHERE number = ?');
  const byRequest = db.prepare('SELECT * FROM application WHERE request_id = ?');
  const openOf = db.prepare(
    `SELECT * FROM application WHERE document_number = ? AND state = 'open' ORDER BY sequence`,
  );
  const putDecision = db.prepare('UPDATE application SET decision = ? WHERE number = ?');
  const putState = db.prepare('UPDATE application SET state = ? WHERE number = ?');
  const getRequest = db.prepare('SELECT content FROM request WHERE id = ?').pluck();
  const putRequest = db.prepare('INSERT INTO request VALUES (?, ?)');

  const text = (value: unknown): string => z.string().parse(value);
  const stored = (row: unknown): StoredApplication => {
    const { number, request_id, body, submitted_at, submitted_on, state, decision } =
      applicationRow.parse(row);
    return {
      number,
      requestId: request_id,
      application: applicationSchema.parse(JSON.parse(body)),
      submittedAt: submitted_at,
      submittedOn: submitted_on,
      state,
      decision: decision === null ? null : decisionSchema.parse(JSON.parse(decision)),
    };
  };

  const store: BureauStore = {
    seed(holders) {
      db.transaction(() => {
        for (const holder of holders) {
          const isNew = getHolder.get(holder.documentNumber) === undefined;
          const { endorsements, ...record } = holder.record;
          putHolder.run(
            holder.documentNumber,
            JSON.stringify({
              documentNumber: holder.documentNumber,
              documentType: holder.documentType,
              nameChinese: holder.nameChinese,
              dateOfBirth: holder.dateOfBirth,
              dateOfExpiry: holder.dateOfExpiry,
              bureauDecides: holder.bureauDecides,
              record,
            }),
          );
          if (!isNew) continue;
          for (const each of endorsements) putEndorsement.run(holder.documentNumber, JSON.stringify(each));
        }
      })();
    },
    holder(documentNumber) {
      const body = getHolder.get(documentNumber);
      if (body === undefined) return null;
      const endorsements = getEndorsements.all(documentNumber).map((each) => JSON.parse(text(each)));
      const raw = JSON.parse(text(body));
      return holderSchema.parse({ ...raw, record: { ...raw.record, endorsements } });
    },
    addEndorsement(documentNumber, endorsement) {
      putEndorsement.run(documentNumber, JSON.stringify(endorsement));
    },
    addApplication({ requestId, application, submittedAt, submittedOn }, number) {
      return db.transaction(() => {
        const { lastInsertRowid } = putApplication.run(
          requestId,
          application.documentNumber,
          JSON.stringify(application),
          submittedAt,
          submittedOn,
        );
        numberApplication.run(number(Number(lastInsertRowid)), lastInsertRowid);
        return stored(byRequest.get(requestId));
      })();
    },
    application(by) {
      const row = 'number' in by ? byNumber.get(by.number) : byRequest.get(by.requestId);
      return row === undefined ? null : stored(row);
    },
    openApplications: (documentNumber) => openOf.all(documentNumber).map(stored),
    decide(number, decision) {
      putDecision.run(JSON.stringify(decision), number);
    },
    setState(number, state) {
      putState.run(state, number);
    },
    request(requestId) {
      const content = getRequest.get(requestId);
      return content === undefined ? null : text(content);
    },
    addRequest(requestId, content) {
      putRequest.run(requestId, content);
    },
    atomically: (work) => db.transaction(work)(),
    close() {
      db.close();
    },
  };
  return store;
}
