import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { languages } from '../../../main/contract/message.ts';
import { rulesOfGates } from '../../../main/rules/eligibility.ts';
import { endorsementFee, feeOn } from '../../../main/rules/fees.ts';
import { parseRuleSet, type RuleSet } from '../../../main/rules/rule-set.ts';
import { ruleSet } from './rule-sets.ts';

const raw = (id: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../../assets/rules/${id}.json`, import.meta.url), 'utf8'));

describe('a rule file', () => {
  it('of each set is read', () => {
    expect(ruleSet('2018-07')).toMatchObject({
      id: '2018-07',
      effectiveFrom: '2018-07-12',
      listedCities: [],
    });
    expect(ruleSet('current').listedCities).toHaveLength(59);
  });

  it.each<[string, unknown, string]>([
    ['no object', 'text', '(root)'],
    ['nothing', undefined, '(root)'],
    ['an unknown setting', { ...raw('current'), extra: 1 }, '(root)'],
    ['a day that does not exist', { ...raw('current'), effectiveFrom: '2018-02-30' }, 'effectiveFrom'],
    [
      'a price that is no whole number',
      { ...raw('current'), fees: [{ item: 'permit', fen: 0.5, from: '2018-01-01', source: ['D'] }] },
      'fees[0].fen',
    ],
    [
      'a source that is not listed',
      { ...raw('current'), minimumAge: { years: 16, source: ['S99'] } },
      'minimumAge.source',
    ],
    [
      'a pattern that is none',
      {
        ...raw('current'),
        permit: { documentClass: '102', documentType: 'CS', numberPattern: '(', source: ['D'] },
      },
      'permit.numberPattern',
    ],
  ])('with %s is refused with the place', (_, json, path) => {
    expect(parseRuleSet(json)).toEqual({
      ok: false,
      error: { path, expected: expect.any(String), found: expect.any(String) },
    });
  });

  it('says nothing of ethnic group or origin', () => {
    for (const id of ['2018-07', 'current']) {
      expect(JSON.stringify(raw(id))).not.toMatch(/ethnic|origin|nationality|民族|籍贯/i);
    }
  });
});

describe('prices', () => {
  const rules = ruleSet('current');

  it.each([
    ['permit', '2017-06-30', 10000],
    ['permit', '2017-07-01', 8000],
    ['permit', '2019-06-30', 8000],
    ['permit', '2019-07-01', 6000],
    ['passport', '2018-07-12', 16000],
    ['passport', '2026-11-23', 12000],
  ] as const)('%s accepted on %s', (item, on, fen) => {
    expect(feeOn(rules, item, on)).toBe(fen);
    expect(feeOn(ruleSet('2018-07'), item, on)).toBe(fen);
  });

  it.each([
    ['3M1', 1500],
    ['1Y1', 1500],
    ['3M2', 3000],
    ['1Y2', 3000],
    ['3M9', 8000],
    ['1Y9', 8000],
  ] as const)('endorsement %s', (count, fen) => {
    expect(endorsementFee(rules, count, '2018-07-12')).toBe(fen);
    expect(endorsementFee(rules, count, '2026-11-23')).toBe(fen);
  });

  it('change for what is accepted from the day of the change, in whatever order the file has them', () => {
    const once = { item: 'endorsementOnce' as const, source: ['D'] };
    const fees: RuleSet['fees'] = [
      { ...once, fen: 1000, from: '2027-01-01', until: '2027-06-30' },
      { ...once, fen: 1500, from: '2018-01-01' },
    ];
    const priced: RuleSet = { ...rules, fees };
    expect(endorsementFee(priced, '3M1', '2026-12-31')).toBe(1500);
    expect(endorsementFee(priced, '3M1', '2027-01-01')).toBe(1000);
    expect(endorsementFee(priced, '3M1', '2027-07-01')).toBe(1500);
    expect(() => endorsementFee(priced, '3M1', '2017-12-31')).toThrow();
  });
});

describe('texts', () => {
  const texts = (language: string): Record<string, Record<string, string>> =>
    JSON.parse(
      readFileSync(new URL(`../../../assets/locales/${language}/rules.json`, import.meta.url), 'utf8'),
    );
  const placeholders = (text: string | undefined) => text?.match(/\{\{\w+\}\}/g) ?? [];

  it('exist for every rule in every language, with the same placeholders', () => {
    const keys = Object.keys(rulesOfGates)
      .filter((rule) => !rule.startsWith('G03'))
      .map((rule) => [Number(rule.slice(1, 3)) < 9 ? 'refused' : 'reason', rule.slice(4)] as const);
    const zh = texts('zh');
    for (const language of languages) {
      const own = texts(language);
      expect(
        Object.entries(own)
          .flatMap(([group, each]) => Object.keys(each).map((key) => `${group}.${key}`))
          .sort(),
      ).toEqual(keys.map(([group, key]) => `${group}.${key}`).sort());
      for (const [group, key] of keys) {
        expect(own[group]?.[key], `${language} ${key}`).toBeTruthy();
        expect(placeholders(own[group]?.[key])).toEqual(placeholders(zh[group]?.[key]));
      }
    }
  });

  it('do not give a hold away', () => {
    for (const language of languages) {
      const hold = texts(language).refused?.hold ?? '';
      expect(hold).not.toMatch(/hold|not permitted|forbidden|出境|限制|制止|금지|запрет|огранич/i);
      expect(hold.length).toBeGreaterThan(0);
    }
  });
});
