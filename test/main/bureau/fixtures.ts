/** A simulated bureau for tests: invented people, a clock the test moves, real waiting. */
import type { CallOptions, EndorsementApplication } from '../../../main/bureau/port.ts';
import { type BureauSimulator, createBureauSimulator } from '../../../main/bureau/simulator.ts';
import { type Clock, systemClock } from '../../../main/session/clock.ts';
import { type Person, people } from '../../../main/simulation/people.ts';
import { ruleSet } from '../rules/rule-sets.ts';

export const today = '2026-11-23';

export interface TestClock extends Clock {
  advance(ms: number): void;
}

/** Stands still at a moment of 2026-11-23 until moved; sleeping is real. */
export function testClock(): TestClock {
  let now = Date.UTC(2026, 10, 23, 2);
  return {
    ...systemClock,
    now: () => now,
    today: () => new Date(now).toISOString().slice(0, 10),
    advance(ms) {
      now += ms;
    },
  };
}

export const decisionDelayMs = 1000;

export function testSimulator(clock: Clock, path?: string): BureauSimulator {
  return createBureauSimulator({
    holders: people(today),
    rules: ruleSet('current'),
    clock,
    division: '231025',
    decisionDelayMs,
    ...(path ? { path } : {}),
  });
}

export function someone(id: string): Person {
  const found = people(today).find((each) => each.id === id);
  if (!found) throw new Error(`no person ${id}`);
  return found;
}

export function applicationOf(
  id: string,
  endorsements: EndorsementApplication['endorsements'] = [{ place: 'HKG', type: 'L', count: '3M1' }],
): EndorsementApplication {
  const { documentNumber, nameChinese, dateOfBirth } = someone(id);
  return {
    documentNumber,
    nameChinese,
    dateOfBirth,
    endorsements,
    declaredNotFunctionary: true,
    faceSimilarity: 0.82,
    terminalId: 'LK-03',
  };
}

export const callOptions = (timeoutMs = 5000, signal = new AbortController().signal): CallOptions => ({
  timeoutMs,
  signal,
});
