import type { ReactNode } from 'react';
import { ErrorIcon, WarningIcon } from './icons.tsx';

/** A remark in place. `error` is announced at once; `warning` waits to be read. */
export function Note({
  tone,
  children,
}: {
  readonly tone: 'warning' | 'error';
  readonly children: ReactNode;
}) {
  return (
    <div className={`note note-${tone}`} role={tone === 'error' ? 'alert' : undefined}>
      {tone === 'error' ? <ErrorIcon /> : <WarningIcon />}
      <div className="note-words">{children}</div>
    </div>
  );
}
