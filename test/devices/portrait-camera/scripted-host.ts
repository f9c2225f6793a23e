/** A camera host that plays a script of observations; the real one is tried in a real Electron. */
import type { CommandOptions, DeviceError, DeviceResult } from '../../../devices/device.ts';
import type {
  CameraHost,
  FaceHint,
  FaceImage,
  FaceObservation,
} from '../../../devices/portrait-camera/interface.ts';
import { fail, ok } from '../../../devices/result.ts';

export const cameraError = (code: DeviceError['code']): DeviceError => ({
  device: 'portraitCamera',
  code,
  action: 'maintenance',
  message: 'scripted',
});

export const scores = (similarity: number, real = 0.6, live = 0.9): FaceObservation => ({
  kind: 'scores',
  scores: { similarity, real, live },
});
export const hint = (which: FaceHint): FaceObservation => ({ kind: 'hint', hint: which });

export interface ScriptedHost {
  readonly host: CameraHost;
  readonly calls: string[];
  tell(state: 'live' | 'lost'): void;
  /** The clock; each observation takes `frameMs` on it. */
  now(): number;
  /** Whether the host still knows a reference. */
  holdsReference(): boolean;
}

export function scriptedHost(script: {
  readonly open?: DeviceResult<{ label: string; width: number; height: number }>;
  readonly reference?: DeviceResult<void>;
  /** One after the other; the last is repeated. */
  readonly observations?: readonly (FaceObservation | DeviceError | 'hang')[];
  readonly frameMs?: number;
}): ScriptedHost {
  const calls: string[] = [];
  const listeners = new Set<(state: 'live' | 'lost') => void>();
  const observations = [...(script.observations ?? [])];
  let time = 1000;
  let reference: FaceImage | null = null;

  const observe = async (options: CommandOptions): Promise<DeviceResult<FaceObservation>> => {
    const next = observations.length > 1 ? observations.shift() : observations[0];
    await Promise.resolve();
    if (next === 'hang' || next === undefined) {
      const aborted = await new Promise<boolean>((resolve) => {
        options.signal.addEventListener('abort', () => resolve(true), { once: true });
        if (next === undefined) resolve(false);
      });
      time += options.timeoutMs;
      return fail(cameraError(aborted ? 'canceled' : 'timeOut'));
    }
    time += script.frameMs ?? 100;
    return 'code' in next ? fail(next) : ok(next);
  };

  return {
    calls,
    now: () => time,
    holdsReference: () => reference !== null,
    tell: (state) => {
      for (const listener of listeners) listener(state);
    },
    host: {
      open: async (label) => {
        calls.push(`open ${label}`);
        return script.open ?? ok({ label: 'HD Portrait Camera', width: 640, height: 480 });
      },
      close: async () => void calls.push('close'),
      prepare: async () => {
        calls.push('prepare');
        return ok(undefined);
      },
      preview: async (on) => void calls.push(`preview ${on}`),
      setReference: async (image) => {
        const answer = script.reference ?? ok(undefined);
        if (answer.ok) reference = image;
        return answer;
      },
      clearReference: async () => {
        reference = null;
      },
      observe,
      onState: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}
