import { BackspaceIcon } from '../components/icons.tsx';
import { Pressable } from '../components/pressable.tsx';

interface LetterDigitPadProps {
  /** Letters stay in their place but rest while only digits are wanted. */
  readonly letters: boolean;
  readonly onKey: (character: string) => void;
  readonly onErase: () => void;
  readonly eraseLabel: string;
  readonly label: string;
}

const rows = ['1234567890', 'QWERTYUIOP', 'ASDFGHJKL', 'ZXCVBNM'] as const;

/** Digits and capital letters; the system's own keyboard is never shown. */
export function LetterDigitPad({ letters, onKey, onErase, eraseLabel, label }: LetterDigitPadProps) {
  return (
    <fieldset className="pad" aria-label={label}>
      {rows.map((row, index) => (
        <div key={row} className="pad-row">
          {[...row].map((character) => (
            <Pressable
              key={character}
              className="key"
              action={`key-${character}`}
              disabled={index > 0 && !letters}
              onPress={() => onKey(character)}
            >
              {character}
            </Pressable>
          ))}
          {index === rows.length - 1 ? (
            <Pressable className="key key-wide" action="key-erase" aria-label={eraseLabel} onPress={onErase}>
              <BackspaceIcon />
            </Pressable>
          ) : null}
        </div>
      ))}
    </fieldset>
  );
}
