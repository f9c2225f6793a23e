/** Orders, payments and refunds of the simulated provider, in SQLite. Amounts are fen, times epoch milliseconds. */
import Database from 'better-sqlite3';
import { z } from 'zod';
import type { PaymentChannel } from './port.ts';

export interface StoredOrder {
  readonly orderNumber: string;
  readonly amountFen: number;
  readonly subject: string;
  readonly expiresAt: number;
  readonly ending: 'none' | 'closed' | 'refused';
}

export interface StoredPayment {
  readonly channel: PaymentChannel;
  readonly amountFen: number;
  /** When the provider shows it to the merchant; later than paid when its notice is late. */
  readonly visibleAt: number;
}

export interface StoredRefund {
  readonly refundId: string;
  readonly orderNumber: string;
  readonly amountFen: number;
}

export interface PaymentsStore {
  order(orderNumber: string): StoredOrder | null;
  /** All orders, the newest first. */
  orders(): readonly StoredOrder[];
  addOrder(order: Omit<StoredOrder, 'ending'>): void;
  end(orderNumber: string, ending: 'closed' | 'refused'): void;
  payments(orderNumber: string): readonly StoredPayment[];
  addPayment(orderNumber: string, payment: StoredPayment): void;
  refunds(orderNumber: string): readonly StoredRefund[];
  refund(refundId: string): StoredRefund | null;
  addRefund(refund: StoredRefund): void;
  atomically<T>(work: () => T): T;
  close(): void;
}

const orderSchema: z.ZodType<StoredOrder> = z.object({
  orderNumber: z.string(),
  amountFen: z.number(),
  subject: z.string(),
  expiresAt: z.number(),
  ending: z.enum(['none', 'closed', 'refused']),
});
const paymentSchema: z.ZodType<StoredPayment> = z.object({
  channel: z.enum(['alipay', 'wechat']),
  amountFen: z.number(),
  visibleAt: z.number(),
});
const refundSchema: z.ZodType<StoredRefund> = z.object({
  refundId: z.string(),
  orderNumber: z.string(),
  amountFen: z.number(),
});

const schema = `
  CREATE TABLE IF NOT EXISTS "order" (
    id INTEGER PRIMARY KEY, orderNumber TEXT NOT NULL UNIQUE, amountFen INTEGER NOT NULL, subject TEXT NOT NULL,
    expiresAt INTEGER NOT NULL, ending TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS payment (
    id INTEGER PRIMARY KEY, orderNumber TEXT NOT NULL REFERENCES "order" (orderNumber), channel TEXT NOT NULL,
    amountFen INTEGER NOT NULL, visibleAt INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS payment_of ON payment (orderNumber);
  CREATE TABLE IF NOT EXISTS refund (
    refundId TEXT PRIMARY KEY, orderNumber TEXT NOT NULL REFERENCES "order" (orderNumber),
    amountFen INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS refund_of ON refund (orderNumber);
`;

/**
 * Opens the data set.
 * @param path a file, or `:memory:`
 */
export function openPaymentsStore(path: string): PaymentsStore {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.exec(schema);

  const getOrder = db.prepare('SELECT * FROM "order" WHERE orderNumber = ?');
  const getOrders = db.prepare('SELECT * FROM "order" ORDER BY id DESC LIMIT 100');
  const putOrder = db.prepare(
    `INSERT INTO "order" (orderNumber, amountFen, subject, expiresAt, ending) VALUES (?, ?, ?, ?, 'none')`,
  );
  const putEnding = db.prepare('UPDATE "order" SET ending = ? WHERE orderNumber = ?');
  const getPayments = db.prepare('SELECT * FROM payment WHERE orderNumber = ? ORDER BY id');
  const putPayment = db.prepare(
    'INSERT INTO payment (orderNumber, channel, amountFen, visibleAt) VALUES (?, ?, ?, ?)',
  );
  const getRefunds = db.prepare('SELECT * FROM refund WHERE orderNumber = ?');
  const getRefund = db.prepare('SELECT * FROM refund WHERE refundId = ?');
  const putRefund = db.prepare('INSERT INTO refund VALUES (?, ?, ?)');

  return {
    order(orderNumber) {
      const row = getOrder.get(orderNumber);
      return row === undefined ? null : orderSchema.parse(row);
    },
    orders: () => getOrders.all().map((row) => orderSchema.parse(row)),
    addOrder({ orderNumber, amountFen, subject, expiresAt }) {
      putOrder.run(orderNumber, amountFen, subject, expiresAt);
    },
    end(orderNumber, ending) {
      putEnding.run(ending, orderNumber);
    },
    payments: (orderNumber) => getPayments.all(orderNumber).map((row) => paymentSchema.parse(row)),
    addPayment(orderNumber, { channel, amountFen, visibleAt }) {
      putPayment.run(orderNumber, channel, amountFen, visibleAt);
    },
    refunds: (orderNumber) => getRefunds.all(orderNumber).map((row) => refundSchema.parse(row)),
    refund(refundId) {
      const row = getRefund.get(refundId);
      return row === undefined ? null : refundSchema.parse(row);
    },
    addRefund({ refundId, orderNumber, amountFen }) {
      putRefund.run(refundId, orderNumber, amountFen);
    },
    atomically: (work) => db.transaction(work)(),
    close() {
      db.close();
    },
  };
}
