/**
 * The Debian packages the terminal and its tests stand on: Electron's shared libraries, a virtual display, and
 * the PC/SC stack with its virtual reader.
 */
import { readFileSync } from 'node:fs';
import { runCommand, say } from './run-command.mjs';

/**
 * Names before and after Debian's 64-bit time transition (Debian 13, Ubuntu 24.04). First known name wins.
 *
 * @type {readonly (readonly string[])[]}
 */
const electronLibraries = [
  ['libnss3'],
  ['libnspr4'],
  ['libglib2.0-0t64', 'libglib2.0-0'],
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libgbm1'],
  ['libasound2t64', 'libasound2'],
  ['libatk1.0-0t64', 'libatk1.0-0'],
  ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  ['libatspi2.0-0t64', 'libatspi2.0-0'],
  ['libdrm2'],
  ['libxkbcommon0'],
  ['libcups2t64', 'libcups2'],
  ['libdbus-1-3'],
  ['libexpat1'],
  ['libudev1'],
  ['libx11-6'],
  ['libxcb1'],
  ['libxcomposite1'],
  ['libxdamage1'],
  ['libxext6'],
  ['libxfixes3'],
  ['libxrandr2'],
  ['libcairo2'],
  ['libpango-1.0-0'],
  ['fontconfig'],
];

/** @type {readonly (readonly string[])[]} */
const displayAndEmulators = [['xvfb'], ['pcscd'], ['libpcsclite1'], ['vsmartcard-vpcd'], ['socat']];

const everything = [...electronLibraries, ...displayAndEmulators];

/**
 * What is not installed, by the name this release of Debian knows it under. Empty on a system without dpkg,
 * where `undefined` says that nothing can be told.
 *
 * @returns {Promise<string[] | undefined>}
 */
export async function missingDebianPackages() {
  const installed = await installedPackages();
  if (!installed) return undefined;
  const missing = everything.filter((names) => !names.some((name) => installed.has(name)));
  if (missing.length === 0) return [];
  const available = await availablePackages(missing.flat());
  const t64 = releaseHasTime64Names();
  return missing.map((names) => {
    const known = names.find((name) => available.has(name));
    const guess = t64 ? names[0] : names[names.length - 1];
    return known ?? guess ?? '';
  });
}

/**
 * Installs packages where this account may, otherwise prints the command for somebody who may.
 *
 * @returns {Promise<'nothing-to-do' | 'installed' | 'not-allowed' | 'failed' | 'not-debian'>}
 */
export async function installDebianPackages() {
  const missing = await missingDebianPackages();
  if (missing === undefined) {
    say(
      'this is not a Debian system: Electron’s libraries, Xvfb, pcscd and the virtual PC/SC reader are yours to install.',
    );
    return 'not-debian';
  }
  if (missing.length === 0) return 'nothing-to-do';
  const prefix = await privilege();
  if (!prefix) {
    say(
      'These Debian packages are missing and this account may not install them. Have an administrator run:',
    );
    say(`  ${commandFor(missing)}`);
    return 'not-allowed';
  }
  say(`installing Debian packages: ${missing.join(' ')} …`);
  await apt(prefix, ['update', '-qq']);
  // After the update the names of this release are known for certain.
  const names = (await missingDebianPackages()) ?? missing;
  const outcome = await apt(prefix, ['install', '-y', '-qq', '--no-install-recommends', ...names]);
  if (outcome.code !== 0) {
    say(`apt-get ended with exit code ${outcome.code}. The command to repeat by hand:`);
    say(`  ${commandFor(names)}`);
    return 'failed';
  }
  return 'installed';
}

/** @param {readonly string[]} names */
function commandFor(names) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(' ')}`;
}

/**
 * @param {readonly string[]} prefix
 * @param {readonly string[]} args
 */
function apt(prefix, args) {
  const [command = 'apt-get', ...rest] = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=300',
    ...args,
  ];
  return runCommand(command, rest);
}

/** @returns {Promise<readonly string[] | undefined>} */
async function privilege() {
  if (process.getuid?.() === 0) return [];
  const sudo = await runCommand('sudo', ['-n', 'true'], { quiet: true, timeoutMs: 5000 });
  return sudo.code === 0 ? ['sudo', '-n'] : undefined;
}

/** @returns {Promise<Set<string> | undefined>} */
async function installedPackages() {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own field syntax
  const query = await runCommand('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n'], {
    quiet: true,
  });
  if (query.code !== 0) return undefined;
  const lines = query.output.split('\n').filter((line) => line.endsWith(' installed'));
  return new Set(lines.map((line) => line.slice(0, line.indexOf(' '))));
}

/** @param {readonly string[]} names */
async function availablePackages(names) {
  const policy = await runCommand('apt-cache', ['policy', ...names], {
    quiet: true,
    env: { ...process.env, LC_ALL: 'C' },
  });
  const available = new Set();
  let current = '';
  for (const line of policy.output.split('\n')) {
    if (/^\S+:$/.test(line)) current = line.slice(0, -1);
    else if (/^\s+Candidate: (?!\(none\))/.test(line)) available.add(current);
  }
  return available;
}

function releaseHasTime64Names() {
  try {
    const release = readFileSync('/etc/os-release', 'utf8');
    const version = Number(/^VERSION_ID="?([\d.]+)/m.exec(release)?.[1] ?? 0);
    return /^ID="?ubuntu/m.test(release) ? version >= 24 : version === 0 || version >= 13;
  } catch {
    return true;
  }
}
