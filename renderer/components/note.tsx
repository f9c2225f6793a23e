import type { ReactNode } from 'react';
import { ErrorIcon, WarningIcon } from './icons.tsx';

/** Said in place. A `remark` is worth knowing, a `warning` asks for care, an `error` is announced at once. */
export function Note({
  tone,
  children,
}: {
  readonly tone: 'remark' | 'warning' | 'error';
  readonly children: ReactNode;
}) {
  return (
    <div className={`note note-${tone}`} role={tone === 'error' ? 'alert' : undefined}>
      {tone === 'error' ? <ErrorIcon /> : null}
      {tone === 'warning' ? <WarningIcon /> : null}
      <div className="note-words">{children}</div>
    </div>
  );
}
