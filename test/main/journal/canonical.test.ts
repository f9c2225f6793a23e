import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CanonicalField, canonicalBytes, canonicalJson } from '../../../main/journal/canonical.ts';

const field: fc.Arbitrary<CanonicalField> = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.maxSafeInteger(),
  fc.uint8Array({ maxLength: 40 }),
  fc.constant(null),
);
const fields = fc.array(field, { maxLength: 6 });

/** Reads the documented layout back, independently of the encoder. */
function decode(bytes: Buffer): CanonicalField[] {
  const decoded: CanonicalField[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 1);
    const content = bytes.subarray(at + 5, at + 5 + length);
    const tag = bytes.readUInt8(at);
    if (tag === 0) decoded.push(null);
    else if (tag === 1) decoded.push(content.toString('utf8'));
    else if (tag === 2) decoded.push(Number(content.toString('latin1')));
    else decoded.push(new Uint8Array(content));
    at += 5 + length;
  }
  return decoded;
}

describe('canonical bytes', () => {
  it('can be read back, so no two tuples share them', () => {
    fc.assert(
      fc.property(fields, (tuple) => {
        expect(decode(canonicalBytes(tuple))).toEqual(tuple.map((value) => (value === 0 ? 0 : value)));
      }),
    );
  });

  it('tells fields apart that only look alike when joined', () => {
    const variants: CanonicalField[][] = [
      ['ab', 'c'],
      ['a', 'bc'],
      ['abc'],
      ['abc', ''],
      ['abc', null],
      [1],
      ['1'],
      [new Uint8Array([0x31])],
    ];
    expect(new Set(variants.map((tuple) => canonicalBytes(tuple).toString('hex'))).size).toBe(
      variants.length,
    );
  });

  it('refuses what has no single form', () => {
    expect(() => canonicalBytes([0.5])).toThrow(TypeError);
    expect(() => canonicalBytes([Number.NaN])).toThrow(TypeError);
    expect(() => canonicalBytes(['\ud800'])).toThrow(TypeError);
  });
});

describe('canonical JSON', () => {
  it('carries the value and does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(turned)).toBe(text);
      }),
    );
  });

  it('is what it is, byte for byte', () => {
    expect(canonicalJson({ b: [1, 'é', null], a: { d: true, c: 1.5 }, gone: undefined })).toBe(
      '{"a":{"c":1.5,"d":true},"b":[1,"é",null]}',
    );
  });

  it('refuses what JSON cannot carry', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
    expect(() => canonicalJson([() => 1])).toThrow(TypeError);
  });
});
