/** The card unit's optical MRZ reader on a serial line (frames: `frame.ts`). */
import { waitWithin } from '../bounded-wait.ts';
import type { DeviceClock } from '../clock.ts';
import type { CommandOptions, DeviceErrorCode, DeviceResult, DeviceStatus, StaffAction } from '../device.ts';
import type { PermitLine } from '../permit/mrz.ts';
import type { MrzSource } from '../permit/mrz-source.ts';
import { fail, ok, type Result } from '../result.ts';
import { openSerialLine, type SerialLine, type SerialModule, type SerialSettings } from '../serial-line.ts';
import { createMrzFrameParser, type MisreadLine, READ_AGAIN } from './frame.ts';

export function createSerialMrzReader(
  serialport: SerialModule,
  settings: SerialSettings,
  clock: DeviceClock,
): MrzSource {
  const listeners = new Set<(status: DeviceStatus) => void>();
  let status: DeviceStatus = { state: 'offline' };
  let line: SerialLine | null = null;
  let waiting: ((frame: Result<PermitLine, MisreadLine> | 'lost') => void) | null = null;
  /** Bytes that arrive while nobody waits belong to a card that has gone: they are not kept. */
  let parser = createMrzFrameParser();

  const setStatus = (next: DeviceStatus): void => {
    if (next.state === status.state) return;
    status = next;
    for (const listener of [...listeners]) listener(status);
  };

  const events = {
    onBytes(bytes: Uint8Array): void {
      const [frame] = parser.push(bytes);
      if (frame) waiting?.(frame);
    },
    onLost(): void {
      line = null;
      waiting?.('lost');
      setStatus({ state: 'powerOff' });
    },
  };

  return {
    kind: 'mrzReader',
    identity: () => ({ modelName: null, serialNumber: null, firmware: null }),
    status: () => status,
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async open(options) {
      if (line?.isOpen) return ok(undefined);
      setStatus({ state: 'starting' });
      const opened = await openSerialLine(serialport, settings, events, clock, options);
      if (!opened.ok) {
        setStatus({ state: 'powerOff' });
        return mrzError(opened.error.code, opened.error.message);
      }
      line = opened.value;
      setStatus({ state: 'online' });
      return ok(undefined);
    },
    async close() {
      const closing = line;
      line = null;
      waiting?.('lost');
      await closing?.close();
      setStatus({ state: 'offline' });
    },
    async selfTest() {
      return line?.isOpen
        ? ok(`the serial port ${settings.path} is open`)
        : mrzError('deviceNotReady', `the serial port ${settings.path} is not open`);
    },
    async read(options) {
      if (!line?.isOpen) return mrzError('deviceNotReady', 'the MRZ reader is not connected');
      if (waiting) return mrzError('deviceNotReady', 'the MRZ reader is reading already');
      parser = createMrzFrameParser();
      const arrived = new Promise<Result<PermitLine, MisreadLine> | 'lost'>((resolve) => {
        waiting = resolve;
      });
      try {
        const started = clock.monotonic();
        const asked = await line.send(READ_AGAIN, options);
        if (!asked.ok) return mrzError(asked.error.code, asked.error.message);
        const left = Math.max(0, options.timeoutMs - (clock.monotonic() - started));
        return await frameWithin(arrived, { timeoutMs: left, signal: options.signal });
      } finally {
        waiting = null;
      }
    },
  };

  async function frameWithin(
    arrived: Promise<Result<PermitLine, MisreadLine> | 'lost'>,
    options: CommandOptions,
  ): Promise<DeviceResult<PermitLine>> {
    const waited = await waitWithin(arrived, clock, options);
    switch (waited.end) {
      case 'canceled':
        return mrzError('canceled', 'reading the line was canceled');
      case 'timeOut':
        return parser.pending()
          ? mrzError('invalidData', 'the MRZ reader sent a frame that broke off')
          : mrzError('timeOut', 'the MRZ reader saw no line in time');
      case 'done': {
        const frame = waited.value;
        if (frame === 'lost') return mrzError('deviceNotReady', 'the MRZ reader went while it was reading');
        return frame.ok ? frame : mrzError('invalidData', `the line was misread: ${frame.error.message}`);
      }
    }
  }
}

const ACTION: Partial<Readonly<Record<DeviceErrorCode, StaffAction>>> = { deviceNotReady: 'reset' };

function mrzError(code: DeviceErrorCode, message: string): DeviceResult<never> {
  return fail({ device: 'mrzReader', code, action: ACTION[code] ?? 'suspend', message });
}
