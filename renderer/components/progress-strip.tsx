import { useSurroundings } from '../applicant/surroundings.ts';

/** Which service, which step, and how many are left. */
export function ProgressStrip() {
  const { screenful, say } = useSurroundings();
  const { progress } = screenful;
  if (!progress) return null;
  const counted = say('screens.progress.count', { number: progress.number, of: progress.of });
  return (
    <div className="progress-strip">
      <p className="progress-words">
        <span>
          {say(`terms.service.${progress.service}`)} · {say(`terms.step.${progress.step}`)}
        </span>
        <span>{counted}</span>
      </p>
      <div
        className="progress-segments"
        role="progressbar"
        aria-label={counted}
        aria-valuemin={0}
        aria-valuemax={progress.of}
        aria-valuenow={progress.number}
      >
        {Array.from({ length: progress.of }, (_, index) => index + 1).map((number) => (
          <span
            key={number}
            className="progress-segment"
            data-state={number < progress.number ? 'done' : number === progress.number ? 'now' : 'ahead'}
          />
        ))}
      </div>
    </div>
  );
}
