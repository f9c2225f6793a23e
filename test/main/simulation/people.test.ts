import { existsSync } from 'node:fs';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import {
  type EligibilityInput,
  eligibility,
  nothingToOffer,
  type Rule,
  rulesOfGates,
} from '../../../main/rules/eligibility.ts';
import { faceVerdict } from '../../../main/rules/face.ts';
import type { RegionMode } from '../../../main/rules/rule-set.ts';
import { type Person, people } from '../../../main/simulation/people.ts';
import { ruleSet } from '../rules/rule-sets.ts';

const authenticity = {
  none: 'genuine',
  mrzDiffers: 'genuine',
  tamperedDataGroup: 'forged',
  unknownSigner: 'unverified',
} as const;

function inputOf(person: Person, today: string, mode: RegionMode): EligibilityInput {
  return {
    today,
    permit: {
      documentNumber: person.documentNumber,
      documentType: person.documentType,
      dateOfBirth: person.dateOfBirth,
      dateOfExpiry: person.dateOfExpiry,
      authenticity: authenticity[person.chip.fault],
      mrzAgrees: person.chip.fault !== 'mrzDiffers',
    },
    record: person.record,
    region: { mode, province: '23' },
  };
}

const days = ['2018-07-12', '2019-02-28', '2024-02-29', '2026-11-23', '2027-03-31'];

describe('the invented people', () => {
  for (const { set, mode } of [
    { set: '2018-07', mode: 'provinceHukou' },
    { set: 'current', mode: 'nationwide' },
  ] as const) {
    const rules = ruleSet(set);
    for (const today of days) {
      if (set === 'current' && today < rules.effectiveFrom) continue;
      it(`meet the gate each is there to show, ${set} on ${today}`, () => {
        const met = people(today).map((person) => {
          const input = inputOf(person, today, mode);
          const gate = eligibility(rules, input);
          if (!gate.allowed) return [person.id, gate.rule];
          const offer = nothingToOffer(rules, input);
          if (!offer.allowed) return [person.id, offer.rule];
          const face = faceVerdict(
            { similarity: 0.6, antiSpoof: 0.5, liveness: 0.5 },
            {
              similarity: person.live.portrait === person.portrait ? 0.8 : 0.4,
              antiSpoof: person.live.spoof ? 0.1 : 0.9,
              liveness: 0.9,
            },
          );
          return [person.id, face.match ? 'allowed' : face.rule];
        });
        expect(met).toEqual(people(today).map(({ id, expected }) => [id, expected[set]]));
      });
    }
  }

  it('cover every rule that can be the last word', () => {
    const shown = new Set(people('2026-11-23').flatMap(({ expected }) => Object.values(expected)));
    // These shut single options; group travel is open to anyone, so they never end a case by themselves.
    const neverLast: Rule[] = [
      'G09.counterOnly',
      'G09.notListedCity',
      'G09.employerNotFiled',
      'G10.minimumDaysBetween',
      'G11.shortValidity',
    ];
    const all = Object.keys(rulesOfGates).filter((rule) => !neverLast.some((each) => each === rule));
    expect([...shown].sort()).toEqual([...all, 'allowed'].sort());
  });

  it('are at least forty, each with an own id, name and number, a fitting portrait and a name a chip can hold', () => {
    const all = people('2026-11-23');
    expect(all.length).toBeGreaterThanOrEqual(40);
    for (const key of ['id', 'nameChinese', 'documentNumber'] as const) {
      expect(new Set(all.map((each) => each[key])).size, key).toBe(all.length);
    }
    for (const each of all) {
      expect(each.portrait % 2 === 1 ? 'F' : 'M', each.id).toBe(each.sex);
      expect(iconv.encode(each.nameChinese, 'gbk').length, each.id).toBe(each.nameChinese.length * 2);
      expect(`${each.surname}<<${each.given}`.length, each.id).toBeLessThanOrEqual(18);
      for (const number of [each.portrait, each.live.portrait]) {
        const stem = new URL(
          `../../../assets/simulation/portraits/${String(number).padStart(2, '0')}`,
          import.meta.url,
        );
        for (const kind of ['document', 'live1', 'live2', 'live3']) {
          expect(existsSync(new URL(`${stem.href}-${kind}.jpg`)), `${each.id} ${kind}`).toBe(true);
        }
      }
    }
  });

  it('refuses a people file that breaks its schema', () => {
    expect(() => people('2026-11-23', [{ id: 'p1' }])).toThrow();
  });
});
