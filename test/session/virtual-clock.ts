/**
 * A clock whose time passes only while nothing else happens: when the event loop has nothing left to do, it jumps
 * to the next moment somebody is waiting for. Hours of waiting take milliseconds, and no test waits for time.
 */
import type { Clock } from '../../main/session/clock.ts';
import { localTimeOf } from '../../main/session/clock.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

export interface VirtualClock extends Clock {
  /** Ends the passing of time. */
  stop(): void;
}

/** Turns of the event loop without anybody coming or going before time may pass. */
const quietTurns = 8;

/** Work outside the event loop, in the names Node gives its resources, for which time has to wait. */
const working = (resource: string) =>
  /Job$|^FSReq|Immediate|RANDOM|SCRYPT|PBKDF/i.test(resource) && resource !== 'Immediate';

export function createVirtualClock(start: number): VirtualClock {
  const sleepers = new Set<Sleeper>();
  let elapsed = 0;
  let arrivals = 0;
  let stopped = false;

  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const pass = async () => {
    while (!stopped) {
      let quiet = 0;
      let seen = arrivals;
      while (quiet < quietTurns && !stopped) {
        await turn();
        const busy = process.getActiveResourcesInfo().some(working);
        quiet = arrivals === seen && !busy ? quiet + 1 : 0;
        seen = arrivals;
      }
      let next: Sleeper | null = null;
      for (const sleeper of sleepers) if (next === null || sleeper.at < next.at) next = sleeper;
      if (next === null) {
        await turn();
        continue;
      }
      elapsed = Math.max(elapsed, next.at);
      sleepers.delete(next);
      next.wake();
    }
  };
  void pass();

  return {
    now: () => Math.round(start + elapsed),
    monotonic: () => elapsed,
    today: () => localTimeOf(start + elapsed).slice(0, 10),
    localTime: () => localTimeOf(start + elapsed),
    sleep(ms, signal) {
      arrivals += 1;
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper: Sleeper = {
          at: elapsed + Math.max(0, ms),
          wake() {
            arrivals += 1;
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal.addEventListener('abort', sleeper.wake, { once: true });
      });
    },
    stop() {
      stopped = true;
    },
  };
}
