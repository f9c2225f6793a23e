import { useSecondsLeft } from '../applicant/surroundings.ts';

interface CountdownRingProps {
  /** Epoch milliseconds. */
  readonly deadline: number;
  /** Length of the whole wait in seconds. */
  readonly seconds: number;
  readonly label: string;
}

/** Seconds left as a number in a ring that empties. Not announced second by second. */
export function CountdownRing({ deadline, seconds, label }: CountdownRingProps) {
  const left = useSecondsLeft(deadline);
  const radius = 52;
  const around = 2 * Math.PI * radius;
  const share = seconds > 0 ? Math.min(1, left / seconds) : 0;
  return (
    <div className="countdown" role="timer" aria-label={label}>
      <svg viewBox="0 0 120 120" aria-hidden="true" focusable="false">
        <circle className="countdown-track" cx="60" cy="60" r={radius} />
        <circle
          className="countdown-left"
          cx="60"
          cy="60"
          r={radius}
          strokeDasharray={around}
          strokeDashoffset={around * (1 - share)}
          transform="rotate(-90 60 60)"
        />
      </svg>
      <span className="countdown-number">{left}</span>
    </div>
  );
}
