import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadPrintFonts } from '../../devices/print-fonts.ts';
import { createReceiptPrinter } from '../../devices/receipt-printer/index.ts';
import type { SlipLine } from '../../devices/receipt-printer/interface.ts';
import { createVirtualReceiptPrinter, type ReceiptPrinterFault } from '../../native-mocks/receipt-printer.ts';
import { readCodes } from './read-codes.ts';
import { bothWays, quickClock, type SerialWay, until } from './serial-ways.ts';

// Font and codes are drawn in this same process: a slow clock leaves the printer time to answer.
beforeAll(() => loadPrintFonts(path.resolve('node_modules/@expo-google-fonts')));

const clock = quickClock(4);
const slip: readonly SlipLine[] = [
  { kind: 'text', text: '出入境接待大厅', align: 'centre', size: 'large', bold: true },
  { kind: 'rule' },
  { kind: 'text', text: '签注已写入芯片。The endorsement is on the chip.' },
  { kind: 'text', text: '통행 허가가 발급되었습니다' },
  { kind: 'text', text: 'Разрешительная отметка внесена' },
  { kind: 'pair', label: '证件号码', value: 'C0000****1' },
  { kind: 'pair', label: 'Стоимость', value: '15.00' },
  { kind: 'feed', lines: 1 },
  { kind: 'barcode', text: 'LK03-20180712-0001' },
  { kind: 'qr', text: '231025201807120001' },
];
const short: readonly SlipLine[] = [{ kind: 'text', text: '第二张凭条' }];

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const within = (timeoutMs = 60_000, signal: AbortSignal = new AbortController().signal) => ({
  timeoutMs,
  signal,
});

async function kiosk(
  way: SerialWay,
  before: (fault: (name: ReceiptPrinterFault) => void) => void = () => {},
) {
  const unit = createVirtualReceiptPrinter({ clock, speed: 80 });
  before((name) => unit.setFault(name, true));
  const line = await way.connect(unit);
  const printer = createReceiptPrinter(
    { adapter: 'escpos-serial', path: line.path, baudRate: 115_200 },
    { serialport: line.module },
    clock,
  );
  endings.push(
    () => line.end(),
    () => printer.close(),
  );
  const opened = await printer.open(within());
  return { unit, line, printer, opened };
}

describe.each(bothWays)('receipt printer $name', (way) => {
  it('prints, cuts and presents a slip whose codes can be read', async () => {
    const { unit, printer, opened } = await kiosk(way);
    expect(opened).toEqual({ ok: true, value: undefined });
    expect(printer.status()).toEqual({ state: 'online' });
    expect(await printer.print(slip, within())).toEqual({ ok: true, value: undefined });
    const [ticket] = unit.tickets();
    if (ticket === undefined) throw new Error('nothing was printed');
    expect(ticket.place).toBe('atOutput');
    expect(unit.unknownBytes()).toBe(0);
    expect(ticket.text).toContain('签注已写入芯片。The endorsement is on the chip.');
    expect(ticket.text).toMatch(/证件号码 +C0000\*\*\*\*1/);
    expect(ticket.text).not.toContain('�');
    expect(await readCodes(ticket.png)).toEqual(
      expect.arrayContaining([
        { format: 'Code128', text: 'LK03-20180712-0001' },
        { format: 'QRCode', text: '231025201807120001' },
      ]),
    );
    expect(unit.take()?.number).toBe(1);
    expect(await printer.selfTest(within())).toEqual({ ok: true, value: 'Paper present, output free.' });
  });

  it('says printed only after the printer has printed', async () => {
    const { unit, printer } = await kiosk(way);
    let cut = false;
    unit.onChange(() => {
      cut ||= unit.tickets().length > 0;
    });
    await printer.print(slip, within());
    expect(cut).toBe(true);
    expect(unit.busy()).toBe(false);
  });

  it('prints slips asked for at the same time one after the other', async () => {
    const { unit, printer } = await kiosk(way);
    const both = await Promise.all([printer.print(slip, within()), printer.print(short, within())]);
    expect(both.map((result) => result.ok)).toEqual([true, true]);
    expect(unit.tickets().map(({ place }) => place)).toEqual(['retracted', 'atOutput']);
    expect(unit.tickets()[1]?.text).toContain('第二张凭条');
  });

  const refusals: readonly [ReceiptPrinterFault, string][] = [
    ['paperOut', 'paperOut'],
    ['coverOpen', 'coverOpen'],
    ['overTemperature', 'overTemperature'],
    ['offline', 'deviceNotReady'],
    ['cutterError', 'cutterError'],
    ['silentAfterBytes', 'timeOut'],
  ];
  it.each(refusals)(
    'fault %s ends printing with %s; nothing of that slip comes out later',
    async (fault, code) => {
      const { unit, printer } = await kiosk(way);
      unit.setFault(fault, true);
      expect(await printer.print(slip, within(20_000))).toMatchObject({
        ok: false,
        error: { device: 'receiptPrinter', code },
      });
      unit.setFault(fault, false);
      expect(await printer.print(short, within())).toMatchObject({ ok: true });
      const out = unit.tickets().filter(({ place }) => place === 'atOutput' || place === 'taken');
      expect(out.map(({ text }) => text.trim())).toEqual(['第二张凭条']);
    },
  );

  it.each([
    ['paperOut', 'paperOut'],
    ['coverOpen', 'coverOpen'],
  ] as const)(
    'fault %s in the middle of a slip ends it with %s, and the piece is drawn in',
    async (fault, code) => {
      const { unit, printer } = await kiosk(way);
      const stop = unit.onChange(() => {
        if (unit.busy()) unit.setFault(fault, true);
      });
      const printed = await printer.print(slip, within(20_000));
      stop();
      expect(printed).toMatchObject({ ok: false, error: { code } });
      unit.setFault(fault, false);
      expect(await printer.print(short, within())).toMatchObject({ ok: true });
      const out = unit.tickets().filter(({ place }) => place === 'atOutput');
      expect(out.map(({ text }) => text.trim())).toEqual(['第二张凭条']);
    },
  );

  it('fault paperLow prints and warns', async () => {
    const { unit, printer } = await kiosk(way);
    unit.setFault('paperLow', true);
    expect(await printer.print(short, within())).toMatchObject({ ok: true });
    expect(printer.status()).toEqual({ state: 'online', warning: 'paperLow' });
  });

  it('fault ticketNotTaken: what was left behind is drawn in before the next slip', async () => {
    const { unit, printer } = await kiosk(way);
    await printer.print(slip, within());
    unit.setFault('ticketNotTaken', true);
    expect(unit.take()).toBeNull();
    expect(await printer.print(short, within())).toMatchObject({ ok: true });
    expect(unit.tickets().map(({ place }) => place)).toEqual(['retracted', 'atOutput']);
  });

  it('fault presenterJam: a slip that cannot be drawn in keeps the next from being printed', async () => {
    const { unit, printer } = await kiosk(way);
    await printer.print(slip, within());
    unit.setFault('presenterJam', true);
    expect(await printer.print(short, within(20_000))).toMatchObject({
      ok: false,
      error: { code: 'paperJammed' },
    });
    expect(unit.tickets()).toHaveLength(1);
  });

  it.each([
    ['paperOut', { state: 'userError', code: 'paperOut', action: 'clear' }],
    ['coverOpen', { state: 'userError', code: 'coverOpen', action: 'clear' }],
    ['overTemperature', { state: 'hardwareError', code: 'overTemperature', action: 'suspend' }],
    ['paperLow', { state: 'online', warning: 'paperLow' }],
    ['offline', { state: 'offline' }],
  ] as const)('notices %s by itself while idle, and its end', async (fault, expected) => {
    const { unit, printer } = await kiosk(way);
    unit.setFault(fault, true);
    await until(
      () => JSON.stringify(printer.status()) === JSON.stringify(expected),
      `the status of ${fault}`,
    );
    unit.setFault(fault, false);
    await until(
      () => JSON.stringify(printer.status()) === '{"state":"online"}',
      'the printer to be well again',
    );
  });

  it('opens a printer that is out of order and says what it lacks', async () => {
    const { opened, printer } = await kiosk(way, (fault) => fault('paperOut'));
    expect(opened.ok).toBe(true);
    expect(printer.status()).toEqual({ state: 'userError', code: 'paperOut', action: 'clear' });
  });

  it('notices a printer that died while idle', async () => {
    const { unit, printer } = await kiosk(way);
    unit.setFault('silentAfterBytes', true);
    await until(() => printer.status().state === 'powerOff', 'the silence to be noticed');
  });

  it('gives up when asked to', async () => {
    const { unit, printer } = await kiosk(way);
    const giveUp = new AbortController();
    unit.onChange(() => giveUp.abort());
    expect(await printer.print(slip, within(60_000, giveUp.signal))).toMatchObject({
      ok: false,
      error: { code: 'canceled' },
    });
  });

  it('reports a pulled plug', async () => {
    const { line, printer } = await kiosk(way);
    const seen: string[] = [];
    printer.onStatus(({ state }) => seen.push(state));
    await line.pull();
    await until(() => seen.includes('powerOff'), 'the loss to be noticed');
    expect(await printer.print(short, within(2_000))).toMatchObject({
      ok: false,
      error: { code: 'deviceNotReady' },
    });
  });

  it('can be closed and opened again', async () => {
    const { printer } = await kiosk(way);
    await printer.close();
    expect(printer.status()).toEqual({ state: 'offline' });
    // A tty that was closed a moment ago may still be locked; the supervisor tries again as well.
    await vi.waitFor(async () => expect(await printer.open(within())).toMatchObject({ ok: true }), 10_000);
    expect(await printer.print(short, within())).toMatchObject({ ok: true });
  });
});
