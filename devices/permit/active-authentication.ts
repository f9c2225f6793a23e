/**
 * Active Authentication (ICAO Doc 9303-11 §6.1): the chip signs a challenge with the private key of the public key in
 * DG15. RSA after ISO/IEC 9796-2 scheme 1, or ECDSA.
 */
import { constants, createHash, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto';
import { ok, type Result } from '../result.ts';
import { SW } from './apdu.ts';
import { type EllipticPublicKey, ellipticPublicKey } from './elliptic-curves.ts';
import type { HashName } from './hash-algorithm.ts';
import type { PermitError } from './permit-error.ts';
import type { PermitSession } from './permit-session.ts';
import { decodeTlv } from './tlv.ts';

/** `unsupported`: the key is of a kind not known here, or the chip gives no signature this terminal can fetch. */
export type ActiveVerdict = 'genuine' | 'forged' | 'unsupported';

type ActiveKey =
  | { readonly kind: 'rsa'; readonly key: KeyObject }
  | { readonly kind: 'ec'; readonly key: EllipticPublicKey };

/**
 * Sends a challenge and verifies the answer. Some chips fail when much is asked for, so the signature's own length is
 * asked next; a chip that still refuses is `unsupported`, not an error, even when it ends the session over it.
 * Errors: those of the connection.
 */
export async function authenticateActively(
  session: PermitSession,
  dg15: Uint8Array,
  signatureOid: string | null,
  random: (length: number) => Uint8Array,
): Promise<Result<ActiveVerdict, PermitError>> {
  const key = decodeDg15(dg15);
  if (!key) return ok('unsupported');
  const challenge = random(8);
  const length =
    key.kind === 'rsa'
      ? (key.key.asymmetricKeyDetails?.modulusLength ?? 0) / 8
      : key.key.curve.fieldLength * 2;
  for (const le of answerLengths(length, session.extended)) {
    const answer = await session.send({ cla: 0, ins: 0x88, p1: 0, p2: 0, data: challenge, le });
    if (!answer.ok) return answer.error.code === 'secureMessagingFailed' ? ok('unsupported') : answer;
    if (answer.value.sw !== SW.ok && answer.value.sw !== SW.endOfFile) continue;
    if (answer.value.data.length === 0) continue;
    const genuine =
      key.kind === 'rsa'
        ? verifyMessageRecovery(key.key, answer.value.data, challenge)
        : verifyEcdsa(key.key, answer.value.data, challenge, signatureOid);
    return ok(genuine ? 'genuine' : 'forged');
  }
  return ok('unsupported');
}

/** How much to ask for: all a command can carry first, then exactly the signature. */
function answerLengths(signature: number, extended: boolean): readonly number[] {
  if (signature <= 0xdf) return [256, signature];
  return extended ? [65536, signature] : [256];
}

function decodeDg15(bytes: Uint8Array): ActiveKey | null {
  const group = decodeTlv(bytes, 0x6f);
  if (!group.ok) return null;
  const elliptic = ellipticPublicKey(group.value);
  if (elliptic) return { kind: 'ec', key: elliptic };
  try {
    const key = createPublicKey({ key: Buffer.from(group.value), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'rsa' ? { kind: 'rsa', key } : null;
  } catch {
    return null;
  }
}

/** ISO/IEC 9796-2 scheme 1 with partial recovery: 6A ‖ M1 ‖ H(M1 ‖ challenge) ‖ trailer. */
export function verifyMessageRecovery(key: KeyObject, signature: Uint8Array, challenge: Uint8Array): boolean {
  let block: Uint8Array;
  try {
    block = publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return false;
  }
  const trailer = TRAILERS.find(
    ({ bytes }) => Buffer.compare(block.subarray(block.length - bytes.length), bytes) === 0,
  );
  if (!trailer || block[0] !== 0x6a) return false;
  const end = block.length - trailer.bytes.length;
  const start = end - trailer.length;
  if (start < 1) return false;
  const recovered = block.subarray(1, start);
  const digest = createHash(trailer.hash).update(recovered).update(challenge).digest();
  return Buffer.compare(digest, block.subarray(start, end)) === 0;
}

function verifyEcdsa(
  key: EllipticPublicKey,
  signature: Uint8Array,
  challenge: Uint8Array,
  signatureOid: string | null,
): boolean {
  const named = signatureOid ? ECDSA_PLAIN_HASH[signatureOid] : undefined;
  const hashes: readonly HashName[] = named ? [named] : ['sha256', 'sha1', 'sha384', 'sha512', 'sha224'];
  return hashes.some((hash) => key.curve.verify(signature, hash, challenge, key.point));
}

const TRAILERS: readonly { bytes: Uint8Array; hash: HashName; length: number }[] = [
  { bytes: Uint8Array.of(0x33, 0xcc), hash: 'sha1', length: 20 },
  { bytes: Uint8Array.of(0x38, 0xcc), hash: 'sha224', length: 28 },
  { bytes: Uint8Array.of(0x34, 0xcc), hash: 'sha256', length: 32 },
  { bytes: Uint8Array.of(0x36, 0xcc), hash: 'sha384', length: 48 },
  { bytes: Uint8Array.of(0x35, 0xcc), hash: 'sha512', length: 64 },
  { bytes: Uint8Array.of(0xbc), hash: 'sha1', length: 20 },
];

/** ecdsa-plain-* of BSI TR-03111 §5.2.1. */
const ECDSA_PLAIN_HASH: Readonly<Record<string, HashName>> = {
  '0.4.0.127.0.7.1.1.4.1.1': 'sha1',
  '0.4.0.127.0.7.1.1.4.1.2': 'sha224',
  '0.4.0.127.0.7.1.1.4.1.3': 'sha256',
  '0.4.0.127.0.7.1.1.4.1.4': 'sha384',
  '0.4.0.127.0.7.1.1.4.1.5': 'sha512',
};
