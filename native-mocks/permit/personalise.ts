/** Turns a person and a face into the chip of a permit or passport, signed by the test authority. */
import { generateKeyPairSync } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import type { MessageCipher } from '../../devices/permit/cipher.ts';
import {
  ENDORSEMENT_FILE_ID,
  ENDORSEMENT_PLACES,
  type EndorsementPlace,
  encodeEndorsementFile,
  type PermitEndorsement,
} from '../../devices/permit/endorsement-file.ts';
import type { DocumentSigner } from '../test-csca.ts';
import type { ActiveAuthenticationKey, ChipAuthenticationKey, PaceProfile } from './chip-keys.ts';
import { encodeFaceDataGroup } from './facial-record.ts';
import {
  dataGroupFileId,
  encodeActiveAuthenticationDataGroup,
  encodeAtrInfo,
  encodeCardAccess,
  encodeCommonData,
  encodeMrzDataGroup,
  encodeSecurityInfosDataGroup,
  FILE_ID,
} from './lds-files.ts';
import {
  type DocumentHolder,
  mrzInformation,
  passportLines,
  permitDataGroupLine,
  printedPermitLine,
} from './machine-readable-zone.ts';
import type { ElementaryFile, PermitFault, PermitSpec } from './permit-spec.ts';
import { encodeSecurityObject } from './security-object.ts';

/** Faults a card is made with, besides those it develops while it is used. */
export type PersonalisationFault =
  | PermitFault
  /** The date of expiry has passed, 30 days ago. */
  | { readonly type: 'expired' }
  /** One character of DG1 was changed after signing. */
  | { readonly type: 'tamperedDg1' }
  | { readonly type: 'noDg2' }
  /** Every record of both endorsement files is taken. */
  | { readonly type: 'endorsementFileFull' };

export interface Personalisation {
  readonly holder: DocumentHolder;
  /** JPEG or JPEG 2000. */
  readonly face: Uint8Array;
  readonly endorsements: readonly PermitEndorsement[];
  readonly signer: DocumentSigner;
  readonly now: Date;
  /** 往来港澳通行证 (CS, the default), 往来台湾通行证 (CD) or a passport of two lines. */
  readonly document?: 'CS' | 'CD' | 'passport';
  /** Records in each endorsement file; 20 unless told. */
  readonly endorsementCapacity?: number;
  readonly basicAccess?: boolean;
  readonly pace?: PaceProfile | null;
  readonly activeAuthentication?: 'ecdsa' | 'rsa' | null;
  readonly chipAuthentication?: MessageCipher | null;
  readonly extendedLength?: PermitSpec['extendedLength'];
  readonly readLimit?: PermitSpec['readLimit'];
  readonly endOfFile?: PermitSpec['endOfFile'];
  readonly faults?: readonly PersonalisationFault[];
}

/**
 * All a chip holds for this person. Defaults: BAC alone, extended length of 1500 bytes, 6282 at the end of a file.
 * Throws `RangeError` for a face that is no JPEG or JPEG 2000, or endorsements that do not fit their file.
 */
export function personalise(options: Personalisation): PermitSpec {
  const faults = options.faults ?? [];
  const has = (type: PersonalisationFault['type']): boolean => faults.some((fault) => fault.type === type);
  const document = options.document ?? 'CS';
  const holder = has('expired')
    ? { ...options.holder, dateOfExpiry: thirtyDaysBefore(options.now) }
    : options.holder;
  const pace = options.pace ?? null;
  const activeAuthentication = options.activeAuthentication
    ? chipSigningKey(options.activeAuthentication)
    : null;
  const chipAuthentication = options.chipAuthentication ? agreementKey(options.chipAuthentication) : null;
  const extendedLength =
    options.extendedLength === undefined ? { maxCommand: 1500, maxResponse: 1500 } : options.extendedLength;

  const lines = document === 'passport' ? passportLines(holder) : permitDataGroupLine(document, holder);
  const dataGroups = new Map<number, Uint8Array>([[1, encodeMrzDataGroup(lines)]]);
  if (!has('noDg2')) dataGroups.set(2, encodeFaceDataGroup(options.face, holder.sex));
  if (chipAuthentication !== null || activeAuthentication?.algorithm === 'ecdsa') {
    dataGroups.set(14, encodeSecurityInfosDataGroup({ pace, activeAuthentication, chipAuthentication }));
  }
  if (activeAuthentication !== null) {
    dataGroups.set(15, encodeActiveAuthenticationDataGroup(activeAuthentication));
  }
  const securityObject = encodeSecurityObject(dataGroups, options.signer, options.now);
  if (has('tamperedDg1')) dataGroups.set(1, encodeMrzDataGroup(withChangedName(lines)));

  return {
    mrzInformation: mrzInformation(holder),
    printedMrz: document === 'passport' ? lines : printedPermitLine(document, holder),
    masterFiles: [
      ...(pace ? [publicFile(FILE_ID.cardAccess, encodeCardAccess(pace))] : []),
      ...(extendedLength ? [publicFile(FILE_ID.atrInfo, encodeAtrInfo(extendedLength))] : []),
    ],
    applicationFiles: [
      protectedFile(FILE_ID.common, encodeCommonData([...dataGroups.keys()])),
      protectedFile(FILE_ID.securityObject, securityObject),
      ...[...dataGroups].map(([number, content]) => protectedFile(dataGroupFileId(number), content)),
      ...(document === 'CS' ? ENDORSEMENT_PLACES.map((place) => endorsementFile(place, options, has)) : []),
    ],
    basicAccess: options.basicAccess ?? true,
    pace,
    activeAuthentication,
    chipAuthentication,
    extendedLength,
    readLimit: options.readLimit ?? null,
    endOfFile: options.endOfFile ?? 'warning',
    faults: faults.filter(isPermitFault),
  };
}

function endorsementFile(
  place: EndorsementPlace,
  options: Personalisation,
  has: (type: PersonalisationFault['type']) => boolean,
): ElementaryFile {
  const held = options.endorsements.filter((endorsement) => endorsement.place === place);
  const taken = held.length > 0 ? held : [usedUp(place, options.now)];
  const content = has('endorsementFileFull')
    ? encodeEndorsementFile(taken.length, taken)
    : encodeEndorsementFile(options.endorsementCapacity ?? 20, held);
  return { fileId: ENDORSEMENT_FILE_ID[place], content, read: 'afterAccess', writable: true };
}

/** An endorsement of years ago, to take up room. */
function usedUp(place: EndorsementPlace, now: Date): PermitEndorsement {
  const year = now.getUTCFullYear() - 3;
  return {
    place,
    type: 'L',
    count: '3M1',
    validFrom: `${year}-03-01`,
    validUntil: `${year}-05-31`,
    used: 1,
    remarks: '',
    issuingAuthority: '231025',
    issuedOn: `${year}-03-01`,
    caseNumber: `${year}${place}000001`,
  };
}

function isPermitFault(fault: PersonalisationFault): fault is PermitFault {
  return !['expired', 'tamperedDg1', 'noDg2', 'endorsementFileFull'].includes(fault.type);
}

const publicFile = (fileId: number, content: Uint8Array): ElementaryFile => ({
  fileId,
  content,
  read: 'always',
  writable: false,
});

const protectedFile = (fileId: number, content: Uint8Array): ElementaryFile => ({
  fileId,
  content,
  read: 'afterAccess',
  writable: false,
});

/** The last letter of the first name field of DG1 becomes another; check digits still agree. */
function withChangedName(lines: string): string {
  const at = lines.indexOf('<<', lines.startsWith('P<') ? 5 : 42) - 1;
  const other = lines[at] === 'A' ? 'E' : 'A';
  return lines.slice(0, at) + other + lines.slice(at + 1);
}

const thirtyDaysBefore = (now: Date): string =>
  new Date(now.getTime() - 30 * 86_400_000).toISOString().slice(0, 10);

const agreementKey = (cipher: MessageCipher): ChipAuthenticationKey => ({
  cipher,
  privateKey: p256.utils.randomSecretKey(),
});

let rsaKey: Uint8Array | null = null;

/** RSA of 1024 bits, so that the signature fits into a short response under secure messaging; made once per process. */
function chipSigningKey(algorithm: 'ecdsa' | 'rsa'): ActiveAuthenticationKey {
  if (algorithm === 'ecdsa') return { algorithm, privateKey: p256.utils.randomSecretKey() };
  rsaKey ??= new Uint8Array(
    generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'der', type: 'pkcs8' }),
  );
  return { algorithm, privateKey: rsaKey };
}
