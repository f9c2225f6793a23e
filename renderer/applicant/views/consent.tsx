import type { ReactNode } from 'react';
import { PrimaryButton, SecondaryButton } from '../../components/action-buttons.tsx';
import { Frame } from '../../components/frame.tsx';
import { CardIcon, CounterIcon, FaceIcon, PersonIcon, ShieldIcon } from '../../components/icons.tsx';
import { Pages } from '../../components/pages.tsx';
import { useSurroundings } from '../surroundings.ts';

const points: readonly { readonly text: string; readonly icon: ReactNode }[] = [
  { text: 'screens.consent.self', icon: <PersonIcon /> },
  { text: 'screens.consent.permit', icon: <CardIcon /> },
  { text: 'screens.consent.face', icon: <FaceIcon /> },
  { text: 'screens.consent.privacy', icon: <ShieldIcon /> },
  { text: 'screens.consent.counter', icon: <CounterIcon /> },
];

/** What will be read and kept, before anything is. */
export function ConsentView() {
  const { screenful, say, send } = useSurroundings();
  return (
    <Frame
      title={say('screens.consent.title')}
      lead={say('screens.consent.lead')}
      work={
        <Pages
          role="list"
          className="points"
          items={points.map((point) => ({
            key: point.text,
            content: (
              <div className="point">
                {point.icon}
                <p>{say(point.text, { counter: screenful.hall.counter })}</p>
              </div>
            ),
          }))}
        />
      }
      actions={
        <>
          <SecondaryButton
            label={say('screens.consent.refuse')}
            action="refuse"
            onPress={() => send({ type: 'leave' })}
          />
          <PrimaryButton
            label={say('screens.consent.agree')}
            action="proceed"
            onPress={() => send({ type: 'proceed', viewId: screenful.viewId })}
          />
        </>
      }
    />
  );
}
