/**
 * One place for everything that can go wrong with a page: its process died, it hangs, it did not load. Each
 * time the page is loaded again; it asks for its content when it is ready, so the applicant sees the same view.
 */
import type { WebContents } from 'electron';
import type { WindowName } from './protocol.ts';

export type RendererIncident =
  | {
      readonly window: WindowName;
      readonly kind: 'gone' | 'unresponsive' | 'loadFailed' | 'preloadFailed';
      /** Chromium's reason or error code. */
      readonly reason: string;
      /** How long until the page is loaded again, milliseconds. */
      readonly retryInMs: number;
    }
  /** The page is back, this long after it was lost, milliseconds. */
  | { readonly window: WindowName; readonly kind: 'reloaded'; readonly afterMs: number };

/** Pauses before the 1st, 2nd, … reload in a row, so that a page that dies at once does not take the machine. */
const pausesMs = [0, 500, 1000, 2000, 5000, 10_000] as const;

/** A page alive for this long starts again with the shortest pause. */
const healthyAfterMs = 60_000;

/** `ERR_ABORTED`: a load given up because another one began. */
const aborted = -3;

/**
 * Loads the page and keeps it loaded until the window is closed.
 *
 * @param now monotonic milliseconds
 */
export function keepLoaded(
  name: WindowName,
  contents: WebContents,
  load: () => Promise<void>,
  onIncident: (incident: RendererIncident) => void,
  now: () => number = () => performance.now(),
): void {
  let failures = 0;
  let loadedAt = now();
  let pending: NodeJS.Timeout | undefined;
  let lostAt: number | null = null;

  const loadNow = () => {
    pending = undefined;
    if (contents.isDestroyed()) return;
    loadedAt = now();
    // A failure arrives as `did-fail-load` too, where it is handled.
    load().catch(() => undefined);
  };
  const reload = (kind: 'gone' | 'unresponsive' | 'loadFailed', reason: string) => {
    if (pending || contents.isDestroyed()) return;
    if (now() - loadedAt > healthyAfterMs) failures = 0;
    const retryInMs = pausesMs[Math.min(failures, pausesMs.length - 1)] ?? 0;
    failures += 1;
    lostAt ??= now();
    onIncident({ window: name, kind, reason, retryInMs });
    pending = setTimeout(loadNow, retryInMs);
  };

  contents.on('render-process-gone', (_event, details) => {
    if (details.reason !== 'clean-exit') reload('gone', details.reason);
  });
  contents.on('unresponsive', () => {
    reload('unresponsive', '');
    contents.forcefullyCrashRenderer();
  });
  contents.on('did-fail-load', (_event, code, description, _url, isMainFrame) => {
    if (isMainFrame && code !== aborted) reload('loadFailed', description || String(code));
  });
  contents.on('preload-error', (_event, _path, error) => {
    onIncident({ window: name, kind: 'preloadFailed', reason: error.name, retryInMs: 0 });
  });
  contents.on('did-finish-load', () => {
    if (lostAt === null) return;
    onIncident({ window: name, kind: 'reloaded', afterMs: now() - lostAt });
    lostAt = null;
  });
  contents.once('destroyed', () => clearTimeout(pending));
  loadNow();
}
