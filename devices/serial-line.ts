/** A serial port as the adapters use it: bounded opening and writing, bytes in, and the news that it is lost. */
import { waitWithin } from './bounded-wait.ts';
import type { DeviceClock } from './clock.ts';
import type { CommandOptions } from './device.ts';
import { fail, ok, type Result } from './result.ts';

/** What of the `serialport` package is used; the package itself and its stand-in both fit. */
export interface SerialModule {
  readonly SerialPort: new (options: { path: string; baudRate: number; autoOpen: false }) => SerialPortLike;
}

export interface SerialPortLike {
  readonly isOpen: boolean;
  open(callback: (error: Error | null) => void): void;
  close(callback: (error: Error | null) => void): void;
  write(bytes: Uint8Array): boolean;
  drain(callback: (error: Error | null) => void): void;
  on(event: 'data', listener: (bytes: Uint8Array) => void): unknown;
  on(event: 'close', listener: (error: Error | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface SerialSettings {
  /** Device node or `COM3`. 8 data bits, no parity, one stop bit, no flow control. */
  readonly path: string;
  readonly baudRate: number;
}

export interface SerialFailure {
  readonly code: 'deviceNotReady' | 'timeOut' | 'canceled';
  readonly message: string;
}

export interface SerialLineEvents {
  readonly onBytes: (bytes: Uint8Array) => void;
  /** The port went without being asked to: the plug was pulled or the far end died. Called once. */
  readonly onLost: () => void;
}

export interface SerialLine {
  readonly isOpen: boolean;
  /** Hands all bytes over to the line; waits until they have left. */
  send(bytes: Uint8Array, options: CommandOptions): Promise<Result<void, SerialFailure>>;
  close(): Promise<void>;
}

const nothing = (): void => {};

/** Opens the port and answers the line; a port that opens after the wait is over is closed again. */
export async function openSerialLine(
  module: SerialModule,
  settings: SerialSettings,
  events: SerialLineEvents,
  clock: DeviceClock,
  options: CommandOptions,
): Promise<Result<SerialLine, SerialFailure>> {
  const port = new module.SerialPort({ path: settings.path, baudRate: settings.baudRate, autoOpen: false });
  let wanted = true;
  let lost = false;
  const lose = (): void => {
    if (!wanted || lost) return;
    lost = true;
    events.onLost();
  };
  port.on('data', (bytes) => {
    if (wanted && !lost) events.onBytes(bytes);
  });
  port.on('close', lose);
  port.on('error', lose);

  const opening = new Promise<Error | null>((resolve) => port.open(resolve));
  const opened = await waitWithin(opening, clock, options);
  if (opened.end !== 'done') {
    wanted = false;
    opening.then(() => port.isOpen && port.close(nothing), nothing);
    return fail({ code: opened.end, message: `The serial port ${settings.path} did not open in time.` });
  }
  if (opened.value !== null) {
    wanted = false;
    return fail({
      code: 'deviceNotReady',
      message: `The serial port ${settings.path} cannot be opened: ${opened.value.message}`,
    });
  }

  return ok({
    get isOpen() {
      return port.isOpen && !lost;
    },
    async send(bytes, sendOptions) {
      if (!port.isOpen || lost) {
        return fail({ code: 'deviceNotReady', message: `The serial port ${settings.path} is not open.` });
      }
      port.write(bytes);
      const drained = new Promise<Error | null>((resolve) => port.drain(resolve));
      const sent = await waitWithin(drained, clock, sendOptions);
      if (sent.end !== 'done') {
        return fail({
          code: sent.end,
          message: `The serial port ${settings.path} took the bytes too slowly.`,
        });
      }
      return sent.value === null
        ? ok(undefined)
        : fail({
            code: 'deviceNotReady',
            message: `Writing to the serial port ${settings.path} failed: ${sent.value.message}`,
          });
    },
    async close() {
      wanted = false;
      if (!port.isOpen) return;
      await new Promise<void>((resolve) => port.close(() => resolve()));
    },
  });
}
