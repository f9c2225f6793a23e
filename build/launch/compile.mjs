import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundledNode } from '../setup/npm-packages.mjs';
import { runCommand } from '../setup/run-command.mjs';
import { root } from '../setup.mjs';
import { bundledEnvironment } from './node24.mjs';

/** Everything the bundles are made from. */
const sources = [
  'main',
  'devices',
  'native-mocks',
  'renderer',
  'assets',
  'build/vision-files.ts',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
];

/**
 * Builds main, preload and renderers into `out/`, or does nothing when no source has changed since.
 *
 * @param {{ force?: boolean }} [options]
 */
export async function compile(options = {}) {
  const stampFile = path.join(root, 'out/.built-from');
  const digest = sourcesDigest();
  if (!options.force && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === digest) return;
  rmSync(stampFile, { force: true });
  const cli = path.join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  const build = await runCommand(bundledNode(root), [cli, 'build', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...bundledEnvironment(), NODE_ENV: 'production' },
  });
  if (build.code !== 0) throw new Error('The terminal could not be built; see the messages above.');
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, digest);
}

/** A digest of names, sizes and times of change: quick, and any edit shows. */
function sourcesDigest() {
  const hash = createHash('sha256');
  for (const source of sources) addTo(hash, path.join(root, source));
  return hash.digest('hex');
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} file
 */
function addTo(hash, file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isDirectory()) {
    hash.update(`${path.relative(root, file)}\0${stat.size}\0${stat.mtimeMs}\n`);
    return;
  }
  for (const name of readdirSync(file).sort()) addTo(hash, path.join(file, name));
}
