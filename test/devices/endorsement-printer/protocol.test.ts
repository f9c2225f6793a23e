import { describe, expect, it } from 'vitest';
import {
  ACK,
  crc16,
  createFrameReader,
  decodeIdentity,
  decodeRasterRows,
  decodeReply,
  decodeStatus,
  encodeFrame,
  encodeIdentity,
  encodeRasterRows,
  encodeReply,
  encodeStatus,
  type Frame,
  maxFrameBody,
  NAK,
  type Received,
  statusFlags,
  type UnitStatus,
} from '../../../devices/endorsement-printer/protocol.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Marsaglia's xorshift: the same bytes in every run. */
function* noise(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state & 0xff;
  }
}

const status: UnitStatus = {
  position: 'inside',
  flags: {
    shutterOpen: false,
    coverOpen: false,
    jam: true,
    binFull: false,
    binHigh: true,
    headTooHot: false,
    busy: false,
    headWorn: false,
  },
  headTemperature: 34,
  retainedCards: 2,
};

describe('endorsement unit protocol', () => {
  it('uses the CRC whose value over 123456789 is 29B1', () => {
    expect(crc16(new TextEncoder().encode('123456789'))).toBe(0x29b1);
  });

  it('lays frames out as documented', () => {
    expect(hex(encodeFrame({ command: 0x02, sequence: 0x07, data: new Uint8Array(0) }))).toBe(
      '0200020207FC2503',
    );
    expect(hex(encodeFrame({ command: 0x10, sequence: 0x08, data: bytes('001E') }))).toBe(
      '0200041008001EC6EF03',
    );
  });

  it('lays status and reply out as documented', () => {
    expect(hex(encodeStatus(status))).toBe('02142202');
    expect(decodeStatus(bytes('02142202'))).toEqual({ ok: true, value: status });
    expect(decodeStatus(bytes('0000FF00'))).toMatchObject({ ok: true, value: { headTemperature: null } });
    expect(hex(encodeReply({ result: 'jam', status, data: bytes('AB') }))).toBe('0202142202AB');
    expect(decodeReply(bytes('0202142202AB'))).toEqual({
      ok: true,
      value: { result: 'jam', status, data: bytes('AB') },
    });
    expect(Object.values(statusFlags).reduce((sum, flag) => sum | flag, 0)).toBe(0xff);
  });

  it.each(['', '00', '0005002200', '63000022', 'FF02142202'])('refuses the reply %s', (text) => {
    expect(decodeReply(bytes(text)).ok).toBe(false);
  });

  it('carries identity and raster rows there and back', () => {
    const identity = { modelName: 'ERU-300', serialNumber: '000017', firmware: '1.0.4' };
    expect(encodeIdentity(identity)).toHaveLength(40);
    expect(decodeIdentity(encodeIdentity(identity))).toEqual({ ok: true, value: identity });
    expect(decodeIdentity(new Uint8Array(39)).ok).toBe(false);
    const part = { width: 12, height: 4, firstRow: 2, rows: bytes('FFF0 8010') };
    expect(hex(encodeRasterRows(part))).toBe('000C00040002FFF08010');
    expect(decodeRasterRows(encodeRasterRows(part))).toEqual({ ok: true, value: part });
    expect(decodeRasterRows(encodeRasterRows({ ...part, firstRow: 3 })).ok).toBe(false);
    expect(decodeRasterRows(encodeRasterRows({ ...part, rows: bytes('FFF080') })).ok).toBe(false);
  });

  it('reads frames however the bytes are cut, and passes over rubbish between them', () => {
    const frames: Frame[] = [
      { command: 0x82, sequence: 1, data: bytes('00 02142202') },
      { command: 0xf0, sequence: 2, data: bytes('32') },
    ];
    const stream = [
      ACK,
      0x99,
      ...encodeFrame(frames[0] as Frame),
      NAK,
      0x00,
      ...encodeFrame(frames[1] as Frame),
    ];
    for (let size = 1; size <= stream.length; size += 1) {
      const reader = createFrameReader();
      const found: Received[] = [];
      for (let at = 0; at < stream.length; at += size) {
        found.push(...reader.push(Uint8Array.from(stream.slice(at, at + size))));
      }
      expect(found).toEqual([
        { kind: 'ack' },
        { kind: 'frame', frame: frames[0] },
        { kind: 'nak' },
        { kind: 'frame', frame: frames[1] },
      ]);
    }
  });

  it('tells a damaged frame and reads the next', () => {
    const good = encodeFrame({ command: 0x82, sequence: 3, data: bytes('00 06150203') });
    for (let at = 0; at < good.length; at += 1) {
      const damaged = Uint8Array.from(good);
      damaged[at] = (damaged[at] ?? 0) ^ 0x41;
      const reader = createFrameReader();
      const found = [...reader.push(damaged)];
      reader.reset();
      found.push(...reader.push(good));
      expect(found.filter((item) => item.kind === 'frame')).toHaveLength(1);
    }
  });

  it('never throws, hangs or hoards on 200,000 random bytes, and still reads a frame after them', () => {
    const reader = createFrameReader();
    const random = noise(20260712);
    let found = 0;
    for (let fed = 0; fed < 200_000; ) {
      const size = 1 + (random.next().value ?? 0);
      const piece = Uint8Array.from({ length: size }, () => random.next().value ?? 0);
      found += reader.push(piece).length;
      fed += size;
    }
    expect(found).toBeGreaterThan(100);
    const frame = { command: 0x82, sequence: 9, data: bytes('00 02142202') };
    const padding = new Uint8Array(maxFrameBody + 6);
    expect([...reader.push(padding), ...reader.push(encodeFrame(frame))]).toContainEqual({
      kind: 'frame',
      frame,
    });
    for (let round = 0; round < 20_000; round += 1) {
      const piece = Uint8Array.from(
        { length: (random.next().value ?? 0) % 12 },
        () => random.next().value ?? 0,
      );
      decodeReply(piece);
      decodeRasterRows(piece);
      decodeIdentity(piece);
    }
  });
});
