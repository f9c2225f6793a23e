import { describe, expect, it } from 'vitest';
import { decodeEndorsementFile } from '../../../devices/permit/endorsement-file.ts';
import { createVirtualPermit } from '../../../native-mocks/permit/permit-card.ts';
import { type PersonalisationFault, personalise } from '../../../native-mocks/permit/personalise.ts';
import { CardPulled } from '../../../native-mocks/permit/virtual-permit.ts';
import { testCsca } from '../../../native-mocks/test-csca.ts';
import { openByBasicAccess, plain } from './independent-terminal.ts';
import { HOLDER, NOW, pictureOfNobody, specOf } from './invented-people.ts';

const MRZ_INFORMATION = 'C00000001590010112807111';
const HONG_KONG = 0x0201;

const cardWith = (...faults: PersonalisationFault[]) => createVirtualPermit(specOf({ faults }));

describe('a card with a fault', () => {
  it('mute: has no answer to reset', () => {
    expect(cardWith({ type: 'mute' }).atr).toBeNull();
  });

  it('slow: takes its time over every command', async () => {
    const delays: number[] = [];
    const card = createVirtualPermit(specOf({ faults: [{ type: 'slow', msPerApdu: 250 }] }), {
      random: (length) => new Uint8Array(length),
      delay: async (ms) => void delays.push(ms),
    });
    await plain(card, '00A4040C07A0000002471001');
    await plain(card, '0084000008');
    expect(delays).toEqual([250, 250]);
  });

  it('pulled: is gone instead of answering, and as good as new when it comes back', async () => {
    const card = cardWith({ type: 'pulled', atApdu: 5 });
    const events: string[] = [];
    card.onEvent(({ type }) => events.push(type));
    const terminal = await openByBasicAccess(card, MRZ_INFORMATION);
    await terminal.select(0x0101);
    await expect(terminal.send(0xb0, 0, 0, undefined, 4)).rejects.toThrow(CardPulled);
    await expect(plain(card, '0084000008')).rejects.toThrow(CardPulled);
    expect(events).toEqual(['pulled']);
    card.reset();
    const again = await openByBasicAccess(card, MRZ_INFORMATION);
    expect((await again.readFile(0x0101)).length).toBe(95);
  });

  it('wrongMac: spoils one protected answer', async () => {
    const terminal = await openByBasicAccess(cardWith({ type: 'wrongMac', inResponse: 2 }), MRZ_INFORMATION);
    await terminal.select(0x0101);
    await expect(terminal.send(0xb0, 0, 0, undefined, 4)).rejects.toThrow('MAC');
    expect((await terminal.send(0xb0, 0, 0, undefined, 4)).sw).toBe(0x9000);
  });

  it('expired: ended 30 days ago, in print and in the chip', async () => {
    const card = cardWith({ type: 'expired' });
    expect(card.printedMrz.slice(13, 19)).toBe('261024');
    const terminal = await openByBasicAccess(card, card.spec.mrzInformation);
    expect(Buffer.from(await terminal.readFile(0x0101)).toString('latin1')).toContain(card.printedMrz);
  });

  it('tamperedDg1: differs in one letter from what was signed', async () => {
    const [good, bad] = await Promise.all(
      [cardWith(), cardWith({ type: 'tamperedDg1' })].map(async (card) =>
        (await openByBasicAccess(card, MRZ_INFORMATION)).readFile(0x0101),
      ),
    );
    const differing = good?.filter((byte, index) => byte !== bad?.[index]) ?? [];
    expect(differing).toHaveLength(1);
  });

  it('noDg2: has no face and does not say it had one', async () => {
    const terminal = await openByBasicAccess(cardWith({ type: 'noDg2' }), MRZ_INFORMATION);
    expect((await terminal.select(0x0102)).sw).toBe(0x6a82);
    expect(Buffer.from(await terminal.readFile(0x011e)).includes(0x75)).toBe(false);
  });

  it('endorsementFileFull: has no record free for any place', async () => {
    const terminal = await openByBasicAccess(cardWith({ type: 'endorsementFileFull' }), MRZ_INFORMATION);
    for (const [place, fileId] of [
      ['HKG', HONG_KONG],
      ['MAC', 0x0202],
    ] as const) {
      const file = await terminal.readFile(fileId);
      expect(file[3]).toBe(file[4]);
      expect(decodeEndorsementFile(place, file)).toMatchObject({ ok: true, value: { length: 1 } });
      expect((await terminal.send(0xd6, 0, 8 + 64, new Uint8Array(128))).sw).toBe(0x6a84);
    }
  });

  it('writeCorrupts: reads back something else than was written', async () => {
    const terminal = await openByBasicAccess(cardWith({ type: 'writeCorrupts' }), MRZ_INFORMATION);
    await terminal.select(HONG_KONG);
    const record = new Uint8Array(128).fill(0x11);
    expect((await terminal.send(0xd6, 0, 136, record)).sw).toBe(0x9000);
    const back = await terminal.send(0xb0, 0, 136, undefined, 128);
    expect(back.data.filter((byte) => byte !== 0x11)).toHaveLength(1);
  });

  it('removedAfterWrite: answers the write and is gone, with what was written', async () => {
    const card = cardWith({ type: 'removedAfterWrite', writes: 2 });
    const terminal = await openByBasicAccess(card, MRZ_INFORMATION);
    await terminal.select(HONG_KONG);
    expect((await terminal.send(0xd6, 0, 136, Uint8Array.of(0xe1))).sw).toBe(0x9000);
    expect((await terminal.send(0xd6, 0, 137, Uint8Array.of(0x7e))).sw).toBe(0x9000);
    await expect(terminal.send(0xb0, 0, 136, undefined, 1)).rejects.toThrow(CardPulled);
    card.reset();
    const file = await (await openByBasicAccess(card, MRZ_INFORMATION)).readFile(HONG_KONG);
    expect([...file.subarray(136, 138)]).toEqual([0xe1, 0x7e]);
  });
});

describe('personalisation', () => {
  it('refuses a face that is no picture', () => {
    expect(() => specOf({ face: new Uint8Array(100) })).toThrow(RangeError);
  });

  it('takes JPEG 2000 faces, boxed and bare, with their size', () => {
    const codestream = Buffer.alloc(100);
    codestream.writeUInt32BE(0xff4fff51);
    codestream.writeUInt32BE(360, 8);
    codestream.writeUInt32BE(480, 12);
    const box = Buffer.alloc(100);
    box.write('\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00\x00\x10ftypjp2 \x00\x00\x00\x00', 'latin1');
    box.write('\x00\x00\x00\x2djp2h\x00\x00\x00\x16ihdr', 28, 'latin1');
    box.writeUInt32BE(480, 44);
    box.writeUInt32BE(360, 48);
    for (const face of [codestream, box]) {
      const dg2 = specOf({ face }).applicationFiles.find((file) => file.fileId === 0x0102)?.content;
      const record = Buffer.from(dg2 ?? []);
      const image = record.indexOf('FAC\x00010\x00') + 14 + 20;
      expect([...record.subarray(image, image + 6)]).toEqual([
        1,
        1,
        360 >> 8,
        360 & 255,
        480 >> 8,
        480 & 255,
      ]);
    }
    expect(() => specOf({ face: pictureOfNobody().subarray(0, 3) })).toThrow(RangeError);
  });

  it('writes names of more than three characters cut, and characters outside GBK as filler', () => {
    const lineOf = (nameChinese: string): string => {
      const spec = personalise({ ...base, holder: { ...HOLDER, nameChinese } });
      const dg1 = spec.applicationFiles.find((file) => file.fileId === 0x0101)?.content;
      return Buffer.from(dg1 ?? [])
        .subarray(5)
        .toString('latin1');
    };
    const base = { face: pictureOfNobody(), endorsements: [], signer: testCsca(NOW).signer, now: NOW };
    expect(lineOf('证证证证').slice(30, 42)).toBe('NGKENGKENGKE');
    expect(lineOf('证😀').slice(30, 42)).toBe('NGKE<<<<<<<<');
    expect(lineOf('证')).toHaveLength(90);
  });
});
