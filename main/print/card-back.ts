/**
 * The back of the card permit: one field per place with 签注种类, 有效次数, 有效期, 备注 and 签发信息, and a QR code
 * that says the same to a machine. Drawn for a head that knows only dark and not dark, at 300 dpi.
 */
import type { SKRSContext2D } from '@napi-rs/canvas';
import encodeQR from 'qr';
import { drawing } from '../../devices/drawing.ts';
import { cardBackSize, type Raster } from '../../devices/endorsement-printer/interface.ts';
import { printFont } from '../../devices/print-fonts.ts';
import type { GrantedEndorsement } from '../bureau/port.ts';
import { message } from '../contract/message.ts';
import type { EndorsementCount } from '../contract/views.ts';
import type { Texts } from './texts.ts';

const { width, height } = cardBackSize;
const margin = 16;
const gap = 12;
const qrSize = 252;
/** Between the fields and the code. */
const column = width - qrSize - margin - gap;
const titleHeight = 46;
const labelWidth = 132;
const padding = 14;
/** Pixels darker than this, of 255, are burnt: rather bolder than the screen's half, for thin strokes vanish on film. */
const threshold = 150;

/** The words for entries, by the last figure of the count code; 9 is the code's word for many. */
const entries: Readonly<Record<EndorsementCount, string>> = {
  '3M1': 'print.cardBack.once',
  '3M2': 'print.cardBack.twice',
  '3M9': 'print.cardBack.multiple',
  '1Y1': 'print.cardBack.once',
  '1Y2': 'print.cardBack.twice',
  '1Y9': 'print.cardBack.multiple',
};

/** What the QR code says: `number;place/type/count/from-until;…`, dates without hyphens. */
export function cardBackCode(endorsements: readonly GrantedEndorsement[], documentNumber: string): string {
  const day = (date: string): string => date.replaceAll('-', '');
  return [
    documentNumber,
    ...endorsements.map(
      ({ place, type, count, validFrom, validUntil }) =>
        `${place}/${type}/${count}/${day(validFrom)}-${day(validUntil)}`,
    ),
  ].join(';');
}

/** `loadPrintFonts` must have run. Throws for more endorsements than there are places. */
export function drawCardBack(
  texts: Texts,
  endorsements: readonly GrantedEndorsement[],
  documentNumber: string,
): Raster {
  if (endorsements.length > 2) throw new RangeError('the back of a card has room for two places');
  const canvas = drawing().createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#000';
  const fieldHeight = (height - 2 * margin - gap) / 2;
  for (const [index, endorsement] of endorsements.entries()) {
    drawField(context, texts, endorsement, margin + index * (fieldHeight + gap), fieldHeight);
  }
  drawCode(context, cardBackCode(endorsements, documentNumber));
  context.font = printFont(26, true);
  context.textAlign = 'center';
  context.fillText(documentNumber, width - margin - qrSize / 2, margin + 34);
  const { data } = context.getImageData(0, 0, width, height);
  const bits = new Uint8Array((width / 8) * height);
  for (let at = 0; at < width * height; at += 1) {
    if ((data[at * 4] ?? 255) < threshold) bits[at >> 3] = (bits[at >> 3] ?? 0) | (0x80 >> (at & 7));
  }
  return { width, height, bits };
}

function drawField(
  context: SKRSContext2D,
  texts: Texts,
  endorsement: GrantedEndorsement,
  top: number,
  fieldHeight: number,
): void {
  const say = (key: string): string => texts.say('zh', message(key));
  const place = { kind: 'message', message: message(`terms.place.${endorsement.place}`) } as const;
  const left = margin;
  const fieldWidth = column - margin;
  context.textAlign = 'left';
  context.strokeStyle = '#000';
  context.lineWidth = 3;
  context.strokeRect(left + 1.5, top + 1.5, fieldWidth - 3, fieldHeight - 3);
  context.fillRect(left, top, fieldWidth, titleHeight);
  context.fillStyle = '#fff';
  context.font = printFont(30, true);
  context.fillText(texts.say('zh', message('print.cardBack.title', { place })), left + padding, top + 34);
  context.textAlign = 'right';
  context.fillText(endorsement.place, left + fieldWidth - padding, top + 34);
  context.textAlign = 'left';
  context.fillStyle = '#000';

  const rows: readonly (readonly [string, string])[] = [
    [say('print.cardBack.type'), `${say(`terms.type.${endorsement.type}`)} (${endorsement.type})`],
    [say('print.cardBack.entries'), say(entries[endorsement.count])],
    [
      say('print.cardBack.validity'),
      texts.say(
        'zh',
        message('print.cardBack.period', {
          from: { kind: 'date', date: endorsement.validFrom },
          until: { kind: 'date', date: endorsement.validUntil },
        }),
      ),
    ],
    [say('print.cardBack.remarks'), endorsement.remarks === '' ? '—' : endorsement.remarks],
    [say('print.cardBack.issued'), endorsement.issuingAuthority],
  ];
  const rowHeight = (fieldHeight - titleHeight - 10) / rows.length;
  for (const [index, [label, value]] of rows.entries()) {
    const baseline = top + titleHeight + 4 + rowHeight * (index + 0.76);
    context.font = printFont(25);
    context.fillText(label, left + padding, baseline);
    context.font = printFont(fitting(context, value, fieldWidth - labelWidth - 2 * padding), true);
    context.fillText(value, left + padding + labelWidth, baseline, fieldWidth - labelWidth - 2 * padding);
  }
}

/** The largest size from 29 down to 20 pixels at which the value stands on one line. */
function fitting(context: SKRSContext2D, value: string, room: number): number {
  for (let size = 29; size > 20; size -= 1) {
    context.font = printFont(size, true);
    if (context.measureText(value).width <= room) return size;
  }
  return 20;
}

function drawCode(context: SKRSContext2D, content: string): void {
  const modules = encodeQR(content, 'raw', { ecc: 'medium', border: 2 });
  const scale = Math.floor(qrSize / modules.length);
  const size = scale * modules.length;
  const left = width - margin - qrSize + Math.floor((qrSize - size) / 2);
  const top = height - margin - size;
  for (const [y, row] of modules.entries()) {
    for (const [x, dark] of row.entries()) {
      if (dark) context.fillRect(left + x * scale, top + y * scale, scale, scale);
    }
  }
}
