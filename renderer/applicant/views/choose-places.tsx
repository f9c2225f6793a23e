import { useState } from 'react';
import type { Place } from '../../../main/contract/views.ts';
import { BackButton, PrimaryButton } from '../../components/action-buttons.tsx';
import { ErrorSummary } from '../../components/error-summary.tsx';
import { Frame } from '../../components/frame.tsx';
import { Note } from '../../components/note.tsx';
import { OptionCard } from '../../components/option-card.tsx';
import { money } from '../../i18n/format.ts';
import { useSurroundings, type ViewProps } from '../surroundings.ts';

export function ChoosePlacesView({ view }: ViewProps<'choosePlaces'>) {
  const { screenful, say, send } = useSurroundings();
  const [selected, setSelected] = useState<readonly Place[]>(view.selected);
  const [attempt, setAttempt] = useState(0);
  const missing = attempt > 0 && selected.length === 0;
  const toggle = (place: Place) =>
    setSelected(selected.includes(place) ? selected.filter((one) => one !== place) : [...selected, place]);
  const bothAllowed = view.places.filter((one) => one.allowed).length > 1;
  return (
    <Frame
      title={say('screens.choosePlaces.title')}
      lead={say(bothAllowed ? 'screens.choosePlaces.leadBoth' : 'screens.choosePlaces.leadOne')}
      alarm={
        missing ? (
          <ErrorSummary
            message={say('screens.choosePlaces.missing')}
            attempt={attempt}
            onGo={() => document.querySelector<HTMLElement>('[role=checkbox]:not([aria-disabled])')?.focus()}
          />
        ) : null
      }
      work={
        <div className="options">
          {[...view.places]
            .sort((a, b) => Number(b.allowed) - Number(a.allowed))
            .map((one) => (
              <OptionCard
                key={one.place}
                kind="checkbox"
                action={`place-${one.place}`}
                title={say(`terms.place.${one.place}`)}
                detail={one.allowed ? say(`screens.choosePlaces.purpose.${one.place}`) : say(one.reason)}
                {...(one.allowed
                  ? { price: say('screens.choosePlaces.from', { amount: money(one.fromFen) }) }
                  : undefined)}
                checked={one.allowed && selected.includes(one.place)}
                onPress={one.allowed ? () => toggle(one.place) : null}
              />
            ))}
        </div>
      }
      note={<Note tone="remark">{say('screens.choosePlaces.note')}</Note>}
      actions={
        <>
          <BackButton />
          <PrimaryButton
            label={say('screens.action.next')}
            action="choose-places"
            onPress={() => {
              if (selected.length === 0) setAttempt(attempt + 1);
              else send({ type: 'choosePlaces', viewId: screenful.viewId, places: [...selected] });
            }}
          />
        </>
      }
    />
  );
}
