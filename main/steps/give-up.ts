/** Undoing what a case has begun: the application at the bureau and the money. */
import { delivery } from '../session/delivery.ts';
import type { StepContext } from '../session/step.ts';

/** Tells the bureau, sooner or later, that the application goes no further. */
export function giveUpApplication(
  { journal, ids, case: file }: Pick<StepContext, 'journal' | 'ids' | 'case'>,
  why: 'cancelled' | 'notPaid' | 'notWritten',
): void {
  if (file.applicationNumber === null) return;
  const { applicationNumber } = file;
  journal.append({
    event: 'application-released',
    outcome: 'success',
    ...ids,
    clear: { reason: why },
    outbox: delivery({ kind: 'release', applicationNumber, why }, `${applicationNumber}:release`),
  });
}

/**
 * Gives money of the case's order back: at once where the provider answers, from the outbox where it does not.
 * Changes the case's money to what is true afterwards.
 */
export async function giveMoneyBack(
  {
    journal,
    ids,
    case: file,
    payments,
    config,
  }: Pick<StepContext, 'journal' | 'ids' | 'case' | 'payments' | 'config'>,
  amountFen: number,
): Promise<void> {
  const { orderNumber } = file;
  if (orderNumber === null) throw new Error('money can only go back to an order');
  const refundId = journal.intend({ kind: 'refund', ...ids, facts: { order: orderNumber, amountFen } });
  const refunded = await payments.refund(
    { orderNumber, refundId, amountFen },
    { timeoutMs: config.payments.timeoutMs, signal: new AbortController().signal },
  );
  journal.append({
    event: 'payment-refunded',
    outcome: refunded.ok ? 'success' : 'failure',
    ...ids,
    clear: {
      order: orderNumber,
      amountFen,
      refund: refundId,
      ...(refunded.ok ? {} : { code: refunded.error.code }),
    },
  });
  if (refunded.ok) {
    journal.settle(refundId, { outcome: 'done' });
    file.money = { state: 'refunded', fen: amountFen };
  } else {
    journal.settle(refundId, {
      outcome: 'custody',
      facts: { code: refunded.error.code },
      outbox: delivery({ kind: 'refund', orderNumber, amountFen }, refundId),
    });
    journal.raiseCustody({ kind: 'refundPending', ...ids, facts: { order: orderNumber, amountFen } });
    file.money = { state: 'refundOwed', fen: amountFen };
  }
}
