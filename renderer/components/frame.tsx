import { type ReactNode, useId } from 'react';
import { useSurroundings } from '../applicant/surroundings.ts';
import { ProgressStrip } from './progress-strip.tsx';

interface FrameProps {
  readonly title: string;
  readonly lead?: string | undefined;
  /** What keeps the person from going on; it stands in the place of the lead. */
  readonly alarm?: ReactNode;
  /** A drawing, a picture, a code: what is looked at. */
  readonly picture?: ReactNode;
  /** What is touched or read: choices, rows, keys. */
  readonly work?: ReactNode;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  /** Centred like a statement, for screens that ask nothing. */
  readonly statement?: boolean;
  /** Of the attract view: what is touched stands beside the picture instead of below it. */
  readonly welcome?: boolean;
}

/** The one arrangement all views share, so that title, work and buttons keep their places from screen to screen. */
export function Frame({
  title,
  lead,
  alarm,
  picture,
  work,
  note,
  actions,
  statement = false,
  welcome = false,
}: FrameProps) {
  const titleId = useId();
  const { screenful } = useSurroundings();
  const layout = welcome ? 'welcome' : picture && work ? 'both' : picture ? 'picture' : 'work';
  return (
    <main
      className="stage"
      aria-labelledby={titleId}
      data-layout={layout}
      data-statement={statement || undefined}
    >
      {screenful.progress ? <ProgressStrip /> : null}
      <div className="heading">
        <h1 id={titleId} className="title" tabIndex={-1}>
          {title}
        </h1>
        {lead && !alarm ? <p className="lead">{lead}</p> : null}
        {alarm}
      </div>
      {picture ? <div className="picture">{picture}</div> : null}
      {work ? <div className="work">{work}</div> : null}
      {note ? <div className="note-place">{note}</div> : null}
      {actions ? <div className="actions">{actions}</div> : null}
    </main>
  );
}
