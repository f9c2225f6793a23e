/** Contents of the files of the logical data structure (ICAO Doc 9303-10 §3.11, §4) other than face and signature. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { encodeTlv } from '../../devices/permit/tlv.ts';
import {
  type ActiveAuthenticationKey,
  type ChipAuthenticationKey,
  CIPHER_ARC,
  type PaceProfile,
} from './chip-keys.ts';
import { derBits, derInteger, derOid, derSequence, derSet } from './der.ts';
import { OID } from './object-identifiers.ts';

export const FILE_ID = {
  cardAccess: 0x011c,
  securityObject: 0x011d,
  common: 0x011e,
  atrInfo: 0x2f01,
} as const;

export const dataGroupFileId = (number: number): number => 0x0100 + number;

const DATA_GROUP_TAG: Readonly<Record<number, number>> = { 1: 0x61, 2: 0x75, 14: 0x6e, 15: 0x6f };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** EF.COM: LDS 1.7, Unicode 4.0, and the tags of the data groups present. */
export function encodeCommonData(dataGroups: readonly number[]): Uint8Array {
  const tags = Uint8Array.from(dataGroups.map((number) => DATA_GROUP_TAG[number] ?? 0));
  return encodeTlv(
    0x60,
    encodeTlv(0x5f01, text('0107')),
    encodeTlv(0x5f36, text('040000')),
    encodeTlv(0x5c, tags),
  );
}

export const encodeMrzDataGroup = (lines: string): Uint8Array =>
  encodeTlv(0x61, encodeTlv(0x5f1f, text(lines)));

/** EF.CardAccess: one PACEInfo. */
export const encodeCardAccess = (pace: PaceProfile): Uint8Array => derSet(paceInfo(pace));

/** EF.ATR/INFO: the largest command and response APDU (ISO/IEC 7816-4 §12.7.1). */
export const encodeAtrInfo = (limits: { maxCommand: number; maxResponse: number }): Uint8Array =>
  encodeTlv(0x7f66, derInteger(bigEndian(limits.maxCommand)), derInteger(bigEndian(limits.maxResponse)));

/** DG14: security infos of the protocols the chip speaks. */
export function encodeSecurityInfosDataGroup(chip: {
  readonly pace: PaceProfile | null;
  readonly activeAuthentication: ActiveAuthenticationKey | null;
  readonly chipAuthentication: ChipAuthenticationKey | null;
}): Uint8Array {
  const infos: Uint8Array[] = [];
  if (chip.pace) infos.push(paceInfo(chip.pace));
  if (chip.activeAuthentication?.algorithm === 'ecdsa') {
    infos.push(derSequence(derOid(OID.activeAuthentication), derInteger(1), derOid(OID.ecdsaPlainSha256)));
  }
  if (chip.chipAuthentication) {
    const { cipher, privateKey } = chip.chipAuthentication;
    infos.push(
      derSequence(derOid(`${OID.caEcdh}.${CIPHER_ARC[cipher]}`), derInteger(1)),
      derSequence(derOid(OID.pkEcdh), p256PublicKeyInfo(privateKey)),
    );
  }
  return encodeTlv(0x6e, derSet(...infos));
}

/** DG15: the Active Authentication public key as SubjectPublicKeyInfo. */
export function encodeActiveAuthenticationDataGroup(key: ActiveAuthenticationKey): Uint8Array {
  if (key.algorithm === 'ecdsa') return encodeTlv(0x6f, p256PublicKeyInfo(key.privateKey));
  const privateKey = createPrivateKey({ key: Buffer.from(key.privateKey), format: 'der', type: 'pkcs8' });
  return encodeTlv(0x6f, createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
}

function paceInfo(pace: PaceProfile): Uint8Array {
  const protocol = derOid(`${OID.paceEcdhGm}.${CIPHER_ARC[pace.cipher]}`);
  return derSequence(protocol, derInteger(2), derInteger(pace.parameterId));
}

function p256PublicKeyInfo(privateKey: Uint8Array): Uint8Array {
  const algorithm = derSequence(derOid('1.2.840.10045.2.1'), derOid('1.2.840.10045.3.1.7'));
  return derSequence(algorithm, derBits(p256.getPublicKey(privateKey, false)));
}

const bigEndian = (value: number): Uint8Array =>
  Uint8Array.of(value >> 16, (value >> 8) & 0xff, value & 0xff);
