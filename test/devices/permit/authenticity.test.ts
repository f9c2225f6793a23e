/** Security objects, signatures and keys made on the spot in the forms issuers use. */
import {
  constants,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  sign,
} from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brainpoolP256r1 } from '@noble/curves/misc.js';
import { AsnConvert } from '@peculiar/asn1-schema';
import { SubjectKeyIdentifier } from '@peculiar/asn1-x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyMessageRecovery } from '../../../devices/permit/active-authentication.ts';
import { verifySignature } from '../../../devices/permit/digital-signature.ts';
import { decodeOid, ellipticPublicKey, encodeOid } from '../../../devices/permit/elliptic-curves.ts';
import { verifySecurityObject } from '../../../devices/permit/passive-authentication.ts';
import { concatBytes, encodeTlv } from '../../../devices/permit/tlv.ts';
import { loadTrustStore, type TrustStore, trusted } from '../../../devices/permit/trust-store.ts';
import { personalise } from '../../../native-mocks/permit/personalise.ts';
import { createTestCsca, type TestCsca } from '../../../native-mocks/test-csca.ts';
import { HOLDER, jpegFace, NOW } from './virtual-card.ts';

const oid = (dotted: string): Uint8Array => encodeTlv(0x06, encodeOid(dotted));
const spki = (key: KeyObject): Uint8Array => new Uint8Array(key.export({ format: 'der', type: 'spki' }));

/** The subject key identifier, in hex. */
function keyNumber(authority: TestCsca): string {
  const { extensions = [] } = trusted(authority.certificate).certificate.tbsCertificate;
  const extension = extensions.find(({ extnID }) => extnID === '2.5.29.14');
  if (!extension) throw new Error('the authority has no key number');
  return Buffer.from(AsnConvert.parse(extension.extnValue.buffer, SubjectKeyIdentifier).buffer).toString(
    'hex',
  );
}

describe('passive authentication', () => {
  let csca: TestCsca;
  let trust: TrustStore;
  let groups: Map<number, Uint8Array>;
  let sod: Uint8Array;
  const file = (id: number): Uint8Array => {
    const spec = personalise({
      holder: HOLDER,
      face: jpegFace(3_000),
      endorsements: [],
      signer: csca.signer,
      now: NOW,
    });
    const found = spec.applicationFiles.find(({ fileId }) => fileId === id);
    if (!found) throw new Error('no such file');
    return found.content;
  };

  beforeAll(async () => {
    csca = await createTestCsca(NOW);
    trust = { certificates: [trusted(csca.certificate)], rejected: [] };
    groups = new Map([
      [1, file(0x0101)],
      [2, file(0x0102)],
    ]);
    sod = file(0x011d);
  });

  it('is genuine with the authority that signed', () => {
    expect(verifySecurityObject(sod, groups, trust, NOW)).toEqual({ status: 'genuine', reason: null });
  });
  it('notices a changed byte in any data group', () => {
    for (const [number, content] of groups) {
      const changed = Uint8Array.from(content);
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      const verdict = verifySecurityObject(sod, new Map(groups).set(number, changed), trust, NOW);
      expect(verdict).toEqual({ status: 'forged', reason: 'hashMismatch' });
    }
  });
  it('notices a data group the issuer did not sign', () => {
    const verdict = verifySecurityObject(sod, new Map(groups).set(15, Uint8Array.of(0x6f, 0)), trust, NOW);
    expect(verdict).toEqual({ status: 'forged', reason: 'notListed' });
  });
  it('never calls a security object with any one byte changed genuine, unless the byte says nothing', () => {
    let genuine = 0;
    for (let at = 0; at < sod.length; at += 3) {
      const changed = Uint8Array.from(sod);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const verdict = verifySecurityObject(changed, groups, trust, NOW);
      if (verdict.status === 'genuine') genuine++;
    }
    // version numbers, the list of digest algorithms and the issuer's name beside the serial number are not signed
    expect(genuine).toBeLessThan(sod.length / 3 / 5);
  });
  it('is unverified outside the time of its certificates', () => {
    for (const when of ['2020-01-01', '2050-01-01']) {
      expect(verifySecurityObject(sod, groups, trust, new Date(when))).toEqual({
        status: 'unverified',
        reason: 'outsideValidity',
      });
    }
  });
  it('is unverified without its authority', async () => {
    const other = await createTestCsca(NOW);
    const verdict = verifySecurityObject(
      sod,
      groups,
      { certificates: [trusted(other.certificate)], rejected: [] },
      NOW,
    );
    expect(verdict).toEqual({ status: 'unverified', reason: 'noTrustAnchor' });
  });
  it('is forged when its signer borrowed the name and key number of a trusted authority', async () => {
    const impostor = await createTestCsca(NOW);
    const stated = keyNumber(csca);
    const own = keyNumber(impostor);
    // the impostor's chip claims the real authority's key number
    const spec = personalise({
      holder: HOLDER,
      face: jpegFace(3_000),
      endorsements: [],
      signer: impostor.signer,
      now: NOW,
    });
    const content =
      spec.applicationFiles.find(({ fileId }) => fileId === 0x011d)?.content ?? new Uint8Array(0);
    const claimed = Buffer.from(Buffer.from(content).toString('hex').replaceAll(own, stated), 'hex');
    const files = new Map(
      spec.applicationFiles
        .filter(({ fileId }) => fileId <= 0x0102)
        .map(({ fileId, content: bytes }) => [fileId & 0xff, bytes]),
    );
    const verdict = verifySecurityObject(claimed, files, trust, NOW);
    expect(verdict).toEqual({ status: 'forged', reason: 'issuerSignatureInvalid' });
  });
  it('is unverified when it is no security object', () => {
    for (const bytes of [
      new Uint8Array(0),
      Uint8Array.of(0x77, 0),
      encodeTlv(0x77, Uint8Array.of(0x30, 0)),
    ]) {
      expect(verifySecurityObject(bytes, groups, trust, NOW)).toEqual({
        status: 'unverified',
        reason: 'malformed',
      });
    }
  });
});

describe('signatures', () => {
  const data = Buffer.from('what was signed');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const algorithmOf = (name: string, parameters: Uint8Array | null = null) => ({
    oid: name,
    parameters,
    digest: null,
  });

  it('RSA PKCS #1 v1.5, by its own name and by plain rsaEncryption', () => {
    const signature = sign('sha256', data, rsa.privateKey);
    const key = spki(rsa.publicKey);
    expect(verifySignature(algorithmOf('1.2.840.113549.1.1.11'), key, data, signature)).toBe('valid');
    const plain = { oid: '1.2.840.113549.1.1.1', parameters: null, digest: 'sha256' } as const;
    expect(verifySignature(plain, key, data, signature)).toBe('valid');
    expect(verifySignature(algorithmOf('1.2.840.113549.1.1.13'), key, data, signature)).toBe('invalid');
    expect(verifySignature(algorithmOf('1.2.840.113549.1.1.11'), key, Buffer.from('other'), signature)).toBe(
      'invalid',
    );
    expect(verifySignature(algorithmOf('1.2.840.113549.1.1.1'), key, data, signature)).toBe('unsupported');
  });
  it('RSASSA-PSS with its parameters', () => {
    const key = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const signature = sign('sha256', data, key);
    const hash = encodeTlv(0x30, oid('2.16.840.1.101.3.4.2.1'));
    const parameters = (mask: Uint8Array, salt: number) =>
      encodeTlv(
        0x30,
        encodeTlv(0xa0, hash),
        encodeTlv(0xa1, encodeTlv(0x30, oid('1.2.840.113549.1.1.8'), mask)),
        encodeTlv(0xa2, encodeTlv(0x02, Uint8Array.of(salt))),
      );
    const verify = (given: Uint8Array | null) =>
      verifySignature(algorithmOf('1.2.840.113549.1.1.10', given), spki(rsa.publicKey), data, signature);
    expect(verify(parameters(hash, 32))).toBe('valid');
    expect(verify(parameters(hash, 20))).toBe('invalid');
    expect(verify(parameters(encodeTlv(0x30, oid('1.3.14.3.2.26')), 32))).toBe('unsupported');
    expect(verify(Uint8Array.of(1, 2, 3))).toBe('unsupported');
  });
  it.each(['P-256', 'P-384', 'P-521'])('ECDSA on %s', (namedCurve) => {
    const pair = generateKeyPairSync('ec', { namedCurve });
    const signature = sign('sha384', data, pair.privateKey);
    expect(verifySignature(algorithmOf('1.2.840.10045.4.3.3'), spki(pair.publicKey), data, signature)).toBe(
      'valid',
    );
    expect(verifySignature(algorithmOf('1.2.840.10045.4.3.2'), spki(pair.publicKey), data, signature)).toBe(
      'invalid',
    );
    expect(verifySignature(algorithmOf('1.2.840.10045.4.3.3'), spki(pair.publicKey), data, data)).toBe(
      'invalid',
    );
  });
  it('ECDSA on brainpoolP256r1, with explicit parameters as chips write them', () => {
    const { secretKey, publicKey } = brainpoolP256r1.keygen();
    const number = (value: bigint) => {
      const digits = value.toString(16);
      return encodeTlv(0x02, Buffer.from(`00${digits.length % 2 ? '0' : ''}${digits}`, 'hex'));
    };
    const { Fp, Fn, BASE } = brainpoolP256r1.Point;
    const parameters = encodeTlv(
      0x30,
      encodeTlv(0x02, Uint8Array.of(1)),
      encodeTlv(0x30, oid('1.2.840.10045.1.1'), number(Fp.ORDER)),
      encodeTlv(0x30, encodeTlv(0x04, new Uint8Array(32)), encodeTlv(0x04, new Uint8Array(32))),
      encodeTlv(0x04, BASE.toBytes(false)),
      number(Fn.ORDER),
      encodeTlv(0x02, Uint8Array.of(1)),
    );
    const point = brainpoolP256r1.Point.fromBytes(publicKey).toBytes(false);
    const info = encodeTlv(
      0x30,
      encodeTlv(0x30, oid('1.2.840.10045.2.1'), parameters),
      encodeTlv(0x03, Uint8Array.of(0), point),
    );
    expect(ellipticPublicKey(info)?.curve.name).toBe('brainpoolP256r1');
    const digest = createHash('sha256').update(data).digest();
    const signature = brainpoolP256r1.sign(digest, secretKey, { prehash: false, lowS: false, format: 'der' });
    expect(verifySignature(algorithmOf('1.2.840.10045.4.3.2'), info, data, signature)).toBe('valid');
    expect(verifySignature(algorithmOf('1.2.840.10045.4.3.2'), info, Buffer.from('x'), signature)).toBe(
      'invalid',
    );
  });
  it('of a kind not known: unsupported', () => {
    expect(verifySignature(algorithmOf('1.2.156.10197.1.501'), spki(rsa.publicKey), data, data)).toBe(
      'unsupported',
    );
    expect(verifySignature(algorithmOf('1.2.840.10045.4.3.2'), spki(rsa.publicKey), data, data)).toBe(
      'unsupported',
    );
    expect(verifySignature(algorithmOf('1.2.840.113549.1.1.11'), Uint8Array.of(0x30, 0), data, data)).toBe(
      'unsupported',
    );
  });
  it('object identifiers come back to what went in', () => {
    for (const name of [
      '1.2.840.113549.1.1.11',
      '2.16.840.1.101.3.4.2.1',
      '0.4.0.127.0.7.2.2.4.2.2',
      '2.23.136.1.1.1',
    ]) {
      expect(decodeOid(encodeOid(name))).toBe(name);
    }
  });
});

describe('Active Authentication with message recovery', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const challenge = Buffer.from('0123456789abcdef', 'hex');
  const signed = (hash: string, trailer: Uint8Array): Uint8Array => {
    const digestLength = createHash(hash).digest().length;
    const recovered = new Uint8Array(128 - 1 - digestLength - trailer.length).fill(0xbb);
    const digest = createHash(hash).update(recovered).update(challenge).digest();
    const block = concatBytes(Uint8Array.of(0x6a), recovered, digest, trailer);
    return privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block);
  };
  it.each([
    ['sha1', [0xbc]],
    ['sha1', [0x33, 0xcc]],
    ['sha224', [0x38, 0xcc]],
    ['sha256', [0x34, 0xcc]],
    ['sha384', [0x36, 0xcc]],
    ['sha512', [0x35, 0xcc]],
  ])('%s, trailer %j', (hash, trailer) => {
    const signature = signed(hash, Uint8Array.from(trailer));
    expect(verifyMessageRecovery(publicKey, signature, challenge)).toBe(true);
    expect(verifyMessageRecovery(publicKey, signature, Buffer.alloc(8))).toBe(false);
    signature[5] = (signature[5] ?? 0) ^ 1;
    expect(verifyMessageRecovery(publicKey, signature, challenge)).toBe(false);
    expect(verifyMessageRecovery(publicKey, signature.subarray(1), challenge)).toBe(false);
  });
});

describe('the folder of trusted certificates', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'csca-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('takes DER and PEM, and names what is neither', async () => {
    const { certificate } = await createTestCsca(NOW);
    const base64 = Buffer.from(certificate)
      .toString('base64')
      .replace(/(.{64})/g, '$1\n');
    const pem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`;
    await writeFile(join(folder, 'a.cer'), certificate);
    await writeFile(join(folder, 'b.pem'), `${pem}\n${pem}\n`);
    await writeFile(join(folder, 'c.crt'), 'no certificate');
    await writeFile(join(folder, 'notes.txt'), 'not looked at');
    const store = await loadTrustStore(folder);
    expect(store.certificates).toHaveLength(3);
    expect(store.rejected).toEqual([{ file: 'c.crt', reason: 'not an X.509 certificate' }]);
  });
  it('that is not there trusts nothing and says so', async () => {
    const store = await loadTrustStore(join(folder, 'nowhere'));
    expect(store.certificates).toEqual([]);
    expect(store.rejected).toHaveLength(1);
  });
});
