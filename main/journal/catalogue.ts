/**
 * The catalogue of everything the journal can say. An event is added by adding a line: its id, its type, one
 * sentence for the reader of the journal, and the fields that may stand in clear.
 *
 * Ids are in kebab case. What takes time is a pair: `…-init` when it begins, `…-complete` when it has ended, the
 * latter with the outcome. Never change the meaning of an id that has been in service; add another.
 */
import { z } from 'zod';
import { code, count, facts, fen, milliseconds, score, sentence } from './clear-fields.ts';

export type EventType =
  | 'applicantAction'
  | 'staffAction'
  | 'systemAction'
  | 'deviceEvent'
  | 'bureauEvent'
  | 'paymentEvent'
  | 'securityEvent';

export interface EventDefinition<Clear extends z.ZodObject = z.ZodObject> {
  readonly type: EventType;
  /** One sentence: what has happened when this entry is there. */
  readonly doc: string;
  /** The fields that may stand in clear; anything else is refused. */
  readonly clear: Clear;
}

function event<Shape extends z.ZodRawShape>(
  type: EventType,
  doc: string,
  shape: Shape,
): EventDefinition<z.ZodObject<Shape, z.core.$strict>> {
  return { type, doc, clear: z.strictObject(shape) };
}

/** Events anyone may append. */
export const catalogue = {
  // the terminal
  'terminal-start-init': event('systemAction', 'The application has started.', {
    version: code.optional(),
    profile: code.optional(),
    simulated: z.boolean().optional(),
  }),
  'terminal-start-complete': event('systemAction', 'The first screen is ready for applicants.', {
    durationMs: milliseconds.optional(),
  }),
  'terminal-stop-init': event('systemAction', 'The application was asked to stop.', {
    reason: code.optional(),
  }),
  'terminal-stop-complete': event('systemAction', 'Devices are closed; the journal closes next.', {}),
  'config-loaded': event('systemAction', 'The configuration was read, or refused.', {
    profile: code.optional(),
    sha256: code.optional(),
    message: sentence.optional(),
  }),
  'chain-head-anchored': event(
    'systemAction',
    'The head of the chain was sent or printed outside the terminal.',
    {
      sequence: count,
      hash: code,
      place: code,
    },
  ),
  'journal-verified': event('systemAction', 'The chain of the journal was checked.', {
    entries: count,
    breaks: count,
  }),

  // devices
  'device-status-changed': event('deviceEvent', 'A device changed its status.', {
    device: code,
    state: code,
    previous: code.optional(),
    warning: code.optional(),
    code: code.optional(),
    action: code.optional(),
    message: sentence.optional(),
  }),
  'device-error': event('deviceEvent', 'A command to a device failed.', {
    device: code,
    code,
    action: code.optional(),
    command: code.optional(),
    message: sentence.optional(),
  }),
  'device-self-test-complete': event('deviceEvent', 'A device has tested itself.', {
    device: code,
    code: code.optional(),
    message: sentence.optional(),
  }),
  'scan-dropped': event('deviceEvent', 'A scan was dropped because nobody was waiting for one.', {
    device: code,
    length: count.optional(),
  }),

  // a session
  'session-start': event('applicantAction', 'An applicant has chosen a service.', {
    service: code,
    language: code.optional(),
  }),
  'session-end': event('systemAction', 'The session has ended; the screen goes back to the menu.', {
    service: code,
    ending: code,
    document: code.optional(),
    money: code.optional(),
    counter: code.optional(),
    reason: code.optional(),
    durationMs: milliseconds.optional(),
  }),
  'step-enter': event('systemAction', 'A step of the service has begun.', {
    step: code,
    visit: count.optional(),
  }),
  'step-leave': event('systemAction', 'A step of the service has ended.', {
    step: code,
    answer: code,
    target: code.optional(),
    durationMs: milliseconds.optional(),
  }),
  'idle-warning': event('systemAction', 'The applicant was asked whether they are still there.', {
    step: code.optional(),
  }),
  'language-changed': event('applicantAction', 'The applicant has chosen a language.', {
    from: code.optional(),
    to: code,
  }),
  'staff-called': event('applicantAction', 'The applicant has called for staff.', { step: code.optional() }),
  'consent-given': event('applicantAction', 'The applicant has read the notice and agreed, or not.', {
    text: code.optional(),
  }),
  'choice-made': event('applicantAction', 'The applicant has made a choice.', {
    step: code.optional(),
    choice: code,
    value: code.optional(),
    facts: facts.optional(),
  }),
  'declaration-made': event('applicantAction', 'The applicant has declared the answers to be true.', {
    text: code.optional(),
  }),
  'service-rated': event('applicantAction', 'The applicant has rated the service.', {
    stars: z.int().min(1).max(5).optional(),
    rating: code.optional(),
  }),

  // the permit
  'permit-inserted': event('deviceEvent', 'A card has been put in.', { device: code.optional() }),
  'permit-read-init': event('deviceEvent', 'Reading the chip begins.', { access: code.optional() }),
  'permit-read-complete': event('deviceEvent', 'The chip was read and its data authenticated, or not.', {
    access: code.optional(),
    documentType: code.optional(),
    passive: code.optional(),
    chip: code.optional(),
    readSize: count.optional(),
    apdus: count.optional(),
    durationMs: milliseconds.optional(),
    code: code.optional(),
  }),
  'permit-rejected': event('systemAction', 'The card is not one this terminal can serve.', {
    reason: code,
    rule: code.optional(),
  }),
  'permit-returned': event('deviceEvent', 'The card was pushed to the slot.', { device: code.optional() }),
  'permit-taken': event('applicantAction', 'The card at the slot has been taken.', {
    device: code.optional(),
    waitedMs: milliseconds.optional(),
  }),
  'permit-not-taken': event('applicantAction', 'The card was left at the slot until the time-out.', {
    device: code.optional(),
    waitedMs: milliseconds.optional(),
  }),
  'permit-retained': event('deviceEvent', 'The card was drawn into the retain bin.', {
    reason: code,
    device: code.optional(),
  }),

  // who may
  'eligibility-checked': event('systemAction', 'The eligibility gates were passed.', {
    rules: code.optional(),
  }),
  'eligibility-refused': event('systemAction', 'A gate has stopped the applicant.', {
    rule: code,
    rules: code.optional(),
  }),
  'face-check-init': event('systemAction', 'One try of comparing the live face with the chip face begins.', {
    attempt: count,
  }),
  'face-check-complete': event(
    'systemAction',
    'One try of comparing faces has ended; scores only, no image.',
    {
      attempt: count,
      similarity: score.optional(),
      liveness: score.optional(),
      antiSpoof: score.optional(),
      reason: code.optional(),
      durationMs: milliseconds.optional(),
    },
  ),

  // the bureau
  'application-submit-init': event('bureauEvent', 'The application is being sent to the bureau.', {
    requestId: code,
  }),
  'application-submit-complete': event('bureauEvent', 'The bureau has taken the application in, or not.', {
    requestId: code,
    acceptance: code.optional(),
    attempts: count.optional(),
    code: code.optional(),
  }),
  'application-decided': event('bureauEvent', 'The bureau has decided on the application.', {
    requestId: code.optional(),
    decision: code,
    code: code.optional(),
    durationMs: milliseconds.optional(),
  }),
  'application-released': event('bureauEvent', 'The bureau was told that the case goes no further.', {
    requestId: code.optional(),
    reason: code,
  }),
  'bureau-unreachable': event('bureauEvent', 'The bureau did not answer.', {
    request: code,
    code: code.optional(),
    attempts: count.optional(),
  }),

  // money
  'payment-order-created': event('paymentEvent', 'An order for the fee was opened.', {
    order: code,
    amountFen: fen,
    channel: code.optional(),
  }),
  'payment-paid': event('paymentEvent', 'The order was paid.', {
    order: code,
    amountFen: fen,
    channel: code.optional(),
    transaction: code.optional(),
  }),
  'payment-refused': event('paymentEvent', 'The provider refused the order or the payment.', {
    order: code,
    code: code.optional(),
  }),
  'payment-timed-out': event('paymentEvent', 'The order was not paid in time.', { order: code }),
  'payment-order-closed': event('paymentEvent', 'The order was closed; it can no longer be paid.', {
    order: code,
    reason: code.optional(),
  }),
  'payment-late': event('paymentEvent', 'Money came for an order that had been given up.', {
    order: code,
    amountFen: fen.optional(),
  }),
  'payment-duplicate': event('paymentEvent', 'The provider announced the same payment again.', {
    order: code,
    transaction: code.optional(),
  }),
  'payment-wrong-amount': event('paymentEvent', 'The amount paid is not the amount of the order.', {
    order: code,
    expectedFen: fen,
    paidFen: fen,
  }),
  'payment-unreachable': event('paymentEvent', 'The payment provider did not answer.', {
    order: code.optional(),
    code: code.optional(),
  }),
  'payment-refunded': event('paymentEvent', 'Money was given back, or could not be.', {
    order: code,
    amountFen: fen,
    refund: code.optional(),
    code: code.optional(),
  }),

  // making the endorsement
  'chip-write-init': event('deviceEvent', 'Writing the endorsement to the chip begins.', {
    place: code.optional(),
  }),
  'chip-write-complete': event('deviceEvent', 'The endorsement was written and read back, or not.', {
    place: code.optional(),
    code: code.optional(),
    durationMs: milliseconds.optional(),
  }),
  'card-print-init': event('deviceEvent', "Rewriting the card's back begins.", {}),
  'card-print-complete': event('deviceEvent', "The card's back was rewritten, or not.", {
    code: code.optional(),
    durationMs: milliseconds.optional(),
  }),
  'slip-print-init': event('deviceEvent', 'Printing a slip begins.', { slip: code, kind: code.optional() }),
  'slip-print-complete': event('deviceEvent', 'The slip was printed, or not.', {
    slip: code,
    kind: code.optional(),
    code: code.optional(),
    durationMs: milliseconds.optional(),
  }),

  // windows
  'renderer-gone': event('systemAction', 'The process behind a window has died or hangs.', {
    window: code,
    reason: code,
    exitCode: z.int().optional(),
  }),
  'renderer-reloaded': event('systemAction', 'A window was loaded again and shows the same view.', {
    window: code,
    durationMs: milliseconds.optional(),
  }),
  'navigation-blocked': event('securityEvent', 'A window tried to go to another page and was stopped.', {
    window: code,
    target: sentence.optional(),
  }),
  'window-open-blocked': event('securityEvent', 'A window tried to open another and was stopped.', {
    window: code,
    target: sentence.optional(),
  }),
  'permission-denied': event('securityEvent', 'A page asked for a permission it does not get.', {
    window: code,
    permission: code,
  }),
  'message-refused': event('securityEvent', 'A message from a window was refused: sender or form is wrong.', {
    window: code.optional(),
    channel: code,
    reason: sentence.optional(),
  }),

  // after a break
  'recovery-init': event('systemAction', 'Acts without an outcome are being settled.', { open: count }),
  'recovery-complete': event('systemAction', 'No act is without an outcome any more, or staff must help.', {
    settled: count,
    custody: count.optional(),
    left: count.optional(),
  }),
  'recovery-settled': event('systemAction', 'Recovery has settled one act.', {
    intentId: code,
    kind: code,
    how: code,
  }),
} as const satisfies Record<string, EventDefinition>;

/** Events the journal writes itself, through its verbs. */
export const ownCatalogue = {
  'journal-created': event('systemAction', 'The journal begins.', { journalId: code }),
  'journal-replaced': event('systemAction', 'The journal begins anew because the one before was damaged.', {
    journalId: code,
    movedTo: sentence,
    reason: sentence,
  }),
  'intent-init': event('systemAction', 'Something irreversible is about to be done.', { kind: code, facts }),
  'intent-complete': event('systemAction', 'What became of it.', { kind: code, settled: code, facts }),
  'custody-raised': event('systemAction', 'Staff must look after a document or money.', {
    kind: code,
    facts,
  }),
  'custody-closed': event('staffAction', 'Staff has looked after it.', { by: code, resolution: code }),
  'outbox-delivered': event('systemAction', 'A message that was waiting has reached its destination.', {
    destination: code,
    requestId: code,
    attempts: count,
  }),
  'outbox-failed': event('systemAction', 'A try to deliver a waiting message failed; it is tried again.', {
    destination: code,
    requestId: code,
    attempts: count,
    nextAtMs: count,
    code: code.optional(),
  }),
  'case-key-erased': event('systemAction', 'The key of a case was destroyed, and with it what was sealed.', {
    reason: code,
  }),
} as const satisfies Record<string, EventDefinition>;

export type OpenEventId = keyof typeof catalogue;
export type OwnEventId = keyof typeof ownCatalogue;
export type EventId = OpenEventId | OwnEventId;

const definitions: ReadonlyMap<string, EventDefinition> = new Map<string, EventDefinition>([
  ...Object.entries(catalogue),
  ...Object.entries(ownCatalogue),
]);

/** The definition of an event; `undefined` for an id this version does not know. */
export function definitionOf(id: string): EventDefinition | undefined {
  return definitions.get(id);
}

/** The clear fields of an event, as its schema has them. */
export type ClearOf<Id extends EventId> = Id extends OpenEventId
  ? z.input<(typeof catalogue)[Id]['clear']>
  : Id extends OwnEventId
    ? z.input<(typeof ownCatalogue)[Id]['clear']>
    : never;
