/** The files of the Logical Data Structure (ICAO Doc 9303-10 §3.7 to §4.7) and the two simplest of them. */
import { ok, type Result } from '../result.ts';
import { type MrzDocument, type MrzError, parseMrz } from './mrz.ts';
import type { ChipFile } from './permit-session.ts';
import { decodeTlv, decodeTlvs, type FormatError, findTlv, formatError } from './tlv.ts';

const file = (name: string, id: number): ChipFile => ({ name, id, sfi: id & 0x1f });

export const EF_COM = file('EF.COM', 0x011e);
export const EF_SOD = file('EF.SOD', 0x011d);
export const EF_DG1 = file('EF.DG1', 0x0101);
export const EF_DG2 = file('EF.DG2', 0x0102);
export const EF_DG14 = file('EF.DG14', 0x010e);
export const EF_DG15 = file('EF.DG15', 0x010f);

/** The tag each data group begins with; its position is the data group's number less one. */
const DATA_GROUP_TAGS = [
  0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70,
];

/** EF.COM: the numbers of the data groups present, in the order listed. */
export function decodeCom(bytes: Uint8Array): Result<number[], FormatError> {
  const body = decodeTlv(bytes, 0x60);
  if (!body.ok) return body;
  const objects = decodeTlvs(body.value);
  if (!objects.ok) return objects;
  const tags = findTlv(objects.value, 0x5c);
  if (!tags) return formatError('missing', 'EF.COM has no list of data groups');
  return ok(Array.from(tags, (tag) => DATA_GROUP_TAGS.indexOf(tag) + 1).filter((number) => number > 0));
}

/** DG1: the MRZ. */
export function decodeDg1(bytes: Uint8Array): Result<MrzDocument, FormatError | MrzError> {
  const body = decodeTlv(bytes, 0x61);
  if (!body.ok) return body;
  const objects = decodeTlvs(body.value);
  if (!objects.ok) return objects;
  const mrz = findTlv(objects.value, 0x5f1f);
  return mrz ? parseMrz(Buffer.from(mrz).toString('latin1')) : formatError('missing', 'DG1 has no MRZ');
}
