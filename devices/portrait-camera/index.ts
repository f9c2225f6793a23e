/**
 * The portrait camera: looks at the person in front of the terminal and says how like a reference face they
 * are. First adapter: `uvc`, any camera Chromium can open, through the hidden camera window.
 */
import { createPortraitCamera } from './camera.ts';
import type { CameraHost, PortraitCamera } from './interface.ts';

export interface PortraitCameraConfig {
  readonly adapter: 'uvc';
  /** Part of the video device's label; empty: any. */
  readonly label: string;
}

/** @param needs `framesNeeded`: usable frames in one comparison; `now`: monotonic milliseconds */
export function portraitCameraFrom(
  config: PortraitCameraConfig,
  needs: { readonly host: CameraHost; readonly framesNeeded: number; readonly now: () => number },
): PortraitCamera {
  return createPortraitCamera({ label: config.label, ...needs });
}
