/**
 * A virtual endorsement unit: the far end of the serial protocol, with motor, shutter, bin and thermal rewrite head.
 * It moves the card of the machine's card unit and draws on its back what the raster says.
 */
import { drawing } from '../devices/drawing.ts';
import {
  ACK,
  bytesPerRow,
  commands,
  createFrameReader,
  decodeRasterRows,
  encodeFrame,
  encodeIdentity,
  encodeReply,
  type Frame,
  NAK,
  PROGRESS,
  REPLY,
  type ResultName,
  type UnitStatus,
} from '../devices/endorsement-printer/protocol.ts';
import type { CardUnit, VirtualCard } from './card-unit.ts';
import type { VirtualSerialDevice } from './serialport.ts';

/** What can be wrong with the unit. */
export const endorsementPrinterFaults = [
  /** Nothing moves any more. */
  'jam',
  'overTemperature',
  /** The picture on the card does not come out as sent. */
  'verifyFailed',
  'coverOpen',
  'binFull',
  'binHigh',
  'headWorn',
  'headFault',
  /** The power goes half way through the next print and stays away until the fault is taken back. */
  'powerLostMidPrint',
  /** Every frame is refused. */
  'nak',
  /** Every second frame of the unit is damaged on the line. */
  'crcErrors',
  'silent',
] as const;
export type EndorsementPrinterFault = (typeof endorsementPrinterFaults)[number];

export interface EndorsementPrinterMockClock {
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface VirtualEndorsementPrinterOptions {
  readonly cardUnit: CardUnit;
  readonly clock: EndorsementPrinterMockClock;
  /** 1 = as fast as a real unit (about 30 s for a rewrite), 20 = twenty times as fast. */
  readonly speed: number;
  /** How often a card was rewritten before; `null`: the unit cannot tell. Default 0. */
  readonly rewriteCount?: (card: VirtualCard) => number | null;
}

export interface VirtualEndorsementPrinter extends VirtualSerialDevice {
  setFault(fault: EndorsementPrinterFault, active: boolean): void;
  activeFaults(): readonly EndorsementPrinterFault[];
  /** What the unit is doing, for whoever watches it. */
  activity(): 'idle' | 'waitingForCard' | 'moving' | 'erasing' | 'printing' | 'verifying' | 'withoutPower';
  onChange(listener: () => void): () => void;
}

/** Milliseconds at speed 1. */
const durations = {
  draw: 900,
  eject: 800,
  retain: 1_500,
  erase: 8_000,
  print: 18_000,
  verify: 2_500,
  reset: 300,
};
const progressSteps = 20;

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly bits: Uint8Array;
  readonly rowsLoaded: Uint8Array;
}

type Outcome = ResultName | { readonly data: Uint8Array };

/** A unit with power on and nothing wrong, its motor attached to `cardUnit`. */
export function createVirtualEndorsementPrinter(
  options: VirtualEndorsementPrinterOptions,
): VirtualEndorsementPrinter {
  const { cardUnit, clock, speed } = options;
  const faults = new Set<EndorsementPrinterFault>();
  const listeners = new Set<() => void>();
  const rewrites = new WeakMap<VirtualCard, number | null>();
  const reader = createFrameReader();
  let send: ((bytes: Uint8Array) => void) | null = null;
  let powered = true;
  let activity: ReturnType<VirtualEndorsementPrinter['activity']> = 'idle';
  let shutterOpen = false;
  let picture: Picture | null = null;
  let under: { readonly frame: Frame; readonly stop: AbortController } | null = null;
  let kept: { readonly command: number; readonly sequence: number; readonly reply: Uint8Array } | null = null;
  let lastSent = new Uint8Array(0);
  let framesSent = 0;

  const announce = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const become = (next: typeof activity): void => {
    activity = next;
    announce();
  };

  const transmit = (bytes: Uint8Array): void => {
    if (powered && !faults.has('silent')) send?.(bytes);
  };
  const transmitFrame = (bytes: Uint8Array): void => {
    lastSent = Uint8Array.from(bytes);
    framesSent += 1;
    if (faults.has('crcErrors') && framesSent % 2 === 1) {
      const damaged = Uint8Array.from(bytes);
      damaged[damaged.length - 3] = (damaged[damaged.length - 3] ?? 0) ^ 0x5a;
      transmit(damaged);
    } else transmit(bytes);
  };

  const binLevel = (): number => cardUnit.retained().length;
  const binFull = (): boolean => faults.has('binFull') || binLevel() >= cardUnit.binCapacity;

  const status = (): UnitStatus => ({
    position: faults.has('jam') ? 'unknown' : cardUnit.position(),
    flags: {
      shutterOpen,
      coverOpen: faults.has('coverOpen'),
      jam: faults.has('jam'),
      binFull: binFull(),
      binHigh: faults.has('binHigh') || binLevel() * 5 > cardUnit.binCapacity * 4,
      headTooHot: faults.has('overTemperature'),
      busy: under !== null,
      headWorn: faults.has('headWorn'),
    },
    headTemperature: faults.has('overTemperature') ? 96 : activity === 'printing' ? 71 : 34,
    retainedCards: binLevel(),
  });

  const countOf = (card: VirtualCard): number | null => {
    const counted = rewrites.get(card);
    if (counted !== undefined) return counted;
    return options.rewriteCount === undefined ? 0 : options.rewriteCount(card);
  };

  const last = (ms: number, signal: AbortSignal): Promise<void> => clock.sleep(ms / speed, signal);

  const obstacle = (): ResultName | null =>
    faults.has('coverOpen') ? 'coverOpen' : faults.has('jam') ? 'jam' : null;

  const accept = async (data: Uint8Array, signal: AbortSignal): Promise<Outcome> => {
    const seconds = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
    if (data.length !== 2 || seconds === 0) return 'badData';
    if (cardUnit.position() === 'inside') return 'ok';
    shutterOpen = true;
    become('waitingForCard');
    const came = new AbortController();
    const stopWatching = cardUnit.onChange((change) => change.type === 'inserted' && came.abort());
    if (cardUnit.position() === 'atSlot') came.abort();
    await clock.sleep(seconds * 1000, AbortSignal.any([signal, came.signal]));
    stopWatching();
    shutterOpen = false;
    if (signal.aborted) return 'canceled';
    if (!came.signal.aborted) return 'timeOut';
    become('moving');
    await last(durations.draw, signal);
    if (obstacle() === 'jam') return 'jam';
    return cardUnit.draw() ? 'ok' : 'noCard';
  };

  const move = async (ms: number, signal: AbortSignal, act: () => ResultName): Promise<Outcome> => {
    become('moving');
    await last(ms, signal);
    return obstacle() ?? act();
  };

  const erase = async (signal: AbortSignal): Promise<Outcome> => {
    const card = cardUnit.card();
    if (card === null || cardUnit.position() !== 'inside') return 'noCard';
    if (faults.has('overTemperature')) return 'overTemperature';
    become('erasing');
    await last(durations.erase, signal);
    if (signal.aborted) return 'canceled';
    const wrong = obstacle();
    if (wrong !== null) return wrong;
    cardUnit.printBack(blankBack());
    return 'ok';
  };

  const print = async (frame: Frame, signal: AbortSignal): Promise<Outcome> => {
    const card = cardUnit.card();
    if (card === null || cardUnit.position() !== 'inside') return 'noCard';
    const loaded = picture;
    if (loaded === null || loaded.rowsLoaded.includes(0)) return 'rasterIncomplete';
    become('printing');
    for (let step = 1; step <= progressSteps; step += 1) {
      await last(durations.print / progressSteps, signal);
      if (!powered) return 'canceled';
      const share = step / progressSteps;
      const wrong: ResultName | null = signal.aborted
        ? 'canceled'
        : faults.has('overTemperature')
          ? 'overTemperature'
          : faults.has('headFault')
            ? 'headFault'
            : obstacle();
      const powerGoes = faults.has('powerLostMidPrint') && share >= 0.5;
      if (wrong !== null || powerGoes) {
        cardUnit.printBack(drawBack(loaded, share, false));
        if (powerGoes) losePower();
        return wrong ?? 'canceled';
      }
      const percent = Uint8Array.of(Math.round(share * 100));
      transmitFrame(encodeFrame({ command: PROGRESS, sequence: frame.sequence, data: percent }));
    }
    const count = countOf(card);
    rewrites.set(card, count === null ? null : count + 1);
    cardUnit.printBack(drawBack(loaded, 1, faults.has('verifyFailed')));
    return 'ok';
  };

  const execute = async (frame: Frame, signal: AbortSignal): Promise<Outcome> => {
    switch (frame.command) {
      case commands.status:
        return { data: new Uint8Array(0) };
      case commands.identity:
        return {
          data: encodeIdentity({
            modelName: 'ERU-300 virtual',
            serialNumber: 'ERU300-000017',
            firmware: '1.0.4',
          }),
        };
      case commands.reset:
        picture = null;
        await last(durations.reset, signal);
        return obstacle() ?? 'ok';
      case commands.accept:
        return obstacle() ?? (await accept(frame.data, signal));
      case commands.eject:
        return (
          obstacle() ??
          (await move(durations.eject, signal, () =>
            cardUnit.position() === 'atSlot' || cardUnit.eject() ? 'ok' : 'noCard',
          ))
        );
      case commands.retain:
        if (binFull()) return 'binFull';
        return (
          obstacle() ??
          (await move(durations.retain, signal, () => {
            const how = cardUnit.retain();
            return how === 'retained' ? 'ok' : how;
          }))
        );
      case commands.erase:
        return obstacle() ?? (await erase(signal));
      case commands.loadRaster:
        return load(frame.data);
      case commands.print:
        return obstacle() ?? (await print(frame, signal));
      case commands.verify:
        if (cardUnit.position() !== 'inside') return 'noCard';
        become('verifying');
        await last(durations.verify, signal);
        if (signal.aborted) return 'canceled';
        return faults.has('verifyFailed') ? 'verifyFailed' : (obstacle() ?? 'ok');
      case commands.rewriteCount: {
        const card = cardUnit.card();
        if (card === null || cardUnit.position() !== 'inside') return 'noCard';
        const count = countOf(card) ?? 0xffff;
        return { data: Uint8Array.of(count >> 8, count & 0xff) };
      }
      default:
        return 'unknownCommand';
    }
  };

  const load = (data: Uint8Array): Outcome => {
    const decoded = decodeRasterRows(data);
    if (!decoded.ok) return 'badData';
    const { width, height, firstRow, rows } = decoded.value;
    const stride = bytesPerRow(width);
    if (picture?.width !== width || picture.height !== height) {
      picture = { width, height, bits: new Uint8Array(stride * height), rowsLoaded: new Uint8Array(height) };
    }
    picture.bits.set(rows, firstRow * stride);
    picture.rowsLoaded.fill(1, firstRow, firstRow + rows.length / stride);
    return 'ok';
  };

  const replyTo = (frame: Frame, outcome: Outcome): Uint8Array =>
    encodeFrame({
      command: frame.command | REPLY,
      sequence: frame.sequence,
      data: encodeReply({
        result: typeof outcome === 'string' ? outcome : 'ok',
        status: status(),
        data: typeof outcome === 'string' ? new Uint8Array(0) : outcome.data,
      }),
    });

  const perform = async (frame: Frame): Promise<void> => {
    const stop = new AbortController();
    const mine = { frame, stop };
    under = mine;
    const outcome = await execute(frame, stop.signal);
    if (under !== mine) return;
    under = null;
    if (powered) become('idle');
    const reply = replyTo(frame, outcome);
    kept = { command: frame.command, sequence: frame.sequence, reply };
    transmitFrame(reply);
  };

  const handle = (frame: Frame): void => {
    if (faults.has('nak')) {
      transmit(Uint8Array.of(NAK));
      return;
    }
    transmit(Uint8Array.of(ACK));
    if (under !== null) {
      if (frame.command === under.frame.command && frame.sequence === under.frame.sequence) return;
      if (frame.command === commands.cancel) {
        transmitFrame(replyTo(frame, 'ok'));
        under.stop.abort();
      } else if (frame.command === commands.status || frame.command === commands.identity) {
        const answering = new AbortController();
        execute(frame, answering.signal).then((outcome) => transmitFrame(replyTo(frame, outcome)));
      } else transmitFrame(replyTo(frame, 'busy'));
      return;
    }
    if (kept?.command === frame.command && kept.sequence === frame.sequence) transmitFrame(kept.reply);
    else if (frame.command === commands.cancel) transmitFrame(replyTo(frame, 'ok'));
    else perform(frame);
  };

  const losePower = (): void => {
    powered = false;
    under?.stop.abort();
    under = null;
    kept = null;
    picture = null;
    shutterOpen = false;
    reader.reset();
    become('withoutPower');
  };

  return {
    connected(to) {
      send = to;
      reader.reset();
    },
    disconnected() {
      send = null;
    },
    receive(bytes) {
      if (!powered || faults.has('silent')) return;
      for (const item of reader.push(bytes)) {
        if (item.kind === 'frame') handle(item.frame);
        else if (item.kind === 'broken') transmit(Uint8Array.of(NAK));
        else if (item.kind === 'nak' && lastSent.length > 0) transmitFrame(lastSent);
      }
    },
    setFault(fault, active) {
      if (faults.has(fault) === active) return;
      if (active) faults.add(fault);
      else faults.delete(fault);
      if (fault === 'powerLostMidPrint' && !active && !powered) {
        powered = true;
        become('idle');
      } else announce();
    },
    activeFaults: () => [...faults],
    activity: () => activity,
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** The empty rewrite film: milky white. */
const film = [0xf4, 0xf6, 0xf4] as const;
const ink = [0x14, 0x22, 0x38] as const;
const filmSize = { width: 944, height: 568 };

function blankBack(): Uint8Array {
  const canvas = drawing().createCanvas(filmSize.width, filmSize.height);
  const context = canvas.getContext('2d');
  context.fillStyle = `rgb(${film.join(' ')})`;
  context.fillRect(0, 0, filmSize.width, filmSize.height);
  return canvas.toBuffer('image/png');
}

/** PNG of the card's back after `share` (0..1) of the rows; `damaged` leaves out stripes as a bad head does. */
function drawBack(picture: Picture, share: number, damaged: boolean): Uint8Array {
  const canvas = drawing().createCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  const image = context.createImageData(picture.width, picture.height);
  const stride = bytesPerRow(picture.width);
  const rows = Math.floor(picture.height * share);
  for (let y = 0; y < picture.height; y += 1) {
    for (let x = 0; x < picture.width; x += 1) {
      const bit = ((picture.bits[y * stride + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
      const dark = bit === 1 && y < rows && !(damaged && x % 97 < 19);
      image.data.set(dark ? ink : film, (y * picture.width + x) * 4);
      image.data[(y * picture.width + x) * 4 + 3] = 0xff;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas.toBuffer('image/png');
}
