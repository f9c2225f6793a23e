/** The adapter of the optical MRZ reader against the virtual one: through the mocked package and through a real tty. */
import { afterEach, describe, expect, it } from 'vitest';
import type { DeviceResult } from '../../devices/device.ts';
import { createMrzReader } from '../../devices/mrz-reader/index.ts';
import { createCardUnit } from '../../native-mocks/card-unit.ts';
import { createVirtualMrzReader, type MrzReaderFault } from '../../native-mocks/mrz-reader.ts';
import { virtualPermit } from '../devices/permit/virtual-card.ts';
import { bothWays, quickClock, type SerialWay, until } from './serial-ways.ts';

const clock = quickClock(1);
const within = (timeoutMs: number, signal = new AbortController().signal) => ({ timeoutMs, signal });
const code = (result: DeviceResult<unknown>): string => (result.ok ? 'ok' : result.error.code);

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function machine(way: SerialWay) {
  const unit = createCardUnit({ binCapacity: 10 });
  const virtual = createVirtualMrzReader(unit);
  const line = await way.connect(virtual);
  const reader = createMrzReader(
    { adapter: 'serial', path: line.path, baudRate: 9600 },
    { serialport: line.module },
    clock,
  );
  endings.push(async () => {
    await reader.close();
    await line.end();
  });
  expect(code(await reader.open(within(5_000)))).toBe('ok');
  return {
    reader,
    line,
    fault: (name: MrzReaderFault, active = true) => virtual.setFault(name, active),
    async drawCard() {
      const permit = await virtualPermit();
      unit.insert({ permit, backImage: null, printedMrz: permit.printedMrz });
      unit.draw();
    },
  };
}

describe.each(bothWays.map((way) => [way.name, way] as const))('the MRZ reader %s', (_, way) => {
  it('reads the card that is inside already', async () => {
    const { reader, drawCard } = await machine(way);
    await drawCard();
    const line = await reader.read(within(5_000));
    expect(line.ok && line.value).toEqual({
      documentType: 'CS',
      documentNumber: 'CA0000015',
      dateOfBirth: '850615',
      dateOfExpiry: '290630',
    });
    expect(reader.status()).toEqual({ state: 'online' });
    expect(code(await reader.selfTest(within(100)))).toBe('ok');
  });

  it('waits for the card that comes', async () => {
    const { reader, drawCard } = await machine(way);
    const waiting = reader.read(within(10_000));
    await drawCard();
    expect(code(await waiting)).toBe('ok');
  });

  it('a misread: invalidData, and the next reading is a new one', async () => {
    const { reader, drawCard, fault } = await machine(way);
    fault('misread');
    await drawCard();
    expect(code(await reader.read(within(5_000)))).toBe('invalidData');
    fault('misread', false);
    // an answer to the first reading may still be on the line
    const readings: string[] = [];
    for (let i = 0; i < 3 && readings.at(-1) !== 'ok'; i++)
      readings.push(code(await reader.read(within(5_000))));
    expect(readings.at(-1)).toBe('ok');
  });

  it('half a frame: invalidData', async () => {
    const { reader, drawCard, fault } = await machine(way);
    fault('halfFrame');
    await drawCard();
    expect(code(await reader.read(within(500)))).toBe('invalidData');
  });

  it('silence: timeOut; nobody waits any more: canceled', async () => {
    const { reader, drawCard, fault } = await machine(way);
    fault('silent');
    await drawCard();
    expect(code(await reader.read(within(200)))).toBe('timeOut');
    const cancel = new AbortController();
    const waiting = reader.read(within(10_000, cancel.signal));
    cancel.abort();
    expect(code(await waiting)).toBe('canceled');
  });

  it('the plug pulled while reading: deviceNotReady and powerOff', async () => {
    const { reader, line } = await machine(way);
    const waiting = reader.read(within(10_000));
    await line.pull();
    expect(code(await waiting)).toBe('deviceNotReady');
    await until(() => reader.status().state === 'powerOff', 'the status to follow');
    expect(code(await reader.read(within(100)))).toBe('deviceNotReady');
    expect(code(await reader.selfTest(within(100)))).toBe('deviceNotReady');
  });
});
