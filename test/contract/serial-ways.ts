/** The two ways an adapter reaches a virtual serial device: through the mocked package, and through a real tty. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SerialPort } from 'serialport';
import type { DeviceClock } from '../../devices/clock.ts';
import type { SerialModule } from '../../devices/serial-line.ts';
import { createSerialPortMock, type VirtualSerialDevice } from '../../native-mocks/serialport.ts';

export interface SerialWay {
  readonly name: string;
  /** Puts `device` at the far end of a fresh line. */
  connect(device: VirtualSerialDevice): Promise<ConnectedWay>;
}

export interface ConnectedWay {
  readonly module: SerialModule;
  readonly path: string;
  /** Pulls the plug. */
  pull(): Promise<void>;
  end(): Promise<void>;
}

/** Real time, `factor` times as fast. */
export function quickClock(
  factor: number,
): DeviceClock & { sleep(ms: number, signal: AbortSignal): Promise<void> } {
  return {
    monotonic: () => performance.now() * factor,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms / factor);
        signal.addEventListener('abort', done, { once: true });
      }),
  };
}

/** Looks again and again until `condition` holds; fails after ten seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const throughTheMock: SerialWay = {
  name: 'through the mocked package',
  async connect(device) {
    const mock = createSerialPortMock();
    const at = '/virtual/unit';
    mock.plug(at, device);
    return {
      module: mock,
      path: at,
      pull: async () => mock.unplug(at),
      end: async () => {},
    };
  },
};

/** Two pseudo-terminals joined by socat; the package `serialport` opens both, the device sits at the second. */
export const throughATty: SerialWay = {
  name: 'through a real tty and the real package',
  async connect(device) {
    const folder = mkdtempSync(path.join(tmpdir(), 'serial-'));
    const near = path.join(folder, 'near');
    const far = path.join(folder, 'far');
    const socat = spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], {
      stdio: 'ignore',
    });
    let missing: Error | null = null;
    socat.once('error', (error) => {
      missing = error;
    });
    await until(
      () => missing !== null || (existsSync(near) && existsSync(far)),
      'socat to make its terminals',
    );
    if (missing !== null)
      throw new Error('socat is needed for this test (apt-get install socat)', { cause: missing });
    const end = new SerialPort({ path: far, baudRate: 115_200, autoOpen: false });
    await new Promise<void>((resolve, reject) => end.open((error) => (error ? reject(error) : resolve())));
    end.on('error', () => {});
    end.on('data', (bytes: Uint8Array) => device.receive(bytes));
    device.connected((bytes) => {
      if (end.isOpen) end.write(bytes);
    });
    return {
      module: { SerialPort },
      path: near,
      pull: () => stop(socat),
      async end() {
        device.disconnected();
        if (end.isOpen) await new Promise<void>((resolve) => end.close(() => resolve()));
        await stop(socat);
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

export const bothWays: readonly SerialWay[] = [throughTheMock, throughATty];

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
