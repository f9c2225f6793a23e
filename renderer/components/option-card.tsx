import type { KeyboardEvent, ReactNode } from 'react';
import { TickIcon } from './icons.tsx';
import { Pressable } from './pressable.tsx';

interface OptionCardProps {
  readonly kind: 'radio' | 'checkbox';
  readonly title: string;
  readonly detail: string;
  readonly price?: string;
  readonly checked: boolean;
  readonly action: string;
  /** `null` where it cannot be chosen; the detail then says why. */
  readonly onPress: (() => void) | null;
}

/** One choice as a card as wide as the page. What cannot be chosen stays readable and says why. */
export function OptionCard({ kind, title, detail, price, checked, action, onPress }: OptionCardProps) {
  const inside: ReactNode = (
    <>
      <span className={`option-mark option-mark-${kind}`}>
        {kind === 'checkbox' && checked ? <TickIcon /> : null}
      </span>
      <span className="option-title">{title}</span>
      <span className="option-detail">{detail}</span>
      {price ? <span className="option-price">{price}</span> : null}
    </>
  );
  return (
    <Pressable
      className="option"
      role={kind}
      aria-checked={checked}
      aria-disabled={onPress === null || undefined}
      data-unavailable={onPress === null || undefined}
      action={action}
      onPress={() => onPress?.()}
      onKeyDown={kind === 'radio' ? moveAmongRadios : undefined}
    >
      {inside}
    </Pressable>
  );
}

function moveAmongRadios(event: KeyboardEvent<HTMLButtonElement>) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  const group = event.currentTarget.closest('[role=radiogroup]');
  if (!step || !group) return;
  event.preventDefault();
  const radios = [...group.querySelectorAll<HTMLButtonElement>('[role=radio]')];
  const next = radios[(radios.indexOf(event.currentTarget) + step + radios.length) % radios.length];
  next?.focus();
}
