/**
 * Passive authentication (ICAO Doc 9303-11 §5.1): the data groups are those the issuer signed. The security object's
 * hashes, its signature, and the document signer's chain to a trusted country signing certificate. Revocation lists
 * are not looked at.
 */
import { createHash } from 'node:crypto';
import { type CertificateChoices, ContentInfo, SignedData, type SignerInfo } from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { AuthorityKeyIdentifier, type Certificate, SubjectKeyIdentifier } from '@peculiar/asn1-x509';
import { hashOfAlgorithm, verifySignature } from './digital-signature.ts';
import { toBigInt } from './elliptic-curves.ts';
import { HASH_OF_OID, type HashName } from './hash-algorithm.ts';
import { decodeTlv, decodeTlvs, encodeTlv, findTlv, type Tlv } from './tlv.ts';
import type { TrustStore } from './trust-store.ts';

/** `forged`: something contradicts the issuer's signature. `unverified`: it cannot be told. */
export type PassiveVerdict =
  | { readonly status: 'genuine'; readonly reason: null }
  | {
      readonly status: 'unverified';
      readonly reason: 'noTrustAnchor' | 'outsideValidity' | 'unsupportedAlgorithm' | 'malformed' | 'missing';
    }
  | {
      readonly status: 'forged';
      readonly reason: 'hashMismatch' | 'notListed' | 'signatureInvalid' | 'issuerSignatureInvalid';
    };

/**
 * Judges the data groups (number → whole file) by EF.SOD (whole file) at the time `now`.
 * Whatever the bytes are, the answer is a verdict.
 */
export function verifySecurityObject(
  securityObject: Uint8Array,
  dataGroups: ReadonlyMap<number, Uint8Array>,
  trust: TrustStore,
  now: Date,
): PassiveVerdict {
  const parsed = parseSecurityObject(securityObject);
  if (!parsed) return MALFORMED;
  const { signer, certificate, content, contentType } = parsed;

  const listed = decodeLdsSecurityObject(content);
  if (!listed || contentType !== LDS_SECURITY_OBJECT) return MALFORMED;
  for (const [number, file] of dataGroups) {
    const expected = listed.hashes.get(number);
    if (!expected) return { status: 'forged', reason: 'notListed' };
    if (Buffer.compare(createHash(listed.algorithm).update(file).digest(), expected) !== 0) {
      return { status: 'forged', reason: 'hashMismatch' };
    }
  }

  const digest = HASH_OF_OID[signer.digestAlgorithm.algorithm];
  if (!digest) return UNSUPPORTED;
  const signed = signedBytes(signer, parsed.attributes, content, digest);
  if (signed === 'malformed') return MALFORMED;
  if (signed === 'mismatch') return { status: 'forged', reason: 'signatureInvalid' };
  const signature = verifySignature(
    {
      oid: signer.signatureAlgorithm.algorithm,
      parameters: bytesOrNull(signer.signatureAlgorithm.parameters),
      digest,
    },
    keyOf(certificate),
    signed,
    new Uint8Array(signer.signature.buffer),
  );
  if (signature === 'unsupported') return UNSUPPORTED;
  if (signature === 'invalid') return { status: 'forged', reason: 'signatureInvalid' };
  return verifyChain(certificate, trust, now);
}

function verifyChain(certificate: Certificate, trust: TrustStore, now: Date): PassiveVerdict {
  const issuer = new Uint8Array(AsnConvert.serialize(certificate.tbsCertificate.issuer));
  const authorityKey = authorityKeyIdentifier(certificate);
  const issuers = trust.certificates.filter((anchor) => {
    if (Buffer.compare(anchor.subject, issuer) !== 0) return false;
    const key = subjectKeyIdentifier(anchor.certificate);
    return !key || !authorityKey || Buffer.compare(key, authorityKey) === 0;
  });
  if (issuers.length === 0) return { status: 'unverified', reason: 'noTrustAnchor' };
  let unsupported = false;
  for (const anchor of issuers) {
    const result = verifySignature(
      {
        oid: certificate.signatureAlgorithm.algorithm,
        parameters: bytesOrNull(certificate.signatureAlgorithm.parameters),
        digest: null,
      },
      keyOf(anchor.certificate),
      new Uint8Array(certificate.tbsCertificateRaw ?? new ArrayBuffer(0)),
      new Uint8Array(certificate.signatureValue),
    );
    if (result === 'valid') {
      return isValidAt(certificate, now) && isValidAt(anchor.certificate, now)
        ? { status: 'genuine', reason: null }
        : { status: 'unverified', reason: 'outsideValidity' };
    }
    unsupported ||= result === 'unsupported';
  }
  return unsupported ? UNSUPPORTED : { status: 'forged', reason: 'issuerSignatureInvalid' };
}

interface ParsedSecurityObject {
  readonly signer: SignerInfo;
  /** The signed attributes as they stand in the file, without tag and length; null when there are none. */
  readonly attributes: Uint8Array | null;
  readonly certificate: Certificate;
  readonly contentType: string;
  /** The LDSSecurityObject. */
  readonly content: Uint8Array;
}

function parseSecurityObject(bytes: Uint8Array): ParsedSecurityObject | null {
  const cms = decodeTlv(bytes, 0x77);
  if (!cms.ok) return null;
  try {
    const info = AsnConvert.parse(cms.value, ContentInfo);
    const data = AsnConvert.parse(info.content, SignedData);
    const content = data.encapContentInfo.eContent?.single;
    const [signer] = data.signerInfos;
    const choices: CertificateChoices[] = data.certificates ?? [];
    const certificates = choices.flatMap((choice) => choice.certificate ?? []);
    if (!content || !signer) return null;
    const certificate = certificates.find((candidate) => isSigner(signer, candidate));
    if (!certificate) return null;
    return {
      signer,
      attributes: signedAttributes(cms.value),
      certificate,
      contentType: data.encapContentInfo.eContentType,
      content: new Uint8Array(content.buffer),
    };
  } catch {
    // the parser throws on anything that is not DER of a SignedData; here that is one of the expected inputs
    return null;
  }
}

/** Signatures cover exactly the bytes sent, so they are taken from there and not encoded anew. */
function signedAttributes(contentInfo: Uint8Array): Uint8Array | null {
  const inside = (bytes: Uint8Array, pick: (objects: readonly Tlv[]) => Tlv | undefined): Uint8Array => {
    const objects = decodeTlvs(bytes);
    return (objects.ok ? pick(objects.value)?.value : undefined) ?? new Uint8Array(0);
  };
  const explicit = inside(inside(contentInfo, first), ([, content]) => content);
  const signerInfos = inside(inside(explicit, first), (fields) => fields.at(-1));
  const fields = decodeTlvs(inside(signerInfos, first));
  return (fields.ok ? findTlv(fields.value, 0xa0) : undefined) ?? null;
}

const first = (objects: readonly Tlv[]): Tlv | undefined => objects[0];

function isSigner(signer: SignerInfo, certificate: Certificate): boolean {
  const byNumber = signer.sid.issuerAndSerialNumber;
  if (byNumber) {
    const same = toBigInt(new Uint8Array(byNumber.serialNumber));
    return same === toBigInt(new Uint8Array(certificate.tbsCertificate.serialNumber));
  }
  const wanted = signer.sid.subjectKeyIdentifier;
  const has = subjectKeyIdentifier(certificate);
  return wanted !== undefined && has !== null && Buffer.compare(new Uint8Array(wanted.buffer), has) === 0;
}

/** What the signature covers: the signed attributes when there are any (RFC 5652 §5.4), else the content. */
function signedBytes(
  signer: SignerInfo,
  attributes: Uint8Array | null,
  content: Uint8Array,
  digest: HashName,
): Uint8Array | 'malformed' | 'mismatch' {
  if (!signer.signedAttrs || signer.signedAttrs.length === 0) return content;
  if (!attributes) return 'malformed';
  const value = (type: string): ArrayBuffer | undefined =>
    signer.signedAttrs?.find((attribute) => attribute.attrType === type)?.attrValues[0];
  const messageDigest = value(MESSAGE_DIGEST);
  if (!messageDigest || !value(CONTENT_TYPE)) return 'malformed';
  try {
    const claimed = new Uint8Array(AsnConvert.parse(messageDigest, OctetString).buffer);
    const actual = createHash(digest).update(content).digest();
    if (Buffer.compare(claimed, actual) !== 0) return 'mismatch';
  } catch {
    return 'malformed';
  }
  return encodeTlv(0x31, attributes); // signed as the SET OF it is, not as the [0] it is sent as
}

/** LDSSecurityObject (9303-10 §4.6.2.3): hash algorithm and the hash of each data group. */
export function decodeLdsSecurityObject(
  bytes: Uint8Array,
): { algorithm: HashName; hashes: ReadonlyMap<number, Uint8Array> } | null {
  const body = decodeTlv(bytes, 0x30);
  const fields = body.ok ? decodeTlvs(body.value) : null;
  const [version, algorithm, list] = fields?.ok ? fields.value : [];
  if (version?.tag !== 0x02 || algorithm?.tag !== 0x30 || list?.tag !== 0x30) return null;
  const name = hashOfAlgorithm(algorithm.value);
  const entries = decodeTlvs(list.value);
  if (!name || !entries.ok) return null;
  const hashes = new Map<number, Uint8Array>();
  for (const entry of entries.value) {
    const parts = entry.tag === 0x30 ? decodeTlvs(entry.value) : null;
    const [number, hash] = parts?.ok ? parts.value : [];
    if (number?.tag !== 0x02 || number.value.length !== 1 || hash?.tag !== 0x04) return null;
    hashes.set(number.value[0] ?? 0, hash.value);
  }
  return { algorithm: name, hashes };
}

function subjectKeyIdentifier(certificate: Certificate): Uint8Array | null {
  const value = extension(certificate, SUBJECT_KEY_IDENTIFIER);
  if (!value) return null;
  try {
    return new Uint8Array(AsnConvert.parse(value, SubjectKeyIdentifier).buffer);
  } catch {
    return null;
  }
}

function authorityKeyIdentifier(certificate: Certificate): Uint8Array | null {
  const value = extension(certificate, AUTHORITY_KEY_IDENTIFIER);
  if (!value) return null;
  try {
    const key = AsnConvert.parse(value, AuthorityKeyIdentifier).keyIdentifier;
    return key ? new Uint8Array(key.buffer) : null;
  } catch {
    return null;
  }
}

const extension = (certificate: Certificate, oid: string): ArrayBuffer | undefined =>
  certificate.tbsCertificate.extensions?.find((candidate) => candidate.extnID === oid)?.extnValue.buffer;

const keyOf = (certificate: Certificate): Uint8Array =>
  new Uint8Array(AsnConvert.serialize(certificate.tbsCertificate.subjectPublicKeyInfo));

const isValidAt = (certificate: Certificate, now: Date): boolean => {
  const { notBefore, notAfter } = certificate.tbsCertificate.validity;
  return notBefore.getTime() <= now && now <= notAfter.getTime();
};

const bytesOrNull = (value: ArrayBuffer | null | undefined): Uint8Array | null =>
  value ? new Uint8Array(value) : null;

const LDS_SECURITY_OBJECT = '2.23.136.1.1.1';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';
const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';
const MALFORMED: PassiveVerdict = { status: 'unverified', reason: 'malformed' };
const UNSUPPORTED: PassiveVerdict = { status: 'unverified', reason: 'unsupportedAlgorithm' };
