/** The endorsement unit on a serial line, speaking `protocol.ts`. */
import { createTurnstile, waitWithin, whileNoneAborted } from '../bounded-wait.ts';
import type { DeviceClock } from '../clock.ts';
import type {
  CommandOptions,
  DeviceError,
  DeviceErrorCode,
  DeviceIdentity,
  DeviceResult,
  DeviceStatus,
  StaffAction,
} from '../device.ts';
import { fail, ok, type Result } from '../result.ts';
import { openSerialLine, type SerialLine, type SerialModule, type SerialSettings } from '../serial-line.ts';
import type { EndorsementPrinter, Raster } from './interface.ts';
import {
  bytesPerRow,
  type CommandName,
  commands,
  createFrameReader,
  decodeIdentity,
  decodeReply,
  encodeFrame,
  encodeRasterRows,
  type Frame,
  NAK,
  PROGRESS,
  REPLY,
  type Reply,
  type ResultName,
  type UnitStatus,
} from './protocol.ts';

/** Time without ACK or NAK after which a frame is sent again, and how often in all. */
const acknowledgeMs = 500;
const attempts = 3;
/** A unit that answers at all answers STATUS and IDENTITY within this. */
const promptReplyMs = 2_000;
const idlePollMs = 1_000;
const takenPollMs = 250;
/** After CANCEL the stopped command must answer within this. */
const cancelReplyMs = 3_000;
const rowsPerFrame = 8;

const noBytes = new Uint8Array(0);

interface Exchange {
  readonly sequence: number;
  readonly onAcknowledged: (how: 'ack' | 'nak') => void;
  readonly onReply: (reply: Result<Reply, string>) => void;
  readonly onProgress: (percent: number) => void;
}

/** What each result of the unit means to the terminal. */
const errorOfResult: Readonly<
  Record<
    Exclude<ResultName, 'ok'>,
    { readonly code: DeviceErrorCode; readonly action: StaffAction; readonly message: string }
  >
> = {
  noCard: { code: 'noMedia', action: 'clear', message: 'There is no card in the endorsement unit.' },
  jam: { code: 'mediaJam', action: 'clear', message: 'A card is jammed in the endorsement unit.' },
  overTemperature: {
    code: 'overTemperature',
    action: 'suspend',
    message: 'The head of the endorsement unit is too hot.',
  },
  verifyFailed: {
    code: 'verifyFailed',
    action: 'maintenance',
    message: 'The unit does not find on the card what it printed.',
  },
  coverOpen: { code: 'coverOpen', action: 'clear', message: 'The cover of the endorsement unit is open.' },
  binFull: {
    code: 'retainBinFull',
    action: 'clear',
    message: 'The retain bin of the endorsement unit is full.',
  },
  canceled: {
    code: 'canceled',
    action: 'reset',
    message: 'The endorsement unit stopped the command as asked.',
  },
  timeOut: { code: 'timeOut', action: 'reset', message: 'No card came into the endorsement unit in time.' },
  badData: {
    code: 'invalidData',
    action: 'configuration',
    message: 'The endorsement unit refused the data.',
  },
  busy: {
    code: 'deviceNotReady',
    action: 'reset',
    message: 'The endorsement unit is busy with another command.',
  },
  unknownCommand: {
    code: 'unsupportedData',
    action: 'configuration',
    message: 'The endorsement unit does not know the command.',
  },
  headFault: {
    code: 'hardwareError',
    action: 'maintenance',
    message: 'The head of the endorsement unit failed.',
  },
  rasterIncomplete: {
    code: 'invalidData',
    action: 'reset',
    message: 'The endorsement unit did not get the whole picture.',
  },
};

const deviceError = (code: DeviceErrorCode, action: StaffAction, message: string): DeviceError => ({
  device: 'endorsementPrinter',
  code,
  action,
  message,
});

const silent = (): DeviceError =>
  deviceError('timeOut', 'reset', 'The endorsement unit did not answer in time.');
const canceled = (): DeviceError => deviceError('canceled', 'reset', 'The command was given up.');
const notOpen = (): DeviceError =>
  deviceError('deviceNotReady', 'reset', 'The endorsement unit is not connected.');

/** The supervisor's view of what the unit reports. */
function statusOf(unit: UnitStatus): DeviceStatus {
  if (unit.flags.coverOpen) return { state: 'userError', code: 'coverOpen', action: 'clear' };
  if (unit.flags.jam) return { state: 'userError', code: 'mediaJam', action: 'clear' };
  if (unit.flags.binFull) return { state: 'userError', code: 'retainBinFull', action: 'clear' };
  if (unit.flags.headTooHot) return { state: 'hardwareError', code: 'overTemperature', action: 'suspend' };
  if (unit.flags.binHigh) return { state: 'online', warning: 'retainBinHigh' };
  if (unit.flags.headWorn) return { state: 'online', warning: 'headWorn' };
  return { state: 'online' };
}

/** The adapter over `module` (the `serialport` package). Lost connections are taken up again by `open`. */
export function createSerialEndorsementPrinter(
  module: SerialModule,
  settings: SerialSettings,
  clock: DeviceClock,
): EndorsementPrinter {
  const turnstile = createTurnstile(clock);
  const listeners = new Set<(status: DeviceStatus) => void>();
  const reader = createFrameReader();
  let line: SerialLine | null = null;
  let closing = new AbortController();
  let status: DeviceStatus = { state: 'starting' };
  let identity: DeviceIdentity = { modelName: null, serialNumber: null, firmware: null };
  let exchange: Exchange | null = null;
  let lastSequence = 0;

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
    for (const item of reader.push(bytes)) {
      if (item.kind === 'ack' || item.kind === 'nak') exchange?.onAcknowledged(item.kind);
      else if (item.kind === 'frame') take(item.frame);
      else sendNow(Uint8Array.of(NAK));
    }
  };

  const take = (frame: Frame): void => {
    if (exchange === null || frame.sequence !== exchange.sequence) return;
    if (frame.command === PROGRESS) exchange.onProgress(frame.data[0] ?? 0);
    else if (frame.command & REPLY) exchange.onReply(decodeReply(frame.data));
  };

  /** One control byte, where nobody waits for the outcome. */
  const sendNow = (bytes: Uint8Array): void => {
    line?.send(bytes, { timeoutMs: acknowledgeMs, signal: closing.signal }).catch(() => {});
  };

  const failedWait = (end: 'timeOut' | 'canceled', options: CommandOptions): DeviceError => {
    if (end === 'timeOut') return silent();
    return options.signal.aborted ? canceled() : notOpen();
  };

  /**
   * One command and its reply. `replyMs` bounds the wait for the reply. When the caller gives up during a command
   * that takes time the unit is told to stop, and its word that it did is awaited.
   */
  const transact = (
    name: CommandName,
    data: Uint8Array,
    replyMs: number,
    signal: AbortSignal,
    onProgress: (percent: number) => void = () => {},
  ): Promise<DeviceResult<Reply>> =>
    whileNoneAborted([signal, closing.signal], (either) =>
      converse(name, data, replyMs, { signal, either }, onProgress),
    );

  /** @param signals the caller's, and one that is aborted also when the unit is closed or lost */
  const converse = async (
    name: CommandName,
    data: Uint8Array,
    replyMs: number,
    { signal, either }: { readonly signal: AbortSignal; readonly either: AbortSignal },
    onProgress: (percent: number) => void,
  ): Promise<DeviceResult<Reply>> => {
    const to = line;
    if (to === null) return fail(notOpen());
    lastSequence = (lastSequence % 0xff) + 1;
    const sequence = lastSequence;
    const frame = encodeFrame({ command: commands[name], sequence, data });
    const within = (timeoutMs: number): CommandOptions => ({ timeoutMs, signal: either });

    let acknowledge: (how: 'ack' | 'nak') => void = () => {};
    const reply = new Promise<Result<Reply, string>>((resolve) => {
      exchange = {
        sequence,
        onProgress,
        onAcknowledged: (how) => acknowledge(how),
        onReply: (received) => {
          // A reply tells as much as the ACK before it, which may have been lost.
          acknowledge('ack');
          resolve(received);
        },
      };
    });
    try {
      let acknowledged = false;
      for (let attempt = 0; attempt < attempts && !acknowledged; attempt += 1) {
        const answer = new Promise<'ack' | 'nak'>((resolve) => {
          acknowledge = resolve;
        });
        reader.reset();
        const sent = await to.send(frame, within(promptReplyMs));
        if (!sent.ok)
          return fail(sent.error.code === 'canceled' ? failedWait('canceled', within(0)) : notOpen());
        const waited = await waitWithin(answer, clock, within(acknowledgeMs));
        if (waited.end === 'canceled') {
          return fail(signal.aborted ? canceled() : notOpen());
        }
        acknowledged = waited.end === 'done' && waited.value === 'ack';
      }
      if (!acknowledged) {
        setStatus({ state: 'powerOff' });
        return fail(silent());
      }
      const waited = await waitWithin(reply, clock, within(replyMs));
      if (waited.end === 'done') return readReply(waited.value);
      if (closing.signal.aborted) return fail(notOpen());
      if (name === 'status' || name === 'identity') {
        if (waited.end === 'timeOut') setStatus({ state: 'powerOff' });
        return fail(waited.end === 'timeOut' ? silent() : canceled());
      }
      const stopped = await stop(to, reply);
      if (stopped?.ok) return stopped;
      return fail(waited.end === 'timeOut' ? silent() : canceled());
    } finally {
      exchange = null;
    }
  };

  /** Sends CANCEL for the command whose `reply` is outstanding; a command that ended well meanwhile counts as done. */
  const stop = async (
    to: SerialLine,
    reply: Promise<Result<Reply, string>>,
  ): Promise<DeviceResult<Reply> | null> => {
    lastSequence = (lastSequence % 0xff) + 1;
    const options = { timeoutMs: cancelReplyMs, signal: closing.signal };
    await to.send(encodeFrame({ command: commands.cancel, sequence: lastSequence, data: noBytes }), options);
    const waited = await waitWithin(reply, clock, options);
    if (waited.end === 'done') return readReply(waited.value);
    setStatus({ state: 'powerOff' });
    return null;
  };

  const readReply = (received: Result<Reply, string>): DeviceResult<Reply> => {
    if (!received.ok) {
      return fail(deviceError('hardwareError', 'reset', received.error));
    }
    const reply = received.value;
    setStatus(statusOf(reply.status));
    if (reply.result === 'ok') return ok(reply);
    const known = errorOfResult[reply.result];
    return fail(deviceError(known.code, known.action, known.message));
  };

  /** Waits for the unit, then runs `work` alone with it. */
  const alone = async <T>(
    options: CommandOptions,
    work: () => Promise<DeviceResult<T>>,
  ): Promise<DeviceResult<T>> => {
    if (line === null) return fail(notOpen());
    const turn = await turnstile.run(work, options);
    return turn.end === 'done' ? turn.value : fail(failedWait(turn.end, options));
  };

  const simple = (name: CommandName, options: CommandOptions): Promise<DeviceResult<void>> =>
    alone(options, async () => {
      const reply = await transact(name, noBytes, options.timeoutMs, options.signal);
      return reply.ok ? ok(undefined) : reply;
    });

  const readStatus = (options: CommandOptions): Promise<DeviceResult<UnitStatus>> =>
    alone(options, async () => {
      const reply = await transact(
        'status',
        noBytes,
        Math.min(promptReplyMs, options.timeoutMs),
        options.signal,
      );
      return reply.ok ? ok(reply.value.status) : reply;
    });

  /** Keeps the status fresh while nobody uses the unit, so that a cover opened between two applicants is noticed. */
  const pollWhileIdle = async (until: AbortSignal): Promise<void> => {
    while (!until.aborted) {
      await clock.sleep(idlePollMs, until);
      if (until.aborted) return;
      if (!turnstile.busy()) await readStatus({ timeoutMs: promptReplyMs, signal: until });
    }
  };

  /** Stops what a terminal that died had begun: waiting for a card, or printing. */
  const stopLeftover = async (options: CommandOptions): Promise<DeviceResult<void>> => {
    const end = clock.monotonic() + Math.min(cancelReplyMs, options.timeoutMs);
    for (;;) {
      const unit = await readStatus(options);
      if (!unit.ok) return unit;
      if (!unit.value.flags.busy) return ok(undefined);
      if (clock.monotonic() >= end) return fail(silent());
      const stopped = await alone(options, () => transact('cancel', noBytes, promptReplyMs, options.signal));
      if (!stopped.ok) return stopped;
      await clock.sleep(takenPollMs, options.signal);
    }
  };

  const loadRaster = async (
    raster: Raster,
    signal: AbortSignal,
    onShare: (share: number) => void,
  ): Promise<DeviceResult<void>> => {
    const stride = bytesPerRow(raster.width);
    for (let row = 0; row < raster.height; row += rowsPerFrame) {
      if (signal.aborted) return fail(canceled());
      const rows = raster.bits.subarray(row * stride, Math.min(row + rowsPerFrame, raster.height) * stride);
      const data = encodeRasterRows({ width: raster.width, height: raster.height, firstRow: row, rows });
      const reply = await transact('loadRaster', data, promptReplyMs, signal);
      if (!reply.ok) return reply;
      onShare(Math.min(1, (row + rowsPerFrame) / raster.height));
    }
    return ok(undefined);
  };

  return {
    kind: 'endorsementPrinter',
    identity: () => identity,
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
      const known = await alone(options, async () => {
        const reply = await transact(
          'identity',
          noBytes,
          Math.min(promptReplyMs, options.timeoutMs),
          options.signal,
        );
        if (!reply.ok) return reply;
        const decoded = decodeIdentity(reply.value.data);
        return decoded.ok ? decoded : fail(deviceError('hardwareError', 'configuration', decoded.error));
      });
      if (!known.ok) {
        await this.close();
        setStatus({ state: 'powerOff' });
        return known;
      }
      identity = known.value;
      const free = await stopLeftover(options);
      if (!free.ok) {
        await this.close();
        setStatus({ state: 'powerOff' });
        return free;
      }
      pollWhileIdle(closing.signal);
      return ok(undefined);
    },

    async close() {
      closing.abort();
      const last = line;
      line = null;
      if (last !== null && exchange !== null) {
        // What is under way would keep the slot open for whoever comes next.
        lastSequence = (lastSequence % 0xff) + 1;
        const cancel = encodeFrame({ command: commands.cancel, sequence: lastSequence, data: noBytes });
        await last.send(cancel, { timeoutMs: acknowledgeMs, signal: new AbortController().signal });
      }
      await last?.close();
      setStatus({ state: 'offline' });
    },

    async selfTest(options) {
      const unit = await readStatus(options);
      if (!unit.ok) return unit;
      const { headTemperature, retainedCards, position } = unit.value;
      return ok(
        `Card ${position}, head ${headTemperature === null ? 'temperature unknown' : `${headTemperature} °C`}, ${retainedCards} cards retained.`,
      );
    },

    async position(options) {
      const unit = await readStatus(options);
      return unit.ok ? ok(unit.value.position) : unit;
    },

    accept: (options) =>
      alone(options, async () => {
        const seconds = Math.min(0xffff, Math.max(1, Math.ceil(options.timeoutMs / 1000)));
        const data = Uint8Array.of(seconds >> 8, seconds & 0xff);
        const reply = await transact('accept', data, options.timeoutMs, options.signal);
        return reply.ok ? ok(undefined) : reply;
      }),

    eject: (options) => simple('eject', options),

    async taken(options) {
      const end = clock.monotonic() + options.timeoutMs;
      for (;;) {
        const unit = await readStatus({ timeoutMs: promptReplyMs, signal: options.signal });
        if (!unit.ok) return unit;
        if (unit.value.position === 'absent') return ok(undefined);
        if (unit.value.position === 'retained') {
          return fail(deviceError('mediaRetained', 'clear', 'The card was drawn into the retain bin.'));
        }
        if (clock.monotonic() >= end) {
          return fail(deviceError('mediaNotTaken', 'clear', 'The card at the slot was not taken in time.'));
        }
        await clock.sleep(takenPollMs, options.signal);
        if (options.signal.aborted) return fail(canceled());
      }
    },

    retain: (options) => simple('retain', options),

    rewriteCount: (options) =>
      alone(options, async () => {
        const reply = await transact(
          'rewriteCount',
          noBytes,
          Math.min(promptReplyMs, options.timeoutMs),
          options.signal,
        );
        if (!reply.ok) return reply;
        const [high, low] = reply.value.data;
        if (high === undefined || low === undefined) {
          return fail(deviceError('hardwareError', 'reset', 'The unit answered no rewrite count.'));
        }
        const count = high * 256 + low;
        return ok(count === 0xffff ? null : count);
      }),

    rewrite: (raster, options) =>
      alone(options, async () => {
        if (raster.bits.length !== bytesPerRow(raster.width) * raster.height) {
          return fail(
            deviceError(
              'invalidData',
              'configuration',
              'The picture for the card has rows missing or too many.',
            ),
          );
        }
        const end = clock.monotonic() + options.timeoutMs;
        const left = (): number => Math.max(0, end - clock.monotonic());
        const { signal, onProgress } = options;
        onProgress(0);
        const loaded = await loadRaster(raster, signal, (share) => onProgress(share * 0.25));
        if (!loaded.ok) return loaded;
        const erased = await transact('erase', noBytes, left(), signal);
        if (!erased.ok) return erased;
        onProgress(0.4);
        const printed = await transact('print', noBytes, left(), signal, (percent) =>
          onProgress(0.4 + (Math.min(percent, 100) / 100) * 0.5),
        );
        if (!printed.ok) return printed;
        onProgress(0.9);
        const verified = await transact('verify', noBytes, left(), signal);
        if (!verified.ok) return verified;
        onProgress(1);
        return ok(undefined);
      }),
  };
}
