import { describe, expect, it } from 'vitest';
import {
  createReplyReader,
  type PrinterReply,
  unknownState,
  withFullStatus,
  withRealTime,
  withStatusBack,
} from '../../../devices/receipt-printer/status.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function* noise(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state & 0xff;
  }
}

describe('receipt printer status', () => {
  it('reads the published replies of a printer without paper: 1A 32 7E', () => {
    const first = withRealTime(unknownState, 1, 0x1a);
    const second = withRealTime(first, 2, 0x32);
    const fourth = withRealTime(second, 4, 0x7e);
    expect(fourth).toMatchObject({ offline: true, paperEnd: true, paperNearEnd: true, coverOpen: false });
  });

  it.each([
    [2, 0x16, { coverOpen: true }],
    [3, 0x1a, { cutterError: true }],
    [3, 0x32, { unrecoverable: true }],
    [3, 0x52, { overTemperature: true }],
    [3, 0x16, { paperJam: true }],
    [4, 0x1e, { paperNearEnd: true, paperEnd: false }],
  ] as const)('reads reply %i %i', (request, byte, expected) => {
    expect(withRealTime(unknownState, request, byte)).toMatchObject(expected);
  });

  it('reads automatic status back and full status', () => {
    expect(withStatusBack(unknownState, [0x38, 0x48, 0x0f, 0x00])).toMatchObject({
      offline: true,
      coverOpen: true,
      cutterError: true,
      overTemperature: true,
      paperEnd: true,
      paperNearEnd: true,
    });
    expect(withFullStatus(unknownState, [0x24, 0x00, 0x00, 0x00])).toMatchObject({
      ticketAtOutput: true,
      paperNearEnd: true,
      paperEnd: false,
    });
    expect(withFullStatus(unknownState, [0x01, 0x02, 0x41, 0x01])).toMatchObject({
      ticketAtOutput: false,
      paperEnd: true,
      coverOpen: true,
      overTemperature: true,
      paperJam: true,
      cutterError: true,
    });
  });

  it('tells the replies apart however the bytes are cut', () => {
    const stream = bytes('12 10000300 99 372230303037 00 1A 372500 100F 20000000 14');
    const expected: PrinterReply[] = [
      { kind: 'realTime', byte: 0x12 },
      { kind: 'statusBack', bytes: [0x10, 0, 3, 0] },
      { kind: 'processId', id: '0007' },
      { kind: 'realTime', byte: 0x1a },
      { kind: 'bufferCleared' },
      { kind: 'fullStatus', bytes: [0x20, 0, 0, 0] },
    ];
    for (let size = 1; size <= stream.length; size += 1) {
      const reader = createReplyReader();
      const found: PrinterReply[] = [];
      for (let at = 0; at < stream.length; at += size) {
        found.push(...reader.push(stream.subarray(at, at + size), true));
      }
      expect(found).toEqual(expected);
    }
  });

  it('takes 10 0F for status back where no full status was asked for', () => {
    expect(createReplyReader().push(bytes('100F0000'), false)).toEqual([
      { kind: 'statusBack', bytes: [0x10, 0x0f, 0, 0] },
    ]);
  });

  it('never throws or hangs on 200,000 random bytes and reads a reply after them', () => {
    const reader = createReplyReader();
    const random = noise(712);
    let found = 0;
    for (let fed = 0; fed < 200_000; ) {
      const size = 1 + (random.next().value ?? 0);
      found += reader.push(
        Uint8Array.from({ length: size }, () => random.next().value ?? 0),
        fed % 2 === 0,
      ).length;
      fed += size;
    }
    expect(found).toBeGreaterThan(1000);
    const after = reader.push(bytes('FFFFFFFFFFFFFFFF 372230303037 00'), false);
    expect(after.at(-1)).toEqual({ kind: 'processId', id: '0007' });
  });
});
