/** Asks how it was (好差评); nobody has to answer. */
import type { Step } from '../session/step.ts';

export const rateService: Step = {
  id: 'rateService',
  interruptible: false,
  async run({ screen, journal, ids, config, case: file }) {
    const answer = await screen.ask({ kind: 'rate' }, ['rate', 'proceed'], {
      timeoutMs: config.timeouts.confirmSeconds * 1000,
    });
    if (answer.type === 'rate') {
      file.rating = answer.score;
      journal.append({ event: 'service-rated', outcome: 'success', ...ids, clear: { stars: answer.score } });
    }
    return { go: 'next' };
  },
};
