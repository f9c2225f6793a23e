import type { MrzPart } from '../../../main/contract/views.ts';

/** An invented line with correct check digits, cut into the parts that are typed. `at` counts characters. */
const sample: readonly { readonly part: MrzPart | null; readonly at: number; readonly text: string }[] = [
  { part: null, at: 0, text: 'CS' },
  { part: 'documentNumber', at: 2, text: 'C000000015' },
  { part: null, at: 12, text: '<' },
  { part: 'dateOfExpiry', at: 13, text: '2807111' },
  { part: null, at: 20, text: '<' },
  { part: 'dateOfBirth', at: 21, text: '9001011' },
  { part: null, at: 28, text: '<' },
  { part: 'overall', at: 29, text: '0' },
];

const cell = 28;
const left = 60;

/** The foot of the permit's front with its one machine line; the part being typed is marked. */
export function MachineLine({ active }: { readonly active: MrzPart }) {
  return (
    <svg className="drawing drawing-line" viewBox="0 0 960 300" aria-hidden="true" focusable="false">
      <path className="drawing-card" d="M4 0v266a30 30 0 0 0 30 30h892a30 30 0 0 0 30-30V0" />
      <path className="drawing-portrait" d="M48 0h190v130a12 12 0 0 1-12 12H60a12 12 0 0 1-12-12z" />
      <path className="drawing-portrait-face" d="M78 142c6-70 34-92 65-92s59 22 65 92z" />
      <path className="drawing-portrait-face" d="M100 0h86c0 26-18 44-43 44S100 26 100 0z" />
      <path className="drawing-lines" d="M290 26h300M290 74h420M290 122h240" />
      <rect className="drawing-zone" x="34" y="172" width="892" height="92" rx="14" />
      {sample.map(({ part, at, text }) => (
        <g
          key={at}
          className={part === active ? 'drawing-machine drawing-machine-active' : 'drawing-machine'}
        >
          {part === active ? (
            <rect
              className="drawing-active"
              x={left + at * cell - 3}
              y="182"
              width={text.length * cell + 6}
              height="72"
              rx="10"
            />
          ) : null}
          {[...text].map((character, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the place in the line is what a character is known by
            <text key={index} x={left + (at + index + 0.5) * cell} y="233" textAnchor="middle">
              {character}
            </text>
          ))}
        </g>
      ))}
    </svg>
  );
}
