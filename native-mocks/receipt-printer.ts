/**
 * A virtual 80 mm kiosk printer: takes ESC/POS bytes from its serial line, prints them dot by dot on paper 576 dots
 * wide, cuts, presents, and answers status requests, the way the manuals of such printers say.
 */
import { createRequire } from 'node:module';
import iconv from 'iconv-lite';
import encodeQR from 'qr';
import { drawing } from '../devices/drawing.ts';
import { printFont } from '../devices/print-fonts.ts';
import { fullStatusBits, realTimeBits, statusBackBits } from '../devices/receipt-printer/status.ts';
import type { VirtualSerialDevice } from './serialport.ts';

export const receiptPrinterFaults = [
  'paperOut',
  'paperLow',
  'coverOpen',
  /** The blade sticks at the next cut. */
  'cutterError',
  'overTemperature',
  'offline',
  /** Goes dead after the next 400 bytes, until the fault is taken back. */
  'silentAfterBytes',
  /** Nobody takes what hangs out. */
  'ticketNotTaken',
  /** A ticket at the output can neither be presented nor drawn in. */
  'presenterJam',
] as const;
export type ReceiptPrinterFault = (typeof receiptPrinterFaults)[number];

/** One cut piece of paper. */
export interface PrintedTicket {
  /** Counts from 1. */
  readonly number: number;
  /** Picture of the paper, 640 pixels wide, 8 to the millimetre. */
  readonly png: Uint8Array;
  /** What was printed as characters; text printed as a picture is not in it. */
  readonly text: string;
  readonly place: 'cut' | 'atOutput' | 'taken' | 'retracted';
}

export interface ReceiptPrinterMockClock {
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface VirtualReceiptPrinterOptions {
  readonly clock: ReceiptPrinterMockClock;
  /** 1 = 200 mm a second, as a real printer. */
  readonly speed: number;
}

export interface VirtualReceiptPrinter extends VirtualSerialDevice {
  setFault(fault: ReceiptPrinterFault, active: boolean): void;
  activeFaults(): readonly ReceiptPrinterFault[];
  /** The last tickets, oldest first. */
  tickets(): readonly PrintedTicket[];
  /** The hand takes the ticket at the output. `null`: none there, or nobody comes. */
  take(): PrintedTicket | null;
  onChange(listener: () => void): () => void;
  /** Bytes that were no command the printer knows. */
  unknownBytes(): number;
  /** Printing, or with bytes waiting. */
  busy(): boolean;
}

const dots = 576;
const paperWidth = 640;
const rowsPerSecond = 1600;
const cutMs = 350;
const presentMs = 600;
const keptTickets = 30;
const silentAfter = 400;
const ESC = 0x1b;
const FS = 0x1c;
const GS = 0x1d;
const DLE = 0x10;

/** One row of the paper: 1 = burnt. */
type Row = Uint8Array;
interface Glyph {
  readonly width: number;
  readonly rows: readonly Row[];
}
type Job = () => number | 'error';

/** A printer with paper, closed, on line. `loadPrintFonts` must have run. */
export function createVirtualReceiptPrinter(options: VirtualReceiptPrinterOptions): VirtualReceiptPrinter {
  const { clock, speed } = options;
  const faults = new Set<ReceiptPrinterFault>();
  const listeners = new Set<() => void>();
  const never = new AbortController().signal;
  let send: ((bytes: Uint8Array) => void) | null = null;
  let pending: number[] = [];
  let queue: Job[] = [];
  let running = false;
  let unknown = 0;
  let bytesUntilSilent = silentAfter;
  let statusBackOn = false;
  let lastStatusBack = '';
  let cutterStuck = false;

  let paper: Row[] = [];
  let text = '';
  let line: { glyphs: Glyph[]; text: string } = { glyphs: [], text: '' };
  let style = plainStyle();
  const symbol = { height: 162, module: 3, textBelow: false, qrModule: 3, qrLevel: 48, qrData: '' };
  let tickets: PrintedTicket[] = [];
  let number = 0;

  const announce = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const dead = (): boolean => faults.has('silentAfterBytes') && bytesUntilSilent <= 0;
  const answer = (...bytes: number[]): void => {
    if (!dead()) send?.(Uint8Array.from(bytes));
  };
  const out = (): PrintedTicket | undefined => tickets.find((ticket) => ticket.place === 'atOutput');
  const stopped = (): boolean =>
    faults.has('paperOut') ||
    faults.has('coverOpen') ||
    faults.has('offline') ||
    faults.has('overTemperature') ||
    cutterStuck ||
    dead();

  const bits = (...on: readonly (readonly [boolean, number])[]): number =>
    on.reduce((sum, [is, bit]) => (is ? sum | bit : sum), 0);

  const realTime = (request: number): number => {
    const [paperOut, hot] = [faults.has('paperOut'), faults.has('overTemperature')];
    const jam = faults.has('presenterJam') && out() !== undefined;
    switch (request) {
      case 1:
        return 0x12 | bits([stopped(), realTimeBits[1].offline]);
      case 2:
        return (
          0x12 |
          bits(
            [faults.has('coverOpen'), realTimeBits[2].coverOpen],
            [paperOut, realTimeBits[2].stoppedByPaperEnd],
            [hot || cutterStuck || jam, realTimeBits[2].error],
          )
        );
      case 3:
        return (
          0x12 |
          bits(
            [cutterStuck, realTimeBits[3].cutter],
            [hot, realTimeBits[3].autoRecoverable],
            [jam, realTimeBits[3].recoverable],
          )
        );
      default:
        return (
          0x12 |
          bits(
            [faults.has('paperLow') || paperOut, realTimeBits[4].nearEnd],
            [paperOut, realTimeBits[4].paperEnd],
          )
        );
    }
  };

  const fullStatus = (): number[] => {
    const [paperBits, user, recoverable, unrecoverable] = fullStatusBits;
    return [
      bits(
        [faults.has('paperOut'), paperBits.paperEnd],
        [faults.has('paperLow') || faults.has('paperOut'), paperBits.nearEnd],
        [out() !== undefined, paperBits.ticketAtOutput],
      ),
      bits([faults.has('coverOpen'), user.coverOpen | user.headUp], [running, user.motor]),
      bits(
        [faults.has('overTemperature'), recoverable.headTemperature],
        [faults.has('presenterJam') && out() !== undefined, recoverable.paperJam],
      ),
      bits([cutterStuck, unrecoverable.cutter]),
    ];
  };

  const statusBack = (): number[] => {
    const [printer, error, paperBits] = statusBackBits;
    return [
      0x10 | bits([stopped(), printer.offline], [faults.has('coverOpen'), printer.coverOpen]),
      bits(
        [cutterStuck, error.cutter],
        [faults.has('overTemperature'), error.autoRecoverable],
        [faults.has('presenterJam') && out() !== undefined, error.recoverable],
      ),
      bits(
        [faults.has('paperLow') || faults.has('paperOut'), paperBits.nearEnd],
        [faults.has('paperOut'), paperBits.paperEnd],
      ),
      0,
    ];
  };

  const changed = (): void => {
    const now = statusBack();
    if (statusBackOn && now.join() !== lastStatusBack) answer(...now);
    lastStatusBack = now.join();
    announce();
  };

  const burn = (rows: readonly Row[]): number => {
    paper.push(...rows);
    return (rows.length / rowsPerSecond) * 1000;
  };
  const feed = (rows: number): Row[] => Array.from({ length: rows }, () => new Uint8Array(dots));

  const printLine = (): number => {
    const { glyphs } = line;
    text += `${line.text}\n`;
    line = { glyphs: [], text: '' };
    const height = Math.max(0, ...glyphs.map((glyph) => glyph.rows.length));
    const rows = feed(Math.max(style.spacing, height));
    const width = glyphs.reduce((sum, glyph) => sum + glyph.width, 0);
    let x = style.centred ? Math.max(0, Math.floor((dots - width) / 2)) : 0;
    for (const glyph of glyphs) {
      for (const [y, source] of glyph.rows.entries()) {
        rows[height - glyph.rows.length + y]?.set(source.subarray(0, Math.max(0, dots - x)), x);
      }
      x += glyph.width;
    }
    return burn(rows);
  };

  const addCharacter = (character: string): number => {
    const glyph = glyphOf(character, style);
    const used = line.glyphs.reduce((sum, each) => sum + each.width, 0);
    const took = used + glyph.width > dots ? printLine() : 0;
    line.glyphs.push(glyph);
    line.text += character;
    return took;
  };

  const printPattern = (rows: readonly Row[]): number => {
    const width = rows[0]?.length ?? 0;
    const x = style.centred ? Math.max(0, Math.floor((dots - width) / 2)) : 0;
    return burn(
      rows.map((row) => {
        const whole = new Uint8Array(dots);
        whole.set(row.subarray(0, dots - x), x);
        return whole;
      }),
    );
  };

  const moveTicket = (from: PrintedTicket['place'], to: PrintedTicket['place']): void => {
    tickets = tickets.map((ticket) => (ticket.place === from ? { ...ticket, place: to } : ticket));
  };

  const cut = (): number | 'error' => {
    if (faults.has('cutterError')) {
      cutterStuck = true;
      return 'error';
    }
    if (line.glyphs.length > 0) printLine();
    if (paper.some((row) => row.includes(1))) {
      number += 1;
      tickets = [...tickets, { number, png: drawPaper(paper), text, place: 'cut' as const }].slice(
        -keptTickets,
      );
    }
    paper = [];
    text = '';
    return cutMs;
  };

  const eject = (how: number): number => {
    const jammed = faults.has('presenterJam');
    if (how === 3) {
      if (!jammed) moveTicket('atOutput', 'taken');
      moveTicket('cut', 'atOutput');
    } else if (how === 2 && !jammed) {
      moveTicket('atOutput', 'retracted');
      moveTicket('cut', 'retracted');
    } else if (how === 5 && !jammed) {
      moveTicket('atOutput', 'taken');
      moveTicket('cut', 'taken');
    }
    changed();
    return presentMs;
  };

  /** Reads one command off the front of what came. `more`: it is not complete yet. */
  const step = (): 'more' | 'done' => {
    const [first, second, third] = pending;
    if (first === undefined) return 'more';
    const need = (count: number, act: (bytes: readonly number[]) => void): 'more' | 'done' => {
      if (pending.length < count) return 'more';
      act(pending.splice(0, count));
      return 'done';
    };
    const later = (count: number, job: (bytes: readonly number[]) => number | 'error'): 'more' | 'done' =>
      need(count, (bytes) => queue.push(() => job(bytes)));
    const setting = (count: number, set: (bytes: readonly number[]) => void): 'more' | 'done' =>
      later(count, (bytes) => {
        set(bytes);
        return 0;
      });
    const drop = (count: number): 'done' => {
      unknown += count;
      pending.splice(0, count);
      return 'done';
    };

    if (first === 0x0a) return later(1, printLine);
    if (first === DLE) {
      if (second === undefined || third === undefined) return 'more';
      if (second === 0x04 && third >= 1 && third <= 4) return need(3, () => answer(realTime(third)));
      if (second === 0x04 && third === 20) return need(3, () => answer(DLE, 0x0f, ...fullStatus()));
      if (second === 0x05) return need(3, () => {});
      if (second === 0x14 && third === 8) {
        return need(10, () => {
          queue = [];
          line = { glyphs: [], text: '' };
          answer(0x37, 0x25, 0x00);
        });
      }
      return drop(1);
    }
    if (first === ESC) {
      if (second === undefined) return 'more';
      if (second === 0x40) {
        return setting(2, () => {
          style = plainStyle();
          line = { glyphs: [], text: '' };
        });
      }
      if (second === 0x33) return setting(3, ([, , n = 30]) => (style.spacing = n));
      if (second === 0x61) return setting(3, ([, , n]) => (style.centred = n === 1 || n === 0x31));
      if (second === 0x45) return setting(3, ([, , n = 0]) => (style.bold = (n & 1) === 1));
      if (second === 0x64) return later(3, ([, , n = 0]) => burn(feed(n * style.spacing)));
      if (second === 0x4a) return later(3, ([, , n = 0]) => burn(feed(n)));
      return drop(1);
    }
    if (first === FS) {
      if (second === undefined) return 'more';
      if (second === 0x26) return setting(2, () => (style.chinese = true));
      if (second === 0x2e) return setting(2, () => (style.chinese = false));
      if (second === 0x57) return setting(3, ([, , n = 0]) => (style.chineseLarge = (n & 1) === 1));
      return drop(1);
    }
    if (first === GS) {
      if (second === undefined || third === undefined) return 'more';
      if (second === 0x21) {
        return setting(3, ([, , n = 0]) => {
          style.wide = n & 0x70 ? 2 : 1;
          style.high = n & 0x07 ? 2 : 1;
        });
      }
      if (second === 0x56) return later(third === 65 || third === 66 ? 4 : 3, cut);
      if (second === 0x65) return later(third === 3 ? 4 : 3, () => eject(third));
      if (second === 0x68) return setting(3, ([, , n = 0]) => (symbol.height = n));
      if (second === 0x77) return setting(3, ([, , n = 0]) => (symbol.module = n));
      if (second === 0x48) return setting(3, ([, , n = 0]) => (symbol.textBelow = (n & 2) === 2));
      if (second === 0x61) {
        return need(3, () => {
          statusBackOn = third !== 0;
          lastStatusBack = statusBack().join();
          if (statusBackOn) answer(...statusBack());
        });
      }
      if (second === 0x72) {
        return setting(3, () =>
          answer(
            bits([faults.has('paperLow') || faults.has('paperOut'), 0x03], [faults.has('paperOut'), 0x0c]),
          ),
        );
      }
      if (second === 0x6b && third === 73) {
        const length = pending[3];
        if (length === undefined) return 'more';
        return later(4 + length, (bytes) => {
          const content = String.fromCharCode(...bytes.slice(4))
            .replace(/^\{[ABC]/, '')
            .replaceAll('{{', '{');
          text += `[code128 ${content}]\n`;
          const took = printPattern(
            symbolOrNothing(() => barcodeRows(content, symbol.module, symbol.height)),
          );
          return symbol.textBelow ? took + printCentred(content) : took;
        });
      }
      if (second === 0x28) {
        const [, , , low, high] = pending;
        if (low === undefined || high === undefined) return 'more';
        return later(5 + low + high * 256, (bytes) => extended(third, bytes.slice(5)));
      }
      if (second === 0x76 && third === 0x30) {
        const [, , , , xLow, xHigh, yLow, yHigh] = pending;
        if (xLow === undefined || xHigh === undefined || yLow === undefined || yHigh === undefined)
          return 'more';
        const stride = xLow + xHigh * 256;
        const rows = yLow + yHigh * 256;
        return later(8 + stride * rows, (bytes) => printPattern(rasterRows(bytes.slice(8), stride, rows)));
      }
      return drop(1);
    }
    if (first < 0x20) return drop(1);
    if (first < 0x80) return later(1, () => addCharacter(String.fromCharCode(first)));
    if (second === undefined) return 'more';
    if (second >= 0x30 && second <= 0x39) return later(4, () => addCharacter('�'));
    return later(2, (bytes) =>
      addCharacter(style.chinese ? iconv.decode(Buffer.from(bytes), 'gb18030') : '�'),
    );
  };

  const printCentred = (content: string): number => {
    const before = style;
    style = { ...plainStyle(), centred: true, spacing: 28 };
    for (const character of content) addCharacter(character);
    line.text = '';
    const took = printLine();
    style = before;
    return took;
  };

  /** The `GS (` families: `k` symbols, `H` process id. */
  const extended = (family: number, data: readonly number[]): number => {
    if (family === 0x48) {
      const [m, fn, ...id] = data;
      if (m === 0x30 && fn === 0x30 && id.length === 4) answer(0x37, 0x22, ...id, 0x00);
      return 0;
    }
    if (family !== 0x6b || data[0] !== 0x31) return 0;
    const [, fn, n = 0] = data;
    if (fn === 0x43) symbol.qrModule = n;
    else if (fn === 0x45) symbol.qrLevel = n;
    else if (fn === 0x50) symbol.qrData = new TextDecoder().decode(Uint8Array.from(data.slice(3)));
    else if (fn === 0x51 && symbol.qrData !== '') {
      text += `[qr ${symbol.qrData}]\n`;
      return printPattern(symbolOrNothing(() => qrRows(symbol.qrData, symbol.qrLevel, symbol.qrModule)));
    }
    return 0;
  };

  const run = async (): Promise<void> => {
    if (running) return;
    running = true;
    let owed = 0;
    while (queue.length > 0 && !stopped()) {
      const job = queue.shift();
      const took = job?.() ?? 0;
      if (took === 'error') {
        changed();
        break;
      }
      owed += took / speed;
      if (owed >= 4) {
        announce();
        await clock.sleep(owed, never);
        owed = 0;
      }
    }
    running = false;
    announce();
  };

  return {
    connected(to) {
      send = to;
    },
    disconnected() {
      send = null;
      statusBackOn = false;
    },
    receive(bytes) {
      for (const byte of bytes) {
        if (faults.has('silentAfterBytes')) {
          if (bytesUntilSilent <= 0) return;
          bytesUntilSilent -= 1;
        }
        pending.push(byte);
      }
      while (step() === 'done');
      run();
    },
    setFault(fault, active) {
      if (faults.has(fault) === active) return;
      if (active) faults.add(fault);
      else faults.delete(fault);
      if (fault === 'silentAfterBytes') {
        bytesUntilSilent = silentAfter;
        // It comes back as after power off and on: nothing is remembered.
        if (!active) {
          pending = [];
          queue = [];
          line = { glyphs: [], text: '' };
        }
      }
      if (fault === 'cutterError' && !active) cutterStuck = false;
      changed();
      run();
    },
    activeFaults: () => [...faults],
    tickets: () => tickets,
    take() {
      const ticket = out();
      if (ticket === undefined || faults.has('ticketNotTaken') || faults.has('presenterJam')) return null;
      moveTicket('atOutput', 'taken');
      changed();
      return { ...ticket, place: 'taken' };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    unknownBytes: () => unknown,
    busy: () => running || queue.length > 0 || pending.length > 0,
  };
}

interface Style {
  spacing: number;
  centred: boolean;
  bold: boolean;
  wide: 1 | 2;
  high: 1 | 2;
  chinese: boolean;
  chineseLarge: boolean;
}

function plainStyle(): Style {
  return { spacing: 30, centred: false, bold: false, wide: 1, high: 1, chinese: true, chineseLarge: false };
}

const cell = 24;
const glyphs = new Map<string, readonly Row[]>();

/** The character as the printer's own font has it: 24 dots high, 12 or 24 wide, enlarged by doubling dots. */
function glyphOf(character: string, style: Style): Glyph {
  const narrow = (character.codePointAt(0) ?? 0) < 0x80;
  const width = narrow ? cell / 2 : cell;
  const enlarged = !narrow && style.chineseLarge;
  const [wide, high] = enlarged ? [2, 2] : [style.wide, style.high];
  const base = fontRows(character, width, style.bold);
  const rows: Row[] = [];
  for (const row of base) {
    const stretched = new Uint8Array(width * wide);
    for (let x = 0; x < stretched.length; x += 1) stretched[x] = row[Math.floor(x / wide)] ?? 0;
    for (let copy = 0; copy < high; copy += 1) rows.push(stretched);
  }
  return { width: width * wide, rows };
}

function fontRows(character: string, width: number, bold: boolean): readonly Row[] {
  const key = `${bold ? 'b' : 'n'}${width}${character}`;
  const known = glyphs.get(key);
  if (known) return known;
  const canvas = drawing().createCanvas(width, cell);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, cell);
  context.fillStyle = '#000';
  context.font = printFont(22, bold);
  const natural = context.measureText(character).width;
  const squeeze = natural > width ? width / natural : 1;
  context.setTransform(squeeze, 0, 0, 1, (width - natural * squeeze) / 2, 0);
  context.fillText(character, 0, 19);
  const { data } = context.getImageData(0, 0, width, cell);
  const rows = Array.from({ length: cell }, (_, y) =>
    Uint8Array.from({ length: width }, (_, x) => ((data[(y * width + x) * 4] ?? 255) < 150 ? 1 : 0)),
  );
  glyphs.set(key, rows);
  return rows;
}

/** A printer leaves out a symbol whose data does not fit it. */
function symbolOrNothing(draw: () => Row[]): Row[] {
  try {
    return draw();
  } catch {
    return [];
  }
}

/** Read when the first bar code is printed: a megabyte of symbologies, which no start should wait for. */
const symbologies = (): typeof import('bwip-js/node') => createRequire(import.meta.url)('bwip-js/node');

function barcodeRows(content: string, module: number, height: number): Row[] {
  const [drawn] = symbologies().raw({ bcid: 'code128', text: content });
  // The package's types know of several kinds of symbol; a linear one has its bar and space widths in `sbs`.
  const widths: readonly number[] = drawn !== undefined && 'sbs' in drawn ? (drawn.sbs as number[]) : [];
  const row: number[] = [];
  for (const [index, width] of widths.entries()) {
    for (let dot = 0; dot < width * module; dot += 1) row.push(index % 2 === 0 ? 1 : 0);
  }
  return Array.from({ length: height }, () => Uint8Array.from(row));
}

function qrRows(content: string, level: number, module: number): Row[] {
  const ecc = (['low', 'medium', 'quartile', 'high'] as const)[level - 48] ?? 'low';
  // The package cannot leave its quiet zone out; printers leave it to the paper.
  const modules = encodeQR(content, 'raw', { ecc, border: 1 })
    .slice(1, -1)
    .map((row) => row.slice(1, -1));
  return modules.flatMap((row) => {
    const dark = Uint8Array.from({ length: row.length * module }, (_, x) =>
      row[Math.floor(x / module)] ? 1 : 0,
    );
    return Array.from({ length: module }, () => dark);
  });
}

function rasterRows(bytes: readonly number[], stride: number, rows: number): Row[] {
  return Array.from({ length: rows }, (_, y) =>
    Uint8Array.from(
      { length: stride * 8 },
      (_, x) => ((bytes[y * stride + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1,
    ),
  );
}

/** PNG of the ticket: thermal paper with its margins. */
function drawPaper(rows: readonly Row[]): Uint8Array {
  const margin = (paperWidth - dots) / 2;
  const top = 48;
  const canvas = drawing().createCanvas(paperWidth, rows.length + top);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fcfcfa';
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (rows.length === 0) return canvas.toBuffer('image/png');
  const image = context.getImageData(margin, top, dots, rows.length);
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < dots; x += 1) {
      if (row[x] === 1) image.data.set([0x1b, 0x1c, 0x20], (y * dots + x) * 4);
    }
  }
  context.putImageData(image, margin, top);
  return canvas.toBuffer('image/png');
}
