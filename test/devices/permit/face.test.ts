import { createRequire } from 'node:module';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { decodeDg2, decodeFacialRecord } from '../../../devices/permit/facial-record.ts';
import { jpeg2000ToPng } from '../../../devices/permit/jpeg2000.ts';
import { readPermit } from '../../../devices/permit/read-permit.ts';
import { encodeFaceDataGroup } from '../../../native-mocks/permit/facial-record.ts';
import { connectionTo, jpegFace, keyOf, readOptions, virtualPermit } from './virtual-card.ts';

/** A JPEG 2000 codestream of a picture that is red on the left and of the given grey on the right. */
async function jpeg2000(width = 64, height = 48, components = 3): Promise<Uint8Array> {
  interface Encoder {
    getDecodedBuffer(frame: object): Uint8Array;
    encode(): void;
    getEncodedBuffer(): Uint8Array;
    delete(): void;
  }
  const load = createRequire(import.meta.url)('@cornerstonejs/codec-openjpeg/wasmjs') as () => Promise<{
    J2KEncoder: new () => Encoder;
  }>;
  const encoder = new (await load()).J2KEncoder();
  const frame = { width, height, bitsPerSample: 8, componentCount: components, isSigned: false };
  const samples = encoder.getDecodedBuffer(frame);
  for (let i = 0; i < width * height; i++) {
    const left = i % width < width / 2;
    for (let c = 0; c < components; c++) samples[i * components + c] = left ? (c === 0 ? 255 : 0) : 128;
  }
  encoder.encode();
  const encoded = Uint8Array.from(encoder.getEncodedBuffer());
  encoder.delete();
  return encoded;
}

describe('a JPEG 2000 face', () => {
  it.each([
    [3, [255, 0, 0]],
    [1, [255, 255, 255]],
  ])('of %i components becomes a PNG of the same picture', async (components, left) => {
    const png = await jpeg2000ToPng(await jpeg2000(64, 48, components));
    if (!png.ok) throw new Error(png.error.message);
    const image = await loadImage(png.value);
    expect([image.width, image.height]).toEqual([64, 48]);
    const context = createCanvas(64, 48).getContext('2d');
    context.drawImage(image, 0, 0);
    const pixel = (x: number) => [...context.getImageData(x, 20, 1, 1).data.slice(0, 3)];
    for (const [i, value] of pixel(8).entries()) expect(Math.abs(value - (left[i] ?? 0))).toBeLessThan(12);
    for (const value of pixel(56)) expect(Math.abs(value - 128)).toBeLessThan(12);
  });
  it('is read from a chip', async () => {
    const permit = await virtualPermit({ face: await jpeg2000() });
    const result = await readPermit(connectionTo(permit), keyOf(permit), await readOptions());
    expect(result.ok && result.value.face?.mediaType).toBe('image/png');
  });
  it('that is damaged: fileCorrupt', async () => {
    const face = await jpeg2000();
    const permit = await virtualPermit({ face: face.subarray(0, 60) });
    const result = await readPermit(connectionTo(permit), keyOf(permit), await readOptions());
    expect(result.ok ? 'ok' : result.error.code).toBe('fileCorrupt');
  });
  it('larger than any chip holds is not unpacked', async () => {
    const face = await jpeg2000();
    const bomb = Uint8Array.from(face);
    const size = Buffer.from(bomb.buffer).indexOf(Buffer.from('ff4fff51', 'hex')) + 8;
    new DataView(bomb.buffer).setUint32(size, 60_000);
    new DataView(bomb.buffer).setUint32(size + 4, 60_000);
    const png = await jpeg2000ToPng(bomb);
    expect(png.ok ? 'ok' : png.error.message).toContain('too large');
  });
});

describe('a facial record', () => {
  it('gives the picture inside', () => {
    const jpeg = jpegFace(3_000);
    const face = decodeDg2(encodeFaceDataGroup(jpeg, 'F'));
    expect(face.ok && face.value.format).toBe('jpeg');
    expect(face.ok && Buffer.compare(face.value.bytes, jpeg)).toBe(0);
  });
  it('with feature points between gives it too', () => {
    const image = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3);
    const record = new Uint8Array(14 + 20 + 16 + 12 + image.length);
    record.set(Buffer.from('FAC\x00010\x00', 'latin1'));
    const view = new DataView(record.buffer);
    view.setUint32(8, record.length);
    view.setUint16(12, 1);
    view.setUint32(14, record.length - 14);
    view.setUint16(18, 2);
    record.set(image, record.length - image.length);
    const face = decodeFacialRecord(record);
    expect(face.ok && [...face.value.bytes]).toEqual([...image]);
  });
  it('cut anywhere is an error, not a picture', () => {
    const whole = encodeFaceDataGroup(jpegFace(3_000), 'F');
    for (let length = 0; length < 120; length++) expect(decodeDg2(whole.subarray(0, length)).ok).toBe(false);
  });
});
