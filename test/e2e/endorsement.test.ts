/**
 * The whole service in the real application, by touch: on every view, in every language, nothing stands in the way
 * of reading and using it; hasty fingers do nothing twice; and nothing of the person is left behind.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import iconv from 'iconv-lite';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../build/launch/compile.mjs';
import simulation from '../../main/config/simulation.json' with { type: 'json' };
import { type Language, languages } from '../../main/contract/message.ts';
import type { ViewKind } from '../../main/contract/views.ts';
import type { Entry } from '../../main/journal/journal.ts';
import { openJournalReader } from '../../main/journal/open.ts';
import { endorsement } from '../../main/services/endorsement.ts';
import { systemClock } from '../../main/session/clock.ts';
import { person } from '../../main/simulation/people.ts';
import { accessibilityComplaints, bringAxe } from '../renderer/accessibility-complaints.ts';
import { layoutComplaints } from '../renderer/layout-complaints.ts';
import { type FakeCameraFile, fakeCameraFile } from './fake-camera.ts';
import { launchTerminal, type RunningTerminal } from './launch.ts';
import { habitsOf, type Scenario, scenarios } from './scenarios.ts';
import { type Habits, openStage, type Seen, type Stage, walk } from './walk.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Every view there is; a new one cannot be forgotten here. */
const everyView = Object.keys({
  attract: true,
  menu: true,
  consent: true,
  insertPermit: true,
  mrzEntry: true,
  readingPermit: true,
  faceCheck: true,
  choosePlaces: true,
  chooseEndorsement: true,
  checkAnswers: true,
  waiting: true,
  pay: true,
  takePermit: true,
  rate: true,
  ending: true,
} satisfies Record<ViewKind, true>);

/** Long enough for everything to be looked at. */
const patient = {
  idleSeconds: 600,
  formIdleSeconds: 900,
  insertSeconds: 300,
  confirmSeconds: 300,
  decisionSeconds: 600,
  paymentSeconds: 900,
  takeCardSeconds: 300,
  endingSeconds: 300,
};

let folder: string;
let camera: FakeCameraFile;
let terminal: RunningTerminal | null = null;
let output = '';

beforeAll(async () => {
  await compile();
  folder = await mkdtemp(path.join(tmpdir(), 'endorsement-'));
  camera = await fakeCameraFile([path.join(root, 'assets/simulation/portraits/01-live1.jpg')]);
});
afterEach(async () => {
  await terminal?.stop();
  terminal = null;
});
afterAll(async () => {
  await camera?.remove();
  if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function open(name: string, size: string, timeouts: object = patient): Promise<Stage> {
  const data = path.join(folder, name);
  await mkdir(data);
  const config = path.join(folder, `${name}.json`);
  await writeFile(config, JSON.stringify({ ...simulation, timeouts }));
  output = '';
  terminal = await launchTerminal({
    dataDirectory: data,
    switches: camera.switches,
    args: ['--config', config, '--size', size, '--simulation-speed', '30'],
    onOutput: (text) => {
      output += text;
    },
  });
  return openStage(terminal, path.join(folder, `${name}-pictures`));
}

/** Ends the terminal; its data folder stays. */
async function close(): Promise<void> {
  await terminal?.app.evaluate(({ app }) => app.quit()).catch(() => undefined);
  await terminal?.stop();
  terminal = null;
}

function journalOf(name: string): { readonly entries: readonly Entry[]; readonly intact: boolean } {
  const opened = openJournalReader(path.join(folder, name, 'journal.db'));
  if (!opened.ok) throw new Error(opened.error.message);
  const { reader, close: done } = opened.value;
  try {
    return { entries: [...reader.entries({})], intact: reader.verify().intact };
  } finally {
    done();
  }
}

/** The page at rest: painted, in its fonts, lists cut into parts, nothing on its way. */
const atRest = (page: Page) =>
  page.evaluate(async () => {
    await document.fonts.ready;
    const painted = () =>
      new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await painted();
    while (document.querySelector('[data-measuring]')) await painted();
    const ending = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(ending.map((animation) => animation.finished));
  });

async function speak(stage: Stage, language: Language): Promise<void> {
  const { page } = stage;
  const spoken = () => page.locator('[data-view]').getAttribute('data-language');
  if ((await spoken()) === language) return;
  if (!(await stage.has(`language-${language}`))) await stage.touch('languages');
  await stage.touch(`language-${language}`);
  await page.waitForSelector(`[data-language="${language}"]`);
  await page.waitForFunction(() => !document.querySelector('dialog[open]'));
}

/** The hands of somebody whose printed line cannot be read, and of a hall where every view stands long enough. */
function slowHabits(): Habits {
  const typed = scenarios.find(({ id }) => id === 'line-unreadable') as Scenario;
  const usual = habitsOf(typed, 'zh');
  return {
    ...usual,
    insertPermit: async (stage, seen) => {
      await stage.bench({ type: 'fault', device: 'cardReader', fault: 'slow', active: true });
      await usual.insertPermit?.(stage, seen);
    },
    checkAnswers: async (stage, seen) => {
      await stage.bench({ type: 'fault', device: 'bureau', fault: 'neverDecides', active: true });
      await usual.checkAnswers?.(stage, seen);
    },
  };
}

type Judge = (stage: Stage) => Promise<readonly string[]>;

const layout: Judge = ({ page }) => page.evaluate(layoutComplaints, false);
const layoutAndAccess: Judge = async (stage) => [
  ...(await layout(stage)),
  ...(await accessibilityComplaints(stage.page, 7)),
];

/** One look: what is wrong now, with what and in which language it was seen. */
async function look(stage: Stage, judge: Judge, what: string, language: Language): Promise<string[]> {
  await atRest(stage.page);
  return (await judge(stage)).map((complaint) => `${what} in ${language}: ${complaint}`);
}

/**
 * Walks to the ending and judges each view in each language, changed by touch, and each dialog over one of them.
 *
 * @param idleIn the language in which the idle warning is waited for
 * @returns what is wrong, and which view was not judged in which language
 */
async function judgeService(stage: Stage, judge: Judge, idleIn: Language | null = null) {
  const complaints: string[] = [];
  const judged = new Set<string>();
  const judgeView = async (seen: Seen) => {
    for (const language of languages) {
      await speak(stage, language);
      const found = await look(stage, judge, seen.kind, language);
      // What was gone before it was judged is judged where it stays.
      if ((await stage.seen()).viewId !== seen.viewId) return;
      complaints.push(...found);
      judged.add(`${seen.kind} ${language}`);
      if (seen.kind !== 'choosePlaces') continue;
      for (const [action, leaves] of [
        ['call-staff', 'close-dialog'],
        ['leave', 'close-dialog'],
        ['languages', 'close-languages'],
      ] as const) {
        await stage.touch(action);
        await stage.page.waitForSelector('dialog[open]');
        complaints.push(...(await look(stage, judge, `${action} over ${seen.kind}`, language)));
        await stage.touch(leaves);
        await stage.page.waitForFunction(() => !document.querySelector('dialog[open]'));
      }
    }
    if (seen.kind === 'menu' && idleIn !== null) {
      await speak(stage, idleIn);
      await stage.page.waitForSelector('[data-action="more-time"]', { timeout: 60_000 });
      complaints.push(...(await look(stage, judge, 'idle warning', idleIn)));
      await stage.touch('more-time');
      await stage.page.waitForFunction(() => !document.querySelector('dialog[open]'));
    }
    if (seen.kind === 'waiting') {
      await stage.bench({ type: 'fault', device: 'bureau', fault: 'neverDecides', active: false });
    }
  };
  await walk(stage, slowHabits(), ({ kind }) => kind === 'ending', judgeView);
  const missed = everyView.flatMap((kind) =>
    languages.map((language) => `${kind} ${language}`).filter((each) => !judged.has(each)),
  );
  return { complaints, missed };
}

/** Paths of the files below a folder that hold one of the texts, in any of the encodings it may pass through. */
function filesWith(below: string, texts: readonly string[]): string[] {
  const sought = texts.flatMap((text) =>
    ['utf8', 'utf16le', 'utf16be', 'gb18030'].map((as) => iconv.encode(text, as)),
  );
  return readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => {
      const content = readFileSync(file);
      return sought.some((bytes) => content.includes(bytes));
    })
    .map((file) => path.relative(below, file));
}

describe('the service on an upright screen', () => {
  it('can be used by everyone on every view in every language, and leaves nothing of the person', async () => {
    const stage = await open('upright', '1080x1920');
    await bringAxe(stage.page);
    const { complaints, missed } = await judgeService(stage, layoutAndAccess);
    expect(complaints).toEqual([]);
    expect(missed).toEqual([]);

    await stage.touch('proceed');
    await stage.page.waitForSelector('[data-view="attract"]');
    const html = await stage.page.content();
    await close();
    const holder = person('p01', systemClock.today());
    if (!holder) throw new Error('nobody is called p01');
    const secrets = [
      holder.nameChinese,
      `${holder.surname} ${holder.given}`,
      `${holder.surname}<<${holder.given}`,
      holder.documentNumber,
    ];
    expect(secrets.filter((secret) => html.includes(secret))).toEqual([]);
    expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);

    const data = path.join(folder, 'upright');
    const found = filesWith(data, secrets);
    // The simulated world beyond the terminal does know its people, which shows that the search finds them.
    expect(found.filter((file) => file.startsWith('simulation/'))).not.toEqual([]);
    expect(found.filter((file) => !file.startsWith('simulation/'))).toEqual([]);

    const { entries, intact } = journalOf('upright');
    expect(intact).toBe(true);
    expect(entries.findLast(({ event }) => event === 'session-end')?.clear.ending).toBe('completed');
  }, 240_000);
});

// The largest text on the smallest screen; every other size is judged page by page in test/renderer/fit.test.ts.
describe('the service in large text on the smallest screen', () => {
  it('stands whole on every view in every language', async () => {
    const stage = await open('squarish', '1280x1024', {
      ...patient,
      idleSeconds: 10,
      idleWarningSeconds: 60,
    });
    await stage.touch('large-text');
    await stage.page.waitForSelector('[data-large-text]');
    const { complaints, missed } = await judgeService(stage, layout, 'ru');
    expect(complaints).toEqual([]);
    expect(missed).toEqual([]);
  }, 240_000);
});

describe('hasty fingers', () => {
  it('do nothing twice, and nothing on a view that is gone', async () => {
    const stage = await open('hasty', '1080x1920');
    const hasty = await touchingTwice(stage);
    const usual = habitsOf({ id: 'none', story: '', person: 'p01', outcome: 'completed' }, 'zh');
    let consent: Seen | null = null;
    const kinds: ViewKind[] = [];
    await walk(
      hasty,
      {
        ...usual,
        consent: async (each, seen) => {
          consent = seen;
          await usual.consent?.(each, seen);
        },
        insertPermit: async (each, seen) => {
          for (const type of ['proceed', 'refuse']) {
            await each.page.evaluate((event) => Reflect.get(window, 'terminal').send(event), {
              type,
              viewId: consent?.viewId,
            });
          }
          // Events arrive in their order: once the language is another, the stale ones have been dealt with.
          await speak(stage, 'en');
          expect(await each.seen()).toEqual(seen);
          await usual.insertPermit?.(each, seen);
        },
      },
      ({ kind }) => kind === 'ending',
      async ({ kind }) => {
        if (kinds.at(-1) !== kind) kinds.push(kind);
      },
    );
    expect(kinds.filter((kind) => kind !== 'waiting' && kind !== 'readingPermit')).toEqual([
      'attract',
      'menu',
      'consent',
      'insertPermit',
      'faceCheck',
      'choosePlaces',
      'chooseEndorsement',
      'checkAnswers',
      'pay',
      'takePermit',
      'rate',
      'ending',
    ]);
    await close();
    const { entries, intact } = journalOf('hasty');
    expect(intact).toBe(true);
    const of = (event: string) => entries.filter((entry) => entry.event === event);
    // What always runs at the end finds its work done.
    const expected = [...endorsement.steps, ...endorsement.always].map(({ id }) => id);
    expect(of('step-enter').map(({ clear }) => clear.step)).toEqual(expected);
    const acts = of('intent-init').map(({ clear }) => JSON.stringify(clear));
    expect(acts.length).toBeGreaterThan(0);
    expect(new Set(acts).size).toBe(acts.length);
    expect(of('session-end').map(({ clear }) => clear.ending)).toEqual(['completed']);
  });
});

/** What leads on to another view; touched again, a mark or a choice would be taken back. */
const leadsOn = /^(start|service-.*|proceed|choose-places|choose-option|submit|rate-.*)$/;

/** A stage whose fingers touch again, on the same spot, before the first touch can have had any effect. */
async function touchingTwice(stage: Stage): Promise<Stage> {
  const finger = await stage.page.context().newCDPSession(stage.page);
  return {
    ...stage,
    touch: async (action) => {
      if (!leadsOn.test(action)) return stage.touch(action);
      const button = stage.page.locator(`[data-action="${action}"]`).first();
      const box = await button.boundingBox();
      if (!box) throw new Error(`${action} is not on the screen`);
      const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
      for (const pressed of [true, false, true, false]) {
        void finger.send('Input.dispatchTouchEvent', {
          type: pressed ? 'touchStart' : 'touchEnd',
          touchPoints: pressed ? touchPoints : [],
        });
      }
    },
  };
}
