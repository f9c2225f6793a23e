/**
 * The key of each case, wrapped by the master key. They stand apart from the entries because they may be destroyed:
 * what was sealed under a key is gone with it, while the entries and their chain stay as they are.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Connection } from './database.ts';
import type { JournalClock, RandomBytes, UnsealError } from './journal.ts';
import { seal, unseal } from './sealing.ts';

export type FoundKey =
  | { readonly found: true; readonly key: Uint8Array }
  | { readonly found: false; readonly code: Exclude<UnsealError['code'], 'nothingSealed'> };

export interface CaseKeyReader {
  find(caseId: string): FoundKey;
}

export interface CaseKeys extends CaseKeyReader {
  /** The key to seal under; the first time it is made and kept. Throws when it is there but does not unwrap. */
  keyFor(caseId: string): Uint8Array;
  /** Whether there was one. */
  destroy(caseId: string): boolean;
  /** After a transaction was rolled back: keys made in it must not be used. */
  forget(): void;
}

const keyLength = 32;
/** As many cases as are likely to be in work at once; the rest is unwrapped when asked for. */
const mostRemembered = 32;

const binding = (caseId: string) => ['case key', caseId];

/** A wrapped key is as long as this: nonce, tag and key; erased, it is so many zeros. */
const wrappedLength = 60;
const erased = Buffer.alloc(wrappedLength);

/** `masterKey` null: keys are there, but cannot be used. */
export function readCaseKeys(db: Connection, masterKey: Uint8Array | null): CaseKeyReader {
  const select = db.prepare<[string], Uint8Array>('SELECT wrapped FROM case_keys WHERE case_id = ?').pluck();
  return {
    find(caseId) {
      const wrapped = select.get(caseId);
      if (wrapped === undefined || erased.equals(wrapped)) return { found: false, code: 'erased' };
      if (masterKey === null) return { found: false, code: 'noMasterKey' };
      const key = unseal(masterKey, wrapped, binding(caseId));
      return key === null ? { found: false, code: 'notAuthentic' } : { found: true, key };
    },
  };
}

export function keepCaseKeys(
  db: Connection,
  masterKey: Uint8Array,
  clock: JournalClock,
  random: RandomBytes,
): CaseKeys {
  const reader = readCaseKeys(db, masterKey);
  const insert = db.prepare<[string, Uint8Array, number]>(
    `INSERT INTO case_keys (case_id, wrapped, created_ms) VALUES (?, ?, ?)
     ON CONFLICT (case_id) DO UPDATE SET wrapped = excluded.wrapped`,
  );
  const overwrite = db.prepare<[Uint8Array, string, Uint8Array]>(
    'UPDATE case_keys SET wrapped = ? WHERE case_id = ? AND wrapped <> ?',
  );
  const remembered = new Map<string, Uint8Array>();

  const remember = (caseId: string, key: Uint8Array) => {
    const [oldest] = remembered.keys();
    if (remembered.size >= mostRemembered && oldest !== undefined) remembered.delete(oldest);
    remembered.set(caseId, key);
    return key;
  };
  const find = (caseId: string): FoundKey => {
    const key = remembered.get(caseId);
    if (key !== undefined) return { found: true, key };
    const found = reader.find(caseId);
    if (found.found) remember(caseId, found.key);
    return found;
  };

  return {
    find,
    keyFor(caseId) {
      const found = find(caseId);
      if (found.found) return found.key;
      if (found.code !== 'erased') throw new Error(`the key of case ${caseId} does not unwrap`);
      const key = random(keyLength);
      insert.run(caseId, seal(masterKey, key, binding(caseId), random), clock.now());
      return remember(caseId, key);
    },
    destroy(caseId) {
      remembered.get(caseId)?.fill(0);
      remembered.delete(caseId);
      return overwrite.run(erased, caseId, erased).changes === 1;
    },
    forget() {
      remembered.clear();
    },
  };
}

/** Stands in the journal so that a wrong master key is known at open, not at the first recovery. */
export function keyCheckOf(masterKey: Uint8Array): Buffer {
  return createHmac('sha256', masterKey)
    .update('exit-entry-terminal journal master key')
    .digest()
    .subarray(0, 16);
}

export function isKeyFor(masterKey: Uint8Array, keyCheck: Uint8Array): boolean {
  const own = keyCheckOf(masterKey);
  return own.length === keyCheck.length && timingSafeEqual(own, keyCheck);
}
