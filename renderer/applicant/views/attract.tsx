import { PrimaryButton } from '../../components/action-buttons.tsx';
import { PermitIntoReader } from '../../components/drawings/permit-into-reader.tsx';
import { Frame } from '../../components/frame.tsx';
import { LanguageButtons } from '../../components/language-choice.tsx';
import { Note } from '../../components/note.tsx';
import { useSurroundings, type ViewProps } from '../surroundings.ts';

/** Before anyone has touched: what this machine does, in which languages, when. */
export function AttractView({ view }: ViewProps<'attract'>) {
  const { screenful, say, send } = useSurroundings();
  const open = view.services.length > 0;
  return (
    <Frame
      welcome
      title={say(open ? 'screens.attract.title' : 'screens.attract.closedTitle')}
      lead={
        open
          ? view.services.map((service) => say(`terms.serviceDescription.${service}`)).join(' ')
          : say('screens.attract.closedLead', { counter: screenful.hall.counter })
      }
      picture={<PermitIntoReader />}
      work={<LanguageButtons />}
      note={
        <>
          {view.outOfService ? <Note tone="warning">{say(view.outOfService)}</Note> : null}
          {open ? (
            <p className="hours">{say('screens.attract.hours', { hours: screenful.hall.hours })}</p>
          ) : null}
        </>
      }
      actions={
        open ? (
          <PrimaryButton
            label={say('screens.attract.start')}
            action="start"
            onPress={() => send({ type: 'start', viewId: screenful.viewId })}
          />
        ) : null
      }
    />
  );
}
