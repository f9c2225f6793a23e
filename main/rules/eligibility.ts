/**
 * Who may be served by the machine, and with what: the gates of self re-endorsement in their order. The first
 * gate that stops the applicant answers which rule it was and the public text for it. Gate 3 (the live face) is
 * in `face.ts`. Ethnic group and place of origin are no input, and an authority's hold is one opaque flag.
 */
import { type Message, message } from '../contract/message.ts';
import type { EndorsementCount, EndorsementOption, EndorsementType, Place } from '../contract/views.ts';
import { addDays, addMonths, ageOn, daysBetween } from './dates.ts';
import { endorsementFee } from './fees.ts';
import { isInForce, type RegionMode, type RuleSet } from './rule-set.ts';
import { entriesAllowed, periodMonths, validUntil } from './validity.ts';

/** What the bureau's record says, as far as the rules look at it; the bureau port's record fits it. */
export interface HolderFacts {
  readonly documentStatus: 'valid' | 'void' | 'reportedLost';
  readonly hold: boolean;
  readonly registeredFunctionary: boolean;
  readonly activeServiceman: boolean;
  /** Document classes with an application in process. */
  readonly inProcess: readonly string[];
  /** GB/T 2260 code, 6 digits. */
  readonly householdDivision: string;
  readonly residenceDivision: string | null;
  readonly businessFiled: boolean;
  readonly endorsements: readonly {
    readonly place: Place;
    readonly type: EndorsementType;
    readonly count: EndorsementCount;
    readonly issuedOn: string;
    readonly validUntil: string;
    readonly entriesUsed: number;
  }[];
}

export interface EligibilityInput {
  /** `YYYY-MM-DD` */
  readonly today: string;
  readonly permit: {
    readonly documentNumber: string;
    /** First two letters of the machine readable zone. */
    readonly documentType: string;
    readonly dateOfBirth: string;
    readonly dateOfExpiry: string;
    /** `unverified`: no known signer vouches for the chip, and the terminal is set to demand one. */
    readonly authenticity: 'genuine' | 'unverified' | 'forged';
    /** The printed line and the chip say the same. */
    readonly mrzAgrees: boolean;
  };
  /** `null`: the bureau does not know the document. */
  readonly record: HolderFacts | null;
  readonly region: {
    readonly mode: RegionMode;
    /** First two digits of GB/T 2260. */
    readonly province: string;
  };
}

/** The gates in their order; `liveFace` is answered by `faceVerdict`. */
export const gates = [
  'electronicPermit',
  'documentValid',
  'liveFace',
  'age',
  'functionary',
  'hold',
  'inProcess',
  'region',
  'endorsementType',
  'interval',
  'remainingValidity',
  'unusedEndorsement',
] as const;
export type Gate = (typeof gates)[number];

/** Every rule that can stop an applicant, with its gate. */
export const rulesOfGates = {
  'G01.notElectronicPermit': 'electronicPermit',
  'G01.notGenuine': 'electronicPermit',
  'G01.unverified': 'electronicPermit',
  'G01.mismatch': 'electronicPermit',
  'G02.expired': 'documentValid',
  'G02.notOnRecord': 'documentValid',
  'G02.void': 'documentValid',
  'G02.reportedLost': 'documentValid',
  'G03.different': 'liveFace',
  'G03.spoof': 'liveFace',
  'G04.age': 'age',
  'G05.functionary': 'functionary',
  'G05.serviceman': 'functionary',
  'G06.hold': 'hold',
  'G07.inProcess': 'inProcess',
  'G08.region': 'region',
  'G09.counterOnly': 'endorsementType',
  'G09.notListedCity': 'endorsementType',
  'G09.employerNotFiled': 'endorsementType',
  'G10.maximumInPeriod': 'interval',
  'G10.minimumDaysBetween': 'interval',
  'G11.margin': 'remainingValidity',
  'G11.shortValidity': 'remainingValidity',
  'G12.unused': 'unusedEndorsement',
} as const satisfies Record<string, Gate>;
export type Rule = keyof typeof rulesOfGates;
// The keys of an object literal are exactly those of its type.
const allRules = Object.keys(rulesOfGates) as readonly Rule[];

export type Refusal = {
  readonly allowed: false;
  readonly rule: Rule;
  readonly gate: Gate;
  /** What the applicant is told; names no ground for a hold. */
  readonly text: Message;
};
export type Verdict = { readonly allowed: true } | Refusal;

export interface PlaceOptions {
  readonly place: Place;
  readonly options: readonly EndorsementOption[];
}

export type PlaceVerdict =
  | { readonly allowed: true; readonly fromFen: number }
  | { readonly allowed: false; readonly reason: Message };

/**
 * The region rule of a day: the one the terminal's configuration forces, or else the rule set's own.
 * @param province first two digits of GB/T 2260 of the hall's province
 */
export function regionOn(
  rules: RuleSet,
  today: string,
  province: string,
  forced?: RegionMode,
): EligibilityInput['region'] {
  if (forced) return { mode: forced, province };
  let newest: RuleSet['regionModes'][number] | undefined;
  for (const entry of rules.regionModes) {
    if (isInForce(entry, today) && (!newest || entry.from > newest.from)) newest = entry;
  }
  // Before the first dated entry the narrower rule is the safe one.
  return { mode: newest?.mode ?? 'provinceHukou', province };
}

/** Gates 1, 2 and 4 to 8: may this holder be served by the machine at all? */
export function eligibility(rules: RuleSet, input: EligibilityInput): Verdict {
  const rule = firstRuleBroken(rules, input);
  return rule ? refusal(rule, rules) : { allowed: true };
}

/**
 * Gates 9 to 12 for every endorsement that exists: what may be chosen, and why the rest may not.
 * @returns one entry per place, Hong Kong first, its options in the rule set's order
 */
export function endorsementOptions(rules: RuleSet, input: EligibilityInput): readonly PlaceOptions[] {
  const { record } = input;
  if (!record) return [];
  const places: readonly Place[] = ['HKG', 'MAC'];
  return places.map((place) => ({
    place,
    options: rules.endorsements
      .filter((each) => each.place === place && isInForce(each, input.today))
      .flatMap(({ type, counts, stayDays }) =>
        counts.map((count): EndorsementOption => {
          const asked = { place, type, count };
          const option = { id: `${place}-${type}-${count}`, type, count };
          const stopped =
            selfServiceGate(rules, input.today, record, asked) ??
            intervalGate(rules, input.today, record, asked) ??
            remainingValidityGate(rules, input, asked) ??
            unusedEndorsementGate(input.today, record, asked);
          if (stopped) return { ...option, allowed: false, reason: stopped };
          return {
            ...option,
            allowed: true,
            validUntil: validUntil(count, input.today),
            stayDays,
            feeFen: endorsementFee(rules, count, input.today),
          };
        }),
      ),
  }));
}

/** Whether a place with these options can be chosen and from what price, or why not. */
export function placeVerdict(options: readonly EndorsementOption[]): PlaceVerdict {
  const fees = options.flatMap((option) => (option.allowed ? [option.feeFen] : []));
  if (fees.length > 0) return { allowed: true, fromFen: Math.min(...fees) };
  return { allowed: false, reason: furthestReason(options) };
}

/**
 * The verdict of gates 9 to 12 together: refused when no option of any place is allowed. Of all reasons it names
 * that of the option that came furthest: an endorsement type nobody gets here says less than the interval that
 * stopped the type this holder could have had.
 */
export function nothingToOffer(rules: RuleSet, input: EligibilityInput): Verdict {
  const options = endorsementOptions(rules, input).flatMap((each) => each.options);
  if (options.some((option) => option.allowed)) return { allowed: true };
  const text = furthestReason(options);
  const rule = ruleOf(text);
  return { allowed: false, rule, gate: rulesOfGates[rule], text };
}

function firstRuleBroken(rules: RuleSet, { today, permit, record, region }: EligibilityInput): Rule | null {
  if (permit.documentType !== rules.permit.documentType) return 'G01.notElectronicPermit';
  if (!new RegExp(rules.permit.numberPattern, 'u').test(permit.documentNumber))
    return 'G01.notElectronicPermit';
  if (permit.authenticity === 'forged') return 'G01.notGenuine';
  if (permit.authenticity === 'unverified') return 'G01.unverified';
  if (!permit.mrzAgrees) return 'G01.mismatch';
  if (permit.dateOfExpiry < today) return 'G02.expired';
  if (!record) return 'G02.notOnRecord';
  if (record.documentStatus === 'void') return 'G02.void';
  if (record.documentStatus === 'reportedLost') return 'G02.reportedLost';
  if (ageOn(permit.dateOfBirth, today) < rules.minimumAge.years) return 'G04.age';
  if (record.registeredFunctionary) return 'G05.functionary';
  if (record.activeServiceman) return 'G05.serviceman';
  if (record.hold) return 'G06.hold';
  if (record.inProcess.includes(rules.permit.documentClass)) return 'G07.inProcess';
  if (region.mode === 'provinceHukou' && !record.householdDivision.startsWith(region.province))
    return 'G08.region';
  return null;
}

type Asked = { readonly place: Place; readonly type: EndorsementType; readonly count: EndorsementCount };

function selfServiceGate(rules: RuleSet, today: string, record: HolderFacts, asked: Asked): Message | null {
  const offers = rules.selfService.filter(
    (offer) =>
      isInForce(offer, today) &&
      offer.type === asked.type &&
      offer.places.includes(asked.place) &&
      offer.counts.includes(asked.count),
  );
  if (offers.length === 0) return stopped('G09.counterOnly');
  const livesIn = (division: string) =>
    record.householdDivision.startsWith(division) ||
    (record.residenceDivision?.startsWith(division) ?? false);
  let rule: Rule = 'G09.counterOnly';
  for (const { condition } of offers) {
    switch (condition.kind) {
      case 'anyone':
        return null;
      case 'listedCity':
        if (rules.listedCities.some((city) => isInForce(city, today) && livesIn(city.division))) return null;
        rule = 'G09.notListedCity';
        break;
      case 'division':
        if (condition.divisions.some(livesIn)) return null;
        rule = 'G09.notListedCity';
        break;
      case 'businessFiled':
        if (record.businessFiled) return null;
        rule = 'G09.employerNotFiled';
        break;
    }
  }
  return stopped(rule);
}

function intervalGate(rules: RuleSet, today: string, record: HolderFacts, asked: Asked): Message | null {
  let latest: { readonly rule: Rule; readonly date: string } | null = null;
  for (const limit of rules.limits) {
    if (!isInForce(limit, today) || limit.place !== asked.place || !limit.types.includes(asked.type))
      continue;
    const issued = record.endorsements
      .filter(
        (each) => each.place === asked.place && limit.types.includes(each.type) && each.issuedOn <= today,
      )
      .map((each) => each.issuedOn)
      .sort();
    let possibleFrom: string | null = null;
    if (limit.kind === 'maximumInPeriod') {
      // The one that has to fall out of the period before another fits in.
      const oldestCounted = issued.at(-limit.max);
      if (oldestCounted) possibleFrom = addMonths(oldestCounted, limit.months);
    } else {
      const last = issued.at(-1);
      if (last) possibleFrom = addDays(last, limit.days);
    }
    if (possibleFrom && possibleFrom > today && (!latest || possibleFrom > latest.date)) {
      latest = { rule: `G10.${limit.kind}`, date: possibleFrom };
    }
  }
  return latest && stopped(latest.rule, { date: { kind: 'date', date: latest.date } });
}

function remainingValidityGate(
  rules: RuleSet,
  { today, permit }: EligibilityInput,
  { count }: Asked,
): Message | null {
  const { marginDays, shortBelowDays, shortCounts } = rules.remainingValidity;
  const expires = { date: { kind: 'date', date: permit.dateOfExpiry } } as const;
  if (daysBetween(today, permit.dateOfExpiry) < shortBelowDays && !shortCounts.includes(count)) {
    return stopped('G11.shortValidity', expires);
  }
  const needed = addDays(addMonths(today, periodMonths(count)), marginDays);
  return permit.dateOfExpiry < needed ? stopped('G11.margin', expires) : null;
}

function unusedEndorsementGate(today: string, record: HolderFacts, asked: Asked): Message | null {
  const unused = record.endorsements.find(
    (each) =>
      each.place === asked.place && each.validUntil >= today && each.entriesUsed < entriesAllowed(each.count),
  );
  return unused ? stopped('G12.unused', { date: { kind: 'date', date: unused.validUntil } }) : null;
}

function furthestReason(options: readonly EndorsementOption[]): Message {
  let furthest = stopped('G09.counterOnly');
  for (const option of options) {
    if (!option.allowed && gateIndex(option.reason) > gateIndex(furthest)) furthest = option.reason;
  }
  return furthest;
}

const gateIndex = (reason: Message): number => gates.indexOf(rulesOfGates[ruleOf(reason)]);

const reasonKey = (rule: Rule): string => `rules.reason.${rule.slice(rule.indexOf('.') + 1)}`;

/** The rule whose text a reason is; throws on a text that is no reason of these gates. */
export function ruleOf(reason: Message): Rule {
  for (const rule of allRules) if (reasonKey(rule) === reason.key) return rule;
  throw new Error(`${reason.key} is no reason of a gate`);
}

const stopped = (rule: Rule, params?: Message['params']): Message => message(reasonKey(rule), params);

function refusal(rule: Rule, rules: RuleSet): Refusal {
  const key = `rules.refused.${rule.slice(rule.indexOf('.') + 1)}`;
  const text = rule === 'G04.age' ? message(key, { years: rules.minimumAge.years }) : message(key);
  return { allowed: false, rule, gate: rulesOfGates[rule], text };
}
