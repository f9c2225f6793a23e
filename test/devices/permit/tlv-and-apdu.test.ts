import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeCommand,
  decodeResponse,
  encodeCommand,
  encodeResponse,
} from '../../../devices/permit/apdu.ts';
import { decodeTlv, decodeTlvHeader, decodeTlvs, encodeTlv } from '../../../devices/permit/tlv.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('BER-TLV', () => {
  it('comes back to what went in, whatever the length form', () => {
    const tag = fc.constantFrom(0x04, 0x87, 0x5f2e, 0x7f61, 0x7f4e);
    fc.assert(
      fc.property(tag, fc.integer({ min: 0, max: 70_000 }), (number, length) => {
        const value = new Uint8Array(length).fill(0xa5);
        const encoded = encodeTlv(number, value);
        const decoded = decodeTlv(encoded, number);
        expect(decoded.ok && decoded.value.length).toBe(length);
      }),
      { numRuns: 50 },
    );
  });
  it.each([
    ['', 'truncated'],
    ['5f', 'truncated'],
    ['04', 'truncated'],
    ['0482ff', 'truncated'],
    ['0480', 'badLength'],
    ['0485 0000000001', 'badLength'],
    ['1f818181 01', 'badTag'],
    ['0000', 'badTag'],
  ])('header %s is %s', (hex, code) => {
    const header = decodeTlvHeader(bytes(hex));
    expect(header.ok ? 'ok' : header.error.code).toBe(code);
  });
  it('names what is wrong around one object', () => {
    const code = (hex: string): string => {
      const value = decodeTlv(bytes(hex), 0x04);
      return value.ok ? 'ok' : value.error.code;
    };
    expect(['0401aa', '0501aa', '0402aa', '0401aabb'].map(code)).toEqual([
      'ok',
      'badTag',
      'truncated',
      'trailingBytes',
    ]);
    const list = decodeTlvs(bytes('0401aa 0402bb'));
    expect(list.ok ? 'ok' : list.error.code).toBe('truncated');
  });
});

describe('APDUs', () => {
  it('commands come back to what went in, in every case and both lengths', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const le = fc.option(fc.integer({ min: 1, max: 65536 }));
    const data = fc.oneof(
      fc.uint8Array({ maxLength: 255 }),
      fc.uint8Array({ minLength: 256, maxLength: 700 }),
    );
    fc.assert(
      fc.property(
        byte,
        byte,
        byte,
        byte,
        data,
        le,
        fc.boolean(),
        (cla, ins, p1, p2, body, wanted, extended) => {
          const command = { cla, ins, p1, p2, data: body, le: wanted };
          const decoded = decodeCommand(encodeCommand(command, extended));
          if (!decoded.ok) throw new Error(decoded.error.message);
          const { extended: _, ...rest } = decoded.value;
          expect({ ...rest, data: Buffer.from(rest.data) }).toEqual({ ...command, data: Buffer.from(body) });
        },
      ),
    );
  });
  it.each([
    ['00A4040C07A0000002471001', 7, null, false],
    ['00B0000000', 0, 256, false],
    ['00B00000000000', 0, 65536, true],
    ['00840000 08', 0, 8, false],
    ['00D60000 000002 AABB 0100', 2, 256, true],
    ['00A40000', 0, null, false],
  ])('%s', (hex, length, le, extended) => {
    const command = decodeCommand(bytes(hex));
    expect(command.ok && [command.value.data.length, command.value.le, command.value.extended]).toEqual([
      length,
      le,
      extended,
    ]);
  });
  it.each(['', '00A404', '00A4040C07A0', '00A4040C0000', '00A4040C00000000', '00A4040C000002AA'])(
    'refuses %s',
    (hex) => {
      expect(decodeCommand(bytes(hex)).ok).toBe(false);
    },
  );
  it('responses', () => {
    const response = decodeResponse(encodeResponse({ data: bytes('0102'), sw: 0x6282 }));
    expect(response.ok && response.value.sw).toBe(0x6282);
    expect(decodeResponse(bytes('90')).ok).toBe(false);
  });
});
