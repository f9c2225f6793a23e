import { CountdownRing } from '../../components/countdown.tsx';
import { TakePermitDrawing } from '../../components/drawings/take-permit.tsx';
import { Frame } from '../../components/frame.tsx';
import { useTakeChime } from '../../components/take-chime.ts';
import { useSurroundings, type ViewProps } from '../surroundings.ts';

export function TakePermitView({ view }: ViewProps<'takePermit'>) {
  const { say } = useSurroundings();
  useTakeChime();
  return (
    <Frame
      title={say('screens.takePermit.title')}
      lead={say(view.succeeded ? 'screens.takePermit.leadDone' : 'screens.takePermit.leadNotDone')}
      picture={<TakePermitDrawing />}
      note={
        <div className="take-time">
          <CountdownRing
            deadline={view.deadline}
            seconds={view.seconds}
            label={say('screens.takePermit.closes')}
          />
          <p>{say('screens.takePermit.closes')}</p>
        </div>
      }
    />
  );
}
