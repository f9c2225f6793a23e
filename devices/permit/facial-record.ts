/** DG2: the holder's face as a facial record of ISO/IEC 19794-5:2005 in a CBEFF template (ICAO Doc 9303-10 §4.7.2). */
import { ok, type Result } from '../result.ts';
import { decodeTlv, decodeTlvs, type FormatError, findTlv, formatError } from './tlv.ts';

export interface FaceImage {
  readonly format: 'jpeg' | 'jpeg2000';
  /** The compressed image, a view into the data group. */
  readonly bytes: Uint8Array;
}

/** The first face of the first template. */
export function decodeDg2(bytes: Uint8Array): Result<FaceImage, FormatError> {
  const group = decodeTlv(bytes, 0x75);
  const templates = group.ok ? decodeTlv(group.value, 0x7f61) : group;
  const list = templates.ok ? decodeTlvs(templates.value) : templates;
  if (!list.ok) return list;
  const template = findTlv(list.value, 0x7f60);
  if (!template) return formatError('missing', 'DG2 has no biometric template');
  const objects = decodeTlvs(template);
  if (!objects.ok) return objects;
  const record = findTlv(objects.value, 0x5f2e) ?? findTlv(objects.value, 0x7f2e);
  return record ? decodeFacialRecord(record) : formatError('missing', 'DG2 has no biometric data');
}

/** A facial record: header of 14 bytes, facial information of 20, feature points of 8 each, image information of 12. */
export function decodeFacialRecord(record: Uint8Array): Result<FaceImage, FormatError> {
  if (record.length < 14 + 20 + 12)
    return formatError('truncated', 'the facial record is shorter than its headers');
  if (Buffer.from(record.subarray(0, 8)).toString('latin1') !== 'FAC\x00010\x00') {
    return formatError('badValue', 'the facial record has another format or version');
  }
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  if (view.getUint32(8) > record.length)
    return formatError('badLength', 'the facial record is longer than its data');
  if (view.getUint16(12) < 1) return formatError('missing', 'the facial record has no face');
  const blockLength = view.getUint32(14);
  const imageInformation = 14 + 20 + 8 * view.getUint16(18);
  const image = imageInformation + 12;
  const end = 14 + blockLength;
  if (end > record.length || image >= end)
    return formatError('badLength', 'the face is longer than its record');
  const bytes = record.subarray(image, end);
  switch (imageFormat(bytes)) {
    case 'jpeg':
      return ok({ format: 'jpeg', bytes });
    case 'jpeg2000':
      return ok({ format: 'jpeg2000', bytes });
    default:
      return formatError('badValue', 'the face is neither JPEG nor JPEG 2000');
  }
}

/** By the image's own first bytes, which chips get right more often than the record's type field. */
function imageFormat(bytes: Uint8Array): FaceImage['format'] | null {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('hex');
  if (start.startsWith('ffd8ff')) return 'jpeg';
  return start.startsWith('0000000c6a5020200d0a870a') || start.startsWith('ff4fff51') ? 'jpeg2000' : null;
}
