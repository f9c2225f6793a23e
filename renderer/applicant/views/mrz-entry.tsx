import { useEffect, useState } from 'react';
import type { MrzPart } from '../../../main/contract/views.ts';
import { BackButton, PrimaryButton } from '../../components/action-buttons.tsx';
import { MachineLine } from '../../components/drawings/machine-line.tsx';
import { ErrorSummary } from '../../components/error-summary.tsx';
import { Frame } from '../../components/frame.tsx';
import { Pressable } from '../../components/pressable.tsx';
import { LetterDigitPad } from '../../keyboard/letter-digit-pad.tsx';
import { useSurroundings, type ViewProps } from '../surroundings.ts';

/**
 * The permit's printed line `CS` number(9) check `<` expiry(6) check `<` birth(6) check `<` check, 30 characters.
 * Lengths count the part's own check digit; the overall check digit stands alone.
 */
const parts = [
  { part: 'documentNumber', length: 10, letters: true, label: 'screens.mrzEntry.part.documentNumber' },
  { part: 'dateOfExpiry', length: 7, letters: false, label: 'screens.mrzEntry.part.dateOfExpiry' },
  { part: 'dateOfBirth', length: 7, letters: false, label: 'screens.mrzEntry.part.dateOfBirth' },
  { part: 'overall', length: 1, letters: false, label: 'screens.mrzEntry.part.overall' },
] as const satisfies readonly { part: MrzPart; length: number; letters: boolean; label: string }[];

type Typed = Readonly<Record<MrzPart, string>>;

const nothing: Typed = { documentNumber: '', dateOfExpiry: '', dateOfBirth: '', overall: '' };

const lengthOf = (part: MrzPart) => parts.find((one) => one.part === part)?.length ?? 0;

function lineOf(typed: Typed): string {
  return `CS${typed.documentNumber}<${typed.dateOfExpiry}<${typed.dateOfBirth}<${typed.overall}`;
}

/** The line typed by hand, in its four parts, beside a drawing of where it is printed. */
export function MrzEntryView({ view }: ViewProps<'mrzEntry'>) {
  const { screenful, say, send } = useSurroundings();
  const [typed, setTyped] = useState<Typed>(nothing);
  const [active, setActive] = useState<MrzPart>('documentNumber');
  const [incomplete, setIncomplete] = useState<MrzPart | null>(null);
  const [attempt, setAttempt] = useState(0);

  // A part main found wrong is where the next key goes.
  useEffect(() => {
    if (!view.problem) return;
    setActive(view.problem.part);
    setAttempt((before) => before + 1);
  }, [view.problem]);

  const labelOf = (part: MrzPart) =>
    say(parts.find((one) => one.part === part)?.label ?? 'screens.mrzEntry.lead');
  const problem = incomplete
    ? { part: incomplete, message: `${labelOf(incomplete)}: ${say('screens.mrzEntry.incomplete')}` }
    : view.problem
      ? { part: view.problem.part, message: say(view.problem.message) }
      : null;

  const place = parts.findIndex((one) => one.part === active);
  const type = (character: string) => {
    setIncomplete(null);
    const full = typed[active].length >= lengthOf(active);
    const target = full ? parts[place + 1]?.part : active;
    if (!target || typed[target].length >= lengthOf(target)) return;
    const value = typed[target] + character;
    setTyped({ ...typed, [target]: value });
    const following = parts[parts.findIndex((one) => one.part === target) + 1]?.part;
    setActive(value.length >= lengthOf(target) && following && typed[following] === '' ? following : target);
  };
  const erase = () => {
    setIncomplete(null);
    const target = typed[active] === '' ? (parts[place - 1]?.part ?? active) : active;
    setTyped({ ...typed, [target]: typed[target].slice(0, -1) });
    setActive(target);
  };
  const submit = () => {
    const short = parts.find((one) => typed[one.part].length < one.length);
    if (short) {
      setIncomplete(short.part);
      setActive(short.part);
      setAttempt(attempt + 1);
      return;
    }
    send({ type: 'mrzTyped', viewId: screenful.viewId, line: lineOf(typed) });
  };

  // With the boxes drawn together the part being typed is named here; with an alarm there is enough to read.
  const leadOf = () => {
    if (problem) return undefined;
    return screenful.preferences.lowReach ? labelOf(active) : say('screens.mrzEntry.lead');
  };

  return (
    <Frame
      title={say('screens.mrzEntry.title')}
      lead={leadOf()}
      alarm={
        problem ? (
          <ErrorSummary message={problem.message} attempt={attempt} onGo={() => setActive(problem.part)} />
        ) : null
      }
      picture={<MachineLine active={active} />}
      work={
        <div className="mrz">
          <div className="mrz-parts">
            {parts.map(({ part, label, length }) => (
              <Pressable
                key={part}
                className="mrz-part"
                action={`part-${part}`}
                aria-pressed={part === active}
                data-wrong={problem?.part === part || undefined}
                onPress={() => setActive(part)}
              >
                <span className="mrz-label">{say(label)}</span>
                <span className="mrz-cells">
                  {part === 'documentNumber' ? <span className="mrz-fixed">CS</span> : null}
                  {Array.from({ length }, (_, index) => index).map((index) => (
                    <span
                      key={index}
                      className="mrz-cell"
                      data-next={(part === active && index === typed[part].length) || undefined}
                    >
                      {typed[part][index] ?? ''}
                    </span>
                  ))}
                  {part === 'overall' ? null : <span className="mrz-fixed">&lt;</span>}
                </span>
              </Pressable>
            ))}
          </div>
          <LetterDigitPad
            letters={active === 'documentNumber'}
            onKey={type}
            onErase={erase}
            eraseLabel={say('screens.mrzEntry.erase')}
            label={say('screens.mrzEntry.keys')}
          />
        </div>
      }
      actions={
        <>
          <BackButton />
          <PrimaryButton label={say('screens.mrzEntry.done')} action="submit-mrz" onPress={submit} />
        </>
      }
    />
  );
}
