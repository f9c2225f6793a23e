/** The process behind the applicant screen dies in the middle of a service, in the real application. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compile } from '../../build/launch/compile.mjs';
import { openJournalReader } from '../../main/journal/open.ts';
import { type FakeCameraFile, fakeCameraFile } from '../e2e/fake-camera.ts';
import { launchTerminal, type RunningTerminal } from '../e2e/launch.ts';
import { openStage, type Stage, usualHabits, walk } from '../e2e/walk.ts';

const root = path.resolve(import.meta.dirname, '../..');

let folder: string;
let camera: FakeCameraFile;
let terminal: RunningTerminal | null = null;

beforeAll(async () => {
  await compile();
  folder = await mkdtemp(path.join(tmpdir(), 'renderer-killed-'));
  camera = await fakeCameraFile([path.join(root, 'assets/simulation/portraits/01-live1.jpg')]);
});
afterAll(async () => {
  await terminal?.stop();
  await camera?.remove();
  if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** What the applicant sees: which view, how it is set, and its words, without the seconds that run. */
const shown = (stage: Stage) =>
  stage.page.locator('[data-view]').evaluate((terminalElement) => ({
    ...(terminalElement as HTMLElement).dataset,
    words: terminalElement.textContent?.replaceAll(/\d+/g, '#'),
  }));

it('shows the same view again, and the service goes on to its end', async () => {
  terminal = await launchTerminal({
    dataDirectory: folder,
    switches: camera.switches,
    args: ['--simulation-speed', '30'],
  });
  const { app } = terminal;
  const stage = await openStage(terminal, path.join(folder, 'pictures'));
  const usual = usualHabits('p01', 'ru');
  const killAndCompare = async () => {
    const before = await shown(stage);
    await stage.killRenderer();
    await expect.poll(() => shown(stage), { timeout: 15_000 }).toEqual(before);
  };
  await walk(
    stage,
    {
      ...usual,
      consent: async (each, seen) => {
        await each.touch('large-text');
        await each.page.waitForSelector('[data-large-text]');
        await usual.consent?.(each, seen);
      },
      checkAnswers: async (each, seen) => {
        await killAndCompare();
        await usual.checkAnswers?.(each, seen);
      },
      pay: async (each, seen) => {
        await killAndCompare();
        await usual.pay?.(each, seen);
      },
    },
    ({ kind }) => kind === 'ending',
  );
  await app.evaluate(({ app: electron }) => electron.quit()).catch(() => undefined);
  await terminal.stop();
  terminal = null;

  const opened = openJournalReader(path.join(folder, 'journal.db'));
  if (!opened.ok) throw new Error(opened.error.message);
  const { reader, close } = opened.value;
  const entries = [...reader.entries({})];
  const { intact } = reader.verify();
  const open = reader.openIntents();
  close();
  expect(intact).toBe(true);
  expect(open).toEqual([]);
  const incidents = entries.filter(({ event }) => event.startsWith('renderer-'));
  expect(incidents.map(({ event, clear }) => [event, clear.window])).toEqual([
    ['renderer-gone', 'applicant'],
    ['renderer-reloaded', 'applicant'],
    ['renderer-gone', 'applicant'],
    ['renderer-reloaded', 'applicant'],
  ]);
  const ends = entries.filter(({ event }) => event === 'session-end');
  expect(ends.map(({ clear }) => clear.ending)).toEqual(['completed']);
  // Within the session, not after it.
  const at = (event: string) => entries.findLastIndex((entry) => entry.event === event);
  expect(at('renderer-reloaded')).toBeLessThan(at('session-end'));
});
