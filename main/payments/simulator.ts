/**
 * Both wallets embedded in the terminal, for simulation: the merchant's side is the port, the applicant's side is
 * the phone. Kept in a file, an order is still known after the terminal was cut off from power.
 */
import { fail, ok, type Result } from '../../devices/result.ts';
import type { Clock } from '../session/clock.ts';
import type {
  CallOptions,
  OrderState,
  PaymentChannel,
  PaymentError,
  PaymentErrorCode,
  PaymentResult,
  Payments,
} from './port.ts';
import { openPaymentsStore, type PaymentsStore, type StoredOrder } from './simulator-store.ts';

export type PaymentFault =
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'timeOut' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'invalidAnswer' }
  | { readonly kind: 'unreachableAtCreate' }
  /** The order is made, and the answer is lost. */
  | { readonly kind: 'createAnswerLost' }
  /** Cannot be reached once the phone has paid. */
  | { readonly kind: 'unreachableAfterPayment' }
  /** The phone pays, and the provider shows it only `ms` later. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The phone pays twice. */
  | { readonly kind: 'duplicated' }
  /** The phone pays another amount, in fen; one fen less than asked when left out. */
  | { readonly kind: 'wrongAmount'; readonly amountFen?: number }
  /** The applicant's bank refuses the phone's payment. */
  | { readonly kind: 'refused' }
  /** The first `times` attempts at each refund are refused; 1 when left out. */
  | { readonly kind: 'refundFails'; readonly times?: number };

export type PaymentFaultKind = PaymentFault['kind'];
export const paymentFaultKinds = [
  'unreachable',
  'timeOut',
  'slow',
  'invalidAnswer',
  'unreachableAtCreate',
  'createAnswerLost',
  'unreachableAfterPayment',
  'late',
  'duplicated',
  'wrongAmount',
  'refused',
  'refundFails',
] as const satisfies readonly PaymentFaultKind[];

/** What the phone answers its owner. */
export type PhoneAnswer =
  | { readonly done: true }
  | { readonly done: false; readonly why: 'unknownOrder' | 'orderEnded' | 'bankRefused' };

/** The applicant's phone. */
export interface PaymentPhone {
  /** Scans the code and pays. @param amountFen another amount than asked for */
  pay(orderNumber: string, channel: PaymentChannel, amountFen?: number): PhoneAnswer;
  /** Scans the code, and the bank refuses. */
  refuse(orderNumber: string): PhoneAnswer;
  /** The newest order that still waits for money. */
  waitingOrder(): { readonly orderNumber: string; readonly amountFen: number } | null;
}

export interface PaymentsSimulator {
  readonly payments: Payments;
  readonly phone: PaymentPhone;
  readonly faults: {
    set(fault: PaymentFault): void;
    clear(kind?: PaymentFaultKind): void;
    active(): readonly PaymentFault[];
  };
  close(): void;
}

export interface PaymentsSimulatorSettings {
  readonly clock: Clock;
  /** A file that keeps orders over restarts; in memory when left out. */
  readonly path?: string;
}

export function createPaymentsSimulator({ clock, path }: PaymentsSimulatorSettings): PaymentsSimulator {
  const store = openPaymentsStore(path ?? ':memory:');
  const faults = new Map<PaymentFaultKind, PaymentFault>();
  const fault = <K extends PaymentFaultKind>(kind: K): Extract<PaymentFault, { kind: K }> | undefined => {
    const found = faults.get(kind);
    // The map holds each fault under its own kind.
    return found as Extract<PaymentFault, { kind: K }> | undefined;
  };
  const refundAttempts = new Map<string, number>();

  const call = async <T>(
    { timeoutMs, signal }: CallOptions,
    orderNumber: string,
    work: () => Result<T, PaymentError>,
  ): PaymentResult<T> => {
    if (signal.aborted) return failed('canceled');
    const wait = faults.has('timeOut') ? timeoutMs : Math.min(fault('slow')?.ms ?? 0, timeoutMs);
    if (wait > 0) {
      await clock.sleep(wait, signal);
      if (signal.aborted) return failed('canceled');
      if (wait >= timeoutMs) return failed('timeOut');
    }
    if (faults.has('unreachable')) return failed('unreachable');
    if (faults.has('unreachableAfterPayment') && store.payments(orderNumber).length > 0)
      return failed('unreachable');
    if (faults.has('invalidAnswer')) return failed('invalidAnswer');
    return store.atomically(work);
  };

  const known = <T>(
    orderNumber: string,
    work: (order: StoredOrder) => Result<T, PaymentError>,
  ): Result<T, PaymentError> => {
    const order = store.order(orderNumber);
    return order ? work(order) : failed('notFound');
  };

  const payments: Payments = {
    async create({ orderNumber, amountFen, subject, expiresAt }, options) {
      if (faults.has('unreachableAtCreate')) return failed('unreachable');
      const created = await call(options, orderNumber, () => {
        const before = store.order(orderNumber);
        if (before && (before.amountFen !== amountFen || before.subject !== subject))
          return failed('refused');
        if (!before) {
          if (!/^\d{6,32}$/.test(orderNumber) || !Number.isSafeInteger(amountFen) || amountFen <= 0) {
            return failed('refused');
          }
          store.addOrder({ orderNumber, amountFen, subject, expiresAt });
        }
        return ok({ codeText: `https://qr.pay.example/${orderNumber}` });
      });
      if (created.ok && faults.has('createAnswerLost')) {
        await clock.sleep(options.timeoutMs, options.signal);
        return failed(options.signal.aborted ? 'canceled' : 'timeOut');
      }
      return created;
    },
    query: (orderNumber, options) =>
      call(options, orderNumber, () => known(orderNumber, (order) => ok(stateOf(store, order, clock.now())))),
    close: (orderNumber, options) =>
      call(options, orderNumber, () =>
        known(orderNumber, (order) => {
          const state = stateOf(store, order, clock.now());
          if (state.state !== 'waiting') return ok(state);
          store.end(orderNumber, 'closed');
          return ok<OrderState>({ state: 'closed' });
        }),
      ),
    refund: ({ orderNumber, refundId, amountFen }, options) =>
      call(options, orderNumber, () =>
        known(orderNumber, (order) => {
          const before = store.refund(refundId);
          if (before) {
            const same = before.orderNumber === orderNumber && before.amountFen === amountFen;
            return same ? ok(stateOf(store, order, clock.now())) : failed('refused');
          }
          const failing = fault('refundFails');
          const attempts = refundAttempts.get(refundId) ?? 0;
          if (failing && attempts < (failing.times ?? 1)) {
            refundAttempts.set(refundId, attempts + 1);
            return failed('refused');
          }
          const received = sum(visiblePayments(store, orderNumber, clock.now()));
          const given = sum(store.refunds(orderNumber));
          if (!Number.isSafeInteger(amountFen) || amountFen <= 0 || given + amountFen > received) {
            return failed('refused');
          }
          store.addRefund({ refundId, orderNumber, amountFen });
          return ok(stateOf(store, order, clock.now()));
        }),
      ),
  };

  const payable = (orderNumber: string): StoredOrder | Extract<PhoneAnswer, { done: false }> => {
    const order = store.order(orderNumber);
    if (!order) return { done: false, why: 'unknownOrder' };
    if (order.ending === 'closed' || clock.now() >= order.expiresAt)
      return { done: false, why: 'orderEnded' };
    return order;
  };

  const phone: PaymentPhone = {
    pay(orderNumber, channel, amountFen) {
      if (faults.has('refused')) return phone.refuse(orderNumber);
      const order = payable(orderNumber);
      if ('done' in order) return order;
      const wrong = fault('wrongAmount');
      const amount = amountFen ?? (wrong ? (wrong.amountFen ?? order.amountFen - 1) : order.amountFen);
      const visibleAt = clock.now() + (fault('late')?.ms ?? 0);
      store.atomically(() => {
        const times = faults.has('duplicated') ? 2 : 1;
        for (let n = 0; n < times; n++)
          store.addPayment(orderNumber, { channel, amountFen: amount, visibleAt });
      });
      return { done: true };
    },
    refuse(orderNumber) {
      const order = payable(orderNumber);
      if ('done' in order) return order;
      if (store.payments(orderNumber).length === 0) store.end(orderNumber, 'refused');
      return { done: false, why: 'bankRefused' };
    },
    waitingOrder() {
      const now = clock.now();
      const order = store.orders().find((each) => stateOf(store, each, now).state === 'waiting');
      return order ? { orderNumber: order.orderNumber, amountFen: order.amountFen } : null;
    },
  };

  return {
    payments,
    phone,
    faults: {
      set(next) {
        faults.set(next.kind, next);
      },
      clear(kind) {
        if (kind === undefined) faults.clear();
        else faults.delete(kind);
      },
      active: () => [...faults.values()],
    },
    close() {
      store.close();
    },
  };
}

/** Money that arrived outweighs an order's ending: a payment can become visible after the order was closed. */
function stateOf(
  store: PaymentsStore,
  { orderNumber, ending, expiresAt }: StoredOrder,
  now: number,
): OrderState {
  const refundedFen = sum(store.refunds(orderNumber));
  if (refundedFen > 0) return { state: 'refunded', refundedFen };
  const paid = visiblePayments(store, orderNumber, now);
  const [first] = paid;
  if (first) return { state: 'paid', paidFen: sum(paid), channel: first.channel, times: paid.length };
  if (ending === 'refused') return { state: 'refused' };
  if (ending === 'closed' || now >= expiresAt) return { state: 'closed' };
  return { state: 'waiting' };
}

const visiblePayments = (store: PaymentsStore, orderNumber: string, now: number) =>
  store.payments(orderNumber).filter(({ visibleAt }) => visibleAt <= now);

const sum = (entries: readonly { readonly amountFen: number }[]): number =>
  entries.reduce((total, { amountFen }) => total + amountFen, 0);

const failureTexts: Record<PaymentErrorCode, string> = {
  canceled: 'The call was given up.',
  timeOut: 'The payment provider did not answer in time.',
  unreachable: 'The payment provider cannot be reached.',
  invalidAnswer: 'The payment provider answered something its interface does not allow.',
  notFound: 'The payment provider does not know the order.',
  refused: 'The payment provider refuses the request.',
};

const failed = (code: PaymentErrorCode): Result<never, PaymentError> =>
  fail({ code, message: failureTexts[code] });
