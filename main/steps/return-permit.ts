/** Gives the permit back, waits for the hand that takes it, and keeps it safe when none comes. */
import type { CaseFile, Step, StepContext, StepResult } from '../session/step.ts';
import { permitRetained } from './outcomes.ts';

const moveTimeoutMs = 15_000;

export const returnPermit: Step = {
  id: 'returnPermit',
  interruptible: false,
  when: ({ case: file }) => file.document === 'inside',
  async run(context): Promise<StepResult> {
    const { case: file, outcome } = context;
    if (file.document !== 'inside') return { go: 'next' };
    await file.connection?.release();
    file.connection = null;
    const place = await giveBack(context);
    return outcome === null && place !== 'returned' ? { go: 'end', outcome: permitRetained } : { go: 'next' };
  },
};

/** Ejects the card, waits for the hand, retains it at the time-out; answers where it is then, as `case.document` does too. */
export async function giveBack(
  context: Pick<
    StepContext,
    'screen' | 'devices' | 'journal' | 'ids' | 'config' | 'clock' | 'signal' | 'case' | 'outcome'
  >,
): Promise<CaseFile['document']> {
  const { screen, devices, journal, ids, config, clock, signal, case: file, outcome } = context;
  const transport = devices.endorsementPrinter;
  const device = 'endorsementPrinter';
  screen.show({ kind: 'waiting', for: 'cardReturn', progress: null, since: clock.now() });
  const intent = journal.intend({
    kind: 'returnCard',
    ...ids,
    facts: {},
    personal: { documentNumber: file.permit?.documentNumber ?? file.mrzKey?.documentNumber ?? null },
  });
  const ejected = await transport.eject({ timeoutMs: moveTimeoutMs, signal });
  if (!ejected.ok && (await cardIsGone(context))) {
    journal.append({ event: 'permit-taken', outcome: 'success', ...ids, clear: { device } });
    journal.settle(intent, { outcome: 'done' });
    file.document = 'returned';
    return file.document;
  }
  if (!ejected.ok) {
    journal.append({ event: 'permit-returned', outcome: 'failure', ...ids, clear: { device } });
    journal.settle(intent, { outcome: 'custody', facts: { code: ejected.error.code } });
    file.document = 'stuck';
    journal.raiseCustody({
      kind: 'permitLeftInside',
      ...ids,
      personal: { documentNumber: file.permit?.documentNumber ?? file.mrzKey?.documentNumber ?? null },
    });
    return file.document;
  }
  journal.append({ event: 'permit-returned', outcome: 'success', ...ids, clear: { device } });
  const seconds = config.timeouts.takeCardSeconds;
  screen.show({
    kind: 'takePermit',
    deadline: clock.now() + seconds * 1000,
    seconds,
    succeeded: outcome === null && file.backPrinted,
  });
  const began = clock.monotonic();
  const taken = await transport.taken({ timeoutMs: seconds * 1000, signal });
  const waitedMs = clock.monotonic() - began;
  if (taken.ok) {
    journal.append({ event: 'permit-taken', outcome: 'success', ...ids, clear: { device, waitedMs } });
    journal.settle(intent, { outcome: 'done' });
    file.document = 'returned';
    return file.document;
  }
  journal.append({ event: 'permit-not-taken', outcome: 'failure', ...ids, clear: { device, waitedMs } });
  journal.settle(intent, { outcome: 'failed', facts: { code: taken.error.code } });
  await retain(context);
  return file.document;
}

/** The card was pulled out by hand before the machine could push it out. */
async function cardIsGone({ devices, signal }: Parameters<typeof giveBack>[0]): Promise<boolean> {
  const position = await devices.endorsementPrinter.position({ timeoutMs: moveTimeoutMs, signal });
  return position.ok && position.value === 'absent';
}

async function retain({
  screen,
  devices,
  journal,
  ids,
  clock,
  signal,
  case: file,
}: Parameters<typeof giveBack>[0]): Promise<void> {
  screen.show({ kind: 'waiting', for: 'cardReturn', progress: null, since: clock.now() });
  const personal = { documentNumber: file.permit?.documentNumber ?? file.mrzKey?.documentNumber ?? null };
  const intent = journal.intend({ kind: 'retainCard', ...ids, facts: {}, personal });
  const retained = await devices.endorsementPrinter.retain({ timeoutMs: moveTimeoutMs, signal });
  if (retained.ok) {
    journal.append({
      event: 'permit-retained',
      outcome: 'success',
      ...ids,
      clear: { reason: 'notTaken', device: 'endorsementPrinter' },
    });
    journal.settle(intent, { outcome: 'done' });
    file.document = 'retained';
    journal.raiseCustody({ kind: 'permitRetained', ...ids, personal });
    return;
  }
  journal.settle(intent, { outcome: 'custody', facts: { code: retained.error.code } });
  file.document = 'stuck';
  journal.raiseCustody({ kind: 'permitLeftInside', ...ids, personal });
}
