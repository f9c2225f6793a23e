/**
 * What the terminal does at start-up about acts it had begun when the power went: it asks the world what became of
 * each, completes it, undoes it, or hands it to staff; then it gives back a card that is still inside.
 */
import { z } from 'zod';
import type { MrzKey } from '../../devices/permit/mrz.ts';
import type { GrantedEndorsement } from '../bureau/port.ts';
import type { Journal, OpenIntent } from '../journal/journal.ts';
import { giveMoneyBack } from '../steps/give-up.ts';
import { recovered } from '../steps/outcomes.ts';
import { printSlip } from '../steps/print-slip.ts';
import { giveBack } from '../steps/return-permit.ts';
import type { ApplicantScreen } from './applicant-screen.ts';
import { emptyCase } from './case-file.ts';
import { delivery } from './delivery.ts';
import type { CaseFile, StepContext } from './step.ts';

const grantedSchema = z.array(
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
/** What the intents of the trade seal for this moment. */
const sealedSchema = z.object({
  mrzKey: z
    .object({ documentNumber: z.string(), dateOfBirth: z.string(), dateOfExpiry: z.string() })
    .nullish(),
  documentNumber: z.string().nullish(),
  granted: grantedSchema.optional(),
});
type Sealed = z.infer<typeof sealedSchema>;

export interface RecoveryOptions {
  readonly context: Omit<StepContext, 'screen' | 'signal' | 'outcome' | 'case' | 'ids'>;
  readonly screen: ApplicantScreen;
  readonly newId: () => string;
  readonly signal: AbortSignal;
}

const chipTimeoutMs = 20_000;
const printTimeoutMs = 90_000;

/** Whether the terminal went down with something unsettled: an act without outcome, or a session without an end. */
export function needsRecovery(journal: Journal): boolean {
  if (journal.openIntents().length > 0) return true;
  const [lastStart] = journal.entries({ event: 'session-start', last: 1 });
  const [lastEnd] = journal.entries({ event: 'session-end', last: 1 });
  return lastStart !== undefined && (lastEnd === undefined || lastEnd.sequence < lastStart.sequence);
}

/** Settles every open intent. Answers how many there were. */
export async function recover(options: RecoveryOptions): Promise<number> {
  const { journal } = options.context;
  const open = journal.openIntents();
  if (open.length > 0)
    journal.append({ event: 'recovery-init', outcome: 'n/a', clear: { open: open.length } });
  const cases = new Map<string, OpenIntent[]>();
  for (const intent of open) cases.set(intent.caseId, [...(cases.get(intent.caseId) ?? []), intent]);
  let cardOf: CaseRecovery | null = null;
  for (const [caseId, intents] of cases) cardOf = await recoverCase(options, caseId, intents);
  await returnForgottenCard(options, cardOf);
  if (open.length > 0) {
    journal.append({
      event: 'recovery-complete',
      outcome: 'success',
      clear: {
        settled: open.length,
        custody: journal.custodyTasks().length,
        left: journal.openIntents().length,
      },
    });
  }
  return open.length;
}

interface CaseRecovery {
  readonly context: StepContext;
  readonly sealed: Sealed;
}

async function recoverCase(
  options: RecoveryOptions,
  caseId: string,
  intents: readonly OpenIntent[],
): Promise<CaseRecovery> {
  const { journal } = options.context;
  const file: CaseFile = emptyCase(caseId);
  const sessionId = intents[0]?.sessionId ?? options.newId();
  const context: StepContext = {
    ...options.context,
    case: file,
    ids: { sessionId, caseId },
    screen: options.screen,
    signal: options.signal,
    outcome: null,
  };
  for (const intent of intents) {
    if (typeof intent.facts.order === 'string') file.orderNumber = intent.facts.order;
    if (typeof intent.facts.application === 'string') file.applicationNumber = intent.facts.application;
    if (typeof intent.facts.amountFen === 'number') file.feeFen = intent.facts.amountFen;
  }
  const sealed = sealedOf(journal, intents);
  file.mrzKey = sealed.mrzKey ?? null;
  file.granted = sealed.granted ?? [];

  // The card first: only it can tell whether the endorsement was made, and that decides about the money.
  const writing = intents.filter((intent) => intent.kind === 'writeChip');
  const paying = intents.find((intent) => intent.kind === 'takePayment');
  const printing = intents.find((intent) => intent.kind === 'printCardBack');
  const written = writing.length === 0 ? writtenBefore(journal, context) : await readChip(context, sealed);
  for (const intent of writing)
    settle(journal, intent, written === 'all' ? 'done' : written === 'none' ? 'failed' : 'custody');
  for (const intent of intents) {
    switch (intent.kind) {
      case 'submitApplication':
        journal.settle(intent.id, { outcome: 'failed', ...abandonment(journal, intent) });
        logSettled(journal, intent, 'abandoned');
        break;
      case 'refund':
        await settleRefund(context, intent);
        break;
      case 'returnCard':
        settle(journal, intent, 'failed');
        break;
      case 'retainCard':
        await settleRetain(context, intent, sealed);
        break;
      default:
        break;
    }
  }
  if (paying) await settlePayment(context, paying, written);
  if (printing) await settlePrinting(context, printing, sealed);
  else if (written === 'all' && writing.length > 0) await completePrinting(context, sealed, null);
  return { context, sealed };
}

/** Writing that was settled before the power went, by the journal's own word. */
function writtenBefore(journal: Journal, { ids }: StepContext): 'all' | 'none' {
  for (const entry of journal.entries({ caseId: ids.caseId, event: 'chip-write-complete' })) {
    if (entry.outcome === 'success') return 'all';
  }
  return 'none';
}

function sealedOf(journal: Journal, intents: readonly OpenIntent[]): Sealed {
  const all: Sealed = {};
  for (const intent of intents) {
    const personal = journal.personalOf(intent.entry);
    const parsed = personal.ok ? sealedSchema.safeParse(personal.value) : null;
    if (parsed?.success) Object.assign(all, parsed.data);
  }
  return all;
}

/** Asks the card still inside which of the granted endorsements it holds. */
async function readChip(context: StepContext, sealed: Sealed): Promise<'all' | 'some' | 'none' | 'unknown'> {
  const { devices, signal, case: file } = context;
  const { mrzKey, granted } = sealed;
  if (!mrzKey || !granted || file.applicationNumber === null) return 'unknown';
  const inside = await bringInside(context);
  if (!inside) return 'unknown';
  const connection = await devices.cardReader.connect({ timeoutMs: chipTimeoutMs, signal });
  if (!connection.ok) return 'unknown';
  try {
    const key: MrzKey = mrzKey;
    let found = 0;
    for (const { place } of granted) {
      const onChip = await devices.endorsementWriter.read(connection.value, key, place, {
        timeoutMs: chipTimeoutMs,
        signal,
      });
      if (!onChip.ok) return 'unknown';
      if (onChip.value.some((entry) => entry.caseNumber === file.applicationNumber)) found += 1;
    }
    return found === granted.length ? 'all' : found === 0 ? 'none' : 'some';
  } finally {
    await connection.value.release();
  }
}

async function bringInside({ devices, signal }: StepContext): Promise<boolean> {
  const position = await devices.endorsementPrinter.position({ timeoutMs: chipTimeoutMs, signal });
  return position.ok && position.value === 'inside';
}

async function settlePayment(
  context: StepContext,
  intent: OpenIntent,
  written: 'all' | 'some' | 'none' | 'unknown',
) {
  const { journal, payments, config, signal, ids, case: file } = context;
  const orderNumber = file.orderNumber;
  if (orderNumber === null) return settle(journal, intent, 'custody');
  if (written === 'all') {
    file.chipWritten = true;
    file.money = { state: 'paid', fen: file.feeFen, orderNumber };
    return settle(journal, intent, 'done');
  }
  if (written === 'some' || written === 'unknown') {
    file.money = { state: 'paid', fen: file.feeFen, orderNumber };
    journal.raiseCustody({
      kind: 'paidNotIssued',
      ...ids,
      facts: { order: orderNumber, application: file.applicationNumber },
    });
    return settle(journal, intent, 'custody');
  }
  releaseApplication(context);
  const order = await payments.close(orderNumber, { timeoutMs: config.payments.timeoutMs, signal });
  if (order.ok && order.value.state === 'paid') {
    await giveMoneyBack(context, order.value.paidFen);
    return settle(journal, intent, 'compensated');
  }
  if (order.ok || order.error.code === 'notFound') return settle(journal, intent, 'failed');
  file.money = { state: 'unknown', orderNumber };
  journal.settle(intent.id, {
    outcome: 'custody',
    facts: { code: order.error.code },
    outbox: delivery({ kind: 'settleOrder', orderNumber }, `${orderNumber}:settle`),
  });
  logSettled(journal, intent, 'queued');
}

function releaseApplication({ journal, ids, case: file }: StepContext): void {
  const { applicationNumber } = file;
  if (applicationNumber === null) return;
  journal.append({
    event: 'application-released',
    outcome: 'success',
    ...ids,
    clear: { reason: 'notWritten' },
    outbox: delivery(
      { kind: 'release', applicationNumber, why: 'notWritten' },
      `${applicationNumber}:release`,
    ),
  });
}

async function settlePrinting(context: StepContext, intent: OpenIntent, sealed: Sealed): Promise<void> {
  context.case.chipWritten = true;
  if (context.case.orderNumber !== null) {
    context.case.money = { state: 'paid', fen: context.case.feeFen, orderNumber: context.case.orderNumber };
  }
  await completePrinting(context, sealed, intent);
}

/** Printing is safe to do again, so a card that is still inside is simply finished. */
async function completePrinting(
  context: StepContext,
  sealed: Sealed,
  intent: OpenIntent | null,
): Promise<void> {
  const { journal, devices, print, signal, ids, case: file } = context;
  const { applicationNumber, orderNumber } = file;
  const { granted, documentNumber } = sealed;
  let printed = false;
  if (granted && documentNumber && (await bringInside(context))) {
    const raster = await print.cardBack(granted as readonly GrantedEndorsement[], documentNumber);
    const result = await devices.endorsementPrinter.rewrite(raster, {
      timeoutMs: printTimeoutMs,
      signal,
      onProgress: () => {},
    });
    printed = result.ok;
  }
  file.backPrinted = printed;
  if (applicationNumber !== null && orderNumber !== null) {
    const report = delivery(
      { kind: 'reportIssued', applicationNumber, orderNumber, backPrinted: printed },
      `${applicationNumber}:issued`,
    );
    if (intent) journal.settle(intent.id, { outcome: printed ? 'done' : 'custody', outbox: report });
    else
      journal.append({
        event: 'card-print-complete',
        outcome: printed ? 'success' : 'failure',
        ...ids,
        clear: {},
        outbox: report,
      });
  } else if (intent) {
    journal.settle(intent.id, { outcome: printed ? 'done' : 'custody' });
  }
  if (intent) logSettled(journal, intent, printed ? 'done' : 'custody');
  if (!printed)
    journal.raiseCustody({ kind: 'writtenNotPrinted', ...ids, facts: { application: applicationNumber } });
}

async function settleRefund(context: StepContext, intent: OpenIntent): Promise<void> {
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
    outbox: delivery({ kind: 'refund', orderNumber: order, amountFen }, intent.id),
  });
  logSettled(journal, intent, 'queued');
}

async function settleRetain(context: StepContext, intent: OpenIntent, sealed: Sealed): Promise<void> {
  const { journal, devices, signal, ids } = context;
  const position = await devices.endorsementPrinter.position({ timeoutMs: chipTimeoutMs, signal });
  const retained =
    position.ok &&
    (position.value === 'retained' ||
      position.value === 'absent' ||
      (await devices.endorsementPrinter.retain({ timeoutMs: chipTimeoutMs, signal })).ok);
  settle(journal, intent, retained ? 'done' : 'custody');
  journal.raiseCustody({
    kind: retained ? 'permitRetained' : 'permitLeftInside',
    ...ids,
    personal: { documentNumber: sealed.documentNumber ?? null },
  });
}

/** A card in the machine at start-up belongs to somebody who may still stand there. */
async function returnForgottenCard(options: RecoveryOptions, found: CaseRecovery | null): Promise<void> {
  const { devices } = options.context;
  const position = await devices.endorsementPrinter.position({
    timeoutMs: chipTimeoutMs,
    signal: options.signal,
  });
  const inMachine = position.ok && (position.value === 'inside' || position.value === 'atSlot');
  const caseId = found?.context.ids.caseId ?? options.newId();
  const base: StepContext = found?.context ?? {
    ...options.context,
    case: emptyCase(caseId),
    ids: { sessionId: options.newId(), caseId },
    screen: options.screen,
    signal: options.signal,
    outcome: null,
  };
  const context: StepContext = { ...base, outcome: recovered };
  if (inMachine) {
    context.case.document = 'inside';
    await giveBack(context);
  }
  if (inMachine || found) await printSlip.run(context);
}

function abandonment(journal: Journal, intent: OpenIntent) {
  const personal = journal.personalOf(intent.entry);
  if (!personal.ok) return {};
  const body = delivery(
    // The outbox checks the form of what it delivers.
    { kind: 'abandonSubmission', submissionId: intent.id, application: personal.value as never },
    `${intent.id}:release`,
  );
  return { outbox: body };
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
