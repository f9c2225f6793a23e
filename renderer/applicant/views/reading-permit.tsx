import { PermitInside } from '../../components/drawings/permit-inside.tsx';
import { Frame } from '../../components/frame.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { useSurroundings, type ViewProps } from '../surroundings.ts';

export function ReadingPermitView({ view }: ViewProps<'readingPermit'>) {
  const { say } = useSurroundings();
  return (
    <Frame
      title={say('screens.readingPermit.title')}
      lead={say('screens.readingPermit.lead')}
      picture={
        <div className="at-work">
          <PermitInside />
          <ProgressBar fraction={view.fraction} label={say('screens.readingPermit.title')} />
        </div>
      }
    />
  );
}
