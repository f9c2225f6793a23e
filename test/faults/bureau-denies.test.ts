import { afterEach, expect, it } from 'vitest';
import { goodApplicant, type Hall, openHall, visit } from '../flows/hall.ts';
import { expectSettled } from './settled.ts';

let hall: Hall | null = null;
afterEach(() => hall?.close());

it.each([
  ['deniedNotEligible', 'outcomes.denied.notEligible'],
  ['deniedSeeCounter', 'outcomes.denied.seeCounter'],
] as const)('takes no money when the bureau answers %s', async (kind, text) => {
  hall = await openHall();
  hall.world.bureau.faults.set({ kind });
  const end = await visit(hall, goodApplicant(hall, 'p01'));
  expect(end.outcome).toBe('denied');
  expect(end.views).not.toContain('pay');
  expect(end.ending).toMatchObject({
    detail: { key: text },
    document: { key: 'outcomes.document.returned' },
    money: { key: 'outcomes.money.none' },
    application: { key: 'outcomes.application.denied' },
  });
  expect(end.ending.slipNumber).not.toBeNull();
  await expectSettled(hall);
});
