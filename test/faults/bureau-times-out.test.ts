import { afterEach, describe, expect, it } from 'vitest';
import { goodApplicant, type Hall, openHall, visit } from '../flows/hall.ts';
import { expectSettled } from './settled.ts';

let hall: Hall | null = null;
afterEach(() => hall?.close());

describe('a bureau that does not answer', () => {
  it.each(['timeOut', 'unreachable', 'invalidAnswer', 'notAuthorised'] as const)(
    'at the first question (%s): nothing was sent, the permit comes back',
    async (kind) => {
      hall = await openHall();
      hall.world.bureau.faults.set({ kind }, { operations: ['holder'] });
      const end = await visit(hall, goodApplicant(hall, 'p01'));
      expect(end.outcome).toBe('bureauUnreachable');
      expect(end.ending.document).toEqual({ key: 'outcomes.document.returned' });
      await expectSettled(hall);
    },
  );

  it('whose answer to the application is lost: the application is found again and given up', async () => {
    hall = await openHall();
    hall.world.bureau.faults.set({ kind: 'answerLost' }, { operations: ['submit'], times: 1 });
    const end = await visit(hall, goodApplicant(hall, 'p01'));
    expect(end.outcome).toBe('bureauUnreachable');
    await expectSettled(hall);
    const again = await visit(hall, goodApplicant(hall, 'p01'));
    expect(again.outcome).toBe('completed');
  });

  it('that never decides: the application is withdrawn after a minute, and nothing was paid', async () => {
    hall = await openHall();
    hall.world.bureau.faults.set({ kind: 'neverDecides' });
    const end = await visit(hall, goodApplicant(hall, 'p01'));
    expect(end.outcome).toBe('decisionTimedOut');
    expect(end.ending).toMatchObject({
      money: { key: 'outcomes.money.none' },
      application: { key: 'outcomes.application.released' },
    });
    await expectSettled(hall);
  });
});
