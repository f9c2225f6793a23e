import type { Message } from '../../../main/contract/message.ts';
import { PrimaryButton } from '../../components/action-buttons.tsx';
import { TakeSlip } from '../../components/drawings/take-slip.tsx';
import { Frame } from '../../components/frame.tsx';
import { ErrorIcon, TickIcon, WarningIcon } from '../../components/icons.tsx';
import { Pages } from '../../components/pages.tsx';
import { useSecondsLeft, useSurroundings, type ViewProps } from '../surroundings.ts';

const icons = { success: <TickIcon />, warning: <WarningIcon />, error: <ErrorIcon /> } as const;

/** However it ended: your document, your money, your application, the next step. */
export function EndingView({ view }: ViewProps<'ending'>) {
  const { screenful, say, send } = useSurroundings();
  const left = useSecondsLeft(view.deadline);
  const facts: readonly { readonly label: string; readonly fact: Message }[] = [
    { label: 'screens.ending.document', fact: view.document },
    { label: 'screens.ending.money', fact: view.money },
    { label: 'screens.ending.application', fact: view.application },
    { label: 'screens.ending.next', fact: view.next },
  ];
  return (
    <Frame
      statement
      title={say(view.title)}
      lead={say(view.detail)}
      picture={<div className={`seal seal-${view.tone}`}>{icons[view.tone]}</div>}
      work={
        <Pages
          role="list"
          className="rows"
          items={facts.map(({ label, fact }) => ({
            key: label,
            content: (
              <div className="row">
                <span className="row-label">{say(label)}</span>
                <span className="row-value">{say(fact)}</span>
              </div>
            ),
          }))}
        />
      }
      note={
        <>
          {view.slipNumber ? (
            <div className="slip">
              <TakeSlip />
              <p>
                {say('screens.ending.slip')} <strong className="slip-number">{view.slipNumber}</strong>
              </p>
            </div>
          ) : null}
          <p className="ending-time">{say('screens.ending.returns', { seconds: left })}</p>
        </>
      }
      actions={
        <PrimaryButton
          label={say('screens.ending.done')}
          action="proceed"
          onPress={() => send({ type: 'proceed', viewId: screenful.viewId })}
        />
      }
    />
  );
}
