/**
 * The hidden window that owns the video device, as the `CameraHost` the portrait camera's adapter works with.
 * When the page dies it is loaded again and told to open what was open; a comparison under way fails.
 */
import { BrowserWindow } from 'electron';
import type { CommandOptions, DeviceErrorCode, DeviceResult, StaffAction } from '../../devices/device.ts';
import type { CameraHost, FaceObservation } from '../../devices/portrait-camera/interface.ts';
import { fail, ok } from '../../devices/result.ts';
import {
  type CameraReport,
  type CameraRequest,
  cameraChannels,
  cameraReportSchema,
} from '../contract/camera.ts';
import { type Peer, type RefusedMessage, receive, send } from './ipc.ts';
import { type LockDown, lockedPreferences } from './lock-down.ts';
import { pageUrl } from './protocol.ts';
import { keepLoaded, type RendererIncident } from './renderer-health.ts';

export interface CameraWindowOptions {
  /** The page is loaded when this settles; at once without it. */
  readonly loadAfter?: Promise<unknown>;
  readonly lockDown: LockDown;
  readonly preload: string;
  readonly devTools: boolean;
  readonly onIncident: (incident: RendererIncident) => void;
  readonly onRefusedMessage: (message: RefusedMessage) => void;
}

export interface CameraWindow {
  readonly window: BrowserWindow;
  readonly host: CameraHost;
  /** Opens the video device anew if it is filming, for one that shows other pictures from then on. */
  filmAgain(): Promise<void>;
  /** Calls `listener` with each JPEG frame (at most 640 wide, about 15 a second) while the preview is on; answers how to stop. */
  onPreview(listener: (jpeg: Uint8Array) => void): () => void;
}

type Answer = Extract<CameraReport, { id: number }>;
/** A request before it has its number. */
type Unnumbered<T> = T extends { id: number } ? Omit<T, 'id'> : never;

const actions: Partial<Record<DeviceErrorCode, StaffAction>> = {
  cameraInoperable: 'maintenance',
  hardwareError: 'maintenance',
};

const failure = (code: DeviceErrorCode, message: string) =>
  fail({ device: 'portraitCamera', code, action: actions[code] ?? 'reset', message } as const);

/** Time the page gets for what takes it no time at all. */
const briefMs = 5000;

const reopenEveryMs = 1000;

/** Opens the window; nothing is filmed before `host.open`. */
export function createCameraWindow(options: CameraWindowOptions): CameraWindow {
  const window = new BrowserWindow({
    show: false,
    width: 320,
    height: 240,
    skipTaskbar: true,
    focusable: false,
    title: 'exit-entry-terminal camera',
    webPreferences: lockedPreferences(options.preload, options),
  });
  window.removeMenu();
  const peer: Peer = { name: 'camera', contents: window.webContents };
  options.lockDown.name(peer.contents, peer.name);

  const previews = new Set<(jpeg: Uint8Array) => void>();
  const states = new Set<(state: 'live' | 'lost') => void>();
  const waiting = new Map<number, (answer: Answer | 'gone') => void>();
  const sent = new Set<number>();
  let lastId = 0;
  let pageUp = Promise.withResolvers<void>();
  let isUp = false;
  let openLabel: string | null = null;
  let wantsPreview = false;

  const tell = (state: 'live' | 'lost') => {
    for (const listener of states) listener(state);
  };

  const ask = async (
    request: Unnumbered<CameraRequest>,
    { timeoutMs, signal }: CommandOptions,
  ): Promise<DeviceResult<Answer>> => {
    if (signal.aborted) return failure('canceled', 'The command was cancelled.');
    const given = Promise.withResolvers<DeviceResult<Answer>>();
    lastId += 1;
    const id = lastId;
    const timer = setTimeout(
      () => given.resolve(failure('timeOut', 'The camera window did not answer in time.')),
      timeoutMs,
    );
    const cancel = () => given.resolve(failure('canceled', 'The command was cancelled.'));
    signal.addEventListener('abort', cancel, { once: true });
    waiting.set(id, (answer) => {
      if (answer === 'gone') return given.resolve(failure('cameraInoperable', 'The camera window has died.'));
      given.resolve(answer.type === 'failed' ? failure(answer.code, answer.message) : ok(answer));
    });
    // `request` is one of the union without its number; the compiler cannot see that adding it back restores it.
    const numbered = { ...request, id } as CameraRequest;
    void pageUp.promise.then(() => {
      if (!waiting.has(id)) return;
      sent.add(id);
      send(peer, cameraChannels.request, numbered);
    });
    const answer = await given.promise;
    waiting.delete(id);
    sent.delete(id);
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
    return answer;
  };

  const briefly = (request: Unnumbered<CameraRequest>) =>
    ask(request, { timeoutMs: briefMs, signal: new AbortController().signal });

  const done = (answer: DeviceResult<Answer>): DeviceResult<void> => (answer.ok ? ok(undefined) : answer);

  /** The device may not be free yet for the page after the one that died: it is tried until it opens. */
  const reopen = async (label: string) => {
    const page = pageUp;
    const answer = await briefly({ type: 'open', label });
    if (openLabel !== label || page !== pageUp || peer.contents.isDestroyed()) return;
    if (!answer.ok) {
      setTimeout(() => void reopen(label), reopenEveryMs);
      return;
    }
    if (wantsPreview) await briefly({ type: 'preview', on: true });
    tell('live');
  };

  const pageGone = () => {
    if (isUp) {
      isUp = false;
      pageUp = Promise.withResolvers<void>();
      if (openLabel !== null) tell('lost');
    }
    // What was not sent yet is sent when the page is up again.
    for (const id of sent) waiting.get(id)?.('gone');
    sent.clear();
  };

  const handle = (report: CameraReport) => {
    switch (report.type) {
      case 'ready':
        pageGone();
        isUp = true;
        pageUp.resolve();
        if (openLabel !== null) void reopen(openLabel);
        return;
      case 'state':
        return tell(report.state);
      case 'frame':
        for (const listener of previews) listener(report.jpeg);
        return;
      default:
        waiting.get(report.id)?.(report);
    }
  };

  receive(
    peer,
    { channel: cameraChannels.report, schema: cameraReportSchema, refused: options.onRefusedMessage },
    handle,
  );
  const load = () => {
    if (peer.contents.isDestroyed()) return;
    keepLoaded(
      peer.name,
      peer.contents,
      () => window.loadURL(pageUrl('camera')),
      (incident) => {
        // `reloaded` comes after the new page has reported itself.
        if (incident.kind !== 'reloaded') pageGone();
        options.onIncident(incident);
      },
    );
  };
  if (options.loadAfter) void options.loadAfter.then(load, load);
  else load();

  const host: CameraHost = {
    open: async (label, command) => {
      const answer = await ask({ type: 'open', label }, command);
      if (!answer.ok) return answer;
      if (answer.value.type !== 'opened')
        return failure('hardwareError', 'The camera window answered something else.');
      openLabel = label;
      return ok({ label: answer.value.label, width: answer.value.width, height: answer.value.height });
    },
    close: async () => {
      openLabel = null;
      wantsPreview = false;
      await briefly({ type: 'close' });
    },
    prepare: async (command) => done(await ask({ type: 'prepare' }, command)),
    preview: async (on) => {
      wantsPreview = on;
      await briefly({ type: 'preview', on });
    },
    setReference: async (reference, command) =>
      done(
        await ask({ type: 'setReference', mediaType: reference.mediaType, bytes: reference.bytes }, command),
      ),
    clearReference: async () => {
      await briefly({ type: 'clearReference' });
    },
    observe: async (command): Promise<DeviceResult<FaceObservation>> => {
      const answer = await ask({ type: 'observe' }, command);
      if (!answer.ok) return answer;
      return answer.value.type === 'observed'
        ? ok(answer.value.observation)
        : failure('hardwareError', 'The camera window answered something else.');
    },
    onState: (listener) => {
      states.add(listener);
      return () => states.delete(listener);
    },
  };

  return {
    window,
    host,
    filmAgain: async () => {
      await briefly({ type: 'filmAgain' });
    },
    onPreview: (listener) => {
      previews.add(listener);
      return () => previews.delete(listener);
    },
  };
}
