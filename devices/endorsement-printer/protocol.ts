/**
 * The serial protocol of the endorsement unit (thermal rewrite head, card transport, retain bin), version 1.
 * No maker publishes one; this is the terminal's own, kept small so that a maker's driver can take its place.
 *
 * Line: 115200 baud, 8 data bits, no parity, one stop bit, no flow control.
 *
 * Frame, both directions, integers most significant byte first:
 *
 *     STX  LEN  CMD  SEQ  DATA  CRC  ETX
 *     02   2    1    1    n     2    03
 *
 * LEN counts CMD, SEQ and DATA (2 to 1100). CRC is CRC-16 with polynomial 1021, initial value FFFF, not reflected,
 * not inverted, over LEN, CMD, SEQ and DATA.
 *
 * Exchange: the host sends a command frame; the unit answers ACK (06) at once, or NAK (15) for a frame whose length,
 * CRC or ETX is wrong. After NAK, or without either for 500 ms, the host sends the same frame again, three times in
 * all. When the command is done the unit sends a reply frame: CMD with bit 7 set, the command's SEQ, then RESULT (1
 * byte), STATUS (4 bytes) and what the command answers. A host that cannot read a frame sends NAK and the unit sends
 * its last frame again. A command with the CMD and SEQ of the one before is not done twice: the unit acknowledges it and
 * sends the kept reply. SEQ runs from 1 to FF; the first command after opening the line is IDENTITY. PRINT sends progress frames in between: CMD F0, the command's SEQ, percent done (1 byte).
 *
 * While a command is under way the unit takes STATUS, IDENTITY and CANCEL only; any other is answered `busy`.
 *
 * STATUS: position (1) flags (1) head temperature in °C, FF unknown (1) cards in the retain bin (1).
 * The values of commands, results, positions and flags are in the tables below.
 *
 * LOAD RASTER carries whole rows of the picture: width (2) height (2) first row (2) rows, each padded to a byte, most
 * significant bit left, 1 = dark. Rows may come in any order; a different width or height starts anew. PRINT needs
 * every row.
 */
import { fail, ok, type Result } from '../result.ts';

export const STX = 0x02;
export const ETX = 0x03;
export const ACK = 0x06;
export const NAK = 0x15;

export const commands = {
  /** Answers model (16), serial number (16), firmware (8): ASCII, padded with 00. */
  identity: 0x01,
  status: 0x02,
  /** Forgets jam and picture; the card stays where it is. */
  reset: 0x0f,
  /** Data: seconds to wait for a card (2). Opens the slot, draws the card in. */
  accept: 0x10,
  /** Stops what is under way; the stopped command answers `canceled`. */
  cancel: 0x11,
  eject: 0x12,
  retain: 0x13,
  erase: 0x20,
  loadRaster: 0x21,
  print: 0x22,
  /** Compares the picture on the card with the loaded one. */
  verify: 0x23,
  /** Answers how often the card inside was rewritten (2), FFFF unknown. */
  rewriteCount: 0x30,
} as const;
export type CommandName = keyof typeof commands;

/** CMD of a progress frame. */
export const PROGRESS = 0xf0;
/** Added to CMD in a reply. */
export const REPLY = 0x80;

export const results = {
  ok: 0x00,
  noCard: 0x01,
  jam: 0x02,
  overTemperature: 0x03,
  verifyFailed: 0x04,
  coverOpen: 0x05,
  binFull: 0x06,
  canceled: 0x07,
  /** No card came within the time given to ACCEPT. */
  timeOut: 0x08,
  badData: 0x09,
  busy: 0x0a,
  unknownCommand: 0x0b,
  headFault: 0x0c,
  rasterIncomplete: 0x0d,
} as const;
export type ResultName = keyof typeof results;

export const positions = { absent: 0x00, atSlot: 0x01, inside: 0x02, retained: 0x03, unknown: 0x04 } as const;
export type PositionName = keyof typeof positions;

export const statusFlags = {
  shutterOpen: 0x01,
  coverOpen: 0x02,
  jam: 0x04,
  binFull: 0x08,
  /** Above four fifths. */
  binHigh: 0x10,
  headTooHot: 0x20,
  busy: 0x40,
  headWorn: 0x80,
} as const;
export type StatusFlag = keyof typeof statusFlags;

export interface UnitStatus {
  readonly position: PositionName;
  readonly flags: Readonly<Record<StatusFlag, boolean>>;
  /** °C. */
  readonly headTemperature: number | null;
  readonly retainedCards: number;
}

export const statusLength = 4;
export const maxFrameBody = 1100;
export const identityFields = { modelName: 16, serialNumber: 16, firmware: 8 } as const;

export interface Frame {
  readonly command: number;
  readonly sequence: number;
  readonly data: Uint8Array;
}

/** CRC-16, polynomial 1021, initial FFFF ("CRC-16/CCITT-FALSE": 29B1 over the digits 1 to 9). */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1)
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

/** One frame as bytes. Throws when the data is longer than a frame can be. */
export function encodeFrame(frame: Frame): Uint8Array {
  const length = frame.data.length + 2;
  if (length > maxFrameBody)
    throw new RangeError(`a frame carries at most ${maxFrameBody - 2} bytes of data`);
  const bytes = new Uint8Array(length + 6);
  const view = new DataView(bytes.buffer);
  bytes[0] = STX;
  view.setUint16(1, length);
  bytes[3] = frame.command;
  bytes[4] = frame.sequence;
  bytes.set(frame.data, 5);
  view.setUint16(length + 3, crc16(bytes.subarray(1, length + 3)));
  bytes[length + 5] = ETX;
  return bytes;
}

export type Received =
  | { readonly kind: 'ack' }
  | { readonly kind: 'nak' }
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** A frame began but its length, CRC or end is wrong. */
  | { readonly kind: 'broken' };

export interface FrameReader {
  /** Takes bytes in pieces of any size; answers what became complete. Bytes between frames are dropped. */
  push(bytes: Uint8Array): Received[];
  /** Forgets a half frame, after a silence. */
  reset(): void;
}

/** Finds frames, ACK and NAK in a stream of bytes, and finds its way again after any rubbish. */
export function createFrameReader(): FrameReader {
  let pending = new Uint8Array(0);

  const next = (): Received | 'more' | 'skip' => {
    const first = pending[0];
    if (first === undefined) return 'more';
    if (first === ACK) return consume(1, { kind: 'ack' });
    if (first === NAK) return consume(1, { kind: 'nak' });
    if (first !== STX) return consume(1, 'skip');
    if (pending.length < 3) return 'more';
    const view = new DataView(pending.buffer, pending.byteOffset, pending.byteLength);
    const length = view.getUint16(1);
    if (length < 2 || length > maxFrameBody) return consume(1, { kind: 'broken' });
    if (pending.length < length + 6) return 'more';
    if (pending[length + 5] !== ETX) return consume(1, { kind: 'broken' });
    // With ETX in its place the length is right, and nothing inside is to be taken for ACK, NAK or another frame.
    if (view.getUint16(length + 3) !== crc16(pending.subarray(1, length + 3))) {
      return consume(length + 6, { kind: 'broken' });
    }
    return consume(length + 6, {
      kind: 'frame',
      frame: {
        command: view.getUint8(3),
        sequence: view.getUint8(4),
        data: pending.slice(5, length + 3),
      },
    });
  };

  const consume = <T>(count: number, value: T): T => {
    pending = pending.subarray(count);
    return value;
  };

  return {
    push(bytes) {
      const joined = new Uint8Array(pending.length + bytes.length);
      joined.set(pending);
      joined.set(bytes, pending.length);
      pending = joined;
      const found: Received[] = [];
      for (;;) {
        const item = next();
        if (item === 'more') return found;
        // What follows a broken frame's first byte is searched for frames again, so only the first break is news.
        if (item !== 'skip' && !(item.kind === 'broken' && found.at(-1)?.kind === 'broken')) found.push(item);
      }
    },
    reset() {
      pending = new Uint8Array(0);
    },
  };
}

const flagNames = Object.keys(statusFlags) as StatusFlag[]; // keys of a const table

export function encodeStatus(status: UnitStatus): Uint8Array {
  let flags = 0;
  for (const name of flagNames) if (status.flags[name]) flags |= statusFlags[name];
  return Uint8Array.of(
    positions[status.position],
    flags,
    status.headTemperature ?? 0xff,
    Math.min(status.retainedCards, 0xff),
  );
}

/** Reads the four status bytes. Error: a sentence, for too few bytes or a position that does not exist. */
export function decodeStatus(bytes: Uint8Array): Result<UnitStatus, string> {
  const [position, flags, temperature, retainedCards] = bytes;
  if (
    position === undefined ||
    flags === undefined ||
    temperature === undefined ||
    retainedCards === undefined
  ) {
    return fail(`The unit's status has ${bytes.length} bytes instead of ${statusLength}.`);
  }
  const name = nameOf(positions, position);
  if (name === null) return fail(`The unit reports the card position ${position}, which does not exist.`);
  const has = (flag: StatusFlag): boolean => (flags & statusFlags[flag]) !== 0;
  return ok({
    position: name,
    flags: {
      shutterOpen: has('shutterOpen'),
      coverOpen: has('coverOpen'),
      jam: has('jam'),
      binFull: has('binFull'),
      binHigh: has('binHigh'),
      headTooHot: has('headTooHot'),
      busy: has('busy'),
      headWorn: has('headWorn'),
    },
    headTemperature: temperature === 0xff ? null : temperature,
    retainedCards,
  });
}

export interface Reply {
  readonly result: ResultName;
  readonly status: UnitStatus;
  readonly data: Uint8Array;
}

export const encodeReply = (reply: Reply): Uint8Array =>
  Uint8Array.of(results[reply.result], ...encodeStatus(reply.status), ...reply.data);

/** Reads the data of a reply frame. Error: a sentence. */
export function decodeReply(data: Uint8Array): Result<Reply, string> {
  const first = data[0];
  if (first === undefined) return fail('The unit sent a reply without a result.');
  const result = nameOf(results, first);
  if (result === null) return fail(`The unit sent the result ${first}, which does not exist.`);
  const status = decodeStatus(data.subarray(1, 1 + statusLength));
  if (!status.ok) return status;
  return ok({ result, status: status.value, data: data.slice(1 + statusLength) });
}

export interface UnitIdentity {
  readonly modelName: string;
  readonly serialNumber: string;
  readonly firmware: string;
}

export function encodeIdentity(identity: UnitIdentity): Uint8Array {
  const field = (text: string, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    bytes.set(new TextEncoder().encode(text).subarray(0, length));
    return bytes;
  };
  return Uint8Array.of(
    ...field(identity.modelName, identityFields.modelName),
    ...field(identity.serialNumber, identityFields.serialNumber),
    ...field(identity.firmware, identityFields.firmware),
  );
}

/** Reads the answer to IDENTITY; characters other than printable ASCII are left out. */
export function decodeIdentity(data: Uint8Array): Result<UnitIdentity, string> {
  const total = identityFields.modelName + identityFields.serialNumber + identityFields.firmware;
  if (data.length !== total) return fail(`The unit's identity has ${data.length} bytes instead of ${total}.`);
  const text = (from: number, length: number): string =>
    [...data.subarray(from, from + length)]
      .filter((byte) => byte >= 0x20 && byte < 0x7f)
      .map((byte) => String.fromCharCode(byte))
      .join('')
      .trim();
  return ok({
    modelName: text(0, identityFields.modelName),
    serialNumber: text(identityFields.modelName, identityFields.serialNumber),
    firmware: text(identityFields.modelName + identityFields.serialNumber, identityFields.firmware),
  });
}

export interface RasterRows {
  readonly width: number;
  readonly height: number;
  readonly firstRow: number;
  readonly rows: Uint8Array;
}

export const bytesPerRow = (width: number): number => Math.ceil(width / 8);

export function encodeRasterRows(part: RasterRows): Uint8Array {
  const data = new Uint8Array(6 + part.rows.length);
  const view = new DataView(data.buffer);
  view.setUint16(0, part.width);
  view.setUint16(2, part.height);
  view.setUint16(4, part.firstRow);
  data.set(part.rows, 6);
  return data;
}

/** Reads the data of LOAD RASTER. Error: a sentence, for rows that are cut or do not fit the picture. */
export function decodeRasterRows(data: Uint8Array): Result<RasterRows, string> {
  if (data.length < 7) return fail('LOAD RASTER carries no rows.');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const part = {
    width: view.getUint16(0),
    height: view.getUint16(2),
    firstRow: view.getUint16(4),
    rows: data.slice(6),
  };
  const stride = bytesPerRow(part.width);
  if (stride === 0 || part.height === 0 || part.rows.length % stride !== 0) {
    return fail('LOAD RASTER carries rows that are cut.');
  }
  if (part.firstRow + part.rows.length / stride > part.height) {
    return fail('LOAD RASTER carries rows below the picture.');
  }
  return ok(part);
}

function nameOf<K extends string>(table: Readonly<Record<K, number>>, value: number): K | null {
  for (const name in table) if (table[name] === value) return name;
  return null;
}
