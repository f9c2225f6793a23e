/** What the camera page and its vision worker say to each other. Both are one build; nobody else can reach either. */
import type { FacePose } from './face-hint.ts';

export interface FaceMeasurement {
  readonly pose: FacePose;
  /** 0..1, higher is better; `similarity` is to the reference. */
  readonly scores: { readonly similarity: number; readonly real: number; readonly live: number };
}

export type VisionRequest =
  | { readonly type: 'load'; readonly modelFolder: string }
  | { readonly type: 'setReference'; readonly image: Blob }
  | { readonly type: 'clearReference' }
  /** The worker closes the frame. */
  | { readonly type: 'measure'; readonly frame: ImageBitmap }
  /** How much the models hold at the moment, for watching that it does not grow. */
  | { readonly type: 'countTensors' };

export type VisionAnswer =
  | { readonly type: 'done' }
  /** Largest face first. */
  | { readonly type: 'measured'; readonly faces: readonly FaceMeasurement[] }
  | { readonly type: 'tensors'; readonly count: number; readonly bytes: number }
  | { readonly type: 'noFaceInReference' }
  | { readonly type: 'undecodable' }
  | { readonly type: 'failed'; readonly reason: string };

export interface Numbered<T> {
  readonly id: number;
  readonly content: T;
}
