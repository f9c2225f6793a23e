/**
 * The hidden camera window: owns the video device and the face models, and does what main asks. It films only
 * while there is a preview to show or a reference to compare with.
 */
import { z } from 'zod';
import {
  type CameraApi,
  type CameraFailure,
  type CameraReport,
  type CameraRequest,
  cameraRequestSchema,
} from '../../main/contract/camera.ts';
import { faceHint } from './face-hint.ts';
import { startPreview } from './preview.ts';
import { startFilming, type VideoSource, videoDevices } from './video-source.ts';
import { startVision, type Vision } from './vision.ts';
import type { VisionAnswer } from './vision-messages.ts';

declare global {
  interface Window {
    readonly camera: CameraApi;
  }
}

/** The page's policy forbids making code at run time, which zod would otherwise try. */
z.config({ jitless: true });

/**
 * The models are let go this long after they were last needed: they take a quarter of a gigabyte, and loading
 * them again takes less time than a person needs to look up.
 */
const visionRestMs = 10_000;

/** How often a device that has gone is looked for, besides when Chromium says that devices have changed. */
const searchEveryMs = 3000;

const report = (message: CameraReport) => window.camera.report(message);

/** `null` while closed. */
let label: string | null = null;
let lost = false;
let searching: ReturnType<typeof setInterval> | undefined;
let source: Promise<VideoSource | null> | null = null;
let timesFilmedAgain = 0;
let stopPreview: (() => void) | null = null;
let previewOn = false;
let hasReference = false;
let vision: Vision | null = null;
let visionRest: ReturnType<typeof setTimeout> | undefined;

function film(): Promise<VideoSource | null> {
  if (label === null) return Promise.resolve(null);
  if (source !== null) return source;
  const started = startFilming(label, () => {
    if (source === started) deviceLost();
  });
  source = started;
  void started.then((filming) => {
    if (filming === null && source === started) source = null;
  });
  return started;
}

/** As `film`; a device that was there and films no more counts as lost. */
async function filmOrLose(): Promise<VideoSource | null> {
  const filming = await film();
  if (filming === null) deviceLost();
  return filming;
}

async function stopFilming(): Promise<void> {
  stopPreview?.();
  stopPreview = null;
  const stopping = source;
  source = null;
  (await stopping)?.stop();
}

const isIdle = () => !previewOn && !hasReference;

async function restIfIdle(): Promise<void> {
  if (!isIdle()) return;
  clearTimeout(visionRest);
  visionRest = setTimeout(() => {
    if (!isIdle()) return;
    vision?.stop();
    vision = null;
  }, visionRestMs);
  await stopFilming();
}

function wakeVision(): Vision {
  clearTimeout(visionRest);
  vision ??= startVision();
  return vision;
}

function deviceLost(): void {
  void stopFilming();
  if (lost || label === null) return;
  lost = true;
  report({ type: 'state', state: 'lost' });
  searching = setInterval(() => void lookAgain(), searchEveryMs);
}

async function lookAgain(): Promise<void> {
  if (label === null) return;
  const present = (await videoDevices(label)).length > 0;
  if (!present) return deviceLost();
  if (!lost) return;
  const found = await film();
  if (found === null) return void stopFilming();
  if (!lost) return;
  lost = false;
  clearInterval(searching);
  report({ type: 'state', state: 'live' });
  if (previewOn) await showPreview();
  await restIfIdle();
}

async function open(id: number, wanted: string): Promise<void> {
  await close();
  label = wanted;
  const opened = await film();
  const frame = await opened?.nextFrame();
  if (opened === null || frame === null || frame === undefined) {
    await close();
    return failed(id, 'cameraInoperable', 'There is no such video device, or it gives no pictures.');
  }
  frame.close();
  report({ type: 'opened', id, ...opened.opened });
  await restIfIdle();
}

async function close(): Promise<void> {
  label = null;
  lost = false;
  previewOn = false;
  clearInterval(searching);
  await forget();
  await stopFilming();
}

async function forget(): Promise<void> {
  hasReference = false;
  await vision?.ask({ type: 'clearReference' });
}

async function showPreview(): Promise<boolean> {
  const filming = await filmOrLose();
  if (filming === null) return false;
  if (previewOn && stopPreview === null)
    stopPreview = startPreview(filming, (jpeg) => report({ type: 'frame', jpeg }));
  return true;
}

async function prepare(id: number): Promise<void> {
  // Answered when the models are loaded.
  const answer = await wakeVision().ask({ type: 'clearReference' });
  hasReference = false;
  if (answer.type !== 'done') return visionFailed(id, answer);
  report({ type: 'done', id });
  await restIfIdle();
}

async function preview(id: number, on: boolean): Promise<void> {
  previewOn = on;
  if (!on) {
    stopPreview?.();
    stopPreview = null;
    await restIfIdle();
    return report({ type: 'done', id });
  }
  if (label === null) return failed(id, 'deviceNotReady', 'The camera is not open.');
  // By the time the person looks into the lens the models are there.
  wakeVision();
  if (!(await showPreview())) return failed(id, 'cameraInoperable', 'The camera gives no pictures.');
  report({ type: 'done', id });
}

async function setReference(id: number, image: Blob): Promise<void> {
  const answer = await wakeVision().ask({ type: 'setReference', image });
  if (answer.type === 'noFaceInReference')
    return failed(id, 'invalidData', 'The reference picture shows no face.');
  if (answer.type === 'undecodable')
    return failed(id, 'invalidData', 'The reference picture cannot be decoded.');
  if (answer.type !== 'done') return visionFailed(id, answer);
  hasReference = true;
  if ((await filmOrLose()) === null) return failed(id, 'cameraInoperable', 'The camera gives no pictures.');
  report({ type: 'done', id });
}

async function filmAgain(id: number): Promise<void> {
  if (source !== null) {
    timesFilmedAgain += 1;
    await stopFilming();
    if (previewOn) await showPreview();
  }
  report({ type: 'done', id });
}

/** The next frame, from the device opened anew if that happens meanwhile; `null` when it gives none. */
async function nextFrame(): Promise<ImageBitmap | null> {
  for (;;) {
    const times = timesFilmedAgain;
    const frame = (await (await filmOrLose())?.nextFrame()) ?? null;
    if (frame !== null || times === timesFilmedAgain || !hasReference) return frame;
  }
}

async function observe(id: number): Promise<void> {
  if (!hasReference || vision === null)
    return failed(id, 'deviceNotReady', 'There is no reference to compare with.');
  const frame = await nextFrame();
  if (frame === null) return failed(id, 'cameraInoperable', 'The camera gives no pictures.');
  const answer = await vision.ask({ type: 'measure', frame });
  if (answer.type !== 'measured') return visionFailed(id, answer);
  const [face] = answer.faces;
  const hint = faceHint(answer.faces.map(({ pose }) => pose));
  report({
    type: 'observed',
    id,
    observation:
      hint !== null || face === undefined
        ? { kind: 'hint', hint: hint ?? 'noFace' }
        : { kind: 'scores', scores: face.scores },
  });
}

/** A thread that failed is not asked again: the next reference starts a new one. */
function visionFailed(id: number, answer: VisionAnswer): void {
  vision?.stop();
  vision = null;
  hasReference = false;
  failed(
    id,
    'cameraInoperable',
    `Face comparison failed: ${answer.type === 'failed' ? answer.reason : answer.type}`,
  );
}

function failed(id: number, code: CameraFailure, message: string): void {
  report({ type: 'failed', id, code, message: message.slice(0, 200) });
}

async function perform(request: CameraRequest): Promise<void> {
  const { id } = request;
  switch (request.type) {
    case 'open':
      return open(id, request.label);
    case 'close':
      await close();
      return report({ type: 'done', id });
    case 'prepare':
      return prepare(id);
    case 'preview':
      return preview(id, request.on);
    case 'setReference':
      // A copy on a buffer of its own: what came through the bridge may share one.
      return setReference(id, new Blob([Uint8Array.from(request.bytes)], { type: request.mediaType }));
    case 'clearReference':
      await forget();
      await restIfIdle();
      return report({ type: 'done', id });
    case 'filmAgain':
      return filmAgain(id);
    case 'observe':
      return observe(id);
  }
}

window.camera.onRequest((message) => {
  const request = cameraRequestSchema.safeParse(message);
  if (!request.success) return;
  perform(request.data).catch(() => failed(request.data.id, 'cameraInoperable', 'The camera window failed.'));
});
navigator.mediaDevices.addEventListener('devicechange', () => void lookAgain());
report({ type: 'ready' });
