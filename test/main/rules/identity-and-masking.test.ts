import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faceVerdict } from '../../../main/rules/face.ts';
import { identityNumberCheckDigit, parseIdentityNumber } from '../../../main/rules/identity-number.ts';
import { maskDocument, maskIdentityNumber, maskName, maskPhone } from '../../../main/rules/masking.ts';

const dates = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .map((each) => each.toISOString().slice(0, 10));
const identityNumbers = fc
  .tuple(fc.integer({ min: 110000, max: 659999 }), dates, fc.integer({ min: 0, max: 999 }))
  .map(([division, date, order]) => {
    const first17 = `${division}${date.replaceAll('-', '')}${String(order).padStart(3, '0')}`;
    return first17 + identityNumberCheckDigit(first17);
  });

describe('identity numbers', () => {
  it.each([
    ['231025199001010019', '1990-01-01', 'M'],
    ['231002198506150026', '1985-06-15', 'F'],
    ['231025201005201234', '2010-05-20', 'M'],
    ['231025195503100040', '1955-03-10', 'F'],
  ])('%s', (number, dateOfBirth, sex) => {
    expect(parseIdentityNumber(number)).toEqual({
      ok: true,
      value: { division: number.slice(0, 6), dateOfBirth, sex },
    });
  });

  it('of every division, date and order are read', () => {
    fc.assert(
      fc.property(identityNumbers, (number) => {
        const parsed = parseIdentityNumber(number.toLowerCase());
        expect(parsed.ok && parsed.value.dateOfBirth.replaceAll('-', '')).toBe(number.slice(6, 14));
      }),
    );
  });

  it('with one digit changed, or two neighbours swapped, are noticed', () => {
    fc.assert(
      fc.property(identityNumbers, fc.nat(16), fc.integer({ min: 1, max: 9 }), (number, at, add) => {
        const changed = (Number(number[at]) + add) % 10;
        expect(parseIdentityNumber(number.slice(0, at) + changed + number.slice(at + 1)).ok).toBe(false);
        const [a, b] = [number.charAt(at), number.charAt(at + 1)];
        if (a !== b)
          expect(parseIdentityNumber(number.slice(0, at) + b + a + number.slice(at + 2)).ok).toBe(false);
      }),
    );
  });

  it.each([
    ['', 'form'],
    ['23102519900101001', 'form'],
    ['X31025199001010019', 'form'],
    ['231025199002300019', 'dateOfBirth'],
    ['231025199001010018', 'checkDigit'],
  ])('%j has a wrong %s', (number, problem) => {
    expect(parseIdentityNumber(number)).toEqual({ ok: false, problem });
  });
});

describe('masking', () => {
  it.each([
    ['王小明', '王*明'],
    ['王明', '王*'],
    ['王', '*'],
    ['欧阳小明', '欧**明'],
    ['𠮷田一', '𠮷*一'],
    ['', ''],
  ])('name %s', (name, masked) => {
    expect(maskName(name)).toBe(masked);
  });
  it('document, telephone and identity number', () => {
    expect(maskDocument('C00000001')).toBe('C0000****1');
    expect(maskPhone('13800000012')).toBe('138****0012');
    expect(maskIdentityNumber('231025199001010019')).toBe('231*************19');
    expect([maskDocument('C1'), maskPhone('110'), maskIdentityNumber('12')]).toEqual(['**', '***', '**']);
  });
  it('never shows the middle of a number', () => {
    fc.assert(
      fc.property(identityNumbers, (number) => {
        expect(maskIdentityNumber(number)).not.toContain(number.slice(6, 14));
      }),
    );
  });
});

describe('the live face', () => {
  const thresholds = { similarity: 0.6, antiSpoof: 0.5, liveness: 0.5 };
  it.each([
    [0.6, 0.5, 0.5, { match: true }],
    [0.59, 0.9, 0.9, { match: false, why: 'different', rule: 'G03.different' }],
    [0.9, 0.49, 0.9, { match: false, why: 'spoof', rule: 'G03.spoof' }],
    [0.9, 0.9, 0.49, { match: false, why: 'spoof', rule: 'G03.spoof' }],
    [0.1, 0.1, 0.1, { match: false, why: 'spoof', rule: 'G03.spoof' }],
    [Number.NaN, 0.9, 0.9, { match: false, why: 'different', rule: 'G03.different' }],
    [0.9, Number.NaN, 0.9, { match: false, why: 'spoof', rule: 'G03.spoof' }],
  ])('similarity %d, anti-spoof %d, liveness %d', (similarity, antiSpoof, liveness, verdict) => {
    expect(faceVerdict(thresholds, { similarity, antiSpoof, liveness })).toEqual(verdict);
  });
});
