/**
 * Takes the fee after approval and before anything is written. The `takePayment` intent stays open until the
 * endorsement is on the chip or the money is back, so that a power cut in between is always found.
 */

import { message } from '../contract/message.ts';
import { newOrderNumber } from '../payments/order-number.ts';
import type { OrderState } from '../payments/port.ts';
import { settleOrder } from '../session/delivery.ts';
import { Interrupted, type Outcome, type Step, type StepContext, type StepResult } from '../session/step.ts';
import { giveMoneyBack, giveUpApplication } from './give-up.ts';
import {
  paymentRefused,
  paymentTimedOut,
  paymentUnavailable,
  paymentUnknown,
  paymentWrongAmount,
  printerNotReady,
  stoppedOutcome,
} from './outcomes.ts';

/** How often the order is asked for, milliseconds. */
const pollEvery = 1000;

export const payFee: Step = {
  id: 'payFee',
  idleSeconds: null,
  async run(context) {
    const { screen, devices, payments, journal, ids, config, clock, signal, case: file } = context;
    const giveUp = (outcome: Outcome): StepResult => {
      giveUpApplication(context, 'notPaid');
      return { go: 'end', outcome };
    };
    if (devices.endorsementPrinter.status().state !== 'online') return giveUp(printerNotReady);

    const amountFen = file.feeFen;
    const seconds = config.timeouts.paymentSeconds;
    const deadline = clock.now() + seconds * 1000;
    const orderNumber = newOrderNumber({ terminalId: config.terminal.id, now: clock.now() });
    const subject = `${config.terminal.id} ${file.applicationNumber ?? ''}`.trim();
    const intent = journal.intend({
      kind: 'takePayment',
      ...ids,
      facts: { order: orderNumber, amountFen, application: file.applicationNumber },
    });
    file.orderNumber = orderNumber;
    file.paymentIntent = intent;
    const call = { timeoutMs: config.payments.timeoutMs, signal };
    screen.show({ kind: 'waiting', for: 'payment', progress: null, since: clock.now() });
    const created = await payments.create({ orderNumber, amountFen, subject, expiresAt: deadline }, call);
    if (!created.ok) {
      abandonOrder(context, 'failed', created.error.code);
      return giveUp(signal.aborted ? stoppedOutcome(signal.reason) : paymentUnavailable);
    }
    journal.append({
      event: 'payment-order-created',
      outcome: 'success',
      ...ids,
      clear: { order: orderNumber, amountFen },
    });

    const asked = screen
      .ask({ kind: 'pay', amountFen, orderNumber, codeText: created.value.codeText, deadline, seconds }, [])
      .catch((error: unknown) => {
        if (!(error instanceof Interrupted)) throw error;
      });
    let order: OrderState = { state: 'waiting' };
    let unreachable = false;
    while (order.state === 'waiting' && clock.now() < deadline && !signal.aborted) {
      await clock.sleep(pollEvery, signal);
      if (signal.aborted) break;
      const answer = await payments.query(orderNumber, call);
      if (answer.ok) {
        order = answer.value;
        unreachable = false;
      } else if (answer.error.code !== 'canceled') {
        if (!unreachable) {
          journal.append({
            event: 'payment-unreachable',
            outcome: 'failure',
            ...ids,
            clear: { order: orderNumber, code: answer.error.code },
          });
        }
        unreachable = true;
      }
    }
    if (order.state === 'waiting') {
      // Closing is what decides a race with the wallet: a paid order stays paid, and then the case goes on.
      screen.show({ kind: 'waiting', for: 'cancellation', progress: null, since: clock.now() });
      const closed = await payments.close(orderNumber, { ...call, signal: new AbortController().signal });
      if (!closed.ok) {
        abandonOrder(context, 'custody', closed.error.code);
        file.money = { state: 'unknown', orderNumber };
        return giveUp(paymentUnknown);
      }
      order = closed.value;
      if (order.state === 'paid') {
        journal.append({
          event: 'payment-late',
          outcome: 'success',
          ...ids,
          clear: { order: orderNumber, amountFen: order.paidFen },
        });
      } else {
        journal.append({
          event: 'payment-timed-out',
          outcome: 'failure',
          ...ids,
          clear: { order: orderNumber },
        });
      }
    }
    void asked;

    switch (order.state) {
      case 'paid':
        return paid(context, order);
      case 'refused':
        journal.append({
          event: 'payment-refused',
          outcome: 'failure',
          ...ids,
          clear: { order: orderNumber },
        });
        abandonOrder(context, 'failed', 'refused');
        return giveUp(paymentRefused);
      default: {
        abandonOrder(context, 'failed', order.state);
        return giveUp(
          signal.aborted
            ? { ...stoppedOutcome(signal.reason), application: message('outcomes.application.released') }
            : paymentTimedOut,
        );
      }
    }
  },
};

async function paid(
  context: StepContext,
  order: Extract<OrderState, { state: 'paid' }>,
): Promise<StepResult> {
  const { journal, ids, signal, case: file } = context;
  const { feeFen, orderNumber, paymentIntent } = file;
  if (orderNumber === null || paymentIntent === null) throw new Error('only an order can have been paid');
  file.money = { state: 'paid', fen: order.paidFen, orderNumber };
  journal.append({
    event: 'payment-paid',
    outcome: 'success',
    ...ids,
    clear: { order: orderNumber, amountFen: order.paidFen, channel: order.channel },
  });
  const excess = order.paidFen - feeFen;
  const wrong = order.times === 1 && excess !== 0;
  if (wrong || excess < 0) {
    journal.append({
      event: 'payment-wrong-amount',
      outcome: 'failure',
      ...ids,
      clear: { order: orderNumber, expectedFen: feeFen, paidFen: order.paidFen },
    });
    await giveMoneyBack(context, order.paidFen);
    journal.settle(paymentIntent, { outcome: 'compensated' });
    giveUpApplication(context, 'notPaid');
    return { go: 'end', outcome: paymentWrongAmount };
  }
  if (excess > 0) {
    journal.append({ event: 'payment-duplicate', outcome: 'success', ...ids, clear: { order: orderNumber } });
    await giveMoneyBack(context, excess);
    file.money = { state: 'paid', fen: feeFen, orderNumber };
  }
  if (signal.aborted && signal.reason?.kind === 'shutdown') {
    await giveMoneyBack(context, feeFen);
    journal.settle(paymentIntent, { outcome: 'compensated' });
    giveUpApplication(context, 'notPaid');
    return {
      go: 'end',
      outcome: { ...stoppedOutcome(signal.reason), application: message('outcomes.application.released') },
    };
  }
  return { go: 'next' };
}

/** Settles the order's intent and has whatever still comes for it closed and given back. */
function abandonOrder(
  { journal, clock, case: file }: StepContext,
  outcome: 'failed' | 'custody',
  code: string,
): void {
  if (file.paymentIntent === null || file.orderNumber === null) return;
  const { orderNumber } = file;
  journal.settle(file.paymentIntent, {
    outcome,
    facts: { code },
    outbox: settleOrder(orderNumber, clock.now()),
  });
  file.paymentIntent = null;
}
