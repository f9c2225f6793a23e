/** Erasing a person from the journal: the key of the case goes, the entries stay and still verify. */
import { fail, ok, type Result } from '../../devices/result.ts';
import type { CaseKeys } from './case-keys.ts';
import type { Connection } from './database.ts';
import type { EntryWriter } from './entry-writer.ts';
import type { EraseRefused, Journal, JournalReader } from './journal.ts';
import type { Outbox } from './outbox.ts';

const dayMs = 86_400_000;

export interface Retention extends Pick<Journal, 'eraseCase' | 'eraseExpired'> {
  /** Empties the write-ahead log of what was erased, if a reader was in the way before. */
  finishErasure(): void;
}

export function retention(
  db: Connection,
  writer: EntryWriter,
  keys: CaseKeys,
  reader: JournalReader,
  waiting: Pick<Outbox, 'isWaitingFor'>,
): Retention {
  const expired = db
    .prepare<[number], string>(`
      SELECT case_id FROM case_keys
      WHERE wrapped <> zeroblob(60) AND coalesce(
        (SELECT wall_ms FROM entries WHERE entries.case_id = case_keys.case_id ORDER BY sequence DESC LIMIT 1),
        created_ms) < ?`)
    .pluck();
  let logHoldsErased = false;

  /** A key that was overwritten still stands in older pages of the log until those are overwritten. */
  const finishErasure = () => {
    if (!logHoldsErased) return;
    // A pragma answers rows; this one always one, with these columns.
    const [answer] = db.pragma('wal_checkpoint(TRUNCATE)') as readonly { readonly busy: number }[];
    logHoldsErased = answer?.busy !== 0;
  };

  /** What hinders, for any number of cases: the lists behind it are long to make, so they are made once. */
  const hindrances = () => {
    const acting = new Set(reader.openIntents().map((intent) => intent.caseId));
    const inCustody = new Set(reader.custodyTasks().map((task) => task.caseId));
    return (caseId: string): EraseRefused | null => {
      if (waiting.isWaitingFor(caseId)) {
        return { code: 'deliveriesWaiting', message: 'Messages of the case wait for delivery.' };
      }
      if (acting.has(caseId))
        return { code: 'intentsOpen', message: 'An act of the case has no outcome yet.' };
      if (inCustody.has(caseId))
        return { code: 'custodyOpen', message: 'Staff still has to look after the case.' };
      return null;
    };
  };

  const erase = (
    caseId: string,
    reason: string,
    hindrance: ReturnType<typeof hindrances>,
  ): Result<void, EraseRefused> => {
    const why = hindrance(caseId);
    if (why !== null) return fail(why);
    if (!keys.destroy(caseId))
      return fail({ code: 'unknownCase', message: 'Nothing is sealed under this case.' });
    writer.write({ event: 'case-key-erased', outcome: 'success', caseId, clear: { reason } });
    logHoldsErased = true;
    return ok(undefined);
  };

  return {
    eraseCase(caseId, reason = 'request') {
      const answer = writer.together(() => erase(caseId, reason, hindrances()));
      finishErasure();
      return answer;
    },
    eraseExpired(nowMs, retentionDays) {
      const erased = writer.together(() => {
        const hindrance = hindrances();
        return expired
          .all(nowMs - retentionDays * dayMs)
          .filter((caseId) => erase(caseId, 'retention', hindrance).ok);
      });
      finishErasure();
      return erased;
    },
    finishErasure,
  };
}
