import { createHash, verify, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createTestCsca,
  openTestCsca,
  testCsca,
  writeCscaCertificate,
} from '../../../native-mocks/test-csca.ts';
import { hex, toHex } from './independent-terminal.ts';
import { NOW, specOf } from './invented-people.ts';

/** Children of a constructed DER value: tag, whole bytes, content. */
function children(bytes: Buffer): { tag: number; whole: Buffer; content: Buffer }[] {
  const found = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at + 1] ?? 0;
    const more = first > 0x80 ? first - 0x80 : 0;
    const length = more === 0 ? first : bytes.readUIntBE(at + 2, more);
    const start = at + 2 + more;
    found.push({
      tag: bytes[at] ?? 0,
      whole: bytes.subarray(at, start + length),
      content: bytes.subarray(start, start + length),
    });
    at = start + length;
  }
  return found;
}

function child(bytes: Buffer, ...path: number[]): Buffer {
  return path.reduce((inside, index) => children(inside)[index]?.content ?? Buffer.alloc(0), bytes);
}

const file = (fileId: number): Buffer =>
  Buffer.from(SPEC.applicationFiles.find((entry) => entry.fileId === fileId)?.content ?? []);
const SPEC = specOf({ activeAuthentication: 'ecdsa' });

describe('the security object', () => {
  const signedData = child(file(0x011d), 0, 0, 1, 0);
  const [, , encapsulated, certificates, signerInfos] = children(signedData);
  const ldsSecurityObject = child(encapsulated?.content ?? Buffer.alloc(0), 1, 0);
  const signerInfo = children(child(signerInfos?.content ?? Buffer.alloc(0), 0));
  const attributes = signerInfo[3]?.whole ?? Buffer.alloc(0);

  it('lists the SHA-256 of every data group', () => {
    const hashes = children(child(ldsSecurityObject, 0, 2)).map(({ content }) => {
      const [number, hash] = children(content);
      return [number?.content[0], toHex(hash?.content ?? hex(''))];
    });
    const expected = [1, 2, 14, 15].map((number) => [
      number,
      createHash('sha256')
        .update(file(0x0100 + number))
        .digest('hex')
        .toUpperCase(),
    ]);
    expect(hashes).toEqual(expected);
  });

  it('is signed over its attributes, which hold the digest of the content', () => {
    expect(attributes.includes(createHash('sha256').update(ldsSecurityObject).digest())).toBe(true);
    const signer = new X509Certificate(certificates?.content ?? Buffer.alloc(0));
    const covered = Buffer.concat([Buffer.of(0x31), attributes.subarray(1)]);
    expect(verify('sha256', covered, signer.publicKey, signerInfo[5]?.content ?? Buffer.alloc(0))).toBe(true);
  });

  it('carries a signer the test authority issued', () => {
    const signer = new X509Certificate(certificates?.content ?? Buffer.alloc(0));
    const authority = new X509Certificate(testCsca(NOW).certificate);
    expect(signer.checkIssued(authority)).toBe(true);
    expect(signer.verify(authority.publicKey)).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(authority.ca).toBe(true);
    expect(signer.ca).toBe(false);
    expect(authority.subject).toContain('NOT AN AUTHORITY');
  });
});

describe('the test authority', () => {
  const folders: string[] = [];
  const folder = async (): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), 'csca-'));
    folders.push(made);
    return made;
  };
  afterEach(async () => {
    for (const made of folders.splice(0)) await rm(made, { recursive: true });
  });

  it('is made once per process, and anew on request', () => {
    expect(testCsca(NOW)).toBe(testCsca(NOW));
    expect(toHex(createTestCsca(NOW).certificate)).not.toBe(toHex(testCsca(NOW).certificate));
  });

  it('writes its certificate, and nothing else, into the folder of trusted authorities', async () => {
    const trusted = await folder();
    const path = await writeCscaCertificate(testCsca(NOW), trusted);
    expect(await readdir(trusted)).toHaveLength(1);
    expect(new X509Certificate(await readFile(path)).subject).toContain('TEST CSCA');
  });

  it('can be kept, so that cards of an earlier run still verify, and is made anew when the file is spoilt', async () => {
    const keyFile = join(await folder(), 'kept', 'csca.json');
    const first = await openTestCsca(keyFile, NOW);
    const second = await openTestCsca(keyFile, NOW);
    expect(toHex(second.certificate)).toBe(toHex(first.certificate));
    const authority = new X509Certificate(first.certificate);
    expect(new X509Certificate(second.signer.certificate).verify(authority.publicKey)).toBe(true);
    await writeFile(keyFile, '{"certificate":"AA=="');
    expect(toHex((await openTestCsca(keyFile, NOW)).certificate)).not.toBe(toHex(first.certificate));
  });
});
