import path from 'node:path';
import iconv from 'iconv-lite';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPrintFonts } from '../../../devices/print-fonts.ts';
import { columns, encodeSlip, inPrinterFont } from '../../../devices/receipt-printer/escpos.ts';
import type { SlipLine } from '../../../devices/receipt-printer/interface.ts';
import { wrapMeasured } from '../../../devices/receipt-printer/text-raster.ts';

beforeAll(() => loadPrintFonts(path.resolve('node_modules/@expo-google-fonts')));

const hex = (...lines: SlipLine[]): string => Buffer.concat(encodeSlip(lines)).toString('hex').toUpperCase();
const textOf = (line: SlipLine): string[] =>
  encodeSlip([line])
    .filter((segment) => (segment[0] ?? 0) >= 0x20)
    .map((segment) => iconv.decode(Buffer.from(segment), 'gb18030').trimEnd());
const width = (text: string): number =>
  [...text].reduce((sum, character) => sum + (character < '\x80' ? 1 : 2), 0);

describe('ESC/POS encoder', () => {
  it('begins with initialise and Chinese mode and ends with cut and present', () => {
    expect(hex()).toBe('1B401C261B3320' + '1B6403' + '1D5600' + '1D65030C');
  });

  it('sends Chinese as GB18030 and large, bold, centred text between its switches', () => {
    expect(hex({ kind: 'text', text: '证' })).toContain('D6A40A');
    expect(hex({ kind: 'text', text: 'A', align: 'centre', size: 'large', bold: true })).toContain(
      '1B6101' +
        '1D21111C5701' +
        '1B333C' +
        '1B4501' +
        '410A' +
        '1B6100' +
        '1D21001C5700' +
        '1B3320' +
        '1B4500',
    );
  });

  it('sends codes with the published commands', () => {
    expect(hex({ kind: 'barcode', text: 'AB' })).toContain('1D68501D77021D48021D6B49047B4241420A');
    expect(hex({ kind: 'qr', text: 'AB' })).toContain(
      '1D286B0400314132001D286B03003143061D286B03003145311D286B0500315030' + '4142' + '1D286B0300315130',
    );
  });

  it('sets pairs against both margins and puts a value that does not fit under its label', () => {
    const [line = ''] = textOf({ kind: 'pair', label: '缴费', value: '15 元' });
    expect(width(line)).toBe(columns);
    expect(line).toMatch(/^缴费 +15 元$/);
    const value = '已通过原支付渠道退回,一至三个工作日内到账,请留意';
    const lines = textOf({ kind: 'pair', label: '退款', value });
    expect(lines[0]).toBe('退款');
    expect(
      lines
        .slice(1)
        .map((each) => each.trim())
        .join(''),
    ).toBe(value);
    expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(columns);
  });

  it('breaks long text at words and before no closing mark', () => {
    const english =
      'Take your permit and this slip to counter 3; you do not need to queue or take a number again.';
    const lines = textOf({ kind: 'text', text: english });
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join(' ')).toBe(english);
    const chinese = '请持本凭条和通行证到三号窗口办理补打印手续。签注已写入芯片,可以正常出行,无需重新申请。';
    const broken = textOf({ kind: 'text', text: chinese });
    expect(broken.join('')).toBe(chinese);
    expect(broken.filter((line) => /^[,。、;:?!)]/.test(line))).toEqual([]);
    expect(wrapMeasured('x'.repeat(100), 48, (part) => part.length).map((line) => line.length)).toEqual([
      48, 48, 4,
    ]);
    expect(wrapMeasured('', 48, (part) => part.length)).toEqual(['']);
  });

  it.each(['한국어', 'Русский', '㐀', '𠮷', 'ñ'])(
    'draws %s, which the font lacks or has only too wide',
    (text) => {
      const all = hex({ kind: 'text', text });
      expect(all).toMatch(/1D76300048002000/);
      expect(all.length).toBeGreaterThan(2 * 72 * 32);
      const raster = encodeSlip([{ kind: 'text', text }]).find((segment) => segment[1] === 0x76);
      expect(raster?.subarray(8).some((byte) => byte !== 0)).toBe(true);
    },
  );

  it('keeps yuan signs and typographic marks within the font', () => {
    expect(textOf({ kind: 'text', text: 'Fee ¥15 – “paid”…' })).toEqual(['Fee ￥15 - "paid"...']);
    expect(inPrinterFont('￥')).toBe(true);
    expect(inPrinterFont('가')).toBe(false);
  });

  it('refuses a bar code that Code 128 B cannot carry', () => {
    expect(() => encodeSlip([{ kind: 'barcode', text: '签' }])).toThrow(RangeError);
  });
});
