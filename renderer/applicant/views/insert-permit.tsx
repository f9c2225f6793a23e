import { useState } from 'react';
import { BackButton, SecondaryButton } from '../../components/action-buttons.tsx';
import { PermitIntoReader } from '../../components/drawings/permit-into-reader.tsx';
import { Frame } from '../../components/frame.tsx';
import { Note } from '../../components/note.tsx';
import { useSurroundings, type ViewProps } from '../surroundings.ts';

export function InsertPermitView({ view }: ViewProps<'insertPermit'>) {
  const { screenful, say, send } = useSurroundings();
  const [helping, setHelping] = useState(false);
  const counter = screenful.hall.counter;
  return (
    <Frame
      title={say('screens.insertPermit.title')}
      lead={view.problem || helping ? undefined : say('screens.insertPermit.lead')}
      picture={<PermitIntoReader />}
      note={
        <>
          {view.problem ? <Note tone="error">{say(view.problem)}</Note> : null}
          {helping ? (
            <Note tone="remark">
              <ol className="help-steps">
                <li>{say('screens.insertPermit.helpSide')}</li>
                <li>{say('screens.insertPermit.helpPush')}</li>
                <li>{say('screens.insertPermit.helpStaff', { counter })}</li>
              </ol>
            </Note>
          ) : view.problem ? null : (
            <Note tone="remark">{say('screens.insertPermit.booklet', { counter })}</Note>
          )}
        </>
      }
      actions={
        <>
          <BackButton />
          {view.problem ? (
            <SecondaryButton
              label={say('screens.insertPermit.typeInstead')}
              action="type-mrz-instead"
              onPress={() => send({ type: 'typeMrzInstead', viewId: screenful.viewId })}
            />
          ) : (
            <SecondaryButton
              label={say(helping ? 'screens.insertPermit.helpClose' : 'screens.insertPermit.help')}
              action="help"
              expanded={helping}
              onPress={() => setHelping(!helping)}
            />
          )}
        </>
      }
    />
  );
}
