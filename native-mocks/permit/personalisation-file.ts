/** A virtual card described in JSON, for cards that run as their own process. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import {
  ENDORSEMENT_COUNTS,
  ENDORSEMENT_PLACES,
  ENDORSEMENT_TYPES,
} from '../../devices/permit/endorsement-file.ts';
import { fail, ok, type Result } from '../../devices/result.ts';
import type { Personalisation } from './personalise.ts';

const date = z.iso.date();
const cipher = z.enum(['desEde2', 'aes128', 'aes192', 'aes256']);
const count = z.int().min(1);

const schema = z.strictObject({
  holder: z.strictObject({
    documentNumber: z.string().regex(/^[A-Z0-9]{9}$/),
    nameChinese: z.string().min(1),
    surname: z.string().min(1),
    given: z.string(),
    sex: z.enum(['M', 'F']),
    dateOfBirth: date,
    dateOfExpiry: date,
    placeOfBirth: z.string().max(3),
  }),
  /** Path of a JPEG or JPEG 2000 file, relative to the JSON file. */
  face: z.string(),
  endorsements: z
    .array(
      z.strictObject({
        place: z.enum(ENDORSEMENT_PLACES),
        type: z.enum(ENDORSEMENT_TYPES),
        count: z.enum(ENDORSEMENT_COUNTS),
        validFrom: date,
        validUntil: date,
        used: z.int().min(0).max(255),
        remarks: z.string(),
        issuingAuthority: z.string(),
        issuedOn: date,
        caseNumber: z.string().min(1),
      }),
    )
    .default([]),
  document: z.enum(['CS', 'CD', 'passport']).optional(),
  endorsementCapacity: z.int().min(1).max(255).optional(),
  basicAccess: z.boolean().optional(),
  pace: z
    .strictObject({ parameterId: z.literal([12, 13, 15]), cipher })
    .nullable()
    .optional(),
  activeAuthentication: z.enum(['ecdsa', 'rsa']).nullable().optional(),
  chipAuthentication: cipher.nullable().optional(),
  extendedLength: z.strictObject({ maxCommand: count, maxResponse: count }).nullable().optional(),
  readLimit: z
    .strictObject({ bytes: count, beyond: z.enum(['refuse', 'truncate']) })
    .nullable()
    .optional(),
  endOfFile: z.enum(['warning', 'silent']).optional(),
  faults: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.enum(['mute', 'writeCorrupts', 'expired', 'tamperedDg1', 'noDg2', 'endorsementFileFull']),
        }),
        z.strictObject({ type: z.literal('slow'), msPerApdu: z.number().min(0) }),
        z.strictObject({ type: z.literal('pulled'), atApdu: count }),
        z.strictObject({ type: z.literal('wrongMac'), inResponse: count }),
        z.strictObject({ type: z.literal('removedAfterWrite'), writes: count }),
      ]),
    )
    .optional(),
});

/** Reads a description and the face it names; the error says where the description is wrong. */
export async function parsePersonalisation(
  text: string,
  folder: string,
): Promise<Result<Omit<Personalisation, 'signer' | 'now'>, string>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail('the card description is not JSON');
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return fail(z.prettifyError(parsed.error));
  try {
    return ok({ ...parsed.data, face: new Uint8Array(await readFile(resolve(folder, parsed.data.face))) });
  } catch {
    return fail(`the face ${parsed.data.face} cannot be read`);
  }
}
