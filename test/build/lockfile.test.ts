import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingOptionalPackages } from '../../build/complete-lockfile.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const readJson = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

describe('package-lock.json', () => {
  it('names every optional platform package, or npm ci refuses it (mend with node build/complete-lockfile.mjs)', () => {
    expect(Object.keys(missingOptionalPackages(readJson('package-lock.json').packages))).toEqual([]);
  });

  it('agrees with package.json', () => {
    const { dependencies, devDependencies } = readJson('package.json');
    const own = readJson('package-lock.json').packages[''];
    expect(own.dependencies).toEqual(dependencies);
    expect(own.devDependencies).toEqual(devDependencies);
  });

  it('pins every direct dependency to one version', () => {
    const { dependencies, devDependencies } = readJson('package.json');
    for (const version of Object.values({ ...dependencies, ...devDependencies })) {
      expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    }
  });
});

describe('a lock file made where a platform is not carried', () => {
  it('is given the packages it lacks, with their platforms', () => {
    const packages = {
      'node_modules/tool': {
        version: '2.0.0',
        dev: true,
        optionalDependencies: {
          '@tool/linux-x64-musl': '2.0.0',
          '@tool/macos-aarch64': '2.0.0',
          '@tool/windows-x86_64-electron': '2.0.0',
          '@tool/linux-x64-gnu': '2.0.0',
          ranged: '^1.0.0',
        },
      },
      'node_modules/@tool/linux-x64-gnu': { version: '2.0.0', optional: true },
    };
    expect(missingOptionalPackages(packages)).toEqual({
      'node_modules/@tool/linux-x64-musl': {
        version: '2.0.0',
        dev: true,
        optional: true,
        cpu: ['x64'],
        libc: ['musl'],
        os: ['linux'],
      },
      'node_modules/@tool/macos-aarch64': {
        version: '2.0.0',
        dev: true,
        optional: true,
        cpu: ['arm64'],
        os: ['darwin'],
      },
      'node_modules/@tool/windows-x86_64-electron': {
        version: '2.0.0',
        dev: true,
        optional: true,
        cpu: ['x64'],
        os: ['win32'],
      },
    });
  });
});
