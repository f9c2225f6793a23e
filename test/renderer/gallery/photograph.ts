/**
 * Photographs every screen: `node test/renderer/gallery/photograph.ts --out DIR [--chromium PATH]
 * [--size 1080x1920,…] [--language zh,…] [--screen name,…] [--large] [--contrast] [--reach]`
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { languages } from '../../../main/contract/message.ts';
import type {} from './gallery-window.ts';
import { galleryTime, plainPreferences, samples, screenfulOf } from './screenfuls.ts';
import { serveGallery } from './serve.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    size: { type: 'string', default: '1080x1920' },
    language: { type: 'string', default: languages.join(',') },
    screen: { type: 'string' },
    large: { type: 'boolean', default: false },
    contrast: { type: 'boolean', default: false },
    reach: { type: 'boolean', default: false },
  },
});
if (!values.out) throw new Error('Say where the pictures go: --out DIR');
mkdirSync(values.out, { recursive: true });

const built = mkdtempSync(join(tmpdir(), 'gallery-'));
const server = await serveGallery(built);
const browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox'] });
try {
  const names = values.screen?.split(',') ?? Object.keys(samples);
  let viewId = 1;
  for (const size of values.size.split(',')) {
    const [width = 1080, height = 1920] = size.split('x').map(Number);
    const page = await browser.newPage({
      viewport: { width, height },
      timezoneId: 'Asia/Shanghai',
      reducedMotion: 'reduce',
    });
    page.on('console', (line) => {
      if (line.type() === 'error' || line.type() === 'warning') console.error(line.text());
    });
    page.on('pageerror', (error) => console.error(error.message));
    await page.goto(server.url);
    const frame = await previewFrame(page);
    for (const language of languages.filter((one) => values.language.split(',').includes(one))) {
      const preferences = {
        ...plainPreferences,
        language,
        largeText: values.large,
        highContrast: values.contrast,
        lowReach: values.reach,
      };
      for (const name of names) {
        viewId += 1;
        await page.evaluate(([screenful, at]) => window.gallery.show(screenful, at), [
          screenfulOf(name, preferences, viewId),
          galleryTime,
        ] as const);
        await page.waitForFunction((id) => window.gallery.painted.includes(id), viewId);
        await page.evaluate((jpeg) => window.gallery.preview(jpeg), frame);
        await page.evaluate(() => document.fonts.ready.then(() => undefined));
        await page.waitForFunction(() => !document.querySelector('[data-measuring]'));
        const flags = `${values.large ? '-large' : ''}${values.contrast ? '-contrast' : ''}${values.reach ? '-reach' : ''}`;
        const file = `${size}${flags}-${language}-${name}.png`;
        await page.screenshot({ path: join(values.out, file) });
      }
    }
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
  rmSync(built, { recursive: true, force: true });
}

/** A picture standing in for the camera's: a grey wall and a plain head. */
async function previewFrame(page: import('playwright-core').Page): Promise<number[]> {
  return page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 480);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    context.fillStyle = '#b9c2c9';
    context.fillRect(0, 0, 640, 480);
    context.fillStyle = '#3d4d63';
    context.fillRect(180, 380, 280, 100);
    context.fillStyle = '#d9b493';
    context.beginPath();
    context.ellipse(320, 235, 105, 145, 0, 0, Math.PI * 2);
    context.fill();
    const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
}
