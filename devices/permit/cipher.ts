/**
 * The ciphers and MACs of ICAO Doc 9303-11 §9.7–9.8. Single DES is done as three equal keys of Triple DES,
 * because the OpenSSL 3 of Node and the BoringSSL of Electron no longer offer it.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { concatBytes } from './tlv.ts';

/** What protects messages after access is granted. */
export type MessageCipher = 'desEde2' | 'aes128' | 'aes192' | 'aes256';

export const KEY_LENGTH: Readonly<Record<MessageCipher, number>> = {
  desEde2: 16,
  aes128: 16,
  aes192: 24,
  aes256: 32,
};

/** What a derived key is for: the counter of the key derivation function. */
export const KEY_FOR = { encryption: 1, mac: 2, password: 3 } as const;

/** Key derivation of ICAO 9303-11 §9.7.1: SHA-1 for 3DES and AES-128, SHA-256 for AES-192 and AES-256. */
export function deriveKey(
  secret: Uint8Array,
  counter: (typeof KEY_FOR)[keyof typeof KEY_FOR],
  cipher: MessageCipher,
): Uint8Array<ArrayBuffer> {
  const hash = createHash(cipher === 'aes192' || cipher === 'aes256' ? 'sha256' : 'sha1')
    .update(secret)
    .update(Uint8Array.of(0, 0, 0, counter))
    .digest();
  const key = new Uint8Array(hash.subarray(0, KEY_LENGTH[cipher]));
  if (cipher === 'desEde2') setOddParity(key);
  return key;
}

/** Gives every byte an odd number of one bits, as DES keys are written. */
export function setOddParity(key: Uint8Array): void {
  for (let i = 0; i < key.length; i++) {
    const byte = (key[i] ?? 0) & 0xfe;
    let ones = byte;
    ones ^= ones >> 4;
    ones ^= ones >> 2;
    ones ^= ones >> 1;
    key[i] = byte | (~ones & 1);
  }
}

/** Padding method 2 of ISO/IEC 9797-1: 80 then zeros up to a whole block; always adds at least one byte. */
export function pad(data: Uint8Array, block: 8 | 16): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((Math.floor(data.length / block) + 1) * block);
  out.set(data);
  out[data.length] = 0x80;
  return out;
}

/** Takes padding method 2 off; null when it is not there. */
export function unpad(data: Uint8Array): Uint8Array | null {
  let end = data.length - 1;
  while (end >= 0 && data[end] === 0) end--;
  return end >= 0 && data[end] === 0x80 ? data.subarray(0, end) : null;
}

/** Two-key Triple DES in CBC mode, no padding. `key` 16 bytes, `iv` 8, `data` whole blocks. */
export function desEde2CbcEncrypt(
  key: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array = ZERO_8,
): Uint8Array<ArrayBuffer> {
  return run(createCipheriv('des-ede3-cbc', desEde2Key(key), iv), data);
}

export function desEde2CbcDecrypt(
  key: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array = ZERO_8,
): Uint8Array<ArrayBuffer> {
  return run(createDecipheriv('des-ede3-cbc', desEde2Key(key), iv), data);
}

/** AES in CBC mode, no padding; the key's length chooses AES-128, -192 or -256. */
export function aesCbcEncrypt(
  key: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array = ZERO_16,
): Uint8Array<ArrayBuffer> {
  return run(createCipheriv(aesName(key), key, iv), data);
}

export function aesCbcDecrypt(
  key: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array = ZERO_16,
): Uint8Array<ArrayBuffer> {
  return run(createDecipheriv(aesName(key), key, iv), data);
}

/**
 * MAC algorithm 3 of ISO/IEC 9797-1 ("retail MAC"), DES, zero IV, 8 bytes. `padded` must be whole blocks.
 * The last step E(Ka) after D(Kb) after E(Ka) is one Triple DES of the last block chained to what went before.
 */
export function retailMac(key: Uint8Array, padded: Uint8Array): Uint8Array<ArrayBuffer> {
  if (padded.length === 0 || padded.length % 8 !== 0) throw new RangeError('MAC input is not whole blocks');
  const last = padded.length - 8;
  const ka = key.subarray(0, 8);
  const chain =
    last === 0
      ? ZERO_8
      : run(
          createCipheriv('des-ede3-cbc', concatBytes(ka, ka, ka), ZERO_8),
          padded.subarray(0, last),
        ).subarray(last - 8);
  return desEde2CbcEncrypt(key, padded.subarray(last), chain);
}

/** AES-CMAC (NIST SP 800-38B), 16 bytes; the caller cuts it to 8 for secure messaging. */
export function aesCmac(key: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const k1 = double(aesCbcEncrypt(key, ZERO_16));
  const whole = data.length > 0 && data.length % 16 === 0;
  const message = whole ? Uint8Array.from(data) : pad(data, 16);
  const mask = whole ? k1 : double(k1);
  const last = message.length - 16;
  for (let i = 0; i < 16; i++) message[last + i] = (message[last + i] ?? 0) ^ (mask[i] ?? 0);
  return aesCbcEncrypt(key, message).slice(last);
}

function double(block: Uint8Array): Uint8Array {
  const out = new Uint8Array(16);
  for (let i = 0; i < 16; i++) out[i] = ((block[i] ?? 0) << 1) | ((block[i + 1] ?? 0) >> 7);
  if ((block[0] ?? 0) & 0x80) out[15] = (out[15] ?? 0) ^ 0x87;
  return out;
}

function desEde2Key(key: Uint8Array): Uint8Array {
  if (key.length !== 16) throw new RangeError('two-key Triple DES needs 16 bytes');
  return concatBytes(key, key.subarray(0, 8));
}

function aesName(key: Uint8Array): string {
  return `aes-${key.length * 8}-cbc`;
}

function run(
  cipher: ReturnType<typeof createCipheriv> | ReturnType<typeof createDecipheriv>,
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (data.length % 8 !== 0) throw new RangeError('cipher input is not whole blocks');
  cipher.setAutoPadding(false);
  const out = cipher.update(data);
  return new Uint8Array(out.buffer, out.byteOffset, out.byteLength) as Uint8Array<ArrayBuffer>; // Buffer.buffer is typed ArrayBufferLike but never shared here
}

const ZERO_8 = new Uint8Array(8);
const ZERO_16 = new Uint8Array(16);
