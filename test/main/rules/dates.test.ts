import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, addMonths, ageOn, daysBetween, isDate } from '../../../main/rules/dates.ts';
import { entriesAllowed, periodMonths, validUntil } from '../../../main/rules/validity.ts';

const date = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2199-12-31T00:00:00Z'), noInvalidDate: true })
  .map((each) => each.toISOString().slice(0, 10));

describe('calendar dates', () => {
  it.each(['2018-07-12', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])('%s is one', (text) => {
    expect(isDate(text)).toBe(true);
  });
  it.each([
    '2018-7-12',
    '2018-02-29',
    '1900-02-29',
    '2018-13-01',
    '2018-00-01',
    '2018-04-31',
    '2018-01-00',
    '',
    '20180712',
    '2018-07-12T00:00',
  ])('%j is none', (text) => {
    expect(isDate(text)).toBe(false);
  });

  it('count days as the calendar does', () => {
    fc.assert(
      fc.property(date, fc.integer({ min: -40_000, max: 40_000 }), (from, days) => {
        const expected = new Date(Date.parse(from) + days * 86_400_000).toISOString().slice(0, 10);
        expect(addDays(from, days)).toBe(expected);
        expect(daysBetween(from, expected)).toBe(days);
      }),
    );
  });

  it('keep the day of the month where the month has it, else its last day', () => {
    fc.assert(
      fc.property(date, fc.integer({ min: -1200, max: 1200 }), (from, months) => {
        const to = addMonths(from, months);
        expect(isDate(to)).toBe(true);
        const index = (text: string) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
        expect(index(to) - index(from)).toBe(months);
        if (to.slice(8) !== from.slice(8)) expect(addDays(to, 1).slice(8)).toBe('01');
      }),
    );
    expect(addMonths('2018-11-30', 3)).toBe('2019-02-28');
    expect(addMonths('2024-02-29', 12)).toBe('2025-02-28');
    expect(addMonths('2018-01-31', -2)).toBe('2017-11-30');
  });

  it('refuse what is no date', () => {
    expect(() => addDays('2018-02-30', 1)).toThrow();
    expect(() => addDays('9999-12-31', 1)).toThrow();
  });
});

describe('age', () => {
  it.each([
    ['2002-07-12', '2018-07-12', 16],
    ['2002-07-13', '2018-07-12', 15],
    ['2002-08-01', '2018-07-12', 15],
    ['2004-02-29', '2020-02-28', 15],
    ['2004-02-29', '2020-02-29', 16],
    ['2004-02-29', '2021-02-28', 16],
    ['2004-02-29', '2022-03-01', 18],
  ])('born %s, on %s: %i', (birth, on, age) => {
    expect(ageOn(birth, on)).toBe(age);
  });
});

describe('validity of an endorsement', () => {
  it.each([
    ['3M1', '2018-07-12', '2018-10-11'],
    ['1Y1', '2018-07-12', '2019-07-11'],
    ['3M2', '2018-11-30', '2019-02-27'],
    ['1Y9', '2024-02-29', '2025-02-27'],
  ] as const)('%s from %s ends on %s', (count, from, until) => {
    expect(validUntil(count, from)).toBe(until);
  });

  it('knows period and entries', () => {
    expect([periodMonths('3M9'), entriesAllowed('3M9')]).toEqual([3, Number.POSITIVE_INFINITY]);
    expect([periodMonths('1Y2'), entriesAllowed('1Y2')]).toEqual([12, 2]);
  });
});
