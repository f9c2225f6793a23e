/**
 * The virtual permit on the virtual PC/SC reader of vsmartcard-vpcd, as a process of its own or inside one.
 *
 *     node native-mocks/vpcd-card.ts --port 35963 --spec card.json [--csca FOLDER] [--csca-key FILE]
 *
 * The reader listens on TCP 127.0.0.1. Every message is a 16-bit big-endian length and so many bytes; one byte is a
 * control code (00 power off, 01 power on, 02 reset, 04 ATR request, answered with the ATR), more are a command APDU,
 * answered with the response APDU. Closing the connection takes the card away; a command then still unanswered the
 * driver passes on as answered with nothing.
 */
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { argv, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { createVirtualPermit } from './permit/permit-card.ts';
import { parsePersonalisation } from './permit/personalisation-file.ts';
import { personalise } from './permit/personalise.ts';
import type { VirtualPermit } from './permit/virtual-permit.ts';
import { openTestCsca, testCsca, writeCscaCertificate } from './test-csca.ts';

export interface VpcdCardOptions {
  readonly port: number;
  readonly permit: VirtualPermit;
  /** Takes the card away. */
  readonly signal: AbortSignal;
}

export interface VpcdCard {
  /** Settles when the card has left the reader: by the signal, by a fault of the card, or because the reader went. */
  readonly gone: Promise<void>;
}

/** The driver takes an answer longer than the 33 bytes an ATR can have for a card that is there and mute. */
const NO_ATR = new Uint8Array(34);

const CONTROL = { off: 0, on: 1, reset: 2, atr: 4 } as const;

/** Puts the card on the reader; rejects when no virtual reader listens on the port. */
export async function connectVpcdCard({ port, permit, signal }: VpcdCardOptions): Promise<VpcdCard> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, signal });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  permit.reset();
  const gone = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.on('error', () => socket.destroy());
  });
  const takeAway = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', takeAway, { once: true });
  // end() and not destroy(): the response before the card left is still on its way
  const stopWatching = permit.onEvent((event) => {
    if (event.type === 'pulled') setImmediate(() => socket.end());
  });
  void gone.then(() => {
    stopWatching();
    signal.removeEventListener('abort', takeAway);
  });
  serve(socket, permit);
  return { gone };
}

function serve(socket: Socket, permit: VirtualPermit): void {
  let pending = Buffer.alloc(0);
  let turn = Promise.resolve();
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2) {
      const length = pending.readUInt16BE(0);
      if (pending.length < 2 + length) return;
      const message = Uint8Array.from(pending.subarray(2, 2 + length));
      pending = pending.subarray(2 + length);
      turn = turn.then(async () => {
        const reply = await answer(permit, message);
        if (reply === 'gone') socket.end();
        else if (reply !== null && !socket.destroyed) socket.write(frame(reply));
      });
    }
  });
}

async function answer(permit: VirtualPermit, message: Uint8Array): Promise<Uint8Array | 'gone' | null> {
  if (message.length === 0) return null;
  if (message.length === 1) {
    if (message[0] === CONTROL.atr) return permit.atr ?? NO_ATR;
    if (message[0] === CONTROL.reset || message[0] === CONTROL.on) permit.reset();
    return null;
  }
  try {
    return await permit.transmit(message);
  } catch {
    return 'gone';
  }
}

function frame(payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(2 + payload.length);
  bytes.writeUInt16BE(payload.length);
  bytes.set(payload, 2);
  return bytes;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      port: { type: 'string' },
      spec: { type: 'string' },
      csca: { type: 'string' },
      'csca-key': { type: 'string' },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535 || values.spec === undefined) {
    stderr.write('usage: vpcd-card.ts --port PORT --spec FILE.json [--csca FOLDER] [--csca-key FILE]\n');
    return 2;
  }
  const now = new Date();
  const keyFile = values['csca-key'];
  const csca = keyFile === undefined ? testCsca(now) : await openTestCsca(keyFile, now);
  if (values.csca !== undefined) await writeCscaCertificate(csca, values.csca);
  const described = await parsePersonalisation(await readFile(values.spec, 'utf8'), dirname(values.spec));
  if (!described.ok) {
    stderr.write(`${values.spec}: ${described.error}\n`);
    return 2;
  }
  const permit = createVirtualPermit(personalise({ ...described.value, signer: csca.signer, now }));
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const card = await connectVpcdCard({ port, permit, signal: stop.signal });
  stdout.write('card on reader\n');
  await card.gone;
  stdout.write('card gone\n');
  return 0;
}

if (import.meta.main) {
  process.exitCode = await main().catch((error: unknown) => {
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  });
}
