import { useRef, useState } from 'react';
import type { CheckRow } from '../../../main/contract/views.ts';
import { BackButton, PrimaryButton } from '../../components/action-buttons.tsx';
import { ErrorSummary } from '../../components/error-summary.tsx';
import { Frame } from '../../components/frame.tsx';
import { TickIcon } from '../../components/icons.tsx';
import { Pages } from '../../components/pages.tsx';
import { Pressable } from '../../components/pressable.tsx';
import { money } from '../../i18n/format.ts';
import { useSurroundings, type ViewProps } from '../surroundings.ts';

export function CheckAnswersView({ view }: ViewProps<'checkAnswers'>) {
  const { screenful, say, send } = useSurroundings();
  const [declared, setDeclared] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const place = useRef<HTMLDivElement>(null);
  const missing = attempt > 0 && !declared;
  return (
    <Frame
      title={say('screens.checkAnswers.title')}
      lead={say('screens.checkAnswers.lead', { amount: money(view.feeFen) })}
      alarm={
        missing ? (
          <ErrorSummary
            message={say('screens.checkAnswers.missing')}
            attempt={attempt}
            onGo={() => place.current?.querySelector('button')?.focus()}
          />
        ) : null
      }
      work={
        <Pages
          role="list"
          className="rows"
          crowded={missing}
          items={view.rows.map((row, index) => ({
            key: `${index} ${row.label.key}`,
            content: <AnswerRow row={row} />,
          }))}
        />
      }
      note={
        <div ref={place} className="declaration-place">
          <Pressable
            className="declaration"
            role="checkbox"
            aria-checked={declared}
            aria-invalid={missing || undefined}
            action="declare"
            onPress={() => setDeclared(!declared)}
          >
            <span className="option-mark option-mark-checkbox">{declared ? <TickIcon /> : null}</span>
            <span>{say('screens.checkAnswers.declaration')}</span>
          </Pressable>
        </div>
      }
      actions={
        <>
          <BackButton />
          <PrimaryButton
            label={say('screens.checkAnswers.submit')}
            action="submit"
            onPress={() => {
              if (declared) send({ type: 'submit', viewId: screenful.viewId, declared });
              else setAttempt(attempt + 1);
            }}
          />
        </>
      }
    />
  );
}

function AnswerRow({ row }: { readonly row: CheckRow }) {
  const { screenful, say, send } = useSurroundings();
  const { change } = row;
  const label = say(row.label);
  return (
    <div className="row">
      <span className="row-label">{label}</span>
      <span className={row.strong ? 'row-value row-strong' : 'row-value'}>{say(row.value)}</span>
      {change ? (
        <Pressable
          className="change"
          action={`change-${change}`}
          aria-label={say('screens.checkAnswers.changeOf', { label })}
          onPress={() => send({ type: 'change', viewId: screenful.viewId, row: change })}
        >
          {say('screens.checkAnswers.change')}
        </Pressable>
      ) : null}
    </div>
  );
}
