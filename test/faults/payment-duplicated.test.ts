import { afterEach, expect, it } from 'vitest';
import { goodApplicant, type Hall, openHall, visit } from '../flows/hall.ts';
import { expectSettled } from './settled.ts';

let hall: Hall | null = null;
afterEach(() => hall?.close());

it('makes the endorsement once and gives the second payment back', async () => {
  hall = await openHall();
  hall.world.payments.faults.set({ kind: 'duplicated' });
  const end = await visit(hall, goodApplicant(hall, 'p01'));
  expect(end.outcome).toBe('completed');
  expect(end.ending.money).toMatchObject({ params: { amount: { kind: 'money', fen: 3000 } } });
  const [refund] = hall.entries('payment-refunded');
  expect(refund?.clear.amountFen).toBe(3000);
  expect(hall.entries('chip-write-complete')).toHaveLength(2);
  await expectSettled(hall);
});

it('says that the second payment will come back when the provider does not refund at once', async () => {
  hall = await openHall();
  hall.world.payments.faults.set({ kind: 'duplicated' });
  hall.world.payments.faults.set({ kind: 'refundFails', times: 1 });
  const end = await visit(hall, goodApplicant(hall, 'p01'));
  expect(end.outcome).toBe('completed');
  await expectSettled(hall);
});
