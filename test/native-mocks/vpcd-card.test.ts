import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVirtualPermit } from '../../native-mocks/permit/permit-card.ts';
import type { PersonalisationFault } from '../../native-mocks/permit/personalise.ts';
import { connectVpcdCard } from '../../native-mocks/vpcd-card.ts';
import { toHex } from './permit/independent-terminal.ts';
import { HOLDER, pictureOfNobody, specOf } from './permit/invented-people.ts';

/** The driver's side of the virtual reader: listens, sends frames, takes frames. */
class ReaderSide {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    socket.on('error', () => {});
  }

  send(...messages: string[]): void {
    const frames = messages.map((message) => {
      const payload = Buffer.from(message, 'hex');
      return Buffer.concat([Buffer.of(payload.length >> 8, payload.length & 255), payload]);
    });
    this.#socket.write(Buffer.concat(frames));
  }

  sendRaw(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  async frame(): Promise<string> {
    for (;;) {
      const length = this.#received.length >= 2 ? this.#received.readUInt16BE() : Number.POSITIVE_INFINITY;
      if (this.#received.length >= 2 + length) {
        const payload = this.#received.subarray(2, 2 + length);
        this.#received = this.#received.subarray(2 + length);
        return toHex(payload);
      }
      await once(this.#socket, 'data');
    }
  }

  async closed(): Promise<void> {
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }
}

let server: Server;
let port = 0;
let folder = '';
let child: ChildProcess | null = null;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vpcd-'));
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port; // a TCP server has no other kind of address
});
afterEach(async () => {
  child?.kill('SIGKILL');
  child = null;
  server.close();
  rmSync(folder, { recursive: true });
});

async function inserted(...faults: PersonalisationFault[]) {
  const connection: Promise<Socket[]> = once(server, 'connection');
  const hand = new AbortController();
  const card = await connectVpcdCard({
    port,
    permit: createVirtualPermit(specOf({ faults })),
    signal: hand.signal,
  });
  const [socket] = await connection;
  if (socket === undefined) throw new Error('no connection');
  return { card, hand, reader: new ReaderSide(socket) };
}

describe('the card on the virtual reader', () => {
  it('answers the ATR and APDUs, each in a frame of its own', async () => {
    const { reader, card, hand } = await inserted();
    reader.send('04', '01', '00A4040C07A0000002471001', '0084000008');
    expect(await reader.frame()).toBe('3B8580018073D621E0E0');
    expect(await reader.frame()).toBe('9000');
    expect(await reader.frame()).toMatch(/^[0-9A-F]{16}9000$/);
    reader.send('02', '0084000008');
    expect(await reader.frame()).toBe('6985');
    hand.abort();
    await card.gone;
    await reader.closed();
  });

  it('takes frames that arrive byte by byte and are longer than one packet', async () => {
    const { reader, hand } = await inserted();
    for (const byte of Buffer.from('0001040005 0084000008'.replace(' ', ''), 'hex'))
      reader.sendRaw(Buffer.of(byte));
    expect(await reader.frame()).toBe('3B8580018073D621E0E0');
    expect(await reader.frame()).toBe('6985');
    reader.send(`00A4040C0007D0${'00'.repeat(2000)}`);
    expect(await reader.frame()).toBe('6700');
    hand.abort();
  });

  it('gives a mute card an answer no ATR can be', async () => {
    const { reader, hand } = await inserted({ type: 'mute' });
    reader.send('04');
    expect((await reader.frame()).length / 2).toBeGreaterThan(33);
    hand.abort();
  });

  it('leaves when the card is pulled, without an answer', async () => {
    const { reader, card } = await inserted({ type: 'pulled', atApdu: 2 });
    reader.send('00A4040C07A0000002471001', '0084000008');
    expect(await reader.frame()).toBe('9000');
    await reader.closed();
    await card.gone;
  });

  it('fails when there is no reader', async () => {
    server.close();
    const signal = new AbortController().signal;
    await expect(connectVpcdCard({ port, permit: createVirtualPermit(specOf()), signal })).rejects.toThrow();
  });
});

describe('the card as a process', () => {
  const start = (...extra: string[]): ChildProcess => {
    child = spawn(
      process.execPath,
      ['native-mocks/vpcd-card.ts', '--port', String(port), '--spec', join(folder, 'card.json'), ...extra],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return child;
  };

  it('is described by a file, leaves its authority where it is trusted, and goes on a signal', async () => {
    writeFileSync(join(folder, 'face.jpg'), pictureOfNobody());
    writeFileSync(join(folder, 'card.json'), JSON.stringify({ holder: HOLDER, face: 'face.jpg' }));
    const connection: Promise<Socket[]> = once(server, 'connection');
    const card = start('--csca', join(folder, 'csca'), '--csca-key', join(folder, 'key.json'));
    const [socket] = await connection;
    if (socket === undefined) throw new Error('no connection');
    const reader = new ReaderSide(socket);
    reader.send('04');
    expect(await reader.frame()).toBe('3B8580018073D621E0E0');
    expect(readdirSync(join(folder, 'csca'))).toHaveLength(1);
    const ended = once(card, 'exit');
    card.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await reader.closed();
  });

  it('says what is wrong with a description', async () => {
    writeFileSync(
      join(folder, 'card.json'),
      JSON.stringify({ holder: { ...HOLDER, sex: '?' }, face: 'face.jpg' }),
    );
    const card = start();
    let said = '';
    card.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    const [status] = await once(card, 'close');
    expect(status).toBe(2);
    expect(said).toContain('holder.sex');
  });
});
