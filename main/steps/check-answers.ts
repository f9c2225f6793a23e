/** Shows everything that will be sent, each line with its own way to change it, and takes the declaration. */
import { message } from '../contract/message.ts';
import { maskDocument, maskName } from '../rules/masking.ts';
import type { Step } from '../session/step.ts';
import { chosenOf } from './eligibility-input.ts';

export const checkAnswers: Step = {
  id: 'checkAnswers',
  async run({ screen, journal, ids, case: file }) {
    const { permit } = file;
    if (permit === null) throw new Error('checkAnswers runs after the permit was read');
    const chosen = chosenOf(file);
    const feeFen = chosen.reduce((sum, { option }) => sum + option.feeFen, 0);
    const text = (value: string) => message('screens.check.text', { value });
    const rows = [
      {
        label: message('screens.check.name'),
        value: text(`${maskName(permit.nameChinese)} ${permit.namePinyin.surname}`),
      },
      { label: message('screens.check.permit'), value: text(maskDocument(permit.documentNumber)) },
      {
        label: message('screens.check.permitExpiry'),
        value: message('screens.check.date', { date: { kind: 'date', date: permit.dateOfExpiry } }),
      },
      ...chosen.map(({ place, option }) => ({
        label: message(`terms.place.${place}`),
        value: message('screens.check.endorsement', {
          type: { kind: 'message', message: message(`terms.type.${option.type}`) },
          count: { kind: 'message', message: message(`terms.count.${option.count}`) },
          until: { kind: 'date', date: option.validUntil },
        }),
        change: place,
      })),
      { label: message('screens.check.collection'), value: message('screens.check.printedHere') },
      {
        label: message('screens.check.fee'),
        value: message('screens.check.amount', { amount: { kind: 'money', fen: feeFen } }),
        strong: true,
      },
    ] as const;
    for (;;) {
      const answer = await screen.ask({ kind: 'checkAnswers', rows, feeFen }, ['submit', 'change', 'back']);
      if (answer.type === 'back') return { go: 'back' };
      if (answer.type === 'change') return { go: 'to', step: 'chooseEndorsement' };
      if (answer.type === 'submit' && answer.declared) {
        journal.append({
          event: 'declaration-made',
          outcome: 'success',
          ...ids,
          clear: { text: 'declaration-1' },
        });
        file.feeFen = feeFen;
        return { go: 'next' };
      }
    }
  },
};
