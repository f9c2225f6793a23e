/** What keeps a frame from being compared, judged from where and how the faces stand in it. */
import type { CameraObservation } from '../../main/contract/camera.ts';

export type FaceHint = Extract<CameraObservation, { kind: 'hint' }>['hint'];

/** One face in a frame. Lengths are fractions of the frame's width or height, from its upper left corner. */
export interface FacePose {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Degrees from straight ahead; 0 looks into the lens. */
  readonly yaw: number;
  readonly pitch: number;
  /** Mean luma of the face, 0..255. */
  readonly brightness: number;
}

/** Below this height of the frame the descriptor has too few pixels to go by. */
const farthest = 0.22;
const closest = 0.85;
/** The middle of the face lies within this part of the frame. */
const middle = { from: 0.22, to: 0.78 };
const mostTurned = 30;
const darkest = 45;
/** A bystander whose face is smaller than this part of the nearest one does not count. */
const bystander = 0.5;

/**
 * The first thing to mend, in the order a person can mend it, or `null` when the frame is good.
 * @param faces largest first
 */
export function faceHint(faces: readonly FacePose[]): FaceHint | null {
  const [face, second] = faces;
  if (face === undefined) return 'noFace';
  if (second !== undefined && second.height > face.height * bystander) return 'severalFaces';
  if (face.height < farthest) return 'tooFar';
  if (face.height > closest) return 'tooClose';
  if (!isMiddle(face.left + face.width / 2) || !isMiddle(face.top + face.height / 2)) return 'notCentred';
  if (Math.abs(face.yaw) > mostTurned || Math.abs(face.pitch) > mostTurned) return 'lookStraight';
  if (face.brightness < darkest) return 'tooDark';
  return null;
}

const isMiddle = (at: number) => at >= middle.from && at <= middle.to;
