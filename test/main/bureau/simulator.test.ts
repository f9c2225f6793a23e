import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bureauContract } from './bureau-contract.ts';
import {
  applicationOf,
  callOptions,
  decisionDelayMs,
  someone,
  testClock,
  testSimulator,
} from './fixtures.ts';

bureauContract('the bureau simulator', async (clock) => testSimulator(clock));

describe('the bureau simulator on disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bureau-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('keeps what was issued and what is open over a restart', async () => {
    const path = join(folder, 'bureau.sqlite');
    const clock = testClock();
    const call = callOptions();
    const first = testSimulator(clock, path);
    const numberOf = async (id: string, requestId: string) => {
      const answer = await first.bureau.submit(applicationOf(id), requestId, call);
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value.applicationNumber;
    };
    const issued = await numberOf('p01', 'request-1');
    const open = await numberOf('p02', 'request-2');
    clock.advance(decisionDelayMs);
    await first.bureau.decision(issued, call);
    await first.bureau.reportIssued(issued, { orderNumber: '1', backPrinted: true }, 'request-3', call);
    first.close();

    const second = testSimulator(clock, path);
    const record = await second.bureau.holder(someone('p01').documentNumber, call);
    expect(record).toMatchObject({ value: { endorsements: [{ place: 'HKG', entriesUsed: 0 }] } });
    expect(await second.bureau.submit(applicationOf('p02'), 'request-2', call)).toEqual({
      ok: true,
      value: { applicationNumber: open },
    });
    expect(await second.bureau.decision(open, call)).toMatchObject({ value: { state: 'approved' } });
    second.close();
  });
});
