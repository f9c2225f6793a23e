/**
 * A PC/SC service of our own with the virtual reader of vsmartcard, hidden from the rest of the machine: pcscd runs in
 * a mount namespace where its socket folder is a folder of ours, and clients of this process are pointed there.
 * Needs root, and the Debian packages pcscd and vsmartcard-vpcd.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const PROGRAMS = ['/usr/sbin/pcscd', '/usr/bin/unshare', DRIVER];

/** Why the service cannot be run here; null when it can. */
export function whyNoPrivatePcscd(): string | null {
  const missing = PROGRAMS.filter((path) => !existsSync(path));
  if (missing.length > 0) return `${missing.join(', ')} missing: apt-get install pcscd vsmartcard-vpcd`;
  return process.getuid?.() === 0 ? null : 'a private pcscd needs root';
}

export interface PrivatePcscd {
  /** TCP port on which the first virtual reader waits for a card. */
  readonly port: number;
  readonly readerName: string;
  /** Ends the service and waits for that. */
  stop(): Promise<void>;
  /** Runs it again, with the same socket and port. */
  start(): Promise<void>;
  /** Ends it for good and removes its folder. */
  remove(): Promise<void>;
}

/**
 * Starts the service and answers once it listens. Points PC/SC clients of this process to it, which works only
 * before the first of them was made: the client library remembers its socket.
 */
export async function startPrivatePcscd(): Promise<PrivatePcscd> {
  const folder = await mkdtemp(join(tmpdir(), 'pcscd-'));
  const socketFolder = join(folder, 'run');
  const configuration = join(folder, 'reader.conf.d');
  await mkdir(socketFolder);
  await mkdir(configuration);
  const port = await freePortPair();
  const channel = `0x${port.toString(16)}`;
  await writeFile(
    join(configuration, 'vpcd'),
    `FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:${channel}\nLIBPATH ${DRIVER}\nCHANNELID ${channel}\n`,
  );
  const socket = join(socketFolder, 'pcscd.comm');
  process.env.PCSCLITE_CSOCK_NAME = socket;

  let service: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const script =
      'mkdir -p /run/pcscd && mount --bind "$1" /run/pcscd && exec /usr/sbin/pcscd --foreground --config "$2"';
    const started = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', socketFolder, configuration], {
      stdio: 'ignore',
    });
    service = started;
    const deadline = performance.now() + 15_000;
    while (!(existsSync(socket) && (await listens(port)))) {
      if (started.exitCode !== null) throw new Error(`pcscd ended with ${started.exitCode}`);
      if (performance.now() > deadline) throw new Error('pcscd did not start in 15 s');
      await sleep(20);
    }
  };
  const stop = async (): Promise<void> => {
    const stopping = service;
    service = null;
    if (!stopping || stopping.exitCode !== null) return;
    const ended = new Promise((resolve) => stopping.once('exit', resolve));
    stopping.kill('SIGTERM');
    const forced = setTimeout(() => stopping.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(forced);
    await rm(socket, { force: true });
  };
  await start();
  return {
    port,
    readerName: 'Virtual PCD 00 00',
    start,
    stop,
    async remove() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Two free ports in a row: the driver gives each of its two readers one. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}

/** Whether the reader waits; the short connection is a card that came and went. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ host: '127.0.0.1', port });
    probe.once('connect', () => probe.end(() => resolve(true)));
    probe.once('error', () => resolve(false));
  });
}
