/**
 * What may stand in an entry in clear. Names, numbers of documents and anything a person typed are not
 * among it: such data goes to the sealed part. The shapes are narrow on purpose, so that free text cannot
 * slip in: a code has no spaces and no Chinese characters, and the form of a travel document's number is refused.
 */
import { z } from 'zod';

/** Exit-entry permits, passports and residence permits: one or two letters and seven or eight digits. */
const documentNumber = /^[A-Z][A-Z0-9]\d{7}$/;

/** An identifier or code: letters, digits and `. _ : / - +`, at most 128 characters. */
export const code = z
  .string()
  .regex(/^[A-Za-z0-9._:/+-]{1,128}$/, 'a code: 1 to 128 letters, digits or . _ : / - +')
  .refine((text) => !documentNumber.test(text), 'the number of a travel document may only stand sealed');

/** Any text as a `sentence`: what is not printable ASCII becomes `?`, what is too long is cut. */
export const asSentence = (text: string): string => text.replaceAll(/[^\x20-\x7e]/gu, '?').slice(0, 240);

/**
 * One technical sentence, as `DeviceError.message`; never about a person. Stands in printable ASCII, at most 240
 * characters; other text is not refused, because a driver may say anything, but does not come through.
 */
export const sentence = z.string().transform(asSentence);

export const count = z.int().min(0);

/** Money in fen (1/100 yuan), never a fraction. */
export const fen = z.int();

/** A length of time in milliseconds. */
export const milliseconds = z.number().min(0);

/** A similarity, liveness or anti-spoof score as the model gives it: nominally 0 to 1. */
export const score = z.number();

/** Clear facts of an act: order number, request id, place, amounts; flat, each value a code, number, boolean or null. */
export const facts = z.record(
  z.string().regex(/^[a-zA-Z][A-Za-z0-9]{0,39}$/),
  z.union([code, z.number(), z.boolean(), z.null()]),
);

export type Facts = z.infer<typeof facts>;
