import { describe, expect, it } from 'vitest';
import { type FacePose, faceHint } from '../../../renderer/camera/face-hint.ts';

const good: FacePose = { left: 0.35, top: 0.25, width: 0.3, height: 0.5, yaw: 0, pitch: 0, brightness: 130 };

describe('what keeps a frame from being compared', () => {
  it('is nothing when one face looks into the lens', () => {
    expect(faceHint([good])).toBeNull();
    expect(faceHint([{ ...good, yaw: 14, pitch: -10 }])).toBeNull();
  });

  it.each<[string, FacePose[]]>([
    ['noFace', []],
    ['severalFaces', [good, { ...good, left: 0, width: 0.25, height: 0.4 }]],
    ['tooFar', [{ ...good, width: 0.09, height: 0.12 }]],
    ['tooClose', [{ ...good, left: 0.1, top: 0, width: 0.8, height: 0.97 }]],
    ['notCentred', [{ ...good, left: 0.72 }]],
    ['notCentred', [{ ...good, top: -0.2 }]],
    ['lookStraight', [{ ...good, yaw: -40 }]],
    ['lookStraight', [{ ...good, pitch: 35 }]],
    ['tooDark', [{ ...good, brightness: 20 }]],
  ])('is %s', (expected, faces) => {
    expect(faceHint(faces)).toBe(expected);
  });

  it('names first what a person mends first', () => {
    expect(faceHint([{ ...good, width: 0.09, height: 0.12, left: 0, yaw: 50, brightness: 10 }])).toBe(
      'tooFar',
    );
  });

  it('does not mind somebody far behind', () => {
    expect(faceHint([good, { ...good, left: 0, width: 0.08, height: 0.12 }])).toBeNull();
  });
});
