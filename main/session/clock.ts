/** Time as the terminal sees it; tests hand in a clock that they move themselves. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Monotonic milliseconds. */
  monotonic(): number;
  /** Local calendar date, `YYYY-MM-DD`. */
  today(): string;
  /** Local `YYYY-MM-DD HH:MM`. */
  localTime(): string;
  /** Resolves after `ms`, or at once when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Local `YYYY-MM-DD HH:MM` of an epoch time. */
export function localTimeOf(epochMs: number): string {
  const moment = new Date(epochMs);
  const pad = (part: number) => String(part).padStart(2, '0');
  const date = `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
  return `${date} ${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  today: () => localTimeOf(Date.now()).slice(0, 10),
  localTime: () => localTimeOf(Date.now()),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
    }),
};
