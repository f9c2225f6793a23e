/**
 * The journal: what the terminal did, in the order it did it, in a file to which can only be added.
 *
 * Everything here is synchronous: when a verb has returned, what it says is on the disk and survives a power
 * cut. A verb that cannot write throws `JournalUnwritable` and leaves nothing half written; a terminal that
 * cannot write its journal must not act, so this is not an expected failure of a step.
 */
import type { Result } from '../../devices/result.ts';
import type { ClearOf, EventId, EventType, OpenEventId } from './catalogue.ts';
import type { Facts } from './clear-fields.ts';

/** `success` or `failure` of what the entry is about; `n/a` for what cannot fail, or has only begun. */
export type Outcome = 'success' | 'failure' | 'n/a';

/** Time and randomness, passed in. */
export interface JournalClock {
  /** Wall time, milliseconds since 1970-01-01T00:00Z. */
  now(): number;
  /** Monotonic time in milliseconds; counts from any moment, never goes back. */
  monotonic(): number;
}
export type RandomBytes = (length: number) => Uint8Array;

/** An entry as it stands. `personal` tells only whether something is sealed in it; `personalOf` unseals. */
export interface Entry {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly event: EventId | (string & {});
  readonly type: EventType;
  readonly outcome: Outcome;
  readonly sessionId: string | null;
  readonly caseId: string | null;
  /** The intent, custody task or delivery the entry is about. */
  readonly subject: string | null;
  readonly clear: Readonly<Record<string, unknown>>;
  readonly hasPersonal: boolean;
  readonly wallMs: number;
  readonly monotonicMs: number;
  /** SHA-256, lower-case hexadecimal. */
  readonly hash: string;
}

export interface ChainHead {
  /** 0 for an empty journal. */
  readonly sequence: number;
  /** SHA-256, lower-case hexadecimal; 64 zeros for an empty journal. */
  readonly hash: string;
}

type PersonalPart =
  /** `personal` is any value JSON can carry; it is sealed under the key of the case, so it needs one. */
  | { readonly caseId: string; readonly personal?: unknown; readonly outbox?: NewDelivery }
  | { readonly caseId?: undefined; readonly personal?: undefined; readonly outbox?: undefined };

type ClearPart<Id extends EventId> =
  Record<never, never> extends ClearOf<Id>
    ? { readonly clear?: ClearOf<Id> }
    : { readonly clear: ClearOf<Id> };

/** What `append` takes, for one event id or (by default) any. */
export type NewEntry<Id extends OpenEventId = OpenEventId> = {
  [K in Id]: {
    readonly event: K;
    readonly outcome: Outcome;
    readonly sessionId?: string | undefined;
  } & ClearPart<K> &
    PersonalPart;
}[Id];

/** The acts that cannot be undone (DESIGN of the terminal: intent, act, outcome). */
export type IntentKind =
  | 'submitApplication'
  | 'releaseApplication'
  | 'takePayment'
  | 'refund'
  | 'writeChip'
  | 'printCardBack'
  | 'acceptCard'
  | 'returnCard'
  | 'retainCard'
  | 'dispenseDocument';

export interface NewIntent {
  readonly kind: IntentKind;
  readonly caseId: string;
  readonly sessionId?: string | undefined;
  /** What recovery needs to ask the world and may stand in clear: order number, request id, place, amounts. */
  readonly facts: Facts;
  /** What recovery needs and must be sealed. */
  readonly personal?: unknown;
  readonly outbox?: NewDelivery;
}

/**
 * `done`: it happened. `failed`: it surely did not happen. `compensated`: it happened and was undone (refunded,
 * released). `custody`: staff must finish it; raise the custody task as well.
 */
export type IntentOutcome = 'done' | 'failed' | 'compensated' | 'custody';

export interface Settlement {
  readonly outcome: IntentOutcome;
  readonly facts?: Facts;
  readonly personal?: unknown;
  readonly outbox?: NewDelivery;
}

/** An intent without an outcome: the power went, or the act is still going on. */
export interface OpenIntent {
  /** UUID; also the idempotency key at the far end (payment order, bureau request). */
  readonly id: string;
  readonly kind: IntentKind;
  readonly caseId: string;
  readonly sessionId: string | null;
  readonly facts: Facts;
  readonly entry: Entry;
}

export type Destination = 'bureau' | 'payments';

/**
 * A message to be delivered at least once; `requestId` is its idempotency key at the far end. While a message with
 * the same destination and request id waits, another is the same message and is not added.
 */
export interface NewDelivery {
  readonly destination: Destination;
  readonly requestId: string;
  /** Any value JSON can carry; sealed under the key of the case. */
  readonly body: unknown;
}

export interface Delivery {
  readonly id: string;
  readonly destination: Destination;
  readonly requestId: string;
  readonly caseId: string;
  readonly body: unknown;
  /** Tries that failed so far. */
  readonly attempts: number;
  /** Wall time before which it should not be tried, milliseconds. */
  readonly nextAtMs: number;
}

export type CustodyKind =
  | 'permitRetained'
  | 'permitLeftInside'
  | 'paidNotIssued'
  | 'refundPending'
  | 'writtenNotPrinted'
  | 'documentRetained'
  | 'unknownAct';

export interface NewCustodyTask {
  readonly kind: CustodyKind;
  readonly caseId: string;
  readonly sessionId?: string | undefined;
  readonly facts?: Facts;
  /** What staff needs to find the person: name, document number. */
  readonly personal?: unknown;
}

export interface CustodyTask {
  readonly id: string;
  readonly kind: CustodyKind;
  readonly caseId: string;
  readonly facts: Facts;
  readonly raisedMs: number;
  readonly entry: Entry;
}

/** Why sealed data cannot be read. `erased`: the key of the case was destroyed after retention. */
export interface UnsealError {
  readonly code: 'nothingSealed' | 'erased' | 'notAuthentic' | 'noMasterKey';
  readonly message: string;
}

/** An entry of a case with what was sealed in it; `personal` is `null` when nothing was. */
export interface CaseFact {
  readonly entry: Entry;
  readonly personal: Result<unknown, UnsealError> | null;
}

export interface EraseRefused {
  readonly code: 'deliveriesWaiting' | 'intentsOpen' | 'custodyOpen' | 'unknownCase';
  readonly message: string;
}

export type ChainBreak = {
  /** The entry at which it shows. */
  readonly sequence: number;
  /**
   * `modified`: the entry's bytes are not those it was hashed with. `missing`: sequence numbers are left out.
   * `linkBroken`: the entry does not follow the one before it. `anchorMismatch`: another hash was anchored for it.
   * `cutTail`: an anchored entry is not there any more.
   */
  readonly kind: 'modified' | 'missing' | 'linkBroken' | 'anchorMismatch' | 'cutTail';
  readonly message: string;
};

export interface Verification {
  readonly intact: boolean;
  readonly entries: number;
  readonly head: ChainHead;
  /** At most the first 100. */
  readonly breaks: readonly ChainBreak[];
}

export interface EntryQuery {
  readonly caseId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly event?: string | undefined;
  /** Sequence numbers, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Wall time in milliseconds, from the first included to the second excluded. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Keeps the newest so many; they come oldest first. */
  readonly last?: number | undefined;
}

/** What can be asked of a journal without writing to it. */
export interface JournalReader {
  head(): ChainHead;
  /** Recomputes the whole chain. `anchors`: heads that were kept outside the terminal. */
  verify(anchors?: readonly ChainHead[]): Verification;
  /** Oldest first, read as they are asked for. */
  entries(query?: EntryQuery): IterableIterator<Entry>;
  /** Unseals what stands in an entry; `nothingSealed` when there is nothing. */
  personalOf(entry: Entry): Result<unknown, UnsealError>;
  /** All entries of a case, oldest first, unsealed as far as its key is still there. */
  caseFacts(caseId: string): readonly CaseFact[];
  openIntents(): readonly OpenIntent[];
  custodyTasks(): readonly CustodyTask[];
}

export interface Journal extends JournalReader {
  /**
   * Adds one entry; durable when it returns. With `outbox`, the message stands in the same transaction.
   * Throws `JournalUnwritable`; throws a `TypeError` when `clear` is not what the catalogue allows.
   */
  append(entry: NewEntry): ChainHead;

  /** Says what is about to be done. Answers the intent's id (UUID), the idempotency key of the act. */
  intend(intent: NewIntent): string;
  /** Says what became of it. Settling an intent twice, or one that was never stated, throws: it is a bug. */
  settle(intentId: string, settlement: Settlement): void;

  /** Messages to be tried at `nowMs` or before, oldest first. */
  dueDeliveries(nowMs: number): readonly Delivery[];
  /** The far end has taken it. Marking a message that is not waiting does nothing: it was delivered before. */
  markDelivered(id: string): void;
  /** A try failed; try again at `nextAtMs`. `code` says why. */
  markAttempt(id: string, nextAtMs: number, code?: string): void;

  /** A task for staff; answers its id. */
  raiseCustody(task: NewCustodyTask): string;
  /** `by`: the staff member's badge code; `resolution`: what was done, as a code. Closing twice throws. */
  closeCustody(taskId: string, closing: { readonly by: string; readonly resolution: string }): void;

  /** The next slip number of a day of the hall (`YYYY-MM-DD`), as `ZT-0712-0043`; never given twice, also after a restart. */
  nextSlipNumber(day: string): string;

  /** Destroys the key of a case and so all that was sealed under it; refused while something of it is still to be done. */
  eraseCase(caseId: string, reason?: 'retention' | 'request'): Result<void, EraseRefused>;
  /** Erases every case whose last entry is older than so many days, except those still in work. Answers their ids. */
  eraseExpired(nowMs: number, retentionDays: number): readonly string[];

  /** How the file was found at open. */
  readonly opening: JournalOpening;
  close(): void;
}

export type JournalOpening =
  | { readonly kind: 'existing' }
  | { readonly kind: 'created' }
  /** The file was damaged, was moved aside, and a new one begun; open cases must be looked up by staff. */
  | { readonly kind: 'replaced'; readonly movedTo: string; readonly reason: string };

/** Why a journal cannot be opened; `message` is one sentence for the technician. */
export interface JournalOpenError {
  readonly code:
    | 'alreadyOpen'
    | 'notFound'
    | 'unreadable'
    | 'unwritable'
    | 'newerSchema'
    | 'notDurable'
    | 'masterKeyMissing'
    | 'masterKeyUnusable'
    | 'masterKeyWrong';
  readonly message: string;
}

/** Holds the terminal's master key (32 bytes), under which the keys of the cases are wrapped. */
export interface KeyStore {
  /** `null`: there is none yet. */
  load(): Result<Uint8Array | null, KeyStoreError>;
  /** Makes and keeps a new one; only called when `load` has answered `null`. */
  create(random: RandomBytes): Result<Uint8Array, KeyStoreError>;
}

export interface KeyStoreError {
  readonly code: 'unreadable' | 'tooOpen' | 'wrongLength' | 'unwritable';
  readonly message: string;
}

/** The disk is full, gone or failing: nothing was written. The terminal must go out of service. */
export class JournalUnwritable extends Error {
  override readonly name = 'JournalUnwritable';
}
