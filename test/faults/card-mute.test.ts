import { afterEach, expect, it } from 'vitest';
import { goodApplicant, type Hall, openHall, visit } from '../flows/hall.ts';
import { expectSettled } from './settled.ts';

let hall: Hall | null = null;
afterEach(() => hall?.close());

it('gives a mute card back each time, says what to try, and ends at the counter after three tries', async () => {
  hall = await openHall();
  const problems: (string | null)[] = [];
  const applicant = goodApplicant(hall, 'p01', [{ type: 'mute' }]);
  const end = await visit(hall, {
    ...applicant,
    insertPermit: async (view, act, screenful) => {
      problems.push(view.problem?.key ?? null);
      await applicant.insertPermit?.(view, act, screenful);
    },
  });
  expect(problems).toEqual([null, 'outcomes.permit.mute', 'outcomes.permit.mute']);
  expect(end.outcome).toBe('permitUnusable');
  expect(end.ending).toMatchObject({
    document: { key: 'outcomes.document.returned' },
    money: { key: 'outcomes.money.none' },
    next: { key: 'outcomes.next.counter' },
  });
  expect(hall.world.cardUnit.position()).toBe('absent');
  await expectSettled(hall);
});
