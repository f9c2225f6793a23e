/**
 * What a card reader must do, held against the adapter twice: over the stand-in of `pcsc-mini`, and over the package
 * itself with a real pcscd and the virtual reader of vsmartcard.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as pcscMini from 'pcsc-mini';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CardConnection, CardReader } from '../../devices/card-reader/interface.ts';
import { createPcscCardReader, type PcscModule } from '../../devices/card-reader/pcsc.ts';
import type { DeviceClock } from '../../devices/clock.ts';
import type { DeviceResult } from '../../devices/device.ts';
import { createChipEndorsementWriter } from '../../devices/permit/endorsement-writer.ts';
import { readPermit } from '../../devices/permit/read-permit.ts';
import { createVirtualPcsc } from '../../native-mocks/pcsc-mini.ts';
import type { VirtualPermit } from '../../native-mocks/permit/virtual-permit.ts';
import { connectVpcdCard, type VpcdCard } from '../../native-mocks/vpcd-card.ts';
import { jpegFace, keyOf, readOptions, virtualPermit } from '../devices/permit/virtual-card.ts';
import { type PrivatePcscd, startPrivatePcscd, whyNoPrivatePcscd } from './private-pcscd.ts';

const clock: DeviceClock = {
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    sleep(ms, undefined, { signal }).then(
      () => undefined,
      () => undefined,
    ),
};

/** A machine with one reader, and the hand that lays cards into it. */
interface Bench {
  readonly pcsc: PcscModule;
  readonly readerName: string;
  insert(permit: VirtualPermit): Promise<void>;
  /** Takes the card away and waits until it has left. */
  remove(): Promise<void>;
  stopService(): Promise<void>;
  startService(): Promise<void>;
  close(): Promise<void>;
}

async function standInBench(): Promise<Bench> {
  const pcsc = createVirtualPcsc();
  const reader = pcsc.addReader('Virtual PCD 00 00');
  return {
    pcsc: pcsc.module,
    readerName: reader.name,
    async insert(permit) {
      reader.insert(permit);
    },
    async remove() {
      reader.remove();
    },
    async stopService() {
      pcsc.stopService();
    },
    async startService() {
      pcsc.startService();
    },
    async close() {},
  };
}

async function pcscdBench(): Promise<Bench> {
  const service: PrivatePcscd = await startPrivatePcscd();
  let card: { readonly vpcd: VpcdCard; readonly away: AbortController } | null = null;
  const remove = async (): Promise<void> => {
    card?.away.abort();
    await card?.vpcd.gone;
    card = null;
  };
  return {
    pcsc: interop(pcscMini),
    readerName: service.readerName,
    async insert(permit) {
      await remove();
      const away = new AbortController();
      card = { vpcd: await connectVpcdCard({ port: service.port, permit, signal: away.signal }), away };
    },
    remove,
    async stopService() {
      await remove();
      await service.stop();
    },
    startService: () => service.start(),
    async close() {
      await remove();
      await service.remove();
    },
  };
}

const interop = (module: typeof pcscMini): PcscModule =>
  'default' in module ? (module.default as PcscModule) : module; // CommonJS: the whole of module.exports stands there

const missing = whyNoPrivatePcscd();
const benches: readonly (readonly [string, () => Promise<Bench>])[] = [
  ['the stand-in', standInBench],
  ...(missing === null ? [['pcscd and the virtual reader', pcscdBench] as const] : []),
];

it('runs against a real pcscd', ({ skip }) => {
  if (missing === null) return;
  if (process.getuid?.() === 0) throw new Error(missing);
  console.error(`NOT TESTED: the card reader over a real pcscd. ${missing}`);
  skip();
});

describe.each(benches)('a card reader over %s', { timeout: 60_000 }, (_, makeBench) => {
  let bench: Bench;
  let reader: CardReader;
  const never = new AbortController().signal;
  const within = (timeoutMs: number) => ({ timeoutMs, signal: never });
  const code = (result: DeviceResult<unknown>): string => (result.ok ? 'ok' : result.error.code);

  beforeAll(async () => {
    bench = await makeBench();
  }, 60_000);
  afterAll(() => bench.close(), 30_000);
  beforeEach(async () => {
    reader = createPcscCardReader(bench.pcsc, { readerName: 'Virtual PCD 00 00' }, clock);
    const opened = await reader.open(within(10_000));
    expect(code(opened)).toBe('ok');
  }, 30_000);
  afterEach(async () => {
    // the service looks every third of a second: a card changed within that time would be taken for the one before
    await bench.remove();
    await media('notPresent');
    await reader.close();
  }, 30_000);

  async function connected(): Promise<CardConnection> {
    const connection = await reader.connect(within(10_000));
    if (!connection.ok) throw new Error(`${connection.error.code}: ${connection.error.message}`);
    return connection.value;
  }

  const media = (wanted: ReturnType<CardReader['media']>): Promise<void> =>
    new Promise((resolve) => {
      const stop = reader.onMedia((now) => {
        if (now !== wanted) return;
        stop();
        resolve();
      });
      if (reader.media() === wanted) {
        stop();
        resolve();
      }
    });

  const state = (wanted: string): Promise<void> =>
    new Promise((resolve) => {
      const stop = reader.onStatus((now) => {
        if (now.state !== wanted) return;
        stop();
        resolve();
      });
      if (reader.status().state === wanted) {
        stop();
        resolve();
      }
    });

  it('is online, knows its name, and sees cards come and go', async () => {
    expect(reader.status()).toEqual({ state: 'online' });
    expect(reader.identity().modelName).toBe(bench.readerName);
    await media('notPresent');
    await bench.insert(await virtualPermit());
    await media('present');
    expect(code(await reader.selfTest(within(1_000)))).toBe('ok');
    await bench.remove();
    await media('notPresent');
  });

  it('waits for a card, holds it, and exchanges APDUs', async () => {
    const waiting = reader.connect(within(20_000));
    const permit = await virtualPermit();
    await bench.insert(permit);
    const connection = await waiting;
    if (!connection.ok) throw new Error(connection.error.message);
    expect(Buffer.compare(connection.value.atr, permit.atr ?? new Uint8Array(0))).toBe(0);
    const select = Uint8Array.of(0x00, 0xa4, 0x04, 0x0c, 0x07, 0xa0, 0, 0, 2, 0x47, 0x10, 1);
    const answer = await connection.value.transmit(select, within(5_000));
    expect(answer.ok && Buffer.from(answer.value).toString('hex')).toBe('9000');
    expect(code(await reader.connect(within(5_000)))).toBe('cardInUse');
    await connection.value.release();
    expect(code(await connection.value.transmit(select, within(1_000)))).toBe('cardRemoved');
    const again = await connected();
    await again.release();
  });

  it('reads a whole permit, writes an endorsement, and finds it again', async () => {
    const permit = await virtualPermit({ face: jpegFace(8_000) });
    await bench.insert(permit);
    const connection = await connected();
    const options = await readOptions();
    const read = await readPermit(connection, keyOf(permit), options);
    expect(read.ok && read.value.authenticity.verdict).toBe('genuine');
    const endorsement = {
      place: 'HKG',
      type: 'L',
      count: '3M1',
      validFrom: '2026-06-01',
      validUntil: '2026-08-31',
      used: 0,
      remarks: '',
      issuingAuthority: '231025',
      issuedOn: '2026-06-01',
      caseNumber: '20260601000001',
    } as const;
    const writer = createChipEndorsementWriter(options.random);
    const written = await writer.write(connection, keyOf(permit), [endorsement], within(20_000));
    expect(written.ok && written.value.map(({ outcome }) => outcome)).toEqual(['written']);
    await connection.release();
    const reopened = await connected();
    const found = await writer.read(reopened, keyOf(permit), 'HKG', within(20_000));
    expect(found.ok && found.value).toEqual([endorsement]);
    await reopened.release();
  });

  it('a mute card: atrNotObtained', async () => {
    await bench.insert(await virtualPermit({ faults: [{ type: 'mute' }] }));
    expect(code(await reader.connect(within(10_000)))).toBe('atrNotObtained');
  });

  it('a card held by another program: cardInUse', async () => {
    await bench.insert(await virtualPermit());
    const other = createPcscCardReader(bench.pcsc, { readerName: null }, clock);
    expect(code(await other.open(within(10_000)))).toBe('ok');
    const held = await other.connect(within(10_000));
    expect(code(held)).toBe('ok');
    expect(code(await reader.connect(within(10_000)))).toBe('cardInUse');
    await other.close();
    const connection = await connected();
    await connection.release();
  });

  it('a card pulled in the middle: cardRemoved, and the next card is read', async () => {
    const permit = await virtualPermit({ faults: [{ type: 'pulled', atApdu: 9 }] });
    await bench.insert(permit);
    const connection = await connected();
    const read = await readPermit(connection, keyOf(permit), await readOptions());
    expect(code(read)).toBe('cardRemoved');
    expect(connection.removed.aborted).toBe(true);
    await media('notPresent');
    const next = await virtualPermit({ faults: [{ type: 'noDg2' }] });
    await bench.insert(next);
    const second = await connected();
    const again = await readPermit(second, keyOf(next), await readOptions());
    expect(code(again)).toBe('ok');
    await second.release();
  });

  it('a card taken while nothing is sent: the connection is aborted', async () => {
    await bench.insert(await virtualPermit());
    const connection = await connected();
    const gone = new Promise((resolve) =>
      connection.removed.addEventListener('abort', resolve, { once: true }),
    );
    await bench.remove();
    await gone;
    const answer = await connection.transmit(Uint8Array.of(0, 0x84, 0, 0, 8), within(1_000));
    expect(code(answer)).toBe('cardRemoved');
  });

  it('no card in time: timeOut; nobody waits any more: canceled', async () => {
    expect(code(await reader.connect(within(50)))).toBe('timeOut');
    const cancel = new AbortController();
    const waiting = reader.connect({ timeoutMs: 30_000, signal: cancel.signal });
    cancel.abort();
    expect(code(await waiting)).toBe('canceled');
  });

  it('a slow card: timeOut, and the card is usable afterwards', async () => {
    await bench.insert(await virtualPermit({ faults: [{ type: 'slow', msPerApdu: 300 }] }));
    const connection = await connected();
    const challenge = Uint8Array.of(0, 0x84, 0, 0, 8);
    expect(code(await connection.transmit(challenge, within(50)))).toBe('timeOut');
    const answer = await connection.transmit(challenge, within(10_000));
    expect(answer.ok && answer.value.length).toBe(2); // 6985: no application is selected
    await connection.release();
  });

  it('the service goes and comes again: powerOff, then online by itself', async () => {
    await bench.insert(await virtualPermit());
    const connection = await connected();
    await bench.stopService();
    await state('powerOff');
    expect(reader.media()).toBe('unknown');
    expect(connection.removed.aborted).toBe(true);
    expect(code(await reader.connect(within(1_000)))).toBe('deviceNotReady');
    await bench.startService();
    await state('online');
    const permit = await virtualPermit({ faults: [{ type: 'noDg2' }] });
    await bench.insert(permit);
    const next = await connected();
    expect(code(await readPermit(next, keyOf(permit), await readOptions()))).toBe('ok');
    await next.release();
  });

  it('no service at the start: deviceNotReady, and online once it runs', async () => {
    await bench.stopService();
    const late = createPcscCardReader(bench.pcsc, { readerName: null }, clock);
    expect(code(await late.open(within(300)))).toBe('deviceNotReady');
    expect(late.status().state).toBe('powerOff');
    await bench.startService();
    expect(code(await late.open(within(20_000)))).toBe('ok');
    await late.close();
    expect(late.status().state).toBe('offline');
    await state('online');
  });
});
