import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeFrame } from '../../devices/endorsement-printer/protocol.ts';
import { loadPrintFonts } from '../../devices/print-fonts.ts';
import { escpos } from '../../devices/receipt-printer/escpos.ts';
import { createCardUnit } from '../../native-mocks/card-unit.ts';
import { createVirtualEndorsementPrinter } from '../../native-mocks/endorsement-printer.ts';
import { createVirtualReceiptPrinter } from '../../native-mocks/receipt-printer.ts';
import { until } from '../contract/serial-ways.ts';

beforeAll(() => loadPrintFonts(path.resolve('node_modules/@expo-google-fonts')));

const instant = { sleep: async () => {} };

function* noise(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state & 0xff;
  }
}

function* pieces(seed: number, total: number): Generator<Uint8Array> {
  const random = noise(seed);
  for (let fed = 0; fed < total; ) {
    const size = 1 + (random.next().value ?? 0);
    yield Uint8Array.from({ length: size }, () => random.next().value ?? 0);
    fed += size;
  }
}

describe('virtual printers under 200,000 random bytes', () => {
  it('the endorsement unit survives and answers a frame after them', async () => {
    const unit = createVirtualEndorsementPrinter({
      cardUnit: createCardUnit({ binCapacity: 3 }),
      clock: instant,
      speed: 1000,
    });
    const answers: number[] = [];
    unit.connected((bytes) => answers.push(...bytes));
    for (const piece of pieces(31, 200_000)) unit.receive(piece);
    unit.receive(new Uint8Array(1200));
    answers.length = 0;
    unit.receive(encodeFrame({ command: 0x02, sequence: 77, data: new Uint8Array(0) }));
    await until(() => answers.length >= 13, 'the reply to STATUS');
    expect(answers.slice(0, 6)).toEqual([0x06, 0x02, 0x00, 0x07, 0x82, 77]);
  });

  it('the receipt printer survives, and prints again once a picture begun by chance is over', async () => {
    const printer = createVirtualReceiptPrinter({ clock: instant, speed: 1000 });
    const answers: number[] = [];
    printer.connected((bytes) => answers.push(...bytes));
    for (const piece of pieces(47, 200_000)) {
      printer.receive(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // The longest thing that can have begun is a picture of a few megabytes: line feeds until it is full.
    const feeds = new Uint8Array(65_536).fill(0x0a);
    for (let round = 0; round < 80; round += 1) {
      answers.length = 0;
      printer.receive(feeds);
      printer.receive(Uint8Array.of(...escpos.clearBuffer, ...escpos.statusRequest(1)));
      await new Promise((resolve) => setImmediate(resolve));
      if (answers.length > 0) break;
    }
    expect(answers.slice(-1)).toEqual([0x12]);
  });
});
