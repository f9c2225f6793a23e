/**
 * What the optical reader sends: STX (02), the 30 characters of the printed line, CR (0D), ETX (03). It sends when a
 * card has come to its reading position, and again when asked by `R` (52).
 */

import { type PermitLine, parsePermitLine } from '../permit/mrz.ts';
import { fail, ok, type Result } from '../result.ts';

export const READ_AGAIN = Uint8Array.of(0x52);

/** Why a frame is no line; the text never contains what was read. */
export interface MisreadLine {
  readonly message: string;
}

export interface MrzFrameParser {
  /** Takes bytes in pieces of any size; answers what each frame that ended in them holds. */
  push(bytes: Uint8Array): Result<PermitLine, MisreadLine>[];
  /** Whether a frame has begun and not ended. */
  pending(): boolean;
}

export function createMrzFrameParser(): MrzFrameParser {
  /** Null: between frames, where bytes are noise. */
  let frame: number[] | null = null;
  return {
    pending: () => frame !== null,
    push(bytes) {
      const lines: Result<PermitLine, MisreadLine>[] = [];
      for (const byte of bytes) {
        if (byte === STX) {
          if (frame !== null) lines.push(fail({ message: 'the frame before broke off' }));
          frame = [];
        } else if (frame !== null && byte === ETX) {
          lines.push(decodeFrame(frame));
          frame = null;
        } else if (frame !== null) {
          frame.push(byte);
          if (frame.length > LONGEST) {
            lines.push(fail({ message: 'the frame is too long' }));
            frame = null;
          }
        }
      }
      return lines;
    },
  };
}

function decodeFrame(frame: readonly number[]): Result<PermitLine, MisreadLine> {
  if (frame.at(-1) !== CR) return fail({ message: 'the frame has no end of line' });
  const line = parsePermitLine(String.fromCharCode(...frame.slice(0, -1)));
  return line.ok ? ok(line.value) : fail({ message: line.error.message });
}

const STX = 0x02;
const ETX = 0x03;
const CR = 0x0d;
/** 30 characters and CR; what is longer has lost its end. */
const LONGEST = 31;
