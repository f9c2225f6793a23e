import { useEffect, useRef } from 'react';
import { useSurroundings } from '../applicant/surroundings.ts';
import { ErrorIcon } from './icons.tsx';
import { Pressable } from './pressable.tsx';

interface ErrorSummaryProps {
  readonly message: string;
  /** Goes to the field the message is about. */
  readonly onGo: () => void;
  /** A new value takes the focus again: the same mistake made twice is said twice. */
  readonly attempt: number;
}

/** Takes the focus when a form cannot go on, says why, and leads to the field. */
export function ErrorSummary({ message, onGo, attempt }: ErrorSummaryProps) {
  const { preferences } = useSurroundings().screenful;
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt takes the focus anew
  useEffect(() => box.current?.focus(), [attempt]);
  return (
    <div ref={box} className="note note-error" role="alert" tabIndex={-1} data-error-summary>
      <ErrorIcon />
      <div className="note-words">
        {preferences.lowReach ? (
          // The field itself is within reach, this line is not.
          <p>{message}</p>
        ) : (
          <Pressable className="link" action="go-to-error" onPress={onGo}>
            {message}
          </Pressable>
        )}
      </div>
    </div>
  );
}
