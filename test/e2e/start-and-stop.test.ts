/** How the terminal begins and ends as a process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compile } from '../../build/launch/compile.mjs';
import { type Display, startVirtualDisplay } from '../../build/launch/display.mjs';
import { electronCommand } from '../../build/launch/electron-command.mjs';
import { launchTerminal } from './launch.ts';

const root = path.resolve(import.meta.dirname, '../..');

let display: Display;
let folder: string;

beforeAll(async () => {
  await compile();
  display = await startVirtualDisplay();
  folder = await mkdtemp(path.join(tmpdir(), 'terminal-process-'));
});

afterAll(async () => {
  await display?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

interface Run {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<number | null>;
}

function run(...args: readonly string[]): Run {
  const command = electronCommand();
  const child = spawn(command.executable, [...command.args, ...args], {
    env: { ...process.env, ...command.env, DISPLAY: display.name, NODE_OPTIONS: '' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  return { child, output: () => output, ended };
}

const firstScreen = (terminal: Run) =>
  vi.waitFor(() => expect(terminal.output()).toContain('"event":"painted"'), { timeout: 30_000 });

async function journal(dataDirectory: string): Promise<{ event: string }[]> {
  const cli = path.join(root, 'main/journal/cli.ts');
  const reading = spawn(process.execPath, [
    cli,
    'show',
    '--json',
    '--file',
    path.join(dataDirectory, 'journal.db'),
  ]);
  let text = '';
  reading.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await once(reading, 'close');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('closing the applicant window of a simulation', () => {
  it('ends the terminal', async () => {
    const terminal = await launchTerminal({ args: ['--no-bench'] });
    const ended = once(terminal.app.process(), 'exit');
    const page = await terminal.page('applicant');
    await page.waitForFunction(() => document.body.textContent?.trim() !== '');
    await terminal.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find((window) => window.webContents.getURL() === 'app://applicant/')
        ?.close(),
    );
    expect((await ended)[0]).toBe(0);
    await terminal.stop();
  });
});

describe('the terminal as a process', () => {
  it('shows a screen, is alone on its data folder, and closes its journal when it is asked to end', async () => {
    const data = path.join(folder, 'one');
    const terminal = run('--simulate', '--no-bench', '--data-dir', data);
    await firstScreen(terminal);

    const second = run('--simulate', '--no-bench', '--data-dir', data);
    expect(await second.ended).toBe(2);
    expect(second.output()).toContain('already running on this data folder');

    terminal.child.kill('SIGTERM');
    expect(await terminal.ended).toBe(0);
    const events = (await journal(data)).map(({ event }) => event);
    expect(events[0]).toBe('journal-created');
    expect(events.at(-1)).toBe('terminal-stop-complete');
  });

  it('starts again after it was killed', async () => {
    const data = path.join(folder, 'two');
    const first = run('--simulate', '--no-bench', '--data-dir', data);
    await firstScreen(first);
    first.child.kill('SIGKILL');
    await first.ended;
    const again = run('--simulate', '--no-bench', '--data-dir', data);
    await firstScreen(again);
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(0);
    const starts = (await journal(data)).filter(({ event }) => event === 'terminal-start-init');
    expect(starts).toHaveLength(2);
  });

  it('refuses a wrong configuration with the place, what was expected and what was found', async () => {
    const file = path.join(folder, 'terminal.json');
    await writeFile(file, JSON.stringify({ terminal: { id: 'lk 3', profile: 'endorsement-machine' } }));
    const terminal = run('--simulate', '--config', file, '--data-dir', path.join(folder, 'three'));
    expect(await terminal.ended).toBe(2);
    expect(terminal.output()).toMatch(/\$\.terminal\.id: expected an id such as LK-03.*found "lk 3"/);
  });

  it('does not start on real hardware without being told which', async () => {
    const terminal = run('--data-dir', path.join(folder, 'four'));
    expect(await terminal.ended).toBe(2);
    expect(terminal.output()).toContain('needs --config FILE');
  });

  it('says which argument is wrong', async () => {
    const terminal = run('--simulate', '--lang', 'de');
    expect(await terminal.ended).toBe(2);
    expect(terminal.output()).toContain('--lang is one of zh, en, ko, ru');
  });
});
