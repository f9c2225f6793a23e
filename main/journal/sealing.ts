/** AES-256-GCM (NIST SP 800-38D) with a 96-bit random nonce and a 128-bit tag; layout: nonce, tag, ciphertext. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type CanonicalField, canonicalText } from './canonical.ts';
import type { RandomBytes } from './journal.ts';

const nonceLength = 12;
const tagLength = 16;

/** `binding` says where the sealed bytes belong; they open nowhere else. */
export function seal(
  key: Uint8Array,
  plain: Uint8Array,
  binding: readonly CanonicalField[],
  random: RandomBytes,
): Buffer {
  const nonce = random(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(canonicalText(binding)));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** `null` when the bytes are not what was sealed with this key for this place. */
export function unseal(
  key: Uint8Array,
  sealed: Uint8Array,
  binding: readonly CanonicalField[],
): Buffer | null {
  if (sealed.length < nonceLength + tagLength) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceLength), {
    authTagLength: tagLength,
  });
  decipher.setAAD(Buffer.from(canonicalText(binding)));
  decipher.setAuthTag(sealed.subarray(nonceLength, nonceLength + tagLength));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceLength + tagLength)), decipher.final()]);
  } catch {
    return null;
  }
}

/** Throws a `TypeError` for what JSON cannot carry. */
export function sealJson(
  key: Uint8Array,
  value: unknown,
  binding: readonly CanonicalField[],
  random: RandomBytes,
): Buffer {
  const text = JSON.stringify(value) as string | undefined; // undefined for functions, symbols and undefined
  if (text === undefined) throw new TypeError('only what JSON can carry can be sealed');
  return seal(key, Buffer.from(text, 'utf8'), binding, random);
}

/** `undefined` when it cannot be unsealed; JSON itself never yields `undefined`. */
export function unsealJson(key: Uint8Array, sealed: Uint8Array, binding: readonly CanonicalField[]): unknown {
  const plain = unseal(key, sealed, binding);
  return plain === null ? undefined : JSON.parse(plain.toString('utf8'));
}
