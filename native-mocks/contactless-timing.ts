/** How long bytes take between reader and card over ISO/IEC 14443 type A. */

/** 106 kbit/s: the carrier of 13.56 MHz divided by 128. */
export const BIT_RATE_106 = 13_560_000 / 128;

const FRAME_SIZE = 256; // FSD and FSC
const BLOCK_OVERHEAD = 3; // PCB and CRC of an ISO/IEC 14443-4 block
const BITS_PER_BYTE = 9; // parity

/** Pure transport time of one command and its response, in milliseconds: blocks, chaining and acknowledgements. */
export function exchangeMs(bitRate: number, commandLength: number, responseLength: number): number {
  return ((blockBytes(commandLength) + blockBytes(responseLength)) * BITS_PER_BYTE * 1000) / bitRate;
}

function blockBytes(length: number): number {
  const blocks = Math.max(1, Math.ceil(length / (FRAME_SIZE - BLOCK_OVERHEAD)));
  return length + blocks * BLOCK_OVERHEAD + (blocks - 1) * BLOCK_OVERHEAD;
}

export interface FieldTiming {
  /** Bits a second. */
  readonly bitRate: number;
  /** Call when the command goes out; call what it answers when the card has its response: it waits for the rest. */
  begin(): (commandLength: number, responseLength: number) => Promise<void>;
}

/**
 * Exchanges that last as long as they would on the air, on the given clock. What the virtual card computes itself is
 * part of that time, not on top of it. Timers wake late; what one exchange overslept is taken off the next, so that
 * the sum is the transport time.
 */
export function fieldTiming(
  bitRate: number,
  clock: { now(): number; delay(ms: number): Promise<void> },
): FieldTiming {
  let overslept = 0;
  return {
    bitRate,
    begin() {
      const start = clock.now();
      return async (commandLength, responseLength) => {
        const due = exchangeMs(bitRate, commandLength, responseLength) - overslept;
        const left = due - (clock.now() - start);
        if (left > 0) await clock.delay(left);
        overslept = clock.now() - start - due;
      };
    },
  };
}
