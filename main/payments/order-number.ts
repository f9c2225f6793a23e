/** Numbers of payment orders: digits only, as both wallets and a person at the counter can read them. */
import { createHash, randomInt } from 'node:crypto';

let previous = { at: 0, within: 0 };

/**
 * A new order number of 30 digits: UTC date and time to the millisecond (17), number of the order within that
 * millisecond (2), terminal (5, from a digest of its id), random (6). Two terminals would have to share digest,
 * millisecond and random part to collide. Alipay allows 64 characters, WeChat Pay 6 to 32.
 * @param now epoch milliseconds
 * @param random six random digits' worth, 0 to 999 999
 */
export function newOrderNumber({
  terminalId,
  now,
  random = randomInt(1_000_000),
}: {
  readonly terminalId: string;
  readonly now: number;
  readonly random?: number;
}): string {
  const within = now === previous.at ? previous.within + 1 : 0;
  previous = { at: now, within };
  const time = new Date(now).toISOString().replace(/\D/g, '').slice(0, 17);
  const terminal = createHash('sha256').update(terminalId).digest().readUInt32BE(0) % 100_000;
  return time + digits(within % 100, 2) + digits(terminal, 5) + digits(random, 6);
}

const digits = (value: number, length: number): string => String(value).padStart(length, '0');
