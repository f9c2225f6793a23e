import { createCanvas, loadImage } from '@napi-rs/canvas';
import { afterEach, describe, expect, it } from 'vitest';
import { createEndorsementPrinter } from '../../devices/endorsement-printer/index.ts';
import type { EndorsementPrinter, Raster } from '../../devices/endorsement-printer/interface.ts';
import { commands, encodeFrame } from '../../devices/endorsement-printer/protocol.ts';
import { createCardUnit, type VirtualCard } from '../../native-mocks/card-unit.ts';
import {
  createVirtualEndorsementPrinter,
  type EndorsementPrinterFault,
} from '../../native-mocks/endorsement-printer.ts';
import { specOf } from '../native-mocks/permit/invented-people.ts';
import { bothWays, quickClock, type SerialWay, until } from './serial-ways.ts';

const clock = quickClock(8);
const raster: Raster = {
  width: 64,
  height: 40,
  bits: new Uint8Array(8 * 40).map((_, index) => (index * 37) & 0xff),
};

const card = (): VirtualCard => ({
  permit: {
    spec: specOf(),
    atr: null,
    printedMrz: 'CSC000000015<2807111<9001011<0',
    reset: () => {},
    transmit: async () => Uint8Array.of(0x6d, 0x00),
    state: () => ({ files: [] }),
    onEvent: () => () => {},
  },
  printedMrz: 'CSC000000015<2807111<9001011<0',
  backImage: null,
});

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const within = (timeoutMs = 60_000, signal: AbortSignal = new AbortController().signal) => ({
  timeoutMs,
  signal,
});
const quiet = { onProgress: () => {} };

async function machine(way: SerialWay, rewriteCount: number | null = 12) {
  const cardUnit = createCardUnit({ binCapacity: 3 });
  const unit = createVirtualEndorsementPrinter({
    cardUnit,
    clock,
    speed: 60,
    rewriteCount: () => rewriteCount,
  });
  const line = await way.connect(unit);
  const printer = createEndorsementPrinter(
    { adapter: 'serial', path: line.path, baudRate: 115_200 },
    { serialport: line.module },
    clock,
  );
  endings.push(
    () => line.end(),
    () => printer.close(),
  );
  const opened = await printer.open(within());
  return { cardUnit, unit, line, printer, opened };
}

async function withCardInside(way: SerialWay) {
  const all = await machine(way);
  const inserted = card();
  all.cardUnit.insert(inserted);
  expect(await all.printer.accept(within())).toEqual({ ok: true, value: undefined });
  return { ...all, inserted };
}

const dots = async (png: Uint8Array): Promise<string> => {
  const image = await loadImage(Buffer.from(png));
  const canvas = createCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let text = '';
  for (let index = 0; index < data.length; index += 4) text += (data[index] ?? 0) < 128 ? '1' : '0';
  return text;
};

const dotsOf = ({ width, height, bits }: Raster): string => {
  let text = '';
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) text += ((bits[y * (width / 8) + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
  return text;
};

const code = async (answer: ReturnType<EndorsementPrinter['eject']>): Promise<string> => {
  const result = await answer;
  return result.ok ? 'ok' : result.error.code;
};

describe.each(bothWays)('endorsement printer $name', (way) => {
  it('says who it is and is online', async () => {
    const { printer, opened } = await machine(way);
    expect(opened.ok).toBe(true);
    expect(printer.status()).toEqual({ state: 'online' });
    expect(printer.identity()).toEqual({
      modelName: 'ERU-300 virtual',
      serialNumber: 'ERU300-000017',
      firmware: '1.0.4',
    });
    expect(await printer.selfTest(within())).toMatchObject({ ok: true });
  });

  it('draws a card in, rewrites its back, counts, and gives it back', async () => {
    const { printer, inserted, cardUnit } = await withCardInside(way);
    expect(await printer.position(within())).toEqual({ ok: true, value: 'inside' });
    expect(await printer.rewriteCount(within())).toEqual({ ok: true, value: 12 });
    const progress: number[] = [];
    const rewritten = await printer.rewrite(raster, {
      ...within(),
      onProgress: (share) => progress.push(share),
    });
    expect(rewritten).toEqual({ ok: true, value: undefined });
    expect(progress.at(0)).toBe(0);
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.length).toBeGreaterThan(15);
    expect(await dots(inserted.backImage ?? new Uint8Array(0))).toBe(dotsOf(raster));
    expect(await printer.rewriteCount(within())).toEqual({ ok: true, value: 13 });
    expect(await printer.eject(within())).toEqual({ ok: true, value: undefined });
    const taken = printer.taken(within());
    cardUnit.take();
    expect(await taken).toEqual({ ok: true, value: undefined });
    expect(await printer.position(within())).toEqual({ ok: true, value: 'absent' });
  });

  it('waits for a card that comes later', async () => {
    const { printer, cardUnit, unit } = await machine(way);
    const accepted = printer.accept(within());
    await until(() => unit.activity() === 'waitingForCard', 'the slot to open');
    cardUnit.insert(card());
    expect(await accepted).toEqual({ ok: true, value: undefined });
    expect(cardUnit.position()).toBe('inside');
  });

  it('stops waiting for a card when the wait is given up or too long', async () => {
    const { printer, cardUnit, unit } = await machine(way);
    const giveUp = new AbortController();
    const accepted = printer.accept(within(60_000, giveUp.signal));
    await until(() => unit.activity() === 'waitingForCard', 'the slot to open');
    giveUp.abort();
    expect(await accepted).toMatchObject({ ok: false, error: { code: 'canceled' } });
    expect(await printer.accept(within(8_000))).toMatchObject({ ok: false, error: { code: 'timeOut' } });
    cardUnit.insert(card());
    expect(cardUnit.position()).toBe('atSlot');
  });

  it('retains a card that is not taken', async () => {
    const { printer, cardUnit } = await withCardInside(way);
    expect(await printer.eject(within())).toMatchObject({ ok: true });
    expect(await code(printer.taken(within(600)))).toBe('mediaNotTaken');
    expect(await printer.retain(within())).toMatchObject({ ok: true });
    expect(cardUnit.retained()).toHaveLength(1);
    expect(await printer.position(within())).toEqual({ ok: true, value: 'retained' });
  });

  it('refuses to move or rewrite what is not there', async () => {
    const { printer } = await machine(way);
    expect(await code(printer.eject(within()))).toBe('noMedia');
    expect(await code(printer.retain(within()))).toBe('noMedia');
    expect(await code(printer.rewrite(raster, { ...within(), ...quiet }))).toBe('noMedia');
    expect(await printer.rewriteCount(within())).toMatchObject({ ok: false, error: { code: 'noMedia' } });
  });

  it('refuses a picture with rows missing', async () => {
    const { printer } = await withCardInside(way);
    const cut = { ...raster, bits: raster.bits.subarray(8) };
    expect(await code(printer.rewrite(cut, { ...within(), ...quiet }))).toBe('invalidData');
  });

  it('answers null when the unit cannot tell the count', async () => {
    const { printer, cardUnit } = await machine(way, null);
    cardUnit.insert(card());
    await printer.accept(within());
    expect(await printer.rewriteCount(within())).toEqual({ ok: true, value: null });
  });

  it('serves commands given at the same time one after the other', async () => {
    const { printer } = await withCardInside(way);
    const [first, second, third] = await Promise.all([
      printer.rewrite(raster, { ...within(), ...quiet }),
      printer.position(within()),
      printer.eject(within()),
    ]);
    expect([first.ok, second.ok, third.ok]).toEqual([true, true, true]);
  });

  const faultCodes: readonly [EndorsementPrinterFault, string][] = [
    ['jam', 'mediaJam'],
    ['overTemperature', 'overTemperature'],
    ['verifyFailed', 'verifyFailed'],
    ['coverOpen', 'coverOpen'],
    ['headFault', 'hardwareError'],
    ['powerLostMidPrint', 'timeOut'],
    ['nak', 'timeOut'],
    ['silent', 'timeOut'],
  ];
  it.each(faultCodes)(
    'fault %s ends a rewrite with %s, and the unit works again after it',
    async (fault, expected) => {
      const { printer, unit, inserted } = await withCardInside(way);
      unit.setFault(fault, true);
      const failed = await printer.rewrite(raster, { ...within(20_000), ...quiet });
      expect(failed).toMatchObject({ ok: false, error: { code: expected, device: 'endorsementPrinter' } });
      unit.setFault(fault, false);
      expect(await printer.rewrite(raster, { ...within(), ...quiet })).toMatchObject({ ok: true });
      expect(await dots(inserted.backImage ?? new Uint8Array(0))).toBe(dotsOf(raster));
    },
  );

  it('fault powerLostMidPrint leaves a back that is only half there', async () => {
    const { printer, unit, inserted } = await withCardInside(way);
    unit.setFault('powerLostMidPrint', true);
    await printer.rewrite(raster, { ...within(20_000), ...quiet });
    expect(unit.activity()).toBe('withoutPower');
    expect(printer.status()).toEqual({ state: 'powerOff' });
    const half = await dots(inserted.backImage ?? new Uint8Array(0));
    expect(half).not.toBe(dotsOf(raster));
    expect(half.slice(0, 64 * 20)).toBe(dotsOf(raster).slice(0, 64 * 20));
  });

  it('fault crcErrors is overcome by asking again', async () => {
    const { printer, unit, inserted } = await withCardInside(way);
    unit.setFault('crcErrors', true);
    expect(await printer.rewrite(raster, { ...within(), ...quiet })).toMatchObject({ ok: true });
    expect(await dots(inserted.backImage ?? new Uint8Array(0))).toBe(dotsOf(raster));
  });

  it('fault binFull keeps the card out of the bin and is shown before it is needed', async () => {
    const { printer, unit } = await withCardInside(way);
    unit.setFault('binFull', true);
    expect(await code(printer.retain(within()))).toBe('retainBinFull');
    expect(printer.status()).toEqual({ state: 'userError', code: 'retainBinFull', action: 'clear' });
  });

  it.each([
    ['coverOpen', { state: 'userError', code: 'coverOpen', action: 'clear' }],
    ['jam', { state: 'userError', code: 'mediaJam', action: 'clear' }],
    ['overTemperature', { state: 'hardwareError', code: 'overTemperature', action: 'suspend' }],
    ['binHigh', { state: 'online', warning: 'retainBinHigh' }],
    ['headWorn', { state: 'online', warning: 'headWorn' }],
    ['silent', { state: 'powerOff' }],
  ] as const)('notices %s by itself while idle, and its end', async (fault, expected) => {
    const { printer, unit } = await machine(way);
    unit.setFault(fault, true);
    await until(
      () => JSON.stringify(printer.status()) === JSON.stringify(expected),
      `the status of ${fault}`,
    );
    unit.setFault(fault, false);
    await until(() => printer.status().state === 'online', 'the unit to be well again');
  });

  it('reports a pulled plug', async () => {
    const { printer, line } = await machine(way);
    const seen: string[] = [];
    printer.onStatus((status) => seen.push(status.state));
    await line.pull();
    await until(() => seen.includes('powerOff'), 'the loss to be noticed');
    expect(await code(printer.eject(within(2_000)))).toBe('deviceNotReady');
  });

  it('a command under way ends when the plug is pulled', async () => {
    const { printer, line, unit } = await machine(way);
    const accepted = printer.accept(within());
    await until(() => unit.activity() === 'waitingForCard', 'the slot to open');
    await line.pull();
    expect(await accepted).toMatchObject({ ok: false, error: { code: 'deviceNotReady' } });
  });

  it('shuts the slot when it is closed while it waits for a card', async () => {
    const { printer, unit } = await machine(way);
    const accepted = printer.accept(within());
    await until(() => unit.activity() === 'waitingForCard', 'the slot to open');
    await printer.close();
    expect(await accepted).toMatchObject({ ok: false, error: { code: 'deviceNotReady' } });
    await until(() => unit.activity() === 'idle', 'the slot to shut');
  });

  it('stops what a terminal that died had begun', async () => {
    const { printer, unit } = await machine(way);
    // The frame of ACCEPT as the dead terminal left it, with nobody there to take the reply.
    unit.receive(encodeFrame({ command: commands.accept, sequence: 200, data: Uint8Array.of(0, 200) }));
    await until(() => unit.activity() === 'waitingForCard', 'the slot to open');
    expect(await printer.open(within())).toMatchObject({ ok: true });
    expect(unit.activity()).toBe('idle');
    expect(await code(printer.eject(within()))).toBe('noMedia');
  });

  it('can be closed and opened again', async () => {
    const { printer } = await machine(way);
    await printer.close();
    expect(printer.status()).toEqual({ state: 'offline' });
    expect(await code(printer.eject(within()))).toBe('deviceNotReady');
    expect(await printer.open(within())).toMatchObject({ ok: true });
    expect(printer.status()).toEqual({ state: 'online' });
  });
});

describe('endorsement printer that is not there', () => {
  it('answers that it cannot be opened', async () => {
    const line = await bothWays[0]?.connect({
      connected: () => {},
      disconnected: () => {},
      receive: () => {},
    });
    if (line === undefined) throw new Error('no way to connect');
    const absent = createEndorsementPrinter(
      { adapter: 'serial', path: '/virtual/nowhere', baudRate: 115_200 },
      { serialport: line.module },
      clock,
    );
    expect(await absent.open(within())).toMatchObject({ ok: false, error: { code: 'deviceNotReady' } });
    const mute = createEndorsementPrinter(
      { adapter: 'serial', path: line.path, baudRate: 115_200 },
      { serialport: line.module },
      clock,
    );
    expect(await mute.open(within())).toMatchObject({ ok: false, error: { code: 'timeOut' } });
    expect(mute.status()).toEqual({ state: 'powerOff' });
  });
});
