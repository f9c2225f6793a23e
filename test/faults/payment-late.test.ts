import { afterEach, expect, it } from 'vitest';
import { goodApplicant, type Hall, openHall, visit } from '../flows/hall.ts';
import { expectSettled } from './settled.ts';

let hall: Hall | null = null;
afterEach(() => hall?.close());

it('goes on when the payment is found only at the moment the order is closed', async () => {
  hall = await openHall();
  const { payments } = hall.world;
  payments.faults.set({ kind: 'late', ms: 119_500 });
  const end = await visit(hall, goodApplicant(hall, 'p01'));
  expect(end.outcome).toBe('completed');
  expect(end.ending.money).toMatchObject({ key: 'outcomes.money.paid' });
  await expectSettled(hall);
});

it('gives money back that turns up after the order was given up', async () => {
  hall = await openHall();
  const { payments } = hall.world;
  payments.faults.set({ kind: 'late', ms: 125_000 });
  let orderNumber = '';
  const applicant = goodApplicant(hall, 'p01');
  const end = await visit(hall, {
    ...applicant,
    pay: (view, act, screenful) => {
      orderNumber = view.orderNumber;
      return applicant.pay?.(view, act, screenful);
    },
  });
  expect(end.outcome).toBe('paymentTimedOut');
  await expectSettled(hall);
  const order = await payments.payments.query(orderNumber, {
    timeoutMs: 1000,
    signal: new AbortController().signal,
  });
  expect(order.ok && order.value.state).not.toBe('paid');
});
