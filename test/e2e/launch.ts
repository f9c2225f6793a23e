/**
 * Starts the built terminal in a real Electron on a display of its own, with a data folder of its own, driven
 * through Playwright.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ElectronApplication, _electron as electron, errors, type Page } from 'playwright-core';
import { startVirtualDisplay } from '../../build/launch/display.mjs';
import { electronCommand } from '../../build/launch/electron-command.mjs';

export interface LaunchOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The terminal's own arguments, after `--simulate`. */
  readonly args?: readonly string[];
  /** Chromium's switches, which stand before the application. */
  readonly switches?: readonly string[];
  /** Kept after the end, for starts that go on where another ended; a temporary folder without it. */
  readonly dataDirectory?: string;
  /** Hears each line the terminal writes to stdout and stderr. */
  readonly onOutput?: (text: string) => void;
}

export interface RunningTerminal {
  readonly app: ElectronApplication;
  readonly dataDirectory: string;
  /** Process id of Electron's main process. */
  readonly pid: number;
  /** The page of a window, waited for until it is open. */
  page(name: 'applicant' | 'bench' | 'camera' | 'technician'): Promise<Page>;
  /** Ends the terminal and its display, and removes the temporary folder. */
  stop(): Promise<void>;
  /** Ends the terminal as a power cut would; the data folder stays until `stop`. */
  kill(): Promise<void>;
}

const launchTimeoutMs = 20_000;
const launchTries = 4;
const pageTimeoutMs = 60_000;

/** Starts the terminal with simulated hardware. The bundles must be up to date (`npm run build`). */
export async function launchTerminal(options: LaunchOptions = {}): Promise<RunningTerminal> {
  const command = electronCommand();
  const display = await startVirtualDisplay();
  const temporary = options.dataDirectory === undefined;
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(path.join(tmpdir(), 'terminal-e2e-')));
  const clean = async () => {
    await display.stop();
    if (temporary) await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 });
  };
  const launch = () =>
    electron.launch({
      executablePath: command.executable,
      args: [
        ...(options.switches ?? []),
        ...command.args,
        '--simulate',
        '--data-dir',
        dataDirectory,
        ...(options.args ?? []),
      ],
      env: { ...inheritedEnvironment(), ...command.env, DISPLAY: display.name, ...options.env },
      timeout: launchTimeoutMs,
      chromiumSandbox: !command.args.includes('--no-sandbox'),
    });
  let app: ElectronApplication;
  try {
    app = await attached(launch);
  } catch (error) {
    await clean();
    throw error;
  }
  const process_ = app.process();
  const gone = new Promise<void>((resolve) => process_.once('exit', () => resolve()));
  const { onOutput } = options;
  if (onOutput) {
    process_.stdout?.on('data', (chunk) => onOutput(String(chunk)));
    process_.stderr?.on('data', (chunk) => onOutput(String(chunk)));
  }
  return {
    app,
    dataDirectory,
    pid: process_.pid ?? 0,
    page: (name) => pageOf(app, name),
    stop: async () => {
      if (process_.exitCode === null && process_.signalCode === null) {
        const impatient = setTimeout(() => process_.kill('SIGKILL'), 15_000);
        await app.close().catch(() => undefined);
        await gone;
        clearTimeout(impatient);
      }
      await clean();
    },
    kill: async () => {
      process_.kill('SIGKILL');
      await gone;
    },
  };
}

/**
 * Playwright can miss a window that opens while it is still attaching, and then waits for it for ever; the terminal
 * itself is up. Such a launch is given up and made again.
 */
async function attached(launch: () => Promise<ElectronApplication>): Promise<ElectronApplication> {
  for (let left = launchTries - 1; ; left--) {
    try {
      return await launch();
    } catch (error) {
      if (!(error instanceof errors.TimeoutError) || left === 0) throw error;
      console.error('The terminal was up, but Playwright did not attach to it; trying once more.');
    }
  }
}

async function pageOf(app: ElectronApplication, name: string): Promise<Page> {
  const isIt = (page: Page) => page.url().startsWith(`app://${name}/`);
  const deadline = Date.now() + pageTimeoutMs;
  for (;;) {
    const page = app.windows().find(isIt);
    if (page) return page;
    const left = deadline - Date.now();
    if (left <= 0) throw new Error(`The window ${name} did not open within ${pageTimeoutMs / 1000} s.`);
    // A new window may still be blank when it is announced; it is looked at again shortly after.
    await app.waitForEvent('window', { timeout: Math.min(left, 200) }).catch(() => undefined);
  }
}

function inheritedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const inherited = Object.fromEntries(entries);
  // vitest marks its workers; the terminal must not take itself for one.
  for (const name of ['NODE_OPTIONS', 'VITEST', 'NODE_ENV', 'ELECTRON_RUN_AS_NODE']) delete inherited[name];
  return inherited;
}
