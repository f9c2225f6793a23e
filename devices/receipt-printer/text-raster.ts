/** Lines drawn by the terminal itself, for writing that the printer's own font has no characters for. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import { drawing } from '../drawing.ts';
import { printFont } from '../print-fonts.ts';

/** Printable dots across 80 mm paper at 203 dpi. */
export const paperDots = 576;

export interface TextStyle {
  readonly align: 'left' | 'centre';
  readonly large: boolean;
  readonly bold: boolean;
}

/** Rows of `paperDots` / 8 bytes, most significant bit left, 1 = dark. */
export interface LineRaster {
  readonly height: number;
  readonly bits: Uint8Array;
}

/** Ink where a pixel is at least this dark, of 255. */
const threshold = 110;
const lineHeight = { normal: 32, large: 62 } as const;
const fontSize = { normal: 24, large: 46 } as const;

/** Draws `text`, broken into as many lines as it needs, as one picture a line. */
export function rasterText(text: string, style: TextStyle): LineRaster[] {
  const context = measuringContext(style);
  return wrapMeasured(text, paperDots, (part) => context.measureText(part).width).map((line) =>
    rasterLine(style.large, (target) => {
      target.font = context.font;
      const width = target.measureText(line).width;
      target.fillText(
        line,
        style.align === 'centre' ? Math.max(0, (paperDots - width) / 2) : 0,
        baseline(style.large),
      );
    }),
  );
}

/** Draws a label at the left and its value at the right, under one another where both do not fit. */
export function rasterPair(label: string, value: string): LineRaster[] {
  const style: TextStyle = { align: 'left', large: false, bold: false };
  const context = measuringContext(style);
  const width = (part: string): number => context.measureText(part).width;
  if (width(label) + width(value) + 24 <= paperDots) {
    return [
      rasterLine(false, (target) => {
        target.font = context.font;
        target.fillText(label, 0, baseline(false));
        target.fillText(value, paperDots - width(value), baseline(false));
      }),
    ];
  }
  const values = wrapMeasured(value, paperDots, width).map((line) =>
    rasterLine(false, (target) => {
      target.font = context.font;
      target.fillText(line, paperDots - width(line), baseline(false));
    }),
  );
  return [...rasterText(label, style), ...values];
}

/** Breaks text into lines no wider than `limit`: between words, between Chinese characters, else anywhere. */
export function wrapMeasured(text: string, limit: number, width: (part: string) => number): string[] {
  const pieces = text.match(unbreakable) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (width((line + piece).trimEnd()) <= limit) {
      line += piece;
      continue;
    }
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = '';
    for (const character of piece.trimStart()) {
      if (line !== '' && width(line + character) > limit) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  if (line.trim() !== '' || lines.length === 0) lines.push(line.trimEnd());
  return lines;
}

/**
 * A word with the spaces after it, or one wide character with the closing marks that must not begin a line; Hangul is
 * written in words and stays whole.
 */
const unbreakable =
  /(?:[\u2e80-\u2fff\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]|[\u{20000}-\u{3ffff}])[,,。、;:?!)」』》〉】·…]*\s*|[^\s\u2e80-\u2fff\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]+\s*|\s+/gu;

const baseline = (large: boolean): number => (large ? 44 : 21);

function measuringContext(style: TextStyle): SKRSContext2D {
  const context = drawing().createCanvas(1, 1).getContext('2d');
  context.font = printFont(style.large ? fontSize.large : fontSize.normal, style.bold);
  return context;
}

function rasterLine(large: boolean, draw: (context: SKRSContext2D) => void): LineRaster {
  const height = large ? lineHeight.large : lineHeight.normal;
  const canvas = drawing().createCanvas(paperDots, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, paperDots, height);
  context.fillStyle = '#000';
  draw(context);
  const { data } = context.getImageData(0, 0, paperDots, height);
  const bits = new Uint8Array((paperDots / 8) * height);
  for (let at = 0; at < paperDots * height; at += 1) {
    if (255 - (data[at * 4] ?? 255) >= threshold) bits[at >> 3] = (bits[at >> 3] ?? 0) | (0x80 >> (at & 7));
  }
  return { height, bits };
}
