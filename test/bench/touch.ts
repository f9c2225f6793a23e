/**
 * From the finger leaving the glass to the next screen on it, in the built terminal in a real Electron: real touch
 * input through Chromium, the way over main and back, until the second frame after the page changed. What is touched
 * is what every applicant touches first: start, language, service, consent, leaving again.
 */
import type { CDPSession, Page } from 'playwright-core';
import { launchTerminal } from '../e2e/launch.ts';
import { type Line, quantile } from './line.ts';

const limitMs = 50;
const leastTaps = 100;
const screenTimeoutMs = 15_000;

/** One round over the glass: what is touched, and what the screen becomes. Opening a list is not a new screen. */
const round: readonly Tap[] = [
  { action: 'start', becomes: { view: 'menu' } },
  { action: 'languages' },
  { action: 'language-ru', becomes: { language: 'ru' } },
  { action: 'high-contrast', becomes: { highContrast: true } },
  { action: 'service-endorsement', becomes: { view: 'consent' } },
  { action: 'languages' },
  { action: 'language-en', becomes: { language: 'en' } },
  { action: 'large-text', becomes: { largeText: true } },
  { action: 'proceed', becomes: { view: 'insertPermit' } },
  { action: 'languages' },
  { action: 'language-ko', becomes: { language: 'ko' } },
  { action: 'leave', becomes: { dialog: true } },
  { action: 'confirm-leave', becomes: { view: 'ending' } },
  { action: 'proceed', becomes: { view: 'attract' } },
];

interface Tap {
  /** `data-action` of what is touched. */
  readonly action: string;
  readonly becomes?: Partial<Screen>;
}

interface Screen {
  readonly view: string;
  readonly language: string;
  readonly largeText: boolean;
  readonly highContrast: boolean;
  readonly dialog: boolean;
}

export const touch: Line = {
  name: 'touch',
  async measure() {
    const terminal = await launchTerminal({ args: ['--no-bench', '--size', '1080x1920'] });
    try {
      const page = await terminal.page('applicant');
      await page.waitForSelector('[data-view="attract"] [data-action="start"]');
      await page.evaluate(watchTaps);
      const input = await page.context().newCDPSession(page);
      const times: number[] = [];
      // The first round compiles what it runs through and loads typefaces; a terminal runs all day.
      for (let rounds = 0; times.length < leastTaps; rounds += 1) {
        const taken = await walk(page, input);
        if (rounds > 0) times.push(...taken);
      }
      const p95 = quantile(times, 0.95);
      return {
        value: p95,
        unit: 'ms',
        limit: limitMs,
        note: `p95 of ${times.length} taps, p50 ${quantile(times, 0.5).toFixed(0)} ms, longest ${Math.max(...times).toFixed(0)} ms`,
      };
    } finally {
      await terminal.stop();
    }
  },
};

async function walk(page: Page, input: CDPSession): Promise<number[]> {
  const times: number[] = [];
  for (const { action, becomes } of round) {
    const button = page.locator(`[data-action="${action}"]:not([disabled])`).last();
    await button.waitFor({ timeout: screenTimeoutMs });
    if (action === 'service-endorsement') {
      // The menu offers it once every device has come.
      await page.waitForSelector('[data-action="service-endorsement"]:not([disabled])', {
        timeout: screenTimeoutMs,
      });
    }
    const box = await button.boundingBox();
    if (!box) throw new Error(`${action} has no place on the glass.`);
    const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.evaluate((expected) => window.tapWatch.expect(expected), becomes ?? null);
    await input.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
    await input.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    if (!becomes) continue;
    times.push(
      await within(
        screenTimeoutMs,
        action,
        page.evaluate(() => window.tapWatch.painted),
      ),
    );
  }
  return times;
}

async function within<T>(ms: number, action: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing came of ${action} within ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

declare global {
  interface Window {
    tapWatch: {
      /** Milliseconds from the end of the touch to the second frame with the expected screen. */
      painted: Promise<number>;
      expect(screen: Partial<Screen> | null): void;
    };
  }
}

/** Runs in the page, and must therefore stand alone. */
function watchTaps(): void {
  let expected: Partial<Screen> | null = null;
  let touchedAt: number | null = null;
  let report: (milliseconds: number) => void = () => {};
  const now = (): Screen => {
    const terminal = document.querySelector<HTMLElement>('.terminal');
    const { view = '', language = '', largeText, highContrast } = terminal?.dataset ?? {};
    return {
      view,
      language,
      largeText: largeText !== undefined,
      highContrast: highContrast !== undefined,
      dialog: document.querySelector('[data-action="confirm-leave"]') !== null,
    };
  };
  const look = () => {
    if (!expected || touchedAt === null) return;
    const screen: Partial<Record<string, unknown>> = { ...now() };
    if (Object.entries(expected).some(([name, value]) => screen[name] !== value)) return;
    const began = touchedAt;
    expected = null;
    touchedAt = null;
    requestAnimationFrame(() => requestAnimationFrame(() => report(performance.now() - began)));
  };
  window.tapWatch = {
    painted: Promise.resolve(Number.NaN),
    expect: (screen) => {
      expected = screen;
      touchedAt = null;
      window.tapWatch.painted = new Promise((resolve) => {
        report = resolve;
      });
    },
  };
  window.addEventListener('pointerup', (event) => (touchedAt = event.timeStamp), true);
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}
