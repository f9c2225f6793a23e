/** Reads an electronic permit or passport through an open card connection: holder, face, endorsements, genuineness. */
import type { CardConnection } from '../card-reader/interface.ts';
import { ok, type Result } from '../result.ts';
import { type ActiveVerdict, authenticateActively } from './active-authentication.ts';
import { authenticateChip, decodeDg14 } from './chip-authentication.ts';
import { chipBounds } from './chip-channel.ts';
import type { PermitEndorsement } from './endorsement-file.ts';
import { readEndorsements } from './endorsement-reading.ts';
import { decodeDg2 } from './facial-record.ts';
import { jpeg2000ToPng } from './jpeg2000.ts';
import { decodeCom, decodeDg1, EF_COM, EF_DG1, EF_DG2, EF_DG14, EF_DG15, EF_SOD } from './lds.ts';
import { type DocumentType, expandDate, type MrzDocument, type MrzKey, type Sex } from './mrz.ts';
import { type PassiveVerdict, verifySecurityObject } from './passive-authentication.ts';
import { type PermitError, permitError } from './permit-error.ts';
import { type ChipFile, openPermit, type PermitSession } from './permit-session.ts';
import type { TrustStore } from './trust-store.ts';

export type { PermitEndorsement } from './endorsement-file.ts';
export type { PermitError } from './permit-error.ts';

export interface PermitFace {
  readonly mediaType: 'image/jpeg' | 'image/png';
  readonly bytes: Uint8Array;
}

export interface PermitAuthenticity {
  /** Everything together: `forged` when anything contradicts, `genuine` when the issuer's signature holds. */
  readonly verdict: PassiveVerdict['status'];
  readonly passive: PassiveVerdict;
  /** `absent`: the chip has no key for it. */
  readonly active: ActiveVerdict | 'absent';
  /** `refused`: the chip has a key for it but would not use it. */
  readonly chip: 'genuine' | 'refused' | 'absent';
}

export interface Permit {
  readonly documentType: DocumentType;
  readonly documentNumber: string;
  /** At most the first three characters; empty in documents that do not carry it. */
  readonly nameChinese: string;
  readonly namePinyin: { readonly surname: string; readonly given: string };
  readonly sex: Sex;
  /** YYYY-MM-DD */
  readonly dateOfBirth: string;
  /** YYYY-MM-DD */
  readonly dateOfExpiry: string;
  /** Three letters, null where the document does not say. */
  readonly placeOfBirth: string | null;
  /** Null when the chip holds none. */
  readonly face: PermitFace | null;
  readonly authenticity: PermitAuthenticity;
  readonly accessProtocol: 'BAC' | 'PACE';
  readonly endorsements: readonly PermitEndorsement[];
}

export interface PermitReadOptions {
  readonly trust: TrustStore;
  /** Hears the fraction read so far, 0..1, never falling. */
  readonly onProgress?: (fraction: number) => void;
  /** For the whole reading. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly now: Date;
  /** Random bytes fit for keys. */
  readonly random: (length: number) => Uint8Array;
}

/**
 * Reads the permit. A forged permit is read to the end and says so in `authenticity`.
 * Errors: `authenticationFailed` (the MRZ is of another card), `invalidMedia` (no permit), `fileNotFound`,
 * `fileCorrupt`, `secureMessagingFailed`, `fraudAttempt` (the chip belongs to another card), `cardRemoved`, `timeOut`,
 * `canceled`, `hardwareError`.
 */
export async function readPermit(
  connection: CardConnection,
  key: MrzKey,
  options: PermitReadOptions,
): Promise<Result<Permit, PermitError>> {
  const bounds = chipBounds(options);
  const progress = progressOf(options.onProgress);
  const opened = await openPermit(connection, key, bounds, options.random);
  if (!opened.ok) return opened;
  const session = opened.value;

  const com = await readOptional(session, EF_COM, progress);
  if (!com.ok) return com;
  const listed = com.value ? decodeCom(com.value) : ok([1, 2]);
  if (!listed.ok) return permitError('fileCorrupt', listed.error.message);
  const present = new Set(listed.value);
  const dataGroups = new Map<number, Uint8Array>();

  const sod = await readOptional(session, EF_SOD, progress);
  if (!sod.ok) return sod;

  let chip: PermitAuthenticity['chip'] = 'absent';
  let activeSignature: string | null = null;
  if (present.has(14)) {
    const dg14 = await readOptional(session, EF_DG14, progress);
    if (!dg14.ok) return dg14;
    if (dg14.value) {
      dataGroups.set(14, dg14.value);
      const infos = decodeDg14(dg14.value);
      activeSignature = infos.activeAuthenticationSignature;
      if (infos.chipAuthentication) {
        const agreed = await authenticateChip(session, infos.chipAuthentication, options.random);
        if (!agreed.ok) return agreed;
        chip = agreed.value ? 'genuine' : 'refused';
      }
    }
  }

  const dg1 = await session.readObject(EF_DG1, progress(EF_DG1));
  if (!dg1.ok) return dg1;
  dataGroups.set(1, dg1.value);
  const document = decodeDg1(dg1.value);
  if (!document.ok) return permitError('fileCorrupt', `DG1: ${document.error.message}`);
  if (document.value.documentNumber !== key.documentNumber) {
    return permitError('fraudAttempt', 'the chip holds another number than the one printed');
  }

  let dg2: Uint8Array | null = null;
  if (present.has(2)) {
    const read = await readOptional(session, EF_DG2, progress);
    if (!read.ok) return read;
    dg2 = read.value;
    if (dg2) dataGroups.set(2, dg2);
  }
  const dg15 = present.has(15) ? await readOptional(session, EF_DG15, progress) : ok(null);
  if (!dg15.ok) return dg15;
  if (dg15.value) dataGroups.set(15, dg15.value);

  const endorsements = await readEndorsements(session);
  if (!endorsements.ok) return endorsements;

  // last, because a chip that fails at it may end the session
  let active: PermitAuthenticity['active'] = 'absent';
  if (dg15.value) {
    const proved = await authenticateActively(session, dg15.value, activeSignature, options.random);
    if (!proved.ok) return proved;
    active = proved.value;
  }

  const passive: PassiveVerdict = sod.value
    ? verifySecurityObject(sod.value, dataGroups, options.trust, options.now)
    : { status: 'unverified', reason: 'missing' };
  const face = dg2 ? await faceOf(dg2) : ok(null);
  if (!face.ok) return face;
  options.onProgress?.(1);
  return permitOf(document.value, options.now, {
    face: face.value,
    authenticity: { verdict: active === 'forged' ? 'forged' : passive.status, passive, active, chip },
    accessProtocol: session.accessProtocol,
    endorsements: endorsements.value,
  });
}

function permitOf(
  document: MrzDocument,
  now: Date,
  rest: Pick<Permit, 'face' | 'authenticity' | 'accessProtocol' | 'endorsements'>,
): Result<Permit, PermitError> {
  const today = now.toISOString().slice(0, 10);
  const dateOfBirth = expandDate(document.dateOfBirth, 'birth', today);
  const dateOfExpiry = expandDate(document.dateOfExpiry, 'expiry', today);
  if (!dateOfBirth || !dateOfExpiry) return permitError('fileCorrupt', 'DG1: a date that does not exist');
  return ok({
    documentType: document.documentType,
    documentNumber: document.documentNumber,
    nameChinese: document.nameChinese,
    namePinyin: document.namePinyin,
    sex: document.sex,
    dateOfBirth,
    dateOfExpiry,
    placeOfBirth: document.placeOfBirth,
    ...rest,
  });
}

async function faceOf(dg2: Uint8Array): Promise<Result<PermitFace, PermitError>> {
  const image = decodeDg2(dg2);
  if (!image.ok) return permitError('fileCorrupt', `DG2: ${image.error.message}`);
  if (image.value.format === 'jpeg')
    return ok({ mediaType: 'image/jpeg', bytes: Uint8Array.from(image.value.bytes) });
  const png = await jpeg2000ToPng(image.value.bytes);
  return png.ok
    ? ok({ mediaType: 'image/png', bytes: png.value })
    : permitError('fileCorrupt', `DG2: ${png.error.message}`);
}

/** A file that need not be there: null when it is not. */
async function readOptional(
  session: PermitSession,
  file: ChipFile,
  progress: (file: ChipFile) => (received: number, total: number) => void,
): Promise<Result<Uint8Array | null, PermitError>> {
  const read = await session.readObject(file, progress(file));
  if (read.ok) return read;
  return read.error.code === 'fileNotFound' ? ok(null) : read;
}

/** Counts bytes of all files against what permits usually hold, until a file says how long it is. */
function progressOf(onProgress: ((fraction: number) => void) | undefined) {
  const expected = new Map(USUAL_LENGTH.map(([file, length]) => [file.id, { received: 0, total: length }]));
  let reported = 0;
  return (file: ChipFile) => (received: number, total: number) => {
    expected.set(file.id, { received, total });
    let bytes = 0;
    let all = 0;
    for (const entry of expected.values()) {
      bytes += entry.received;
      all += entry.total;
    }
    const fraction = Math.min(bytes / all, 0.99);
    if (fraction > reported) {
      reported = fraction;
      onProgress?.(fraction);
    }
  };
}

const USUAL_LENGTH: readonly (readonly [ChipFile, number])[] = [
  [EF_COM, 30],
  [EF_SOD, 1800],
  [EF_DG1, 95],
  [EF_DG2, 20_000],
];
