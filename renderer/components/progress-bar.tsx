interface ProgressBarProps {
  /** 0…1, or `null` where the work cannot be counted. */
  readonly fraction: number | null;
  readonly label: string;
}

/** Full as far as the work has come; where it cannot be counted, a mark that wanders and promises nothing. */
export function ProgressBar({ fraction, label }: ProgressBarProps) {
  if (fraction === null) {
    return (
      <div className="bar bar-uncounted" role="progressbar" aria-label={label}>
        <span className="bar-fill" />
      </div>
    );
  }
  const percent = Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <div
      className="bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span className="bar-fill" style={{ inlineSize: `${percent}%` }} />
    </div>
  );
}
