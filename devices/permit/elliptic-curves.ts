/**
 * The elliptic curves travel documents use (ICAO Doc 9303-11 §9.5.1, BSI TR-03110-3 table 4), from @noble/curves:
 * Electron's crypto has no Brainpool.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import type { WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js';
import { brainpoolP256r1, brainpoolP384r1, brainpoolP512r1 } from '@noble/curves/misc.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import type { HashName } from './hash-algorithm.ts';
import { concatBytes, decodeTlv, decodeTlvs } from './tlv.ts';

export interface EllipticCurve {
  readonly name: string;
  /** Number of the standardised domain parameters. */
  readonly parameterId: number;
  readonly oid: string;
  /** Bytes of a coordinate. */
  readonly fieldLength: number;
  readonly order: bigint;
  readonly Point: WeierstrassPointCons<bigint>;
  /** `signature` is r ‖ s, each as long as the order; `publicKey` an uncompressed point. */
  verify(signature: Uint8Array, hash: HashName, data: Uint8Array, publicKey: Uint8Array): boolean;
}

type NobleCurve = typeof p256;

const curve = (name: string, parameterId: number, oid: string, noble: NobleCurve): EllipticCurve => ({
  name,
  parameterId,
  oid,
  fieldLength: noble.Point.Fp.BYTES,
  order: noble.Point.Fn.ORDER,
  Point: noble.Point,
  verify: (signature, hash, data, publicKey) =>
    name.startsWith('P-')
      ? verifyNatively(name, noble.Point.Fp.BYTES, signature, hash, data, publicKey)
      : verifyInScript(noble, signature, hash, data, publicKey),
});

/** A hundred times faster, for the curves that Node and Electron both have. */
function verifyNatively(
  crv: string,
  fieldLength: number,
  signature: Uint8Array,
  hash: HashName,
  data: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  const coordinate = (from: number): string =>
    Buffer.from(publicKey.subarray(from, from + fieldLength)).toString('base64url');
  try {
    const jwk = { kty: 'EC', crv, x: coordinate(1), y: coordinate(1 + fieldLength) };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
}

function verifyInScript(
  noble: NobleCurve,
  signature: Uint8Array,
  hash: HashName,
  data: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  const digest = createHash(hash).update(data).digest();
  try {
    return noble.verify(signature, digest, publicKey, { prehash: false, lowS: false, format: 'compact' });
  } catch {
    return false;
  }
}

export const ELLIPTIC_CURVES: readonly EllipticCurve[] = [
  curve('P-256', 12, '1.2.840.10045.3.1.7', p256),
  curve('brainpoolP256r1', 13, '1.3.36.3.3.2.8.1.1.7', brainpoolP256r1),
  curve('P-384', 15, '1.3.132.0.34', p384),
  curve('brainpoolP384r1', 16, '1.3.36.3.3.2.8.1.1.11', brainpoolP384r1),
  curve('brainpoolP512r1', 17, '1.3.36.3.3.2.8.1.1.13', brainpoolP512r1),
  curve('P-521', 18, '1.3.132.0.35', p521),
];

export interface EllipticPublicKey {
  readonly curve: EllipticCurve;
  /** Uncompressed point: 04 ‖ x ‖ y. */
  readonly point: Uint8Array;
}

/**
 * Reads a SubjectPublicKeyInfo of an elliptic curve key, named curve or explicit parameters (RFC 3279 §2.3.5, which
 * chips prefer). Null when it is another kind of key or a curve not listed here.
 */
export function ellipticPublicKey(subjectPublicKeyInfo: Uint8Array): EllipticPublicKey | null {
  const body = decodeTlv(subjectPublicKeyInfo, 0x30);
  const parts = body.ok ? decodeTlvs(body.value) : null;
  const [algorithm, bits] = parts?.ok ? parts.value : [];
  if (algorithm?.tag !== 0x30 || bits?.tag !== 0x03) return null;
  const fields = decodeTlvs(algorithm.value);
  const [, parameters] = fields.ok ? fields.value : [];
  if (!parameters) return null;
  const found =
    parameters.tag === 0x06
      ? ELLIPTIC_CURVES.find((known) => known.oid === decodeOid(parameters.value))
      : parameters.tag === 0x30
        ? explicitCurve(parameters.value)
        : undefined;
  const point = bits.value.subarray(1);
  return found && isPoint(found, point) ? { curve: found, point } : null;
}

/** The curve whose order the explicit parameters name and whose generator they give. */
function explicitCurve(parameters: Uint8Array): EllipticCurve | undefined {
  const fields = decodeTlvs(parameters);
  if (!fields.ok) return undefined;
  const [, , , generator, order] = fields.value;
  if (generator?.tag !== 0x04 || order?.tag !== 0x02) return undefined;
  const n = toBigInt(order.value);
  return ELLIPTIC_CURVES.find(
    (known) =>
      known.order === n &&
      [known.Point.BASE.toBytes(false), known.Point.BASE.toBytes(true)].some(
        (base) => Buffer.compare(base, generator.value) === 0,
      ),
  );
}

/** Whether the bytes are an uncompressed point on the curve. */
export function isPoint(on: EllipticCurve, point: Uint8Array): boolean {
  if (point[0] !== 4) return false;
  try {
    on.Point.fromBytes(point).assertValidity();
    return true;
  } catch {
    return false;
  }
}

/** A private key from more random bytes than it has, so that no value is likelier (FIPS 186-5 A.2.1). */
export function randomScalar(on: EllipticCurve, random: (length: number) => Uint8Array): bigint {
  return (toBigInt(random(on.fieldLength + 8)) % (on.order - 1n)) + 1n;
}

/** ECDSA-Sig-Value (DER) to r ‖ s; null when it is not one. */
export function plainSignature(on: EllipticCurve, der: Uint8Array): Uint8Array | null {
  const body = decodeTlv(der, 0x30);
  const numbers = body.ok ? decodeTlvs(body.value) : null;
  const [r, s] = numbers?.ok ? numbers.value : [];
  if (r?.tag !== 2 || s?.tag !== 2) return null;
  const length = Math.ceil(on.order.toString(16).length / 2);
  const fixed = [r.value, s.value].map((value) => {
    const digits = value.subarray(value.findIndex((byte) => byte !== 0));
    const out = new Uint8Array(length);
    if (digits.length <= length) out.set(digits, length - digits.length);
    return out;
  });
  return concatBytes(...fixed);
}

/** Contents of an OBJECT IDENTIFIER to its dotted form. */
export function decodeOid(bytes: Uint8Array): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (numbers.length === 0) {
      const first = Math.min(Math.floor(value / 40), 2);
      numbers.push(first, value - first * 40);
    } else numbers.push(value);
    value = 0;
  }
  return numbers.join('.');
}

/** The dotted form to the contents of an OBJECT IDENTIFIER. */
export function encodeOid(oid: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = oid.split('.').map(Number);
  const bytes: number[] = [];
  for (const number of [first * 40 + second, ...rest]) {
    const digits = [number & 0x7f];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift((left & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return Uint8Array.from(bytes);
}

export const toBigInt = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
