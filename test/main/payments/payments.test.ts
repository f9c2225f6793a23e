import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newOrderNumber } from '../../../main/payments/order-number.ts';
import type { OrderState } from '../../../main/payments/port.ts';
import { createPaymentsSimulator, type PaymentsSimulator } from '../../../main/payments/simulator.ts';
import { callOptions, type TestClock, testClock } from '../bureau/fixtures.ts';

const call = callOptions();
const error = (code: string) => ({ ok: false, error: { code, message: expect.any(String) } });
const state = (value: OrderState) => ({ ok: true, value });

for (const kept of ['in memory', 'in a file, closed and opened before every look'] as const) {
  describe(`the payments simulator ${kept}`, () => {
    let clock: TestClock;
    let simulator: PaymentsSimulator;
    let folder: string;
    const orderNumber = '202611230200000000012345678901';
    let order: { orderNumber: string; amountFen: number; subject: string; expiresAt: number };

    const open = () =>
      createPaymentsSimulator({
        clock,
        ...(kept === 'in memory' ? {} : { path: join(folder, 'payments.sqlite') }),
      });
    /** As a terminal does that was cut off from power. */
    const restart = () => {
      if (kept === 'in memory') return;
      const faults = simulator.faults.active();
      simulator.close();
      simulator = open();
      for (const fault of faults) simulator.faults.set(fault);
    };
    const query = () => {
      restart();
      return simulator.payments.query(orderNumber, call);
    };

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'payments-'));
      clock = testClock();
      simulator = open();
      order = {
        orderNumber,
        amountFen: 4500,
        subject: 'LK-03 231025260000001',
        expiresAt: clock.now() + 120_000,
      };
    });
    afterEach(() => {
      simulator.close();
      rmSync(folder, { recursive: true });
    });

    it('makes an order with a code, once', async () => {
      const created = await simulator.payments.create(order, call);
      expect(created).toEqual({ ok: true, value: { codeText: expect.stringContaining(orderNumber) } });
      restart();
      expect(await simulator.payments.create(order, call)).toEqual(created);
      expect(await simulator.payments.create({ ...order, amountFen: 1 }, call)).toEqual(error('refused'));
      expect(await query()).toEqual(state({ state: 'waiting' }));
      expect(simulator.phone.waitingOrder()).toEqual({ orderNumber, amountFen: 4500 });
    });

    it.each(['', 'C00000101', '12345'])('refuses the order number %j', async (number) => {
      expect(await simulator.payments.create({ ...order, orderNumber: number }, call)).toEqual(
        error('refused'),
      );
    });
    it.each([0, -1, 0.5, Number.NaN])('refuses the amount %d', async (amountFen) => {
      expect(await simulator.payments.create({ ...order, amountFen }, call)).toEqual(error('refused'));
    });

    it.each(['alipay', 'wechat'] as const)('is paid by %s', async (channel) => {
      await simulator.payments.create(order, call);
      restart();
      expect(simulator.phone.pay(orderNumber, channel)).toEqual({ done: true });
      const paid = state({ state: 'paid', paidFen: 4500, channel, times: 1 });
      expect(await query()).toEqual(paid);
      expect(await simulator.payments.close(orderNumber, call)).toEqual(paid);
      expect(simulator.phone.waitingOrder()).toBeNull();
    });

    it('is closed, and cannot be paid then', async () => {
      await simulator.payments.create(order, call);
      expect(await simulator.payments.close(orderNumber, call)).toEqual(state({ state: 'closed' }));
      expect(await simulator.payments.close(orderNumber, call)).toEqual(state({ state: 'closed' }));
      expect(await query()).toEqual(state({ state: 'closed' }));
      expect(simulator.phone.pay(orderNumber, 'alipay')).toEqual({ done: false, why: 'orderEnded' });
    });

    it('closes by itself at its time', async () => {
      await simulator.payments.create(order, call);
      clock.advance(119_999);
      expect(await query()).toEqual(state({ state: 'waiting' }));
      clock.advance(1);
      expect(await query()).toEqual(state({ state: 'closed' }));
      expect(simulator.phone.pay(orderNumber, 'alipay')).toEqual({ done: false, why: 'orderEnded' });
    });

    it('does not know an order that was never made', async () => {
      expect(await query()).toEqual(error('notFound'));
      expect(await simulator.payments.close(orderNumber, call)).toEqual(error('notFound'));
      expect(await simulator.payments.refund({ orderNumber, refundId: 'r1', amountFen: 1 }, call)).toEqual(
        error('notFound'),
      );
      expect(simulator.phone.pay(orderNumber, 'alipay')).toEqual({ done: false, why: 'unknownOrder' });
    });

    it('is refused by the bank, and may be paid after all', async () => {
      await simulator.payments.create(order, call);
      simulator.faults.set({ kind: 'refused' });
      expect(simulator.phone.pay(orderNumber, 'wechat')).toEqual({ done: false, why: 'bankRefused' });
      expect(await query()).toEqual(state({ state: 'refused' }));
      simulator.faults.clear('refused');
      expect(simulator.phone.pay(orderNumber, 'wechat')).toEqual({ done: true });
      expect(await query()).toMatchObject({ value: { state: 'paid' } });
    });

    it('gives money back once per refund, and never more than came', async () => {
      await simulator.payments.create(order, call);
      const refund = { orderNumber, refundId: 'refund-1', amountFen: 1500 };
      expect(await simulator.payments.refund(refund, call)).toEqual(error('refused'));
      simulator.phone.pay(orderNumber, 'alipay');
      for (let time = 0; time < 2; time++) {
        expect(await simulator.payments.refund(refund, call)).toEqual(
          state({ state: 'refunded', refundedFen: 1500 }),
        );
        restart();
      }
      expect(await simulator.payments.refund({ ...refund, amountFen: 1 }, call)).toEqual(error('refused'));
      expect(
        await simulator.payments.refund({ ...refund, refundId: 'refund-2', amountFen: 3001 }, call),
      ).toEqual(error('refused'));
      expect(
        await simulator.payments.refund({ ...refund, refundId: 'refund-2', amountFen: 3000 }, call),
      ).toEqual(state({ state: 'refunded', refundedFen: 4500 }));
      expect(await query()).toEqual(state({ state: 'refunded', refundedFen: 4500 }));
    });

    describe('when something is wrong', () => {
      beforeEach(async () => {
        await simulator.payments.create(order, call);
      });

      it('shows a late payment late, even after the order was closed', async () => {
        simulator.faults.set({ kind: 'late', ms: 30_000 });
        expect(simulator.phone.pay(orderNumber, 'alipay')).toEqual({ done: true });
        expect(await query()).toEqual(state({ state: 'waiting' }));
        expect(await simulator.payments.close(orderNumber, call)).toEqual(state({ state: 'closed' }));
        clock.advance(30_000);
        const paid = state({ state: 'paid', paidFen: 4500, channel: 'alipay', times: 1 });
        expect(await query()).toEqual(paid);
        expect(await simulator.payments.close(orderNumber, call)).toEqual(paid);
        const refund = { orderNumber, refundId: 'refund-1', amountFen: 4500 };
        expect(await simulator.payments.refund(refund, call)).toMatchObject({ ok: true });
      });

      it('counts a payment made twice', async () => {
        simulator.faults.set({ kind: 'duplicated' });
        simulator.phone.pay(orderNumber, 'wechat');
        expect(await query()).toEqual(state({ state: 'paid', paidFen: 9000, channel: 'wechat', times: 2 }));
      });

      it('takes another amount', async () => {
        simulator.phone.pay(orderNumber, 'wechat', 450);
        expect(await query()).toEqual(state({ state: 'paid', paidFen: 450, channel: 'wechat', times: 1 }));
      });

      it('makes the phone pay another amount', async () => {
        simulator.faults.set({ kind: 'wrongAmount' });
        simulator.phone.pay(orderNumber, 'wechat');
        expect(await query()).toMatchObject({ value: { paidFen: 4499 } });
      });

      it('cannot be reached once the phone has paid, and has the money when it can again', async () => {
        simulator.faults.set({ kind: 'unreachableAfterPayment' });
        expect(await query()).toEqual(state({ state: 'waiting' }));
        simulator.phone.pay(orderNumber, 'alipay');
        expect(await query()).toEqual(error('unreachable'));
        expect(await simulator.payments.close(orderNumber, call)).toEqual(error('unreachable'));
        simulator.faults.clear();
        expect(await query()).toMatchObject({ value: { state: 'paid' } });
      });

      it('cannot be reached for a new order', async () => {
        simulator.faults.set({ kind: 'unreachableAtCreate' });
        expect(await simulator.payments.create({ ...order, orderNumber: '123456' }, call)).toEqual(
          error('unreachable'),
        );
        expect(await query()).toMatchObject({ ok: true });
      });

      it('has an order whose answer was lost', async () => {
        simulator.faults.set({ kind: 'createAnswerLost' });
        const other = { ...order, orderNumber: '123456' };
        expect(await simulator.payments.create(other, callOptions(30))).toEqual(error('timeOut'));
        expect(await simulator.payments.query('123456', call)).toEqual(state({ state: 'waiting' }));
      });

      it('refuses a refund at first', async () => {
        simulator.phone.pay(orderNumber, 'alipay');
        simulator.faults.set({ kind: 'refundFails', times: 2 });
        const refund = () =>
          simulator.payments.refund({ orderNumber, refundId: 'refund-1', amountFen: 4500 }, call);
        expect(await refund()).toEqual(error('refused'));
        expect(await refund()).toEqual(error('refused'));
        expect(await refund()).toEqual(state({ state: 'refunded', refundedFen: 4500 }));
      });

      it.each(['unreachable', 'invalidAnswer'] as const)('says %s', async (kind) => {
        simulator.faults.set({ kind });
        expect(await query()).toEqual(error(kind));
        expect(await simulator.payments.close(orderNumber, call)).toEqual(error(kind));
        simulator.faults.clear(kind);
        expect(await query()).toEqual(state({ state: 'waiting' }));
      });

      it('says timeOut, and is given up on request', async () => {
        simulator.faults.set({ kind: 'timeOut' });
        expect(await simulator.payments.query(orderNumber, callOptions(30))).toEqual(error('timeOut'));
        const giveUp = new AbortController();
        const answer = simulator.payments.query(orderNumber, callOptions(60_000, giveUp.signal));
        giveUp.abort();
        expect(await answer).toEqual(error('canceled'));
        expect(await simulator.payments.query(orderNumber, callOptions(30, giveUp.signal))).toEqual(
          error('canceled'),
        );
        simulator.faults.clear();
        simulator.faults.set({ kind: 'slow', ms: 10 });
        expect(await simulator.payments.query(orderNumber, call)).toMatchObject({ ok: true });
      });
    });
  });
}

describe('order numbers', () => {
  const now = Date.UTC(2026, 10, 23, 2, 3, 4, 5);

  it('are digits with the time in front, as both wallets take them', () => {
    const number = newOrderNumber({ terminalId: 'LK-03', now, random: 42 });
    expect(number).toMatch(/^20261123020304005\d{7}000042$/);
    expect(number).toHaveLength(30);
  });

  it('differ within one millisecond, and between terminals', () => {
    const numbers = Array.from({ length: 50 }, () => newOrderNumber({ terminalId: 'LK-03', now, random: 7 }));
    expect(new Set(numbers).size).toBe(50);
    const terminal = (terminalId: string) =>
      newOrderNumber({ terminalId, now: now + 1, random: 7 }).slice(19, 24);
    expect(terminal('LK-03')).toBe(terminal('LK-03'));
    expect(terminal('LK-03')).not.toBe(terminal('LK-04'));
  });
});
