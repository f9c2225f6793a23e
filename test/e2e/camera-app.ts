/** Builds and starts the camera window alone, in a real Electron whose fake camera shows a given file. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ElectronApplication, _electron as electron } from 'playwright-core';
import { build, type InlineConfig } from 'vite';
import { startVirtualDisplay } from '../../build/launch/display.mjs';
import { electronCommand } from '../../build/launch/electron-command.mjs';
import { visionFiles } from '../../build/vision-files.ts';
import type { cameraApp } from './camera-app/main.ts';
import { fakeCameraSwitches } from './fake-camera.ts';

const root = path.resolve(import.meta.dirname, '../..');

type CameraApp = typeof cameraApp;

export interface RunningCameraApp {
  readonly app: ElectronApplication;
  call<K extends keyof CameraApp>(
    name: K,
    ...args: Parameters<CameraApp[K]>
  ): Promise<Awaited<ReturnType<CameraApp[K]>>>;
  stop(): Promise<void>;
}

/** Bundles the app into a temporary folder; answers the folder. */
export async function buildCameraApp(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'camera-app-'));
  const bundle = (config: InlineConfig) => build({ configFile: false, logLevel: 'warn', root, ...config });
  const script = (entry: string, outDir: string, format: 'es' | 'cjs', name: string): InlineConfig => ({
    build: {
      outDir: path.join(folder, outDir),
      emptyOutDir: false,
      minify: false,
      ssr: entry,
      target: 'node24',
      rolldownOptions: { external: ['electron', /^node:/], output: { format, entryFileNames: name } },
    },
    ssr: { noExternal: true },
  });
  await bundle(script('test/e2e/camera-app/main.ts', '.', 'es', 'main.mjs'));
  await bundle(script('main/window/camera-preload.ts', 'preload', 'cjs', 'camera.cjs'));
  await bundle({
    root: path.join(root, 'renderer'),
    base: './',
    plugins: [visionFiles(root)],
    worker: { format: 'es' },
    build: {
      outDir: path.join(folder, 'renderer'),
      emptyOutDir: true,
      target: 'chrome140',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { camera: path.join(root, 'renderer/camera/index.html') } },
    },
  });
  await writeFile(
    path.join(folder, 'package.json'),
    JSON.stringify({ name: 'camera-app', main: 'main.mjs' }),
  );
  await mkdir(path.join(folder, 'data'), { recursive: true });
  return folder;
}

/**
 * @param folder as `buildCameraApp` answered it
 * @param video an `.mjpeg` file for Chromium's fake camera; `null`: no camera at all
 */
export async function startCameraApp(folder: string, video: string | null): Promise<RunningCameraApp> {
  const command = electronCommand();
  const display = await startVirtualDisplay();
  const data = await mkdtemp(path.join(folder, 'data/'));
  const switches = command.args.filter((arg) => arg.startsWith('--'));
  const app = await electron
    .launch({
      executablePath: command.executable,
      args: [...switches, ...(video === null ? [] : fakeCameraSwitches(video)), folder],
      env: { ...environment(), ...command.env, DISPLAY: display.name, CAMERA_APP_DATA: data },
      chromiumSandbox: !switches.includes('--no-sandbox'),
    })
    .catch(async (error: unknown) => {
      await display.stop();
      throw error;
    });
  return {
    app,
    call: (name, ...args) =>
      app.evaluate(
        (_electron, { name, args }) => {
          // The entry put it there, with this very type.
          const { cameraApp } = globalThis as unknown as {
            cameraApp: Record<string, (...args: unknown[]) => unknown>;
          };
          return cameraApp[name]?.(...args);
        },
        { name: String(name), args: args as unknown[] },
        // Playwright cannot see through the name; the entry's own types say what is answered.
      ) as never,
    stop: async () => {
      await app.close();
      await display.stop();
      await rm(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function environment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !['NODE_OPTIONS', 'VITEST', 'NODE_ENV', 'ELECTRON_RUN_AS_NODE'].includes(entry[0]),
  );
  return Object.fromEntries(kept);
}
