/** Builds and starts the camera window alone, in a real Electron whose fake camera shows a given file. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, type InlineConfig } from 'vite';
import { startVirtualDisplay } from '../../build/launch/display.mjs';
import { electronCommand } from '../../build/launch/electron-command.mjs';
import { visionFiles } from '../../build/vision-files.ts';
import type { CameraApp } from './camera-app/main.ts';
import { fakeCameraSwitches } from './fake-camera.ts';

const root = path.resolve(import.meta.dirname, '../..');

export interface RunningCameraApp {
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
  const fake = video === null ? [] : fakeCameraSwitches(video);
  const child = spawn(command.executable, [...switches, ...fake, folder], {
    env: { ...environment(), ...command.env, DISPLAY: display.name, CAMERA_APP_DATA: data },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  child.on('message', (answer: { id: number; value?: unknown; error?: string }) => {
    const given = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.error === undefined) given?.resolve(answer.value);
    else given?.reject(new Error(answer.error));
  });
  child.once('exit', (code) => {
    for (const given of waiting.values()) given.reject(new Error(`Electron ended with code ${code}`));
  });
  return {
    call: (name, ...args) => {
      lastId += 1;
      const given = Promise.withResolvers<unknown>();
      waiting.set(lastId, given);
      child.send({ id: lastId, name, args });
      // The entry answers what its own type says.
      return given.promise as ReturnType<RunningCameraApp['call']> as never;
    },
    stop: async () => {
      // It ends itself when it has nobody to talk to.
      if (child.connected) child.disconnect();
      const impatient = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(impatient);
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
