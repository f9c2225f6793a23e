import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Place } from '../../../main/contract/views.ts';
import { addDays, addMonths } from '../../../main/rules/dates.ts';
import {
  type EligibilityInput,
  eligibility,
  endorsementOptions,
  gates,
  type HolderFacts,
  nothingToOffer,
  placeVerdict,
  type Rule,
  regionOn,
  ruleOf,
  rulesOfGates,
} from '../../../main/rules/eligibility.ts';
import type { RuleSet } from '../../../main/rules/rule-set.ts';
import { validUntil } from '../../../main/rules/validity.ts';
import { ruleSet } from './rule-sets.ts';

const sets = [
  { id: '2018-07', today: '2018-07-20', rules: ruleSet('2018-07'), mode: 'provinceHukou' },
  { id: 'current', today: '2026-11-23', rules: ruleSet('current'), mode: 'nationwide' },
] as const;
type RulesUnderTest = (typeof sets)[number];
const [then, now] = sets;

const facts: HolderFacts = {
  documentStatus: 'valid',
  hold: false,
  registeredFunctionary: false,
  activeServiceman: false,
  inProcess: [],
  householdDivision: '231025',
  residenceDivision: null,
  businessFiled: false,
  endorsements: [],
};

function input(
  { today, mode }: Pick<RulesUnderTest, 'today' | 'mode'>,
  {
    permit = {},
    record = {},
  }: { permit?: Partial<EligibilityInput['permit']>; record?: Partial<HolderFacts> | null } = {},
): EligibilityInput {
  return {
    today,
    permit: {
      documentNumber: 'C00000101',
      documentType: 'CS',
      dateOfBirth: '1990-01-01',
      dateOfExpiry: addMonths(today, 60),
      authenticity: 'genuine',
      mrzAgrees: true,
      ...permit,
    },
    record: record && { ...facts, ...record },
    region: { mode, province: '23' },
  };
}

const used = (place: Place, issuedOn: string, type: 'L' | 'G' = 'L') => ({
  place,
  type,
  count: '3M1' as const,
  issuedOn,
  validUntil: validUntil('3M1', issuedOn),
  entriesUsed: 1,
});

/** Ids of what is offered, and the rule for each that is not. */
function answers(rules: RuleSet, asked: EligibilityInput): Map<string, string> {
  const options = endorsementOptions(rules, asked).flatMap((each) => each.options);
  return new Map(options.map((each) => [each.id, each.allowed ? 'allowed' : ruleOf(each.reason)]));
}
const offered = (rules: RuleSet, asked: EligibilityInput): string[] =>
  [...answers(rules, asked)].flatMap(([id, answer]) => (answer === 'allowed' ? [id] : []));

const tours = ['HKG-L-3M1', 'HKG-L-3M2', 'HKG-L-1Y1', 'HKG-L-1Y2', 'MAC-L-3M1', 'MAC-L-1Y1'];

for (const set of sets) {
  const { rules, today } = set;
  describe(`gates 1 to 7, rules ${set.id}`, () => {
    const changes: [Rule | 'allowed', Parameters<typeof input>[1]][] = [
      ['allowed', {}],
      ['allowed', { permit: { documentNumber: 'CA0000001' } }],
      ['G01.notElectronicPermit', { permit: { documentType: 'CD' } }],
      ['G01.notElectronicPermit', { permit: { documentNumber: 'W00000001' } }],
      ['G01.notElectronicPermit', { permit: { documentNumber: 'CI0000001' } }],
      ['G01.notElectronicPermit', { permit: { documentNumber: 'CO0000001' } }],
      ['G01.notElectronicPermit', { permit: { documentNumber: 'C000000011' } }],
      ['G01.notGenuine', { permit: { authenticity: 'forged' } }],
      ['G01.unverified', { permit: { authenticity: 'unverified' } }],
      ['G01.mismatch', { permit: { mrzAgrees: false } }],
      ['G02.expired', { permit: { dateOfExpiry: addDays(today, -1) } }],
      ['allowed', { permit: { dateOfExpiry: today } }],
      ['G02.notOnRecord', { record: null }],
      ['G02.void', { record: { documentStatus: 'void' } }],
      ['G02.reportedLost', { record: { documentStatus: 'reportedLost' } }],
      ['allowed', { permit: { dateOfBirth: addMonths(today, -16 * 12) } }],
      ['G04.age', { permit: { dateOfBirth: addDays(addMonths(today, -16 * 12), 1) } }],
      ['allowed', { permit: { dateOfBirth: addMonths(today, -99 * 12) } }],
      ['G05.functionary', { record: { registeredFunctionary: true } }],
      ['G05.serviceman', { record: { activeServiceman: true } }],
      ['G06.hold', { record: { hold: true } }],
      ['G07.inProcess', { record: { inProcess: ['101', '102'] } }],
      ['allowed', { record: { inProcess: ['101', '104'] } }],
    ];
    it.each(changes)('%s: %j', (rule, change) => {
      const verdict = eligibility(rules, input(set, change));
      if (rule === 'allowed') expect(verdict).toEqual({ allowed: true });
      else {
        expect(verdict).toMatchObject({
          allowed: false,
          rule,
          gate: rulesOfGates[rule],
          text: { key: `rules.refused.${rule.slice(4)}` },
        });
      }
    });

    it('answer in their order, whatever else is wrong', () => {
      fc.assert(
        fc.property(
          fc.subarray(
            changes.filter(([rule]) => rule !== 'allowed'),
            { minLength: 1 },
          ),
          (some) => {
            const permit = Object.assign({}, ...some.map(([, change]) => change?.permit ?? {}));
            const records = some.map(([, change]) => change?.record);
            const record = records.includes(null)
              ? null
              : Object.assign({}, ...records.map((each) => each ?? {}));
            const verdict = eligibility(rules, input(set, { permit, record }));
            const firstGate = Math.min(
              ...some
                // Without a record, only what the permit itself shows can come before it.
                .map(([rule]) => (rule === 'allowed' ? 99 : gates.indexOf(rulesOfGates[rule]))),
            );
            expect(verdict.allowed ? 99 : gates.indexOf(verdict.gate)).toBe(firstGate);
          },
        ),
      );
    });
  });
}

describe('gate 8, the region', () => {
  const household = (householdDivision: string, residenceDivision: string | null = null) => ({
    record: { householdDivision, residenceDivision },
  });

  it('2018: household registration in the province only', () => {
    for (const division of ['231025', '230103', '239999']) {
      expect(eligibility(then.rules, input(then, household(division)))).toEqual({ allowed: true });
    }
    for (const change of [household('110105'), household('320102', '231025')]) {
      expect(eligibility(then.rules, input(then, change))).toMatchObject({
        rule: 'G08.region',
        gate: 'region',
      });
    }
  });

  it('nationwide: anyone', () => {
    expect(eligibility(now.rules, input(now, household('110105')))).toEqual({ allowed: true });
  });

  it('changes on 2018-09-01, unless the terminal is set otherwise', () => {
    const { rules } = then;
    expect(regionOn(rules, '2018-08-31', '23')).toEqual({ mode: 'provinceHukou', province: '23' });
    expect(regionOn(rules, '2018-09-01', '23')).toEqual({ mode: 'nationwide', province: '23' });
    expect(regionOn(rules, '2017-01-01', '23').mode).toBe('provinceHukou');
    expect(regionOn(rules, '2026-11-23', '23', 'provinceHukou').mode).toBe('provinceHukou');
    expect(regionOn(now.rules, '2026-11-23', '23').mode).toBe('nationwide');
  });
});

describe('gate 9, what the machine issues', () => {
  it('2018: group travel only; every other type is named and left to the counter', () => {
    const everything = input(then, {
      record: { householdDivision: '230102', residenceDivision: '440305', businessFiled: true },
    });
    expect(offered(then.rules, everything)).toEqual(tours);
    const others = [...answers(then.rules, everything)].filter(([, answer]) => answer !== 'allowed');
    expect(others.length).toBeGreaterThan(10);
    expect(new Set(others.map(([, answer]) => answer))).toEqual(new Set(['G09.counterOnly']));
    expect(new Set(others.map(([id]) => id.split('-')[1]))).toEqual(new Set(['G', 'T', 'S', 'Q', 'D']));
  });

  const individual = ['HKG-G-3M1', 'HKG-G-3M2', 'HKG-G-1Y1', 'HKG-G-1Y2', 'MAC-G-3M1', 'MAC-G-1Y1'];
  const business = ['HKG-S-3M9', 'HKG-S-1Y9', 'MAC-S-3M9', 'MAC-S-1Y9'];
  it.each<[string, Partial<HolderFacts>, string[]]>([
    ['in a city that is not listed', {}, tours],
    ['registered in Harbin', { householdDivision: '230103' }, [...tours, ...individual]],
    ['with a residence permit of Harbin', { residenceDivision: '230103' }, [...tours, ...individual]],
    ['registered in Beijing', { householdDivision: '110105' }, [...tours, ...individual]],
    ['in a county of Chongqing', { householdDivision: '500235' }, [...tours, ...individual]],
    ['registered in Shenzhen', { householdDivision: '440305' }, [...tours, ...individual, 'HKG-G-1Y9']],
    [
      'with a residence permit of Shenzhen',
      { residenceDivision: '440305' },
      [...tours, ...individual, 'HKG-G-1Y9'],
    ],
    ['of a filed employer', { businessFiled: true }, [...tours, ...business]],
    [
      'of a filed employer in Harbin',
      { businessFiled: true, householdDivision: '230103' },
      [...tours, ...individual, ...business],
    ],
  ])('now: someone %s', (_, record, expected) => {
    expect(offered(now.rules, input(now, { record })).sort()).toEqual([...expected].sort());
  });

  it('now: says why not', () => {
    const why = answers(now.rules, input(now));
    expect(why.get('HKG-G-3M1')).toBe('G09.notListedCity');
    expect(why.get('HKG-G-1Y9')).toBe('G09.notListedCity');
    expect(why.get('HKG-S-1Y9')).toBe('G09.employerNotFiled');
    for (const id of ['HKG-S-3M1', 'HKG-T-3M1', 'MAC-Q-3M1', 'HKG-D-1Y9', 'MAC-R-1Y9']) {
      expect(why.get(id), id).toBe('G09.counterOnly');
    }
  });

  it.each([
    ['230103', '2024-05-26', false],
    ['230103', '2024-05-27', true],
    ['610102', '2024-03-05', false],
    ['610102', '2024-03-06', true],
    ['231002', '2026-11-23', false],
  ])('a city, %s, is listed on %s: %s', (householdDivision, today, listed) => {
    const asked = input({ today: '2026-11-23', mode: 'nationwide' }, { record: { householdDivision } });
    expect(offered(now.rules, { ...asked, today }).includes('MAC-G-3M1')).toBe(listed);
  });

  it('business endorsements by machine begin on 2024-05-06, with the longer stay', () => {
    const record = { businessFiled: true };
    const on = (today: string) => endorsementOptions(now.rules, { ...input(now, { record }), today });
    const option = (today: string) => on(today)[0]?.options.filter((each) => each.id === 'HKG-S-1Y9');
    expect(option('2024-05-05')).toMatchObject([{ allowed: false }]);
    expect(option('2024-05-06')).toMatchObject([{ allowed: true, stayDays: 14 }]);
  });

  it('an option carries its last day, stay and price', () => {
    const hongKong = endorsementOptions(then.rules, { ...input(then), today: '2018-07-12' })[0];
    expect(hongKong?.place).toBe('HKG');
    expect(hongKong?.options.slice(0, 4)).toEqual([
      {
        id: 'HKG-L-3M1',
        type: 'L',
        count: '3M1',
        allowed: true,
        validUntil: '2018-10-11',
        stayDays: 7,
        feeFen: 1500,
      },
      {
        id: 'HKG-L-3M2',
        type: 'L',
        count: '3M2',
        allowed: true,
        validUntil: '2018-10-11',
        stayDays: 7,
        feeFen: 3000,
      },
      {
        id: 'HKG-L-1Y1',
        type: 'L',
        count: '1Y1',
        allowed: true,
        validUntil: '2019-07-11',
        stayDays: 7,
        feeFen: 1500,
      },
      {
        id: 'HKG-L-1Y2',
        type: 'L',
        count: '1Y2',
        allowed: true,
        validUntil: '2019-07-11',
        stayDays: 7,
        feeFen: 3000,
      },
    ]);
  });
});

describe('gate 10, the interval', () => {
  const { today } = then;
  it('2018: two to Hong Kong in two months, and the day it is possible again', () => {
    const oldest = addDays(addMonths(today, -2), 1);
    const twice = { record: { endorsements: [used('HKG', addDays(today, -5)), used('HKG', oldest)] } };
    const [hongKong] = endorsementOptions(then.rules, input(then, twice));
    expect(hongKong?.options[0]).toMatchObject({
      allowed: false,
      reason: {
        key: 'rules.reason.maximumInPeriod',
        params: { date: { kind: 'date', date: addMonths(oldest, 2) } },
      },
    });
    const over = {
      record: { endorsements: [used('HKG', addDays(today, -5)), used('HKG', addMonths(today, -2))] },
    };
    expect(offered(then.rules, input(then, over))).toContain('HKG-L-3M1');
    const once = { record: { endorsements: [used('HKG', addDays(today, -5))] } };
    expect(offered(then.rules, input(then, once))).toContain('HKG-L-3M1');
  });

  it('2018: one to Macao in two months; another type does not count', () => {
    const blocked = (issuedOn: string, type: 'L' | 'G' = 'L') =>
      answers(then.rules, input(then, { record: { endorsements: [used('MAC', issuedOn, type)] } })).get(
        'MAC-L-3M1',
      );
    expect(blocked(addDays(addMonths(today, -2), 1))).toBe('G10.maximumInPeriod');
    expect(blocked(addMonths(today, -2))).toBe('allowed');
    expect(blocked(addDays(today, -5), 'G')).toBe('allowed');
  });

  it('now: sixty days between two to Macao, none for Hong Kong', () => {
    const sinceLast = (days: number, type: 'L' | 'G' = 'L') => {
      const endorsements = [
        used('MAC', addDays(now.today, -days), type),
        used('HKG', addDays(now.today, -1)),
      ];
      return answers(now.rules, input(now, { record: { endorsements } }));
    };
    expect(sinceLast(59).get('MAC-L-3M1')).toBe('G10.minimumDaysBetween');
    expect(sinceLast(59, 'G').get('MAC-L-3M1')).toBe('G10.minimumDaysBetween');
    expect(sinceLast(60).get('MAC-L-3M1')).toBe('allowed');
    expect(sinceLast(59).get('HKG-L-3M1')).toBe('allowed');
  });

  it('ends a case when it is all that is left to say', () => {
    const endorsements = [used('HKG', today), used('HKG', today), used('MAC', today)];
    expect(nothingToOffer(then.rules, input(then, { record: { endorsements } }))).toMatchObject({
      allowed: false,
      rule: 'G10.maximumInPeriod',
      gate: 'interval',
    });
  });
});

for (const set of sets) {
  const { rules, today } = set;
  describe(`gate 11, remaining validity, rules ${set.id}`, () => {
    const expiring = (dateOfExpiry: string) => answers(rules, input(set, { permit: { dateOfExpiry } }));
    const months = (count: number, days: number) => addDays(addMonths(today, count), days);

    it.each([
      ['three months and 29 days', months(3, 29), 'G11.margin', 'G11.shortValidity', 'G11.shortValidity'],
      ['three months and 30 days', months(3, 30), 'allowed', 'G11.shortValidity', 'G11.shortValidity'],
      ['364 days', addDays(today, 364), 'allowed', 'G11.shortValidity', 'G11.shortValidity'],
      ['365 days', addDays(today, 365), 'allowed', 'allowed', 'G11.margin'],
      ['a year and 29 days', months(12, 29), 'allowed', 'allowed', 'G11.margin'],
      ['a year and 30 days', months(12, 30), 'allowed', 'allowed', 'allowed'],
    ])('%s', (_, expiry, once, twice, year) => {
      const found = expiring(expiry);
      expect([found.get('HKG-L-3M1'), found.get('HKG-L-3M2'), found.get('MAC-L-1Y1')]).toEqual([
        once,
        twice,
        year,
      ]);
    });

    it('ends a case when nothing fits', () => {
      expect(nothingToOffer(rules, input(set, { permit: { dateOfExpiry: today } }))).toMatchObject({
        rule: 'G11.margin',
        text: { key: 'rules.reason.margin', params: { date: { kind: 'date', date: today } } },
      });
    });
  });

  describe(`gate 12, an unused endorsement, rules ${set.id}`, () => {
    const issuedOn = addMonths(today, -2);
    const having = (change: Partial<HolderFacts['endorsements'][number]>) =>
      answers(
        rules,
        input(set, {
          record: { endorsements: [{ ...used('HKG', addDays(issuedOn, -5)), entriesUsed: 0, ...change }] },
        }),
      );

    it.each([
      ['unused', {}, 'G12.unused'],
      ['used', { entriesUsed: 1 }, 'allowed'],
      ['twice, used once', { count: '3M2', entriesUsed: 1 }, 'G12.unused'],
      ['twice, used twice', { count: '3M2', entriesUsed: 2 }, 'allowed'],
      ['multiple, used often', { count: '1Y9', entriesUsed: 40 }, 'G12.unused'],
      ['of another type', { type: 'T' }, 'G12.unused'],
      ['valid until today', { validUntil: today }, 'G12.unused'],
      ['run out yesterday', { validUntil: addDays(today, -1) }, 'allowed'],
    ] as const)('%s', (_, change, expected) => {
      expect(having(change).get('HKG-L-3M1')).toBe(expected);
      expect(having(change).get('MAC-L-3M1')).toBe('allowed');
    });
  });
}

describe('what may be chosen', () => {
  const someFacts: fc.Arbitrary<Partial<HolderFacts>> = fc.record({
    householdDivision: fc.constantFrom('231025', '230103', '440305', '110105'),
    residenceDivision: fc.constantFrom(null, '230103', '440305'),
    businessFiled: fc.boolean(),
    endorsements: fc.array(
      fc
        .record({
          place: fc.constantFrom<Place>('HKG', 'MAC'),
          type: fc.constantFrom('L' as const, 'G' as const, 'T' as const),
          count: fc.constantFrom('3M1' as const, '3M2' as const, '1Y9' as const),
          daysAgo: fc.nat(400),
          entriesUsed: fc.nat(3),
        })
        .map(({ daysAgo, ...each }) => {
          const issuedOn = addDays('2026-11-23', -daysAgo);
          return { ...each, issuedOn, validUntil: validUntil(each.count, issuedOn) };
        }),
      { maxLength: 5 },
    ),
  });
  const anyInput = fc
    .record({ record: someFacts, expiresIn: fc.integer({ min: 0, max: 900 }) })
    .map(({ record, expiresIn }) =>
      input(
        { today: '2026-11-23', mode: 'nationwide' },
        {
          record,
          permit: { dateOfExpiry: addDays('2026-11-23', expiresIn) },
        },
      ),
    );

  it('is never an empty list, and every refusal has a reason of gates 9 to 12', () => {
    fc.assert(
      fc.property(anyInput, fc.constantFrom(...sets), (asked, { rules }) => {
        const places = endorsementOptions(rules, asked);
        expect(places.map(({ place }) => place)).toEqual(['HKG', 'MAC']);
        for (const { options } of places) {
          expect(options.length).toBeGreaterThan(0);
          expect(new Set(options.map(({ id }) => id)).size).toBe(options.length);
          for (const option of options) {
            if (!option.allowed)
              expect(gates.indexOf(rulesOfGates[ruleOf(option.reason)])).toBeGreaterThan(7);
            else expect(addDays(option.validUntil, 30) <= asked.permit.dateOfExpiry).toBe(true);
          }
        }
      }),
    );
  });

  it('and whether anything may, agree with each other', () => {
    fc.assert(
      fc.property(anyInput, fc.constantFrom(...sets), (asked, { rules }) => {
        const verdicts = endorsementOptions(rules, asked).map(({ options }) => placeVerdict(options));
        const verdict = nothingToOffer(rules, asked);
        expect(verdict.allowed).toBe(verdicts.some((each) => each.allowed));
        for (const [index, place] of verdicts.entries()) {
          const options = endorsementOptions(rules, asked)[index]?.options ?? [];
          const fees = options.flatMap((each) => (each.allowed ? [each.feeFen] : []));
          if (place.allowed) expect(place.fromFen).toBe(Math.min(...fees));
          else expect(fees).toEqual([]);
        }
      }),
    );
  });

  it('does not depend on anything but what the input names', () => {
    fc.assert(
      fc.property(
        anyInput,
        fc.constantFrom(...sets),
        fc.integer({ min: 1, max: 58 }),
        (asked, { rules }, group) => {
          const withMore = {
            ...asked,
            record: asked.record && { ...asked.record, ethnicGroup: group, origin: `${group}` },
          };
          expect(eligibility(rules, withMore)).toEqual(eligibility(rules, asked));
          expect(endorsementOptions(rules, withMore)).toEqual(endorsementOptions(rules, asked));
        },
      ),
    );
  });
});
