/** An ESC/POS kiosk printer on a serial line. */
import { createTurnstile, waitWithin, whileNoneAborted } from '../bounded-wait.ts';
import type { DeviceClock } from '../clock.ts';
import type {
  CommandOptions,
  DeviceError,
  DeviceErrorCode,
  DeviceResult,
  DeviceStatus,
  StaffAction,
} from '../device.ts';
import { fail, ok } from '../result.ts';
import { openSerialLine, type SerialLine, type SerialModule, type SerialSettings } from '../serial-line.ts';
import { encodeSlip, escpos } from './escpos.ts';
import type { ReceiptPrinter } from './interface.ts';
import {
  createReplyReader,
  type PrinterReply,
  type PrinterState,
  type RealTimeRequest,
  unknownState,
  withFullStatus,
  withRealTime,
  withStatusBack,
} from './status.ts';

/** A printer that answers at all answers a status request within this, even while it prints. */
const statusReplyMs = 1_000;
/** Printers without a presenter leave DLE EOT 20 unanswered. */
const fullStatusReplyMs = 500;
const idlePollMs = 1_000;
const settleMs = 100;
const printingPollMs = 250;
const retractMs = 5_000;

const deviceError = (code: DeviceErrorCode, action: StaffAction, message: string): DeviceError => ({
  device: 'receiptPrinter',
  code,
  action,
  message,
});
const silent = (): DeviceError =>
  deviceError('timeOut', 'reset', 'The receipt printer did not answer in time.');
const canceled = (): DeviceError => deviceError('canceled', 'reset', 'Printing was given up.');
const notOpen = (): DeviceError =>
  deviceError('deviceNotReady', 'reset', 'The receipt printer is not connected.');

/** What keeps the printer from printing, worst first; `null`: nothing. */
function obstacle(state: PrinterState): DeviceError | null {
  if (state.unrecoverable) {
    return deviceError('hardwareError', 'maintenance', 'The receipt printer reports an unrecoverable error.');
  }
  if (state.coverOpen) return deviceError('coverOpen', 'clear', 'The cover of the receipt printer is open.');
  if (state.paperEnd) return deviceError('paperOut', 'clear', 'The receipt printer is out of paper.');
  if (state.cutterError)
    return deviceError('cutterError', 'clear', 'The cutter of the receipt printer is stuck.');
  if (state.paperJam) return deviceError('paperJammed', 'clear', 'Paper is jammed in the receipt printer.');
  if (state.overTemperature) {
    return deviceError('overTemperature', 'suspend', 'The head of the receipt printer is too hot.');
  }
  if (state.offline) return deviceError('deviceNotReady', 'reset', 'The receipt printer is off line.');
  return null;
}

function statusOf(state: PrinterState): DeviceStatus {
  const wrong = obstacle(state);
  if (wrong === null)
    return state.paperNearEnd ? { state: 'online', warning: 'paperLow' } : { state: 'online' };
  if (wrong.code === 'deviceNotReady') return { state: 'offline' };
  return {
    state: wrong.action === 'clear' ? 'userError' : 'hardwareError',
    code: wrong.code,
    action: wrong.action,
  };
}

/**
 * The adapter over `module` (the `serialport` package). Lost connections are taken up again by `open`.
 * `loadPrintFonts` must have run before a slip with writing the printer's font lacks is printed.
 */
export function createSerialReceiptPrinter(
  module: SerialModule,
  settings: SerialSettings,
  clock: DeviceClock,
): ReceiptPrinter {
  const turnstile = createTurnstile(clock);
  const listeners = new Set<(status: DeviceStatus) => void>();
  const reader = createReplyReader();
  let line: SerialLine | null = null;
  let closing = new AbortController();
  let status: DeviceStatus = { state: 'starting' };
  let state: PrinterState = unknownState;
  /** A job broke off: something of it may still be in the buffer or hang in the printer. */
  let remains = true;
  let jobs = 0;
  let awaited: { readonly kind: PrinterReply['kind']; readonly done: (reply: PrinterReply) => void } | null =
    null;
  let completed: { readonly id: string; readonly done: () => void } | null = null;

  const setStatus = (next: DeviceStatus): void => {
    if (JSON.stringify(next) === JSON.stringify(status)) return;
    status = next;
    for (const listener of [...listeners]) listener(next);
  };

  const lose = (): void => {
    closing.abort();
    line = null;
    setStatus({ state: 'powerOff' });
  };

  const receive = (bytes: Uint8Array): void => {
    for (const reply of reader.push(bytes, awaited?.kind === 'fullStatus')) {
      if (reply.kind === 'statusBack') {
        state = withStatusBack(state, reply.bytes);
        setStatus(statusOf(state));
      } else if (reply.kind === 'processId') {
        if (reply.id === completed?.id) completed.done();
      } else if (reply.kind === awaited?.kind) awaited.done(reply);
    }
  };

  /** Sends a request and waits for the reply of its kind; `null`: none came in time. */
  const ask = async (
    request: Uint8Array,
    kind: PrinterReply['kind'],
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<DeviceResult<PrinterReply | null>> => {
    const to = line;
    if (to === null) return fail(notOpen());
    const reply = new Promise<PrinterReply>((done) => {
      awaited = { kind, done };
    });
    try {
      return await whileNoneAborted([signal, closing.signal], async (either) => {
        const options = { timeoutMs, signal: either };
        const sent = await to.send(request, options);
        if (!sent.ok) return fail(failure(sent.error.code, signal));
        const waited = await waitWithin(reply, clock, options);
        if (waited.end === 'done') return ok(waited.value);
        return waited.end === 'timeOut' ? ok(null) : fail(failure('canceled', signal));
      });
    } finally {
      awaited = null;
    }
  };

  const failure = (code: 'deviceNotReady' | 'timeOut' | 'canceled', signal: AbortSignal): DeviceError => {
    if (code === 'timeOut') return silent();
    return code === 'canceled' && signal.aborted ? canceled() : notOpen();
  };

  /** Asks for everything; the answer is merged before it is shown, so that no half-asked state is seen. */
  const readState = async (signal: AbortSignal): Promise<DeviceResult<PrinterState>> => {
    let merged = state;
    for (const request of [1, 2, 4, 3] satisfies RealTimeRequest[]) {
      let reply = await ask(escpos.statusRequest(request), 'realTime', statusReplyMs, signal);
      if (reply.ok && reply.value === null) {
        reply = await ask(escpos.statusRequest(request), 'realTime', statusReplyMs, signal);
        // The first reply may only have been late; were the second to follow it, it would pass for the next one's.
        if (reply.ok && reply.value !== null) await clock.sleep(settleMs, signal);
      }
      if (!reply.ok) return reply;
      if (reply.value?.kind !== 'realTime') {
        reader.reset();
        setStatus({ state: 'powerOff' });
        return fail(silent());
      }
      // The paper sensor's own byte comes after the one that says why printing stopped, and has the last word.
      merged = withRealTime(merged, request, reply.value.byte);
    }
    const full = await ask(escpos.statusRequest(20), 'fullStatus', fullStatusReplyMs, signal);
    if (!full.ok) return full;
    if (full.value?.kind === 'fullStatus') merged = withFullStatus(merged, full.value.bytes);
    state = merged;
    setStatus(statusOf(state));
    return ok(state);
  };

  const send = async (
    bytes: Uint8Array,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<DeviceResult<void>> => {
    const to = line;
    if (to === null) return fail(notOpen());
    const sent = await whileNoneAborted([signal, closing.signal], (either) =>
      to.send(bytes, { timeoutMs, signal: either }),
    );
    return sent.ok ? sent : fail(failure(sent.error.code, signal));
  };

  /** Whether everything sent before has been printed, by the printer's own word. */
  const finish = async (left: () => number, signal: AbortSignal): Promise<DeviceResult<void>> => {
    jobs += 1;
    const id = (jobs % 10_000).toString().padStart(4, '0');
    const printed = new Promise<void>((done) => {
      completed = { id, done };
    });
    try {
      const sent = await send(escpos.processId(id), left(), signal);
      if (!sent.ok) return sent;
      while (left() > 0) {
        const timeoutMs = Math.min(printingPollMs, left());
        const waited = await whileNoneAborted([signal, closing.signal], (either) =>
          waitWithin(printed, clock, { timeoutMs, signal: either }),
        );
        if (waited.end === 'done') return ok(undefined);
        if (waited.end === 'canceled') return fail(failure('canceled', signal));
        const now = await readState(signal);
        if (!now.ok) return now;
        const wrong = obstacle(now.value);
        if (wrong !== null) return fail(wrong);
      }
      return fail(silent());
    } finally {
      completed = null;
    }
  };

  /** Sees to it that a job that broke off is neither printed later nor hangs out for the next person. */
  const clearRemains = async (signal: AbortSignal): Promise<DeviceResult<void>> => {
    const cleared = await ask(escpos.clearBuffer, 'bufferCleared', statusReplyMs, signal);
    if (!cleared.ok) return cleared;
    return send(
      Uint8Array.of(
        ...escpos.initialise,
        ...escpos.statusBack,
        ...escpos.feedLines(1),
        ...escpos.cut,
        ...escpos.retract,
      ),
      statusReplyMs,
      signal,
    );
  };

  /** Draws in a ticket that the person before left behind. */
  const clearOutput = async (left: () => number, signal: AbortSignal): Promise<DeviceResult<void>> => {
    if (state.ticketAtOutput !== true) return ok(undefined);
    const sent = await send(escpos.retract, statusReplyMs, signal);
    if (!sent.ok) return sent;
    const end = clock.monotonic() + Math.min(retractMs, left());
    do {
      await clock.sleep(printingPollMs, signal);
      const now = await readState(signal);
      if (!now.ok) return now;
      if (now.value.ticketAtOutput !== true) return ok(undefined);
    } while (clock.monotonic() < end);
    return fail(
      deviceError(
        'paperJammed',
        'clear',
        'A ticket at the output of the receipt printer cannot be drawn in.',
      ),
    );
  };

  const ready = async (signal: AbortSignal): Promise<DeviceResult<void>> => {
    const before = await readState(signal);
    if (!before.ok) return before;
    const wrong = obstacle(before.value);
    return wrong === null ? ok(undefined) : fail(wrong);
  };

  const printAlone = async (
    segments: readonly Uint8Array[],
    options: CommandOptions,
  ): Promise<DeviceResult<void>> => {
    const { signal } = options;
    const end = clock.monotonic() + options.timeoutMs;
    const left = (): number => Math.max(0, end - clock.monotonic());
    if (remains) {
      const cleared = await clearRemains(signal);
      if (!cleared.ok) return cleared;
    }
    const able = await ready(signal);
    if (!able.ok) return able;
    const free = await clearOutput(left, signal);
    if (!free.ok) return free;

    remains = true;
    for (const segment of segments) {
      const sent = await send(segment, left(), signal);
      if (!sent.ok) return sent;
      const wrong = obstacle(state);
      if (wrong !== null) return fail(wrong);
    }
    const printed = await finish(left, signal);
    if (!printed.ok) return printed;
    remains = false;
    // Near end of paper shows only now; what is wrong after the word that all is printed concerns the next slip.
    await readState(signal);
    return ok(undefined);
  };

  /** Runs alone with the printer. What was sent and is no longer wanted is dropped at once. */
  const alone = async <T>(
    options: CommandOptions,
    work: () => Promise<DeviceResult<T>>,
  ): Promise<DeviceResult<T>> => {
    if (line === null) return fail(notOpen());
    const turn = await turnstile.run(work, options);
    if (turn.end === 'done') return turn.value;
    return fail(turn.end === 'timeOut' ? silent() : failure('canceled', options.signal));
  };

  const pollWhileIdle = async (until: AbortSignal): Promise<void> => {
    while (!until.aborted) {
      await clock.sleep(idlePollMs, until);
      if (until.aborted) return;
      if (!turnstile.busy()) await alone({ timeoutMs: statusReplyMs, signal: until }, () => readState(until));
    }
  };

  return {
    kind: 'receiptPrinter',
    identity: () => ({ modelName: null, serialNumber: null, firmware: null }),
    status: () => status,
    onStatus(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },

    async open(options) {
      if (line !== null) await this.close();
      reader.reset();
      closing = new AbortController();
      state = unknownState;
      remains = true;
      const opened = await openSerialLine(
        module,
        settings,
        { onBytes: receive, onLost: lose },
        clock,
        options,
      );
      if (!opened.ok) {
        setStatus({ state: 'powerOff' });
        return fail(deviceError(opened.error.code, 'configuration', opened.error.message));
      }
      line = opened.value;
      const answered = await alone(options, () => readState(options.signal));
      if (!answered.ok) {
        await this.close();
        setStatus({ state: 'powerOff' });
        return answered;
      }
      // Taken up only when the printer works; a printer out of order tells by polling.
      await send(escpos.statusBack, statusReplyMs, options.signal);
      pollWhileIdle(closing.signal);
      return ok(undefined);
    },

    async close() {
      closing.abort();
      const last = line;
      line = null;
      await last?.close();
      setStatus({ state: 'offline' });
    },

    async selfTest(options) {
      const now = await alone(options, () => readState(options.signal));
      if (!now.ok) return now;
      const wrong = obstacle(now.value);
      if (wrong !== null) return fail(wrong);
      return ok(
        `Paper ${now.value.paperNearEnd ? 'near its end' : 'present'}, output ${now.value.ticketAtOutput === true ? 'holds a ticket' : 'free'}.`,
      );
    },

    async print(slip, options) {
      const segments = encodeSlip(slip);
      return alone(options, async () => {
        const printed = await printAlone(segments, options);
        if (!printed.ok && remains && line !== null) {
          await ask(escpos.clearBuffer, 'bufferCleared', statusReplyMs, closing.signal);
        }
        return printed;
      });
    },
  };
}
