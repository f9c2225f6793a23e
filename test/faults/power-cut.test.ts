import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { IntentKind } from '../../main/journal/journal.ts';
import { goodApplicant, type Hall, openHall, visit } from '../flows/hall.ts';
import { custody, expectSettled } from './settled.ts';

const later = new Date('2026-11-23T12:10:00').getTime();
const script = resolve(import.meta.dirname, 'power-cut-process.ts');

let hall: Hall | null = null;
let folder = '';
afterEach(async () => {
  await hall?.close();
  hall = null;
  rmSync(folder, { recursive: true, force: true });
});

/** Lets a terminal die at that moment and starts it again on what is left. */
async function afterPowerCut(
  kind: IntentKind,
  moment: 'beforeAct' | 'beforeOutcome',
  skip = 0,
  habit = '',
): Promise<Hall> {
  folder = mkdtempSync(join(tmpdir(), 'power-cut-'));
  const child = spawn(process.execPath, [script, folder, kind, moment, String(skip), habit], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = await once(child, 'exit');
  expect(signal, 'the terminal got to the moment at which its power was to be cut').toBe('SIGKILL');
  return openHall({ folder, keep: true, now: later });
}

/** Waits until recovery is over; the hand takes the card it holds out. */
async function recovered(open: Hall, holder: 'waits' | 'hasLeft' = 'waits'): Promise<void> {
  const { clock, world } = open;
  if (holder === 'waits') {
    world.cardUnit.onChange(({ type }) => {
      if (type === 'ejected') setImmediate(() => world.cardUnit.take());
    });
    if (world.cardUnit.position() === 'atSlot') setImmediate(() => world.cardUnit.take());
  }
  const idle = new AbortController().signal;
  for (let seconds = 0; open.entries('recovery-complete').length === 0; seconds++) {
    if (seconds > 600) throw new Error('recovery did not end within ten minutes');
    await clock.sleep(1000, idle);
  }
}

const endorsementsOnChip = async (open: Hall) => {
  const end = await visit(open, goodApplicant(open, 'p01'));
  return end.rule === 'G12.unused' ? 'both' : end.outcome;
};

describe('a power cut', () => {
  it.each(['beforeAct', 'beforeOutcome'] as const)(
    'at submitting, %s: the application is given up',
    async (moment) => {
      hall = await afterPowerCut('submitApplication', moment);
      await recovered(hall);
      expect(hall.world.cardUnit.position()).toBe('absent');
      await expectSettled(hall);
      expect(custody(hall)).toEqual([]);
      expect(await endorsementsOnChip(hall)).toBe('completed');
    },
    60_000,
  );

  it('before the order was made: no money, application released, card back', async () => {
    hall = await afterPowerCut('takePayment', 'beforeAct');
    await recovered(hall);
    await expectSettled(hall);
    expect(hall.entries('payment-refunded')).toEqual([]);
    expect(await endorsementsOnChip(hall)).toBe('completed');
  }, 60_000);

  it('right after payment, before anything was written: the money goes back', async () => {
    hall = await afterPowerCut('writeChip', 'beforeAct');
    await recovered(hall);
    await expectSettled(hall);
    expect(hall.entries('payment-refunded').map(({ clear }) => clear.amountFen)).toEqual([3000]);
    expect(hall.world.receiptPrinter.tickets()).toHaveLength(1);
    expect(await endorsementsOnChip(hall)).toBe('completed');
  }, 60_000);

  it.each([
    ['writeChip', 'beforeOutcome', 0],
    ['writeChip', 'beforeAct', 1],
    ['writeChip', 'beforeOutcome', 1],
    ['takePayment', 'beforeOutcome', 0],
    ['printCardBack', 'beforeAct', 0],
    ['printCardBack', 'beforeOutcome', 0],
  ] as const)(
    'once writing has begun (%s, %s, %i before): it is finished and printed, the money stays',
    async (kind, moment, skip) => {
      hall = await afterPowerCut(kind, moment, skip);
      await recovered(hall);
      await expectSettled(hall);
      expect(hall.entries('payment-refunded')).toEqual([]);
      expect(hall.entries('card-print-complete').at(-1)?.outcome).toBe('success');
      expect(custody(hall)).toEqual([]);
      expect(await endorsementsOnChip(hall)).toBe('both');
    },
    60_000,
  );

  it.each(['beforeAct', 'beforeOutcome'] as const)(
    'at giving the card back, %s: it is given back',
    async (moment) => {
      hall = await afterPowerCut('returnCard', moment);
      await recovered(hall);
      await expectSettled(hall);
      expect(hall.world.cardUnit.position()).toBe('absent');
      expect(custody(hall)).toEqual([]);
    },
    60_000,
  );

  it.each(['beforeAct', 'beforeOutcome'] as const)(
    'at keeping a card nobody took, %s: it is kept',
    async (moment) => {
      hall = await afterPowerCut('retainCard', moment, 0, 'leavesCard');
      await recovered(hall, 'hasLeft');
      await expectSettled(hall);
      expect(custody(hall)).toEqual(['permitRetained']);
    },
    60_000,
  );

  it.each(['beforeAct', 'beforeOutcome'] as const)(
    'at a refund, %s: it is paid out once',
    async (moment) => {
      hall = await afterPowerCut('refund', moment, 0, 'paysTwice');
      await recovered(hall);
      await expectSettled(hall);
      const [order] = hall.entries('payment-order-created');
      const query = await hall.world.payments.payments.query(String(order?.clear.order), {
        timeoutMs: 1000,
        signal: new AbortController().signal,
      });
      expect(query.ok && query.value.state).toBe('refunded');
    },
    60_000,
  );
});
