/**
 * `node build/complete-lockfile.mjs`, after every change of dependencies: puts into `package-lock.json` the
 * optional platform packages that npm left out.
 *
 * npm leaves out an optional package that the registry in use does not carry (a mirror with only the hall's
 * platforms), and one it finds absent from an existing `node_modules`; `npm ci` then refuses the lock file as
 * incomplete. The entries added name version and platform but no digest: a package of another platform is never
 * fetched here, and on its own platform `npm install` fills the digest in.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ version?: string, optional?: boolean, dev?: boolean, os?: string[], cpu?: string[], libc?: string[],
 *   optionalDependencies?: Record<string, string> }} LockedPackage
 */

/**
 * The optional packages that some package names and the lock file lacks.
 *
 * @param {Readonly<Record<string, LockedPackage>>} packages `packages` of a lock file of version 3
 * @returns {Record<string, LockedPackage>} by their place in `node_modules`
 */
export function missingOptionalPackages(packages) {
  /** @type {Record<string, LockedPackage>} */
  const missing = {};
  for (const [place, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const own = `${place}/node_modules/${name}`;
      const hoisted = `node_modules/${name}`;
      if (own in packages || hoisted in packages || !/^\d+\.\d+\.\d+/.test(version)) continue;
      missing[hoisted] = {
        version,
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
        ...platformOf(name),
      };
    }
  }
  return missing;
}

/**
 * @param {string} name such as `@scope/package-linux-x64-musl`
 * @returns {Pick<LockedPackage, 'os' | 'cpu' | 'libc'>}
 */
function platformOf(name) {
  const tokens = name.replace('x86_64', 'x64').split(/[-/]/);
  /** @param {Readonly<Record<string, string>>} known */
  const first = (known) => {
    const token = tokens.find((each) => Object.hasOwn(known, each));
    return token === undefined ? undefined : known[token];
  };
  const os = first({
    android: 'android',
    darwin: 'darwin',
    macos: 'darwin',
    linux: 'linux',
    win32: 'win32',
    windows: 'win32',
  });
  const cpu = first({
    arm64: 'arm64',
    aarch64: 'arm64',
    x64: 'x64',
    x86: 'ia32',
    ia32: 'ia32',
    arm: 'arm',
    riscv64: 'riscv64',
  });
  const libc = os === 'linux' ? first({ musl: 'musl', gnu: 'glibc' }) : undefined;
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(libc ? { libc: [libc] } : {}), ...(os ? { os: [os] } : {}) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingOptionalPackages(lock.packages);
  const entries = Object.entries({ ...lock.packages, ...missing });
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(entries);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${Object.keys(missing).length} packages added to package-lock.json`);
}
