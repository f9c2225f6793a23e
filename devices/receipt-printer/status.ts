/**
 * What an ESC/POS kiosk printer reports: real-time status (DLE EOT 1 to 4), automatic status back (ASB, GS a), the
 * full status of printers with a presenter (DLE EOT 20), and the answers to process id (GS ( H) and buffer clearing
 * (DLE DC4 8). Requests and replies share one line without framing; the fixed bits tell the replies apart.
 */

/** Bits of the four real-time status bytes; the rest is fixed: `byte & 0x93 === 0x12`. */
export const realTimeBits = {
  1: { drawer: 0x04, offline: 0x08, waitingRecovery: 0x20, feedButton: 0x40 },
  2: { coverOpen: 0x04, feeding: 0x08, stoppedByPaperEnd: 0x20, error: 0x40 },
  3: { recoverable: 0x04, cutter: 0x08, unrecoverable: 0x20, autoRecoverable: 0x40 },
  4: { nearEnd: 0x0c, paperEnd: 0x60 },
} as const;
export type RealTimeRequest = keyof typeof realTimeBits;

export const realTimeFixed = { mask: 0x93, value: 0x12 } as const;

/** Bits of the four ASB bytes. First byte: `& 0x93 === 0x10`; the others: `& 0x90 === 0`. */
export const statusBackBits = [
  { drawer: 0x04, offline: 0x08, coverOpen: 0x20, feeding: 0x40 },
  {
    waitingRecovery: 0x01,
    feedButton: 0x02,
    recoverable: 0x04,
    cutter: 0x08,
    unrecoverable: 0x20,
    autoRecoverable: 0x40,
  },
  { nearEnd: 0x03, paperEnd: 0x0c },
  {},
] as const;
export const statusBackFixed = { mask: 0x93, value: 0x10, restMask: 0x90 } as const;

/** Bits of the four bytes that follow `10 0F` in the full status. */
export const fullStatusBits = [
  { paperEnd: 0x01, nearEnd: 0x04, ticketAtOutput: 0x20, virtualPaperEnd: 0x40, notchNotFound: 0x80 },
  { headUp: 0x01, coverOpen: 0x02, spooling: 0x04, motor: 0x08, lineFeedKey: 0x20, formFeedKey: 0x40 },
  { headTemperature: 0x01, lineError: 0x02, supplyVoltage: 0x08, badCommand: 0x20, paperJam: 0x40 },
  { cutter: 0x01, cutterCover: 0x02, memory: 0x04, settingsMemory: 0x08 },
] as const;

/** Everything known of the printer, merged from whatever reported last. */
export interface PrinterState {
  readonly offline: boolean;
  readonly coverOpen: boolean;
  readonly paperEnd: boolean;
  readonly paperNearEnd: boolean;
  readonly cutterError: boolean;
  readonly overTemperature: boolean;
  readonly unrecoverable: boolean;
  readonly paperJam: boolean;
  /** A ticket is held at the output; `null`: the printer has no presenter. */
  readonly ticketAtOutput: boolean | null;
}

export const unknownState: PrinterState = {
  offline: false,
  coverOpen: false,
  paperEnd: false,
  paperNearEnd: false,
  cutterError: false,
  overTemperature: false,
  unrecoverable: false,
  paperJam: false,
  ticketAtOutput: null,
};

const has = (byte: number, mask: number): boolean => (byte & mask) !== 0;

/** Lays the reply to DLE EOT `request` over `state`. */
export function withRealTime(state: PrinterState, request: RealTimeRequest, byte: number): PrinterState {
  switch (request) {
    case 1:
      return { ...state, offline: has(byte, realTimeBits[1].offline) };
    case 2:
      return {
        ...state,
        coverOpen: has(byte, realTimeBits[2].coverOpen),
        paperEnd: state.paperEnd || has(byte, realTimeBits[2].stoppedByPaperEnd),
      };
    case 3:
      return {
        ...state,
        cutterError: has(byte, realTimeBits[3].cutter),
        overTemperature: has(byte, realTimeBits[3].autoRecoverable),
        unrecoverable: has(byte, realTimeBits[3].unrecoverable),
        paperJam: has(byte, realTimeBits[3].recoverable),
      };
    case 4:
      return {
        ...state,
        paperEnd: has(byte, realTimeBits[4].paperEnd),
        paperNearEnd: has(byte, realTimeBits[4].nearEnd),
      };
  }
}

/** Lays the four bytes of an automatic status back over `state`. */
export function withStatusBack(
  state: PrinterState,
  [first, second, third]: readonly [number, number, number, number],
): PrinterState {
  const [printer, error, paper] = statusBackBits;
  return {
    ...state,
    offline: has(first, printer.offline),
    coverOpen: has(first, printer.coverOpen),
    cutterError: has(second, error.cutter),
    overTemperature: has(second, error.autoRecoverable),
    unrecoverable: has(second, error.unrecoverable),
    paperJam: has(second, error.recoverable),
    paperEnd: has(third, paper.paperEnd),
    paperNearEnd: has(third, paper.nearEnd),
  };
}

/** Lays the four bytes of a full status over `state`. */
export function withFullStatus(
  state: PrinterState,
  [paper, user, recoverable, unrecoverable]: readonly [number, number, number, number],
): PrinterState {
  const [ofPaper, ofUser, ofRecoverable, ofUnrecoverable] = fullStatusBits;
  return {
    ...state,
    paperEnd: has(paper, ofPaper.paperEnd),
    paperNearEnd: has(paper, ofPaper.nearEnd),
    ticketAtOutput: has(paper, ofPaper.ticketAtOutput),
    coverOpen: has(user, ofUser.coverOpen | ofUser.headUp),
    overTemperature: has(recoverable, ofRecoverable.headTemperature),
    paperJam: has(recoverable, ofRecoverable.paperJam),
    cutterError: has(unrecoverable, ofUnrecoverable.cutter | ofUnrecoverable.cutterCover),
    unrecoverable: has(unrecoverable, ofUnrecoverable.memory | ofUnrecoverable.settingsMemory),
  };
}

export type PrinterReply =
  | { readonly kind: 'realTime'; readonly byte: number }
  | { readonly kind: 'statusBack'; readonly bytes: readonly [number, number, number, number] }
  | { readonly kind: 'fullStatus'; readonly bytes: readonly [number, number, number, number] }
  /** Everything sent before the request with this id has been printed. */
  | { readonly kind: 'processId'; readonly id: string }
  | { readonly kind: 'bufferCleared' };

export interface ReplyReader {
  /**
   * Takes bytes in pieces of any size. `fullStatusAwaited` settles the one ambiguity: `10 0F` begins a full status
   * only where one was asked for.
   */
  push(bytes: Uint8Array, fullStatusAwaited: boolean): PrinterReply[];
  reset(): void;
}

const DLE = 0x10;
const fullStatusHead = 0x0f;
const blockHead = 0x37;
const processIdMark = 0x22;
const bufferClearedMark = 0x25;

/** Sorts the replies of the printer; bytes that begin no reply are dropped. */
export function createReplyReader(): ReplyReader {
  let pending: number[] = [];

  const next = (fullStatusAwaited: boolean): PrinterReply | 'more' | 'skip' => {
    const [first, second] = pending;
    if (first === undefined) return 'more';
    if (first === blockHead) {
      if (second === undefined) return 'more';
      if (second === bufferClearedMark) return take(3, () => ({ kind: 'bufferCleared' }));
      if (second !== processIdMark) return drop();
      return take(7, (bytes) => ({ kind: 'processId', id: String.fromCharCode(...bytes.slice(2, 6)) }));
    }
    if ((first & realTimeFixed.mask) === realTimeFixed.value) {
      return take(1, () => ({ kind: 'realTime', byte: first }));
    }
    if ((first & statusBackFixed.mask) !== statusBackFixed.value) return drop();
    if (second === undefined) return 'more';
    if (fullStatusAwaited && first === DLE && second === fullStatusHead) {
      return take(6, (bytes) => ({ kind: 'fullStatus', bytes: four(bytes.slice(2)) }));
    }
    const rest = pending.slice(1, 4);
    if (rest.some((byte) => (byte & statusBackFixed.restMask) !== 0)) return drop();
    return take(4, (bytes) => ({ kind: 'statusBack', bytes: four(bytes) }));
  };

  const take = (count: number, make: (bytes: readonly number[]) => PrinterReply): PrinterReply | 'more' => {
    if (pending.length < count) return 'more';
    return make(pending.splice(0, count));
  };
  const drop = (): 'skip' => {
    pending.shift();
    return 'skip';
  };

  return {
    push(bytes, fullStatusAwaited) {
      for (const byte of bytes) pending.push(byte);
      const found: PrinterReply[] = [];
      for (;;) {
        const item = next(fullStatusAwaited);
        if (item === 'more') return found;
        if (item !== 'skip') found.push(item);
      }
    },
    reset() {
      pending = [];
    },
  };
}

const four = (bytes: readonly number[]): readonly [number, number, number, number] => [
  bytes[0] ?? 0,
  bytes[1] ?? 0,
  bytes[2] ?? 0,
  bytes[3] ?? 0,
];
