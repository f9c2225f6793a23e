/**
 * What crosses between main and the hidden camera window. Main asks, the page answers with the same `id`; each
 * side parses what it receives. The page can say nothing that main did not provide a shape for here.
 */
import { z } from 'zod';

const id = z.int().nonnegative();

/** A JPEG or PNG file of at most 4 MB. */
const imageBytes = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length > 0 && value.length <= 4 * 1024 * 1024,
);

export const cameraRequestSchema = z.discriminatedUnion('type', [
  /** Finds the video device whose label contains `label` (empty: any), films one frame with it, and watches it from then on. */
  z.strictObject({ type: z.literal('open'), id, label: z.string().max(100) }),
  z.strictObject({ type: z.literal('close'), id }),
  /** Loads the face models for a while; `preview` and `setReference` load them too. */
  z.strictObject({ type: z.literal('prepare'), id }),
  z.strictObject({ type: z.literal('preview'), id, on: z.boolean() }),
  z.strictObject({
    type: z.literal('setReference'),
    id,
    mediaType: z.enum(['image/jpeg', 'image/png']),
    bytes: imageBytes,
  }),
  /** Forgets the reference and everything computed from it. */
  z.strictObject({ type: z.literal('clearReference'), id }),
  /** Opens the device anew if it is filming; what is shown and compared goes on with its new pictures. */
  z.strictObject({ type: z.literal('filmAgain'), id }),
  /** Measures the next frame. */
  z.strictObject({ type: z.literal('observe'), id }),
]);
export type CameraRequest = z.infer<typeof cameraRequestSchema>;

export const faceHintSchema = z.enum([
  'noFace',
  'severalFaces',
  'tooFar',
  'tooClose',
  'notCentred',
  'lookStraight',
  'tooDark',
]);

const score = z.number().min(0).max(1);

export const faceObservationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hint'), hint: faceHintSchema }),
  z.strictObject({
    kind: z.literal('scores'),
    scores: z.strictObject({ similarity: score, real: score, live: score }),
  }),
]);
export type CameraObservation = z.infer<typeof faceObservationSchema>;

export const cameraFailureSchema = z.enum([
  /** No such video device, it gives no pictures, or the face models do not run. */
  'cameraInoperable',
  /** The reference cannot be decoded, or shows no face. */
  'invalidData',
  /** Asked for before it was opened, or without a reference. */
  'deviceNotReady',
]);
export type CameraFailure = z.infer<typeof cameraFailureSchema>;

export const cameraReportSchema = z.discriminatedUnion('type', [
  /** The page is up, and knows nothing: sent after every load. */
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('state'), state: z.enum(['live', 'lost']) }),
  z.strictObject({ type: z.literal('frame'), jpeg: z.custom<Uint8Array>(isPreviewJpeg) }),
  z.strictObject({
    type: z.literal('opened'),
    id,
    label: z.string().max(200),
    width: z.int().positive().max(10_000),
    height: z.int().positive().max(10_000),
  }),
  z.strictObject({ type: z.literal('done'), id }),
  z.strictObject({ type: z.literal('observed'), id, observation: faceObservationSchema }),
  /** `message` is for the technician; never personal data. */
  z.strictObject({ type: z.literal('failed'), id, code: cameraFailureSchema, message: z.string().max(200) }),
]);
export type CameraReport = z.infer<typeof cameraReportSchema>;

/** Start-of-image marker, and no larger than a preview frame can be. */
function isPreviewJpeg(value: unknown): boolean {
  if (!(value instanceof Uint8Array)) return false;
  return value.length > 4 && value.length <= 512 * 1024 && value[0] === 0xff && value[1] === 0xd8;
}

/** What the preload script puts on `window.camera`. */
export interface CameraApi {
  onRequest(listener: (request: unknown) => void): void;
  report(report: CameraReport): void;
}

export const cameraChannels = { request: 'camera:request', report: 'camera:report' } as const;
