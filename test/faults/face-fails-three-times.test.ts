import { afterEach, describe, expect, it } from 'vitest';
import { goodApplicant, type Hall, openHall, visit } from '../flows/hall.ts';
import { expectSettled } from './settled.ts';

let hall: Hall | null = null;
afterEach(() => hall?.close());

describe('a face that is not the one in the chip', () => {
  it('may try three times, then the counter is shown and the permit is given back', async () => {
    hall = await openHall();
    const { camera } = hall;
    const triesLeft: number[] = [];
    const end = await visit(hall, {
      ...goodApplicant(hall, 'p01'),
      faceCheck: (view, act) => {
        camera.stand({ portrait: 2, spoof: false });
        if (view.phase === 'looking') return;
        triesLeft.push(view.triesLeft);
        act({ type: 'proceed' });
      },
    });
    expect(triesLeft).toEqual([3, 2, 1]);
    expect(end.outcome).toBe('faceFailed');
    expect(end.ending.document).toEqual({ key: 'outcomes.document.returned' });
    const checks = hall.entries('face-check-complete');
    expect(checks.map(({ clear }) => clear.reason)).toEqual(['different', 'different', 'different']);
    await expectSettled(hall);
  });

  it('counts nobody before the camera as a try once its time is over', async () => {
    hall = await openHall();
    const { camera } = hall;
    const end = await visit(hall, {
      ...goodApplicant(hall, 'p01'),
      faceCheck: (view, act) => {
        camera.stand(null);
        if (view.phase !== 'looking') act({ type: 'proceed' });
      },
    });
    expect(end.outcome).toBe('faceFailed');
    expect(hall.entries('face-check-complete').map(({ clear }) => clear.reason)).toEqual([
      'timeOut',
      'timeOut',
      'timeOut',
    ]);
  });

  it('ends as a fault of the machine when the camera is lost', async () => {
    hall = await openHall();
    const { camera } = hall;
    const end = await visit(hall, {
      ...goodApplicant(hall, 'p01'),
      faceCheck: () => camera.lose(),
    });
    expect(end.outcome).toBe('deviceLost');
    expect(end.ending.document).toEqual({ key: 'outcomes.document.returned' });
    await expectSettled(hall);
  });
});
