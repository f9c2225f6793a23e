/** The few types of DER (ITU-T X.690) that security objects, certificates and security infos are made of. */
import { encodeTlv } from '../../devices/permit/tlv.ts';

export const derSequence = (...values: readonly Uint8Array[]): Uint8Array => encodeTlv(0x30, ...values);
export const derSet = (...values: readonly Uint8Array[]): Uint8Array => encodeTlv(0x31, ...values);
export const derOctets = (value: Uint8Array): Uint8Array => encodeTlv(0x04, value);
export const derBits = (value: Uint8Array): Uint8Array => encodeTlv(0x03, Uint8Array.of(0), value);
export const derText = (value: string): Uint8Array => encodeTlv(0x0c, new TextEncoder().encode(value));
export const derPrintable = (value: string): Uint8Array => encodeTlv(0x13, new TextEncoder().encode(value));
export const derTrue = (): Uint8Array => encodeTlv(0x01, Uint8Array.of(0xff));
/** Constructed, context specific tag. */
export const derTagged = (number: number, ...values: readonly Uint8Array[]): Uint8Array =>
  encodeTlv(0xa0 | number, ...values);

/** A whole number from 0 to 127, or the big-endian bytes of a positive one. */
export function derInteger(value: number | Uint8Array): Uint8Array {
  if (typeof value === 'number') return encodeTlv(0x02, Uint8Array.of(value));
  const first = value.findIndex((byte) => byte !== 0);
  const bytes = value.subarray(first < 0 ? value.length - 1 : first);
  return encodeTlv(0x02, (bytes[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...bytes) : bytes);
}

/** OBJECT IDENTIFIER with tag and length. */
export const derOid = (dotted: string): Uint8Array => encodeTlv(0x06, oidBytes(dotted));

/** The contents octets of an OBJECT IDENTIFIER (§8.19), without tag and length. */
export function oidBytes(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return Uint8Array.from([first * 40 + second, ...rest].flatMap(base128));
}

/** UTCTime until 2049, GeneralizedTime after it, as RFC 5280 §4.1.2.5 wants. */
export function derTime(date: Date): Uint8Array {
  const digits = date.toISOString().replace(/\D/g, '').slice(0, 14);
  const short = date.getUTCFullYear() < 2050;
  return encodeTlv(short ? 0x17 : 0x18, new TextEncoder().encode(`${short ? digits.slice(2) : digits}Z`));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}
