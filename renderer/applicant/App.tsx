import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { ApplicantEvent } from '../../main/contract/events.ts';
import type { TerminalApi } from '../../main/contract/terminal-api.ts';
import type { Screenful, View } from '../../main/contract/views.ts';
import { ComfortBar } from '../components/comfort-bar.tsx';
import { DialogOver } from '../components/dialogs.tsx';
import { HallSign } from '../components/hall-sign.tsx';
import { LanguageOverlay } from '../components/language-choice.tsx';
import { type Clock, SurroundingsProvider, sayIn } from './surroundings.ts';
import { AttractView } from './views/attract.tsx';
import { CheckAnswersView } from './views/check-answers.tsx';
import { ChooseEndorsementView } from './views/choose-endorsement.tsx';
import { ChoosePlacesView } from './views/choose-places.tsx';
import { ConsentView } from './views/consent.tsx';
import { EndingView } from './views/ending.tsx';
import { FaceCheckView } from './views/face-check.tsx';
import { InsertPermitView } from './views/insert-permit.tsx';
import { MenuView } from './views/menu.tsx';
import { MrzEntryView } from './views/mrz-entry.tsx';
import { PayView } from './views/pay.tsx';
import { RateView } from './views/rate.tsx';
import { ReadingPermitView } from './views/reading-permit.tsx';
import { TakePermitView } from './views/take-permit.tsx';
import { WaitingView } from './views/waiting.tsx';

/** Least time between two `activity` events, milliseconds. */
const activityInterval = 2000;

/** The applicant window: shows whatever screenful main sends, and sends back what the person does. */
export function App({ terminal, clock }: { readonly terminal: TerminalApi; readonly clock: Clock }) {
  const [screenful, setScreenful] = useState<Screenful | null>(null);
  useEffect(() => {
    let subscribing = true;
    const stop = terminal.onScreenful((next) => {
      // At once: left to React it would come a frame later, behind the button that is let go.
      if (subscribing) setScreenful(next);
      else flushSync(() => setScreenful(next));
    });
    subscribing = false;
    return stop;
  }, [terminal]);
  if (!screenful) return null;
  return <Shell terminal={terminal} clock={clock} screenful={screenful} />;
}

interface ShellProps {
  readonly terminal: TerminalApi;
  readonly clock: Clock;
  readonly screenful: Screenful;
}

function Shell({ terminal, clock, screenful }: ShellProps) {
  const { preferences, view, viewId, dialog } = screenful;
  const [choosingLanguage, setChoosingLanguage] = useState(false);
  const stage = useRef<HTMLDivElement>(null);
  const lastActivity = useRef(0);

  const say = useMemo(() => sayIn(preferences.language), [preferences.language]);
  const send = useCallback((event: ApplicantEvent) => terminal.send(event), [terminal]);
  const surroundings = useMemo(
    () => ({ terminal, clock, screenful, say, send }),
    [terminal, clock, screenful, say, send],
  );

  useLayoutEffect(() => {
    document.documentElement.lang = preferences.language === 'zh' ? 'zh-CN' : preferences.language;
    document.title = say('screens.document.title');
  }, [preferences.language, say]);

  useEffect(() => {
    let second = 0;
    const first = requestAnimationFrame(() => {
      second = requestAnimationFrame(() => terminal.painted(viewId));
    });
    return () => {
      cancelAnimationFrame(first);
      cancelAnimationFrame(second);
    };
  }, [terminal, viewId]);

  // The language list belongs to the person who opened it.
  useEffect(() => {
    if (view.kind === 'attract' || dialog) setChoosingLanguage(false);
  }, [view.kind, dialog]);

  const key = identity(screenful);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new view takes the focus to its title
  useEffect(() => {
    stage.current?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }, [key]);

  const noticeActivity = () => {
    const now = performance.now();
    // While the idle question stands, only its answer counts.
    if (dialog?.kind === 'idle' || now - lastActivity.current < activityInterval) return;
    lastActivity.current = now;
    send({ type: 'activity' });
  };

  return (
    <SurroundingsProvider value={surroundings}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it listens to touches only to know that somebody is there */}
      <div
        ref={stage}
        className="terminal"
        data-view={view.kind}
        data-view-id={viewId}
        data-language={preferences.language}
        data-large-text={preferences.largeText || undefined}
        data-high-contrast={preferences.highContrast || undefined}
        data-low-reach={preferences.lowReach || undefined}
        onPointerDownCapture={noticeActivity}
        onContextMenu={(event) => event.preventDefault()}
      >
        <HallSign />
        <ViewOf key={key} view={view} />
        <ComfortBar onLanguages={() => setChoosingLanguage(true)} />
        {choosingLanguage && !dialog ? <LanguageOverlay onClose={() => setChoosingLanguage(false)} /> : null}
        {dialog ? <DialogOver key={dialog.kind} dialog={dialog} /> : null}
      </div>
    </SurroundingsProvider>
  );
}

/**
 * What makes a view another view: with a new identity its component starts afresh and nothing entered before is
 * left. A wait that goes on and a line being corrected keep theirs, so that typed text survives the correction.
 */
function identity({ view, viewId }: Screenful): string {
  switch (view.kind) {
    case 'waiting':
      return `waiting ${view.for}`;
    case 'mrzEntry':
    case 'readingPermit':
    case 'faceCheck':
    case 'takePermit':
      return view.kind;
    default:
      return `${view.kind} ${viewId}`;
  }
}

function ViewOf({ view }: { readonly view: View }) {
  switch (view.kind) {
    case 'attract':
      return <AttractView view={view} />;
    case 'menu':
      return <MenuView view={view} />;
    case 'consent':
      return <ConsentView />;
    case 'insertPermit':
      return <InsertPermitView view={view} />;
    case 'mrzEntry':
      return <MrzEntryView view={view} />;
    case 'readingPermit':
      return <ReadingPermitView view={view} />;
    case 'faceCheck':
      return <FaceCheckView view={view} />;
    case 'choosePlaces':
      return <ChoosePlacesView view={view} />;
    case 'chooseEndorsement':
      return <ChooseEndorsementView view={view} />;
    case 'checkAnswers':
      return <CheckAnswersView view={view} />;
    case 'waiting':
      return <WaitingView view={view} />;
    case 'pay':
      return <PayView view={view} />;
    case 'takePermit':
      return <TakePermitView view={view} />;
    case 'rate':
      return <RateView />;
    case 'ending':
      return <EndingView view={view} />;
  }
}
