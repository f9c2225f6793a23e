/** Compares a picture with the one kept in `pictures/`; a picture not kept yet is kept, and the comparison fails. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';

const folder = path.resolve('test/main/print/pictures');

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

async function pixelsOf(png: Uint8Array): Promise<Pixels> {
  const image = await loadImage(Buffer.from(png));
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}

/**
 * Share of pixels (0..1) whose darkness differs by more than a quarter, after looking one pixel around for the same
 * dot: font rasterising may move an edge by one. 1 when the sizes differ.
 */
export async function differenceFromKept(name: string, png: Uint8Array): Promise<number> {
  const kept = path.join(folder, `${name}.png`);
  if (!existsSync(kept)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(kept, png);
    return 1;
  }
  const [before, now] = await Promise.all([pixelsOf(readFileSync(kept)), pixelsOf(png)]);
  if (before.width !== now.width || before.height !== now.height) return 1;
  const dark = (image: Pixels, x: number, y: number): number => image.data[(y * image.width + x) * 4] ?? 255;
  let different = 0;
  for (let y = 1; y < now.height - 1; y += 1) {
    for (let x = 1; x < now.width - 1; x += 1) {
      const value = dark(now, x, y);
      let near = false;
      for (let dy = -1; dy <= 1 && !near; dy += 1) {
        for (let dx = -1; dx <= 1 && !near; dx += 1)
          near = Math.abs(dark(before, x + dx, y + dy) - value) < 64;
      }
      if (!near) different += 1;
    }
  }
  return different / (now.width * now.height);
}
