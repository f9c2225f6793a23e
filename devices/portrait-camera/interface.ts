/**
 * The portrait camera. Chromium owns the video device: a hidden camera window captures and measures, and this
 * adapter reaches it through the `CameraHost` port its owner hands in.
 */
import type { CommandOptions, Device, DeviceResult } from '../device.ts';

export interface FaceImage {
  readonly mediaType: 'image/jpeg' | 'image/png';
  readonly bytes: Uint8Array;
}

/** What keeps a frame from being compared, in the order a person can mend it. */
export type FaceHint =
  | 'noFace'
  | 'severalFaces'
  | 'tooFar'
  | 'tooClose'
  | 'notCentred'
  | 'lookStraight'
  | 'tooDark';

/** Measured on one frame. All scores 0..1, higher is better. */
export interface FaceScores {
  /** Likeness of the live face to the reference. */
  readonly similarity: number;
  /** Anti-spoof: not a photograph or a screen. */
  readonly real: number;
  readonly live: number;
}

export interface PortraitCamera extends Device {
  readonly kind: 'portraitCamera';
  /** Starts or stops the live preview for the applicant screen. */
  preview(on: boolean): Promise<void>;
  /**
   * Looks at the person until enough good frames were compared with `reference`; answers the median scores.
   * Errors: `timeOut` (no usable face in time), `invalidData` (no face in the reference), `cameraInoperable`, `canceled`.
   */
  compare(
    reference: FaceImage,
    options: CommandOptions & { readonly onHint: (hint: FaceHint | null) => void },
  ): Promise<DeviceResult<FaceScores>>;
}

/** One frame as the camera window measured it. */
export type FaceObservation =
  | { readonly kind: 'hint'; readonly hint: FaceHint }
  | { readonly kind: 'scores'; readonly scores: FaceScores };

/** What the owner of the camera window supplies to the adapter. */
export interface CameraHost {
  /** Opens the video device whose label contains `label` (any device when empty). */
  open(
    label: string,
    options: CommandOptions,
  ): Promise<DeviceResult<{ readonly label: string; readonly width: number; readonly height: number }>>;
  close(): Promise<void>;
  /** Loads the face models for a while, or says why they do not run; `preview` and `setReference` load them too. */
  prepare(options: CommandOptions): Promise<DeviceResult<void>>;
  preview(on: boolean): Promise<void>;
  setReference(reference: FaceImage, options: CommandOptions): Promise<DeviceResult<void>>;
  /** Forgets the reference and everything computed from it. */
  clearReference(): Promise<void>;
  observe(options: CommandOptions): Promise<DeviceResult<FaceObservation>>;
  /** Called when the video device or its window has gone or come back. */
  onState(listener: (state: 'live' | 'lost') => void): () => void;
}
