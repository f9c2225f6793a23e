import { EventEmitter } from 'node:events';
import type { WebContents } from 'electron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepLoaded, type RendererIncident } from '../../../main/window/renderer-health.ts';

/** The events and the two methods that `keepLoaded` uses of Electron's WebContents. */
class Page extends EventEmitter {
  loads = 0;
  crashes = 0;
  destroyed = false;
  isDestroyed = () => this.destroyed;
  forcefullyCrashRenderer = () => {
    this.crashes += 1;
    this.emit('render-process-gone', {}, { reason: 'crashed' });
  };
}

let page: Page;
let incidents: RendererIncident[];
let now = 0;

beforeEach(() => {
  vi.useFakeTimers();
  page = new Page();
  incidents = [];
  now = 0;
  const load = async () => {
    page.loads += 1;
  };
  keepLoaded(
    'applicant',
    page as unknown as WebContents,
    load,
    (incident) => incidents.push(incident),
    () => now,
  );
});

afterEach(() => vi.useRealTimers());

const die = () => page.emit('render-process-gone', {}, { reason: 'oom' });
const pass = (ms: number) => {
  now += ms;
  vi.advanceTimersByTime(ms);
};

describe('a page', () => {
  it('is loaded at once', () => {
    expect(page.loads).toBe(1);
  });

  it('whose process died is loaded again at once', () => {
    pass(100_000);
    die();
    pass(0);
    expect(page.loads).toBe(2);
    expect(incidents).toEqual([{ window: 'applicant', kind: 'gone', reason: 'oom', retryInMs: 0 }]);
  });

  it('that is back is said to be, with the time it was away', () => {
    page.emit('did-finish-load');
    die();
    pass(250);
    page.emit('did-finish-load');
    page.emit('did-finish-load');
    expect(incidents.slice(1)).toEqual([{ window: 'applicant', kind: 'reloaded', afterMs: 250 }]);
  });

  it('that dies again and again is loaded after longer and longer pauses, at most 10 s', () => {
    for (let times = 0; times < 8; times += 1) {
      die();
      pass(10_000);
    }
    expect(incidents.map((incident) => ('retryInMs' in incident ? incident.retryInMs : null))).toEqual([
      0, 500, 1000, 2000, 5000, 10_000, 10_000, 10_000,
    ]);
    expect(page.loads).toBe(9);
  });

  it('that stood for a minute is loaded at once again', () => {
    die();
    pass(10_000);
    die();
    pass(500);
    pass(60_001);
    die();
    expect(incidents.at(-1)).toMatchObject({ kind: 'gone', retryInMs: 0 });
  });

  it('that hangs is ended and loaded again, once', () => {
    page.emit('unresponsive');
    pass(10_000);
    expect(page.crashes).toBe(1);
    expect(page.loads).toBe(2);
    expect(incidents.map(({ kind }) => kind)).toEqual(['unresponsive']);
  });

  it('that did not load is tried again, unless the load was given up for another', () => {
    page.emit('did-fail-load', {}, -3, 'ERR_ABORTED', 'app://applicant/', true);
    page.emit('did-fail-load', {}, -6, 'ERR_FILE_NOT_FOUND', 'app://applicant/frame', false);
    expect(incidents).toEqual([]);
    page.emit('did-fail-load', {}, -6, 'ERR_FILE_NOT_FOUND', 'app://applicant/', true);
    pass(0);
    expect(page.loads).toBe(2);
    expect(incidents[0]).toMatchObject({ kind: 'loadFailed', reason: 'ERR_FILE_NOT_FOUND' });
  });

  it('that was closed stays closed', () => {
    die();
    page.destroyed = true;
    page.emit('destroyed');
    pass(10_000);
    expect(page.loads).toBe(1);
  });

  it('that ended by itself is left alone', () => {
    page.emit('render-process-gone', {}, { reason: 'clean-exit' });
    pass(10_000);
    expect(incidents).toEqual([]);
  });
});
