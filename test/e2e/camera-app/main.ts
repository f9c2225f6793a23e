/** A terminal with nothing but its camera window, for looking at what the camera does in a real Electron. */
import path from 'node:path';
import { app, Menu, protocol, session } from 'electron';
import { createPortraitCamera } from '../../../devices/portrait-camera/index.ts';
import type { FaceHint, FaceImage } from '../../../devices/portrait-camera/interface.ts';
import { createCameraWindow } from '../../../main/window/camera-window.ts';
import { lockDown } from '../../../main/window/lock-down.ts';
import { registerScheme, serveFiles } from '../../../main/window/protocol.ts';

registerScheme(protocol);
app.setPath('userData', process.env.CAMERA_APP_DATA ?? app.getPath('userData'));

const incidents: string[] = [];
const problems: string[] = [];

const ready = app.whenReady().then(() => {
  const root = app.getAppPath();
  serveFiles(protocol, { renderers: path.join(root, 'renderer'), assets: {} });
  const lock = lockDown(app, Menu, session.defaultSession, (act) =>
    problems.push(`refused ${act.act} ${act.what}`),
  );
  const cameraWindow = createCameraWindow({
    lockDown: lock,
    preload: path.join(root, 'preload/camera.cjs'),
    devTools: false,
    onIncident: (incident) => incidents.push(incident.kind),
    onRefusedMessage: (message) => problems.push(`refused message at ${message.at}`),
  });
  cameraWindow.window.webContents.on('console-message', (event) => {
    if (event.level === 'error' || event.level === 'warning') problems.push(`console: ${event.message}`);
  });
  const camera = createPortraitCamera(
    { adapter: 'uvc', label: '' },
    cameraWindow.host,
    { monotonic: () => performance.now() },
    { framesPerTry: 3 },
  );
  const states: string[] = [];
  camera.onStatus((status) => states.push(status.state));
  return { cameraWindow, camera, states };
});

const command = (timeoutMs: number) => ({ timeoutMs, signal: new AbortController().signal });
const jpegOf = (base64: string): FaceImage => ({
  mediaType: 'image/jpeg',
  bytes: Buffer.from(base64, 'base64'),
});

/** What the test may call; answers are plain data. */
const cameraApp = {
  open: async () => (await ready).camera.open(command(20_000)),
  setPreview: async (on: boolean) => (await ready).camera.preview(on),
  status: async () => (await ready).camera.status().state,
  states: async () => [...(await ready).states],
  problems: async () => [...problems],
  incidents: async () => [...incidents],
  selfTest: async () => (await ready).camera.selfTest(command(20_000)),
  compare: async (reference: string, timeoutMs: number) => {
    const hints: (FaceHint | null)[] = [];
    const { camera } = await ready;
    const result = await camera.compare(jpegOf(reference), {
      ...command(timeoutMs),
      onHint: (hint) => hints.push(hint),
    });
    return { result, hints };
  },
  /** The first `count` preview frames, base64. */
  preview: async (count: number) => {
    const { camera, cameraWindow } = await ready;
    const frames: string[] = [];
    const enough = Promise.withResolvers<void>();
    const stop = cameraWindow.onPreview((jpeg) => {
      frames.push(Buffer.from(jpeg).toString('base64'));
      if (frames.length >= count) enough.resolve();
    });
    await camera.preview(true);
    await enough.promise;
    await camera.preview(false);
    stop();
    return frames;
  },
  /** Observes `count` frames against a reference; answers milliseconds each, and what was seen. */
  observe: async (reference: string, count: number) => {
    const { host } = (await ready).cameraWindow;
    const set = await host.setReference(jpegOf(reference), command(20_000));
    const seen: { ms: number; observation: unknown }[] = [];
    for (let frame = 0; set.ok && frame < count; frame += 1) {
      const began = performance.now();
      const observation = await host.observe(command(10_000));
      seen.push({
        ms: performance.now() - began,
        observation: observation.ok ? observation.value : observation.error,
      });
    }
    await host.clearReference();
    return { set, seen };
  },
  killPage: async () => (await ready).cameraWindow.window.webContents.forcefullyCrashRenderer(),
  /** Ends the process of Chromium that reads the video device, as a pulled cable ends its pictures. */
  killVideoCapture: async () => {
    for (const { pid, name } of app.getAppMetrics()) if (name === 'Video Capture') process.kill(pid);
  },
  /** Runs an expression in the page. */
  inPage: async (expression: string): Promise<unknown> =>
    (await ready).cameraWindow.window.webContents.executeJavaScript(expression),
  pageProcessId: async () => (await ready).cameraWindow.window.webContents.getOSProcessId(),
  memory: async () =>
    app.getAppMetrics().map((process) => ({
      type: process.type,
      name: process.name ?? '',
      pid: process.pid,
      workingSetKb: process.memory.workingSetSize,
    })),
};

export type CameraApp = typeof cameraApp;

/** One call of the test, over the channel between the two processes. */
process.on('message', async ({ id, name, args }: { id: number; name: keyof CameraApp; args: unknown[] }) => {
  // The other end is typed by `CameraApp`; here the pair of name and arguments is beyond the compiler.
  const call = cameraApp[name] as (...given: unknown[]) => Promise<unknown>;
  try {
    process.send?.({ id, value: await call(...args) });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
});
process.once('disconnect', () => app.exit(0));
