/** How the chip proves it is no copy: Active Authentication (ICAO Doc 9303-11 §6.1) and Chip Authentication (§6.2). */
import { constants, createHash, createPrivateKey, privateEncrypt } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { concatBytes } from '../../devices/permit/tlv.ts';
import type { ActiveAuthenticationKey, ChipAuthenticationKey } from './chip-keys.ts';
import { createSecureChannel, type SecureChannel } from './secure-channel.ts';

/** Signs the terminal's 8-byte challenge. */
export function signChallenge(
  key: ActiveAuthenticationKey,
  challenge: Uint8Array,
  random: (length: number) => Uint8Array,
): Uint8Array {
  if (key.algorithm === 'ecdsa') {
    const digest = createHash('sha256').update(challenge).digest();
    return p256.sign(digest, key.privateKey, { prehash: false, format: 'compact', lowS: false });
  }
  return signWithRecovery(key.privateKey, challenge, random);
}

/** ISO/IEC 9796-2 scheme 1, partial recovery: 6A ‖ M1 ‖ SHA-256(M1 ‖ RND.IFD) ‖ 34 CC under the plain RSA operation. */
function signWithRecovery(
  pkcs8: Uint8Array,
  challenge: Uint8Array,
  random: (length: number) => Uint8Array,
): Uint8Array {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const length = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const recoverable = random(length - 1 - 32 - 2);
  const digest = createHash('sha256').update(recoverable).update(challenge).digest();
  const message = concatBytes(Uint8Array.of(0x6a), recoverable, digest, Uint8Array.of(0x34, 0xcc));
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, message);
}

/** New session keys from the terminal's ephemeral public key (uncompressed point); `null`: no point of the curve. */
export function agreeWithTerminal(
  key: ChipAuthenticationKey,
  terminalPublicKey: Uint8Array,
): SecureChannel | null {
  try {
    const shared = p256.getSharedSecret(key.privateKey, terminalPublicKey, false).subarray(1, 33);
    return createSecureChannel(key.cipher, shared);
  } catch {
    return null;
  }
}
