/**
 * Walks a service in the real application: fingers on the applicant screen, hands at the virtual hardware through the
 * bench, and a picture of every view on the way.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import type { BenchCommand, BenchDevice, BenchState } from '../../main/contract/bench.ts';
import type { ViewKind } from '../../main/contract/views.ts';
import type { RunningTerminal } from './launch.ts';

/** What stands on the glass. */
export interface Seen {
  readonly kind: ViewKind;
  readonly viewId: number;
}

export interface Stage {
  readonly page: Page;
  /** One finger pressed on the button with this `data-action` and lifted again. */
  touch(action: string): Promise<void>;
  /** Whether the button is there and can be pressed. */
  has(action: string): Promise<boolean>;
  bench(command: BenchCommand): Promise<void>;
  device(id: string): Promise<BenchDevice>;
  /** Waits for another view. */
  changed(from: Seen): Promise<Seen>;
  seen(): Promise<Seen>;
  /** Kills the process behind the applicant screen, and waits until its page stands again. */
  killRenderer(): Promise<void>;
  /** Writes a picture of the applicant screen, and answers its file name. */
  picture(name: string): Promise<string>;
}

/** What the person does on each kind of view; what is left out is only looked at. */
export type Habits = { readonly [K in ViewKind]?: (stage: Stage, seen: Seen) => Promise<void> };

const changeTimeoutMs = 180_000;

export async function openStage(terminal: RunningTerminal, out: string): Promise<Stage> {
  let page = await terminal.page('applicant');
  const bench = await terminal.page('bench');
  await page.waitForSelector('[data-view]');
  await bench.waitForFunction(() => 'bench' in window);
  await bench.evaluate(() => {
    const scope = window as unknown as {
      bench: { onState(listener: (state: unknown) => void): void };
      newest?: unknown;
    };
    scope.bench.onState((state) => {
      scope.newest = state;
    });
  });
  let finger = await page.context().newCDPSession(page);
  let attached: Browser | null = null;
  // Playwright gives a page up for good when its process dies; whoever attaches afterwards finds it as it is now.
  const attachAnew = async () => {
    await attached?.close();
    const [port] = readFileSync(
      path.join(terminal.dataDirectory, 'chromium/DevToolsActivePort'),
      'utf8',
    ).split('\n');
    attached = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const found = attached
      .contexts()
      .flatMap((context) => context.pages())
      .find((each) => each.url().startsWith('app://applicant/'));
    if (!found) throw new Error('the applicant window has no page any more');
    page = found;
    finger = await page.context().newCDPSession(page);
  };
  mkdirSync(out, { recursive: true });

  const seen = () =>
    page.evaluate(() => {
      const root = document.querySelector<HTMLElement>('[data-view]');
      return { kind: root?.dataset.view, viewId: Number(root?.dataset.viewId) } as never as Seen;
    });

  return {
    get page() {
      return page;
    },
    seen,
    has: (action) => page.locator(`[data-action="${action}"]:not([disabled])`).first().isVisible(),
    touch: (action) => touch(page, finger, action),
    async bench(command) {
      await bench.evaluate(
        (sent) => (window as unknown as { bench: { send(command: unknown): void } }).bench.send(sent),
        command,
      );
    },
    async device(id) {
      const state = await bench.waitForFunction(
        (wanted) => {
          const newest = (window as unknown as { newest?: BenchState }).newest;
          return newest?.devices.find((device) => device.id === wanted) ?? null;
        },
        id,
        { timeout: 10_000 },
      );
      return (await state.jsonValue()) as BenchDevice;
    },
    async changed(from) {
      await page.waitForFunction(
        (before) => {
          const root = document.querySelector<HTMLElement>('[data-view]');
          return root !== null && Number(root.dataset.viewId) !== before;
        },
        from.viewId,
        { timeout: changeTimeoutMs },
      );
      return seen();
    },
    async killRenderer() {
      await terminal.app.evaluate(async ({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows().find((each) =>
          each.webContents.getURL().startsWith('app://applicant/'),
        )?.webContents;
        if (!contents) throw new Error('there is no applicant window');
        const back = new Promise<void>((resolve) => contents.once('did-finish-load', () => resolve()));
        contents.forcefullyCrashRenderer();
        await back;
      });
      await attachAnew();
      await page.waitForSelector('[data-view]');
    },
    async picture(name) {
      await page.evaluate(async () => {
        await document.fonts.ready;
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      });
      const file = `${name}.png`;
      writeFileSync(path.join(out, file), await page.screenshot({ animations: 'disabled' }));
      return file;
    },
  };
}

async function touch(page: Page, finger: CDPSession, action: string): Promise<void> {
  const button = page.locator(`[data-action="${action}"]`).first();
  await button.waitFor({ state: 'visible', timeout: 15_000 });
  // A page drawn anew takes its buttons with it for a moment.
  let box = await button.boundingBox();
  for (let tries = 0; !box && tries < 50; tries++) {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    box = await button.boundingBox();
  }
  if (!box) throw new Error(`${action} is not on the screen`);
  const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

/** Goes from view to view until `until`, and answers the pictures taken on the way. */
export async function walk(
  stage: Stage,
  habits: Habits,
  until: (seen: Seen) => boolean,
  onView: (seen: Seen) => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const pictures: string[] = [];
  let seen = await stage.seen();
  for (;;) {
    // What is read or printed for a moment may be over before its picture is taken.
    const now = await stage.seen();
    if (now.viewId !== seen.viewId) seen = now;
    pictures.push(await stage.picture(`${String(pictures.length + 1).padStart(2, '0')}-${seen.kind}`));
    await onView(seen);
    await habits[seen.kind]?.(stage, seen);
    if (until(seen)) return pictures;
    seen = await stage.changed(seen);
  }
}

/** What a person does to whom nothing happens. @param person id of the invented person, `p01` */
export function usualHabits(person: string, languageChoice: string): Habits {
  return {
    attract: async (stage) => {
      if (languageChoice !== 'zh') {
        await stage.touch(`language-${languageChoice}`);
        await stage.page.waitForFunction(
          (wanted) => document.documentElement.lang.startsWith(wanted),
          languageChoice,
        );
      }
      await stage.touch('start');
    },
    menu: async (stage) => {
      await stage.page.waitForSelector('[data-action="service-endorsement"]:not([disabled])', {
        timeout: 30_000,
      });
      await stage.touch('service-endorsement');
    },
    consent: (stage) => stage.touch('proceed'),
    insertPermit: (stage) =>
      stage.bench({ type: 'action', device: 'cardReader', action: 'insert', value: person }),
    faceCheck: async (stage) => {
      if (await stage.has('proceed')) await stage.touch('proceed');
    },
    choosePlaces: async (stage) => {
      const places = await stage.page
        .locator('[data-action^="place-"]:not([disabled]):not([aria-disabled="true"])')
        .evaluateAll((buttons) =>
          buttons
            .filter((button) => button.getAttribute('aria-checked') !== 'true')
            .map((button) => (button as HTMLElement).dataset.action ?? ''),
        );
      for (const place of places) await stage.touch(place);
      await stage.touch('choose-places');
    },
    chooseEndorsement: async (stage) => {
      const first = stage.page
        .locator('[data-action^="option-"]:not([disabled]):not([aria-disabled="true"])')
        .first();
      await stage.touch((await first.getAttribute('data-action')) ?? '');
      await stage.touch('choose-option');
    },
    checkAnswers: async (stage) => {
      await stage.touch('declare');
      await stage.touch('submit');
    },
    pay: (stage) => stage.bench({ type: 'action', device: 'paymentPhone', action: 'payAlipay' }),
    takePermit: (stage) => stage.bench({ type: 'action', device: 'cardReader', action: 'take' }),
    rate: (stage) => stage.touch('rate-5'),
    ending: async (stage) => {
      await stage.bench({ type: 'action', device: 'receiptPrinter', action: 'take' });
    },
  };
}
