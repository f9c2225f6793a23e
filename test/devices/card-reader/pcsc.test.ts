/** What only the stand-in can be made to do: readers that come and go, several of them, and unusual refusals. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createCardReader } from '../../../devices/card-reader/index.ts';
import type { CardReader } from '../../../devices/card-reader/interface.ts';
import { createPcscCardReader } from '../../../devices/card-reader/pcsc.ts';
import type { DeviceClock } from '../../../devices/clock.ts';
import type { DeviceResult } from '../../../devices/device.ts';
import { createVirtualPcsc } from '../../../native-mocks/pcsc-mini.ts';
import { virtualPermit } from '../permit/virtual-card.ts';

const clock: DeviceClock = {
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    sleep(ms, undefined, { signal }).then(
      () => undefined,
      () => undefined,
    ),
};
const within = (timeoutMs: number) => ({ timeoutMs, signal: new AbortController().signal });
const code = (result: DeviceResult<unknown>): string => (result.ok ? 'ok' : result.error.code);

const state = (reader: CardReader, wanted: string): Promise<void> =>
  new Promise((resolve) => {
    const stop = reader.onStatus((now) => {
      if (now.state !== wanted) return;
      stop();
      resolve();
    });
    if (reader.status().state !== wanted) return;
    stop();
    resolve();
  });

async function opened(pcsc: ReturnType<typeof createVirtualPcsc>, readerName: string | null) {
  const reader = createPcscCardReader(pcsc.module, { readerName }, clock);
  const result = await reader.open(within(500));
  return { reader, result };
}

describe('which reader', () => {
  it.each([
    ['Permit Reader 00', 'Permit Reader 00'],
    ['Staff', 'Staff Card Reader 00'],
    ['Reader', 'Reader'],
    [null, 'Permit Reader 00'],
  ])('%s is %s', async (readerName, expected) => {
    const pcsc = createVirtualPcsc();
    for (const name of ['Permit Reader 00', 'Staff Card Reader 00', 'Reader']) pcsc.addReader(name);
    const { reader, result } = await opened(pcsc, readerName);
    expect(code(result)).toBe('ok');
    await new Promise((resolve) => setImmediate(resolve));
    expect(reader.identity().modelName).toBe(expected);
    await reader.close();
  });
  it('one that is not there: deviceNotReady, and online when it is plugged in', async () => {
    const pcsc = createVirtualPcsc();
    pcsc.addReader('Other Reader');
    const { reader, result } = await opened(pcsc, 'Permit');
    expect(code(result)).toBe('deviceNotReady');
    expect(code(await reader.selfTest(within(100)))).toBe('deviceNotReady');
    expect(reader.media()).toBe('unknown');
    pcsc.addReader('Permit Reader');
    await state(reader, 'online');
    expect(reader.identity().modelName).toBe('Permit Reader');
    await reader.close();
  });
  it('the configuration names it, empty takes the first', async () => {
    const pcsc = createVirtualPcsc();
    pcsc.addReader('Permit Reader');
    for (const name of ['', 'Permit']) {
      const reader = createCardReader({ adapter: 'pcsc', reader: name }, { pcsc: pcsc.module }, clock);
      expect(code(await reader.open(within(500)))).toBe('ok');
      await reader.close();
    }
  });
});

describe('a reader unplugged', () => {
  it('is powerOff, loses its card, and comes back', async () => {
    const pcsc = createVirtualPcsc();
    const virtual = pcsc.addReader('Permit Reader');
    const { reader } = await opened(pcsc, 'Permit');
    virtual.insert(await virtualPermit());
    const connection = await reader.connect(within(2_000));
    if (!connection.ok) throw new Error(connection.error.message);
    virtual.unplug();
    await state(reader, 'powerOff');
    expect(connection.value.removed.aborted).toBe(true);
    expect(code(await reader.connect(within(100)))).toBe('deviceNotReady');
    virtual.plugIn();
    await state(reader, 'online');
    const again = await reader.connect(within(2_000));
    expect(code(again)).toBe('ok');
    await reader.close();
  });
  it('while a card is waited for: deviceNotReady at once', async () => {
    const pcsc = createVirtualPcsc();
    const virtual = pcsc.addReader('Permit Reader');
    const { reader } = await opened(pcsc, null);
    const waiting = reader.connect(within(60_000));
    virtual.unplug();
    expect(code(await waiting)).toBe('deviceNotReady');
    await reader.close();
  });
});

describe('the card', () => {
  it('exchanged for another is another: the first connection is lost, the next one holds', async () => {
    const pcsc = createVirtualPcsc();
    const virtual = pcsc.addReader('Permit Reader');
    const { reader } = await opened(pcsc, null);
    virtual.insert(await virtualPermit());
    const first = await reader.connect(within(2_000));
    if (!first.ok) throw new Error(first.error.message);
    const gone = new Promise((resolve) =>
      first.value.removed.addEventListener('abort', resolve, { once: true }),
    );
    virtual.insert(await virtualPermit());
    await gone;
    const second = await reader.connect(within(2_000));
    if (!second.ok) throw new Error(second.error.message);
    const answer = await second.value.transmit(Uint8Array.of(0, 0x84, 0, 0, 8), within(1_000));
    expect(code(answer)).toBe('ok');
    expect(second.value.removed.aborted).toBe(false);
    await reader.close();
  });
  it('reset by another program: cardRemoved, and a new connection works', async () => {
    const pcsc = createVirtualPcsc();
    const virtual = pcsc.addReader('Permit Reader');
    const { reader } = await opened(pcsc, null);
    virtual.insert(await virtualPermit());
    const first = await reader.connect(within(2_000));
    if (!first.ok) throw new Error(first.error.message);
    virtual.resetByOther();
    const challenge = Uint8Array.of(0, 0x84, 0, 0, 8);
    expect(code(await first.value.transmit(challenge, within(1_000)))).toBe('cardRemoved');
    expect(first.value.removed.aborted).toBe(true);
    expect(code(await reader.connect(within(2_000)))).toBe('ok');
    await reader.close();
  });
  it('held by another program: cardInUse until it is let go', async () => {
    const pcsc = createVirtualPcsc();
    const virtual = pcsc.addReader('Permit Reader');
    const { reader } = await opened(pcsc, null);
    virtual.insert(await virtualPermit());
    virtual.holdByOther();
    expect(code(await reader.connect(within(2_000)))).toBe('cardInUse');
    virtual.releaseByOther();
    expect(code(await reader.connect(within(2_000)))).toBe('ok');
    await reader.close();
  });
  it.each(['UnpoweredCard', 'UnresponsiveCard'] as const)('mute, by %s: atrNotObtained', async (muteCode) => {
    const pcsc = createVirtualPcsc({ muteCode });
    const virtual = pcsc.addReader('Permit Reader');
    const { reader } = await opened(pcsc, null);
    virtual.insert(await virtualPermit({ faults: [{ type: 'mute' }] }));
    expect(code(await reader.connect(within(2_000)))).toBe('atrNotObtained');
    await reader.close();
  });
  it.each([
    ['ProtoMismatch', 'protocolNotSupported'],
    ['UnsupportedCard', 'protocolNotSupported'],
    ['ServiceStopped', 'deviceNotReady'],
    ['SomethingNew', 'hardwareError'],
  ])('refused with %s: %s', async (thrown, expected) => {
    const pcsc = createVirtualPcsc();
    const virtual = pcsc.addReader('Permit Reader');
    const { reader } = await opened(pcsc, null);
    virtual.insert(await virtualPermit());
    pcsc.module.Reader.prototype.connect = () =>
      Promise.reject(Object.assign(new Error(thrown), { code: thrown }));
    expect(code(await reader.connect(within(2_000)))).toBe(expected);
    await reader.close();
  });
});

it('answers after closing, and opens again', async () => {
  const pcsc = createVirtualPcsc();
  pcsc.addReader('Permit Reader');
  const { reader } = await opened(pcsc, null);
  await reader.close();
  expect(reader.status().state).toBe('offline');
  expect(code(await reader.connect(within(100)))).toBe('deviceNotReady');
  expect(code(await reader.open(within(500)))).toBe('ok');
  expect(reader.status().state).toBe('online');
  await reader.close();
});
