import { existsSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import { visionFiles } from './build/vision-files.ts';

const root = import.meta.dirname;

/** Packages with native code or with files they look for beside themselves; everything else is bundled. */
const external = [
  'electron',
  'better-sqlite3',
  'pcsc-mini',
  'serialport',
  '@napi-rs/canvas',
  '@cornerstonejs/codec-openjpeg',
  /^node:/,
  /^@cornerstonejs\/codec-openjpeg\//,
];

/** Folders that exist for simulation only; what is reachable from them alone goes into chunks of their own. */
const simulation = /\/(native-mocks|main\/simulation)\//;

/** Writes down which module went into which file, so that it can be checked what a package would contain. */
const recordModules = (): Plugin => ({
  name: 'record-modules',
  apply: 'build',
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((file) =>
      file.type === 'chunk' ? [[file.fileName, file.moduleIds.map((id) => path.relative(root, id))]] : [],
    );
    const source = JSON.stringify(Object.fromEntries(modules), null, 1);
    this.emitFile({ type: 'asset', fileName: 'modules.json', source });
  },
});

const present = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).filter(([, file]) => existsSync(path.join(root, file))));

export default defineConfig({
  main: {
    plugins: [recordModules()],
    build: {
      outDir: 'out/main',
      target: 'node24',
      minify: false,
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'main/index.ts' },
        external,
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: (chunk) =>
            chunk.moduleIds.some((id) => simulation.test(id))
              ? 'simulation/[name]-[hash].js'
              : 'chunks/[name]-[hash].js',
        },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      // A sandboxed preload script can require nothing but `electron`: each is one CommonJS file.
      isolatedEntries: true,
      rolldownOptions: {
        input: present({
          applicant: 'main/window/preload.ts',
          bench: 'main/window/bench-preload.ts',
          camera: 'main/window/camera-preload.ts',
        }),
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    base: './',
    plugins: [react(), visionFiles(root)],
    worker: { format: 'es' },
    build: {
      outDir: 'out/renderer',
      target: 'chrome140',
      minify: true,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: present({
          applicant: 'renderer/applicant/index.html',
          bench: 'renderer/bench/index.html',
          camera: 'renderer/camera/index.html',
          technician: 'renderer/technician/index.html',
        }),
      },
    },
  },
});
