/** DG2: one face as an ISO/IEC 19794-5 record inside the biometric templates of ICAO Doc 9303-10 §4.7.2. */
import { concatBytes, encodeTlv } from '../../devices/permit/tlv.ts';

/** The whole content of EF.DG2 for one JPEG or JPEG 2000 image; throws `RangeError` for any other format. */
export function encodeFaceDataGroup(image: Uint8Array, sex: 'M' | 'F'): Uint8Array {
  const header = encodeTlv(
    0xa1,
    encodeTlv(0x80, Uint8Array.of(1, 1)), // patron header version
    encodeTlv(0x81, Uint8Array.of(2)), // facial features
    encodeTlv(0x87, Uint8Array.of(1, 1)), // format owner JTC 1/SC 37
    encodeTlv(0x88, Uint8Array.of(0, 8)), // format 19794-5
  );
  const template = encodeTlv(0x7f60, header, encodeTlv(0x5f2e, encodeFacialRecord(image, sex)));
  return encodeTlv(0x75, encodeTlv(0x7f61, encodeTlv(0x02, Uint8Array.of(1)), template));
}

/** Facial record: record header 14, facial information 20, image information 12, image. */
function encodeFacialRecord(image: Uint8Array, sex: 'M' | 'F'): Uint8Array {
  const { width, height, dataType } = imageSize(image);
  const blockLength = 20 + 12 + image.length;
  const facial = new Uint8Array(20);
  const facialView = new DataView(facial.buffer);
  facialView.setUint32(0, blockLength);
  facial[6] = sex === 'M' ? 1 : 2;
  const picture = new Uint8Array(12);
  const pictureView = new DataView(picture.buffer);
  picture[0] = 1; // full frontal
  picture[1] = dataType;
  pictureView.setUint16(2, width);
  pictureView.setUint16(4, height);
  picture[6] = 1; // sRGB, 24 bit
  picture[7] = 2; // still camera
  const head = new Uint8Array(14);
  head.set(new TextEncoder().encode('FAC\x00010\x00'));
  const headView = new DataView(head.buffer);
  headView.setUint32(8, head.length + blockLength);
  headView.setUint16(12, 1);
  return concatBytes(head, facial, picture, image);
}

/** Pixels and the image data type of 19794-5 (0 JPEG, 1 JPEG 2000). */
function imageSize(image: Uint8Array): { width: number; height: number; dataType: 0 | 1 } {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  if (image.length > 4 && view.getUint16(0) === 0xffd8) return { ...jpegSize(view), dataType: 0 };
  if (image.length > 16 && view.getUint32(0) === 0xff4fff51) {
    return {
      width: view.getUint32(8) - view.getUint32(16),
      height: view.getUint32(12) - view.getUint32(20),
      dataType: 1,
    };
  }
  if (image.length > 12 && view.getUint32(4) === 0x6a502020) return { ...jp2Size(view), dataType: 1 };
  throw new RangeError('the face is neither JPEG nor JPEG 2000');
}

function jpegSize(view: DataView): { width: number; height: number } {
  let at = 2;
  while (at + 9 < view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  throw new RangeError('the JPEG image has no frame header');
}

/** `ihdr` is the first box inside `jp2h` (ISO/IEC 15444-1 I.5.3). */
function jp2Size(view: DataView): { width: number; height: number } {
  for (let at = 0; at + 24 <= view.byteLength; ) {
    if (view.getUint32(at + 4) === 0x6a703268) {
      return { height: view.getUint32(at + 16), width: view.getUint32(at + 20) };
    }
    const length = view.getUint32(at);
    if (length < 8) break;
    at += length;
  }
  throw new RangeError('the JPEG 2000 image has no header box');
}
