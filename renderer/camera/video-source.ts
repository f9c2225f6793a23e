/** The video device: found by its label, filming only while somebody needs its frames. */

/** Chromium offers it to windows too; the standard's types know it in workers only. */
declare class MediaStreamTrackProcessor {
  readonly readable: ReadableStream<VideoFrame>;
  constructor(init: { track: MediaStreamTrack; maxBufferSize?: number });
}

export interface OpenedVideo {
  readonly label: string;
  readonly width: number;
  readonly height: number;
}

export interface VideoSource {
  readonly opened: OpenedVideo;
  /** The next frame filmed, drawn no larger than asked for; `null` when the device has stopped. */
  nextFrame(): Promise<ImageBitmap | null>;
  stop(): void;
}

/** The widest picture anybody needs: enough for the face models and for the preview. */
export const frameWidth = 640;

/** Connected video devices whose label contains `label`. */
export async function videoDevices(label: string): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === 'videoinput' && device.label.includes(label));
}

/** Starts filming; `null` when there is no such device or it gives nothing. `onEnd`: it stopped by itself. */
export async function startFilming(label: string, onEnd: () => void): Promise<VideoSource | null> {
  const [device] = await videoDevices(label);
  if (device === undefined) return null;
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {
        deviceId: { exact: device.deviceId },
        width: { ideal: frameWidth },
        height: { ideal: 480 },
        frameRate: { ideal: 15 },
      },
    });
  } catch {
    return null;
  }
  const [track] = stream.getVideoTracks();
  if (track === undefined) return null;
  const settings = track.getSettings();
  const frames = newestFrame(track);
  track.onended = onEnd;
  return {
    opened: { label: track.label, width: settings.width ?? frameWidth, height: settings.height ?? 480 },
    nextFrame: frames.next,
    stop: () => {
      track.onended = null;
      frames.stop();
      track.stop();
    },
  };
}

/** Reads every frame as it comes, keeps none, and hands the next one to all who wait for it. */
function newestFrame(track: MediaStreamTrack): { next: () => Promise<ImageBitmap | null>; stop: () => void } {
  const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable.getReader();
  const waiting = new Set<(frame: VideoFrame | null) => Promise<void> | void>();
  let ended = false;

  const pump = async () => {
    for (;;) {
      const { done, value: frame } = await reader
        .read()
        .catch(() => ({ done: true, value: undefined }) as const);
      const takers = [...waiting];
      waiting.clear();
      if (done || frame === undefined) {
        ended = true;
        for (const take of takers) void take(null);
        return;
      }
      await Promise.all(takers.map((take) => take(frame)));
      frame.close();
    }
  };
  void pump();

  return {
    next: () =>
      new Promise((resolve, reject) => {
        if (ended) return resolve(null);
        waiting.add(async (frame) => {
          if (frame === null) return resolve(null);
          const width = Math.min(frameWidth, frame.displayWidth);
          await createImageBitmap(frame, { resizeWidth: width, resizeQuality: 'medium' }).then(
            resolve,
            reject,
          );
        });
      }),
    stop: () => void reader.cancel().catch(() => undefined),
  };
}
