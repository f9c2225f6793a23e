/** Signatures on certificates and security objects: RSA PKCS #1 v1.5, RSASSA-PSS and ECDSA (ICAO Doc 9303-12 §4.4). */
import { constants, createPublicKey, verify } from 'node:crypto';
import { decodeOid, ellipticPublicKey, plainSignature, toBigInt } from './elliptic-curves.ts';
import { HASH_OF_OID, type HashName } from './hash-algorithm.ts';
import { decodeTlv, decodeTlvs, findTlv } from './tlv.ts';

export interface SignatureAlgorithm {
  readonly oid: string;
  /** DER of the parameters, null when absent. */
  readonly parameters: Uint8Array | null;
  /** Hash to take when the algorithm names none (plain rsaEncryption in a CMS). */
  readonly digest: HashName | null;
}

/** Verifies `signature` over `data` with the key in the SubjectPublicKeyInfo (DER). */
export function verifySignature(
  algorithm: SignatureAlgorithm,
  subjectPublicKeyInfo: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): 'valid' | 'invalid' | 'unsupported' {
  const ecdsaHash = ECDSA_HASH[algorithm.oid];
  if (ecdsaHash) {
    const key = ellipticPublicKey(subjectPublicKeyInfo);
    if (!key) return 'unsupported';
    const plain = plainSignature(key.curve, signature);
    return plain && key.curve.verify(plain, ecdsaHash, data, key.point) ? 'valid' : 'invalid';
  }
  const rsa = rsaParameters(algorithm);
  if (!rsa) return 'unsupported';
  try {
    const key = createPublicKey({ key: Buffer.from(subjectPublicKeyInfo), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType !== 'rsa') return 'unsupported';
    const { hash, saltLength } = rsa;
    const options =
      saltLength === null
        ? { key, padding: constants.RSA_PKCS1_PADDING }
        : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
    return verify(hash, data, options, signature) ? 'valid' : 'invalid';
  } catch {
    return 'unsupported';
  }
}

function rsaParameters(algorithm: SignatureAlgorithm): { hash: HashName; saltLength: number | null } | null {
  if (algorithm.oid === RSASSA_PSS) return pssParameters(algorithm.parameters);
  const hash = algorithm.oid === RSA_ENCRYPTION ? algorithm.digest : RSA_HASH[algorithm.oid];
  return hash ? { hash, saltLength: null } : null;
}

/** RSASSA-PSS-params (RFC 4055 §3.1); SHA-1 and 20 bytes of salt where nothing is said. */
function pssParameters(parameters: Uint8Array | null): { hash: HashName; saltLength: number } | null {
  const body = parameters ? decodeTlv(parameters, 0x30) : null;
  if (body && !body.ok) return null;
  const fields = body ? decodeTlvs(body.value) : null;
  if (fields && !fields.ok) return null;
  const objects = fields ? fields.value : [];
  const hashField = findTlv(objects, 0xa0);
  const hashAlgorithm = hashField ? decodeTlv(hashField, 0x30) : null;
  const hash = hashAlgorithm ? (hashAlgorithm.ok ? hashOfAlgorithm(hashAlgorithm.value) : undefined) : 'sha1';
  const maskField = findTlv(objects, 0xa1);
  const maskAlgorithm = maskField ? decodeTlv(maskField, 0x30) : null;
  const mask = maskAlgorithm ? (maskAlgorithm.ok ? maskHash(maskAlgorithm.value) : undefined) : 'sha1';
  const saltField = findTlv(objects, 0xa2);
  const salt = saltField ? decodeTlv(saltField, 0x02) : null;
  if (!hash || mask !== hash || (salt && !salt.ok)) return null;
  const saltLength = salt ? Number(toBigInt(salt.value)) : 20;
  return saltLength <= 512 ? { hash, saltLength } : null;
}

/** The hash an AlgorithmIdentifier names, given its contents. */
export function hashOfAlgorithm(contents: Uint8Array): HashName | undefined {
  const fields = decodeTlvs(contents);
  const [oid] = fields.ok ? fields.value : [];
  return oid?.tag === 0x06 ? HASH_OF_OID[decodeOid(oid.value)] : undefined;
}

/** MGF1's hash: the parameter of the mask generation's AlgorithmIdentifier is another one. */
function maskHash(contents: Uint8Array): HashName | undefined {
  const fields = decodeTlvs(contents);
  const hash = fields.ok ? findTlv(fields.value, 0x30) : undefined;
  return hash ? hashOfAlgorithm(hash) : undefined;
}

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
const RSASSA_PSS = '1.2.840.113549.1.1.10';
const RSA_HASH: Readonly<Record<string, HashName>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.14': 'sha224',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};
const ECDSA_HASH: Readonly<Record<string, HashName>> = {
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};
