/** The chip's end of Basic Access Control (ICAO Doc 9303-11 §4.3): three-pass mutual authentication with 3DES. */
import { createHash, timingSafeEqual } from 'node:crypto';
import {
  deriveKey,
  desEde2CbcDecrypt,
  desEde2CbcEncrypt,
  KEY_FOR,
  pad,
  retailMac,
} from '../../devices/permit/cipher.ts';
import { concatBytes } from '../../devices/permit/tlv.ts';
import { createSecureChannel, type SecureChannel } from './secure-channel.ts';

/** The first 16 bytes of SHA-1 over number, birth and expiry with their check digits. */
export const basicAccessSeed = (mrzInformation: string): Uint8Array =>
  createHash('sha1').update(mrzInformation).digest().subarray(0, 16);

/**
 * Answers EXTERNAL AUTHENTICATE. `challenge` is the RND.IC given out, `keyMaterial` this chip's K.IC (16 bytes),
 * `cryptogram` the terminal's E.IFD ‖ M.IFD (40 bytes). `null`: the terminal does not know the card's keys.
 */
export function authenticateMutually(
  mrzInformation: string,
  challenge: Uint8Array,
  keyMaterial: Uint8Array,
  cryptogram: Uint8Array,
): { readonly response: Uint8Array; readonly channel: SecureChannel } | null {
  const seed = basicAccessSeed(mrzInformation);
  const encryptionKey = deriveKey(seed, KEY_FOR.encryption, 'desEde2');
  const macKey = deriveKey(seed, KEY_FOR.mac, 'desEde2');
  const encrypted = cryptogram.subarray(0, 32);
  if (!timingSafeEqual(retailMac(macKey, pad(encrypted, 8)), cryptogram.subarray(32, 40))) return null;

  const token = desEde2CbcDecrypt(encryptionKey, encrypted);
  const terminalChallenge = token.subarray(0, 8);
  if (!timingSafeEqual(token.subarray(8, 16), challenge)) return null;
  const terminalKeyMaterial = token.subarray(16, 32);

  const answer = desEde2CbcEncrypt(encryptionKey, concatBytes(challenge, terminalChallenge, keyMaterial));
  const sessionSeed = keyMaterial.map((byte, index) => byte ^ (terminalKeyMaterial[index] ?? 0));
  const counter = concatBytes(challenge.subarray(4), terminalChallenge.subarray(4));
  return {
    response: concatBytes(answer, retailMac(macKey, pad(answer, 8))),
    channel: createSecureChannel('desEde2', sessionSeed, counter),
  };
}
