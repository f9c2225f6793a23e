import path from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import type { Raster } from '../../../devices/endorsement-printer/interface.ts';
import { encodeSlip } from '../../../devices/receipt-printer/escpos.ts';
import type { SlipLine } from '../../../devices/receipt-printer/interface.ts';
import type { GrantedEndorsement } from '../../../main/bureau/port.ts';
import { languages, message } from '../../../main/contract/message.ts';
import { cardBackCode } from '../../../main/print/card-back.ts';
import { createPrintedMatter } from '../../../main/print/index.ts';
import type { EndorsementSlip } from '../../../main/print/printed-matter.ts';
import { createVirtualReceiptPrinter } from '../../../native-mocks/receipt-printer.ts';
import { readCodes } from '../../contract/read-codes.ts';
import { until } from '../../contract/serial-ways.ts';
import { differenceFromKept } from './compare-pictures.ts';

const print = createPrintedMatter({
  assetsDir: path.resolve('assets'),
  fontsDir: path.resolve('node_modules/@expo-google-fonts'),
});

const hongKong: GrantedEndorsement = {
  place: 'HKG',
  type: 'L',
  count: '3M2',
  validFrom: '2018-07-12',
  validUntil: '2018-10-11',
  remarks: '',
  issuingAuthority: '林口县公安局出入境管理大队',
};
const macao: GrantedEndorsement = {
  ...hongKong,
  place: 'MAC',
  count: '1Y1',
  validUntil: '2019-07-11',
  remarks: '首次',
};

const slip: EndorsementSlip = {
  slipNumber: 'LK20180712-0007',
  hallNameZh: '林口县公安局出入境接待大厅',
  hallNameEn: 'Exit&Entry Administration Service Center,Public Security Bureau of Linkou County',
  terminalId: 'LK-03',
  printedAt: '2018-07-12 09:41',
  title: message('outcomes.completed.title'),
  maskedName: '王*明',
  maskedDocument: 'C0000****1',
  endorsements: [hongKong, macao],
  applicationNumber: '231025201807001',
  orderNumber: 'LK0320180712000001',
  document: message('outcomes.document.returned'),
  money: message('outcomes.money.paid', { amount: { kind: 'money', fen: 3000 } }),
  application: message('outcomes.application.done'),
  next: message('outcomes.next.counter', { counter: '3' }),
};

const wordsOf = (lines: readonly SlipLine[]): string =>
  lines
    .map((line) => {
      if (line.kind === 'pair') return `${line.label} ${line.value}`;
      return 'text' in line ? line.text : '';
    })
    .join('\n');

async function printed(lines: readonly SlipLine[]) {
  const printer = createVirtualReceiptPrinter({ clock: { sleep: async () => {} }, speed: 1000 });
  for (const segment of encodeSlip(lines)) printer.receive(segment);
  await until(() => !printer.busy(), 'the slip to be printed');
  const [ticket] = printer.tickets();
  if (ticket === undefined) throw new Error('nothing was printed');
  expect(printer.unknownBytes()).toBe(0);
  return ticket;
}

function pictureOf({ width, height, bits }: Raster): Uint8Array {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  for (let at = 0; at < width * height; at += 1) {
    const tone = ((bits[at >> 3] ?? 0) >> (7 - (at & 7))) & 1 ? 0 : 255;
    image.data.set([tone, tone, tone, 255], at * 4);
  }
  context.putImageData(image, 0, 0);
  return canvas.toBuffer('image/png');
}

describe.each(languages)('endorsement slip in %s', (language) => {
  const lines = print.endorsementSlip(slip, language);
  const words = wordsOf(lines);

  it('says document, money, application and next step in Chinese and in the language', () => {
    for (const text of ['签注办好了', '已退还给您', '30 元', '3 号窗口', '2018-07-12', 'LK20180712-0007']) {
      expect(words).toContain(text);
    }
    const others = { zh: /证件/, en: /Your permit: /, ko: /통행증: /, ru: /Ваш пропуск: / };
    expect(words).toMatch(others[language]);
    expect(words).not.toMatch(/\{\{|print\.|outcomes\.|terms\./);
  });

  it('comes out of the printer as kept, with codes that can be read', async () => {
    const ticket = await printed(lines);
    expect(await readCodes(ticket.png)).toEqual(
      expect.arrayContaining([
        { format: 'Code128', text: 'LK20180712-0007' },
        { format: 'QRCode', text: 'LK20180712-0007' },
      ]),
    );
    expect(await differenceFromKept(`slip-${language}`, ticket.png)).toBeLessThan(0.004);
  });
});

describe('endorsement slip', () => {
  it('has of the person only what came in masked', () => {
    const words = wordsOf(print.endorsementSlip(slip, 'en'));
    expect(words).toContain('王*明');
    expect(words).toContain('C0000****1');
    expect(words).not.toContain('王小明');
    expect(words).not.toMatch(/C\d{8}|C[A-HJ-NP-Z]\d{7}|\d{17}[\dX]/);
  });

  it('leaves out what there is not', () => {
    const bare = print.endorsementSlip(
      {
        ...slip,
        maskedName: null,
        maskedDocument: null,
        endorsements: [],
        applicationNumber: null,
        orderNumber: null,
      },
      'zh',
    );
    expect(wordsOf(bare)).not.toMatch(/姓名|证件号码|申请编号|缴费订单|有效期/);
    expect(wordsOf(bare)).not.toContain('null');
  });
});

describe('back of the card', () => {
  it.each([
    ['both', [hongKong, macao]],
    ['macao', [macao]],
  ] as const)('is drawn as kept for %s, and its code says the same', async (name, endorsements) => {
    const raster = await print.cardBack(endorsements, 'C00000001');
    expect([raster.width, raster.height, raster.bits.length]).toEqual([944, 568, 118 * 568]);
    const picture = pictureOf(raster);
    expect(await readCodes(picture)).toEqual([
      { format: 'QRCode', text: cardBackCode(endorsements, 'C00000001') },
    ]);
    expect(await differenceFromKept(`card-back-${name}`, picture)).toBeLessThan(0.004);
  });

  it('codes number, places and validity', () => {
    expect(cardBackCode([hongKong, macao], 'C00000001')).toBe(
      'C00000001;HKG/L/3M2/20180712-20181011;MAC/L/1Y1/20180712-20190711',
    );
  });

  it('keeps a long authority inside its field', async () => {
    const long = {
      ...hongKong,
      issuingAuthority: '黑龙江省牡丹江市公安局出入境管理支队林口县公安局出入境管理大队',
    };
    const { bits } = await print.cardBack([long], 'C00000001');
    // Nothing dark between the field's frame and the code, over the height of the field.
    for (let y = 60; y < 280; y += 1) expect([...bits.subarray(y * 118 + 84, y * 118 + 86)]).toEqual([0, 0]);
  });

  it('refuses more places than there is room for', async () => {
    await expect(print.cardBack([hongKong, macao, hongKong], 'C00000001')).rejects.toThrow(RangeError);
  });
});
