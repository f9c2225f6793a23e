/** Builds the gallery, serves it, and opens it in the project's Electron on a virtual display. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron as electron, type Page } from 'playwright-core';
import { startVirtualDisplay } from '../../../build/launch/display.mjs';
import { electronCommand } from '../../../build/launch/electron-command.mjs';
import type { Preferences, Screenful } from '../../../main/contract/views.ts';
import type {} from './gallery-window.ts';
import { galleryTime, screenfulOf } from './screenfuls.ts';
import { serveGallery } from './serve.ts';

export interface OpenGallery {
  readonly page: Page;
  /** Shows a sample and waits until it is painted, its fonts are there and its lists are cut into parts. */
  show(name: string, preferences: Preferences): Promise<Screenful>;
  close(): Promise<void>;
}

const entry = fileURLToPath(new URL('./electron-main.cjs', import.meta.url));

export async function openGallery(): Promise<OpenGallery> {
  const built = mkdtempSync(join(tmpdir(), 'gallery-'));
  const command = electronCommand();
  const server = await serveGallery(built);
  const display = await startVirtualDisplay();
  const sandboxed = !command.args.includes('--no-sandbox');
  const app = await electron.launch({
    executablePath: command.executable,
    args: [...(sandboxed ? [] : ['--no-sandbox']), '--log-level=3', entry, server.url],
    env: { ...inherited(), ...command.env, DISPLAY: display.name, TZ: 'Asia/Shanghai' },
    chromiumSandbox: sandboxed,
  });
  const page = await app.firstWindow();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.waitForFunction(() => window.gallery !== undefined);
  let viewId = 0;
  return {
    page,
    show: async (name, preferences) => {
      viewId += 1;
      const screenful = screenfulOf(name, preferences, viewId);
      await page.evaluate(([shown, at]) => window.gallery.show(shown, at), [screenful, galleryTime] as const);
      await settled(page, viewId);
      return screenful;
    },
    close: async () => {
      await app.close();
      await display.stop();
      await server.close();
      rmSync(built, { recursive: true, force: true });
    },
  };
}

/** Waits until the view is painted with its own fonts and its lists have found their parts. */
export async function settled(page: Page, viewId: number): Promise<void> {
  await page.waitForFunction((id) => window.gallery.painted.includes(id), viewId);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.waitForFunction(() => !document.querySelector('[data-measuring]'));
}

function inherited(): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    // vitest marks its workers, and Electron must not take itself for Node.
    if (value !== undefined && !/^(VITEST|NODE_OPTIONS|NODE_ENV|ELECTRON_RUN_AS_NODE)/.test(name))
      kept[name] = value;
  }
  return kept;
}
