import { afterEach, describe, expect, it } from 'vitest';
import { goodApplicant, type Hall, openHall, visit } from '../flows/hall.ts';
import { expectSettled } from './settled.ts';

let hall: Hall | null = null;
afterEach(() => hall?.close());

describe('a payment that does not come', () => {
  it('ends after its time with the order closed and the application released', async () => {
    hall = await openHall();
    const end = await visit(hall, { ...goodApplicant(hall, 'p01'), pay: () => {} });
    expect(end.outcome).toBe('paymentTimedOut');
    expect(end.ending).toMatchObject({
      document: { key: 'outcomes.document.returned' },
      money: { key: 'outcomes.money.none' },
      application: { key: 'outcomes.application.released' },
    });
    await expectSettled(hall);
    const again = await visit(hall, goodApplicant(hall, 'p01'));
    expect(again.outcome, 'the released case is in nobody’s way').toBe('completed');
  });

  it('because the applicant leaves', async () => {
    hall = await openHall();
    const end = await visit(hall, {
      ...goodApplicant(hall, 'p01'),
      pay: (_view, act) => {
        act({ type: 'leave' });
        act({ type: 'confirmLeave' });
      },
    });
    expect(end.outcome).toBe('cancelled');
    expect(end.ending.application).toEqual({ key: 'outcomes.application.released' });
    await expectSettled(hall);
  });

  it('because the bank refuses', async () => {
    hall = await openHall();
    hall.world.payments.faults.set({ kind: 'refused' });
    const end = await visit(hall, goodApplicant(hall, 'p01'));
    expect(end.outcome).toBe('paymentRefused');
    await expectSettled(hall);
  });

  it('in the right amount: all of it goes back', async () => {
    hall = await openHall();
    hall.world.payments.faults.set({ kind: 'wrongAmount', amountFen: 100 });
    const end = await visit(hall, goodApplicant(hall, 'p01'));
    expect(end.outcome).toBe('paymentWrongAmount');
    expect(end.ending.money).toEqual({
      key: 'outcomes.money.refunded',
      params: { amount: { kind: 'money', fen: 100 } },
    });
    await expectSettled(hall);
  });

  it('because no order can be made', async () => {
    hall = await openHall();
    hall.world.payments.faults.set({ kind: 'unreachableAtCreate' });
    const end = await visit(hall, goodApplicant(hall, 'p01'));
    expect(end.outcome).toBe('paymentUnavailable');
    hall.world.payments.faults.clear();
    await expectSettled(hall);
  });

  it('into sight, because the provider is gone after the phone has paid: nothing is written, the money goes back later', async () => {
    hall = await openHall();
    hall.world.payments.faults.set({ kind: 'unreachableAfterPayment' });
    const end = await visit(hall, goodApplicant(hall, 'p01'));
    expect(end.outcome).toBe('paymentUnknown');
    expect(end.ending.money).toEqual({ key: 'outcomes.money.unknown' });
    hall.world.payments.faults.clear();
    await expectSettled(hall);
    expect(hall.entries('chip-write-complete')).toEqual([]);
  });
});
