import { afterEach, describe, expect, it } from 'vitest';
import { goodApplicant, type Hall, openHall, visit } from '../flows/hall.ts';
import { custody, expectSettled } from './settled.ts';

let hall: Hall | null = null;
afterEach(() => hall?.close());

describe('a card nobody takes', () => {
  it('is drawn in after its time, kept for its holder, and the slip says where it is', async () => {
    hall = await openHall();
    const end = await visit(hall, { ...goodApplicant(hall, 'p01'), takePermit: () => {} });
    expect(end.outcome).toBe('permitRetained');
    expect(end.ending).toMatchObject({
      document: { key: 'outcomes.document.retained' },
      money: { key: 'outcomes.money.paid' },
      next: { key: 'outcomes.next.fetchPermit', params: { counter: '3' } },
    });
    expect(hall.world.cardUnit.retained()).toHaveLength(1);
    expect(custody(hall)).toEqual(['permitRetained']);
    await expectSettled(hall);
  });

  it('stays at the slot when the bin is full, and staff is told', async () => {
    hall = await openHall();
    const { endorsementPrinter } = hall.world;
    const end = await visit(hall, {
      ...goodApplicant(hall, 'p01'),
      takePermit: () => endorsementPrinter.setFault('binFull', true),
    });
    expect(end.ending.document).toEqual({ key: 'outcomes.document.stuck' });
    expect(custody(hall)).toEqual(['permitLeftInside']);
  });

  it('of a person who walks away in the middle: idle warning, then the card is kept', async () => {
    hall = await openHall();
    const end = await visit(hall, {
      ...goodApplicant(hall, 'p01'),
      choosePlaces: () => {},
      takePermit: () => {},
    });
    expect(end.outcome).toBe('idle');
    expect(end.ending).toMatchObject({
      document: { key: 'outcomes.document.retained' },
      next: { key: 'outcomes.next.fetchPermit', params: { counter: '3' } },
    });
    expect(end.ending.slipNumber).not.toBeNull();
    expect(custody(hall)).toEqual(['permitRetained']);
    await expectSettled(hall);
  });
});
