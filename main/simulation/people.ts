/**
 * The invented people of the simulation: their permits, what the bureau has on record of them, and how the rules
 * should answer. Dates that must be seen from the day of a demonstration are kept as distances from it.
 */
import { z } from 'zod';
import type { EndorsementOnRecord, HolderRecord } from '../bureau/port.ts';
import { addDays, addMonths } from '../rules/dates.ts';
import { date, endorsementCountSchema, endorsementTypeSchema, placeSchema } from '../rules/rule-set.ts';
import { validUntil } from '../rules/validity.ts';
import peopleData from './people.json' with { type: 'json' };

const distance = z.strictObject({
  years: z.int().optional(),
  months: z.int().optional(),
  days: z.int().optional(),
});
const dateOrDistance = z.union([date, z.strictObject({ fromToday: distance })]);
const division = z.string().regex(/^\d{6}$/, 'a GB/T 2260 code of 6 digits');
const portrait = z.int().min(1).max(16);

const personSchema = z.strictObject({
  id: z.string().regex(/^p\d{2}$/),
  story: z.string().min(1),
  nameChinese: z.string().regex(/^\p{Script=Han}{1,3}$/u, 'one to three Chinese characters'),
  surname: z.string().regex(/^[A-Z]+$/),
  given: z.string().regex(/^[A-Z]+$/),
  sex: z.enum(['M', 'F']),
  dateOfBirth: dateOrDistance,
  documentType: z.enum(['CS', 'CD']),
  documentNumber: z.string().regex(/^(C(\d{8}|[A-HJ-NP-Z]\d{7})|L\d{8})$/),
  dateOfExpiry: dateOrDistance,
  placeOfBirth: z.string().regex(/^[A-Z]{3}$/),
  portrait,
  live: z.strictObject({ portrait, spoof: z.boolean().default(false) }).optional(),
  chip: z
    .strictObject({ fault: z.enum(['none', 'tamperedDataGroup', 'unknownSigner', 'mrzDiffers']) })
    .default({ fault: 'none' }),
  record: z
    .strictObject({
      documentStatus: z.enum(['valid', 'void', 'reportedLost']).default('valid'),
      hold: z.boolean().default(false),
      registeredFunctionary: z.boolean().default(false),
      activeServiceman: z.boolean().default(false),
      inProcess: z.array(z.enum(['101', '102', '104'])).default([]),
      householdDivision: division,
      residenceDivision: division.nullable().default(null),
      businessFiled: z.boolean().default(false),
    })
    .nullable(),
  endorsements: z
    .array(
      z.strictObject({
        place: placeSchema,
        type: endorsementTypeSchema,
        count: endorsementCountSchema,
        issuedOn: dateOrDistance,
        entriesUsed: z.int().nonnegative(),
        on: z.enum(['both', 'chip', 'record']).default('both'),
      }),
    )
    .default([]),
  bureauDecides: z.enum(['byTheRules', 'notEligible', 'seeCounter']).default('byTheRules'),
  expected: z.strictObject({ '2018-07': z.string(), current: z.string() }),
});

/** An invented person as of one day; all dates `YYYY-MM-DD`. */
export interface Person {
  /** `p01`, … */
  readonly id: string;
  /** One English sentence: what this person is here to show. */
  readonly story: string;
  readonly nameChinese: string;
  /** Pinyin, capitals. */
  readonly surname: string;
  readonly given: string;
  readonly sex: 'M' | 'F';
  readonly dateOfBirth: string;
  /** First two letters of the machine readable zone: CS Hong Kong and Macao, CD Taiwan. */
  readonly documentType: 'CS' | 'CD';
  readonly documentNumber: string;
  readonly dateOfExpiry: string;
  readonly placeOfBirth: string;
  /** Number of the invented portrait in the chip, `assets/simulation/portraits/NN-document.jpg`. */
  readonly portrait: number;
  /** Whose face is before the camera (`NN-live1..3.jpg`), and whether it is only a picture of it. */
  readonly live: { readonly portrait: number; readonly spoof: boolean };
  readonly chip: {
    readonly fault: 'none' | 'tamperedDataGroup' | 'unknownSigner' | 'mrzDiffers';
    readonly endorsements: readonly EndorsementOnRecord[];
  };
  /** `null`: the bureau does not know the document. */
  readonly record: HolderRecord | null;
  /** What the bureau decides apart from the rules. */
  readonly bureauDecides: 'byTheRules' | 'notEligible' | 'seeCounter';
  /** `allowed`, or the rule that stops this person, by rule set. */
  readonly expected: Readonly<Record<'2018-07' | 'current', string>>;
}

/**
 * The invented people as they are on a day.
 * @param today `YYYY-MM-DD`
 * @param data the people file; only tests hand in their own. Throws where it breaks its schema, for it is part of
 *   the program.
 */
export function people(today: string, data: unknown = peopleData): readonly Person[] {
  return z
    .array(personSchema)
    .parse(data)
    .map((raw) => resolve(raw, today));
}

/** One of the invented people by id, `undefined` when there is none. */
export function person(id: string, today: string): Person | undefined {
  return people(today).find((each) => each.id === id);
}

function resolve(raw: z.infer<typeof personSchema>, today: string): Person {
  const dated = (value: z.infer<typeof dateOrDistance>): string => {
    if (typeof value === 'string') return value;
    const { years = 0, months = 0, days = 0 } = value.fromToday;
    return addDays(addMonths(today, years * 12 + months), days);
  };
  const endorsements = raw.endorsements.map(({ on, ...each }) => {
    const issuedOn = dated(each.issuedOn);
    return { on, endorsement: { ...each, issuedOn, validUntil: validUntil(each.count, issuedOn) } };
  });
  const listedOn = (where: 'chip' | 'record'): readonly EndorsementOnRecord[] =>
    endorsements.filter(({ on }) => on === 'both' || on === where).map(({ endorsement }) => endorsement);
  const { endorsements: _, ...rest } = raw;
  return {
    ...rest,
    dateOfBirth: dated(raw.dateOfBirth),
    dateOfExpiry: dated(raw.dateOfExpiry),
    live: raw.live ?? { portrait: raw.portrait, spoof: false },
    chip: { fault: raw.chip.fault, endorsements: listedOn('chip') },
    record: raw.record && {
      documentNumber: raw.documentNumber,
      ...raw.record,
      endorsements: listedOn('record'),
    },
  };
}
