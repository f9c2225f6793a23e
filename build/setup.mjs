/**
 * Makes a fresh machine able to run the terminal from this tree: npm packages, Node 24, Debian packages, the
 * Electron runtime. Runs under Node 20 without any package. Does nothing when nothing has changed, and two
 * runs at the same time wait for each other.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDebianPackages, missingDebianPackages } from './setup/debian-packages.mjs';
import { findElectronRuntime, installElectronRuntime } from './setup/electron-runtime.mjs';
import { bundledNode, installNpmPackages, npmPackagesPresent } from './setup/npm-packages.mjs';
import { runCommand, say } from './setup/run-command.mjs';

/** The tree's root directory. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Inside node_modules, so that it goes when what it vouches for goes. */
const stampFile = path.join(root, 'node_modules/.terminal-setup.json');

/**
 * Sets up what is missing. Throws an Error with one plain sentence where it cannot.
 */
export function setUp() {
  if (upToDate()) return;
  const lockDirectory = path.join(root, '.setup');
  mkdirSync(lockDirectory, { recursive: true });
  const self = fileURLToPath(import.meta.url);
  // flock(1) holds the lock for the life of the run and the kernel frees it however the run ends.
  const locked = spawnSync(
    'flock',
    ['--close', path.join(lockDirectory, 'lock'), process.execPath, self, '--locked'],
    { stdio: ['ignore', process.stderr, process.stderr] },
  );
  if (locked.error) {
    say('flock(1) is not available: do not run set-up twice at the same time.');
    const alone = spawnSync(process.execPath, [self, '--locked'], {
      stdio: ['ignore', process.stderr, process.stderr],
    });
    if (alone.status !== 0) throw new Error('Set-up did not complete.');
  } else if (locked.status !== 0) {
    throw new Error('Set-up did not complete.');
  }
}

/** Whether the last set-up still holds: same inputs, and what it installed is still there. */
function upToDate() {
  try {
    const stamp = JSON.parse(readFileSync(stampFile, 'utf8'));
    return (
      stamp.inputs === inputsDigest() &&
      existsSync(bundledNode(root)) &&
      findElectronRuntime(root) !== undefined &&
      debianPackagesStillThere(stamp.debianPackages)
    );
  } catch {
    return false;
  }
}

/** @param {'complete' | 'incomplete' | 'unknown'} state */
function debianPackagesStillThere(state) {
  if (state === 'complete') return existsSync('/usr/sbin/pcscd') && existsSync('/usr/bin/Xvfb');
  // Incomplete: asked again at every run, so that the administrator's command is not forgotten.
  return state === 'unknown';
}

function inputsDigest() {
  const hash = createHash('sha256').update(readFileSync(path.join(root, 'package-lock.json')));
  const folder = path.join(root, 'build/setup');
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(path.join(folder, name)));
  return hash.digest('hex');
}

async function install() {
  // Another run may have done the work while this one waited for the lock.
  if (upToDate()) return;
  const inputs = inputsDigest();
  const triedBefore = releaseTriedBefore();
  rmSync(stampFile, { force: true });
  if (!npmPackagesPresent(root)) await installNpmPackages(root);
  const debian = await installDebianPackages();
  const wanted = electronVersion();
  // A release that could not be fetched is not tried for again until another is wanted.
  const present = triedBefore === wanted ? findElectronRuntime(root) : undefined;
  const runtime = present ?? (await installElectronRuntime(root));
  await refuseMissingLibraries(runtime.executable);
  const missing = debian === 'not-debian' ? undefined : await missingDebianPackages();
  const debianPackages = missing === undefined ? 'unknown' : missing.length === 0 ? 'complete' : 'incomplete';
  writeFileSync(stampFile, JSON.stringify({ inputs, debianPackages, electron: wanted }));
  say(
    `ready: Node 24 and Electron ${runtime.version}${runtime.source === 'evaluation-copy' ? ' (evaluation copy)' : ''}.`,
  );
}

/** @returns {string | undefined} */
function releaseTriedBefore() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8')).electron;
  } catch {
    return undefined;
  }
}

/** @returns {string} */
function electronVersion() {
  return JSON.parse(readFileSync(path.join(root, 'node_modules/electron/package.json'), 'utf8')).version;
}

/** @param {string} executable */
async function refuseMissingLibraries(executable) {
  if (process.platform !== 'linux') return;
  const ldd = await runCommand('ldd', [executable], { quiet: true });
  const missing = ldd.output.split('\n').filter((line) => line.includes('not found'));
  if (missing.length > 0) {
    throw new Error(
      `Electron cannot start, shared libraries are missing: ${missing.map((line) => line.trim().split(' ')[0]).join(', ')}.`,
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (process.argv.includes('--locked')) await install();
    else setUp();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
