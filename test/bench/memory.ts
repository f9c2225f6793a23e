/**
 * Working sets: all processes of the terminal at its menu against those of a bare Electron window, and what whole
 * services leave behind in main and in the applicant's page.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ElectronApplication, _electron as electron, type Page } from 'playwright-core';
import { startVirtualDisplay } from '../../build/launch/display.mjs';
import { launchTerminal } from '../e2e/launch.ts';
import type { Line } from './line.ts';
import { bareWindowCommand } from './start.ts';

const bareFactor = 1.6;
const growthLimitMb = 5;
const settleTimeoutMs = 90_000;
const services = 300;
const screenCycles = 300;

export const memoryAtMenu: Line = {
  name: 'memory-menu',
  async measure() {
    const bareMb = await withBareWindow(settledMb);
    const terminalMb = await withMenu(({ app }) => settledMb(app));
    return {
      value: terminalMb,
      unit: 'MB',
      limit: bareFactor * bareMb,
      note: `working set of all processes; ${bareFactor.toFixed(1)} × ${bareMb.toFixed(0)} MB of a bare Electron window`,
    };
  },
};

export const memoryGrowthOfMain: Line = {
  name: 'memory-growth-main-under-node',
  async measure() {
    const grown = await servicesInNode();
    return {
      value: grown.afterMb - grown.beforeMb,
      unit: 'MB',
      limit: growthLimitMb,
      note: `heap and external memory of main, run by Node on a virtual clock, over ${grown.services} whole services; resident ${grown.residentBeforeMb.toFixed(0)} → ${grown.residentAfterMb.toFixed(0)} MB`,
    };
  },
};

export const memoryGrowthOfScreen: Line = {
  name: 'memory-growth-screen',
  async measure() {
    return withMenu(async ({ page }) => {
      await cycle(page, 30);
      const before = await pageHeapMb(page);
      await cycle(page, screenCycles);
      const after = await pageHeapMb(page);
      return {
        value: after - before,
        unit: 'MB',
        limit: growthLimitMb,
        note: `heap of the applicant's page in Electron over ${screenCycles} visits from menu to consent and back`,
      };
    });
  },
};

/** Megabytes of all processes, once they have stopped changing. */
async function settledMb(app: ElectronApplication): Promise<number> {
  const recent: number[] = [];
  const deadline = performance.now() + settleTimeoutMs;
  for (;;) {
    const kilobytes = await app.evaluate(({ app: inside }) =>
      inside.getAppMetrics().reduce((sum, { memory }) => sum + memory.workingSetSize, 0),
    );
    recent.push(kilobytes / 1024);
    const last = recent.slice(-8);
    const spread = Math.max(...last) - Math.min(...last);
    if ((last.length === 8 && spread < 2) || performance.now() > deadline) {
      return last.reduce((sum, each) => sum + each, 0) / last.length;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function withBareWindow<T>(measure: (app: ElectronApplication) => Promise<T>): Promise<T> {
  const display = await startVirtualDisplay();
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-memory-'));
  try {
    const { executable, args, env } = bareWindowCommand(folder);
    const app = await electron.launch({
      executablePath: executable,
      args: [...args],
      // Playwright takes strings only; what is undefined in the environment is not set at all.
      env: { ...(process.env as Record<string, string>), ...env, DISPLAY: display.name },
      chromiumSandbox: !args.includes('--no-sandbox'),
    });
    try {
      await app.firstWindow();
      return await measure(app);
    } finally {
      await app.close();
    }
  } finally {
    await display.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The terminal at its menu with the service on offer, for which every device has come. */
async function withMenu<T>(
  measure: (at: { readonly app: ElectronApplication; readonly page: Page }) => Promise<T>,
): Promise<T> {
  const terminal = await launchTerminal({ args: ['--no-bench', '--size', '1080x1920'] });
  try {
    const page = await terminal.page('applicant');
    await press(page, 'start', '[data-view="menu"]');
    await page.waitForSelector('[data-action="service-endorsement"]:not([disabled])');
    return await measure({ app: terminal.app, page });
  } finally {
    await terminal.stop();
  }
}

/**
 * Presses as an assistive device would, which needs no coordinates, and waits for what it leads to. A press on a view that is
 * being replaced counts for nothing, as it should, and is made again.
 */
async function press(page: Page, action: string, becomes: string): Promise<void> {
  const button = page.locator(`[data-action="${action}"]:not([disabled])`).last();
  for (let tries = 0; tries < 5; tries += 1) {
    if (await button.isVisible()) await button.evaluate((element: HTMLElement) => element.click());
    const came = await page.waitForSelector(becomes, { timeout: 3000 }).then(
      () => true,
      () => false,
    );
    if (came) return;
  }
  throw new Error(`After ${action} there was no ${becomes}.`);
}

/** From the menu into the service, out of it again, and back to the menu. */
async function cycle(page: Page, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await press(page, 'service-endorsement', '[data-view="consent"]');
    await press(page, 'refuse', '[data-action="confirm-leave"]');
    await press(page, 'confirm-leave', '[data-view="ending"]');
    await press(page, 'proceed', '[data-view="attract"]');
    await press(page, 'start', '[data-view="menu"]');
  }
}

async function pageHeapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1_048_576;
}

interface Grown {
  readonly services: number;
  readonly beforeMb: number;
  readonly afterMb: number;
  readonly residentBeforeMb: number;
  readonly residentAfterMb: number;
}

/** Runs the services in a process of their own, so that nothing else of the bench is in its memory. */
async function servicesInNode(): Promise<Grown> {
  const script = path.join(import.meta.dirname, 'services-growth.ts');
  const child = spawn(process.execPath, ['--expose-gc', script, String(services)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`The services ended with code ${code}.`);
  // Written by the script named above, as its last line.
  return JSON.parse(out.trim().split('\n').at(-1) ?? '') as Grown;
}
