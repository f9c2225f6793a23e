/**
 * PACE (ICAO Doc 9303-11 §4.4) with the MRZ as password: elliptic curve Diffie-Hellman, generic mapping. The chip
 * authentication mapping opens the chip in the same way; its extra proof is left to Chip Authentication.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { ok, type Result } from '../result.ts';
import { type ResponseApdu, SW } from './apdu.ts';
import type { ChipChannel } from './chip-channel.ts';
import {
  aesCbcDecrypt,
  aesCmac,
  deriveKey,
  desEde2CbcDecrypt,
  KEY_FOR,
  type MessageCipher,
  pad,
  retailMac,
} from './cipher.ts';
import {
  decodeOid,
  ELLIPTIC_CURVES,
  type EllipticCurve,
  encodeOid,
  randomScalar,
  toBigInt,
} from './elliptic-curves.ts';
import { type MrzKey, mrzInformation } from './mrz.ts';
import { type PermitError, permitError, swText } from './permit-error.ts';
import type { SessionKeys } from './secure-messaging.ts';
import { concatBytes, decodeTlv, decodeTlvs, encodeTlv, findTlv } from './tlv.ts';

/** One way of PACE a chip offers and this terminal speaks. */
export interface PaceInfo {
  readonly oid: string;
  readonly cipher: MessageCipher;
  readonly curve: EllipticCurve;
  /** Whether the domain parameters must be named because the chip offers the protocol with several. */
  readonly nameParameters: boolean;
}

/** The PACEInfos of EF.CardAccess this terminal speaks, strongest cipher first. Anything malformed is left out. */
export function decodePaceInfos(cardAccess: Uint8Array): PaceInfo[] {
  const set = decodeTlv(cardAccess, 0x31);
  const infos = set.ok ? decodeTlvs(set.value) : null;
  if (!infos?.ok) return [];
  const offered = infos.value.flatMap((info) => {
    const fields = info.tag === 0x30 ? decodeTlvs(info.value) : null;
    const [protocol, version, parameter] = fields?.ok ? fields.value : [];
    if (protocol?.tag !== 6 || version?.tag !== 2 || parameter?.tag !== 2) return [];
    return [
      {
        oid: decodeOid(protocol.value),
        version: toBigInt(version.value),
        parameterId: toBigInt(parameter.value),
      },
    ];
  });
  return offered
    .flatMap(({ oid, version, parameterId }) => {
      const cipher = PACE_CIPHERS[oid];
      const curve = ELLIPTIC_CURVES.find((known) => BigInt(known.parameterId) === parameterId);
      if (!cipher || !curve || version !== 2n) return [];
      return [
        { oid, cipher, curve, nameParameters: offered.filter((other) => other.oid === oid).length > 1 },
      ];
    })
    .sort((a, b) => STRENGTH.indexOf(b.cipher) - STRENGTH.indexOf(a.cipher));
}

/**
 * Runs PACE from the master file. Errors: `unsupportedData` (the chip refuses these parameters: BAC may still do),
 * `authenticationFailed` (another MRZ), and those of the channel.
 */
export async function passwordAuthenticatedConnection(
  channel: ChipChannel,
  key: MrzKey,
  info: PaceInfo,
  random: (length: number) => Uint8Array,
): Promise<Result<SessionKeys, PermitError>> {
  const { curve, cipher } = info;
  const set = await channel({
    cla: 0,
    ins: 0x22,
    p1: 0xc1,
    p2: 0xa4,
    data: concatBytes(
      encodeTlv(0x80, encodeOid(info.oid)),
      encodeTlv(0x83, Uint8Array.of(1)),
      info.nameParameters ? encodeTlv(0x84, Uint8Array.of(curve.parameterId)) : NOTHING,
    ),
    le: null,
  });
  if (!set.ok) return set;
  // 63 Cx only warns of tries used up
  if (set.value.sw !== SW.ok && set.value.sw >> 8 !== 0x63) {
    return permitError('unsupportedData', `the chip refuses PACE (${swText(set.value.sw)})`);
  }

  const step = async (
    tag: number | null,
    value: Uint8Array,
    answerTag: number,
  ): Promise<Result<Uint8Array, PermitError>> => {
    const data = encodeTlv(0x7c, tag === null ? NOTHING : encodeTlv(tag, value));
    const answer = await channel({ cla: tag === 0x85 ? 0 : 0x10, ins: 0x86, p1: 0, p2: 0, data, le: 256 });
    return answer.ok ? generalAuthenticateValue(answer.value, answerTag) : answer;
  };

  const encryptedNonce = await step(null, NOTHING, 0x80);
  if (!encryptedNonce.ok) return encryptedNonce;
  if (encryptedNonce.value.length !== 16)
    return permitError('authenticationFailed', 'the PACE nonce has a wrong length');
  const nonce = decryptNonce(passwordKey(key, cipher), cipher, encryptedNonce.value);

  const mappingSecret = randomScalar(curve, random);
  const mapping = await step(0x81, curve.Point.BASE.multiply(mappingSecret).toBytes(false), 0x82);
  if (!mapping.ok) return mapping;
  const generator = mapGenerator(curve, nonce, mappingSecret, mapping.value);
  if (!generator)
    return permitError('authenticationFailed', 'the chip answers PACE with a point that is not on the curve');

  const secret = randomScalar(curve, random);
  const ownKey = generator.multiply(secret).toBytes(false);
  const chipKey = await step(0x83, ownKey, 0x84);
  if (!chipKey.ok) return chipKey;
  const shared = sharedSecret(curve, secret, chipKey.value);
  if (!shared || Buffer.compare(ownKey, chipKey.value) === 0) {
    return permitError('authenticationFailed', 'the chip answers PACE with an unusable key');
  }
  const encryption = deriveKey(shared, KEY_FOR.encryption, cipher);
  const mac = deriveKey(shared, KEY_FOR.mac, cipher);
  const token = await step(0x85, authenticationToken(mac, info, chipKey.value), 0x86);
  if (!token.ok) return token;
  const expected = authenticationToken(mac, info, ownKey);
  if (token.value.length !== 8 || !timingSafeEqual(token.value, expected)) {
    return permitError('authenticationFailed', 'the chip does not prove knowledge of the MRZ');
  }
  return ok({ cipher, encryption, mac, sendSequenceCounter: new Uint8Array(cipher === 'desEde2' ? 8 : 16) });
}

/** Kπ of the MRZ. */
export const passwordKey = (key: MrzKey, cipher: MessageCipher): Uint8Array =>
  deriveKey(createHash('sha1').update(mrzInformation(key), 'latin1').digest(), KEY_FOR.password, cipher);

export const decryptNonce = (key: Uint8Array, cipher: MessageCipher, encrypted: Uint8Array): Uint8Array =>
  cipher === 'desEde2' ? desEde2CbcDecrypt(key, encrypted) : aesCbcDecrypt(key, encrypted);

/** Generic mapping: s·G + H with H the shared point; null when the chip's point is unusable. */
export function mapGenerator(
  curve: EllipticCurve,
  nonce: Uint8Array,
  secret: bigint,
  chipPoint: Uint8Array,
): InstanceType<EllipticCurve['Point']> | null {
  try {
    const h = curve.Point.fromBytes(chipPoint).multiply(secret);
    const s = toBigInt(nonce) % curve.order;
    const mapped = s === 0n ? h : curve.Point.BASE.multiply(s).add(h);
    return mapped.is0() ? null : mapped;
  } catch {
    return null;
  }
}

/** The x coordinate of the shared point, or null when the other's point is unusable. */
export function sharedSecret(curve: EllipticCurve, secret: bigint, publicKey: Uint8Array): Uint8Array | null {
  try {
    return curve.Point.fromBytes(publicKey)
      .multiply(secret)
      .toBytes(false)
      .subarray(1, 1 + curve.fieldLength);
  } catch {
    return null;
  }
}

/** MAC over the other side's ephemeral public key data object (9303-11 §9.4.5). */
export function authenticationToken(
  mac: Uint8Array,
  info: Pick<PaceInfo, 'oid' | 'cipher'>,
  publicKey: Uint8Array,
): Uint8Array {
  const data = encodeTlv(0x7f49, encodeTlv(0x06, encodeOid(info.oid)), encodeTlv(0x86, publicKey));
  return info.cipher === 'desEde2' ? retailMac(mac, pad(data, 8)) : aesCmac(mac, data).subarray(0, 8);
}

/** The value of one tag in the dynamic authentication data (7C) of an answer. */
export function generalAuthenticateValue(answer: ResponseApdu, tag: number): Result<Uint8Array, PermitError> {
  if (answer.sw !== SW.ok)
    return permitError('authenticationFailed', `the chip refuses authentication (${swText(answer.sw)})`);
  const body = decodeTlv(answer.data, 0x7c);
  const objects = body.ok ? decodeTlvs(body.value) : null;
  const value = objects?.ok ? findTlv(objects.value, tag) : undefined;
  return value ? ok(value) : permitError('authenticationFailed', 'an authentication answer is malformed');
}

const NOTHING = new Uint8Array(0);

const STRENGTH: readonly MessageCipher[] = ['desEde2', 'aes128', 'aes192', 'aes256'];
/** id-PACE-ECDH-GM and id-PACE-ECDH-CAM with each cipher. */
const PACE_CIPHERS: Readonly<Record<string, MessageCipher>> = {
  '0.4.0.127.0.7.2.2.4.2.1': 'desEde2',
  '0.4.0.127.0.7.2.2.4.2.2': 'aes128',
  '0.4.0.127.0.7.2.2.4.2.3': 'aes192',
  '0.4.0.127.0.7.2.2.4.2.4': 'aes256',
  '0.4.0.127.0.7.2.2.4.6.2': 'aes128',
  '0.4.0.127.0.7.2.2.4.6.3': 'aes192',
  '0.4.0.127.0.7.2.2.4.6.4': 'aes256',
};
