/**
 * An invented country signing authority for virtual permits: keys made at run time, so that nothing that could pass
 * for a real authority ever lies in the tree. Certificate profiles follow ICAO Doc 9303-12 §7.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeTlv } from '../devices/permit/tlv.ts';
import {
  derBits,
  derInteger,
  derOctets,
  derOid,
  derPrintable,
  derSequence,
  derSet,
  derTagged,
  derText,
  derTime,
  derTrue,
} from './permit/der.ts';
import { OID } from './permit/object-identifiers.ts';

/** Signs security objects of chips. */
export interface DocumentSigner {
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER of the issuer's distinguished name. */
  readonly issuerName: Uint8Array;
  /** Big-endian bytes. */
  readonly serialNumber: Uint8Array;
  /** ECDSA with SHA-256 over P-256; DER signature. */
  sign(data: Uint8Array): Uint8Array;
}

export interface TestCsca {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly signer: DocumentSigner;
}

/**
 * Makes a new authority with one document signer, valid around `now`.
 * @param name common name of the authority; one that nobody trusts needs a name that nobody knows
 */
export function createTestCsca(now: Date, name = CSCA_NAME): TestCsca {
  return issueSigner(createAuthority(now, name), now, name);
}

let shared: TestCsca | null = null;

/** The authority of this process, made once. */
export function testCsca(now: Date): TestCsca {
  shared ??= createTestCsca(now);
  return shared;
}

/**
 * An authority that outlives the process: its key and certificate are kept in `keyFile` (mode 600, outside the tree),
 * made when missing or unreadable, so that a card written by an earlier run still verifies.
 */
export async function openTestCsca(keyFile: string, now: Date): Promise<TestCsca> {
  const kept = await readAuthority(keyFile, now);
  if (kept !== null) return issueSigner(kept, now, CSCA_NAME);
  const authority = createAuthority(now, CSCA_NAME);
  const text = JSON.stringify({
    certificate: Buffer.from(authority.certificate).toString('base64'),
    privateKey: authority.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  });
  await mkdir(dirname(keyFile), { recursive: true });
  await writeFile(`${keyFile}.new`, text, { mode: 0o600 });
  await rename(`${keyFile}.new`, keyFile);
  return issueSigner(authority, now, CSCA_NAME);
}

/** Writes the authority's certificate (DER, named by its fingerprint) into a folder of trusted CSCAs; answers the path. */
export async function writeCscaCertificate(csca: TestCsca, folder: string): Promise<string> {
  const fingerprint = createHash('sha256').update(csca.certificate).digest('hex').slice(0, 16);
  const path = join(folder, `test-csca-${fingerprint}.cer`);
  await mkdir(folder, { recursive: true });
  await writeFile(path, csca.certificate);
  return path;
}

interface Authority {
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
}

const CSCA_NAME = 'TEST CSCA - NOT AN AUTHORITY';
const SIGNER_NAME = distinguishedName('TEST DOCUMENT SIGNER');

function createAuthority(now: Date, name: string): Authority {
  const authority = distinguishedName(name);
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const certificate = encodeCertificate({
    serialNumber: randomSerial(),
    issuer: authority,
    subject: authority,
    notBefore: addDays(now, -365),
    notAfter: addDays(now, 365 * 15),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    extensions: [
      // cA, pathLenConstraint 0
      extension(OID.basicConstraints, true, derSequence(derTrue(), derInteger(0))),
      // keyCertSign and cRLSign
      extension(OID.keyUsage, true, encodeTlv(0x03, Uint8Array.of(1, 0x06))),
    ],
  });
  return { certificate, privateKey: keys.privateKey };
}

async function readAuthority(keyFile: string, now: Date): Promise<Authority | null> {
  try {
    const kept: unknown = JSON.parse(await readFile(keyFile, 'utf8'));
    if (typeof kept !== 'object' || kept === null || !('certificate' in kept) || !('privateKey' in kept))
      return null;
    const certificate = new X509Certificate(Buffer.from(String(kept.certificate), 'base64'));
    const key = Buffer.from(String(kept.privateKey), 'base64');
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    const isCurrent = new Date(certificate.validTo) > now && certificate.checkPrivateKey(privateKey);
    return isCurrent ? { certificate: new Uint8Array(certificate.raw), privateKey } : null;
  } catch {
    return null; // missing or spoilt: a new one is made
  }
}

function issueSigner(authority: Authority, now: Date, name: string): TestCsca {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const serialNumber = randomSerial();
  const certificate = encodeCertificate({
    serialNumber,
    issuer: distinguishedName(name),
    subject: SIGNER_NAME,
    notBefore: addDays(now, -90),
    notAfter: addDays(now, 365 * 11),
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    // digitalSignature
    extensions: [extension(OID.keyUsage, true, encodeTlv(0x03, Uint8Array.of(7, 0x80)))],
  });
  return {
    certificate: authority.certificate,
    signer: {
      certificate,
      issuerName: distinguishedName(name),
      serialNumber,
      sign: (data) => sign('sha256', data, keys.privateKey),
    },
  };
}

/** X.509 version 3, ECDSA with SHA-256 (RFC 5280 §4.1). */
function encodeCertificate(fields: {
  readonly serialNumber: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly extensions: readonly Uint8Array[];
}): Uint8Array {
  const algorithm = derSequence(derOid(OID.ecdsaWithSha256));
  const issuerKey = createPublicKey(fields.signingKey);
  const body = derSequence(
    derTagged(0, derInteger(2)),
    derInteger(fields.serialNumber),
    algorithm,
    fields.issuer,
    derSequence(derTime(fields.notBefore), derTime(fields.notAfter)),
    fields.subject,
    fields.publicKey.export({ format: 'der', type: 'spki' }),
    derTagged(
      3,
      derSequence(
        ...fields.extensions,
        extension(OID.subjectKeyIdentifier, false, derOctets(keyIdentifier(fields.publicKey))),
        extension(OID.authorityKeyIdentifier, false, derSequence(encodeTlv(0x80, keyIdentifier(issuerKey)))),
      ),
    ),
  );
  return derSequence(body, algorithm, derBits(sign('sha256', body, fields.signingKey)));
}

function extension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical
    ? derSequence(derOid(oid), derTrue(), derOctets(value))
    : derSequence(derOid(oid), derOctets(value));
}

/** SHA-1 of the public key's bits (RFC 5280 §4.2.1.2, method 1); the bits are the last 65 bytes of the structure. */
function keyIdentifier(key: KeyObject): Uint8Array {
  const structure = key.export({ format: 'der', type: 'spki' });
  return createHash('sha1').update(structure.subarray(-65)).digest();
}

function distinguishedName(commonName: string): Uint8Array {
  return derSequence(
    derSet(derSequence(derOid(OID.country), derPrintable('CN'))),
    derSet(derSequence(derOid(OID.organisation), derText('INVENTED FOR TESTING'))),
    derSet(derSequence(derOid(OID.commonName), derText(commonName))),
  );
}

/** 16 random bytes, positive and without leading zero. */
function randomSerial(): Uint8Array {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

const addDays = (date: Date, days: number): Date => new Date(date.getTime() + days * 86_400_000);
