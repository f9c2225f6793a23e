import { afterEach, describe, expect, it } from 'vitest';
import { readCodes } from '../contract/read-codes.ts';
import { goodApplicant, type Hall, openHall, visit } from './hall.ts';

let hall: Hall | null = null;
afterEach(async () => {
  await hall?.close();
  hall = null;
});

describe('re-endorsement from the card in the slot to the slip', () => {
  it('writes the chip, prints the back and the slip, gives everything back', async () => {
    hall = await openHall();
    const end = await visit(hall, goodApplicant(hall, 'p01'));
    expect(end.outcome).toBe('completed');
    expect(end.views).toEqual([
      'attract',
      'menu',
      'consent',
      'insertPermit',
      'readingPermit',
      'waiting',
      'faceCheck',
      'choosePlaces',
      'chooseEndorsement',
      'checkAnswers',
      'waiting',
      'pay',
      'waiting',
      'takePermit',
      'waiting',
      'rate',
      'ending',
    ]);
    expect(end.ending).toMatchObject({
      tone: 'success',
      document: { key: 'outcomes.document.returned' },
      money: { key: 'outcomes.money.paid', params: { amount: { kind: 'money', fen: 3000 } } },
    });
    expect(end.ending.slipNumber).toMatch(/^Q-\d{4}-\d{4}$/);
    expect(hall.terminal.journal.openIntents()).toEqual([]);
    expect(hall.terminal.journal.custodyTasks()).toEqual([]);
    expect(hall.terminal.journal.verify().intact).toBe(true);
    expect(hall.world.receiptPrinter.tickets()).toHaveLength(1);
    const card = await hall.world.permitOf('p01');
    expect(card.backImage).not.toBeNull();
  });

  it('lets the same card show what it got, at the next visit', async () => {
    hall = await openHall();
    await visit(hall, goodApplicant(hall, 'p01'));
    const second = await visit(hall, goodApplicant(hall, 'p01'));
    expect(second.outcome).toBe('refused');
    expect(second.rule).toBe('G12.unused');
  });
});

for (const rules of ['2018-07', 'current'] as const) {
  describe(`every invented person under the rules ${rules}`, () => {
    it('comes to the ending the rules foresee', async () => {
      hall = await openHall({ rules });
      for (const person of hall.world.people) {
        const end = await visit(hall, goodApplicant(hall, person.id));
        const expected = person.expected[rules];
        const where = `${person.id} (${person.story})`;
        if (expected === 'allowed') {
          const outcome = person.bureauDecides === 'byTheRules' ? 'completed' : 'denied';
          expect(end.outcome, where).toBe(outcome);
        } else if (expected.startsWith('G03')) {
          expect(end.outcome, where).toBe('faceFailed');
        } else {
          expect([end.outcome, end.rule], where).toEqual(['refused', expected]);
        }
        expect(end.ending.document, where).toEqual({ key: 'outcomes.document.returned' });
      }
      expect(hall.terminal.journal.openIntents()).toEqual([]);
    }, 120_000);
  });
}

describe('a card that has an endorsement to one place already', () => {
  it('keeps it on its back beside the new one to the other place', async () => {
    hall = await openHall();
    const before = (await hall.world.permitOf('p43')).permit;
    expect(before).toBeDefined();
    const end = await visit(hall, goodApplicant(hall, 'p43'));
    expect(end.outcome).toBe('completed');
    const card = await hall.world.permitOf('p43');
    const [code] = await readCodes(card.backImage ?? new Uint8Array());
    expect(code?.text).toContain('HKG');
    expect(code?.text).toContain('MAC');
  });
});
