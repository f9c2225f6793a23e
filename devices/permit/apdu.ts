/** Command and response APDUs (ISO/IEC 7816-4 §5.1), short and extended, cases 1 to 4. */
import { ok, type Result } from '../result.ts';
import { concatBytes, type FormatError, formatError } from './tlv.ts';

export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** Command data, empty when there is none. */
  readonly data: Uint8Array;
  /** Most bytes wanted back, 1..65536; null: none are. */
  readonly le: number | null;
}

export interface DecodedCommandApdu extends CommandApdu {
  /** Whether the extended length form was used. */
  readonly extended: boolean;
}

export interface ResponseApdu {
  readonly data: Uint8Array;
  /** SW1 SW2 as one number. */
  readonly sw: number;
}

/** Status words used by LDS chips (ISO/IEC 7816-4 §5.6, ICAO 9303-10/-11). */
export const SW = {
  ok: 0x9000,
  /** Fewer bytes than Le were there (READ BINARY at the end of a file). */
  endOfFile: 0x6282,
  verificationFailed: 0x6300,
  wrongLength: 0x6700,
  secureMessagingNotSupported: 0x6882,
  securityStatusNotSatisfied: 0x6982,
  authenticationMethodBlocked: 0x6983,
  conditionsNotSatisfied: 0x6985,
  secureMessagingObjectsMissing: 0x6987,
  secureMessagingObjectsIncorrect: 0x6988,
  wrongData: 0x6a80,
  functionNotSupported: 0x6a81,
  fileNotFound: 0x6a82,
  notEnoughSpace: 0x6a84,
  wrongParameters: 0x6a86,
  referencedDataNotFound: 0x6a88,
  /** The offset lies behind the end of the file. */
  wrongOffset: 0x6b00,
  instructionNotSupported: 0x6d00,
  classNotSupported: 0x6e00,
  unknown: 0x6f00,
} as const;

/** Writes a command APDU; the extended form is taken when data or Le need it, or when asked for. */
export function encodeCommand(command: CommandApdu, extended = false): Uint8Array<ArrayBuffer> {
  const { data, le } = command;
  if (data.length > 65535) throw new RangeError('command data longer than 65535 bytes');
  if (le !== null && (le < 1 || le > 65536)) throw new RangeError('Le outside 1..65536');
  const long = extended || data.length > 255 || (le !== null && le > 256);
  const header = Uint8Array.of(command.cla, command.ins, command.p1, command.p2);
  if (!long) {
    return concatBytes(
      header,
      data.length > 0 ? Uint8Array.of(data.length) : EMPTY,
      data,
      le === null ? EMPTY : Uint8Array.of(le & 0xff),
    );
  }
  if (data.length === 0) {
    return le === null ? header : concatBytes(header, Uint8Array.of(0, (le >> 8) & 0xff, le & 0xff));
  }
  return concatBytes(
    header,
    Uint8Array.of(0, data.length >> 8, data.length & 0xff),
    data,
    le === null ? EMPTY : Uint8Array.of((le >> 8) & 0xff, le & 0xff),
  );
}

/** Reads a command APDU; `badLength` when Lc and the length of the data do not agree. */
export function decodeCommand(bytes: Uint8Array): Result<DecodedCommandApdu, FormatError> {
  const [cla, ins, p1, p2] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) {
    return formatError('truncated', 'a command is shorter than its header');
  }
  const head = { cla, ins, p1, p2 };
  const body = bytes.subarray(4);
  const [b0 = 0, b1 = 0, b2 = 0] = body;
  if (body.length === 0) return ok({ ...head, data: EMPTY, le: null, extended: false });
  if (body.length === 1) return ok({ ...head, data: EMPTY, le: b0 || 256, extended: false });
  if (b0 !== 0) {
    const data = body.subarray(1, 1 + b0);
    if (body.length === 1 + b0) return ok({ ...head, data, le: null, extended: false });
    if (body.length === 2 + b0) return ok({ ...head, data, le: (body[1 + b0] ?? 0) || 256, extended: false });
    return formatError('badLength', 'Lc and the command data do not agree');
  }
  if (body.length === 3) return ok({ ...head, data: EMPTY, le: b1 * 256 + b2 || 65536, extended: true });
  const lc = b1 * 256 + b2;
  if (body.length < 3 || lc === 0) return formatError('badLength', 'an extended length field is malformed');
  const data = body.subarray(3, 3 + lc);
  if (body.length === 3 + lc) return ok({ ...head, data, le: null, extended: true });
  if (body.length === 5 + lc) {
    const le = (body[3 + lc] ?? 0) * 256 + (body[4 + lc] ?? 0);
    return ok({ ...head, data, le: le || 65536, extended: true });
  }
  return formatError('badLength', 'Lc and the command data do not agree');
}

export function encodeResponse(response: ResponseApdu): Uint8Array<ArrayBuffer> {
  return concatBytes(response.data, Uint8Array.of(response.sw >> 8, response.sw & 0xff));
}

/** Splits a response APDU into data and status word. */
export function decodeResponse(bytes: Uint8Array): Result<ResponseApdu, FormatError> {
  const sw1 = bytes[bytes.length - 2];
  const sw2 = bytes[bytes.length - 1];
  if (sw1 === undefined || sw2 === undefined)
    return formatError('truncated', 'a response is shorter than its status word');
  return ok({ data: bytes.subarray(0, bytes.length - 2), sw: sw1 * 256 + sw2 });
}

const EMPTY = new Uint8Array(0);
