/** The chain: what the hash of an entry is taken over, and how the whole is checked. */
import { hash } from 'node:crypto';
import { canonicalBytes } from './canonical.ts';
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
  /** Canonical JSON. */
  readonly clear: string;
  /** Nonce, tag and ciphertext, or nothing. */
  readonly sealed: Uint8Array | null;
  readonly previous: Uint8Array;
  readonly hash: Uint8Array;
}

const formatName = 'exit-entry-terminal journal entry 1';

export const genesis: Uint8Array = new Uint8Array(32);
export const emptyHead: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

/** SHA-256 over the canonical bytes of everything in the row but the hash itself; the sealed part as it is sealed. */
export function hashOf(row: Omit<EntryRow, 'hash'>): Buffer {
  const bytes = canonicalBytes([
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
  return hash('sha256', bytes, 'buffer');
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
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
    const own = hex(row.hash);
    if (ownHashOf(row) !== own) {
      report(row.sequence, 'modified', `entry ${row.sequence} is not what it was when it was written`);
    }
    if (hex(row.previous) !== head.hash) {
      report(row.sequence, 'linkBroken', `entry ${row.sequence} does not follow the entry before it`);
    }
    for (const anchor of anchored.get(row.sequence) ?? []) {
      if (anchor.hash.toLowerCase() !== own) {
        report(row.sequence, 'anchorMismatch', `entry ${row.sequence} is not the one that was anchored`);
      }
    }
    head = { sequence: row.sequence, hash: own };
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
    return hex(hashOf(row));
  } catch {
    return null;
  }
}
