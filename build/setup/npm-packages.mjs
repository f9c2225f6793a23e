/**
 * The npm packages of `package-lock.json`, and Node 24 from the `node` package among them.
 *
 * Install scripts are refused for all packages but one: the native packages used here carry their prebuilt
 * binaries in the tarball, and Electron's runtime is fetched by `electron-runtime.mjs`. The exception is
 * `node`, whose script puts the Node 24 executable into `node_modules/.bin`.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand, say } from './run-command.mjs';

/** @typedef {{ version?: string, optional?: boolean, link?: boolean }} LockedPackage */

/**
 * Whether `node_modules` holds what the lock file asks for, by npm's own record of what it installed.
 *
 * @param {string} root
 */
export function npmPackagesPresent(root) {
  const installed = lockedPackages(path.join(root, 'node_modules/.package-lock.json'));
  const wanted = lockedPackages(path.join(root, 'package-lock.json'));
  if (!installed || !wanted) return false;
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === '') continue;
    const found = installed[name];
    // Packages for other platforms are optional and stay away.
    if (!found && entry.optional) continue;
    if (found?.version !== entry.version) return false;
  }
  return existsSync(bundledNode(root));
}

/**
 * The Node 24 executable that everything but set-up runs under.
 *
 * @param {string} root
 */
export function bundledNode(root) {
  return path.join(root, 'node_modules/.bin/node');
}

/**
 * `npm ci` without install scripts, then Node 24.
 *
 * @param {string} root
 */
export async function installNpmPackages(root) {
  const env = environmentOfSystemNode(root);
  say('installing npm packages (npm ci) …');
  const flags = ['--no-audit', '--no-fund', '--loglevel=error'];
  const ci = await runCommand('npm', ['ci', '--ignore-scripts', ...flags], { cwd: root, env });
  if (ci.code !== 0) {
    // A lock file that misses a package of another platform is refused by `npm ci`, though nothing of it is needed here.
    say(
      'npm ci failed; trying npm install, which keeps to the versions of the lock file where it names them …',
    );
    const install = await runCommand('npm', ['install', '--no-save', '--ignore-scripts', ...flags], {
      cwd: root,
      env,
    });
    if (install.code !== 0)
      throw new Error(`npm could not install the packages (exit code ${install.code}).`);
  }
  say('installing Node 24 from the npm package `node` …');
  const rebuild = await runCommand('npm', ['rebuild', 'node', '--ignore-scripts=false', ...flags], {
    cwd: root,
    env,
  });
  const check = await runCommand(bundledNode(root), ['--version'], { quiet: true });
  if (rebuild.code !== 0 || !check.output.startsWith('v24.')) {
    throw new Error(
      `Node 24 could not be installed from npm (exit code ${rebuild.code}, found "${check.output.trim()}").`,
    );
  }
}

/**
 * The environment for npm: without this tree's `node_modules/.bin` in PATH, because `npm ci` removes the Node
 * that stands there while npm itself is still running.
 *
 * @param {string} root
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentOfSystemNode(root) {
  const own = path.join(root, 'node_modules/.bin');
  const directories = (process.env.PATH ?? '').split(path.delimiter).filter((entry) => entry !== own);
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, PATH: directories.join(path.delimiter) };
  // What the npm that called us was told must not steer the npm we call (NODE_ENV=production would drop
  // the development packages).
  for (const name of Object.keys(env)) {
    if (
      /^npm_(config_(?!registry|electron_|.*proxy|cafile|userconfig|cache)|lifecycle|package|command|execpath)/i.test(
        name,
      )
    ) {
      delete env[name];
    }
  }
  delete env.NODE_ENV;
  return env;
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
