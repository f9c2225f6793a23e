/**
 * BER-TLV data objects as chips use them (ISO/IEC 7816-4 §6, ISO/IEC 8825-1): tags of one to three bytes,
 * definite lengths of up to four bytes.
 */
import { fail, ok, type Result } from '../result.ts';

/** Bytes that are not what their standard says. `code` says how, `message` is one sentence without data. */
export interface FormatError {
  readonly code: 'truncated' | 'badTag' | 'badLength' | 'trailingBytes' | 'missing' | 'badValue';
  readonly message: string;
}

export const formatError = (code: FormatError['code'], message: string): Result<never, FormatError> =>
  fail({ code, message });

/** One data object; `value` is a view into the bytes it was read from. */
export interface Tlv {
  /** The tag's bytes as a number: 0x7F61, 0x5F2E, 0x87. */
  readonly tag: number;
  readonly value: Uint8Array;
}

export interface TlvHeader {
  readonly tag: number;
  /** Bytes of tag and length together. */
  readonly headerLength: number;
  /** Bytes of the value. */
  readonly length: number;
}

/** Reads tag and length at `offset`; the value itself need not be there yet. Error `truncated`: more bytes are needed. */
export function decodeTlvHeader(bytes: Uint8Array, offset = 0): Result<TlvHeader, FormatError> {
  let at = offset;
  const first = bytes[at++];
  if (first === undefined) return formatError('truncated', 'the data ends before a tag');
  let tag = first;
  if ((first & 0x1f) === 0x1f) {
    for (let more = true; more; ) {
      const next = bytes[at++];
      if (next === undefined) return formatError('truncated', 'the data ends inside a tag');
      if (at - offset > 3) return formatError('badTag', 'a tag is longer than three bytes');
      tag = tag * 256 + next;
      more = (next & 0x80) !== 0;
    }
  }
  if (tag === 0) return formatError('badTag', 'a tag is zero');
  const lengthByte = bytes[at++];
  if (lengthByte === undefined) return formatError('truncated', 'the data ends before a length');
  if (lengthByte < 0x80) return ok({ tag, headerLength: at - offset, length: lengthByte });
  const count = lengthByte & 0x7f;
  if (count === 0 || count > 4)
    return formatError('badLength', 'a length is indefinite or longer than four bytes');
  let length = 0;
  for (let i = 0; i < count; i++) {
    const next = bytes[at++];
    if (next === undefined) return formatError('truncated', 'the data ends inside a length');
    length = length * 256 + next;
  }
  return ok({ tag, headerLength: at - offset, length });
}

/** Reads every data object in `bytes`. Padding bytes 00 between objects are not accepted. */
export function decodeTlvs(bytes: Uint8Array): Result<Tlv[], FormatError> {
  const objects: Tlv[] = [];
  let at = 0;
  while (at < bytes.length) {
    const header = decodeTlvHeader(bytes, at);
    if (!header.ok) return header;
    const start = at + header.value.headerLength;
    const end = start + header.value.length;
    if (end > bytes.length) return formatError('truncated', 'a value is longer than the data');
    objects.push({ tag: header.value.tag, value: bytes.subarray(start, end) });
    at = end;
  }
  return ok(objects);
}

/** Reads exactly one data object of the given tag, filling `bytes` to the end; answers its value. */
export function decodeTlv(bytes: Uint8Array, tag: number): Result<Uint8Array, FormatError> {
  const header = decodeTlvHeader(bytes);
  if (!header.ok) return header;
  if (header.value.tag !== tag) {
    return formatError(
      'badTag',
      `tag ${header.value.tag.toString(16)} stands where ${tag.toString(16)} belongs`,
    );
  }
  const end = header.value.headerLength + header.value.length;
  if (end > bytes.length) return formatError('truncated', 'a value is longer than the data');
  if (end < bytes.length) return formatError('trailingBytes', 'bytes follow the data object');
  return ok(bytes.subarray(header.value.headerLength, end));
}

/** The first object of the tag, or undefined. */
export const findTlv = (objects: readonly Tlv[], tag: number): Uint8Array | undefined =>
  objects.find((object) => object.tag === tag)?.value;

/** Writes one data object with the shortest length form; the value may be given in pieces. */
export function encodeTlv(tag: number, ...values: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = values.reduce((sum, value) => sum + value.length, 0);
  const header: number[] = [];
  if (tag > 0xffff) header.push((tag >>> 16) & 0xff);
  if (tag > 0xff) header.push((tag >>> 8) & 0xff);
  header.push(tag & 0xff);
  if (length < 0x80) header.push(length);
  else if (length < 0x100) header.push(0x81, length);
  else if (length < 0x10000) header.push(0x82, length >>> 8, length & 0xff);
  else header.push(0x83, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff);
  return concatBytes(Uint8Array.from(header), ...values);
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
