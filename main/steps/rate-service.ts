/** Asks how it was (好差评); nobody has to answer. */
import type { Step } from '../session/step.ts';

const waitMs = 20_000;

export const rateService: Step = {
  id: 'rateService',
  interruptible: false,
  async run({ screen, journal, ids, case: file }) {
    const answer = await screen.ask({ kind: 'rate' }, ['rate', 'proceed'], { timeoutMs: waitMs });
    if (answer.type === 'rate') {
      file.rating = answer.score;
      journal.append({ event: 'service-rated', outcome: 'success', ...ids, clear: { stars: answer.score } });
    }
    return { go: 'next' };
  },
};
