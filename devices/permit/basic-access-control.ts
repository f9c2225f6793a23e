/** Basic Access Control (ICAO Doc 9303-11 §4.3): proves knowledge of the MRZ and agrees on session keys. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { ok, type Result } from '../result.ts';
import { SW } from './apdu.ts';
import type { ChipChannel } from './chip-channel.ts';
import { deriveKey, desEde2CbcDecrypt, desEde2CbcEncrypt, KEY_FOR, pad, retailMac } from './cipher.ts';
import { type MrzKey, mrzInformation } from './mrz.ts';
import { type PermitError, permitError, swText } from './permit-error.ts';
import type { SessionKeys } from './secure-messaging.ts';
import { concatBytes } from './tlv.ts';

/** 16 bytes from which the document access keys are derived: SHA-1 of the MRZ information, cut. */
export function bacKeySeed(key: MrzKey): Uint8Array {
  return new Uint8Array(createHash('sha1').update(mrzInformation(key), 'latin1').digest().subarray(0, 16));
}

/**
 * Runs GET CHALLENGE and EXTERNAL AUTHENTICATE.
 * Errors: `authenticationFailed` (the chip does not accept this MRZ), `invalidMedia` (no BAC chip), and those of the channel.
 */
export async function basicAccessControl(
  channel: ChipChannel,
  key: MrzKey,
  random: (length: number) => Uint8Array,
): Promise<Result<SessionKeys, PermitError>> {
  const challenge = await channel({ cla: 0, ins: 0x84, p1: 0, p2: 0, data: NOTHING, le: 8 });
  if (!challenge.ok) return challenge;
  if (challenge.value.sw !== SW.ok || challenge.value.data.length !== 8) {
    return permitError('invalidMedia', `the chip gives no challenge (${swText(challenge.value.sw)})`);
  }
  const rndIc = challenge.value.data;
  const rndIfd = random(8);
  const kIfd = random(16);
  const seed = bacKeySeed(key);
  const kEnc = deriveKey(seed, KEY_FOR.encryption, 'desEde2');
  const kMac = deriveKey(seed, KEY_FOR.mac, 'desEde2');
  const cryptogram = desEde2CbcEncrypt(kEnc, concatBytes(rndIfd, rndIc, kIfd));
  const data = concatBytes(cryptogram, retailMac(kMac, pad(cryptogram, 8)));
  const answer = await channel({ cla: 0, ins: 0x82, p1: 0, p2: 0, data, le: 40 });
  if (!answer.ok) return answer;
  if (answer.value.sw !== SW.ok) {
    return permitError(
      'authenticationFailed',
      `the chip does not accept the MRZ (${swText(answer.value.sw)})`,
    );
  }
  if (answer.value.data.length !== 40) {
    return permitError('authenticationFailed', 'the chip answers authentication with a wrong length');
  }
  const answered = answer.value.data.subarray(0, 32);
  const mac = retailMac(kMac, pad(answered, 8));
  if (!timingSafeEqual(mac, answer.value.data.subarray(32))) {
    return permitError('authenticationFailed', 'the chip does not prove knowledge of the MRZ');
  }
  const plain = desEde2CbcDecrypt(kEnc, answered);
  if (!timingSafeEqual(plain.subarray(0, 16), concatBytes(rndIc, rndIfd))) {
    return permitError('authenticationFailed', 'the chip answers another challenge');
  }
  const kIc = plain.subarray(16);
  const sessionSeed = kIfd.map((byte, i) => byte ^ (kIc[i] ?? 0));
  return ok({
    cipher: 'desEde2',
    encryption: deriveKey(sessionSeed, KEY_FOR.encryption, 'desEde2'),
    mac: deriveKey(sessionSeed, KEY_FOR.mac, 'desEde2'),
    sendSequenceCounter: concatBytes(rndIc.subarray(4), rndIfd.subarray(4)),
  });
}

const NOTHING = new Uint8Array(0);
