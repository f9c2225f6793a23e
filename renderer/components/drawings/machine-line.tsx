import type { MrzPart } from '../../../main/contract/views.ts';

/** An invented line with correct check digits, cut into the parts that are typed. */
const sample: readonly { readonly part: MrzPart | null; readonly text: string }[] = [
  { part: null, text: 'CS' },
  { part: 'documentNumber', text: 'C000000015' },
  { part: null, text: '<' },
  { part: 'dateOfExpiry', text: '2807111' },
  { part: null, text: '<' },
  { part: 'dateOfBirth', text: '9001011' },
  { part: null, text: '<' },
  { part: 'overall', text: '0' },
];

/** The front of the permit with its one machine line at the foot; the part being typed is marked. */
export function MachineLine({ active }: { readonly active: MrzPart }) {
  const cell = 22;
  let at = 0;
  return (
    <svg className="drawing" viewBox="0 0 760 420" aria-hidden="true" focusable="false">
      <rect className="drawing-card" x="4" y="4" width="752" height="412" rx="28" />
      <rect className="drawing-portrait" x="40" y="48" width="170" height="220" rx="12" />
      <circle className="drawing-portrait-face" cx="125" cy="130" r="44" />
      <path className="drawing-portrait-face" d="M60 268c4-60 32-80 65-80s61 20 65 80z" />
      <path className="drawing-lines" d="M250 84h220M250 134h320M250 184h180M250 234h260" />
      <rect className="drawing-zone" x="26" y="308" width="708" height="84" rx="12" />
      {sample.map(({ part, text }) => {
        const x = 50 + at * cell;
        at += text.length;
        return (
          <g key={x}>
            {part === active ? (
              <rect
                className="drawing-active"
                x={x - 5}
                y="318"
                width={text.length * cell + 10}
                height="64"
                rx="8"
              />
            ) : null}
            <text
              className={part === active ? 'drawing-machine-active' : 'drawing-machine'}
              x={x}
              y="362"
              textLength={text.length * cell}
              lengthAdjust="spacing"
            >
              {text}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
