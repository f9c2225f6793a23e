/**
 * The chip card reader over PC/SC: the operating system's reader, through the package `pcsc-mini`.
 *
 * Keeps one monitoring client. When the PC/SC service is not there, or goes, the reader is `powerOff` and the client is
 * started again after a growing delay; so is a reader that is not plugged in. Cards are held exclusively.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeviceClock } from '../clock.ts';
import type { CommandOptions, DeviceErrorCode, DeviceResult, DeviceStatus, StaffAction } from '../device.ts';
import { fail, ok } from '../result.ts';
import type { CardConnection, CardReader } from './interface.ts';

export type PcscModule = typeof import('pcsc-mini');
type Client = InstanceType<PcscModule['Client']>;
type Reader = InstanceType<PcscModule['Reader']>;
type Card = Awaited<ReturnType<Reader['connect']>>;
type Media = 'present' | 'notPresent' | 'unknown';

export interface PcscReaderOptions {
  /** Which reader, by its PC/SC name or a part of it; null takes the first. The whole name goes before a part. */
  readonly readerName: string | null;
}

/** The reader; nothing happens before `open`. */
export function createPcscCardReader(
  pcsc: PcscModule,
  options: PcscReaderOptions,
  clock: DeviceClock,
): CardReader {
  const statusListeners = new Set<(status: DeviceStatus) => void>();
  const mediaListeners = new Set<(media: Media) => void>();
  /** Readers the service knows, in the order they came. */
  const readers = new Map<string, Reader>();
  let status: DeviceStatus = { state: 'offline' };
  let media: Media = 'unknown';
  /** Counts cards in and out, so that a quick exchange of cards is seen. */
  let cardEvents = 0;
  let current: Reader | null = null;
  let client: Client | null = null;
  let held: HeldCard | null = null;
  let lastEvent = 0;
  let closing = new AbortController();
  closing.abort();

  const setStatus = (next: DeviceStatus): void => {
    if (next.state === status.state) return;
    status = next;
    for (const listener of [...statusListeners]) listener(status);
  };

  const setMedia = (next: Media): void => {
    if (next === media) return;
    media = next;
    for (const listener of [...mediaListeners]) listener(media);
  };

  const loseCard = (): void => {
    const lost = held;
    held = null;
    lost?.lose();
  };

  /** Takes the configured reader of those there are, or none. */
  const choose = (): void => {
    const wanted = options.readerName;
    const names = [...readers.keys()];
    const name =
      wanted === null
        ? names[0]
        : (names.find((one) => one === wanted) ?? names.find((one) => one.includes(wanted)));
    const next = name === undefined ? null : (readers.get(name) ?? null);
    if (next === current) return;
    loseCard();
    current = next;
    setMedia('unknown');
    setStatus({ state: next ? 'online' : 'powerOff' });
  };

  /**
   * Waits until the client has been silent for a moment. Its thread misses a stop that comes between an event and its
   * going back to waiting, and then blocks this whole process for a minute; so this is real time, on no other clock.
   */
  const quiet = async (): Promise<void> => {
    while (client !== null) {
      const left = lastEvent + QUIET_MS - performance.now();
      if (left <= 0) return;
      await sleep(left);
    }
  };

  const onReader = (reader: Reader): void => {
    lastEvent = performance.now();
    readers.set(reader.name(), reader);
    reader.on('change', (flags) => {
      lastEvent = performance.now();
      if (reader !== current) return;
      const events = flags.raw >>> 16;
      const present = flags.has(pcsc.ReaderStatus.PRESENT);
      if (!present || events !== cardEvents) held?.doubt();
      cardEvents = events;
      setMedia(present ? 'present' : 'notPresent');
    });
    reader.on('disconnect', () => {
      lastEvent = performance.now();
      readers.delete(reader.name());
      choose();
    });
    choose();
  };

  const stopClient = (): void => {
    const stopped = client;
    client = null;
    readers.clear();
    try {
      stopped?.stop();
    } catch {
      // the service has gone already: there is nothing left to stop
    }
    choose();
  };

  /** Starts monitoring; false when the service is not there. */
  const startClient = (lost: () => void): boolean => {
    const started = new pcsc.Client();
    started.on('reader', onReader);
    started.on('error', () => {
      if (started !== client) return;
      stopClient();
      lost();
    });
    client = started;
    lastEvent = performance.now();
    try {
      started.start();
      return true;
    } catch {
      stopClient();
      return false;
    }
  };

  /** Keeps a client running until closed. */
  const monitor = async (signal: AbortSignal): Promise<void> => {
    let wait = FIRST_RETRY_MS;
    while (!signal.aborted) {
      const lost = new AbortController();
      if (startClient(() => lost.abort())) {
        wait = FIRST_RETRY_MS;
        await aborted(AbortSignal.any([signal, lost.signal]));
      }
      if (signal.aborted) return;
      await clock.sleep(wait, signal);
      wait = Math.min(wait * 2, LONGEST_RETRY_MS);
    }
  };

  /** Waits until `check` answers something; it is asked again after every change of status or media. */
  const until = async <T>(
    check: () => DeviceResult<T> | null,
    command: CommandOptions,
  ): Promise<DeviceResult<T>> => {
    let look = (): void => undefined;
    const found = new Promise<DeviceResult<T>>((resolve) => {
      look = () => {
        const answer = check();
        if (answer !== null) resolve(answer);
      };
    });
    statusListeners.add(look);
    mediaListeners.add(look);
    look();
    try {
      return await bounded(found, clock, command, 'no card or reader came in time');
    } finally {
      statusListeners.delete(look);
      mediaListeners.delete(look);
    }
  };

  const reader: CardReader = {
    kind: 'cardReader',
    identity: () => ({ modelName: current?.name() ?? null, serialNumber: null, firmware: null }),
    status: () => status,
    onStatus(listener) {
      statusListeners.add(listener);
      return () => statusListeners.delete(listener);
    },
    media: () => media,
    onMedia(listener) {
      mediaListeners.add(listener);
      return () => mediaListeners.delete(listener);
    },
    async open(command) {
      if (closing.signal.aborted) {
        closing = new AbortController();
        setStatus({ state: 'starting' });
        void monitor(closing.signal);
      }
      const opened = await until(() => (current ? ok(undefined) : null), command);
      if (opened.ok || opened.error.code === 'canceled') return opened;
      if (!current) setStatus({ state: 'powerOff' });
      return cardError(
        'deviceNotReady',
        client ? 'the card reader is not connected' : 'the PC/SC service does not run',
      );
    },
    async close() {
      closing.abort();
      const leaving = held;
      held = null;
      await leaving?.release();
      await quiet();
      if (!closing.signal.aborted) return; // opened again meanwhile
      stopClient();
      setStatus({ state: 'offline' });
    },
    async selfTest() {
      if (!current) return cardError('deviceNotReady', 'the card reader is not connected');
      return ok(
        `${current.name()}: ${media === 'present' ? 'a card is in the field' : 'no card in the field'}`,
      );
    },
    async connect(command) {
      const started = clock.monotonic();
      for (;;) {
        const remaining = {
          timeoutMs: Math.max(1, command.timeoutMs - (clock.monotonic() - started)),
          signal: command.signal,
        };
        const ready = await until<Reader>(() => {
          if (!current) return cardError('deviceNotReady', 'the card reader is not connected');
          return media === 'present' ? ok(current) : null;
        }, remaining);
        if (!ready.ok) return ready;
        if (held) return cardError('cardInUse', 'the card is held already');
        const attempt = ready.value.connect(pcsc.CardMode.EXCLUSIVE, pcsc.Protocol.ANY).then(
          (card) => ok(card),
          (error: unknown) => connectError(error),
        );
        const connected = await bounded(attempt, clock, remaining, 'the card did not answer in time');
        if (!connected.ok) {
          void attempt.then((late) => (late.ok ? disconnectQuietly(late.value, pcsc) : undefined));
          // the card left between being seen and being held: the next one is waited for
          if (connected.error.code !== 'noMedia') return connected;
          if (clock.monotonic() - started >= command.timeoutMs)
            return cardError('timeOut', 'no card came in time');
          await clock.sleep(RETRY_CARD_MS, command.signal);
          continue;
        }
        const state = await bounded(
          connected.value.state().then(ok, (error: unknown) => connectError(error)),
          clock,
          remaining,
          'the card did not answer in time',
        );
        if (!state.ok) {
          await disconnectQuietly(connected.value, pcsc);
          return state.error.code === 'noMedia'
            ? cardError('cardRemoved', 'the card has been taken away')
            : state;
        }
        if (closing.signal.aborted || current !== ready.value) {
          await disconnectQuietly(connected.value, pcsc);
          return cardError('deviceNotReady', 'the card reader went');
        }
        const card = holdCard(connected.value, state.value.atr, pcsc, clock, () => {
          if (held === card) held = null;
        });
        held = card;
        return ok(card.connection);
      }
    },
  };
  return reader;
}

interface HeldCard {
  readonly connection: CardConnection;
  /** The card has gone. */
  lose(): void;
  /** News of a card that went may be of the one before: the service is asked whether this one is still there. */
  doubt(): void;
  release(): Promise<void>;
}

function holdCard(
  card: Card,
  atr: Uint8Array,
  pcsc: PcscModule,
  clock: DeviceClock,
  released: () => void,
): HeldCard {
  const removed = new AbortController();
  const buffer = new ArrayBuffer(RESPONSE_BUFFER);
  /** Settles when the command before has been answered, even if nobody waited for that any more. */
  let previous: Promise<unknown> = Promise.resolve();
  let open = true;
  const gone = aborted(removed.signal).then(() => cardError('cardRemoved', 'the card has been taken away'));

  const release = async (): Promise<void> => {
    if (!open) return;
    open = false;
    released();
    removed.abort();
    await disconnectQuietly(card, pcsc);
  };

  const lose = (): void => {
    // a connection that outlives its card keeps the reader taken, so it is closed here and now
    void release();
  };

  return {
    lose,
    doubt() {
      card.state().catch(lose);
    },
    release,
    connection: {
      atr: Uint8Array.from(atr),
      removed: removed.signal,
      release,
      async transmit(command, options) {
        if (options.signal.aborted) return cardError('canceled', 'the command was canceled');
        if (!open) return cardError('cardRemoved', 'the card is not held any more');
        const waiting = previous;
        const exchange = (async (): Promise<DeviceResult<Uint8Array>> => {
          await waiting;
          if (!open) return cardError('cardRemoved', 'the card is not held any more');
          try {
            const response = await card.transmit(command, buffer);
            // no card answers less than a status word; some drivers report one that left this way
            if (response.length < 2) return cardError('cardRemoved', 'the card has been taken away');
            return ok(Uint8Array.from(response));
          } catch (error) {
            return transmitError(error);
          }
        })();
        previous = exchange;
        const answer = await bounded(
          Promise.race([exchange, gone]),
          clock,
          options,
          'the card did not answer in time',
        );
        if (!answer.ok && answer.error.code === 'cardRemoved') lose();
        return answer;
      },
    },
  };
}

/** Gives the card up, powered down so that no access right stays open in it. */
async function disconnectQuietly(card: Card, pcsc: PcscModule): Promise<void> {
  try {
    await card.disconnect(pcsc.CardDisposition.RESET);
  } catch {
    // card, reader or service have gone: the connection is closed by that
  }
}

/** Lets the first of answer, time-out and cancel win; one of these for every APDU, so it is kept light. */
async function bounded<T>(
  work: Promise<DeviceResult<T>>,
  clock: DeviceClock,
  { timeoutMs, signal }: CommandOptions,
  late: string,
): Promise<DeviceResult<T>> {
  const canceled = cardError('canceled', 'the command was canceled');
  if (signal.aborted) return canceled;
  const over = new AbortController();
  let cancel = (): void => undefined;
  const abandoned = new Promise<DeviceResult<T>>((resolve) => {
    cancel = () => resolve(canceled);
    signal.addEventListener('abort', cancel, { once: true });
  });
  const expired = clock.sleep(timeoutMs, over.signal).then(() => cardError('timeOut', late));
  try {
    return await Promise.race([work, abandoned, expired]);
  } finally {
    over.abort();
    signal.removeEventListener('abort', cancel);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** The package's name for what went wrong (SCARD_E_… and SCARD_W_…). */
function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

function connectError(error: unknown): DeviceResult<never> {
  const code = errorCode(error);
  switch (code) {
    case 'SharingViolation':
      return cardError('cardInUse', 'another program holds the card');
    case 'NoSmartCard':
    case 'RemovedCard':
      return cardError('noMedia', 'there is no card in the reader');
    case 'UnpoweredCard':
    case 'UnresponsiveCard':
      return cardError('atrNotObtained', 'the card does not answer');
    case 'ProtoMismatch':
    case 'UnsupportedCard':
      return cardError('protocolNotSupported', 'the card speaks no protocol the reader knows');
    case 'NoService':
    case 'ServiceStopped':
    case 'CommError':
    case 'UnknownReader':
    case 'ReaderUnavailable':
      return cardError('deviceNotReady', `the card reader is not there (${code})`);
    default:
      return cardError('hardwareError', `the card reader reports ${code}`);
  }
}

function transmitError(error: unknown): DeviceResult<never> {
  const code = errorCode(error);
  switch (code) {
    // a card that leaves the field in the middle of an answer is reported as a failed transaction
    case 'NotTransacted':
    case 'RemovedCard':
    case 'NoSmartCard':
    case 'ReaderUnavailable':
    case 'NoCardConnection':
      return cardError('cardRemoved', 'the card has been taken away');
    case 'ResetCard':
    case 'UnpoweredCard':
      return cardError('cardRemoved', 'the card was reset and its session is lost');
    default:
      return cardError('hardwareError', `the card reader reports ${code}`);
  }
}

const ACTION: Partial<Readonly<Record<DeviceErrorCode, StaffAction>>> = {
  hardwareError: 'maintenance',
  deviceNotReady: 'reset',
  protocolNotSupported: 'configuration',
  cardInUse: 'configuration',
};

function cardError(code: DeviceErrorCode, message: string): DeviceResult<never> {
  return fail({ device: 'cardReader', code, action: ACTION[code] ?? 'suspend', message });
}

/** The longest extended response and its status word; the package's own buffer is far shorter. */
const RESPONSE_BUFFER = 65538;
/** Services look at the field a few times a second; until then a card that has left still seems to be there. */
const RETRY_CARD_MS = 100;
const QUIET_MS = 100;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;
