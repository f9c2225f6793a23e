/**
 * Bytes that stand for a tuple of fields in exactly one way, so that a hash over them means the fields: a JSON array
 * as ECMAScript's `JSON.stringify` writes it, without white space, in UTF-8. Bytes among the fields stand as
 * `{"base64":"…"}`. No two different tuples share their text, and anyone can make it again from an export. JSON, and
 * not an encoding of our own, also because the engine writes it in one go: this runs in every append.
 */

export type CanonicalField = string | number | Uint8Array | null;

/** Throws a `TypeError` for a number that is not a safe integer: it has no single form. */
export function canonicalText(fields: readonly CanonicalField[]): string {
  return JSON.stringify(fields.map(plain));
}

function plain(field: CanonicalField): string | number | null | { readonly base64: string } {
  if (field === null || typeof field === 'string') return field;
  if (typeof field !== 'number') return { base64: Buffer.from(field).toString('base64') };
  if (!Number.isSafeInteger(field)) throw new TypeError('only safe integers have a canonical form');
  return field;
}
