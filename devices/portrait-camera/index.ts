/**
 * The portrait camera: looks at the person in front of the terminal and says how like a reference face they
 * are. First adapter: `uvc`, any camera Chromium can open, through the hidden camera window.
 */
import { cameraOverHost } from './camera.ts';
import type { CameraHost, PortraitCamera } from './interface.ts';

export interface PortraitCameraConfig {
  readonly adapter: 'uvc';
  /** Part of the video device's label; empty: any. */
  readonly label: string;
}

/** @param comparing `framesPerTry`: usable frames whose median one comparison answers, at least 1 */
export function createPortraitCamera(
  config: PortraitCameraConfig,
  host: CameraHost,
  clock: { monotonic(): number },
  comparing: { readonly framesPerTry: number },
): PortraitCamera {
  return cameraOverHost({
    host,
    label: config.label,
    framesNeeded: comparing.framesPerTry,
    now: () => clock.monotonic(),
  });
}
