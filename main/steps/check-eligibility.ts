/** Asks the bureau what it knows of the permit and its holder, and the rules what may be had with it. */
import { eligibility, endorsementOptions, nothingToOffer } from '../rules/eligibility.ts';
import type { Step } from '../session/step.ts';
import { eligibilityInput } from './eligibility-input.ts';
import { bureauUnreachable, refused } from './outcomes.ts';

export const checkEligibility: Step = {
  id: 'checkEligibility',
  hidden: true,
  idleSeconds: null,
  async run({ screen, bureau, rules, journal, ids, config, clock, signal, case: file }) {
    const { permit } = file;
    if (permit === null) throw new Error('checkEligibility runs after the permit was read');
    screen.show({ kind: 'waiting', for: 'eligibility', progress: null, since: clock.now() });
    const record = await bureau.holder(permit.documentNumber, { timeoutMs: config.bureau.timeoutMs, signal });
    if (!record.ok && record.error.code !== 'notFound') {
      journal.append({
        event: 'bureau-unreachable',
        outcome: 'failure',
        ...ids,
        clear: { request: 'holder', code: record.error.code },
      });
      return { go: 'end', outcome: bureauUnreachable };
    }
    const known = record.ok ? record.value : null;
    const input = eligibilityInput(rules, permit, known, file.mrzKey, config, clock.today());
    const gate = eligibility(rules, input);
    const verdict = gate.allowed ? nothingToOffer(rules, input) : gate;
    if (!verdict.allowed) {
      journal.append({
        event: 'eligibility-refused',
        outcome: 'failure',
        ...ids,
        clear: { rule: verdict.rule, rules: rules.id },
      });
      return { go: 'end', outcome: refused(verdict.rule, verdict.text) };
    }
    file.options = endorsementOptions(rules, input);
    journal.append({ event: 'eligibility-checked', outcome: 'success', ...ids, clear: { rules: rules.id } });
    return { go: 'next' };
  },
};
