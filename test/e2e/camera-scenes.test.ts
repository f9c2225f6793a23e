/** Whoever stands before the bench's camera is whom the terminal compares with the permit. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../build/launch/compile.mjs';
import { launchTerminal, type RunningTerminal } from './launch.ts';
import { type Habits, openStage, type Stage, usualHabits, walk } from './walk.ts';

let folder: string;
let terminal: RunningTerminal | null = null;

beforeAll(async () => {
  await compile();
  folder = await mkdtemp(path.join(tmpdir(), 'camera-scenes-'));
});
afterEach(async () => {
  await terminal?.stop();
  terminal = null;
});
afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function start(): Promise<Stage> {
  terminal = await launchTerminal({ args: ['--simulation-speed', '6'] });
  return openStage(terminal, folder);
}

const stand = (stage: Stage, value: string) =>
  stage.bench({ type: 'action', device: 'portraitCamera', action: 'standBefore', value });
const standing = async (stage: Stage) => (await stage.device('portraitCamera')).lines;

/** Goes as far as the first view after the face check, and answers which it is. */
async function afterFaceCheck(stage: Stage, person: string, face: Habits['faceCheck']): Promise<string> {
  const {
    choosePlaces: _,
    chooseEndorsement: __,
    ending: ___,
    faceCheck,
    ...habits
  } = usualHabits(person, 'zh');
  const past = ['choosePlaces', 'chooseEndorsement', 'takePermit', 'ending'];
  let checks = 0;
  await walk(
    stage,
    {
      ...habits,
      faceCheck: async (at, seen) => {
        await faceCheck?.(at, seen);
        checks += 1;
        if (checks === 1) await face?.(at, seen);
      },
    },
    ({ kind }) => past.includes(kind),
  );
  expect(checks).toBeGreaterThan(0);
  return (await stage.seen()).kind;
}

describe('the camera of the bench in the real application', () => {
  it('shows whoever inserts a permit', async () => {
    const stage = await start();
    expect((await stage.device('portraitCamera')).state).toBe('nobody');
    expect(await afterFaceCheck(stage, 'p02', undefined)).toBe('choosePlaces');
    expect(await standing(stage)).toEqual(['person02']);
  });

  it('shows another person chosen by hand while it films', async () => {
    const stage = await start();
    await stand(stage, 'nobody');
    const next = await afterFaceCheck(stage, 'p02', async (at) => {
      expect(await standing(at)).toEqual(['nobody']);
      await stand(at, 'person02');
    });
    expect(next).toBe('choosePlaces');
    expect(await standing(stage)).toEqual(['person02']);
  });

  it('shows the paper copy, which is no living person', async () => {
    const stage = await start();
    expect(await afterFaceCheck(stage, 'p20', undefined)).not.toBe('choosePlaces');
    expect(await standing(stage)).toEqual(['copy-of-person13']);
  });
});
