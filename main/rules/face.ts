/** Gate 3: is the person in front of the machine the holder, and a live one? */

export interface FaceThresholds {
  /** Least similarity of two faces of the same person, 0 to 1. */
  readonly similarity: number;
  /** Least score of a real face as against a picture or screen, 0 to 1. */
  readonly antiSpoof: number;
  /** Least liveness score, 0 to 1. */
  readonly liveness: number;
}

export type FaceScores = FaceThresholds;

export type FaceVerdict =
  | { readonly match: true }
  | {
      readonly match: false;
      readonly why: 'different' | 'spoof';
      readonly rule: 'G03.different' | 'G03.spoof';
    };

/**
 * Weighs the scores. A face that does not look real is answered first: how similar a picture is says nothing.
 * A score that is no number counts as failed.
 */
export function faceVerdict(thresholds: FaceThresholds, scores: FaceScores): FaceVerdict {
  const real = scores.antiSpoof >= thresholds.antiSpoof && scores.liveness >= thresholds.liveness;
  if (!real) return { match: false, why: 'spoof', rule: 'G03.spoof' };
  if (!(scores.similarity >= thresholds.similarity))
    return { match: false, why: 'different', rule: 'G03.different' };
  return { match: true };
}
