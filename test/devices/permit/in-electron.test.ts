/** Chip access inside Electron, whose BoringSSL lacks ciphers and curves that Node has. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { findElectronRuntime } from '../../../build/setup/electron-runtime.mjs';

it('reads and writes permits of every kind', { timeout: 120_000 }, async () => {
  const runtime = findElectronRuntime(resolve('.'));
  if (!runtime) throw new Error('no Electron runtime: run the set-up first (npm start or npm test)');
  const { stdout } = await promisify(execFile)(
    runtime.executable,
    [resolve('test/devices/permit/read-everything.ts')],
    { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' }, timeout: 110_000 },
  );
  expect(JSON.parse(stdout)).toEqual({
    bac: 'genuine',
    short: 'genuine',
    forged: 'forged',
    ecdsa: 'genuine',
    rsa: 'genuine',
    chipAes: 'genuine',
    chipDes: 'genuine',
    paceAes128: 'genuine',
    paceAes192: 'genuine',
    paceBrainpool: 'genuine',
    paceDes: 'genuine',
    write: 'written',
  });
});
