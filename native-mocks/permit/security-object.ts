/** EF.SOD: the hashes of the data groups as CMS SignedData by a document signer (ICAO Doc 9303-10 §4.6.2, RFC 5652). */
import { createHash } from 'node:crypto';
import { concatBytes, encodeTlv } from '../../devices/permit/tlv.ts';
import type { DocumentSigner } from '../test-csca.ts';
import { derInteger, derOctets, derOid, derSequence, derSet, derTagged, derTime } from './der.ts';
import { OID } from './object-identifiers.ts';

/**
 * The content of EF.SOD over the given data groups (number → whole file), SHA-256 throughout, with the signer's
 * certificate inside. `signedAt` becomes the signing time.
 */
export function encodeSecurityObject(
  dataGroups: ReadonlyMap<number, Uint8Array>,
  signer: DocumentSigner,
  signedAt: Date,
): Uint8Array {
  const sha256 = derSequence(derOid(OID.sha256));
  const hashes = [...dataGroups].map(([number, content]) =>
    derSequence(derInteger(number), derOctets(digest(content))),
  );
  const ldsSecurityObject = derSequence(derInteger(0), sha256, derSequence(...hashes));
  const attributes = concatBytes(
    derSequence(derOid(OID.contentType), derSet(derOid(OID.ldsSecurityObject))),
    derSequence(derOid(OID.signingTime), derSet(derTime(signedAt))),
    derSequence(derOid(OID.messageDigest), derSet(derOctets(digest(ldsSecurityObject)))),
  );
  const signerInfo = derSequence(
    derInteger(1),
    derSequence(signer.issuerName, derInteger(signer.serialNumber)),
    sha256,
    derTagged(0, attributes),
    derSequence(derOid(OID.ecdsaWithSha256)),
    derOctets(signer.sign(derSet(attributes))),
  );
  const signedData = derSequence(
    derInteger(3),
    derSet(sha256),
    derSequence(derOid(OID.ldsSecurityObject), derTagged(0, derOctets(ldsSecurityObject))),
    derTagged(0, signer.certificate),
    derSet(signerInfo),
  );
  return encodeTlv(0x77, derSequence(derOid(OID.signedData), derTagged(0, signedData)));
}

const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
