/** What a packaged terminal would contain, by the file list of electron-builder over the real build. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compile } from '../../build/launch/compile.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const config = parse(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8'));
const patterns: readonly string[] = config.files;

/** electron-builder's rule: the last pattern that matches decides. */
const isShipped = (file: string) =>
  patterns.reduce(
    (shipped, pattern) =>
      path.matchesGlob(file, pattern.replace(/^!/, '')) ? !pattern.startsWith('!') : shipped,
    false,
  );

const filesBelow = (folder: string) =>
  readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));

const text = (file: string) => readFileSync(path.join(root, file), 'utf8');

let built: string[];

beforeAll(async () => {
  await compile();
  built = filesBelow('out');
}, 120_000);

describe('a packaged terminal', () => {
  it('has the entry, the preload scripts and the pages', () => {
    const shipped = built.filter(isShipped);
    for (const file of [
      'out/main/index.js',
      'out/preload/applicant.cjs',
      'out/preload/camera.cjs',
      'out/renderer/applicant/index.html',
      'out/renderer/camera/index.html',
      'out/renderer/assets/vision/blazeface.bin',
    ]) {
      expect(shipped).toContain(file);
    }
  });

  it('contains none of the virtual hardware, though the build beside it does', () => {
    const modules: Readonly<Record<string, readonly string[]>> = JSON.parse(text('out/main/modules.json'));
    const simulated = (file: string) =>
      (modules[path.relative('out/main', file)] ?? []).filter((name) =>
        /^(native-mocks|main\/simulation)\//.test(name),
      );
    const scripts = built.filter((file) => /^out\/main\/.*\.js$/.test(file));
    const left = scripts.filter((file) => !isShipped(file));
    expect(left.flatMap(simulated).length).toBeGreaterThan(5);
    expect(scripts.filter(isShipped).flatMap(simulated)).toEqual([]);
  });

  it('starts without the simulation: nothing that is shipped imports it statically', () => {
    for (const file of built.filter((each) => /^out\/main\/.*\.js$/.test(each)).filter(isShipped)) {
      const statically = [...text(file).matchAll(/^(?:import|export)[^;]*? from "([^"]+)"/gm)].map(
        (match) => match[1],
      );
      expect(statically.filter((target) => target?.includes('simulation'))).toEqual([]);
    }
  });

  it('contains neither the bench, nor invented people, nor the tree’s own sources and tests', () => {
    const shipped = [...built, ...filesBelow('assets'), ...filesBelow('main'), ...filesBelow('test')].filter(
      isShipped,
    );
    expect(shipped.filter((file) => /bench|simulation|\/people|portraits|\.ts$|^test\//.test(file))).toEqual(
      [],
    );
  });

  it('brings of the packages only what cannot be bundled', () => {
    expect(isShipped('node_modules/better-sqlite3/lib/index.js')).toBe(true);
    expect(isShipped('node_modules/pcsc-mini/index.js')).toBe(true);
    expect(isShipped('node_modules/react/index.js')).toBe(false);
    expect(isShipped('node_modules/@vladmandic/human/dist/human.js')).toBe(false);
    expect(isShipped('node_modules/electron/index.js')).toBe(false);
    expect(config.asarUnpack).toContain('**/*.node');
  });

  it('has its fuses closed', () => {
    expect(config.electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableCookieEncryption: true,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });
});
