import { constants, createHash, createPublicKey, publicDecrypt, verify } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { describe, expect, it } from 'vitest';
import { decodeEndorsementFile, encodeEndorsement } from '../../../devices/permit/endorsement-file.ts';
import { createVirtualPermit } from '../../../native-mocks/permit/permit-card.ts';
import type { Personalisation } from '../../../native-mocks/permit/personalise.ts';
import {
  hex,
  openByBasicAccess,
  openByPace,
  plain,
  type SecureTerminal,
  secureTerminal,
  toHex,
} from './independent-terminal.ts';
import { ENDORSEMENT, HOLDER, pictureOfNobody, specOf } from './invented-people.ts';

const MRZ_INFORMATION = 'C00000001590010112807111';
const DG1 = 0x0101;
const DG2 = 0x0102;
const HONG_KONG = 0x0201;

const card = (changes: Partial<Personalisation> = {}) => createVirtualPermit(specOf(changes));

async function opened(changes: Partial<Personalisation> = {}): Promise<SecureTerminal> {
  return openByBasicAccess(card(changes), MRZ_INFORMATION);
}

describe('before access', () => {
  it('announces itself as a contactless card, with and without extended length', () => {
    expect(toHex(card().atr ?? hex(''))).toBe('3B8580018073D621E0E0');
    expect(toHex(card({ extendedLength: null }).atr ?? hex(''))).toBe('3B8580018073D6218080');
  });

  it('lets anybody read how to open it, and nothing else', async () => {
    const permit = card({ pace: { parameterId: 12, cipher: 'aes128' } });
    const refused = [
      ['00A4020C02011E', 'SELECT EF.COM'],
      ['00A4020C020201', 'SELECT an endorsement file'],
      ['00A4020C020999', 'SELECT what does not exist'],
      ['00B09E0004', 'READ BINARY by short identifier'],
      ['0088000008000000000000000000', 'INTERNAL AUTHENTICATE'],
    ] as const;
    expect((await plain(permit, '00A4020C02011C')).sw).toBe(0x9000);
    expect(toHex((await plain(permit, '00B0000000')).data)).toBe(
      '31143012060A04007F0007020204020202010202010C',
    );
    expect(toHex((await plain(permit, '00B08100FF')).data)).toBe('7F6608020205DC020205DC');
    await plain(permit, '00A4040C07A0000002471001');
    for (const [command, what] of refused) {
      const { sw } = await plain(permit, command);
      expect([what, sw]).toEqual([what, command.startsWith('0088') ? 0x6d00 : 0x6982]);
    }
  });

  it('answers what is wrong with what it cannot do', async () => {
    const permit = card();
    const wrong: [command: string, sw: number][] = [
      ['00A4040C07A0000002471002', 0x6a82],
      ['00A4020C020999', 0x6a82],
      ['00A4050C02011E', 0x6a86],
      ['00B0000004', 0x6986],
      ['00D0000001FF', 0x6d00],
      ['80A4040C07A0000002471001', 0x6e00],
      ['00A4040C08A0000002471001', 0x6700],
      ['0082000028', 0x6700],
      ['0084000004', 0x6700],
      ['0084000008', 0x6985],
      ['0CB0000000', 0x6882],
      ['00860000027C0000', 0x6985],
      ['0022C1A40F800A04007F00070202040202830101', 0x6a86],
    ];
    for (const [command, sw] of wrong)
      expect([command, (await plain(permit, command)).sw]).toEqual([command, sw]);
  });

  it('refuses extended commands when it does not know them', async () => {
    const permit = card({ extendedLength: null });
    expect((await plain(permit, '00B09E00000100')).sw).toBe(0x6700);
  });
});

describe('Basic Access Control', () => {
  it('opens to who knows number, birth and expiry, and to nobody else', async () => {
    await expect(opened()).resolves.toBeDefined();
    await expect(openByBasicAccess(card(), 'C00000002290010112807111')).rejects.toThrow('6300');
  });

  it('takes a challenge once and only at once', async () => {
    const permit = card();
    await plain(permit, '00A4040C07A0000002471001');
    await plain(permit, '0084000008');
    await plain(permit, '00A4040C07A0000002471001');
    expect((await plain(permit, `0082000028${'00'.repeat(40)}28`)).sw).toBe(0x6985);
  });

  it('is gone on a chip that only speaks PACE', async () => {
    await expect(opened({ basicAccess: false, pace: { parameterId: 12, cipher: 'aes128' } })).rejects.toThrow(
      '6d00',
    );
  });
});

describe('secure messaging', () => {
  it('carries every file whole', async () => {
    const face = pictureOfNobody(20_000);
    const terminal = await opened({ face });
    const dg1 = await terminal.readFile(DG1);
    expect(Buffer.from(dg1.subarray(5)).toString()).toMatch(/^CSC000000015<2807111<9001011<0NGKE/);
    const dg2 = Buffer.from(await terminal.readFile(DG2));
    expect(dg2.subarray(-face.length).equals(face)).toBe(true);
    expect(dg2.includes(Buffer.from('FAC\x00010\x00'))).toBe(true);
  });

  it('ends with a plain command', async () => {
    const permit = card();
    const terminal = await openByBasicAccess(permit, MRZ_INFORMATION);
    expect((await terminal.select(DG1)).sw).toBe(0x9000);
    expect((await plain(permit, '00B0000004')).sw).toBe(0x6982);
    expect((await terminal.select(DG1)).sw).toBe(0x6882);
  });

  it('ends with a command whose MAC is wrong (6988) or missing (6987)', async () => {
    for (const [command, sw] of [
      ['0CB000000D9701048E08000000000000000000', 0x6988],
      ['0CB000000397010400', 0x6987],
      ['0CB00000029799', 0x6988],
    ] as const) {
      const permit = card();
      const terminal = await openByBasicAccess(permit, MRZ_INFORMATION);
      expect((await plain(permit, command)).sw).toBe(sw);
      expect((await terminal.select(DG1)).sw).toBe(0x6882);
    }
  });

  it('is gone after a reset', async () => {
    const permit = card();
    const terminal = await openByBasicAccess(permit, MRZ_INFORMATION);
    permit.reset();
    expect((await terminal.select(DG1)).sw).toBe(0x6882);
    await expect(openByBasicAccess(permit, MRZ_INFORMATION)).resolves.toBeDefined();
  });

  it('reads as much at once as the form of the command allows', async () => {
    const terminal = await opened();
    await terminal.select(DG2);
    expect((await terminal.send(0xb0, 0, 0, undefined, 256)).data).toHaveLength(231);
    expect((await terminal.send(0xb0, 0, 0, undefined, 1400, true)).data).toHaveLength(1400);
    expect((await terminal.send(0xb0, 0, 0, undefined, 5000, true)).data.length).toBeLessThan(1500);
  });

  it('knows where a file ends', async () => {
    const terminal = await opened();
    await terminal.select(DG1);
    expect(await terminal.send(0xb0, 0, 90, undefined, 100)).toMatchObject({
      sw: 0x6282,
      data: { length: 5 },
    });
    expect((await terminal.send(0xb0, 0, 95, undefined, 1)).sw).toBe(0x6b00);
    const silent = await opened({ endOfFile: 'silent' });
    await silent.select(DG1);
    expect(await silent.send(0xb0, 0, 90, undefined, 100)).toMatchObject({ sw: 0x9000, data: { length: 5 } });
  });

  it('reads by short identifier and, with the odd instruction, behind 32 kB', async () => {
    const terminal = await opened({ face: pictureOfNobody(40_000) });
    expect(toHex((await terminal.send(0xb0, 0x9e, 0, undefined, 2)).data)).toBe('6014');
    await terminal.select(DG2);
    const far = await terminal.send(0xb1, 0, 0, hex('54029C00'), 6);
    expect(toHex(far.data)).toBe('53045A5A5A5A');
  });

  it('shows the quirk of chips that give no more than 160 bytes', async () => {
    const refusing = await opened({ readLimit: { bytes: 160, beyond: 'refuse' } });
    await refusing.select(DG2);
    expect((await refusing.send(0xb0, 0, 0, undefined, 0xdf)).sw).toBe(0x6700);
    expect((await refusing.send(0xb0, 0, 0, undefined, 0xa0)).data).toHaveLength(160);
    const truncating = await opened({ readLimit: { bytes: 160, beyond: 'truncate' } });
    await truncating.select(DG2);
    expect(await truncating.send(0xb0, 0, 0, undefined, 0xdf)).toMatchObject({
      sw: 0x9000,
      data: { length: 160 },
    });
  });
});

describe('writing', () => {
  it('changes an endorsement file, which stays changed when the power goes', async () => {
    const permit = card();
    const written: number[] = [];
    permit.onEvent((event) => event.type === 'written' && written.push(event.fileId));
    const record = encodeEndorsement({ ...ENDORSEMENT, caseNumber: '231025202611230007', used: 0 });
    if (!record.ok) throw new Error(record.error.message);
    const terminal = await openByBasicAccess(permit, MRZ_INFORMATION);
    await terminal.select(HONG_KONG);
    expect((await terminal.send(0xd6, 0, 8 + 128, record.value)).sw).toBe(0x9000);
    expect((await terminal.send(0xd6, 0, 4, Uint8Array.of(2))).sw).toBe(0x9000);
    expect(written).toEqual([HONG_KONG, HONG_KONG]);

    permit.reset();
    const again = await openByBasicAccess(permit, MRZ_INFORMATION);
    const file = decodeEndorsementFile('HKG', await again.readFile(HONG_KONG));
    expect(file).toMatchObject({ ok: true, value: [ENDORSEMENT, { caseNumber: '231025202611230007' }] });
  });

  it('is not possible in signed files, behind the end of a file, or without access', async () => {
    const permit = card({ endorsementCapacity: 1 });
    const terminal = await openByBasicAccess(permit, MRZ_INFORMATION);
    await terminal.select(DG1);
    expect((await terminal.send(0xd6, 0, 0, Uint8Array.of(1))).sw).toBe(0x6982);
    await terminal.select(HONG_KONG);
    expect((await terminal.send(0xd6, 0, 100, new Uint8Array(128))).sw).toBe(0x6a84);
    expect((await terminal.send(0xd6, 0, 136, Uint8Array.of(1))).sw).toBe(0x6b00);
    expect((await plain(permit, '00D600000101')).sw).toBe(0x6982);
  });
});

describe('PACE', () => {
  it('opens over P-256 with AES-128, and the application is reached under its keys', async () => {
    const permit = card({ pace: { parameterId: 12, cipher: 'aes128' } });
    const terminal = await openByPace(permit, MRZ_INFORMATION);
    expect((await terminal.send(0xa4, 0x04, 0x0c, hex('A0000002471001'))).sw).toBe(0x9000);
    expect(Buffer.from(await terminal.readFile(DG1)).toString('latin1')).toContain('CSC000000015<');
    expect((await plain(permit, '0084000008')).sw).toBe(0x6985);
  });

  it('refuses the wrong key at the last step', async () => {
    const permit = card({ pace: { parameterId: 12, cipher: 'aes128' } });
    await expect(openByPace(permit, 'C00000002290010112807111')).rejects.toThrow('6300');
  });

  it('refuses what it was not made for', async () => {
    const permit = card({ pace: { parameterId: 12, cipher: 'aes128' } });
    const wrong: [command: string, sw: number][] = [
      ['0022C1A40F800A04007F00070202040204830101', 0x6a80],
      ['0022C1A40F800A04007F00070202040202830102', 0x6a88],
      ['0022C1A412800A04007F0007020204020283010184010D', 0x6a80],
    ];
    for (const [command, sw] of wrong) expect((await plain(permit, command)).sw).toBe(sw);
    await plain(permit, '0022C1A40F800A04007F00070202040202830101');
    await plain(permit, '10860000027C0000');
    expect((await plain(permit, '10860000067C048102040000')).sw).toBe(0x6a80);
    expect((await plain(permit, '10860000067C048102040000')).sw).toBe(0x6985);
  });
});

describe('proving to be no copy', () => {
  const challenge = hex('0102030405060708');

  it('signs a challenge with the ECDSA key of DG15', async () => {
    const terminal = await opened({ activeAuthentication: 'ecdsa' });
    const key = createPublicKey({
      key: Buffer.from((await terminal.readFile(0x010f)).subarray(2)),
      format: 'der',
      type: 'spki',
    });
    const { data, sw } = await terminal.send(0x88, 0, 0, challenge, 256);
    expect(sw).toBe(0x9000);
    expect(verify('sha256', challenge, { key, dsaEncoding: 'ieee-p1363' }, data)).toBe(true);
  });

  it('signs a challenge with the RSA key of DG15 (ISO 9796-2)', async () => {
    const terminal = await opened({ activeAuthentication: 'rsa' });
    const dg15 = await terminal.readFile(0x010f);
    const key = createPublicKey({ key: Buffer.from(dg15.subarray(3)), format: 'der', type: 'spki' });
    const { data } = await terminal.send(0x88, 0, 0, challenge, 256);
    const message = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, data);
    expect(message[0]).toBe(0x6a);
    expect(toHex(message.subarray(-2))).toBe('34CC');
    const digest = createHash('sha256').update(message.subarray(1, -34)).update(challenge).digest();
    expect(message.subarray(-34, -2).equals(digest)).toBe(true);
  });

  it('agrees on new keys with its Chip Authentication key', async () => {
    const permit = card({ chipAuthentication: 'aes128' });
    const terminal = await openByBasicAccess(permit, MRZ_INFORMATION);
    const dg14 = Buffer.from(await terminal.readFile(0x010e));
    const chipKey = dg14.subarray(dg14.indexOf(hex('03420004')) + 3);
    const secret = p256.utils.randomSecretKey();
    expect((await terminal.send(0x22, 0x41, 0xa4, hex('800A04007F00070202030202'))).sw).toBe(0x9000);
    const own = Buffer.concat([hex('7C438041'), p256.getPublicKey(secret, false)]);
    expect(toHex((await terminal.send(0x86, 0, 0, own, 256)).data)).toBe('7C00');
    const shared = p256.getSharedSecret(secret, chipKey.subarray(0, 65), false).subarray(1, 33);
    const renewed = secureTerminal(permit, 'aes128', shared, Buffer.alloc(16));
    expect(toHex((await renewed.readFile(0x011e)).subarray(0, 1))).toBe('60');
  });
});

describe('a passport', () => {
  it('carries two lines of 44 and no endorsements', async () => {
    const permit = card({ document: 'passport', holder: { ...HOLDER, documentNumber: 'E00000001' } });
    const terminal = await openByBasicAccess(permit, 'E00000001990010112807111');
    const dg1 = Buffer.from(await terminal.readFile(DG1)).toString('latin1');
    expect(dg1.slice(5)).toBe(
      'P<CHNZHENG<<SHU<<<<<<<<<<<<<<<<<<<<<<<<<<<<<E000000019CHN9001011F2807111<<<<<<<<<<<<<<<8',
    );
    expect((await terminal.select(HONG_KONG)).sw).toBe(0x6a82);
  });
});
