/** The portrait camera over a `CameraHost`: collects measured frames until they suffice for a judgement. */
import type { CommandOptions, DeviceError, DeviceErrorCode, DeviceResult, DeviceStatus } from '../device.ts';
import { fail, ok } from '../result.ts';
import type { CameraHost, FaceHint, FaceImage, FaceScores, PortraitCamera } from './interface.ts';

export interface CameraOverHostOptions {
  readonly host: CameraHost;
  /** Part of the video device's label; empty: any. */
  readonly label: string;
  /** Usable frames in a row that one comparison needs; their median counts. At least 1. */
  readonly framesNeeded: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** A frame that takes longer than this will not come. */
const longestFrameMs = 5000;

/** A hint shown for a single frame would flicker; two in a row are meant. */
const framesBeforeHint = 2;

export function cameraOverHost({ host, label, framesNeeded, now }: CameraOverHostOptions): PortraitCamera {
  let status: DeviceStatus = { state: 'starting' };
  let modelName: string | null = null;
  let stopWatching: (() => void) | null = null;
  let comparing = false;
  let previewing = false;
  const listeners = new Set<(status: DeviceStatus) => void>();

  const become = (next: DeviceStatus) => {
    if (JSON.stringify(next) === JSON.stringify(status)) return;
    status = next;
    for (const listener of listeners) listener(status);
  };

  const openDevice = async (options: CommandOptions): Promise<DeviceResult<string>> => {
    const opened = await host.open(label, options);
    if (!opened.ok) {
      const { code, action } = opened.error;
      if (code !== 'canceled') become({ state: 'hardwareError', code, action });
      return opened;
    }
    modelName = opened.value.label;
    become({ state: 'online' });
    return ok(`${opened.value.label}, ${opened.value.width} × ${opened.value.height}`);
  };

  const look = async (
    reference: FaceImage,
    { timeoutMs, signal, onHint }: Parameters<PortraitCamera['compare']>[1],
  ): Promise<DeviceResult<FaceScores>> => {
    const deadline = now() + timeoutMs;
    const left = () => deadline - now();
    const set = await host.setReference(reference, { timeoutMs, signal });
    if (!set.ok) return set;
    const hints = steadyHints(onHint);
    const good: FaceScores[] = [];
    while (good.length < framesNeeded) {
      if (signal.aborted) return fail(failure('canceled', 'The comparison was cancelled.'));
      const leftMs = left();
      if (leftMs <= 0) return fail(failure('timeOut', 'No usable face was seen in time.'));
      const observed = await host.observe({ timeoutMs: Math.min(leftMs, longestFrameMs), signal });
      if (!observed.ok) {
        if (observed.error.code !== 'timeOut') return observed;
        return leftMs > longestFrameMs
          ? fail(failure('cameraInoperable', 'The camera gives no more frames.'))
          : fail(failure('timeOut', 'No usable face was seen in time.'));
      }
      if (observed.value.kind === 'scores') {
        hints.see(null);
        good.push(observed.value.scores);
        continue;
      }
      hints.see(observed.value.hint);
      // Somebody else may have stepped in: what was measured before is not of the same person for certain.
      if (observed.value.hint === 'noFace' || observed.value.hint === 'severalFaces') good.length = 0;
    }
    return ok(medianScores(good));
  };

  return {
    kind: 'portraitCamera',
    identity: () => ({ modelName, serialNumber: null, firmware: null }),
    status: () => status,
    onStatus: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open: async (options) => {
      stopWatching ??= host.onState((state) => become({ state: state === 'live' ? 'online' : 'offline' }));
      const opened = await openDevice(options);
      return opened.ok ? ok(undefined) : opened;
    },
    close: async () => {
      stopWatching?.();
      stopWatching = null;
      previewing = false;
      await host.close();
      become({ state: 'offline' });
    },
    selfTest: async (options) => {
      if (comparing) return fail(failure('deviceNotReady', 'The camera is comparing a face.'));
      const opened = await openDevice(options);
      if (!opened.ok) return opened;
      if (previewing) await host.preview(true);
      const prepared = await host.prepare(options);
      return prepared.ok ? ok(`${opened.value}; the face models are loaded`) : prepared;
    },
    preview: async (on) => {
      previewing = on;
      await host.preview(on);
    },
    compare: async (reference, options) => {
      if (comparing) return fail(failure('deviceNotReady', 'The camera is comparing a face already.'));
      if (options.signal.aborted) return fail(failure('canceled', 'The comparison was cancelled.'));
      comparing = true;
      try {
        const result = await look(reference, options);
        if (!result.ok && result.error.code === 'cameraInoperable' && status.state === 'online') {
          become({ state: 'hardwareError', code: result.error.code, action: result.error.action });
        }
        return result;
      } finally {
        await host.clearReference();
        comparing = false;
      }
    },
  };
}

/** Passes a hint on when it has stood for some frames, and its end at once. */
function steadyHints(onHint: (hint: FaceHint | null) => void): { see(hint: FaceHint | null): void } {
  let shown: FaceHint | null = null;
  let last: FaceHint | null = null;
  let count = 0;
  return {
    see: (hint) => {
      count = hint === last ? count + 1 : 1;
      last = hint;
      if (hint === shown || (hint !== null && count < framesBeforeHint)) return;
      shown = hint;
      onHint(hint);
    },
  };
}

/** Each score's median by itself; of an even number the lower middle one, so that doubt counts against. */
export function medianScores(scores: readonly FaceScores[]): FaceScores {
  const median = (of: (scores: FaceScores) => number) => {
    const sorted = scores.map(of).toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  };
  return {
    similarity: median((s) => s.similarity),
    real: median((s) => s.real),
    live: median((s) => s.live),
  };
}

function failure(code: DeviceErrorCode, message: string): DeviceError {
  return {
    device: 'portraitCamera',
    code,
    action: code === 'cameraInoperable' ? 'maintenance' : 'reset',
    message,
  };
}
