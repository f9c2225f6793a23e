import {
  type ButtonHTMLAttributes,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useRef,
  useState,
} from 'react';

type PressableProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'onClick' | 'type' | 'onKeyDown'> & {
  readonly onPress: () => void;
  /** Name of what the press does, for whoever drives the screen from outside (`data-action`). */
  readonly action: string;
  readonly children?: ReactNode;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLButtonElement>) => void;
};

/**
 * A button whose press counts only if it starts and ends inside it, however far the finger trembled between:
 * the browser's own tap gives up after a few pixels of movement.
 */
export function Pressable({ onPress, action, children, className, disabled, ...rest }: PressableProps) {
  const pointer = useRef<number | null>(null);
  const [pressed, setPressed] = useState(false);

  const release = () => {
    pointer.current = null;
    setPressed(false);
  };
  const inside = (event: PointerEvent<HTMLButtonElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return (
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom
    );
  };

  return (
    <button
      {...rest}
      type="button"
      disabled={disabled}
      className={className}
      data-action={action}
      data-pressed={pressed || undefined}
      onPointerDown={(event) => {
        if (event.button !== 0 || disabled) return;
        pointer.current = event.pointerId;
        event.currentTarget.setPointerCapture(event.pointerId);
        setPressed(true);
      }}
      onPointerMove={(event) => {
        if (pointer.current === event.pointerId) setPressed(inside(event));
      }}
      onPointerUp={(event) => {
        if (pointer.current !== event.pointerId) return;
        const counts = inside(event);
        release();
        if (counts) onPress();
      }}
      onPointerCancel={release}
      // A click without a pointer comes from the keyboard or an assistive device.
      onClick={(event) => {
        if (event.detail === 0) onPress();
      }}
    >
      {children}
    </button>
  );
}
