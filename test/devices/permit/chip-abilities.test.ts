/** What a chip says it can do, and what to make of chips that cannot do what they say. */
import { constants, createHash, generateKeyPairSync, privateEncrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { authenticateActively } from '../../../devices/permit/active-authentication.ts';
import type { CommandApdu } from '../../../devices/permit/apdu.ts';
import { decodeReadLength, extendedLength } from '../../../devices/permit/extended-length.ts';
import { permitError } from '../../../devices/permit/permit-error.ts';
import type { PermitSession } from '../../../devices/permit/permit-session.ts';
import { concatBytes, encodeTlv } from '../../../devices/permit/tlv.ts';
import { fail, ok } from '../../../devices/result.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('extended length', () => {
  it.each([
    ['3B 85 80 01 80 73 D6 21 E0 16', 'askFile'],
    ['3B 85 80 01 80 73 D6 21 C0 36', { readLength: 0x1000 }],
    ['3B 85 80 01 80 73 D6 21 80 76', null],
    ['3B 88 80 01 00 73 C8 40 00 00 90 00 62', null],
    ['3B 88 80 01 00 73 C8 40 40 00 90 00 62', { readLength: 0x1000 }],
    ['3B 80 80 01 01', null],
    ['3B', null],
    ['', null],
    ['3B 8F 80 01 80 4F 0C A0 00', null],
  ])('%s', (atr, expected) => {
    expect(extendedLength(bytes(atr))).toEqual(expected);
  });
  it('sizes from EF.ATR/INFO leave room for protection', () => {
    expect(decodeReadLength(bytes('7F66 08 0202 0400 0202 0800'))).toBe(0x800 - 48);
    expect(decodeReadLength(bytes('43 01 B8 7F66 0A 0203 010000 0203 010000'))).toBe(65536 - 48);
    expect(decodeReadLength(bytes('7F66 08 0202 0400 0202 00FF'))).toBeNull();
    expect(decodeReadLength(bytes('43 01 B8'))).toBeNull();
    expect(decodeReadLength(bytes('7F66'))).toBeNull();
  });
});

describe('Active Authentication', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const dg15 = encodeTlv(0x6f, publicKey.export({ format: 'der', type: 'spki' }));
  const challenge = bytes('0123456789abcdef');
  const signature = (() => {
    const recovered = new Uint8Array(106).fill(0xbb);
    const digest = createHash('sha1').update(recovered).update(challenge).digest();
    const block = concatBytes(Uint8Array.of(0x6a), recovered, digest, Uint8Array.of(0xbc));
    return privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block);
  })();

  const chip = (send: (command: CommandApdu) => ReturnType<PermitSession['send']>): PermitSession => ({
    accessProtocol: 'BAC',
    extended: false,
    send,
    readObject: async () => permitError('fileNotFound', 'no files'),
    select: async () => permitError('fileNotFound', 'no files'),
    readBinary: async () => permitError('fileNotFound', 'no files'),
    updateBinary: async () => permitError('fileNotFound', 'no files'),
    rekey: () => undefined,
  });
  const outcome = async (send: (command: CommandApdu) => ReturnType<PermitSession['send']>) => {
    const result = await authenticateActively(chip(send), dg15, null, () => challenge);
    return result.ok ? result.value : result.error.code;
  };

  it('asks again for exactly the signature when a large Le is refused', async () => {
    const asked: (number | null)[] = [];
    const verdict = await outcome(async ({ le }) => {
      asked.push(le);
      return ok(le === 128 ? { data: signature, sw: 0x9000 } : { data: new Uint8Array(0), sw: 0x6700 });
    });
    expect([verdict, asked]).toEqual(['genuine', [256, 128]]);
  });
  it('is unsupported, not an error, when the chip refuses or ends the session', async () => {
    expect(await outcome(async () => ok({ data: new Uint8Array(0), sw: 0x6f00 }))).toBe('unsupported');
    expect(await outcome(async () => permitError('secureMessagingFailed', 'ended'))).toBe('unsupported');
  });
  it('is forged when the signature is of another key', async () => {
    const other = Uint8Array.from(signature, (byte, i) => (i === 40 ? byte ^ 1 : byte));
    expect(await outcome(async () => ok({ data: other, sw: 0x9000 }))).toBe('forged');
  });
  it('fails when the card has gone', async () => {
    const gone = { device: 'cardReader', code: 'cardRemoved', action: 'suspend', message: 'gone' } as const;
    expect(await outcome(async () => fail(gone))).toBe('cardRemoved');
  });
});
