/** The chain: what the hash of an entry is taken over, and how the whole is checked. */
import { hash } from 'node:crypto';
import { canonicalText } from './canonical.ts';
import type { Connection } from './database.ts';
import type { ChainBreak, ChainHead, Verification } from './journal.ts';

/** A row of the table `entries`, with its columns. */
export interface EntryRow {
  readonly sequence: number;
  readonly event: string;
  readonly type: string;
  readonly outcome: string;
  readonly session_id: string | null;
  readonly case_id: string | null;
  readonly subject: string | null;
  readonly wall_ms: number;
  readonly monotonic_us: number;
  /** JSON, hashed as it stands. */
  readonly clear: string;
  /** Nonce, tag and ciphertext, or nothing. */
  readonly sealed: Uint8Array | null;
  /** SHA-256 in 64 lower-case hexadecimal digits, as all hashes here. */
  readonly previous: string;
  readonly hash: string;
}

const formatName = 'exit-entry-terminal journal entry 1';

/** What the first entry follows. */
export const emptyHead: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

/** The last entry there is. */
export function headInFile(db: Connection): ChainHead {
  const last = db.prepare<[], ChainHead>('SELECT sequence, hash FROM entries ORDER BY sequence DESC LIMIT 1');
  return last.get() ?? emptyHead;
}

/** SHA-256 over the canonical text of everything in the row but the hash itself; the sealed part as it is sealed. */
export function hashOf(row: Omit<EntryRow, 'hash'>): string {
  const text = canonicalText([
    formatName,
    row.previous,
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
  ]);
  return hash('sha256', text);
}

const mostBreaks = 100;

/**
 * Goes through all rows in the order of their sequence numbers. An anchor is a head that was kept outside: only
 * with one can a tail that was cut off be seen.
 */
export function verifyChain(rows: Iterable<EntryRow>, anchors: readonly ChainHead[] = []): Verification {
  const breaks: ChainBreak[] = [];
  const report = (sequence: number, kind: ChainBreak['kind'], message: string) => {
    if (breaks.length < mostBreaks) breaks.push({ sequence, kind, message });
  };
  const anchored = Map.groupBy(anchors, (anchor) => anchor.sequence);
  let entries = 0;
  let expected = 1;
  let head = emptyHead;

  for (const row of rows) {
    entries += 1;
    if (row.sequence !== expected) {
      report(row.sequence, 'missing', `entries ${expected} to ${row.sequence - 1} are missing`);
    }
    if (ownHashOf(row) !== row.hash) {
      report(row.sequence, 'modified', `entry ${row.sequence} is not what it was when it was written`);
    }
    if (row.previous !== head.hash) {
      report(row.sequence, 'linkBroken', `entry ${row.sequence} does not follow the entry before it`);
    }
    for (const anchor of anchored.get(row.sequence) ?? []) {
      if (anchor.hash.toLowerCase() !== row.hash) {
        report(row.sequence, 'anchorMismatch', `entry ${row.sequence} is not the one that was anchored`);
      }
    }
    head = { sequence: row.sequence, hash: row.hash };
    expected = row.sequence + 1;
  }

  for (const anchor of anchors) {
    if (anchor.sequence > head.sequence) {
      report(
        anchor.sequence,
        'cutTail',
        `the journal ends at ${head.sequence}, but ${anchor.sequence} was anchored`,
      );
    }
  }
  return { intact: breaks.length === 0, entries, head, breaks };
}

/** A row that cannot even be encoded (a number out of range) was not written by the journal. */
function ownHashOf(row: EntryRow): string | null {
  try {
    return hashOf(row);
  } catch {
    return null;
  }
}
