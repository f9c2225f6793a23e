/** Waiting that always ends: with the work, at its time-out, or when nobody wants the answer any more. */
import type { DeviceClock } from './clock.ts';
import type { CommandOptions } from './device.ts';

export type Waited<T> =
  | { readonly end: 'done'; readonly value: T }
  | { readonly end: 'timeOut' }
  | { readonly end: 'canceled' };

/**
 * Waits for `work` no longer than `options.timeoutMs` milliseconds and only while `options.signal` is not aborted.
 * `work` itself is not stopped; a rejection of it after the wait is over is swallowed.
 */
export async function waitWithin<T>(
  work: Promise<T>,
  clock: DeviceClock,
  options: CommandOptions,
): Promise<Waited<T>> {
  if (options.signal.aborted) {
    work.catch(() => {});
    return { end: 'canceled' };
  }
  const over = new AbortController();
  const cancel = () => over.abort();
  options.signal.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.race([
      work.then((value): Waited<T> => ({ end: 'done', value })),
      clock
        .sleep(Math.max(0, options.timeoutMs), over.signal)
        .then((): Waited<T> => (options.signal.aborted ? { end: 'canceled' } : { end: 'timeOut' })),
    ]);
  } finally {
    work.catch(() => {});
    options.signal.removeEventListener('abort', cancel);
    over.abort();
  }
}

/**
 * Hands `work` a signal that is aborted as soon as one of `signals` is, for as long as it runs. `AbortSignal.any` would
 * leave something behind at every one of them, which adds up where a signal lives as long as the device is open.
 */
export async function whileNoneAborted<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const either = new AbortController();
  const abort = () => either.abort();
  for (const signal of signals) signal.addEventListener('abort', abort, { once: true });
  if (signals.some(({ aborted }) => aborted)) abort();
  try {
    return await work(either.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}

/** One at a time, in the order of asking. The turn is given back however the work ends. */
export interface Turnstile {
  /** Runs `work` when its turn comes; `null` when the wait for the turn was given up. */
  run<T>(work: () => Promise<T>, options: CommandOptions): Promise<Waited<T>>;
  /** Whether somebody is inside. */
  busy(): boolean;
}

/** Serialises the commands to one device. The time-out of `run` bounds the wait for the turn only. */
export function createTurnstile(clock: DeviceClock): Turnstile {
  let last: Promise<void> = Promise.resolve();
  let inside = 0;
  return {
    busy: () => inside > 0,
    async run(work, options) {
      const before = last;
      let leave = (): void => {};
      last = new Promise((resolve) => {
        leave = resolve;
      });
      inside += 1;
      const done = (): void => {
        inside -= 1;
        leave();
      };
      const turn = await waitWithin(before, clock, options);
      if (turn.end !== 'done') {
        before.then(done, done);
        return turn;
      }
      try {
        return { end: 'done', value: await work() };
      } finally {
        done();
      }
    },
  };
}
