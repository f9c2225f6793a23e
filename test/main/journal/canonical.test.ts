import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CanonicalField, canonicalText } from '../../../main/journal/canonical.ts';

const fields = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger().map((n) => (n === 0 ? 0 : n)),
    fc.uint8Array({ maxLength: 40 }),
    fc.constant(null),
  ),
  { maxLength: 6 },
);

/** Reads the documented form back, independently of the encoder. */
function decode(text: string): CanonicalField[] {
  const values: (string | number | null | { base64: string })[] = JSON.parse(text);
  return values.map((value) =>
    typeof value === 'object' && value !== null ? new Uint8Array(Buffer.from(value.base64, 'base64')) : value,
  );
}

describe('the canonical text', () => {
  it('can be read back after a way through UTF-8, so no two tuples share it', () => {
    fc.assert(
      fc.property(fields, (tuple) => {
        expect(decode(Buffer.from(canonicalText(tuple)).toString('utf8'))).toEqual(tuple);
      }),
    );
  });

  it('is the same for equal tuples', () => {
    fc.assert(
      fc.property(fields, (tuple) => {
        const copy = tuple.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
        expect(canonicalText(copy)).toBe(canonicalText(tuple));
      }),
    );
  });

  it('tells fields apart that only look alike when joined', () => {
    const variants: CanonicalField[][] = [
      ['ab', 'c'],
      ['a', 'bc'],
      ['a","b'],
      ['a', 'b'],
      ['abc', ''],
      ['abc', null],
      [1],
      ['1'],
      [new Uint8Array([0x31])],
      ['{"base64":"MQ=="}'],
    ];
    expect(new Set(variants.map(canonicalText)).size).toBe(variants.length);
  });

  it('is what it is, character for character', () => {
    expect(canonicalText(['é"\n', -5, null, new Uint8Array([1, 2, 3])])).toBe(
      '["é\\"\\n",-5,null,{"base64":"AQID"}]',
    );
  });

  it('refuses numbers without a single form', () => {
    for (const number of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => canonicalText([number])).toThrow(TypeError);
    }
  });
});
