/**
 * Chip Authentication (ICAO Doc 9303-11 §6.2): the chip owns the private key of the public key in DG14, and the
 * session goes on under keys agreed with it. Elliptic curves only.
 */
import { ok, type Result } from '../result.ts';
import { SW } from './apdu.ts';
import { deriveKey, KEY_FOR, type MessageCipher } from './cipher.ts';
import {
  decodeOid,
  type EllipticPublicKey,
  ellipticPublicKey,
  encodeOid,
  randomScalar,
} from './elliptic-curves.ts';
import { sharedSecret } from './pace.ts';
import type { PermitError } from './permit-error.ts';
import type { PermitSession } from './permit-session.ts';
import { concatBytes, decodeTlv, decodeTlvs, encodeTlv, findTlv, type Tlv } from './tlv.ts';

export interface ChipAuthenticationInfo {
  /** The protocol to name to the chip. */
  readonly oid: string;
  readonly cipher: MessageCipher;
  readonly key: EllipticPublicKey;
  /** Contents of the key's number, null when the chip has only one. */
  readonly keyId: Uint8Array | null;
}

export interface SecurityInfos {
  readonly chipAuthentication: ChipAuthenticationInfo | null;
  /** OID of the ECDSA variant Active Authentication uses, null when DG14 does not say. */
  readonly activeAuthenticationSignature: string | null;
}

/** Reads DG14. What it does not say, or says malformed, is null. */
export function decodeDg14(bytes: Uint8Array): SecurityInfos {
  const group = decodeTlv(bytes, 0x6e);
  const set = group.ok ? decodeTlv(group.value, 0x31) : group;
  const list = set.ok ? decodeTlvs(set.value) : set;
  const infos = list.ok ? list.value.flatMap(securityInfo) : [];
  const keys = infos.flatMap(({ oid, required, optional }) => {
    const key =
      oid === PK_ECDH && required.tag === 0x30 ? ellipticPublicKey(encodeTlv(0x30, required.value)) : null;
    return key ? [{ key, keyId: optional?.tag === 0x02 ? optional.value : null }] : [];
  });
  const protocols = infos.flatMap(({ oid, optional }) => {
    const cipher = CA_CIPHERS[oid];
    return cipher ? [{ oid, cipher, keyId: optional?.tag === 0x02 ? optional.value : null }] : [];
  });
  protocols.sort((a, b) => STRENGTH.indexOf(b.cipher) - STRENGTH.indexOf(a.cipher));
  const active = infos.find(({ oid }) => oid === ACTIVE_AUTHENTICATION)?.optional;
  const activeAuthenticationSignature = active?.tag === 0x06 ? decodeOid(active.value) : null;
  for (const { oid, cipher, keyId } of protocols) {
    const found = keys.find((key) => sameId(key.keyId, keyId));
    if (found) return { chipAuthentication: { oid, cipher, ...found }, activeAuthenticationSignature };
  }
  // a key without a protocol means the oldest one (9303-11 §9.2.7)
  const [first] = keys;
  const chipAuthentication: ChipAuthenticationInfo | null =
    first && protocols.length === 0 ? { oid: `${CA_ECDH}.1`, cipher: 'desEde2', ...first } : null;
  return { chipAuthentication, activeAuthenticationSignature };
}

/**
 * Agrees on new keys; the next protected command proves that the chip has them too. False: the chip refused.
 * Errors: those of the session.
 */
export async function authenticateChip(
  session: PermitSession,
  info: ChipAuthenticationInfo,
  random: (length: number) => Uint8Array,
): Promise<Result<boolean, PermitError>> {
  const { curve, point } = info.key;
  const secret = randomScalar(curve, random);
  const ownKey = curve.Point.BASE.multiply(secret).toBytes(false);
  const shared = sharedSecret(curve, secret, point);
  if (!shared) return ok(false);
  const keyId = info.keyId ? encodeTlv(0x84, info.keyId) : NOTHING;

  if (info.cipher === 'desEde2') {
    const data = concatBytes(encodeTlv(0x91, ownKey), keyId);
    const set = await session.send({ cla: 0, ins: 0x22, p1: 0x41, p2: 0xa6, data, le: null });
    if (!set.ok) return set;
    if (set.value.sw !== SW.ok) return ok(false);
  } else {
    const protocol = concatBytes(encodeTlv(0x80, encodeOid(info.oid)), keyId);
    const set = await session.send({ cla: 0, ins: 0x22, p1: 0x41, p2: 0xa4, data: protocol, le: null });
    if (!set.ok) return set;
    if (set.value.sw !== SW.ok) return ok(false);
    const data = encodeTlv(0x7c, encodeTlv(0x80, ownKey));
    const agreed = await session.send({ cla: 0, ins: 0x86, p1: 0, p2: 0, data, le: 256 });
    if (!agreed.ok) return agreed;
    if (agreed.value.sw !== SW.ok) return ok(false);
  }
  session.rekey({
    cipher: info.cipher,
    encryption: deriveKey(shared, KEY_FOR.encryption, info.cipher),
    mac: deriveKey(shared, KEY_FOR.mac, info.cipher),
    sendSequenceCounter: new Uint8Array(info.cipher === 'desEde2' ? 8 : 16),
  });
  return ok(true);
}

function securityInfo(info: Tlv): { oid: string; required: Tlv; optional: Tlv | undefined }[] {
  const fields = info.tag === 0x30 ? decodeTlvs(info.value) : null;
  if (!fields?.ok) return [];
  const oid = findTlv(fields.value.slice(0, 1), 0x06);
  const [, required, optional] = fields.value;
  return oid && required ? [{ oid: decodeOid(oid), required, optional }] : [];
}

const sameId = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0;

const NOTHING = new Uint8Array(0);
const STRENGTH: readonly MessageCipher[] = ['desEde2', 'aes128', 'aes192', 'aes256'];
const PK_ECDH = '0.4.0.127.0.7.2.2.1.2';
const CA_ECDH = '0.4.0.127.0.7.2.2.3.2';
const ACTIVE_AUTHENTICATION = '2.23.136.1.1.5';
const CA_CIPHERS: Readonly<Record<string, MessageCipher>> = {
  [`${CA_ECDH}.1`]: 'desEde2',
  [`${CA_ECDH}.2`]: 'aes128',
  [`${CA_ECDH}.3`]: 'aes192',
  [`${CA_ECDH}.4`]: 'aes256',
};
