/**
 * Every way a service can end. Each says what happened and whose doing it was, what became of the application,
 * and where to go; document and money are read off the case when it is over (`endingView`).
 */
import { type Message, message } from '../contract/message.ts';
import type { View } from '../contract/views.ts';
import type { CaseFile, Interruption, Outcome } from '../session/step.ts';

const none = message('outcomes.application.none');
const kept = message('outcomes.application.kept');
const released = message('outcomes.application.released');

const toCounter = message('outcomes.next.counter');
const tryAgain = message('outcomes.next.tryAgain');

/** Ends that any service may come to because somebody or something stopped it. */
export function stoppedOutcome(why: Interruption | { readonly kind: 'bug' }): Outcome {
  switch (why.kind) {
    case 'cancelled':
      return {
        id: 'cancelled',
        tone: 'warning',
        title: message('outcomes.cancelled.title'),
        detail: message('outcomes.cancelled.detail'),
        application: none,
        next: tryAgain,
        slip: false,
      };
    case 'idle':
      return {
        id: 'idle',
        tone: 'warning',
        title: message('outcomes.idle.title'),
        detail: message('outcomes.idle.detail'),
        application: none,
        next: tryAgain,
        slip: false,
      };
    case 'deviceLost':
      return {
        id: 'deviceLost',
        tone: 'error',
        title: message('outcomes.deviceLost.title'),
        detail: message('outcomes.deviceLost.detail'),
        application: none,
        next: toCounter,
        slip: true,
      };
    case 'shutdown':
      return {
        id: 'shutdown',
        tone: 'error',
        title: message('outcomes.shutdown.title'),
        detail: message('outcomes.shutdown.detail'),
        application: none,
        next: toCounter,
        slip: true,
      };
    case 'bug':
      return {
        id: 'bug',
        tone: 'error',
        title: message('outcomes.bug.title'),
        detail: message('outcomes.bug.detail'),
        application: message('outcomes.application.ask'),
        next: toCounter,
        slip: true,
      };
  }
}

/** A gate of the rules stopped the applicant. */
export const refused = (rule: string, text: Message): Outcome => ({
  id: 'refused',
  tone: 'warning',
  title: message('outcomes.refused.title'),
  detail: text,
  application: none,
  next: toCounter,
  slip: true,
  rule,
});

/** The card could not be used: mute, unreadable, or not a permit. */
export const permitUnusable = (detail: Message): Outcome => ({
  id: 'permitUnusable',
  tone: 'error',
  title: message('outcomes.permitUnusable.title'),
  detail,
  application: none,
  next: toCounter,
  slip: true,
});

/** Nobody put a card in. */
export const noPermit: Outcome = {
  id: 'noPermit',
  tone: 'warning',
  title: message('outcomes.noPermit.title'),
  detail: message('outcomes.noPermit.detail'),
  application: none,
  next: tryAgain,
  slip: false,
};

/** The live face was not the face of the chip, as often as may be tried. */
export const faceFailed: Outcome = {
  id: 'faceFailed',
  tone: 'warning',
  title: message('outcomes.faceFailed.title'),
  detail: message('outcomes.faceFailed.detail'),
  application: none,
  next: toCounter,
  slip: true,
};

/** The bureau could not be asked. */
export const bureauUnreachable: Outcome = {
  id: 'bureauUnreachable',
  tone: 'error',
  title: message('outcomes.bureauUnreachable.title'),
  detail: message('outcomes.bureauUnreachable.detail'),
  application: none,
  next: message('outcomes.next.laterOrCounter'),
  slip: true,
};

/** The bureau took the application, or may have, and did not decide in time; it has been given up. */
export const decisionTimedOut: Outcome = {
  id: 'decisionTimedOut',
  tone: 'error',
  title: message('outcomes.decisionTimedOut.title'),
  detail: message('outcomes.decisionTimedOut.detail'),
  application: released,
  next: message('outcomes.next.laterOrCounter'),
  slip: true,
};

export const denied = (reason: 'notEligible' | 'seeCounter'): Outcome => ({
  id: 'denied',
  tone: 'warning',
  title: message('outcomes.denied.title'),
  detail: message(reason === 'notEligible' ? 'outcomes.denied.notEligible' : 'outcomes.denied.seeCounter'),
  application: message('outcomes.application.denied'),
  next: toCounter,
  slip: true,
});

export const paymentTimedOut: Outcome = {
  id: 'paymentTimedOut',
  tone: 'warning',
  title: message('outcomes.paymentTimedOut.title'),
  detail: message('outcomes.paymentTimedOut.detail'),
  application: released,
  next: tryAgain,
  slip: false,
};

export const paymentRefused: Outcome = {
  id: 'paymentRefused',
  tone: 'warning',
  title: message('outcomes.paymentRefused.title'),
  detail: message('outcomes.paymentRefused.detail'),
  application: released,
  next: tryAgain,
  slip: false,
};

export const paymentWrongAmount: Outcome = {
  id: 'paymentWrongAmount',
  tone: 'warning',
  title: message('outcomes.paymentWrongAmount.title'),
  detail: message('outcomes.paymentWrongAmount.detail'),
  application: released,
  next: tryAgain,
  slip: true,
};

/** The payment provider cannot be asked, so nobody knows yet whether money came. */
export const paymentUnknown: Outcome = {
  id: 'paymentUnknown',
  tone: 'error',
  title: message('outcomes.paymentUnknown.title'),
  detail: message('outcomes.paymentUnknown.detail'),
  application: released,
  next: message('outcomes.next.keepSlip'),
  slip: true,
};

/** Payment could not even be asked for. */
export const paymentUnavailable: Outcome = {
  id: 'paymentUnavailable',
  tone: 'error',
  title: message('outcomes.paymentUnavailable.title'),
  detail: message('outcomes.paymentUnavailable.detail'),
  application: released,
  next: message('outcomes.next.laterOrCounter'),
  slip: true,
};

/** Found before any money was asked for. */
export const printerNotReady: Outcome = {
  id: 'printerNotReady',
  tone: 'error',
  title: message('outcomes.printerNotReady.title'),
  detail: message('outcomes.printerNotReady.detail'),
  application: released,
  next: toCounter,
  slip: true,
};

/** Nothing was written, and the money goes back. */
export const writeFailed: Outcome = {
  id: 'writeFailed',
  tone: 'error',
  title: message('outcomes.writeFailed.title'),
  detail: message('outcomes.writeFailed.detail'),
  application: released,
  next: message('outcomes.next.counterFirst'),
  slip: true,
};

/** Some of the endorsements are on the chip, or nobody can tell: only staff can finish it. */
export const partlyWritten: Outcome = {
  id: 'partlyWritten',
  tone: 'error',
  title: message('outcomes.partlyWritten.title'),
  detail: message('outcomes.partlyWritten.detail'),
  application: kept,
  next: message('outcomes.next.counterFirst'),
  slip: true,
};

/** The chip holds the endorsement, the back does not show it: it is valid, and printed free of charge at the counter. */
export const printFailed: Outcome = {
  id: 'printFailed',
  tone: 'error',
  title: message('outcomes.printFailed.title'),
  detail: message('outcomes.printFailed.detail'),
  application: message('outcomes.application.onChip'),
  next: message('outcomes.next.reprint'),
  slip: true,
};

export const completed: Outcome = {
  id: 'completed',
  tone: 'success',
  title: message('outcomes.completed.title'),
  detail: message('outcomes.completed.detail'),
  application: message('outcomes.application.done'),
  next: message('outcomes.next.ready'),
  slip: true,
};

/** All went well, but the card was not taken and was drawn in. */
export const permitRetained: Outcome = {
  id: 'permitRetained',
  tone: 'warning',
  title: message('outcomes.permitRetained.title'),
  detail: message('outcomes.permitRetained.detail'),
  application: message('outcomes.application.done'),
  next: message('outcomes.next.fetchPermit'),
  slip: true,
};

/** Where the document is, in words. */
export const documentText = (document: CaseFile['document']): Message =>
  message(`outcomes.document.${document}`);

/** Where the money is, in words. */
export function moneyText(money: CaseFile['money']): Message {
  switch (money.state) {
    case 'none':
      return message('outcomes.money.none');
    case 'paid':
      return message('outcomes.money.paid', { amount: { kind: 'money', fen: money.fen } });
    case 'refunded':
      return message('outcomes.money.refunded', { amount: { kind: 'money', fen: money.fen } });
    case 'refundOwed':
      return message('outcomes.money.refundOwed', { amount: { kind: 'money', fen: money.fen } });
    case 'unknown':
      return message('outcomes.money.unknown');
  }
}

/** The same message with the number of the hall's counter in it. */
const atCounter = ({ key, params }: Message, counter: string): Message =>
  message(key, { ...params, counter });

/** What to do next. Whose permit the machine has kept has to fetch it, whatever else there is to do. */
export const nextText = (outcome: Outcome, document: CaseFile['document'], counter: string): Message =>
  atCounter(isKept(document) ? message('outcomes.next.fetchPermit') : outcome.next, counter);

/** Whether the machine has the permit, so that a slip must say where it is. */
export const isKept = (document: CaseFile['document']): boolean =>
  document === 'retained' || document === 'stuck';

/** The last screen of a service. */
export function endingView(
  outcome: Outcome,
  counter: string,
  end: Pick<CaseFile, 'document' | 'money' | 'slipNumber'>,
  timing: { readonly deadline: number; readonly seconds: number },
): Extract<View, { kind: 'ending' }> {
  return {
    kind: 'ending',
    tone: outcome.tone,
    title: outcome.title,
    detail: outcome.detail,
    document: documentText(end.document),
    money: moneyText(end.money),
    application: outcome.application,
    next: nextText(outcome, end.document, counter),
    slipNumber: end.slipNumber,
    ...timing,
  };
}

/** Found and settled after a power cut; the slip says how. */
export function recovered(
  file: Pick<CaseFile, 'chipWritten' | 'backPrinted' | 'applicationNumber' | 'money'>,
): Outcome {
  return {
    id: 'recovered',
    tone: 'warning',
    title: message('outcomes.recovered.title'),
    detail: message('outcomes.recovered.detail'),
    ...whatBecameOf(file),
    slip: true,
  };
}

function whatBecameOf(file: Parameters<typeof recovered>[0]): Pick<Outcome, 'application' | 'next'> {
  if (file.chipWritten && file.backPrinted) {
    return { application: message('outcomes.application.done'), next: message('outcomes.next.ready') };
  }
  if (file.chipWritten) {
    return { application: message('outcomes.application.onChip'), next: message('outcomes.next.reprint') };
  }
  if (file.money.state === 'paid')
    return { application: message('outcomes.application.ask'), next: toCounter };
  return { application: file.applicationNumber === null ? none : released, next: toCounter };
}
