/** JPEG 2000 faces become PNG, because Chromium cannot show JPEG 2000. */
import { createRequire } from 'node:module';
import { drawing } from '../drawing.ts';
import { ok, type Result } from '../result.ts';
import { type FormatError, formatError } from './tlv.ts';

/** Decodes a JPEG 2000 file or codestream and answers a PNG. Error `badValue`: damaged, or no picture a chip would hold. */
export async function jpeg2000ToPng(
  bytes: Uint8Array,
): Promise<Result<Uint8Array<ArrayBuffer>, FormatError>> {
  const decoded = await decodeJpeg2000(bytes);
  if (!decoded.ok) return decoded;
  const { width, height, components, samples } = decoded.value;
  const canvas = drawing().createCanvas(width, height);
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const red = samples[pixel * components] ?? 0;
    image.data[pixel * 4] = red;
    image.data[pixel * 4 + 1] = components >= 3 ? (samples[pixel * components + 1] ?? 0) : red;
    image.data[pixel * 4 + 2] = components >= 3 ? (samples[pixel * components + 2] ?? 0) : red;
    image.data[pixel * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return ok(new Uint8Array(await canvas.encode('png')));
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** One byte a sample, components of a pixel side by side. */
  readonly samples: Uint8Array;
}

async function decodeJpeg2000(bytes: Uint8Array): Promise<Result<Picture, FormatError>> {
  const size = codestreamSize(bytes);
  if (!size) return formatError('badValue', 'the JPEG 2000 picture has no size');
  if (size.width * size.height > MAX_PIXELS)
    return formatError('badValue', 'the JPEG 2000 picture is too large');
  codec ??= loadCodec();
  const { J2KDecoder } = await codec;
  const decoder = new J2KDecoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo();
    const samples = Uint8Array.from(decoder.getDecodedBuffer());
    const usable =
      bitsPerSample === 8 && (componentCount === 1 || componentCount === 3 || componentCount === 4);
    if (!usable || samples.length !== width * height * componentCount || samples.length === 0) {
      return formatError('badValue', 'the JPEG 2000 picture has an unusual form');
    }
    return ok({ width, height, components: componentCount, samples });
  } catch {
    return formatError('badValue', 'the JPEG 2000 picture is damaged');
  } finally {
    decoder.delete();
  }
}

/** Width and height from the SIZ marker of the codestream (ISO/IEC 15444-1 A.5.1), before a decoder reserves memory. */
function codestreamSize(bytes: Uint8Array): { width: number; height: number } | null {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(SOC_SIZ);
  if (start < 0 || start + 24 > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, 24);
  const width = view.getUint32(8) - view.getUint32(16);
  const height = view.getUint32(12) - view.getUint32(20);
  return width > 0 && height > 0 ? { width, height } : null;
}

/** What is used of the decoder; the package has no types. */
interface OpenJpeg {
  readonly J2KDecoder: new () => {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number };
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  };
}

let codec: Promise<OpenJpeg> | null = null;

function loadCodec(): Promise<OpenJpeg> {
  // an Emscripten module for CommonJS; it finds its WebAssembly file beside itself
  const create = createRequire(import.meta.url)('@cornerstonejs/codec-openjpeg/decodewasmjs') as (options: {
    print: () => void;
    printErr: () => void;
  }) => Promise<OpenJpeg>;
  return create({ print: () => undefined, printErr: () => undefined });
}

const SOC_SIZ = Buffer.from('ff4fff51', 'hex');
const MAX_PIXELS = 4_000_000;
