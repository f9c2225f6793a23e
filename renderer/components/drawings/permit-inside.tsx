import { Reader } from './permit.tsx';

/** The permit resting inside the machine while it is read, written or printed. */
export function PermitInside() {
  return (
    <svg className="drawing drawing-short" viewBox="0 0 800 340" aria-hidden="true" focusable="false">
      <Reader card={null} />
      <rect className="drawing-inner-card" x="250" y="54" width="300" height="150" rx="16" />
      <path className="drawing-inner-lines" d="M280 92h150M280 128h240M280 164h100" />
      <rect className="drawing-scan" x="262" y="54" width="14" height="150" rx="7" />
    </svg>
  );
}
