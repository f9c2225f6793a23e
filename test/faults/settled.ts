import { expect } from 'vitest';
import type { Hall } from '../flows/hall.ts';

/** Whatever happened: nothing is left open, the chain holds, and every message reaches the far end. */
export async function expectSettled(hall: Hall): Promise<void> {
  expect(hall.terminal.journal.openIntents()).toEqual([]);
  expect(hall.terminal.journal.verify().intact).toBe(true);
  // The outbox is emptied every few seconds; twenty minutes are enough, late money included, for far ends that answer.
  await hall.clock.sleep(1_200_000, new AbortController().signal);
  expect(hall.terminal.journal.dueDeliveries(hall.clock.now() + 86_400_000)).toEqual([]);
}

/** Kinds of the tasks staff was given. */
export const custody = (hall: Hall): readonly string[] =>
  hall.terminal.journal.custodyTasks().map(({ kind }) => kind);
