/**
 * How long a start takes, from the spawn of the process to the first screen on the glass, for the built terminal and
 * for a bare Electron window in turns on one display. Both warm: files and profile are those of a start before.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startVirtualDisplay } from '../../build/launch/display.mjs';
import { electronCommand } from '../../build/launch/electron-command.mjs';
import { type Line, median } from './line.ts';

const rounds = 7;
const bareFactor = 2;
const paintTimeoutMs = 60_000;
const endTimeoutMs = 20_000;

export const start: Line = {
  name: 'start',
  async measure() {
    const display = await startVirtualDisplay();
    const folder = await mkdtemp(path.join(tmpdir(), 'bench-start-'));
    const terminal = terminalCommand(path.join(folder, 'terminal'));
    const bare = bareWindowCommand(path.join(folder, 'bare'));
    const terminalMs: number[] = [];
    const bareMs: number[] = [];
    try {
      for (let round = -1; round < rounds; round += 1) {
        const ofBare = await startToPainted(bare, display.name);
        const ofTerminal = await startToPainted(terminal, display.name);
        // The first round writes profiles and caches.
        if (round < 0) continue;
        bareMs.push(ofBare);
        terminalMs.push(ofTerminal);
      }
    } finally {
      await display.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
    const reference = median(bareMs);
    return {
      value: median(terminalMs),
      unit: 'ms',
      limit: bareFactor * reference,
      note: `median of ${rounds} warm starts; ${bareFactor.toFixed(1)} × ${reference.toFixed(0)} ms of a bare Electron window`,
    };
  },
};

export interface ElectronStart {
  readonly executable: string;
  /** Switches of Chromium, then the application, then its own arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The built terminal with simulated hardware and without the bench, in the size of a standing 1080p screen. */
export function terminalCommand(dataDirectory: string): ElectronStart {
  const { executable, args, env } = electronCommand();
  const own = ['--simulate', '--no-bench', '--size', '1080x1920', '--data-dir', dataDirectory];
  return { executable, args: [...args, ...own], env };
}

/** The least an Electron application can be, with the same switches and a window of the same size. */
export function bareWindowCommand(dataDirectory: string): ElectronStart {
  const { executable, args, env } = electronCommand();
  const application = path.join(import.meta.dirname, 'bare-window');
  return { executable, args: [`--user-data-dir=${dataDirectory}`, ...args.slice(0, -1), application], env };
}

/** Milliseconds until the application says that its first view is painted. The application is ended again. */
async function startToPainted({ executable, args, env }: ElectronStart, display: string): Promise<number> {
  const spawned = performance.now();
  const child = spawn(executable, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env, DISPLAY: display },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const said: string[] = [];
  let impatient: NodeJS.Timeout | undefined;
  try {
    return await new Promise<number>((resolve, reject) => {
      const failed = (why: string) =>
        reject(new Error([`${args.at(-1)}: ${why}`, ...said.slice(-10)].join('\n')));
      impatient = setTimeout(
        () => failed(`Nothing was painted within ${paintTimeoutMs} ms.`),
        paintTimeoutMs,
      );
      child.once('error', reject);
      void ended.then(() => failed('The application ended before it painted anything.'));
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (line.startsWith('{"event":"painted"')) resolve(performance.now() - spawned);
        else said.push(line);
      });
    });
  } finally {
    clearTimeout(impatient);
    child.kill('SIGTERM');
    const stubborn = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
    await ended;
    clearTimeout(stubborn);
  }
}
