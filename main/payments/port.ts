/** Alipay and WeChat Pay behind one port. Amounts are fen; an order is known by its number everywhere. */
import type { Result } from '../../devices/result.ts';
import type { CallOptions } from '../bureau/port.ts';

export type { CallOptions };

export type PaymentErrorCode =
  | 'timeOut'
  | 'unreachable'
  | 'invalidAnswer'
  | 'notFound'
  | 'refused'
  | 'canceled';
export interface PaymentError {
  readonly code: PaymentErrorCode;
  readonly message: string;
}
export type PaymentResult<T> = Promise<Result<T, PaymentError>>;

export type PaymentChannel = 'alipay' | 'wechat';

export type OrderState =
  | { readonly state: 'waiting' }
  /** `paidFen` is everything received for the order: more than its amount after a duplicate, other than it after a wrong amount. */
  | {
      readonly state: 'paid';
      readonly paidFen: number;
      readonly channel: PaymentChannel;
      readonly times: number;
    }
  | { readonly state: 'refused' }
  | { readonly state: 'closed' }
  | { readonly state: 'refunded'; readonly refundedFen: number };

export interface Payments {
  /** Idempotent by `orderNumber`. `codeText` is what the QR code says. */
  create(
    order: {
      readonly orderNumber: string;
      readonly amountFen: number;
      readonly subject: string;
      readonly expiresAt: number;
    },
    options: CallOptions,
  ): PaymentResult<{ readonly codeText: string }>;
  query(orderNumber: string, options: CallOptions): PaymentResult<OrderState>;
  /** Closes an unpaid order; a paid one stays paid, and the answer says so. */
  close(orderNumber: string, options: CallOptions): PaymentResult<OrderState>;
  /** Idempotent by `refundId`. */
  refund(
    refund: { readonly orderNumber: string; readonly refundId: string; readonly amountFen: number },
    options: CallOptions,
  ): PaymentResult<OrderState>;
}
