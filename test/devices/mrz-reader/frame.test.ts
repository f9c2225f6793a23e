import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMrzFrameParser } from '../../../devices/mrz-reader/frame.ts';

const LINE = 'CSCA00000015<2906302<8506151<4';
const frame = (text: string): string => `\x02${text}\r\x03`;
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const outcomes = (text: string): string[] =>
  createMrzFrameParser()
    .push(bytes(text))
    .map((line) => (line.ok ? line.value.documentNumber : line.error.message));

describe('frames of the MRZ reader', () => {
  it('give the line, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 5 }), (cuts) => {
        const all = bytes(`noise${frame(LINE)}`);
        const parser = createMrzFrameParser();
        const ends = [...cuts, all.length].sort((a, b) => a - b);
        const found = ends.flatMap((end, i) => parser.push(all.subarray(i === 0 ? 0 : ends[i - 1], end)));
        expect(found.map((line) => line.ok && line.value.documentNumber)).toEqual(['CA0000001']);
        expect(parser.pending()).toBe(false);
      }),
    );
  });
  it.each([
    [
      'a wrong check digit',
      frame(LINE.replace('CA0000001', 'CA0000002')),
      ['documentNumber: the check digit does not agree'],
    ],
    ['too short a line', frame(LINE.slice(1)), ['line: the wrong number of characters']],
    ['a line without its end', `\x02${LINE}\x03`, ['the frame has no end of line']],
    [
      'a frame that breaks off and comes again',
      `\x02${LINE.slice(0, 9)}${frame(LINE)}`,
      ['the frame before broke off', 'CA0000001'],
    ],
    ['a frame without end', `\x02${LINE}\r${LINE}`, ['the frame is too long']],
    ['noise between frames', `\x03\r${LINE}`, []],
  ])('%s', (_, text, expected) => {
    expect(outcomes(text)).toEqual(expected);
  });
  it('never say what was read', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z0-9]{30}$/), (text) => {
        const [outcome] = outcomes(frame(text));
        expect(outcome).not.toContain(text.slice(0, 6));
      }),
    );
  });
  it('any bytes whatever give lines or reasons', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        for (const line of createMrzFrameParser().push(data)) expect(typeof line.ok).toBe('boolean');
      }),
      { numRuns: 2_000 },
    );
  });
});
