import { useState } from 'react';
import type { EndorsementOption } from '../../../main/contract/views.ts';
import { BackButton, PrimaryButton } from '../../components/action-buttons.tsx';
import { ErrorSummary } from '../../components/error-summary.tsx';
import { Frame } from '../../components/frame.tsx';
import { Note } from '../../components/note.tsx';
import { OptionCard } from '../../components/option-card.tsx';
import { Pages } from '../../components/pages.tsx';
import { date, money, text } from '../../i18n/format.ts';
import { useSurroundings, type ViewProps } from '../surroundings.ts';

export function ChooseEndorsementView({ view }: ViewProps<'chooseEndorsement'>) {
  const { screenful, say, send } = useSurroundings();
  const [selected, setSelected] = useState<string | null>(view.selected);
  const [attempt, setAttempt] = useState(0);
  const options = [...view.options].sort((a, b) => Number(b.allowed) - Number(a.allowed));
  const title = say('screens.chooseEndorsement.title', { place: text(`terms.place.${view.place}`) });
  const describe = (option: EndorsementOption) =>
    option.allowed
      ? say('screens.chooseEndorsement.detail', { until: date(option.validUntil), days: option.stayDays })
      : say(option.reason);
  return (
    <Frame
      title={title}
      lead={say('screens.chooseEndorsement.lead')}
      alarm={
        attempt > 0 && selected === null ? (
          <ErrorSummary
            message={say('screens.chooseEndorsement.missing')}
            attempt={attempt}
            onGo={() => document.querySelector<HTMLElement>('[role=radio]:not([aria-disabled])')?.focus()}
          />
        ) : null
      }
      work={
        <Pages
          role="radiogroup"
          label={title}
          className="options"
          startAt={selected}
          crowded={attempt > 0 && selected === null}
          items={options.map((option) => ({
            key: option.id,
            content: (
              <OptionCard
                kind="radio"
                action={`option-${option.id}`}
                title={say('screens.chooseEndorsement.option', {
                  type: text(`terms.type.${option.type}`),
                  count: text(`terms.count.${option.count}`),
                })}
                detail={describe(option)}
                {...(option.allowed
                  ? { price: say('screens.chooseEndorsement.price', { amount: money(option.feeFen) }) }
                  : undefined)}
                checked={option.id === selected}
                onPress={option.allowed ? () => setSelected(option.id) : null}
              />
            ),
          }))}
        />
      }
      note={
        <Note tone="remark">
          {say('screens.chooseEndorsement.note', { counter: screenful.hall.counter })}
        </Note>
      }
      actions={
        <>
          <BackButton />
          <PrimaryButton
            label={say('screens.action.next')}
            action="choose-option"
            onPress={() => {
              if (selected === null) setAttempt(attempt + 1);
              else send({ type: 'chooseOption', viewId: screenful.viewId, option: selected });
            }}
          />
        </>
      }
    />
  );
}
