import { type ReactNode, useId } from 'react';

/** The mouth of the card unit; `card` shows only as far as it stands out of the slot. */
export function Reader({ card }: { readonly card: ReactNode }) {
  const outside = useId();
  return (
    <g>
      <rect className="drawing-device" x="40" y="24" width="720" height="284" rx="36" />
      <rect className="drawing-slot" x="206" y="228" width="388" height="36" rx="18" />
      <circle className="drawing-light" cx="690" cy="92" r="18" />
      <clipPath id={outside}>
        <rect x="0" y="246" width="800" height="600" />
      </clipPath>
      <g clipPath={`url(#${outside})`}>{card}</g>
    </g>
  );
}

/** The back of the permit: one field per place, as it is printed. */
export function PermitBack({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <g transform={`translate(${x} ${y})`}>
      <rect className="drawing-card" x="3" y="3" width="294" height="214" rx="20" />
      <rect className="drawing-field-first" x="22" y="24" width="256" height="76" rx="8" />
      <text className="drawing-print" x="36" y="60">
        HKG
      </text>
      <path className="drawing-lines" d="M36 80h120M176 80h70" />
      <rect className="drawing-field-second" x="22" y="116" width="256" height="76" rx="8" />
      <text className="drawing-print" x="36" y="152">
        MAC
      </text>
      <path className="drawing-lines" d="M36 172h90" />
    </g>
  );
}
