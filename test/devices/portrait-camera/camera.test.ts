import { describe, expect, it } from 'vitest';
import { medianScores } from '../../../devices/portrait-camera/camera.ts';
import { createPortraitCamera } from '../../../devices/portrait-camera/index.ts';
import type { FaceHint, FaceImage } from '../../../devices/portrait-camera/interface.ts';
import { fail, ok } from '../../../devices/result.ts';
import { cameraError, hint, type ScriptedHost, scores, scriptedHost } from './scripted-host.ts';

const reference: FaceImage = { mediaType: 'image/jpeg', bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0xd9) };
const command = (timeoutMs = 20_000, signal = new AbortController().signal) => ({ timeoutMs, signal });

function cameraOver(scripted: ScriptedHost, framesPerTry = 3) {
  return createPortraitCamera(
    { adapter: 'uvc', label: 'Portrait' },
    scripted.host,
    { monotonic: scripted.now },
    { framesPerTry },
  );
}

async function compare(scripted: ScriptedHost, timeoutMs = 20_000) {
  const hints: (FaceHint | null)[] = [];
  const camera = cameraOver(scripted);
  await camera.open(command());
  const result = await camera.compare(reference, {
    ...command(timeoutMs),
    onHint: (next) => hints.push(next),
  });
  return { camera, result, hints };
}

describe('comparing a face', () => {
  it('answers the median of the frames it needs, each score by itself', async () => {
    const { result } = await compare(
      scriptedHost({ observations: [scores(0.9, 0.2, 0.9), scores(0.7, 0.6, 0.8), scores(0.8, 0.7, 0.1)] }),
    );
    expect(result).toEqual(ok({ similarity: 0.8, real: 0.6, live: 0.8 }));
  });

  it('takes the lower middle of an even number', () => {
    const even = [0.9, 0.1, 0.6, 0.7].map((value) => ({ similarity: value, real: value, live: value }));
    expect(medianScores(even).similarity).toBe(0.6);
  });

  it('tells a hint once it stands, and its end', async () => {
    const { hints } = await compare(
      scriptedHost({
        observations: [
          hint('tooFar'),
          hint('tooFar'),
          hint('tooFar'),
          hint('notCentred'),
          scores(0.8),
          hint('lookStraight'),
          scores(0.8),
          scores(0.8),
        ],
      }),
    );
    expect(hints).toEqual(['tooFar', null]);
  });

  it('starts again when the person may have changed', async () => {
    for (const change of ['noFace', 'severalFaces'] as const) {
      const { result } = await compare(
        scriptedHost({
          observations: [scores(0.1), scores(0.1), hint(change), scores(0.8), scores(0.9), scores(0.85)],
        }),
      );
      expect(result).toEqual(ok({ similarity: 0.85, real: 0.6, live: 0.9 }));
    }
  });

  it('times out when nobody comes, saying so meanwhile', async () => {
    const { result, hints } = await compare(scriptedHost({ observations: [hint('noFace')] }));
    expect(result).toMatchObject({ ok: false, error: { device: 'portraitCamera', code: 'timeOut' } });
    expect(hints).toEqual(['noFace']);
  });

  it('refuses a reference without a face', async () => {
    const { camera, result } = await compare(scriptedHost({ reference: fail(cameraError('invalidData')) }));
    expect(result).toMatchObject({ ok: false, error: { code: 'invalidData' } });
    expect(camera.status()).toEqual({ state: 'online' });
  });

  it('stops when cancelled, before and during', async () => {
    const scripted = scriptedHost({ observations: ['hang'] });
    const camera = cameraOver(scripted);
    await camera.open(command());
    const controller = new AbortController();
    const pending = camera.compare(reference, {
      ...command(20_000, controller.signal),
      onHint: () => undefined,
    });
    controller.abort();
    expect(await pending).toMatchObject({ ok: false, error: { code: 'canceled' } });
    const again = await camera.compare(reference, {
      ...command(20_000, controller.signal),
      onHint: () => undefined,
    });
    expect(again).toMatchObject({ ok: false, error: { code: 'canceled' } });
    expect(scripted.holdsReference()).toBe(false);
  });

  it('forgets the reference however it ends', async () => {
    for (const observations of [[scores(0.9)], [hint('noFace')], [cameraError('cameraInoperable')]]) {
      const scripted = scriptedHost({ observations });
      await compare(scripted);
      expect(scripted.holdsReference()).toBe(false);
    }
  });

  it('reports a camera that gives no more frames, and shows it in its status', async () => {
    const { camera, result } = await compare(
      scriptedHost({ observations: [scores(0.9), cameraError('timeOut')] }),
    );
    expect(result).toMatchObject({ ok: false, error: { code: 'cameraInoperable', action: 'maintenance' } });
    expect(camera.status()).toEqual({
      state: 'hardwareError',
      code: 'cameraInoperable',
      action: 'maintenance',
    });
  });

  it('does one comparison at a time', async () => {
    const scripted = scriptedHost({ observations: [scores(0.9)] });
    const camera = cameraOver(scripted);
    await camera.open(command());
    const first = camera.compare(reference, { ...command(), onHint: () => undefined });
    const second = camera.compare(reference, { ...command(), onHint: () => undefined });
    expect(await second).toMatchObject({ ok: false, error: { code: 'deviceNotReady' } });
    expect(await first).toMatchObject({ ok: true });
  });
});

describe('being there', () => {
  it('is online once opened, and names the device', async () => {
    const camera = cameraOver(scriptedHost({}));
    expect(camera.status()).toEqual({ state: 'starting' });
    expect(await camera.open(command())).toEqual(ok(undefined));
    expect(camera.status()).toEqual({ state: 'online' });
    expect(camera.identity().modelName).toBe('HD Portrait Camera');
  });

  it('says why it cannot be opened', async () => {
    const camera = cameraOver(scriptedHost({ open: fail(cameraError('cameraInoperable')) }));
    expect(await camera.open(command())).toMatchObject({ ok: false, error: { code: 'cameraInoperable' } });
    expect(camera.status()).toEqual({
      state: 'hardwareError',
      code: 'cameraInoperable',
      action: 'maintenance',
    });
  });

  it('follows the device when it goes and comes back, and no more once closed', async () => {
    const scripted = scriptedHost({});
    const camera = cameraOver(scripted);
    const states: string[] = [];
    camera.onStatus((status) => states.push(status.state));
    await camera.open(command());
    scripted.tell('lost');
    scripted.tell('live');
    await camera.close();
    scripted.tell('live');
    expect(states).toEqual(['online', 'offline', 'online', 'offline']);
  });

  it('tests itself without leaving the preview off', async () => {
    const scripted = scriptedHost({});
    const camera = cameraOver(scripted);
    await camera.open(command());
    await camera.preview(true);
    expect(await camera.selfTest(command())).toEqual(
      ok('HD Portrait Camera, 640 × 480; the face models are loaded'),
    );
    expect(scripted.calls.slice(-3)).toEqual(['open Portrait', 'preview true', 'prepare']);
  });
});
