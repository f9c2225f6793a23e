/**
 * What crosses the line to the bureau, as schemas: the JSON of `assets/bureau-api.yaml`. Answers of the bureau are
 * read loosely (a newer bureau may add fields) but every field the terminal uses is checked and bounded.
 */
import { z } from 'zod';
import { date, endorsementCountSchema, endorsementTypeSchema, placeSchema } from '../rules/rule-set.ts';
import type { Decision, EndorsementApplication, HolderRecord } from './port.ts';

export const documentNumberSchema = z.string().regex(/^[A-Z][A-Z0-9]\d{7}$/);
export const applicationNumberSchema = z.string().regex(/^\d{15}$/);
const division = z.string().regex(/^\d{6}$/);

const endorsementOnRecord = z.object({
  place: placeSchema,
  type: endorsementTypeSchema,
  count: endorsementCountSchema,
  issuedOn: date,
  validUntil: date,
  entriesUsed: z.int().nonnegative(),
});

export const holderRecordSchema: z.ZodType<HolderRecord> = z.object({
  documentNumber: documentNumberSchema,
  documentStatus: z.enum(['valid', 'void', 'reportedLost']),
  hold: z.boolean(),
  registeredFunctionary: z.boolean(),
  activeServiceman: z.boolean(),
  inProcess: z.array(z.enum(['101', '102', '104'])).max(20),
  householdDivision: division,
  residenceDivision: division.nullable(),
  businessFiled: z.boolean(),
  endorsements: z.array(endorsementOnRecord).max(500),
});

const requested = { place: placeSchema, type: endorsementTypeSchema, count: endorsementCountSchema };

const granted = z.object({
  ...requested,
  validFrom: date,
  validUntil: date,
  remarks: z.string().max(24),
  issuingAuthority: z.string().min(1).max(12),
});

export const decisionSchema: z.ZodType<Decision> = z.discriminatedUnion('state', [
  z.object({ state: z.literal('pending') }),
  z.object({
    state: z.literal('approved'),
    endorsements: z.array(granted).min(1).max(2),
    feeFen: z.int().nonnegative().max(1_000_000),
  }),
  z.object({ state: z.literal('denied'), reason: z.enum(['notEligible', 'seeCounter']) }),
  z.object({ state: z.literal('released') }),
]);

export const submittedSchema = z.object({ applicationNumber: applicationNumberSchema });
export const timeSchema = z.object({ epochMilliseconds: z.int().nonnegative() });

/** Requests are read strictly: what the bureau does not know, it must not ignore. */
export const holderQuerySchema = z.strictObject({ documentNumber: documentNumberSchema });

export const applicationSchema: z.ZodType<EndorsementApplication> = z.strictObject({
  documentNumber: documentNumberSchema,
  nameChinese: z.string().min(1).max(60),
  dateOfBirth: date,
  endorsements: z
    .array(z.strictObject(requested))
    .min(1)
    .max(2)
    .refine((list) => new Set(list.map(({ place }) => place)).size === list.length, 'each place once'),
  declaredNotFunctionary: z.boolean(),
  faceSimilarity: z.number().min(0).max(1),
  terminalId: z.string().min(1).max(40),
});

export const releaseSchema = z.strictObject({ why: z.enum(['cancelled', 'notPaid', 'notWritten']) });
export type ReleaseWhy = z.infer<typeof releaseSchema>['why'];

export const issuedSchema = z.strictObject({
  orderNumber: z.string().min(1).max(64),
  backPrinted: z.boolean(),
});
export type IssuedReport = z.infer<typeof issuedSchema>;

/** Letters, digits and `._:-`, so that an id may stand in a header. */
export const requestIdSchema = z.string().regex(/^[A-Za-z0-9._:-]{1,128}$/);

/** How the bureau says no. */
export const problemSchema = z.object({
  code: z.enum(['notFound', 'refused', 'notAuthorised', 'badRequest', 'tooLarge', 'unavailable']),
  message: z.string().max(300),
});
export type Problem = z.infer<typeof problemSchema>;
