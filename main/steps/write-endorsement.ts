/**
 * Writes the endorsement to the chip, reads it back and rewrites the card's back. Irreversible: every act is
 * stated before it is begun and settled when it is over.
 */

import type { Raster } from '../../devices/endorsement-printer/interface.ts';
import type { PermitEndorsement } from '../../devices/permit/endorsement-file.ts';
import type { GrantedEndorsement } from '../bureau/port.ts';
import type { Place } from '../contract/views.ts';
import { delivery } from '../session/delivery.ts';
import type { CaseFile, Step, StepContext, StepResult } from '../session/step.ts';
import { giveMoneyBack, giveUpApplication } from './give-up.ts';
import { partlyWritten, printFailed, writeFailed } from './outcomes.ts';

/** Milliseconds for one place on the chip, and for one rewriting of the back (about 40 s on the market's units). */
const writeTimeoutMs = 20_000;
const printTimeoutMs = 90_000;
const printTries = 2;

export const writeEndorsement: Step = {
  id: 'writeEndorsement',
  interruptible: false,
  async run(context) {
    const { case: file, clock } = context;
    file.kept = keptOnBack(file, clock.today());
    const written = await writeChip(context);
    if (written === 'none') {
      await giveMoneyBack(context, context.case.feeFen);
      settlePayment(context, 'compensated');
      giveUpApplication(context, 'notWritten');
      return { go: 'end', outcome: writeFailed };
    }
    if (written === 'some') {
      settlePayment(context, 'custody');
      context.journal.raiseCustody({
        kind: 'paidNotIssued',
        ...context.ids,
        facts: { application: context.case.applicationNumber, order: context.case.orderNumber },
      });
      return { go: 'end', outcome: partlyWritten };
    }
    context.case.chipWritten = true;
    settlePayment(context, 'done');
    return printBack(context);
  },
};

/** The endorsement as it lies in the chip. */
export function chipRecord(
  granted: GrantedEndorsement,
  applicationNumber: string,
  today: string,
): PermitEndorsement {
  return {
    place: granted.place,
    type: granted.type,
    count: granted.count,
    validFrom: granted.validFrom,
    validUntil: granted.validUntil,
    used: 0,
    remarks: granted.remarks,
    issuingAuthority: granted.issuingAuthority,
    issuedOn: today,
    caseNumber: applicationNumber,
  };
}

/** The newest endorsement to each place that gets no new one and can still be used: erasing the back would lose it. */
function keptOnBack({ permit, granted }: CaseFile, today: string): readonly GrantedEndorsement[] {
  const kept = new Map<Place, PermitEndorsement>();
  for (const endorsement of permit?.endorsements ?? []) {
    const { place } = endorsement;
    if (endorsement.validUntil < today || granted.some((one) => one.place === place)) continue;
    const newest = kept.get(place);
    if (!newest || newest.issuedOn < endorsement.issuedOn) kept.set(place, endorsement);
  }
  return [...kept.values()].map(
    ({ place, type, count, validFrom, validUntil, remarks, issuingAuthority }) => ({
      place,
      type,
      count,
      validFrom,
      validUntil,
      remarks,
      issuingAuthority,
    }),
  );
}

async function writeChip(context: StepContext): Promise<'all' | 'some' | 'none'> {
  const { screen, devices, journal, ids, clock, signal, case: file } = context;
  const { connection, applicationNumber, granted, mrzKey } = file;
  if (connection === null || applicationNumber === null || mrzKey === null)
    throw new Error('writeEndorsement runs after approval');
  let done = 0;
  for (const endorsement of granted) {
    screen.show({
      kind: 'waiting',
      for: 'chipWriting',
      progress: { done, total: granted.length },
      since: clock.now(),
    });
    const intent = journal.intend({
      kind: 'writeChip',
      ...ids,
      facts: {
        place: endorsement.place,
        application: applicationNumber,
        order: file.orderNumber,
        amountFen: file.feeFen,
      },
      // Recovery has to open the chip again to see whether the writing was done, and to print the back.
      personal: { mrzKey, granted, kept: file.kept },
    });
    const began = clock.monotonic();
    const record = chipRecord(endorsement, applicationNumber, clock.today());
    const result = await devices.endorsementWriter.write(connection, mrzKey, [record], {
      timeoutMs: writeTimeoutMs,
      signal,
    });
    journal.append({
      event: 'chip-write-complete',
      outcome: result.ok ? 'success' : 'failure',
      ...ids,
      clear: {
        place: endorsement.place,
        durationMs: clock.monotonic() - began,
        ...(result.ok ? {} : { code: result.error.code }),
      },
    });
    if (!result.ok) {
      // A card that went away or answered wrongly while it was written may hold the record all the same.
      const certain = result.error.code === 'notEnoughSpace' || result.error.code === 'fileNotFound';
      const found = certain ? false : await isOnChip(context, record);
      journal.settle(intent, {
        outcome: found === false ? 'failed' : 'custody',
        facts: { code: result.error.code },
      });
      if (found === 'unknown') return 'some';
      return done > 0 ? 'some' : 'none';
    }
    journal.settle(intent, { outcome: 'done' });
    done += 1;
  }
  return 'all';
}

/** Looks whether the record got onto the chip after a failed write. */
async function isOnChip(
  { devices, signal, case: file }: StepContext,
  record: PermitEndorsement,
): Promise<false | 'unknown'> {
  if (file.connection === null || file.mrzKey === null) return 'unknown';
  const present = await devices.endorsementWriter.read(file.connection, file.mrzKey, record.place, {
    timeoutMs: writeTimeoutMs,
    signal,
  });
  if (!present.ok) return 'unknown';
  return present.value.some((entry) => entry.caseNumber === record.caseNumber) ? 'unknown' : false;
}

async function printBack(context: StepContext): Promise<StepResult> {
  const { journal, ids, print, case: file } = context;
  const { permit, applicationNumber, orderNumber, granted } = file;
  if (permit === null || applicationNumber === null || orderNumber === null)
    throw new Error('printing follows writing');
  const raster = await print.cardBack([...granted, ...file.kept], permit.documentNumber);
  const intent = journal.intend({
    kind: 'printCardBack',
    ...ids,
    facts: { application: applicationNumber, order: orderNumber },
    personal: { mrzKey: file.mrzKey, granted, kept: file.kept },
  });
  const printed = await rewriteBack(context, raster);
  file.backPrinted = printed;
  journal.settle(intent, {
    outcome: printed ? 'done' : 'custody',
    outbox: delivery({ kind: 'reportIssued', applicationNumber, orderNumber, backPrinted: printed }, intent),
  });
  if (printed) return { go: 'next' };
  journal.raiseCustody({ kind: 'writtenNotPrinted', ...ids, facts: { application: applicationNumber } });
  return { go: 'end', outcome: printFailed };
}

async function rewriteBack(context: StepContext, raster: Raster): Promise<boolean> {
  const { screen, devices, journal, ids, clock, signal } = context;
  const since = clock.now();
  for (let attempt = 1; attempt <= printTries; attempt++) {
    const onProgress = (fraction: number) =>
      screen.show({
        kind: 'waiting',
        for: 'backPrinting',
        progress: { done: Math.round(fraction * 100), total: 100 },
        since,
      });
    onProgress(0);
    const began = clock.monotonic();
    const result = await devices.endorsementPrinter.rewrite(raster, {
      timeoutMs: printTimeoutMs,
      signal,
      onProgress,
    });
    journal.append({
      event: 'card-print-complete',
      outcome: result.ok ? 'success' : 'failure',
      ...ids,
      clear: { durationMs: clock.monotonic() - began, ...(result.ok ? {} : { code: result.error.code }) },
    });
    if (result.ok) return true;
  }
  return false;
}

function settlePayment(
  { journal, case: file }: StepContext,
  outcome: 'done' | 'compensated' | 'custody',
): void {
  if (file.paymentIntent === null) return;
  journal.settle(file.paymentIntent, { outcome });
  file.paymentIntent = null;
}
