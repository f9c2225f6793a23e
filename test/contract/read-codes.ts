/** Reads bar and QR codes out of a picture, as a scanner would. */
import { readFileSync } from 'node:fs';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

// The package fetches its program from a content network unless it is handed over.
prepareZXingModule({
  overrides: {
    wasmBinary: Uint8Array.from(readFileSync('node_modules/zxing-wasm/dist/reader/zxing_reader.wasm')).buffer,
  },
});

export interface ReadCode {
  readonly format: string;
  readonly text: string;
}

/** All QR and Code 128 codes in a PNG or JPEG. */
export async function readCodes(image: Uint8Array): Promise<ReadCode[]> {
  const loaded = await loadImage(Buffer.from(image));
  const canvas = createCanvas(loaded.width, loaded.height);
  const context = canvas.getContext('2d');
  context.drawImage(loaded, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, loaded.width, loaded.height);
  // Any RGBA pixels will do for the reader, whose types ask for a browser's ImageData.
  const pixels = { data, width, height } as Parameters<typeof readBarcodes>[0];
  const found = await readBarcodes(pixels, { formats: ['QRCode', 'Code128'] });
  return found.map(({ format, text }) => ({ format, text }));
}
