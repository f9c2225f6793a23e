/**
 * ESC/POS for an 80 mm kiosk printer with a GB18030 font, cutter and presenter. Text the font has goes as GB18030
 * bytes in Chinese character mode; lines with other writing (Hangul, Cyrillic, rare Chinese) go as pictures.
 */
import iconv from 'iconv-lite';
import type { SlipLine } from './interface.ts';
import { type LineRaster, rasterPair, rasterText, type TextStyle, wrapMeasured } from './text-raster.ts';

const ESC = 0x1b;
const FS = 0x1c;
const GS = 0x1d;
const DLE = 0x10;

/** Half-width columns on 80 mm paper; a Chinese character takes two. */
export const columns = 48;

export const escpos = {
  initialise: Uint8Array.of(ESC, 0x40),
  chineseOn: Uint8Array.of(FS, 0x26),
  /** Dots between two lines. */
  lineSpacing: (dots: number) => Uint8Array.of(ESC, 0x33, dots),
  align: (side: 'left' | 'centre') => Uint8Array.of(ESC, 0x61, side === 'centre' ? 1 : 0),
  bold: (on: boolean) => Uint8Array.of(ESC, 0x45, on ? 1 : 0),
  /** Double width and height; `FS W` does the same to Chinese characters. */
  large: (on: boolean) => Uint8Array.of(GS, 0x21, on ? 0x11 : 0x00, FS, 0x57, on ? 1 : 0),
  feedLines: (lines: number) => Uint8Array.of(ESC, 0x64, lines),
  cut: Uint8Array.of(GS, 0x56, 0x00),
  /** Pushes the cut ticket out so that it can be taken but is still held; length in steps of the ejector. */
  present: Uint8Array.of(GS, 0x65, 0x03, 0x0c),
  /** Draws a ticket that was left at the output back into the machine. */
  retract: Uint8Array.of(GS, 0x65, 0x02),
  /** Real-time status request `n` (1 to 4, 20 = full status). */
  statusRequest: (n: 1 | 2 | 3 | 4 | 20) => Uint8Array.of(DLE, 0x04, n),
  /** Status is sent by itself when on-line state, errors or paper change. */
  statusBack: Uint8Array.of(GS, 0x61, 0x0e),
  /** Drops everything received and not printed (DLE DC4 8 with its fixed parameters). */
  clearBuffer: Uint8Array.of(DLE, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08),
  /** Ends the waiting after an error and forgets the line in error. */
  recover: Uint8Array.of(DLE, 0x05, 0x02),
  /** Asks to be told, with these four characters, when all before it has been printed (GS ( H, function 48). */
  processId: (id: string) => Uint8Array.of(GS, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, ...latin(id)),
  raster: ({ height, bits }: LineRaster) =>
    Uint8Array.of(
      GS,
      0x76,
      0x30,
      0x00,
      (bits.length / height) & 0xff,
      (bits.length / height) >> 8,
      height & 0xff,
      height >> 8,
      ...bits,
    ),
} as const;

function latin(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0) & 0xff);
}

/** Code 128 set B with the text in clear below. Throws for characters outside ASCII. */
function code128(text: string): Uint8Array {
  if (!/^[\x20-\x7e]{1,40}$/.test(text)) throw new RangeError('a bar code carries 1 to 40 ASCII characters');
  const data = latin(`{B${text.replaceAll('{', '{{')}`);
  return Uint8Array.of(GS, 0x68, 80, GS, 0x77, 2, GS, 0x48, 2, GS, 0x6b, 73, data.length, ...data, 0x0a);
}

/** QR code model 2, error correction M, six dots a module. */
function qrCode(text: string): Uint8Array {
  const data = new TextEncoder().encode(text);
  const length = data.length + 3;
  return Uint8Array.of(
    ...[GS, 0x28, 0x6b, 0x04, 0x00, 0x31, 0x41, 0x32, 0x00],
    ...[GS, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x43, 0x06],
    ...[GS, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x45, 0x31],
    ...[GS, 0x28, 0x6b, length & 0xff, length >> 8, 0x31, 0x50, 0x30, ...data],
    ...[GS, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x51, 0x30],
    0x0a,
  );
}

/** Whether the printer's GB18030 font has the character: ASCII and two-byte codes, except Cyrillic, which it has only in the width of Chinese. */
export function inPrinterFont(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return true;
  if (/\p{Script=Cyrillic}/u.test(character)) return false;
  return iconv.encode(character, 'gb18030').length === 2;
}

const columnsOf = (text: string): number => {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) < 0x80 ? 1 : 2;
  return width;
};

/** Marks for which the font has only a wide form, in a line without Chinese. */
const narrow: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '\u00a0': ' ',
};

function forPrinter(text: string): string {
  const yuan = text.replaceAll('¥', '￥').replaceAll('\u00a0', ' ');
  if (/[\p{Script=Han}\p{Script=Hangul}\p{Script=Cyrillic}]/u.test(yuan)) return yuan;
  return [...yuan].map((character) => narrow[character] ?? character).join('');
}

const fits = (text: string): boolean => [...text].every(inPrinterFont);
const encode = (text: string): Uint8Array => iconv.encode(`${text}\n`, 'gb18030');

/**
 * The slip as commands in sending order, one whole command or line each, so that a status request may be sent between
 * any two. Ends with cut and present. Needs `loadPrintFonts` to have run for writing the printer's font lacks.
 */
export function encodeSlip(slip: readonly SlipLine[]): Uint8Array[] {
  return [
    escpos.initialise,
    escpos.chineseOn,
    escpos.lineSpacing(32),
    ...slip.flatMap(encodeLine),
    escpos.feedLines(3),
    escpos.cut,
    escpos.present,
  ];
}

function encodeLine(line: SlipLine): Uint8Array[] {
  switch (line.kind) {
    case 'text':
      return encodeText(forPrinter(line.text), {
        align: line.align ?? 'left',
        large: line.size === 'large',
        bold: line.bold ?? false,
      });
    case 'pair':
      return encodePair(forPrinter(line.label), forPrinter(line.value));
    case 'rule':
      return [encode('-'.repeat(columns))];
    case 'feed':
      return line.lines > 0 ? [escpos.feedLines(Math.min(line.lines, 0xff))] : [];
    case 'barcode':
      return [escpos.align('centre'), code128(line.text), escpos.align('left')];
    case 'qr':
      return [escpos.align('centre'), qrCode(line.text), escpos.align('left')];
  }
}

function encodeText(text: string, style: TextStyle): Uint8Array[] {
  if (!fits(text)) return rasterText(text, style).map(escpos.raster);
  const width = style.large ? columns / 2 : columns;
  const lines = wrapMeasured(text, width, columnsOf).map(encode);
  const on: Uint8Array[] = [];
  const off: Uint8Array[] = [];
  if (style.align === 'centre') {
    on.push(escpos.align('centre'));
    off.push(escpos.align('left'));
  }
  if (style.large) {
    on.push(escpos.large(true), escpos.lineSpacing(60));
    off.push(escpos.large(false), escpos.lineSpacing(32));
  }
  if (style.bold) {
    on.push(escpos.bold(true));
    off.push(escpos.bold(false));
  }
  return [...on, ...lines, ...off];
}

function encodePair(label: string, value: string): Uint8Array[] {
  if (!fits(label) || !fits(value)) return rasterPair(label, value).map(escpos.raster);
  const gap = columns - columnsOf(label) - columnsOf(value);
  if (gap >= 2) return [encode(label + ' '.repeat(gap) + value)];
  return [
    ...wrapMeasured(label, columns, columnsOf).map(encode),
    ...wrapMeasured(value, columns, columnsOf).map((line) =>
      encode(' '.repeat(Math.max(0, columns - columnsOf(line))) + line),
    ),
  ];
}
