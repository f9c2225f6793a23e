/**
 * The applicant's screen as main holds it: the one view that is showing, the dialog over it, what the applicant
 * prefers, and the wait for the next touch, with its idle warning.
 */
import type { ApplicantEvent, ApplicantEventType } from '../contract/events.ts';
import type { Preferences, Screenful, View } from '../contract/views.ts';
import type { Clock } from './clock.ts';
import { type AskOptions, Interrupted, type Interruption, type Screen } from './step.ts';

/** How the screen behaves while one step, or the menu, is on it. */
export interface ScreenMode {
  readonly progress: Screenful['progress'];
  readonly canLeave: boolean;
  /** Seconds without touch before the warning; `null` while the machine is busy. */
  readonly idleSeconds: number | null;
  readonly signal: AbortSignal;
  /** Called when nobody answered the warning, or the applicant confirmed leaving. */
  interrupt(reason: Interruption): void;
  /** Fen already paid, said in the question whether to leave. */
  paidFen(): number;
}

export interface ApplicantScreen extends Screen {
  current(): Screenful;
  onScreenful(listener: (screenful: Screenful) => void): () => void;
  /** Takes an event that has passed the schema. An event for a view that is gone is dropped. */
  handle(event: ApplicantEvent): void;
  enter(mode: ScreenMode): void;
  /** Ends the wait under way as superseded, so that whoever waits looks at the world again. */
  refresh(): void;
  /** Forgets the applicant: language, sizes and dialog as at the start. */
  reset(): void;
}

interface Pending {
  readonly events: ReadonlySet<ApplicantEventType>;
  readonly controller: AbortController;
  resolve(event: ApplicantEvent | { readonly type: 'timeOut' } | { readonly type: 'superseded' }): void;
}

export interface ApplicantScreenOptions {
  readonly clock: Clock;
  readonly hall: Screenful['hall'];
  readonly defaults: Preferences;
  readonly idleWarningSeconds: number;
  /** Told of everything the applicant does that the journal should know. */
  readonly onAction: (
    action:
      | { readonly kind: 'staffCalled' }
      | { readonly kind: 'languageChanged'; readonly from: string; readonly to: string }
      | { readonly kind: 'idleWarning' },
  ) => void;
}

const resting: ScreenMode = {
  progress: null,
  canLeave: false,
  idleSeconds: null,
  signal: new AbortController().signal,
  interrupt: () => {},
  paidFen: () => 0,
};

/** What a view says apart from a bar that grows or a hint that changes; `null` for one that is always new. */
function still(view: View): unknown {
  switch (view.kind) {
    // Shown anew whenever a device changes; a finger on its way down must still meet the same page.
    case 'attract':
    case 'menu':
      return view;
    case 'readingPermit':
      return view.kind;
    case 'waiting':
      return [view.kind, view.for];
    case 'faceCheck':
      return view.phase === 'looking' ? [view.kind, view.triesLeft] : null;
    default:
      return null;
  }
}

export function createApplicantScreen(options: ApplicantScreenOptions): ApplicantScreen {
  const { clock } = options;
  const listeners = new Set<(screenful: Screenful) => void>();
  let mode: ScreenMode = resting;
  let pending: Pending | null = null;
  let lastTouch = clock.monotonic();
  let state: Screenful = {
    viewId: 0,
    view: { kind: 'attract', services: [], outOfService: null },
    dialog: null,
    preferences: options.defaults,
    hall: options.hall,
    progress: null,
    canGoBack: false,
    canLeave: false,
  };

  const publish = (change: Partial<Screenful>) => {
    state = { ...state, ...change };
    for (const listener of listeners) listener(state);
  };

  const endWait = () => {
    const ended = pending;
    pending = null;
    ended?.controller.abort();
    return ended;
  };

  const draw = (view: View, canGoBack = false) => {
    endWait()?.resolve({ type: 'superseded' });
    const before = still(state.view);
    const grows = before !== null && JSON.stringify(still(view)) === JSON.stringify(before);
    publish({
      viewId: grows ? state.viewId : state.viewId + 1,
      view,
      dialog: state.dialog?.kind === 'staffCalled' ? state.dialog : null,
      progress: mode.progress,
      canGoBack,
      canLeave: mode.canLeave,
    });
  };

  /** Warns an applicant who has not touched anything for a while, and gives them up when the warning runs out. */
  const watchIdle = async (idleSeconds: number, waiting: AbortSignal, during: ScreenMode) => {
    lastTouch = clock.monotonic();
    for (;;) {
      await clock.sleep(lastTouch + idleSeconds * 1000 - clock.monotonic(), waiting);
      if (waiting.aborted) return;
      if (clock.monotonic() < lastTouch + idleSeconds * 1000) continue;
      const warnedAt = lastTouch;
      const seconds = options.idleWarningSeconds;
      publish({ dialog: { kind: 'idle', seconds, deadline: clock.now() + seconds * 1000 } });
      options.onAction({ kind: 'idleWarning' });
      await clock.sleep(seconds * 1000, waiting);
      if (waiting.aborted) return;
      if (lastTouch === warnedAt) return during.interrupt({ kind: 'idle' });
    }
  };

  const touch = () => {
    lastTouch = Math.max(clock.monotonic(), lastTouch + 1e-3);
    if (state.dialog?.kind === 'idle') publish({ dialog: null });
  };

  return {
    get language() {
      return state.preferences.language;
    },
    current: () => state,
    onScreenful(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    show: (view) => draw(view),
    ask<T extends ApplicantEventType>(view: View, events: readonly T[], wait: AskOptions = {}) {
      type Answer =
        | Extract<ApplicantEvent, { type: T }>
        | { readonly type: 'timeOut' }
        | { readonly type: 'superseded' };
      return new Promise<Answer>((resolve, reject) => {
        const { signal } = mode;
        const idleSeconds = mode.idleSeconds === null ? null : (wait.idleSeconds ?? mode.idleSeconds);
        if (signal.aborted) return reject(new Interrupted(signal.reason));
        draw(view, new Set<ApplicantEventType>(events).has('back'));
        const controller = new AbortController();
        const waiting = controller.signal;
        // Only events of the types asked for are ever passed to `resolve` by `handle`.
        pending = { events: new Set(events), controller, resolve: (event) => resolve(event as Answer) };
        const onAbort = () => {
          if (!waiting.aborted) endWait();
          reject(new Interrupted(signal.reason));
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.addEventListener('abort', () => signal.removeEventListener('abort', onAbort), { once: true });
        if (wait.timeoutMs !== undefined) {
          void clock.sleep(wait.timeoutMs, waiting).then(() => {
            if (!waiting.aborted) endWait()?.resolve({ type: 'timeOut' });
          });
        }
        if (idleSeconds !== null) void watchIdle(idleSeconds, waiting, mode);
      });
    },
    handle(event) {
      touch();
      if ('viewId' in event) {
        if (event.viewId !== state.viewId || !pending?.events.has(event.type)) return;
        endWait()?.resolve(event);
        return;
      }
      switch (event.type) {
        case 'activity':
          return;
        case 'setLanguage': {
          const from = state.preferences.language;
          if (from === event.language) return;
          options.onAction({ kind: 'languageChanged', from, to: event.language });
          return publish({ preferences: { ...state.preferences, language: event.language } });
        }
        case 'setLargeText':
          return publish({ preferences: { ...state.preferences, largeText: event.on } });
        case 'setHighContrast':
          return publish({ preferences: { ...state.preferences, highContrast: event.on } });
        case 'setLowReach':
          return publish({ preferences: { ...state.preferences, lowReach: event.on } });
        case 'callStaff':
          options.onAction({ kind: 'staffCalled' });
          return publish({ dialog: { kind: 'staffCalled' } });
        case 'closeDialog':
          return publish({ dialog: null });
        case 'leave':
          if (!mode.canLeave) return;
          if (mode.progress === null) return mode.interrupt({ kind: 'cancelled' });
          return publish({ dialog: { kind: 'confirmLeave', paidFen: mode.paidFen() } });
        case 'confirmLeave':
          if (state.dialog?.kind !== 'confirmLeave' || !mode.canLeave) return;
          publish({ dialog: null });
          return mode.interrupt({ kind: 'cancelled' });
      }
    },
    enter(next) {
      mode = next;
    },
    refresh() {
      endWait()?.resolve({ type: 'superseded' });
    },
    reset() {
      mode = resting;
      endWait();
      state = { ...state, dialog: null, preferences: options.defaults, progress: null };
    },
  };
}
