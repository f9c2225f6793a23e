import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type JournalFolder, journalFolder } from './temporary-journal.ts';

const program = fileURLToPath(new URL('./journal-process.ts', import.meta.url));

/** Starts the other process and answers the line it says. */
async function startProcess(
  place: JournalFolder,
): Promise<{ child: ChildProcess; said: Record<string, unknown> }> {
  const child = spawn(process.execPath, [program, place.path, place.keyPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return { child, said: JSON.parse(text) };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describe('intents', () => {
  it('are open until they are settled, in the order they were stated', () => {
    const place = journalFolder();
    const journal = place.open();
    const first = journal.intend({
      kind: 'submitApplication',
      caseId: 'case-1',
      facts: { requestId: 'r-1' },
    });
    const second = journal.intend({
      kind: 'takePayment',
      caseId: 'case-1',
      sessionId: 'session-1',
      facts: { orderNumber: 'T-1', amountFen: 3000 },
      personal: { name: '林晓' },
    });
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(journal.openIntents()).toMatchObject([
      {
        id: first,
        kind: 'submitApplication',
        caseId: 'case-1',
        sessionId: null,
        facts: { requestId: 'r-1' },
      },
      {
        id: second,
        kind: 'takePayment',
        sessionId: 'session-1',
        facts: { orderNumber: 'T-1', amountFen: 3000 },
      },
    ]);
    const [, payment] = journal.openIntents();
    expect(payment && journal.personalOf(payment.entry)).toEqual({ ok: true, value: { name: '林晓' } });

    journal.settle(first, { outcome: 'done', facts: { acceptance: 'A-1' } });
    expect(journal.openIntents().map((intent) => intent.id)).toEqual([second]);
    journal.settle(second, { outcome: 'compensated' });
    expect(journal.openIntents()).toEqual([]);
    expect([...journal.entries({ event: 'intent-complete' })]).toMatchObject([
      { subject: first, outcome: 'success', clear: { kind: 'submitApplication', settled: 'done' } },
      { subject: second, outcome: 'success', sessionId: 'session-1', clear: { settled: 'compensated' } },
    ]);
  });

  it('cannot be settled twice, nor without having been stated', () => {
    const journal = journalFolder().open();
    const id = journal.intend({ kind: 'refund', caseId: 'case-1', facts: {} });
    journal.settle(id, { outcome: 'failed' });
    const head = journal.head();
    expect(() => journal.settle(id, { outcome: 'done' })).toThrow(/settled already/);
    expect(() => journal.settle('no-such-intent', { outcome: 'done' })).toThrow(/never stated/);
    expect(journal.head()).toEqual(head);
  });

  it('outlive a process that is killed between the act and its outcome', async () => {
    const place = journalFolder();
    const { child, said } = await startProcess(place);
    await kill(child);

    const journal = place.open();
    expect(journal.opening).toEqual({ kind: 'existing' });
    expect(journal.head()).toEqual(said.head);
    expect(journal.openIntents()).toMatchObject([
      {
        id: said.writing,
        kind: 'writeChip',
        caseId: 'case-1',
        sessionId: 'session-1',
        facts: { place: 'HKG', count: 1 },
      },
    ]);
    const [open] = journal.openIntents();
    expect(open && journal.personalOf(open.entry)).toEqual({
      ok: true,
      value: { documentNumber: 'CA1234567' },
    });
    expect(journal.dueDeliveries(Date.now() + 1000)).toMatchObject([
      { requestId: 'T-100', body: { order: 'T-100' } },
    ]);
    expect(said.slip).toBe('ZT-0712-0001');
    expect(journal.nextSlipNumber('2026-07-12')).toBe('ZT-0712-0002');
    journal.settle(String(said.writing), { outcome: 'done' });
    expect(journal.openIntents()).toEqual([]);
    expect(journal.verify().intact).toBe(true);
  });
});

describe('a second writer', () => {
  it('is refused while the first lives, in another process and in the same', async () => {
    const place = journalFolder();
    const { child } = await startProcess(place);
    expect(() => place.open()).toThrow(/alreadyOpen/);
    await kill(child);
    const journal = place.open();
    expect(() => place.open()).toThrow(/alreadyOpen/);
    const second = await startProcess(place);
    expect(second.said).toEqual({ refused: 'alreadyOpen' });
    journal.append({ event: 'staff-called', outcome: 'n/a' });
    expect(journal.verify().intact).toBe(true);
  });
});

describe('custody tasks', () => {
  it('stay until staff has closed them, once', () => {
    const place = journalFolder();
    const journal = place.open();
    const id = journal.raiseCustody({
      kind: 'permitRetained',
      caseId: 'case-1',
      sessionId: 'session-1',
      facts: { bin: 2, slip: 'ZT-0712-0043' },
      personal: { name: '林晓' },
    });
    journal.close();
    const again = place.open();
    const [task] = again.custodyTasks();
    expect(task).toMatchObject({
      id,
      kind: 'permitRetained',
      caseId: 'case-1',
      facts: { bin: 2, slip: 'ZT-0712-0043' },
      raisedMs: place.clock.wall,
    });
    expect(task && again.personalOf(task.entry)).toEqual({ ok: true, value: { name: '林晓' } });
    again.closeCustody(id, { by: 'badge-7', resolution: 'handedOver' });
    expect(again.custodyTasks()).toEqual([]);
    expect(() => again.closeCustody(id, { by: 'badge-7', resolution: 'handedOver' })).toThrow(
      /closed already/,
    );
    expect(() => again.closeCustody('other', { by: 'badge-7', resolution: 'x' })).toThrow(/never raised/);
  });
});
