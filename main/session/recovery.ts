/**
 * What the terminal does at start-up about cases it was in the middle of when the power went: it asks the world what
 * became of each act without outcome, completes it, undoes it, or hands it to staff; then it gives back a card that
 * is still inside.
 */
import { z } from 'zod';
import type { CardConnection } from '../../devices/card-reader/interface.ts';
import type { Journal, OpenIntent } from '../journal/journal.ts';
import { giveMoneyBack, giveUpApplication } from '../steps/give-up.ts';
import { recovered } from '../steps/outcomes.ts';
import { printSlip } from '../steps/print-slip.ts';
import { giveBack } from '../steps/return-permit.ts';
import { chipRecord } from '../steps/write-endorsement.ts';
import type { ApplicantScreen } from './applicant-screen.ts';
import { emptyCase } from './case-file.ts';
import { applicationSchema, delivery, settleOrder } from './delivery.ts';
import type { StepContext } from './step.ts';

const endorsements = z.array(
  z.object({
    place: z.enum(['HKG', 'MAC']),
    type: z.enum(['L', 'G', 'T', 'S', 'Q', 'D', 'R']),
    count: z.enum(['3M1', '3M2', '3M9', '1Y1', '1Y2', '1Y9']),
    validFrom: z.string(),
    validUntil: z.string(),
    remarks: z.string(),
    issuingAuthority: z.string(),
  }),
);

/** What the intents of `write-endorsement.ts` seal for this moment. */
const sealedSchema = z.object({
  mrzKey: z
    .object({ documentNumber: z.string(), dateOfBirth: z.string(), dateOfExpiry: z.string() })
    .nullish(),
  granted: endorsements.optional(),
  kept: endorsements.optional(),
});

export interface RecoveryOptions {
  readonly context: Omit<StepContext, 'screen' | 'signal' | 'outcome' | 'case' | 'ids'>;
  readonly screen: ApplicantScreen;
  readonly newId: () => string;
  readonly signal: AbortSignal;
}

const deviceTimeoutMs = 20_000;
const printTimeoutMs = 90_000;

/** The session that was under way when the terminal went down, if any. */
function unfinishedSession(journal: Journal): { readonly sessionId: string; readonly caseId: string } | null {
  const [start] = journal.entries({ event: 'session-start', last: 1 });
  const [end] = journal.entries({ event: 'session-end', last: 1 });
  if (!start?.sessionId || !start.caseId || (end !== undefined && end.sequence > start.sequence)) return null;
  return { sessionId: start.sessionId, caseId: start.caseId };
}

/** Whether the terminal went down with something unsettled: an act without outcome, or a session without an end. */
export const needsRecovery = (journal: Journal): boolean =>
  journal.openIntents().length > 0 || unfinishedSession(journal) !== null;

/** Settles every case with an open intent, and the session that was cut off. Answers how many acts were open. */
export async function recover(options: RecoveryOptions): Promise<number> {
  const { journal } = options.context;
  const open = journal.openIntents();
  journal.append({ event: 'recovery-init', outcome: 'n/a', clear: { open: open.length } });
  const cutOff = unfinishedSession(journal);
  const cases = new Map<string, StepContext>();
  for (const { caseId, sessionId } of [...open, ...(cutOff ? [cutOff] : [])]) {
    if (!cases.has(caseId)) cases.set(caseId, caseContext(options, caseId, sessionId ?? options.newId()));
  }
  for (const [caseId, context] of cases) {
    await settleCase(
      context,
      open.filter((intent) => intent.caseId === caseId),
    );
  }
  const last = cutOff ? cases.get(cutOff.caseId) : [...cases.values()].at(-1);
  await returnCard(last ?? caseContext(options, options.newId(), options.newId()));
  if (cutOff) {
    journal.append({
      event: 'session-end',
      outcome: 'failure',
      ...cutOff,
      clear: { service: 'recovery', ending: 'recovered', ...(last ? endFacts(last) : {}) },
    });
  }
  journal.append({
    event: 'recovery-complete',
    outcome: 'success',
    clear: {
      settled: open.length,
      custody: journal.custodyTasks().length,
      left: journal.openIntents().length,
    },
  });
  return open.length;
}

const endFacts = ({ case: file }: StepContext) => ({ document: file.document, money: file.money.state });

/** The case as the journal knows it. */
function caseContext(options: RecoveryOptions, caseId: string, sessionId: string): StepContext {
  const { journal } = options.context;
  const file = emptyCase(caseId);
  let printed = false;
  let paidFen: number | null = null;
  let refundedFen = 0;
  for (const { entry, personal } of journal.caseFacts(caseId)) {
    const facts = z.record(z.string(), z.unknown()).safeParse(entry.clear.facts);
    const { order, application, amountFen } = facts.success ? facts.data : {};
    if (typeof order === 'string') file.orderNumber = order;
    if (typeof application === 'string') file.applicationNumber = application;
    if (typeof amountFen === 'number' && entry.clear.kind === 'takePayment') file.feeFen = amountFen;
    if (entry.event === 'payment-paid' && typeof entry.clear.amountFen === 'number')
      paidFen = entry.clear.amountFen;
    if (entry.event === 'card-print-complete') printed = entry.outcome === 'success';
    if (entry.event === 'payment-refunded' && entry.outcome === 'success')
      refundedFen = Number(entry.clear.amountFen);
    const sealed = personal?.ok ? sealedSchema.safeParse(personal.value) : null;
    if (sealed?.success) {
      file.mrzKey = sealed.data.mrzKey ?? file.mrzKey;
      file.granted = sealed.data.granted ?? file.granted;
      file.kept = sealed.data.kept ?? file.kept;
    }
  }
  file.backPrinted = printed;
  if (paidFen !== null && file.orderNumber !== null) {
    const left = paidFen - refundedFen;
    file.money =
      left > 0
        ? { state: 'paid', fen: left, orderNumber: file.orderNumber }
        : { state: 'refunded', fen: refundedFen };
  }
  return {
    ...options.context,
    case: file,
    ids: { sessionId, caseId },
    screen: options.screen,
    signal: options.signal,
    outcome: recovered(file),
  };
}

async function settleCase(context: StepContext, intents: readonly OpenIntent[]): Promise<void> {
  const { journal, case: file } = context;
  const of = (kind: OpenIntent['kind']) => intents.filter((intent) => intent.kind === kind);

  for (const intent of of('submitApplication')) abandonSubmission(journal, intent);
  for (const intent of of('refund')) await repeatRefund(context, intent);
  for (const intent of of('returnCard')) settle(journal, intent, 'failed');
  for (const intent of of('retainCard')) await finishRetaining(context, intent);

  // The card decides about the money: only it can tell whether the endorsement was made.
  const onChip = await finishWriting(context, of('writeChip').length > 0);
  for (const intent of of('writeChip')) {
    settle(journal, intent, onChip === 'all' ? 'done' : onChip === 'none' ? 'failed' : 'custody');
  }
  file.chipWritten = onChip === 'all';
  for (const intent of of('takePayment')) await settlePayment(context, intent, onChip);
  const [printing] = of('printCardBack');
  if (onChip === 'all' && (printing || !printingStated(journal, file.id)))
    await finishPrinting(context, printing ?? null);
}

const printingStated = (journal: Journal, caseId: string): boolean =>
  [...journal.entries({ caseId, event: 'intent-init' })].some(
    (entry) => entry.clear.kind === 'printCardBack',
  );

/**
 * How much of what was granted is on the chip. What has been begun is finished, for it cannot be undone; what was
 * not begun is left, so that the money can go back.
 */
async function finishWriting(context: StepContext, open: boolean): Promise<'all' | 'none' | 'unknown'> {
  const { journal, devices, signal, case: file, clock } = context;
  const { granted, mrzKey, applicationNumber } = file;
  const written = [...journal.entries({ caseId: file.id, event: 'chip-write-complete' })].filter(
    ({ outcome }) => outcome === 'success',
  ).length;
  if (granted.length === 0) return 'none';
  if (written === granted.length) return 'all';
  if (!open && written === 0) return 'none';
  if (mrzKey === null || applicationNumber === null || !(await cardIsInside(context))) return 'unknown';
  const key = mrzKey;
  const connected = await devices.cardReader.connect({ timeoutMs: deviceTimeoutMs, signal });
  if (!connected.ok) return 'unknown';
  const connection: CardConnection = connected.value;
  const bounds = { timeoutMs: deviceTimeoutMs, signal };
  try {
    let found = written;
    for (const { place } of granted) {
      const records = await devices.endorsementWriter.read(connection, key, place, bounds);
      if (!records.ok) return 'unknown';
      if (records.value.some((record) => record.caseNumber === applicationNumber)) found += 1;
    }
    if (found === 0) return 'none';
    const records = granted.map((one) => chipRecord(one, applicationNumber, clock.today()));
    const finished = await devices.endorsementWriter.write(connection, key, records, bounds);
    return finished.ok ? 'all' : 'unknown';
  } finally {
    await connection.release();
  }
}

async function cardIsInside({ devices, signal }: StepContext): Promise<boolean> {
  const position = await devices.endorsementPrinter.position({ timeoutMs: deviceTimeoutMs, signal });
  return position.ok && position.value === 'inside';
}

async function settlePayment(context: StepContext, intent: OpenIntent, onChip: 'all' | 'none' | 'unknown') {
  const { journal, payments, config, clock, signal, ids, case: file } = context;
  const { orderNumber, applicationNumber } = file;
  if (onChip === 'all') return settle(journal, intent, 'done');
  if (onChip === 'unknown' || orderNumber === null) {
    journal.raiseCustody({
      kind: 'paidNotIssued',
      ...ids,
      facts: { order: orderNumber, application: applicationNumber },
    });
    return settle(journal, intent, 'custody');
  }
  giveUpApplication(context, 'notWritten');
  const order = await payments.close(orderNumber, { timeoutMs: config.payments.timeoutMs, signal });
  if (order.ok && (order.value.state === 'paid' || order.value.state === 'refunded')) {
    // A second payment may have been given back already; only the journal knows of how much that was.
    const left =
      order.value.state === 'paid' ? order.value.paidFen : file.money.state === 'paid' ? file.money.fen : 0;
    if (left > 0) await giveMoneyBack(context, left);
    return settle(journal, intent, 'compensated');
  }
  if (order.ok || order.error.code === 'notFound') {
    file.money = { state: 'none' };
    return settle(journal, intent, 'failed');
  }
  file.money = { state: 'unknown', orderNumber };
  journal.settle(intent.id, {
    outcome: 'custody',
    facts: { code: order.error.code },
    outbox: settleOrder(orderNumber, clock.now()),
  });
  logSettled(journal, intent, 'queued');
}

/** Printing is safe to do again, so the back of a card that is still inside is simply printed. */
async function finishPrinting(context: StepContext, intent: OpenIntent | null): Promise<void> {
  const { journal, devices, print, signal, ids, case: file } = context;
  const { applicationNumber, orderNumber, mrzKey, granted, kept } = file;
  if (mrzKey !== null && (await cardIsInside(context))) {
    const raster = await print.cardBack([...granted, ...kept], mrzKey.documentNumber);
    const result = await devices.endorsementPrinter.rewrite(raster, {
      timeoutMs: printTimeoutMs,
      signal,
      onProgress: () => {},
    });
    file.backPrinted = result.ok;
  }
  journal.append({
    event: 'card-print-complete',
    outcome: file.backPrinted ? 'success' : 'failure',
    ...ids,
    ...(applicationNumber !== null && orderNumber !== null
      ? {
          outbox: delivery(
            { kind: 'reportIssued', applicationNumber, orderNumber, backPrinted: file.backPrinted },
            `${applicationNumber}:issued`,
          ),
        }
      : {}),
  });
  if (intent) settle(journal, intent, file.backPrinted ? 'done' : 'custody');
  if (!file.backPrinted) {
    journal.raiseCustody({ kind: 'writtenNotPrinted', ...ids, facts: { application: applicationNumber } });
  }
}

async function repeatRefund(context: StepContext, intent: OpenIntent): Promise<void> {
  const { journal, payments, config, signal, case: file } = context;
  const { order, amountFen } = intent.facts;
  if (typeof order !== 'string' || typeof amountFen !== 'number') return settle(journal, intent, 'custody');
  const call = { timeoutMs: config.payments.timeoutMs, signal };
  const refunded = await payments.refund({ orderNumber: order, refundId: intent.id, amountFen }, call);
  if (refunded.ok) {
    file.money = { state: 'refunded', fen: amountFen };
    return settle(journal, intent, 'done');
  }
  file.money = { state: 'refundOwed', fen: amountFen };
  journal.settle(intent.id, {
    outcome: 'custody',
    facts: { code: refunded.error.code },
    outbox: delivery({ kind: 'refund', orderNumber: order, amountFen }, intent.id),
  });
  logSettled(journal, intent, 'queued');
}

async function finishRetaining(context: StepContext, intent: OpenIntent): Promise<void> {
  const { journal, devices, signal, ids, case: file } = context;
  const bounds = { timeoutMs: deviceTimeoutMs, signal };
  const where = async () => {
    const position = await devices.endorsementPrinter.position(bounds);
    return position.ok ? position.value : 'unknown';
  };
  if ((await where()) !== 'retained') await devices.endorsementPrinter.retain(bounds);
  const position = await where();
  if (position === 'absent') {
    file.document = 'returned';
    return settle(journal, intent, 'failed');
  }
  file.document = position === 'retained' ? 'retained' : 'stuck';
  settle(journal, intent, position === 'retained' ? 'done' : 'custody');
  journal.raiseCustody({
    kind: position === 'retained' ? 'permitRetained' : 'permitLeftInside',
    ...ids,
    personal: { documentNumber: file.mrzKey?.documentNumber ?? null },
  });
}

/** A card in the machine at start-up belongs to somebody who may still stand there. */
async function returnCard(settled: StepContext): Promise<void> {
  const { devices, signal, case: file } = settled;
  const context = { ...settled, outcome: recovered(file) };
  const position = await devices.endorsementPrinter.position({ timeoutMs: deviceTimeoutMs, signal });
  const inMachine = position.ok && (position.value === 'inside' || position.value === 'atSlot');
  if (inMachine && file.document !== 'stuck') {
    file.document = 'inside';
    await giveBack(context);
  }
  if (inMachine || file.money.state !== 'none') await printSlip.run(context);
}

function abandonSubmission(journal: Journal, intent: OpenIntent): void {
  const personal = journal.personalOf(intent.entry);
  const application = personal.ok ? applicationSchema.safeParse(personal.value) : null;
  journal.settle(intent.id, {
    outcome: 'failed',
    ...(application?.success
      ? {
          outbox: delivery(
            { kind: 'abandonSubmission', submissionId: intent.id, application: application.data },
            `${intent.id}:release`,
          ),
        }
      : {}),
  });
  logSettled(journal, intent, 'abandoned');
}

function settle(
  journal: Journal,
  intent: OpenIntent,
  outcome: 'done' | 'failed' | 'compensated' | 'custody',
): void {
  journal.settle(intent.id, { outcome });
  logSettled(journal, intent, outcome);
}

function logSettled(journal: Journal, intent: OpenIntent, how: string): void {
  journal.append({
    event: 'recovery-settled',
    outcome: 'success',
    clear: { intentId: intent.id, kind: intent.kind, how },
  });
}
