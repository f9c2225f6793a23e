import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createCardUnit } from '../../native-mocks/card-unit.ts';
import { BIT_RATE_106, exchangeMs, fieldTiming } from '../../native-mocks/contactless-timing.ts';
import { createVirtualPcsc, followCardUnit, type VirtualPcsc } from '../../native-mocks/pcsc-mini.ts';
import { createVirtualPermit } from '../../native-mocks/permit/permit-card.ts';
import type { PersonalisationFault } from '../../native-mocks/permit/personalise.ts';
import { hex, toHex } from './permit/independent-terminal.ts';
import { specOf } from './permit/invented-people.ts';

const SELECT = hex('00A4040C07A0000002471001');
const CHALLENGE = hex('0084000008');
const permitWith = (...faults: PersonalisationFault[]) => createVirtualPermit(specOf({ faults }));

/** A client that has seen its one reader, with what it was told so far. */
async function started(pcsc: VirtualPcsc) {
  const client = new pcsc.module.Client();
  const told: string[] = [];
  client.on('error', (error) => told.push(`error ${error.code}`));
  client.on('reader', (reader) => {
    told.push(`reader ${reader.name()}`);
    reader.on('change', (status) => told.push(String(status)));
    reader.on('disconnect', () => told.push('disconnect'));
  });
  const seen = once(client, 'reader');
  client.start();
  await seen;
  const reader = client.reader('Reader A');
  if (reader === undefined) throw new Error('no reader');
  return { client, reader, told };
}

/** Lets everything that was due be told. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

function fresh() {
  const pcsc = createVirtualPcsc();
  return { pcsc, virtual: pcsc.addReader('Reader A'), ...pcsc.module };
}

const code = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
};

describe('the stand-in for pcsc-mini', () => {
  it('has the constants of the package', async () => {
    const real = await import('pcsc-mini').catch(() => null);
    const { pcsc } = fresh();
    if (real === null) {
      // the package loads libpcsclite, which set-up can only install as root
      console.warn('pcsc-mini cannot be loaded here: its constants were not compared');
      expect(process.getuid?.()).not.toBe(0);
      return;
    }
    for (const name of ['CardDisposition', 'CardMode', 'CardStatus', 'Protocol', 'ReaderStatus'] as const) {
      expect([name, pcsc.module[name]]).toEqual([name, real[name]]);
    }
    expect(pcsc.module.MAX_ATR_LEN).toBe(real.MAX_ATR_LEN);
    expect(pcsc.module.controlCode(3400)).toBe(real.controlCode(3400));
    for (const name of Object.keys(real)) expect([name, name in pcsc.module]).toEqual([name, true]);
    for (const raw of [0x22, 0x12, 0x222, 0xa2]) {
      expect(pcsc.module.readerStatusString(raw)).toBe(real.readerStatusString(raw));
    }
    for (const protocol of [0, 1, 2]) {
      expect(pcsc.module.protocolString(protocol)).toBe(real.protocolString(protocol));
    }
  });

  it('tells of readers and of cards coming and going', async () => {
    const { pcsc, virtual } = fresh();
    const { told, client } = await started(pcsc);
    virtual.insert(permitWith());
    virtual.remove();
    virtual.insert(permitWith({ type: 'mute' }));
    await settled();
    virtual.unplug();
    await settled();
    expect(client.reader('Reader A')).toBeUndefined();
    virtual.plugIn();
    await settled();
    expect(told).toEqual([
      'reader Reader A',
      '{ EMPTY }',
      '{ PRESENT }',
      '{ EMPTY }',
      '{ PRESENT | MUTE }',
      'disconnect',
      'reader Reader A',
      '{ PRESENT | MUTE }',
    ]);
    client.stop();
    virtual.remove();
    await settled();
    expect(told.at(-1)).toBe('disconnect');
  });

  it('carries APDUs to the card and back, into a buffer if one is given', async () => {
    const { pcsc, virtual, CardMode } = fresh();
    virtual.insert(permitWith());
    const { reader } = await started(pcsc);
    const card = await reader.connect(CardMode.EXCLUSIVE);
    expect(toHex(await card.transmit(SELECT))).toBe('9000');
    expect(await card.transmit(CHALLENGE, new ArrayBuffer(65538))).toHaveLength(10);
    expect(await code(card.transmit(CHALLENGE, new ArrayBuffer(4)))).toBe('InsufficientBuffer');
    const state = await card.state();
    expect(toHex(state.atr)).toBe('3B8580018073D621E0E0');
    expect([card.protocol(), state.readerName, String(state.status)]).toEqual([
      pcsc.module.Protocol.T1,
      'Reader A',
      '{ PRESENT | POWERED | NEGOTIABLE }',
    ]);
    expect(virtual.exchanged).toEqual({ apdus: 3, bytes: 12 + 2 + 5 + 10 + 5 + 10, transportMs: 0 });
  });

  it('refuses what cannot be connected', async () => {
    const { pcsc, virtual, CardMode, Protocol } = fresh();
    const { reader } = await started(pcsc);
    expect(await code(reader.connect(CardMode.EXCLUSIVE))).toBe('NoSmartCard');
    virtual.insert(permitWith({ type: 'mute' }));
    expect(await code(reader.connect(CardMode.EXCLUSIVE))).toBe('UnpoweredCard');
    virtual.insert(permitWith());
    expect(await code(reader.connect(CardMode.EXCLUSIVE, Protocol.T0))).toBe('ProtoMismatch');
    virtual.holdByOther();
    expect(await code(reader.connect(CardMode.EXCLUSIVE))).toBe('SharingViolation');
    expect(await code(reader.connect(CardMode.SHARED))).toBe('SharingViolation');
    virtual.releaseByOther();
    const card = await reader.connect(CardMode.SHARED);
    expect(await code(reader.connect(CardMode.EXCLUSIVE))).toBe('SharingViolation');
    expect(await code(reader.connect(CardMode.SHARED))).toBe('ok');
    virtual.unplug();
    expect(await code(card.transmit(SELECT))).toBe('ReaderUnavailable');
    expect(await code(reader.connect(CardMode.EXCLUSIVE))).toBe('UnknownReader');
  });

  it('says of a mute card what other drivers say', async () => {
    const pcsc = createVirtualPcsc({ muteCode: 'UnresponsiveCard' });
    pcsc.addReader('Reader A').insert(permitWith({ type: 'mute' }));
    const { reader } = await started(pcsc);
    expect(await code(reader.connect(pcsc.module.CardMode.EXCLUSIVE))).toBe('UnresponsiveCard');
  });

  it('keeps the reader taken by a connection that outlived its card, until it is closed', async () => {
    const { pcsc, virtual, CardMode, CardDisposition } = fresh();
    virtual.insert(permitWith());
    const { reader, told } = await started(pcsc);
    const card = await reader.connect(CardMode.EXCLUSIVE);
    virtual.remove();
    virtual.insert(permitWith());
    await settled();
    expect(told.slice(-2)).toEqual(['{ EMPTY | EXCLUSIVE }', '{ PRESENT | EXCLUSIVE }']);
    expect(await code(card.transmit(SELECT))).toBe('RemovedCard');
    expect(await code(reader.connect(CardMode.EXCLUSIVE))).toBe('SharingViolation');
    await card.disconnect(CardDisposition.LEAVE);
    await card.disconnect(CardDisposition.LEAVE);
    expect(await code(card.transmit(SELECT))).toBe('NoCardConnection');
    expect(await code(reader.connect(CardMode.EXCLUSIVE))).toBe('ok');
  });

  it('loses a card that is pulled in the middle of an exchange', async () => {
    const { pcsc, virtual, CardMode } = fresh();
    virtual.insert(permitWith({ type: 'pulled', atApdu: 2 }));
    const { reader, told } = await started(pcsc);
    const card = await reader.connect(CardMode.EXCLUSIVE);
    await card.transmit(SELECT);
    expect(await code(card.transmit(CHALLENGE))).toBe('NotTransacted');
    expect(await code(card.transmit(CHALLENGE))).toBe('RemovedCard');
    await settled();
    expect(told.at(-1)).toBe('{ EMPTY | EXCLUSIVE }');

    const other = createVirtualPcsc({ cutOff: 'emptyResponse' });
    other.addReader('Reader A').insert(permitWith({ type: 'pulled', atApdu: 1 }));
    const cut = await (await started(other)).reader.connect(CardMode.EXCLUSIVE);
    expect(await cut.transmit(SELECT)).toHaveLength(0);
    expect(await code(cut.transmit(SELECT))).toBe('RemovedCard');
  });

  it('forgets access when the card is reset at the end, and tells others of a reset', async () => {
    const { pcsc, virtual, CardMode, CardDisposition } = fresh();
    virtual.insert(permitWith());
    const { reader } = await started(pcsc);
    const first = await reader.connect(CardMode.SHARED);
    await first.transmit(SELECT);
    expect(toHex((await first.transmit(CHALLENGE)).subarray(-2))).toBe('9000');
    virtual.resetByOther();
    expect(await code(first.transmit(CHALLENGE))).toBe('ResetCard');
    await first.reconnect(CardMode.SHARED, CardDisposition.LEAVE);
    expect(toHex(await first.transmit(CHALLENGE))).toBe('6985');
    await first.transmit(SELECT);
    await first.disconnect(CardDisposition.RESET);
    const second = await reader.connect(CardMode.EXCLUSIVE);
    expect(toHex(await second.transmit(CHALLENGE))).toBe('6985');
  });

  it('goes with the service and comes back to a new client', async () => {
    const { pcsc, virtual, CardMode } = fresh();
    virtual.insert(permitWith());
    const { client, reader, told } = await started(pcsc);
    const card = await reader.connect(CardMode.EXCLUSIVE);
    pcsc.stopService();
    await settled();
    expect(told.at(-1)).toBe('error CommError');
    expect(await code(card.transmit(SELECT))).toBe('NoService');
    expect(await code(reader.connect(CardMode.EXCLUSIVE))).toBe('NoService');
    expect(() => client.stop()).toThrow('NoService');
    expect(() => client.start()).toThrow('already');
    expect(() => new pcsc.module.Client().start()).toThrow('NoService');
    pcsc.startService();
    const again = await started(pcsc);
    expect(await code(again.reader.connect(CardMode.EXCLUSIVE))).toBe('ok');
  });
});

describe('a reader over a card unit', () => {
  it('has the card in its field while the card is inside', async () => {
    const { pcsc, virtual, CardMode } = fresh();
    const unit = createCardUnit({ binCapacity: 1 });
    const stop = followCardUnit(virtual, unit);
    const { reader, told } = await started(pcsc);
    const permit = permitWith();
    unit.insert({ permit, backImage: null, printedMrz: permit.printedMrz });
    expect(await code(reader.connect(CardMode.EXCLUSIVE))).toBe('NoSmartCard');
    unit.draw();
    const card = await reader.connect(CardMode.EXCLUSIVE);
    expect(toHex(await card.transmit(SELECT))).toBe('9000');
    unit.printBack(Uint8Array.of(1));
    expect(toHex(await card.transmit(SELECT))).toBe('9000');
    unit.eject();
    expect(await code(card.transmit(SELECT))).toBe('RemovedCard');
    await settled();
    expect(told.slice(-2)).toEqual(['{ PRESENT }', '{ EMPTY | EXCLUSIVE }']);
    stop();
  });

  it('finds a card that was inside before', async () => {
    const { pcsc, virtual, CardMode } = fresh();
    const permit = permitWith();
    const card = { permit, backImage: null, printedMrz: permit.printedMrz };
    followCardUnit(
      virtual,
      createCardUnit({ binCapacity: 1, initially: { position: 'inside', card, retained: [] } }),
    );
    const { reader } = await started(pcsc);
    expect(await code(reader.connect(CardMode.EXCLUSIVE))).toBe('ok');
  });
});

describe('transport time', () => {
  it('counts bytes, blocks and chaining at the bit rate', () => {
    const perByte = 9000 / BIT_RATE_106;
    expect(exchangeMs(BIT_RATE_106, 5, 10)).toBeCloseTo((5 + 3 + 10 + 3) * perByte, 9);
    expect(exchangeMs(BIT_RATE_106, 5, 1000)).toBeCloseTo((5 + 3 + 1000 + 4 * 3 + 3 * 3) * perByte, 9);
  });

  it('is what an exchange lasts on the given clock, oversleeping made up for', async () => {
    let time = 0;
    const clock = {
      now: () => time,
      delay: async (ms: number) => {
        time += Math.ceil(ms) + 1;
      },
    };
    const pcsc = createVirtualPcsc({ timing: fieldTiming(BIT_RATE_106, clock) });
    const virtual = pcsc.addReader('Reader A');
    virtual.insert(permitWith());
    const { reader } = await started(pcsc);
    const card = await reader.connect(pcsc.module.CardMode.EXCLUSIVE);
    for (let i = 0; i < 50; i++) await card.transmit(SELECT);
    expect(virtual.exchanged.transportMs).toBeCloseTo(50 * exchangeMs(BIT_RATE_106, 12, 2), 6);
    expect(Math.abs(time - virtual.exchanged.transportMs)).toBeLessThan(3);
  });
});
