import { afterEach, describe, expect, it } from 'vitest';
import { goodApplicant, type Hall, openHall, visit } from '../flows/hall.ts';
import { expectSettled } from './settled.ts';

let hall: Hall | null = null;
afterEach(() => hall?.close());

describe('a card that leaves the field while it is read', () => {
  it('is asked for again, and then everything goes on', async () => {
    hall = await openHall();
    const { world } = hall;
    let inserted = 0;
    const problems: (string | null)[] = [];
    const end = await visit(hall, {
      ...goodApplicant(hall, 'p01'),
      insertPermit: async (view) => {
        problems.push(view.problem?.key ?? null);
        inserted += 1;
        await world.insertPermit('p01', inserted === 1 ? [{ type: 'pulled', atApdu: 9 }] : []);
      },
    });
    expect(problems).toEqual([null, 'outcomes.permit.removed']);
    expect(end.outcome).toBe('completed');
    await expectSettled(hall);
  });

  it.each([1, 3, 5, 8, 12])('ends without loss whichever command it is, here the %ith', async (atApdu) => {
    hall = await openHall();
    const end = await visit(hall, goodApplicant(hall, 'p01', [{ type: 'pulled', atApdu }]));
    expect(end.outcome).toBe('permitUnusable');
    expect(end.ending.money).toEqual({ key: 'outcomes.money.none' });
    await expectSettled(hall);
  });
});
