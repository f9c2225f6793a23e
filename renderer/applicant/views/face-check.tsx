import { BackButton, PrimaryButton } from '../../components/action-buttons.tsx';
import { FacePreview } from '../../components/face-preview.tsx';
import { Frame } from '../../components/frame.tsx';
import { Note } from '../../components/note.tsx';
import { useSurroundings, type ViewProps } from '../surroundings.ts';

const titles = {
  ready: 'screens.faceCheck.readyTitle',
  looking: 'screens.faceCheck.lookingTitle',
  notMatched: 'screens.faceCheck.notMatchedTitle',
} as const;

const leads = {
  ready: 'screens.faceCheck.readyLead',
  looking: 'screens.faceCheck.lookingLead',
  notMatched: 'screens.faceCheck.notMatchedLead',
} as const;

export function FaceCheckView({ view }: ViewProps<'faceCheck'>) {
  const { screenful, say, send } = useSurroundings();
  const proceed = () => send({ type: 'proceed', viewId: screenful.viewId });
  return (
    <Frame
      title={say(titles[view.phase])}
      lead={say(leads[view.phase], { tries: view.triesLeft })}
      picture={<FacePreview label={say('screens.faceCheck.preview')} looking={view.phase === 'looking'} />}
      note={
        <div aria-live="polite">
          {view.hint ? (
            <Note tone={view.phase === 'notMatched' ? 'error' : 'remark'}>{say(view.hint)}</Note>
          ) : null}
        </div>
      }
      actions={
        <>
          <BackButton />
          {view.phase === 'ready' ? (
            <PrimaryButton label={say('screens.faceCheck.start')} action="proceed" onPress={proceed} />
          ) : null}
          {view.phase === 'notMatched' ? (
            <PrimaryButton label={say('screens.faceCheck.again')} action="proceed" onPress={proceed} />
          ) : null}
        </>
      }
    />
  );
}
