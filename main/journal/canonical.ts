/**
 * Bytes that stand for a value in exactly one way, so that a hash over them means the value. Two encodings:
 * `canonicalJson` for the clear part (RFC 8785 in spirit: sorted keys, no white space), and `canonicalBytes` for
 * a tuple of fields (one tag byte, length in four bytes big endian, content), in which no two different tuples
 * share their bytes.
 */

export type CanonicalField = string | number | Uint8Array | null;

const tagNull = 0x00;
const tagText = 0x01;
const tagInteger = 0x02;
const tagBytes = 0x03;

/** Throws a `TypeError` for a number that is not a safe integer or text that is not well-formed Unicode. */
export function canonicalBytes(fields: readonly CanonicalField[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    const [tag, content] = contentOf(field);
    const head = Buffer.allocUnsafe(5);
    head[0] = tag;
    head.writeUInt32BE(content.length, 1);
    parts.push(head, content);
  }
  return Buffer.concat(parts);
}

function contentOf(field: CanonicalField): [number, Uint8Array] {
  if (field === null) return [tagNull, Buffer.alloc(0)];
  if (typeof field === 'string') {
    if (!field.isWellFormed()) throw new TypeError('text with a lone surrogate has no canonical bytes');
    return [tagText, Buffer.from(field, 'utf8')];
  }
  if (typeof field === 'number') {
    if (!Number.isSafeInteger(field)) throw new TypeError('only safe integers have canonical bytes');
    return [tagInteger, Buffer.from((field === 0 ? 0 : field).toString(10), 'latin1')];
  }
  return [tagBytes, field];
}

/**
 * JSON with the keys of every object in the order of their UTF-16 code units and members that are `undefined`
 * left out. Throws a `TypeError` for what JSON cannot carry: functions, NaN, infinities.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('JSON has no such number');
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  const text = JSON.stringify(value) as string | undefined; // undefined for functions, symbols and undefined
  if (text === undefined) throw new TypeError('JSON cannot carry this value');
  return text;
}
