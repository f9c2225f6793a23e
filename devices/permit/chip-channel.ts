/** One command to the chip and its answer, in plain, bounded by the time of the whole reading. */
import type { CardConnection } from '../card-reader/interface.ts';
import { ok, type Result } from '../result.ts';
import { type CommandApdu, decodeResponse, encodeCommand, type ResponseApdu } from './apdu.ts';
import { type PermitError, permitError } from './permit-error.ts';
import { concatBytes } from './tlv.ts';

/** Sends a command unprotected. Errors: those of `CardConnection.transmit`, `invalidData` when the answer is no APDU. */
export type ChipChannel = (command: CommandApdu) => Promise<Result<ResponseApdu, PermitError>>;

/** The bounds of a whole reading or writing: one deadline for all of its commands. */
export interface ChipBounds {
  readonly timeoutMs: number;
  /** Aborted at the deadline or when the caller cancels. */
  readonly signal: AbortSignal;
  readonly canceled: AbortSignal;
}

export function chipBounds(options: {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): ChipBounds {
  return {
    timeoutMs: options.timeoutMs,
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]),
    canceled: options.signal,
  };
}

/** Sends raw bytes within the bounds; fetches what is left with GET RESPONSE when the chip says 61 xx. */
export async function transmit(
  connection: CardConnection,
  command: Uint8Array,
  bounds: ChipBounds,
): Promise<Result<Uint8Array, PermitError>> {
  let answer = await transmitOnce(connection, command, bounds);
  if (!answer.ok || answer.value.length < 2 || answer.value[answer.value.length - 2] !== 0x61) return answer;
  let whole: Uint8Array = answer.value.subarray(0, -2);
  let rounds = 0;
  while (answer.value.length >= 2 && answer.value[answer.value.length - 2] === 0x61) {
    if (++rounds > MAX_ROUNDS) return permitError('invalidData', 'the chip never stops answering');
    const more = answer.value[answer.value.length - 1] ?? 0;
    answer = await transmitOnce(connection, Uint8Array.of(0, 0xc0, 0, 0, more), bounds);
    if (!answer.ok) return answer;
    if (answer.value.length < 3)
      return permitError('invalidData', 'the chip announces data it does not give');
    whole = concatBytes(whole, answer.value.subarray(0, -2));
  }
  return ok(concatBytes(whole, answer.value.subarray(-2)));
}

async function transmitOnce(
  connection: CardConnection,
  command: Uint8Array,
  bounds: ChipBounds,
): Promise<Result<Uint8Array, PermitError>> {
  if (!bounds.signal.aborted) {
    const answer = await connection.transmit(command, { timeoutMs: bounds.timeoutMs, signal: bounds.signal });
    // the deadline of the whole reaches the reader as a cancel; the caller is told what it was
    if (answer.ok || answer.error.code !== 'canceled' || bounds.canceled.aborted) return answer;
  }
  return bounds.canceled.aborted
    ? permitError('canceled', 'the chip operation was canceled')
    : permitError('timeOut', 'the chip operation took too long');
}

export const plainChannel =
  (connection: CardConnection, bounds: ChipBounds): ChipChannel =>
  async (command) => {
    const answer = await transmit(connection, encodeCommand(command), bounds);
    if (!answer.ok) return answer;
    const response = decodeResponse(answer.value);
    return response.ok ? response : permitError('invalidData', 'the chip answers less than a status word');
  };

/** Enough for the longest response in pieces of 256 bytes. */
const MAX_ROUNDS = 260;
