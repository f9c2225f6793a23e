/**
 * Keeps devices open: opens each, and opens it again with growing pauses after it was lost. One that hangs never
 * holds up another.
 */
import type { DeviceClock } from './clock.ts';
import type { Device, DeviceKind, DeviceStatus } from './device.ts';

export interface SupervisorOptions {
  readonly clock: DeviceClock;
  readonly openTimeoutMs: number;
  /** Told of every change, for the journal and the technician. */
  readonly onStatus: (device: DeviceKind, status: DeviceStatus, previous: DeviceStatus) => void;
}

/** Pause after so many failed tries, milliseconds: 0.5 s doubled each time, 30 s at most. */
const backoff = (failures: number) => Math.min(30_000, 500 * 2 ** Math.min(failures, 6));

export interface Supervisor {
  /** Resolves once each device has been tried once. */
  readonly tried: Promise<void>;
  /** Closes every device. */
  stop(): Promise<void>;
}

export function superviseDevices(devices: readonly Device[], options: SupervisorOptions): Supervisor {
  const ending = new AbortController();
  const watched = devices.map((device) => keepOpen(device, options, ending.signal));
  return {
    tried: Promise.all(watched.map((each) => each.tried)).then(() => undefined),
    async stop() {
      ending.abort();
      await Promise.all(watched.map((each) => each.ended));
      await Promise.all(devices.map((device) => device.close()));
    },
  };
}

function keepOpen(device: Device, options: SupervisorOptions, ending: AbortSignal) {
  let previous = device.status();
  const stopListening = device.onStatus((status) => {
    const before = previous;
    previous = status;
    if (JSON.stringify(before) !== JSON.stringify(status)) options.onStatus(device.kind, status, before);
  });
  let tried = () => {};
  const firstTry = new Promise<void>((resolve) => {
    tried = resolve;
  });
  const ended = (async () => {
    let failures = 0;
    while (!ending.aborted) {
      const opened = await device.open({ timeoutMs: options.openTimeoutMs, signal: ending });
      tried();
      if (opened.ok) {
        failures = 0;
        await untilLost(device, ending);
      } else {
        failures += 1;
      }
      await options.clock.sleep(backoff(failures), ending);
    }
    stopListening();
  })();
  return { tried: firstTry, ended };
}

const isLost = ({ state }: DeviceStatus) => state === 'powerOff' || state === 'noDevice';

function untilLost(device: Device, ending: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      ending.removeEventListener('abort', done);
      resolve();
    };
    const stop = device.onStatus((status) => {
      if (isLost(status)) done();
    });
    ending.addEventListener('abort', done, { once: true });
    if (ending.aborted || isLost(device.status())) done();
  });
}
