import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildCameraApp, type RunningCameraApp, startCameraApp } from './camera-app.ts';
import { fakeCameraFile } from './fake-camera.ts';

const simulation = path.resolve(import.meta.dirname, '../../assets/simulation');
const loop = (name: string) => path.join(simulation, `loop-${name}.mjpeg`);
const portrait = (name: string) => path.join(simulation, `portraits/${name}.jpg`);
const portraitBase64 = (name: string) => readFileSync(portrait(name)).toString('base64');

/** What the profiles ask for. */
const { face } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../main/config/profiles/county-hall.json'), 'utf8'),
);

let folder: string;
let running: RunningCameraApp;
const start = async (video: string | null) => {
  running = await startCameraApp(folder, video);
};

beforeAll(async () => {
  folder = await buildCameraApp();
});
afterEach(async () => {
  // The library looks for WebGPU before it is told to use WebAssembly.
  const problems = (await running.call('problems')).filter((line) => !line.includes('No available adapters'));
  await running.stop();
  expect(problems).toEqual([]);
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('the portrait camera in a real Electron', () => {
  it('knows the person in the picture, and nobody else', async () => {
    await start(loop('person01'));
    expect(await running.call('open')).toEqual({ ok: true, value: undefined });
    expect(await running.call('status')).toBe('online');

    const own = await running.call('compare', portraitBase64('01-document'), 20_000);
    if (!own.result.ok) throw new Error(own.result.error.message);
    expect(own.result.value.similarity).toBeGreaterThanOrEqual(face.minSimilarity);
    expect(own.result.value.real).toBeGreaterThanOrEqual(face.minReal);
    expect(own.result.value.live).toBeGreaterThanOrEqual(face.minLive);

    const other = await running.call('compare', portraitBase64('02-document'), 20_000);
    if (!other.result.ok) throw new Error(other.result.error.message);
    expect(other.result.value.similarity).toBeLessThan(face.minSimilarity);
  });

  it('knows another person from a file made of pictures', async () => {
    const video = await fakeCameraFile([portrait('05-live1'), portrait('05-live3')]);
    await start(video.file);
    await running.call('open');
    const own = await running.call('compare', portraitBase64('05-document'), 20_000);
    if (!own.result.ok) throw new Error(own.result.error.message);
    expect(own.result.value.similarity).toBeGreaterThanOrEqual(face.minSimilarity);
    await video.remove();
  });

  it('does not take a copy of a picture on paper for a face', async () => {
    await start(loop('copy-of-person13'));
    await running.call('open');
    const copy = await running.call('compare', portraitBase64('13-document'), 20_000);
    if (!copy.result.ok) throw new Error(copy.result.error.message);
    expect(copy.result.value.real).toBeLessThan(face.minReal);
  });

  it('says that nobody is there until time is up', async () => {
    await start(loop('empty-hall'));
    await running.call('open');
    const nobody = await running.call('compare', portraitBase64('01-document'), 5000);
    expect(nobody.result).toMatchObject({ ok: false, error: { code: 'timeOut' } });
    expect(nobody.hints).toEqual(['noFace']);
  });

  it('refuses a reference that shows no face, and one that is no picture', async () => {
    await start(loop('person02'));
    await running.call('open');
    for (const reference of [
      emptyPicture().toString('base64'),
      Buffer.from('no picture at all').toString('base64'),
    ]) {
      const refused = await running.call('compare', reference, 20_000);
      expect(refused.result).toMatchObject({ ok: false, error: { code: 'invalidData' } });
    }
    const after = await running.call('compare', portraitBase64('02-document'), 20_000);
    expect(after.result).toMatchObject({ ok: true });
    expect(await running.call('status')).toBe('online');
  });

  it('shows the person themself as JPEG, no wider than 640', async () => {
    await start(loop('person01'));
    await running.call('open');
    const frames = await running.call('preview', 5);
    for (const frame of frames)
      expect(jpegSize(Buffer.from(frame, 'base64'))).toEqual({ width: 640, height: 480 });
  });

  it('is lost when its page dies, and comes back by itself', async () => {
    await start(loop('person01'));
    await running.call('open');
    await running.call('killPage');
    await expect
      .poll(() => running.call('states'), { timeout: 30_000 })
      .toEqual(['online', 'offline', 'online']);
    expect(await running.call('incidents')).toContain('gone');
    const own = await running.call('compare', portraitBase64('01-document'), 20_000);
    expect(own.result.ok).toBe(true);
  });

  it('is lost when the video stops, and comes back by itself', async () => {
    await start(loop('person01'));
    await running.call('open');
    await running.call('setPreview', true);
    await running.call('killVideoCapture');
    await expect
      .poll(() => running.call('states'), { timeout: 30_000 })
      .toEqual(['online', 'offline', 'online']);
    expect(await running.call('preview', 3)).toHaveLength(3);
  });

  it('cannot be opened where there is none', async () => {
    await start(null);
    expect(await running.call('open')).toMatchObject({ ok: false, error: { code: 'cameraInoperable' } });
    expect(await running.call('status')).toBe('hardwareError');
  });

  it('tests itself', async () => {
    await start(loop('empty-hall'));
    expect(await running.call('selfTest')).toMatchObject({ ok: true });
  });

  it('lets the models go when nobody is looked at any more', async () => {
    await start(loop('person01'));
    await running.call('open');
    await running.call('compare', portraitBase64('01-document'), 20_000);
    const pid = await running.call('pageProcessId');
    expect(workerThreads(pid)).toBe(1);
    await expect.poll(() => workerThreads(pid), { timeout: 30_000 }).toBe(0);
    expect((await running.call('compare', portraitBase64('01-document'), 20_000)).result.ok).toBe(true);
  });

  it('holds no more after 300 frames than before', async () => {
    await start(loop('empty-hall'));
    const worker = readdirSync(path.join(folder, 'renderer/assets')).find((name) =>
      name.startsWith('vision-worker'),
    );
    const empty = emptyPicture().toString('base64');
    const work = {
      worker: `/assets/${worker}`,
      frames: 300,
      reference: portraitBase64('01-document'),
      pictures: [portraitBase64('01-live1'), empty, empty, portraitBase64('02-live2'), empty, empty],
    };
    const held = await running.call('inPage', `(${measureMany})(${JSON.stringify(work)})`);
    expect(held).toMatchObject({ measured: 300, before: { type: 'tensors' } });
    const { before, after } = held as Held;
    expect(after).toEqual(before);
  });
});

interface Held {
  readonly before: unknown;
  readonly after: unknown;
  readonly measured: number;
}

/** Threads of dedicated workers in a renderer process. */
function workerThreads(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).filter((task) =>
    readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').startsWith('DedicatedWorker'),
  ).length;
}

/** Runs in the page, where nothing of this file exists: measures pictures in turn with a vision worker of its own. */
const measureMany = `async (work) => {
  const worker = new Worker(work.worker, { type: 'module' });
  const ask = (content) =>
    new Promise((resolve) => {
      worker.onmessage = (event) => resolve(event.data.content);
      worker.postMessage({ id: 1, content });
    });
  const blobOf = (base64) =>
    new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: 'image/jpeg' });
  const measure = async (count) => {
    let measured = 0;
    for (let frame = 0; frame < count; frame += 1) {
      const picture = work.pictures[frame % work.pictures.length];
      const answer = await ask({ type: 'measure', frame: await createImageBitmap(blobOf(picture)) });
      if (answer.type === 'measured') measured += 1;
    }
    return measured;
  };
  await ask({ type: 'load', modelFolder: new URL('/assets/vision/', location.href).href });
  await ask({ type: 'setReference', image: blobOf(work.reference) });
  // Once through every picture, for what the library makes at first use.
  await measure(work.pictures.length);
  const before = await ask({ type: 'countTensors' });
  const measured = await measure(work.frames);
  const after = await ask({ type: 'countTensors' });
  worker.terminate();
  return { before, after, measured };
}`;

/** The first picture of the empty hall. */
function emptyPicture(): Buffer {
  const hall = readFileSync(loop('empty-hall'));
  return hall.subarray(0, hall.indexOf(Buffer.of(0xff, 0xd9)) + 2);
}

/** From the frame header (SOF0 or SOF2) of a JPEG. */
function jpegSize(jpeg: Buffer): { width: number; height: number } {
  let at = 2;
  while (at < jpeg.length) {
    const marker = jpeg.readUInt8(at + 1);
    if (marker === 0xc0 || marker === 0xc2)
      return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  throw new Error('no frame header');
}
