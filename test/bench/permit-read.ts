/**
 * What reading a permit costs besides the air interface: EF.COM, EF.SOD, DG1, a DG2 of 20 kB and the endorsement
 * files under BAC, through the real adapter of the card reader and a virtual card at 106 kbit/s. The terminal's own
 * CPU time is taken with a card that only repeats its recorded answers, so that the card's computing does not count.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { createPcscCardReader } from '../../devices/card-reader/pcsc.ts';
import { parsePermitLine } from '../../devices/permit/mrz.ts';
import { readPermit } from '../../devices/permit/read-permit.ts';
import { trusted } from '../../devices/permit/trust-store.ts';
import { systemClock } from '../../main/session/clock.ts';
import { BIT_RATE_106, type FieldTiming, fieldTiming } from '../../native-mocks/contactless-timing.ts';
import { createVirtualPcsc } from '../../native-mocks/pcsc-mini.ts';
import { createVirtualPermit } from '../../native-mocks/permit/permit-card.ts';
import type { PermitSpec } from '../../native-mocks/permit/permit-spec.ts';
import { personalise } from '../../native-mocks/permit/personalise.ts';
import type { VirtualPermit } from '../../native-mocks/permit/virtual-permit.ts';
import { createTestCsca } from '../../native-mocks/test-csca.ts';
import { type Line, type Measured, median } from './line.ts';

const faceBytes = 20_000;
const transportFactor = 1.1;
const ownCpuMs = 60;
const warmUps = 5;
const now = new Date('2026-06-01T08:00:00Z');

export const permitReadTime: Line = {
  name: 'permit-read-time',
  async measure(): Promise<Measured> {
    const { spec, trust } = await permit();
    const reads: Reading[] = [];
    // The first one compiles the code it runs through; a terminal reads all day.
    for (let run = 0; run < 6; run += 1) {
      const timing = fieldTiming(BIT_RATE_106, {
        now: () => performance.now(),
        delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      });
      const reading = await read(createVirtualPermit(spec), trust, { timing, random: randomBytes });
      if (run > 0) reads.push(reading);
    }
    const transportMs = median(reads.map((reading) => reading.transportMs));
    return {
      value: median(reads.map((reading) => reading.wallMs)),
      unit: 'ms',
      limit: transportFactor * transportMs,
      note: `${transportFactor.toFixed(2)} × ${transportMs.toFixed(0)} ms of pure transport, ${reads[0]?.apdus} APDUs, ${reads[0]?.bytes} bytes at 106 kbit/s`,
    };
  },
};

export const permitReadCpu: Line = {
  name: 'permit-read-cpu',
  async measure(): Promise<Measured> {
    const { spec, trust } = await permit();
    const recorder = recording(createVirtualPermit(spec));
    await read(recorder.permit, trust, { random: repeatable() });
    const reads: number[] = [];
    for (let run = 0; run < 25; run += 1) {
      const card = repeating(recorder.permit, recorder.exchanges);
      reads.push((await read(card, trust, { random: repeatable() })).cpuMs);
    }
    return {
      value: median(reads.slice(warmUps)),
      unit: 'ms',
      limit: ownCpuMs,
      note: `all threads of the process, median of ${reads.length - warmUps} reads after ${warmUps} to warm up`,
    };
  },
};

type Trust = Parameters<typeof readPermit>[2]['trust'];
type Random = (length: number) => Uint8Array;

async function permit(): Promise<{ readonly spec: PermitSpec; readonly trust: Trust }> {
  const csca = createTestCsca(now);
  const spec = personalise({
    holder: {
      documentNumber: 'CA0000015',
      nameChinese: '郑试验',
      surname: 'ZHENG',
      given: 'SHIYAN',
      sex: 'F',
      dateOfBirth: '1985-06-15',
      dateOfExpiry: '2029-06-30',
      placeOfBirth: 'HLJ',
    },
    face: await face(),
    endorsements: [],
    signer: csca.signer,
    now,
  });
  return { spec, trust: { certificates: [trusted(csca.certificate)], rejected: [] } };
}

/** An invented portrait as a JPEG of exactly 20 kB: what is missing stands in a comment segment (ISO/IEC 10918-1). */
async function face(): Promise<Uint8Array> {
  const file = path.resolve(import.meta.dirname, '../../assets/simulation/portraits/01-document.jpg');
  const image = await loadImage(await readFile(file));
  const canvas = createCanvas(360, 480);
  canvas.getContext('2d').drawImage(image, 0, 0, 360, 480);
  const jpeg = canvas.encodeSync('jpeg', 60);
  const padding = faceBytes - jpeg.length - 4;
  if (padding < 0) throw new Error(`The portrait takes ${jpeg.length} bytes, more than ${faceBytes}.`);
  const header = Buffer.alloc(4);
  header.writeUInt16BE(0xfffe, 0);
  header.writeUInt16BE(padding + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), header, randomBytes(padding), jpeg.subarray(2)]);
}

interface Reading {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly transportMs: number;
  readonly apdus: number;
  readonly bytes: number;
}

/** One read through a reader of its own, from the card in the field to the permit. */
async function read(
  card: VirtualPermit,
  trust: Trust,
  { timing, random }: { readonly timing?: FieldTiming; readonly random: Random },
): Promise<Reading> {
  const key = parsePermitLine(card.printedMrz);
  if (!key.ok) throw new Error(key.error.message);
  const pcsc = createVirtualPcsc(timing ? { timing } : {});
  const field = pcsc.addReader('Virtual Reader');
  const reader = createPcscCardReader(pcsc.module, { readerName: null }, systemClock);
  const command = { timeoutMs: 30_000, signal: new AbortController().signal };
  try {
    must(await reader.open(command));
    field.insert(card);
    const connection = must(await reader.connect(command));
    const wall = performance.now();
    const cpu = process.cpuUsage();
    const result = must(await readPermit(connection, key.value, { ...command, trust, now, random }));
    const used = process.cpuUsage(cpu);
    const wallMs = performance.now() - wall;
    if (result.authenticity.verdict !== 'genuine' || result.face?.bytes.length !== faceBytes)
      throw new Error('The permit was read otherwise than it was made.');
    await connection.release();
    return { wallMs, cpuMs: (used.user + used.system) / 1000, ...field.exchanged };
  } finally {
    await reader.close();
  }
}

function must<T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

interface Exchange {
  readonly command: Uint8Array;
  readonly response: Uint8Array;
}

/** The card, and all that is said to it from now on. */
function recording(card: VirtualPermit): { readonly permit: VirtualPermit; readonly exchanges: Exchange[] } {
  const exchanges: Exchange[] = [];
  const permit: VirtualPermit = {
    ...card,
    async transmit(command) {
      const response = await card.transmit(command);
      exchanges.push({ command: Uint8Array.from(command), response });
      return response;
    },
  };
  return { permit, exchanges };
}

/** A card that computes nothing: it gives the recorded answers to the recorded commands, in their order. */
function repeating(card: VirtualPermit, exchanges: readonly Exchange[]): VirtualPermit {
  let next = 0;
  return {
    ...card,
    async transmit(command) {
      const exchange = exchanges[next];
      next += 1;
      if (!exchange || Buffer.compare(exchange.command, command) !== 0)
        throw new Error(`Command ${next} is not the one recorded.`);
      return exchange.response;
    },
  };
}

/** The same bytes in every run, so that a recorded card is asked the same again. */
function repeatable(): Random {
  let calls = 0;
  return (length) => {
    calls += 1;
    return new Uint8Array(length).fill(calls);
  };
}
