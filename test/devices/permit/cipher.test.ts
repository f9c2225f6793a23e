import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aesCbcDecrypt,
  aesCbcEncrypt,
  aesCmac,
  deriveKey,
  desEde2CbcDecrypt,
  desEde2CbcEncrypt,
  pad,
  retailMac,
  unpad,
} from '../../../devices/permit/cipher.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');
const ofLength = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('AES-CMAC (NIST SP 800-38B appendix D)', () => {
  const message =
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710';
  it.each([
    [0, 'bb1d6929e95937287fa37d129b756746'],
    [16, '070a16b46b4d4144f79bdd9dd04a287c'],
    [40, 'dfa66747de9ae63030ca32611497c827'],
    [64, '51f0bebf7e3b9d92fc49741779363cfe'],
  ])('of %i bytes with AES-128', (length, expected) => {
    expect(hex(aesCmac(bytes('2b7e151628aed2a6abf7158809cf4f3c'), bytes(message.slice(0, length * 2))))).toBe(
      expected,
    );
  });
  it('with AES-256', () => {
    const key = bytes('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4');
    expect(hex(aesCmac(key, bytes(message)))).toBe('e1992190549f6ed5696a2c056c315410');
  });
});

describe('ciphers', () => {
  it('come back to what went in', () => {
    fc.assert(
      fc.property(
        ofLength(16),
        fc.constantFrom(16, 24, 32),
        fc.uint8Array({ maxLength: 200 }),
        (key, length, data) => {
          const aesKey = new Uint8Array(length).fill(key[0] ?? 0);
          const blocks = pad(data, 16);
          expect(hex(aesCbcDecrypt(aesKey, aesCbcEncrypt(aesKey, blocks)))).toBe(hex(blocks));
          expect(hex(desEde2CbcDecrypt(key, desEde2CbcEncrypt(key, blocks)))).toBe(hex(blocks));
        },
      ),
    );
  });
  it('padding comes off as it went on', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom(8 as const, 16 as const),
        (data, block) => {
          const padded = pad(data, block);
          expect(padded.length % block).toBe(0);
          expect(hex(unpad(padded) ?? bytes('ff'))).toBe(hex(data));
        },
      ),
    );
    expect(unpad(new Uint8Array(8))).toBeNull();
    expect(unpad(new Uint8Array(0))).toBeNull();
  });
  it('the MAC of one block is one Triple DES', () => {
    const key = bytes('7962d9ece03d1acd4c76089dce131543');
    const block = bytes('0011223344556677');
    expect(hex(retailMac(key, block))).toBe(hex(desEde2CbcEncrypt(key, block)));
    expect(() => retailMac(key, bytes('00'))).toThrow(RangeError);
  });
  it('derived keys have the length of their cipher', () => {
    const secret = bytes('00');
    expect([1, 2, 3].map((counter) => deriveKey(secret, counter as 1 | 2 | 3, 'aes192').length)).toEqual([
      24, 24, 24,
    ]);
    expect(deriveKey(secret, 1, 'aes256').length).toBe(32);
    const des = deriveKey(secret, 1, 'desEde2');
    for (const byte of des) expect(byte.toString(2).replaceAll('0', '').length % 2).toBe(1);
  });
});
