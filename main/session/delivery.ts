/**
 * Messages that must reach the bureau or the payment provider however long it takes: they stand in the journal's
 * outbox, written with the entry they follow from, and are tried until the far end has taken them.
 */
import { z } from 'zod';
import type { Result } from '../../devices/result.ts';
import type { Bureau, BureauError, CallOptions } from '../bureau/port.ts';
import type { Delivery, Journal, NewDelivery } from '../journal/journal.ts';
import type { PaymentError, Payments } from '../payments/port.ts';
import type { Clock } from './clock.ts';

/** An application as it stands sealed in the journal. */
export const applicationSchema = z.object({
  documentNumber: z.string(),
  nameChinese: z.string(),
  dateOfBirth: z.string(),
  endorsements: z.array(
    z.object({
      place: z.enum(['HKG', 'MAC']),
      type: z.enum(['L', 'G', 'T', 'S', 'Q', 'D', 'R']),
      count: z.enum(['3M1', '3M2', '3M9', '1Y1', '1Y2', '1Y9']),
    }),
  ),
  declaredNotFunctionary: z.boolean(),
  faceSimilarity: z.number(),
  terminalId: z.string(),
});

/** Everything that may wait in the outbox. */
export const deliverySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('reportIssued'),
    applicationNumber: z.string(),
    orderNumber: z.string(),
    backPrinted: z.boolean(),
  }),
  z.object({
    kind: z.literal('release'),
    applicationNumber: z.string(),
    why: z.enum(['cancelled', 'notPaid', 'notWritten']),
  }),
  /** Submitted without hearing the answer: submit again by the same id to learn the number, then release it. */
  z.object({
    kind: z.literal('abandonSubmission'),
    submissionId: z.string(),
    application: applicationSchema,
  }),
  /**
   * Close an order that was given up, and give back whatever comes for it. Money on its way may show only after the
   * order was closed, so it is looked at once more when `lookAgainAt` (epoch milliseconds) has passed.
   */
  z.object({ kind: z.literal('settleOrder'), orderNumber: z.string(), lookAgainAt: z.number() }),
  z.object({ kind: z.literal('refund'), orderNumber: z.string(), amountFen: z.int() }),
]);
export type DeliveryBody = z.infer<typeof deliverySchema>;

/** A message for the outbox; `requestId` makes it safe to deliver twice. */
export function delivery(body: DeliveryBody, requestId: string): NewDelivery {
  const destination = body.kind === 'settleOrder' || body.kind === 'refund' ? 'payments' : 'bureau';
  return { destination, requestId, body };
}

export interface FarEnds {
  readonly bureau: Bureau;
  readonly payments: Payments;
}

/** Money still on its way when an order is closed shows within this, milliseconds. */
const lateMoneyMs = 15 * 60_000;

/** Has an order that was given up at `now` closed, watched for late money, and refunded if any comes. */
export const settleOrder = (orderNumber: string, now: number): NewDelivery =>
  delivery({ kind: 'settleOrder', orderNumber, lookAgainAt: now + lateMoneyMs }, `${orderNumber}:settle`);

type Sent = Result<
  void,
  BureauError | PaymentError | { readonly code: 'tooEarly'; readonly retryAt: number }
>;
const sent: Sent = { ok: true, value: undefined };

/** Delivers one message. A far end that does not know what the message is about has nothing left to do for it. */
async function send(
  { bureau, payments }: FarEnds,
  now: number,
  requestId: string,
  body: DeliveryBody,
  call: CallOptions,
): Promise<Sent> {
  switch (body.kind) {
    case 'reportIssued':
      return bureau.reportIssued(body.applicationNumber, body, requestId, call);
    case 'release':
      return bureau.release(body.applicationNumber, body.why, requestId, call);
    case 'abandonSubmission': {
      const submitted = await bureau.submit(body.application, body.submissionId, call);
      if (!submitted.ok) return submitted.error.code === 'refused' ? sent : submitted;
      return bureau.release(submitted.value.applicationNumber, 'cancelled', requestId, call);
    }
    case 'refund': {
      const refunded = await payments.refund({ ...body, refundId: requestId }, call);
      return refunded.ok ? sent : refunded;
    }
    case 'settleOrder': {
      const closed = await payments.close(body.orderNumber, call);
      if (!closed.ok) return closed.error.code === 'notFound' ? sent : closed;
      if (closed.value.state !== 'paid') {
        return now >= body.lookAgainAt
          ? sent
          : { ok: false, error: { code: 'tooEarly', retryAt: body.lookAgainAt } };
      }
      const amountFen = closed.value.paidFen;
      const refunded = await payments.refund(
        { orderNumber: body.orderNumber, refundId: requestId, amountFen },
        call,
      );
      return refunded.ok ? sent : refunded;
    }
  }
}

/** Milliseconds to wait after so many failed tries: 2 s doubled each time, an hour at most. */
const backoff = (attempts: number) => Math.min(3_600_000, 2000 * 2 ** Math.min(attempts, 11));

/** Tries every message that is due once. Answers how many were taken. */
export async function deliverDue(
  journal: Journal,
  farEnds: FarEnds,
  clock: Clock,
  call: CallOptions,
): Promise<number> {
  let delivered = 0;
  for (const waiting of journal.dueDeliveries(clock.now())) {
    if (call.signal.aborted) break;
    if (await deliverOne(journal, farEnds, clock, waiting, call)) delivered += 1;
  }
  return delivered;
}

async function deliverOne(
  journal: Journal,
  farEnds: FarEnds,
  clock: Clock,
  waiting: Delivery,
  call: CallOptions,
): Promise<boolean> {
  const body = deliverySchema.safeParse(waiting.body);
  const result: Sent = body.success
    ? await send(farEnds, clock.now(), waiting.requestId, body.data, call)
    : { ok: false, error: { code: 'invalidAnswer', message: 'the message in the outbox has no known form' } };
  if (result.ok) {
    journal.markDelivered(waiting.id);
    return true;
  }
  const { error } = result;
  const nextAt = 'retryAt' in error ? error.retryAt : clock.now() + backoff(waiting.attempts);
  journal.markAttempt(waiting.id, nextAt, error.code);
  return false;
}
