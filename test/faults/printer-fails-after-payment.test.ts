import { afterEach, describe, expect, it } from 'vitest';
import type { EndorsementPrinterFault } from '../../native-mocks/endorsement-printer.ts';
import { goodApplicant, type Hall, openHall, visit } from '../flows/hall.ts';
import { custody, expectSettled } from './settled.ts';

let hall: Hall | null = null;
afterEach(() => hall?.close());

describe('an endorsement printer that fails once the fee is paid', () => {
  it.each(['headFault', 'verifyFailed', 'overTemperature'] as const satisfies EndorsementPrinterFault[])(
    '%s: the chip holds the endorsement, the card comes back, the back is printed at the counter',
    async (fault) => {
      hall = await openHall();
      const { world } = hall;
      const applicant = goodApplicant(hall, 'p01');
      const end = await visit(hall, {
        ...applicant,
        pay: (view, act, screenful) => {
          world.endorsementPrinter.setFault(fault, true);
          return applicant.pay?.(view, act, screenful);
        },
      });
      expect(end.outcome).toBe('printFailed');
      expect(end.ending).toMatchObject({
        document: { key: 'outcomes.document.returned' },
        money: { key: 'outcomes.money.paid' },
        application: { key: 'outcomes.application.onChip' },
        next: { key: 'outcomes.next.reprint', params: { counter: '3' } },
      });
      expect(end.ending.slipNumber).not.toBeNull();
      expect(custody(hall)).toEqual(['writtenNotPrinted']);
      await expectSettled(hall);
    },
  );

  it('that jams with the card inside: staff takes it out, and everything else is said', async () => {
    hall = await openHall();
    const { world } = hall;
    const applicant = goodApplicant(hall, 'p01');
    const end = await visit(hall, {
      ...applicant,
      pay: (view, act, screenful) => {
        world.endorsementPrinter.setFault('jam', true);
        return applicant.pay?.(view, act, screenful);
      },
    });
    expect(end.outcome).toBe('printFailed');
    expect(end.ending.document).toEqual({ key: 'outcomes.document.stuck' });
    expect(custody(hall)).toContain('permitLeftInside');
    await expectSettled(hall);
  });

  it('before the fee is asked for: nothing is charged', async () => {
    hall = await openHall();
    const { world } = hall;
    const applicant = goodApplicant(hall, 'p01');
    const end = await visit(hall, {
      ...applicant,
      checkAnswers: (view, act, screenful) => {
        world.endorsementPrinter.setFault('overTemperature', true);
        return applicant.checkAnswers?.(view, act, screenful);
      },
    });
    expect(['printerNotReady', 'printFailed']).toContain(end.outcome);
    if (end.outcome === 'printerNotReady') expect(end.ending.money).toEqual({ key: 'outcomes.money.none' });
    await expectSettled(hall);
  });
});

describe('a chip that cannot be written once the fee is paid', () => {
  it('because its files are full: the money goes back at once', async () => {
    hall = await openHall();
    const end = await visit(hall, goodApplicant(hall, 'p01', [{ type: 'endorsementFileFull' }]));
    expect(end.outcome).toBe('writeFailed');
    expect(end.ending.money).toMatchObject({ key: 'outcomes.money.refunded' });
    await expectSettled(hall);
  });

  it('because it answers wrongly what was written: staff has to look at it', async () => {
    hall = await openHall();
    const end = await visit(hall, goodApplicant(hall, 'p01', [{ type: 'writeCorrupts' }]));
    expect(['partlyWritten', 'writeFailed']).toContain(end.outcome);
    await expectSettled(hall);
  });
});

describe('a slip printer without paper', () => {
  it('costs the applicant nothing but the slip', async () => {
    hall = await openHall();
    const { world } = hall;
    const applicant = goodApplicant(hall, 'p01');
    const end = await visit(hall, {
      ...applicant,
      pay: (view, act, screenful) => {
        world.receiptPrinter.setFault('paperOut', true);
        return applicant.pay?.(view, act, screenful);
      },
    });
    expect(end.outcome).toBe('completed');
    expect(end.ending.slipNumber).toBeNull();
    await expectSettled(hall);
  });
});
