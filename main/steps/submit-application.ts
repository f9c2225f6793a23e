/** Hands the application to the bureau and waits for its decision. */
import type { EndorsementApplication } from '../bureau/port.ts';
import { delivery } from '../session/delivery.ts';
import { Interrupted, type Step } from '../session/step.ts';
import { chosenOf } from './eligibility-input.ts';
import { giveUpApplication } from './give-up.ts';
import { bureauUnreachable, decisionTimedOut, denied } from './outcomes.ts';

/** How often the bureau is asked whether it has decided, milliseconds. */
const pollEvery = 1000;

export const submitApplication: Step = {
  id: 'submitApplication',
  hidden: true,
  interruptible: false,
  async run(context) {
    const { screen, bureau, journal, ids, config, clock, signal, case: file } = context;
    const { permit } = file;
    if (permit === null || file.faceSimilarity === null)
      throw new Error('submitApplication runs after verification');
    const application: EndorsementApplication = {
      documentNumber: permit.documentNumber,
      nameChinese: permit.nameChinese,
      dateOfBirth: permit.dateOfBirth,
      endorsements: chosenOf(file).map(({ place, option }) => ({
        place,
        type: option.type,
        count: option.count,
      })),
      declaredNotFunctionary: true,
      faceSimilarity: file.faceSimilarity,
      terminalId: config.terminal.id,
    };
    screen.show({ kind: 'waiting', for: 'submission', progress: null, since: clock.now() });
    const requestId = journal.intend({
      kind: 'submitApplication',
      ...ids,
      facts: { endorsements: application.endorsements.length },
      personal: application,
    });
    const call = { timeoutMs: config.bureau.timeoutMs, signal };
    const submitted = await bureau.submit(application, requestId, call);
    if (!submitted.ok) {
      // The answer may be all that was lost, so the application must be found and given up, not forgotten.
      journal.settle(requestId, {
        outcome: 'failed',
        facts: { code: submitted.error.code },
        outbox: delivery(
          {
            kind: 'abandonSubmission',
            submissionId: requestId,
            application: { ...application, endorsements: [...application.endorsements] },
          },
          `${requestId}:release`,
        ),
      });
      return { go: 'end', outcome: bureauUnreachable };
    }
    const { applicationNumber } = submitted.value;
    file.applicationNumber = applicationNumber;
    journal.settle(requestId, { outcome: 'done', facts: { application: applicationNumber } });

    screen.show({ kind: 'waiting', for: 'decision', progress: null, since: clock.now() });
    const began = clock.monotonic();
    while (clock.monotonic() - began < config.timeouts.decisionSeconds * 1000) {
      const decision = await bureau.decision(applicationNumber, call);
      if (signal.aborted) throw new Interrupted(signal.reason);
      if (decision.ok && decision.value.state !== 'pending') {
        const { value } = decision;
        journal.append({
          event: 'application-decided',
          outcome: value.state === 'approved' ? 'success' : 'failure',
          ...ids,
          clear: {
            requestId,
            decision: value.state,
            ...(value.state === 'denied' ? { code: value.reason } : {}),
            durationMs: clock.monotonic() - began,
          },
        });
        if (value.state === 'approved') {
          file.granted = value.endorsements;
          file.feeFen = value.feeFen;
          return { go: 'next' };
        }
        return { go: 'end', outcome: value.state === 'denied' ? denied(value.reason) : decisionTimedOut };
      }
      await clock.sleep(pollEvery, signal);
    }
    giveUpApplication(context, 'cancelled');
    return { go: 'end', outcome: decisionTimedOut };
  },
};
