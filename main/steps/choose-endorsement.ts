/** Asks for the places, then for each place which endorsement; only what the rules allow can be chosen. */
import type { EndorsementOption, Place } from '../contract/views.ts';
import { placeVerdict } from '../rules/eligibility.ts';
import type { Step } from '../session/step.ts';

type Allowed = Extract<EndorsementOption, { allowed: true }>;

export const chooseEndorsement: Step = {
  id: 'chooseEndorsement',
  async run({ screen, journal, ids, case: file }) {
    const places = file.options.map(({ place, options }) => ({ place, ...placeVerdict(options) }));
    const possible = places.filter((place) => place.allowed).map(({ place }) => place);
    const optionsOf = (place: Place) => file.options.find((offer) => offer.place === place)?.options ?? [];

    for (;;) {
      const selected = file.places.length > 0 ? file.places : possible.length === 1 ? possible : [];
      const answer = await screen.ask({ kind: 'choosePlaces', places, selected }, ['choosePlaces']);
      if (answer.type !== 'choosePlaces') continue;
      const chosen = possible.filter((place) => answer.places.includes(place));
      if (chosen.length === 0) continue;
      file.places = chosen;
      file.chosen = Object.fromEntries(
        chosen.flatMap((place) => (file.chosen[place] ? [[place, file.chosen[place]]] : [])),
      );

      let index = 0;
      while (index >= 0 && index < chosen.length) {
        const place = chosen[index];
        if (place === undefined) break;
        const options = optionsOf(place);
        const pick = await screen.ask(
          { kind: 'chooseEndorsement', place, options, selected: file.chosen[place]?.id ?? null },
          ['chooseOption', 'back'],
        );
        if (pick.type === 'back') {
          index -= 1;
        } else if (pick.type === 'chooseOption') {
          const option = options.find(
            (candidate): candidate is Allowed => candidate.allowed && candidate.id === pick.option,
          );
          if (option === undefined) continue;
          file.chosen[place] = option;
          index += 1;
        }
      }
      if (index < 0) continue;
      journal.append({
        event: 'choice-made',
        outcome: 'success',
        ...ids,
        clear: {
          step: 'chooseEndorsement',
          choice: 'endorsement',
          value: chosen.map((place) => `${place}-${file.chosen[place]?.id}`).join('+'),
        },
      });
      return { go: 'next' };
    }
  },
};
