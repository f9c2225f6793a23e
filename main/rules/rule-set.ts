/**
 * The trade's rules as data: what one file of `assets/rules` may say. Everything a rule change can touch
 * (dates, prices, places, counts, cities, limits) stands in the file; `main/rules` only interprets it.
 */
import { z } from 'zod';
import { isDate } from './dates.ts';

export const date = z.string().refine(isDate, 'a calendar date YYYY-MM-DD');
export const placeSchema = z.enum(['HKG', 'MAC']);
export const endorsementTypeSchema = z.enum(['L', 'G', 'T', 'S', 'Q', 'D', 'R']);
export const endorsementCountSchema = z.enum(['3M1', '3M2', '3M9', '1Y1', '1Y2', '1Y9']);
export const regionModeSchema = z.enum(['provinceHukou', 'nationwide']);
export type RegionMode = z.infer<typeof regionModeSchema>;

/** A GB/T 2260 code or the leading digits of one: `23` a province, `2301` a city, `231025` a county. */
const divisionPrefix = z.string().regex(/^\d{2}(\d{2}(\d{2})?)?$/, '2, 4 or 6 digits of GB/T 2260');
const source = z.array(z.string().min(1).max(12)).min(1);
const inForce = { from: date, until: date.optional(), source };

export const feeItemSchema = z.enum([
  'passport',
  'passportAnnotation',
  'permit',
  'endorsementOnce',
  'endorsementTwice',
  'endorsementMultipleUpTo1Year',
  'endorsementMultipleUpTo2Years',
  'endorsementMultipleUpTo3Years',
  'endorsementMultipleOver3Years',
]);
export type FeeItem = z.infer<typeof feeItemSchema>;

const condition = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('anyone') }),
  /** Household registration or residence permit in a city that is listed on the day. */
  z.strictObject({ kind: z.literal('listedCity') }),
  /** Household registration or residence permit in one of these places. */
  z.strictObject({ kind: z.literal('division'), divisions: z.array(divisionPrefix).min(1) }),
  /** The employer is on file for business endorsements. */
  z.strictObject({ kind: z.literal('businessFiled') }),
]);

const limit = z.discriminatedUnion('kind', [
  /** At most `max` endorsements to the place issued within the last `months` calendar months. */
  z.strictObject({
    kind: z.literal('maximumInPeriod'),
    place: placeSchema,
    types: z.array(endorsementTypeSchema).min(1),
    max: z.int().positive(),
    months: z.int().positive(),
    ...inForce,
  }),
  /** At least `days` days since the last endorsement to the place was issued. */
  z.strictObject({
    kind: z.literal('minimumDaysBetween'),
    place: placeSchema,
    types: z.array(endorsementTypeSchema).min(1),
    days: z.int().positive(),
    ...inForce,
  }),
]);

export const ruleSetSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  title: z.string().min(1),
  effectiveFrom: date,
  /** What each tag used in a `source` stands for. */
  sources: z.record(z.string(), z.string().min(1)),
  permit: z.strictObject({
    /** Document class code of the national system. */
    documentClass: z.literal('102'),
    /** Document type of the machine readable zone. */
    documentType: z.string().regex(/^[A-Z]{2}$/),
    numberPattern: z.string().refine(isPattern, 'a regular expression'),
    source,
  }),
  minimumAge: z.strictObject({ years: z.int().positive(), source }),
  regionModes: z.array(z.strictObject({ mode: regionModeSchema, ...inForce })).min(1),
  /** Every endorsement that exists, wherever it may be applied for. */
  endorsements: z
    .array(
      z.strictObject({
        place: placeSchema,
        type: endorsementTypeSchema,
        counts: z.array(endorsementCountSchema).min(1),
        stayDays: z.int().positive(),
        ...inForce,
      }),
    )
    .min(1),
  /** Which of them the machine may issue itself, and to whom; the others are for the counter. */
  selfService: z
    .array(
      z.strictObject({
        places: z.array(placeSchema).min(1),
        type: endorsementTypeSchema,
        counts: z.array(endorsementCountSchema).min(1),
        condition,
        ...inForce,
      }),
    )
    .min(1),
  /** Cities whose residents may apply for individual travel. */
  listedCities: z.array(z.strictObject({ division: divisionPrefix, name: z.string().min(1), ...inForce })),
  limits: z.array(limit),
  remainingValidity: z.strictObject({
    /** The permit outlasts the endorsement's period by at least this many days. */
    marginDays: z.int().nonnegative(),
    /** A permit valid for fewer days than this gets only `shortCounts`. */
    shortBelowDays: z.int().nonnegative(),
    shortCounts: z.array(endorsementCountSchema).min(1),
    source,
  }),
  fees: z.array(z.strictObject({ item: feeItemSchema, fen: z.int().positive(), ...inForce })).min(1),
});

export type RuleSet = z.infer<typeof ruleSetSchema>;

export interface RuleSetError {
  /** Where in the file, e.g. `fees[3].fen`. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

/**
 * Reads a rule file.
 * @param json the parsed JSON of `assets/rules/<id>.json`
 * @returns the rule set, or the first place where the file is wrong
 */
export function parseRuleSet(
  json: unknown,
): { readonly ok: true; readonly value: RuleSet } | { readonly ok: false; readonly error: RuleSetError } {
  const parsed = ruleSetSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path ?? [];
    return {
      ok: false,
      error: { path: pathText(path), expected: issue?.message ?? 'a rule set', found: foundAt(json, path) },
    };
  }
  const unknown = unknownSource(parsed.data);
  if (unknown) {
    return {
      ok: false,
      error: {
        path: unknown.path,
        expected: 'a tag listed under sources',
        found: JSON.stringify(unknown.tag),
      },
    };
  }
  return { ok: true, value: parsed.data };
}

/** Whether an entry with `from` and, perhaps, `until` (both inclusive) is in force on a day. */
export function isInForce(
  entry: { readonly from: string; readonly until?: string | undefined },
  on: string,
): boolean {
  return entry.from <= on && (entry.until === undefined || on <= entry.until);
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}

function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path)
    text += typeof part === 'number' ? `[${part}]` : text ? `.${String(part)}` : String(part);
  return text || '(root)';
}

function foundAt(json: unknown, path: readonly PropertyKey[]): string {
  let value: unknown = json;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return 'nothing';
    value = Reflect.get(value, part);
  }
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}

function unknownSource(value: RuleSet): { path: string; tag: string } | null {
  const known = new Set(Object.keys(value.sources));
  const lists: [string, readonly string[]][] = [
    ['permit', value.permit.source],
    ['minimumAge', value.minimumAge.source],
    ['remainingValidity', value.remainingValidity.source],
  ];
  const sections = ['regionModes', 'endorsements', 'selfService', 'listedCities', 'limits', 'fees'] as const;
  for (const section of sections) {
    value[section].forEach((entry, index) => {
      lists.push([`${section}[${index}]`, entry.source]);
    });
  }
  for (const [path, tags] of lists) {
    const tag = tags.find((each) => !known.has(each));
    if (tag !== undefined) return { path: `${path}.source`, tag };
  }
  return null;
}
