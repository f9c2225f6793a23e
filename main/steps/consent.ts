/** Says what will be read and kept, and asks for consent. */
import type { Step } from '../session/step.ts';

export const consent: Step = {
  id: 'consent',
  async run({ screen, journal, ids }) {
    await screen.ask({ kind: 'consent' }, ['proceed']);
    journal.append({ event: 'consent-given', outcome: 'success', ...ids, clear: { text: 'consent-1' } });
    return { go: 'next' };
  },
};
