/**
 * How endorsements lie in the permit's chip.
 *
 * No public standard says how the bureau stores endorsements, so this is the terminal's own layout, behind
 * `EndorsementWriter`, for a bureau's driver to replace.
 *
 * Two elementary files in the application A0000002471001, outside the range of the LDS (011C..011E, 0101..0110):
 *
 *     FID 0201  endorsements for Hong Kong
 *     FID 0202  endorsements for Macao
 *
 * A file is a transparent file of fixed size: an 8-byte header followed by `capacity` records of 128 bytes.
 *
 *     offset  bytes  header
 *     0       2      'E' 'N' (45 4E)
 *     2       1      version of this layout, 01
 *     3       1      capacity: how many records the file has room for, 1..255
 *     4       1      count: how many records are written, 0..capacity
 *     5       3      RFU, 00
 *
 * Record n (from 0) begins at 8 + 128 n. A record is one data object, tag E1, of fixed length 126 (E1 7E), holding
 * in this order:
 *
 *     80 01  type letter, ASCII: L G T S Q D R
 *     81 03  period and count, ASCII: 3M1 3M2 3M9 1Y1 1Y2 1Y9 (9 = any number of times)
 *     82 04  valid from, BCD YYYYMMDD
 *     83 04  valid until, BCD YYYYMMDD
 *     84 01  entries already used, binary
 *     85 18  remarks, UTF-8, padded with 00 (24 bytes)
 *     86 0C  code of the issuing authority, ASCII, padded with 00 (12 bytes)
 *     87 04  issued on, BCD YYYYMMDD
 *     88 18  case number at the bureau, ASCII, padded with 00 (24 bytes)
 *     53 xx  RFU, 00, filling the object
 *
 * A writer puts the record in its place first and raises `count` last, in one UPDATE BINARY each: power lost
 * between the two leaves the old, shorter list valid.
 */
import { ok, type Result } from '../result.ts';
import {
  concatBytes,
  decodeTlv,
  decodeTlvs,
  encodeTlv,
  type FormatError,
  findTlv,
  formatError,
  type Tlv,
} from './tlv.ts';

export const ENDORSEMENT_PLACES = ['HKG', 'MAC'] as const;
export const ENDORSEMENT_TYPES = ['L', 'G', 'T', 'S', 'Q', 'D', 'R'] as const;
export const ENDORSEMENT_COUNTS = ['3M1', '3M2', '1Y1', '1Y2', '3M9', '1Y9'] as const;

/** Place an endorsement is for. */
export type EndorsementPlace = (typeof ENDORSEMENT_PLACES)[number];
/** L group tour, G individual visit, T family visit, S business, Q other, D stay, R talent. */
export type EndorsementType = (typeof ENDORSEMENT_TYPES)[number];
/** Period and number of entries: three months or a year; once, twice, any number of times. */
export type EndorsementCount = (typeof ENDORSEMENT_COUNTS)[number];

export interface PermitEndorsement {
  readonly place: EndorsementPlace;
  readonly type: EndorsementType;
  readonly count: EndorsementCount;
  /** YYYY-MM-DD */
  readonly validFrom: string;
  /** YYYY-MM-DD */
  readonly validUntil: string;
  /** Entries already used. */
  readonly used: number;
  /** At most 24 bytes of UTF-8. */
  readonly remarks: string;
  /** Code of the issuing authority, at most 12 ASCII characters. */
  readonly issuingAuthority: string;
  /** YYYY-MM-DD */
  readonly issuedOn: string;
  /** The bureau's case number, at most 24 ASCII characters; unique, so that writing twice does nothing. */
  readonly caseNumber: string;
}

export const ENDORSEMENT_FILE_ID: Readonly<Record<EndorsementPlace, number>> = { HKG: 0x0201, MAC: 0x0202 };
export const ENDORSEMENT_HEADER_LENGTH = 8;
export const ENDORSEMENT_RECORD_LENGTH = 128;

export interface EndorsementFileHeader {
  readonly capacity: number;
  readonly count: number;
}

/** Bytes of a whole file of the given capacity. */
export const endorsementFileLength = (capacity: number): number =>
  ENDORSEMENT_HEADER_LENGTH + capacity * ENDORSEMENT_RECORD_LENGTH;

/** Where record `index` begins. */
export const endorsementRecordOffset = (index: number): number => endorsementFileLength(index);

export function encodeEndorsementHeader(header: EndorsementFileHeader): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0x45, 0x4e, 1, header.capacity, header.count, 0, 0, 0);
}

export function decodeEndorsementHeader(bytes: Uint8Array): Result<EndorsementFileHeader, FormatError> {
  const [e, n, version, capacity, count] = bytes;
  if (bytes.length < ENDORSEMENT_HEADER_LENGTH || capacity === undefined || count === undefined) {
    return formatError('truncated', 'the endorsement file is shorter than its header');
  }
  if (e !== 0x45 || n !== 0x4e)
    return formatError('badValue', 'the endorsement file does not begin with its mark');
  if (version !== 1) return formatError('badValue', 'the endorsement file has an unknown version');
  if (capacity === 0 || count > capacity)
    return formatError('badValue', 'the endorsement file counts more records than it has');
  return ok({ capacity, count });
}

/** A whole file with the given records, the rest zeros. Throws when they do not fit (a bug of the caller). */
export function encodeEndorsementFile(
  capacity: number,
  endorsements: readonly PermitEndorsement[],
): Uint8Array<ArrayBuffer> {
  if (endorsements.length > capacity || capacity > 255)
    throw new RangeError('more endorsements than the file has room for');
  const file = new Uint8Array(endorsementFileLength(capacity));
  file.set(encodeEndorsementHeader({ capacity, count: endorsements.length }));
  for (const [index, endorsement] of endorsements.entries()) {
    const record = encodeEndorsement(endorsement);
    if (!record.ok) throw new RangeError(record.error.message);
    file.set(record.value, endorsementRecordOffset(index));
  }
  return file;
}

/** Reads a file of one place; bytes behind the last counted record are not looked at and need not be there. */
export function decodeEndorsementFile(
  place: EndorsementPlace,
  bytes: Uint8Array,
): Result<PermitEndorsement[], FormatError> {
  const header = decodeEndorsementHeader(bytes);
  if (!header.ok) return header;
  const endorsements: PermitEndorsement[] = [];
  for (let index = 0; index < header.value.count; index++) {
    const at = endorsementRecordOffset(index);
    const record = decodeEndorsement(place, bytes.subarray(at, at + ENDORSEMENT_RECORD_LENGTH));
    if (!record.ok) return record;
    endorsements.push(record.value);
  }
  return ok(endorsements);
}

/** Writes one record of 128 bytes. Error `badValue` names the field that does not fit the layout. */
export function encodeEndorsement(
  endorsement: PermitEndorsement,
): Result<Uint8Array<ArrayBuffer>, FormatError> {
  const validFrom = encodeDate(endorsement.validFrom);
  const validUntil = encodeDate(endorsement.validUntil);
  const issuedOn = encodeDate(endorsement.issuedOn);
  const remarks = encodeText(endorsement.remarks, 24);
  const authority = encodeText(endorsement.issuingAuthority, 12, ASCII);
  const caseNumber = encodeText(endorsement.caseNumber, 24, ASCII);
  if (!validFrom) return formatError('badValue', 'validFrom is not a date');
  if (!validUntil) return formatError('badValue', 'validUntil is not a date');
  if (!issuedOn) return formatError('badValue', 'issuedOn is not a date');
  if (!remarks) return formatError('badValue', 'remarks do not fit into 24 bytes');
  if (!authority) return formatError('badValue', 'issuingAuthority does not fit into 12 characters');
  if (!caseNumber || endorsement.caseNumber === '')
    return formatError('badValue', 'caseNumber does not fit into 24 characters');
  if (!Number.isInteger(endorsement.used) || endorsement.used < 0 || endorsement.used > 255) {
    return formatError('badValue', 'used is not a number from 0 to 255');
  }
  const fields = concatBytes(
    encodeTlv(0x80, UTF8.encode(endorsement.type)),
    encodeTlv(0x81, UTF8.encode(endorsement.count)),
    encodeTlv(0x82, validFrom),
    encodeTlv(0x83, validUntil),
    encodeTlv(0x84, Uint8Array.of(endorsement.used)),
    encodeTlv(0x85, remarks),
    encodeTlv(0x86, authority),
    encodeTlv(0x87, issuedOn),
    encodeTlv(0x88, caseNumber),
  );
  const filler = ENDORSEMENT_RECORD_LENGTH - 2 - fields.length - 2;
  return ok(encodeTlv(RECORD_TAG, fields, encodeTlv(0x53, new Uint8Array(filler))));
}

export function decodeEndorsement(
  place: EndorsementPlace,
  record: Uint8Array,
): Result<PermitEndorsement, FormatError> {
  if (record.length !== ENDORSEMENT_RECORD_LENGTH)
    return formatError('truncated', 'an endorsement record is not 128 bytes long');
  const body = decodeTlv(record, RECORD_TAG);
  if (!body.ok) return body;
  const objects = decodeTlvs(body.value);
  if (!objects.ok) return objects;
  const type = ENDORSEMENT_TYPES.find((letter) => letter === text(objects.value, 0x80));
  const count = ENDORSEMENT_COUNTS.find((code) => code === text(objects.value, 0x81));
  const validFrom = decodeDate(findTlv(objects.value, 0x82));
  const validUntil = decodeDate(findTlv(objects.value, 0x83));
  const used = findTlv(objects.value, 0x84);
  const remarks = text(objects.value, 0x85);
  const issuingAuthority = text(objects.value, 0x86);
  const issuedOn = decodeDate(findTlv(objects.value, 0x87));
  const caseNumber = text(objects.value, 0x88);
  if (!type) return formatError('badValue', 'an endorsement has an unknown type');
  if (!count) return formatError('badValue', 'an endorsement has an unknown period and count');
  if (!validFrom || !validUntil || !issuedOn)
    return formatError('badValue', 'an endorsement has a malformed date');
  if (used?.length !== 1) return formatError('badValue', 'an endorsement has no count of used entries');
  if (remarks === null || issuingAuthority === null || !caseNumber) {
    return formatError('badValue', 'an endorsement lacks remarks, authority or case number');
  }
  return ok({
    place,
    type,
    count,
    validFrom,
    validUntil,
    used: used[0] ?? 0,
    remarks,
    issuingAuthority,
    issuedOn,
    caseNumber,
  });
}

const RECORD_TAG = 0xe1;
const ASCII = /^[\x20-\x7e]*$/;
const UTF8 = new TextEncoder();
const UTF8_STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** YYYY-MM-DD to four BCD bytes; null when it is no day of the calendar. */
function encodeDate(date: string): Uint8Array | null {
  if (!isCalendarDay(date)) return null;
  const digits = date.replaceAll('-', '');
  return Uint8Array.from([0, 2, 4, 6], (at) => Number.parseInt(digits.slice(at, at + 2), 16));
}

function decodeDate(bytes: Uint8Array | undefined): string | null {
  if (bytes?.length !== 4) return null;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const date = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  return isCalendarDay(date) ? date : null;
}

function isCalendarDay(date: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return false;
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === date;
}

function encodeText(value: string, length: number, allowed?: RegExp): Uint8Array | null {
  const bytes = UTF8.encode(value);
  // U+0000 is the padding and U+FFFD what a lone surrogate turns into: neither would come back as it went in
  if (bytes.length > length || value.includes('\0') || !value.isWellFormed()) return null;
  if (allowed && !allowed.test(value)) return null;
  const out = new Uint8Array(length);
  out.set(bytes);
  return out;
}

function text(objects: readonly Tlv[], tag: number): string | null {
  const bytes = findTlv(objects, tag);
  if (!bytes) return null;
  const end = bytes.indexOf(0);
  try {
    return UTF8_STRICT.decode(end < 0 ? bytes : bytes.subarray(0, end));
  } catch {
    return null;
  }
}
