import type { WaitingFor } from '../../../main/contract/views.ts';
import { PermitInside } from '../../components/drawings/permit-inside.tsx';
import { TakeSlip } from '../../components/drawings/take-slip.tsx';
import { Frame } from '../../components/frame.tsx';
import { Note } from '../../components/note.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { useNow, useSurroundings, type ViewProps } from '../surroundings.ts';

/** Milliseconds after which the person is told what to expect. */
const longWait = 10_000;

const titles = {
  eligibility: 'screens.waiting.eligibility.title',
  submission: 'screens.waiting.submission.title',
  decision: 'screens.waiting.decision.title',
  payment: 'screens.waiting.payment.title',
  cancellation: 'screens.waiting.cancellation.title',
  chipWriting: 'screens.waiting.chipWriting.title',
  backPrinting: 'screens.waiting.backPrinting.title',
  cardReturn: 'screens.waiting.cardReturn.title',
  slip: 'screens.waiting.slip.title',
  refund: 'screens.waiting.refund.title',
} as const satisfies Record<WaitingFor, string>;

const expectations = {
  eligibility: 'screens.waiting.eligibility.expect',
  submission: 'screens.waiting.submission.expect',
  decision: 'screens.waiting.decision.expect',
  payment: 'screens.waiting.payment.expect',
  cancellation: 'screens.waiting.cancellation.expect',
  chipWriting: 'screens.waiting.chipWriting.expect',
  backPrinting: 'screens.waiting.backPrinting.expect',
  cardReturn: 'screens.waiting.cardReturn.expect',
  slip: 'screens.waiting.slip.expect',
  refund: 'screens.waiting.refund.expect',
} as const satisfies Record<WaitingFor, string>;

/** A wait told honestly: what is happening, how far it is, and after a while what to expect. */
export function WaitingView({ view }: ViewProps<'waiting'>) {
  const { screenful, say } = useSurroundings();
  const waited = useNow(1000) - view.since;
  const title = say(titles[view.for]);
  const permitInside = view.for !== 'slip';
  const fraction = view.progress ? view.progress.done / Math.max(1, view.progress.total) : null;
  return (
    <Frame
      title={title}
      lead={say(permitInside ? 'screens.waiting.stay' : 'screens.waiting.patience')}
      picture={
        <div className="at-work">
          {permitInside ? <PermitInside /> : <TakeSlip />}
          <ProgressBar fraction={fraction} label={title} />
          {fraction === null ? null : (
            <p className="bar-words">
              {say('screens.waiting.counted', { percent: Math.round(fraction * 100) })}
            </p>
          )}
        </div>
      }
      note={
        <div aria-live="polite">
          {waited >= longWait ? (
            <Note tone="remark">{say(expectations[view.for], { counter: screenful.hall.counter })}</Note>
          ) : null}
        </div>
      }
    />
  );
}
